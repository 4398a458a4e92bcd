"""Write the reference pages that say what the code says: `python docs/generate.py`."""

from pathlib import Path

from bilan_ledger.audit import KINDS

_FINDINGS = """\
# The findings of an audit

`bilan audit` prints them with what to do; `--json` and `--sarif` give the code. Codes are stable.
Exit code: 1 if there is an error, 6 if there are only warnings, else 0.

| code | severity | English | français |
|---|---|---|---|
"""


def findings() -> str:
    """Return the page of all findings."""
    rows = [
        f"| `{code}` | {kind.severity.word} | {kind.sentence[1]} | {kind.sentence[0]} |\n"
        for code, kind in KINDS.items()
    ]
    return _FINDINGS + "".join(rows)


PAGES = {"reference/findings.md": findings}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (Path(__file__).parent / name).write_text(page(), encoding="utf-8")
