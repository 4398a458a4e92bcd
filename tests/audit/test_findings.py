"""Every finding by its smallest input: code, severity, entry, subject, French and English."""

import re
from collections.abc import Callable
from datetime import date
from hashlib import sha256

import attrs
import pytest
from audit_samples import (
    BY,
    KEPT,
    KEY,
    OTHER,
    PLAN,
    REASON,
    TERMS,
    TODAY,
    A,
    B,
    at,
    entries,
    lines,
    look,
    measured,
    note,
    of,
    point,
)

pytest.importorskip("cryptography")

from bilan_ledger import (
    CreatePlan,
    Evidence,
    Ledger,
    LedgerUnavailable,
    Propose,
    Terms,
    Territory,
)
from bilan_ledger import action as a
from bilan_ledger import plan as p
from bilan_ledger.archive import Archive
from bilan_ledger.audit import KINDS, audit, audit_bundle, audit_file
from bilan_ledger.audit.bundle import Bundle, prove
from bilan_ledger.cli.proof import _own_keys
from bilan_ledger.record import Erased
from bilan_ledger.text import Sealed, SealedText
from bilan_ledger.wire import Line, encode

SHA = sha256(b"abc").hexdigest()
ENGAGED = ("p/A", a.Engaged(on="2026-01-02", after=1))
FIGURE = ("p", p.FigurePublished(percentage="100", of=1, on="2026-01-31"))


@attrs.frozen
class Case:
    """One smallest input, and the one finding of its code that must come out of it."""

    code: str
    severity: str
    entry: int | None
    subject: str | None
    french: str
    english: str
    also: tuple[str, ...]
    make: Callable


CASES: list[Case] = []


def finding(about, french, english, *, also=()):
    """Declare the finding that the decorated function's input has; `also`: what else it has.

    `about`: code, severity, entry and subject.
    """

    def declare(make):
        CASES.append(Case(*about, french, english, also, make))
        return make

    return declare


# --- the bytes


@finding(
    ("store-unreadable", "error", None, None),
    "le registre ne se lit pas jusqu'au bout : x.ledger n'est pas un registre bilan_ledger ; "
    "rien n'a été changé.",
    "the ledger cannot be read whole: x.ledger is not a bilan_ledger ledger; nothing was changed.",
)  # fmt: skip
def _(_):
    def broken():
        yield from lines(PLAN)
        raise LedgerUnavailable("not-a-ledger", path="x.ledger")

    return look(broken())


@finding(
    ("bytes-not-canonical", "error", 1, None),
    "l'écriture 1 a des octets que le registre n'écrit pas : $: not the bytes that encoding writes",
    "entry 1 has bytes that the ledger does not write: $: not the bytes that encoding writes",
)  # fmt: skip
def _(_):
    return look(of([lines(PLAN)[0].state, b" " + lines(PLAN, A)[1].state]))


@finding(
    ("row-disagrees", "error", 0, None),
    "l'écriture 0 : la colonne « version » de la base ne dit pas ce que disent ses octets",
    'entry 0: the database column "version" does not say what its bytes say',
)  # fmt: skip
def _(_):
    [entry] = entries(PLAN)
    return look([Line(0, encode(entry), (str(entry.stream), 2, "plan.created"))])


@finding(
    ("entry-missing", "error", None, "p/A"),
    "une écriture manque : p/A, n° 2 de sa suite",
    "an entry is missing: p/A, number 2 of its stream",
)  # fmt: skip
def _(_):
    return look(lines(PLAN, A, ("p/A", a.Realised(on="2026-02", after=2), {"version": 3})))


@finding(
    ("entry-doubled", "error", 2, "p/A"),
    "l'écriture 2 est en double : p/A, n° 1 de sa suite",
    "entry 2 is there twice: p/A, number 1 of its stream",
)  # fmt: skip
def _(_):
    return look(lines(PLAN, A, (*A, {"version": 1})))


