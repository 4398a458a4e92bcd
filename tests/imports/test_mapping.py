"""The mapping file: every fault at once, with its line; nothing is guessed."""

from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from import_samples import LIST, PLAN

from bilan_ledger.errors import InvalidValue
from bilan_ledger.imports import ImportRefused, read_mapping
from bilan_ledger.imports.mapping import (
    _TERMS,
    SECTIONS,
    Columns,
    Dates,
    Fixed,
    Reversals,
    Rows,
    Source,
    Vanished,
    Versions,
)
from bilan_ledger.imports.words import read_range, read_word

EXAMPLES = Path(__file__).parents[2] / "examples" / "mappings"
DOCS = Path(__file__).parents[2] / "docs"


def problems(town, text):
    with pytest.raises(ImportRefused) as error:
        town.mapping(text)
    return [(p.code, p.facts["field"], p.facts.get("place")) for p in error.value.problems]


def test_all_faults_of_a_file_are_told_at_once_with_their_lines(town):
    text = """[import]
kind = "liste"
as_of = "15/01/2024"
[source]
separator = ";"
header_row = "1"
[plan]
key = "a b"
title = "T"
start = "2020-01-01"
[columns]
key = ["n", 3]
status = "s"
[status]
"fait" = "réalisé"
fini = "realised, soon"
"[" = "engaged"
[vanished]
how = "withdraw"
most = "200 %"
[extra]
"""
    expected = [
        ("import-mapping-key", "extra", "mapping.toml:21"),
    ]
    assert expected == problems(town, text)[:1]
    expected = {
        ("import-mapping-key", "extra", "mapping.toml:21"),
        ("choice", "import.kind", "mapping.toml:2"),
        ("date-french", "import.as_of", "mapping.toml:3"),
        ("import-mapping-key", "source.separator", "mapping.toml:5"),
        ("import-mapping-type", "source.header_row", "mapping.toml:6"),
        ("key-form", "plan.key", "mapping.toml:8"),
        ("import-mapping-missing", "plan.territory", "mapping.toml:7"),
        ("import-mapping-missing", "plan.end", "mapping.toml:7"),
        ("import-mapping-type", "columns.key", "mapping.toml:12"),
        ("import-word-meaning", 'status."fait"', "mapping.toml:15"),
        ("import-word-meaning", 'status."fini"', "mapping.toml:16"),
        ("import-mapping-type", "vanished.most", "mapping.toml:20"),
    }
    assert expected == set(problems(town, text))


MISSING = [
    ("", {"[import]", "[plan]", "[columns]"}),
    ("import = 3\nplan = 1\ncolumns = []", {"import", "plan", "columns"}),
    ("[import]\n[plan]\n[columns]", {"import.kind", "plan.key", "columns.key", "columns.status"}),
    ('[import]\nkind="list"\n[plan]\nkey="p"\n[columns]\nkey="k"\nstatus="s"', {"[status]"}),
    ('[import]\nkind="list"\n[plan]\nkey="p"\n[columns]\nkey="k"\nprogress="s"', {"[progress]"}),
    (LIST + '[vanished]\nhow = "withdraw"', {"vanished.reason"}),
    (LIST + '[reversals]\nhow = "reopen"', {"reversals.reason"}),
]


@pytest.mark.parametrize(("text", "fields"), MISSING)
def test_what_is_missing_is_named(town, text, fields):
    assert fields == {field for _, field, _ in problems(town, text)}


@pytest.mark.parametrize("text", ["[import", "a = ", "\x00", "[a]\n[a]", "a = " + "[" * 3000])
def test_what_is_no_toml_is_one_error(town, text):
    assert ["import-mapping-syntax"] == [code for code, _, _ in problems(town, text)]


PLANS = [
    ('axes = "vert"', "import-mapping-type"),
    ('axes = [{ key = "a b", title = "T" }]', "key-form"),
    ('axes = [{ key = "a" }]', "import-mapping-missing"),
    ('axes = [{ key = "a", title = "T", colour = "g" }]', "import-mapping-key"),
    ('axes = [{ key = "a", title = "T", themes = [3] }]', "import-mapping-type"),
    ('axes = [{ key = "a", title = "T" }, { key = "a", title = "U" }]', "key-twice"),
    ('policy = { base = "some" }', "choice"),
    ("policy = { counted = 3 }", "import-mapping-type"),
    ("initial_list_on = 3", "date-not-exact"),
]


