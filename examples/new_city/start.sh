#!/bin/sh
# Once: from the list to a ledger with a published figure, and the log that CI checks.
set -eu
export BILAN_LEDGER=town.ledger
bilan init town.ledger
bilan import suivi.csv --mapping mapping.toml
bilan evidence add suivi.csv
bilan evidence add mapping.toml
bilan publish-figure exempleville-2026 42% --of 12 --on 2026-10-31 --evidence "Premier bilan annuel, p. 2"
bilan reconcile exempleville-2026
bilan export ledger.jsonl