@finding(
    ("entry-reordered", "error", 2, "p/A"),
    "l'écriture 2 n'est pas à sa place : p/A, n° 1 de sa suite, vient trop tard",
    "entry 2 is out of order: p/A, number 1 of its stream, comes too late",
)  # fmt: skip
def _(_):
    return look(lines(PLAN, (*ENGAGED, {"version": 2}), (*A, {"version": 1})))


@finding(
    ("recorded-back", "error", 1, None),
    "l'écriture 1 est datée d'avant celle qui la précède (2025-12-31T12:00:00.000000Z)",
    "entry 1 is dated before the one that precedes it (2025-12-31T12:00:00.000000Z)",
)  # fmt: skip
def _(_):
    return look(lines(PLAN, (*A, {"recorded_at": at("2025-12-31")})))


@finding(
    ("line-unended", "error", None, None),
    "la dernière ligne du fichier n'est pas terminée : le fichier est coupé",
    "the last line of the file is not ended: the file is cut",
)  # fmt: skip
def _(_):
    return audit_file(lines(PLAN)[0].state, today=TODAY)


@finding(
    ("text-disagrees", "error", 0, None),
    "écriture 0 : le texte conservé (recorded_by) n'est pas celui qui a été scellé",
    "entry 0: the text that is kept (recorded_by) is not the one that was sealed",
)  # fmt: skip
def _(_):
    kept = {BY.commitment: SealedText(KEPT.salt, "Quelqu'un d'autre")}
    return look(lines(PLAN), texts=lambda _: kept)


@finding(
    ("text-missing", "warning", 0, None),
    "écriture 0 : un texte scellé (recorded_by) n'est plus là, et aucun effacement n'est "
    "enregistré",
    "entry 0: a sealed text (recorded_by) is gone, and no erasure is recorded",
)  # fmt: skip
def _(_):
    return look(lines(PLAN), texts=lambda _: {})


@finding(
    ("erasure-foreign", "error", 2, "p/A"),
    "l'écriture 2 dit effacer des textes que l'écriture visée ne contient pas",
    "entry 2 says to erase texts that the entry it names does not hold",
)  # fmt: skip
def _(_):
    return look(lines(PLAN, A, ("p/A", Erased(entry=1, texts=[REASON], reason=REASON))))


# --- checkpoints


@finding(
    ("checkpoint-none", "notice", None, None),
    "aucun point de contrôle : rien ne montre que l'historique n'a pas été réécrit",
    "no checkpoint: nothing shows that history was not rewritten",
)  # fmt: skip
def _(_):
    return look([])


@finding(
    ("checkpoint-form", "error", None, None),
    "3 n'est pas un point de contrôle : aucune signature",
    "3 is not a checkpoint: no signatures",
)  # fmt: skip
def _(_):
    return look([], notes=[attrs.evolve(note(point([])), note=b"3\n")], keys=[KEY.public])


@finding(
    ("checkpoint-fork", "error", None, None),
    "3 : deux points de contrôle de 1 écritures se contredisent",
    "3: two checkpoints of 1 entries contradict each other",
    also=("tree-mismatch",),
)  # fmt: skip
def _(_):
    notes = [note(point(lines(PLAN)), "1"), note(point(of([b"x"])))]
    return look(lines(PLAN), notes=notes, keys=[KEY.public])


@finding(
    ("tree-mismatch", "error", None, None),
    "3 : les 2 premières écritures ne sont pas celles qui ont été signées",
    "3: the first 2 entries are not those that were signed",
)  # fmt: skip
def _(_):
    return look(lines(PLAN, A, B), notes=[note(point(lines(PLAN, B)))], keys=[KEY.public])


@finding(
    ("log-shorter", "error", None, None),
    "3 : 2 écritures ont été signées, il n'y en a plus que 1",
    "3: 2 entries were signed, only 1 are left",
)  # fmt: skip
def _(_):
    return look(lines(PLAN), notes=[note(point(lines(PLAN, A)))], keys=[KEY.public])