@pytest.mark.parametrize(("line", "code"), PLANS)
def test_what_is_wrong_with_a_plan(town, line, code):
    assert [code] == [found for found, _, _ in problems(town, LIST.replace(PLAN, PLAN + line))]


WORDS = [
    ("engaged", {"engaged"}, None, "in-plan"),
    ("engaged, late", {"engaged"}, "late", "in-plan"),
    ("engaged, at-least", {"engaged", "realised"}, None, "in-plan"),
    ("engaged, at-least, late", {"engaged", "realised"}, "late", "in-plan"),
    ("not-assessed", set(), None, "not-assessed"),
    ("withdrawn", set(), None, "withdrawn"),
]


@pytest.mark.parametrize(("text", "statuses", "qualifier", "scope"), WORDS)
def test_what_a_meaning_is(text, statuses, qualifier, scope):
    word = read_word("status", text)
    assert (statuses, qualifier, scope) == (set(word.statuses), word.qualifier, word.scope)


@pytest.mark.parametrize(
    "text",
    ["", "Engaged", "realised, at-least", "engaged, late, blocked", "engaged, late, late", "merged",
     "not-assessed, late", "progress, late", 3, None, ["engaged"]],
)  # fmt: skip
def test_what_no_meaning_is(text):
    with pytest.raises(InvalidValue, match="not a meaning"):
        read_word("status", text)


def test_words_are_compared_exactly_unless_the_mapping_says_otherwise(town):
    mapping = town.mapping(LIST)
    assert None is mapping.word("Fait")
    assert mapping.word(" fait ") == mapping.word("fait")
    assert mapping.word("a\u0300 venir").text == "proposed"
    folded = town.mapping(LIST.replace("as_of", "casefold = true\nas_of"))
    assert folded.word("À VENIR").text == "proposed"
    text = LIST + '"FAIT" = "engaged"'
    assert "realised" == town.mapping(text).word("fait").text
    twice = text.replace("as_of", "casefold = true\nas_of")
    assert ["import-word-twice"] == [code for code, _, _ in problems(town, twice)]


RANGES = [("0", "0", True), ("1..99", "99.0", True), ("1..99", "99.5", False), ("", "0", False),
          ("0.01..99.99", "0.5", True), ("1..99", None, False), ("", None, True)]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "inside"), RANGES)
def test_which_progress_is_in_a_range(text, value, inside):
    """Blank is not 0."""
    found = read_range(text, "engaged")
    assert inside == found.holds(None if value is None else Decimal(value))


def test_ranges_do_not_overlap(town):
    text = LIST + '[progress]\n"0..50" = "engaged"\n"50..100" = "realised"\n'
    assert [("import-word-twice", "progress", f"mapping.toml:{text.count(chr(10))}")] == problems(
        town, text
    )


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_key_is_documented_and_every_documented_key_exists(lang):
    """The reference page names each key of each section once, as a row of a table."""
    kinds = {
        "import": Rows, "source": Source, "columns": Columns, "fixed": Fixed, "dates": Dates,
        "reversals": Reversals, "vanished": Vanished, "versions": Versions,
    }  # fmt: skip
    expected = {(name, key) for name, kind in kinds.items() for key in attrs.fields_dict(kind)}
    expected |= {("plan", key) for key in ("key", *_TERMS)}
    found, section = set(), ""
    page = DOCS / lang / "reference" / "mapping.md"
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("## `["):
            section = line.split("`")[1].strip("[]")
        elif line.startswith("| `"):
            found |= {(section, name) for name in line.split("|")[1].split("`")[1::2]}
    # What can be a column can be fixed too, but for key and version: the page says so once.
    fixed = {("fixed", key) for section, key in found if section == "columns"}
    assert expected == found | (fixed - {("fixed", "key"), ("fixed", "version")})
    assert set(SECTIONS) == {name for name, _ in found} | {"fixed", "status", "progress"}


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    ("page", "mark"),
    [("reference/mapping.md", "```toml\n"), ("how-to/spreadsheet.md", ":caption: suivi.toml\n")],
)
def test_the_mappings_in_the_documents_are_mappings(town, lang, page, mark):
    text = (DOCS / lang / page).read_text(encoding="utf-8")
    block = text.split(mark)[1].split("```")[0]
    assert "town-2020" == town.mapping(block).plan.key


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_the_mappings_of_the_examples_have_no_fault(path):
    assert read_mapping(path).title
