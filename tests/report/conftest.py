"""A real browser, and reports made of small ledgers and of Béthune's."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages import bilan

ROOT = Path(__file__).parents[2]
BETHUNE = ROOT / "examples" / "bethune" / "build.py"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def browser():
    """Chromium: `BILAN_CHROMIUM`, else the system's; what needs it is skipped without."""
    path = os.environ.get("BILAN_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip("no Chromium: the pages were not opened (install it, or set BILAN_CHROMIUM)")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def opens(browser):
    """Open a page in a window of its own; whatever goes wrong in it, or is asked of a network,
    fails the test.
    """
    contexts, wrong = [], []

    def opened(path, *, anchor="", width=1280, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("console", lambda said: wrong.append(f"console: {said.text}"))
        page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
        page.on(
            "request",
            lambda asked: None if asked.url.startswith("file:") else wrong.append(asked.url),
        )
        page.goto(f"{Path(path).as_uri()}{anchor}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [] == wrong


@pytest.fixture(scope="session")
def bethune(tmp_path_factory):
    """The Béthune ledger, built from the shipped data."""
    path = tmp_path_factory.mktemp("bethune") / "bethune.ledger"
    subprocess.run([sys.executable, BETHUNE, path], check=True, capture_output=True)
    return path


@pytest.fixture(scope="session")
def report(bethune):
    """The report of Béthune, as the command writes it."""
    folder = bethune.parent / "report"
    bilan("report", folder, "bethune-2020", "--ledger", bethune, "--on", "2024-03-31",
          "--election", "2026-03-15")  # fmt: skip
    return folder
