"""The proof bundle's bytes: one way to write it, and every other bytes are refused.

`BILAN_LONG=1` turns every byte of the 600-entry zip and every bit of the small folder; by
default, a part of them that is spread evenly.
"""

import io
import os
import random
import shutil
import struct
import zipfile
from pathlib import Path

import pytest
from proof_samples import (
    CITY,
    LONG,
    SECOND,
    WITNESS,
    bundle_of,
    claim,
    codes,
    large,
    said,
    signed,
    small,
    verdicts,
    with_files,
)

from bilan_ledger.audit.bundle import BadBundle, Bundle
from bilan_ledger.audit.proof import verify
from bilan_ledger.checkpoint import BadCheckpoint
from bilan_ledger.errors import LedgerUnavailable, NotFound

GOLDEN = Path(__file__).parent / "golden.proof.zip"
NAMES = [
    "README.txt", "proof.json", "entries.jsonl", "publication.checkpoint", "now.checkpoint",
    "consistency.txt", "keys.txt",
]  # fmt: skip
KEYS = (CITY.public, WITNESS.public)


@pytest.fixture(scope="module")
def lines():
    return small()


@pytest.fixture(scope="module")
def bundle(lines):
    """The bundle of a small ledger, whose publication a witness has cosigned."""
    return bundle_of(lines, signed(lines, 8, CITY, WITNESS), keys=KEYS)


@pytest.fixture(scope="module")
def part(lines):
    """The bundle with the entries of the plan alone: another plan's entry stands between."""
    return bundle_of(lines, keys=KEYS, plan_only=True)


def refused(bundle, keys=KEYS):
    """Whether a bundle is not intact, or disproved by what it holds."""
    try:
        return verify(bundle, keys).refuted
    except BadBundle:
        return True


def no_bundle(data):
    """Whether bytes are refused as a bundle, with our own error and no other."""
    try:
        Bundle.parse(data)
    except BadBundle:
        return True
    return False


# --- what it is ------------------------------------------------------------------------------


def test_a_small_ledger_is_proved_in_plain_words(bundle):
    """Each statement as it stands, in French and in English."""
    found = verify(bundle, KEYS)
    assert (False, True, ()) == (found.refuted, found.trusted, found.findings)
    told = {each.code: (each.holds, each.text("fr"), each.text("en")) for each in found.statements}
    assert {
        "signed": (
            True,
            "Le point de contrôle de la publication (8 écritures) est signé par "
            "bilan.exempleville.fr, dont vous avez donné la clé.",
            "The checkpoint of the publication (8 entries) is signed by bilan.exempleville.fr, "
            "whose key you gave.",
        ),
        "entries": (
            True,
            "Le dossier contient les 8 écritures signées à la publication : aucune n'a été ôtée, "
            "ajoutée, changée ou déplacée.",
            "The bundle holds the 8 entries signed at the publication: none was removed, added, "
            "changed or moved.",
        ),
        "extended": (
            True,
            "Depuis, le registre n'a fait que s'allonger, de 8 à 10 écritures : rien de ce qui "
            "était publié n'a été réécrit.",
            "Since then the ledger only grew, from 8 to 10 entries: nothing that was published "
            "was rewritten.",
        ),
        "rules": (
            True,
            "Chaque écriture pouvait être enregistrée selon les règles du registre.",
            "Every entry could be recorded under the rules of the ledger.",
        ),
        "figure": (
            True,
            "Le chiffre publié, 66.67 % / 3 pour le 2023-12-31, découle de ces écritures : 2/3 ; "
            "dont réalisées seules : 1/3.",
            "The published figure, 66.67 % / 3 for 2023-12-31, follows from these entries: 2/3; "
            "of which realised alone: 1/3.",
        ),
        "witnessed": (
            True,
            "temoin.example.org a contresigné : la collectivité ne peut pas lui avoir montré un "
            "autre registre.",
            "temoin.example.org cosigned: the city cannot have shown it another ledger.",
        ),
        "dated": (
            True,
            "Ce point de contrôle existait au plus tard le 2024-07-03 09:46:40+00:00 "
            "(temoin.example.org).",
            "This checkpoint existed on 2024-07-03 09:46:40+00:00 at the latest "
            "(temoin.example.org).",
        ),
        "truth": (
            None,
            "Qu'une écriture soit vraie, ou enregistrée à temps, aucune signature ne le prouve : "
            "voyez les pièces justificatives.",
            "That an entry is true, or was recorded in time, no signature proves: look at the "
            "evidence.",
        ),
    } == told


