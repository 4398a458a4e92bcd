"""What an auditor would ask about, although the record is intact.

Decides: which figures, dates, evidence and silences deserve a question.
Refuses to know: whether the bytes are those that were signed.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from ..action import Action, Status
from ..archive import Archive
from ..completion import Bounds
from ..entry import Entry, sealed_in
from ..errors import BilanError
from ..evidence import Evidence, Measure
from ..history import Known, Record, evidence_of, possible
from ..plan import Policy
from ..record import Erased
from ..replay import Reconciliation, explain, reconcile
from ..text import SealedText
from .findings import Finding, found

LATE = 365  # days between an effective and a recorded date
STALE = 365  # days without an entry
BEFORE_PUBLICATION = 30  # days in which a change of the base is asked about
_SHOWN = 5  # actions that a sentence names


def figures(record: Record) -> Iterator[Finding]:
    """Yield what the ledger says of each published figure, and of the base just before it."""
    for check in reconcile(record):
        yield found(
            f"figure-{check.verdict}", _index(record, None, check.version), subject=record.key,
            printed=_printed(check), on=check.figure.on, ledger=_bounds(check.completion.bounds),
        )  # fmt: skip
        yield from _base_changed(record, check)


def _printed(check: Reconciliation) -> str:
    of = "" if check.figure.of is None else f" / {check.figure.of}"
    return f"{check.figure.percentage:f} %{of}"


def _bounds(bounds: Bounds) -> str:
    return str(bounds.low) if bounds.exact else f"{bounds.low} – {bounds.high}"


def _index(record: Record, action: str | None, version: int) -> int:
    return next(e.index for e in record.streams[action] if e.version == version)


def _base_changed(record: Record, check: Reconciliation) -> Iterator[Finding]:
    """Yield whether the base moved in the days before a figure, in the world or in the record."""
    figure, policy = check.figure, check.figure.policy
    entry = _index(record, None, check.version)
    earlier = figure.on - timedelta(days=BEFORE_PUBLICATION)
    changed = _changed(
        record, (earlier, Known(index=entry)), (figure.on, Known(index=entry)), policy
    )
    recorded = next(e for e in record.entries if e.index == entry).recorded_at.utc
    since = recorded - timedelta(days=BEFORE_PUBLICATION)
    before = [e.index for e in record.entries if e.recorded_at.utc < since]
    if before:
        was = Known(index=before[-1])
        changed |= _changed(record, (figure.on, was), (figure.on, Known(index=entry)), policy)
    if changed:
        named = ", ".join(sorted(changed)[:_SHOWN]) + (", …" if len(changed) > _SHOWN else "")
        yield found(
            "base-changed", entry, subject=record.key, count=len(changed),
            days=BEFORE_PUBLICATION, on=figure.on, actions=named,
        )  # fmt: skip


def _changed(
    record: Record, before: tuple[date, Known], after: tuple[date, Known], policy: Policy
) -> set[str]:
    if record.key not in record.view(before[1]).plans:
        return set()
    told = explain([record], before, after, policy)
    if not told.before.bounds.high.base:  # the first list of all is no change of a list
        return set()
    return {part.action for part in told.base_changes}


def late(record: Record) -> Iterator[Finding]:
    """Yield the entries that were recorded long after their effective date, a day at a time."""
    days: dict[date, list[Entry]] = defaultdict(list)
    for entry in record.entries:
        told = (entry.stated_at or entry.recorded_at).utc.date()
        latest = _latest(entry)
        if latest is not None and (told - latest).days > LATE:
            days[entry.recorded_at.utc.date()].append(entry)
    for recorded, several in days.items():
        earliest = min(day for entry in several if (day := _latest(entry)))
        yield found(
            "recorded-late", several[0].index, subject=record.key, count=len(several),
            recorded=recorded, days=LATE, earliest=earliest,
        )  # fmt: skip


def _latest(entry: Entry) -> date | None:
    on = getattr(entry.event, "on", None) if entry.action is not None else None
    latest: date | None = getattr(on, "latest", on)
    return latest


def unshown(record: Record, today: date) -> Iterator[Finding]:
    """Yield realised actions without evidence, and targets reached by actions that are not."""
    for name, state in record.view().actions.items():
        standing = {each.status for each in possible(state, today)}
        if standing == {Status.REALISED} and not evidence_of(state):
            yield found("evidence-missing", subject=name)
        if Status.REALISED not in standing:
            yield from _reached(name, state)


def _reached(name: str, state: Action) -> Iterator[Finding]:
    measures: dict[str, list[Measure]] = defaultdict(list)
    for piece in evidence_of(state):
        if piece.measure is not None:
            measures[piece.measure.indicator].append(piece.measure)
    for indicator, several in measures.items():
        several.sort(key=lambda measure: measure.as_of.latest)
        last = several[-1]
        if last.target is not None and _past(several[0].value, last.value, last.target):
            yield found(
                "measure-reached", subject=name, indicator=indicator,
                value=f"{last.value:f}", target=f"{last.target:f}",
            )  # fmt: skip


def _past(first: Decimal, last: Decimal, target: Decimal) -> bool:
    """Whether a value has reached its target, from the side that it came from."""
    return last <= target if first > target and first != last else last >= target


def stale(record: Record, today: date) -> Iterator[Finding]:
    """Yield whether a plan that still runs has had no entry for a year."""
    if record.plan.created is None or today > record.plan.terms().end:
        return
    last = max((e.stated_at or e.recorded_at).utc.date() for e in record.entries)
    days = (today - last).days
    if days > STALE:
        yield found("plan-stale", subject=record.key, days=days, last=last)


def files(entries: Mapping[int, list[tuple[Evidence, str]]], archive: Archive) -> Iterator[Finding]:
    """Yield captured files that are gone or changed; `entries` gives their hashes by index."""
    for index, several in entries.items():
        for piece, digest in several:
            whole = archive.check(digest)
            if whole is None:
                yield found("evidence-file-missing", index, title=piece.title)
            elif not whole:
                yield found("evidence-differs", index, title=piece.title)


def texts(entries: tuple[Entry, ...], kept: Mapping[str, SealedText]) -> Iterator[Finding]:
    """Yield sealed texts that are gone without an erasure, or are not what was sealed."""
    erased = {s.commitment for e in entries if isinstance(e.event, Erased) for s in e.event.texts}
    told: set[str] = set()
    for entry in entries:
        for field, sealed in sealed_in(entry):
            commitment = sealed.commitment
            if commitment in told:
                continue
            told.add(commitment)
            if commitment not in kept:
                if commitment not in erased:
                    yield found("text-missing", entry.index, field=field)
            elif not _holds(kept[commitment], commitment):
                yield found("text-disagrees", entry.index, field=field)


def _holds(text: SealedText, commitment: str) -> bool:
    try:
        return text.sealed.commitment == commitment
    except (BilanError, TypeError, AttributeError, UnicodeError):  # whatever stands there instead
        return False
