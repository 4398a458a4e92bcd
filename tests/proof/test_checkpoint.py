"""Signed checkpoints: golden, public, and refused down to one changed byte."""

import json
import re
from pathlib import Path

import pytest
from proof_samples import LONG, VECTORS

from bilan_ledger.checkpoint import (
    BadCheckpoint,
    Checkpoint,
    PrivateKey,
    PublicKey,
)
from bilan_ledger.errors import InvalidValue
from bilan_ledger.merkle import leaf_hash, root

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
    """Each byte turned in each bit (each other value in the long run), left out, doubled; cut."""
    note = str(SIGNED).encode()
    tried = 0
    for place, byte in enumerate(note):
        values = range(256) if LONG else [byte ^ (1 << bit) for bit in range(8)]
        changed = [note[:place] + bytes([v]) + note[place + 1 :] for v in values if v != byte]
        changed.append(note[:place] + note[place + 1 :])
        changed.append(note[:place] + note[place:][:1] + note[place:])
        changed.append(note[:place])
        for each in changed:
            assert _accepted(each) == (each == note), each
            tried += 1
    assert (258 if LONG else 11) * len(note) == tried


def _accepted(note):
    """Whether a note still stands with both signatures."""
    keys = [LOG.public, WITNESS.public]
    try:
        return len(Checkpoint.parse(note).verified_by_log(keys).signed) == len(keys)
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
    text = str(LOG.public)
    other = f"+{(int(LOG.public.id.hex(), 16) ^ 1):08x}+"
    ids = [other, other.upper(), f"+{LOG.public.id.hex().upper()}+", "++"]
    spoilt = [text.replace(f"+{LOG.public.id.hex()}+", each) for each in ids]
    for wrong in ("", "x", text[:-1], text.replace("+", "-"), *spoilt):
        with pytest.raises(InvalidValue):
            PublicKey.parse(wrong)
    for wrong in ("", "PRIVATE+KEY+a+b+c", LOG.secret().replace("demo", "autre")):
        with pytest.raises(InvalidValue) as error:
            PrivateKey.parse(wrong)
        assert LOG.secret()[-20:-1] not in str(error.value)
    with pytest.raises(InvalidValue):
        PrivateKey.generate("two words")


@pytest.mark.parametrize(
    "name",
    [
        "", "two words", "a+b", "a\tb", "a\nb", "a\x7f", "a\x9b31m", "a\u00a0b", "a\u00ad",
        "a\u200bb", "a\u202eb",
        "a\u2028b", "a\u2066b", "\ufeffa", "ville-de-be\u0301thune.fr", "x" * 201,
    ],
)  # fmt: skip
def test_no_name_holds_what_does_not_show(name):
    """Neither a key nor a log is called by blanks, controls, marks without width, or not in NFC."""
    with pytest.raises(InvalidValue) as error:
        PrivateKey.generate(name)
    assert "key-name-form" == error.value.code
    made = PrivateKey(name, 1, LOG.seed)
    with pytest.raises(InvalidValue):
        PublicKey.parse(str(made.public))
    with pytest.raises(InvalidValue):
        PrivateKey.parse(made.secret())
    with pytest.raises(BadCheckpoint):
        Checkpoint.parse(str(Checkpoint(name, 3, POINT.root).signed_by(LOG)))
    with pytest.raises(BadCheckpoint):
        Checkpoint.parse(str(POINT.signed_by(made)))


def test_names_may_be_written_in_any_script():
    """What shows is allowed; that two names look alike is for the key to tell."""
    latin, cyrillic = (PrivateKey(name, 1, LOG.seed) for name in ("béthune.fr/a", "béthune.fr/а"))
    assert latin.public == PublicKey.parse(str(latin.public))
    with pytest.raises(BadCheckpoint) as error:
        Checkpoint(cyrillic.name, 3, POINT.root).signed_by(cyrillic).verified([latin.public])
    assert "signature-unknown" == error.value.code


def test_a_secret_key_in_the_place_of_a_public_one_is_not_shown():
    """In no error, in neither language: 60 letters of it would hold most of the secret."""
    short = PrivateKey("v", 1, bytes(range(100, 132)))
    for text in (short.secret(), f" {short.secret()}", f"key:{short.secret()}"):
        with pytest.raises(InvalidValue) as error:
            PublicKey.parse(text)
        assert "public-key-secret" == error.value.code
        for lang in ("fr", "en"):
            assert "+v+" not in error.value.text(lang)


def test_a_key_of_another_kind_signs_nothing():
    """Kinds other than 1 and 4 are refused wherever they are read."""
    odd = PrivateKey("v", 7, LOG.seed)
    with pytest.raises(InvalidValue):
        PrivateKey.parse(odd.secret())
    with pytest.raises(InvalidValue):
        PublicKey.parse(str(odd.public))


