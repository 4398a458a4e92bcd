"""The log held against signed checkpoints: nothing that was signed has changed since.

Decides: whether the entries under each checkpoint are still those that were signed, whether
checkpoints contradict each other, and whose signatures hold.
Refuses to know: what the entries say.
"""

from collections.abc import Iterable, Iterator, Sequence

import attrs

from ..checkpoint import WITNESS_KEY, BadCheckpoint, Checkpoint, PublicKey, Signature
from ..merkle import Hash, Tree
from .findings import Finding, found


@attrs.frozen
class Note:
    """The bytes of a checkpoint and where they come from (a file's name).

    `size` is the number of entries that its place promises, where it promises one.
    """

    place: str
    note: bytes
    size: int | None = None


_FRENCH = {
    "not UTF-8": "ce n'est pas de l'UTF-8",
    "control characters": "caractères de contrôle",
    "no signatures": "aucune signature",
    "a signature line": "une ligne de signature",
    "more than 100 signatures": "plus de 100 signatures",
    "origin, size, root": "origine, taille, racine",
    "other lines, or base64 written otherwise": "d'autres lignes, ou un autre base64",
}
_MISPLACED = (
    "c'est celui de {size} écritures, rangé à la place d'un autre",
    "it is that of {size} entries, put in the place of another one",
)


def parsed(notes: Iterable[Note]) -> tuple[list[tuple[str, Checkpoint]], list[Finding]]:
    """Return the checkpoints of notes, and a finding for each note that is none."""
    checkpoints: list[tuple[str, Checkpoint]] = []
    findings: list[Finding] = []
    for each in notes:
        try:
            checkpoint = Checkpoint.parse(each.note)
        except BadCheckpoint as error:
            why = str(error.facts["why"])
            french = _FRENCH.get(why, why)
            findings.append(found("checkpoint-form", place=each.place, why=(french, why)))
            continue
        checkpoints.append((each.place, checkpoint))
        if each.size not in {None, checkpoint.size}:
            misplaced = tuple(text.format(size=checkpoint.size) for text in _MISPLACED)
            findings.append(found("checkpoint-form", place=each.place, why=misplaced))
    return checkpoints, findings


def against(
    leaves: Sequence[Hash], checkpoints: Sequence[tuple[str, Checkpoint]]
) -> Iterator[Finding]:
    """Yield where the log is not what was signed."""
    tree = Tree(leaves)
    signed: dict[tuple[str, int], bytes] = {}
    for place, checkpoint in checkpoints:
        size, name = checkpoint.size, (checkpoint.origin, checkpoint.size)
        if signed.setdefault(name, checkpoint.root) != checkpoint.root:
            yield found("checkpoint-fork", place=place, size=size)
        if size > len(leaves):
            yield found("log-shorter", place=place, size=size, have=len(leaves))
        elif tree.root(size) != checkpoint.root:
            yield found("tree-mismatch", place=place, size=size)


def signatures(
    checkpoints: Sequence[tuple[str, Checkpoint]], keys: Sequence[PublicKey]
) -> Iterator[Finding]:
    """Yield each signature that does not hold, and each checkpoint that nobody known signed.

    A signature under the name or the id of a known key must be that key's; another key of the
    same name may sign beside it, while a key is being replaced.
    """
    for place, checkpoint in checkpoints:
        names = ", ".join(signature.name for signature in checkpoint.signatures)
        if not keys:
            yield found("signature-unchecked", place=place, names=names)
            continue
        holding, wrong = _held(checkpoint, keys)
        for name in wrong:
            yield found("signature-wrong", place=place, name=name)
        if not holding and not wrong:
            yield found("signature-unknown", place=place, names=names)
        by_log = any(key.name == checkpoint.origin or key.kind == WITNESS_KEY for key in holding)
        if holding and not by_log:  # a witness signs only what the log has signed
            origin = checkpoint.origin
            yield found("signature-not-log", place=place, origin=origin, names=names)


def _held(checkpoint: Checkpoint, keys: Sequence[PublicKey]) -> tuple[list[PublicKey], list[str]]:
    """Return the keys whose signature holds, and the names of signatures that do not."""
    known = {(key.name, key.id): key for key in keys}
    holding: list[PublicKey] = []
    wrong: list[str] = []
    strange: list[Signature] = []
    for each in checkpoint.signatures:
        key = known.get((each.name, each.key_id))
        if key is None:
            strange.append(each)
        elif key.verifies(each.data, checkpoint.text):
            holding.append(key)
        else:
            wrong.append(each.name)
    ids, names = {key.id for key in keys}, {key.name for key in keys}
    names -= {key.name for key in holding}
    wrong += [each.name for each in strange if each.key_id in ids or each.name in names]
    return holding, wrong