def test_what_the_bundle_claims(bundle):
    """`proof.json`, whole."""
    assert (
        '{"figure":{"base":"all","counted":["engaged","realised"],"decimals":2,"entry":7,"of":3,'
        '"on":"2023-12-31","percentage":"66.67","plan":"demo","rounding":"half-up"},'
        '"format":"bilan-ledger/proof/v1",'
        '"ledger":{"high":"2/3","low":"2/3","realised":{"high":"1/3","low":"1/3"},'
        '"verdict":"agrees"},'
        '"now":{"origin":"bilan.exempleville.fr","size":10},'
        '"publication":{"origin":"bilan.exempleville.fr","size":8}}\n'
    ) == bundle.files["proof.json"].decode()


def test_the_golden_bundle_verifies_for_ever():
    """Its bytes are read, written again and proved by every release, on every Python."""
    data = GOLDEN.read_bytes()
    found = Bundle.parse(data)
    assert data == found.zip()
    assert {"truth": None} == {
        code: holds for code, holds in verdicts(verify(found, KEYS)).items() if holds is not True
    }
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert NAMES == archive.namelist()


def test_a_zip_and_a_folder_hold_the_same(bundle, part, tmp_path):
    """Written and read again, nothing is lost; what is there already is never overwritten."""
    for number, each in enumerate((bundle, part)):
        for name in (f"{number}.zip", f"{number}-folder"):
            each.write(tmp_path / name)
            assert each == Bundle.read(tmp_path / name)
            with pytest.raises(LedgerUnavailable) as error:
                each.write(tmp_path / name)
            assert "file-exists" == error.value.code
    with pytest.raises(NotFound):
        Bundle.read(tmp_path / "none.zip")


def test_only_the_plan_s_entries_are_never_the_whole_proof(part, lines):
    """Each is shown to be signed; that none was left out is not proven, with or without one."""
    found = verify(part, KEYS)
    assert (None, True, False) == (verdicts(found)["entries"], found.trusted, found.refuted)
    assert (
        "Le dossier contient 8 des 8 écritures signées à la publication ; chacune en fait bien "
        "partie, mais rien n'exclut que d'autres du même programme aient été laissées de côté. "
        "Demandez le dossier complet.",
        "The bundle holds 8 of the 8 entries signed at the publication; each is one of them, but "
        "nothing rules out that others of the same plan were left out. Ask for the whole bundle.",
    ) == said(found, "entries")


@pytest.mark.parametrize("left_out", range(7))
def test_an_entry_left_out_of_a_part_is_never_proven(part, left_out):
    """The proof of each other entry still holds, so nothing is called proven."""
    entries = part.files["entries.jsonl"].splitlines(keepends=True)
    proofs = part.files["inclusion.txt"].splitlines(keepends=True)
    fewer = with_files(
        part,
        entries__jsonl=b"".join(entries[:left_out] + entries[left_out + 1 :]),
        inclusion__txt=b"".join(proofs[:left_out] + proofs[left_out + 1 :]),
    )
    found = verify(fewer, KEYS)
    assert None is verdicts(found)["entries"]
    assert found.refuted  # here each entry's absence also shows in its stream or in the figure


