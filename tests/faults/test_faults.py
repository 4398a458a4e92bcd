"""Crashes, full disks, lost connections: what was acknowledged is there, and nothing is half."""

import ctypes
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic

import pytest
from fault_checks import Fault, Journal, examine
from fault_worker import PLAN, SETUP, TERMS, order
from harness import Worker, ended, files, kill_clients, kill_server, prepare

from bilan_ledger import (
    AttachEvidence,
    CreatePlan,
    Describe,
    Description,
    Evidence,
    Ledger,
    LedgerUnavailable,
    Order,
    Propose,
)
from bilan_ledger.ledger import sqlite as sqlite_room

SEED = int(os.environ.get("BILAN_FAULT_SEED") or random.SystemRandom().randrange(2**32))


@pytest.fixture(autouse=True)
def seed():
    """Print the seed with every failure: `BILAN_FAULT_SEED` repeats it."""
    sys.stdout.write(f"BILAN_FAULT_SEED={SEED}\n")
    return SEED


def unavailable(call) -> str:
    """Return the code of the one clear error of a call."""
    with pytest.raises(LedgerUnavailable) as caught:
        call()
    return caught.value.code


class Scribe:
    """Records in this process and keeps a journal, as workers do."""

    def __init__(self, ledger: Ledger, journal: Journal) -> None:
        self.ledger = ledger
        self.journal = journal
        self._ops = count(1)

    def record(self, size: int = 1, note: str = "vu") -> int:
        """Record one operation of some entries; an error leaves it unacknowledged."""
        op = next(self._ops)
        self.journal.tried[op] = size
        orders = [
            order(op, n, f"b{op}-{n}", Propose(on="2026", title="T", note=note))
            for n in range(size)
        ]
        try:
            saved = self.ledger.record_all(orders)
        except LedgerUnavailable as error:
            self.journal.failed[op] = {"code": error.code, "seconds": 0}
            raise
        self.journal.saved[op] = [(e.index, e.subject, e.version) for e in saved]
        return op


def check(place: str, journal: Journal) -> None:
    """Examine a ledger: no fault, and an error has recorded nothing."""
    verdict = examine(place, journal)
    assert not verdict.faults
    assert 0 == verdict.despite
    assert verdict.present == journal.acknowledged()


# --- kills ----------------------------------------------------------------------------------------


def test_sqlite_survives_kills(tmp_path, seed):
    """SIGKILL at random moments of importing and recording; the long run is in harness.py."""
    report = kill_clients(files(tmp_path), tmp_path / "w", 15, seed, kind="sqlite", rounds=8)
    assert not report.faults, report.text()
    assert report.acknowledged > 15


def test_postgres_survives_kills_of_its_client(mortal_server, tmp_path, seed):
    """The same, on PostgreSQL."""
    places = iter([mortal_server.database()])
    report = kill_clients(places, tmp_path / "w", 5, seed, kind="postgres", rounds=5)
    assert not report.faults, report.text()
    assert report.acknowledged > 5


def test_postgres_survives_kills_of_its_server(mortal_server, tmp_path, seed):
    """A backend, the postmaster, and all of it, while a client records: the client goes on."""
    report = kill_server(mortal_server, tmp_path / "w", 3, seed, longest=2)
    assert not report.faults, report.text()
    assert {"backend": 1, "postmaster": 1, "all": 1} == dict(report.kills)


# --- lost connections -----------------------------------------------------------------------------


@pytest.fixture
def scribe(mortal_server):
    """One who records in a new database, and its address."""
    place = mortal_server.database()
    journal = prepare(place, [])
    with Ledger.open(place, recorded_by="Service évaluation") as ledger:
        made = Scribe(ledger, journal)
        made.place = place
        yield made


def test_a_connection_lost_between_two_records_is_made_again(mortal_server, scribe):
    """The next record is none the wiser."""
    for size in (1, 50):
        scribe.record(size)
        assert mortal_server.terminate(scribe.place) >= 1
        scribe.record(size)
    check(scribe.place, scribe.journal)


