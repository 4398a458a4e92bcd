"""Kill what records into a ledger at random moments and check each time that nothing was lost.

`python tests/faults/harness.py --kills 500 --store sqlite --seed 1`; `--store postgres` kills the
client, `--store server` the PostgreSQL server; `--writers 8 --commands 2000` runs writers at once.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import attrs
from fault_checks import Fault, Journal, Verdict, examine, said
from fault_worker import PLAN, SETUP, TERMS, order, stated

from bilan_ledger import CreatePlan, Ledger, Order, Propose

WORKER = Path(__file__).parent / "fault_worker.py"
LIFE = 1_000_000  # operations of one worker, at most
ROUNDS = 25  # kills of one ledger, then a new one: checking the whole log each time is quadratic
_PATIENCE = 60.0
_SOON = 5.0  # seconds that a server is away in a short run, at most
_GIVEN_UP = 65.0  # seconds after which a client has given up


class Worker:
    """A child process and the file of what it says."""

    def __init__(self, folder: Path, role: str, **what: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        number = len([*folder.glob("*.said")])
        self.file = folder / f"{number}-{role}.said"
        self.errors = folder / f"{number}-{role}.errors"
        with self.file.open("wb") as out, self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, str(WORKER), json.dumps({"role": role, **what})],
                stdout=out,
                stderr=errors,
            )

    def said(self) -> list[dict[str, Any]]:
        """Return what it has said so far."""
        return said(self.file)

    def wait_for(self, what: str, *, after: int = 0, patience: float = _PATIENCE) -> bool:
        """Wait until it says something; return whether it did before it ended."""
        end = monotonic() + patience
        size = -1
        while monotonic() < end:
            running = self.process.poll() is None
            if size != (size := self.file.stat().st_size) and any(
                line["say"] == what for line in self.said()[after:]
            ):
                return True
            if not running:
                return False
            sleep(0.01)
        return False

    def kill(self) -> None:
        """SIGKILL it."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self, patience: float = _PATIENCE) -> None:
        """Wait until it ends by itself, and well."""
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            code = "for ever"
        if code != 0:
            message = f"{self.file.name} ended with {code}: {self.errors.read_text()[-2000:]}"
            raise Fault(message)


@contextmanager
def ended(workers: list[Worker]) -> Iterator[None]:
    """Leave no process behind, whatever happens."""
    try:
        yield
    finally:
        for worker in workers:
            worker.kill()


@attrs.define
class Report:
    """The counts of a run."""

    kind: str
    seed: int
    kills: Counter[str] = attrs.Factory(Counter)
    acknowledged: int = 0
    present: int = 0
    unsaid: int = 0
    despite: int = 0
    retried: int = 0
    refused: int = 0
    failed: Counter[str] = attrs.Factory(Counter)
    unread: Counter[str] = attrs.Factory(Counter)
    faults: Counter[str] = attrs.Factory(Counter)
    slowest: float = 0.0
    back: float = 0.0  # seconds from the server's return to the next acknowledgement, at most
    seconds: float = 0.0

    def take(self, journal: Journal, verdict: Verdict) -> None:
        """Add the last state of one ledger."""
        self.acknowledged += journal.acknowledged()
        self.present += verdict.present
        self.unsaid += verdict.unsaid
        self.despite += verdict.despite
        self.retried += journal.retried
        self.refused += len(journal.refused)
        self.failed.update(line["code"] for line in journal.failed.values())
        self.unread.update(journal.unread)
        self.slowest = max(self.slowest, journal.slowest)

    def text(self) -> str:
        """Return the counts as one line of JSON."""
        told = attrs.asdict(self)
        told["kills"] = {**self.kills, "total": self.kills.total()}
        told["lost"], told["half"] = self.faults["lost"], self.faults["half"]
        return json.dumps(told)


def _examine(place: str, journal: Journal, earlier: Verdict, report: Report) -> Verdict:
    verdict = examine(place, journal, earlier.digests)
    report.faults.update(verdict.faults)
    return verdict


# --- kills of whoever records ---------------------------------------------------------------------


