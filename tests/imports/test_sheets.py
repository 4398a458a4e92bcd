"""Reading tables: every way in which a French spreadsheet saves one gives the same cells."""

import io
import random
import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bilan_ledger.errors import InvalidValue
from bilan_ledger.imports import sheets
from bilan_ledger.imports.mapping import Source
from bilan_ledger.imports.sheets import letter, read_table

TEXT = (
    'n;intitulé;statut\r\n1;"Planter; arroser\r\ntailler";réalisée\r\n\r\n'
    '2;"dit ""vert""";engagée\r\n'
)
MORNING = datetime(2024, 1, 15, 9, 30)  # noqa: DTZ001 as a spreadsheet has it
CELLS = [
    (2, {"n": "1", "intitulé": "Planter; arroser\r\ntailler", "statut": "réalisée"}),
    (5, {"n": "2", "intitulé": 'dit "vert"', "statut": "engagée"}),
]


def read(tmp_path, data, name="t.csv", **source):
    path = tmp_path / name
    path.write_bytes(data)
    return read_table(path, Source(**source))


def rows(table):
    return [(row.line, dict(row.cells)) for row in table.rows]


ENCODED = [
    TEXT.encode(), TEXT.encode("utf-8-sig"), TEXT.encode("cp1252"), TEXT.encode("utf-16"),
    TEXT.encode("utf-16-le"), TEXT.encode("utf-16-be"), b"\xfe\xff" + TEXT.encode("utf-16-be"),
]  # fmt: skip


@pytest.mark.parametrize("data", ENCODED)
def test_every_encoding_gives_the_same_cells(tmp_path, data):
    assert CELLS == rows(read(tmp_path, data))


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_the_one_that_cuts_the_header(tmp_path, delimiter):
    data = f"a{delimiter}b c\n1{delimiter}x; y, z\n".replace("x; y, z", '"x; y, z"').encode()
    assert [(2, {"a": "1", "b c": "x; y, z"})] == rows(read(tmp_path, data))


def test_excel_may_name_the_delimiter_in_its_own_first_line(tmp_path):
    """Lines are still counted as an editor shows them."""
    assert [(3, {"a,b": "1", "c": "2"})] == rows(read(tmp_path, b"sep=;\r\na,b;c\r\n1;2\r\n"))


def test_an_encoding_can_be_named(tmp_path):
    thai = "รหัส;สถานะ\n1;เสร็จ\n"
    assert [(2, {"รหัส": "1", "สถานะ": "เสร็จ"})] == rows(
        read(tmp_path, thai.encode("cp874"), encoding="cp874")
    )


def test_cells_and_headers_are_in_nfc_and_trimmed(tmp_path):
    """é in two characters is é in one; a header of two lines is on one."""
    data = ' intitule\u0301 ;"mise\nà jour"\n e\u0301te\u0301 \u00a0;x\n'.encode()
    assert [(3, {"intitulé": "été", "mise à jour": "x"})] == rows(read(tmp_path, data))


def test_merged_headers_of_two_rows(tmp_path):
    """What is merged across columns stands above each of them."""
    data = b"Titre;;\nAction;Statut;\n;2023;2024\nA;x;y\n"
    table = read(tmp_path, data, header_row=2, header_rows=2)
    assert ("Action", "Statut / 2023", "Statut / 2024") == table.columns[:1] + tuple(
        name.replace("Action / ", "") for name in table.columns[1:]
    )


def test_cells_merged_downwards_can_be_filled(tmp_path):
    table = read(tmp_path, b"axe;n\nVert;1\n;2\nCalme;3\n", fill_down="axe")
    assert ["Vert", "Vert", "Calme"] == [row.cells["axe"] for row in table.rows]


WRONG = [
    (b"", {}, "import-empty"),
    (b"\n\n", {}, "import-empty"),
    (b"a;b\n1;2\n", {"header_row": 9}, "import-empty"),
    (b'a;b\n"1;2\n', {}, "import-csv"),
    (b'a;b\n"1"x;2\n', {}, "import-csv"),
    (b"a;b\n\x81;2\n", {}, "import-encoding"),
    (b"a;b\n\xe9;2\n", {"encoding": "utf-8"}, "import-encoding"),
    (b"a;b\n", {"encoding": "klingon"}, "import-encoding"),
    (b"a;b\n", {"encoding": "base64"}, "import-encoding"),
    (b"a;b\n", {"encoding": "utf\x008"}, "import-encoding"),
    (b"a;\\ud800\n", {"encoding": "unicode_escape"}, "import-encoding"),
    (b"PK\x03\x04 not a workbook", {}, "import-xlsx"),
]


