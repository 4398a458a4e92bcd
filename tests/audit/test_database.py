"""A ledger file edited behind the ledger's back, its triggers dropped: every edit is found."""

import os
import shutil
import sqlite3
from contextlib import closing
from random import Random

import pytest
from audit_samples import KEY, TODAY, big

pytest.importorskip("cryptography")

from bilan_ledger import Ledger, LedgerUnavailable
from bilan_ledger.archive import Archive
from bilan_ledger.audit import Note, Severity, audit

FLIPS = int(os.environ.get("BILAN_TEST_FLIPS", "150"))
SIZE = 60
TRIGGERS = ("no_update", "no_delete", "no_replace")
FREE = """
CREATE TABLE free (rowid INTEGER PRIMARY KEY, originator_id, originator_version, topic, state);
INSERT INTO free SELECT * FROM stored_events;
DROP TABLE stored_events;
ALTER TABLE free RENAME TO stored_events;
"""
SWAP = """
UPDATE stored_events SET rowid = -1 WHERE rowid = {0};
UPDATE stored_events SET rowid = {0} WHERE rowid = {1};
UPDATE stored_events SET rowid = {1} WHERE rowid = -1;
"""
SWAP_STATES = """
CREATE TEMP TABLE held AS SELECT rowid AS row, state FROM stored_events WHERE rowid IN (7, 9);
UPDATE stored_events SET state = (SELECT state FROM held WHERE row = 9) WHERE rowid = 7;
UPDATE stored_events SET state = (SELECT state FROM held WHERE row = 7) WHERE rowid = 9;
"""
FIRST_TEXT = "commitment = (SELECT min(commitment) FROM texts)"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A ledger file and its archive, with one signed checkpoint of all entries."""
    folder = tmp_path_factory.mktemp("town")
    with big(folder / "town.ledger", SIZE) as ledger:
        archive = Archive.beside(folder / "town.ledger")
        archive.keep(ledger.checkpoint(KEY.name).signed_by(KEY))
        archive.keep_key(KEY.public)
    return folder


@pytest.fixture
def path(town, tmp_path):
    """A copy of that ledger, ready to be edited: triggers dropped, nothing in a log beside it."""
    shutil.copytree(town, tmp_path, dirs_exist_ok=True)
    edit(tmp_path / "town.ledger", "".join(f"DROP TRIGGER stored_events_{t};" for t in TRIGGERS))
    return tmp_path / "town.ledger"


def edit(path, statements):
    """Change a ledger file as any SQLite program can."""
    whole = statements.replace("$FREE;", FREE).replace("$FIRST", FIRST_TEXT)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.executescript(whole)
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def look(path, *, signed=True):
    """Audit a ledger file, with the checkpoint in its archive or without; codes of what is wrong.

    A file that is refused outright has the code of that refusal.
    """
    archive = Archive.beside(path)
    notes = [Note(str(place), note, int(place.name)) for place, note in archive.notes()]
    try:
        with Ledger.open(path, read_only=True) as ledger:
            found = audit(
                ledger.lines(), today=TODAY, notes=notes if signed else (), keys=archive.keys(),
                texts=ledger.sealed_texts, archive=archive,
            )  # fmt: skip
    except LedgerUnavailable as error:
        return {error.code}
    return {f.code for f in found.findings if f.severity is not Severity.NOTICE}


STATE = "UPDATE stored_events SET state = {} WHERE rowid = 9"
TREE = "tree-mismatch"

EDITS = {
    # the bytes of one entry
    "one letter of a title": (
        "UPDATE stored_events SET state ="
        " CAST(replace(CAST(state AS TEXT), 'Planter', 'Plantez') AS BLOB) WHERE rowid = 2",
        {TREE}, set(),
    ),
    "a space": (
        STATE.format("CAST(CAST(state AS TEXT) || ' ' AS BLOB)"),
        {"bytes-not-canonical", "entry-missing", TREE},
        {"bytes-not-canonical", "entry-missing"},
    ),
    "as text": (
        STATE.format("CAST(state AS TEXT)"),
        {"bytes-not-canonical", "entry-missing", TREE},
        {"bytes-not-canonical", "entry-missing"},
    ),
    "as a number": (
        STATE.format("5"), {"bytes-not-canonical", "entry-missing", TREE},
        {"bytes-not-canonical", "entry-missing"},
    ),
    "empty": (
        STATE.format("x''"), {"bytes-not-canonical", "entry-missing", TREE},
        {"bytes-not-canonical", "entry-missing"},
    ),
    "nothing": (
        "$FREE; UPDATE stored_events SET state = NULL WHERE rowid = 9",
        {"bytes-not-canonical", "entry-missing", TREE}, {"bytes-not-canonical", "entry-missing"},
    ),
    "the bytes of another": (
        SWAP_STATES, {"row-disagrees", "entry-reordered", "recorded-back", TREE},
        {"row-disagrees", "entry-reordered", "recorded-back"},
    ),
    # the columns beside them
    "the stream": (
        "UPDATE stored_events SET originator_id = lower(hex(randomblob(16))) WHERE rowid = 9",
        {"row-disagrees"}, {"row-disagrees"},
    ),
    "the stream in capitals": (
        "UPDATE stored_events SET originator_id = upper(originator_id) WHERE rowid = 9",
        {"row-disagrees"}, {"row-disagrees"},
    ),
    "the stream in braces": (
        "UPDATE stored_events SET originator_id = '{' || originator_id || '}' WHERE rowid = 9",
        {"row-disagrees"}, {"row-disagrees"},
    ),
    "the stream, nothing": (
        "$FREE; UPDATE stored_events SET originator_id = NULL WHERE rowid = 9",
        {"row-disagrees"}, {"row-disagrees"},
    ),
    "the stream as bytes": (
        "$FREE; UPDATE stored_events SET originator_id = CAST(originator_id AS BLOB)"
        " WHERE rowid = 9",
        {"row-disagrees"}, {"row-disagrees"},
    ),
    "the version": (
        "UPDATE stored_events SET originator_version = 77 WHERE rowid = 9",
        {"row-disagrees"}, {"row-disagrees"},
    ),
    "the version as text": (
        "$FREE; UPDATE stored_events SET originator_version = '1' WHERE rowid = 9",
        {"row-disagrees"}, {"row-disagrees"},
    ),
    "the version and a half": (
        "UPDATE stored_events SET originator_version = originator_version + 0.5 WHERE rowid = 9",
        {"row-disagrees"}, {"row-disagrees"},
    ),
    "the name": (
        "UPDATE stored_events SET topic = 'action.abandoned' WHERE rowid = 9",
        {"row-disagrees"}, {"row-disagrees"},
    ),
    "the name as bytes": (
        "UPDATE stored_events SET topic = CAST(topic AS BLOB) WHERE rowid = 9",
        {"row-disagrees"}, {"row-disagrees"},
    ),
    "the name in bytes that are no text": (
        "UPDATE stored_events SET topic = CAST(x'ff' AS TEXT) WHERE rowid = 9",
        {"store-unreadable", "log-shorter"}, {"store-unreadable"},
    ),
    # rows
    "a row moved to the end": (
        "UPDATE stored_events SET rowid = 1000 WHERE rowid = 9",
        {"row-disagrees", "entry-reordered", "recorded-back", TREE},
        {"row-disagrees", "entry-reordered", "recorded-back"},
    ),
    "a row moved as far as rows go": (
        "UPDATE stored_events SET rowid = 9223372036854775807 WHERE rowid = 60",
        {"row-disagrees"}, {"row-disagrees"},
    ),
    "a row moved before the first": (
        "UPDATE stored_events SET rowid = -5 WHERE rowid = 9",
        {"row-disagrees", "entry-missing", "log-shorter"}, {"row-disagrees", "entry-missing"},
    ),
    "the first row gone": (
        "DELETE FROM stored_events WHERE rowid = 1",
        {"row-disagrees", "entry-missing", "log-shorter"}, {"row-disagrees", "entry-missing"},
    ),
    "a row gone": (
        "DELETE FROM stored_events WHERE rowid = 9",
        {"row-disagrees", "entry-missing", "log-shorter"}, {"row-disagrees", "entry-missing"},
    ),
    "a row gone, the others moved up": (
        "DELETE FROM stored_events WHERE rowid = 9;"
        "UPDATE stored_events SET rowid = rowid - 1 WHERE rowid > 9",
        {"entry-missing", "log-shorter"}, {"entry-missing"},
    ),
    "the last row gone": (
        "DELETE FROM stored_events WHERE rowid = 60", {"log-shorter"}, set(),
    ),
    "all rows gone": ("DELETE FROM stored_events", {"log-shorter"}, set()),
    "a row twice": (
        "$FREE; INSERT INTO stored_events SELECT 61, originator_id, originator_version, topic,"
        " state FROM stored_events WHERE rowid = 9",
        {"entry-doubled", "recorded-back"}, {"entry-doubled", "recorded-back"},
    ),
    "neighbours swapped": (SWAP.format(2, 3), {TREE}, set()),
    "any two swapped": (
        SWAP.format(2, 20), {"entry-reordered", "recorded-back", TREE},
        {"entry-reordered", "recorded-back"},
    ),
    "the table gone": ("DROP TABLE stored_events", {"store-unreadable", "log-shorter"},
                       {"store-unreadable"}),
    # texts
    "a text": ("UPDATE texts SET text = text || '.' WHERE $FIRST",
               {"text-disagrees"}, {"text-disagrees"}),
    "a salt": ("UPDATE texts SET salt = randomblob(32) WHERE $FIRST",
               {"text-disagrees"}, {"text-disagrees"}),
    "a salt as text": ("UPDATE texts SET salt = 'x' WHERE $FIRST",
                       {"text-disagrees"}, {"text-disagrees"}),
    "a text as bytes": ("UPDATE texts SET text = CAST(text AS BLOB) WHERE $FIRST",
                        {"text-disagrees"}, {"text-disagrees"}),
    "a text in bytes that are none": (
        "UPDATE texts SET text = CAST(x'ff' AS TEXT) WHERE $FIRST",
        {"store-unreadable"}, {"store-unreadable"},
    ),
    "a commitment": ("UPDATE texts SET commitment = 'x' WHERE $FIRST",
                     {"text-missing"}, {"text-missing"}),
    "a text gone": ("DELETE FROM texts WHERE $FIRST", {"text-missing"}, {"text-missing"}),
    "two texts swapped": (
        "UPDATE texts SET text = 'x' WHERE text = 'reçu'; UPDATE texts SET text = 'reçu' WHERE"
        " text = 'date'; UPDATE texts SET text = 'date' WHERE text = 'x'",
        {"text-disagrees"}, {"text-disagrees"},
    ),
    "all texts gone": ("DELETE FROM texts", {"text-missing"}, {"text-missing"}),
    "the table of texts gone": ("DROP TABLE texts", {"store-unreadable"}, {"store-unreadable"}),
    # the file itself
    "a column renamed": (
        "ALTER TABLE stored_events RENAME COLUMN topic TO topik",
        {"store-unreadable", "log-shorter"}, {"store-unreadable"},
    ),
    "rows numbered by words": (
        "CREATE TABLE other (rowid TEXT, originator_id, originator_version, topic, state);"
        "INSERT INTO other SELECT 'row ' || rowid, originator_id, originator_version, topic, state"
        " FROM stored_events; DROP TABLE stored_events; ALTER TABLE other RENAME TO stored_events",
        {"store-unreadable", "log-shorter"}, {"store-unreadable"},
    ),
    "a column of the texts renamed": (
        "ALTER TABLE texts RENAME COLUMN salt TO sald", {"store-unreadable"}, {"store-unreadable"},
    ),
    "a name in the schema that is no text": (
        "CREATE TABLE other (x); PRAGMA writable_schema = ON; UPDATE sqlite_master"
        " SET sql = CAST(x'61ff' AS TEXT) WHERE name = 'other'; PRAGMA writable_schema = OFF",
        {"store-unreadable", "log-shorter"}, {"store-unreadable"},
    ),
    "another program's file": ("PRAGMA application_id = 1", {"not-a-ledger"}, {"not-a-ledger"}),
    "a format of later": ("PRAGMA user_version = 99", {"ledger-newer"}, {"ledger-newer"}),
}  # fmt: skip


def test_an_unedited_file(path):
    """The triggers alone may be gone: they prevent accidents and prove nothing."""
    assert (set(), set()) == (look(path), look(path, signed=False))


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_found(path, name):
    """With the checkpoint that was kept, always; without any, where the log contradicts itself."""
    statements, signed, unsigned = EDITS[name]
    edit(path, statements)
    assert (signed, unsigned) == (look(path), look(path, signed=False))
    assert signed


def test_a_row_gone_is_said_once(path):
    """Although it moves all that follow."""
    edit(path, "DELETE FROM stored_events WHERE rowid IN (9, 20)")
    with Ledger.open(path, read_only=True) as ledger:
        found = audit(ledger.lines(), today=TODAY).findings
    assert [8, 18] == [f.entry for f in found if f.code == "row-disagrees"]


def test_a_checkpoint_in_the_place_of_another(path):
    """The newest one replaced by an older one that is well signed: the place tells."""
    archive = Archive.beside(path)
    with Ledger.open(path, read_only=True) as ledger:
        older = ledger.tree.checkpoint(KEY.name, 40).signed_by(KEY)
    edit(path, "DELETE FROM stored_events WHERE rowid > 40")
    (archive.folder / "checkpoints" / str(SIZE)).write_text(str(older), encoding="utf-8")
    assert {"checkpoint-form", "text-missing"} == look(path)


def content(path):
    """Return all that a ledger file says, as another program reads it; None if it cannot."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        try:
            rows = file.execute(
                "SELECT rowid, hex(originator_id), typeof(originator_id), originator_version,"
                " typeof(originator_version), hex(topic), typeof(topic), hex(state), typeof(state)"
                " FROM stored_events NOT INDEXED ORDER BY rowid"
            ).fetchall()
            texts = file.execute(
                "SELECT hex(commitment), hex(salt), typeof(salt), hex(text), typeof(text)"
                " FROM texts ORDER BY commitment"
            ).fetchall()
        except (sqlite3.Error, UnicodeError):  # not even the error is text
            return None
    return rows, texts


