"""Readers on mutated files: an error or a result, never another exception, never half an import.

`BILAN_FUZZ` is how many files each reader is given (default 150).
"""

import io
import os
import random
import zipfile

import pytest
from conftest import LIST, STATUS, VERSIONS
from openpyxl import Workbook

from bilan_ledger import Ledger
from bilan_ledger.imports import ImportRefused, prepare, read_mapping, record, suggest
from bilan_ledger.errors import InvalidValue

FILES = int(os.environ.get("BILAN_FUZZ", "150"))
CSV = 'n;action;statut\n1;Planter;à venir\n2;"Bancs; et\nchaises";en cours\n3;Halle;fait\n4;Parc;\n'.encode()
DECIDIM = (
    "id;category/name/fr;title/fr;start_date;status/key;progress;url\n"
    "1;Vert;Planter;2022-01-01;ongoing;12.5;https://d.example/1\n2;Calme;'=Bancs;;;;\n"
).encode()
DECIDIM_MAPPING = LIST.replace(
    '[columns]\nkey = "n"\ntitle = "action"\nstatus = "statut"',
    '[source]\nformat = "decidim"\n[columns]\nkey = "id"\ntitle = "title"\naxis = "category"\n'
    'status = "status/key"\nprogress = "progress"\nproposed = "start_date"\nevidence_url = "url"',
).replace(STATUS, '\n[status]\n"ongoing" = "engaged"\n"" = "progress"\n[progress]\n"" = "not-assessed"\n"0..100" = "engaged"\n')  # fmt: skip
PIECES = [
    b'"', b";", b",", b"\n", b"\r", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"=1+1", b"'", b"\\",
    b"\xe9", b"9" * 40, b"-", b"[", b"]", b"{", b"[[plan.axes]]\n", b" = ", b"true", b"1e999",
    b"2024-13-45", "ก็".encode(), "e\u0301".encode(), b"<", b"&#0;", b"A1048577", b"engaged",
]  # fmt: skip


def workbook() -> bytes:
    book = Workbook()
    for line in CSV.decode().replace('"Bancs; et\nchaises"', "Bancs").splitlines():
        book.active.append(line.split(";"))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return bytes with a few of them cut out, doubled, flipped, or replaced."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        start = chance.randrange(len(found) + 1)
        end = min(len(found), start + chance.choice([0, 1, 1, 2, 8, 50]))
        match chance.randrange(5):
            case 0:
                del found[start:end]
            case 1:
                found[start:start] = found[start:end]
            case 2 if start < len(found):
                found[start] ^= 1 << chance.randrange(8)
            case 3:
                del found[start:]
            case _:
                found[start:end] = chance.choice(PIECES)
    return bytes(found)


def mutated_workbook(data: bytes, chance: random.Random) -> bytes:
    """Return a workbook of which one part is mutated: the archive itself stays whole."""
    if chance.random() < 0.3:
        return mutated(data, chance)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        parts = [name for name in old.namelist() if name.endswith(".xml")]
        wrong = chance.choice([*parts, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"])
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, mutated(part, chance) if name == wrong else part)
    return made.getvalue()


READERS = {
    "csv": (LIST, CSV, "list.csv", mutated),
    "versions": (VERSIONS.replace('stated_at = "version"', ""), CSV, "l-2022-01-01.csv", mutated),
    "xlsx": (LIST, workbook(), "list.xlsx", mutated_workbook),
    "decidim": (DECIDIM_MAPPING, DECIDIM, "results.csv", mutated),
}


def _result(town, mapping, path):
    """Import into an empty ledger: everything that was announced, or nothing at all."""
    with Ledger.in_memory(recorded_by="x") as ledger:
        try:
            prepared = prepare(ledger, read_mapping(mapping), [path])
        except ImportRefused as error:
            assert error.problems
            assert all(problem.text("fr") != problem.text("en") for problem in error.problems)
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
        path = town.file(mutate(data, random.Random(f"{reader} {seed}")), name)
        seen[_result(town, mapping, path)] += 1
    print(reader, seen)
    assert all(seen.values()), seen


def test_a_mutated_mapping_is_an_error_or_a_mapping(town):
    path = town.file(CSV)
    seen = {"refused": 0, "recorded": 0}
    for seed in range(FILES):
        mapping = town.file(mutated(LIST.encode(), random.Random(seed)), "mapping.toml")
        try:
            read_mapping(mapping)
        except ImportRefused:
            seen["refused"] += 1
        else:
            _result(town, mapping, path)
            seen["recorded"] += 1
    print("toml", seen)
    assert all(seen.values()), seen


def test_a_suggestion_for_a_mutated_table_is_an_error_or_toml(town):
    import tomllib  # noqa: PLC0415

    for seed in range(FILES):
        path = town.file(mutated(CSV, random.Random(seed)))
        try:
            tomllib.loads(suggest(path))
        except InvalidValue as error:
            assert error.text("fr")
