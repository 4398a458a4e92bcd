"""What is measured on: one simulated ledger, and the same history in the forms that peers read.

Everything is read through the public API and the documented bytes of entries, so that it says
nothing about how the ledger works inside.

The peers' table `facts` has one row a status entry: plan, region, action, pos (index in the
log), day (its earliest), status, and the pos of the entry that retracted it. That is what an
analyst would keep. It leaves out uncertain dates, scope changes and bounds: the peers answer an
easier question than the ledger does.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from bilan_ledger import Ledger
from bilan_ledger.projections.columns import write_columns
from bilan_ledger.simulate import Commune, Simulation, record

from .harness import need

STATUS = {
    "action.proposed": "proposed", "action.engaged": "engaged", "action.realised": "realised",
    "action.abandoned": "abandoned",
}  # fmt: skip
COUNTED = ("engaged", "realised")
COLUMNS = ("plan", "region", "action", "pos", "day", "status", "retracted")
Fact = tuple[str, str, str, int, str, str, int | None]
_REGIONS = {
    "Auvergne-Rhône-Alpes": "01 03 07 15 26 38 42 43 63 69 73 74",
    "Bourgogne-Franche-Comté": "21 25 39 58 70 71 89 90",
    "Bretagne": "22 29 35 56",
    "Centre-Val de Loire": "18 28 36 37 41 45",
    "Corse": "2A 2B",
    "Grand Est": "08 10 51 52 54 55 57 67 68 88",
    "Hauts-de-France": "02 59 60 62 80",
    "Île-de-France": "75 77 78 91 92 93 94 95",
    "Normandie": "14 27 50 61 76",
    "Nouvelle-Aquitaine": "16 17 19 23 24 33 40 47 64 79 86 87",
    "Occitanie": "09 11 12 30 31 32 34 46 48 65 66 81 82",
    "Pays de la Loire": "44 49 53 72 85",
    "Provence-Alpes-Côte d'Azur": "04 05 06 13 83 84",
}
REGION = {code: name for name, codes in _REGIONS.items() for code in codes.split()}
READ_ROWS = "SELECT originator_id, originator_version, topic, state FROM stored_events"


@dataclass
class Data:
    """The ledger of a run and what is derived from it; all in one folder."""

    folder: Path
    entries: int
    seed: int = 1
    quick: bool = False

    # --- the ledger ------------------------------------------------------------------------------

    @property
    def ledger(self) -> Path:
        """The ledger's file, closed, its write-ahead log folded in."""
        return self.folder / "town.ledger"

    def build(self) -> None:
        """Record as many communes as make the entries that were asked for, unless it was done."""
        if (self.folder / "plans.json").exists():
            return
        with Ledger.create(self.ledger) as ledger:
            for done in record(ledger, Simulation(communes=self.communes, seed=self.seed)):
                print(f"\r  {done.entries:,} entries", end="", flush=True)
        print()
        with closing(sqlite3.connect(self.ledger)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (self.folder / "plans.json").write_text(json.dumps(list(self._read_plans())))

    @cached_property
    def warm(self) -> Ledger:
        """The ledger, open and asked about once: every warm question goes to it."""
        ledger = Ledger.open(self.ledger, read_only=True)
        ledger.figure(self.plan["key"])
        return ledger

    @cached_property
    def communes(self) -> int:
        """How many communes make the entries."""
        if (self.folder / "plans.json").exists():
            return len(self.plans)
        drawn = 0
        for number, each in enumerate(Simulation(communes=90_000, seed=self.seed), 1):
            drawn += each.entries
            if drawn >= self.entries:
                return number
        return 90_000

    def sample_communes(self, entries: int) -> list[Commune]:
        """Return the first communes, of about so many entries."""
        found: list[Commune] = []
        for each in Simulation(communes=90_000, seed=self.seed):
            found.append(each)
            if sum(one.entries for one in found) >= entries:
                break
        return found

    @cached_property
    def plans(self) -> list[dict[str, Any]]:
        """Each plan: key, region, number of actions, entries."""
        found: list[dict[str, Any]] = json.loads((self.folder / "plans.json").read_text())
        return found

    @cached_property
    def size(self) -> int:
        """How many entries the ledger has."""
        return sum(plan["entries"] for plan in self.plans)

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The plan that one-plan questions are about: nearest to 131 actions."""
        return min(self.plans, key=lambda plan: abs(plan["actions"] - 131))

    def plan_at(self, place: float) -> dict[str, Any]:
        """Return the plan nearest to 131 actions around a place (0 to 1) in the log."""
        around = sorted(self.plans, key=lambda plan: abs(plan["actions"] - 131))[:10]
        wanted = place * self.communes
        return min(around, key=lambda plan: abs(int(plan["key"][4:]) - wanted))

    def questions(self, number: int, seed: int = 7) -> list[tuple[str, int]]:
        """Return (day, known) pairs for the plan: any day of the period, any point of the log."""
        chance = Random(seed)  # noqa: S311 no secret
        first, last = self.plan["first"], self.plan["last"]
        return [
            (f"202{chance.randint(1, 5)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
             chance.randint(first + (last - first) // 2, last))
            for _ in range(number)
        ]  # fmt: skip

    # --- the raw rows ----------------------------------------------------------------------------

    def rows(self, connection: sqlite3.Connection | None = None) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of the log as the file holds them."""
        if connection is not None:
            yield from connection.execute(f"{READ_ROWS} ORDER BY rowid")
            return
        with closing(sqlite3.connect(self.ledger)) as own:
            yield from own.execute(f"{READ_ROWS} ORDER BY rowid")

    def first_rows(self, number: int) -> list[tuple[Any, ...]]:
        """Return the first rows of the log."""
        return list(islice(self.rows(), number))

    def streams_of(self, plan: str) -> list[str]:
        """Return the ids of a plan's streams, as the file holds them."""
        quoted = f'"plan":"{plan}"'.encode()
        with closing(sqlite3.connect(self.ledger)) as connection:
            found = connection.execute(
                "SELECT DISTINCT originator_id FROM stored_events WHERE instr(state, ?)", (quoted,)
            )
            return [row[0] for row in found]

    def _read_plans(self) -> Iterator[dict[str, Any]]:
        plans: dict[str, dict[str, Any]] = {}
        for index, (_, _, topic, state) in enumerate(self.rows()):
            written = json.loads(state)
            if topic == "plan.created":
                insee = written["data"]["terms"]["territory"]["insee"]
                plans[written["plan"]] = {
                    "key": written["plan"], "region": REGION[insee[:2]], "actions": 0,
                    "entries": 0, "first": index, "last": index,
                }  # fmt: skip
            plan = plans[written["plan"]]
            plan["entries"] += 1
            plan["last"] = index
            plan["actions"] += topic == "action.proposed"
        yield from plans.values()

    # --- the table of the peers ------------------------------------------------------------------

    def facts(self) -> Iterator[Fact]:
        """Yield the rows of the peers' table; the entries of a plan stand together in the log."""
        region = {plan["key"]: plan["region"] for plan in self.plans}
        current, told = "", list[Any]()
        place: dict[tuple[str, int], int] = {}
        for pos, (_, version, topic, state) in enumerate(self.rows()):
            written = json.loads(state)
            plan, subject = written["plan"], f"{written['plan']}/{written.get('action')}"
            if plan != current:
                yield from map(tuple, told)
                current, told, place = plan, [], {}
            if topic == "action.retracted":
                meant = place.get((subject, written["data"]["entry"]))
                if meant is not None:
                    told[meant][6] = pos
            if topic in STATUS or topic == "action.reopened":
                status = STATUS.get(topic) or written["data"].get("to", "engaged")
                place[subject, version] = len(told)
                day = _earliest(written["data"]["on"])
                told.append([plan, region[plan], subject, pos, day, status, None])
        yield from map(tuple, told)

    @cached_property
    def facts_db(self) -> Path:
        """The table in SQLite, with the index that serves it best."""
        path = self.folder / "facts.db"
        if not path.exists():
            with closing(sqlite3.connect(path)) as db:
                db.execute(f"CREATE TABLE facts ({', '.join(COLUMNS)})")
                db.executemany("INSERT INTO facts VALUES (?,?,?,?,?,?,?)", self.facts())
                db.execute("CREATE INDEX by ON facts (plan, action, day, pos, retracted, status)")
                db.execute("ANALYZE")
                db.commit()
        return path

    @cached_property
    def parquet(self) -> Path:
        """The table as Parquet, in the order of the log."""
        path = self.folder / "facts.parquet"
        if not path.exists():
            arrow, parquet = need("pyarrow", "pyarrow.parquet")
            types = (arrow.string(),) * 3 + (arrow.int64(), arrow.date32(), arrow.string())
            schema = arrow.schema(list(zip(COLUMNS, (*types, arrow.int64()), strict=True)))
            left = self.facts()
            with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
                while rows := list(islice(left, 100_000)):
                    columns = list(map(list, zip(*rows, strict=True)))
                    columns[4] = list(map(date.fromisoformat, columns[4]))
                    writer.write_table(arrow.table(columns, schema=schema))
        return path

    @cached_property
    def columns(self) -> Path:
        """The library's own columns of the ledger."""
        path = self.folder / "columns"
        if not path.exists():
            for _ in write_columns(self.ledger, path):
                pass
        return path

    def copy(self, name: str) -> Path:
        """Return a copy of the ledger that may be written to."""
        path = self.folder / name
        for left in ("", "-wal", "-shm"):
            Path(f"{path}{left}").unlink(missing_ok=True)
        shutil.copyfile(self.ledger, path)
        return path

    def fresh(self, name: str) -> Path:
        """Return a name in the folder under which there is nothing."""
        path = self.folder / name
        for left in ("", "-wal", "-shm"):
            Path(f"{path}{left}").unlink(missing_ok=True)
        return path


def _earliest(text: str) -> str:
    first = text.partition("/")[0]
    return first + "2000-01-01"[len(first) :]


def file_bytes(path: Path) -> int:
    """Return the bytes of a SQLite file once its write-ahead log is folded in."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size
