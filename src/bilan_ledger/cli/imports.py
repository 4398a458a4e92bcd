"""The command `bilan import`: a city's own table, by a mapping file, into the ledger.

Decides: names and options, and how problems and previews look.
Refuses to know: how a table is read, and what is recorded.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ..dates import day
from ..errors import BilanError
from ..imports import (
    ImportRefused,
    Prepared,
    prepare,
    read_mapping,
    record,
    suggest,
    write_bad,
)
from ..ledger import Ledger
from . import show, words
from .app import RECORD, RECORDING, command, option, print_json
from .options import Recording, Switch, UsageError
from .words import say

_LONG = 2_000  # entries; below that a progress bar would only flicker


@command("import", RECORD)
def import_(
    *files: Annotated[Path, option("opt-files")],
    mapping: Annotated[Path | None, option("opt-mapping")] = None,
    suggest: Annotated[bool, Switch, option("opt-suggest")] = False,  # noqa: A002
    dry_run: Annotated[bool, Switch, option("opt-dry-run")] = False,
    partial: Annotated[Path | None, option("opt-partial")] = None,
    accept_vanished: Annotated[bool, Switch, option("opt-accept-vanished")] = False,
    as_of: Annotated[str | None, option("opt-list-day")] = None,
    common: RECORDING = Recording(),
) -> None:
    """Import tables by a mapping file, or propose a mapping."""
    if not files:
        raise UsageError(say("which-file"))
    if suggest:
        _suggest(files)
        return
    if mapping is None:
        raise UsageError(say("which-mapping"))
    _mapped(
        files, mapping, common, dry_run=dry_run, partial=partial,
        asked={"accept_vanished": accept_vanished, "as_of": None if as_of is None else day(as_of)},
    )  # fmt: skip
