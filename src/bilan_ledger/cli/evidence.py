"""The commands of evidence: attach it, and keep copies of the files beside the ledger.

Decides: names and options. Refuses to know: where the files lie; `archive` does.
"""

from typing import Annotated, Any

import attrs
from cyclopts import App, Parameter

from ..archive import Archive, Captured
from ..record import AttachEvidence
from . import options, show
from .app import OUTPUT, RECORD, RECORDING, app, option, print_json, record
from .options import EvidenceOptions, MeasureOptions, Output, Recording, Switch
from .proof import ARCHIVE, FILE, archive_of
from .words import say

evidence = App(name="evidence", help=say("do-evidence"), group=RECORD)
app.command(evidence)


@evidence.command(name="attach", help=say("do-evidence-attach"))
def attach(
    subject: options.Subject,
    /,
    *,
    title: Annotated[str, option("opt-evidence")],
    entry: Annotated[int | None, option("opt-entry")] = None,
    file: Annotated[str | None, option("do-evidence-add")] = None,
    private: Annotated[bool, Switch, option("opt-private")] = False,
    note: options.Note = None,
    piece: Annotated[EvidenceOptions, Parameter(name="*")] = EvidenceOptions(),
    measure: Annotated[MeasureOptions, Parameter(name="*")] = MeasureOptions(),
    archive: ARCHIVE = None,
    common: RECORDING = Recording(),
) -> None:
    """Attach a piece of evidence, with a copy of its file and a key figure if there is one."""
    shown = piece.evidence(title, measure.measure())
    if file is not None:
        kept = archive_of(common, archive).add(file)
        shown = attrs.evolve(shown, **_described(kept, private=private))
    record(subject, AttachEvidence(evidence=shown, entry=entry, note=note), common)


def _described(kept: Captured, *, private: bool) -> dict[str, Any]:
    """Return what an entry says of a captured file."""
    if private:  # not even its size: that, too, can confirm a guess
        return {"sealed_sha256": kept.sha256, "media_type": kept.media_type}
    return {"sha256": kept.sha256, "media_type": kept.media_type, "size": kept.size}


@evidence.command(name="add", help=say("do-evidence-add"))
def add(path: FILE, /, *, archive: ARCHIVE = None, common: OUTPUT = Output()) -> None:
    """Keep a copy of a file in the archive."""
    kept = archive_of(common, archive).add(path)
    if common.json:
        told = attrs.asdict(kept)
        print_json({**told, "path": str(kept.path)})
    else:
        show.line(f"{kept.sha256}  {kept.media_type}  {kept.size} {say('bytes')}")


@evidence.command(name="list", help=say("do-evidence-list"))
def list_(*, archive: ARCHIVE = None, common: OUTPUT = Output()) -> int:
    """Show the files that are kept or named, and verify them."""
    kept = archive_of(common, archive)
    with common.open() as ledger:
        named = {
            digest: piece
            for entry in ledger.entries()
            for piece in entry.evidence
            if (digest := piece.sha256 or ledger.text(piece.sealed_sha256))
        }
    rows = [_row(kept, digest, named.get(digest)) for digest in sorted({*named, *kept.captured()})]
    if common.json:
        print_json(rows)
    else:
        show.captured(rows)
    return 1 if any(row["whole"] is False for row in rows) else 0


def _row(kept: Archive, digest: str, piece: Any) -> dict[str, Any]:
    path = kept.path(digest)
    return {
        "sha256": digest,
        "media_type": getattr(piece, "media_type", None),
        "size": path.stat().st_size if path.exists() else getattr(piece, "size", None),
        "whole": kept.check(digest),
        "title": getattr(piece, "title", None),
    }


@evidence.command(name="export", help=say("do-evidence-export"))
def export(
    sha256: Annotated[str, option("opt-sha256-of")],
    path: FILE,
    /,
    *,
    archive: ARCHIVE = None,
    common: OUTPUT = Output(),
) -> None:
    """Copy a kept file out, after verifying it."""
    archive_of(common, archive).export(sha256, path)
    if common.json:
        print_json({"file": path})
    else:
        show.line(say("written", path=path))
