#!/bin/sh
# For CI: is the log sound, and is every published figure what its entries give?
# Needs ledger.jsonl alone. With checkpoint.txt and city.key.pub beside it, also: is the log an
# extension of the one that was signed?
set -eu
. ./settings.sh
if [ -f checkpoint.txt ]; then
  set -- --checkpoint checkpoint.txt --key "$(cat city.key.pub)"
else
  set --
fi
bilan audit ledger.jsonl "$@" || [ $? -eq 6 ] # 6: warnings only

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bilan init "$folder/check.ledger"
bilan import ledger.jsonl --ledger "$folder/check.ledger"
bilan reconcile "$PLAN" --ledger "$folder/check.ledger"
