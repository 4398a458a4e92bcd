"""What was recorded of one action, as lines for a reader and as moves for the page's code.

Decides: the order of the lines (of the world, not of the recording), and their words.
Refuses to know: how a line is drawn, and every text that may name a person.
"""

from datetime import date
from typing import Any

import attrs

from ..action import (
    Action,
    Described,
    Engaged,
    Qualified,
    Reopened,
    Restored,
    scope_after,
    statuses_after,
)
from ..dates import When
from ..entry import Entry
from ..history import Record
from ..record import Erased, EvidenceAttached, Recorded, Retracted
from .words import Words


@attrs.frozen(kw_only=True)
class Line:
    """One entry as it is read: when it happened, what, and the entry that withdrew it, if any."""

    entry: Entry
    word: str
    when: When | None
    retraction: Entry | None


def lines(record: Record, key: str, words: Words) -> list[Line]:
    """Return what was recorded of an action, in the order in which it happened.

    What has no date of its own (a document that was attached) comes last; a retraction stands
    with the entry that it withdrew.
    """
    entries = record.streams[key]
    state = record.actions[key]
    gone = {
        item.version: entries[item.retracted_by - 1]
        for items in (state.statuses, state.scopes, state.remarks)
        for item in items
        if item.retracted_by is not None
    }
    told = [
        Line(entry=entry, word=_word(entry.event, words), when=_when(entry.event),
             retraction=gone.get(entry.version))
        for entry in entries
        if not isinstance(entry.event, Retracted | Erased)
    ]  # fmt: skip
    return sorted(told, key=_place)


def _place(line: Line) -> tuple[date, date, int]:
    if line.when is None:
        return date.max, date.max, line.entry.version
    return line.when.earliest, line.when.latest, line.entry.version


def _when(event: Any) -> When | None:
    on = getattr(event, "on", None)
    return None if on is None else When.of(on)


def _word(event: Any, words: Words) -> str:
    match event:
        case Engaged(at_least=True):
            return words("event-at-least")
        case Reopened(to=to):
            return words("event-reopened", to=words.word(to))
        case Restored():
            return words("event-restored")
        case Described():
            return words("event-described")
        case EvidenceAttached():
            return words("event-evidence-attached")
        case Qualified(qualifier=said):
            return words("event-qualified", word=words(f"qualifier-{said or 'none'}"))
        case _:
            return _standing(event, words)


def _standing(event: Any, words: Words) -> str:
    """Return the word for an event that is told by where it leaves the action."""
    if type(event).__name__ in {"Proposed", "Engaged", "Realised", "Abandoned"}:
        (status,) = statuses_after(event)
        return words.word(status)
    return words.word(scope_after(event))


# --- for the page's code ---------------------------------------------------------------------


def moves(state: Action, labels: dict[str, int], words: Words) -> list[list[int]]:
    """Return what of an action may have moved the figure: one row an entry.

    A row is its version, the version that retracted it (0: none), what it is (0 a status,
    1 a scope, 2 evidence for another entry), first day or that other entry, last day, and the
    number of its label.
    """
    return [
        *(_dated(item, 0, labels, words) for item in state.statuses),
        *(_dated(item, 1, labels, words) for item in state.scopes),
        *(
            [item.version, item.retracted_by or 0, 2, item.event.entry, 0,
             _label(item, labels, words)]
            for item in state.remarks
            if isinstance(item.event, EvidenceAttached) and item.event.entry is not None
        ),
    ]  # fmt: skip


def _dated(item: Recorded[Any], kind: int, labels: dict[str, int], words: Words) -> list[int]:
    on = item.event.on
    days = [on.earliest.toordinal(), on.latest.toordinal()]
    return [item.version, item.retracted_by or 0, kind, *days, _label(item, labels, words)]


def _label(item: Recorded[Any], labels: dict[str, int], words: Words) -> int:
    when = _when(item.event)
    text = _word(item.event, words)
    told = text if when is None else f"{text} {words.dated(when)}"
    return labels.setdefault(told, len(labels))
