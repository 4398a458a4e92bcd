"""What lasts: backups, golden ledgers of every release, renamed events, and who follows."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import attrs
import pytest
from make_golden import LEDGERS, read

from bilan_ledger import (
    CreatePlan,
    Engage,
    Ledger,
    LedgerUnavailable,
    MalformedEntry,
    Propose,
    Terms,
    Territory,
    wire,
)
from bilan_ledger.cli import run

TERMS = Terms(
    title="Projet", territory=Territory(name="Exempleville"), start="2026-01-01", end="2031-12-31"
)
GOLDEN = sorted(LEDGERS.glob("*.ledger"))


@pytest.fixture
def ledger(tmp_path):
    """A ledger in a file, with one plan and one action."""
    with Ledger.create(tmp_path / "town.ledger", recorded_by="test") as made:
        made.record("demo", CreatePlan(terms=TERMS))
        made.record("demo/A", Propose(on="2026", title="Planter", note="note"))
        yield made


def test_there_is_a_golden_ledger():
    """The tests below are not empty."""
    assert GOLDEN


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_ledger_reads_the_same_for_ever(path, tmp_path):
    """Every released version's ledger opens, replays, verifies and can be gone on with."""
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    copy = tmp_path / path.name
    shutil.copy(path, copy)
    with Ledger.open(copy, read_only=True) as ledger:
        assert expected == json.loads(json.dumps(read(ledger)))
    with Ledger.open(copy, recorded_by="test") as ledger:
        [new] = ledger.record("demo/new", Propose(on="2028", title="Suite", note="Mme Dupont"))
        assert len(expected["lines"]) + 1 == len(ledger.entries())
        assert ("test", "Mme Dupont") == (ledger.text(new.recorded_by), ledger.text(new.event.note))
        ledger.erase(new.index, reason="demande", fields=["note"])
        assert ("test", None) == (ledger.text(new.recorded_by), ledger.text(new.event.note))
    with sqlite3.connect(copy) as file:  # as the version that made it keeps commitments
        assert [("text",)] == file.execute(
            "SELECT DISTINCT typeof(commitment) FROM texts"
        ).fetchall()
    file.close()


def test_a_newer_ledger_says_so_and_nothing_happens(ledger, tmp_path):
    """A format that this version does not know, and an event that it does not know."""
    copy = tmp_path / "newer.ledger"
    ledger.backup(copy)
    connection = sqlite3.connect(copy)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = copy.read_bytes()
    with pytest.raises(LedgerUnavailable) as error:
        Ledger.open(copy)
    assert "ledger-newer" == error.value.code
    assert before == copy.read_bytes()
    line = wire.encode(ledger.entries()[1]).replace(b"action.proposed", b"action.promised")
    with pytest.raises(MalformedEntry) as unknown:
        wire.decode(line, 0)
    assert "name-unknown" == unknown.value.code


def test_a_renamed_event_keeps_its_bytes(ledger, monkeypatch):
    """An example of upcasting: `action.begun` with `since` is read as `action.engaged`."""

    def begun(data):
        return {**{k: v for k, v in data.items() if k != "since"}, "on": data["since"]}

    monkeypatch.setitem(wire.UPCASTS, "action.begun", ("action.engaged", begun))
    (entry,) = ledger.record("demo/A", Engage(on="2026-05"))
    old = json.loads(wire.encode(entry))
    old["event"], old["data"] = "action.begun", {"after": 1, "since": "2026-05"}
    written = wire.canonical(old)
    read_back = wire.decode(written, entry.index)
    assert entry == read_back
    assert written == wire.encode(read_back)
    assert Engage(on="2026-05").on == read_back.event.on
    with pytest.raises(MalformedEntry):
        wire.decode(written.replace(b'"plan":', b'"plan": '), 0)
    assert attrs.evolve(read_back, written=None) == entry


