"""The deltas of every plan as Parquet files, and the questions of a nation to them.

Decides: the files and their columns, and that DuckDB sums what `completion` then bounds.
Refuses to know: rules and arithmetic of figures.

    for progress in write_columns("france.ledger", "columns"):
        print(progress.plans, "of", progress.all)
    nation = Columns("columns")
    nation.figure(on="2024-03-31")
    nation.curves(by="region")

In the folder, for DuckDB, Polars, Spark or whatever reads Parquet:

- `deltas/*.parquet`: `plan`, `action` (numbers), `position` (index in the log), `day`, `case`,
  `change`: so many actions more or less are in a case from a day on, as known from a position on.
- `plans.parquet`: `plan` (number), `key`, `territory`, `insee`, `department`, `region`, `entries`.
- `cases.parquet`: what each case stands for: `statuses`, `scopes`, `listed` (of the initial
  list: yes, no, maybe), and what it adds to the figure under the default policy.
- `days.parquet`: `region`, `day`, `case`, `change`: the deltas of all that is known, added up.
"""

import gc
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date
from importlib import import_module
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import attrs

from .. import errors
from ..completion import SUMS, digits, digits_of, sums_in
from ..dates import day
from ..deltas import Case, Deltas, standings
from ..errors import BilanError, InvalidValue, LedgerUnavailable, NotFound
from ..ledger import Ledger
from ..plan import Policy
from ..replay import Curve, Point, point_of
from .regions import department, region

if TYPE_CHECKING:
    from array import array

FORMAT = 1
_CHUNK = 250  # plans of one file
_WORKERS = 2


@attrs.frozen
class Written:
    """How much is written: `plans` of `all`, and how many entries they have."""

    plans: int
    all: int
    entries: int


# --- writing ---------------------------------------------------------------------------------


