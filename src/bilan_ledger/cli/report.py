"""The commands of what people look at: the report as a folder of pages, and the curve as a picture.

Decides: names and options, and which files are written over. Refuses to know: what is on a page.
"""

import os
from datetime import date
from pathlib import Path
from typing import Annotated

from ..completion import policy_of
from ..dates import day
from ..errors import LedgerUnavailable
from ..ledger import Ledger
from ..plan import Policy
from . import options, show, words
from .app import ASK, OUTPUT, PLANS, POLICY, command, opened, option, print_json
from .options import Output, PolicyOptions, UsageError
from .words import say

ELECTIONS = Annotated[tuple[str, ...], option("opt-election", negative_iterable="")]
DAY = Annotated[str | None, option("opt-day")]
_OURS = b'<meta name="generator" content="bilan_ledger">'


@command("report", ASK)
def report(
    folder: Annotated[str, option("opt-folder")],
    /,
    *plans: PLANS,
    on: DAY = None,
    election: ELECTIONS = (),
    policy: POLICY = PolicyOptions(),
    common: OUTPUT = Output(),
) -> None:
    """Write the report: a folder of pages that need no server."""
    from ..report.site import Choice, Source, site  # noqa: PLC0415 its libraries are an extra

    with opened(common, texts=os.devnull) as ledger:
        figure = ledger.figure(*plans, on=on)
        size = len(ledger)
        with ledger.reading() as (entries, records):
            source = Source(
                records=[records[name] for name in figure.plans],
                entries=size,
                root=ledger.tree.checkpoint("report", size).root.hex(),
                last=entries[-1],
                name=Path(common.place()).name,
            )
            choice = Choice(
                on=figure.on,
                policy=_chosen(policy, ledger, plans),
                elections=_elections(election),
            )
            pages = site(source, choice)
    written = _write(Path(folder), {name: text.encode() for name, text in pages.items()})
    if common.json:
        print_json({"folder": folder, "pages": list(pages), "bytes": written})
    else:
        place = str(Path(folder) / "index.html")
        show.line(say("report-made", path=place, pages=len(pages), size=round(written / 1000)))


@command("chart", ASK)
def chart(
    file: Annotated[str, option("opt-picture")],
    /,
    *plans: PLANS,
    on: DAY = None,
    known: options.Known = None,
    election: ELECTIONS = (),
    policy: POLICY = PolicyOptions(),
    common: OUTPUT = Output(),
) -> None:
    """Draw the curve alone, as an SVG or PNG file."""
    from ..report.chart import png  # noqa: PLC0415 its library is an extra
    from ..report.site import Choice, picture  # noqa: PLC0415

    kind = Path(file).suffix.lower()
    if kind not in {".svg", ".png"}:
        raise UsageError(say("picture-kind", value=file))
    with opened(common, texts=os.devnull) as ledger:
        figure = ledger.figure(*plans, on=on, known=known)
        chosen = _chosen(policy, ledger, plans)
        choice = Choice(on=figure.on, policy=chosen, elections=_elections(election))
        drawn = picture(ledger.view(*plans, known=known), choice, words.LANG)
    data = drawn.encode() if kind == ".svg" else png(drawn)
    _write(Path(file).parent, {Path(file).name: data})
    if common.json:
        print_json({"file": file, "bytes": len(data)})
    else:
        show.line(say("picture-made", path=file))


# --- the rule ---------------------------------------------------------------------------------


def _chosen(policy: PolicyOptions, ledger: Ledger, plans: tuple[str, ...]) -> Policy | None:
    """Return the policy that was asked for, or None: the plan's own."""
    own = policy_of(ledger.view(*plans), date.max)
    given = policy.policy(own)
    return None if given == own else given


def _elections(given: tuple[str, ...]) -> tuple[date, ...]:
    return tuple(sorted(day(each, "election") for each in given))


# --- writing ---------------------------------------------------------------------------------


def _write(folder: Path, files: dict[str, bytes]) -> int:
    """Write files, each whole or not at all; only what is our own page is written over."""
    try:
        for name in files:
            _refuse_others(folder / name)
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.part")
            part.write_bytes(data)
            part.replace(path)
    except OSError as error:
        raise LedgerUnavailable("cannot-write", path=folder, why=error.strerror) from None
    return sum(map(len, files.values()))


def _refuse_others(path: Path) -> None:
    if path.suffix == ".html" and path.exists() and _OURS not in path.read_bytes()[:2_000]:
        raise LedgerUnavailable("file-exists", path=path)
