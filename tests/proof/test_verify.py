"""A city that lies: which statement of a verification says what, in French and in English."""

import random
from datetime import date

import attrs
import pytest
from proof_samples import (
    ATTACKER,
    CITY,
    DAY,
    LATER,
    LONG,
    NEXT,
    OTHER,
    PLAN,
    SECOND,
    WITNESS,
    Clock,
    bundle_of,
    claim,
    codes,
    forged,
    forked,
    large,
    rewritten,
    said,
    signed,
    small,
    states,
    verdicts,
    with_files,
)

from bilan_ledger import Engage, Ledger, Order, PublishFigure, merkle
from bilan_ledger.audit import Note, audit_file
from bilan_ledger.audit.proof import STATEMENTS, verify
from bilan_ledger.checkpoint import Checkpoint

PROVEN = {
    "signed": True, "entries": True, "extended": True, "rules": True, "figure": True,
    "witnessed": None, "dated": None, "truth": None,
}  # fmt: skip
NOT_SIGNED = (
    "La signature du point de contrôle ne tient pas, ou n'est pas de la clé donnée.",
    "The signature of the checkpoint does not hold, or is not of the given key.",
)
NOT_ENTRIES = (
    "Les écritures du dossier ne sont pas celles qui ont été signées.",
    "The entries of the bundle are not those that were signed.",
)
NOT_EXTENDED = (
    "Le registre d'aujourd'hui ne prolonge pas celui de la publication : l'historique a été "
    "réécrit.",
    "The ledger of now does not extend that of the publication: history was rewritten.",
)
NOT_WITNESSED = (
    "Aucun témoin dont vous avez donné la clé n'a contresigné : la collectivité pourrait montrer "
    "un autre registre à d'autres que vous.",
    "No witness whose key you gave cosigned: the city could show another ledger to others than "
    "you.",
)
NOT_DATED = (
    "Quand il a été signé ne repose que sur la parole de la collectivité : ni témoin ni horodatage "
    "vérifié.",
    "When it was signed rests on the city's word alone: no witness and no verified timestamp.",
)


@pytest.fixture(scope="module")
def lines():
    return small()


@pytest.fixture(scope="module")
def bundle(lines):
    return bundle_of(lines)


# Where the entries are not those that were signed, nothing is said of what follows from them.
UNSAID = dict.fromkeys(("rules", "figure", "witnessed", "dated", "truth"), "—")


def changed(found):
    """The statements that are not as they are in an honest bundle."""
    told = verdicts(found)
    return {code: told.get(code, "—") for code in PROVEN if told.get(code, "—") != PROVEN[code]}


def test_an_honest_city(bundle):
    """The measure of all that follows."""
    found = verify(bundle, [CITY.public])
    assert ({}, [], False, True) == (changed(found), codes(found), found.refuted, found.trusted)
    assert (NOT_WITNESSED, NOT_DATED) == (said(found, "witnessed"), said(found, "dated"))


# --- the figure ------------------------------------------------------------------------------


def test_another_figure_in_the_claims_alone(bundle):
    """The claims are held against what the entries give; the figure of the entries is told."""
    lie = with_files(bundle, proof__json=claim(bundle, percentage="100.00"))
    found = verify(lie, [CITY.public])
    assert ({}, ["claims-differ"], True) == (changed(found), codes(found), found.refuted)
    assert (
        "ce que le dossier affirme (proof.json) n'est pas ce que donnent ses écritures",
        "what the bundle claims (proof.json) is not what its entries give",
    ) == (found.findings[0].text("fr"), found.findings[0].text("en"))


@pytest.mark.parametrize("claimed", [None, b"", b"{}\n"])
def test_no_claims_at_all(bundle, claimed):
    """A bundle without a figure must not read as one that is proved."""
    found = verify(with_files(bundle, proof__json=claimed or b""), [CITY.public])
    assert ({"figure": "—"}, ["claims-differ"]) == (changed(found), codes(found))
    assert found.refuted


