"""The log in one SQLite file.

Decides: the file's schema, WAL with synchronous=FULL (a commit that returned survives a power
failure), that a writer takes the write lock before it reads, and what is not a ledger.
Refuses to know: what is in the entries.
"""

import os
import re
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from threading import Lock
from time import sleep
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

from eventsourcing.persistence import (
    IntegrityError,
    Notification,
    OperationalError,
    PersistenceError,
    StoredEvent,
)
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteFactory,
    SQLiteTransaction,
)
from eventsourcing.utils import get_topic

from ..entry import Entry
from ..errors import LedgerUnavailable
from ..text import SealedText
from .append import Append
from .store import Log, PlanLog, Row, unavailable

FORMAT = 2  # in 1, commitments are hexadecimal text: such a file stays as it is
_MOST_COUNTED = 250_000  # rows; counting them takes 2 ms, and longer with every row
_LAST_ROW = "SELECT max(rowid) FROM stored_events"
_STATES = "SELECT rowid, state FROM stored_events WHERE rowid >= ? ORDER BY rowid LIMIT ?"
_COLUMNS = "rowid, originator_id, originator_version, topic, state"
_HEX = re.compile("[0-9a-f]{32}")
_COMMITMENT = re.compile("[0-9a-f]{64}")
_APPLICATION_ID = 0x42494C41  # "BILA", at byte 68 of the file
_LOCK_TIMEOUT = 30  # seconds
_SCRUB_TRIES = 20
_SCRUB_WAIT = 0.25  # seconds
_CHUNK = 500  # variables of one statement, well below SQLite's limit

# The plan that an entry's own bytes name, as the database reads them: it makes and keeps the index
# by itself. NULL where the bytes were damaged: then only reading everything tells what is there.
_PLAN = (
    "CASE WHEN json_valid(CAST(state AS TEXT)) THEN json_extract(CAST(state AS TEXT), '$.plan') END"
)

