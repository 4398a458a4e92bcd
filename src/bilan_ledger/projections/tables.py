"""The tables in a database, on eventsourcing's tracking: each entry's effect exactly once.

Decides: that rows and the position they stand for are written in one transaction.
Refuses to know: what the rows say.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.sqlite import SQLiteTrackingRecorder

from .rows import TABLES, Rows

TRACKING = "bilan_ledger.figures"
SHADOW = "new_"


class _Tables:
    """What both databases have in common; `schema` stands before every table's name."""

    schema = ""
    mark = "?"

    def create(self, c: Any, *, shadow: bool = False) -> None:
        """Make the tables if they are not there."""
        for table, columns in TABLES.items():
            c.execute(f"CREATE TABLE IF NOT EXISTS {self._name(table, shadow)} ({columns})")
        for table in () if shadow else ("evidence", "measure"):  # to replace those of one action
            name = self._name(table, shadow=False)
            c.execute(f"CREATE INDEX IF NOT EXISTS {table}_of_action ON {name} (plan, action)")

    def replace_plan(self, c: Any, plan: str, rows: Rows) -> None:
        """Replace the rows that belong to a plan as a whole."""
        for table in ("plan", "figure", "published_figure"):
            self._delete(c, table, "plan = {0}", (plan,))
        for table in ("evidence", "measure"):
            self._delete(c, table, "plan = {0} AND action IS NULL", (plan,))
        self.insert(c, rows)

    def replace_action(self, c: Any, plan: str, action: str, rows: Rows) -> None:
        """Replace the rows that belong to one action."""
        for table in ("action", "status_period", "evidence", "measure"):
            self._delete(c, table, "plan = {0} AND action = {0}", (plan, action))
        self.insert(c, rows)

    def insert(self, c: Any, rows: Rows, *, shadow: bool = False) -> None:
        """Insert rows."""
        for table, several in rows.items():
            if several:
                self._insert(c, self._name(table, shadow), several)

    def swap(self, c: Any) -> None:
        """Let the shadow's rows replace the live ones, for every reader at one moment."""
        for table in TABLES:
            live, shadow = self._name(table, shadow=False), self._name(table, shadow=True)
            c.execute(f"DELETE FROM {live}")  # noqa: S608 names of ours
            c.execute(f"INSERT INTO {live} SELECT * FROM {shadow}")  # noqa: S608
            c.execute(f"DROP TABLE {shadow}")

    def drop_shadow(self, c: Any) -> None:
        """Remove what a rebuild that was killed has left."""
        for table in TABLES:
            c.execute(f"DROP TABLE IF EXISTS {self._name(table, shadow=True)}")

    def query(self, c: Any, text: str, **values: object) -> list[Any]:
        """Return the rows of a query written with `:name` marks."""
        for name in values:
            text = text.replace(f":{name}", f"%({name})s" if self.mark == "%s" else f":{name}")
        for table in TABLES:
            text = text.replace(f"FROM {table}\n", f"FROM {self._name(table, shadow=False)}\n")
        c.execute(text, values)
        found: list[Any] = c.fetchall()
        return found

    def _name(self, table: str, shadow: bool) -> str:  # noqa: FBT001 read at each call
        return f"{self.schema}{SHADOW if shadow else ''}{table}"

    def _delete(self, c: Any, table: str, where: str, values: Sequence[object]) -> None:
        name = self._name(table, shadow=False)
        c.execute(f"DELETE FROM {name} WHERE {where.format(self.mark)}", values)  # noqa: S608

    def _insert(self, c: Any, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        marks = ", ".join([self.mark] * len(rows[0]))
        c.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608


class _Tracked(_Tables):
    """The position that the tables stand for, in eventsourcing's tracking table."""

    def track(self, c: Any, position: int) -> None:
        """Say up to which index of the log the tables stand."""
        recorder: Any = self
        recorder._insert_tracking(c, Tracking(TRACKING, position + 1))  # noqa: SLF001 its hook

    def tracked(self, c: Any) -> int:
        """Return up to which index of the log the tables stand; -1: nothing yet."""
        recorder: Any = self
        found: int | None = recorder._max_tracking_id(TRACKING, c)  # noqa: SLF001 its hook
        return (found or 0) - 1


class SQLiteTables(_Tracked, SQLiteTrackingRecorder):
    """The tables in the ledger's own file."""

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """Give a cursor in a transaction that has the write lock."""
        with self.datastore.transaction(commit=True) as c:
            yield c

    def untrack(self, c: Any) -> None:
        """Forget the position, before a rebuilt copy takes over."""
        c.execute("DELETE FROM tracking WHERE application_name = ?", (TRACKING,))


class PostgresTables(_Tracked, PostgresTrackingRecorder):
    """The tables in a schema `figures` beside the log."""

    schema = "figures."
    mark = "%s"

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """Give a cursor in a transaction that only one projection has at a time."""
        with self.datastore.transaction(commit=True) as c:
            c.execute("SELECT pg_advisory_xact_lock(%s)", (0x46494755,))
            yield c

    def create(self, c: Any, *, shadow: bool = False) -> None:
        """Make the schema and the tables if they are not there."""
        c.execute("CREATE SCHEMA IF NOT EXISTS figures")
        super().create(c, shadow=shadow)

    def untrack(self, c: Any) -> None:
        """Forget the position, before a rebuilt copy takes over."""
        c.execute(
            f"DELETE FROM {self.tracking_table_name} WHERE application_name = %s",  # noqa: S608
            (TRACKING,),
        )

    def _insert(self, c: Any, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with c.copy(f"COPY {name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
