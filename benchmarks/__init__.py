"""How fast the ledger is, held against what one would take instead: `python -m benchmarks`."""
