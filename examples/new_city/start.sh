#!/bin/sh
# Once: from the list to a ledger, and its figure.
set -eu
. ./settings.sh
export BILAN_LEDGER=town.ledger
bilan init town.ledger
bilan import suivi.csv --mapping mapping.toml
bilan evidence add suivi.csv
bilan evidence add mapping.toml
bilan figure "$PLAN" --on "$DAY"
