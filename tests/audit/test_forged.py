"""Entries whose bytes are right and that no command can have given: each is named, alone."""

import attrs
import pytest
from audit_samples import BY, KEPT, PLAN, REASON, TERMS, A, B, at, entries, errors, lines, look

from bilan_ledger import Axis, Description, Evidence, Theme
from bilan_ledger import action as a
from bilan_ledger import plan as p
from bilan_ledger.audit import Severity
from bilan_ledger.record import Erased, EvidenceAttached, Retracted
from bilan_ledger.text import Sealed

AXES = (Axis(key="x", title="X", themes=[Theme(key="s", title="S")]), Axis(key="y", title="Y"))
WITH_AXES = ("p", p.PlanCreated(terms=attrs.evolve(TERMS, axes=AXES)))
DROPPED = ("p", p.PlanAmended(on="2026-01-01", terms=attrs.evolve(TERMS, axes=AXES[:1])))
FIGURE = ("p", p.FigurePublished(percentage="0", on="2026-01-31"))
OTHER = Sealed("cd" * 32)


def save(*told):
    """Return entries that one save recorded: at one moment."""
    return [(subject, event, {"recorded_at": at("2026-01-01")}) for subject, event, *_ in told]


def engaged(on="2026-01-05", after=1):
    return "p/A", a.Engaged(on=on, after=after)


def retracted(entry):
    return "p/A", Retracted(entry=entry, reason=REASON)


def unknown(on="2026-01-02", after=0):
    return "p/A", a.NotAssessed(on=on, after=after)


def restored(on="2026-01-05", after=2, **more):
    return "p/A", a.Restored(on=on, after=after, **more)


def refused(index, subject="p/A"):
    return "refused-by-rules", index, subject


IMPOSSIBLE = ("history-impossible", None, "p/A")

