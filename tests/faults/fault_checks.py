"""What must hold of a ledger after any fault, judged from the log and from what workers said."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
from fault_worker import PLAN, digest, marked

from bilan_ledger import Entry, Ledger


class Fault(AssertionError):
    """The ledger broke a promise."""


@attrs.define
class Journal:
    """What the workers of one ledger said, all lives together."""

    tried: dict[int, int] = attrs.Factory(dict)
    saved: dict[int, list[tuple[int, str, int]]] = attrs.Factory(dict)
    refused: dict[int, str] = attrs.Factory(dict)
    failed: dict[int, dict[str, Any]] = attrs.Factory(dict)
    unread: Counter[str] = attrs.Factory(Counter)
    slowest: float = 0.0
    retried: int = 0  # acknowledged after a second attempt, to judge by the time that it took

    def add(self, lines: Iterable[dict[str, Any]]) -> list[int]:
        """Take in what one worker said; return its acknowledged indexes in its order."""
        indexes: list[int] = []
        for line in lines:
            match line["say"]:
                case "try":
                    self.tried[line["op"]] = line["n"]
                case "saved":
                    entries = [(i, s, v) for i, s, v in line["entries"]]
                    self.saved[line["op"]] = entries
                    indexes.extend(index for index, _, _ in entries)
                    self.slowest = max(self.slowest, line["seconds"])
                    self.retried += line["seconds"] > 0.2
                case "refused":
                    self.refused[line["op"]] = line["code"]
                case "failed":
                    self.failed[line["op"]] = line
                    self.slowest = max(self.slowest, line["seconds"])
                case "unread":
                    self.unread[line["code"]] += 1
        return indexes

    def acknowledged(self) -> int:
        """Return how many entries were acknowledged."""
        return sum(map(len, self.saved.values()))


def said(file: Path) -> list[dict[str, Any]]:
    """Return what a worker said; a last line that the kill cut off was not said."""
    return [json.loads(line) for line in file.read_bytes().split(b"\n")[:-1]]


@attrs.define
class Verdict:
    """What an examination found; everything but `present` and `unsaid` must stay at nought."""

    present: int = 0
    unsaid: int = 0  # operations that are there, whole, though the kill came before the answer
    despite: int = 0  # operations that are there, whole, though the answer was an error
    faults: Counter[str] = attrs.Factory(Counter)
    digests: list[str] = attrs.Factory(list)

    def fault(self, kind: str, *, holds: bool) -> None:
        """Count a fault unless a promise holds."""
        if not holds:
            self.faults[kind] += 1


def examine(place: str, journal: Journal, earlier: Sequence[str] = ()) -> Verdict:
    """Open the ledger and hold its log against the journal and against what it was earlier.

    `earlier` holds the digests of the log as it was found last time: it may only have grown.
    """
    with Ledger.open(place, read_only=True) as ledger:
        entries = ledger.entries()  # every row decoded, and checked against its columns
        verdict = Verdict(present=len(entries))
        verdict.digests = [digest(entry) for entry in entries]
        grown = list(earlier) == verdict.digests[: len(earlier)]
        verdict.fault("rewritten", holds=grown)
        _log(entries, verdict)
        _operations(entries, journal, verdict)
        _texts(ledger, entries, verdict)
        if entries:
            ledger.figure(PLAN, on="2027-01-01")
    if "://" not in place:
        _file(place, verdict)
    return verdict


def _log(entries: Sequence[Entry], verdict: Verdict) -> None:
    verdict.fault("hole", holds=[e.index for e in entries] == [*range(len(entries))])
    for before, after in pairwise(entries):
        verdict.fault("clock-back", holds=before.recorded_at <= after.recorded_at)
    versions: Counter[str] = Counter()
    statuses: dict[str, tuple[str, int]] = {}
    for entry in entries:
        versions[entry.subject] += 1
        verdict.fault("version", holds=entry.version == versions[entry.subject])
        _status(entry, statuses, verdict)


_FOLLOWS = {
    "Proposed": {""},
    "Engaged": {"Proposed"},
    "Realised": {"Proposed", "Engaged"},
    "Abandoned": {"Proposed", "Engaged"},
    "Reopened": {"Abandoned", "Realised"},
}


def _status(entry: Entry, statuses: dict[str, tuple[str, int]], verdict: Verdict) -> None:
    """Check that a change of status was decided on the state that the log had then."""
    kind = type(entry.event).__name__
    if kind not in _FOLLOWS:
        return
    last, version = statuses.get(entry.subject, ("", 0))
    last = "Engaged" if last == "Reopened" else last
    verdict.fault("stale-decision", holds=last in _FOLLOWS[kind])
    verdict.fault("stale-decision", holds=getattr(entry.event, "after", 0) == version)
    statuses[entry.subject] = (kind, entry.version)


def _operations(entries: Sequence[Entry], journal: Journal, verdict: Verdict) -> None:
    there: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for entry in entries:
        op, place = marked(entry)
        there[op].append((place, entry.index))
    for op, found in there.items():
        places = [place for place, _ in found]
        start = found[0][1]
        verdict.fault("doubled", holds=len(set(places)) == len(places))
        verdict.fault("unknown", holds=op in journal.tried)
        verdict.fault("half", holds=len(set(places)) == journal.tried.get(op))
        verdict.fault("mixed", holds=found == [(n, start + n) for n in range(len(found))])
        verdict.fault("refused-yet-there", holds=op not in journal.refused)
        verdict.despite += op in journal.failed
        verdict.unsaid += not (op in journal.saved or op in journal.failed)
    for op, acknowledged in journal.saved.items():
        for index, subject, version in acknowledged:
            entry = entries[index] if index < len(entries) else None
            kept = entry and (entry.subject, entry.version, marked(entry)[0])
            verdict.fault("lost", holds=kept == (subject, version, op))


def _texts(ledger: Ledger, entries: Sequence[Entry], verdict: Verdict) -> None:
    """Check that the texts of an entry are there when it is: they are one transaction."""
    wanted = {entry.recorded_by for entry in entries}
    for entry in entries:
        wanted |= {e.quotation for e in entry.evidence if e.quotation is not None}
        if (note := getattr(entry.event, "note", None)) is not None:
            wanted.add(note)
    verdict.fault("texts-lost", holds=wanted == {*ledger.texts(wanted)})


def _file(place: str, verdict: Verdict) -> None:
    with closing(sqlite3.connect(place)) as database:
        (answer,) = database.execute("PRAGMA integrity_check").fetchone()
        verdict.fault("integrity", holds=answer == "ok")
        rows = database.execute("SELECT rowid, originator_id FROM stored_events").fetchall()
        verdict.fault("rows", holds=len(rows) == verdict.present)
