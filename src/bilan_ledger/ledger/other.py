"""The log in any other store that eventsourcing has a persistence module for.

Decides: what can be kept of the ledger's promises on a store that it knows nothing about.
Refuses to know: which store it is.

Kept: canonical bytes, one version once, the order of the store's own numbering, holes or not.
Not kept, since it takes a hook inside the store's transaction: texts are in a file of their own,
written before the entries, and a recorded date is later than the last one that could be read, so
that two writers at the same moment may be dated in the wrong order.
"""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from eventsourcing.persistence import StoredEvent

from ..entry import Entry
from ..text import SealedText
from .append import Append, Conflict
from .store import PAGE, EntryMapper, Log, Row, row_of, save, stamped

_TEXTS = "CREATE TABLE IF NOT EXISTS texts (commitment TEXT PRIMARY KEY, salt BLOB, text TEXT)"


class _StampedMapper(EntryMapper):
    """Stores drafts under the recorded date of the save that is under way."""

    under_way: tuple[Append, bytes | None] | None = None

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Return the row of a draft, with its recorded date."""
        assert self.under_way is not None
        append, last = self.under_way
        return stamped([super().to_stored_event(domain_event)], append, last)[0]


class OtherLog(Log):
    """The log through a store's plain recorder."""

    mapper_class = _StampedMapper

    def __init__(self, settings: Mapping[str, str], texts: Path) -> None:
        super().__init__(dict(settings))
        self._texts = texts
        self._ids: list[int] = []  # the store's number of each entry, by index
        with closing(self._texts_file()) as file:
            file.execute(_TEXTS)

    def append(self, entries: Sequence[Entry], append: Append) -> tuple[Entry, ...]:
        """Save entries in one transaction; raises `Conflict` or `LedgerUnavailable`."""
        length = self.size()
        if append.expected not in {None, length}:
            raise Conflict
        last = self._row(length - 1).state if length else None
        with closing(self._texts_file()) as file:
            rows = [(text.sealed.commitment, text.salt, text.text) for text in append.texts]
            file.executemany("INSERT INTO texts VALUES (?, ?, ?)", rows)
        assert isinstance(self.mapper, _StampedMapper)
        self.mapper.under_way = (append, last)
        saved = save(self, entries)
        with closing(self._texts_file()) as file:
            erased = [(commitment,) for commitment in append.erased]
            file.executemany("DELETE FROM texts WHERE commitment = ?", erased)
        self.size()
        indexes = [self._ids.index(new.notification.id) for new in saved]
        return tuple(
            entry.recorded(index, append.recorded_at)
            for entry, index in zip(entries, indexes, strict=True)
        )

    def _rows(self, start: int, limit: int) -> list[Row]:
        """Return rows by their place in the log, whatever the store's own numbering."""
        self.size()
        numbers = self._ids[start : start + limit]
        if not numbers:
            return []
        with self.available():
            rows = self.recorder.select_notifications(numbers[0], len(numbers))
        return [row_of(row, index) for index, row in enumerate(rows, start)]

    def scrub(self) -> None:
        """Rewrite the file of texts without what was deleted."""
        with closing(self._texts_file()) as file:
            file.execute("VACUUM")

    def size(self) -> int:
        """Return how many entries the log has."""
        with self.available():
            while newer := self.recorder.select_notifications(
                self._ids[-1] if self._ids else None, PAGE, inclusive_of_start=False
            ):
                self._ids += [row.id for row in newer]
        return len(self._ids)

    def texts(self, commitments: Collection[str]) -> dict[str, SealedText]:
        """Return the texts behind commitments; those that were erased are missing."""
        with closing(self._texts_file()) as file:
            found = file.execute("SELECT commitment, salt, text FROM texts").fetchall()
        return {c: SealedText(salt, text) for c, salt, text in found if c in commitments}

    def _row(self, index: int) -> StoredEvent:
        with self.available():
            return self.recorder.select_notifications(self._ids[index], 1)[0]

    def _texts_file(self) -> sqlite3.Connection:
        file = sqlite3.connect(self._texts, isolation_level=None)
        file.execute("PRAGMA secure_delete = ON")
        return file