FORGED = {
    # which came first
    "an action of no plan": ([A], [refused(0)]),
    "a life of no plan, said once": ([A, engaged(), B], [refused(0)]),
    "an amendment of no plan": ([DROPPED], [refused(0, "p")]),
    "a figure of no plan": ([FIGURE], [refused(0, "p")]),
    "a plan opened twice": ([PLAN, A, PLAN], [refused(2, "p")]),
    "an action proposed twice": ([PLAN, A, A, B], [refused(2), IMPOSSIBLE]),
    "an action never proposed": ([PLAN, engaged(after=0)], [refused(1), IMPOSSIBLE]),
    "a remark on no action": (
        [PLAN, ("p/A", a.Qualified(on="2026-01-02")), B], [refused(1)],
    ),
    # what may follow what
    "engaged twice": (
        [PLAN, A, engaged(), engaged("2026-01-06", 2)], [refused(3), IMPOSSIBLE],
    ),
    "reopened while engaged": (
        [PLAN, A, engaged(), ("p/A", a.Reopened(on="2026-02", reason=REASON, after=2))],
        [refused(3), IMPOSSIBLE],
    ),
    "withdrawn twice": (
        [PLAN, A, *[("p/A", a.Withdrawn(on="2026-01-02", reason=REASON, after=n)) for n in (0, 2)]],
        [refused(3), IMPOSSIBLE],
    ),
    "restored without having left": ([PLAN, A, restored(after=0)], [refused(2), IMPOSSIBLE]),
    "dates that go back": (
        [PLAN, A, engaged("2025-12-31")], [refused(2), IMPOSSIBLE],
    ),
    "out of the plan before it was in it": (
        [PLAN, A, ("p/A", a.Withdrawn(on="2025-12-31", reason=REASON))], [refused(2)],
    ),
    # where it stands
    "before the proposal": ([PLAN, A, engaged(after=0)], [refused(2), IMPOSSIBLE]),
    "after an entry that is not there": (
        [PLAN, A, engaged(after=7)], [("history-impossible", 2, "p/A"), refused(2)],
    ),
    "after a retracted entry": (
        [PLAN, A, engaged(), retracted(2), ("p/A", a.Realised(on="2026-02", after=2))],
        [refused(4)],
    ),
    "not at the latest place": (
        [PLAN, A, unknown("2026-01"), restored("2026-01"),
         ("p/A", a.NotAssessable(on="2026-01", after=2))],
        [refused(4)],
    ),
    # what a status brings with it
    "a status that assessed nothing": ([PLAN, A, unknown(), engaged()], [refused(3)]),
    "assessed by another entry": (
        save(PLAN, A, unknown(), engaged(), restored(assessment=1)), [refused(3), refused(4)],
    ),
    "assessed by nobody": ([PLAN, A, unknown(), restored(assessment=2)], [refused(3)]),
    "assessed on another day": (
        save(PLAN, A, unknown(), engaged(), restored("2026-01-06", assessment=3)),
        [refused(3), refused(4)],
    ),
    "assessed by another person": (
        [*save(PLAN, A, unknown(), engaged()),
         (*restored(assessment=3), {"recorded_by": OTHER, "recorded_at": at("2026-01-01")})],
        [refused(3), refused(4)],
    ),
    "assessed later, by the source's word": (
        [*save(PLAN, A, unknown()), (*engaged(), {"stated_at": at("2026-01-01"),
                                                  "recorded_at": at("2026-01-01")}),
         *save(restored(assessment=3))],
        [refused(3), refused(4)],
    ),
    "an assessment that is missing": (
        [*save(PLAN, A, unknown(), engaged()),
         (*restored(assessment=3), {"version": 5, "recorded_at": at("2026-01-01")})],
        [("entry-missing", None, "p/A"), refused(3)],
    ),
    "back in the plan before it left": (
        [PLAN, A, ("p/A", a.Withdrawn(on="2026-02-01", reason=REASON)), restored("2026-01-15")],
        [refused(3), IMPOSSIBLE],
    ),
    # axes and lineage
    "an axis nobody declared": (
        [WITH_AXES, ("p/A", a.Proposed(on="2026", title="T", axis="zz"))], [refused(1)],
    ),
    "a theme of another axis": (
        [WITH_AXES, ("p/A", a.Proposed(on="2026", title="T", axis="y", theme="s"))], [refused(1)],
    ),
    "described under an axis nobody declared": (
        [WITH_AXES, A, ("p/A", a.Described(on="2026-02-01", change=Description(axis="zz")))],
        [refused(2)],
    ),
    "an axis dropped a day ago": (
        [WITH_AXES, DROPPED, ("p/A", a.Proposed(on="2026", title="T", axis="y"),
                              {"recorded_at": at("2026-01-02")})],
        [refused(2)],
    ),
    "carried on by nobody": (
        [PLAN, A, ("p/A", a.MergedInto(on="2026-02", target="Z"))], [refused(2)],
    ),
    "carried on by itself": (
        [PLAN, A, ("p/A", a.Superseded(on="2026-02", by="A"))], [refused(2)],
    ),
    "a circle of two": (
        [PLAN, A, B, ("p/A", a.MergedInto(on="2026-02", target="B")),
         ("p/B", a.SplitInto(on="2026-02", targets=["C", "A"]))],
        [refused(4, "p/B")],
    ),
    "a circle of three": (
        [PLAN, A, B, ("p/C", A[1]), ("p/A", a.MergedInto(on="2026-02", target="B")),
         ("p/B", a.MergedInto(on="2026-02", target="C")),
         ("p/C", a.MergedInto(on="2026-02", target="A"))],
        [refused(6, "p/C")],
    ),
    # figures, corrections, erasures
    "a figure published twice": ([PLAN, A, FIGURE, FIGURE], [refused(3, "p")]),
    "retracted twice": (
        [PLAN, A, engaged(), retracted(2), retracted(2)], [refused(4)],
    ),
    "a retraction retracted": (
        [PLAN, A, engaged(), retracted(2), retracted(3)], [refused(4)],
    ),
    "the opening of a plan retracted": (
        [PLAN, ("p", Retracted(entry=1, reason=REASON))], [refused(1, "p")],
    ),
    "a proposal retracted under its engagement": (
        [PLAN, A, engaged(), retracted(1)], [refused(3), IMPOSSIBLE],
    ),
    "an assessed status retracted alone": (
        save(PLAN, A, unknown(), engaged(), restored(assessment=3), retracted(3)), [refused(5)],
    ),
    "a correction by what does not fit": (
        [PLAN, A, engaged(), retracted(1), ("p/A", a.Proposed(on="2026-03", title="T"))],
        [refused(3), IMPOSSIBLE],
    ),
    "evidence for an entry that is not there": (
        [PLAN, A, ("p/A", EvidenceAttached(evidence=Evidence(title="T"), entry=9))], [refused(2)],
    ),
    "an erasure of an entry that is not there": (
        [PLAN, A, ("p/A", Erased(entry=9, texts=[BY], reason=REASON))],
        [("erasure-foreign", 2, "p/A"), refused(2)],
    ),
    "an erasure of more than its own": (
        [PLAN, A, ("p/A", Erased(entry=1, texts=[BY, REASON], reason=REASON))],
        [("erasure-foreign", 2, "p/A")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_entry_is_named(name):
    """It and no other, with the rule; whatever it makes impossible is said once."""
    told, expected = FORGED[name]
    assert sorted(expected, key=str) == sorted(errors(look(lines(*told)).findings), key=str)


LEGAL = {
    "a proposal": [],
    "an engagement": [engaged()],
    "an assessed status": [unknown(), engaged(), restored(assessment=3)],
    "an assessed status retracted": [
        unknown(), engaged(), restored(assessment=3), retracted(3), retracted(4),
    ],
    "a proposal corrected under its engagement": [
        engaged(), retracted(1), ("p/A", a.Proposed(on="2026-01-02", title="T")),
    ],
    "an assessed status corrected under a reopening": [
        unknown(), ("p/A", a.Realised(on="2026-01-05", after=1)), restored(assessment=3),
        ("p/A", a.Reopened(on="2026-02-01", after=3, reason=REASON)), retracted(3), retracted(4),
        ("p/A", a.Abandoned(on="2026-01-06", after=1)), restored("2026-01-06", assessment=8),
    ],
    "at the latest place": [
        unknown("2026-01"), restored("2026-01"), ("p/A", a.NotAssessable(on="2026-01", after=3)),
    ],
    "an own text erased": [("p/A", Erased(entry=1, texts=[BY], reason=REASON))],
    "a figure retracted and published again": [
        FIGURE, ("p", Retracted(entry=2, reason=REASON)), FIGURE,
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", LEGAL)
def test_its_honest_neighbour_is_not(name):
    """What the ledger itself would have recorded, a little different from what is forged."""
    assert [] == errors(look(lines(*save(PLAN, A, *LEGAL[name]))).findings)


def test_an_axis_dropped_at_the_same_moment_is_no_fault():
    """Another writer did it between the decision and its recording, whatever came in between."""
    begun = ("p/A", a.Proposed(on="2026", title="T", axis="y"))
    assert [] == errors(look(lines(*save(WITH_AXES, DROPPED, FIGURE, begun))).findings)


def test_a_figure_of_a_history_that_cannot_have_been_is_not_judged():
    """It would say nothing."""
    found = look(lines(PLAN, A, A, FIGURE)).findings
    assert [] == [f.code for f in found if f.code.startswith("figure-")]


def test_the_reason_is_said_in_the_reader_s_language():
    """A rule's own words, and what else stands in a reason."""
    [one] = [f for f in look(lines(A)).findings if f.code == "refused-by-rules"]
    assert "ce programme n'existe pas dans ce registre" in one.text("fr")
    assert "not in this ledger" in one.text("en")
    told = [PLAN, A, engaged(after=7)]
    [two] = [f for f in look(lines(*told)).findings if f.code == "history-impossible"]
    assert "l'écriture n° 2 suit une écriture qui n'existe pas" in two.text("fr")
    assert "entry number 2 stands after an entry that is not there" in two.text("en")


def test_what_rests_on_a_missing_entry_is_not_judged():
    """The proposal of A is gone: that is the finding, not all that followed it, nor the figure."""
    told = [PLAN, (*engaged(), {"version": 2}), ("p/A", a.Realised(on="2026-02", after=2),
            {"version": 3}), B, FIGURE]  # fmt: skip
    assert [("entry-missing", None, "p/A")] == errors(look(lines(*told)).findings)


def test_what_rests_on_a_missing_opening_is_not_judged():
    """Of the plan itself nothing is known; its actions are still held against their own rules."""
    told = [(*DROPPED, {"version": 2}), A, engaged(), engaged("2026-01-06", 2)]
    found = errors(look(lines(*told)).findings)
    assert [("entry-missing", None, "p"), refused(3)] == found


def test_a_merge_into_an_action_whose_entries_are_torn_is_not_judged():
    """Nobody can tell whether it was on the list."""
    told = [PLAN, A, (*B, {"version": 2}), ("p/A", a.MergedInto(on="2026-02", target="B"))]
    assert [("entry-missing", None, "p/B")] == errors(look(lines(*told)).findings)


def test_a_figure_missing_in_its_plan_does_not_stop_the_audit():
    """An entry of the plan's own stream cannot be read, and a figure follows it."""
    log = lines(PLAN, DROPPED, FIGURE, A)
    log[1] = attrs.evolve(log[1], state=log[1].state + b" ")
    assert [("bytes-not-canonical", 1, None), ("entry-missing", None, "p")] == errors(
        look(log).findings
    )


def test_a_gap_of_any_size_is_one_finding():
    """Somebody numbers an entry as high as numbers go."""
    found = look(lines(PLAN, (*A, {"version": 2**53 - 1}))).findings
    [gap] = [f for f in found if f.code == "entry-missing"]
    assert "an entry is missing: p/A, number 1–9007199254740990 of its stream" == gap.text()


def test_one_forged_entry_among_many_plans():
    """The others are judged as ever; nothing is said of them."""
    told = [
        PLAN, A, ("q", PLAN[1]), ("q/A", A[1]), ("p/A", a.Engaged(on="2025", after=1)),
        ("p/A", a.Realised(on="2026-02", after=2)), ("q/A", a.Engaged(on="2026-02", after=1)),
        ("q", FIGURE[1]),
    ]  # fmt: skip
    found = look(lines(*told), texts=lambda _: {BY.commitment: KEPT}).findings
    grave = [(f.code, f.entry, f.subject) for f in found if f.severity is Severity.ERROR]
    assert [refused(4), IMPOSSIBLE, ("figure-agrees", 7, "q")] == [
        *grave, *[(f.code, f.entry, f.subject) for f in found if f.code == "figure-agrees"],
    ]  # fmt: skip
    assert 8 == len(entries(*told))
