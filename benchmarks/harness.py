"""How a case is measured: contenders take turns, each sample alone, garbage treated alike.

A case has contenders; a contender is made ready once (not timed) and then gives samples, in
seconds per unit (or bytes, or whatever the case says). Round after round every contender gives
one sample: A B C A B C …, so that a busy machine disturbs all of them. Before each sample
garbage is collected; during it the collector runs, as it does for users. What is compared is
medians; nothing passes or fails on a time.
"""

import gc
import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from statistics import median
from time import perf_counter
from typing import Any

LEAST_ROUNDS = 3
Sample = Callable[[], float]


class NotInstalled(Exception):
    """A peer's package is missing."""


def need(*modules: str) -> list[Any]:
    """Import modules of a peer; raises `NotInstalled`."""
    try:
        return [importlib.import_module(name) for name in modules]
    except ImportError as error:
        raise NotInstalled(error.name or str(error)) from None


@dataclass(frozen=True)
class Contender:
    """Something that can be measured in a case; `make` gets it ready and returns its sample."""

    name: str
    make: Callable[[Any], Sample]


@dataclass(frozen=True)
class Goal:
    """What a case should show: `ours` at most `most` times `theirs` (or plus, or plainly)."""

    text: str
    ours: str
    theirs: str | None
    most: float
    how: str = "ratio"  # or "difference", "value", "memory" (MiB)

    def value(self, medians: Mapping[str, float], rss: Mapping[str, float]) -> float | None:
        """Return what is held against `most`; None when one of the two was not measured."""
        if self.how == "memory":
            return rss.get(self.ours)
        if self.ours not in medians or (self.theirs and self.theirs not in medians):
            return None
        ours = medians[self.ours]
        if self.theirs is None:
            return ours
        theirs = medians[self.theirs]
        return ours - theirs if self.how == "difference" else ours / theirs


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    name: str
    title: str
    unit: str  # what a sample is: "s/command", "bytes/entry"
    contenders: Sequence[Contender]
    goals: Sequence[Goal]
    memory: bool = False  # measure the peak memory of each contender in a process of its own
    rounds: int = 7

    def without(self, names: Sequence[str]) -> "Case":
        """Return the case without some contenders."""
        return replace(self, contenders=[c for c in self.contenders if c.name not in names])


@dataclass
class Result:
    """What a case gave."""

    name: str
    title: str
    unit: str
    samples: dict[str, list[float]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    rss: dict[str, float] = field(default_factory=dict)  # MiB
    goals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def medians(self) -> dict[str, float]:
        """The median of each contender."""
        return {name: median(found) for name, found in self.samples.items() if found}

    def as_json(self) -> dict[str, Any]:
        """Return all of it, for results.json."""
        return asdict(self) | {"medians": self.medians}


def measure(case: Case, context: Any, *, seconds: float, say: Callable[[str], None]) -> Result:
    """Let the contenders of a case take turns until the rounds, or the seconds, are used up."""
    result = Result(case.name, case.title, case.unit)
    ready: dict[str, Sample] = {}
    for each in case.contenders:
        try:
            ready[each.name] = each.make(context)
        except NotInstalled as error:
            result.missing[each.name] = f"not installed ({error})"
        except Exception as error:  # noqa: BLE001 one peer's fault must not end the run
            result.missing[each.name] = _why(error)
            say(f"  {each.name}: {_why(error)}")
    gc.collect()
    gc.freeze()  # what was made ready is not gone through again, for whoever is measured
    began = perf_counter()
    for turn in range(case.rounds):
        for name in list(ready):
            _one_sample(name, ready, result, say)
        if turn + 1 >= LEAST_ROUNDS and perf_counter() - began > seconds:
            break
    gc.unfreeze()
    return result


def _one_sample(
    name: str, ready: dict[str, Sample], result: Result, say: Callable[[str], None]
) -> None:
    gc.collect()
    try:
        result.samples.setdefault(name, []).append(ready[name]())
    except Exception as error:  # noqa: BLE001 likewise
        result.missing[name] = _why(error)
        say(f"  {name}: {_why(error)}")
        del ready[name]
        result.samples.pop(name, None)


def _why(error: Exception) -> str:
    return (
        f"failed: {type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"
    )


def judge(case: Case, result: Result) -> None:
    """Hold the medians against the goals."""
    for goal in case.goals:
        value = goal.value(result.medians, result.rss)
        met = None if value is None else value <= goal.most
        result.goals.append(asdict(goal) | {"value": value, "met": met})


def timed(function: Callable[[], object], units: int = 1) -> float:
    """Return the seconds that one unit of a call took."""
    began = perf_counter()
    function()
    return (perf_counter() - began) / units


def in_child(*arguments: str, seconds: float = 1_800) -> dict[str, Any]:
    """Run `python -m benchmarks.child …` and return what it prints, as JSON."""
    done = subprocess.run(  # noqa: S603 ourselves
        [sys.executable, "-m", "benchmarks.child", *arguments],
        capture_output=True, text=True, timeout=seconds, check=False,
    )  # fmt: skip
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["?"])[-1][:200]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
