"""The rules held against the log: what was recorded could have been recorded.

Each entry is decided again, on the state before it and with the plan's terms and lineage of that
moment, and must come out as it was recorded. The rules have not changed since the first release;
when one does, this room will decide by the rules in force on the recorded date.

Where an entry of a stream is missing, doubled or out of order, nothing is decided from there on:
the state before it is not known, and what is wrong is said already. So it is, too, once a history
cannot have been.

Decides: which entries no command can have given, and which histories cannot have been.
Refuses to know: figures, evidence and signatures.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import takewhile
from typing import Any

import attrs

from .. import action as actions
from .. import plan as plans
from ..action import Action, Proposed
from ..dates import Instant, windows
from ..entry import Entry, sealed_in
from ..errors import Refusal
from ..history import Record
from ..record import Erased, Retracted, live
from .findings import Finding, found

Axes = Mapping[str, frozenset[str]]
_NO_SUCH_COMMAND = (
    "les règles auraient donné une autre écriture",
    "the rules would have given another entry",
)
_AFTER_NOTHING = (
    "l'écriture n° {version} suit une écriture qui n'existe pas",
    "entry number {version} stands after an entry that is not there",
)
_STATUSES = ("l'ordre des statuts", "the order of statuses")
_SCOPES = (
    "l'ordre des entrées et des sorties du programme",
    "the order of leaving and joining the plan",
)
_DATES = ("les dates", "the dates")
_UNDECLARED = {"axis-unknown", "theme-unknown", "theme-without-axis"}
_SAME_MOMENT = timedelta(minutes=1)
_MOST = 4  # entries of one command: two retractions, a status, and the assessment with it


def decided_again(entries: Sequence[Entry]) -> tuple[dict[str, Record], list[Finding]]:
    """Return what the log says of each plan, and the entries that the rules would have refused.

    A plan with a stream that is not whole is left out: what it says cannot be known.
    """
    again = _Again(_torn_plans(entries))
    done = 0
    while done < len(entries):
        done += again.learn(_run(entries[done : done + _MOST]))
    torn = {plan for plan, _ in again.torn}
    return {k: r for k, r in again.records.items() if k not in torn}, again.findings


def _torn_plans(entries: Iterable[Entry]) -> set[str]:
    """Return the plans that an entry of their own stream is missing of, or out of order."""
    versions: Counter[str] = Counter()
    torn: set[str] = set()
    for entry in entries:
        if entry.action is None:
            versions[entry.plan] += 1
            if entry.version != versions[entry.plan]:
                torn.add(entry.plan)
    return torn


def _run(entries: Sequence[Entry]) -> list[Entry]:
    """Return the first entries that one command may have given: of one stream, save and author."""
    first = entries[0]

    def same(pair: tuple[int, Entry]) -> bool:
        version, entry = pair
        return entry.version == version and _saved(entry) == _saved(first)

    return [entry for _, entry in takewhile(same, enumerate(entries, first.version))]


def _saved(entry: Entry) -> tuple[object, ...]:
    return (entry.subject, entry.recorded_at, entry.recorded_by, entry.stated_at)


class _Again:
    """The log decided again, command by command."""

    def __init__(self, unknown: set[str]) -> None:
        self._unknown = unknown  # plans whose terms nobody can know
        self.records: dict[str, Record] = {}
        self.findings: list[Finding] = []
        self.torn: set[tuple[str, str | None]] = set()  # streams that are not whole
        self._unsound: set[tuple[str, str | None]] = set()  # histories that cannot have been
        self._axes: dict[str, Axes] = {}
        self._dropped: dict[str, tuple[Axes | None, Instant]] = {}  # the axes before, until when

    def learn(self, several: Sequence[Entry]) -> int:
        """Decide the first of these entries again, learn what its command gave, and count it."""
        first = several[0]
        stream = (first.plan, first.action)
        record = self.records.setdefault(first.plan, Record(first.plan))
        if stream in self.torn or first.version != len(record.streams.get(first.action, ())) + 1:
            self.torn.add(stream)
            return 1
        taken, why = 1, None
        if stream not in self._unsound:
            taken, why = self._taken(record, several)
        for entry in several[:taken]:
            self._add(record, entry)
        if why is not None:
            self.findings.append(
                found("refused-by-rules", first.index, subject=first.subject, why=why)
            )
            if first.action and not _sound(record.actions.get(first.action, Action())):
                self._unsound.add(stream)
        return taken

    def _add(self, record: Record, entry: Entry) -> None:
        try:
            record.add(entry)
        except ValueError:
            why = tuple(each.format(version=entry.version) for each in _AFTER_NOTHING)
            self._say("history-impossible", entry, why=why)
            self.torn.add((entry.plan, entry.action))
            return
        if isinstance(entry.event, Erased) and not _own(record, entry, entry.event):
            self._say("erasure-foreign", entry)
        if entry.action is None and record.plan.created is not None:
            terms = record.plan.terms()
            axes = {axis.key: frozenset(t.key for t in axis.themes) for axis in terms.axes}
            before = self._axes.get(record.key, axes)
            if axes != before:
                self._dropped[record.key] = (before, entry.recorded_at)
            self._axes[record.key] = axes

    def _say(self, code: str, entry: Entry, **facts: Any) -> None:
        self.findings.append(found(code, entry.index, subject=entry.subject, **facts))

    def _taken(self, record: Record, several: Sequence[Entry]) -> tuple[int, Any]:
        """Return how many entries one command gave, and why there is no such command."""
        events = [entry.event for entry in several]
        decide = self._decider(record, several[0])
        why: Any = None
        for command in _commands(events, of_plan=several[0].action is None):
            given = decide(command)
            if isinstance(given, Refusal):
                why = why or given
            elif list(given) == events[: len(given)]:
                return len(given), None
            else:
                why = why or _NO_SUCH_COMMAND
        return 1, why

    def _decider(self, record: Record, entry: Entry) -> "Decider":
        name = entry.action
        if name is None:
            return lambda command: plans.decide(command, record.plan)
        unknown = record.key in self._unknown
        if record.plan.created is None and not unknown:
            self._unknown.add(record.key)  # said once
            return lambda _: Refusal("plan-unknown")
        state = record.actions.get(name, Action())
        now: Axes = {} if unknown else self._axes[record.key]
        around = actions.Surroundings(
            action=name, axes=now, lineage=_Lineage(record, self.torn, entry.plan)
        )

        def decide(command: Any) -> tuple[Any, ...] | Refusal:
            given = actions.decide(command, state, around)
            if not isinstance(given, Refusal) or given.code not in _UNDECLARED:
                return given
            # Another writer may have amended the plan between the decision and its recording.
            before, until = self._dropped.get(record.key, (None, entry.recorded_at))
            if before is None or entry.recorded_at.utc - until.utc > _SAME_MOMENT:
                return given
            return actions.decide(command, state, attrs.evolve(around, axes=before))

        return decide


Decider = Callable[[Any], tuple[Any, ...] | Refusal]


class _Lineage(Mapping[str, tuple[str, ...]]):
    """Who carries on whom in a plan, looked up where it is asked about.

    An action whose stream is not whole is taken to be listed: nobody can tell.
    """

    def __init__(self, record: Record, torn: set[tuple[str, str | None]], plan: str) -> None:
        self._record, self._torn, self._plan = record, torn, plan

    def __getitem__(self, name: str) -> tuple[str, ...]:
        state = self._record.actions.get(name, Action())
        if (self._plan, name) not in self._torn and not live(state.statuses):
            raise KeyError(name)
        return actions.successors(state)

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._record.actions if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _own(record: Record, entry: Entry, erased: Erased) -> bool:
    stream = record.streams.get(entry.action, [])
    named = stream[erased.entry - 1] if 0 < erased.entry <= len(stream) else None
    held = set() if named is None else {sealed for _, sealed in sealed_in(named)}
    return set(erased.texts) <= held


def _commands(events: Sequence[Any], *, of_plan: bool) -> Iterator[Any]:
    """Yield the commands that may have given the first of these events."""
    first = events[0]
    yield plans.again(first) if of_plan else actions.again(first)
    if isinstance(first, Retracted) and not of_plan:
        instead = next((e for e in events if not isinstance(e, Retracted)), None)
        if isinstance(instead, actions.StatusEvent | actions.ScopeEvent):
            by = actions.again(instead)
            yield actions.Correct(entry=first.entry, by=by, reason=first.reason)


# --- histories -------------------------------------------------------------------------------


def impossible(record: Record) -> Iterator[Finding]:
    """Yield each action whose dated history cannot have been."""
    for key, state in record.actions.items():
        why = _wrong(state)
        if why is not None:
            yield found("history-impossible", subject=f"{record.key}/{key}", why=why)


def _sound(state: Action) -> bool:
    """Whether the rules can be asked about an action: its history can have been, and began."""
    began = any(isinstance(item.event, Proposed) for item in state.statuses)
    return began and _wrong(state) is None


def _wrong(state: Action) -> tuple[str, str] | None:
    """Return what is impossible in an action's dated history (French, English)."""
    statuses = [item.event for item in live(state.statuses)]
    scopes = [item.event for item in live(state.scopes)]
    if not _legal(statuses, actions.status_may_follow):
        return _STATUSES
    if not _legal(scopes, actions.scope_may_follow):
        return _SCOPES
    dated = all(windows([e.on for e in events]).consistent for events in (statuses, scopes))
    return None if dated else _DATES


def _legal(events: Sequence[Any], may_follow: Callable[[Any, Any], bool]) -> bool:
    pairs = zip([None, *events], events, strict=False)
    return all(may_follow(before, event) for before, event in pairs)
