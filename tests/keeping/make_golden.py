"""Make the golden ledger of a released version: run once a release, never again.

    python tests/keeping/make_golden.py 0.1.0

Writes tests/ledgers/VERSION.ledger, and VERSION.json with what must be read of it for ever.
"""

import json
import sys
from datetime import date
from pathlib import Path

from bilan_ledger import (
    Abandon,
    AttachEvidence,
    Axis,
    Correct,
    CreatePlan,
    Describe,
    Description,
    Engage,
    Evidence,
    Ledger,
    MarkNotAssessed,
    Measure,
    Merge,
    Policy,
    Propose,
    PublishFigure,
    Qualify,
    Realise,
    Reopen,
    Retract,
    Split,
    Terms,
    Territory,
    Withdraw,
    wire,
)
from bilan_ledger.formats import shapes

LEDGERS = Path(__file__).parents[1] / "ledgers"
DAYS = [date(2025, 12, 31), date(2026, 6, 15), date(2026, 12, 31), date(2028, 1, 1)]


def fill(ledger: Ledger) -> None:
    """Record at least one entry of most kinds."""
    terms = Terms(
        title="Projet é", territory=Territory(name="Exempleville", insee="62119"),
        start="2026-01-01", end="2031-12-31", axes=[Axis(key="vert", title="Ville verte")],
        policy=Policy(decimals=1),
    )  # fmt: skip
    ledger.record("demo", CreatePlan(terms=terms))
    measure = Measure(indicator="Arbres", value="2655", target="3000", as_of="2026", unit="arbres")
    piece = Evidence(title="Délibération", kind="deliberation", deliberation="D-12", quotation="x")
    for key in "ABCDEF":
        ledger.record(f"demo/{key}", Propose(on="2026", title=f"Action {key}", axis="vert"))
    ledger.record("demo/A", Engage(on="2026-05/2026-07", evidence=piece, note="vu"))
    ledger.record("demo/A", Realise(on="2027-02-01"), Qualify(on="2027-03", qualifier="partial"))
    ledger.record("demo/A", Reopen(on="2027-05", reason="gel"))
    ledger.record("demo/B", Engage(on="202X", at_least=True))
    ledger.record("demo/C", Engage(on="2026-08"), Abandon(on="2027", reason="budget"))
    ledger.record("demo/C", Correct(entry=2, by=Engage(on="2026-09"), reason="date"))
    ledger.record("demo/D", Merge(on="2027-01-01", target="A"), Retract(entry=2, reason="erreur"))
    ledger.record("demo/E", Split(on="2027-01-01", targets=["A", "B"]))
    ledger.record("demo/F", MarkNotAssessed(on="2026"), Withdraw(on="2027", reason="doublon"))
    ledger.record("demo/A", Describe(on="2027-01-01", change=Description(title="Autre titre")))
    ledger.record("demo/A", AttachEvidence(evidence=Evidence(title="R", measure=measure), entry=2))
    ledger.record("demo", PublishFigure(percentage="33.3", of=6, on="2026-12-31"))


def read(ledger: Ledger) -> dict[str, object]:
    """Return what must be read of the golden ledger for ever."""
    entries = ledger.entries()
    return {
        "lines": [wire.encode(entry).decode() for entry in entries],
        "figures": [shapes.completion_json(ledger.figure("demo", on=on)) for on in DAYS],
        "published": [shapes.reconciliation_json(check) for check in ledger.reconcile("demo")],
        "texts": [ledger.text(entry.recorded_by) for entry in entries],
    }


if __name__ == "__main__":
    version = sys.argv[1]
    with Ledger.create(LEDGERS / f"{version}.ledger", recorded_by="Service évaluation") as made:
        fill(made)
        text = json.dumps(read(made), ensure_ascii=False, indent=1)
    (LEDGERS / f"{version}.json").write_text(text + "\n", encoding="utf-8")