def kill_clients(
    places: Iterator[str], folder: Path, kills: int, seed: int, *, kind: str, rounds: int = ROUNDS
) -> Report:
    """SIGKILL a recording process again and again; the next one goes on in the same ledger."""
    rng = random.Random(seed)  # noqa: S311 no secret
    report = Report(kind, seed)
    began = monotonic()
    while report.kills.total() < kills:
        place = next(places)
        Ledger.create(place).close()
        journal, verdict = Journal(), Verdict()
        for life in range(min(rounds, kills - report.kills.total())):
            here = folder / f"{report.kills.total()}"
            worker = Worker(
                here, "record", place=place, seed=rng.randrange(2**32),
                first=1 + life * LIFE, stop=str(here / "stop"),
            )  # fmt: skip
            with ended([worker]):
                if rng.random() < 0.1:  # perhaps while it opens the ledger
                    sleep(rng.uniform(0.1, 0.6))
                    report.kills["any moment"] += 1
                else:
                    if not worker.wait_for("open"):
                        raise Fault(worker.errors.read_text()[-2000:])
                    sleep(rng.uniform(0, 0.3))
                    report.kills["recording"] += 1
            journal.add(worker.said())
            verdict = _examine(place, journal, verdict, report)
        report.take(journal, verdict)
        # One writer that is alone sends legal commands only.
        report.faults["refused"] += len(journal.refused)
        report.faults["failed"] += len(journal.failed)
    report.seconds = monotonic() - began
    report.faults = +report.faults
    return report


def kill_server(
    server: Any, folder: Path, kills: int, seed: int, *, rounds: int = 9, longest: float = 12
) -> Report:
    """SIGKILL the server while a client records, start it again, and see the client go on."""
    from fault_servers import WAYS  # noqa: PLC0415 only where PostgreSQL is

    rng = random.Random(seed)  # noqa: S311 no secret
    report = Report("server", seed)
    began = monotonic()
    while report.kills.total() < kills:
        place = server.database()
        Ledger.create(place).close()
        journal, verdict = Journal(), Verdict()
        for life in range(min(rounds, kills - report.kills.total())):
            here = folder / f"{report.kills.total()}"
            stop = here / "stop"
            worker = Worker(
                here, "record", place=place, seed=rng.randrange(2**32),
                first=1 + life * LIFE, stop=str(stop),
            )  # fmt: skip
            with ended([worker]):
                if not worker.wait_for("open"):
                    raise Fault(worker.errors.read_text()[-2000:])
                sleep(rng.uniform(0.05, 0.6))
                how = WAYS[report.kills.total() % len(WAYS)]
                server.kill(how, place, rng)
                report.kills[how] += 1
                # Most often back before the client gives up, in long runs sometimes after.
                away = rng.choice([0, 0, 1, rng.uniform(0, longest)])
                sleep(_GIVEN_UP if longest > _SOON and life == rounds - 1 else away)
                server.restart()
                before, back = len(worker.said()), monotonic()
                if not worker.wait_for("saved", after=before, patience=4 * _PATIENCE):
                    raise Fault("never went on: " + worker.errors.read_text()[-2000:])
                report.back = max(report.back, monotonic() - back)
                sleep(rng.uniform(0, 0.3))
                stop.touch()
                worker.end()
            journal.add(worker.said())
            verdict = _examine(place, journal, verdict, report)
        report.take(journal, verdict)
        report.faults["refused"] += len(journal.refused)
        allowed = {"database-away"}
        others = [x for x in journal.failed.values() if x["code"] not in allowed]
        report.faults["unclear-error"] += len(others) + len({*journal.unread} - allowed)
        for line in others:
            sys.stderr.write(f"unclear: {line}\n")
        server.drop(place)
    report.seconds = monotonic() - began
    report.faults = +report.faults
    return report


# --- many at once ---------------------------------------------------------------------------------


def crowd(
    place: str, folder: Path, seed: int, *, writers: int, commands: int, hot: int = 10
) -> Report:
    """Let several processes write at once while two others read; check all that they said."""
    rng = random.Random(seed)  # noqa: S311 no secret
    report = Report("crowd", seed)
    actions = commands // 2 // hot + 1
    journal = prepare(place, [f"hot-{n}" for n in range(actions)])
    start, stop = folder / "start", folder / "stop"
    readers = [Worker(folder, role, place=place, stop=str(stop)) for role in ("read", "follow")]
    group = [
        Worker(
            folder, "write", place=place, seed=rng.randrange(2**32), first=(n + 1) * LIFE,
            commands=commands, hot=hot, start=str(start),
        )
        for n in range(writers)
    ]  # fmt: skip
    with ended([*readers, *group]):
        for worker in [*readers, *group]:
            if not worker.wait_for("open"):
                raise Fault(worker.errors.read_text()[-2000:])
        began = monotonic()
        start.touch()
        for worker in group:
            worker.end(3600)
        report.seconds = monotonic() - began
        stop.touch()
        for worker in readers:
            worker.end(600)
    for worker in group:
        indexes = journal.add(worker.said())
        report.faults["reordered"] += indexes != sorted(set(indexes))
    verdict = _examine(place, journal, Verdict(), report)
    report.take(journal, verdict)
    _account(journal, verdict, report, 1 + writers * commands)
    for worker in readers:
        seen = [
            tuple(e) for line in worker.said() if line["say"] == "seen" for e in line["entries"]
        ]
        report.faults["reader"] += seen != [*enumerate(verdict.digests)]
    report.faults = +report.faults
    return report


