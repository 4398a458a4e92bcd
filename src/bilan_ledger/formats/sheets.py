"""Tables that are written for a spreadsheet, and read back as they were.

A cell that a spreadsheet would run as a formula is text here, and is written so that it stays
text: a quote before it in CSV, a text cell in XLSX. A text that itself begins with a quote gets
one more, so that reading takes off exactly what writing put there.

Decides: which cells are dangerous, and the two dialects of CSV.
Refuses to know: what the columns mean.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any


class Number(str):
    """A number in exact decimal notation: written as it is, although it may begin with a sign."""

    __slots__ = ()


Cell = str | int | bool | None

# What Excel, LibreOffice or Google Sheets may take for a formula, full-width signs included.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")


def safe(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs.

    >>> safe("=1+1"), safe("l'été"), unsafe(safe("'x"))
    ("'=1+1", "l'été", "'x")
    """
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def unsafe(cell: str) -> str:
    """Return the text of a cell that `safe` wrote."""
    return cell.removeprefix("'")


def csv_bytes(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], *, excel: bool = False
) -> bytes:
    """Return a table as CSV: `,` and UTF-8, or for French spreadsheets (`excel`) `;` and a BOM.

    Absent is an empty cell; yes and no are `true` and `false`; an empty text is not written.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if excel else ",", lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_text(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig" if excel else "utf-8")


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return safe(cell) if isinstance(cell, str) and not isinstance(cell, Number) else str(cell)


def read_csv(data: bytes) -> list[list[str]]:
    """Return the rows of a CSV that `csv_bytes` wrote, its header first, texts as they were."""
    text = data.decode("utf-8-sig")
    delimiter = ";" if data.startswith(b"\xef\xbb\xbf") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [[unsafe(cell) for cell in row] for row in rows]


def xlsx_bytes(tables: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Cell]]]]) -> bytes:
    """Return tables as the sheets of one XLSX file; every text is a text, never a formula."""
    from openpyxl import Workbook  # noqa: PLC0415 an extra
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415

    book = Workbook(write_only=False)
    del book[book.sheetnames[0]]
    for title, (header, rows) in tables.items():
        sheet: Any = book.create_sheet(title)
        for place, row in enumerate([header, *rows], 1):
            for column, cell in enumerate(row, 1):
                if cell is None:
                    continue
                made = sheet.cell(place, column)
                value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", cell) if isinstance(cell, str) else cell
                made.value = value
                if isinstance(cell, Number):
                    made.value = Decimal(cell)
                elif isinstance(cell, str):
                    made.data_type = "s"
        sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_xlsx(data: bytes) -> dict[str, list[list[Any]]]:
    """Return the sheets of an XLSX that `xlsx_bytes` wrote, header first; absent cells are None."""
    from openpyxl import load_workbook  # noqa: PLC0415 an extra

    book = load_workbook(io.BytesIO(data), data_only=False)
    return {
        sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
        for sheet in book.worksheets
    }