@finding(
    ("signature-wrong", "error", None, None),
    "3 : la signature de town.example/demo ne tient pas",
    "3: the signature of town.example/demo does not hold",
)  # fmt: skip
def _(_):
    signed = point(lines(PLAN))
    other = attrs.evolve(signed.signatures[0], data=bytes(64))
    forged = attrs.evolve(signed, signatures=(other,))
    return look(lines(PLAN), notes=[note(forged)], keys=[KEY.public])


@finding(
    ("signature-unknown", "warning", None, None),
    "3 : aucune des clés que vous avez données ne l'a signé (signé par : town.example/demo)",
    "3: none of the keys that you gave signed it (signed by: town.example/demo)",
)  # fmt: skip
def _(_):
    return look(lines(PLAN), notes=[note(point(lines(PLAN)))], keys=[OTHER.public])


@finding(
    ("signature-not-log", "error", None, None),
    "3 : aucune signature n'est de la clé du registre town.example/demo lui-même (signé par : "
    "other.example)",
    "3: no signature is of the key of the ledger town.example/demo itself (signed by: "
    "other.example)",
)  # fmt: skip
def _(_):
    signed = attrs.evolve(point(lines(PLAN)), signatures=()).signed_by(OTHER)
    return look(lines(PLAN), notes=[note(signed)], keys=[OTHER.public])


@finding(
    ("signature-unchecked", "notice", None, None),
    "3 : signature non vérifiée, aucune clé n'a été donnée (signé par : town.example/demo)",
    "3: signature not checked, no key was given (signed by: town.example/demo)",
)  # fmt: skip
def _(_):
    return look(lines(PLAN), notes=[note(point(lines(PLAN)))])


@finding(
    ("key-own", "notice", None, None),
    "les signatures tiennent, mais d'après les clés rangées à côté du registre, que seule la "
    "collectivité garantit",
    "the signatures hold, but by the keys that lie beside the ledger, for which the "
    "municipality alone vouches",
)  # fmt: skip
def _(_):
    return look(lines(PLAN), notes=[note(point(lines(PLAN)))], own_keys=[KEY.public])


@finding(
    ("key-form", "warning", None, None),
    "town.archive/keys/0.pub n'est pas une clé publique",
    "town.archive/keys/0.pub is no public key",
)  # fmt: skip
def _(folder):
    keys = folder / "town.archive" / "keys"
    keys.mkdir(parents=True)
    (keys / "0.pub").write_bytes(b"\xff")
    _, [found] = _own_keys(Archive(folder / "town.archive"))
    place = found.place.replace(str(folder), "").lstrip("/\\").replace("\\", "/")
    return attrs.evolve(look([]), findings=(attrs.evolve(found, place=place),))


def bundled(*, plan_only=False, timestamp=None, **changes):
    """Return the audit of a bundle of three entries, with some of its files changed."""
    log = lines(PLAN, A, ENGAGED, FIGURE)
    made = prove(
        log, entries(PLAN, A, ENGAGED, FIGURE)[3], point(log), point(log), keys=[KEY.public],
        plan_only=plan_only, timestamp=timestamp,
    )  # fmt: skip
    names = {each.replace(".", "_"): each for each in made.files}
    files = {**made.files, **{names[each]: data for each, data in changes.items()}}
    return audit_bundle(Bundle(files), today=TODAY, keys=[KEY.public])


@finding(
    ("timestamp-unchecked", "notice", None, None),
    "publication.tsr : horodatage non vérifié, aucun certificat racine n'a été donné",
    "publication.tsr: timestamp not checked, no root certificate was given",
)  # fmt: skip
def _(_):
    return bundled(timestamp=b"token")


@finding(
    ("timestamp-wrong", "error", None, None),
    "publication.tsr : l'horodatage ne tient pas : …",
    "publication.tsr: the timestamp does not hold: …",
)  # fmt: skip
def _(_):
    pytest.importorskip("rfc3161_client")
    log = lines(PLAN, A, ENGAGED, FIGURE)
    made = prove(log, entries(PLAN, A, ENGAGED, FIGURE)[3], point(log), point(log),
                 keys=[KEY.public], timestamp=b"token")  # fmt: skip
    return audit_bundle(made, today=TODAY, keys=[KEY.public], tsa=b"no certificate")


