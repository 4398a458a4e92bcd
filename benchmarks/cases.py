"""The cases: what is asked of whom, and what the goal is.

A sample is seconds per unit, or bytes per entry. "cold" means a ledger that this process has
not read yet; the operating system may have the file in its memory, for all contenders alike.
"""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bilan_ledger import Engage, Ledger, Propose
from bilan_ledger.projections import Tables
from bilan_ledger.projections.columns import Columns, write_columns
from bilan_ledger.simulate import Commune, commune
from bilan_ledger.transfer import export_log, import_log

from . import peers
from .data import READ_ROWS, Data, file_bytes
from .harness import Case, Contender, Goal, Sample, need, timed

BATCH = 5_000
CALLS = 40  # of what takes less than a millisecond, a sample
SHORT = 25  # rounds of what is soon done: a machine is now faster, now slower, for seconds
DAY = "2024-03-31"
TITLE = "Rénover les cours d'école dans chaque quartier"
_numbers = count(1)


def each(function: Callable[[], object], calls: int = CALLS) -> float:
    """Return the median seconds of some calls."""
    return median(timed(function) for _ in range(calls))


def warmed(function: Callable[[], object], units: int = 1) -> float:
    """Return the seconds of a unit, asked once before.

    Whoever else takes turns leaves the processor's caches full of his own.
    """
    function()
    return timed(function, units)


# --- record one ----------------------------------------------------------------------------------


def _one_commune(path: Path, number: int = 1, seed: int = 1) -> tuple[Ledger, str]:
    """Return a new ledger with one commune, and its plan."""
    ledger = Ledger.create(path, recorded_by="bench")
    first = commune(number, seed, 131)
    ledger.record_all(first.orders)
    return ledger, first.plan


def _propose(ledger: Ledger, plan: str) -> None:
    ledger.record(f"{plan}/n{next(_numbers)}", Propose(on="2022-05", title=TITLE, axis="a1"))


def bilan_propose(data: Data) -> Sample:
    """Record a new action."""
    ledger, plan = _one_commune(data.fresh("one.ledger"))
    return lambda: each(lambda: _propose(ledger, plan))


def bilan_engage(data: Data) -> Sample:
    """Record a status of an action that is there."""
    ledger, plan = _one_commune(data.fresh("two.ledger"))

    def sample() -> float:
        names = [f"{plan}/e{next(_numbers)}" for _ in range(CALLS)]
        for name in names:
            ledger.record(name, Propose(on="2022-05", title=TITLE, axis="a1"))
        left = iter(names)
        return each(lambda: ledger.record(next(left), Engage(on="2023-02-01")))

    return sample


def eventsourcing_create(data: Data) -> Sample:
    """Save a new aggregate of one event."""
    app, kind = peers.eventsourcing_app(data.fresh("one-es.db"))
    told = {"on": "2022-05", "title": TITLE, "axis": "a1"}
    return lambda: each(lambda: app.save(kind(f"p/n{next(_numbers)}", "action.proposed", told)))


def eventsourcing_change(data: Data) -> Sample:
    """Load an aggregate, trigger one event, save it."""
    app, kind = peers.eventsourcing_app(data.fresh("two-es.db"))

    def change(found: Any) -> None:
        found = app.repository.get(found.id)
        found.record("action.engaged", {"on": "2023-02-01"})
        app.save(found)

    def sample() -> float:
        told = {"on": "2022-05", "title": TITLE, "axis": "a1"}
        made = [kind(f"p/e{next(_numbers)}", "action.proposed", told) for _ in range(CALLS)]
        app.save(*made)
        left = iter(made)
        return each(lambda: change(next(left)))

    return sample


def django_create(data: Data) -> Sample:
    """Create a row and its history in one transaction."""
    model = peers.django_model(data.folder / "django.db")
    (transaction,) = need("django.db.transaction")

    def create() -> None:
        with transaction.atomic():
            model.objects.create(subject=f"n{next(_numbers)}", plan="bench", title=TITLE,
                                 status="proposed")  # fmt: skip

    return lambda: each(create)


def raw_one(data: Data) -> Sample:
    """Insert one row and one text."""
    db = peers.raw_store(data.fresh("one-raw.db"))
    state = data.first_rows(10)[-1][3]

    def insert() -> None:
        name = f"{next(_numbers):032x}"
        peers.raw_insert(db, [(name, 1, "action.proposed", state)], [(name, b"0" * 32, "bench")])

    return lambda: each(insert)


