"""The rules held against the log: what was recorded could have been recorded.

Each entry is decided again, on the state before it and with the plan's terms and lineage of that
moment, and must come out as it was recorded. The rules have not changed since the first release;
when one does, this room will decide by the rules in force on the recorded date.

Decides: which entries no command can have given, and which histories cannot have been.
Refuses to know: figures, evidence and signatures.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import takewhile
from typing import Any

import attrs

from .. import action as actions
from .. import plan as plans
from ..dates import windows
from ..entry import Entry, sealed_in
from ..errors import Refusal
from ..history import Record
from ..record import Erased, Retracted, live
from .findings import Finding, found


def decided_again(
    entries: Sequence[Entry], broken: Collection[str] = ()
) -> tuple[dict[str, Record], list[Finding]]:
    """Return what the log says of each plan, and the entries that the rules would have refused.

    Of a `broken` stream (a plan's key or `plan/action`) entries are missing or out of order: its
    entries are not decided again, for each would be refused.
    """
    records: dict[str, Record] = {}
    findings: list[Finding] = []
    done = 0
    while done < len(entries):
        entry = entries[done]
        record = records.setdefault(entry.plan, Record(entry.plan))
        several = _run(entries[done : done + _MOST])
        whole = entry.subject not in broken
        taken, why = _taken(record, several) if whole else (1, None)
        if why is not None:
            findings.append(found("refused-by-rules", entry.index, subject=entry.subject, why=why))
        for each in several[:taken]:
            _learn(record, each, findings)
        done += taken
    return records, findings


_MOST = 5  # entries of one command: a correction with the assessment that came with a status


def _run(entries: Sequence[Entry]) -> list[Entry]:
    """Return the first entries that are of one stream: what one command gave stands together."""
    subject = entries[0].subject
    return list(takewhile(lambda entry: entry.subject == subject, entries))


def _learn(record: Record, entry: Entry, findings: list[Finding]) -> None:
    try:
        record.add(entry)
    except ValueError:
        why = Refusal("history-after", {"version": entry.version})
        findings.append(found("history-impossible", entry.index, subject=entry.subject, why=why))
    if isinstance(entry.event, Erased) and not _own(record, entry, entry.event):
        findings.append(found("erasure-foreign", entry.index, subject=entry.subject))


def _own(record: Record, entry: Entry, erased: Erased) -> bool:
    stream = record.streams.get(entry.action, [])
    named = next((each for each in stream if each.version == erased.entry), None)
    held = set() if named is None else {sealed for _, sealed in sealed_in(named)}
    return set(erased.texts) <= held


def _taken(record: Record, several: Sequence[Entry]) -> tuple[int, Refusal | None]:
    """Return how many entries one command gave, and why there is no such command."""
    events = [entry.event for entry in several]
    decide = _decider(record, several[0].action)
    why: Refusal | None = None
    for command in _commands(events, of_plan=several[0].action is None):
        given = decide(command)
        if isinstance(given, Refusal):
            why = why or given
        elif list(given) == events[: len(given)]:
            return len(given), None
        else:
            why = why or Refusal("rules-give-other")
    return 1, why


def _commands(events: Sequence[Any], *, of_plan: bool) -> Iterator[Any]:
    """Yield the commands that may have given the first of these events."""
    first = events[0]
    yield plans.again(first) if of_plan else actions.again(first)
    if isinstance(first, Retracted) and not of_plan:
        instead = next((e for e in events if not isinstance(e, Retracted)), None)
        if isinstance(instead, actions.StatusEvent | actions.ScopeEvent):
            by = actions.again(instead)
            yield actions.Correct(entry=first.entry, by=by, reason=first.reason)


Decider = Callable[[Any], tuple[Any, ...] | Refusal]


def _decider(record: Record, name: str | None) -> Decider:
    if name is None:
        return lambda command: plans.decide(command, record.plan)
    if record.plan.created is None:
        return lambda _: Refusal("plan-unknown")
    state = record.actions.get(name, actions.Action())
    axes = {a.key: frozenset(t.key for t in a.themes) for a in record.plan.terms().axes}
    around = actions.Surroundings(action=name, axes=axes)

    def decide(command: Any) -> tuple[Any, ...] | Refusal:
        if not actions.touches_lineage(command):
            return actions.decide(command, state, around)
        return actions.decide(command, state, attrs.evolve(around, lineage=_lineage(record)))

    return decide


def _lineage(record: Record) -> dict[str, tuple[str, ...]]:
    return {
        key: actions.successors(state)
        for key, state in record.actions.items()
        if live(state.statuses)
    }


def impossible(record: Record) -> Iterator[Finding]:
    """Yield each action whose dated history cannot have been."""
    for key, state in record.actions.items():
        statuses = [item.event for item in live(state.statuses)]
        scopes = [item.event for item in live(state.scopes)]
        legal = _legal(statuses, actions.status_may_follow)
        legal = legal and _legal(scopes, actions.scope_may_follow)
        dated = all(windows([e.on for e in events]).consistent for events in (statuses, scopes))
        if not (legal and dated):
            why = Refusal("history-dates") if legal else Refusal("history-order")
            yield found("history-impossible", subject=f"{record.key}/{key}", why=why)


def _legal(events: Sequence[Any], may_follow: Callable[[Any, Any], bool]) -> bool:
    pairs = zip([None, *events], events, strict=False)
    return all(may_follow(before, event) for before, event in pairs)
