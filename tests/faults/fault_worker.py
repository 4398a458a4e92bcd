"""What runs in a child process: record, or read, and say what came of it.

Started with one JSON object as its argument; says one JSON object a line on standard output, which
is a file, so that whatever was said before a SIGKILL is there. Each entry carries its operation:
its `stated_at` is operation seconds and place microseconds after `EPOCH`.
"""

import hashlib
import json
import os
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from bilan_ledger import (
    Abandon,
    AttachEvidence,
    BilanError,
    CommandRefused,
    CreatePlan,
    Describe,
    Description,
    Engage,
    Entry,
    Evidence,
    Instant,
    Ledger,
    Merge,
    Order,
    Propose,
    Realise,
    Reopen,
    Terms,
    Territory,
)
from bilan_ledger.wire import encode

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
SETUP = 0  # the operation of what is there before any worker
PLAN = "fault"
TERMS = Terms(
    title="Projet", territory=Territory(name="Exempleville"), start="2026-01-01", end="2031-12-31"
)


def stated(op: int, place: int = 0) -> Instant:
    """Return the instant that marks an entry as one of an operation."""
    return Instant(EPOCH + timedelta(seconds=op, microseconds=place))


def marked(entry: Entry) -> tuple[int, int]:
    """Return the operation of an entry and its place in it."""
    assert entry.stated_at is not None
    since = entry.stated_at.utc - EPOCH
    return since.days * 86_400 + since.seconds, since.microseconds


def digest(entry: Entry) -> str:
    """Return what tells an entry from all others."""
    return hashlib.sha256(encode(entry)).hexdigest()[:16]


def order(op: int, place: int, action: str, command: Any) -> Order:
    """Return an order about an action of the one plan, marked with its operation."""
    return Order(f"{PLAN}/{action}", command, stated(op, place))


def say(**what: Any) -> None:
    """Write one line, which is with the operating system when this returns."""
    os.write(1, json.dumps(what).encode() + b"\n")


