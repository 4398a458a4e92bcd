"""The figures as SQL tables beside the log, kept up to date from it.

Decides: which rows a new entry makes stale, and how a rebuilt copy takes over.
Refuses to know: rules and arithmetic; the rows say what `completion` and `replay` say.

    tables = Tables(ledger)
    tables.update()            # as far as the log goes, in one transaction
    tables.figure("demo", on="2026-06-15")
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import attrs

from ..completion import Bounds, Ratio
from ..dates import day
from ..errors import LedgerUnavailable
from ..history import Record, records
from ..ledger import Ledger
from .rows import FIGURE_QUERY, TABLES, Rows, rows_of_action, rows_of_plan

__all__ = ["FIGURE_QUERY", "TABLES", "Lag", "Tables"]


@attrs.frozen
class Lag:
    """How far the tables stand: `position` of `last`, the indexes of entries (-1: none)."""

    position: int
    last: int

    @property
    def entries(self) -> int:
        """How many entries are still to come."""
        return self.last - self.position


class Tables:
    """The tables of one ledger; raises `LedgerUnavailable` for a ledger in memory."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._tables: Any = _tables_for(ledger)
        with self._writing() as c:
            self._tables.create(c)
        with ledger.application.available():
            self._tables.create_table()

    def update(self) -> int:
        """Bring the tables up to the end of the log in one transaction; return how many entries.

        Several processes may call it at once: each entry's effect is there exactly once.
        """
        with self._ledger.reading_parts() as (after, record), self._writing() as c:
            later = after(self._tables.tracked(c))
            touched: dict[str, set[str | None]] = {}
            for entry in later:
                touched.setdefault(entry.plan, set()).add(entry.action)
            for plan, actions in touched.items():
                self._renew(c, record(plan), actions)
            if later:
                self._tables.track(c, later[-1].index)
            return len(later)

    def rebuild(self) -> Iterator[tuple[int, int]]:
        """Make the tables anew beside the old ones, which are read until the end.

        Yields (plans done, plans in all). If it is killed, the old tables stay as they are.
        """
        with self._writing() as c:
            self._tables.drop_shadow(c)
            self._tables.create(c, shadow=True)
        entries = self._ledger.entries()
        known = records(entries)
        for done, record in enumerate(known.values(), 1):
            with self._writing() as c:
                for rows in _all_rows(record):
                    self._tables.insert(c, rows, shadow=True)
            yield done, len(known)
        with self._writing() as c:
            self._tables.swap(c)
            self._tables.untrack(c)
            if entries:
                self._tables.track(c, len(entries) - 1)

    def lag(self) -> Lag:
        """Return how far the tables stand behind the log."""
        with self._writing() as c:
            return Lag(self._tables.tracked(c), len(self._ledger) - 1)

    def figure(self, plan: str, *, on: str | date) -> Bounds | None:
        """Return the figure of a plan on a day from the tables; None: nothing on the list yet."""
        values = {"plan": plan, "on": day(on).isoformat()}
        with self._writing() as c:
            found = self._tables.query(c, FIGURE_QUERY, **values)
        if not found:
            return None
        row = dict(found[0])
        low, high = (Ratio(row[f"{e}_counted"], row[f"{e}_base"]) for e in ("low", "high"))
        return Bounds(low, high, bool(row["may_be_empty"]))

    def _renew(self, c: Any, record: Record, touched: set[str | None]) -> None:
        # The plan's terms decide how every action counts.
        names = set(record.actions) if None in touched else touched
        for name in sorted(name for name in names if name is not None):
            rows = rows_of_action(record, name)
            self._tables.replace_action(c, record.key, name, rows)
        self._tables.replace_plan(c, record.key, rows_of_plan(record))

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        with self._ledger.application.available(), self._tables.writing() as c:
            yield c


def _all_rows(record: Record) -> Iterator[Rows]:
    yield rows_of_plan(record)
    for name in record.actions:
        yield rows_of_action(record, name)


def _tables_for(ledger: Ledger) -> Any:
    from eventsourcing.postgres import PostgresDatastore  # noqa: PLC0415 may not be installed
    from eventsourcing.sqlite import SQLiteDatastore  # noqa: PLC0415

    from .tables import PostgresTables, SQLiteTables  # noqa: PLC0415

    datastore = getattr(ledger.application.factory, "datastore", None)
    if isinstance(datastore, SQLiteDatastore):
        return SQLiteTables(datastore)
    if isinstance(datastore, PostgresDatastore):
        return PostgresTables(datastore, tracking_table_name="bilan_ledger_tracking")
    raise LedgerUnavailable("no-tables")