# --- record many ---------------------------------------------------------------------------------


def _bulk(data: Data) -> list[Commune]:
    return data.sample_communes(2_500 if data.quick else min(20_000, data.entries))


def _batches(communes: Sequence[Commune]) -> Iterator[list[Commune]]:
    batch: list[Commune] = []
    for one in communes:
        if batch and sum(b.entries for b in batch) + one.entries > BATCH:
            yield batch
            batch = []
        batch.append(one)
    yield batch


def _record_bulk(path: Path, batches: Sequence[Sequence[Commune]]) -> None:
    with Ledger.create(path, recorded_by="bench") as ledger:
        for batch in batches:
            ledger.record_all([order for one in batch for order in one.orders])


def _bulk_ledger(data: Data) -> Path:
    """Return a ledger of the entries of the bulk case, made once."""
    path = data.folder / "bulk.ledger"
    if not path.exists():
        _record_bulk(path, list(_batches(_bulk(data))))
        file_bytes(path)
    return path


def _bulk_rows(data: Data) -> tuple[list[Any], list[Any]]:
    with closing(sqlite3.connect(_bulk_ledger(data))) as db:
        rows = db.execute(f"{READ_ROWS} ORDER BY rowid").fetchall()
        return rows, db.execute("SELECT * FROM texts").fetchall()


def bilan_bulk(data: Data) -> Sample:
    """`record_all`, about 5,000 entries a transaction."""
    batches = list(_batches(_bulk(data)))
    entries = sum(one.entries for batch in batches for one in batch)
    return lambda: timed(partial(_record_bulk, data.fresh("b.ledger"), batches), entries)


def bilan_import(data: Data) -> Sample:
    """`import_log` of the same entries, exported; every line is checked and decided again."""
    path = data.fresh("bulk.jsonl")
    data.fresh("bulk.texts.jsonl")
    with Ledger.open(_bulk_ledger(data), read_only=True) as ledger:
        entries = export_log(ledger, path, texts=True)

    def take_in(target: Path) -> None:
        with Ledger.create(target) as ledger:
            for _ in import_log(ledger, path):
                pass

    return lambda: timed(partial(take_in, data.fresh("i.ledger")), entries)


def raw_bulk(data: Data) -> Sample:
    """`executemany` of the same rows and texts, 5,000 rows a transaction."""
    rows, texts = _bulk_rows(data)
    share = len(texts) / len(rows)

    def insert(path: Path) -> None:
        with closing(peers.raw_store(path)) as db:
            for start in range(0, len(rows), BATCH):
                end = start + BATCH
                told = texts[int(start * share) : int(end * share)]
                peers.raw_insert(db, rows[start:end], told)

    return lambda: timed(partial(insert, data.fresh("r.db")), len(rows))


def eventsourcing_bulk(data: Data, *, trigger: bool) -> Sample:
    """`save` of many aggregates at a time; with or without the triggering of their events."""
    rows, _ = _bulk_rows(data)
    parts = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]

    def sample() -> float:
        app, kind = peers.eventsourcing_app(data.fresh("b-es.db"))
        took = 0.0
        for number, part in enumerate(parts):
            # An aggregate of several batches is another one in each: nothing has to be loaded.
            began = perf_counter()
            made = _renamed(kind, part, number)
            took += perf_counter() - began if trigger else 0.0
            took += timed(partial(app.save, *made))
        app.close()
        return took / len(rows)

    return sample


def _renamed(kind: Any, rows: Sequence[Any], number: int) -> list[Any]:
    return peers.aggregates(lambda subject, *told: kind(f"{subject}#{number}", *told), rows)


def django_bulk(data: Data) -> Sample:
    """`bulk_create_with_history`, 5,000 rows at a time; one history row each."""
    model = peers.django_model(data.folder / "django.db")
    (utils,) = need("simple_history.utils")
    number = sum(one.entries for one in _bulk(data))

    def create() -> None:
        made = [model(subject=f"b{next(_numbers)}", plan="bench", title=TITLE, status="proposed")
                for _ in range(number)]  # fmt: skip
        utils.bulk_create_with_history(made, model, batch_size=BATCH)

    return lambda: timed(create, number)


