"""What an import would record, decided by the rule book on a copy of the plan in memory.

Decides: whether what is to be recorded can be; nothing is saved here.
Refuses to know: files and rows, and how entries are saved.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs

from ..action import (
    Action,
    Description,
    Event,
    ScopeEvent,
    StatusEvent,
    Surroundings,
    decide,
    description,
    evolve,
    scope_after,
    statuses_after,
    successors,
    touches_lineage,
)
from ..action import Command as ActionCommand
from ..dates import Instant, When
from ..entry import Entry
from ..errors import CommandRefused, Refusal
from ..evidence import Evidence
from ..history import Record, evidence_of
from ..ledger import Ledger, Order
from ..plan import Event as PlanEvent
from ..plan import PlanCreated, Terms
from ..record import AttachEvidence, EvidenceAttached, Recorded, Retract, live
from ..text import Sealed
from ..wire import name_of_event
from .compare import LEFT, Now, Wanted, change, latest, next_command
from .words import Word

_OF_PLAN: dict[type[Any], str] = {
    PlanCreated: "plan.created",
    EvidenceAttached: "plan.evidence-attached",
}
_MOST = 12  # commands from any standing to any other
Look = Callable[[Action], Now | None]


@attrs.frozen
class Step:
    """One command that would be recorded, with the events that it gives."""

    order: Order
    events: tuple[Event | PlanEvent, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The public names of its events."""
        if "/" in self.order.subject:
            return tuple(name_of_event(event) for event in self.events)
        return tuple(_OF_PLAN[type(event)] for event in self.events)


@attrs.frozen(kw_only=True)
class Origin:
    """Where a row stands and when its source states it, and the key figure that it carries.

    `known_by`: only what was stated by then is compared with the row.
    """

    place: str
    stated: Instant | None = None
    known_by: Instant | None = None
    measure: Evidence | None = None


class Draft:
    """A plan's actions as they stand, and as each step of an import would leave them."""

    def __init__(self, ledger: Ledger, plan: str, record: Record | None, terms: Terms) -> None:
        self.plan = plan
        self.states: dict[str, Action] = dict(record.actions) if record else {}
        self.groups: list[tuple[Step, ...]] = []
        self._stated: dict[str, list[tuple[Instant | None, Instant]]] = {}
        self._axes = {axis.key: frozenset(t.key for t in axis.themes) for axis in terms.axes}
        entries = record.entries if record else []
        for entry in entries:
            if entry.action is not None:
                self._remember(entry.action, entry.stated_at, entry.recorded_at)
        self._texts = ledger.texts(_responsible(entries))

    def _remember(self, key: str, stated: Instant | None, otherwise: Instant) -> None:
        """Keep when an entry was stated, and since when it was known by its source's word."""
        times = self._stated.setdefault(key, [])
        known = stated or otherwise
        times.append((stated, max(known, times[-1][1]) if times else known))

    # --- reading -----------------------------------------------------------------------------

    def seen(self, key: str, by: Instant | None) -> Action:
        """Return an action as its sources had stated it by an instant (None: as it stands)."""
        state = self.states.get(key, Action())
        visible = self._visible(key, by)
        return state if visible is None else state.seen(visible)

    def _visible(self, key: str, by: Instant | None) -> set[int] | None:
        times = self._stated.get(key, [])
        if by is None or not times or times[-1][1] <= by:
            return None
        return {version for version, (_, known) in enumerate(times, 1) if known <= by}

    def in_plan(self, by: Instant | None) -> list[str]:
        """Return the keys of the actions that have not left the plan."""
        standing = ((key, latest(self.seen(key, by))) for key in self.states)
        return [key for key, now in standing if now and now.scope not in LEFT]

    def recorded(self, key: str, word: Word, on: When, stated: Instant | None) -> bool:
        """Whether this very statement stands in the ledger, retracted or not."""
        return bool(self._saying(key, word, on, stated))

    def retracted(self, key: str, word: Word, on: When, stated: Instant | None) -> bool:
        """Whether this very statement stands in the ledger, and was retracted."""
        found = self._saying(key, word, on, stated)
        return bool(found) and all(item.retracted_by is not None for item in found)

    def _saying(
        self, key: str, word: Word, on: When, stated: Instant | None
    ) -> list[Recorded[StatusEvent | ScopeEvent]]:
        state, times = self.states.get(key, Action()), self._stated.get(key, [])
        items: list[Recorded[Any]] = [*state.statuses, *state.scopes]
        return [
            item
            for item in items
            if item.event.on.text == on.text
            and times[item.version - 1][0] == stated
            and _says(item.event, word)
        ]

    # --- deciding ----------------------------------------------------------------------------

    def bring(self, key: str, wanted: Wanted, look: Look, origin: Origin) -> bool:
        """Decide all commands from where an action stands to where a row says that it stands.

        Returns whether there was any. Raises `CommandRefused` or `InvalidValue`; then nothing
        of this row is kept.
        """
        trial = _Trial(self, key, origin, self._visible(key, origin.known_by))
        for _ in range(_MOST):
            command = next_command(look(trial.seen), wanted)
            if command is None or (trial.steps and command == trial.steps[-1].order.command):
                break
            trial.decide(command)
        told = self._readable(description(trial.seen, wanted.day)) if trial.listed else None
        if told is not None and (described := change(trial.seen, wanted, told)):
            trial.decide(described)
        piece = origin.measure
        if piece and all(each.measure != piece.measure for each in evidence_of(trial.state)):
            trial.decide(AttachEvidence(evidence=piece))
        return self._keep(trial)

    def single(self, key: str, command: ActionCommand, origin: Origin) -> bool:
        """Decide one command; raises `CommandRefused`."""
        trial = _Trial(self, key, origin, None)
        trial.decide(command)
        return self._keep(trial)

    def _keep(self, trial: "_Trial") -> bool:
        if trial.steps:
            self.states[trial.key] = trial.state
            self.groups.append(tuple(trial.steps))
            for step in trial.steps:
                for _ in step.events:
                    self._remember(trial.key, trial.stated, trial.stated or _LAST)
        return bool(trial.steps)

    def around(self, key: str, command: ActionCommand) -> Surroundings:
        """Return what the rules of one action need to know of the others."""
        lineage: dict[str, tuple[str, ...]] = {}
        # What carries nobody on has no lineage to break: most actions, so this is worth asking.
        if touches_lineage(command) and successors(self.states.get(key, Action())):
            found = self.states.items()
            lineage = {name: successors(s) for name, s in found if live(s.statuses)}
        return Surroundings(action=key, lineage=lineage, axes=self._axes)

    def _readable(self, told: Description) -> Description:
        who = told.responsible
        return (
            attrs.evolve(told, responsible=self._texts.get(who))
            if isinstance(who, Sealed)
            else told
        )


