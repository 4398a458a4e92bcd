"""The audit: everything read again; findings, never exceptions. It needs no database.

Decides: what is checked, in which order, of a log from wherever it comes.
Refuses to know: where the log is kept; it is given lines of bytes.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

import attrs

from ..archive import Archive
from ..checkpoint import PublicKey
from ..entry import Entry, sealed_in
from ..errors import BilanError, InvalidValue
from ..evidence import Evidence
from ..history import Record
from ..merkle import root
from ..text import Sealed, SealedText
from ..wire import Line
from . import doubts
from .bundle import Bundle
from .findings import KINDS, Finding, Kind, Severity, found
from .lines import Reading, read, split
from .proof import verify
from .rules import decided_again, impossible
from .signed import Note, against, parsed, signatures

__all__ = [
    "KINDS", "Audit", "Finding", "Kind", "Note", "Severity", "audit", "audit_bundle", "audit_file",
    "read", "split",
]  # fmt: skip

Texts = Callable[[Collection[str]], Mapping[str, SealedText]]


@attrs.frozen
class Audit:
    """What an audit found; `entries` and `root` say of which log.

    `sealed` says whether the texts behind commitments were there to be checked.
    """

    entries: int
    root: bytes
    findings: tuple[Finding, ...]
    sealed: bool = False

    @property
    def worst(self) -> Severity | None:
        """The gravest severity found."""
        return max((finding.severity for finding in self.findings), default=None)


def audit(  # noqa: PLR0913 all but the first are named
    lines: Iterable[Line],
    *,
    today: date,
    notes: Iterable[Note] = (),
    keys: Sequence[PublicKey] = (),
    own_keys: Sequence[PublicKey] = (),
    texts: Texts | None = None,
    archive: Archive | None = None,
) -> Audit:
    """Read a log again and return everything that is wrong or doubtful in it.

    `notes` are checkpoints to hold it against, `keys` the public keys that may have signed them;
    `own_keys`, those that lie beside the ledger, are used where no others are given.
    `texts` returns what stands behind commitments, for whoever holds the ledger itself;
    `archive` holds its captured files. `today` is a civil day of the territory.

    >>> audit([], today=date(2026, 1, 1)).findings[0].code
    'checkpoint-none'
    """
    reading = read(lines)
    findings = [*reading.findings, *_signed(reading, notes, keys or own_keys)]
    if own_keys and not keys and "signature-unknown" not in {each.code for each in findings}:
        findings.append(found("key-own"))
    records, refused = decided_again(reading.entries)
    findings += refused
    for record in records.values():
        findings += _of_plan(record, today)
    kept = _kept(reading.entries, texts, findings)
    if archive is not None:
        findings += doubts.files(_hashes(reading.entries, kept), archive)
    return Audit(len(reading.leaves), root(reading.leaves), tuple(findings), texts is not None)


def audit_file(data: bytes, **more: object) -> Audit:
    """Audit a `ledger.jsonl` (see `audit` for what more can be given)."""
    lines, cut = split(data)
    found_ = audit(lines, **more)  # type: ignore[arg-type]
    return attrs.evolve(found_, findings=(*cut, *found_.findings))


def audit_bundle(  # noqa: PLR0913 all that an auditor may bring
    bundle: Bundle,
    *,
    today: date,
    notes: Sequence[Note] = (),
    keys: Sequence[PublicKey] = (),
    tsa: bytes | None = None,
    archive: Archive | None = None,
) -> Audit:
    """Audit a proof bundle: verify it, and ask about its entries what an audit asks.

    `notes` are checkpoints that the auditor brings. Raises `InvalidValue` ("bundle-part") when
    they are to be held against a bundle of only part of the entries.
    """
    check = verify(bundle, keys, tsa=tsa)
    findings = list(check.findings)
    if not check.statements:  # not even a bundle
        return Audit(0, root([]), tuple(findings))
    signed = next(each for each in check.statements if each.code == "signed")
    if signed.holds is None:
        names = signed.facts["names"]
        findings.append(found("signature-unchecked", place="publication.checkpoint", names=names))
    lines = bundle.lines()
    reading = read(lines)
    if notes:
        if bundle.inclusions() is not None:
            raise InvalidValue("bundle-part", field="checkpoint", value=notes[0].place)
        findings += _signed(reading, notes, keys)
    for record in decided_again(reading.entries)[0].values():
        findings += [each for each in _of_plan(record, today) if each not in findings]
    if archive is not None:
        findings += doubts.files(_hashes(reading.entries, {}), archive)
    return Audit(len(lines), root(reading.leaves), tuple(findings))


def _signed(
    reading: Reading, notes: Iterable[Note], keys: Sequence[PublicKey]
) -> Iterator[Finding]:
    checkpoints, malformed = parsed(notes)
    yield from malformed
    yield from against(reading.leaves, checkpoints)
    yield from signatures(checkpoints, keys)
    if not checkpoints and not malformed:
        yield found("checkpoint-none")


def _of_plan(record: Record, today: date) -> list[Finding]:
    findings = list(impossible(record))
    if record.plan.created is None or findings:
        return findings  # figures of an impossible history would say nothing
    findings += doubts.figures(record)
    findings += doubts.unshown(record, today)
    findings += doubts.late(record)
    findings += doubts.stale(record, today)
    return findings


def _kept(
    entries: tuple[Entry, ...], texts: Texts | None, findings: list[Finding]
) -> Mapping[str, SealedText]:
    if texts is None:
        return {}
    try:
        kept = texts({sealed.commitment for entry in entries for _, sealed in sealed_in(entry)})
    except BilanError as error:
        findings.append(found("store-unreadable", why=error))
        return {}
    findings += doubts.texts(entries, kept)
    return {commitment: text for commitment, text in kept.items() if doubts.holds(text, commitment)}


def _hashes(
    entries: Iterable[Entry], kept: Mapping[str, SealedText]
) -> dict[int, list[tuple[Evidence, str]]]:
    """Return the captured files that each entry names, as far as their hashes can be known."""
    hashes: dict[int, list[tuple[Evidence, str]]] = defaultdict(list)
    for entry in entries:
        for piece in entry.evidence:
            sealed = piece.sealed_sha256
            if piece.sha256 is not None:
                hashes[entry.index].append((piece, piece.sha256))
            elif isinstance(sealed, Sealed) and sealed.commitment in kept:
                hashes[entry.index].append((piece, kept[sealed.commitment].text))
    return hashes