def test_a_bundle_is_not_made_without_the_log_s_signature(lines):
    """Unknown keys, a witness alone, another city's key, other lines: nothing is written."""
    for keys, point, code in (
        ((SECOND.public,), signed(lines, 8), "signature-unknown"),
        ((), signed(lines, 8), "signature-unknown"),
        ((WITNESS.public,), signed(lines, 8, WITNESS), "signature-not-log"),
        ((CITY.public,), signed(lines, 8, origin="autre.fr"), "signature-not-log"),
        ((CITY.public,), signed([*lines[1:], lines[0]], 8), "checkpoint-other-log"),
    ):
        with pytest.raises(BadCheckpoint) as error:
            bundle_of(lines, point, point, keys=keys)
        assert code == error.value.code


def test_a_witness_that_signed_twice_counts_once(lines):
    """The first of its signatures travels, unknown ones stay behind, and the bundle verifies."""
    point = signed(lines, 8, CITY, WITNESS, SECOND).signed_by(WITNESS, seconds=1_730_000_000)
    made = bundle_of(lines, point, keys=KEYS)
    assert 2 == len(made.checkpoint("publication").signatures)
    assert verdicts(verify(made, KEYS))["witnessed"] is True


# --- every byte ------------------------------------------------------------------------------


def test_every_byte_of_a_600_entry_bundle_counts():
    """One byte changed to another value: never read as a bundle (every byte in the long run)."""
    entries = large()
    point = signed(entries, 600)
    data = bundle_of(entries, point, point, figure=599).zip()
    random_ = random.Random(600)  # noqa: S311 repeatable
    headers = [m for m in range(len(data)) if data[m : m + 2] == b"PK"]
    places = set(range(0, len(data), 1 if LONG else 101))
    for start in headers:
        places |= set(range(start, min(start + 60, len(data))))
    tried = 0
    for place in sorted(places):
        changed = bytearray(data)
        changed[place] ^= random_.randrange(1, 256)
        assert no_bundle(bytes(changed)), place
        tried += 1
    assert tried == len(data) if LONG else tried > 1500
    assert not no_bundle(data)


def test_every_bit_and_truncation_of_a_small_zip(bundle):
    """Each bit turned, each length short of the whole, each byte left out or doubled."""
    data = bundle.zip()
    step = 1 if LONG else 11
    for place in range(0, len(data), step):
        for bit in range(8) if LONG else (place % 8,):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            assert no_bundle(bytes(changed)), (place, bit)
        assert no_bundle(data[:place]), place
        assert no_bundle(data[:place] + data[place + 1 :]), place
        doubled = data[: place + 1] + data[place:]
        assert no_bundle(doubled), place
    for more in (b"\0", b"\n", b"PK", data):
        assert no_bundle(data + more)
        assert no_bundle(more + data)


def test_every_byte_of_a_folder_s_files_counts(bundle, part, tmp_path):
    """A folder has no checksum: each file's bytes are refused by what they say."""
    step = 1 if LONG else 13
    tried = 0
    for whole in (bundle, part):
        for name, data in whole.files.items():
            for place in range(0, len(data), step):
                for bit in range(8) if LONG else (place % 7,):
                    changed = bytearray(data)
                    changed[place] ^= 1 << bit
                    files = with_files(whole, **{name.replace(".", "__"): bytes(changed)})
                    assert refused(files), (name, place, bit)
                    tried += 1
                assert refused(with_files(whole, **{name.replace(".", "__"): data[:place]})), place
    assert tried > (60_000 if LONG else 600)


# --- other zips ------------------------------------------------------------------------------