_SCHEMA = f"""
BEGIN;
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {FORMAT};
CREATE TABLE stored_events (
    rowid INTEGER PRIMARY KEY,
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    state BLOB NOT NULL,
    UNIQUE (originator_id, originator_version)
);
CREATE INDEX stored_events_by_plan ON stored_events ({_PLAN});
CREATE TABLE texts (
    commitment BLOB PRIMARY KEY,
    salt BLOB NOT NULL,
    text TEXT NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER stored_events_no_update BEFORE UPDATE ON stored_events
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER stored_events_no_delete BEFORE DELETE ON stored_events
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER stored_events_no_replace BEFORE INSERT ON stored_events
WHEN EXISTS (
    SELECT 1 FROM stored_events WHERE rowid = NEW.rowid
    OR (originator_id = NEW.originator_id AND originator_version = NEW.originator_version)
)
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
COMMIT;
PRAGMA journal_mode = WAL;
"""  # noqa: S608 every name in it is ours


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what is said of a file into an error of the store.

    Of a damaged file not even the error need be text, nor the columns be called as they were.
    """
    try:
        yield
    except (sqlite3.Error, UnicodeError, IndexError) as error:
        raise OperationalError(error) from error


class _Immediate(SQLiteTransaction):
    """A transaction that has the write lock from its start.

    Begun without it, a writer that reads first can find that its snapshot is too old to write
    on, and then fails however long it waits.
    """

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        with _translated():
            cursor.execute("BEGIN IMMEDIATE")
        return cursor


class _Connection(SQLiteConnection):
    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        kind = _Immediate if commit else SQLiteTransaction
        try:
            with kind(self, commit=commit) as cursor, cursor:
                yield cursor
        finally:
            # A commit that failed for want of space leaves its transaction open.
            if self._sqlite_conn.in_transaction:
                self._sqlite_conn.rollback()


def _connect(db_name: str) -> sqlite3.Connection:
    with _translated():
        raw = sqlite3.connect(
            db_name, uri=True, check_same_thread=False, isolation_level=None, timeout=_LOCK_TIMEOUT
        )
        try:
            raw.execute("PRAGMA synchronous = FULL")
            raw.execute("PRAGMA secure_delete = ON")
            raw.execute("PRAGMA schema_version").fetchone()  # is it a database at all?
        except (sqlite3.Error, UnicodeError):
            raw.close()
            raise
    return raw


class _Pool(SQLiteConnectionPool):
    def _create_connection(self) -> SQLiteConnection:
        raw = _connect(self.db_name)
        raw.row_factory = sqlite3.Row
        return _Connection(sqlite_conn=raw, max_age=self.max_age)


class _Datastore(SQLiteDatastore):
    def __init__(self, db_name: str) -> None:
        super().__init__(db_name)
        self.pool.close()
        self.pool = _Pool(db_name=db_name)
        self._counter: sqlite3.Connection | None = None
        self._counting = Lock()

    def last_row(self) -> int | None:
        """Return the number of the last row.

        Every question asks this, so it has a connection of its own: to be given one by the pool
        and to begin and end a transaction takes longer than to answer.
        """
        with self._counting:
            if self._counter is None:
                self._counter = _connect(self.pool.db_name)
            found: int | None = self._counter.execute(_LAST_ROW).fetchone()[0]
            return found

    def close(self) -> None:
        """Close all connections."""
        with self._counting:
            if self._counter is not None:
                self._counter.close()
                self._counter = None
        super().close()


class SQLiteRecorder(SQLiteApplicationRecorder):
    """Keeps rows and texts in one file; the row number of an entry is its index + 1."""

    def __init__(self, datastore: SQLiteDatastore) -> None:
        super().__init__(datastore)
        self.insert_events_statement = (
            "INSERT INTO stored_events (originator_id, originator_version, topic, state)"
            " VALUES (?, ?, ?, ?)"
        )
        self._counted = 0  # rows from the first on, without a hole
        self.format = FORMAT

    def _kept(self, commitment: str) -> str | bytes:
        """Return a commitment as the table of texts has it."""
        return commitment if self.format == 1 else bytes.fromhex(commitment)

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        append: Append = kwargs["append"]
        c.execute("SELECT rowid, state FROM stored_events ORDER BY rowid DESC LIMIT 1")
        last = c.fetchone()
        if append.expected not in {None, last["rowid"] if last else 0}:
            msg = "the log has grown"
            raise IntegrityError(msg)
        states = append.stamp([e.state for e in stored_events], last["state"] if last else None)
        rows = [
            (cast("UUID", e.originator_id).hex, e.originator_version, e.topic, state)
            for e, state in zip(stored_events, states, strict=True)
        ]
        c.executemany(self.insert_events_statement, rows)
        c.execute("SELECT last_insert_rowid()")  # SQLite gives one number after the other
        end = c.fetchone()[0] + 1
        texts = [
            (self._kept(each.sealed.commitment), each.salt, each.text) for each in append.texts
        ]
        texts.sort()  # as the table keeps them: one after the other lands on the same page
        c.executemany("INSERT INTO texts VALUES (?, ?, ?)", texts)
        erased = [(self._kept(commitment),) for commitment in append.erased]
        if erased:
            c.executemany("DELETE FROM texts WHERE commitment = ?", erased)
        return range(end - len(rows), end)

    def max_notification_id(self) -> int:
        """Return the number of the last row; 0 if there is none."""
        try:
            return cast("_Datastore", self.datastore).last_row() or 0
        except (sqlite3.Error, UnicodeError) as error:
            raise OperationalError(error) from error

    def select_rows(self, start: int, limit: int) -> list[Row]:
        """Return rows of the log from a row number on, in its order."""
        where = "rowid >= ? ORDER BY rowid LIMIT ?"
        return self._rows(f"SELECT {_COLUMNS} FROM stored_events WHERE {where}", start, limit)  # noqa: S608

    def select_states(self, start: int, limit: int) -> list[tuple[int, Any]]:
        """Return the number and the bytes of rows from a row number on, in the log's order."""
        with _translated(), self.datastore.transaction(commit=False) as c:
            c.sqlite_cursor.row_factory = None  # plain tuples: half the time
            c.execute(_STATES, (start, limit))
            found: list[tuple[int, Any]] = c.fetchall()
            return found

    def select_rows_of(self, plan: str, start: int, end: int) -> list[Row] | None:
        """Return the rows of one plan between two row numbers."""
        if not self._legible(end):
            return None
        where = f"{_PLAN} = ? AND rowid BETWEEN ? AND ? ORDER BY rowid"
        select = f"SELECT {_COLUMNS} FROM stored_events WHERE {where}"  # noqa: S608
        return self._rows(select, plan, start, end)

    def select_streams(self, streams: Sequence[UUID]) -> list[Row]:
        """Return the rows of many streams, each in its order."""
        found: list[Row] = []
        for start in range(0, len(streams), _CHUNK):
            chunk = [stream.hex for stream in streams[start : start + _CHUNK]]
            marks = ",".join("?" * len(chunk))
            where = f"originator_id IN ({marks}) ORDER BY originator_id, originator_version"
            found += self._rows(f"SELECT {_COLUMNS} FROM stored_events WHERE {where}", *chunk)  # noqa: S608
        return found

    def select_plans(self) -> list[str] | None:
        """Return the keys of all plans in their order, by one step in the index for each."""
        if not self._legible(self.max_notification_id() or 0):
            return None
        with _translated(), self.datastore.transaction(commit=False) as c:
            c.execute(_PLANS)
            return [row[0] for row in c.fetchall()]

    def _legible(self, end: int) -> bool:
        """Whether every row up to a number is there, and names a plan.

        Rows of a log that is too long to be counted for one question are not counted.
        """
        damaged = f"SELECT 1 FROM stored_events WHERE {_PLAN} IS NULL LIMIT 1"  # noqa: S608
        with _translated(), self.datastore.transaction(commit=False) as c:
            if self._counted < end <= _MOST_COUNTED:
                # All at once by the small index; later only the rows that are new.
                where = "WHERE rowid > ?" if self._counted else ""
                values = (self._counted,) if self._counted else ()
                c.execute(f"SELECT count(*) FROM stored_events {where}", values)  # noqa: S608
                found = self._counted + c.fetchone()[0]
                c.execute(_LAST_ROW)
                if found != c.fetchone()[0]:
                    return False
                self._counted = found
            c.execute(damaged)
            return c.fetchone() is None

    def _rows(self, select: str, *values: object) -> list[Row]:
        with _translated(), self.datastore.transaction(commit=False) as c:
            c.execute(select, values)
            rows = c.fetchall()
        if not all(isinstance(row[0], int) for row in rows):  # the schema was changed
            msg = "rows without a number"
            raise OperationalError(msg)
        return [(row[0], _stream(row[1]), row[2], row[3], row[4]) for row in rows]

    def convert_originator_id(self, originator_id: str) -> UUID | str:
        """Return the stream's id, or what stands in its place where the row was changed."""
        try:
            found = UUID(originator_id)
        except (ValueError, AttributeError, TypeError):
            return str(originator_id)
        # A UUID can be written in several ways; another one than ours was written by others.
        return found if found.hex == originator_id else str(originator_id)

    def select_notifications(self, *args: Any, **kwargs: Any) -> Sequence[Notification]:
        """Return rows of the log, in its order."""
        with _translated():
            rows = super().select_notifications(*args, **kwargs)
        if not all(isinstance(row.id, int) for row in rows):  # the schema was changed
            msg = "rows without a number"
            raise OperationalError(msg)
        return rows

    def select_events(self, *args: Any, **kwargs: Any) -> Sequence[StoredEvent]:
        """Return rows of one stream."""
        with _translated():
            return super().select_events(*args, **kwargs)

    def select_texts(self, commitments: Collection[str]) -> dict[str, SealedText]:
        """Return the texts behind commitments; those that were erased are missing."""
        asked = {self._kept(each): each for each in commitments if _COMMITMENT.fullmatch(each)}
        wanted = list(asked)
        found: dict[str, SealedText] = {}
        with _translated(), self.datastore.transaction(commit=False) as c:
            for start in range(0, len(wanted), _CHUNK):
                chunk = wanted[start : start + _CHUNK]
                marks = ",".join("?" * len(chunk))
                c.execute(f"SELECT * FROM texts WHERE commitment IN ({marks})", chunk)  # noqa: S608
                for row in c.fetchall():
                    # A damaged table can answer with a row that was not asked for.
                    if row["commitment"] in asked:
                        found[asked[row["commitment"]]] = SealedText(row["salt"], row["text"])
        return found

    def scrub(self) -> None:
        """Rewrite the file without what was deleted, and empty the write-ahead log.

        `secure_delete` overwrites what is deleted where it lies, but older copies of a page can
        remain in the file's free space and in the log.
        """
        with self.datastore.get_connection(commit=False) as c:
            raw = c._sqlite_conn  # noqa: SLF001 the library keeps it there
            with _translated():
                raw.execute("VACUUM")
                for _ in range(_SCRUB_TRIES):
                    busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                    if not busy:
                        return
                    sleep(_SCRUB_WAIT)
        raise LedgerUnavailable("scrub-busy")


