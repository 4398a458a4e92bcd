"""The log in a PostgreSQL database, for several applications that write at once.

Decides: the schema, one writer at a time (an advisory lock, which a role that may only insert
can take too), an index without holes given inside that lock, and what each role may do.
Refuses to know: what is in the entries.

What is not used of eventsourcing's recorder, and why: its table lock needs rights that a writer
must not have; its numbering leaves holes; its pipelined insert stops for ever on large saves; its
database functions lose the order.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from time import sleep
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    StoredEvent,
)
from eventsourcing.postgres import (
    PostgresApplicationRecorder,
    PostgresDatastore,
    PostgresFactory,
)
from eventsourcing.utils import get_topic, retry
from psycopg import Cursor, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow

from ..errors import LedgerUnavailable
from ..text import SealedText
from ..wire import UNSTAMPED
from .append import Append
from .store import Log, PlanLog, Row, stamped

FORMAT = 1
_LOCK = 0x42494C41  # "BILA": the advisory lock of whoever writes, or makes tables
_TRIES = 6
_WAIT = 0.25  # seconds, growing
_CONNECT_TIMEOUT = 5  # seconds
_RECONNECT_TIMEOUT = 0.5  # seconds

# The plan that an entry's own bytes name, as the database reads them (see `sqlite`).
_PLAN = "bilan_ledger_plan(state)"
_STATES = (
    "SELECT notification_id, state FROM bilan_ledger_events WHERE notification_id >= %s"
    " ORDER BY notification_id LIMIT %s"
)
_COLUMNS = "notification_id, originator_id, originator_version, topic, state"

_SCHEMA = """
CREATE TABLE bilan_ledger (format integer NOT NULL);
INSERT INTO bilan_ledger VALUES ({format});
CREATE TABLE bilan_ledger_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigint NOT NULL PRIMARY KEY,
    UNIQUE (originator_id, originator_version)
);
CREATE FUNCTION bilan_ledger_plan(state bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN RETURN convert_from(state, 'UTF8')::jsonb ->> 'plan';
EXCEPTION WHEN OTHERS THEN RETURN NULL;
END $$;
CREATE INDEX bilan_ledger_events_by_plan
    ON bilan_ledger_events ({plan} NULLS FIRST, notification_id);
CREATE TABLE bilan_ledger_texts (
    commitment text PRIMARY KEY,
    salt bytea NOT NULL,
    text text NOT NULL
);
CREATE SCHEMA figures;
CREATE FUNCTION bilan_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'entries are append-only' USING ERRCODE = 'BL001'; END $$;
CREATE TRIGGER bilan_ledger_append_only BEFORE UPDATE OR DELETE ON bilan_ledger_events
    FOR EACH ROW EXECUTE FUNCTION bilan_append_only();
CREATE TRIGGER bilan_ledger_no_truncate BEFORE TRUNCATE ON bilan_ledger_events
    FOR EACH STATEMENT EXECUTE FUNCTION bilan_append_only();
"""

_GRANTS = """
GRANT USAGE ON SCHEMA {schema} TO {writer}, {reader};
GRANT SELECT ON bilan_ledger, bilan_ledger_events TO {writer}, {reader};
GRANT INSERT ON bilan_ledger_events TO {writer};
GRANT SELECT, INSERT ON bilan_ledger_texts TO {writer};
GRANT USAGE ON SCHEMA figures TO {writer}, {reader};
GRANT SELECT ON ALL TABLES IN SCHEMA figures TO {writer}, {reader};
ALTER DEFAULT PRIVILEGES IN SCHEMA figures GRANT SELECT ON TABLES TO {writer}, {reader};
"""


def grants(writer: str, reader: str, schema: str = "public") -> str:
    """Return the statements that give a writer and a reader role no more than they need.

    The writer may insert and select; the reader may select entries, and not the texts that may
    name a person. Neither may change or remove anything.
    """
    names = {"writer": writer, "reader": reader, "schema": schema}
    quoted = {name: sql.Identifier(value).as_string() for name, value in names.items()}
    return _GRANTS.format(**quoted)


_PLANS = f"""
WITH RECURSIVE known AS (
    (SELECT {_PLAN} AS plan FROM bilan_ledger_events ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (
        SELECT {_PLAN} FROM bilan_ledger_events WHERE {_PLAN} > known.plan ORDER BY 1 LIMIT 1
    ) FROM known WHERE known.plan IS NOT NULL
)
SELECT plan, (SELECT min(notification_id) FROM bilan_ledger_events WHERE {_PLAN} = plan) AS first
FROM known WHERE plan IS NOT NULL ORDER BY first
"""  # noqa: S608 every name in it is ours


class _Datastore(PostgresDatastore):
    def __init__(self, settings: dict[str, Any]) -> None:
        known = {
            "dbname": settings.pop("dbname", ""), "host": settings.pop("host", ""),
            "port": settings.pop("port", "5432"), "user": settings.pop("user", ""),
            "password": settings.pop("password", ""),
        }  # fmt: skip
        # One connection to begin with, more when several threads ask.
        super().__init__(**known, pool_size=1, max_overflow=9, connect_timeout=_CONNECT_TIMEOUT)
        # While the server is away, every caller tries anew; otherwise the pool's own attempts
        # grow rarer, and a server that is back is not noticed for minutes.
        self.pool.reconnect_timeout = _RECONNECT_TIMEOUT
        assert isinstance(self.pool.kwargs, dict)
        self.pool.kwargs.update(settings)  # whatever else the address said, such as sslmode


class PostgresRecorder(PostgresApplicationRecorder):
    """Keeps rows and texts in PostgreSQL; the notification id of an entry is its index + 1."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Insert rows in one transaction; a lost connection is tried again a few times."""
        append: Append = kwargs["append"]
        for attempt in range(_TRIES):
            try:
                return self._append(stored_events, append)
            except (OperationalError, InterfaceError):
                if attempt == _TRIES - 1:
                    raise
                sleep(_WAIT * (attempt + 1))
        raise AssertionError

    def _append(self, events: Sequence[StoredEvent], append: Append) -> list[int]:
        with self.datastore.transaction(commit=True) as c:
            c.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            # Inside the lock: a commit whose answer was lost may still have been under way.
            if append.recorded_at != UNSTAMPED and (found := self._saved(c, events, append)):
                return found
            c.execute(
                "SELECT notification_id, state FROM bilan_ledger_events"
                " ORDER BY notification_id DESC LIMIT 1"
            )
            row = c.fetchone()
            length, last = (row["notification_id"], bytes(row["state"])) if row else (0, None)
            if append.expected not in {None, length}:
                msg = "the log has grown"
                raise IntegrityError(msg)
            rows = stamped(events, append, last)
            ids = list(range(length + 1, length + len(rows) + 1))
            columns = "originator_id, originator_version, topic, state, notification_id"
            with c.copy(f"COPY bilan_ledger_events ({columns}) FROM STDIN") as copy:
                for number, event in zip(ids, rows, strict=True):
                    copy.write_row((*event_columns(event), number))
            with c.copy("COPY bilan_ledger_texts (commitment, salt, text) FROM STDIN") as copy:
                for text in append.texts:
                    copy.write_row((text.sealed.commitment, text.salt, text.text))
            if append.erased:
                c.execute(
                    "DELETE FROM bilan_ledger_texts WHERE commitment = ANY(%s)",
                    (list(append.erased),),
                )
            return ids

    @staticmethod
    def _saved(
        c: Cursor[DictRow], events: Sequence[StoredEvent], append: Append
    ) -> list[int] | None:
        """Return the ids of these very rows if they are there after all.

        Their bytes hold fresh salted commitments, so no other writer can have written them.
        """
        first, *_ = stamped_as(events, append)
        c.execute(
            "SELECT notification_id FROM bilan_ledger_events"
            " WHERE originator_id = %s AND originator_version = %s AND state = %s",
            (first.originator_id, first.originator_version, first.state),
        )
        row = c.fetchone()
        if row is None:
            return None
        start: int = row["notification_id"]
        return list(range(start, start + len(events)))

    def select_rows(self, start: int, limit: int) -> list[Row]:
        """Return rows of the log from a row number on, in its order."""
        where = "notification_id >= %s ORDER BY notification_id LIMIT %s"
        return self._rows(where, start, limit)

    def select_states(self, start: int, limit: int) -> list[tuple[int, Any]]:
        """Return the number and the bytes of rows from a row number on, in the log's order."""
        rows = self._ask(_STATES, start, limit)
        return [(row["notification_id"], bytes(row["state"])) for row in rows]

    def select_rows_of(self, plan: str, start: int, end: int) -> list[Row] | None:
        """Return the rows of one plan between two row numbers (None: some are not legible)."""
        if not self._legible():
            return None
        where = f"{_PLAN} = %s AND notification_id BETWEEN %s AND %s ORDER BY notification_id"
        return self._rows(where, plan, start, end)

    def select_streams(self, streams: Sequence[UUID]) -> list[Row]:
        """Return the rows of many streams, each in its order."""
        return self._rows("originator_id = ANY(%s) ORDER BY 2, 3", list(streams))

    def select_plans(self) -> list[str] | None:
        """Return the keys of all plans in their order, by one step in the index for each."""
        if not self._legible():
            return None
        return [row["plan"] for row in self._ask(_PLANS)]

    def _legible(self) -> bool:
        return not self._rows(f"{_PLAN} IS NULL LIMIT 1")

    def _rows(self, where: str, *values: object) -> list[Row]:
        select = f"SELECT {_COLUMNS} FROM bilan_ledger_events WHERE {where}"  # noqa: S608
        return [
            (r["notification_id"], str(r["originator_id"]), r["originator_version"],
             r["topic"], bytes(r["state"]))
            for r in self._ask(select, *values)
        ]  # fmt: skip

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def _ask(self, select: str, *values: object) -> list[DictRow]:
        """Return rows; like eventsourcing's own questions, again where a connection was lost."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(select.encode(), values)
            return c.fetchall()

    def select_texts(self, commitments: Collection[str]) -> dict[str, SealedText]:
        """Return the texts behind commitments; erased ones, and all for a reader, are missing."""
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT has_table_privilege('bilan_ledger_texts', 'SELECT') AS allowed")
            row = c.fetchone()
            if not (row and row["allowed"]):
                return {}
            c.execute(
                "SELECT * FROM bilan_ledger_texts WHERE commitment = ANY(%s)", (list(commitments),)
            )
            return {r["commitment"]: SealedText(bytes(r["salt"]), r["text"]) for r in c.fetchall()}

    def scrub(self) -> None:
        """Rewrite the table of texts without what was deleted.

        The server's own write-ahead log keeps it until that is recycled.
        """
        with self.datastore.get_connection() as connection:
            connection.commit()
            connection.autocommit = True
            try:
                connection.execute("VACUUM FULL bilan_ledger_texts")
            finally:
                connection.autocommit = False


def event_columns(event: StoredEvent) -> tuple[Any, ...]:
    """Return a row's columns in the order of the insert."""
    return (event.originator_id, event.originator_version, event.topic, event.state)


def stamped_as(events: Sequence[StoredEvent], append: Append) -> list[StoredEvent]:
    """Return rows with the recorded date that they were given before."""
    return [
        StoredEvent(e.originator_id, e.originator_version, e.topic, state)
        for e, state in zip(events, append.restamp([e.state for e in events]), strict=True)
    ]


class LedgerFactory(PostgresFactory):
    """Makes the recorder of a log in PostgreSQL."""

    application_recorder_class: type[PostgresApplicationRecorder] = PostgresRecorder

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        self.datastore.close()
        self.datastore = _Datastore(conninfo_to_dict(self.env["BILAN_LEDGER_URL"]))


def create_tables(url: str) -> None:
    """Make the tables of a new, empty ledger; raises `LedgerUnavailable` if there is one."""
    with _connection(url) as connection, connection.transaction():
        # Several applications may start at once: one makes the tables, the others find them.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        if _format(connection) is not None:
            raise LedgerUnavailable("ledger-exists", path=shown(url))
        connection.execute(_SCHEMA.format(format=FORMAT, plan=_PLAN).encode())


def apply_grants(url: str, writer: str, reader: str) -> None:
    """Give a writer and a reader role their rights; raises `LedgerUnavailable`."""
    with _connection(url) as connection, connection.transaction():
        connection.execute(grants(writer, reader).encode())


def open_database(url: str, *, read_only: bool) -> Log:
    """Open the ledger in a database; raises `LedgerUnavailable`, and changes nothing."""
    with _connection(url) as connection:
        found = _format(connection)
    if found is None:
        raise LedgerUnavailable("ledger-missing", path=shown(url))
    if found > FORMAT:
        raise LedgerUnavailable("ledger-newer", path=shown(url), found=found, known=FORMAT)
    address = _read_only(url) if read_only else url
    log = PlanLog(
        {
            "PERSISTENCE_MODULE": get_topic(LedgerFactory),
            "BILAN_LEDGER_URL": address,
            # The factory of eventsourcing asks for these; the datastore above takes the address.
            "POSTGRES_DBNAME": "-", "POSTGRES_HOST": "-", "POSTGRES_PORT": "0",
            "POSTGRES_USER": "-", "POSTGRES_PASSWORD": "-",
            "CREATE_TABLE": "no",
        }
    )  # fmt: skip
    log.place = shown(url)
    return log


def _read_only(url: str) -> str:
    options = str(conninfo_to_dict(url).get("options") or "")
    return make_conninfo(url, options=f"{options} -c default_transaction_read_only=on".strip())


def shown(url: str) -> str:
    """Return an address as an error may print it: never its password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return url.partition("://")[0] + "://…"
    return f"postgresql://{parts.get('host') or 'localhost'}/{parts.get('dbname') or ''}"


@contextmanager
def _connection(url: str) -> Iterator[psycopg.Connection[Any]]:
    try:
        with psycopg.connect(url, connect_timeout=_CONNECT_TIMEOUT, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise LedgerUnavailable(_code(error), path=shown(url), why=_first_line(error)) from None


def _code(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.OperationalError):
        refused = "authentication" in str(error) or "role" in str(error)
        return "database-login" if refused else "database-away"
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return "database-rights"
    return "ledger-broken"


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]


def _format(connection: psycopg.Connection[Any]) -> int | None:
    found = connection.execute("SELECT to_regclass('bilan_ledger')").fetchone()
    if found is None or found[0] is None:
        return None
    row = connection.execute("SELECT format FROM bilan_ledger").fetchone()
    return int(row[0]) if row else None
