"""The log read again from its bytes, with what is wrong in them.

Decides: that every line is canonical, agrees with its columns, and stands in its place.
Refuses to know: what the entries mean, and who signed them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import attrs

from .. import wire
from ..entry import Entry
from ..errors import BilanError, MalformedEntry
from ..merkle import Hash, leaf_hash
from ..wire import Line
from .findings import Finding, found


@attrs.frozen
class Reading:
    """A log as it could be read: the hash of each line, the entries that are ones, the findings."""

    leaves: tuple[Hash, ...]
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]


def split(data: bytes) -> tuple[list[Line], list[Finding]]:
    r"""Return the lines of a `ledger.jsonl`: each ends with "\n", and with nothing else."""
    *whole, rest = data.split(b"\n")
    findings = [found("line-unended")] if rest else []
    if rest:
        whole.append(rest)
    return [Line(index, state) for index, state in enumerate(whole)], findings


def read(lines: Iterable[Line]) -> Reading:
    """Read lines into entries; whatever is wrong becomes a finding, never an exception."""
    leaves: list[Hash] = []
    entries: list[Entry] = []
    findings: list[Finding] = []
    shift = 0
    try:
        for place, line in enumerate(lines):
            leaves.append(leaf_hash(line.state))
            if line.columns is not None and line.index - place != shift:
                # A row that is gone moves all that follow: said once, where it begins.
                shift = line.index - place
                findings.append(found("row-disagrees", place, column="rowid"))
            entry = _decoded(line, line.index if line.columns is None else place, findings)
            if entry is not None:
                entries.append(entry)
    except BilanError as error:
        findings.append(found("store-unreadable", why=error))
    findings.extend(_order(entries))
    findings.extend(_clock(entries))
    return Reading(tuple(leaves), tuple(entries), tuple(findings))


def _decoded(line: Line, place: int, findings: list[Finding]) -> Entry | None:
    try:
        entry = wire.decode(line.state, place)
    except MalformedEntry as error:
        why = error.facts.get("why") or error.facts.get("name") or error.code
        findings.append(found("bytes-not-canonical", place, why=why))
        return None
    if column := wire.disagreement(line, entry):
        findings.append(found("row-disagrees", place, column=column))
    return entry


def _order(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield what is missing, doubled or too late in each stream, which counts 1, 2, 3, …."""
    streams: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        streams[entry.subject].append(entry)
    for subject, several in streams.items():
        seen: set[int] = set()
        latest = 0
        for entry in several:
            if entry.version in seen:
                yield found("entry-doubled", entry.index, subject=subject, version=entry.version)
            elif entry.version < latest:
                yield found("entry-reordered", entry.index, subject=subject, version=entry.version)
            seen.add(entry.version)
            latest = max(latest, entry.version)
        for before, version in pairwise([0, *sorted(seen)]):
            if version > before + 1:
                gap = f"{before + 1}–{version - 1}" if version > before + 2 else f"{before + 1}"
                yield found("entry-missing", subject=subject, version=gap)


def _clock(entries: Sequence[Entry]) -> Iterator[Finding]:
    latest = None
    for entry in entries:
        if latest is not None and entry.recorded_at < latest:
            yield found("recorded-back", entry.index, recorded_at=entry.recorded_at)
        latest = entry.recorded_at if latest is None else max(latest, entry.recorded_at)
