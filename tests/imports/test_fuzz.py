"""Readers on mutated files: an error or a result, never another exception, never half an import.

`BILAN_FUZZ` is how many files each reader is given (default 150).
"""

import io
import os
import sys
import tomllib
import zipfile
from random import Random

import pytest
from import_samples import LIST, STATUS, VERSIONS
from openpyxl import Workbook

from bilan_ledger import Ledger
from bilan_ledger.errors import InvalidValue
from bilan_ledger.imports import ImportRefused, prepare, read_mapping, record, suggest

FILES = int(os.environ.get("BILAN_FUZZ", "150"))
CSV = """n;action;statut
1;Planter;à venir
2;"Bancs; et
chaises";en cours
3;Halle;fait
4;Parc;
""".encode()
DECIDIM = (
    b"id;category/name/fr;title/fr;start_date;status/key;progress;url\n"
    b"1;Vert;Planter;2022-01-01;ongoing;12.5;https://d.example/1\n2;Calme;'=Bancs;;;;\n"
)
DECIDIM_STATUS = """
[status]
"ongoing" = "engaged"
"" = "progress"
[progress]
"" = "not-assessed"
"0..100" = "engaged"
"""
DECIDIM_COLUMNS = """[source]
format = "decidim"
[columns]
key = "id"
title = "title"
axis = "category"
status = "status/key"
progress = "progress"
proposed = "start_date"
evidence_url = "url"
"""
COLUMNS = '[columns]\nkey = "n"\ntitle = "action"\nstatus = "statut"\n'
DECIDIM_MAPPING = LIST.replace(COLUMNS, DECIDIM_COLUMNS).replace(STATUS, DECIDIM_STATUS)
PIECES = [
    b'"', b";", b",", b"\n", b"\r", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"=1+1", b"'", b"\\",
    b"\xe9", b"9" * 40, b"-", b"[", b"]", b"{", b"[[plan.axes]]\n", b" = ", b"true", b"1e999",
    b"2024-13-45", "ก็".encode(), "e\u0301".encode(), b"<", b"&#0;", b"A1048577", b"engaged",
]  # fmt: skip


def chance(seed: str) -> Random:
    """Return the same chance for the same seed."""
    return Random(seed)  # noqa: S311 no secret


def workbook() -> bytes:
    book = Workbook()
    for line in CSV.decode().replace('"Bancs; et\nchaises"', "Bancs").splitlines():
        book.active.append(line.split(";"))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def mutated(data: bytes, luck: Random) -> bytes:
    """Return bytes with a few of them cut out, doubled, flipped, or replaced."""
    found = bytearray(data)
    for _ in range(luck.choice([1, 1, 2, 5])):
        start = luck.randrange(len(found) + 1)
        end = min(len(found), start + luck.choice([0, 1, 1, 2, 8, 50]))
        match luck.randrange(5):
            case 0:
                del found[start:end]
            case 1:
                found[start:start] = found[start:end]
            case 2 if start < len(found):
                found[start] ^= 1 << luck.randrange(8)
            case 3:
                del found[start:]
            case _:
                found[start:end] = luck.choice(PIECES)
    return bytes(found)


def mutated_workbook(data: bytes, luck: Random) -> bytes:
    """Return a workbook of which one part is mutated: the archive itself stays whole."""
    if luck.random() < 0.3:
        return mutated(data, luck)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        parts = [name for name in old.namelist() if name.endswith(".xml")]
        wrong = luck.choice([*parts, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"])
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, mutated(part, luck) if name == wrong else part)
    return made.getvalue()


READERS = {
    "csv": (LIST, CSV, "list.csv", mutated),
    "versions": (VERSIONS.replace('stated_at = "version"', ""), CSV, "l-2022-01-01.csv", mutated),
    "xlsx": (LIST, workbook(), "list.xlsx", mutated_workbook),
    "decidim": (DECIDIM_MAPPING, DECIDIM, "results.csv", mutated),
}


def _told(reader, seen):
    sys.stdout.write(f"{reader}: {seen}\n")


def _result(town, mapping, path):
    """Import into an empty ledger: everything that was announced, or nothing at all."""
    with Ledger.in_memory(recorded_by="x") as ledger:
        try:
            prepared = prepare(ledger, read_mapping(mapping), [path])
        except ImportRefused as refused:
            told = [(problem.text("fr"), problem.text("en")) for problem in refused.problems]
        else:
            told = []
        if told:
            assert all(french != english for french, english in told)
            assert 0 == len(ledger)
            return "refused"
        for _ in record(ledger, prepared):
            pass
        assert prepared.total == len(ledger)
        assert 0 == prepare(ledger, read_mapping(mapping), [path]).total
        return "recorded"


@pytest.mark.parametrize("reader", READERS)
def test_a_mutated_table_is_an_error_or_a_whole_import(town, reader):
    mapping, data, name, mutate = READERS[reader]
    mapping = town.file(mapping.replace('version = "version"\n', ""), "mapping.toml")
    seen = {"refused": 0, "recorded": 0}
    for seed in range(FILES):
        path = town.file(mutate(data, chance(f"{reader} {seed}")), name)
        seen[_result(town, mapping, path)] += 1
    _told(reader, seen)
    assert all(seen.values()), seen


def test_a_mutated_mapping_is_an_error_or_a_mapping(town):
    path = town.file(CSV)
    seen = {"refused": 0, "recorded": 0}
    for seed in range(FILES):
        mapping = town.file(mutated(LIST.encode(), chance(str(seed))), "mapping.toml")
        try:
            read_mapping(mapping)
        except ImportRefused:
            seen["refused"] += 1
        else:
            _result(town, mapping, path)
            seen["recorded"] += 1
    _told("toml", seen)
    assert all(seen.values()), seen


def test_a_suggestion_for_a_mutated_table_is_an_error_or_toml(town):
    for seed in range(FILES):
        path = town.file(mutated(CSV, chance(str(seed))))
        try:
            tomllib.loads(suggest(path))
        except InvalidValue as refused:
            refused.text("fr")
