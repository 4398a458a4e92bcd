"""The life of one action: what truly happened, and how it was told to the ledger.

Decides: which entries an action gets, in the order in which they are learnt, so that the rules
accept each of them. Refuses to know: how other actions fare; it is told whom it may name.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from random import Random
from typing import Any

import attrs

from ..action import (
    Abandon,
    Correct,
    Describe,
    Description,
    Engage,
    MarkNotAssessable,
    MarkNotAssessed,
    Merge,
    Propose,
    Qualify,
    Realise,
    Reopen,
    Restore,
    Split,
    Supersede,
    Withdraw,
)
from ..dates import When
from ..evidence import Evidence, Measure
from ..record import AttachEvidence, Retract
from .draws import (
    HORIZON,
    INDICATORS,
    LAST_TRUE,
    LISTED,
    NOTES,
    PEOPLE,
    REASONS,
    TAGS,
    Choice,
    learnt,
    title,
    told,
)

STORY = Choice(
    {
        "proposed": 0.15, "engaged": 0.30, "realised": 0.42, "straight": 0.05,
        "abandoned": 0.06, "reopened": 0.02,
    }
)  # fmt: skip
"""How far an action gets; `straight`: realised without having been engaged."""

SCOPE = Choice(
    {
        "": 0.865, "not-assessed": 0.04, "not-assessable": 0.03, "withdrawn": 0.025,
        "merged": 0.02, "split": 0.01, "superseded": 0.01,
    }
)  # fmt: skip
"""What becomes of its place in the plan."""

CORRECTION = Choice({"": 0.90, "date": 0.06, "retract": 0.04})
"""Which actions have an entry corrected (another date) or withdrawn."""

QUALIFIER = Choice({"late": 0.6, "suspended": 0.15, "partial": 0.15, "blocked": 0.1})

_ADDED = 0.12  # of actions come after the initial list
_LATE_ENGAGED = 0.08  # of actions are first told to be realised, then when they had begun
_AT_LEAST = 0.05  # of engagements: the source says engaged or realised
_WITH_EVIDENCE = 0.55  # of status entries
_WITH_NOTE = 0.10
_WITH_RESPONSIBLE = 0.30
_WITH_TAGS = 0.25
_MEASURES = 0.75  # mean number of key figures and documents attached later, an action
_QUALIFIED = 0.30  # of actions that were engaged
_LIFTED = 0.5  # of qualifiers end
_DESCRIBED = 0.22
_RESTORED = 0.15  # of actions that were withdrawn or not assessable
_ASSESSED = 0.5  # of actions that were not assessed at first


@attrs.define
class Step:
    """One command, the day on which it is given, and how many entries it adds.

    A correction names the step that it is `about`; its command is made once that one's version
    is known.
    """

    day: int
    command: Any
    adds: int = 1
    about: "Step | None" = None
    version: int = 0


@attrs.frozen
class Place:
    """Where an action stands: its plan's axes and themes, and what can show that it is so."""

    start: int
    closed: int  # the day on which the initial list was entered
    themes: Mapping[str, Sequence[str]]
    weights: Choice[str]
    documents: Sequence[Evidence]
    targets: Sequence[str]  # actions of the initial list that carry others on


@attrs.define
class Life:
    """The steps of one action in the order of their telling, and the true days of its statuses."""

    key: str
    steps: list[Step]
    statuses: list[tuple[int, str]]
    scopes: list[tuple[int, str]]  # "" from the day on which it is back

    def counts(self, day: int) -> bool | None:
        """Whether it truly was engaged or realised on a day; None: not in the base."""
        status, scope = _last(self.statuses, day), _last(self.scopes, day)
        if not status or scope not in {"", "not-assessable"}:
            return None
        return not scope and status in {"engaged", "realised"}


def _last(changes: Sequence[tuple[int, str]], day: int) -> str:
    return next((word for on, word in reversed(changes) if on <= day), "")


def number_versions(steps: Sequence[Step]) -> int:
    """Give each step its version, and corrections their commands; return the number of entries."""
    version = 0
    for step in steps:
        step.version = version + 1
        version += step.adds
        if step.about is not None:
            step.command = step.command(step.about.version)
    return version


def live(key: str, place: Place, chance: Random) -> Life:
    """Return the life of an action that carries others on: it stays in the plan."""
    return _Teller(key, place, chance).tell(scope="")


