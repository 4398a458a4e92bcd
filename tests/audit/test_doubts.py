"""What an auditor would ask about: each threshold on its two sides, each question only once."""

from datetime import date

import attrs
import pytest
from audit_samples import PLAN, REASON, TERMS, A, B, at, lines, look, measured, short

from bilan_ledger import Evidence, Policy
from bilan_ledger import action as a
from bilan_ledger import plan as p
from bilan_ledger.dates import Instant
from bilan_ledger.record import EvidenceAttached, Retracted

SHOWN = Evidence(title="Procès-verbal")


def told(found, code):
    """Return the findings of one code, as English sentences."""
    return [each.text() for each in found.findings if each.code == code]


def day(moment):
    return {"recorded_at": at(moment)}


# --- recorded late


@pytest.mark.parametrize(
    ("on", "recorded", "late"),
    [
        ("2025-01-01", "2026-01-01", False),  # 365 days
        ("2024-12-31", "2026-01-01", True),  # 366
        ("2024-12", "2026-01-01", True),  # at the latest 366
        ("2024-12/2025-01", "2026-01-01", False),  # perhaps 335
        ("2023", "2024-12-30", False),  # 365 days after the last of 2023
        ("2023", "2024-12-31", True),  # 366
        ("2023-12-31", "2024-12-30", False),
        ("2027-01-01", "2026-01-01", False),  # still to come
    ],
)
def test_recorded_late(on, recorded, late):
    """More than 365 days after the last day on which it may have been."""
    log = lines((*PLAN, day(recorded)), ("p/A", a.Proposed(on=on, title="T"), day(recorded)))
    expected = [("recorded-late", 1, "p")] if late else []
    assert expected == short(look(log, today=date(2024, 12, 31)).findings)


def test_late_days_are_those_of_the_territory():
    """Half past eleven in London is the next day in Paris, and one day too late."""
    late = {"recorded_at": Instant.of("2026-01-01T23:30:00Z")}
    log = lines(PLAN, ("p/A", a.Proposed(on="2025-01-01", title="T"), late))
    assert [
        "p: entries recorded on 2026-01-02 more than 365 days after their effective date: 1 (the "
        "oldest: 2025-01-01)"
    ] == told(look(log), "recorded-late")


def test_late_entries_of_one_day_are_one_finding():
    """With how many they are and the oldest; those of another day are another."""
    log = lines(
        (*PLAN, day("2026-01-01")),
        ("p/A", a.Proposed(on="2022", title="T")),
        ("p/B", a.Proposed(on="2021-05-04", title="T")),
        ("p/A", a.Engaged(on="2023", after=1), day("2026-02-01")),
        ("p/A", a.Realised(on="2026-01-05", after=2, evidence=SHOWN)),
    )
    assert [
        "p: entries recorded on 2026-01-01 more than 365 days after their effective date: 2 (the "
        "oldest: 2021-05-04)",
        "p: entries recorded on 2026-02-01 more than 365 days after their effective date: 1 (the "
        "oldest: 2023-12-31)",
    ] == told(look(log), "recorded-late")


def test_what_a_source_states_counts_for_a_history_taken_over():
    """Its source recorded it in time, as far as it says; the plan is as old as its last word."""
    stated = {"stated_at": at("2024-02-01")}
    log = lines((*PLAN, stated), ("p/A", a.Proposed(on="2024-01-01", title="T"), stated))
    assert [("plan-stale", None, "p")] == short(look(log).findings)


# --- stale


@pytest.mark.parametrize(
    ("last", "end", "stale"),
    [
        ("2025-06-01", "2030-12-31", []),  # 365 days
        ("2025-05-31", "2030-12-31", [("plan-stale", None, "p")]),  # 366
        ("2025-05-31", "2026-06-01", [("plan-stale", None, "p")]),  # ends today
        ("2025-05-31", "2026-05-31", []),  # ended yesterday
        ("2026-12-31", "2030-12-31", []),  # a clock ahead of ours
    ],
)
def test_stale(last, end, stale):
    """More than 365 days without an entry, while the plan runs."""
    plan = ("p", p.PlanCreated(terms=attrs.evolve(TERMS, end=end)), day(last))
    assert stale == short(look(lines(plan)).findings)


# --- evidence


