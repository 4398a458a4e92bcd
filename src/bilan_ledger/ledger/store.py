"""The log on eventsourcing: one application, its mapper, and what its recorders must do.

Decides: that what is stored is exactly the canonical bytes, that the recorded date is taken
inside the store's write lock and never goes back, and that the database's own columns agree
with the bytes.
Refuses to know: the rules of plans and actions.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

import attrs
from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, Mapper, PersistenceError, StoredEvent
from eventsourcing.utils import Environment, EnvType, get_topic

from .. import wire
from ..entry import Entry
from ..errors import LedgerUnavailable, MalformedEntry
from ..text import SealedText
from .append import Append, Conflict

S = TypeVar("S")
PAGE = 5_000
_LAST_ROW = 2**63 - 1  # a row number has no more bits, whoever changed it


@attrs.frozen
class Draft:
    """An entry on its way into the log: it has no index yet, and no recorded date."""

    entry: Entry

    @property
    def originator_id(self) -> UUID:
        """The stream, under eventsourcing's name for it."""
        return self.entry.stream

    @property
    def originator_version(self) -> int:
        """The version, under eventsourcing's name for it."""
        return self.entry.version


def stamped(events: Sequence[StoredEvent], append: Append, last: bytes | None) -> list[StoredEvent]:
    """Return rows with their recorded date (see `Append.stamp`)."""
    states = append.stamp([event.state for event in events], last)
    return [
        StoredEvent(event.originator_id, event.originator_version, event.topic, state)
        for event, state in zip(events, states, strict=True)
    ]


class Recorder(Protocol):
    """What the ledger asks of a store beyond eventsourcing's application recorder."""

    def select_texts(self, commitments: Collection[str]) -> dict[str, SealedText]:
        """Return the texts behind commitments; those that were erased are missing."""
        ...

    def scrub(self) -> None:
        """Remove what erased texts left behind in the store's files."""
        ...