def test_the_log_s_key_bears_the_log_s_name():
    """Another log's signature and a witness's alone are not the log's word."""
    other = PrivateKey("autre.example.org", 1, LOG.seed)
    for keys, names in (((other,), "autre.example.org"), ((WITNESS,), "temoin.example.org")):
        note = POINT.signed_by(*keys, seconds=1_700_000_000)
        assert () == note.verified([key.public for key in keys]).by_log
        with pytest.raises(BadCheckpoint) as error:
            note.verified_by_log([key.public for key in keys])
        assert "signature-not-log" == error.value.code
        assert (LOG.name, names) == (error.value.facts["origin"], error.value.facts["names"])
    assert (LOG.public,) == SIGNED.verified_by_log([LOG.public, WITNESS.public]).by_log
    namesake = PrivateKey(LOG.name, 4, WITNESS.seed)
    with pytest.raises(BadCheckpoint):
        POINT.signed_by(namesake, seconds=1).verified_by_log([namesake.public])


def test_a_key_that_only_shares_its_four_byte_id_is_another_key():
    """Names and ids can be made to collide; the one key that is trusted decides."""

    class Colliding(PublicKey):
        id = LOG.public.id

    stranger = PrivateKey(LOG.name, 1, bytes(32)).public
    alike = Colliding(stranger.name, stranger.kind, stranger.public)
    assert (LOG.public,) == SIGNED.verified([alike, LOG.public]).by_log
    with pytest.raises(BadCheckpoint) as error:
        SIGNED.verified([LOG.public, alike])
    assert "signature-wrong" == error.value.code


def test_a_witness_signs_a_real_moment():
    """It must give one, from 1970 on and before the year 10 000."""
    with pytest.raises(InvalidValue):
        POINT.signed_by(WITNESS)
    for seconds, holds in (
        (1, True),
        (253_402_300_799, True),
        (0, False),
        (253_402_300_800, False),
    ):
        note = Checkpoint.parse(str(POINT.signed_by(WITNESS, seconds=seconds)))
        assert holds == WITNESS.public.verifies(note.signatures[0].data, note.text)


def test_one_signature_has_one_form():
    """Ed25519 with S + L, with a bit more, cut, or with another moment, is refused."""
    order = 2**252 + 27742317777372353535851937790883648493
    good = SIGNED.signatures[0].data
    more = (int.from_bytes(good[32:], "little") + order).to_bytes(32, "little")
    assert LOG.public.verifies(good, POINT.text)
    for wrong in (good[:32] + more, good[:-1], good + b"\0", b"", bytes(64), good[32:] + good[:32]):
        assert not LOG.public.verifies(wrong, POINT.text)
    cosigned = SIGNED.signatures[1].data
    assert WITNESS.public.verifies(cosigned, POINT.text)
    for wrong in (cosigned[8:], cosigned[:7], b"", b"\0" * 8 + cosigned, bytes(8) + cosigned[8:]):
        assert not WITNESS.public.verifies(wrong, POINT.text)
    assert not LOG.public.verifies(cosigned[8:], POINT.text)


def test_only_the_signatures_that_hold_are_kept_one_a_key():
    """Unknown ones and later ones of the same key are left out."""
    stranger = PrivateKey.generate("inconnu.example.org")
    several = SIGNED.signed_by(stranger).signed_by(WITNESS, seconds=1_800_000_000).signed_by(LOG)
    assert 5 == len(several.signatures)
    kept = several.verified([LOG.public, WITNESS.public])
    assert (str(SIGNED), ("inconnu.example.org",)) == (str(kept.note), kept.unknown)
    assert ((LOG.public, None), (WITNESS.public, 1_700_000_000)) == kept.signed


def test_a_rotated_key_and_several_witnesses():
    """Two log keys of one name, and two witnesses, each known or not."""
    new = PrivateKey(LOG.name, 1, bytes(range(7, 39)))
    notary = PrivateKey("notaire.example.org", 4, bytes(range(8, 40)))
    note = SIGNED.signed_by(new).signed_by(notary, seconds=1_700_000_600)
    for known, by_log, seconds in (
        ([LOG], [LOG], [None]),
        ([new], [new], [None]),
        ([new, LOG], [LOG, new], [None, None]),
        ([LOG, notary], [LOG], [None, 1_700_000_600]),
        ([new, notary, WITNESS], [new], [1_700_000_000, None, 1_700_000_600]),
    ):
        found = note.verified_by_log([key.public for key in known])
        assert tuple(key.public for key in by_log) == found.by_log
        assert seconds == [moment for _, moment in found.signed]


def test_public_ed25519_vectors():
    """Wycheproof's signatures, through the key that checks notes."""
    files = sorted((VECTORS / "ed25519-wycheproof").rglob("*.json"))
    if not files:
        pytest.skip("the public vectors are not here")
    tried = 0
    for group in json.loads(files[0].read_text(encoding="utf-8"))["testGroups"]:
        key = PublicKey("v", 1, bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            try:
                text = bytes.fromhex(case["msg"]).decode()
            except UnicodeError:
                continue  # a note is text
            expected = case["result"] == "valid"
            assert expected == key.verifies(bytes.fromhex(case["sig"]), text), case["tcId"]
            tried += 1
    assert tried > 50


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