class Recorder:
    """Records operations and says of each how it went."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def record(self, op: int, orders: list[Order]) -> str:
        """Record one operation; return `saved`, or the code of the error."""
        say(say="try", op=op, n=len(orders))
        began = monotonic()
        try:
            saved = self.ledger.record_all(orders)
        except BilanError as error:
            kind = "refused" if isinstance(error, CommandRefused) else "failed"
            text = str(error)
            say(say=kind, op=op, code=error.code, seconds=monotonic() - began, text=text)
            return error.code
        entries = [(e.index, e.subject, e.version) for e in saved]
        say(say="saved", op=op, entries=entries, seconds=monotonic() - began)
        return "saved"


class Town:
    """Chooses legal operations of one writer that is alone: imports of many, or single commands."""

    def __init__(self, ledger: Ledger, rng: random.Random) -> None:
        self.ledger = ledger
        self.rng = rng
        self.last: dict[str, str] = {}
        self.learn()

    def learn(self) -> None:
        """Read the state of every action from the ledger, not from what was tried."""
        self.last = {}
        for entry in self.ledger.entries():
            kind = type(entry.event).__name__
            if entry.action and kind in {"Proposed", "Engaged", "Realised", "MergedInto"}:
                self.last[entry.action] = kind

    def choose(self, op: int) -> list[Order]:
        """Return the orders of the next operation."""
        if self.rng.random() < 0.3:
            size = self.rng.choice([20, 50, 100])
            return [
                order(op, n, f"a{op}-{n}", Propose(on="2026", title=f"T{op}", note="vu"))
                for n in range(size)
            ]
        if self.rng.random() < 0.3 or not self.last:
            return [order(op, 0, f"a{op}", Propose(on="2026", title="T"))]
        action = self.rng.choice([*self.last])
        evidence = Evidence(title=f"Conseil {op}", quotation="dit M. Dupont")
        engage = order(op, 0, action, Engage(on="2026", evidence=evidence))
        match self.last[action]:
            case "Proposed" if self.rng.random() < 0.3:
                return [engage, order(op, 1, action, Realise(on="2026"))]
            case "Proposed" if self.rng.random() < 0.2 and (target := self._target(action)):
                return [order(op, 0, action, Merge(on="2026", target=target))]
            case "Proposed":
                return [engage]
            case "Engaged":
                return [order(op, 0, action, Realise(on="2026"))]
            case _:
                change = Description(title=f"T{op}")
                return [order(op, 0, action, Describe(on="2026-01-01", change=change))]

    def _target(self, action: str) -> str | None:
        # Never back to an older one: no circle, so that nothing is ever refused.
        later = [name for name, kind in self.last.items() if kind != "MergedInto"]
        place = later.index(action)
        return self.rng.choice(later[place + 1 :]) if later[place + 1 :] else None

    def saved(self, orders: list[Order]) -> None:
        """Remember what was acknowledged."""
        for each in orders:
            action = each.subject.partition("/")[2]
            names = {Propose: "Proposed", Engage: "Engaged", Realise: "Realised"}
            names[Merge] = "MergedInto"
            if kind := names.get(type(each.command)):
                self.last[action] = kind


def record(place: str, seed: int, first: int, stop: str) -> None:
    """Record until stopped; go on after a failure, with the same ledger."""
    rng = random.Random(seed)  # noqa: S311 no secret
    with Ledger.open(place, recorded_by="Service évaluation") as ledger:
        recorder = Recorder(ledger)
        while True:
            try:
                town = Town(ledger, rng)
                break
            except BilanError as error:
                say(say="unread", code=error.code)
        say(say="open")
        op = first
        if not len(ledger):
            recorder.record(op, [Order(PLAN, CreatePlan(terms=TERMS), stated(op))])
            op += 1
        lost = False
        while not Path(stop).exists():
            try:
                if lost:
                    town.learn()
                lost = False
            except BilanError as error:
                say(say="unread", code=error.code)
                continue
            orders = town.choose(op)
            if recorder.record(op, orders) == "saved":
                town.saved(orders)
            else:
                lost = True
            op += 1
    say(say="done")


def wrong_clock(rng: random.Random) -> Callable[[], datetime]:
    """Return a clock that is wrong by days, and wrong differently at every look."""
    offset = rng.uniform(-3, 3) * 86_400
    return lambda: datetime.now(UTC) + timedelta(seconds=offset + rng.uniform(-60, 60))


def write(place: str, *, seed: int, first: int, commands: int, hot: int, start: str) -> None:
    """Record many commands beside others: on the actions of all, and on its own ones.

    `hot` is how many commands go to one shared action before the next one's turn.
    """
    rng = random.Random(seed)  # noqa: S311 no secret
    clock = wrong_clock(rng)
    with Ledger.open(place, recorded_by=f"poste {first}", clock=clock) as ledger:
        recorder = Recorder(ledger)
        _wait_for(start)
        for n in range(commands):
            op = first + n
            if n % 2:
                action, command = f"own-{first}-{n // 8}", _own(n // 2 % 4, op)
            else:
                action, command = f"hot-{n // 2 // hot}", _shared(rng, op)
            recorder.record(op, [order(op, 0, action, command)])
    say(say="done")


def _wait_for(start: str) -> None:
    say(say="open")
    while not Path(start).exists():
        sleep(0.002)


def _own(step: int, op: int) -> Any:
    return [
        Propose(on="2026", title="T"),
        Engage(on="2026"),
        AttachEvidence(evidence=Evidence(title=f"{op}")),
        Realise(on="2026"),
    ][step]


def _shared(rng: random.Random, op: int) -> Any:
    return rng.choice([
        Abandon(on="2026"),
        Reopen(on="2026", reason="relancée"),
        Describe(on="2026-01-01", change=Description(title=f"T{op}")),
    ])  # fmt: skip


def couple(place: str, first: int, pairs: int, side: int, start: str) -> None:
    """Merge each pair's one side into the other, while another process does the opposite."""
    with Ledger.open(place, recorded_by=f"côté {side}") as ledger:
        recorder = Recorder(ledger)
        _wait_for(start)
        for n in range(pairs):
            one, other = (f"pair-{n}-{side}", f"pair-{n}-{1 - side}")
            recorder.record(first + n, [order(first + n, 0, one, Merge(on="2026", target=other))])
            _meet(Path(start), side, n)
    say(say="done")


def _meet(start: Path, side: int, turn: int) -> None:
    """Wait until the other process has come as far."""
    Path(f"{start}-{side}-{turn}").touch()
    while not Path(f"{start}-{1 - side}-{turn}").exists():
        sleep(0.0005)


def read(place: str, stop: str) -> None:
    """Ask for the entries after the last one that was seen, again and again."""
    with Ledger.open(place, read_only=True) as ledger:
        say(say="open")
        after = -1
        while True:
            ending = Path(stop).exists()
            entries = ledger.entries(after=after)
            if entries:
                say(say="seen", entries=[(e.index, digest(e)) for e in entries])
                after = entries[-1].index
            elif ending:
                break
            sleep(0.01)
    say(say="done")


def follow(place: str, stop: str) -> None:
    """Follow the log to its end, and stop there after the writers did."""
    seen = [0]

    def ending() -> bool:
        return Path(stop).exists() and len(ledger) == seen[0]

    with Ledger.open(place, read_only=True) as ledger:
        say(say="open")
        for entry in ledger.follow(poll=0.01, stop=ending):
            say(say="seen", entries=[(entry.index, digest(entry))])
            seen[0] += 1
    say(say="done")


def create(place: str, start: str) -> None:
    """Make the ledger, at the same moment as others."""
    _wait_for(start)
    try:
        Ledger.create(place, recorded_by="x").close()
    except BilanError as error:
        say(say="failed", op=-1, code=error.code, seconds=0, text=str(error))
    else:
        say(say="created")
    say(say="done")


ROLES = {f.__name__: f for f in (record, write, couple, read, follow, create)}

if __name__ == "__main__":
    what = json.loads(sys.argv[1])
    ROLES[what.pop("role")](**what)