def test_a_connection_lost_during_a_record_saves_it_once(mortal_server, scribe):
    """The connection ends inside the transaction, after its rows were sent."""
    recorder = scribe.ledger.application.recorder
    append, cuts = recorder._append, iter([True])

    def cut(events, wanted):
        if next(cuts, False):
            with recorder.datastore.transaction(commit=True) as c:
                c.execute("SELECT pg_advisory_xact_lock(1)")
                mortal_server.terminate(scribe.place)
                c.execute("SELECT 1")
        return append(events, wanted)

    recorder._append = cut
    scribe.record(50)
    check(scribe.place, scribe.journal)


@pytest.fixture
def line(mortal_server, scribe):
    """A scribe whose line to the server can be cut at a COMMIT."""
    from fault_proxy import Proxy  # noqa: PLC0415 only where PostgreSQL is

    host = scribe.place.partition("host=")[2]
    # The path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="cut-") as name:
        proxy = Proxy(Path(name), host)
        through = scribe.place.replace(host, name)
        with Ledger.open(through, recorded_by="Service évaluation") as ledger:
            scribe.ledger.close()
            scribe.ledger = ledger
            yield scribe, proxy
        proxy.close()


@pytest.mark.parametrize("size", [1, 50])
@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_lost_answer_to_a_commit_saves_once(line, cut, size):
    """Whether the commit or its answer was lost: acknowledged, and there once."""
    scribe, proxy = line
    scribe.record(1)
    proxy.cut = cut
    scribe.record(size)
    assert 1 == proxy.cuts
    scribe.record(1)
    check(scribe.place, scribe.journal)


_SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep(0.8); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON bilan_ledger_events
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow();
"""
COMMANDS = [
    Propose(on="2026", title="T"),
    Describe(on="2026-01-01", change=Description(title="U")),
    AttachEvidence(evidence=Evidence(title="Conseil")),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: type(c).__name__)
def test_a_lost_answer_to_a_slow_commit_saves_once(mortal_server, line, command):
    """The commit is still under way when the client asks whether it was done."""
    import psycopg  # noqa: PLC0415 only where PostgreSQL is

    scribe, proxy = line
    action = f"b{scribe.record()}-0" if not isinstance(command, Propose) else "slow"
    with psycopg.connect(scribe.place, autocommit=True) as admin:
        admin.execute(_SLOW)
    proxy.cut = "after"
    scribe.journal.tried[99] = 1
    saved = scribe.ledger.record_all([order(99, 0, action, command)])
    scribe.journal.saved[99] = [(e.index, e.subject, e.version) for e in saved]
    assert 1 == proxy.cuts
    check(scribe.place, scribe.journal)


# --- disks and files ------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, size: str, owner: str | None = None):
    """Mount a small file system in memory, or skip with the reason."""
    libc = ctypes.CDLL(None, use_errno=True)
    folder.mkdir()
    if libc.mount(b"tmpfs", bytes(folder), b"tmpfs", 0, f"size={size}".encode()):
        pytest.skip(f"no tmpfs can be mounted: {os.strerror(ctypes.get_errno())}")
    try:
        if owner:
            shutil.chown(folder, owner)
        yield folder
    finally:
        detach = 2  # MNT_DETACH
        assert 0 == libc.umount2(bytes(folder), detach)


def test_a_full_disk_is_a_clear_error_and_loses_nothing(tmp_path, seed):
    """Record until the disk is full; free some space, and go on with the same ledger."""
    rng = random.Random(seed)  # noqa: S311 no secret
    with small_disk(tmp_path / "disk", "2m") as disk:
        place = str(disk / "full.ledger")
        journal = prepare(place, [])
        ballast = [disk / f"ballast-{n}" for n in range(3)]
        for each in ballast:
            each.write_bytes(bytes(250_000))
        with Ledger.open(place, recorded_by="Service évaluation") as ledger:
            scribe = Scribe(ledger, journal)
            for each in ballast:
                before = len(journal.failed)
                while len(journal.failed) == before:
                    with suppress(LedgerUnavailable):
                        scribe.record(rng.choice([1, 1, 20, 60]))
                assert "disk-full" == unavailable(lambda: scribe.record(2000))
                assert len(ledger.entries()) == journal.acknowledged()
                each.unlink()
                scribe.record()
        assert {"disk-full"} == {failed["code"] for failed in journal.failed.values()}
        # Read where there is room: a reader on a full disk may not find any for its own files.
        shutil.copytree(disk, tmp_path / "copy")
        check(str(tmp_path / "copy" / "full.ledger"), journal)


def test_a_full_disk_of_the_server_is_a_clear_error(mortal_server, scribe, monkeypatch):
    """The entries lie on a small disk; when that is full, nothing is half there."""
    monkeypatch.setattr("bilan_ledger.ledger.postgres._WAIT", 0.01)
    import psycopg  # noqa: PLC0415 only where PostgreSQL is

    name = f"small_{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="pgdisk-") as top:
        Path(top).chmod(0o755)
        with small_disk(Path(top) / "disk", "1m", mortal_server.user) as disk:
            with mortal_server.admin() as admin:
                admin.execute(f"CREATE TABLESPACE {name} LOCATION '{disk}'")
            try:
                with psycopg.connect(scribe.place, autocommit=True) as admin:
                    admin.execute(f"ALTER TABLE bilan_ledger_events SET TABLESPACE {name}")
                scribe.record(50)
                assert "disk-full" == unavailable(lambda: scribe.record(2_500))
                with psycopg.connect(scribe.place, autocommit=True) as admin:
                    admin.execute("ALTER TABLE bilan_ledger_events SET TABLESPACE pg_default")
                scribe.record(100)
                check(scribe.place, scribe.journal)
            finally:
                mortal_server.drop(scribe.place)
                with mortal_server.admin() as admin:
                    admin.execute(f"DROP TABLESPACE {name}")


@contextmanager
def as_nobody():
    """Give up the rights of root, who may write anything, and take them back."""
    nobody = 65_534
    root = os.geteuid() == 0
    if root:
        os.setresuid(nobody, nobody, 0)
    try:
        yield
    finally:
        if root:
            os.setresuid(0, 0, 0)


def test_a_file_that_may_not_be_written_is_read_and_says_so(tmp_path):
    """Reading goes on; a record is one clear error, and changes nothing."""
    with tempfile.TemporaryDirectory(prefix="readonly-") as name:
        folder = Path(name)
        place = folder / "still.ledger"
        journal = prepare(str(place), ["A"])
        before = place.read_bytes()
        place.chmod(0o444)
        folder.chmod(0o555)
        with as_nobody(), Ledger.open(place, recorded_by="x") as ledger:
            assert "read-only" == unavailable(lambda: ledger.record(f"{PLAN}/B", COMMANDS[0]))
        with as_nobody(), Ledger.open(place, read_only=True) as ledger:
            assert 2 == len(ledger.entries())
        folder.chmod(0o755)
        assert before == place.read_bytes()
        check(str(place), journal)


_HOLD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_file_locked_by_another_process_is_busy_then_free(tmp_path, monkeypatch):
    """A wait that is bounded, a clear error, and then it works."""
    monkeypatch.setattr(sqlite_room, "_LOCK_TIMEOUT", 0.3)
    place = str(tmp_path / "held.ledger")
    journal = prepare(place, [])
    with Ledger.open(place, recorded_by="x") as ledger:
        scribe = Scribe(ledger, journal)
        holder = subprocess.Popen(
            [sys.executable, "-c", _HOLD, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        with holder:
            assert b"held\n" == holder.stdout.readline()
            began = monotonic()
            assert "ledger-busy" == unavailable(scribe.record)
            assert 0.3 <= monotonic() - began < 5
            assert 1 == len(ledger.entries())  # reading does not wait
            holder.stdin.close()
        scribe.record()
    check(place, journal)


def test_a_lock_that_is_given_back_in_time_is_not_an_error(tmp_path):
    """A record waits for another writer."""
    place = str(tmp_path / "held.ledger")
    journal = prepare(place, [])
    code = _HOLD.replace("sys.stdin.read()", "import time; time.sleep(0.5)")
    with Ledger.open(place, recorded_by="x") as ledger:
        scribe = Scribe(ledger, journal)
        with subprocess.Popen([sys.executable, "-c", code, place], stdout=subprocess.PIPE) as held:
            assert b"held\n" == held.stdout.readline()
            scribe.record()
    check(place, journal)


# --- size and clocks ------------------------------------------------------------------------------


def test_fifty_thousand_entries_in_one_transaction(place):
    """All there, in their order, in one go."""
    Ledger.create(place).close()
    orders = [Order(PLAN, CreatePlan(terms=TERMS))]
    orders += [Order(f"{PLAN}/n{n}", Propose(on="2026", title="T")) for n in range(49_999)]
    with Ledger.open(place, recorded_by="import") as ledger:
        saved = ledger.record_all(orders)
    assert [*range(50_000)] == [entry.index for entry in saved]
    assert 1 == len({entry.recorded_at for entry in saved})
    with Ledger.open(place, read_only=True) as ledger:
        assert 50_000 == len(ledger)
        for start in (0, 24_000, 49_990):
            assert ledger.application.page(start)[:10] == [*saved[start : start + 10]]


def test_a_clock_set_back_a_year_does_not_take_the_log_with_it(place):
    """Recorded dates stand still until the clock has caught up."""
    journal = prepare(place, [])
    now = [datetime(2026, 6, 1, 12, tzinfo=UTC)]
    with Ledger.open(place, recorded_by="x", clock=lambda: now[0]) as ledger:
        scribe = Scribe(ledger, journal)
        scribe.record()
        now[0] -= timedelta(days=365)
        scribe.record(3)
        now[0] += timedelta(days=366)
        scribe.record()
        dates = [entry.recorded_at.utc for entry in ledger.entries()[1:]]
    early, late = datetime(2026, 6, 1, 12, tzinfo=UTC), datetime(2026, 6, 2, 12, tzinfo=UTC)
    assert [early, early, early, early, late] == dates
    check(place, journal)


# --- the harness itself ---------------------------------------------------------------------------


def _checked(place: str, journal: Journal) -> set[str]:
    return {*examine(place, journal).faults}


def test_the_checks_see_what_a_journal_and_a_log_disagree_on(tmp_path):
    """An entry lost, half there, unknown or refused is named."""
    place = str(tmp_path / "x.ledger")
    journal = prepare(place, ["A", "B"])
    assert set() == _checked(place, journal)
    assert {"half"} == _checked(place, Journal({SETUP: 4}, journal.saved))
    assert {"unknown", "half"} == _checked(place, Journal({}, journal.saved))
    lost = {SETUP: [*journal.saved[SETUP], (3, f"{PLAN}/C", 1)]}
    assert {"lost"} == _checked(place, Journal(journal.tried, lost))
    moved = {SETUP: [(i, f"{PLAN}/A", v) for i, _, v in journal.saved[SETUP]]}
    assert {"lost"} == _checked(place, Journal(journal.tried, moved))
    assert {"refused-yet-there"} == _checked(place, Journal(journal.tried, refused={SETUP: "x"}))
    assert {"rewritten"} == {*examine(place, journal, ["another"]).faults}
    with Ledger.open(place, recorded_by="x") as ledger:
        again = [order(SETUP, 1, "C", COMMANDS[0]), order(SETUP, 9, "D", COMMANDS[0])]
        ledger.record_all(again)
    assert {"doubled", "half", "mixed"} <= _checked(place, Journal({SETUP: 3}, journal.saved))


def test_the_checks_see_texts_that_are_gone(tmp_path):
    """An entry without its texts is half an entry."""
    place = str(tmp_path / "x.ledger")
    journal = prepare(place, ["A"])
    with closing(sqlite3.connect(place)) as database:
        database.execute("DELETE FROM texts")
        database.commit()
    assert {"texts-lost"} == _checked(place, journal)


def test_a_worker_that_ends_badly_is_a_fault(tmp_path):
    """An unexpected error in a child is not taken for a crash that was meant."""
    worker = Worker(tmp_path, "record", place=str(tmp_path / "none"), seed=1, first=1, stop="x")
    with ended([worker]):
        assert not worker.wait_for("open")
        with pytest.raises(Fault) as fault:
            worker.end()
    assert "ledger-missing" in str(fault.value)