class EntryMapper(Mapper[UUID]):
    """Stores an entry as its canonical bytes, under its public name."""

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Return the row of a draft, whose recorded date is mostly to come (see `Append`)."""
        entry: Entry = domain_event.entry
        return StoredEvent(entry.stream, entry.version, wire.name_of(entry), wire.encode(entry))

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """Return the entry of a row; its index is not known here."""
        return Draft(checked(stored_event, None))


def checked(row: StoredEvent, index: int | None) -> Entry:
    """Return the entry of a row; raises `MalformedEntry` when the row disagrees with its bytes.

    A row that was read without its index is named by its stream and version.
    """
    named = f"{row.originator_id} v{row.originator_version}" if index is None else index
    if not isinstance(row.state, bytes):
        raise MalformedEntry("row-disagrees", index=named, column="state")
    line = line_of(row, -1 if index is None else index)
    entry = wire.decode(line.state, line.index, place=f"#{named}")
    if column := wire.disagreement(line, entry):
        raise MalformedEntry("row-disagrees", index=named, column=column)
    return entry


def line_of(row: StoredEvent, index: int) -> wire.Line:
    """Return what a row holds, unchecked: whoever changed it may have changed anything."""
    state: object = row.state
    if not isinstance(state, bytes):
        state = repr(state).encode()  # no entry is written so
    columns = (str(row.originator_id), row.originator_version, row.topic)
    return wire.Line(index, state, columns)


class Log(Application[UUID]):
    """The one log, as an eventsourcing application."""

    name = "bilan_ledger"
    mapper_class: type[EntryMapper] = EntryMapper
    place: str = "memory"  # as errors name it: a path, or an address without its password

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Take the given settings only: the process environment must not reconfigure a ledger."""
        return Environment(name, {**(env or {}), "MAPPER_TOPIC": get_topic(self.mapper_class)})

    def append(self, entries: Sequence[Entry], append: Append) -> tuple[Entry, ...]:
        """Save entries in one transaction and return them in their place in the log.

        Raises `Conflict`, or `LedgerUnavailable`; then nothing was saved.
        """
        with self.available():
            try:
                saved = self.save(*map(Draft, entries), append=append)
            except IntegrityError:
                raise Conflict from None
        return tuple(
            attrs.evolve(entry, index=new.notification.id - 1, recorded_at=append.recorded_at)
            for entry, new in zip(entries, saved, strict=True)
        )

    def load(self, stream: UUID, fold: Callable[[Iterable[Entry]], S]) -> S:
        """Return the fold of one stream's entries."""

        def project(_: S | None, drafts: Iterable[Draft]) -> S:
            return fold(draft.entry for draft in drafts)

        with self.available():
            found: Any = self.repository.get(stream, projector_func=project)  # type: ignore[type-var]
        return cast("S", found)

    def newer(self, stream: UUID, version: int) -> list[Entry]:
        """Return the entries of one stream after a version."""
        with self.available():
            return [cast("Draft", d).entry for d in self.events.get(stream, gt=version)]

    def page(self, start: int) -> list[Entry]:
        """Return some entries of the log from an index on; none at its end.

        Raises `MalformedEntry` when a row is missing or does not agree with its bytes.
        """
        with self.available():
            rows = self.recorder.select_notifications(start + 1, PAGE)
        entries: list[Entry] = []
        for index, row in enumerate(rows, start):
            if row.id != index + 1:
                raise MalformedEntry("row-disagrees", index=index, column="rowid")
            entries.append(checked(row, index))
        return entries

    def lines(self, start: int) -> list[wire.Line]:
        """Return some rows of the log from an index on, unchecked; none at its end."""
        if start >= _LAST_ROW:
            return []
        with self.available():
            rows = self.recorder.select_notifications(start + 1, PAGE)
        return [line_of(row, row.id - 1) for row in rows]

    def scrub(self) -> None:
        """Remove what erased texts left behind in the store's files.

        Raises `LedgerUnavailable` while other programs hold the store open.
        """
        with self.available():
            cast("Recorder", self.recorder).scrub()

    def size(self) -> int:
        """Return how many entries the log has."""
        with self.available():
            return self.recorder.max_notification_id() or 0

    def texts(self, commitments: Collection[str]) -> dict[str, SealedText]:
        """Return the texts behind commitments; those that were erased are missing."""
        with self.available():
            return cast("Recorder", self.recorder).select_texts(commitments)

    @contextmanager
    def available(self) -> Iterator[None]:
        """Turn what a database says into `LedgerUnavailable`."""
        try:
            yield
        except (PersistenceError, UnicodeDecodeError) as error:  # not even the error is text
            raise unavailable(error, self.place) from error


_SQLITE = {
    "SQLITE_FULL": "disk-full",
    "SQLITE_IOERR_SHMSIZE": "disk-full",
    "SQLITE_READONLY": "read-only",
    "SQLITE_CANTOPEN": "read-only",
    "SQLITE_BUSY": "ledger-busy",
    "SQLITE_LOCKED": "ledger-busy",
    "SQLITE_NOTADB": "not-a-ledger",
}
_POSTGRES = (
    ("No space left on device", "disk-full"),
    ("could not extend file", "disk-full"),
    ("permission denied", "database-rights"),
    ("read-only transaction", "read-only"),
    ("connection", "database-away"),
    ("terminating", "database-away"),
)


def unavailable(error: BaseException, place: object) -> LedgerUnavailable:
    """Return the one clear error for what a database said."""
    said = str(error).strip().partition("\n")[0]
    code = _cause(error, said)
    if code == "read-only" and "unable to open" in said and not Path(str(place)).exists():
        code = "ledger-missing"
    return LedgerUnavailable(code, path=place, why=said)


def _cause(error: BaseException, said: str) -> str:
    """Return the code for SQLite's own name of an error, or for what PostgreSQL says."""
    found: BaseException | None = error
    while found is not None:
        name = str(getattr(found, "sqlite_errorname", ""))
        for known, code in _SQLITE.items():
            if name.startswith(known):
                return code
        found = found.__cause__
    return next((code for part, code in _POSTGRES if part in said), "ledger-broken")