# --- read all ------------------------------------------------------------------------------------


def bilan_read(data: Data) -> Sample:
    """Open the ledger and ask for the figure of all plans together."""

    def read() -> None:
        with Ledger.open(data.ledger, read_only=True) as ledger:
            ledger.figure(on=DAY)

    return lambda: timed(read, data.size)


def raw_read(data: Data) -> Sample:
    """SELECT every row and parse its state."""
    (orjson,) = need("orjson")

    def read() -> None:
        with closing(sqlite3.connect(data.ledger)) as db:
            for row in db.execute(f"{READ_ROWS} ORDER BY rowid"):
                orjson.loads(row[3])

    return lambda: timed(read, data.size)


def eventsourcing_read(data: Data) -> Sample:
    """Decode every event and fold it into the last status of each aggregate."""
    app, _ = peers.eventsourcing_store(data)
    return lambda: timed(lambda: peers.eventsourcing_fold(app), data.size)


# --- one plan ------------------------------------------------------------------------------------


def bilan_warm(data: Data) -> Sample:
    """`figure(plan, on=…, known=…)` on an open ledger."""
    ledger = data.warm
    plan, asked = data.plan["key"], data.questions(100)

    def ask() -> None:
        for day, known in asked:
            ledger.figure(plan, on=day, known=known)

    return lambda: warmed(ask, len(asked))


def eventsourcing_warm(data: Data) -> Sample:
    """Replay each aggregate of the plan and count the statuses of a day."""
    app, kind = peers.eventsourcing_store(data)
    ids = _aggregate_ids(data, kind, data.plan)

    def ask() -> int:
        return _replayed(app, ids)

    return lambda: warmed(ask)


def _aggregate_ids(data: Data, kind: Any, plan: dict[str, Any]) -> list[Any]:
    with closing(sqlite3.connect(data.ledger)) as db:
        found = db.execute(
            "SELECT state FROM stored_events WHERE rowid BETWEEN ? AND ?"
            " AND topic = 'action.proposed'",
            (plan["first"] + 1, plan["last"] + 1),
        )
        told = [json.loads(row[0]) for row in found]
    return [
        kind.create_id(f"{one['plan']}/{one['action']}")
        for one in told
        if one["plan"] == plan["key"]
    ]


def _replayed(app: Any, ids: Sequence[Any]) -> int:
    return sum(app.repository.get(name).status(DAY) in {"engaged", "realised"} for name in ids)


def table_warm(data: Data, *, make: str) -> Sample:
    """Ask the same of the table of facts."""
    figure, oracle = getattr(peers, make)(data), peers.sqlite_figure(data)
    plan, asked = data.plan["key"], data.questions(100)
    answers = [figure(plan, *one) for one in asked]
    expected = [oracle(plan, *one) for one in asked]
    peers.agree(iter([("sqlite", expected), (make, answers)]))

    def ask() -> None:
        for one in asked:
            figure(plan, *one)

    return lambda: warmed(ask, len(asked))


def django_warm(data: Data) -> Sample:
    """`as_of` the day; it has no second time axis, so nothing is asked of knowledge."""
    model = peers.django_store(data)
    plan, asked = data.plan["key"], data.questions(100)

    def ask() -> None:
        for day, _ in asked:
            peers.django_figure(model, plan, day)

    return lambda: warmed(ask, len(asked))


def bilan_cold(data: Data) -> Sample:
    """Open the ledger and ask for one plan."""
    plan = data.plan_at(0.5)["key"]

    def ask() -> None:
        with Ledger.open(data.ledger, read_only=True) as ledger:
            ledger.figure(plan, on=DAY)

    return lambda: timed(ask)


def raw_cold(data: Data) -> Sample:
    """Connect and SELECT that plan's rows, by the ids of its streams, known beforehand."""
    streams = data.streams_of(data.plan_at(0.5)["key"])
    marks = ",".join("?" * len(streams))

    def ask() -> None:
        with closing(sqlite3.connect(data.ledger)) as db:
            db.execute(f"{READ_ROWS} WHERE originator_id IN ({marks})", streams).fetchall()

    return lambda: timed(ask)


