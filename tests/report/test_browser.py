"""The page computes what the library computes: every number, any day, any knowledge."""

import os
import random
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pages import source_of, written
from strategies import ALL_DAYS, FIRST_DAY, ledgers, policies

from bilan_ledger import Ledger
from bilan_ledger.completion import (
    CELLS,
    breakdown,
    complete,
    policy_of,
    possibilities,
    realised_alone,
)
from bilan_ledger.history import Known, possible, records, together
from bilan_ledger.plan import Base
from bilan_ledger.replay import curve, end_of_day, explain, known_by
from bilan_ledger.report.data import figures
from bilan_ledger.report.words import Words

EXAMPLES = int(os.environ.get("BILAN_REPORT_EXAMPLES", "3"))
ENGLISH = Words("en")

# Ask the page for one view after the other, through its address; return all that it then shows.
ASK = """(asks) => asks.map((ask) => {
  const rows = document.querySelector("#rows");
  rows.open = true;
  location.hash = new URLSearchParams(ask).toString();
  dispatchEvent(new Event("hashchange"));
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const shown = (line) => !line.hidden;
  const texts = (line) => [...line.cells].slice(1).map((cell) => cell.textContent);
  return {
    told: Object.fromEntries(all("[data-show]").map((it) => [it.dataset.show, it.textContent])),
    cells: Object.fromEntries(
      all("[data-cell]").filter(shown).map((line) => [line.dataset.cell, texts(line)])),
    parts: Object.fromEntries(all("[data-by]").map((table) => [table.dataset.by,
      Object.fromEntries(
        all("[data-part]", table).filter(shown).map((line) => [line.dataset.part, texts(line)]))])),
    points: all("#points tr").map((line) => [...line.cells].map((cell) => cell.textContent)),
    moved: all("[data-moved]").filter(shown).flatMap((box) => all("tbody tr", box).map((line) => [
      box.dataset.moved, line.dataset.action, line.dataset.parts,
      all("a", line.cells[4]).map((link) => +link.hash.split("/").pop())])),
    rows: Object.fromEntries(all("#actions tr").filter(shown).map((line) =>
      [decodeURI(line.querySelector("a").hash.slice(1)), line.cells[2].textContent])),
  };
})"""


def sure(found, possibles, code):
    """Return the sentence on how certain a figure is."""
    if found.exact:
        return ENGLISH("sure" if code == "unsure" else "alone-sure")
    count = sum(len(each) > 1 for each in possibles.values())
    told = ENGLISH(f"{code}-1") if count == 1 else ENGLISH(code, count=count)
    empty = code == "unsure" and found.may_be_empty
    return f"{told} {ENGLISH('empty')}" if empty else told


def rule(policy):
    """Return the sentences on the base and the rounding."""
    base = ENGLISH("how-base", base=ENGLISH(f"base-{policy.base}"))
    code = {0: "how-rounding-0", 1: "how-rounding-1"}.get(policy.decimals, "how-rounding")
    how = ENGLISH(f"rounding-{policy.rounding}")
    return f"{base} {ENGLISH(code, rounding=how, decimals=policy.decimals)}"


def expected(several, ask, policy, data):
    """Return what the page must show, asked of the library."""
    on, since, _, known = ask
    view = together([record.view(known) for record in several])
    policy = policy or policy_of(view, date.max)
    found = complete(view, on, policy)
    alone = realised_alone(policy)
    return {
        "told": {
            "percent": ENGLISH.percents(found.bounds, policy),
            "fraction": ENGLISH.fraction(found.bounds),
            "lead": f"of the plan's actions are {ENGLISH.counted(policy)}",
            "rule": rule(policy),
            "day": f"on {ENGLISH.day(on)}",
            "plain-day": ENGLISH.day(on),
            "alone-percent": ENGLISH.percents(found.realised, policy),
            "alone-fraction": ENGLISH.fraction(found.realised),
            "alone-sure": sure(found.realised, possibilities(view, on, alone), "alone-unsure"),
            "sure": sure(found.bounds, possibilities(view, on, policy), "unsure"),
        },
        "cells": {
            str(place): [str(len(cell.certain)), str(len(cell.possible))]
            for place, cell in enumerate(found.cells.values())
            if cell.possible
        },
        "parts": {
            by: {
                **{
                    str(data[keys].index(key)): row(part)
                    for key, part in breakdown(view, on, by, policy).items()
                },
                "whole": row(found),
            }
            for by, keys in (("axis", "axes"), ("theme", "themes"))
            if data[keys] not in ([], [None])
        },
        "points": [
            [
                point.on.isoformat(),
                ENGLISH.ratio(point.bounds.low),
                ENGLISH.ratio(point.bounds.high),
                ENGLISH.ratio(point.realised.low),
            ]
            for point in curve(view, policy)
        ],
        "moved": moved(several, known, on, since, policy),
        "rows": {
            name: " or ".join(
                ENGLISH.word(str(cell))
                for cell in CELLS
                if str(cell) in {standing.cell for standing in possible(state, on)}
            )
            for name, state in view.actions.items()
        },
    }


def row(found):
    return [
        ENGLISH.ratio(found.bounds.low),
        ENGLISH.ratio(found.bounds.high),
        ENGLISH.both(found.realised),
    ]


