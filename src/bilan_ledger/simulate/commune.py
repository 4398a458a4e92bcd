"""One simulated commune: its plan, its list of actions, and the order in which all was entered.

Decides: how long the list is, how it is divided, and which figures the commune publishes.
Refuses to know: how an action lives (`life`), and where entries are kept.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from math import log
from operator import itemgetter
from random import Random
from typing import Any

import attrs

from ..completion import percentage
from ..dates import Instant
from ..evidence import Evidence
from ..ledger import Order
from ..plan import AmendPlan, Axis, CreatePlan, Policy, PublishFigure, Terms, Territory, Theme
from ..record import AttachEvidence, Retract
from . import life
from .draws import AXES, HORIZON, NOTES, THEMES, Choice, place_name
from .life import Life, Place, Step

SPREAD = 0.6  # sigma of the log-normal number of actions; its mean is `--actions`
SHORTEST, LONGEST = 5, 8  # actions; times the mean
_STATED = 0.4  # of communes bring a history whose source states when it recorded
_THEMED = 0.7  # of communes divide their axes into themes
_AMENDED = 0.15  # of plans change their terms once
_FLATTERED = 0.15  # of published figures are higher than what happened
_WITHDRAWN_FIGURE = 0.05
_CARRIERS = 0.06  # of actions carry on what is merged, split or superseded

FIGURES = (("2022-06-30", 0.35), ("2023-12-31", 0.60), ("2025-12-31", 0.40))
"""Days for which figures are published, and the share of communes that do."""

DOCUMENTS = Choice({"deliberation": 0.4, "report": 0.3, "web": 0.15, "press": 0.15})


@attrs.frozen
class Commune:
    """What is to be recorded of one commune: orders in their order, and how many entries."""

    plan: str
    orders: tuple[Order, ...]
    entries: int
    actions: int


def commune(number: int, seed: int, mean_actions: int) -> Commune:
    """Return commune `number` of a simulation; it does not depend on the others.

    >>> commune(7, seed=1, mean_actions=20) == commune(7, seed=1, mean_actions=20)
    True
    """
    chance = Random(f"bilan-ledger/simulate/v1/{seed}/{number}")  # noqa: S311 no secret
    return _Drawn(number, chance, mean_actions).commune()


class _Drawn:
    """Draws one commune."""

    def __init__(self, number: int, chance: Random, mean_actions: int) -> None:
        self.chance = chance
        self.key = f"sim-{number:05d}"
        self.size = _list_length(mean_actions, chance)
        self.start = date(2020, 5, 18).toordinal() + chance.randrange(54)
        self.closed = self.start + min(600, 30 + int(chance.expovariate(1 / 120)))
        self.terms = self._terms(number)
        self.stated = chance.random() < _STATED

    def commune(self) -> Commune:
        """Return the orders of the plan and of its actions, in the order of their telling."""
        lives = list(self._lives())
        plan = list(self._plan(lives))
        entries = sum(life.number_versions(each.steps) for each in lives)
        entries += life.number_versions(plan)
        told = [(step.day, -1, self.key, step) for step in plan]
        for place, each in enumerate(lives):
            subject = f"{self.key}/{each.key}"
            told.extend((step.day, place, subject, step) for step in each.steps)
        told.sort(key=itemgetter(0, 1))  # stable: one subject's steps keep their order
        orders = tuple(self._order(subject, step) for _, _, subject, step in told)
        return Commune(self.key, orders, entries, len(lives))

    def _order(self, subject: str, step: Step) -> Order:
        stated = _instant(step.day) if self.stated else None
        return Order(subject, step.command, stated)

    # --- the plan ----------------------------------------------------------------------------

    def _terms(self, number: int) -> Terms:
        chance = self.chance
        names = chance.sample(AXES, chance.randint(3, 8))
        themed = chance.random() < _THEMED
        axes = [
            Axis(key=f"a{n}", title=name, themes=self._themes() if themed else ())
            for n, name in enumerate(names, 1)
        ]
        territory = Territory(name=place_name(number, chance), insee=_insee(number))
        return Terms(
            title="Programme simulé 2020-2026", territory=territory, axes=axes,
            start=date.fromordinal(self.start), end=date(2026, 3, 22),
            initial_list_on=date.fromordinal(self.closed),
        )  # fmt: skip

    def _themes(self) -> list[Theme]:
        names = self.chance.sample(THEMES, self.chance.randint(2, 5))
        return [Theme(key=f"t{n}", title=name) for n, name in enumerate(names, 1)]

    def _plan(self, lives: Sequence[Life]) -> Iterator[Step]:
        chance = self.chance
        note = chance.choice(NOTES) if chance.random() < 0.2 else None  # noqa: PLR2004 a fifth
        yield Step(self.closed, CreatePlan(terms=self.terms, note=note))
        yield Step(self.closed, AttachEvidence(evidence=(self._document(),)))
        steps = [*self._amended(), *self._figures(lives)]
        yield from sorted(steps, key=lambda step: step.day)

    def _amended(self) -> Iterator[Step]:
        if self.chance.random() < _AMENDED:
            day = self.closed + self.chance.randrange(100, 1500)
            terms = attrs.evolve(self.terms, policy=Policy(base="without-abandoned"))
            yield Step(day + 20, AmendPlan(on=date.fromordinal(day), terms=terms))

    # --- published figures -------------------------------------------------------------------

    def _figures(self, lives: Sequence[Life]) -> Iterator[Step]:
        for on, share in FIGURES:
            if self.chance.random() < share:
                day = date.fromisoformat(on).toordinal()
                yield from self._figure(lives, day)

    def _figure(self, lives: Sequence[Life], day: int) -> Iterator[Step]:
        chance = self.chance
        base = [counts for each in lives if (counts := each.counts(day)) is not None]
        if not base:
            return
        rate = percentage(Fraction(sum(base), len(base)), Policy())
        if chance.random() < _FLATTERED:
            rate = min(Decimal(100), rate + chance.randint(1, 9))
        told = min(HORIZON - 1, day + chance.randrange(20, 90))
        figure = PublishFigure(
            percentage=rate, of=len(base), on=date.fromordinal(day),
            published=date.fromordinal(told), evidence=(self._document(),),
        )  # fmt: skip
        printed = Step(told, figure)
        yield printed
        if chance.random() < _WITHDRAWN_FIGURE:
            yield Step(
                told + 1,
                lambda version: Retract(entry=version, reason="Chiffre retiré par la commune."),
                about=printed,
            )

    # --- the list ----------------------------------------------------------------------------

    def _lives(self) -> Iterator[Life]:
        carriers = max(2, round(self.size * _CARRIERS))
        keys = [f"{number:03d}" for number in range(1, self.size + 1)]
        place = self._place(keys[:carriers])
        for key in keys[:carriers]:
            yield life.live(key, place, self.chance)
        for key in keys[carriers:]:
            yield life.live_or_leave(key, place, self.chance)

    def _place(self, targets: Sequence[str]) -> Place:
        axes = self.terms.axes
        documents = [self._document() for _ in range(self.chance.randint(6, 20))]
        return Place(
            start=self.start, closed=self.closed, documents=documents, targets=targets,
            themes={axis.key: [theme.key for theme in axis.themes] for axis in axes},
            weights=Choice({axis.key: 1 / n for n, axis in enumerate(axes, 1)}),
        )  # fmt: skip

    def _document(self) -> Evidence:
        chance = self.chance
        kind = DOCUMENTS.draw(chance)
        day = date.fromordinal(self.closed + chance.randrange(1, 1900))
        shared: dict[str, Any] = {"kind": kind, "dated": day}
        if chance.random() < 0.6:  # noqa: PLR2004 captured
            shared |= {"sha256": chance.randbytes(32).hex(), "media_type": "application/pdf"}
        if kind == "deliberation":
            shared["deliberation"] = f"{day}-{chance.randrange(1, 60):02d}"
        else:
            shared["url"] = f"https://commune.example/{self.key}/{day}"
        if kind == "report":
            shared["locator"] = f"p. {chance.randrange(1, 120)}"
        return Evidence(title=f"{_KINDS[kind]} du {day}", **shared)


_KINDS = {
    "deliberation": "Délibération du conseil municipal", "report": "Bilan annuel",
    "web": "Page du site de la commune", "press": "Article de presse",
}  # fmt: skip


def _insee(number: int) -> str:
    """Return a code of the form of INSEE's; communes go round the departments of the mainland."""
    rest, department = divmod(number, 95)
    return f"{department + 1:02d}{rest + 1:03d}".replace("20", "2A", department == 19)  # noqa: PLR2004 Corsica


def _list_length(mean: int, chance: Random) -> int:
    drawn = chance.lognormvariate(log(mean) - SPREAD**2 / 2, SPREAD)
    return max(SHORTEST, min(LONGEST * mean, round(drawn)))


def _instant(day: int) -> Instant:
    return Instant(datetime.combine(date.fromordinal(day), datetime.min.time(), UTC))
