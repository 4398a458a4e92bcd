"""Every change of a signed log is found; and of an unsigned one, only what contradicts itself.

`every_byte.py` tries each byte of 600 entries; here each kind of change is tried, on a sample of
the bytes.
"""

import pytest
from audit_samples import KEY, WITNESS, big, note, point
from changes import KINDS, byte_changes, inserted, joined, seen, seen_by_checkpoint

pytest.importorskip("cryptography")

from bilan_ledger.audit import Note
from bilan_ledger.wire import Line

SIZE = 600
KEYS = (KEY.public, WITNESS.public)


def made(size):
    with big(size=size) as ledger:
        states = [line.state for line in ledger.lines()]
    signed = point([Line(n, state) for n, state in enumerate(states)], KEY, WITNESS)
    return states, [note(signed)]


@pytest.fixture(scope="module")
def whole():
    """The lines of 600 entries, and their signed and cosigned checkpoint."""
    return made(SIZE)


@pytest.fixture(scope="module")
def little():
    """The same of 60 entries, for what needs a whole audit each time."""
    return made(60)


def test_nothing_changed_is_nothing_found(whole):
    """Neither by the checkpoint alone nor by the whole audit."""
    states, notes = whole
    assert SIZE == len(states)
    assert not seen_by_checkpoint(joined(states), notes, KEYS)
    assert not seen(joined(states), notes, KEYS)


def test_bytes_of_the_file(whole):
    """Every hundredth, and all of the first and the last line."""
    states, notes = whole
    data = joined(states)
    ends = {*range(len(states[0]) + 1), *range(len(data) - len(states[-1]) - 1, len(data))}
    places = sorted({*range(0, len(data), 100), *ends})
    unseen = [
        place
        for place, changed in zip(places, byte_changes(data, places), strict=True)
        if not seen_by_checkpoint(changed, notes, KEYS)
    ]
    assert [] == unseen
    assert 2_000 < len(places)


def test_bytes_of_the_file_by_the_whole_audit(little):
    """Every 97th of a smaller file: what the checkpoint shows comes out as an error."""
    states, notes = little
    data = joined(states)
    places = range(0, len(data), 97)
    changed = byte_changes(data, places)
    assert [] == [n for n, each in zip(places, changed, strict=True) if not seen(each, notes, KEYS)]


@pytest.mark.parametrize("keys", [KEYS, KEYS[:1], KEYS[1:]], ids=["both", "log", "witness"])
def test_bytes_of_the_checkpoint(little, keys):
    """Every one, to five other values.

    A line of somebody whose key was not given is not believed, and may say anything.
    """
    states, [whole_note] = little
    data = joined(states)
    text = whole_note.note
    given = {key.name.encode() for key in keys}
    theirs = [line for line in text.split(b"\n")[4:-1] if line.split()[1] not in given]
    spare = {text.index(line) + n for line in theirs for n in range(len(line))}
    unseen = [
        (place, flip)
        for place in range(len(text))
        for flip in (0x01, 0x02, 0x10, 0x20, 0x80)
        if not seen_by_checkpoint(
            data, [note_of(text[:place] + bytes([text[place] ^ flip]) + text[place + 1 :])], keys
        )
    ]
    assert {place for place, _ in unseen} <= spare
    assert bool(theirs) is bool(unseen)


def note_of(text):
    """Return bytes as a checkpoint that an audit is given."""
    return Note("3", text)


@pytest.mark.parametrize("kind", KINDS)
def test_order_and_number_of_entries(whole, kind):
    """Each of 600 removed, doubled, swapped with its neighbour and with another one; each cut."""
    states, notes = whole
    changes = list(KINDS[kind](states))
    # What is doubled after all that was signed is no change of it: the entry itself shows it.
    assert [] == [
        n
        for n, each in enumerate(changes)
        if not seen_by_checkpoint(joined(each), notes, KEYS) and not seen(joined(each), notes)
    ]
    assert SIZE - 1 <= len(changes)


def test_insertion_of_an_entry(whole):
    """An entry that the rules allow, after each of 600."""
    states, notes = whole
    changes = list(inserted(states))
    unseen = [n for n, each in enumerate(changes, 1) if not seen_by_checkpoint(joined(each), notes)]
    # What is added after all that was signed is no change of it.
    assert [SIZE] == unseen


UNSEEN = {
    "removed": (9, 60),  # the last entry of a plan or of an action
    "cut at the end": (60, 60),
    "neighbours swapped": (12, 59),  # of different actions, recorded in one save
    "any two swapped": (2, 60),  # the same
    "doubled": (0, 120),
    "inserted": (60, 60),
}
"""Without any checkpoint: how many of how many changes contradict nothing, and pass."""


@pytest.mark.parametrize("kind", UNSEEN)
def test_what_passes_without_a_checkpoint(little, kind):
    """The log alone shows only what contradicts itself: this is what checkpoints are for."""
    states, _ = little
    changes = list(inserted(states) if kind == "inserted" else KINDS[kind](states))
    unseen = [n for n, each in enumerate(changes) if not seen(joined(each))]
    assert UNSEEN[kind] == (len(unseen), len(changes))


def test_a_word_changed_passes_without_a_checkpoint(little):
    """Other bytes that the ledger might have written are as good as those that it has."""
    states, notes = little
    changed = joined(states).replace(b"Planter", b"Plantez", 1)
    assert joined(states) != changed
    assert not seen(changed)
    assert seen(changed, notes, KEYS)


def test_a_history_rewritten_and_signed_again(little):
    """A stolen key signs anything: the first checkpoint, kept elsewhere, shows it."""
    states, notes = little
    other, [forged] = made(60)
    assert not seen(joined(other), [forged], KEYS)
    assert seen(joined(other), notes, KEYS)
    assert seen(joined(states), [forged], KEYS)
