"""Rows by a mapping: keys, dates of all forms, places, evidence, and every problem at once."""

import unicodedata
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from import_samples import HISTORY, LIST, PLAN

from bilan_ledger.errors import InvalidValue
from bilan_ledger.evidence import EvidenceKind
from bilan_ledger.imports import ImportRefused, prepare, record, write_bad
from bilan_ledger.imports.keys import action_key
from bilan_ledger.imports.mapping import Dates
from bilan_ledger.imports.moments import read_instant, read_when, wrong_formats
from bilan_ledger.text import key

PARIS = ZoneInfo("Europe/Paris")
MORNING = datetime(2024, 1, 15, 9, 0)  # noqa: DTZ001 as a spreadsheet has it

# --- keys ------------------------------------------------------------------------------------

KEYS = [
    (["12"], "12"), (["zoom-01"], "zoom-01"), (["3", "a"], "3-a"),
    (["3-a", "b"], "3-a-b-ac40be9d"), (["CRAS / Sé"], "CRAS-Sé-15d993b3"), (["★"], "x-26c57b08"),
    (["น้ำท่วม"], "นำทวม-046b7406"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "expected"), KEYS)
def test_a_key_stays_as_it_is_or_shows_what_it_was(parts, expected):
    """Where something had to go, a mark of the whole follows; the mark never changes."""
    assert expected == action_key(parts) == key(expected)


PARTS = st.lists(st.text(max_size=120), min_size=1, max_size=3)


@example(["\U0002f800"], [""])  # NFC makes another character of it
@given(PARTS, PARTS)
def test_different_names_have_different_legal_keys(one, other):
    """As far as the names of one source have as many parts."""
    keys = action_key(one), action_key(other)
    assert keys == tuple(map(key, keys))
    names = [[unicodedata.normalize("NFC", part) for part in each] for each in (one, other)]
    assert names[0] == names[1] or len(one) != len(other) or keys[0] != keys[1]


# --- dates -----------------------------------------------------------------------------------

DATES = [
    ("%d/%m/%Y", "05/04/2024", "2024-04-05"), ("%m/%d/%Y", "05/04/2024", "2024-05-04"),
    ("%d/%m/%Y", "1er/04/2024", "2024-04-01"), ("%d %B %Y", "1er  août 2023", "2023-08-01"),
    ("%B %Y", "Février 2023", "2023-02"), ("%B %Y", "févr. 2023", "2023-02"),
    ("%B %Y", "June 2023", "2023-06"), ("%m/%Y", "6/2023", "2023-06"), ("%Y", "2023", "2023"),
    ("iso", "2023-06/2023-08", "2023-06/2023-08"), ("iso", "2023-06-01T10:00:00Z", "2023-06-01"),
    ("%d/%m/%Y %H:%M", "05/04/2024 09:30", "2024-04-05"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "text", "expected"), DATES)
def test_a_date_in_a_declared_format(form, text, expected):
    assert expected == read_when(text, Dates(formats=form), "on").text


THAI = [
    ("%d %B %Y", "15 มกราคม 2567", "2024-01-15"), ("%B %Y", "มี.ค. 2567", "2024-03"),
    ("%Y", "2567", "2024"), ("iso", "2567-01-15", "2024-01-15"), ("iso", "2566/2567", "2023/2024"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "text", "expected"), THAI)
def test_years_of_the_buddhist_era_when_the_mapping_says_so(form, text, expected):
    dates = Dates(formats=form, calendar="buddhist")
    assert expected == read_when(text, dates, "on").text


def test_a_cell_that_is_a_date_needs_no_format():
    """A spreadsheet's own dates are of the common calendar, whatever its texts are in."""
    dates = Dates(formats="%d/%m/%Y", calendar="buddhist")
    assert "2024-01-15" == read_when(date(2024, 1, 15), dates, "on").text
    assert "2024-01-15" == read_when(MORNING, dates, "on").text


def test_names_of_months_can_be_declared():
    dates = Dates(formats="%B %Y", months={"Março": 3})
    assert "2023-03" == read_when("março 2023", dates, "on").text


