"""Erasing personal data: nothing of ours holds it any more, and every proof still verifies."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from bilan_ledger import (
    Correct,
    CreatePlan,
    Engage,
    Evidence,
    Ledger,
    LedgerUnavailable,
    NotFound,
    Propose,
    PublishFigure,
    Realise,
    Terms,
    Territory,
)
from bilan_ledger.archive import Archive, erase
from bilan_ledger.cli import run
from bilan_ledger.entry import sealed_in
from bilan_ledger.ledger.sqlite import SQLiteRecorder

MARK = "Jeanne Martin-Éluard"
TERMS = Terms(
    title="Projet", territory=Territory(name="Exempleville"), start="2026-01-01", end="2031-12-31"
)


def told(number):
    """A private text of its own, with the name in it."""
    return f"{MARK} {number}"


@pytest.fixture
def town(tmp_path, monkeypatch):
    """A folder with a ledger that holds the name in every private field, and a captured file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BILAN_LEDGER", "town.ledger")
    monkeypatch.setenv("BILAN_BY", "Service juridique")
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(f"%PDF {MARK}\n".encode() * 200)
    archive = Archive.beside("town.ledger")
    kept = archive.add(letter)
    letter.unlink()
    with Ledger.create("town.ledger", recorded_by=told(0)) as ledger:
        ledger.record("demo", CreatePlan(terms=TERMS, note=told(1)))
        who, long = told(2), f"{MARK} " * 450  # overflow pages
        ledger.record("demo/A", Propose(on="2026", title="A", responsible=who, note=long))
        piece = Evidence(title="Courrier", quotation=told(3), sealed_sha256=kept.sha256)
        ledger.record("demo/A", Engage(on="2026-05", evidence=piece, note=told(4)))
        ledger.record("demo/A", Correct(entry=2, by=Realise(on="2026-06"), reason=told(5)))
        for number in range(120):  # so that pages split
            ledger.record(f"demo/B{number}", Propose(on="2026", title="B", note=told(6) * 9))
        ledger.record("demo", PublishFigure(percentage="0.83", of=121, on="2026-12-31"))
    return tmp_path


def secrets(ledger):
    """What must be nowhere afterwards: the name in two encodings, every salt, the file's hash."""
    wanted = {s.commitment for e in ledger.entries() for _, s in sealed_in(e)}
    kept = ledger.sealed_texts(wanted)
    hashes = [t.text for t in kept.values() if len(t.text) == 64 and MARK not in t.text]
    salts = [form for t in kept.values() for form in (t.salt, t.salt.hex().encode())]
    return [MARK.encode(), MARK.encode("utf-16-le"), *salts, *(h.encode() for h in hashes)]