def couples(place: str, folder: Path, pairs: int) -> Report:
    """Let two processes merge the same actions into each other: one of each pair may."""
    report = Report("couples", 0)
    journal = prepare(place, [f"pair-{n}-{side}" for n in range(pairs) for side in (0, 1)])
    start = folder / "start"
    group = [
        Worker(
            folder, "couple", place=place, first=(side + 1) * LIFE, pairs=pairs, side=side,
            start=str(start),
        )
        for side in (0, 1)
    ]  # fmt: skip
    with ended(group):
        for worker in group:
            worker.wait_for("open")
        start.touch()
        for worker in group:
            worker.end(600)
    for worker in group:
        journal.add(worker.said())
    verdict = _examine(place, journal, Verdict(), report)
    report.take(journal, verdict)
    _account(journal, verdict, report, 1 + 2 * pairs)
    for n in range(pairs):
        merged = [(side + 1) * LIFE + n in journal.saved for side in (0, 1)]
        report.faults["circle"] += all(merged)
        report.faults["neither"] += not any(merged)
    report.faults = +report.faults
    return report


def _account(journal: Journal, verdict: Verdict, report: Report, tried: int) -> None:
    """Check that every operation has one answer, and the log nothing but what was acknowledged."""
    answers = Counter([*journal.saved, *journal.refused, *journal.failed])
    report.faults["unanswered"] += len(answers) != tried or {*answers.values()} != {1}
    report.faults["unsaid"] += verdict.unsaid + verdict.despite
    report.faults["not-all"] += verdict.present != journal.acknowledged()
    unclear = {line["code"] for line in journal.failed.values()} - {"concurrent-write"}
    report.faults["unclear-error"] += len(unclear)


def prepare(place: str, names: list[str]) -> Journal:
    """Make a ledger with a plan and some actions; return the journal of that."""
    orders = [Order(PLAN, CreatePlan(terms=TERMS), stated(SETUP))]
    for n, name in enumerate(names, 1):
        orders.append(order(SETUP, n, name, Propose(on="2026", title="T")))
    Ledger.create(place).close()

    def years_ago() -> datetime:
        return datetime(2020, 1, 1, tzinfo=UTC)

    with Ledger.open(place, recorded_by="x", clock=years_ago) as ledger:
        saved = [(e.index, e.subject, e.version) for e in ledger.record_all(orders)]
    return Journal(tried={SETUP: len(orders)}, saved={SETUP: saved})


# --- the command ----------------------------------------------------------------------------------


def files(folder: Path) -> Iterator[str]:
    """Yield the paths of ledgers still to be made."""
    number = 0
    while True:
        yield str(folder / f"{number}.ledger")
        number += 1


def databases(server: Any) -> Iterator[str]:
    """Yield the addresses of ledgers still to be made."""
    while True:
        place = server.database()
        yield place
        server.drop(place)


def main() -> int:
    """Run one long run and print its counts; 1 if anything was lost, half there or doubled."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--store", choices=["sqlite", "postgres", "server"], default="sqlite")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--writers", type=int, default=0, help="writers at once, instead of kills")
    parser.add_argument("--commands", type=int, default=2000, help="of each writer")
    parser.add_argument("--hot", type=int, default=10, help="commands of each to a shared action")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    asked = parser.parse_args()
    sys.stdout.write(f"seed {asked.seed}\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        report = _run(asked, folder)
    sys.stdout.write(report.text() + "\n")
    return 1 if report.faults else 0


def _run(asked: argparse.Namespace, folder: Path) -> Report:
    many = {"writers": asked.writers, "commands": asked.commands, "hot": asked.hot}
    if asked.store == "sqlite":
        if asked.writers:
            place = next(files(folder))
            return crowd(place, folder, asked.seed, **many)
        return kill_clients(files(folder), folder / "w", asked.kills, asked.seed, kind="sqlite")
    from fault_servers import Server  # noqa: PLC0415 only where PostgreSQL is

    server = Server(folder)
    try:
        if asked.writers:
            place = server.database()
            return crowd(place, folder, asked.seed, **many)
        if asked.store == "server":
            return kill_server(server, folder / "w", asked.kills, asked.seed)
        return kill_clients(
            databases(server), folder / "w", asked.kills, asked.seed, kind="postgres"
        )
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