UNREADABLE = [
    ("%d/%m/%Y", "2024-04-05"), ("%d/%m/%Y", "31/02/2024"), ("%B %Y", "brumaire 2023"),
    ("iso", "05/04/2024"), ("iso", "2023-06-31"), ("%Y", "0000"), ("%d/%m/%Y", ""), ("%Y", "٢٠٢٤x"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "text"), UNREADABLE)
def test_a_date_in_no_declared_format_is_an_error(form, text):
    with pytest.raises(InvalidValue):
        read_when(text, Dates(formats=form), "on")


def test_a_format_names_at_least_a_year():
    forms = ["%d/%m", "%d %Y", "%Y-%Q", "%Y %Y", "%m %B %Y", "iso", "%Y", "%d.%m.%Y"]
    assert forms[:5] == wrong_formats(Dates(formats=forms))


INSTANTS = [
    ("iso", "2014-05-05T17:26:48-03:00", "2014-05-05T20:26:48.000000Z"),
    ("iso", "2024-01-15 09:30:00", "2024-01-15T08:30:00.000000Z"),
    ("iso", "2024-01-15", "2024-01-15T22:59:59.999999Z"),
    ("%d/%m/%Y %H:%M", "15/01/2024 09:30", "2024-01-15T08:30:00.000000Z"),
    ("%d/%m/%Y %H:%M %z", "15/01/2024 09:30 +07:00", "2024-01-15T02:30:00.000000Z"),
    ("%d/%m/%Y", "15/01/2024", "2024-01-15T22:59:59.999999Z"),
]


@pytest.mark.parametrize(("form", "text", "expected"), INSTANTS)
def test_an_instant_is_in_the_time_of_the_territory_unless_it_says_otherwise(form, text, expected):
    """A day without an hour ends with that day."""
    assert expected == str(read_instant(text, Dates(formats=form), PARIS, "stated_at"))


@pytest.mark.parametrize(
    "text", ["2024-01", "2024-01-15T25:00:00", "hier", "0001-01-01T00:00+23:59"]
)
def test_what_is_no_instant(text):
    with pytest.raises(InvalidValue):
        read_instant(text, Dates(), PARIS, "stated_at")


# --- everything at once ----------------------------------------------------------------------

MAPPING = LIST.replace(
    'status = "statut"',
    'status = "statut"\naxis = "axe"\nevidence_url = "lien"\nmeasure_value = "valeur"\n'
    'measure_unit = "unité"\non = "date"\nresponsible = "élu"\ntags = "mots"\n'
    '[source]\ndecimal = ","\n[fixed]\nmeasure_indicator = "Arbres"\nevidence_kind = "web"\n'
    'evidence_title = "Site"',
).replace(PLAN, PLAN + 'axes = [{ key = "vert", title = "Ville verte" }]\n')
HEADER = "n;action;statut;axe;lien;valeur;unité;date;élu;mots\n"
GOOD = (
    "1;Planter;en cours;Ville verte;https://ville.example/1;1 655,5;arbres;2023-04;Mme Un;"
    "eau, Parc vert\n"
)
BAD = (
    "2;Bancs;pas fait;vert;;;;;;\n"
    "3;Halle;fait;Ville grise;ftp://x;beaucoup;;avril;;\n"
    "3;Halle;fait;vert;;;;;;\n"
    ";Sans;fait;vert;;;;;;\n"
    "4;;fait;vert;;;;;;\n"
    "5;Court\n"
)