@lru_cache(maxsize=10_000, typed=True)
def _stream(written: object) -> str:
    """Return a stream's id as everywhere, or what stands in its place where it was changed."""
    text = str(written)
    if not _HEX.fullmatch(text):
        return f"{text} (changed)"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_PLANS = f"""
WITH RECURSIVE known (plan) AS (
    SELECT min({_PLAN}) FROM stored_events
    UNION ALL
    SELECT (SELECT min({_PLAN}) FROM stored_events WHERE {_PLAN} > known.plan)
    FROM known WHERE known.plan IS NOT NULL
)
SELECT plan, (SELECT min(rowid) FROM stored_events WHERE {_PLAN} = plan) AS first
FROM known WHERE plan IS NOT NULL ORDER BY first
"""  # noqa: S608 every name in it is ours


class LedgerFactory(SQLiteFactory):
    """Makes the recorder of a log in one file."""

    application_recorder_class: type[SQLiteApplicationRecorder] = SQLiteRecorder

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        self.datastore.close()
        self.datastore = _Datastore(self.env["SQLITE_DBNAME"])


def create_file(path: Path) -> None:
    """Make a new, empty ledger file; raises `LedgerUnavailable` and leaves nothing behind.

    It is made under another name first: what bears the name is a ledger, whenever this stops.
    """
    draft = _draft(path)
    try:
        with closing(sqlite3.connect(draft.resolve(), isolation_level=None)) as connection:
            connection.executescript(_SCHEMA)
        _name(draft, path)
    except sqlite3.Error as error:
        raise unavailable(error, path) from None
    finally:
        _remove(draft)