def test_a_backup_taken_while_others_write_is_whole(ledger, tmp_path):
    """It holds a prefix of the log, every entry readable, texts included."""
    stop = threading.Event()

    def write():
        number = 0
        with Ledger.open(ledger.place, recorded_by="other") as other:
            while not stop.is_set():
                other.record(f"demo/B{number}", Propose(on="2026", title="T", note="n"))
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            time.sleep(0.05)
            count = ledger.backup(tmp_path / f"copy{number}.ledger")
            with Ledger.open(tmp_path / f"copy{number}.ledger", read_only=True) as copy:
                assert count == len(copy.entries())
                assert copy.entries() == ledger.entries()[:count]
                assert "note" == copy.text(copy.entries()[1].event.note)
    finally:
        stop.set()
        writer.join()


def test_backup_and_restore_by_command(ledger, tmp_path, capsys):
    """`bilan backup`, then `bilan restore` into a new file; nothing is ever overwritten."""
    town, copy, again = (str(tmp_path / f"{name}.ledger") for name in ("town", "copy", "again"))
    assert 0 == run(["backup", copy, "--ledger", town])
    assert 0 == run(["restore", copy, again])
    with Ledger.open(again, read_only=True) as restored:
        assert ledger.entries() == restored.entries()
    assert 5 == run(["backup", copy, "--ledger", town])
    capsys.readouterr()
    Path(copy).write_bytes(Path(copy).read_bytes()[:5000])
    assert 5 == run(["restore", copy, str(tmp_path / "third.ledger")])
    assert 1 == capsys.readouterr().err.count("\n")


def test_a_damaged_backup_is_not_restored(ledger, tmp_path):
    """A row that does not agree with its bytes stops the restore."""
    copy = tmp_path / "copy.ledger"
    ledger.backup(copy)
    connection = sqlite3.connect(copy)
    connection.execute("DROP TRIGGER stored_events_no_update")
    connection.execute("UPDATE stored_events SET originator_version = 9 WHERE rowid = 2")
    connection.commit()
    connection.close()
    assert 5 == run(["restore", str(copy), str(tmp_path / "again.ledger")])


def test_whoever_follows_sees_each_entry_once_and_in_order(ledger):
    """Entries that come later are seen too, and following can be taken up again."""
    seen = []

    def follow():
        found = ledger.follow(poll=0.01, stop=lambda: len(seen) >= 12)
        seen.extend(entry.index for entry in found)

    follower = threading.Thread(target=follow)
    follower.start()
    with Ledger.open(ledger.place, recorded_by="other") as other:
        for number in range(10):
            other.record(f"demo/B{number}", Propose(on="2026", title="T"))
    follower.join(timeout=10)
    assert list(range(12)) == seen
    assert [11] == [
        e.index for e in ledger.follow(after=10, stop=iter([False] * 2 + [True]).__next__)
    ]


def test_the_follow_command_prints_lines_of_json(ledger):
    """One line an entry, flushed as it comes; `--until` ends it."""
    command = [sys.executable, "-m", "bilan_ledger.cli", "follow", "--json", "--until", "2"]
    process = subprocess.Popen(
        [*command, "--ledger", str(ledger.place)], stdout=subprocess.PIPE, text=True
    )
    assert 0 == json.loads(process.stdout.readline())["index"]
    assert 1 == json.loads(process.stdout.readline())["index"]
    ledger.record("demo/A", Engage(on="2026-05"))
    assert "action.engaged" == json.loads(process.stdout.readline())["event"]
    assert 0 == process.wait(timeout=10)
    process.stdout.close()


def test_the_tables_command(ledger, capsys):
    """update, status, rebuild, and what it says of anything else."""
    place = ["--ledger", str(ledger.place), "--json"]
    for what, behind in (("status", 2), ("update", 0), ("rebuild", 0), ("status", 0)):
        assert 0 == run(["tables", what, *place])
        assert behind == json.loads(capsys.readouterr().out)["behind"]
    assert 2 == run(["tables", "destroy", *place])
