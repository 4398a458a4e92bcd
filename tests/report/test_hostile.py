"""Titles are hostile input: nothing of them runs, nothing is asked of a network."""

import base64
import hashlib
import json
import re
from datetime import date
from html import unescape

import pytest
from pages import HOSTILE, everything, source_of, written

from bilan_ledger.report.site import Choice, link, script_json, site

FRONT = "en/index.html"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The report of a ledger whose texts try to break out of the page."""
    return written(tmp_path_factory.mktemp("hostile"), everything(), on=date(2020, 1, 9))


@pytest.mark.parametrize("name", ["fr/index", "en/index", "fr/actions", "en/actions", "index"])
def test_nothing_of_a_text_is_run_or_becomes_an_element(opens, hostile, name):
    """No dialog, no error, no request (`opens` looks), and no element but those of the template."""
    page = opens(hostile / f"{name}.html")
    assert 0 == page.locator("img, iframe, object, embed, b b, [onmouseover]").count()
    assert "bad" != page.title()
    addresses = page.locator("a").evaluate_all("found => found.map((each) => each.protocol)")
    assert {"file:", "https:"} >= set(addresses)


def test_every_hostile_title_is_shown_as_it_is(opens, hostile):
    """As text, isolated so that its direction cannot turn what stands around it."""
    page = opens(hostile / FRONT)
    page.evaluate("document.querySelector('#rows').open = true")
    shown = page.locator("#actions bdi").all_text_contents()
    a, b, _, d, e = HOSTILE
    assert [a, b, d.strip(), e, d.strip()] == shown


def test_changes_written_by_the_code_of_the_page_are_texts_too(opens, hostile):
    """The table of what changed is made in the browser, from data."""
    page = opens(hostile / FRONT, anchor="#on=2020-01-12&from=2020-01-01")
    assert 0 < page.locator("[data-moved] tbody tr").count()
    assert 0 == page.locator("[data-moved] script, [data-moved] img").count()
    told = page.locator("[data-moved] tbody bdi").all_text_contents()
    assert HOSTILE[0] in told


@pytest.mark.parametrize(
    "anchor",
    [
        "#on=javascript:alert(1)&known=%3Cscript%3Ealert(1)%3C/script%3E",
        "#on=9999-99-99&known=stated:2020-13-01&from=0000-00-00",
        "#known=999999999999999999999&on=",
        "#%E0%A4%A",
        "#on=0001-01-01&from=9999-12-31&known=0",
    ],
)
def test_an_address_that_means_nothing_shows_a_figure_all_the_same(opens, hostile, anchor):
    """Whatever stands after the # of a link that somebody sends."""
    page = opens(hostile / FRONT, anchor=anchor)
    assert re.fullmatch(r"(\d+%( to \d+%)?|undefined)", page.text_content("[data-show=percent]"))


def test_an_injected_script_is_refused_by_the_page_itself(browser, hostile):
    """The second wall: were a text ever written unescaped, its script would still not run."""
    page = browser.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((hostile / FRONT).as_uri())
    page.evaluate("""() => {
      const made = document.createElement("script");
      made.textContent = "document.title = 'bad'";
      document.body.append(made);
      const image = "<img src=x onerror=\\"document.title='bad'\\">";
      document.body.insertAdjacentHTML("beforeend", image);
    }""")
    page.wait_for_timeout(100)
    title = page.title()
    page.close()
    assert "bad" != title
    assert any("Content Security Policy" in text for text in said)


# --- without a browser ---------------------------------------------------------------------------


def test_the_policy_names_the_one_script_and_the_one_style_by_their_hash():
    """Everything else is forbidden; the data of the page is no script."""
    for name, text in site(source_of(everything()), Choice(on=date(2020, 1, 9))).items():
        (written_policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
        policy = unescape(written_policy)
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        inline = re.findall(r"<(script|style)>(.*?)</\1>", text, re.DOTALL)
        kinds = ["style", "script"] if name.endswith("/index.html") else ["style"]
        assert kinds == [kind for kind, _ in inline]
        for kind, held in inline:
            digest = base64.b64encode(hashlib.sha256(held.encode()).digest()).decode()
            assert f"{kind}-src 'sha256-{digest}'" in policy


def test_data_cannot_end_its_element_and_stays_the_same():
    """Every sign that an HTML parser acts on is written as an escape of JSON."""
    for text in (*HOSTILE, "\u2028\u2029&<>"):
        told = script_json([text])
        assert not set("<>&\u2028\u2029") & set(told)
        assert [text] == json.loads(told)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("http://example.org", "http://example.org"),
        ("javascript:alert(1)", None),
        (" https://example.org", None),
        ("data:text/html,x", None),
        ("//example.org", None),
        (None, None),
    ],
)
def test_only_addresses_of_the_web_are_links(url, safe):
    """Also where the core, which refuses the others, was gone round."""
    assert safe == link(url)


def test_private_texts_are_on_no_page():
    """Notes and reasons are only committed to; not even the commitment is published."""
    entries = everything()
    sealed = {entry.recorded_by.commitment for entry in entries}
    for text in site(source_of(entries), Choice(on=date(2020, 1, 9))).values():
        assert not [each for each in sealed if each in text]
