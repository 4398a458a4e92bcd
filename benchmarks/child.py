"""What is measured in a process of its own: peak memory, and growth. Prints one line of JSON."""

import json
import resource
import shutil
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

from bilan_ledger import Ledger, Propose
from bilan_ledger.projections.columns import Columns, write_columns
from bilan_ledger.simulate import Simulation, record

from .cases import CASES, DAY, each
from .data import Data, file_bytes
from .harness import timed


def peak() -> float:
    """Return the peak resident size of this process, in MiB.

    On Linux `ru_maxrss` begins at the size of the process that started this one, so it is not
    what is asked there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def one_sample(case: str, contender: str, folder: str, entries: str, seed: str) -> dict[str, Any]:
    """Let one contender of a case give one sample."""
    data = Data(Path(folder), int(entries), int(seed))
    [found] = [each for each in CASES if each.name == case]
    [made] = [each for each in found.contenders if each.name == contender]
    made.make(data)()
    return {"rss": peak()}


def grow(path: str, communes: str, seed: str) -> dict[str, Any]:
    """Record a simulation, unless it was recorded here before."""
    kept = Path(f"{path}.json")
    if kept.exists():
        found: dict[str, Any] = json.loads(kept.read_text())
        return found
    began = perf_counter()
    with Ledger.create(path) as ledger:
        for done in record(ledger, Simulation(communes=int(communes), seed=int(seed))):
            print(done.entries, file=sys.stderr)
    took = perf_counter() - began
    size = file_bytes(Path(path))
    found = {"entries": done.entries, "record": took, "record_rss": peak(), "bytes": size}
    kept.write_text(json.dumps(found))
    return found


def grown(path: str, communes: str, _seed: str) -> dict[str, Any]:
    """Ask about one plan of a simulation that was recorded, and record one entry more."""
    plan = f"sim-{(int(communes) + 1) // 2:05d}"
    _into_memory(path)
    with Ledger.open(path, recorded_by="bench") as ledger:
        found = {"cold_figure": timed(lambda: ledger.figure(plan, on=DAY))}
        found["warm_figure"] = each(lambda: ledger.figure(plan, on=DAY))
        started = len(ledger)
        one = Propose(on="2022-05", title="De plus", axis="a1")
        names = (f"{plan}/extra{started}-{number}" for number in count())
        found["append"] = each(lambda: ledger.record(next(names), one))
    return found | {"rss": peak()}


def _into_memory(path: str) -> None:
    """Read a file, so that the operating system has large ones at hand as it has small ones."""
    with Path(path).open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def nation(path: str, _communes: str, _seed: str) -> dict[str, Any]:
    """Write the columns of all plans, and ask them."""
    folder = Path(f"{path}.columns")
    shutil.rmtree(folder, ignore_errors=True)
    found = {"columns": timed(lambda: list(write_columns(path, folder)))}
    found["columns_bytes"] = sum(file.stat().st_size for file in folder.rglob("*.parquet"))
    with Columns(folder) as columns:
        for _ in range(3):
            found["national_figure"] = timed(lambda: columns.figure(on=DAY))
            found["national_curve"] = timed(lambda: columns.curves(by="region"))
        known = columns.entries // 2
        found["national_known"] = timed(lambda: columns.figure(on=DAY, known=known))
    shutil.rmtree(folder)
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return found | {"nation_rss": peak(), "worker_rss": workers}


def proven(path: str, communes: str, _seed: str) -> dict[str, Any]:
    """Hash the whole log; after one entry more give its root, and a proof that it only grew."""
    plan = f"sim-{(int(communes) + 1) // 2:05d}"
    with Ledger.open(path, recorded_by="bench") as ledger:
        found = {"tree": timed(ledger.tree.root)}
        name = f"{plan}/proven{len(ledger)}"
        ledger.record(name, Propose(on="2022-05", title="De plus", axis="a1"))
        found["root"] = timed(ledger.tree.root)
        found["proof"] = timed(lambda: ledger.tree.consistency_proof(len(ledger) * 2 // 3))
    return found | {"proof_rss": peak()}


def main() -> None:
    """Do what the arguments say."""
    what, *arguments = sys.argv[1:]
    does: dict[str, Callable[..., dict[str, Any]]] = {
        "sample": one_sample, "grow": grow, "grown": grown, "nation": nation, "proven": proven,
    }  # fmt: skip
    print(json.dumps(does[what](*arguments)))


if __name__ == "__main__":
    main()
