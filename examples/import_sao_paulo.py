"""Import the published versions of São Paulo's Programa de Metas 2013-2016, and print its figures.

    python examples/import_sao_paulo.py PATH [LEDGER]

PATH is the folder of the CSV files; LEDGER (default: sao-paulo.ledger) goes on where it stopped.

The goals come from one long file of 13 whole lists. The projects come from the first whole list,
then from the changes between lists, which gives every list in between; the last whole list is
then read too, as a check: it must change nothing.
"""

import sys
from decimal import Decimal
from pathlib import Path

from bilan_ledger import BilanError, Completion, Ledger, Policy
from bilan_ledger.imports import ImportRefused, prepare, read_mapping, record

MAPPINGS = Path(__file__).parent / "mappings"
DAYS = ("2014-05-05", "2014-05-30", "2014-10-30")
GOALS, PROJECTS = "sp-metas-2013", "sp-projetos-2013"
STEPS = (
    ("sao_paulo_goals", ["goal_status_by_version.csv"]),
    ("sao_paulo_projects", ["project_phases_first.csv"]),
    ("sao_paulo_project_events", ["project_events.csv"]),
    ("sao_paulo_projects", ["project_phases_first.csv", "project_phases_last.csv"]),
)
REALISED = Policy(counted="realised", decimals=1)


def import_all(ledger: Ledger, folder: Path) -> None:
    """Run the imports in their order and say what each of them recorded."""
    for name, files in STEPS:
        mapping = read_mapping(MAPPINGS / f"{name}.toml")
        prepared = prepare(ledger, mapping, [folder / file for file in files])
        done = max(record(ledger, prepared), default=0)
        print(f"{', '.join(files)}: {done} entries recorded")


def line(figure: Completion, name: str) -> str:
    """Return a figure in one line."""
    low, high = figure.bounds.low, figure.bounds.high
    assert low == high, "on a version's own day the figure is exact"
    percent = low.percentage(figure.policy)
    unknown = len(figure.cells["not-assessed"].certain)
    return f"{figure.on} {name}: {low.counted}/{low.base} = {percent} %, not assessed: {unknown}"


def figures(ledger: Ledger) -> None:
    """Print the figures of three versions."""
    whole = Policy(decimals=2)
    for day in DAYS:
        print(line(ledger.figure(GOALS, on=day, policy=REALISED), "goals realised"))
    for day in DAYS:
        print(line(ledger.figure(PROJECTS, on=day, policy=whole), "projects engaged or realised"))
    for day in DAYS:
        print(line(ledger.figure(PROJECTS, on=day, policy=REALISED), "projects realised"))


def trap(ledger: Ledger) -> None:
    """Print why more realised projects were a smaller share."""
    found = ledger.explain(PROJECTS, before=DAYS[1], after=DAYS[2], policy=REALISED)
    for name, parts in (("status", found.status_changes), ("base", found.base_changes)):
        moved = sum((part.low for part in parts if part.low is not None), start=0)
        points = round(Decimal(moved.numerator) / Decimal(moved.denominator) * 100, 2)
        print(f"{found.before.on} to {found.after.on}: {len(parts)} changes of {name}: {points:+}")


def main(folder: str, place: str = "sao-paulo.ledger") -> None:
    """Import into a ledger, new or begun, and print what it says."""
    exists = Path(place).exists()
    who = "examples/import_sao_paulo.py"
    with (Ledger.open if exists else Ledger.create)(place, recorded_by=who) as ledger:
        import_all(ledger, Path(folder))
        figures(ledger)
        trap(ledger)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:3])
    except ImportRefused as error:
        print("\n".join(map(str, error.problems)), file=sys.stderr)
        sys.exit(2)
    except (BilanError, TypeError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