def test_all_problems_of_all_files_come_in_one_report(town):
    """Each names its file, line, column and value."""
    with pytest.raises(ImportRefused) as error:
        town.prepared(
            MAPPING, HEADER + GOOD + BAD, HEADER + "1;Encore;fait;vert;;;;;;\n6;F;;rouge;;;;;;\n"
        )
    found = [(p.code, p.facts["place"], p.facts["field"]) for p in error.value.problems]
    expected = [
        ("import-word", "list-1.csv:3:C", "statut"),
        ("import-axis", "list-1.csv:4:D", "axe"),
        ("url-form", "list-1.csv:4:E", "lien"),
        ("decimal-form", "list-1.csv:4:F", "valeur"),
        ("import-date", "list-1.csv:4:H", "date"),
        ("text-empty", "list-1.csv:6:A", "n"),
        ("import-title", "list-1.csv:7:B", "action"),
        ("import-row-width", "list-1.csv:8", "—"),
        ("import-key-twice", "list-2.csv:2:A", "n"),
        ("import-axis", "list-2.csv:3:D", "axe"),
    ]
    assert expected == found
    assert 'list-1.csv:3:C: statut: the word "pas fait"' in error.value.problems[0].text()
    assert () == town.ledger.plans()


def test_a_row_says_what_its_cells_say(town):
    town.run(MAPPING, HEADER + GOOD)
    entries = [e.event for e in town.ledger.entries("town") if e.action == "1"]
    proposed, engaged, attached = entries
    assert ("Planter", "vert", ("Parc-vert", "eau")) == (
        proposed.title,
        proposed.axis,
        proposed.tags,
    )
    assert "Mme Un" == town.ledger.text(proposed.responsible)
    row, site = engaged.evidence
    assert ("list-1.csv:2", EvidenceKind.DATA) == (row.locator, row.kind)
    assert ("Site", EvidenceKind.WEB, "https://ville.example/1") == (
        site.title,
        site.kind,
        site.url,
    )
    measure = attached.evidence[0].measure
    assert ("Arbres", "1655.5", "arbres", "2023-04") == (
        measure.indicator, str(measure.value), measure.unit, str(measure.as_of),
    )  # fmt: skip
    again = MAPPING.replace("2024-01-15", "2024-02-15")
    assert {} == town.run(again, HEADER + GOOD)


def test_a_title_is_on_one_line_and_a_note_keeps_its_lines(town):
    mapping = LIST.replace('status = "statut"', 'status = "statut"\nnote = "notes"')
    town.run(mapping, 'n;action;statut;notes\n1;"Planter\nmille  arbres";fait;"un\ndeux"\n')
    event = town.ledger.entries("town")[1].event
    assert ("Planter mille arbres", "un\ndeux") == (event.title, town.ledger.text(event.note))


def test_what_an_import_leaves_about_itself(town):
    """The digests of files and mapping, the day, and the declared words, which can be erased."""
    town.run(LIST, "n;action;statut\n1;A;fait\n")
    event = town.ledger.entries("town")[-1].event
    data, mapping = event.evidence
    assert ("list-1.csv", "2024-01-15", "text/csv") == (
        data.locator,
        str(data.dated),
        data.media_type,
    )
    assert town.mapping(LIST).sha256 == mapping.sha256
    assert '"fait" = realised\n"abandon" = abandoned' in town.ledger.text(event.note)


def test_changes_of_a_description_are_entries(town):
    town.run(MAPPING, HEADER + GOOD)
    later = GOOD.replace("Planter", "Planter mille arbres").replace("Mme Un", "M. Deux")
    found = town.run(MAPPING.replace("2024-01-15", "2024-02-15"), HEADER + later)
    assert {"action.described": 1} == found
    change = next(
        e.event.change for e in town.ledger.entries("town") if type(e.event).__name__ == "Described"
    )
    assert ("Planter mille arbres", None, "M. Deux") == (
        change.title, change.axis, town.ledger.text(change.responsible),
    )  # fmt: skip


def test_axes_come_from_the_rows_where_the_plan_declares_none(town):
    mapping = LIST.replace('status = "statut"', 'status = "statut"\naxis = "axe"\ntheme = "thème"')
    table = "n;action;statut;axe;thème\n1;A;fait;Ville verte;Arbres\n2;B;fait;Calme;\n"
    town.run(mapping, table)
    axes = town.ledger.view("town").plans["town"].terms().axes
    assert [("Ville-verte", "Ville verte"), ("Calme", "Calme")] == [(a.key, a.title) for a in axes]
    assert ["Arbres"] == [theme.title for theme in axes[0].themes]
    with pytest.raises(ImportRefused, match="problems: 1"):
        town.prepared(mapping, table + "3;C;fait;Nouveau;\n")


