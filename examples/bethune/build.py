"""Record the Béthune data (plans.toml, actions.csv, measures.csv) in a new ledger file.

    python examples/bethune/build.py bethune.ledger

All of it is recorded in one transaction, or nothing is.
"""

import csv
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bilan_ledger import (
    AttachEvidence,
    Axis,
    BilanError,
    CreatePlan,
    Engage,
    Evidence,
    Ledger,
    Measure,
    Order,
    Propose,
    PublishFigure,
    Realise,
    Terms,
    Territory,
)

HERE = Path(__file__).parent
REPORT = "Bilan mi-mandat 2020 > 2023, Ville de Béthune"
BETHUNE = Territory(name="Béthune", insee="62119")


def report(locator: str, measure: Measure | None = None) -> Evidence:
    """Return the place in the report, as evidence."""
    return Evidence(
        title=REPORT, kind="report", publisher="Ville de Béthune", locator=locator, measure=measure
    )


def rows(name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each row of a CSV file with its place, for errors."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            yield f"{name}:{reader.line_num}", row


def plan_orders() -> Iterator[Order]:
    """Yield what opens the two plans."""
    for key, plan in tomllib.loads((HERE / "plans.toml").read_text(encoding="utf-8")).items():
        axes = [Axis(key=axis, title=title) for axis, title in plan.pop("axes").items()]
        plan.pop("figure", None)
        yield Order(key, CreatePlan(terms=Terms(territory=BETHUNE, axes=axes, **plan)))


def action_orders() -> Iterator[Order]:
    """Yield what is known of each action: proposed, perhaps engaged, perhaps realised."""
    for place, row in rows("actions.csv"):
        subject = f"{row['plan']}/{row['key']}"
        shown: dict[str, Any] = {
            "evidence": report(f"{row['locator']}, ligne {row['source_line']}"),
            "note": row["note"] or None,
        }
        proposal = Propose(
            on=row["proposed"], title=row["title"], axis=row["axis"] or None, **shown
        )
        yield Order(subject, proposal, place=place)
        if row["engaged"]:
            at_least = row["at_least"] == "yes"
            engaged = Engage(on=row["engaged"], at_least=at_least, **shown)
            yield Order(subject, engaged, place=place)
        if row["realised"]:
            yield Order(subject, Realise(on=row["realised"], **shown), place=place)


def measure_orders() -> Iterator[Order]:
    """Yield the key figures, on the action that they concern or else on the plan."""
    for place, row in rows("measures.csv"):
        measure = Measure(
            indicator=row["indicator"],
            value=row["value"],
            unit=row["unit"] or None,
            precision=row["precision"].replace("_", "-"),
            target=row["target"] or None,
            as_of=row["as_of"],
        )
        piece = report(f"{row['locator']}, ligne {row['source_line']}", measure)
        subject = f"{row['plan']}/{row['action']}" if row["action"] else row["plan"]
        attached = AttachEvidence(evidence=piece, note=row["note"] or None)
        yield Order(subject, attached, place=place)


def figure_orders() -> Iterator[Order]:
    """Yield the figures that the report prints."""
    for key, plan in tomllib.loads((HERE / "plans.toml").read_text(encoding="utf-8")).items():
        if figure := plan.get("figure"):
            piece = report(figure.pop("locator"))
            yield Order(key, PublishFigure(evidence=piece, **figure))


def build(path: str | Path) -> Ledger:
    """Make the ledger file and return it, open."""
    ledger = Ledger.create(path, recorded_by="examples/bethune/build.py")
    orders = [*plan_orders(), *action_orders(), *measure_orders(), *figure_orders()]
    ledger.record_all(orders)
    return ledger


def main(path: str) -> None:
    """Make the ledger, or leave it as it is where it was made before."""
    exists = Path(path).exists()
    with Ledger.open(path, read_only=True) if exists else build(path) as ledger:
        print(f"{path}: {len(ledger)} entries, {', '.join(ledger.plans())}")


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "bethune.ledger")
    except BilanError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