# --- the rules


@finding(
    ("history-impossible", "error", None, "p/A"),
    "p/A : une histoire qui ne peut pas avoir eu lieu (les dates)",
    "p/A: a history that cannot have been (the dates)",
    also=("refused-by-rules",),
)  # fmt: skip
def _(_):
    return look(lines(PLAN, A, ("p/A", a.Engaged(on="2025-12-31", after=1))))


@finding(
    ("refused-by-rules", "error", 2, "p/A"),
    "l'écriture 2 (p/A) aurait été refusée par les règles : cette action est déjà au "
    "programme (écriture #1). Pour en changer la date, corrigez cette écriture ; pour le "
    "titre, décrivez l'action (describe).",
    "entry 2 (p/A) would have been refused by the rules: this action is already in the plan "
    "(entry #1). To change its date, correct that entry; to change its title, describe the "
    "action (describe).",
    also=("history-impossible",),
)  # fmt: skip
def _(_):
    return look(lines(PLAN, A, A))


# --- evidence


def captured(folder, content):
    """Return the audit of a captured file, whose content is now this (None: it is gone)."""
    archive = Archive(folder / "town.archive")
    source = folder / "bilan.pdf"
    source.write_bytes(b"abc")
    place = archive.add(source).path
    place.write_bytes(content) if content is not None else place.unlink()
    piece = Evidence(title="Bilan", sha256=SHA)
    told = lines(PLAN, ("p/A", a.Proposed(on="2026-01-01", title="Arbres", evidence=piece)))
    return look(told, archive=archive)


@finding(
    ("evidence-differs", "error", 1, None),
    "écriture 1 : le fichier conservé pour « Bilan » n'a plus le SHA-256 inscrit",
    'entry 1: the file kept for "Bilan" no longer has the SHA-256 recorded',
)  # fmt: skip
def _(folder):
    return captured(folder, b"abd")


@finding(
    ("evidence-file-missing", "warning", 1, None),
    "écriture 1 : le fichier de « Bilan » n'est pas dans les archives",
    'entry 1: the file of "Bilan" is not in the archive',
)  # fmt: skip
def _(folder):
    return captured(folder, None)


@finding(
    ("evidence-missing", "warning", None, "p/A"),
    "p/A est réalisée sans aucune pièce justificative",
    "p/A is realised without any evidence",
)  # fmt: skip
def _(_):
    return look(lines(PLAN, A, ("p/A", a.Realised(on="2026-02-01", after=1))))


# --- the figure


@finding(
    ("figure-contradicted", "error", 2, "p"),
    "p : le chiffre publié 100 % / 1 pour le 2026-01-31 est contredit par le registre (0/1)",
    "p: the published figure 100 % / 1 for 2026-01-31 is contradicted by the ledger (0/1)",
)  # fmt: skip
def _(_):
    return look(lines(PLAN, A, FIGURE))


@finding(
    ("figure-revised", "warning", 3, "p"),
    "p : le chiffre publié 100 % / 1 pour le 2026-01-31 découlait du registre quand il a été "
    "enregistré ; ce qui a été enregistré depuis le change (0/1)",
    "p: the published figure 100 % / 1 for 2026-01-31 followed from the ledger when it was "
    "recorded; what was recorded since changes it (0/1)",
)  # fmt: skip
def _(_):
    return look(lines(PLAN, A, ENGAGED, FIGURE, ("p/A", a.Abandoned(on="2026-01-30", after=2))))


@finding(
    ("figure-possible", "warning", 3, "p"),
    "p : le chiffre publié 100 % / 1 pour le 2026-01-31 est possible, sans être établi (0/1 – 1/1)",
    "p: the published figure 100 % / 1 for 2026-01-31 is possible, not established (0/1 – 1/1)",
)  # fmt: skip
def _(_):
    return look(lines(PLAN, A, ("p/A", a.Engaged(on="2026", after=1)), FIGURE))


@finding(
    ("figure-agrees", "notice", 3, "p"),
    "p : le chiffre publié 100 % / 1 pour le 2026-01-31 est celui du registre (1/1)",
    "p: the published figure 100 % / 1 for 2026-01-31 is the ledger's (1/1)",
)  # fmt: skip
def _(_):
    return look(lines(PLAN, A, ENGAGED, FIGURE))


@finding(
    ("base-changed", "warning", 4, "p"),
    "p : la base du chiffre du 2026-01-31 a changé dans les 30 jours précédents ; actions "
    "concernées : 1 (p/B)",
    "p: the base of the figure of 2026-01-31 changed in the 30 days before it; actions "
    "concerned: 1 (p/B)",
)  # fmt: skip
def _(_):
    left = a.Withdrawn(on="2026-01-30", reason=REASON)
    return look(
        lines(PLAN, A, B, ("p/B", left), (FIGURE[0], attrs.evolve(FIGURE[1], percentage=0)))
    )


@finding(
    ("recorded-late", "notice", 1, "p"),
    "p : écritures enregistrées le 2026-01-01 plus de 365 jours après leur date d'effet : 1 "
    "(la plus ancienne : 2024-12-31)",
    "p: entries recorded on 2026-01-01 more than 365 days after their effective date: 1 (the "
    "oldest: 2024-12-31)",
)  # fmt: skip
def _(_):
    return look(lines(PLAN, ("p/A", a.Proposed(on="2024-12-31", title="Arbres"))))


@finding(
    ("measure-reached", "notice", None, "p/A"),
    "p/A : « Arbres » a atteint sa cible (10 pour 10), l'action n'est pas réalisée",
    'p/A: "Arbres" has reached its target (10 of 10), the action is not realised',
)  # fmt: skip
def _(_):
    return look(lines(PLAN, (A[0], attrs.evolve(A[1], evidence=measured("10")))))


@finding(
    ("plan-stale", "warning", None, "p"),
    "p : aucune écriture depuis 366 jours (la dernière : 2025-05-31)",
    "p: no entry for 366 days (the last: 2025-05-31)",
)  # fmt: skip
def _(_):
    return look(lines((*PLAN, {"recorded_at": at("2025-05-31")})))


# --- proof bundles


@finding(
    ("bundle-form", "error", None, None),
    "ce n'est pas un dossier de preuve intact : keys.txt",
    "this is no intact proof bundle: keys.txt",
)  # fmt: skip
def _(_):
    return bundled(keys_txt=b"x")


@finding(
    ("claims-differ", "error", None, None),
    "ce que le dossier affirme (proof.json) n'est pas ce que donnent ses écritures",
    "what the bundle claims (proof.json) is not what its entries give",
)  # fmt: skip
def _(_):
    return bundled(proof_json=b"{}\n")


@finding(
    ("consistency-wrong", "error", None, None),
    "le registre d'aujourd'hui (4 écritures) ne prolonge pas celui de la publication (4)",
    "the ledger of now (4 entries) does not extend that of the publication (4)",
)  # fmt: skip
def _(_):
    return bundled(consistency_txt=b"A" * 43 + b"=\n")


@finding(
    ("inclusion-wrong", "error", 3, None),
    "l'écriture 3 n'est pas de celles qui ont été signées",
    "entry 3 is not one of those that were signed",
)  # fmt: skip
def _(_):
    log = lines(PLAN, A, ENGAGED, FIGURE)
    made = prove(log, entries(PLAN, A, ENGAGED, FIGURE)[3], point(log), point(log),
                 keys=[KEY.public], plan_only=True)  # fmt: skip
    zeros = b"3" + 2 * (b" " + b"A" * 43 + b"=") + b"\n"
    proofs = [*made.files["inclusion.txt"].splitlines(keepends=True)[:3], zeros]
    return bundled(plan_only=True, inclusion_txt=b"".join(proofs))