def test_the_published_figure_was_changed_in_its_entry(lines):
    """Everything recomputed but the signature: the entries are not those that were signed."""
    lie = rewritten(lines, 7, b'"percentage":"66.67"', b'"percentage":"99.99"')
    found = verify(forged(lie, signed(lines, 8), signed(lines, 10)), [CITY.public])
    assert {"entries": False, **UNSAID} == changed(found)
    assert (NOT_ENTRIES, ["tree-mismatch"]) == (said(found, "entries"), codes(found))


def test_an_action_was_done_after_all(lines):
    """An entry's date moved, so that the figure would be 50 %: entries and figure are refused."""
    lie = rewritten(lines, 3, b'"on":"2021"', b'"on":"2030"')
    found = verify(forged(lie, signed(lines, 8), signed(lines, 10)), [CITY.public])
    assert {"entries": False, **UNSAID} == changed(found)


def test_a_figure_that_the_ledger_contradicts_is_proved_false(lines):
    """Signed, whole, by the rules, and wrong: the city published what its ledger denies."""
    with Ledger.in_memory(recorded_by="x", clock=Clock()) as ledger:
        wrong = Order("demo", PublishFigure(percentage="100", of=3, on="2023-12-31"))
        ledger.record_all([*PLAN, wrong, *LATER])
        entries = states(ledger)
    found = verify(bundle_of(entries), [CITY.public])
    assert ({"figure": False}, [], True) == (changed(found), codes(found), found.refuted)
    assert (
        "Le chiffre publié, 100 % / 3 pour le 2023-12-31, est contredit par ces écritures : 2/3.",
        "The published figure, 100 % / 3 for 2023-12-31, is contradicted by these entries: 2/3.",
    ) == said(found, "figure")


def test_a_figure_that_uncertain_dates_leave_open_is_not_proven():
    """Possible, and said so: neither proven nor disproved."""
    with Ledger.in_memory(recorded_by="x", clock=Clock()) as ledger:
        late = Order("demo/C", Engage(on="2023-12/2024-01"))
        printed = Order("demo", PublishFigure(percentage="100", of=3, on="2023-12-31"))
        ledger.record_all([*PLAN[:-1], Order("demo/B", Engage(on="2022")), late, printed])
        entries = states(ledger)
    point = signed(entries, 9)
    found = verify(bundle_of(entries, point, point, figure=8), [CITY.public])
    assert {"figure": None, "extended": None} == changed(found)
    assert (
        "Le chiffre publié, 100 % / 3 pour le 2023-12-31, est possible sans être établi : selon "
        "des dates incertaines, 2/3 – 3/3 ; dont réalisées seules : 1/3.",
        "The published figure, 100 % / 3 for 2023-12-31, is possible, not established: by "
        "uncertain dates, 2/3 – 3/3; of which realised alone: 1/3.",
    ) == said(found, "figure")


def test_a_figure_published_after_the_checkpoint(lines):
    """It is not among the entries that were signed."""
    claimed = bundle_of(lines).files["proof.json"].replace(b'"size":8', b'"size":7')
    lie = forged(lines, signed(lines, 7), signed(lines, 10), claimed=claimed)
    found = verify(lie, [CITY.public])
    assert {"figure": "—"} == changed(found)
    assert (["claims-differ"], True) == (codes(found), found.refuted)


def test_the_policy_was_changed(lines):
    """In the claims, and in the entry itself."""
    bundle = bundle_of(lines)
    lie = with_files(bundle, proof__json=claim(bundle, counted=["realised"], percentage="33.33"))
    assert ["claims-differ"] == codes(verify(lie, [CITY.public]))
    entry = rewritten(lines, 7, b'"of":3', b'"counted":["realised"],"of":3')
    entry = [line.replace(b'"data":{"counted"', b'"data":{"counted"') for line in entry]
    found = verify(forged(entry, signed(lines, 8), signed(lines, 10)), [CITY.public])
    assert {"entries": False, **UNSAID} == changed(found)


