"""Replay how Béthune reached 81 %: the figure over time, then what moved it.

python examples/replay_bethune.py
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "bethune"))
from build import build

PLAN = "bethune-2020"

with tempfile.TemporaryDirectory() as folder, build(Path(folder) / "bethune.ledger") as ledger:
    print("date         engaged or realised     realised alone")
    for point in ledger.curve(PLAN):
        low, high = point.bounds.low, point.bounds.high
        alone = f"{point.realised.low} to {point.realised.high}"
        print(f"{point.on}   {low!s:>7} to {high!s:<9}  {alone}")

    for check in ledger.reconcile(PLAN):
        figure, found = check.figure, check.completion
        print(f"\nOn {figure.on} the report prints {figure.percentage} % of {figure.of}.")
        print(f"The ledger says {found.bounds.low} = {float(found.bounds.low.rate):.1%}")
        print(f"which is printed as {found.percentages[0]} %: it {check.verdict}.")
        print(f"Whole counts that print so: {check.consistent}")

    grown = ledger.figure(PLAN, "bethune-2024", on="2024-03-31")
    print(f"\nWith the 30 priorities of 2024 in the base: {grown.bounds.low},")
    print(f"printed as {grown.percentages[0]} %: the base grew, nothing was undone.")

    moved = ledger.explain(PLAN, before="2022-12-31", after="2024-03-31")
    total = sum(part.low for part in moved.parts)
    print(
        f"\nFrom 2022-12-31 on, {len(moved.parts)} actions moved it, by {float(total):+.1%} in all."
    )
