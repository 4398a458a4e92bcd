"""Tables as spreadsheets save them: CSV of any delimiter and encoding, and XLSX.

Decides: bytes → columns and rows of cells, each of which knows its file, line and column.
Refuses to know: what a column means.

A cell is text, or a day or a moment where the spreadsheet itself says so. Texts are in NFC and
trimmed; names of columns are on one line.
"""

import csv
import hashlib
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from ..errors import InvalidValue, shown
from .mapping import FILE_LENGTH, Source

Cell = str | date | datetime
RawRow = tuple[int, Sequence[Cell]]

CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROBLEM = "bilan_problem"  # the column that marks a file of rows which we wrote ourselves
DELIMITERS = (";", ",", "\t", "|")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST_ROWS = 1_048_576  # of a spreadsheet
_MOST_BYTES = 2**30  # of an unpacked spreadsheet: no bomb is unpacked
_LONGEST_CELL = 1_000_000
_NOUGHT = re.compile(rb"\x00")


@attrs.frozen
class Row:
    """One row: its file (and sheet), its line there from 1, and its cells by column name."""

    file: str
    line: int
    cells: Mapping[str, Cell]

    @property
    def place(self) -> str:
        """File and line, as errors and evidence name it."""
        return f"{self.file}:{self.line}"


@attrs.frozen
class Table:
    """What a file holds: its columns in order and its rows, and the digest of its bytes.

    `misfits` are rows that do not fit the columns, and why; they are not among `rows`.
    """

    file: str
    sha256: str
    media_type: str
    header_line: int
    columns: tuple[str, ...]
    width: int
    rows: tuple[Row, ...]
    misfits: tuple[tuple[Row, InvalidValue], ...] = ()

    def place(self, line: int, column: str) -> str:
        """Return file, line and the letter of a column, as a spreadsheet shows it."""
        index = self.columns.index(column) if column in self.columns else self.width
        # What a format adds under a name of its own stands in no column of the file.
        return (
            f"{self.file}:{line}:{letter(index)}" if index < self.width else f"{self.file}:{line}"
        )


def letter(index: int) -> str:
    """Return the letter of a column, counted from 0, as spreadsheets write it.

    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def text_of(cell: Cell) -> str:
    """Return a cell as text; days in ISO form."""
    return cell if isinstance(cell, str) else cell.isoformat()


def read_table(path: Path, source: Source) -> Table:
    """Read a CSV or XLSX file; raises `InvalidValue` with the file where it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise InvalidValue("import-file", field=path.name, value=path, why=why) from None
    digest, name = hashlib.sha256(data).hexdigest(), shown(path.name, FILE_LENGTH)
    if data.startswith(b"PK"):
        sheet, rows = _xlsx(data, name, source)
        name = f"{name}!{shown(sheet)}"
        return _table(name, digest, XLSX_TYPE, rows, source)
    return _table(name, digest, CSV_TYPE, _csv(data, name, source), source)


# --- rows to a table -------------------------------------------------------------------------


def _table(file: str, digest: str, media: str, raw: Iterable[RawRow], source: Source) -> Table:
    filled = ((line, cells) for line, cells in raw if line >= source.header_row)
    headers = list(islice(filled, source.header_rows))
    columns = _columns([cells for _, cells in headers]) if headers else ()
    if len(headers) < source.header_rows or not columns:
        raise InvalidValue("import-empty", field=file, value="", place=file)
    line = headers[0][0]
    rows: list[Row] = []
    misfits: list[tuple[Row, InvalidValue]] = []
    above: dict[str, Cell] = {}
    for number, cells in filled:
        if not any(cells):
            continue
        padded = [*cells, *[""] * (len(columns) - len(cells))]
        named = dict(zip(columns, padded, strict=False))
        row = Row(file, number, _shaped(named, above, source))
        # A spreadsheet leaves empty cells at the end out; in CSV that is a row cut off.
        if any(cells[len(columns) :]) or (media == CSV_TYPE and len(cells) < len(columns)):
            misfits.append((row, _misfit(row, len(cells), len(columns))))
        else:
            rows.append(row)
    return Table(file, digest, media, line, columns, len(columns), tuple(rows), tuple(misfits))


def _misfit(row: Row, cells: int, columns: int) -> InvalidValue:
    return InvalidValue(
        "import-row-width", field="—", value=cells, columns=columns, place=row.place
    )


def _shaped(named: dict[str, Cell], above: dict[str, Cell], source: Source) -> dict[str, Cell]:
    """Return a row's cells: what was merged downwards is filled in, our own quoting undone."""
    for column in source.fill_down:
        named[column] = above[column] = named.get(column) or above.get(column, "")
    if PROBLEM in named:
        return {column: _unquoted(cell) for column, cell in named.items()}
    return named


def _unquoted(cell: Cell) -> Cell:
    quoted = isinstance(cell, str) and cell.startswith("'")
    return cell[1:] if quoted and isinstance(cell, str) else cell


