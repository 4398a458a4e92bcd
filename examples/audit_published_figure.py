"""Check the published figures of a ledger: exit code 0 if all agree, 1 if not.

python examples/audit_published_figure.py LEDGER PLAN
"""

import sys

from bilan_ledger import BilanError, Ledger, Verdict


def audit(path: str, plan: str) -> int:
    """Print each published figure beside what the ledger says, and return the exit code."""
    with Ledger.open(path, read_only=True) as ledger:
        checks = ledger.reconcile(plan)
    for check in checks:
        figure, found = check.figure, check.completion.bounds
        print(f"{figure.on}: printed {figure.percentage} % of {figure.of}: {check.verdict}")
        print(f"  the ledger: at least {found.low}, at most {found.high}")
        if check.verdict is Verdict.AGREES:
            continue
        counts = ", ".join(map(str, check.consistent)) or "no whole count"
        print(f"  {figure.percentage} % of {figure.of} stands for: {counts}")
        print(f"  nearest to the ledger: {', '.join(map(str, check.nearest)) or 'none'}")
    print(f"{len(checks)} published figure(s) checked")
    return 0 if checks and all(c.verdict is Verdict.AGREES for c in checks) else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        sys.exit(audit(sys.argv[1], sys.argv[2]))
    except BilanError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
