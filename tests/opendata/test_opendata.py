"""What leaves the ledger for other programs: safe sheets, an open-data package, Decidim."""

import csv
import io
import json
import runpy
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bilan_ledger import (
    Axis,
    CreatePlan,
    Engage,
    Evidence,
    InvalidValue,
    Ledger,
    LedgerUnavailable,
    MarkNotAssessed,
    Measure,
    Propose,
    PublishFigure,
    Realise,
    Retract,
    Terms,
    Territory,
    Theme,
    Withdraw,
)
from bilan_ledger.cli import run
from bilan_ledger.formats.decidim import Correspondence, decidim_csv
from bilan_ledger.formats.opendata import LICENCES, cells, publish
from bilan_ledger.formats.sheets import (
    Number,
    csv_bytes,
    read_csv,
    read_xlsx,
    safe,
    unsafe,
    xlsx_bytes,
)
from bilan_ledger.formats.tables import TABLES

MARK = "MARTIN-DUPONT"
ON = date(2026, 12, 31)
EXAMPLES = Path(__file__).parents[2] / "examples"
TERMS = Terms(
    title="Projet", territory=Territory(name="Exempleville", insee="62119", siren="216201194"),
    start="2026-01-01", end="2031-12-31",
    axes=[Axis(key="vert", title="Vert", themes=[Theme(key="arbres", title="Arbres")])],
)  # fmt: skip


class Clock:
    def __init__(self):
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(hours=7)
        return self.now


@pytest.fixture
def ledger(tmp_path):
    """A small town: one action of each kind, names in every private text, and hostile titles."""
    path = tmp_path / "town.ledger"
    Ledger.create(path).close()
    with Ledger.open(path, recorded_by=MARK, clock=Clock()) as made:
        made.record("demo", CreatePlan(terms=TERMS, note=MARK))
        shown = Evidence(
            title="Conseil", kind="deliberation", deliberation="D-12", url="https://e.fr/d12",
            quotation=MARK, sha256="a" * 64,
            measure=Measure(indicator="Arbres", value="-2.50", target="10", as_of="2026-05"),
        )  # fmt: skip
        tree = Propose(
            on="2026-02", title='=1+1;"x"\u202e', axis="vert", theme="arbres", tags=["b", "a"],
            responsible=MARK, note=MARK,
        )  # fmt: skip
        made.record("demo/A", tree, Engage(on="2026-05/2027-02", evidence=shown, note=MARK))
        made.record("demo/B", Propose(on="2026-03-01", title="'déjà"), Realise(on="2026-04-01"))
        made.record("demo/C", Propose(on="2026-03", title="C"), MarkNotAssessed(on="2026-03"))
        made.record("demo/D", Propose(on="2026-03", title="D"))
        made.record("demo/D", Withdraw(on="2026-06", reason=MARK))
        made.record("demo/E", Propose(on="2026-03", title="E"), Engage(on="2026-04"))
        made.record("demo/E", Retract(entry=2, reason=MARK))
        made.record("demo", PublishFigure(percentage="25", of=4, on=ON, note=MARK))
        yield made


def records(ledger):
    with ledger.reading() as (_, found):
        return dict(found)


def table(name):
    return next(each for each in TABLES if each.name == name)


# --- sheets ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"), ("+33", "'+33"), ("-10 %", "'-10 %"), ("@x", "'@x"), ("\tx", "'\tx"),
        ("＝1", "'＝1"), ("'x", "''x"), ("l'été", "l'été"), ("", ""), ("1=1", "1=1"),
    ],
)  # fmt: skip
def test_a_text_that_would_run_is_written_as_text(text, cell):
    assert cell == safe(text)
    assert text == unsafe(cell)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(st.tuples(TEXTS, TEXTS), max_size=8), excel=st.booleans())
def test_a_csv_is_read_back_as_it_was(rows, excel):
    """Any text: quotes, line breaks, formulas, blanks."""
    written = csv_bytes(["a", "b"], rows, excel=excel)
    assert [["a", "b"], *map(list, rows)] == read_csv(written)
    assert excel is written.startswith(b"\xef\xbb\xbf")