@pytest.mark.parametrize(
    ("entries", "missing"),
    [
        ([("p/A", a.Realised(on="2026-02-01", after=1))], True),
        ([("p/A", a.Realised(on="2026-02-01", after=1, evidence=SHOWN))], False),
        ([("p/A", a.Realised(on="2026-02-01", after=1)),
          ("p/A", EvidenceAttached(evidence=SHOWN))], False),
        ([("p/A", a.Realised(on="2026-02-01", after=1)),
          ("p/A", EvidenceAttached(evidence=SHOWN, entry=2)),
          ("p/A", Retracted(entry=3, reason=REASON))], True),
        ([("p/A", a.Realised(on="2026-06-01", after=1))], True),  # today
        ([("p/A", a.Realised(on="2026-06-02", after=1))], False),  # tomorrow
        ([("p/A", a.Realised(on="2026-05/2026-07", after=1))], False),  # perhaps not yet
        ([("p/A", a.Engaged(on="2026-02-01", after=1, at_least=True))], False),
        ([("p/A", a.Realised(on="2026-02-01", after=1)),
          ("p/A", a.Reopened(on="2026-03-01", after=2, reason=REASON))], False),
        ([("p/A", a.Realised(on="2026-02-01", after=1)),
          ("p/A", Retracted(entry=2, reason=REASON))], False),
    ],
)  # fmt: skip
def test_realised_without_evidence(entries, missing):
    """Only what is surely realised today, and shows nothing at all."""
    expected = [("evidence-missing", None, "p/A")] if missing else []
    assert expected == short(look(lines(PLAN, A, *entries)).findings)


# --- measures


@pytest.mark.parametrize(
    ("measures", "reached"),
    [
        # meant to rise
        ([("9", "10")], False),
        ([("10", "10")], True),
        ([("11", "10")], True),
        ([("2", "10"), ("9", "10")], False),
        ([("2", "10"), ("10", "10")], True),
        ([("9", "10"), ("8", "10")], False),  # fallen back
        ([("12", "10"), ("15", "10")], True),  # beyond it from the start
        ([("10", "10"), ("9", "10")], False),
        # meant to fall: it has come down from above
        ([("20", "10"), ("11", "10")], False),
        ([("20", "10"), ("10", "10")], True),
        ([("20", "10"), ("9.5", "10")], True),
        # the latest target holds
        ([("9", "8"), ("9", "10")], False),
        ([("9", "10"), ("9", "8")], True),
        ([("9", "8"), ("9", None)], False),
    ],
)
def test_measures(measures, reached):
    """Past the target, from the side that the value came from."""
    pieces = [
        ("p/A", EvidenceAttached(evidence=measured(value, target, f"202{year}")))
        for year, (value, target) in enumerate(measures)
    ]
    expected = [("measure-reached", None, "p/A")] if reached else []
    assert expected == short(look(lines(PLAN, A, *pieces)).findings)


@pytest.mark.parametrize(
    ("pieces", "reached"),
    [
        ([measured("10", precision="at-least")], True),
        ([measured("10", precision="about")], True),
        ([measured("10", precision="at-most")], False),
        ([measured("20", as_of="2020"), measured("10", precision="at-least")], False),
        ([measured("20", as_of="2020"), measured("10", precision="at-most")], True),
        ([measured("10", as_of="2026"), measured("2", as_of="2020")], True),  # by date, not order
        ([measured("10", "10", "2024", unit="km"), measured("2", "10", unit="arbres")], True),
        ([measured("20", "30", unit="km"), measured("2", "10", unit="arbres")], False),
    ],
)
def test_measures_that_are_not_exact_or_not_the_same(pieces, reached):
    """What may not be there yet is not; each unit is an indicator of its own."""
    log = lines(PLAN, A, *[("p/A", EvidenceAttached(evidence=each)) for each in pieces])
    expected = [("measure-reached", None, "p/A")] if reached else []
    assert expected == short(look(log).findings)


def test_a_measure_of_a_realised_action_is_as_it_should_be():
    """Nothing to review."""
    done = ("p/A", a.Realised(on="2026-02-01", after=1, evidence=measured("11")))
    assert [] == short(look(lines(PLAN, A, done)).findings)


def test_a_measure_of_what_may_be_realised_is_no_question():
    """The source says engaged or realised, not which."""
    begun = ("p/A", a.Engaged(on="2026-02-01", after=1, at_least=True, evidence=measured("11")))
    assert [] == short(look(lines(PLAN, A, begun)).findings)


# --- the base before a figure


FIGURE = p.FigurePublished(percentage="0", on="2026-03-31")


def base(*more, figure=FIGURE, recorded="2026-04-01"):
    """Return what is said of the base, of a plan with two actions recorded long before."""
    early = [(*each, day("2025-06-01")) for each in (PLAN, A, B)]
    early = [(s, attrs.evolve(e, on="2025-06-01") if s != "p" else e, d) for s, e, d in early]
    log = lines(*early, *more, ("p", figure, day(recorded)))
    return told(look(log), "base-changed")


CHANGED = (
    "p: the base of the figure of 2026-03-31 changed in the 30 days before it; actions concerned: "
    "{} ({})"
)


def left(on, recorded, action="p/B"):
    return action, a.Withdrawn(on=on, reason=REASON), day(recorded)


