"""The log held against signed checkpoints: nothing that was signed has changed since.

Decides: whether the entries under each checkpoint are still those that were signed, whether
checkpoints contradict each other, and whose signatures hold.
Refuses to know: what the entries say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from ..checkpoint import WITNESS_KEY, BadCheckpoint, Checkpoint, PublicKey
from ..merkle import Hash, Tree
from .findings import Finding, found


@attrs.frozen
class Note:
    """The bytes of a checkpoint and where they come from (a file's name)."""

    place: str
    note: bytes


def parsed(notes: Iterable[Note]) -> tuple[list[tuple[str, Checkpoint]], list[Finding]]:
    """Return the checkpoints of notes, and a finding for each note that is none."""
    checkpoints: list[tuple[str, Checkpoint]] = []
    findings: list[Finding] = []
    for each in notes:
        try:
            checkpoints.append((each.place, Checkpoint.parse(each.note)))
        except BadCheckpoint as error:
            why = error.facts.get("why", error.code)
            findings.append(found("checkpoint-form", place=each.place, why=why))
    return checkpoints, findings


def against(
    leaves: Sequence[Hash], checkpoints: Sequence[tuple[str, Checkpoint]]
) -> Iterator[Finding]:
    """Yield where the log is not what was signed."""
    roots = roots_at(leaves, {checkpoint.size for _, checkpoint in checkpoints})
    signed: dict[tuple[str, int], bytes] = {}
    for place, checkpoint in checkpoints:
        size, name = checkpoint.size, (checkpoint.origin, checkpoint.size)
        if signed.setdefault(name, checkpoint.root) != checkpoint.root:
            yield found("checkpoint-fork", place=place, size=size)
        if size > len(leaves):
            yield found("log-shorter", place=place, size=size, have=len(leaves))
        elif roots[size] != checkpoint.root:
            yield found("tree-mismatch", place=place, size=size)


def roots_at(leaves: Sequence[Hash], sizes: Iterable[int]) -> Mapping[int, Hash]:
    """Return the root at each of some sizes, in one pass."""
    wanted, tree = set(sizes), Tree()
    found_: dict[int, Hash] = {0: tree.root()}
    for leaf in leaves:
        tree.append(leaf)
        if tree.size in wanted:
            found_[tree.size] = tree.root()
    return found_


def signatures(
    checkpoints: Sequence[tuple[str, Checkpoint]], keys: Sequence[PublicKey]
) -> Iterator[Finding]:
    """Yield each signature that does not hold, or that nobody known made."""
    for place, checkpoint in checkpoints:
        names = ", ".join(signature.name for signature in checkpoint.signatures)
        if not keys:
            yield found("signature-unchecked", place=place, names=names)
            continue
        try:
            verified = checkpoint.verified(keys)
        except BadCheckpoint as error:
            if error.code == "signature-wrong":
                yield found("signature-wrong", place=place, name=error.facts["name"])
            else:
                yield found("signature-unknown", place=place, names=names)
            continue
        witnesses = [key for key, _ in verified.signed if key.kind == WITNESS_KEY]
        if not verified.by_log and not witnesses:  # a witness signs what the log has signed
            origin = checkpoint.origin
            yield found("signature-not-log", place=place, origin=origin, names=names)
