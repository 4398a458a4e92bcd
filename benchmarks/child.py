"""What is measured in a process of its own: peak memory, and growth. Prints one line of JSON."""

import json
import resource
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from bilan_ledger import Ledger, Propose
from bilan_ledger.simulate import Simulation, record

from .cases import CASES, DAY
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
    """Record a simulation."""
    began = perf_counter()
    with Ledger.create(path) as ledger:
        for done in record(ledger, Simulation(communes=int(communes), seed=int(seed))):
            print(done.entries, file=sys.stderr)
    took = perf_counter() - began
    size = file_bytes(Path(path))
    return {"entries": done.entries, "record": took, "record_rss": peak(), "bytes": size}


def grown(path: str, communes: str, _seed: str) -> dict[str, Any]:
    """Ask of a simulation that was recorded."""
    plan = f"sim-{(int(communes) + 1) // 2:05d}"
    with Ledger.open(path, recorded_by="bench") as ledger:
        found = {"cold_figure": timed(lambda: ledger.figure(plan, on=DAY)), "cold_rss": peak()}
        for _ in range(2):
            found["warm_figure"] = timed(lambda: ledger.figure(plan, on=DAY))
        found["national_figure"] = timed(lambda: ledger.figure(on=DAY))
        found["national_curve"] = timed(ledger.curve)
        for number in range(5):
            name = f"{plan}/extra{number}"
            one = Propose(on="2022-05", title="De plus", axis="a1")
            found["append"] = timed(partial(ledger.record, name, one))
    return found | {"rss": peak()}


def main() -> None:
    """Do what the arguments say."""
    what, *arguments = sys.argv[1:]
    does: dict[str, Callable[..., dict[str, Any]]] = {
        "sample": one_sample, "grow": grow, "grown": grown,
    }  # fmt: skip
    print(json.dumps(does[what](*arguments)))


if __name__ == "__main__":
    main()