def holding(folder, wanted):
    """Which files of a folder hold any of these bytes, in their content or their name."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes() + str(path.relative_to(folder)).encode()
        found += [str(path.relative_to(folder)) for each in wanted if each in data][:1]
    return found


def erase_all(ledger, archive):
    for entry in ledger.entries():
        try:
            erase(ledger, archive, entry.index, reason="demande")
        except NotFound:  # a text that two entries share is gone with the first
            continue


def printed(line, capsys):
    capsys.readouterr()
    code = run(line.split())
    done = capsys.readouterr()
    assert code in {0, 6}, (line, done.err)
    return done.out + done.err


ASKED = [
    "log --json", "log", "show demo/A --json", "show demo --json", "figure demo --json",
    "figure demo --by responsible --on 2026-12-31", "replay demo --json",
    "explain demo --from 2026-01-01 --to 2026-12-31 --json", "reconcile demo --json",
    "audit --json", "evidence list --json",
]  # fmt: skip


def test_nothing_of_ours_holds_what_was_erased(town, capsys):
    """Database, write-ahead log, tables, archive, backup, exports, proofs, reports, outputs."""
    assert 0 == run(["key", "new", "bilan.exempleville.fr/demo", "-o", "city.key"])
    assert 0 == run(["checkpoint", "--key", "city.key"])
    assert 0 == run(["prove", "demo", "-o", "before.zip"])
    assert 0 == run(["tables", "update"])
    archive = Archive.beside("town.ledger")
    with Ledger.open("town.ledger", recorded_by="Service juridique") as ledger:
        wanted = secrets(ledger)
        assert {"town.ledger"} <= {name.split("/")[0] for name in holding(town, wanted)}
        assert any(name.startswith("town.archive") for name in holding(town, wanted))
        erase_all(ledger, archive)
    assert 0 == run(["tables", "update"])
    assert 0 == run(["checkpoint", "--key", "city.key"])
    assert 0 == run(["prove", "demo", "-o", "after.zip"])
    assert 0 == run(["prove", "demo", "-o", "folder"])
    assert 0 == run(["backup", "copy.ledger"])
    assert 0 == run(["export", "log.jsonl", "--texts"])
    assert run(["audit", "--sarif", "audit.sarif", "--report", "audit.html"]) in {0, 6}
    out = "".join(printed(line, capsys) for line in ASKED)
    (town / "outputs.txt").write_text(out, encoding="utf-8")
    assert [] == holding(town, wanted)
    for name in ("before.zip", "after.zip", "folder"):
        assert 0 == run(["verify", name, "--key", "city.key.pub"]), name
    found = json.loads(printed("audit --json", capsys))["findings"]
    assert not {"text-missing", "text-disagrees"} & {each["code"] for each in found}
    assert "error" not in {each["severity"] for each in found}


def test_without_the_salt_the_right_text_cannot_be_told_from_another(town):
    """The commitment stays in the entry; what would confirm a guess is gone."""
    with Ledger.open("town.ledger", recorded_by="x") as ledger:
        note = ledger.entries()[0].event.note
        assert ledger.sealed_texts([note.commitment])[note.commitment].text == told(1)
        before = ledger.tree.root(1)
        ledger.erase(0, reason="demande", fields=["note"])
        assert ({}, None) == (ledger.sealed_texts([note.commitment]), ledger.text(note))
        assert note == ledger.entries()[0].event.note
        assert before == ledger.tree.root(1)


def test_one_field_alone_and_what_is_left_to_erase(town, capsys):
    """`--field`; then the others; then nothing more. The reason itself can be erased."""
    with Ledger.open("town.ledger") as ledger:
        first = ledger.entries()[0]
    assert 0 == run(["erase", "0", "--reason", f"à la demande de {MARK}", "--field", "note"])
    with Ledger.open("town.ledger") as ledger:
        assert ledger.text(first.event.note) is None
        assert told(0) == ledger.text(first.recorded_by)
        last = ledger.entries()[-1]
        assert ("demo", (first.event.note,)) == (last.subject, last.event.texts)
    assert 4 == run(["erase", "0", "--reason", "x", "--field", "note", "--lang", "fr"])
    assert 0 == run(["erase", str(last.index), "--reason", "x", "--field", "reason"])
    with Ledger.open("town.ledger") as ledger:
        assert ledger.text(last.event.reason) is None
        assert "Service juridique" == ledger.text(last.recorded_by)
    capsys.readouterr()


@pytest.mark.parametrize(
    "line", ["erase", "erase 0", "erase 9999 --reason x", "erase -3 --reason x"]
)
def test_what_cannot_be_erased_is_said_and_changes_nothing(town, capsys, line):
    with Ledger.open("town.ledger") as ledger:
        before = len(ledger)
    assert run(line.split()) in {2, 4}
    assert "bilan: " in capsys.readouterr().err
    with Ledger.open("town.ledger") as ledger:
        assert before == len(ledger)


def test_while_another_program_reads_it_is_said_and_finished_later(town, monkeypatch, capsys):
    """The text is erased at once; the file is cleaned when the old reader is gone."""
    monkeypatch.setattr("bilan_ledger.ledger.sqlite._SCRUB_TRIES", 2)
    monkeypatch.setattr("bilan_ledger.ledger.sqlite._SCRUB_WAIT", 0.01)
    with closing(sqlite3.connect("town.ledger", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM texts").fetchone()
        assert 5 == run(["erase", "0", "--reason", "demande", "--field", "note"])
        assert "bilan erase --finish" in capsys.readouterr().err
        reader.execute("ROLLBACK")
    with Ledger.open("town.ledger") as ledger:
        assert ledger.text(ledger.entries()[0].event.note) is None
    assert 0 == run(["erase", "--finish"])
    assert [] == holding(town, [told(1).encode()])


def test_a_crash_between_erasing_and_cleaning_loses_neither(town, monkeypatch):
    """What was committed stays committed: the Erased entry and the missing text go together."""
    monkeypatch.setattr(SQLiteRecorder, "scrub", lambda _: 1 / 0)
    with Ledger.open("town.ledger", recorded_by="x") as ledger:
        before = len(ledger)
        with pytest.raises(ZeroDivisionError):
            ledger.erase(0, reason="demande", fields=["note"])
    with Ledger.open("town.ledger") as ledger:
        assert before + 1 == len(ledger)
        assert ledger.text(ledger.entries()[0].event.note) is None


def test_a_captured_file_that_another_entry_names_stays(tmp_path):
    """It is removed with the last entry that names it."""
    letter = tmp_path / "l.txt"
    letter.write_text("lettre", encoding="utf-8")
    archive = Archive(tmp_path / "a")
    digest = archive.add(letter).sha256
    with Ledger.in_memory(recorded_by="x") as ledger:
        ledger.record("demo", CreatePlan(terms=TERMS))
        for name in "AB":
            piece = Evidence(title="L", sealed_sha256=digest)
            ledger.record(f"demo/{name}", Propose(on="2026", title=name, evidence=piece))
        erase(ledger, archive, 1, reason="r")
        assert archive.check(digest) is True
        erase(ledger, archive, 2, reason="r")
        assert archive.check(digest) is None


def test_on_postgresql_the_rows_are_gone_and_a_writer_may_not(postgres_url):
    """By SQL in every table; the role that writes has no right to erase, and nothing happens."""
    psycopg = pytest.importorskip("psycopg")
    from bilan_ledger.ledger.postgres import apply_grants  # noqa: PLC0415 only where it is tested

    with Ledger.create(postgres_url, recorded_by=told(0)) as ledger:
        ledger.record("demo", CreatePlan(terms=TERMS, note=told(1)))
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        for role in ("bilan_w_erase", "bilan_r_erase"):
            admin.execute(f"DROP ROLE IF EXISTS {role}")
            admin.execute(f"CREATE ROLE {role} LOGIN")
    try:
        apply_grants(postgres_url, "bilan_w_erase", "bilan_r_erase")
        as_writer = postgres_url.replace("://postgres:@", "://bilan_w_erase:@", 1)
        assert as_writer != postgres_url
        with Ledger.open(as_writer, recorded_by="clerc") as ledger:
            with pytest.raises(LedgerUnavailable) as refused:
                ledger.erase(0, reason="demande")
            assert "database-rights" == refused.value.code
            assert 1 == len(ledger)
        with Ledger.open(postgres_url, recorded_by="juriste") as ledger:
            ledger.erase(0, reason="demande")
            assert 2 == len(ledger)
        with psycopg.connect(postgres_url) as reader:
            texts = reader.execute("SELECT text, salt FROM bilan_ledger_texts").fetchall()
            events = reader.execute("SELECT state FROM bilan_ledger_events").fetchall()
        assert {"juriste", "demande"} == {text for text, _ in texts}
        assert not any(MARK.encode() in bytes(state) for (state,) in events)
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute("DROP OWNED BY bilan_w_erase, bilan_r_erase")
            admin.execute("DROP ROLE bilan_w_erase, bilan_r_erase")


def test_in_another_store_the_file_of_texts_is_cleaned(tmp_path):
    settings = {"PERSISTENCE_MODULE": "eventsourcing.popo"}
    texts = tmp_path / "texts.db"
    with Ledger.with_settings(settings, texts=texts, recorded_by=told(0)) as ledger:
        ledger.record("demo", CreatePlan(terms=TERMS, note=told(1) * 300))
        assert MARK.encode() in texts.read_bytes()
        ledger.erase(0, reason="demande", recorded_by="juriste")
        assert MARK.encode() not in texts.read_bytes()


def test_a_backup_that_was_made_before_still_holds_it(town):
    """It cannot be otherwise, and the command says so."""
    shutil.copy("town.ledger", "old.ledger")
    with Ledger.open("town.ledger", recorded_by="x") as ledger:
        ledger.erase(0, reason="demande")
    with Ledger.open("old.ledger") as old:
        assert told(1) == old.text(old.entries()[0].event.note)
