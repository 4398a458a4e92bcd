"""The log on eventsourcing: one application, its mapper, and what its recorders must do.

Decides: that what is stored is exactly the canonical bytes, that the recorded date is taken
inside the store's write lock and never goes back, and that the database's own columns agree
with the bytes.
Refuses to know: the rules of plans and actions.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

import attrs
from eventsourcing.application import Application
from eventsourcing.persistence import (
    IntegrityError,
    Mapper,
    PersistenceError,
    Recording,
    StoredEvent,
)
from eventsourcing.utils import Environment, EnvType, get_topic

from .. import wire
from ..entry import Entry, stream_text
from ..errors import LedgerUnavailable, MalformedEntry
from ..text import SealedText
from .append import Append, Conflict
from .collecting import nothing_to_collect

S = TypeVar("S")
PAGE = 5_000
_HASHED = 1_000  # bytes of entries that the processor still has at hand when they are hashed
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


@attrs.frozen
class _Unsaved:
    """The drafts of one save, handed over as an aggregate hands over its new events.

    eventsourcing holds every event that it is given by itself against a protocol, attribute by
    attribute; what it collects it takes as it is.
    """

    drafts: Sequence[Draft]
    id: UUID = UUID(int=0)  # no stream's

    def collect_events(self) -> Sequence[Draft]:
        """Return the drafts, under eventsourcing's name for them."""
        return self.drafts


def save(log: "Log", entries: Sequence[Entry], **kwargs: Any) -> list[Recording[UUID]]:
    """Save entries through eventsourcing; raises `Conflict`, or `LedgerUnavailable`."""
    drafts = [Draft(entry) for entry in entries]
    unsaved: Any = drafts[0] if len(drafts) == 1 else _Unsaved(drafts)
    with log.available():
        try:
            return log.save(unsaved, **kwargs)
        except IntegrityError:
            raise Conflict from None


def stamped(events: Sequence[StoredEvent], append: Append, last: bytes | None) -> list[StoredEvent]:
    """Return rows with their recorded date (see `Append.stamp`)."""
    states = append.stamp([event.state for event in events], last)
    return [
        StoredEvent(event.originator_id, event.originator_version, event.topic, state)
        for event, state in zip(events, states, strict=True)
    ]


Row = tuple[int, str, Any, Any, Any]
"""A row of the log as a store holds it: row number (index + 1), stream, version, name, bytes."""


class Recorder(Protocol):
    """What the ledger asks of a store beyond eventsourcing's application recorder."""

    def select_texts(self, commitments: Collection[str]) -> dict[str, SealedText]:
        """Return the texts behind commitments; those that were erased are missing."""
        ...

    def scrub(self) -> None:
        """Remove what erased texts left behind in the store's files."""
        ...


class PlanRecorder(Recorder, Protocol):
    """What a store that finds the rows of one plan can also be asked."""

    def select_rows(self, start: int, limit: int) -> list[Row]:
        """Return rows of the log from a row number on, in its order."""
        ...

    def select_states(self, start: int, limit: int) -> list[tuple[int, Any]]:
        """Return the number and the bytes of rows from a row number on, in the log's order."""
        ...

    def select_rows_of(self, plan: str, start: int, end: int) -> list[Row] | None:
        """Return the rows of one plan between two row numbers (None: not every row is legible)."""
        ...

    def select_streams(self, streams: Sequence[UUID]) -> list[Row]:
        """Return the rows of many streams, each in its order."""
        ...

    def select_plans(self) -> list[str] | None:
        """Return the keys of all plans in their order (None: not every row is legible)."""
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
    return _checked(row_of(row, -1 if index is None else index), named)


def _checked(row: Row, named: object) -> Entry:
    if not isinstance(row[-1], bytes):
        raise MalformedEntry("row-disagrees", index=named, column="state")
    line = _line(row)
    entry = wire.decode(line.state, line.index, place=f"#{named}")
    if column := wire.disagreement(line, entry):
        raise MalformedEntry("row-disagrees", index=named, column=column)
    return entry


def _glanced(row: Row) -> wire.Glance:
    """Return what a figure needs of a row; raises `MalformedEntry` as `checked` does."""
    number, stream, version, name, state = row
    try:
        found = wire.glance(state, number - 1)
        if (stream, version, name) == (_stream(found), found.version, found.name):
            return found
    except Exception:  # noqa: BLE001, S110 whatever it is, a slower reader says what and where
        pass
    return wire.glance_of(_checked(row, number - 1))


def _stream(found: wire.Glance) -> str:
    return stream_text(found.plan, found.action)


def _states(rows: Sequence[tuple[int, Any]], start: int) -> list[bytes]:
    """Return the bytes of rows that must follow one another."""
    numbers = [number for number, _ in rows]
    if numbers != list(range(start + 1, start + 1 + len(rows))):
        index = next(n for n, number in enumerate(numbers, start) if number != n + 1)
        raise MalformedEntry("row-disagrees", index=index, column="rowid")
    states = [state for _, state in rows]
    return states if set(map(type, states)) <= {bytes} else list(map(_bytes, states))


def _bytes(state: Any) -> bytes:
    """Return what stands in the place of an entry's bytes; no entry is written as another type."""
    return state if isinstance(state, bytes) else repr(state).encode()


