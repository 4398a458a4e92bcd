"""Whatever the ledger itself has recorded, the audit calls no error: no rule is held against it."""

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from audit_samples import KEY, TERMS, Ticking, big, errors, look, note, point
from hypothesis import HealthCheck, given, settings
from random_lives import Life
from strategies import ledgers
from test_machine import Machine as LedgerMachine

from bilan_ledger import (
    AmendPlan,
    Axis,
    CommandRefused,
    CreatePlan,
    Describe,
    Description,
    Ledger,
    Merge,
    Order,
    Propose,
    Retract,
    Terms,
    Territory,
)
from bilan_ledger.audit import Severity
from bilan_ledger.ledger.sealing import Sealer
from bilan_ledger.wire import Line, encode

ROOT = Path(__file__).parents[2]
LIVES = int(os.environ.get("BILAN_TEST_LIVES", "60"))
AXES = [Axis(key="x", title="X"), Axis(key="y", title="Y")]


def wrong(ledger):
    """Return the errors that an audit sees in a ledger; figures may be contradicted."""
    found = look(list(ledger.lines()), texts=ledger.sealed_texts).findings
    return [f.text() for f in found if f.severity is Severity.ERROR and f.code[:6] != "figure"]


def test_random_lives():
    """Saves of several interleaved orders, corrections, dropped axes, erasures."""
    accepted: Counter[str] = Counter()
    for number in range(LIVES):
        life = Life(number).live(40)
        assert (number, []) == (number, wrong(life.ledger))
        accepted.update(life.accepted)
    for kind in [
        "Propose",
        "Engage",
        "Realise",
        "Abandon",
        "Reopen",
        "Withdraw",
        "Merge",
        "Split",
        "Supersede",
        "MarkNotAssessable",
        "MarkNotAssessed",
        "Restore",
        "Describe",
        "Qualify",
        "AttachEvidence",
        "Retract",
        "Correct",
        "AmendPlan",
        "PublishFigure",
        "Erase",
        "together",
    ]:
        assert LIVES // 10 < accepted[kind], (kind, accepted)


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[*HealthCheck])
@given(ledgers(names=("p", "q"), most=30))
def test_random_ledgers_of_the_rule_books(entries):
    """The logs that the core's own strategies draw."""
    sealed = [Sealer().value(entry) for entry in entries]
    found = look([Line(entry.index, encode(entry)) for entry in sealed])
    assert [] == [each for each in errors(found.findings) if each[0][:6] != "figure"]


class Machine(LedgerMachine):
    """The machine of the ledger, and an audit of all that it has recorded."""

    def teardown(self):
        """Audit both ledgers before they go."""
        assert [] == wrong(self.memory)
        assert [] == wrong(self.sqlite)
        super().teardown()


Machine.TestCase.settings = settings(
    max_examples=12, stateful_step_count=40, deadline=None, database=None, derandomize=True
)
TestMachine = Machine.TestCase


def test_a_ledger_of_600_entries():
    """Signed, every event in it, texts erased and others kept."""
    with big() as ledger:
        log = list(ledger.lines())
        found = look(
            log, notes=[note(point(log))], keys=[KEY.public], texts=ledger.sealed_texts
        ).findings
    assert [] == [f.text() for f in found if f.severity is not Severity.NOTICE]


def test_the_golden_ledger():
    """The ledger of a release: what is doubtful in it, and no error."""
    with Ledger.open(ROOT / "tests" / "ledgers" / "0.1.0.ledger", read_only=True) as ledger:
        found = look(list(ledger.lines()), texts=ledger.sealed_texts, today=date(2026, 12, 1))
    assert [("figure-possible", "warning"), ("checkpoint-none", "notice")] == sorted(
        ((f.code, f.severity.word) for f in found.findings), reverse=True
    )


def test_the_example_of_bethune(tmp_path):
    """Two plans taken over years later: no error, no warning, late entries noted."""
    path = tmp_path / "bethune.ledger"
    subprocess.run(
        [sys.executable, ROOT / "examples" / "bethune" / "build.py", path],
        check=True, capture_output=True,
    )  # fmt: skip
    with Ledger.open(path, read_only=True) as ledger:
        found = look(list(ledger.lines()), texts=ledger.sealed_texts).findings
    assert [
        ("checkpoint-none", None), ("figure-agrees", "bethune-2020"),
        ("recorded-late", "bethune-2020"), ("recorded-late", "bethune-2024"),
    ] == [(f.code, f.subject) for f in found]  # fmt: skip


def _with_axes(path, axes):
    Ledger.create(path).close()
    with Ledger.open(path, recorded_by="x") as ledger:
        terms = Terms(title="P", territory=Territory(name="V"), start="2025-01-01",
                      end="2030-12-31", axes=axes)  # fmt: skip
        ledger.record("p", CreatePlan(terms=terms))


def test_an_axis_dropped_by_another_writer_at_the_same_moment(tmp_path, monkeypatch):
    """The proposal was decided before, and recorded just after: nobody has done wrong."""
    path = tmp_path / "town.ledger"
    _with_axes(path, AXES)
    with (
        Ledger.open(path, recorded_by="x", clock=Ticking()) as one,
        Ledger.open(path, recorded_by="y", clock=Ticking()) as other,
    ):
        save = one.application.append

        def late(entries, append):
            monkeypatch.setattr(one.application, "append", save)
            terms = Terms(title="P", territory=Territory(name="V"), start="2025-01-01",
                          end="2030-12-31", axes=AXES[:1])  # fmt: skip
            other.record("p", AmendPlan(on="2026-01-01", terms=terms))
            return save(entries, append)

        monkeypatch.setattr(one.application, "append", late)
        one.record("p/A", Propose(on="2026-01-01", title="T", axis="y"))
        assert ["plan.created", "plan.amended", "action.proposed"] == [
            line.columns[2] for line in one.lines()
        ]
        assert [] == wrong(one)


def test_what_an_action_was_called_before_an_axis_was_dropped():
    """It keeps that axis, and may be described in other ways."""
    with Ledger.in_memory(recorded_by="x", clock=Ticking()) as ledger:
        terms = {"title": "P", "territory": Territory(name="V"), "start": "2025", "end": "2030"}
        terms |= {"start": "2025-01-01", "end": "2030-12-31"}
        ledger.record("p", CreatePlan(terms=Terms(**terms, axes=AXES)))
        ledger.record("p/A", Propose(on="2026-01-01", title="T", axis="y"))
        ledger.record("p", AmendPlan(on="2026-01-01", terms=Terms(**terms, axes=AXES[:1])))
        ledger.record("p/A", Describe(on="2026-01-02", change=Description(title="U")))
        assert [] == wrong(ledger)


def test_a_proposal_retracted_in_the_same_save_leads_nowhere():
    """The ledger refuses to merge into it, as the audit would."""
    with Ledger.in_memory(recorded_by="x") as ledger:
        ledger.record("p", CreatePlan(terms=TERMS))
        for key in "AB":
            ledger.record(f"p/{key}", Propose(on="2026-01-01", title="T"))
        orders = [
            Order("p/A", Retract(entry=1, reason="r")),
            Order("p/B", Merge(on="2026-01-02", target="A")),
        ]
        with pytest.raises(CommandRefused) as refused:
            ledger.record_all(orders)
        assert "lineage-unknown" == refused.value.code
        assert [] == wrong(ledger)
