"""The ledger as an open-data package: Data Package v2, CSV with Table Schemas, Parquet beside.

Decides: the descriptor, the licences that French law allows without approval (décret 2017-638),
and that a package replaces its own files and nothing else.
Refuses to know: what is in the tables.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import InvalidValue, LedgerUnavailable
from ..history import Record
from .sheets import Cell, Number, csv_bytes
from .tables import STATUSES, TABLES, Column, Table

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
LICENCES: Mapping[str, tuple[str, str]] = {
    "etalab-2.0": (
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
        "Licence Ouverte / Open Licence 2.0",
    ),
    "ODbL-1.0": (
        "https://opendatacommons.org/licenses/odbl/1-0/",
        "Open Data Commons Open Database License 1.0",
    ),
}


def publish(
    records: Mapping[str, Record],
    folder: str | Path,
    *,
    licence: str,
    on: date,
    parquet: bool = False,
) -> list[str]:
    """Write the package of these plans into a folder and return the names of its files.

    `on` is the day of the statuses. Raises `InvalidValue` for another licence or a SIREN that is
    none, `LedgerUnavailable` when a file in the way is not of a package.
    """
    if licence not in LICENCES:
        raise InvalidValue("choice", field="licence", value=licence, allowed=", ".join(LICENCES))
    _check_codes(records)
    files = {"datapackage.json": _descriptor(records, licence, on)}
    for table in TABLES:
        header = [column.name for column in table.columns]
        files[f"{table.name}.csv"] = csv_bytes(header, cells(table, records, on))
    target = Path(folder)
    _write(target, files)
    names = list(files)
    if parquet:
        names += [_parquet(target, table) for table in TABLES]
    return names


def _check_codes(records: Mapping[str, Record]) -> None:
    """Refuse a SIREN whose check digit is wrong: others would join tables by it."""
    from stdnum.fr import siren  # noqa: PLC0415 an extra

    for record in records.values():
        found = record.plan.terms().territory.siren if record.plan.created else None
        if found is not None and not siren.is_valid(found):
            raise InvalidValue("siren-check", field="territory.siren", value=found, plan=record.key)


def cells(table: Table, records: Mapping[str, Record], on: date) -> list[list[Cell]]:
    """Return the rows of a table as cells of a sheet."""
    return [[_cell(value) for value in row] for row in table.rows(records, on)]


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return Number(format(value, "f"))
    assert value is None or isinstance(value, str | int)
    return value


# --- the descriptor --------------------------------------------------------------------------


def _descriptor(records: Mapping[str, Record], licence: str, on: date) -> bytes:
    path, title = LICENCES[licence]
    titles = [r.plan.terms().title for r in records.values() if r.plan.created]
    value = {
        "$schema": PROFILE,
        "name": "bilan-" + "-".join(sorted(records)).lower(),
        "title": " · ".join(titles),
        "description": "Actions, écritures, chiffres et indicateurs, tirés d'un registre "
        "bilan_ledger. / Actions, entries, figures and measures of a bilan_ledger ledger.",
        "created": f"{on.isoformat()}T00:00:00Z",
        "licenses": [{"name": licence, "path": path, "title": title}],
        "resources": [_resource(table) for table in TABLES],
    }
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def _resource(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_field(column) for column in table.columns],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    if table.of_action:
        keys = ["PROGRAMME_ID", "ACTION_ID"]
        schema["foreignKeys"] = [
            {"fields": keys, "reference": {"resource": "actions", "fields": keys}}
        ]
    return {
        "name": table.name,
        "title": f"{table.french} / {table.english}",
        "path": f"{table.name}.csv",
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "title": f"{column.french} / {column.english}",
    }
    if column.type == "datetime":
        field["format"] = "%Y-%m-%dT%H:%M:%S.%fZ"
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.name == "STATUT":
        constraints["enum"] = list(STATUSES)
        field["categories"] = [{"value": v, "label": label} for v, label in STATUSES.items()]
    return {**field, "constraints": constraints} if constraints else field


# --- files -----------------------------------------------------------------------------------


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files whole, one after another; the descriptor last, so that it never lies."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ours = folder / "datapackage.json"
        foreign = [name for name in files if (folder / name).exists() and not ours.exists()]
        if foreign:
            raise LedgerUnavailable("file-exists", path=folder / foreign[0])
        for name in sorted(files, key=lambda each: each == "datapackage.json"):
            draft = folder / f".{name}.new"
            draft.write_bytes(files[name])
            draft.replace(folder / name)
    except OSError as error:
        raise LedgerUnavailable("cannot-write", path=folder, why=error.strerror) from None


_SQL_TYPES = {
    "string": "VARCHAR", "integer": "BIGINT", "number": "DECIMAL(38, 10)", "date": "DATE",
    "datetime": "TIMESTAMP", "boolean": "BOOLEAN",
}  # fmt: skip


def _parquet(folder: Path, table: Table) -> str:
    """Write one table as Parquet from its CSV, typed; return the file's name.

    DuckDB does it: a tenth of the size of pyarrow, and it is what many read Parquet with.
    """
    import duckdb  # noqa: PLC0415 an extra

    name = f"{table.name}.parquet"
    types = {column.name: _SQL_TYPES[column.type] for column in table.columns}
    texts: Sequence[str] = [c.name for c in table.columns if c.type == "string"]
    # What keeps a spreadsheet from running a text is no part of it.
    plain = ", ".join(f"""ltrim_quote("{column}") AS "{column}" """ for column in texts)
    draft = folder / f".{name}.new"
    with duckdb.connect() as database:
        database.execute(
            "CREATE MACRO ltrim_quote(t) AS CASE WHEN t LIKE '''%' THEN t[2:] ELSE t END"
        )
        database.execute(
            f"COPY (SELECT * REPLACE ({plain}) FROM read_csv(?, header=true, columns=?, "  # noqa: S608
            "nullstr='', quote='\"', escape='\"', timestampformat='%Y-%m-%dT%H:%M:%S.%fZ')) "
            f"TO '{str(draft).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)",
            [str(folder / f"{table.name}.csv"), types],
        )
    draft.replace(folder / name)
    return name
