"""The CSV that Decidim's accountability exports, of both generations, as one kind of table.

Decides: one name for what both generations hold, in one language: `title`, `status`,
`category` (or taxonomies), `scope`, `taxonomies`; and that the quote which Decidim puts before a
cell that a spreadsheet could run is taken off again.
Refuses to know: what a status or a progress means; the mapping says.

Up to 0.29 a result has one category and one scope; from 0.30 it has taxonomies.
"""

import re
from collections.abc import Mapping

import attrs

from .mapping import Source
from .sheets import Cell, Row, Table

_QUOTED = ("=", "+", "-", "@")
_TRANSLATED = {
    "title": ("title",), "description": ("description",), "status/name": ("status",),
    "category/name": ("category",), "scope/name": ("scope",), "taxonomies/name": ("taxonomies",),
}  # fmt: skip
_HASH = re.compile(r'"([^"\\]+)"\s*(?:=>|:)\s*"((?:[^"\\]|\\.)*)"')
NAMES = tuple(name for names in _TRANSLATED.values() for name in names)


def decidim(table: Table, source: Source) -> Table:
    """Return a table of Decidim with the cells as they were and one name for each thing."""
    columns = (*table.columns, *(name for name in NAMES if name not in table.columns))
    rows = tuple(attrs.evolve(row, cells=_cells(row, source.locale)) for row in table.rows)
    return attrs.evolve(table, columns=columns, rows=rows)


def _cells(row: Row, locale: str) -> dict[str, Cell]:
    cells = {column: unquoted(cell) for column, cell in row.cells.items()}
    for path, (name,) in _TRANSLATED.items():
        cells.setdefault(name, _translated(cells, path, locale))
    cells["category"] = cells["category"] or cells["taxonomies"]
    return cells


def unquoted(cell: Cell) -> Cell:
    """Return a cell without the quote that keeps a spreadsheet from running it.

    >>> unquoted("'=1+1"), unquoted("'été")
    ('=1+1', "'été")
    """
    quoted = isinstance(cell, str) and cell[:1] == "'" and cell[1:2] in _QUOTED
    return cell[1:].strip() if quoted and isinstance(cell, str) else cell


def _translated(cells: Mapping[str, Cell], path: str, locale: str) -> Cell:
    """Return the text in the language asked for, else in the first that has one."""
    exact = cells.get(f"{path}/{locale}")
    if exact:
        return exact
    if written := cells.get(path):
        return _of_hashes(str(written), locale)
    found = (cell for column, cell in cells.items() if column.startswith(f"{path}/") and cell)
    return next(found, "")


def _of_hashes(text: str, locale: str) -> str:
    r"""Return the names in a list of translated names, as Ruby writes one into a cell.

    >>> _of_hashes('{"en"=>"Green", "fr"=>"Vert"}, {"en"=>"Calm"}', "fr")
    'Vert, Calm'
    """
    if not text.startswith("{"):
        return text
    names: list[str] = []
    for part in re.findall(r"\{[^{}]*\}", text):
        told = dict(_HASH.findall(part))
        if told:
            names.append(str(told.get(locale) or next(iter(told.values()))).replace('\\"', '"'))
    return ", ".join(names) or text
