"""No change of a byte, a line or a row goes unseen: counted on a ledger of 600 entries.

`BILAN_EVERY_BYTE=1 pytest tests/proof/test_every_change.py` tries all bytes (some minutes); else a
sample. What is tried and found is printed (`pytest -s`).
"""

import os
import random
import sqlite3
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from town_samples import CITY, TERMS, bundle, exported, signed, town

from bilan_ledger import (
    BilanError,
    CreatePlan,
    Engage,
    Ledger,
    Propose,
    Realise,
)
from bilan_ledger.audit import Note, Severity, audit, audit_file, split
from bilan_ledger.audit.bundle import BadBundle, Bundle
from bilan_ledger.audit.proof import verify
from bilan_ledger.audit.signed import against, parsed
from bilan_ledger.merkle import leaf_hash

STEP = 1 if os.environ.get("BILAN_EVERY_BYTE") else 97
TODAY = date(2027, 1, 1)
CHANCE = random.Random(20261123)  # noqa: S311 no secret


@pytest.fixture(scope="module")
def ledger():
    return town()


@pytest.fixture(scope="module")
def note(ledger):
    return Note("checkpoint", str(signed(ledger)).encode())


def seen(data, note):
    """Whether a changed log is told from the signed one: by its hashes, else by the audit."""
    lines, cut = split(data)
    leaves = [leaf_hash(line.state) for line in lines]
    checkpoints, _ = parsed([note])
    if cut or any(against(leaves, checkpoints)):
        return True
    return audit_file(data, today=TODAY, notes=[note]).worst is Severity.ERROR


def other(byte):
    return byte ^ CHANCE.randrange(1, 256)


def changed(data, place):
    return data[:place] + bytes([other(data[place])]) + data[place + 1 :]


def told(what, tried, missed):
    print(f"{what}: {tried} tried, {missed} missed")  # noqa: T201 the count is the result
    assert 0 == missed


def test_every_byte_of_the_log(ledger, note):
    """Each byte in turn made another one: the log is no longer the one that was signed."""
    data = exported(ledger)
    assert not seen(data, note)
    places = range(0, len(data), STEP)
    told("bytes of the log", len(places), sum(not seen(changed(data, p), note) for p in places))