XML = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(XML.filter(bool), st.integers(-(10**9), 10**9)), max_size=6))
def test_an_xlsx_is_read_back_as_it_was(rows):
    """Every text is a text: none becomes a formula, a number or a date."""
    found = read_xlsx(xlsx_bytes({"t": (["a", "b"], rows)}))
    assert {"t": [["a", "b"], *map(list, rows)]} == found


def test_no_cell_of_an_xlsx_is_a_formula():
    import openpyxl  # noqa: PLC0415 only here

    data = xlsx_bytes({"t": (["a"], [["=1+1"], ["=HYPERLINK(1)"], [Number("-2.5")]])})
    sheet = openpyxl.load_workbook(io.BytesIO(data))["t"]
    assert ["s", "s", "s", "n"] == [row[0].data_type for row in sheet.iter_rows()]


# --- tables ----------------------------------------------------------------------------------


def test_the_actions_of_a_small_town(ledger):
    """Certain and possible statuses, scope, dates as intervals, the council's decision."""
    rows = cells(table("actions"), records(ledger), ON)
    where = ["Exempleville", "62119", "216201194", "demo"]
    assert [
        [*where, "A", '=1+1;"x"\u202e', "vert", "arbres", "a|b", None, "engaged|proposed",
         "in-plan", None, "2026-05/2027-02", "2026-05-01", "2027-02-28", "D-12", "https://e.fr/d12"],
        [*where, "B", "'déjà", None, None, None, "realised", "realised", "in-plan", None,
         "2026-04-01", "2026-04-01", "2026-04-01", None, None],
        [*where, "C", "C", None, None, None, "proposed", "proposed", "not-assessed", None,
         "2026-03", "2026-03-01", "2026-03-31", None, None],
        [*where, "D", "D", None, None, None, "proposed", "proposed", "withdrawn", None,
         "2026-03", "2026-03-01", "2026-03-31", None, None],
        [*where, "E", "E", None, None, None, "proposed", "proposed", "in-plan", None,
         "2026-03", "2026-03-01", "2026-03-31", None, None],
    ] == rows  # fmt: skip


def test_the_published_figure_stands_beside_the_computed_ones(ledger):
    """The last computed row is the figure of the day; the published one has its verdict."""
    rows = cells(table("figures"), records(ledger), ON)
    found = ledger.figure("demo", on=ON)
    computed = [row for row in rows if row[2] == "computed" and row[3] <= ON.isoformat()][-1]
    low, high = found.bounds.low, found.bounds.high
    assert [low.counted, low.base, high.counted, high.base] == computed[4:8]
    assert ["published", "2026-12-31"] == rows[-1][2:4]
    assert ["25", 4, "possible"] == rows[-1][-3:]


def test_every_row_has_every_column_and_its_key_once(ledger):
    for each in TABLES:
        rows = cells(each, records(ledger), ON)
        assert rows, each.name
        names = [column.name for column in each.columns]
        assert {len(names)} == {len(row) for row in rows}
        keys = [tuple(row[names.index(name)] for name in each.key) for row in rows]
        assert len(set(keys)) == len(keys)


# --- the package -----------------------------------------------------------------------------


def valid(folder):
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(folder / "datapackage.json"))
    return report.valid, report.flatten(["type", "note"])


