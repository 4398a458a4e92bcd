"""The verification of a proof bundle: what is proven, what is not, and why.

Decides: what each statement of a verification rests on.
Refuses to know: the ledger, its database, and whether the city is to be believed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from .. import merkle
from ..checkpoint import LOG_KEY, WITNESS_KEY, BadCheckpoint, Checkpoint, PublicKey, Verified
from ..errors import BilanError
from ..history import Record
from ..replay import Reconciliation, Verdict
from ..text import whole
from ..wire import Line
from . import timestamps
from .bundle import BadBundle, Bundle, claims, published
from .findings import Finding, Severity, found
from .lines import Reading, read, split
from .rules import decided_again, impossible

# code: for each of proven, not proven, disproved: (French, English)
STATEMENTS: Mapping[str, tuple[tuple[str, str], tuple[str, str], tuple[str, str]]] = {
    "signed": (
        (
            "Le point de contrôle de la publication ({size} écritures) est signé par {names}, dont vous avez donné la clé.",
            "The checkpoint of the publication ({size} entries) is signed by {names}, whose key you gave.",
        ),
        (
            "Le point de contrôle de la publication ({size} écritures) est signé par {names}, mais la clé vient du dossier lui-même : comparez-la à celle que la collectivité a publiée, puis donnez-la (--key).",
            "The checkpoint of the publication ({size} entries) is signed by {names}, but the key comes from the bundle itself: compare it with the one the city published, then give it (--key).",
        ),
        (
            "La signature du point de contrôle ne tient pas, ou n'est pas de la clé donnée.",
            "The signature of the checkpoint does not hold, or is not of the given key.",
        ),
    ),
    "entries": (
        (
            "Le dossier contient les {size} écritures signées à la publication : aucune n'a été ôtée, ajoutée, changée ou déplacée.",
            "The bundle holds the {size} entries signed at the publication: none was removed, added, changed or moved.",
        ),
        (
            "Le dossier contient {shown} des {size} écritures signées à la publication ; chacune en fait bien partie, mais rien n'exclut que d'autres du même programme aient été laissées de côté. Demandez le dossier complet.",
            "The bundle holds {shown} of the {size} entries signed at the publication; each is one of them, but nothing rules out that others of the same plan were left out. Ask for the whole bundle.",
        ),
        (
            "Les écritures du dossier ne sont pas celles qui ont été signées.",
            "The entries of the bundle are not those that were signed.",
        ),
    ),
    "extended": (
        (
            "Depuis, le registre n'a fait que s'allonger, de {old} à {new} écritures : rien de ce qui était publié n'a été réécrit.",
            "Since then the ledger only grew, from {old} to {new} entries: nothing that was published was rewritten.",
        ),
        (
            "Aucun point de contrôle plus récent n'est joint : ce dossier ne dit rien de ce qui a suivi la publication.",
            "No newer checkpoint is enclosed: this bundle says nothing about what followed the publication.",
        ),
        (
            "Le registre d'aujourd'hui ne prolonge pas celui de la publication : l'historique a été réécrit.",
            "The ledger of now does not extend that of the publication: history was rewritten.",
        ),
    ),
    "rules": (
        (
            "Chaque écriture pouvait être enregistrée selon les règles du registre.",
            "Every entry could be recorded under the rules of the ledger.",
        ),
        ("", ""),
        (
            "Des écritures n'ont pas pu être enregistrées selon les règles du registre.",
            "Some entries cannot have been recorded under the rules of the ledger.",
        ),
    ),
    "figure": (
        (
            "Le chiffre publié, {printed} pour le {on}, découle de ces écritures : {ledger} ; dont réalisées seules : {realised}.",
            "The published figure, {printed} for {on}, follows from these entries: {ledger}; of which realised alone: {realised}.",
        ),
        (
            "Le chiffre publié, {printed} pour le {on}, est possible sans être établi : selon des dates incertaines, {ledger} ; dont réalisées seules : {realised}.",
            "The published figure, {printed} for {on}, is possible, not established: by uncertain dates, {ledger}; of which realised alone: {realised}.",
        ),
        (
            "Le chiffre publié, {printed} pour le {on}, est contredit par ces écritures : {ledger}.",
            "The published figure, {printed} for {on}, is contradicted by these entries: {ledger}.",
        ),
    ),
    "witnessed": (
        (
            "{names} a contresigné : la collectivité ne peut pas lui avoir montré un autre registre.",
            "{names} cosigned: the city cannot have shown it another ledger.",
        ),
        (
            "Aucun témoin dont vous avez donné la clé n'a contresigné : la collectivité pourrait montrer un autre registre à d'autres que vous.",
            "No witness whose key you gave cosigned: the city could show another ledger to others than you.",
        ),
        ("", ""),
    ),
    "dated": (
        (
            "Ce point de contrôle existait au plus tard le {when} ({by}).",
            "This checkpoint existed on {when} at the latest ({by}).",
        ),
        (
            "Quand il a été signé ne repose que sur la parole de la collectivité : ni témoin ni horodatage vérifié.",
            "When it was signed rests on the city's word alone: no witness and no verified timestamp.",
        ),
        (
            "L'horodatage joint ne tient pas.",
            "The enclosed timestamp does not hold.",
        ),
    ),
    "truth": (
        ("", ""),
        (
            "Qu'une écriture soit vraie, ou enregistrée à temps, aucune signature ne le prouve : voyez les pièces justificatives.",
            "That an entry is true, or was recorded in time, no signature proves: look at the evidence.",
        ),
        ("", ""),
    ),
}


@attrs.frozen
class Statement:
    """One statement of a verification: proven (True), not proven (None) or disproved (False)."""

    code: str
    holds: bool | None
    facts: Mapping[str, Any] = attrs.field(factory=dict[str, Any])

    def text(self, lang: str = "en") -> str:
        """Return the statement as it stands, in one sentence ("fr" or "en")."""
        which = {True: 0, None: 1, False: 2}[self.holds]
        return STATEMENTS[self.code][which][lang != "fr"].format_map(self.facts)


@attrs.frozen
class Verification:
    """What a bundle proves, statement by statement, and every finding on the way."""

    statements: tuple[Statement, ...]
    findings: tuple[Finding, ...]
    figure: Reconciliation | None = None

    @property
    def refuted(self) -> bool:
        """Whether anything in the bundle is wrong."""
        return any(each.holds is False for each in self.statements) or any(
            finding.severity is Severity.ERROR for finding in self.findings
        )

    @property
    def trusted(self) -> bool:
        """Whether the signature is of a key that came from elsewhere than the bundle."""
        return any(each.code == "signed" and each.holds is True for each in self.statements)


def verify(
    bundle: Bundle, keys: Sequence[PublicKey] = (), *, tsa: bytes | None = None
) -> Verification:
    """Return what a bundle proves to someone who trusts these keys.

    `keys` are the log's and its witnesses' public keys, obtained on another way than the bundle;
    `tsa` the root certificate (PEM) of a timestamping authority.
    """
    try:
        return _Check(bundle, keys, tsa).run()
    except (BadBundle, BadCheckpoint) as error:
        why = error.facts.get("why", error.code)
        return Verification((), (found("bundle-form", why=why),))


class _Check:
    """One verification, step by step."""

    def __init__(self, bundle: Bundle, keys: Sequence[PublicKey], tsa: bytes | None) -> None:
        bundle.complete()
        self.bundle = bundle
        self.given = list(keys)
        self.tsa = tsa
        self.named = bundle.keys()
        self.publication = bundle.checkpoint("publication")
        self.now = bundle.checkpoint("now")
        self.findings: list[Finding] = []

    def run(self) -> Verification:
        lines, entries = self._entries()
        bytes_ = (self._signed(), entries, self._extended())
        if entries.holds is False:  # what follows from entries that nobody signed means nothing
            return Verification(bytes_, tuple(self.findings))
        reading = read(lines)
        records, refused = decided_again(reading.entries)
        refused += [each for record in records.values() for each in impossible(record)]
        self.findings += [*reading.findings, *refused]
        could_be = all(each.code != "history-impossible" for each in refused)
        check = self._figure(records, reading) if could_be else None
        statements = [*bytes_, Statement("rules", holds=not refused)]
        if check is not None:
            statements.append(_figure(check))
        statements += [*self._third_parties(), Statement("truth", holds=None)]
        return Verification(tuple(statements), tuple(self.findings), check)

    def _signed(self) -> Statement:
        """Both checkpoints must be signed by the log itself: by the given key, if one is given."""
        log_keys = [key for key in self.given if key.kind == LOG_KEY]
        unused, signers, signed = set(self.named), set[str](), True
        for which, checkpoint in (("publication", self.publication), ("now", self.now)):
            verified = self._verified(which, checkpoint)
            unused -= set() if verified is None else {key for key, _ in verified.signed}
            by_log = () if verified is None else verified.by_log
            trusted = {key.name for key in by_log if key in (log_keys or self.named)}
            if verified is not None and not trusted:
                self.findings.append(_unsigned(which, verified, log_keys))
            signed = signed and bool(trusted)
            signers |= trusted
        if unused and not self.findings:
            raise BadBundle("bundle-form", why="keys.txt")
        facts = {"size": self.publication.size, "names": ", ".join(sorted(signers))}
        holds = (True if log_keys else None) if signed else False
        return Statement("signed", holds=holds, facts=facts)

    def _verified(self, which: str, checkpoint: Checkpoint) -> Verified | None:
        """Return who signed; every signature must hold, and be of a key that the bundle names."""
        try:
            verified = checkpoint.verified([*self.named, *self.given])
        except BadCheckpoint as error:
            names = error.facts.get("names") or error.facts.get("name")
            self.findings.append(found("signature-wrong", place=f"{which}.checkpoint", name=names))
            return None
        named = all(key in self.named for key, _ in verified.signed)
        if not named or len(verified.signed) != len(checkpoint.signatures):
            raise BadBundle("bundle-form", why="keys.txt")
        return verified

    def _entries(self) -> tuple[list[Line], Statement]:
        """Hold the lines against what was signed, before anything in them is read."""
        lines, cut = split(self.bundle.files["entries.jsonl"])
        self.findings += cut
        inclusions = self.bundle.inclusions()
        size = self.publication.size
        if inclusions is None:
            leaves = [merkle.leaf_hash(line.state) for line in lines]
            whole = not cut and len(lines) == size and merkle.root(leaves) == self.publication.root
            if not whole:
                self.findings.append(found("tree-mismatch", place="publication", size=size))
            return lines, Statement("entries", holds=whole, facts={"size": size})
        if len(inclusions) != len(lines):
            raise BadBundle("bundle-form", why="inclusion.txt")
        placed = [Line(i, line.state) for (i, _), line in zip(inclusions, lines, strict=True)]
        wrong = list(self._not_included(placed, [proof for _, proof in inclusions]))
        self.findings += wrong
        facts = {"size": size, "shown": len(lines)}
        return placed, Statement("entries", holds=False if wrong else None, facts=facts)

    def _not_included(
        self, lines: Sequence[Line], proofs: Sequence[list[merkle.Hash]]
    ) -> Iterator[Finding]:
        before = -1
        for line, proof in zip(lines, proofs, strict=True):
            leaf, signed = merkle.leaf_hash(line.state), self.publication
            ordered, before = line.index > before, line.index
            if not ordered or not merkle.verify_inclusion(
                leaf, line.index, signed.size, proof, signed.root
            ):
                yield found("inclusion-wrong", line.index)

    def _extended(self) -> Statement:
        old, new = self.publication, self.now
        facts = {"old": old.size, "new": new.size}
        proof = self.bundle.consistency()
        holds = old.origin == new.origin and merkle.verify_consistency(
            old.size, new.size, proof, old.root, new.root
        )
        if not holds:
            self.findings.append(found("consistency-wrong", **facts))
            return Statement("extended", holds=False, facts=facts)
        return Statement("extended", holds=None if old.size == new.size else True, facts=facts)

    def _figure(self, records: Mapping[str, Record], reading: Reading) -> Reconciliation | None:
        """Return the figure, and hold the claims of the bundle against what they should be."""
        claimed = self.bundle.files["proof.json"]
        try:
            index = whole(json.loads(claimed)["figure"]["entry"], "entry")
            check = published(records, reading.entries, index, self.publication)
            derived = claims(reading.entries, index, self.publication, self.now)
        except (BilanError, ValueError, LookupError, TypeError, AssertionError, RecursionError):
            check, derived = None, None  # nothing to derive: not even empty claims are right
        if derived != claimed:
            self.findings.append(found("claims-differ"))
        return check

    def _third_parties(self) -> list[Statement]:
        """Say what witnesses and timestamps add; only those that the reader trusts count."""
        witnesses = {key for key in self.given if key.kind == WITNESS_KEY}
        seen = (
            [
                (key.name, seconds)
                for key, seconds in self.publication.verified([*self.named, *self.given]).signed
                if key in witnesses and seconds is not None
            ]
            if witnesses and not self.findings
            else []
        )
        names = ", ".join(name for name, _ in seen)
        witnessed = Statement("witnessed", holds=True if seen else None, facts={"names": names})
        return [witnessed, self._dated(seen)]

    def _dated(self, seen: Sequence[tuple[str, int]]) -> Statement:
        token = self.bundle.files.get("publication.tsr")
        dates = [(datetime.fromtimestamp(seconds, UTC), name) for name, seconds in seen]
        if token is not None and self.tsa is None:
            self.findings.append(found("timestamp-unchecked", place="publication.tsr"))
        elif token is not None and self.tsa is not None:
            try:
                message = self.publication.text.encode()
                dates.append((timestamps.verified(token, message, self.tsa), "RFC 3161"))
            except timestamps.BadTimestamp as error:
                why = error.facts["why"]
                self.findings.append(found("timestamp-wrong", place="publication.tsr", why=why))
                return Statement("dated", holds=False)
        if not dates:
            return Statement("dated", holds=None)
        when, by = min(dates)
        facts = {"when": when.isoformat(sep=" ", timespec="seconds"), "by": by}
        return Statement("dated", holds=True, facts=facts)


def _unsigned(which: str, verified: Verified, log_keys: Sequence[PublicKey]) -> Finding:
    """Return why a checkpoint whose signatures hold is not the log's word."""
    place = f"{which}.checkpoint"
    names = ", ".join(key.name for key, _ in verified.signed)
    if log_keys and verified.by_log:
        return found("signature-unknown", place=place, names=names)
    origin = verified.checkpoint.origin
    return found("signature-not-log", place=place, origin=origin, names=names)


def _figure(check: Reconciliation) -> Statement:
    holds = {Verdict.AGREES: True, Verdict.POSSIBLE: None, Verdict.CONTRADICTED: False}
    of = "" if check.figure.of is None else f" / {check.figure.of}"
    bounds, realised = check.completion.bounds, check.completion.realised
    facts = {
        "printed": f"{check.figure.percentage:f} %{of}",
        "on": check.figure.on,
        "ledger": str(bounds.low) if bounds.exact else f"{bounds.low} – {bounds.high}",
        "realised": str(realised.low) if realised.exact else f"{realised.low} – {realised.high}",
    }
    return Statement("figure", holds=holds[check.verdict], facts=facts)
