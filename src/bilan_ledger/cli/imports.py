"""The command `bilan import`: a city's own table, by a mapping file, into the ledger.

Decides: names and options, and how problems and previews look.
Refuses to know: how a table is read, and what is recorded.
"""

import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any

import attrs
from cyclopts import Parameter
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
    Mapping,
    Notice,
    Prepared,
    prepare,
    read_mapping,
    record,
    suggest,
    write_bad,
)
from ..imports.draft import Step
from ..ledger import Ledger
from ..transfer import import_log
from . import show, words
from .app import RECORD, RECORDING, command, option, print_json
from .options import Recording, Switch, UsageError
from .words import say

_LONG = 2_000  # entries; below that a progress bar would only flicker


@attrs.frozen(kw_only=True)
class ImportOptions:
    """Options of an import by a mapping."""

    dry_run: Annotated[bool, Switch, option("opt-dry-run")] = False
    partial: Annotated[Path | None, option("opt-partial")] = None
    accept_vanished: Annotated[bool, Switch, option("opt-accept-vanished")] = False
    as_of: Annotated[str | None, option("opt-list-day")] = None

    def applied(self, mapping: Mapping) -> Mapping:
        """Return the mapping with what these options change."""
        if self.as_of is not None:
            mapping = mapping.telling_of(day(self.as_of, "--as-of"))
        return mapping.accepting_vanished() if self.accept_vanished else mapping


ASKED = Annotated[ImportOptions, Parameter(name="*")]


@command("import", RECORD)
def import_(
    *files: Annotated[Path, option("opt-files")],
    mapping: Annotated[Path | None, option("opt-mapping")] = None,
    suggest: Annotated[bool, Switch, option("opt-suggest")] = False,
    texts: Annotated[Path | None, option("opt-texts-file")] = None,
    asked: ASKED = ImportOptions(),
    common: RECORDING = Recording(),
) -> None:
    """Import tables by a mapping file, propose a mapping, or take in an exported log."""
    if not files:
        raise UsageError(say("which-file"))
    if suggest:
        _suggested(files)
    elif mapping is None and len(files) == 1 and files[0].suffix == ".jsonl":
        _log(files[0], texts, common)
    elif mapping is None:
        raise UsageError(say("which-mapping"))
    else:
        _mapped(files, mapping, asked, common)


def _suggested(files: Sequence[Path]) -> None:
    for file in files:
        print(suggest(file, words.LANG), end="")  # noqa: T201 this is the output


def _mapped(files: Sequence[Path], mapping: Path, asked: ImportOptions, common: Recording) -> None:
    """Prepare an import, show it, and unless it is a dry run record it."""
    try:
        read = asked.applied(read_mapping(mapping))
        read = read if common.stated_at is None else read.stated_on(common.stated_at)
        with common.open() if asked.dry_run else common.open_to_record() as ledger:
            with _busy():
                prepared = prepare(ledger, read, files, partial=asked.partial is not None)
            done = 0 if asked.dry_run else _recorded(ledger, prepared, asked.partial)
    except ImportRefused as error:
        _refused(error, common)
        raise
    if common.json:
        print_json(_import_json(prepared, done, asked))
    else:
        _shown(prepared, done, asked)


def _log(path: Path, texts: Path | None, common: Recording) -> None:
    """Take in an exported log, entry by entry as it is."""
    with common.open_to_record() as ledger:
        before = len(ledger)
        total = path.stat().st_size if path.exists() else 0
        _watched((done for done, _ in import_log(ledger, path, texts=texts)), total // 300)
        entries = len(ledger)
    if common.json:
        print_json({"file": str(path), "entries": entries, "recorded": entries - before})
    else:
        show.line(say("log-imported", path=path, entries=entries, new=entries - before))


def _busy() -> AbstractContextManager[object]:
    """Show on a terminal that files are being read."""
    return show.err.status(say("preparing")) if show.err.is_terminal else nullcontext()


def _recorded(ledger: Ledger, prepared: Prepared, bad: Path | None) -> int:
    """Write the rows that are left out, then record the others."""
    if bad is not None and prepared.bad:
        write_bad(bad, prepared.bad, words.LANG)
    return _watched(record(ledger, prepared), prepared.total)


def _watched(steps: Iterable[int], total: int) -> int:
    """Take the steps of an import, under a bar if there is much to do; return the last one."""
    done = 0
    if total < _LONG or not show.err.is_terminal:
        for done in steps:  # noqa: B007 the last one counts
            pass
        return done
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), _Speed(),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=show.err, transient=True) as progress:
        task = progress.add_task(say("importing"), total=total)
        for done in steps:
            progress.update(task, completed=done)
    return done


class _Speed(ProgressColumn):
    """Entries per second."""

    def render(self, task: Task) -> Text:
        """Return the speed, or nothing before it is known."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else say("speed", number=int(speed)))


# --- what is said ----------------------------------------------------------------------------


def _refused(error: ImportRefused, common: Recording) -> None:
    if common.json:
        print_json({"problems": [_problem_json(problem) for problem in error.problems]})
        return
    for problem in error.problems:
        print(problem.text(words.LANG), file=sys.stderr)  # noqa: T201 this is the output


def _problem_json(problem: BilanError) -> dict[str, Any]:
    facts = problem.facts
    place, field, value = (facts.get(name) for name in ("place", "field", "value"))
    return {
        "code": problem.code,
        "place": place,
        "field": field,
        "value": None if value is None else str(value),
        "text": problem.text(words.LANG),
    }


def _notice_json(notice: Notice) -> dict[str, Any]:
    return {"code": notice.code, "place": notice.place, "text": notice.text(words.LANG)}


def _step_json(step: Step) -> dict[str, Any]:
    order = step.order
    return {
        "place": order.place,
        "subject": order.subject,
        "events": list(step.names),
        "on": _on(step) or None,
        "stated_at": None if order.stated_at is None else str(order.stated_at),
    }


def _import_json(prepared: Prepared, done: int, asked: ImportOptions) -> dict[str, Any]:
    found = {
        "plan": prepared.plan,
        "dry_run": asked.dry_run,
        "recorded": done,
        "counts": prepared.counts,
        "notices": [_notice_json(notice) for notice in prepared.notices],
        "left_out": [_problem_json(problem) for row in prepared.bad for problem in row.problems],
    }
    return {**found, "steps": list(map(_step_json, prepared.steps))} if asked.dry_run else found


def _on(step: Step) -> str:
    return str(getattr(step.order.command, "on", ""))


def _shown(prepared: Prepared, done: int, asked: ImportOptions) -> None:
    for notice in prepared.notices:
        show.line(notice.text(words.LANG), "dim")
    for row in prepared.bad:
        for problem in row.problems:
            show.line(problem.text(words.LANG))
    for name, count in prepared.counts.items():
        show.line(say("import-count", count=count, name=show.event_word(name)))
    if asked.dry_run:
        _steps(prepared.steps)
        show.line(say("import-would", count=prepared.total, plan=prepared.plan))
    else:
        show.line(say("import-done", count=done, plan=prepared.plan))
    if prepared.bad:
        rows, path = len(prepared.bad), asked.partial
        show.line(say("import-left-out", count=rows, path=path), "bold")


def _steps(steps: Sequence[Step]) -> None:
    made = show.table(say("place"), say("subject"), say("event"), say("effective"))
    for step in steps:
        names = ", ".join(map(show.event_word, step.names))
        made.add_row(
            *(Text(cell) for cell in (step.order.place or "", step.order.subject, names, _on(step)))
        )
    show.out.print(made)