def _draft(path: Path) -> Path:
    """Return a new file beside a path that is still free."""
    if os.path.lexists(path):
        raise LedgerUnavailable("ledger-exists", path=path)
    draft = path.with_name(f".{path.name}.{token_hex(4)}")
    try:
        draft.touch(exist_ok=False)
    except (OSError, ValueError):
        raise LedgerUnavailable("ledger-folder", path=path) from None
    return draft


def _name(draft: Path, path: Path) -> None:
    """Give a whole file its name, unless another program was faster."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise LedgerUnavailable("ledger-exists", path=path) from None
    except OSError:  # a file system without hard links
        draft.rename(path)


def _remove(path: Path) -> None:
    for left in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        left.unlink(missing_ok=True)


def backup_file(log: Log, path: Path) -> None:
    """Copy a ledger file by SQLite's online backup; leaves nothing behind when it cannot."""
    datastore = getattr(log.factory, "datastore", None)
    if not isinstance(datastore, SQLiteDatastore):
        raise LedgerUnavailable("no-backup", path=log.place)
    draft = _draft(path)
    try:
        with (
            closing(sqlite3.connect(draft.resolve())) as copy,
            datastore.get_connection(commit=False) as c,
        ):
            c._sqlite_conn.backup(copy)  # noqa: SLF001 the library keeps it there
        _name(draft, path)
    except (sqlite3.Error, PersistenceError) as error:
        raise unavailable(error, path) from None
    finally:
        _remove(draft)


def open_file(path: Path, *, read_only: bool) -> Log:
    """Open a ledger file; raises `LedgerUnavailable` for anything else, and changes nothing."""
    application, found = _header(path)
    if application != _APPLICATION_ID:
        raise LedgerUnavailable("not-a-ledger", path=path)
    if found > FORMAT:
        raise LedgerUnavailable("ledger-newer", path=path, found=found, known=FORMAT)
    log = _FileLog(
        {
            "PERSISTENCE_MODULE": get_topic(LedgerFactory),
            "SQLITE_DBNAME": _uri(path, read_only=read_only),
            "CREATE_TABLE": "no",
        }
    )
    cast("SQLiteRecorder", log.recorder).format = found
    log.place = str(path)
    log.file = path.resolve()
    log.identity = _identity(log.file)
    return log


class _FileLog(PlanLog):
    """The log in the file that bears the name: not in one that was removed or replaced since."""

    file: Path
    identity: tuple[int, int] | None

    def append(self, entries: Sequence[Entry], append: Append) -> tuple[Entry, ...]:
        """Save entries; raises `LedgerUnavailable` where they would be lost with the file."""
        if _identity(self.file) != self.identity:
            raise LedgerUnavailable("ledger-missing", path=self.place)
        return super().append(entries, append)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _header(path: Path) -> tuple[int, int]:
    """Return application id and format from the file's header, without opening a database.

    To open one with a write-ahead log would already leave files beside it.
    """
    try:
        if path.exists() and not path.is_file():  # a folder, or a pipe that would wait for ever
            raise LedgerUnavailable("not-a-ledger", path=path)
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        raise LedgerUnavailable("ledger-missing", path=path) from None
    except (OSError, ValueError):
        raise LedgerUnavailable("not-a-ledger", path=path) from None
    if not head.startswith(b"SQLite format 3\x00"):
        return 0, 0
    return int.from_bytes(head[68:72], "big"), int.from_bytes(head[60:64], "big")


def _uri(path: Path, *, read_only: bool) -> str:
    full = quote(str(path.resolve()))
    if not read_only:
        return f"file:{full}?mode=rw"
    # On a medium that cannot be written, SQLite cannot make its shared-memory file. Without a
    # write-ahead log beside it the file is whole, and may be read as it stands.
    beside = Path(f"{path}-wal")
    still = "&immutable=1" if not beside.exists() and not _writable(path.parent) else ""
    return f"file:{full}?mode=ro{still}"


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK)