def eventsourcing_cold(data: Data) -> Sample:
    """Open an application and replay that plan's aggregates, their ids known beforehand."""
    _, kind = peers.eventsourcing_store(data)
    ids = _aggregate_ids(data, kind, data.plan_at(0.5))

    def ask() -> None:
        app, _ = peers.eventsourcing_app(data.folder / "eventsourcing.db")
        _replayed(app, ids)
        app.close()

    return lambda: timed(ask)


def sql_cold(data: Data) -> Sample:
    """Connect to the table of facts and ask the window query."""
    plan, path = data.plan_at(0.5)["key"], data.facts_db

    def ask() -> None:
        with closing(sqlite3.connect(path)) as db:
            query = peers.FIGURE.format("?")
            db.execute(query, (plan, DAY, data.size, data.size)).fetchone()

    return lambda: timed(ask)


def bilan_curve(data: Data, *, points: bool = False) -> Sample:
    """`curve(plan)` on an open ledger; a point is made when it is asked for, or all of them."""
    ledger = data.warm
    plan = data.plan["key"]
    made = list if points else iter
    ledger.curve(plan)
    return lambda: each(lambda: made(ledger.curve(plan)), 10)


# --- the nation ----------------------------------------------------------------------------------


def bilan_national_figure(data: Data) -> Sample:
    """`Columns.figure` of all plans."""
    columns = Columns(data.columns)
    return lambda: timed(lambda: columns.figure(on=DAY))


def bilan_national_curve(data: Data, *, points: bool = False) -> Sample:
    """`Columns.curves` of the regions; a point is made when it is asked for, or all of them."""
    columns, made = Columns(data.columns), list if points else iter
    return lambda: timed(lambda: [made(c) for c in columns.curves(by="region").values()])


def ledger_national_figure(data: Data) -> Sample:
    """`figure()` of all plans on an open ledger that was asked before."""
    ledger = data.warm
    ledger.figure(on=DAY)
    ledger.figure(on=DAY)
    return lambda: timed(lambda: ledger.figure(on=DAY))


def ledger_national_curve(data: Data) -> Sample:
    """`curve()` of the plans of each region on an open ledger that was asked before."""
    ledger = data.warm
    regions: dict[str, list[str]] = {}
    for plan in data.plans:
        regions.setdefault(plan["region"], []).append(plan["key"])

    def ask() -> None:
        for plans in regions.values():
            ledger.curve(*plans)

    ask()
    return lambda: timed(ask)


def duckdb_columns(data: Data, *, query: str) -> Sample:
    """Ask DuckDB over the library's columns, in plain SQL."""
    ask = peers.duckdb_columns(data, query)
    return lambda: timed(ask)


def duckdb_national(data: Data, *, query: str) -> Sample:
    """Ask DuckDB over the Parquet file."""
    ask = peers.duckdb_national(data, query)
    return lambda: timed(ask)


def frame_national(data: Data, *, make: str, query: str) -> Sample:
    """Ask Polars or pandas over the Parquet file."""
    ask = getattr(peers, make)(data)
    found, expected = ask(), peers.duckdb_national(data, query)()
    peers.agree(iter([("duckdb", expected if len(expected) > 1 else expected[0]), (make, found)]))
    return lambda: timed(ask)


def bilan_columns(data: Data) -> Sample:
    """`write_columns` of the ledger, which this process has not read."""

    def write(path: Path) -> None:
        for _ in write_columns(data.ledger, path):
            pass
        shutil.rmtree(path)

    return lambda: timed(partial(write, data.folder / "again"), data.size)


def bilan_tables(data: Data) -> Sample:
    """`Tables.rebuild` on an open ledger that has been read."""
    path = data.fresh("tables.ledger")
    path.write_bytes(_bulk_ledger(data).read_bytes())
    ledger = Ledger.open(path, recorded_by="bench")
    size = len(ledger.entries())
    return lambda: timed(lambda: list(Tables(ledger).rebuild()), size)


# --- append, prove -------------------------------------------------------------------------------