def live_or_leave(key: str, place: Place, chance: Random) -> Life:
    """Return the life of any other action."""
    return _Teller(key, place, chance).tell(scope=SCOPE.draw(chance))


class _Teller:
    """Draws one life."""

    def __init__(self, key: str, place: Place, chance: Random) -> None:
        self.place = place
        self.chance = chance
        self.life = Life(key, [], [], [])
        self._last = 0  # the day of the last step

    def tell(self, scope: str) -> Life:
        """Draw the whole life."""
        # An action that carries others on is on the initial list.
        added = self.life.key not in self.place.targets and self.chance.random() < _ADDED
        day = self._listed(added=added)
        unknown = scope == "not-assessed"
        if unknown:
            self._say(day, MarkNotAssessed(on=self.life.steps[0].command.on))
        story = STORY.draw(self.chance)
        if unknown:
            story = "engaged" if self.chance.random() < _ASSESSED else "proposed"
        correction = "" if unknown or story == "reopened" else CORRECTION.draw(self.chance)
        day = self._statuses(day, story, correction, assessing=unknown)
        self._remarks(day, engaged=story not in {"proposed", "straight"})
        self._leave(day, scope)
        return self.life

    # --- the list ----------------------------------------------------------------------------

    def _listed(self, *, added: bool) -> int:
        chance, place = self.chance, self.place
        axis = place.weights.draw(chance)
        themes = place.themes[axis]
        if added:
            day = min(LAST_TRUE - 400, place.closed + int(chance.expovariate(1 / 500)))
            on, entered = told(day, chance), max(place.closed + 1, learnt(day, chance))
        else:
            day, entered = place.start, place.closed
            on = told(day, chance, LISTED)
        command = Propose(
            on=on,
            title=title(chance),
            axis=axis,
            theme=chance.choice(themes) if themes else None,
            tags=(chance.choice(TAGS),) if chance.random() < _WITH_TAGS else (),
            responsible=chance.choice(PEOPLE) if chance.random() < _WITH_RESPONSIBLE else None,
            evidence=self._documents(),
        )
        self._step(Step(entered, command))
        self.life.statuses.append((day, "proposed"))
        return day

    # --- statuses ----------------------------------------------------------------------------

    def _statuses(self, day: int, story: str, correction: str, *, assessing: bool) -> int:
        """Draw the statuses after the first one; returns the true day of the last one."""
        chance = self.chance
        names = _STATUSES[story]
        steps: list[Step] = []
        for name in names:
            day, before = self._later(day), day
            self.life.statuses.append((day, _AFTER[name]))
            on = told(day, chance)
            wrong = correction == "date" and name is names[-1]
            said = told(chance.randint(before, day), chance) if wrong else on
            step = Step(learnt(day, chance), self._status(name, said), 2 if assessing else 1)
            steps.append(step)
            if wrong:
                steps.append(self._corrected(step, name, on))
        if names == _REALISED and not correction and chance.random() < _LATE_ENGAGED:
            steps.reverse()
        for step in steps:
            self._step(step)
        if correction == "retract" and steps:
            self._retract(steps[-1])
        return day

    def _later(self, day: int) -> int:
        return min(LAST_TRUE, day + 1 + int(self.chance.expovariate(1 / 420)))

    def _status(self, name: str, on: When) -> Any:
        chance = self.chance
        shared: dict[str, Any] = {"on": on, "evidence": self._documents()}
        if chance.random() < _WITH_NOTE:
            shared["note"] = chance.choice(NOTES)
        match name:
            case "engage":
                return Engage(**shared, at_least=chance.random() < _AT_LEAST)
            case "realise":
                return Realise(**shared)
            case "abandon":
                return Abandon(**shared, reason=chance.choice(REASONS))
            case _:
                return Reopen(**shared, reason=chance.choice(REASONS))

    def _corrected(self, wrong: Step, name: str, on: When) -> Step:
        reason, right = self.chance.choice(REASONS), self._status(name, on)
        return Step(
            learnt(wrong.day, self.chance),
            lambda version: Correct(entry=version, by=right, reason=reason),
            adds=2,
            about=wrong,
        )

    def _retract(self, step: Step) -> None:
        reason = self.chance.choice(REASONS)
        self._step(
            Step(
                learnt(step.day, self.chance),
                lambda version: Retract(entry=version, reason=reason),
                about=step,
            )
        )
        del self.life.statuses[-1]

    # --- remarks -----------------------------------------------------------------------------

    def _remarks(self, day: int, *, engaged: bool) -> None:
        chance = self.chance
        if engaged and chance.random() < _QUALIFIED:
            on = self._later(day)
            self._say(on, Qualify(on=told(on, chance), qualifier=QUALIFIER.draw(chance)))
            if chance.random() < _LIFTED:
                on = self._later(on)
                self._say(on, Qualify(on=told(on, chance), qualifier=None))
        if chance.random() < _DESCRIBED:
            on = self._later(day)
            self._say(on, Describe(on=date.fromordinal(on), change=self._change()))
        while chance.random() < _MEASURES / (1 + _MEASURES):
            day = self._later(day)
            self._say(day, AttachEvidence(evidence=(self._measured(day),)))

    def _change(self) -> Description:
        chance = self.chance
        if chance.random() < 0.4:  # noqa: PLR2004 renamed
            return Description(title=title(chance))
        if chance.random() < 0.5:  # noqa: PLR2004 passed on
            return Description(responsible=chance.choice(PEOPLE))
        axis = self.place.weights.draw(chance)
        themes = self.place.themes[axis]
        return Description(axis=axis, theme=chance.choice(themes) if themes else None)

    def _measured(self, day: int) -> Evidence:
        chance = self.chance
        indicator, unit = chance.choice(INDICATORS)
        value = int(chance.lognormvariate(5, 1.5)) + 1
        shown = chance.choice(self.place.documents)
        measure = Measure(
            indicator=indicator, value=value, unit=unit, as_of=told(day, chance),
            target=value + value // 5 if chance.random() < 0.5 else None,  # noqa: PLR2004 half
            provisional=chance.random() < 0.2,  # noqa: PLR2004 one in five
        )  # fmt: skip
        return attrs.evolve(shown, measure=measure)

    def _documents(self) -> tuple[Evidence, ...]:
        if self.chance.random() >= _WITH_EVIDENCE:
            return ()
        return (self.chance.choice(self.place.documents),)

    # --- leaving -----------------------------------------------------------------------------

    def _leave(self, day: int, scope: str) -> None:
        if scope in {"", "not-assessed"}:
            return
        chance = self.chance
        on = self._later(day)
        when, reason = told(on, chance), chance.choice(REASONS)
        self._say(on, _SCOPES[scope](when, reason, self._carriers()))
        self.life.scopes.append((on, scope))
        if scope in {"withdrawn", "not-assessable"} and chance.random() < _RESTORED:
            on = self._later(on)
            self._say(on, Restore(on=told(on, chance)))
            self.life.scopes.append((on, ""))

    def _carriers(self) -> list[str]:
        return self.chance.sample(self.place.targets, 2)

    # --- steps -------------------------------------------------------------------------------

    def _say(self, day: int, command: Any) -> None:
        self._step(Step(learnt(day, self.chance), command))

    def _step(self, step: Step) -> None:
        """Add a step; the order of steps is the order of their telling."""
        self._last = step.day = min(HORIZON, max(self._last, self.place.closed, step.day))
        self.life.steps.append(step)


_REALISED = ("engage", "realise")
_STATUSES: Mapping[str, tuple[str, ...]] = {
    "proposed": (), "engaged": ("engage",), "realised": _REALISED, "straight": ("realise",),
    "abandoned": ("engage", "abandon"), "reopened": ("engage", "realise", "reopen"),
}  # fmt: skip
_AFTER = {
    "engage": "engaged", "realise": "realised", "abandon": "abandoned", "reopen": "engaged",
}  # fmt: skip
_SCOPES: Mapping[str, Callable[[When, str, list[str]], Any]] = {
    "not-assessable": lambda on, why, _: MarkNotAssessable(on=on, reason=why),
    "withdrawn": lambda on, why, _: Withdraw(on=on, reason=why),
    "merged": lambda on, _, to: Merge(on=on, target=to[0]),
    "split": lambda on, _, to: Split(on=on, targets=to),
    "superseded": lambda on, _, to: Supersede(on=on, by=to[0]),
}
