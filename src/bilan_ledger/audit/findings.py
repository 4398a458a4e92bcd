"""Findings: what an audit says, each under a stable code, in French and in English.

Decides: which findings there are, how grave each is, its sentence, and what to do about it.
Refuses to know: how they are found.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import attrs

from ..errors import BilanError, Refusal, shown


class Severity(IntEnum):
    """How grave a finding is; the worst one decides the exit code."""

    NOTICE = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The word for programs."""
        return self.name.lower()


@attrs.frozen
class Kind:
    """A kind of finding: its severity, its sentence and its advice, each as (French, English)."""

    severity: Severity
    sentence: tuple[str, str]
    advice: tuple[str, str]


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTICE

_RESTORE = (
    "Comparez avec une sauvegarde ou une copie tenue ailleurs, et restaurez celle qui est intacte.",
    "Compare with a backup or with a copy held elsewhere, and restore the one that is intact.",
)
_ASK = (
    "Demandez à la collectivité de s'expliquer, cet audit en main.",
    "Ask the municipality to explain, with this audit in hand.",
)
_REBUILD = (
    "Demandez le dossier de preuve d'origine ; ne vous fiez pas à celui-ci.",
    "Ask for the original proof bundle; do not rely on this one.",
)

KINDS: Mapping[str, Kind] = {
    # --- the bytes
    "store-unreadable": Kind(
        _E,
        (
            "le registre ne se lit pas jusqu'au bout : {why}",
            "the ledger cannot be read whole: {why}",
        ),
        _RESTORE,
    ),
    "bytes-not-canonical": Kind(
        _E,
        (
            "l'écriture {entry} a des octets que le registre n'écrit pas : {why}",
            "entry {entry} has bytes that the ledger does not write: {why}",
        ),
        _RESTORE,
    ),
    "row-disagrees": Kind(
        _E,
        (
            "l'écriture {entry} : la colonne « {column} » de la base ne dit pas ce que disent ses octets",
            'entry {entry}: the database column "{column}" does not say what its bytes say',
        ),
        _RESTORE,
    ),
    "entry-missing": Kind(
        _E,
        (
            "une écriture manque : {subject}, n° {version} de sa suite",
            "an entry is missing: {subject}, number {version} of its stream",
        ),
        _RESTORE,
    ),
    "entry-doubled": Kind(
        _E,
        (
            "l'écriture {entry} est en double : {subject}, n° {version} de sa suite",
            "entry {entry} is there twice: {subject}, number {version} of its stream",
        ),
        _RESTORE,
    ),
    "entry-reordered": Kind(
        _E,
        (
            "l'écriture {entry} n'est pas à sa place : {subject}, n° {version} de sa suite, vient trop tard",
            "entry {entry} is out of order: {subject}, number {version} of its stream, comes too late",
        ),
        _RESTORE,
    ),
    "recorded-back": Kind(
        _E,
        (
            "l'écriture {entry} est datée d'avant celle qui la précède ({recorded_at})",
            "entry {entry} is dated before the one that precedes it ({recorded_at})",
        ),
        _RESTORE,
    ),
    "line-unended": Kind(
        _E,
        (
            "la dernière ligne du fichier n'est pas terminée : le fichier est coupé",
            "the last line of the file is not ended: the file is cut",
        ),
        _RESTORE,
    ),
    "text-disagrees": Kind(
        _E,
        (
            "écriture {entry} : le texte conservé ({field}) n'est pas celui qui a été scellé",
            "entry {entry}: the text that is kept ({field}) is not the one that was sealed",
        ),
        _RESTORE,
    ),
    "text-missing": Kind(
        _W,
        (
            "écriture {entry} : un texte scellé ({field}) n'est plus là, et aucun effacement n'est enregistré",
            "entry {entry}: a sealed text ({field}) is gone, and no erasure is recorded",
        ),
        (
            "S'il a été effacé, enregistrez-le (« bilan erase ») ; sinon restaurez une sauvegarde.",
            'If it was erased, record that ("bilan erase"); otherwise restore a backup.',
        ),
    ),
    "erasure-foreign": Kind(
        _E,
        (
            "l'écriture {entry} dit effacer des textes que l'écriture visée ne contient pas",
            "entry {entry} says to erase texts that the entry it names does not hold",
        ),
        _ASK,
    ),
    # --- checkpoints
    "checkpoint-none": Kind(
        _N,
        (
            "aucun point de contrôle : rien ne montre que l'historique n'a pas été réécrit",
            "no checkpoint: nothing shows that history was not rewritten",
        ),
        (
            "Signez-en un (« bilan checkpoint ») et publiez-le hors de la mairie.",
            'Sign one ("bilan checkpoint") and publish it outside the town hall.',
        ),
    ),
    "checkpoint-form": Kind(
        _E,
        (
            "{place} n'est pas un point de contrôle : {why}",
            "{place} is not a checkpoint: {why}",
        ),
        _RESTORE,
    ),
    "checkpoint-fork": Kind(
        _E,
        (
            "{place} : deux points de contrôle de {size} écritures se contredisent",
            "{place}: two checkpoints of {size} entries contradict each other",
        ),
        (
            "Gardez les deux notes signées : ensemble elles prouvent que l'historique a été réécrit.",
            "Keep both signed notes: together they prove that history was rewritten.",
        ),
    ),
    "tree-mismatch": Kind(
        _E,
        (
            "{place} : les {size} premières écritures ne sont pas celles qui ont été signées",
            "{place}: the first {size} entries are not those that were signed",
        ),
        (
            "Des écritures ont été changées, ôtées, ajoutées ou déplacées depuis. Gardez ce point de "
            "contrôle et demandez une copie d'alors.",
            "Entries were changed, removed, added or moved since. Keep this checkpoint and ask for a "
            "copy of that time.",
        ),
    ),
    "log-shorter": Kind(
        _E,
        (
            "{place} : {size} écritures ont été signées, il n'y en a plus que {have}",
            "{place}: {size} entries were signed, only {have} are left",
        ),
        (
            "La fin du registre a été ôtée, ou cette copie est plus ancienne. Demandez la copie complète.",
            "The end of the ledger was removed, or this copy is older. Ask for the whole one.",
        ),
    ),
    "signature-wrong": Kind(
        _E,
        (
            "{place} : la signature de {name} ne tient pas",
            "{place}: the signature of {name} does not hold",
        ),
        (
            "Le point de contrôle ou la signature a été changé. Demandez l'original.",
            "The checkpoint or the signature was changed. Ask for the original.",
        ),
    ),
    "signature-unknown": Kind(
        _W,
        (
            "{place} : aucune des clés que vous avez données ne l'a signé (signé par : {names})",
            "{place}: none of the keys that you gave signed it (signed by: {names})",
        ),
        (
            "Demandez la clé publique à la collectivité par un autre chemin, et donnez-la (--key).",
            "Ask the municipality for its public key on another way, and give it (--key).",
        ),
    ),
    "signature-not-log": Kind(
        _E,
        (
            "{place} : aucune signature n'est de la clé du registre {origin} lui-même (signé par : {names})",
            "{place}: no signature is of the key of the ledger {origin} itself (signed by: {names})",
        ),
        _ASK,
    ),
    "key-own": Kind(
        _N,
        (
            "les signatures tiennent, mais d'après les clés rangées à côté du registre, que seule la collectivité garantit",
            "the signatures hold, but by the keys that lie beside the ledger, for which the municipality alone vouches",
        ),
        (
            "Donnez la clé publique du registre (--key), obtenue par un autre chemin.",
            "Give the ledger's public key (--key), obtained on another way.",
        ),
    ),
    "key-form": Kind(
        _W,
        (
            "{place} n'est pas une clé publique",
            "{place} is no public key",
        ),
        (
            "Redemandez cette clé ; sans elle ses signatures ne sont pas vérifiées.",
            "Ask for this key again; without it its signatures are not checked.",
        ),
    ),
    "signature-unchecked": Kind(
        _N,
        (
            "{place} : signature non vérifiée, aucune clé n'a été donnée (signé par : {names})",
            "{place}: signature not checked, no key was given (signed by: {names})",
        ),
        (
            "Donnez la clé publique du registre (--key), obtenue par un autre chemin.",
            "Give the ledger's public key (--key), obtained on another way.",
        ),
    ),
    "timestamp-wrong": Kind(
        _E,
        (
            "{place} : l'horodatage ne tient pas : {why}",
            "{place}: the timestamp does not hold: {why}",
        ),
        _ASK,
    ),
    "timestamp-unchecked": Kind(
        _N,
        (
            "{place} : horodatage non vérifié, aucun certificat racine n'a été donné",
            "{place}: timestamp not checked, no root certificate was given",
        ),
        (
            "Donnez le certificat racine de l'autorité d'horodatage (--tsa).",
            "Give the root certificate of the timestamping authority (--tsa).",
        ),
    ),
    # --- the rules
    "history-impossible": Kind(
        _E,
        (
            "{subject} : une histoire qui ne peut pas avoir eu lieu ({why})",
            "{subject}: a history that cannot have been ({why})",
        ),
        _ASK,
    ),
    "refused-by-rules": Kind(
        _E,
        (
            "l'écriture {entry} ({subject}) aurait été refusée par les règles : {why}",
            "entry {entry} ({subject}) would have been refused by the rules: {why}",
        ),
        (
            "Elle n'a pas été enregistrée par le registre. Demandez d'où elle vient.",
            "It was not recorded through the ledger. Ask where it comes from.",
        ),
    ),
    # --- evidence
    "evidence-differs": Kind(
        _E,
        (
            "écriture {entry} : le fichier conservé pour « {title} » n'a plus le SHA-256 inscrit",
            'entry {entry}: the file kept for "{title}" no longer has the SHA-256 recorded',
        ),
        (
            "Reprenez le fichier d'origine d'une sauvegarde.",
            "Take the original file from a backup.",
        ),
    ),
    "evidence-file-missing": Kind(
        _W,
        (
            "écriture {entry} : le fichier de « {title} » n'est pas dans les archives",
            'entry {entry}: the file of "{title}" is not in the archive',
        ),
        (
            "Ajoutez-le (« bilan evidence add FICHIER »).",
            'Add it ("bilan evidence add FILE").',
        ),
    ),
    "evidence-missing": Kind(
        _W,
        (
            "{subject} est réalisée sans aucune pièce justificative",
            "{subject} is realised without any evidence",
        ),
        (
            "Joignez une pièce (« bilan evidence attach »).",
            'Attach evidence ("bilan evidence attach").',
        ),
    ),
    # --- the figure
    "figure-contradicted": Kind(
        _E,
        (
            "{subject} : le chiffre publié {printed} pour le {on} est contredit par le registre ({ledger})",
            "{subject}: the published figure {printed} for {on} is contradicted by the ledger ({ledger})",
        ),
        (
            "Voyez « bilan reconcile » et « bilan explain » ; corrigez le registre ou le chiffre.",
            'See "bilan reconcile" and "bilan explain"; correct the ledger or the figure.',
        ),
    ),
    "figure-revised": Kind(
        _W,
        (
            "{subject} : le chiffre publié {printed} pour le {on} découlait du registre quand il a été enregistré ; ce qui a été enregistré depuis le change ({ledger})",
            "{subject}: the published figure {printed} for {on} followed from the ledger when it was recorded; what was recorded since changes it ({ledger})",
        ),
        (
            "Publiez le chiffre revu, et dites ce qui l'a changé (« bilan replay PROGRAMME --revisions JOUR »).",
            'Publish the revised figure, and say what changed it ("bilan replay PLAN --revisions DAY").',
        ),
    ),
    "figure-possible": Kind(
        _W,
        (
            "{subject} : le chiffre publié {printed} pour le {on} est possible, sans être établi ({ledger})",
            "{subject}: the published figure {printed} for {on} is possible, not established ({ledger})",
        ),
        (
            "Précisez les dates incertaines des actions qui en décident.",
            "Make the uncertain dates of the actions that decide it more precise.",
        ),
    ),
    "figure-agrees": Kind(
        _N,
        (
            "{subject} : le chiffre publié {printed} pour le {on} est celui du registre ({ledger})",
            "{subject}: the published figure {printed} for {on} is the ledger's ({ledger})",
        ),
        ("Rien à faire.", "Nothing to do."),
    ),
    "base-changed": Kind(
        _W,
        (
            "{subject} : la base du chiffre du {on} a changé dans les {days} jours précédents ; "
            "actions concernées : {count} ({actions})",
            "{subject}: the base of the figure of {on} changed in the {days} days before it; "
            "actions concerned: {count} ({actions})",
        ),
        (
            "Dites-le à côté du chiffre, avec le motif de chaque changement.",
            "Say so beside the figure, with the reason of each change.",
        ),
    ),
    "recorded-late": Kind(
        _N,
        (
            "{subject} : écritures enregistrées le {recorded} plus de {days} jours après leur date "
            "d'effet : {count} (la plus ancienne : {earliest})",
            "{subject}: entries recorded on {recorded} more than {days} days after their effective "
            "date: {count} (the oldest: {earliest})",
        ),
        (
            "Attendu d'un historique repris ; sinon demandez pourquoi si tard.",
            "Expected of a history that was taken over; otherwise ask why so late.",
        ),
    ),
    "measure-reached": Kind(
        _N,
        (
            "{subject} : « {indicator} » a atteint sa cible ({value} pour {target}), l'action n'est pas réalisée",
            '{subject}: "{indicator}" has reached its target ({value} of {target}), the action is not realised',
        ),
        (
            "Réexaminez le statut de l'action.",
            "Review the status of the action.",
        ),
    ),
    "plan-stale": Kind(
        _W,
        (
            "{subject} : aucune écriture depuis {days} jours (la dernière : {last})",
            "{subject}: no entry for {days} days (the last: {last})",
        ),
        (
            "Passez les actions en revue et enregistrez où elles en sont.",
            "Review the actions and record where they stand.",
        ),
    ),
    # --- proof bundles
    "bundle-form": Kind(
        _E,
        (
            "ce n'est pas un dossier de preuve intact : {why}",
            "this is no intact proof bundle: {why}",
        ),
        _REBUILD,
    ),
    "claims-differ": Kind(
        _E,
        (
            "ce que le dossier affirme (proof.json) n'est pas ce que donnent ses écritures",
            "what the bundle claims (proof.json) is not what its entries give",
        ),
        _REBUILD,
    ),
    "consistency-wrong": Kind(
        _E,
        (
            "le registre d'aujourd'hui ({new} écritures) ne prolonge pas celui de la publication ({old})",
            "the ledger of now ({new} entries) does not extend that of the publication ({old})",
        ),
        _ASK,
    ),
    "inclusion-wrong": Kind(
        _E,
        (
            "l'écriture {entry} n'est pas de celles qui ont été signées",
            "entry {entry} is not one of those that were signed",
        ),
        _ASK,
    ),
}


