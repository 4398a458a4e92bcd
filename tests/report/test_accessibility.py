"""Everyone can use the pages: axe-core finds nothing, and a keyboard and a phone suffice."""

from datetime import date
from itertools import product
from pathlib import Path

import pytest
from pages import everything, written

SIZES = {"phone": (360, 740), "desktop": (1280, 900)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def axe():
    """The code of axe-core, from the package that carries it."""
    package = pytest.importorskip("axe_playwright_python")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The report of a small ledger with everything in it."""
    folder = tmp_path_factory.mktemp("small")
    return written(folder, everything(), on=date(2020, 1, 9), elections=(date(2020, 1, 10),))


def violations(page, axe):
    """Open whatever is closed, and return what axe-core finds."""
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    page.evaluate(axe)
    found = page.evaluate("(tags) => axe.run({runOnly: tags})", RULES)
    assert 10 < len(found["passes"])
    return [
        (each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found["violations"]
    ]


LOOKS = list(product(["fr", "en"], ["light", "dark"], SIZES))


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
@pytest.mark.parametrize("name", ["index", "actions"])
def test_axe_finds_nothing(opens, axe, small, name, look):
    """RGAA 4.1 and WCAG 2.2 AA, as far as a machine can tell."""
    lang, scheme, size = look
    width, height = SIZES[size]
    path = small / lang / f"{name}.html"
    page = opens(path, width=width, height=height, color_scheme=scheme)
    assert [] == violations(page, axe)


@pytest.mark.parametrize("look", [LOOKS[2], LOOKS[5]], ids="-".join)
def test_axe_finds_nothing_on_a_whole_report(opens, axe, report, look):
    """The front page of Béthune, and the choice of a language."""
    lang, scheme, size = look
    width, height = SIZES[size]
    options = {"width": width, "height": height, "color_scheme": scheme}
    assert [] == violations(opens(report / lang / "index.html", **options), axe)
    page = opens(report / "index.html", **options)
    page.evaluate(axe)
    assert [] == page.evaluate("(tags) => axe.run({runOnly: tags})", RULES)["violations"]


@pytest.mark.parametrize("name", ["index", "actions"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_runs_out_of_the_page(opens, small, report, name, width):
    """Readable without scrolling sideways, down to 320 pixels (WCAG 1.4.10)."""
    for folder in (small, report):
        page = opens(folder / "fr" / f"{name}.html", width=width, height=640)
        page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
        assert width >= page.evaluate("document.documentElement.scrollWidth")


def becomes(locator):
    """Wait for what a page shows by itself (the policy of the page forbids it to read code)."""
    return pytest.importorskip("playwright.sync_api").expect(locator)


def test_a_keyboard_suffices(opens, report):
    """Skip link, slider, replay: reached by Tab, moved by arrows, told to a screen reader."""
    page = opens(report / "en" / "index.html", reduced_motion="reduce")
    page.keyboard.press("Tab")
    assert "Skip to content" == page.evaluate("document.activeElement.textContent")
    page.focus("#slider")
    before = page.text_content("[data-show=day]")
    page.keyboard.press("ArrowLeft")
    becomes(page.locator("#live")).not_to_be_empty()
    assert "on 30 March 2024" == page.text_content("[data-show=day]") != before
    assert "30 March 2024" == page.get_attribute("#slider", "aria-valuetext")
    assert page.url.endswith("#on=2024-03-30")
    page.keyboard.press("Home")
    page.focus("#play")
    page.keyboard.press("Enter")
    assert "Pause" == page.text_content("#play")
    page.keyboard.press("Enter")
    assert "Replay the evolution" == page.text_content("#play")


def test_replaying_ends_on_the_last_day(opens, small):
    """With less motion it goes from change to change instead of gliding."""
    page = opens(small / "en" / "index.html", anchor="#on=2020-01-10")
    page.click("#play")
    becomes(page.locator("#play")).not_to_have_text("Pause", timeout=20_000)
    assert "on 11 January 2020" == page.text_content("[data-show=day]")


def test_a_permalink_is_the_view_that_was_copied(opens, report):
    """The address holds the day, the knowledge and the day compared with, in either language."""
    anchor = "#on=2022-09-01&known=57&from=2021-01-01"
    page = opens(report / "en" / "index.html", anchor=anchor)
    shown = page.text_content("[data-show=fraction]")
    assert "on 1 September 2022" == page.text_content("[data-show=day]")
    assert "all that was recorded up to entry 57" == page.text_content("#known option:checked")
    page.click("[data-other]")
    assert page.url.endswith(f"fr/index.html{anchor}")
    assert "le 1er septembre 2022" == page.text_content("[data-show=day]")
    assert [each for each in shown.split() if each.isdigit()] == [
        each for each in page.text_content("[data-show=fraction]").split() if each.isdigit()
    ]


def test_the_page_says_its_figure_without_its_code(opens, report):
    """With JavaScript switched off: the figure, the curve, the table, every action."""
    page = opens(report / "fr" / "index.html", java_script_enabled=False)
    assert "81\u00a0%" == page.text_content("[data-show=percent]")
    assert not page.locator("#controls").is_visible()
    assert 131 == page.locator("#actions tr").count()


@pytest.mark.parametrize("name", ["index", "actions"])
def test_a_print_on_a4_is_whole(opens, report, name):
    """Everything closed is open, sums stand once, controls are gone, and nothing is cut off."""
    page = opens(report / "fr" / f"{name}.html", width=673, height=1000)  # A4 less its margins
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 673
    shown = """(what) => [...document.querySelectorAll(what)]
        .filter((it) => it.getClientRects().length).length"""
    assert 0 == page.evaluate(shown, "nav, summary, .controls, .filter, form")
    sums = "[...document.querySelectorAll('tfoot')].map((it) => getComputedStyle(it).display)"
    assert set(page.evaluate(sums)) <= {"table-row-group"}
    if name == "index":
        assert 131 <= page.evaluate(shown, "#actions tr")
    assert page.pdf(format="A4").startswith(b"%PDF")