_LAST = Instant.of("9999-12-31T00:00:00Z")  # what no source states is known last


class _Trial:
    """The commands of one row on a copy of its action: kept together, or not at all."""

    def __init__(self, draft: Draft, key: str, origin: Origin, visible: set[int] | None) -> None:
        self.key, self.stated = key, origin.stated
        self.state = draft.states.get(key, Action())
        self.steps: list[Step] = []
        self._draft, self._place, self._visible = draft, origin.place, visible

    @property
    def seen(self) -> Action:
        """The action with what was known, and what this row adds."""
        return self.state if self._visible is None else self.state.seen(self._visible)

    @property
    def listed(self) -> bool:
        """Whether the action is on the plan's list."""
        return bool(live(self.seen.statuses))

    def decide(self, command: ActionCommand) -> None:
        """Decide one command; raises `CommandRefused`.

        What a retraction would leave without sense is retracted before it: an assessment that
        was made after the one that goes with the retracted status.
        """
        subject = f"{self._draft.plan}/{self.key}"
        events = decide(command, self.state, self._draft.around(self.key, command))
        if isinstance(events, Refusal):
            if not isinstance(command, Retract) or events.code != "history-broken":
                raise CommandRefused(events, subject=subject, place=self._place)
            for entry in events.entries:
                self.decide(attrs.evolve(command, entry=entry))
            self.decide(command)
            return
        for event in events:
            self.state = evolve(self.state, event)
            if self._visible is not None:
                self._visible.add(self.state.version)
        order = Order(subject, command, self.stated, self._place)
        self.steps.append(Step(order, events))


def _says(event: StatusEvent | ScopeEvent, word: Word) -> bool:
    if isinstance(event, StatusEvent):
        return bool(word.statuses) and statuses_after(event) == word.statuses
    return not word.statuses and scope_after(event) is word.scope


def _responsible(entries: Iterable[Entry]) -> Iterator[Sealed]:
    """Yield the commitments to who is responsible, to be compared with what a row says."""
    for entry in entries:
        event: Any = entry.event
        told = getattr(event, "change", event)
        if isinstance(who := getattr(told, "responsible", None), Sealed):
            yield who
