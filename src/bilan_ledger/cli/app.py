"""What every command shares: the app, its groups, and how a command is declared.

Decides: groups, shared option sets, how a ledger is opened to be read, and how JSON is printed.
Refuses to know: any single command.
"""

import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from cyclopts import App, Group, Parameter

from ..formats import shapes
from ..ledger import Ledger
from . import show
from .options import Output, PolicyOptions, Recording, Shown
from .words import say

_LONG = 20_000  # entries; below that a progress bar would only flicker

OUTPUT = Annotated[Output, Parameter(name="*")]
RECORDING = Annotated[Recording, Parameter(name="*")]
SHOWN = Annotated[Shown, Parameter(name="*")]
POLICY = Annotated[PolicyOptions, Parameter(name="*")]
PLANS = Annotated[str, Parameter(help=say("opt-plans"))]

app = App(name="bilan", help=say("help"), help_flags=["--help"], version_flags=["--version"])
RECORD = Group(say("group-record"))
ASK = Group(say("group-ask"))
KEEP = Group(say("group-keep"))
PROVE = Group(say("group-prove"))


def option(code: str, **more: Any) -> Parameter:
    """Return a parameter whose help is the label `code`."""
    return Parameter(help=say(code), **more)


def command(name: str, group: Group) -> Callable[[Any], Any]:
    """Declare a command of the app; its help is the label `do-NAME`."""
    return app.command(name=name, help=say(f"do-{name}"), group=group)


def print_json(value: object) -> None:
    """Print a value for programs."""
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201 this is the output


def opened(
    common: Output,
    plans: Sequence[str | None] = (),
    *,
    texts: str | None = None,
    whole: bool = True,
) -> Ledger:
    """Open a ledger; without plans `whole` entries are read, with a progress bar if it is long.

    An exported `ledger.jsonl` is checked and taken into memory; `texts` is its file of texts.
    """
    place = common.place()
    if place.endswith(".jsonl"):
        from ..transfer import import_log  # noqa: PLC0415 few commands are given a file

        ledger = Ledger.in_memory()
        for _ in import_log(ledger, place, texts=texts):
            pass
        return ledger
    ledger = common.open()
    total = len(ledger) if whole and not any(plans) else 0
    if total >= _LONG and show.err.is_terminal:
        from rich.progress import Progress  # noqa: PLC0415 few commands show one

        with Progress(console=show.err, transient=True) as progress:
            task = progress.add_task(say("reading"), total=total)
            for read in ledger.refresh():
                progress.update(task, completed=read)
    return ledger


def record(subject: str, command: Any, common: Recording) -> None:
    """Record one or several commands, and print what was recorded."""
    with common.open_to_record() as ledger:
        several = command if isinstance(command, tuple) else (command,)
        entries = ledger.record(subject, *several, stated_at=common.stated_at)
        if common.json:
            print_json([shapes.entry_json(entry, ledger.text) for entry in entries])
        else:
            show.recorded(entries)
