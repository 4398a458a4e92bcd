"""The pages without a browser: what is in them, their size, and the commands that write them."""

import json
import re
import xml.etree.ElementTree as ET  # our own output
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from pages import bilan, everything, source_of
from strategies import ALL_DAYS, ledgers, play, policies, record_of

from bilan_ledger import Engage, Ledger, Propose, When
from bilan_ledger.completion import policy_of, possibilities, realised_alone
from bilan_ledger.history import together
from bilan_ledger.replay import Curve, curve
from bilan_ledger.report import chart, notebook
from bilan_ledger.report.data import figures, mask
from bilan_ledger.report.site import Choice, bar, site
from bilan_ledger.report.words import SPOKEN, WORDS, Words

ROOT = Path(__file__).parents[2]
SOME = settings(max_examples=40, deadline=None)


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        ("2020", "en 2020", "in 2020"),
        ("2023-04", "en avril 2023", "in April 2023"),
        ("2023-04-01", "le 1er avril 2023", "on 1 April 2023"),
        ("2020/2024-03", "entre 2020 et mars 2024", "between 2020 and March 2024"),
        ("202X", "202X", "202X"),
    ],
)
def test_an_uncertain_date_in_words(text, french, english):
    assert (french, english) == tuple(Words(lang).dated(When(text)) for lang in ("fr", "en"))


def test_numbers_are_written_as_the_language_does():
    french, english = Words("fr"), Words("en")
    assert "66,7\u00a0%" == french.percent(Decimal("66.7"))
    assert "66.7%" == english.percent(Decimal("66.7"))
    assert "3\u202f300\u202f000,5" == french.grouped(Decimal("3300000.5"))
    assert "3,300,000.5" == english.grouped(Decimal("3300000.5"))


def test_both_languages_name_the_same_facts():
    """What the code of the page fills in is named alike in both."""
    for code, both in WORDS.items():
        french, english = (set(re.findall(r"\{(\w+)\}", text)) for text in both)
        assert french == english, code
    assert set(SPOKEN) <= set(WORDS)


# --- data ----------------------------------------------------------------------------------------


@SOME
@given(ledgers(names=("p", "q")), policies)
def test_the_data_of_a_page_says_what_the_library_says(entries, policy):
    """For every action, every day and every entry known: the same possible contributions."""
    several = source_of(entries).records
    data = figures(several, policy)
    names = [f"{record.key}/{name}" for record in several for name in record.actions]
    from bilan_ledger.history import Known  # noqa: PLC0415

    for index in range(0, len(entries), 3):
        view = together([record.view(Known(index=index)) for record in several])
        for on in ALL_DAYS[::3]:
            counted = possibilities(view, on, policy)
            alone = possibilities(view, on, realised_alone(policy))
            for name, known in zip(names, data["known"]["recorded"]["actions"], strict=True):
                step = _step(data, known, index, on)
                if name not in view.actions:
                    assert step is None
                else:
                    assert [mask(counted[name]), mask(alone[name])] == step[:2]


def _step(data, known, index, on):
    """Return the step of an action on a day, as the page finds it."""
    number = -1
    for moment, history in zip(known[::2], known[1::2], strict=True):
        number = history if moment <= index else number
    if number < 0:
        return None
    history = data["histories"][number]
    step = history[0]
    for day, following in zip(history[1::2], history[2::2], strict=True):
        step = following if day <= on.toordinal() else step
    return data["steps"][step]


# --- chart ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("election", "start"),
    [
        ("2026-03-15", "2025-09-01"),  # municipal elections of 2026
        ("2020-03-15", "2019-09-01"),
        ("2014-03-23", "2013-09-01"),
        ("2027-12-31", "2027-06-01"),
        ("2027-07-01", "2027-01-01"),
        ("2027-06-30", "2026-12-01"),
    ],
)
def test_the_pre_election_period_of_article_l52_1(election, start):
    """From the first day of the sixth month before the month of the election."""
    assert date.fromisoformat(start) == chart.pre_election(date.fromisoformat(election))


