"""Reports of small ledgers, and the command that writes them."""

import subprocess
import sys
from datetime import date
from pathlib import Path

from bilan_ledger.history import records
from bilan_ledger.report.site import Choice, Source, site

# The random ledgers of the core are used here too.
sys.path.append(str(Path(__file__).parents[1] / "core"))


def source_of(entries, *names):
    """Return what a report is made from, of the entries of a log."""
    told = records(entries)
    chosen = [told[name] for name in names or told]
    return Source(
        records=chosen, entries=len(entries), root="0" * 64, last=entries[-1], name="town.ledger"
    )


def written(folder, entries, *names, on=date(2020, 1, 8), **choice):
    """Write the report of a log; return its folder."""
    for name, text in site(source_of(entries, *names), Choice(on=on, **choice)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def bilan(*words, code=0):
    """Run the command; return its output and its error output."""
    command = [sys.executable, "-c", "from bilan_ledger.cli import main; main()"]
    done = subprocess.run(
        [*command, *map(str, words)], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert code == done.returncode, done.stderr
    return done.stdout, done.stderr