def bilan_append(data: Data, *, large: bool, tables: bool) -> Sample:
    """Record one entry in a ledger of one commune or in the large one; then update its tables."""
    if large:
        path, plan = data.copy(f"append-{tables}.ledger"), data.plan["key"]
        ledger = Ledger.open(path, recorded_by="bench")
    else:
        number = int(data.plan["key"][4:])  # the same plan, alone
        ledger, plan = _one_commune(data.fresh(f"append-small-{tables}.ledger"), number, data.seed)
    projected = Tables(ledger) if tables else None
    if projected is not None:
        list(projected.rebuild())

    def append() -> None:
        _propose(ledger, plan)
        if projected is not None:
            projected.update()

    append()
    return lambda: each(append, 10 if tables else CALLS)


def bilan_verify(data: Data) -> Sample:
    """Open the ledger and compute the root over all bytes."""

    def root() -> None:
        with Ledger.open(data.ledger, read_only=True) as ledger:
            ledger.tree.root()

    return lambda: timed(root, data.size)


def hash_only(data: Data) -> Sample:
    """SHA-256 of each entry's bytes, in memory already."""
    states = [row[3] for row in data.rows()]

    def run() -> None:
        for state in states:
            hashlib.sha256(state).digest()

    return lambda: timed(run, len(states))


def hash_rows(data: Data) -> Sample:
    """SELECT each entry's bytes and SHA-256 them."""

    def run() -> None:
        for row in data.rows():
            hashlib.sha256(row[3]).digest()

    return lambda: timed(run, data.size)