# --- the log ---------------------------------------------------------------------------------


def test_the_entries_of_another_ledger(lines):
    """Same plan, same words, other salts: other bytes."""
    other = b"".join(line + b"\n" for line in small()[:8])
    found = verify(with_files(bundle_of(lines), entries__jsonl=other), [CITY.public])
    assert ({"entries": False, **UNSAID}, ["tree-mismatch"]) == (changed(found), codes(found))
    assert NOT_ENTRIES == said(found, "entries")


def test_history_was_rewritten_between_publication_and_now(lines):
    """Both signed by the city: the proof of growth cannot exist."""
    other = [*lines[:6], *small()[6:]]
    found = verify(forged(lines, signed(lines, 8), signed(other, 10)), [CITY.public])
    assert ({"extended": False}, ["consistency-wrong"]) == (changed(found), codes(found))
    assert NOT_EXTENDED == said(found, "extended")


def test_two_checkpoints_of_one_size_that_differ(lines):
    """The same, without a later entry."""
    found = verify(forged(lines, signed(lines, 8), signed(small(), 8)), [CITY.public])
    assert {"extended": False} == changed(found)


def test_a_publication_newer_than_now(lines):
    """The two notes were swapped: ten entries published, eight now."""
    lie = forged(lines, signed(lines, 10), signed(lines, 8), proof=(8, 10))
    found = verify(lie, [CITY.public])
    assert ({"extended": False}, ["consistency-wrong"]) == (changed(found), codes(found))


def test_now_is_of_another_origin(lines):
    """Signed by the same key: a key signs under its own name only."""
    elsewhere = signed(lines, 10, CITY, origin="bilan.exempleville.fr/autre")
    found = verify(forged(lines, signed(lines, 8), elsewhere), [CITY.public])
    assert {"signed": False, "extended": False} == changed(found)
    assert ["consistency-wrong", "signature-not-log"] == codes(found)


def test_both_are_of_another_origin(lines):
    """The city's key under a name that is not its own proves nothing of this log."""
    points = [signed(lines, size, CITY, origin="bilan.voisineville.fr") for size in (8, 10)]
    found = verify(forged(lines, *points), [CITY.public])
    assert ({"signed": False}, ["signature-not-log"]) == (changed(found), codes(found))
    assert (
        "publication.checkpoint : aucune signature n'est de la clé du registre "
        "bilan.voisineville.fr lui-même (signé par : bilan.exempleville.fr)",
        "publication.checkpoint: no signature is of the key of the ledger "
        "bilan.voisineville.fr itself (signed by: bilan.exempleville.fr)",
    ) == (found.findings[0].text("fr"), found.findings[0].text("en"))


def test_another_city_s_key_cannot_sign_for_this_one(lines):
    """A reader who holds both keys is not told that this city signed."""
    points = [signed(lines, size, OTHER) for size in (8, 10)]
    lie = forged(lines, *points, keys=[OTHER.public])
    found = verify(lie, [CITY.public, OTHER.public])
    assert ({"signed": False}, False) == (changed(found), found.trusted)
    assert NOT_SIGNED == said(found, "signed")


# --- the keys --------------------------------------------------------------------------------


def test_the_attacker_s_key_in_the_bundle(lines):
    """Under the city's name: trusted by nobody who gives the real one."""
    points = [signed(lines, size, ATTACKER) for size in (8, 10)]
    lie = forged(lines, *points, keys=[ATTACKER.public])
    found = verify(lie, [CITY.public])
    assert ({"signed": False}, ["signature-unknown"]) == (changed(found), codes(found))
    assert (NOT_SIGNED, True) == (said(found, "signed"), found.refuted)
    without = verify(lie)
    assert ({"signed": None}, False, False) == (changed(without), without.refuted, without.trusted)