# --- the tests


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_each_finding(case, tmp_path):
    """Its smallest input gives it once, word for word, and nothing else that is wrong."""
    found = case.make(tmp_path).findings
    one = [
        (f.code, f.severity.word, f.entry, f.subject,
         _up_to(case.french, f.text("fr")), _up_to(case.english, f.text("en")))
        for f in found
        if f.code == case.code
    ]  # fmt: skip
    expected = (case.code, case.severity, case.entry, case.subject, case.french, case.english)
    assert [expected] == one
    grave = {f.code for f in found if f.severity.word != "notice"} - {case.code}
    assert set(case.also) == grave


def _up_to(expected, text):
    """Return a text with the words of another library left out, where the case leaves them out."""
    return text[: len(expected) - 1] + "…" if expected.endswith("…") else text


def test_no_finding_is_without_its_case():
    """Each code of the audit once in the table."""
    assert sorted(KINDS) == sorted(case.code for case in CASES)


@pytest.mark.parametrize("code", KINDS)
def test_every_sentence_and_advice_is_there_in_both_languages(code):
    """No empty one, none the same twice, none with a typewriter's quotation marks in French."""
    kind = KINDS[code]
    for french, english in (kind.sentence, kind.advice):
        assert french.strip()
        assert english.strip()
        assert french != english
        assert '"' not in french
        assert "«" not in english
        named = [sorted(re.findall(r"\{\w+\}", text)) for text in (french, english)]
        assert named[0] == named[1]
    assert not kind.sentence[0].endswith(".")
    assert kind.advice[0].endswith(".")
    assert kind.advice[1].endswith(".")


def test_a_plan_that_is_whole_has_no_finding():
    """Signed, with a key that was given, and nothing to ask about."""
    log = lines(PLAN, A, ENGAGED)
    found = look(log, notes=[note(point(log))], keys=[KEY.public])
    assert ((), None, 3) == (found.findings, found.worst, found.entries)


def test_what_damaged_bytes_hold_is_said_in_one_line():
    """A name of a million characters, with an escape: cut, and made plain."""
    state = b'{"event":"\\u001b[2J' + b"x" * 1_000_000 + b'"}'
    [found] = [f for f in look(of([state])).findings if f.code == "bytes-not-canonical"]
    assert found.text().startswith("entry 0 has bytes that the ledger does not write: \\x1b[2Jxx")
    assert 400 > len(found.text())
    found.text("fr").encode()


def test_the_right_entry_keeps_its_sealed_texts():
    """An erasure of an entry's own texts is none of others, and then they may be gone."""
    erased = ("p/A", Erased(entry=1, texts=[REASON], reason=Sealed("cd" * 32)))
    told = lines(PLAN, ("p/A", attrs.evolve(A[1], note=REASON)), erased)
    kept = {BY.commitment: KEPT}
    found = look(told, texts=lambda _: kept)
    assert [("text-missing", 2)] == [
        (f.code, f.entry) for f in found.findings if f.severity.word != "notice"
    ]
    assert found.sealed


def test_the_memory_of_a_ledger_is_audited_like_its_file():
    """`Ledger.lines` of any store."""
    with Ledger.in_memory(recorded_by="x") as ledger:
        ledger.record("p", p.CreatePlan(terms=TERMS))
        found = look(ledger.lines(), texts=ledger.sealed_texts)
    assert ["checkpoint-none"] == [f.code for f in found.findings]


def test_a_missing_file_is_told_once_however_many_entries_name_it(tmp_path):
    """An imported table is the evidence of every row."""
    piece = Evidence(title="Tableau", sha256="a" * 64)
    with Ledger.in_memory(recorded_by="x") as ledger:
        terms = Terms(
            title="P", territory=Territory(name="V"), start="2026-01-01", end="2031-12-31"
        )
        ledger.record("p", CreatePlan(terms=terms))
        for name in "ABC":
            ledger.record(f"p/{name}", Propose(on="2026", title=name, evidence=piece))
        found = audit(ledger.lines(), today=date(2026, 6, 1), archive=Archive(tmp_path))
    missing = [each.entry for each in found.findings if each.code == "evidence-file-missing"]
    assert [1] == missing
