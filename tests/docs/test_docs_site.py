"""The site is built by one command, and a warning is an error."""

import re
import runpy
import shutil

import pytest
from docs_pages import DOCS, LANGUAGES, pages

pytest.importorskip("sphinx")
pytest.importorskip("myst_parser")
pytest.importorskip("furo")

BUILD = runpy.run_path(str(DOCS / "build.py"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Both languages, built."""
    out = tmp_path_factory.mktemp("site")
    assert 0 == BUILD["main"](out)
    return out


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_built_in_its_language(site, lang):
    """With the language said to screen readers, and a link to the other language."""
    for name in pages(lang):
        html = (site / lang / name).with_suffix(".html").read_text(encoding="utf-8")
        assert "<pre>" not in html, "not to be scrolled by keyboard"
        assert re.search(rf'<html[^>]* lang="{lang}"', html), name
        [other] = re.findall(r'<a href="([^"]+)" hreflang="(?:fr|en)"', html)
        assert ((site / lang / name).parent / other).resolve().exists(), name


def test_the_first_page_leads_to_both(site):
    """A reader chooses."""
    html = (site / "index.html").read_text(encoding="utf-8")
    assert all((site / link).exists() for link in re.findall(r'href="([^"]+)"', html))


def test_every_public_class_is_on_the_api_page(site):
    """Autodoc found them, with their signatures."""
    html = (site / "en" / "reference" / "api.html").read_text(encoding="utf-8")
    assert 'id="bilan_ledger.Ledger.figure"' in html
    assert 'id="bilan_ledger.Withdraw"' in html


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Nothing is wrong.", 0),
        ("[nowhere](nowhere.md)", 1),
        ("[no heading](index.md#no-such)", 1),
        ("```{nothing}\n```", 1),
    ],
)
def test_a_warning_fails_the_build(tmp_path, text, code):
    """A broken link, a heading that is not there, a directive that does not exist."""
    here = tmp_path / "docs"
    (here / "en").mkdir(parents=True)
    shutil.copy(DOCS / "conf.py", here)
    shutil.copytree(DOCS / "_templates", here / "_templates")
    shutil.copy(DOCS.parent / "pyproject.toml", tmp_path)
    (here / "en" / "index.md").write_text(f"# A\n\n{text}\n", encoding="utf-8")
    assert code == BUILD["build"](tmp_path / "out", "en", here)