_LONGEST = 300  # characters of a fact: whoever damaged a log may have written anything


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that an audit found.

    `entry` is the index of an entry in the log, `subject` a plan or `plan/action`, `place` a file
    or a line; `facts` fill the sentence (a pair is French and English; see `told`).
    """

    code: str
    entry: int | None = None
    subject: str | None = None
    place: str | None = None
    facts: Mapping[str, Any] = attrs.field(factory=dict[str, Any])

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return KINDS[self.code].severity

    def text(self, lang: str = "en") -> str:
        """Return the finding as one sentence ("fr" or "en")."""
        sentence = KINDS[self.code].sentence[lang != "fr"]
        about = {"entry": self.entry, "subject": self.subject, "place": self.place}
        return sentence.format_map({**about, **self.told(lang)})

    def told(self, lang: str = "en") -> Mapping[str, str]:
        """Return the facts as texts: of one line, not too long, in the language asked for."""
        return {name: shown(_said(value, lang), _LONGEST) for name, value in self.facts.items()}

    def advice(self, lang: str = "en") -> str:
        """Return what to do about it ("fr" or "en")."""
        return KINDS[self.code].advice[lang != "fr"]


def _said(value: Any, lang: str) -> object:
    """Return a fact as it is said: a refusal, an error, or a pair (French, English)."""
    if isinstance(value, Refusal | BilanError):
        return value.text(lang)
    return value[lang != "fr"] if isinstance(value, tuple) else value


def found(code: str, entry: int | None = None, /, **facts: Any) -> Finding:
    """Return a finding; `subject` and `place` among the facts say what and where."""
    return Finding(
        code=code,
        entry=entry,
        subject=facts.pop("subject", None),
        place=facts.pop("place", None),
        facts=facts,
    )
