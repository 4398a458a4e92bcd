#!/bin/sh
# Each time you print a figure: try it on a copy, record it, and export the log that CI checks.
set -eu
. ./settings.sh
export BILAN_LEDGER=town.ledger
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
publish() {
  bilan publish-figure "$PLAN" "$PERCENT" --of "$OF" --on "$DAY" --evidence "$PRINTED_IN" "$@"
}

bilan backup "$folder/copy.ledger" > "$folder/said"
publish --ledger "$folder/copy.ledger" > "$folder/said"
bilan reconcile "$PLAN" --ledger "$folder/copy.ledger" # stops here if it is contradicted

publish
bilan export "$folder/ledger.jsonl"
mv "$folder/ledger.jsonl" ledger.jsonl