@pytest.mark.parametrize(("data", "source", "code"), WRONG)
def test_what_cannot_be_read_is_one_error(tmp_path, data, source, code):
    with pytest.raises(InvalidValue) as error:
        read(tmp_path, data, **source)
    assert code == error.value.code


def test_rows_of_another_width_are_misfits(tmp_path):
    """Cut off or too long: neither is read."""
    table = read(tmp_path, b"a;b\n1\n1;2;3\n1;2;\n")
    assert [(4, {"a": "1", "b": "2"})] == rows(table)
    assert ["t.csv:2", "t.csv:3"] == [wrong.facts["place"] for _, wrong in table.misfits]


def test_a_place_is_named_as_a_spreadsheet_shows_it(tmp_path):
    table = read(tmp_path, b"a;b\n1;2\n")
    assert ("t.csv:2:B", "t.csv:2") == (table.place(2, "b"), table.place(2, "?"))
    assert ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"] == [
        letter(n) for n in (0, 25, 26, 51, 52, 701, 702)
    ]


# --- XLSX ------------------------------------------------------------------------------------


def workbook() -> bytes:
    book = Workbook()
    first = book.active
    first.title = "Notes"
    first.append(["lisez-moi"])
    sheet = book.create_sheet("Actions")
    sheet.append(["Suivi", None, None, None])
    sheet.append(["n", "intitulé", "le", "part"])
    sheet.append([1, " e\u0301té ", date(2024, 1, 15), 0.5])
    sheet.append([2.0, True, MORNING, "=1+1"])
    sheet.append([None, None, None, None])
    sheet.append([3, None, None, 1e-7])
    sheet.merge_cells("A1:D1")
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_workbook_gives_values_dates_and_texts(tmp_path):
    """A chosen sheet and header row; whole numbers without .0; a formula without value is empty."""
    table = read(tmp_path, workbook(), "t.xlsx", sheet="Actions", header_row=2)
    expected = [
        (3, {"n": "1", "intitulé": "été", "le": date(2024, 1, 15), "part": "0.5"}),
        (4, {"n": "2", "intitulé": "true", "le": MORNING, "part": ""}),
        (6, {"n": "3", "intitulé": "", "le": "", "part": "0.0000001"}),
    ]
    assert expected == rows(table)
    assert "t.xlsx!Actions:3:C" == table.place(3, "le")


def test_without_a_name_the_first_sheet_is_read(tmp_path):
    assert ("lisez-moi",) == read(tmp_path, workbook(), "t.xlsx").columns


def test_a_sheet_that_is_not_there_is_an_error_that_lists_the_sheets(tmp_path):
    with pytest.raises(InvalidValue, match="Sheets: Notes, Actions"):
        read(tmp_path, workbook(), "t.xlsx", sheet="Statuts")


def test_a_workbook_that_would_unpack_to_too_much_is_refused(tmp_path, monkeypatch):
    """What the archive says of its own size is believed before anything is unpacked."""
    monkeypatch.setattr(sheets, "_MOST_BYTES", 1_000)
    with pytest.raises(InvalidValue, match="1 GiB"):
        read(tmp_path, workbook())


# --- any table -------------------------------------------------------------------------------

CELL = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)


@given(st.lists(st.tuples(CELL, CELL), max_size=4), st.sampled_from(";,\t|"), st.randoms())
def test_any_table_that_a_spreadsheet_quotes_is_read_back(
    tmp_path_factory, cells, delimiter, chance
):
    """Cells with delimiters, quotes and accents, in one of three encodings."""
    chance: random.Random
    quoted = "".join(
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n"
        for row in [("first", "second"), *cells]
    )
    data = quoted.encode(chance.choice(["utf-8", "utf-8-sig", "utf-16"]))
    table = read(tmp_path_factory.getbasetemp(), data, delimiter=delimiter)
    plain = [tuple(unicodedata.normalize("NFC", c).strip() for c in row) for row in cells]
    assert [row for row in plain if any(row)] == [tuple(row.cells.values()) for row in table.rows]
