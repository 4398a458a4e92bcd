"""How fast a report of many actions is made, opens, and follows the slider in Chromium.

    python benchmarks/report.py [ACTIONS] [PATH OF CHROMIUM]

Prints seconds and milliseconds; asserts nothing. Needs playwright.
"""

import random
import shutil
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from playwright.sync_api import sync_playwright

from bilan_ledger import Axis, CreatePlan, Engage, Ledger, Order, Propose, Realise, Terms, Territory
from bilan_ledger.report.site import Choice, Source, site

AXES = 12
MOVES = """() => {
  const slider = document.querySelector("#slider"), times = [];
  for (let move = 0; move < 200; move++) {
    slider.value = +slider.min + (move * 7919) % (slider.max - slider.min);
    const began = performance.now();
    slider.dispatchEvent(new Event("input"));
    document.body.getBoundingClientRect();
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return [times[100], times[190], times[199]];
}"""
SETTLE = """() => {
  const slider = document.querySelector("#slider");
  document.querySelector("#rows").open = true;
  slider.value = (+slider.min + +slider.max) / 2 | 0;
  const began = performance.now();
  slider.dispatchEvent(new Event("change"));
  document.body.getBoundingClientRect();
  return performance.now() - began;
}"""


def orders(actions):
    """Yield a plan with many actions, each with a random, partly uncertain history."""
    drawn = random.Random(1)  # noqa: S311 no secret
    axes = [Axis(key=f"x{n}", title=f"Axe {n}") for n in range(AXES)]
    terms = Terms(title="Projet", territory=Territory(name="Grandeville"), start="2020-01-01",
                  end="2026-12-31", axes=axes)  # fmt: skip
    yield Order("big", CreatePlan(terms=terms))
    for number in range(actions):
        subject = f"big/a{number}"
        start = date(2020, 1, 1) + timedelta(days=drawn.randrange(1500))
        later = start + timedelta(days=drawn.randrange(1, 500))
        title = f"Action {number} du programme municipal"
        yield Order(subject, Propose(on="2020", title=title, axis=f"x{number % AXES}"))
        yield Order(subject, Engage(on=f"{start}/{later}", at_least=number % 3 == 0))
        if number % 2:
            yield Order(subject, Realise(on=f"{later}"))


def pages_of(actions):
    """Return the pages, and how long it took to make them from the open ledger."""
    with Ledger.in_memory(recorded_by="benchmark") as ledger:
        ledger.record_all(list(orders(actions)))
        with ledger.reading() as (entries, records):
            source = Source(records=[records["big"]], entries=len(entries), root="0" * 64,
                            last=entries[-1], name="big.ledger")  # fmt: skip
            began = perf_counter()
            return site(source, Choice(on=date(2024, 3, 31))), perf_counter() - began


def main(actions, chromium):
    pages, took = pages_of(actions)
    print(f"{actions} actions: made in {took:.1f} s, {sum(map(len, pages.values())) / 1e6:.1f} MB")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for name, text in pages.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for name in ("index", "actions"):
            began = perf_counter()
            page.goto(Path(folder, "fr", f"{name}.html").as_uri())
            print(f"fr/{name}.html opens in {perf_counter() - began:.2f} s")
        page.goto(Path(folder, "fr", "index.html").as_uri())
        median, most, worst = page.evaluate(MOVES)
        print(f"a move: median {median:.1f} ms, 95 % {most:.1f} ms, worst {worst:.1f} ms")
        print(f"all tables after the last move: {page.evaluate(SETTLE):.0f} ms")
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000,
         sys.argv[2] if len(sys.argv) > 2 else shutil.which("chromium"))  # fmt: skip
