"""The archive beside a ledger: captured files by hash, checkpoints that are never replaced."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from bilan_ledger import CreatePlan, Evidence, Ledger, Propose, Terms, Territory
from bilan_ledger.archive import Archive, erase, finish
from bilan_ledger.checkpoint import BadCheckpoint, Checkpoint, PrivateKey
from bilan_ledger.cli import run
from bilan_ledger.errors import InvalidValue, LedgerUnavailable, NotFound

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # of "hello"
TERMS = Terms(
    title="Projet", territory=Territory(name="Exempleville"), start="2026-01-01", end="2031-12-31"
)


@pytest.fixture
def town(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BILAN_LEDGER", "town.ledger")
    monkeypatch.setenv("BILAN_BY", "Service évaluation")
    with Ledger.create("town.ledger", recorded_by="x") as ledger:
        ledger.record("demo", CreatePlan(terms=TERMS))
        ledger.record("demo/A", Propose(on="2026", title="A"))
    (tmp_path / "note.txt").write_text("hello", encoding="utf-8")
    return tmp_path


def bilan(line, capsys):
    capsys.readouterr()
    code = run(line.split())
    done = capsys.readouterr()
    return code, done.out, done.err


# --- captured files --------------------------------------------------------------------------


def test_a_file_lies_under_its_hash_and_is_kept_once(town):
    archive = Archive.beside("town.ledger")
    first, again = archive.add("note.txt"), archive.add(town / "note.txt")
    assert first == again
    assert (first.sha256, first.media_type, first.size) == (HELLO, "text/plain", 5)
    assert first.path == archive.folder / "evidence" / "2c" / HELLO
    assert first.path.read_text("utf-8") == "hello"
    assert [*archive.captured()] == [HELLO]
    assert [p.name for p in archive.folder.rglob("*") if p.is_file()] == [HELLO]


def test_what_became_of_a_file(town):
    archive = Archive.beside("town.ledger")
    assert archive.check(HELLO) is None
    archive.add("note.txt")
    assert archive.check(HELLO) is True
    archive.path(HELLO).write_text("hallo", encoding="utf-8")
    assert archive.check(HELLO) is False
    with pytest.raises(InvalidValue) as error:
        archive.export(HELLO, "out.txt")
    assert error.value.code == "captured-file-changed"
    assert not (town / "out.txt").exists()


@pytest.mark.parametrize("digest", ["", "..", "../../etc/passwd", HELLO.upper(), HELLO[:-1]])
def test_what_is_no_hash_is_no_path(town, digest):
    archive = Archive.beside("town.ledger")
    with pytest.raises(InvalidValue):
        archive.path(digest)
    assert archive.check(digest) is None


def test_nothing_is_left_behind_where_nothing_can_be_kept(town):
    archive = Archive(town / "note.txt")  # a file stands where the folder should be
    with pytest.raises(LedgerUnavailable):
        archive.add("note.txt")
    with pytest.raises(NotFound):
        Archive.beside("town.ledger").add("nowhere.pdf")
    assert not (town / "town.archive").exists()


COMMANDS = [
    ("evidence add nowhere.pdf", 4, "nowhere.pdf"),
    (f"evidence export {HELLO} out.txt", 4, HELLO[:40]),
    ("evidence export xyz out.txt", 2, "xyz"),
    ("evidence attach demo/A --title T --file nowhere.pdf", 4, "nowhere.pdf"),
    ("evidence attach demo/Z --title T", 3, "demo/Z"),
    ("evidence attach demo/A", 2, "--title"),
]


@pytest.mark.parametrize(("line", "code", "named"), COMMANDS)
def test_what_cannot_be_is_one_line_and_records_nothing(town, capsys, line, code, named):
    with Ledger.open("town.ledger") as ledger:
        before = ledger.entries()
    found, out, err = bilan(line, capsys)
    assert (found, out) == (code, "")
    assert err.startswith("bilan: ")
    assert err.count("\n") == 1
    assert named in err
    with Ledger.open("town.ledger") as ledger:
        assert ledger.entries() == before


def test_the_commands_of_evidence(town, capsys):
    """Attach with a copy, list, export; a changed file is an error that a script sees."""
    code, out, _ = bilan("evidence attach demo/A --title Note --file note.txt --json", capsys)
    assert code == 0
    piece = json.loads(out)[0]["data"]["evidence"][0]
    assert piece == {"title": "Note", "sha256": HELLO, "media_type": "text/plain", "size": 5}
    code, out, _ = bilan("evidence list --json", capsys)
    row = {"sha256": HELLO, "media_type": "text/plain", "size": 5, "whole": True, "title": "Note"}
    assert (code, json.loads(out)) == (0, [row])
    assert bilan(f"evidence export {HELLO} out.txt", capsys)[0] == 0
    assert (town / "out.txt").read_text("utf-8") == "hello"
    code, _, err = bilan(f"evidence export {HELLO} out.txt", capsys)
    assert (code, "out.txt" in err) == (5, True)  # nothing is written over
    Archive.beside("town.ledger").path(HELLO).write_text("hallo", encoding="utf-8")
    for lang, word in (("fr", "MODIFI"), ("en", "CHANGED")):  # read when the program starts
        main = "from bilan_ledger.cli import main; main()"
        command = [sys.executable, "-c", main, "evidence", "list", "--lang", lang]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert (done.returncode, word in done.stdout) == (1, True), done.stdout


def test_a_private_file_leaves_no_hash_in_the_log(town, capsys):
    code, out, _ = bilan(
        "evidence attach demo/A --title N --file note.txt --private --json", capsys
    )
    assert code == 0
    assert HELLO not in (town / "town.ledger").read_bytes().decode("latin-1").partition("texts")[0]
    piece = json.loads(out)[0]["data"]["evidence"][0]
    assert {"sha256", "size"}.isdisjoint(piece)
    code, out, _ = bilan("evidence list --json", capsys)
    assert [(row["sha256"], row["whole"]) for row in json.loads(out)] == [(HELLO, True)]


# --- checkpoints -----------------------------------------------------------------------------


def test_signatures_of_one_checkpoint_are_joined_and_another_is_refused(town):
    """Two checkpoints of one size: history was rewritten, and the first one stays."""
    archive = Archive.beside("town.ledger")
    city, other = PrivateKey.generate("city"), PrivateKey.generate("other")
    point = Checkpoint("city", 2, bytes(32))
    place = archive.keep(point.signed_by(city))
    archive.keep(point.signed_by(other))
    [kept] = archive.checkpoints()
    assert [signature.name for signature in kept.signatures] == ["city", "other"]
    before = place.read_bytes()
    with pytest.raises(BadCheckpoint) as error:
        archive.keep(Checkpoint("city", 2, bytes([1] * 32)).signed_by(city))
    assert error.value.code == "checkpoint-fork"
    assert place.read_bytes() == before
    assert [p.name for p in place.parent.iterdir()] == ["2"]


def test_checkpoints_come_by_size_and_keys_by_name(town):
    archive = Archive.beside("town.ledger")
    keys = [PrivateKey.generate(name) for name in ("b", "a")]
    for size in (10, 9, 100):
        archive.keep(Checkpoint("city", size, bytes(32)).signed_by(keys[0]))
    assert [point.size for point in archive.checkpoints()] == [9, 10, 100]
    for key in keys:
        archive.keep_key(key.public)
    assert [key.name for key in archive.keys()]  # noqa: SIM118 no mapping == ["a", "b"]


# --- erasing, interrupted --------------------------------------------------------------------


def recorded(town):
    """Attach one private file, and another under two entries."""
    archive = Archive.beside("town.ledger")
    (town / "other.txt").write_text("other", encoding="utf-8")
    other = archive.add("other.txt").sha256
    hello = archive.add("note.txt").sha256
    with Ledger.open("town.ledger", recorded_by="x") as ledger:
        for name, digest in (("H", hello), ("O", other), ("P", other)):
            piece = Evidence(title="L", sealed_sha256=digest)
            ledger.record(f"demo/{name}", Propose(on="2026", title=name, evidence=piece))
    return archive, hello, other


def test_a_refused_erasure_leaves_the_file(town, monkeypatch):
    archive, hello, _ = recorded(town)
    monkeypatch.setattr(Ledger, "erase", lambda *_, **__: 1 / 0)
    with Ledger.open("town.ledger", recorded_by="x") as ledger:
        with pytest.raises(ZeroDivisionError):
            erase(ledger, archive, 2, reason="demande")
        assert archive.check(hello) is True


KILLED = """
    import os, signal, sys
    from bilan_ledger import Ledger
    from bilan_ledger.archive import Archive, erase
    real = Ledger.erase
    def killed(self, *args, **kwargs):
        if sys.argv[1] == "after":
            real(self, *args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
    Ledger.erase = killed
    with Ledger.open("town.ledger", recorded_by="x") as ledger:
        erase(ledger, Archive.beside("town.ledger"), 2, reason="demande")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
@pytest.mark.parametrize("how", ["finish", "command", "another erasure"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_in_the_middle_it_is_finished_later(town, when, how):
    """Before the text was destroyed the file comes back; after it, the file goes too."""
    archive, hello, other = recorded(town)
    script = [sys.executable, "-c", textwrap.dedent(KILLED), when]
    assert subprocess.run(script, check=False, env=os.environ).returncode == -signal.SIGKILL
    assert archive.check(hello) is None  # set aside
    with Ledger.open("town.ledger", recorded_by="x") as ledger:
        if how == "finish":
            finish(ledger, archive)
        elif how == "another erasure":
            erase(ledger, archive, 3, reason="demande")
    if how == "command":
        assert run(["erase", "--finish"]) == 0
    assert archive.check(hello) is (True if when == "before" else None)
    assert archive.check(other) is True
    with Ledger.open("town.ledger") as ledger:
        [piece] = ledger.entries()[2].evidence
        assert (ledger.text(piece.sealed_sha256) is None) is (when == "after")
    assert not [*archive.folder.rglob("*.erasing")]