def test_the_attacker_s_signature_beside_the_city_s(bundle, lines):
    """Two signatures of one name: only the one whose key was given is believed."""
    points = [signed(lines, size, ATTACKER, CITY) for size in (8, 10)]
    found = verify(bundle_of(lines, *points, keys=[ATTACKER.public, CITY.public]), [CITY.public])
    assert ({}, True) == (changed(found), found.trusted)


def test_a_city_that_signs_the_publication_only(lines):
    """The newest checkpoint is the attacker's: the whole is not signed."""
    lie = forged(
        lines, signed(lines, 8), signed(lines, 10, ATTACKER), keys=[CITY.public, ATTACKER.public]
    )
    found = verify(with_keys(lie, CITY, ATTACKER), [CITY.public])
    assert ({"signed": False}, ["signature-unknown"]) == (changed(found), codes(found))


def with_keys(bundle, *keys):
    """The bundle with these keys in `keys.txt`, in its order."""
    several = sorted((key.public for key in keys), key=lambda key: (key.name, key.id))
    return with_files(bundle, keys__txt="".join(f"{key}\n" for key in several).encode())


def test_unsigned(bundle, lines):
    """A checkpoint without a signature is none."""
    bare = str(Checkpoint(CITY.name, 8, merkle.root([merkle.leaf_hash(x) for x in lines[:8]])))
    found = verify(with_files(bundle, publication__checkpoint=bare.encode()), [CITY.public])
    assert ((), ["bundle-form"], True) == (found.statements, codes(found), found.refuted)


def test_signed_by_a_witness_only(lines):
    """A witness says that it saw it, not that it is the city's."""
    points = [signed(lines, size, WITNESS) for size in (8, 10)]
    lie = forged(lines, *points, keys=[WITNESS.public])
    for keys in ([CITY.public, WITNESS.public], [WITNESS.public], []):
        found = verify(lie, keys)
        assert ({"signed": False}, ["signature-not-log"]) == (changed(found), codes(found))
        assert not found.trusted


@pytest.mark.parametrize("which", ["publication", "now"])
def test_a_signature_over_another_text(lines, which):
    """The text was changed after it was signed."""
    bad = {"publication": signed(lines, 8), "now": signed(lines, 10)}
    note = bad[which]
    bad[which] = attrs.evolve(note, signatures=signed(lines, 3).signatures)
    found = verify(forged(lines, bad["publication"], bad["now"]), [CITY.public])
    assert ({"signed": False}, ["signature-wrong"]) == (changed(found), codes(found))
    assert f"{which}.checkpoint" == found.findings[0].place


def test_only_given_keys_are_said_to_be_given(lines):
    """A seal that the city made up is not counted among those whose key you gave."""
    prefect = attrs.evolve(SECOND, name="prefecture.example.org")
    point = signed(lines, 8, CITY, prefect)
    found = verify(bundle_of(lines, point, keys=[CITY.public, prefect.public]), [CITY.public])
    assert (
        "Le point de contrôle de la publication (8 écritures) est signé par "
        "bilan.exempleville.fr, dont vous avez donné la clé.",
        "The checkpoint of the publication (8 entries) is signed by bilan.exempleville.fr, whose "
        "key you gave.",
    ) == said(found, "signed")
    assert (NOT_WITNESSED, NOT_DATED) == (said(found, "witnessed"), said(found, "dated"))


def test_a_rotated_key(lines):
    """Two signatures of the log for a time: whoever holds either key can verify."""
    points = [signed(lines, size, CITY, NEXT) for size in (8, 10)]
    made = bundle_of(lines, *points, keys=[CITY.public, NEXT.public])
    for key in (CITY, NEXT):
        assert {} == changed(verify(made, [key.public]))
    after = bundle_of(lines, points[0], signed(lines, 10, NEXT), keys=[CITY.public, NEXT.public])
    assert {} == changed(verify(after, [NEXT.public]))
    assert {} == changed(verify(after, [CITY.public, NEXT.public]))
    assert {"signed": False} == changed(verify(after, [CITY.public]))


