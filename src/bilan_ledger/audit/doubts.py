"""What an auditor would ask about, although the record is intact.

Decides: which figures, dates, evidence and silences deserve a question.
Refuses to know: whether the bytes are those that were signed.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..action import Action, Status
from ..archive import Archive
from ..completion import Bounds, Contribution, possibilities
from ..dates import Instant
from ..entry import Entry, sealed_in
from ..errors import BilanError
from ..evidence import Evidence, Measure, Precision
from ..history import Known, Record, evidence_of, possible
from ..plan import FigurePublished, Policy
from ..record import Erased
from ..replay import Reconciliation, Verdict, reconcile
from ..text import SealedText
from .findings import Finding, found

LATE = 365  # days between an effective and a recorded date
STALE = 365  # days without an entry
BEFORE_PUBLICATION = 30  # days in which a change of the base is asked about
_SHOWN = 5  # actions that a sentence names


def figures(record: Record) -> Iterator[Finding]:
    """Yield what the ledger says of each published figure, and of the base just before it.

    A figure that followed from the ledger when it was recorded, and no longer does, was revised:
    late entries are no lie. One that never did is contradicted.
    """
    for check in reconcile(record):
        entry = record.streams[None][check.version - 1]
        verdict = str(check.verdict)
        if check.verdict is Verdict.CONTRADICTED:
            [then] = reconcile(record, Known(index=entry.index), version=check.version)
            verdict = "revised" if then.verdict is Verdict.AGREES else verdict
        yield found(
            f"figure-{verdict}", entry.index, subject=record.key, printed=_printed(check),
            on=check.figure.on, ledger=_bounds(check.completion.bounds),
        )  # fmt: skip
        yield from _base_changed(record, entry, check.figure)


def _printed(check: Reconciliation) -> str:
    of = "" if check.figure.of is None else f" / {check.figure.of}"
    return f"{check.figure.percentage:f} %{of}"


def _bounds(bounds: Bounds) -> str:
    return str(bounds.low) if bounds.exact else f"{bounds.low} – {bounds.high}"


def _base_changed(record: Record, entry: Entry, figure: FigurePublished) -> Iterator[Finding]:
    """Yield whether the base moved in the days before a figure, in the world or in the record.

    In the world, only what surely entered or left in these days; in the record, whatever was
    recorded in these days and changes who may be in the base of the figure's day.
    """
    here = Known(index=entry.index)
    now = _membership(record, figure.on, here, figure.policy)
    window = min(BEFORE_PUBLICATION, (figure.on - date.min).days)
    earlier = _membership(record, figure.on - timedelta(days=window), here, figure.policy)
    changed = (
        {name for name in now.keys() & earlier.keys() if now[name].isdisjoint(earlier[name])}
        if _some(earlier)
        else set()
    )  # the first list of all is no change of a list
    before = [
        each.index for each in record.entries
        if entry.recorded_at.utc - each.recorded_at.utc > timedelta(days=BEFORE_PUBLICATION)
        and each.index < entry.index
    ]  # fmt: skip
    if before:
        known = _membership(record, figure.on, Known(index=before[-1]), figure.policy)
        if _some(known):
            names = now.keys() | known.keys()
            changed |= {n for n in names if now.get(n, _OUT) != known.get(n, _OUT)}
    if changed:
        named = ", ".join(sorted(changed)[:_SHOWN]) + (", …" if len(changed) > _SHOWN else "")
        yield found(
            "base-changed", entry.index, subject=record.key, count=len(changed),
            days=BEFORE_PUBLICATION, on=figure.on, actions=named,
        )  # fmt: skip


_OUT = frozenset({False})


def _membership(
    record: Record, on: date, known: Known, policy: Policy
) -> Mapping[str, frozenset[bool]]:
    """Return for each action whether it may be in the base, and whether it may be out of it."""
    view = record.view(known)
    return {
        name: frozenset(each is not Contribution.OUT for each in possible_)
        for name, possible_ in possibilities(view, on, policy).items()
    }


def _some(membership: Mapping[str, frozenset[bool]]) -> bool:
    return any(True in each for each in membership.values())


def late(record: Record) -> Iterator[Finding]:
    """Yield the entries that were recorded long after their effective date, a day at a time."""
    zone = _zone(record)
    days: dict[date, list[tuple[date, Entry]]] = defaultdict(list)
    for entry in record.entries:
        latest = _latest(entry)
        if (
            latest is not None
            and (_day(entry.stated_at or entry.recorded_at, zone) - latest).days > LATE
        ):
            days[_day(entry.recorded_at, zone)].append((latest, entry))
    for recorded, several in days.items():
        yield found(
            "recorded-late", several[0][1].index, subject=record.key, count=len(several),
            recorded=recorded, days=LATE, earliest=min(latest for latest, _ in several),
        )  # fmt: skip


def _zone(record: Record) -> ZoneInfo:
    return ZoneInfo(record.plan.terms().territory.timezone)


def _day(instant: Instant, zone: ZoneInfo) -> date:
    """Return the civil day of an instant in a territory."""
    try:
        return instant.utc.astimezone(zone).date()
    except OverflowError:  # at either end of the calendar
        return instant.utc.date()


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
    measures: dict[tuple[str, str | None], list[Measure]] = defaultdict(list)
    for piece in evidence_of(state):
        if piece.measure is not None:
            measures[piece.measure.indicator, piece.measure.unit].append(piece.measure)
    for (indicator, _), several in measures.items():
        several.sort(key=lambda measure: measure.as_of.latest)
        last = several[-1]
        if last.target is not None and _past(several[0].value, last, last.target):
            yield found(
                "measure-reached", subject=name, indicator=indicator,
                value=f"{last.value:f}", target=f"{last.target:f}",
            )  # fmt: skip


def _past(first: Decimal, last: Measure, target: Decimal) -> bool:
    """Whether a value has surely reached its target, from the side that it came from.

    A value that has come down from above its target is meant to fall to it; any other, also one
    that is known once only, to rise to it.
    """
    if first > target and last.value < first:
        return last.value <= target and last.precision is not Precision.AT_LEAST
    return last.value >= target and last.precision is not Precision.AT_MOST


def stale(record: Record, today: date) -> Iterator[Finding]:
    """Yield whether a plan that still runs has had no entry for a year."""
    if today > record.plan.terms().end:
        return
    zone = _zone(record)
    last = max(_day(entry.stated_at or entry.recorded_at, zone) for entry in record.entries)
    days = (today - last).days
    if days > STALE:
        yield found("plan-stale", subject=record.key, days=days, last=last)


def files(entries: Mapping[int, list[tuple[Evidence, str]]], archive: Archive) -> Iterator[Finding]:
    """Yield captured files that are gone or changed; `entries` gives their hashes by index.

    A file that several entries name is told once, at the first of them.
    """
    told: set[str] = set()
    for index, several in entries.items():
        for piece, digest in several:
            if digest in told:
                continue
            told.add(digest)
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
            elif not holds(kept[commitment], commitment):
                yield found("text-disagrees", entry.index, field=field)


def holds(text: SealedText, commitment: str) -> bool:
    """Whether what is kept is what was sealed; whatever stands there instead is not."""
    try:
        return text.sealed.commitment == commitment
    except (BilanError, TypeError, AttributeError, UnicodeError):
        return False
