"""The commands of proof: keys, checkpoints, bundles, audit, erasure, captured files.

Decides: names and options, and which files are read and written.
Refuses to know: what holds and what does not; `audit` says it.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import attrs
from cyclopts import App, Parameter

from .. import __version__
from ..archive import Archive, erase
from ..archive import finish as finish_erasing
from ..audit import Audit, Finding, Note, Severity, audit, audit_bundle, audit_file
from ..audit import timestamps as tsa_tokens
from ..audit.bundle import BadBundle, Bundle, prove
from ..audit.proof import verify
from ..checkpoint import WITNESS_KEY, BadCheckpoint, Checkpoint, PrivateKey, PublicKey, Verified
from ..dates import day
from ..entry import Entry
from ..errors import InvalidValue, LedgerUnavailable, NotFound
from ..files import write_new
from ..formats import findings as shapes
from ..formats.shapes import entry_json
from ..ledger import Ledger
from ..merkle import Tree, leaf_hash, root
from ..plan import FigurePublished
from ..transfer import export_log, texts_beside
from . import show, show_findings, words
from .app import KEEP, OUTPUT, PROVE, RECORDING, app, command, option, print_json
from .options import Output, Recording, Switch, UsageError
from .words import say

_PARIS = ZoneInfo("Europe/Paris")

KEYS = Annotated[tuple[str, ...], option("opt-key", negative_iterable="")]
ARCHIVE = Annotated[str | None, option("opt-archive", env_var="BILAN_ARCHIVE")]
FILE = Annotated[str, option("opt-file")]


# --- files -----------------------------------------------------------------------------------


def _read(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        raise NotFound("no-file", path=path) from None


def _write_new(path: str | Path, text: str | bytes, mode: int = 0o644) -> None:
    write_new(path, [text.encode() if isinstance(text, str) else text], mode)


def _public(text: str) -> PublicKey:
    """Read a public key: the key itself, or a file that holds it."""
    path = Path(text)
    is_file = "+" not in text and path.is_file()
    try:
        return PublicKey.parse(_read(path).decode() if is_file else text)
    except UnicodeError:
        raise InvalidValue("public-key-form", field="key", value=path) from None


def _private(path: str) -> PrivateKey:
    if path.startswith("PRIVATE+KEY+"):
        raise InvalidValue("private-key-given", field="key", value="…")
    try:
        return PrivateKey.parse(_read(path).decode())
    except UnicodeError:
        raise InvalidValue("private-key-form", field="key", value="…") from None


def archive_of(common: Output, archive: str | None) -> Archive:
    """Return the archive that is meant: the one named, or the one beside the ledger file."""
    if archive is not None:
        return Archive(archive)
    place = common.place()
    if "://" in place:
        raise UsageError(say("which-archive"))
    return Archive.beside(place)


# --- keys and checkpoints --------------------------------------------------------------------

key = App(name="key", help=say("do-key"), group=PROVE)
app.command(key)


@key.command(name="new", help=say("do-key-new"))
def key_new(
    name: Annotated[str, option("opt-key-name")],
    /,
    *,
    out: Annotated[str, option("opt-key-out", name=["--out", "-o"])],
    witness: Annotated[bool, Switch, option("opt-witness")] = False,
    common: OUTPUT = Output(),
) -> None:
    """Make a key that signs: the secret into a file of its own, the public key printed."""
    made = PrivateKey.generate(name, witness=witness)
    _write_new(out, made.secret(), 0o600)
    try:
        _write_new(f"{out}.pub", f"{made.public}\n")
    except LedgerUnavailable:
        Path(out).unlink()  # made a moment ago, and nobody has its public key
        raise
    if common.json:
        print_json({"secret": out, "public": str(made.public)})
    else:
        show.line(say("key-made", path=out))
        show.line(str(made.public))


@key.command(name="show", help=say("do-key-show"))
def key_show(path: FILE, /, *, common: OUTPUT = Output()) -> None:
    """Print the public key of a secret key's file."""
    public = str(_private(path).public)
    if common.json:
        print_json({"public": public})
    else:
        show.line(public)