def _drawing(*marks):
    """Return a drawing of one action, engaged somewhen in three days."""
    record = record_of(a=[Propose(on="2020-01-01", title="A"), Engage(on="2020-01-02/2020-01-05")])
    points = curve(record.view())
    frame = chart.frame_of(points, [date(2020, 1, 11)], width=260, height=184)
    return chart.Drawing(frame=frame, points=points, words=Words("en"), marks=marks)


def test_the_lines_stand_where_the_figure_does():
    """0 % until the date is certain, 100 % from the first day on which it is possible."""
    drawing = _drawing()
    told = [(point.on, point.bounds) for point in drawing.points]
    frame, until = drawing.frame, date(2020, 1, 11)
    x = [frame.x(date(2020, 1, day)) for day in (1, 2, 5, 11)]
    zero, full = frame.y(0), frame.y(100)
    (low,) = chart.line(frame, told, until, high=False)
    (high,) = chart.line(frame, told, until, high=True)
    assert {(x[0], zero), (x[2], zero), (x[2], full), (x[3], full)} <= set(low)
    assert {(x[0], zero), (x[1], zero), (x[1], full), (x[3], full)} <= set(high)


def test_a_label_that_is_markup_is_drawn_as_text():
    """The library that draws writes texts as they are; they are escaped before."""
    label = "</text><script>alert(1)</script>"
    mark = chart.Mark(on=date(2020, 1, 5), percentage=Decimal(50), label=label)
    drawn = chart.alone(_drawing(mark), title='<a b="c">', told="&")
    root = ET.fromstring(drawn)  # noqa: S314 our own output
    assert label in [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert '<a b="c">' == root.findtext("{http://www.w3.org/2000/svg}title")


@pytest.mark.parametrize(
    ("text", "place"), [("2020-01-01", (0, 4)), ("2020-01-11", (196, 4)), ("1999/2030", (0, 200))]
)
def test_a_span_of_days_on_a_line_of_200(text, place):
    """What lies beyond the line stands on its end."""
    assert place == bar(When(text), date(2020, 1, 1), date(2020, 1, 11))


# --- pages ---------------------------------------------------------------------------------------


def test_the_same_log_always_gives_the_same_pages():
    entries = everything()
    choice = Choice(on=date(2020, 1, 9))
    assert site(source_of(entries), choice) == site(source_of(entries), choice)


def test_what_was_corrected_stays_visible():
    """A retracted entry is struck through, with the entry that withdrew it."""
    pages = site(source_of(everything()), Choice(on=date(2020, 1, 9)))
    (gone,) = re.findall(
        r'<li id="p/a/2" class="gone">.*?</li>', pages["en/actions.html"], re.DOTALL
    )
    assert "<del><b>engaged or realised</b> on 5 January 2020</del>" in gone
    assert "Withdrawn by entry" in gone


def test_a_plan_without_actions_has_a_page():
    """No base, no rate, no curve: said, not hidden."""
    from strategies import Move, terms  # noqa: PLC0415

    from bilan_ledger import CreatePlan  # noqa: PLC0415

    entries = play([Move("p", None, CreatePlan(terms=terms()))])
    pages = site(source_of(entries), Choice(on=date(2020, 1, 9)))
    assert ">undefined</p>" in pages["en/index.html"]


def test_the_report_of_bethune_is_small_and_names_its_log(report):
    """Under 500 kB in all; 131 actions; the stable address of each."""
    files = [path for path in report.rglob("*") if path.is_file()]
    assert 5 == len(files)
    assert 500_000 > sum(path.stat().st_size for path in files)
    actions = (report / "fr" / "actions.html").read_text(encoding="utf-8")
    assert 131 == len(re.findall(r'<article id="bethune-2020/', actions))
    front = (report / "fr" / "index.html").read_text(encoding="utf-8")
    assert "81\u00a0%" in front
    assert "période préélectorale du 1er septembre 2025 au 15 mars 2026" in front


# --- commands ------------------------------------------------------------------------------------


def test_an_exported_log_gives_the_same_pages(report, bethune, tmp_path):
    """But for the commands that name where it was read from."""
    log = tmp_path / "ledger.jsonl"
    bilan("export", log, "--ledger", bethune)
    day = ("--on", "2024-03-31", "--election", "2026-03-15")
    out, _ = bilan("report", tmp_path / "again", "bethune-2020", "--ledger", log, *day, "--json")
    pages = json.loads(out)["pages"]
    for name in pages:
        ours, theirs = (
            (folder / name).read_text("utf-8") for folder in (tmp_path / "again", report)
        )
        told = [
            re.sub(r"<code>bilan .*?</code>", "", text, flags=re.DOTALL) for text in (ours, theirs)
        ]
        assert told[0] == told[1]


def test_a_page_of_somebody_else_is_not_written_over(bethune, tmp_path):
    """Nothing at all is written then; our own pages are renewed."""
    (tmp_path / "index.html").write_text("<p>mine</p>")
    _, err = bilan("report", tmp_path, "--ledger", bethune, code=5)
    assert "index.html" in err
    assert not (tmp_path / "fr").exists()
    (tmp_path / "index.html").unlink()
    for _ in range(2):
        bilan("report", tmp_path, "bethune-2020", "--ledger", bethune)


def test_a_damaged_log_gives_no_report(report, bethune, tmp_path):
    log = tmp_path / "ledger.jsonl"
    bilan("export", log, "--ledger", bethune)
    log.write_bytes(log.read_bytes().replace(b"realised", b"engaged!", 1))
    _, err = bilan("report", tmp_path / "site", "--ledger", log, code=2)
    assert err.startswith("bilan: ")
    assert not (tmp_path / "site").exists()


def test_the_chart_in_the_readme_is_what_the_command_draws(bethune, tmp_path):
    """Made anew by: bilan chart docs/images/bethune.svg bethune-2020 --on 2024-03-31 --lang en."""
    drawn = tmp_path / "bethune.svg"
    bilan("chart", drawn, "bethune-2020", "--on", "2024-03-31", "--lang", "en", "--ledger", bethune)
    assert (ROOT / "docs/images/bethune.svg").read_bytes() == drawn.read_bytes()
    assert "(docs/images/bethune.svg)" in (ROOT / "README.md").read_text("utf-8")


def test_the_chart_as_an_image(bethune, tmp_path):
    drawn = tmp_path / "c.png"
    bilan("chart", drawn, "bethune-2020", "--ledger", bethune)
    assert drawn.read_bytes().startswith(b"\x89PNG")
    _, err = bilan("chart", tmp_path / "c.gif", "--ledger", bethune, code=2)
    assert ".svg or .png" in err


# --- notebooks -----------------------------------------------------------------------------------


def test_a_notebook_shows_a_ledger_a_figure_and_a_curve(bethune, monkeypatch):
    monkeypatch.setattr(notebook, "lang", "en")
    with Ledger.open(bethune, read_only=True) as ledger:
        figure, points = (
            ledger.figure("bethune-2020", on="2024-03-31"),
            ledger.curve("bethune-2020"),
        )
        whole = ledger._repr_html_()
    assert "81%" in figure._repr_html_()
    assert "106 of 131 actions" in figure._repr_html_()
    assert "bethune-2020: Engagements 2020-2026" in whole
    assert points._repr_svg_().startswith("<svg")
    assert "data:image/svg+xml;base64," in points._repr_html_()
    assert (None, None) == (Curve()._repr_svg_(), figure._repr_svg_())
    monkeypatch.setattr(notebook, "lang", "fr")
    assert "Réalisées seules" in figure._repr_html_()


def test_a_curve_is_still_a_tuple(bethune):
    with Ledger.open(bethune, read_only=True) as ledger:
        points = ledger.curve("bethune-2020")
        assert tuple(points) == points
        assert policy_of(ledger.view("bethune-2020"), date.max).decimals == 0