def test_random_bit_flips_of_the_file(town, tmp_path):
    """Whatever of the content is changed is found; nothing is raised but that it is no ledger."""
    shutil.copytree(town, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "town.ledger"
    whole = path.read_bytes()
    before = content(path)
    random = Random(11)  # noqa: S311 no secret
    changed = accepted = 0
    for _ in range(FLIPS):
        place, bit = random.randrange(len(whole)), random.randrange(8)
        flipped = whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]
        path.write_bytes(flipped)
        found = look(path)
        for beside in ("-wal", "-shm"):
            path.with_name(f"town.ledger{beside}").unlink(missing_ok=True)
        if content(path) != before:
            changed += 1
            accepted += not found
    assert 0 == accepted
    assert FLIPS // 4 < changed


def test_no_bit_of_what_texts_are_found_by_is_changed_unseen(town, tmp_path):
    """Looked up by it, the database can answer with a row that nobody asked for."""
    shutil.copytree(town, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "town.ledger"
    whole = path.read_bytes()
    _, texts = content(path)
    for commitment, *_ in texts:
        first = whole.index(bytes.fromhex(commitment))
        for place in (first - 3, first, first + 31):  # its length in the row; its ends
            flipped = bytes([whole[place] ^ 1 << 4])
            path.write_bytes(whole[:place] + flipped + whole[place + 1 :])
            assert look(path), (commitment, place - first)