@command("checkpoint", PROVE)
def checkpoint(
    *,
    key: Annotated[str | None, option("opt-secret-key", env_var="BILAN_KEY")] = None,
    add: Annotated[str | None, option("opt-add-note")] = None,
    signer: KEYS = (),
    archive: ARCHIVE = None,
    common: OUTPUT = Output(),
) -> None:
    """Sign the log as it is now, take in a cosigned checkpoint, or list those that are kept."""
    kept = archive_of(common, archive)
    if add is not None:
        keys = list(dict.fromkeys([*kept.keys(), *map(_public, signer)]))
        taken = _taken_in(common, kept, Checkpoint.parse(_read(add)).verified_by_log(keys))
        _keep(kept, taken.note, [each for each, _ in taken.signed], common)
    elif key is not None:
        secret = _private(key)
        _keep(kept, _signed(common, kept, secret), [secret.public], common)
    else:
        found = kept.checkpoints()
        if common.json:
            print_json([{"size": c.size, "note": str(c)} for c in found])
        else:
            show_findings.checkpoints(found)


def _signed(common: Output, kept: Archive, key: PrivateKey) -> Checkpoint:
    if key.kind == WITNESS_KEY:
        raise UsageError(say("witness-signs-not"))
    with common.open() as ledger:
        now = ledger.checkpoint(key.name)
        _follows(ledger, kept, now)
    return now.signed_by(key)


def _taken_in(common: Output, kept: Archive, given: Verified) -> Verified:
    """Return a cosigned checkpoint that may be kept: it is of this ledger."""
    with common.open() as ledger:
        _follows(ledger, kept, given.checkpoint)
        if not ledger.tree.holds(given.checkpoint):
            raise BadCheckpoint("checkpoint-other-log", size=given.checkpoint.size)
    if given.unknown:
        show.err.print(say("signatures-left", names=", ".join(given.unknown)), style="yellow")
    return given


def _follows(ledger: Ledger, kept: Archive, new: Checkpoint) -> None:
    """Refuse a checkpoint of another name, or of a history that was rewritten."""
    for before in kept.checkpoints():
        if before.origin != new.origin:
            raise BadCheckpoint("origin-changed", origin=before.origin, name=new.origin)
        if not ledger.tree.holds(before):
            raise BadCheckpoint("checkpoint-other-log", size=before.size)


def _keep(kept: Archive, note: Checkpoint, keys: Sequence[PublicKey], common: Output) -> None:
    place = kept.keep(note)
    for each in keys:
        kept.keep_key(each)
    joined = Checkpoint.parse(place.read_bytes())
    if common.json:
        print_json({"size": joined.size, "file": str(place), "note": str(joined)})
    else:
        print(joined, end="")  # noqa: T201 the note itself, to be published as it is
        show.err.print(say("checkpoint-kept", path=place), style="dim")


@command("cosign", PROVE)
def cosign(
    note: FILE,
    /,
    *,
    key: Annotated[str, option("opt-secret-key", env_var="BILAN_KEY")],
    log_key: Annotated[str, option("opt-log-key")],
    entries: Annotated[str | None, option("opt-entries")] = None,
    out: Annotated[str, option("opt-out", name=["--out", "-o"])],
    common: OUTPUT = Output(),
) -> None:
    """As a witness: sign a city's checkpoint after checking that its log only grew."""
    given = Checkpoint.parse(_read(note))
    given.verified_by_log([_public(log_key)])
    witness = _private(key)
    if witness.kind != WITNESS_KEY:
        raise UsageError(say("not-a-witness"))
    if Path(out).exists():
        raise LedgerUnavailable("file-exists", path=out)
    signed = given.signed_by(witness, seconds=int(datetime.now(_PARIS).timestamp()))
    with _remembering(Path(f"{key}.seen"), signed) as before:
        if before is not None:
            _only_grew(before, given, entries, f"{key}.seen")
    _write_new(out, str(signed))
    if common.json:
        print_json({"size": signed.size, "file": out, "note": str(signed)})
    else:
        show.line(say("cosigned", size=signed.size, path=out))