def _columns(headers: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    """Return the names of columns; of several header rows the upper ones are merged cells."""
    width = max(len(row) for row in headers)
    rows = [[_name(cell) for cell in row] + [""] * (width - len(row)) for row in headers]
    for row in rows[:-1]:
        for place in range(1, width):
            row[place] = row[place] or row[place - 1]
    names = [
        " / ".join(dict.fromkeys(part for part in parts if part))
        for parts in zip(*rows, strict=True)
    ]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _name(cell: Cell) -> str:
    return " ".join(text_of(cell).split())


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


# --- CSV -------------------------------------------------------------------------------------


def _csv(data: bytes, file: str, source: Source) -> Iterator[RawRow]:
    text, skipped = _decoded(data, file, source.encoding), 0
    delimiter = source.delimiter
    if text[:4].lower() == "sep=" and text[5:6] in {"\r", "\n"}:  # Excel's own first line
        delimiter = delimiter or text[4]
        text, skipped = text[5:].lstrip("\r").removeprefix("\n"), 1
    reader = _reader(text, delimiter or _delimiter(text, source.header_row - skipped))
    line = skipped
    try:
        for cells in reader:
            yield line + 1, [_clean(cell) for cell in cells]
            line = reader.line_num + skipped
    except csv.Error as error:
        place = f"{file}:{line + 1}"
        raise InvalidValue("import-csv", field=file, value="", why=error, place=place) from None


def _reader(text: str, delimiter: str) -> Any:
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str, header_row: int) -> str:
    """Return the delimiter that cuts the header into the most columns."""
    widths: dict[str, int] = {}
    for found in DELIMITERS:
        try:
            rows = list(islice(_reader(text, found), max(header_row, 1)))
        except csv.Error:
            rows = []
        widths[found] = len(rows[-1]) if rows else 0
    return max(DELIMITERS, key=lambda found: widths[found])


def _decoded(data: bytes, file: str, encoding: str | None) -> str:
    """Return the text of a CSV file: the encoding named, else by its mark, UTF-8, Windows-1252."""
    for tried in (encoding,) if encoding else _encodings(data):
        try:
            text = data.decode(tried)
            text.encode()  # some codecs give halves of characters
        except (LookupError, ValueError):
            continue
        return text.removeprefix("\ufeff")
    wanted = encoding or "UTF-8, Windows-1252"
    raise InvalidValue("import-encoding", field=file, value=wanted, place=file)


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if data.startswith(b"\xef\xbb\xbf"):
        return ("utf-8-sig",)
    head = data[:200]
    if len(_NOUGHT.findall(head)) * 3 > len(head):  # two bytes a letter, and no mark
        return ("utf-16-le",) if head[1:2] == b"\x00" else ("utf-16-be",)
    return ("utf-8", "cp1252")


# --- XLSX ------------------------------------------------------------------------------------


def _xlsx(data: bytes, file: str, source: Source) -> tuple[str, list[RawRow]]:
    try:
        # An extra, and slow to import.
        load_workbook: Any = import_module("openpyxl").load_workbook
    except ImportError:
        raise InvalidValue("xlsx-missing", field=file, value=file) from None

    try:
        with warnings.catch_warnings():
            # What openpyxl does not keep (styles, validations) is nothing that we read.
            warnings.simplefilter("ignore")
            _check_size(data, file)
            # Read-only: pivot tables and styles that openpyxl cannot read stand in no one's way.
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheet = _sheet(book, file, source.sheet)
            sheet.reset_dimensions()
            return sheet.title, list(_sheet_rows(sheet))
    except InvalidValue:
        raise
    except Exception as error:  # noqa: BLE001 openpyxl raises whatever the bytes make it raise
        why = f"{type(error).__name__}: {error}"
        raise InvalidValue("import-xlsx", field=file, value=file, why=why) from None


def _check_size(data: bytes, file: str) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        size = sum(item.file_size for item in packed.infolist())
    if size > _MOST_BYTES:
        raise InvalidValue("import-xlsx", field=file, value=file, why="> 1 GiB")


def _sheet(book: Any, file: str, wanted: str | None) -> Any:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if wanted is None and sheets:
        return next(iter(sheets.values()))
    if wanted not in sheets:
        allowed = ", ".join(sheets) or "—"
        raise InvalidValue("import-sheet", field=file, value=wanted, allowed=allowed, place=file)
    return sheets[wanted]


def _sheet_rows(sheet: Any) -> Iterator[RawRow]:
    for line, cells in enumerate(islice(sheet.iter_rows(values_only=True), _MOST_ROWS), 1):
        found = [_cell(value) for value in cells]
        while found and not found[-1]:
            found.pop()
        if found:
            yield line, found


def _cell(value: object) -> Cell:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
        case datetime():
            return value.date() if value.time() == time.min else value
        case date():
            return value
        case str():
            return _clean(value)
        case _:
            return str(value)