def moved(several, known, on, since, policy):
    told = explain(several, (since, known), (on, known), policy)
    return [
        [
            kind,
            part.action,
            " ".join("" if share is None else str(share) for share in (part.low, part.high)),
            [entry.version for entry in part.entries],
        ]
        for kind, parts in (("status", told.status_changes), ("base", told.base_changes))
        for part in parts
    ]


def reduced(answer):
    """Return an answer of the page with its fractions in lowest terms, as the library has them."""
    for each in answer["moved"]:
        each[2] = " ".join(map(lowest, each[2].split(" ")))
    # A figure of nothing before anything is listed may open the curve, or not.
    while answer["points"] and answer["points"][0][1:] == ["0 of 0"] * 3:
        del answer["points"][0]
    return answer


def lowest(text):
    return str(Fraction(text)) if text else ""


def check(page, several, asks, policy=None):
    """Hold the page against the library for (day, since, address of knowledge, knowledge)."""
    data = figures(several, policy, by_source=True)
    told = [
        {"on": on.isoformat(), "from": since.isoformat(), "known": address}
        for on, since, address, _ in asks
    ]
    answers = page.evaluate(ASK, told)
    for ask, answer in zip(asks, answers, strict=True):
        assert reduced(expected(several, ask, policy, data)) == reduced(answer), ask


# --- Béthune -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ledger(bethune):
    with Ledger.open(bethune, read_only=True) as opened:
        yield opened


def test_every_breakpoint_and_random_days_of_bethune(opens, report, ledger):
    """Each day on which the curve moves, the day before it, and days drawn with a fixed seed."""
    page = opens(report / "en" / "index.html")
    with ledger.reading() as (_, told):
        several = [told["bethune-2020"]]
    turns = [point.on for point in ledger.curve("bethune-2020")]
    drawn = random.Random(2026)  # noqa: S311 days of a test
    days = [
        *turns,
        *(on - timedelta(days=1) for on in turns),
        *(date(2019, 12, 1) + timedelta(days=drawn.randrange(2600)) for _ in range(6)),
    ]
    now = Known(index=len(ledger) - 1)
    check(page, several, [(on, drawn.choice(days), "", now) for on in days])


def test_any_point_of_knowledge_of_bethune(opens, report, ledger):
    """As known at single entries, on the day of the published figure."""
    page = opens(report / "en" / "index.html")
    with ledger.reading() as (_, told):
        several = [told["bethune-2020"]]
    on = date(2024, 3, 31)
    check(
        page,
        several,
        [(on, date(2021, 6, 1), str(k), Known(index=k)) for k in (0, 2, 3, 57, 150, 283, 319)],
    )


# --- small ledgers, with everything that can happen in them ----------------------------------


@pytest.mark.parametrize("base", Base)
def test_small_ledgers_on_every_day(base, opens, tmp_path):
    """Scope changes, uncertain dates, corrections, amended plans, known by index, day or source."""
    page = None

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # to shrink takes minutes in a browser; the seed is printed
        database=None,
    )
    @given(ledgers(names=("p", "q"), most=24), st.none() | policies, st.data())
    def held(entries, policy, data):
        nonlocal page
        if policy is not None:
            policy = policy.__class__(
                counted=policy.counted,
                base=base,
                rounding=policy.rounding,
                decimals=policy.decimals,
            )
        written(tmp_path, entries, policy=policy)
        several = source_of(entries).records
        if page is None:
            page = opens(tmp_path / "en" / "index.html")
        else:
            page.goto((tmp_path / "en" / "index.html").as_uri())
        points = [("", Known(index=len(entries) - 1)), *points_of(several, len(entries))]
        asks = [
            (on, data.draw(st.sampled_from(ALL_DAYS)), *data.draw(st.sampled_from(points)))
            for on in [*ALL_DAYS, FIRST_DAY + timedelta(days=400)]
        ]
        check(page, several, asks, policy)

    held()


def points_of(several, entries):
    """Return points of knowledge at which the first plan, at least, was known."""
    yield from ((str(index), Known(index=index)) for index in range(entries))
    for number in range(14):
        on = date(2020, 1, 1) + timedelta(days=number)
        recorded_at = {e.index: e.recorded_at for record in several for e in record.entries}
        by_source = Known(stated=end_of_day(several[0].plan, on))
        by_ledger = known_by(several, on, recorded_at.__getitem__)
        for known, form in ((by_ledger, "{}"), (by_source, "stated:{}")):
            if together([record.view(known) for record in several]).plans:
                yield form.format(on), known


def test_records_are_read_as_the_strategy_makes_them():
    """The random ledgers do hold what the page has to cope with."""
    seen = set()

    # The same examples each time: what is rare must not be missed by chance.
    @settings(max_examples=200, deadline=None, derandomize=True, database=None)
    @given(ledgers(names=("p", "q"), most=24))
    def look(entries):
        for record in records(entries).values():
            for state in record.actions.values():
                seen.update(type(item.event).__name__ for item in (*state.statuses, *state.scopes))

    look()
    assert {"Engaged", "Realised", "Withdrawn", "NotAssessed", "Restored"} <= seen