def test_two_axes_may_not_become_one_key(town):
    mapping = LIST.replace('status = "statut"', 'status = "statut"\naxis = "axe"')
    with pytest.raises(ImportRefused) as error:
        town.prepared(mapping, "n;action;statut;axe\n1;A;fait;a/b\n2;B;fait;a b\n")
    assert ["import-key-collision"] == [p.code for p in error.value.problems]


COLUMNS = [
    ("n;action\n1;A\n", "import-column-unknown"),
    ("n;action;statut;statut\n1;A;fait;fait\n", "import-column-twice"),
]


@pytest.mark.parametrize(("table", "code"), COLUMNS)
def test_columns_must_be_there_once(town, table, code):
    with pytest.raises(ImportRefused) as error:
        town.prepared(LIST, table)
    assert [(code, "list-1.csv:1")] == [(p.code, p.facts["place"]) for p in error.value.problems]


def test_a_plan_that_is_not_there_needs_its_terms(town):
    with pytest.raises(ImportRefused) as error:
        town.prepared(LIST.replace(PLAN, '[plan]\nkey = "town"\n'), "n;action;statut\n")
    assert ["import-plan-unknown"] == [p.code for p in error.value.problems]


def test_only_some_rows_can_be_read(town):
    mapping = LIST + '[source]\nonly = { action = ["A", "C"] }\n'
    assert (
        2
        == town.run(mapping, "n;action;statut\n1;A;fait\n2;B;??\n3;C;fait\n4;A;titre\n")[
            "action.realised"
        ]
    )


def test_rows_of_the_same_action_can_be_one(town):
    table = "n;action;statut\n1;A;fait\n1;A;fait\n"
    mapping = LIST.replace("as_of", 'repeated_rows = "same"\nas_of')
    assert 1 == town.run(mapping, table)["action.realised"]
    with pytest.raises(ImportRefused, match="problems: 1"):
        town.prepared(mapping, table + "1;A;en cours\n")


# --- a part of it ----------------------------------------------------------------------------


def test_good_rows_are_recorded_and_bad_ones_written(town, tmp_path):
    """The file of bad rows, corrected, is imported by the same mapping."""
    table = HEADER + GOOD + "2;=cmd();pas fait;vert;;;;;;'eau\n"
    found = town.prepared(MAPPING, table, partial=True)
    for _ in record(town.ledger, found):
        pass
    assert ["1"] == [e.action for e in town.ledger.entries("town") if e.action][:1]
    bad = tmp_path / "bad.csv"
    write_bad(bad, found.bad)
    text = bad.read_text(encoding="utf-8-sig")
    assert "2;'=cmd();pas fait;vert;;;;;;''eau;" in text
    bad.write_text(text.replace("pas fait", "fait"), encoding="utf-8-sig")
    assert {"action.proposed": 1, "action.realised": 1} == town.run(MAPPING, bad)
    entry = next(e for e in town.ledger.entries("town") if e.action == "2")
    assert ("=cmd()", ("eau",)) == (entry.event.title, entry.event.tags)
    with pytest.raises(FileExistsError):
        write_bad(bad, found.bad)


def test_a_partial_import_twice_records_nothing_the_second_time(town):
    table = HEADER + GOOD + "2;Bancs;pas fait;vert;;;;;;\n"
    town.run(MAPPING, table, partial=True)
    assert 0 == town.prepared(MAPPING, table, partial=True).total
    with pytest.raises(ImportRefused):
        town.prepared(MAPPING, table)