@pytest.mark.filterwarnings("ignore")
def test_a_package_is_valid_and_the_same_each_time(ledger, tmp_path):
    """By frictionless, types, keys and references included; hostile titles too."""
    names = publish(records(ledger), tmp_path / "od", licence="ODbL-1.0", on=ON)
    assert (True, []) == valid(tmp_path / "od")
    publish(records(ledger), tmp_path / "again", licence="ODbL-1.0", on=ON)
    for name in names:
        assert (tmp_path / "od" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    told = json.loads((tmp_path / "od" / "datapackage.json").read_bytes())
    assert "https://datapackage.org/profiles/2.0/datapackage.json" == told["$schema"]
    assert ["ODbL-1.0"] == [each["name"] for each in told["licenses"]]
    assert all(isinstance(each["schema"]["primaryKey"], list) for each in told["resources"])
    assert all(" / " in f["title"] for r in told["resources"] for f in r["schema"]["fields"])


@pytest.mark.filterwarnings("ignore")
def test_bethune_is_published(tmp_path, monkeypatch, capsys):
    """The example, by the command, with Parquet; frictionless finds it valid."""
    monkeypatch.setattr("sys.argv", ["build.py", str(tmp_path / "b.ledger")])
    runpy.run_path(str(EXAMPLES / "bethune" / "build.py"), run_name="__main__")
    line = ["publish-data", str(tmp_path / "od"), "--ledger", str(tmp_path / "b.ledger")]
    assert 0 == run([*line, "--on", "2024-03-31", "--parquet"])
    assert "actions.parquet" in capsys.readouterr().out
    assert (True, []) == valid(tmp_path / "od")
    duckdb = pytest.importorskip("duckdb")
    page = Path(__file__).parents[2] / "docs" / "en" / "how-to" / "open-data.md"
    query = page.read_text(encoding="utf-8").split("```sql\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path / "od")
    with duckdb.connect() as database:
        assert [("bethune-2020", 106, 131, 106, 131)] == database.execute(query).fetchall()
        titles = {
            row[0]
            for row in database.execute("SELECT ACTION_TITRE FROM 'actions.parquet'").fetchall()
        }
    with Ledger.open(tmp_path / "b.ledger", read_only=True) as bethune:
        rows = cells(table("actions"), records(bethune), date(2024, 3, 31))
    assert {row[5] for row in rows} == titles


def test_parquet_holds_the_texts_as_they_are(ledger, tmp_path):
    """Without the quote that keeps a spreadsheet from running them, and with types."""
    duckdb = pytest.importorskip("duckdb")
    publish(records(ledger), tmp_path / "od", licence="etalab-2.0", on=ON, parquet=True)
    with duckdb.connect() as database:
        ask = "SELECT ACTION_TITRE, STATUT_DATE_MIN FROM read_parquet(?) ORDER BY ACTION_ID LIMIT 2"
        rows = database.execute(ask, [str(tmp_path / "od" / "actions.parquet")]).fetchall()
        value = database.execute(
            "SELECT VALEUR FROM read_parquet(?)", [str(tmp_path / "od" / "measures.parquet")]
        ).fetchall()
    assert [('=1+1;"x"\u202e', date(2026, 5, 1)), ("'déjà", date(2026, 4, 1))] == rows
    assert [-2.5] == [float(row[0]) for row in value]


def test_nothing_that_may_name_a_person_leaves(ledger, tmp_path, monkeypatch):
    """Searched for in every file of every format, byte by byte."""
    publish(records(ledger), tmp_path / "od", licence="etalab-2.0", on=ON, parquet=True)
    monkeypatch.setenv("BILAN_LEDGER", str(tmp_path / "town.ledger"))
    (tmp_path / "ids.toml").write_text(IDS, encoding="utf-8")
    assert 0 == run(["export-table", str(tmp_path / "od" / "t.xlsx")])
    assert 0 == run(["export-table", str(tmp_path / "od" / "t.csv"), "--table", "entries"])
    line = ["export-decidim", str(tmp_path / "od" / "d.csv"), "--table", str(tmp_path / "ids.toml")]
    assert 0 == run([*line, "--on", "2026-12-31"])
    files = sorted((tmp_path / "od").iterdir())
    assert 12 == len(files)
    for file in files:
        data = file.read_bytes()
        assert MARK.encode() not in data, file
        if file.suffix == ".xlsx":
            assert MARK not in str(read_xlsx(data))


@pytest.mark.parametrize("licence", ["CC-BY-4.0", "etalab", ""])
def test_only_licences_that_french_law_allows(ledger, tmp_path, licence):
    with pytest.raises(InvalidValue) as refused:
        publish(records(ledger), tmp_path / "od", licence=licence, on=ON)
    assert ", ".join(LICENCES) in refused.value.text("fr")
    assert not (tmp_path / "od").exists()


def test_a_siren_with_a_wrong_check_digit_is_refused(tmp_path):
    with Ledger.in_memory(recorded_by="x") as made:
        where = Territory(name="V", siren="216201199")
        terms = Terms(title="P", territory=where, start="2026-01-01", end="2027-01-01")
        made.record("p", CreatePlan(terms=terms))
        with pytest.raises(InvalidValue) as refused:
            publish(records(made), tmp_path / "od", licence="etalab-2.0", on=ON)
    assert ("siren-check", "216201199") == (refused.value.code, refused.value.facts["value"])


def test_files_that_are_not_of_a_package_are_left_alone(ledger, tmp_path):
    """Its own files are replaced; others in the folder stay; one in the way is refused."""
    folder = tmp_path / "od"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    publish(records(ledger), folder, licence="etalab-2.0", on=ON)
    publish(records(ledger), folder, licence="ODbL-1.0", on=ON)
    assert "mine" == (folder / "notes.txt").read_text(encoding="utf-8")
    other = tmp_path / "other"
    other.mkdir()
    (other / "actions.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(LedgerUnavailable):
        publish(records(ledger), other, licence="etalab-2.0", on=ON)
    assert "mine" == (other / "actions.csv").read_text(encoding="utf-8")


# --- Decidim ---------------------------------------------------------------------------------

IDS = """\
locale = "fr"
[categories]
vert = 12
[scopes]
arbres = 7
[status]
proposed = { id = 1, progress = 0 }
engaged = { id = 2, progress = 50 }
realised = { id = 3, progress = 100 }
abandoned = { id = 4 }
not-assessed = { id = 5 }
not-assessable = { id = 5 }
uncertain = { id = 2 }
"""


def ids(tmp_path, text=IDS):
    path = tmp_path / "ids.toml"
    path.write_text(text, encoding="utf-8")
    return Correspondence.read(path)


def test_the_csv_of_decidim(ledger, tmp_path):
    """What left the plan is not in it; blank progress is not 0; formulas are quoted."""
    data = decidim_csv(records(ledger), ids(tmp_path), ON)
    assert [
        ["id", "category/id", "scope/id", "parent/id", "title/fr", "description/fr", "start_date",
         "end_date", "status/id", "progress", "proposals_ids"],
        ["", "12", "7", "", "'=1+1;\"x\"\u202e", "", "2026-02-01", "", "2", "", ""],
        ["", "", "", "", "'déjà", "", "2026-03-01", "", "3", "100", ""],
        ["", "", "", "", "C", "", "2026-03-01", "", "5", "", ""],
        ["", "", "", "", "E", "", "2026-03-01", "", "1", "0", ""],
    ] == list(csv.reader(io.StringIO(data.decode()), delimiter=";"))  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "", "[status]\n", "=", IDS.replace("uncertain", "other"), IDS.replace("id = 1", "x = 1"),
        IDS.replace("{ id = 3, progress = 100 }", "3"), IDS.replace("[status]", "status = 3"),
    ],
)  # fmt: skip
def test_a_table_of_ids_that_is_not_whole_is_refused(text, tmp_path):
    with pytest.raises(InvalidValue) as refused:
        ids(tmp_path, text)
    assert "decidim-table" == refused.value.code


def test_an_axis_without_an_id_is_named(ledger, tmp_path):
    with pytest.raises(InvalidValue) as refused:
        decidim_csv(records(ledger), ids(tmp_path, IDS.replace("vert = 12", "bleu = 12")), ON)
    assert "demo/A: axis" == refused.value.facts["field"]


def test_the_table_of_the_documentation_is_one(tmp_path):
    page = Path(__file__).parents[2] / "docs" / "en" / "how-to" / "decidim-export.md"
    text = page.read_text(encoding="utf-8").split(":caption: ids.toml\n")[1].split("```")[0]
    assert tomllib.loads(text)
    assert {"proposed", "uncertain"} <= set(ids(tmp_path, text).status)
