"""The rows that an import left out, as a file to correct and to import by the same mapping.

Decides: that a spreadsheet runs nothing of it, and that we read back what we wrote.
Refuses to know: why a row was left out.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

from .rows import Bad
from .sheets import FORMULA, PROBLEM, text_of


def write_bad(path: Path, rows: Sequence[Bad], lang: str = "en") -> None:
    """Write rows as CSV (`;`, UTF-8 with its mark) with their place and problems in a last column.

    Raises `OSError` where the file cannot be written, or is there already.
    """
    columns = list(dict.fromkeys(c for row in rows for c in row.row.cells if c))
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([*columns, PROBLEM])
        for row in rows:
            cells = [text_of(row.row.cells.get(column, "")) for column in columns]
            why = " ".join(problem.text(lang) for problem in row.problems)
            writer.writerow(map(_safe, [*cells, why]))


def _safe(cell: str) -> str:
    # Also before a quote of the source's own, so that taking one off gives the cell back.
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell
