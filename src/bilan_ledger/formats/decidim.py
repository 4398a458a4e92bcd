"""The CSV that Decidim's administration accepts as results of its accountability component.

Columns: `id;category/id;scope/id;parent/id;title/LOCALE;description/LOCALE;start_date;end_date;
status/id;progress;proposals_ids`. Decidim takes off the quote before a cell that begins with
`= + - @`, and only that one.

Decides: which of our facts go into which column, by a declared table.
Refuses to know: the ids of a site; the table says them.
"""

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import attrs

from ..action import description
from ..errors import InvalidValue, NotFound
from ..history import Record, possible
from .tables import STATUSES

_QUOTED = ("=", "+", "-", "@")
_UNCERTAIN = "uncertain"
_WORDS = (*STATUSES, "not-assessed", "not-assessable", _UNCERTAIN)


@attrs.frozen
class Correspondence:
    """Which ids of a Decidim site stand for our axes, themes and statuses.

    `status` maps a status (or `not-assessed`, `not-assessable`, `uncertain`) to a status id and a
    progress (None: left blank, which is not 0).
    """

    locale: str
    categories: Mapping[str, str]
    scopes: Mapping[str, str]
    status: Mapping[str, tuple[str, str | None]]

    @classmethod
    def read(cls, path: str | Path) -> "Correspondence":
        """Read the table from a TOML file; raises `NotFound` or `InvalidValue`."""
        try:
            value = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError:
            raise NotFound("no-file", path=path) from None
        except (tomllib.TOMLDecodeError, UnicodeError) as error:
            raise InvalidValue("decidim-table", field=str(path), value=str(error)) from None
        try:
            status = {word: _status(said) for word, said in value["status"].items()}
            parts = {name: _ids(value.get(name, {})) for name in ("categories", "scopes")}
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InvalidValue("decidim-table", field=str(path), value=str(error)) from None
        for word in sorted(set(status) ^ set(_WORDS)):
            raise InvalidValue("decidim-table", field=f"{path}: status", value=word)
        return cls(str(value.get("locale", "fr")), **parts, status=status)


def _status(said: Any) -> tuple[str, str | None]:
    progress = said.get("progress")
    return str(said["id"]), None if progress is None else str(progress)


def _ids(table: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in table.items()}


def decidim_csv(records: Mapping[str, Record], by: Correspondence, on: date) -> bytes:
    """Return the CSV of all actions that are in the base on a day.

    Raises `InvalidValue` for an axis that the table does not name.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow([
        "id", "category/id", "scope/id", "parent/id", f"title/{by.locale}",
        f"description/{by.locale}", "start_date", "end_date", "status/id", "progress",
        "proposals_ids",
    ])  # fmt: skip
    for row in _rows(records, by, on):
        writer.writerow([f"'{cell}" if cell.startswith(_QUOTED) else cell for cell in row])
    return out.getvalue().encode()


def _rows(records: Mapping[str, Record], by: Correspondence, on: date) -> Iterator[list[str]]:
    for record in records.values():
        for name, state in sorted(record.view().actions.items()):
            standings = possible(state, on)
            cells = {each.cell for each in standings} - {"absent"}
            if not cells:
                continue
            cell = next(iter(cells)) if len(cells) == 1 else _UNCERTAIN
            if cell not in by.status:  # it left the plan
                continue
            told = description(state, on)
            status, progress = by.status[cell]
            start = state.statuses[0].event.on.earliest.isoformat()
            category = _id(by.categories, told.axis, f"{name}: axis")
            yield [
                "", category, _id(by.scopes, told.theme, f"{name}: theme"), "", told.title or "",
                "", start, "", status, progress or "", "",
            ]  # fmt: skip


def _id(ids: Mapping[str, str], key: str | None, field: str) -> str:
    """Return a site's id; where the table names none at all, the column is left blank."""
    if key is None or not ids:
        return ""
    if key not in ids:
        raise InvalidValue("choice", field=field, value=key, allowed=", ".join(sorted(ids)))
    return ids[key]