def rezipped(files, **how):
    """A zip written in another way than ours, of (name, bytes) in an order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how.get("method", zipfile.ZIP_STORED)) as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, how.get("date", (1980, 1, 1, 0, 0, 0)))
            info.create_system = how.get("system", 3)
            info.external_attr = how.get("attributes", 0o644 << 16)
            info.compress_type = how.get("method", zipfile.ZIP_STORED)
            info.extra = how.get("extra", b"")
            info.comment = how.get("file_comment", b"")
            archive.writestr(info, data)
        archive.comment = how.get("comment", b"")
    return out.getvalue()


def test_the_same_files_zipped_otherwise_are_refused(bundle):
    """Compressed, dated, commented, in another order, from another system, with extra fields."""
    files = list(bundle.files.items())
    assert bundle == Bundle.parse(rezipped(files))
    for how in (
        {"method": zipfile.ZIP_DEFLATED},
        {"method": zipfile.ZIP_BZIP2},
        {"method": zipfile.ZIP_LZMA},
        {"date": (1980, 1, 1, 0, 0, 2)},
        {"date": (2024, 1, 1, 0, 0, 0)},
        {"comment": b"bonjour"},
        {"file_comment": b"bonjour"},
        {"extra": struct.pack("<HH", 0x9999, 0)},
        {"system": 0},
        {"attributes": 0o777 << 16},
    ):
        assert no_bundle(rezipped(files, **how)), how
    for place in range(len(files) - 1):
        moved = [*files]
        moved[place], moved[place + 1] = moved[place + 1], moved[place]
        assert no_bundle(rezipped(moved))
        assert no_bundle(rezipped(files[:place] + files[place + 1 :]))


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_other_files_in_a_zip_are_refused(bundle):
    """One more, one twice, one renamed, a folder, a way out of the folder, an empty name."""
    files = list(bundle.files.items())
    for more in (
        ("more.txt", b"x"), ("folder/", b""), ("../proof.json", b"x"), ("/proof.json", b"x"),
        ("folder/proof.json", b"x"), ("proof.json", bundle.files["proof.json"]),
        ("PROOF.JSON", b""),
        ("proof.json\x00.txt", b"x"), ("C:\\x", b""), ("entrées", b""), ("", b""),
    ):  # fmt: skip
        for where in (0, 3, len(files)):
            assert no_bundle(rezipped([*files[:where], more, *files[where:]])), more
    for place, (name, data) in enumerate(files):
        renamed = [*files[:place], (name.upper() + "x", data), *files[place + 1 :]]
        assert no_bundle(rezipped(renamed))
    assert no_bundle(rezipped([]))


def test_a_zip_that_would_grow_is_not_unpacked(bundle):
    """A bomb says its size, and is refused by it; one that lies about it is refused too."""
    files = list(bundle.files.items())
    bomb = [(n, bytes(50_000_000) if n == "entries.jsonl" else d) for n, d in files]
    data = rezipped(bomb, method=zipfile.ZIP_DEFLATED)
    assert len(data) < 100_000
    assert no_bundle(data)
    small_size, real = struct.pack("<I", 10), struct.pack("<I", 50_000_000)
    assert no_bundle(data.replace(real, small_size))
    overlap = bytearray(bundle.zip())
    directory = overlap.rindex(b"PK\x05\x06")
    overlap[directory + 8 : directory + 12] = struct.pack("<HH", 65535, 65535)
    assert no_bundle(bytes(overlap))


def test_no_bytes_at_all_are_a_crash():
    """Noise, and zips whose compressed data, sizes or methods are damaged in any place."""
    random_ = random.Random(7)  # noqa: S311 repeatable
    assert no_bundle(b"")
    files = [(name, b"abc" * 50) for name in NAMES]
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        data = rezipped(files, method=method)
        for _ in range(8000 if LONG else 400):
            changed = bytearray(data)
            for _ in range(random_.randrange(1, 4)):
                changed[random_.randrange(len(data))] = random_.randrange(256)
            assert no_bundle(bytes(changed))
    for size in range(0, 300, 7):
        assert no_bundle(random_.randbytes(size))


# --- a folder --------------------------------------------------------------------------------


def test_a_folder_with_other_files_is_refused(bundle, tmp_path):
    """One more, one missing, a folder inside, a link to nowhere, and a pipe that never ends."""
    bundle.write(tmp_path / "good")

    def changed(change):
        shutil.rmtree(tmp_path / "bad", ignore_errors=True)
        shutil.copytree(tmp_path / "good", tmp_path / "bad")
        change(tmp_path / "bad")
        with pytest.raises((BadBundle, NotFound)) as error:
            Bundle.read(tmp_path / "bad")
        return error.value.facts.get("why")

    assert "more.txt" == changed(lambda folder: (folder / "more.txt").write_text("x"))
    assert ".DS_Store" == changed(lambda folder: (folder / ".DS_Store").write_text("x"))
    assert "sub" == changed(lambda folder: (folder / "sub").mkdir())
    assert "proof.json" == changed(lambda folder: (folder / "proof.json").unlink())
    assert "publication.tsr" == changed(lambda folder: (folder / "publication.tsr").mkdir())
    assert "publication.tsr" == changed(lambda folder: os.mkfifo(folder / "publication.tsr"))
    assert "keys.txt" == changed(
        lambda folder: (folder / "keys.txt").unlink() or (folder / "keys.txt").symlink_to("nowhere")
    )
    for name in NAMES:
        assert name == changed(lambda folder, name=name: (folder / name).unlink())


# --- entries ---------------------------------------------------------------------------------


def test_entries_removed_swapped_doubled_or_added_are_refused(bundle, part):
    """Each entry of the whole, and each of a part, with its proof and without."""
    tried = 0
    for whole in (bundle, part):
        for name in ("entries.jsonl", "inclusion.txt"):
            if name not in whole.files:
                continue
            lines = whole.files[name].splitlines(keepends=True)
            for changed in changed_lists(lines):
                files = {name.replace(".", "__"): b"".join(changed)}
                assert refused(with_files(whole, **files)), (name, changed)
                tried += 1
    assert tried == 3 * (8 + 8 + 28 + 9)


def test_a_part_is_in_order_and_shows_each_entry_once(part):
    """Entries swapped or doubled together with their proofs, each of which holds."""
    entries, proofs = (
        part.files[name].splitlines(keepends=True) for name in ("entries.jsonl", "inclusion.txt")
    )
    for place in range(7):
        for order in (
            [*range(place), place + 1, place, *range(place + 2, 8)],
            [*range(place), place, *range(place, 8)],
        ):
            changed = with_files(
                part,
                entries__jsonl=b"".join(entries[n] for n in order),
                inclusion__txt=b"".join(proofs[n] for n in order),
            )
            found = verify(changed, KEYS)
            assert False is verdicts(found)["entries"]
            assert "inclusion-wrong" in codes(found)


def changed_lists(lines):
    """Each line removed, doubled, swapped with each other, and a first one put in each place."""
    for place, line in enumerate(lines):
        yield [*lines[:place], *lines[place + 1 :]]
        yield [*lines[:place], line, *lines[place:]]
        for other in range(place + 1, len(lines)):
            swapped = list(lines)
            swapped[place], swapped[other] = lines[other], line
            yield swapped
    new = lines[0].replace(b"Projet", b"Autre") if b"Projet" in lines[0] else b"9" + lines[0]
    for place in range(len(lines) + 1):
        yield [*lines[:place], new, *lines[place:]]


# --- proof.json ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claimed",
    [
        b"", b"{}\n", b"[]\n", b"null\n", b"{\n", b"\xff", b"[" * 100_000, b'{"a":' * 100_000,
        b'{"figure":[]}\n', b'{"figure":{"entry":[]}}\n', b'{"figure":{"entry":"7"}}\n',
        b'{"figure":{"entry":7}}\n', b'{"figure":{"entry":-1}}\n', b'{"figure":{"entry":null}}\n',
        b'{"figure":{"entry":' + b"9" * 5000 + b"}}\n", b'{"figure":{"entry":1e400}}\n',
        b'{"figure":{"entry":NaN}}\n', b'{"figure":{"entry":7.0}}\n',
        b'{"figure":{"entry":true}}\n',
    ],
    ids=lambda data: data[:24].decode("latin-1"),
)  # fmt: skip
def test_claims_that_are_none_are_a_finding(bundle, claimed):
    """Whatever stands there: one finding, never a crash."""
    found = verify(with_files(bundle, proof__json=claimed), KEYS)
    assert ["claims-differ"] == codes(found)


@pytest.mark.parametrize(
    "words",
    [
        {"percentage": "66.7"}, {"percentage": "100"}, {"of": 2}, {"on": "2024-12-31"},
        {"entry": 6}, {"counted": ["realised"]}, {"base": "without-abandoned"},
        {"rounding": "ceiling"},
        {"decimals": 0}, {"plan": "autre"}, {"entry": 7.0}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_claims_of_another_figure_or_policy_are_a_finding(bundle, words):
    """The figure and its policy are derived from the signed entries, never believed."""
    found = verify(with_files(bundle, proof__json=claim(bundle, **words)), KEYS)
    assert (["claims-differ"], True) == (codes(found), found.refuted)


@pytest.mark.parametrize(
    "text",
    [
        "x\n", "0\n", "0", " \n", "\n", "00 a\n", "-1\n", "٣ \n", "9" * 5000 + "\n", "0  \n",
        "1e3 \n", "0 AAAA\n",
    ],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_inclusion_proofs_that_are_none(part, text):
    """Not intact; never a crash."""
    found = verify(with_files(part, inclusion__txt=text.encode()), KEYS)
    assert (["bundle-form"], ()) == (codes(found), found.statements)


@pytest.mark.parametrize(
    "text", ["x\n", "\n", str(CITY.public), f"{CITY.public}\n\n", f" {CITY.public}\n",
             f"{CITY.public}\x0b", f"{CITY.public}\r\n", CITY.secret(),
             "", f"{CITY.public}\n", f"{CITY.public}\n{SECOND.public}\n{WITNESS.public}\n",
             f"{WITNESS.public}\n{CITY.public}\n", f"{CITY.public}\n{CITY.public}\n"],
    ids=lambda text: repr(text)[-14:],
)  # fmt: skip
def test_keys_that_are_none(bundle, text):
    """Or not exactly those that signed: not intact; a secret that was put there is not shown."""
    found = verify(with_files(bundle, keys__txt=text.encode()), KEYS)
    assert ["bundle-form"] == codes(found)
    assert "keys.txt" in found.findings[0].text("fr")
    assert CITY.secret()[-20:-1] not in found.findings[0].text("fr")


# --- times a bundle is read on other machines --------------------------------------------------


def test_the_newest_checkpoint_may_be_that_of_the_publication(lines):
    """Then nothing is said of what followed."""
    point = signed(lines, 8)
    found = verify(bundle_of(lines, point, point), [CITY.public])
    assert (None, False) == (verdicts(found)["extended"], found.refuted)
    assert (
        "Aucun point de contrôle plus récent n'est joint : ce dossier ne dit rien de ce qui a "
        "suivi la publication.",
        "No newer checkpoint is enclosed: this bundle says nothing about what followed the "
        "publication.",
    ) == said(found, "extended")


def test_without_a_key_nothing_is_trusted(bundle):
    """The key in the bundle is the word of whoever made it."""
    found = verify(bundle)
    assert (False, False, None) == (found.trusted, found.refuted, verdicts(found)["signed"])
    assert (
        "Le point de contrôle de la publication (8 écritures) est signé par "
        "bilan.exempleville.fr, mais la clé vient du dossier lui-même : comparez-la à celle que la "
        "collectivité a publiée, puis donnez-la (--key).",
        "The checkpoint of the publication (8 entries) is signed by bilan.exempleville.fr, but "
        "the key comes from the bundle itself: compare it with the one the city published, then "
        "give it (--key).",
    ) == said(found, "signed")
    assert None is verdicts(found)["witnessed"]