# --- witnesses -------------------------------------------------------------------------------


def test_several_witnesses_and_their_moments(lines):
    """Each that is trusted is named; the earliest moment is told."""
    point = signed(lines, 8, CITY, SECOND, seconds=DAY + 600).signed_by(WITNESS, seconds=DAY)
    made = bundle_of(lines, point, keys=[CITY.public, WITNESS.public, SECOND.public])
    found = verify(made, [CITY.public, WITNESS.public, SECOND.public])
    assert {"witnessed": True, "dated": True} == changed(found)
    assert "notaire.example.org, temoin.example.org cosigned" in said(found, "witnessed")[1]
    assert "2024-07-03 09:46:40+00:00 at the latest (temoin" in said(found, "dated")[1]
    late = verify(made, [CITY.public, SECOND.public])
    assert "2024-07-03 09:56:40+00:00 at the latest (notaire" in said(late, "dated")[1]
    assert ({}, NOT_WITNESSED) == (
        changed(verify(made, [CITY.public])),
        said(verify(made, [CITY.public]), "witnessed"),
    )


@pytest.mark.parametrize("seconds", [0, 253_402_300_800, 2**53 - 1])
def test_a_witness_whose_moment_is_none(lines, seconds):
    """It is refused as a signature, and is no crash."""
    point = signed(lines, 8, CITY, WITNESS, seconds=seconds)
    lie = with_keys(forged(lines, point, signed(lines, 10)), CITY, WITNESS)
    found = verify(lie, [CITY.public, WITNESS.public])
    assert ({"signed": False}, ["signature-wrong"]) == (changed(found), codes(found))


def test_a_wrong_bundle_is_not_witnessed(lines):
    """Whatever else is wrong, no witness is called to vouch for it."""
    point = signed(lines, 8, CITY, WITNESS)
    made = bundle_of(lines, point, keys=[CITY.public, WITNESS.public])
    lie = with_files(made, proof__json=claim(made, of=2))
    found = verify(lie, [CITY.public, WITNESS.public])
    assert (None, None) == (verdicts(found)["witnessed"], verdicts(found)["dated"])


# --- a fork ----------------------------------------------------------------------------------


def test_one_cosignature_tells_two_logs_apart(tmp_path):
    """The city signs both, and each proves its own figure; a witness has seen only one."""
    shown, hidden = forked(tmp_path)
    assert shown[:7] == hidden[:7]
    assert shown[7] != hidden[7]
    seen = signed(shown, 8, CITY, WITNESS)
    keys = [CITY.public, WITNESS.public]
    one = verify(bundle_of(shown, seen, keys=keys), keys)
    two = verify(bundle_of(hidden, signed(hidden, 9), figure=8), keys)
    assert {"witnessed": True, "dated": True} == changed(one)
    assert ({}, [], False, True) == (changed(two), codes(two), two.refuted, two.trusted)
    assert (NOT_WITNESSED, NOT_DATED) == (said(two, "witnessed"), said(two, "dated"))
    moved = attrs.evolve(signed(hidden, 9), signatures=seen.signatures)
    lie = with_keys(forged(hidden, moved, signed(hidden, 10), figure=8), CITY, WITNESS)
    assert False is verdicts(verify(lie, keys))["signed"]


def test_the_hidden_log_against_what_the_witness_signed(tmp_path):
    """An audit of it finds the tree that was signed elsewhere; of one size, the fork itself."""
    shown, hidden = forked(tmp_path)
    keys = [CITY.public, WITNESS.public]
    cosigned = Note("neighbour", str(signed(shown, 8, CITY, WITNESS)).encode())
    own = Note("town", str(signed(hidden, 8)).encode())
    asked = {"today": date(2024, 4, 1), "keys": keys}
    errors = {"tree-mismatch": None, "checkpoint-fork": None}

    def audited(lines, *notes):
        found = audit_file(b"".join(line + b"\n" for line in lines), notes=notes, **asked)
        return {each.code: each.place for each in found.findings if each.code in errors}

    assert {} == audited(shown, cosigned)
    assert {"tree-mismatch": "neighbour"} == audited(hidden, cosigned)
    assert {"checkpoint-fork": "neighbour", "tree-mismatch": "neighbour"} == audited(
        hidden, own, cosigned
    )