def bilan_proof(data: Data, *, large: bool, root: bool) -> Sample:
    """After one more entry: the root, or the proof that the log only grew."""
    if large:
        path, plan = data.copy(f"proof-{root}.ledger"), data.plan["key"]
        ledger = Ledger.open(path, recorded_by="bench")
    else:
        ledger, plan = _one_commune(data.fresh(f"proof-small-{root}.ledger"))
    ledger.tree.root()

    def prove() -> object:
        return ledger.tree.root() if root else ledger.tree.consistency_proof(len(ledger) * 2 // 3)

    def sample() -> float:
        found = []
        for _ in range(5):
            _propose(ledger, plan)
            found.append(timed(prove))
        return median(found)

    return sample


# --- starting, size ------------------------------------------------------------------------------


def process(data: Data, *, code: str) -> Sample:
    """Run Python on a line of code."""
    return lambda: timed(lambda: subprocess.run([sys.executable, "-c", code], check=True))  # noqa: S603 ours


def command(data: Data) -> Sample:
    """`bilan figure` of a ledger of one commune, as a process of its own."""
    path = data.fresh("command.ledger")
    ledger, plan = _one_commune(path)
    ledger.close()
    line = [sys.executable, "-m", "bilan_ledger.cli", "figure", plan, "--on", DAY,
            "--ledger", str(path)]  # fmt: skip
    return lambda: timed(lambda: subprocess.run(line, check=True, capture_output=True))  # noqa: S603 ours


def bytes_of(data: Data, *, what: str) -> Sample:
    """Return bytes per entry; nothing is timed."""
    rows, _ = _bulk_rows(data)
    measured: dict[str, Callable[[], int]] = {
        "file": lambda: file_bytes(_bulk_ledger(data)),
        "canonical": lambda: sum(len(row[3]) for row in rows),
        "canonical+indexes": lambda: sum(len(row[3]) for row in rows) + _index_bytes(data, rows),
        "eventsourcing": lambda: _eventsourcing_bytes(data, rows),
    }
    return lambda: measured[what]() / len(rows)


def _index_bytes(data: Data, rows: Sequence[Any]) -> int:
    """Return what the index of streams and versions takes: a file with it less one without."""
    sizes = []
    for index in ("", "CREATE UNIQUE INDEX stream ON rows (a, b)"):
        path = data.fresh("index.db")
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE rows (a TEXT, b INTEGER, c TEXT, d BLOB)")
            db.executescript(index)
            db.executemany("INSERT INTO rows VALUES (?,?,?,?)", rows)
            db.commit()
        sizes.append(path.stat().st_size)
    return sizes[1] - sizes[0]


def _eventsourcing_bytes(data: Data, rows: Sequence[Any]) -> int:
    path = data.fresh("size-es.db")
    app, kind = peers.eventsourcing_app(path)
    app.save(*peers.aggregates(kind, rows))
    app.close()
    return file_bytes(path)


# --- the table -----------------------------------------------------------------------------------

ES, FLOOR, DJANGO = "eventsourcing", "raw sqlite3", "simple-history"


def _both(make: Callable[..., Sample], **more: bool) -> Sequence[Contender]:
    return [Contender(f"bilan, {word}", partial(make, large=word == "large", **more))
            for word in ("small", "large")]  # fmt: skip


CASES: Sequence[Case] = (
    Case(
        "record-one", "Record one command, durable: a new action", "s/command",
        [Contender("bilan", bilan_propose), Contender(ES, eventsourcing_create),
         Contender(DJANGO, django_create), Contender(FLOOR, raw_one)],
        [Goal("≤ 1.2 × eventsourcing", "bilan", ES, 1.2)],
        rounds=SHORT,
    ),
    Case(
        "record-status", "Record one command, durable: a status of an action that is there",
        "s/command",
        [Contender("bilan", bilan_engage), Contender(ES, eventsourcing_change)],
        [Goal("≤ 1.2 × eventsourcing", "bilan", ES, 1.2)],
        rounds=SHORT,
    ),
    Case(
        "record-bulk", "Record many commands", "s/entry",
        [Contender("bilan", bilan_bulk), Contender("bilan import_log", bilan_import),
         Contender(ES, partial(eventsourcing_bulk, trigger=False)),
         Contender(f"{ES}, trigger too", partial(eventsourcing_bulk, trigger=True)),
         Contender(DJANGO, django_bulk), Contender(FLOOR, raw_bulk)],
        [Goal("≥ 0.5 × raw INSERT", "bilan", FLOOR, 2.0),
         Goal("≥ 3 × eventsourcing", "bilan", ES, 1 / 3)],
        rounds=5,
    ),
    Case(
        "read-all", "Cold read of the whole log into figures", "s/entry",
        [Contender("bilan", bilan_read), Contender(ES, eventsourcing_read),
         Contender("SELECT + orjson", raw_read)],
        [Goal("≤ 1.5 × SELECT + orjson", "bilan", "SELECT + orjson", 1.5),
         Goal("≥ 4 × eventsourcing", "bilan", ES, 1 / 4)],
        memory=True, rounds=5,
    ),
    Case(
        "figure-warm", "Figure of one plan, any day, any `known`, warm", "s/figure",
        [Contender("bilan", bilan_warm), Contender(ES, eventsourcing_warm),
         Contender(DJANGO, django_warm),
         Contender("SQLite window", partial(table_warm, make="sqlite_figure")),
         Contender("PostgreSQL window", partial(table_warm, make="postgres_figure")),
         Contender("DuckDB", partial(table_warm, make="duckdb_figure")),
         Contender("Polars", partial(table_warm, make="polars_figure")),
         Contender("pandas", partial(table_warm, make="pandas_figure"))],
        [Goal("≥ 1,000 × eventsourcing", "bilan", ES, 1 / 1000)],
    ),
    Case(
        "figure-cold", "Figure of one plan, cold, out of the whole ledger", "s/figure",
        [Contender("bilan", bilan_cold), Contender(ES, eventsourcing_cold),
         Contender("SQLite window", sql_cold), Contender("SELECT its rows", raw_cold)],
        [Goal("≤ 2 × SELECT of its rows", "bilan", "SELECT its rows", 2.0)],
        memory=True, rounds=5,
    ),
    Case(
        "curve", "Whole curve of one plan, warm", "s/question",
        [Contender("bilan curve", bilan_curve), Contender("bilan figure", bilan_warm),
         Contender("bilan curve, each point made", partial(bilan_curve, points=True))],
        [Goal("≤ 10 × one figure", "bilan curve", "bilan figure", 10.0)],
        rounds=SHORT,
    ),
    Case(
        "national-figure", "National figure on a day", "s/figure",
        [Contender("bilan", bilan_national_figure),
         Contender("bilan, in memory", ledger_national_figure),
         Contender("DuckDB, our columns", partial(duckdb_columns, query=peers.COLUMNS_FIGURE)),
         Contender("DuckDB", partial(duckdb_national, query=peers.NATIONAL_FIGURE)),
         Contender("Polars", partial(frame_national, make="polars_national_figure",
                                     query=peers.NATIONAL_FIGURE)),
         Contender("pandas", partial(frame_national, make="pandas_national_figure",
                                     query=peers.NATIONAL_FIGURE))],
        [Goal("≤ 1 × DuckDB on Parquet", "bilan", "DuckDB", 1.0),
         Goal("memory ≤ 4 GiB", "bilan", None, 4096, "memory")],
        memory=True, rounds=5,
    ),
    Case(
        "national-curve", "National curve over all days, by region", "s/curve",
        [Contender("bilan", bilan_national_curve),
         Contender("bilan, each point made", partial(bilan_national_curve, points=True)),
         Contender("bilan, in memory", ledger_national_curve),
         Contender("DuckDB, our columns", partial(duckdb_columns, query=peers.COLUMNS_CURVE)),
         Contender("DuckDB", partial(duckdb_national, query=peers.NATIONAL_CURVE)),
         Contender("Polars", partial(frame_national, make="polars_national_curve",
                                     query=peers.NATIONAL_CURVE))],
        [Goal("≤ 1 × DuckDB on Parquet", "bilan", "DuckDB", 1.0),
         Goal("memory ≤ 4 GiB", "bilan", None, 4096, "memory")],
        memory=True, rounds=5,
    ),
    Case(
        "tables", "Rebuild the tables of all plans", "s/entry",
        [Contender("bilan", bilan_columns), Contender("bilan, SQL tables", bilan_tables)],
        [Goal("≥ 100,000 entries/s", "bilan", None, 1e-5, "value"),
         Goal("memory ≤ 4 GiB", "bilan", None, 4096, "memory")],
        memory=True, rounds=3,
    ),
    Case(
        "append", "Append one entry to a large ledger, and to a small one", "s/entry",
        _both(bilan_append, tables=False),
        [Goal("± 20 % of a small one", "bilan, large", "bilan, small", 1.2)],
        rounds=SHORT,
    ),
    Case(
        "append-tables", "The same, the SQL tables brought up to date", "s/entry",
        _both(bilan_append, tables=True),
        [Goal("± 20 % of a small one", "bilan, large", "bilan, small", 1.2)],
        rounds=SHORT,
    ),
    Case(
        "verify", "Root over the whole log, from nothing", "s/entry",
        [Contender("bilan", bilan_verify), Contender("SELECT + SHA-256", hash_rows),
         Contender("SHA-256 in memory", hash_only)],
        [Goal("≥ 0.3 × hashing the bytes", "bilan", "SHA-256 in memory", 1 / 0.3)],
        rounds=5,
    ),
    Case(
        "root", "Root after one more entry", "s/root",
        _both(bilan_proof, root=True),
        [Goal("kept incrementally: ≤ 2 × a small one", "bilan, large", "bilan, small", 2.0)],
        rounds=SHORT,
    ),
    Case(
        "consistency", "Consistency proof after one more entry", "s/proof",
        _both(bilan_proof, root=False),
        [Goal("O(log n): ≤ 3 × a small one", "bilan, large", "bilan, small", 3.0)],
        rounds=SHORT,
    ),
    Case(
        "import", "Start: import the library", "s/process",
        [Contender("import bilan_ledger", partial(process, code="import bilan_ledger")),
         Contender("… and Ledger", partial(process, code="from bilan_ledger import Ledger")),
         Contender("import attrs, cattrs", partial(process, code="import attrs, cattrs")),
         Contender("python -c pass", partial(process, code="pass"))],
        [Goal("≤ 1.5 × import attrs, cattrs", "import bilan_ledger", "import attrs, cattrs", 1.5)],
    ),
    Case(
        "command", "Start: `bilan figure`, cold", "s/process",
        [Contender("bilan figure", command),
         Contender("python -c pass", partial(process, code="pass"))],
        [Goal("≤ 300 ms more than python", "bilan figure", "python -c pass", 0.3, "difference")],
        rounds=SHORT,
    ),
    Case(
        "bytes", "Bytes on disk", "bytes/entry",
        [Contender(name, partial(bytes_of, what=what))
         for name, what in (("bilan file", "file"), ("canonical bytes", "canonical"),
                            ("canonical bytes + indexes", "canonical+indexes"),
                            (f"{ES} file", "eventsourcing"))],
        [Goal("≤ 1.5 × canonical bytes + indexes", "bilan file", "canonical bytes + indexes", 1.5)],
        rounds=1,
    ),
)  # fmt: skip
