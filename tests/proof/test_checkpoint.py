"""Signed checkpoints: golden, public, and refused down to one changed byte."""

import re
from pathlib import Path

import pytest

pytest.importorskip("cryptography")

from bilan_ledger.checkpoint import (
    BadCheckpoint,
    Checkpoint,
    PrivateKey,
    PublicKey,
)
from bilan_ledger.errors import InvalidValue
from bilan_ledger.merkle import leaf_hash, root

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"
LOG = PrivateKey("bilan.exempleville.fr/demo", 1, bytes(range(32)))
WITNESS = PrivateKey("temoin.example.org", 4, bytes(range(1, 33)))
POINT = Checkpoint(LOG.name, 3, root([leaf_hash(data) for data in (b"a", b"b", b"c")]))
GOLDEN = Path(__file__).parent / "golden.checkpoint"
SIGNED = POINT.signed_by(LOG).signed_by(WITNESS, seconds=1_700_000_000)


def test_the_golden_checkpoint_is_written_and_read_for_ever():
    """Ed25519 signatures are deterministic: the same bytes always."""
    assert GOLDEN.read_text(encoding="utf-8") == str(SIGNED)
    found = Checkpoint.parse(GOLDEN.read_bytes()).verified([LOG.public, WITNESS.public])
    assert [None, 1_700_000_000] == [seconds for _, seconds in found.signed]


def test_every_one_byte_change_and_truncation_is_refused():
    """Flipped in five ways at each place, left out, doubled, and cut at each length."""
    note = str(SIGNED).encode()
    keys = [LOG.public, WITNESS.public]
    refused = 0
    for place, byte in enumerate(note):
        changes = {byte ^ 1, byte ^ 0x20, byte ^ 0x80, 0x0A, 0x20} - {byte}
        several = [note[:place] + bytes([new]) + note[place + 1 :] for new in changes]
        several += [
            note[:place] + note[place + 1 :],
            note[:place] + note[place:][:1] + note[place:],
        ]
        several += [note[:place]]
        for changed in several:
            if _same_note(changed, keys):
                continue
            refused += 1
    assert refused > 7 * len(note) - 8


def _same_note(changed, keys):
    """Whether a changed note still stands with both signatures."""
    try:
        return len(Checkpoint.parse(changed).verified(keys).signed) == len(keys)
    except BadCheckpoint:
        return False


def test_a_known_key_that_fails_refuses_the_whole_note():
    """Although another known key's signature holds."""
    other = Checkpoint(LOG.name, 4, POINT.root).signed_by(LOG)
    mixed = Checkpoint(POINT.origin, 3, POINT.root, (*SIGNED.signatures[1:], *other.signatures))
    with pytest.raises(BadCheckpoint) as error:
        mixed.verified([LOG.public, WITNESS.public])
    assert "signature-wrong" == error.value.code
    assert 1 == len(mixed.verified([WITNESS.public]).signed)


def test_unknown_keys_are_named_and_not_believed():
    """None of the given keys signed."""
    stranger = PrivateKey.generate("inconnu.example.org")
    with pytest.raises(BadCheckpoint) as error:
        SIGNED.verified([stranger.public])
    assert "signature-unknown" == error.value.code
    assert LOG.name in str(error.value)
    assert (WITNESS.name,) == SIGNED.verified([LOG.public]).unknown


@pytest.mark.parametrize(
    "note",
    [
        b"", b"\n", b"\xff", b"origin\n3\nAAAA\n", str(POINT).encode(),
        str(SIGNED).replace("\n3\n", "\n03\n").encode(),
        str(SIGNED).replace("\n3\n", "\n-3\n").encode(),
        str(SIGNED).replace("\n\n", "\nextra\n\n").encode(),
        str(SIGNED).replace("\n", "\r\n").encode(),
        str(SIGNED).replace("— ", "- ").encode(),
        str(SIGNED).encode() + b"\n",
        (str(SIGNED) + str(SIGNED.signatures[0]) * 101).encode(),
    ],
)  # fmt: skip
def test_what_is_no_checkpoint(note):
    """One error, never a traceback."""
    with pytest.raises(BadCheckpoint):
        Checkpoint.parse(note)


def test_keys_are_written_and_read():
    """Public keys by their text, private ones by their file, whose secret is never shown."""
    for key in (LOG, WITNESS, PrivateKey.generate("a/b"), PrivateKey.generate("w", witness=True)):
        assert key == PrivateKey.parse(key.secret())
        assert key.public == PublicKey.parse(str(key.public))
        assert key.seed.hex() not in repr(key)
        assert re.search(r"\+[0-9a-f]{8}\+", str(key.public))
    for wrong in ("", "x", str(LOG.public)[:-1], str(LOG.public).replace("+", "-")):
        with pytest.raises(InvalidValue):
            PublicKey.parse(wrong)
    for wrong in ("", "PRIVATE+KEY+a+b+c", LOG.secret().replace("demo", "autre")):
        with pytest.raises(InvalidValue) as error:
            PrivateKey.parse(wrong)
        assert LOG.secret()[-20:-1] not in str(error.value)
    with pytest.raises(InvalidValue):
        PrivateKey.generate("two words")


def test_the_public_checkpoints_of_a_growing_log():
    """Sixteen of them, signed by another implementation."""
    folder = VECTORS / "tessera-testdata" / "testdata" / "log"
    if not folder.is_dir():
        pytest.skip("the public vectors are not here")
    key = PublicKey.parse(
        "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
    )
    for size in range(16):
        point = Checkpoint.parse((folder / f"checkpoint.{size}").read_bytes())
        assert (size, 1) == (point.size, len(point.verified([key]).signed))


def test_a_public_witness_s_signature():
    """A cosignature with its moment, beside a log's signature that we do not know."""
    found = sorted((VECTORS / "skylight-checkpoints").rglob("witness/000*/checkpoint"))
    if not found:
        pytest.skip("the public vectors are not here")
    key = PublicKey.parse(
        "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN"
    )
    verified = Checkpoint.parse(found[0].read_bytes()).verified([key])
    assert ((key, 1_767_139_200),) == verified.signed
    assert ("rome2026h1.example.org",) == verified.unknown