def write_columns(
    place: str | Path, folder: str | Path, *, workers: int = _WORKERS
) -> Iterator[Written]:
    """Write the columns of a ledger into a new folder; yields what is done so far.

    Each of `workers` processes reads some plans at a time, so that memory does not grow with
    their number. The folder is named when it is whole. Raises `LedgerUnavailable` when something
    is already there, or cannot be read or written, `NotFound` where there is no plan at all.
    """
    if workers < 1:
        raise InvalidValue("choice", field="workers", value=workers, allowed="1, 2, …")
    target = Path(folder)
    if target.exists():
        raise LedgerUnavailable("file-exists", path=target)
    draft = target.with_name(f".{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        (draft / "deltas").mkdir(parents=True)
        yield from _write(str(place), draft, workers)
        draft.rename(target)
    except OSError as error:
        raise LedgerUnavailable("cannot-write", path=target, why=error.strerror) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _translated(code: str, path: Path) -> Iterator[None]:
    """Turn what DuckDB says into `LedgerUnavailable`."""
    import duckdb  # noqa: PLC0415 an extra

    try:
        yield
    except duckdb.Error as error:
        why = str(error).partition("\n")[0]
        raise LedgerUnavailable(code, path=path, why=why) from None


def _write(place: str, draft: Path, workers: int) -> Iterator[Written]:
    for extra in ("duckdb", "numpy"):  # before processes are started that would miss them
        import_module(extra)
    with Ledger.open(place, read_only=True) as ledger:
        size, keys = len(ledger), ledger.plans()
    if not keys:
        raise NotFound("no-plan", plan="*", plans="—")
    done = entries = 0
    yield Written(0, len(keys), 0)
    rows: list[Sequence[object]] = []
    for told in _worked(place, draft, size, workers):
        done += len(told["plans"])
        entries += sum(row[-1] for row in told["plans"])
        rows += told["plans"]
        yield Written(done, len(keys), entries)
    with closing(_database(draft)) as database, _translated("cannot-write", draft):
        _write_plans(database, draft, rows)
        _write_cases(database, draft)
        _write_days(database, draft)
    about = {"format": FORMAT, "entries": size}
    (draft / "columns.json").write_text(json.dumps(about) + "\n")


def _worked(place: str, draft: Path, size: int, workers: int) -> Iterator[dict[str, Any]]:
    """Let processes write the deltas; yields what each says after some plans."""
    # Not by `multiprocessing`: whoever imports this need not have guarded his main module.
    command = [sys.executable, "-m", "bilan_ledger.projections.columns"]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 ours
        for _ in range(workers)
    ]
    try:
        for number, process in enumerate(running):
            assert process.stdin is not None
            # Not as arguments, which everybody on the machine can read: there may be a password.
            job = {"place": place, "draft": str(draft), "size": size, "share": [number, workers]}
            with suppress(BrokenPipeError):  # one that stopped at once; `_said` tells
                process.stdin.write(json.dumps(job))
                process.stdin.close()
        # In turns: a process that nobody listens to stops when it has said enough.
        speaking = [_said(process) for process in running]
        while speaking:
            for each in list(speaking):
                told = next(each, None)
                if told is None:
                    speaking.remove(each)
                else:
                    yield told
    finally:
        for process in running:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _said(process: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        told: dict[str, Any] = json.loads(line)
        if "error" in told:
            kind: type[BilanError] = getattr(errors, told["error"])
            raise kind(told["code"], **told["facts"])
        yield told
    if process.wait():
        raise LedgerUnavailable("columns-stopped", exit=process.returncode)


def _work(job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Write the deltas of every so manyth chunk of plans."""
    number, workers = job["share"]
    gc.disable()  # it would walk over every chunk again and again; no cycles are made here
    draft = Path(job["draft"])
    with (
        Ledger.open(job["place"], read_only=True) as ledger,
        closing(_database(draft)) as database,
        _translated("cannot-write", draft),
    ):
        keys = ledger.plans()
        chunks = range(0, len(keys), _CHUNK)
        for start in chunks[number::workers]:
            several = ledger.deltas(keys[start : start + _CHUNK], size=job["size"])
            numbers = range(start, start + len(several))
            part = draft / f"deltas/{start // _CHUNK:05}.parquet"
            _write_deltas(database, part, dict(zip(numbers, several, strict=True)))
            yield {"plans": [_plan_row(n, one) for n, one in zip(numbers, several, strict=True)]}


def _write_deltas(database: Any, part: Path, several: Mapping[int, Deltas]) -> None:
    import numpy  # noqa: ICN001, PLC0415 an extra; it hands arrays to DuckDB without copies

    def column(kind: str, values: "Callable[[Deltas], array[int]]") -> Any:
        return numpy.concatenate([numpy.frombuffer(values(d), kind) for d in several.values()])

    rows = {
        "plan": numpy.concatenate(
            [numpy.full(len(d.days), n, "i4") for n, d in several.items()]
        ),
        "action": column("i4", lambda d: d.actions),
        "position": column("i8", lambda d: d.positions),
        "day": column("i4", lambda d: d.days),
        "kase": column("i4", lambda d: d.cases),
        "change": column("i1", lambda d: d.changes),
    }  # fmt: skip
    database.register("rows", rows)
    database.execute(
        "COPY (SELECT plan, action, position, DATE '0001-01-01' + (day - 1) AS day,"  # noqa: S608 ours
        f' kase AS "case", change FROM rows) TO {_quoted(part)} ({_PARQUET})'
    )
    database.unregister("rows")


def _plan_row(number: int, deltas: Deltas) -> tuple[object, ...]:
    where = deltas.plan.terms().territory
    found = department(where.insee)
    return (
        number, deltas.key, where.name, where.insee, found, region(found), len(deltas.indexes),
    )  # fmt: skip


_PARQUET = "FORMAT parquet, COMPRESSION zstd"


def _quoted(text: str | Path) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def _database(folder: Path) -> Any:
    import duckdb  # noqa: PLC0415 an extra

    database = duckdb.connect()
    database.execute("SET memory_limit = '2GB'")
    database.execute(f"SET temp_directory = {_quoted(folder / 'spill')}")
    return database


def _write_table(database: Any, path: Path, columns: str, rows: Sequence[Sequence[object]]) -> None:
    database.execute(f"CREATE TEMP TABLE written ({columns})")
    marks = ", ".join("?" * len(columns.split(",")))
    for start in range(0, len(rows), 1_000):
        several = rows[start : start + 1_000]
        values = ", ".join([f"({marks})"] * len(several))
        flat = [value for row in several for value in row]
        database.execute(f"INSERT INTO written VALUES {values}", flat)  # noqa: S608 marks
    database.execute(f"COPY written TO {_quoted(path)} ({_PARQUET})")
    database.execute("DROP TABLE written")


def _write_plans(database: Any, draft: Path, rows: Sequence[Sequence[object]]) -> None:
    columns = (
        'plan INTEGER, "key" VARCHAR, territory VARCHAR, insee VARCHAR, department VARCHAR,'
        " region VARCHAR, entries INTEGER"
    )
    _write_table(database, draft / "plans.parquet", columns, sorted(rows, key=lambda row: row[0]))  # type: ignore[arg-type,return-value]


def _write_cases(database: Any, draft: Path) -> None:
    found = database.execute(
        f'SELECT DISTINCT "case" FROM {_quoted(draft / "deltas/*.parquet")} ORDER BY 1'  # noqa: S608 ours
    ).fetchall()
    columns = (
        '"case" INTEGER, statuses VARCHAR, scopes VARCHAR, listed VARCHAR, low_counted INTEGER,'
        " low_base INTEGER, high_counted INTEGER, high_base INTEGER"
    )
    _write_table(database, draft / "cases.parquet", columns, [_case_row(one) for (one,) in found])


def _case_row(case: Case) -> tuple[object, ...]:
    listed = {of_list for of_list, _ in standings(case)}
    statuses = sorted(
        {"absent" if s.status is None else s.status.value for _, s in standings(case)}
    )
    scopes = sorted({standing.scope.value for _, standing in standings(case)})
    _, *adds = sums_in(digits_of(Policy())[case])
    return (
        case, "|".join(statuses), "|".join(scopes),
        "maybe" if len(listed) > 1 else "yes" if True in listed else "no",
        *adds[:4],
    )  # fmt: skip


def _write_days(database: Any, draft: Path) -> None:
    database.execute(
        'COPY (SELECT region, day, "case", sum(change)::INTEGER AS change'  # noqa: S608 ours
        f" FROM {_quoted(draft / 'deltas/*.parquet')}"
        f" JOIN {_quoted(draft / 'plans.parquet')} USING (plan)"
        " GROUP BY ALL HAVING sum(change) <> 0 ORDER BY region, day)"
        f" TO {_quoted(draft / 'days.parquet')} ({_PARQUET})"
    )


# --- asking ----------------------------------------------------------------------------------


class Columns:
    """The columns of a ledger, open for questions; a context manager.

    Raises `LedgerUnavailable` for a folder that holds none, or those of a newer version.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        try:
            about = json.loads((self.folder / "columns.json").read_text())
            found, self.entries = about["format"], int(about["entries"])
        except (OSError, ValueError, TypeError, KeyError):
            raise LedgerUnavailable("no-columns", path=folder) from None
        if found > FORMAT:
            raise LedgerUnavailable("ledger-newer", path=folder, found=found, known=FORMAT)
        import duckdb  # noqa: PLC0415 an extra

        self._database: Any = duckdb.connect()
        for view, files in (
            ("deltas", "deltas/*"),
            ("plans", "plans"),
            ("days", "days"),
            ("cases", "cases"),
        ):
            path = _quoted(self.folder / f"{files}.parquet")
            self._ask(f"CREATE VIEW {view} AS FROM {path}")
        self._policy: Policy | None = None

    def _ask(self, query: str, *values: object) -> list[Any]:
        with _translated("columns-broken", self.folder):
            found: list[Any] = self._database.execute(query, values).fetchall()
            return found

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def figure(
        self, *, on: str | date, known: int | None = None, policy: Policy | None = None
    ) -> Point:
        """Return the figure of all plans together on the end of a day."""
        found = self.figures(by=None, on=on, known=known, policy=policy)
        return found.get(None) or point_of(day(on).toordinal(), 0)

    def figures(
        self,
        *,
        by: str | None = "region",
        on: str | date,
        known: int | None = None,
        policy: Policy | None = None,
    ) -> dict[str | None, Point]:
        """Return the figure of each `region`, `department` or `plan` on the end of a day.

        `known` is an index of the log. One policy holds for all: the one given, else the default.
        """
        asked = day(on)
        group, source = self._source(by, known)
        self._rule(policy or Policy())
        sums = ", ".join(f"sum(n * {name})::BIGINT" for name in _SUMS)
        rows = self._ask(
            f'SELECT part, {sums} FROM (SELECT {group} AS part, "case",'  # noqa: S608 ours
            f" sum(change)::BIGINT AS n FROM {source} WHERE day <= ? GROUP BY ALL)"
            ' JOIN rule USING ("case") GROUP BY part ORDER BY part NULLS LAST',
            asked,
        )
        return {part: point_of(asked.toordinal(), self._total(sums)) for part, *sums in rows}

    def curve(self, *, known: int | None = None, policy: Policy | None = None) -> Curve:
        """Return the figure of all plans together at each day on which it changes."""
        return self.curves(by=None, known=known, policy=policy).get(None) or Curve()

    def curves(
        self,
        *,
        by: str | None = "region",
        known: int | None = None,
        policy: Policy | None = None,
    ) -> dict[str | None, Curve]:
        """Return the curve of each `region`, `department` or `plan`: one pass over all changes."""
        group, source = self._source(by, known)
        self._rule(policy or Policy())
        moved = ", ".join(f"sum(change * {name})::BIGINT AS {name}" for name in _SUMS)
        sums = ", ".join(f"(sum({name}) OVER days)::BIGINT" for name in _SUMS)
        rows = self._ask(
            f"SELECT part, day - DATE '0001-01-01' + 1, {sums} FROM ("  # noqa: S608 ours
            f"SELECT {group} AS part, day, {moved} FROM {source}"
            ' JOIN rule USING ("case") GROUP BY ALL)'
            " WINDOW days AS (PARTITION BY part ORDER BY day) ORDER BY part NULLS LAST, day"
        )
        return {
            part: Curve.of_listed((row[1], self._total(row[2:])) for row in several)
            for part, several in groupby(rows, key=itemgetter(0))
        }

    def _source(self, by: str | None, known: int | None) -> tuple[str, str]:
        """Return what a question groups by, and the rows that it adds up."""
        if by not in {None, "region", "department", "plan"}:
            raise InvalidValue("choice", field="by", value=by, allowed="region, department, plan")
        if known is not None and not 0 <= known < self.entries:
            raise NotFound("no-entry", entry=known)
        part = {None: "NULL", "plan": '"key"'}.get(by, str(by))
        if known is None and by in {None, "region"}:
            return part, "days"
        where = "" if known is None else f"WHERE position <= {int(known)}"
        joined = "" if by is None else "JOIN plans USING (plan)"
        return part, f"(FROM deltas {joined} {where})"

    def _total(self, sums: Sequence[int]) -> int:
        try:
            return digits(sums)
        except ValueError as error:  # fewer than none: nobody's deltas add up to that
            raise LedgerUnavailable("columns-broken", path=self.folder, why=error) from None

    def _rule(self, policy: Policy) -> None:
        """Say what each case adds under a policy, for the next question."""
        if policy == self._policy:
            return
        adds = digits_of(policy)
        cases = [case for (case,) in self._ask('SELECT "case" FROM cases')]
        rows = [(case, *sums_in(adds[case])) for case in cases]
        values = ", ".join(map(str, rows)) or str((0, *[0] * SUMS))
        self._ask(
            "CREATE OR REPLACE TEMP TABLE rule AS SELECT * FROM (VALUES "  # noqa: S608 numbers
            f'{values}) AS told ("case", {", ".join(_SUMS)})'
        )
        self._policy = policy


_SUMS = [f"sum_{n}" for n in range(SUMS)]


def _main() -> None:
    """Write a share of the deltas, as `write_columns` asks on the standard input."""

    def say(told: Mapping[str, object]) -> None:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()

    try:
        for told in _work(json.load(sys.stdin)):
            say(told)
    except BilanError as error:
        facts = {name: str(value) for name, value in error.facts.items()}
        say({"error": type(error).__name__, "code": error.code, "facts": facts})


if __name__ == "__main__":
    _main()