def test_an_audit_asks_for_the_log_s_own_key(lines):
    """The key of one log under another's name is an error; a trusted witness is enough."""
    data = b"".join(line + b"\n" for line in lines)
    for note, keys, expected in (
        (signed(lines, 8, CITY), [CITY], []),
        (signed(lines, 8, CITY, WITNESS), [WITNESS], []),
        (signed(lines, 8, OTHER), [OTHER], ["signature-not-log"]),
        (signed(lines, 8, OTHER), [CITY], ["signature-unknown"]),
        (signed(lines, 3, CITY), [CITY], []),
    ):
        note = Note("note", str(note).encode())  # noqa: PLW2901 as it is read
        public = [key.public for key in keys]
        found = audit_file(data, notes=[note], keys=public, today=date(2024, 4, 1)).findings
        assert expected == [each.code for each in found if each.code.startswith("signature")]


# --- anything at all -------------------------------------------------------------------------


def test_no_order_of_entries_crashes_a_verification():
    """A city may sign whatever it likes: the answer is always statements and findings."""
    random_ = random.Random(4)  # noqa: S311 repeatable
    pool = [*small(), *large(4)]
    told = set()
    for _ in range(3000 if LONG else 150):
        lines = random_.sample(pool, random_.randrange(1, 12))
        if random_.random() < 0.3:
            lines.append(random_.choice(lines))
        figures = [n for n, each in enumerate(lines) if b"figure-published" in each] or [0]
        point = signed(lines, len(lines))
        made = bundle_of(small())
        guess = claim(made, entry=random_.choice(figures))
        lie = with_files(
            made,
            entries__jsonl=b"".join(line + b"\n" for line in lines),
            publication__checkpoint=str(point).encode(),
            now__checkpoint=str(point).encode(),
            consistency__txt=b"",
            proof__json=guess,
        )
        found = verify(lie, [CITY.public])
        assert verdicts(found)["entries"] is True or "bytes-not-canonical" in codes(found)
        assert found.refuted  # the guess of `proof.json` is never right
        told |= set(codes(found))
    assert {"claims-differ", "entry-missing", "refused-by-rules"} <= told


def test_an_impossible_history_has_no_figure(lines):
    """Realised before it was engaged, and signed: a finding, and no figure is told at all."""
    lie = rewritten(lines, 5, b'"on":"2022-05-01"', b'"on":"2020-05-01"')
    point = signed(lie, 8)
    claimed = bundle_of(lines).files["proof.json"]
    found = verify(forged(lie, point, signed(lie, 10), claimed=claimed), [CITY.public])
    assert {"rules": False, "figure": "—"} == changed(found)
    assert "history-impossible" in codes(found)
    assert (
        "Des écritures n'ont pas pu être enregistrées selon les règles du registre.",
        "Some entries cannot have been recorded under the rules of the ledger.",
    ) == said(found, "rules")


def test_every_sentence_is_there_in_both_languages():
    """Three of each statement, but for those that cannot be."""
    empty = {
        (code, verdict)
        for code, several in STATEMENTS.items()
        for verdict, pair in zip((True, None, False), several, strict=True)
        if pair == ("", "")
    }
    assert {("rules", None), ("witnessed", False), ("truth", True), ("truth", False)} == empty
    for code, several in STATEMENTS.items():
        for pair in several:
            assert pair == ("", "") or pair[0] != pair[1] != "" != pair[0], code
