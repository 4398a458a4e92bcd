"""Write the reference pages that say what the code says: `python docs/generate.py`."""

from pathlib import Path

from bilan_ledger.audit import KINDS
from bilan_ledger.formats.tables import TABLES

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


_OPEN_DATA = """\
# The tables of open data

What `bilan publish-data` writes, as CSV and Parquet. Types are those of Table Schema. The columns
of the key are in bold.
"""


def open_data() -> str:
    """Return the page of all tables and columns."""
    page = _OPEN_DATA
    for table in TABLES:
        page += f"\n## {table.name}\n\n{table.english} · {table.french}\n\n"
        page += "| column | type | English | français |\n|---|---|---|---|\n"
        for column in table.columns:
            name = f"`{column.name}`"
            name = f"**{name}**" if column.name in table.key else name
            said = f"{column.english} | {column.french}"
            page += f"| {name} | {column.type} | {said} |\n"
    return page


PAGES = {"reference/findings.md": findings, "reference/open-data.md": open_data}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (Path(__file__).parent / name).write_text(page(), encoding="utf-8")
