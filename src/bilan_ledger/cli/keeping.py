"""The commands that keep: SQL tables, copies.

Decides: names and options. Refuses to know: what is in the tables.
"""

from collections.abc import Iterator
from typing import Annotated

from ..ledger import Ledger
from . import show
from .app import (
    KEEP,
    OUTPUT,
    command,
    option,
    print_json,
)
from .options import (
    Output,
    UsageError,
)
from .words import say


@command("tables", KEEP)
def tables(what: str = "status", /, *, common: OUTPUT = Output()) -> None:
    """Bring the SQL tables up to date, make them anew, or say how far they stand."""
    from ..projections import Tables  # noqa: PLC0415 brings the databases with it

    if what not in {"update", "rebuild", "status"}:
        raise UsageError(say("tables-what", value=what))
    with common.open(read_only=False) as ledger:
        found = Tables(ledger)
        if what == "update":
            found.update()
        elif what == "rebuild":
            _rebuild(found.rebuild())
        lag = found.lag()
    if common.json:
        print_json({"position": lag.position, "last": lag.last, "behind": lag.entries})
    else:
        show.line(say("lag", position=lag.position, last=lag.last, behind=lag.entries))


def _rebuild(steps: Iterator[tuple[int, int]]) -> None:
    from rich.progress import Progress  # noqa: PLC0415 few commands show one

    with Progress(console=show.err, transient=True) as progress:
        task = progress.add_task(say("rebuilding"), total=None)
        for done, total in steps:
            progress.update(task, completed=done, total=total)


@command("backup", KEEP)
def backup(path: Annotated[str, option("opt-copy")], /, *, common: OUTPUT = Output()) -> None:
    """Copy the ledger file as it is at this moment, and verify the copy."""
    with common.open() as ledger:
        _copied(ledger.backup(path), path, common)


@command("restore", KEEP)
def restore(
    backup: Annotated[str, option("opt-backup")],
    path: Annotated[str, option("opt-path")],
    /,
    *,
    common: OUTPUT = Output(),
) -> None:
    """Make a ledger file of a backup that was verified."""
    with Ledger.open(backup, read_only=True) as ledger:
        _copied(ledger.backup(path), path, common)


def _copied(entries: int, path: str, common: Output) -> None:
    if common.json:
        print_json({"ledger": path, "entries": entries})
    else:
        show.line(say("copied", path=path, entries=entries))