def joined(on, recorded, action="p/C"):
    return action, a.Proposed(on=on, title="T"), day(recorded)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ([], None),
        # in the world: from the day 30 days before on, the base was what it is
        ([left("2026-03-01", "2026-03-01")], None),
        ([left("2026-03-02", "2026-03-01")], "p/B"),
        ([left("2026-03-31", "2026-03-01")], "p/B"),
        ([left("2026-04-01", "2026-03-01")], None),  # after the day of the figure
        ([joined("2026-03-10", "2026-03-01")], "p/C"),
        # a date that is not exact accuses nobody
        ([left("2026-02/2026-03", "2026-03-01")], None),
        ([joined("2026", "2026-03-01")], None),
        ([joined("2026-03-02/2026-03-30", "2026-03-01")], "p/C"),
        # in the record: from 30 days before the publication on
        ([left("2025-07-01", "2026-03-02")], "p/B"),
        ([left("2025-07-01", "2026-03-01")], None),
        ([joined("2025-07-01", "2026-03-30")], "p/C"),
        ([joined("2025-07-01", "2026-03-01")], None),
        ([left("2026-02/2026-05", "2026-03-30")], "p/B"),  # it may have left: that is new
        # in and out again, in the same days
        ([joined("2025-07-01", "2026-03-30"), ("p/C", Retracted(entry=1, reason=REASON))], None),
        # a status is no matter of the base
        ([("p/A", a.Engaged(on="2026-03-20", after=1), day("2026-03-21"))], None),
    ],
)
def test_the_base_before_a_figure(more, named):
    """Who surely entered or left in the 30 days before it, or was recorded to in these days."""
    assert ([] if named is None else [CHANGED.format(1, named)]) == base(*more)


def test_the_base_of_another_rule():
    """Where abandoned actions are out of the base, giving one up changes it."""
    gone = ("p/B", a.Abandoned(on="2026-03-20", after=1), day("2026-03-21"))
    assert [] == base(gone)
    without = attrs.evolve(FIGURE, base="without-abandoned")
    assert [CHANGED.format(1, "p/B")] == base(gone, figure=without)


def test_no_more_than_five_actions_are_named():
    """The others are counted."""
    more = [joined("2026-03-10", "2026-03-11", f"p/N{n}") for n in range(7)]
    assert [CHANGED.format(7, "p/N0, p/N1, p/N2, p/N3, p/N4, …")] == base(*more)


def test_the_first_list_of_all_is_no_change():
    """A plan whose actions all began in these days: there was nothing before."""
    new = ("p/A", attrs.evolve(A[1], on="2026-03-20"), day("2026-03-20"))
    for opened in ("2026-03-20", "2025-06-01"):
        found = look(lines((*PLAN, day(opened)), new, ("p", FIGURE, day("2026-04-01"))))
        assert [] == told(found, "base-changed")


# --- figures


def test_a_figure_that_never_followed_is_no_revised_one():
    """Contradicted when it was recorded, and still."""
    wrong = attrs.evolve(FIGURE, percentage="99")
    log = lines(PLAN, A, ("p", wrong), ("p/A", a.Engaged(on="2026-05-01", after=1)))
    assert [("figure-contradicted", 2, "p")] == short(look(log).findings)


def test_a_figure_that_was_only_possible_is_contradicted_by_what_settles_it():
    """It had claimed more than the ledger could show."""
    begun = ("p/A", a.Engaged(on="2026", after=1))
    all_ = attrs.evolve(FIGURE, percentage="100")
    exact = [("p/A", Retracted(entry=2, reason=REASON)),
             ("p/A", a.Engaged(on="2026-05-01", after=1))]  # fmt: skip
    log = lines(PLAN, A, begun, ("p", all_), *exact)
    assert [("figure-contradicted", 3, "p")] == short(look(log).findings)


def test_a_figure_withdrawn_is_not_held_against_the_ledger():
    """Nor is the base before it."""
    log = lines(PLAN, A, ("p", FIGURE), ("p", Retracted(entry=2, reason=REASON)))
    assert [] == short(look(log).findings)


def test_decimals_and_policies_are_those_that_were_printed():
    """66.7 % of three, of realised actions alone, under a plan that counts otherwise."""
    plan = ("p", p.PlanCreated(terms=attrs.evolve(TERMS, policy=Policy(base="initial-list"))))
    done = [("p/A", a.Realised(on="2026-01-02", after=1, evidence=SHOWN)),
            ("p/B", a.Realised(on="2026-01-02", after=1, evidence=SHOWN))]  # fmt: skip
    printed = p.FigurePublished(percentage="66.7", of=3, on="2026-01-31", counted=["realised"])
    log = lines(plan, A, B, ("p/C", A[1]), *done, ("p", printed))
    assert [
        "p: the published figure 66.7 % / 3 for 2026-01-31 is the ledger's (2/3)"
    ] == told(look(log), "figure-agrees")  # fmt: skip