@contextmanager
def _remembering(seen: Path, signed: Checkpoint) -> Iterator[Checkpoint | None]:
    """Give the checkpoint that a witness saw last; afterwards `signed` is that one.

    It is on disk before the signature leaves, and only one cosignature at a time is under way:
    otherwise two copies of a log that differ could both be signed.
    """
    draft = seen.with_name(f"{seen.name}.new")
    _write_new(draft, str(signed))
    try:
        yield Checkpoint.parse(seen.read_bytes()) if seen.exists() else None
        draft.replace(seen)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _only_grew(before: Checkpoint, given: Checkpoint, entries: str | None, seen: str) -> None:
    """Refuse to cosign what does not extend the last checkpoint that this witness saw."""
    if before.origin != given.origin:
        raise UsageError(say("other-origin", path=seen, origin=before.origin))
    if before.size == given.size:
        if before.root != given.root:
            raise BadCheckpoint("checkpoint-fork", size=given.size, path=seen)
        return
    if given.size < before.size:
        raise BadCheckpoint("checkpoint-older", size=given.size, seen=before.size)
    if entries is None:
        raise UsageError(say("entries-missing", size=before.size))
    tree = Tree(map(leaf_hash, _read(entries).split(b"\n")[:-1]))
    for each in (before, given):
        if each.size > tree.size or tree.root(each.size) != each.root:
            raise BadCheckpoint("checkpoint-other-log", size=each.size)


timestamp = App(name="timestamp", help=say("do-timestamp"), group=PROVE)
app.command(timestamp)


@timestamp.command(name="request", help=say("do-timestamp-request"))
def timestamp_request(
    note: FILE,
    /,
    *,
    out: Annotated[str, option("opt-out", name=["--out", "-o"])],
    common: OUTPUT = Output(),
) -> None:
    """Write the RFC 3161 request for a checkpoint, to be sent to an authority."""
    data = tsa_tokens.request(Checkpoint.parse(_read(note)).text.encode())
    _write_new(out, data)
    if common.json:
        print_json({"file": out})
    else:
        show.line(say("written", path=out))


@timestamp.command(name="add", help=say("do-timestamp-add"))
def timestamp_add(
    answer: FILE,
    /,
    *,
    size: Annotated[int, option("opt-size")],
    tsa: Annotated[str, option("opt-tsa")],
    archive: ARCHIVE = None,
    common: OUTPUT = Output(),
) -> None:
    """Verify an authority's answer and keep it beside the checkpoint."""
    kept = archive_of(common, archive)
    found = next((each for each in kept.checkpoints() if each.size == size), None)
    if found is None:
        raise NotFound("no-checkpoint", size=size)
    token = _read(answer)
    when = tsa_tokens.verified(token, found.text.encode(), _read(tsa))
    _write_new(kept.timestamp_place(size), token)
    if common.json:
        print_json({"size": size, "when": when.isoformat()})
    else:
        show.line(say("timestamped", size=size, when=when))


# --- bundles ---------------------------------------------------------------------------------