def test_a_sample_of_bytes_in_the_whole_audit(ledger, note):
    """The audit says it as an error, and never raises."""
    data = exported(ledger)
    for place in range(50, len(data), len(data) // 40):
        found = audit_file(changed(data, place), today=TODAY, notes=[note], keys=[CITY.public])
        assert Severity.ERROR is found.worst
    sound = audit_file(data, today=TODAY, notes=[note], keys=[CITY.public])
    assert {"figure-agrees", "evidence-missing"} == {finding.code for finding in sound.findings}


def test_every_entry_removed_swapped_doubled_and_put_in(ledger, note):
    """All 600 places, and all neighbours; random pairs too."""
    lines = exported(ledger).splitlines(keepends=True)
    count = len(lines)
    tries = {
        "removed": [lines[:n] + lines[n + 1 :] for n in range(count)],
        "swapped with the next": [
            [*lines[:n], lines[n + 1], lines[n], *lines[n + 2 :]] for n in range(count - 1)
        ],
        "doubled": [lines[: n + 1] + lines[n:] for n in range(count)],
        "put in": [[*lines[:n], CHANCE.choice(lines), *lines[n:]] for n in range(count)],
        "cut": [lines[:n] for n in range(count)],
    }
    for a, b in (CHANCE.sample(range(count), 2) for _ in range(600)):
        some = list(lines)
        some[a], some[b] = some[b], some[a]
        tries.setdefault("two swapped", []).append(some)
    for what, several in tries.items():
        told(f"entries {what}", len(several), sum(not seen(b"".join(x), note) for x in several))


def test_every_byte_of_the_checkpoint(ledger, note):
    """A changed note is none, or is signed by nobody known, or is not of this log."""
    data = exported(ledger)
    lines, _ = split(data)
    leaves = [leaf_hash(line.state) for line in lines]
    missed = 0
    for place in range(len(note.note)):
        for byte in {other(note.note[place]) for _ in range(4)}:
            bad = Note("x", note.note[:place] + bytes([byte]) + note.note[place + 1 :])
            checkpoints, malformed = parsed([bad])
            try:
                holds = not malformed and checkpoints[0][1].verified([CITY.public])
            except BilanError:
                holds = False
            missed += bool(holds) and not any(against(leaves, checkpoints))
    told("bytes of the checkpoint, four ways", 4 * len(note.note), missed)


def refuted(data):
    """Whether a changed zip is refused, or found false, by who has the city's key."""
    try:
        found = verify(Bundle.parse(data), [CITY.public])
    except BadBundle:
        return True
    return found.refuted


def test_every_byte_of_the_bundle(ledger):
    """Contents, names, dates, lengths, sums: there is one way to write it."""
    data = bundle(ledger).zip()
    assert not refuted(data)
    places = range(0, len(data), STEP)
    told("bytes of the bundle", len(places), sum(not refuted(changed(data, p)) for p in places))
    cuts = range(0, len(data), STEP * 7)
    told("truncations of the bundle", len(cuts), sum(not refuted(data[:p]) for p in cuts))


# --- rows of a SQLite file -------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    """A ledger file of 30 entries whose triggers were dropped, with a note of what was signed."""
    path = tmp_path / "town.ledger"
    with Ledger.create(path, recorded_by="Mairie") as ledger:
        ledger.record("demo", CreatePlan(terms=TERMS, note="vu"))
        for name in "ABCDEFGHI":
            ledger.record(f"demo/{name}", Propose(on="2026", title=name, note="n"))
            ledger.record(f"demo/{name}", Engage(on="2026-05"))
            ledger.record(f"demo/{name}", Realise(on="2026-06"))
        note = Note("kept", str(signed(ledger)).encode())
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            database.execute(f"DROP TRIGGER {name}")
        database.commit()
    return path, note


def errors(path, notes):
    """The codes of what an audit of a file finds wrong; a file that cannot be opened is told."""
    try:
        with Ledger.open(path, read_only=True) as ledger:
            found = audit(ledger.lines(), today=TODAY, notes=notes, texts=ledger.sealed_texts)
    except BilanError as error:
        return {error.code}
    grave = {"text-missing"}
    return {f.code for f in found.findings if f.severity is Severity.ERROR or f.code in grave}


def flipped(state):
    place = CHANCE.randrange(len(state))
    return state[:place] + bytes([other(state[place])]) + state[place + 1 :]


def edits(database):
    """Yield what someone may do to the rows, each as (statement, values)."""
    rows = database.execute("SELECT * FROM stored_events").fetchall()
    for rowid, stream, version, topic, state in rows:
        where = f"WHERE rowid = {rowid}"
        yield f"UPDATE stored_events SET state = ? {where}", (flipped(state),)
        yield f"UPDATE stored_events SET state = ? {where}", (state.decode(),)
        yield f"UPDATE stored_events SET state = ? {where}", (state + b" ",)
        yield f"UPDATE stored_events SET originator_id = ? {where}", (stream.upper(),)
        yield f"UPDATE stored_events SET originator_id = ? {where}", ("x",)
        yield f"UPDATE stored_events SET originator_version = ? {where}", (version + 50,)
        yield f"UPDATE stored_events SET topic = ? {where}", (topic + "x",)
        yield f"UPDATE stored_events SET rowid = rowid + 1000 {where}", ()
        yield f"DELETE FROM stored_events {where}", ()
        yield (
            "INSERT INTO stored_events (originator_id, originator_version, topic, state)"
            " VALUES (?, ?, ?, ?)",
            ("x", version + 90, topic, state),
        )
    for (commitment,) in database.execute("SELECT commitment FROM texts").fetchall():
        where = f"WHERE commitment = x'{commitment.hex()}'"
        yield f"UPDATE texts SET text = text || '.' {where}", ()
        yield f"UPDATE texts SET salt = zeroblob(32) {where}", ()
        yield f"UPDATE texts SET salt = 'x' {where}", ()
        yield f"UPDATE texts SET text = 5 {where}", ()
        yield f"UPDATE texts SET commitment = '{commitment.hex()}' {where}", ()
        yield f"UPDATE texts SET commitment = zeroblob(32) {where}", ()
        yield f"DELETE FROM texts {where}", ()


def test_every_edit_of_a_row_with_the_triggers_dropped(file):
    """Each column of each row of both tables, and rows removed, added and moved.

    An inserted row after the signed ones is found by what it says, as no writer writes it.
    """
    path, note = file
    assert set() == errors(path, [note])
    whole = path.read_bytes()
    with closing(sqlite3.connect(path)) as database:
        every = list(edits(database))
    missed = []
    for statement, values in every:
        path.write_bytes(whole)
        with closing(sqlite3.connect(path)) as database:
            database.execute(statement, values)
            database.commit()
        if not errors(path, [note]):
            missed.append((statement, values))
    assert [] == missed
    told("edits of rows", len(every), len(missed))


@pytest.mark.parametrize("column", ["state", "rowid"])
def test_two_rows_exchanged(file, column):
    """Their bytes, or their places."""
    path, note = file
    whole = path.read_bytes()
    free = {"state": b"", "rowid": 10_000}[column]
    update = f"UPDATE stored_events SET {column} = ? WHERE rowid = ?"
    for a, b in (CHANCE.sample(range(1, 29), 2) for _ in range(40)):
        path.write_bytes(whole)
        with closing(sqlite3.connect(path)) as database:
            ask = f"SELECT {column} FROM stored_events WHERE rowid = ?"
            one, two = (database.execute(ask, (n,)).fetchone()[0] for n in (a, b))
            database.execute(update, (free, a))
            database.execute(update, (one, b))
            database.execute(update, (two, free if column == "rowid" else a))
            database.commit()
        assert errors(path, [note]), (a, b, column)