def row_of(row: StoredEvent, index: int) -> Row:
    """Return a row of the log of what a store gives."""
    return index + 1, str(row.originator_id), row.originator_version, row.topic, row.state


def _line(row: Row) -> wire.Line:
    number, stream, version, name, state = row
    return wire.Line(number - 1, _bytes(state), (stream, version, name))


class _Available:
    """Turns what a database says into `LedgerUnavailable`.

    A class, since every question goes through it: a generator's would take as long as a part of
    the answer.
    """

    __slots__ = ("_place",)

    def __init__(self, place: str) -> None:
        self._place = place

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        # Of a damaged file not even the error is text.
        if isinstance(error, PersistenceError | UnicodeDecodeError):
            raise unavailable(error, self._place) from error


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
        saved = save(self, entries, append=append)
        return tuple(
            entry.recorded(new.notification.id - 1, append.recorded_at)
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

    def streams(self, streams: Sequence[UUID]) -> dict[UUID, list[Entry]]:
        """Return the entries of many streams; those that are empty may be missing."""
        return {stream: self.newer(stream, 0) for stream in streams}

    def page(self, start: int, limit: int = PAGE) -> list[Entry]:
        """Return some entries of the log from an index on; none at its end.

        Raises `MalformedEntry` when a row is missing or does not agree with its bytes.
        """
        entries: list[Entry] = []
        with nothing_to_collect():
            for index, row in enumerate(self._rows(start, limit), start):
                if row[0] != index + 1:
                    raise MalformedEntry("row-disagrees", index=index, column="rowid")
                entries.append(_checked(row, index))
        return entries

    def glances(self, start: int, limit: int = PAGE) -> list[wire.Glance]:
        """Return what figures need of some entries from an index on; raises as `page` does."""
        with nothing_to_collect():
            rows = self._rows(start, limit)
            for index, row in enumerate(rows, start):
                if row[0] != index + 1:
                    raise MalformedEntry("row-disagrees", index=index, column="rowid")
            return list(map(_glanced, rows))

    def lines(self, start: int) -> list[wire.Line]:
        """Return some rows of the log from an index on, unchecked; none at its end."""
        return [] if start >= _LAST_ROW else [_line(row) for row in self._rows(start, PAGE)]

    def states(self, start: int) -> list[bytes]:
        """Return the bytes of some entries from an index on, unchecked; none at the log's end.

        Raises `MalformedEntry` when a row is missing.
        """
        return _states([(row[0], row[-1]) for row in self._rows(start, PAGE)], start)

    def _rows(self, start: int, limit: int) -> list[Row]:
        with self.available():
            found = self.recorder.select_notifications(start + 1, limit)
        return [row_of(row, row.id - 1) for row in found]

    def of_plan(self, plan: str, start: int, end: int) -> list[Entry] | None:  # noqa: ARG002
        """Return the entries of one plan from an index on and before another.

        None: this store cannot find them, or not every row is legible; read all of the log.
        """
        return None

    def glances_of(self, plan: str, start: int, end: int) -> list[wire.Glance] | None:  # noqa: ARG002
        """Return what figures need of the entries of one plan; None as for `of_plan`."""
        return None

    def plan_keys(self) -> list[str] | None:
        """Return the keys of all plans in the order of their creation; None as for `of_plan`."""
        return None

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

    def available(self) -> _Available:
        """Turn what a database says into `LedgerUnavailable`."""
        return _Available(self.place)


class PlanLog(Log):
    """The log in a store that finds the entries of one plan without reading the others."""

    name = Log.name  # which eventsourcing gives to each class anew

    @property
    def _recorder(self) -> PlanRecorder:
        return cast("PlanRecorder", self.recorder)

    def _rows(self, start: int, limit: int) -> list[Row]:
        with self.available():
            return self._recorder.select_rows(start + 1, limit)

    def states(self, start: int) -> list[bytes]:
        """Return the bytes of some entries; the other columns are not read."""
        with self.available():
            rows = self._recorder.select_states(start + 1, _HASHED)
        return _states(rows, start)

    def streams(self, streams: Sequence[UUID]) -> dict[UUID, list[Entry]]:
        """Return the entries of many streams; those that are empty are missing."""
        found: dict[UUID, list[Entry]] = {}
        with self.available():
            rows = self._recorder.select_streams(streams)
        for row in rows:
            entry = _checked(row, row[0] - 1)
            found.setdefault(entry.stream, []).append(entry)
        return found

    def of_plan(self, plan: str, start: int, end: int) -> list[Entry] | None:
        """Return the entries of one plan from an index on and before another."""
        rows = self._rows_of(plan, start, end)
        with nothing_to_collect():
            return None if rows is None else [_checked(row, row[0] - 1) for row in rows]

    def glances_of(self, plan: str, start: int, end: int) -> list[wire.Glance] | None:
        """Return what figures need of the entries of one plan."""
        rows = self._rows_of(plan, start, end)
        with nothing_to_collect():
            return None if rows is None else list(map(_glanced, rows))

    def _rows_of(self, plan: str, start: int, end: int) -> list[Row] | None:
        with self.available():
            return self._recorder.select_rows_of(plan, start + 1, end)

    def plan_keys(self) -> list[str] | None:
        """Return the keys of all plans in the order of their creation."""
        with self.available():
            return self._recorder.select_plans()


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