@command("prove", PROVE)
def prove_(
    figure: Annotated[str, option("opt-figure")],
    /,
    *,
    out: Annotated[str, option("opt-out", name=["--out", "-o"])],
    at: Annotated[str | None, option("opt-at")] = None,
    plan_only: Annotated[bool, Switch, option("opt-plan-only")] = False,
    archive: ARCHIVE = None,
    common: OUTPUT = Output(),
) -> None:
    """Write the proof bundle of a published figure."""
    kept = archive_of(common, archive)
    with common.open() as ledger:
        entry = _figure_entry(ledger, figure)
        lines = list(ledger.lines())
    notes = [Checkpoint.parse(_read(at))] if at is not None else kept.checkpoints()
    covering = [each for each in notes if each.size > entry.index]
    if not covering:
        raise NotFound("no-checkpoint-yet", entry=entry.index)
    publication = covering[0]
    now = max((publication, *kept.checkpoints()), key=lambda each: each.size)
    token = kept.timestamp_place(publication.size)
    bundle = prove(
        lines, entry, publication, now, keys=kept.keys(), plan_only=plan_only,
        timestamp=token.read_bytes() if token.exists() else None,
    )  # fmt: skip
    bundle.write(out)
    if common.json:
        print_json({"file": out, "publication": publication.size, "now": now.size})
    else:
        show.line(say("proof-made", path=out, size=publication.size, now=now.size))


def _figure_entry(ledger: Ledger, text: str) -> Entry:
    """Return the entry of a published figure: by its index, `plan#version`, or a plan's latest."""
    plan, _, version = text.partition("#")
    found = [
        entry
        for entry in ledger.entries()
        if isinstance(entry.event, FigurePublished)
        and (str(entry.index) == text or entry.plan == plan)
        and version in {"", str(entry.version)}
    ]
    if not found:
        raise NotFound("no-figure", figure=text)
    return found[-1]


@command("verify", PROVE)
def verify_(
    proof: FILE,
    /,
    *,
    key: KEYS = (),
    tsa: Annotated[str | None, option("opt-tsa")] = None,
    common: OUTPUT = Output(),
) -> int:
    """Verify a proof bundle, without the ledger and without trusting anybody."""
    keys = [_public(each) for each in key]
    found = verify(Bundle.read(proof), keys, tsa=None if tsa is None else _read(tsa))
    if common.json:
        print_json(shapes.verification_json(found, words.LANG))
    else:
        show_findings.verification(found)
    if found.refuted:
        return 1
    return 0 if found.trusted else 6


# --- audit -----------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class AuditOptions:
    """What an audit is held against, and where else it is written."""

    key: KEYS = ()
    checkpoint: Annotated[tuple[str, ...], option("opt-note-file", negative_iterable="")] = ()
    archive: ARCHIVE = None
    today: Annotated[str | None, option("opt-today")] = None
    sarif: Annotated[str | None, option("opt-sarif")] = None
    report: Annotated[str | None, option("opt-report")] = None

    def day(self) -> date:
        """Return the day on which it is asked."""
        return day(self.today, "today") if self.today else datetime.now(_PARIS).date()

    def notes(self) -> list[Note]:
        """Return the checkpoints that were given by hand."""
        return [Note(each, _read(each)) for each in self.checkpoint]


AUDIT = Annotated[AuditOptions, Parameter(name="*")]


@command("audit", PROVE)
def audit_(
    source: Annotated[str | None, option("opt-source")] = None,
    /,
    *,
    against: AUDIT = AuditOptions(),
    common: OUTPUT = Output(),
) -> int:
    """Read everything again and say what is wrong or doubtful."""
    if source is not None and _is_ledger(source):
        common = attrs.evolve(common, ledger=source)
    found, name = (
        _audited_ledger(common, against)
        if source is None or _is_ledger(source)
        else (_audited_file(source, against), source)
    )
    if against.sarif is not None:
        text = json.dumps(shapes.sarif(found, name, __version__, words.LANG), indent=2)
        _write_new(against.sarif, text + "\n")
    if against.report is not None:
        from ..report.audit_page import page  # noqa: PLC0415 only where a page is asked for

        _write_new(against.report, page(found, name, against.day(), words.LANG))
    if common.json:
        print_json(shapes.audit_json(found, words.LANG))
    else:
        show_findings.audited(found, name)
    return {Severity.ERROR: 1, Severity.WARNING: 6}.get(found.worst or Severity.NOTICE, 0)


