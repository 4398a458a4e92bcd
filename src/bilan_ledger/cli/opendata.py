"""The commands that publish: an open-data package, a spreadsheet, results for Decidim.

Decides: names and options. Refuses to know: what is in the files.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

from ..dates import day
from ..files import write_new
from ..formats.decidim import Correspondence, decidim_csv
from ..formats.opendata import cells, publish
from ..formats.sheets import csv_bytes, xlsx_bytes
from ..formats.tables import TABLES
from ..history import Record
from ..ledger import Ledger
from . import show
from .app import KEEP, OUTPUT, PLANS, command, option, print_json
from .options import Output, Switch, UsageError
from .words import say

ON = Annotated[str | None, option("opt-day")]
FILE = Annotated[Path, option("opt-file")]


@contextmanager
def _chosen(
    ledger: Ledger, plans: tuple[str, ...], on: str | None
) -> Iterator[tuple[Mapping[str, Record], date]]:
    """Give the records of the plans that are meant, and the day."""
    view = ledger.view(*plans)
    asked = ledger.figure(*plans, on=None if on is None else day(on)).on
    with ledger.reading() as (_, records):
        yield {name: records[name] for name in view.plans}, asked


def _told(path: Path, names: list[str], common: Output) -> None:
    if common.json:
        print_json({"path": str(path), "files": names})
    else:
        show.line(say("published", path=path, files=", ".join(names)))


@command("publish-data", KEEP)
def publish_data(
    folder: Annotated[Path, option("opt-data-folder")],
    /,
    *plans: PLANS,
    licence: Annotated[str, option("opt-licence")] = "etalab-2.0",
    on: ON = None,
    parquet: Annotated[bool, Switch, option("opt-parquet")] = False,
    common: OUTPUT = Output(),
) -> None:
    """Write the ledger as an open-data package."""
    with common.open() as ledger, _chosen(ledger, plans, on) as (records, asked):
        names = publish(records, folder, licence=licence, on=asked, parquet=parquet)
    _told(folder, names, common)


@command("export-table", KEEP)
def export_table(
    path: FILE,
    /,
    *plans: PLANS,
    table: Annotated[str, option("opt-table")] = "actions",
    on: ON = None,
    common: OUTPUT = Output(),
) -> None:
    """Write a table for a spreadsheet: CSV, or all tables as XLSX."""
    if path.suffix not in {".csv", ".xlsx"}:
        raise UsageError(say("table-suffix"))
    chosen = [each for each in TABLES if path.suffix == ".xlsx" or each.name == table]
    if not chosen:
        raise UsageError(say("table-name", allowed=", ".join(each.name for each in TABLES)))
    with common.open() as ledger, _chosen(ledger, plans, on) as (records, asked):
        filled = {
            each.name: ([c.name for c in each.columns], cells(each, records, asked))
            for each in chosen
        }
    if path.suffix == ".xlsx":
        write_new(path, [xlsx_bytes(filled)])
    else:
        write_new(path, [csv_bytes(*filled[table], excel=True)])
    _told(path, list(filled), common)


@command("export-decidim", KEEP)
def export_decidim(
    path: FILE,
    /,
    *plans: PLANS,
    table: Annotated[Path, option("opt-decidim-table")],
    on: ON = None,
    common: OUTPUT = Output(),
) -> None:
    """Write the results that Decidim's administration imports."""
    by = Correspondence.read(table)
    with common.open() as ledger, _chosen(ledger, plans, on) as (records, asked):
        data = decidim_csv(records, by, asked)
    write_new(path, [data])
    _told(path, ["results"], common)