def test_a_row_that_cannot_be_read_has_not_vanished(town):
    """Nor has any other when its key cannot be read."""
    mapping = LIST + '[vanished]\nhow = "withdraw"\nreason = "r"\nmost = "100 %"\n'
    table = "n;action;statut\n1;A;fait\n2;B;fait\n3;C;fait\n"
    town.run(mapping, table)
    bad = "n;action;statut\n1;A;fait\n2;B;???\n"
    later = mapping.replace("2024-01-15", "2024-02-15")
    found = town.prepared(later, bad, partial=True)
    assert {"action.withdrawn": 1, "plan.evidence-attached": 1} == found.counts
    unsure = town.prepared(later, bad.replace("2;B", ";B"), partial=True)
    assert {"plan.evidence-attached": 1} == unsure.counts
    assert "import-gone-unsure" in [notice.code for notice in unsure.notices]


# --- Thai ------------------------------------------------------------------------------------

THAI_MAPPING = """
[import]
kind = "history"
proposed = "2022-06-01"
[plan]
key = "bangkok-2022"
title = "นโยบาย"
territory = { name = "กรุงเทพมหานคร", timezone = "Asia/Bangkok" }
start = "2022-06-01"
end = "2026-05-31"
[columns]
key = "นโยบาย"
title = "นโยบาย"
status = "สถานะ"
on = "เดือน"
[dates]
calendar = "buddhist"
formats = ["%B %Y"]
[status]
"กำลังดำเนินการ" = "engaged"
"เสร็จสิ้น" = "realised"
"""
# The vowel am is one character here and two there: NFC keeps both, so both are declared words.
THAI_TABLE = (
    "นโยบาย;สถานะ;เดือน\nปลูกต้นไม้ล้านต้น;กำลังดำเนินการ;ก.ค. 2565\nปลูกต้นไม้ล้านต้น;เสร็จสิ้น;มกราคม 2567\n"
)


def test_a_thai_history_with_months_of_the_buddhist_era(town):
    path = town.file(THAI_TABLE)
    found = prepare(town.ledger, town.mapping(THAI_MAPPING), [path])
    for _ in record(town.ledger, found):
        pass
    dated = [(type(e.event).__name__, str(e.event.on)) for e in town.ledger.entries() if e.action]
    assert [("Proposed", "2022-06-01"), ("Engaged", "2022-07"), ("Realised", "2024-01")] == dated
    assert "ปลูกต้นไม้ล้านต้น" == town.ledger.entries()[1].event.title


def test_history_mapping_is_complete(town):
    """The literal that other tests build on has no fault of its own."""
    assert "history" == town.mapping(HISTORY).rows.kind


CONTROLLED = [
    ("n;action;statut;axe\n1;A;fait;Ver\x00t\n", "text-control"),
    ("n;action;statut;axe\n1;A\x07;fait;\n", "text-control"),
    ("n;action;statut;axe\n\x07;A;fait;\n", None),
    ("n;action;statut;axe\n1;A;fai\x00t;\n", "import-word"),
]


@pytest.mark.parametrize(("table", "code"), CONTROLLED)
def test_control_characters_are_problems_with_a_place(town, table, code):
    """What a fuzzed file taught: also where a cell becomes an axis, a key or a word."""
    mapping = LIST.replace('status = "statut"', 'status = "statut"\naxis = "axe"')
    if code is None:
        assert 1 == town.run(mapping, table)["action.realised"]
        return
    with pytest.raises(ImportRefused) as error:
        town.prepared(mapping, table)
    assert [(code, True)] == [
        (p.code, p.facts["place"].startswith("list-1.csv:2:")) for p in error.value.problems
    ]


def test_words_and_names_of_files_are_kept_whatever_is_in_them(town):
    """A declared word with a line break, a file whose name has one."""
    mapping = LIST + '"en\\r\\u2028cours" = "engaged"\n'
    path = town.file("n;action;statut\n1;A;fait\n", "a\nb.csv")
    for _ in record(town.ledger, prepare(town.ledger, town.mapping(mapping), [path])):
        pass
    event = town.ledger.entries("town")[-1].event
    assert "a\\x0ab.csv" == event.evidence[0].locator
    assert '"en\\r\\u2028cours" = engaged' in town.ledger.text(event.note)