def _is_ledger(source: str) -> bool:
    """Whether a source is a ledger: an address, a file called so, or any SQLite file."""
    if "://" in source or source.endswith(".ledger"):
        return True
    try:
        with Path(source).open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


_SQLITE = b"SQLite format 3\x00"


def _audited_ledger(common: Output, against: AuditOptions) -> tuple[Audit, str]:
    beside = against.archive is not None or "://" not in common.place()
    kept = archive_of(common, against.archive) if beside else None
    notes = [Note(str(path), note, int(path.name)) for path, note in kept.notes()] if kept else []
    own, unreadable = _own_keys(kept)
    with common.open() as ledger:
        found = audit(
            ledger.lines(), today=against.day(), notes=[*notes, *against.notes()],
            keys=[_public(each) for each in against.key], own_keys=own,
            texts=ledger.sealed_texts, archive=kept,
        )  # fmt: skip
        # As the store names itself: an address without its password.
        return attrs.evolve(
            found, findings=(*unreadable, *found.findings)
        ), ledger.application.place


def _own_keys(kept: Archive | None) -> tuple[list[PublicKey], list[Finding]]:
    """Return the keys that lie in an archive, and a finding for each file that holds none."""
    keys: list[PublicKey] = []
    findings: list[Finding] = []
    for path in sorted((kept.folder / "keys").glob("*.pub")) if kept else ():
        try:
            keys.append(_public(str(path)))
        except (InvalidValue, NotFound):
            findings.append(Finding(code="key-form", place=str(path)))
    return keys, findings


def _audited_file(source: str, against: AuditOptions) -> Audit:
    keys = [_public(each) for each in against.key]
    archive = Archive(against.archive) if against.archive else None
    if not Path(source).is_dir() and not source.endswith(".zip"):
        return audit_file(
            _read(source), today=against.day(), notes=against.notes(), keys=keys, archive=archive
        )
    try:
        return audit_bundle(
            Bundle.read(source),
            today=against.day(), notes=against.notes(), keys=keys, archive=archive,
        )  # fmt: skip
    except BadBundle as error:
        why = error.facts["why"]
        return Audit(0, root([]), (Finding(code="bundle-form", facts={"why": why}),))


@command("export", KEEP)
def export(
    path: FILE,
    /,
    *,
    texts: Annotated[bool, Switch, option("opt-texts")] = False,
    common: OUTPUT = Output(),
) -> None:
    """Write the log as a file: the canonical bytes of one entry a line."""
    with common.open() as ledger:
        entries = export_log(ledger, path, texts=texts)
    if common.json:
        print_json({"file": path, "entries": entries})
    else:
        show.line(say("exported", path=path, entries=entries))
        if texts:
            show.line(say("exported-texts", path=texts_beside(path)), "yellow")


# --- erasure ---------------------------------------------------------------------------------


@command("erase", KEEP)
def erase_(
    entry: Annotated[int | None, option("opt-erase-entry")] = None,
    /,
    *,
    reason: Annotated[str | None, option("opt-reason")] = None,
    field: Annotated[tuple[str, ...], option("opt-field", negative_iterable="")] = (),
    finish: Annotated[bool, Switch, option("opt-finish")] = False,
    archive: ARCHIVE = None,
    common: RECORDING = Recording(),
) -> None:
    """Destroy the texts that an entry commits to, and record that."""
    beside = archive is not None or "://" not in common.place()
    kept = archive_of(common, archive) if beside else None
    if finish:
        with common.open(read_only=False) as ledger:
            finish_erasing(ledger, kept)
        show.line(say("scrubbed"))
        return
    if entry is None or reason is None:
        raise UsageError(say("erase-what"))
    with common.open_to_record() as ledger:
        erased = erase(ledger, kept, entry, reason=reason, fields=field)
        if common.json:
            print_json([entry_json(erased, ledger.text)])
        else:
            show.recorded([erased])
            show.line(say("erased-backups"), "dim")
