"""The replay: the curve, the revisions, what was printed on each day, and what moved it."""

import pickle
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import counts
from strategies import (
    ALL_DAYS,
    SOME,
    Move,
    ledgers,
    play,
    policies,
    record_of,
    terms,
)

from bilan_ledger import replay
from bilan_ledger.action import (
    Abandon,
    Correct,
    Engage,
    Propose,
    Realise,
    Reopen,
    Retracted,
    Withdraw,
)
from bilan_ledger.completion import (
    Bounds,
    Contribution,
    Ratio,
    complete,
    contributions_of,
    percentage,
    policy_of,
    possibilities,
)
from bilan_ledger.dates import Instant
from bilan_ledger.deltas import cases_by_day
from bilan_ledger.entry import Entry
from bilan_ledger.evidence import Evidence
from bilan_ledger.history import NOW, Known, Record, View, records, timeline, together
from bilan_ledger.plan import (
    AmendPlan,
    CreatePlan,
    FigurePublished,
    Policy,
    PublishFigure,
    Territory,
)
from bilan_ledger.record import AttachEvidence, Retract
from bilan_ledger.replay import (
    Explanation,
    Part,
    Point,
    Reconciliation,
    Revision,
    Verdict,
    as_published,
    curve,
    end_of_day,
    explain,
    reconcile,
    revisions,
)

OUT, IN, COUNTED = Contribution.OUT, Contribution.IN, Contribution.COUNTED
LISTED = Propose(on="2020-01-01", title="Halle")
EMPTY = Bounds(Ratio(0, 0), Ratio(0, 0), may_be_empty=True)
both = ledgers(names=("p", "q"))


def line(*commands: Any) -> list[Entry]:
    """Return the log of plan `p` and its action `a`, recorded a day apart."""
    first = Move("p", None, CreatePlan(terms=terms()), 24)
    return play([first, *(Move("p", "a", command, 24) for command in commands)])


def said(points: Iterable[Point | Revision]) -> list[str]:
    """Return low and high of each point as text, with its day or its entry."""
    return [
        f"{p.on if isinstance(p, Point) else p.entry.index} {p.bounds.low} {p.bounds.high}"
        for p in points
    ]


# --- the curve -------------------------------------------------------------------------------

THREE: dict[str, list[Any]] = {
    "a": [LISTED, Engage(on="2021-05-01")],
    "b": [LISTED, Engage(on="2021-04/2021-06"), Realise(on="2022-01-01")],
    "c": [Propose(on="2022-01-01", title="Halle")],
}


def test_a_curve_by_hand() -> None:
    """Uncertain from the first of April to the end of June; the base grows in 2022."""
    found = curve(record_of(**THREE).view())
    assert [
        "2020-01-01 0/2 0/2",
        "2021-04-01 0/2 1/2",
        "2021-05-01 1/2 2/2",
        "2021-06-30 2/2 2/2",
        "2022-01-01 2/3 2/3",
    ] == said(found)
    assert ["0/2", "0/2", "0/2", "0/2", "1/3"] == [str(point.realised.low) for point in found]


def test_a_curve_changes_where_only_the_realised_change() -> None:
    """Realised after engaged: the figure stays, and what is realised moves."""
    record = record_of(a=[LISTED, Engage(on="2021-01-01"), Realise(on="2022-01-01")])
    found = curve(record.view())
    assert ["2020-01-01 0/1 0/1", "2021-01-01 1/1 1/1", "2022-01-01 1/1 1/1"] == said(found)


def test_a_curve_without_any_action() -> None:
    assert () == curve(record_of().view())


def test_days_on_which_nothing_changes_are_no_points() -> None:
    """One action leaves the list on the day on which another comes."""
    record = record_of(
        a=[LISTED, Withdraw(on="2021-01-01", reason="r")],
        b=[Propose(on="2021-01-01", title="t")],
    )
    assert ["2020-01-01 0/1 0/1"] == said(curve(record.view()))


def test_the_policy_of_a_curve_is_the_last_one() -> None:
    """A curve has one policy: the one after all amendments, unless another is given."""
    record = record_of(a=[LISTED, Realise(on="2021-01-01")])
    amended = terms(policy=Policy(counted=["proposed"]))
    record.add(attrs.evolve(record.entries[0], version=2, index=3, event=_amended(amended)))
    assert ["2020-01-01 1/1 1/1", "2021-01-01 0/1 0/1"] == said(curve(record.view()))
    given_one = curve(record.view(), Policy())
    assert ["2020-01-01 0/1 0/1", "2021-01-01 1/1 1/1"] == said(given_one)


def _amended(told: Any) -> Any:
    moves = [CreatePlan(terms=terms()), AmendPlan(on="2030-01-01", terms=told)]
    return play([Move("p", None, command) for command in moves])[1].event


def points_at(points: Sequence[Point], on: date) -> tuple[Bounds, Bounds]:
    """Return the figures of the last point by a day."""
    past = [point for point in points if point.on <= on]
    return (past[-1].bounds, past[-1].realised) if past else (EMPTY, EMPTY)


def figures(view: View, on: date, policy: Policy) -> tuple[Bounds, Bounds]:
    """Return the figure of a day, counted and realised, computed from scratch."""
    found = complete(view, on, policy)
    return found.bounds, found.realised


@SOME
@given(both, policies)
def test_the_curve_equals_the_figure_of_every_day(log: list[Entry], policy: Policy) -> None:
    """On every breakpoint, on the days around it, and between."""
    view = together([record.view() for record in records(log).values()])
    points = curve(view, policy)
    for on in ALL_DAYS:
        assert figures(view, on, policy) == points_at(points, on)


@SOME
@given(both, policies)
def test_a_curve_has_no_point_too_many(log: list[Entry], policy: Policy) -> None:
    """In order, and each differs from the one before."""
    points = curve(together([record.view() for record in records(log).values()]), policy)
    for before, point in pairwise(points):
        assert before.on < point.on
        assert (before.bounds, before.realised) != (point.bounds, point.realised)


@SOME
@given(ledgers(), policies)
def test_the_steps_of_an_action_are_its_possibilities(log: list[Entry], policy: Policy) -> None:
    """From a step on until the next, the action may add just that."""
    view = records(log)["p"].view()
    listed_by = view.plans["p"].terms().initial_list_day
    for name, action in view.actions.items():
        told = list(cases_by_day(timeline(action), listed_by))
        assert all(a < b and was != now for (a, was), (b, now) in pairwise(told))
        found = dict(told)
        now = None
        for on in ALL_DAYS:
            now = found.get(on, now)
            may = {OUT} if now is None else contributions_of(now, policy)
            assert possibilities(view, on, policy)[name] == may


def test_a_curve_is_a_sequence() -> None:
    """Of points that are made when they are asked for: by place, in turn, from the end."""
    found = curve(record_of(**THREE).view())
    first, *_, last = points = tuple(found)
    assert (first, last, len(points)) == (found[0], found[-1], len(found))
    assert (points[1:], points[::-1]) == (found[1:], tuple(reversed(found)))
    assert (found, hash(points)) == (points, hash(found))
    assert points == found == pickle.loads(pickle.dumps(found))  # noqa: S301 our own
    assert found != list(points)
    assert first in found
    assert f"Curve({points})" == repr(found)
    with pytest.raises(IndexError):
        found[len(points)]


# --- revisions -------------------------------------------------------------------------------


def test_revisions_by_hand() -> None:
    """Entry 2 engages, entry 3 retracts that, entry 4 says engaged or later."""
    log = line(
        LISTED,
        Engage(on="2021"),
        Retract(entry=2, reason="r"),
        Engage(on="2021-06/2023"),
    )
    found = list(revisions(log, date(2022, 1, 1)))
    assert ["1 0/1 0/1", "2 1/1 1/1", "3 0/1 0/1", "4 0/1 1/1"] == said(found)


def test_what_does_not_move_the_figure_is_no_revision() -> None:
    """An entry of the future, evidence, a figure published."""
    log = line(LISTED, Engage(on="2023"), AttachEvidence(evidence=Evidence(title="x")))
    assert ["1 0/1 0/1"] == said(revisions(log, date(2022, 1, 1)))


def test_a_figure_that_becomes_empty_again_is_a_revision() -> None:
    log = line(LISTED, Retract(entry=1, reason="r"))
    assert ["1 0/1 0/1", "2 0/0 0/0"] == said(revisions(log, date(2022, 1, 1)))


def test_a_change_of_policy_is_a_revision() -> None:
    """Without a policy, the one then in force is used."""
    amended = AmendPlan(on="2021-01-01", terms=terms(policy=Policy(counted=["proposed"])))
    log = play(
        [
            Move("p", None, CreatePlan(terms=terms())),
            Move("p", "a", LISTED),
            Move("p", None, amended),
        ]
    )
    assert ["1 0/1 0/1", "2 1/1 1/1"] == said(revisions(log, date(2021, 1, 1)))
    assert ["1 0/1 0/1"] == said(revisions(log, date(2020, 12, 31)))
    assert ["1 0/1 0/1"] == said(revisions(log, date(2021, 1, 1), Policy()))


def test_a_change_of_the_first_plans_policy_is_a_revision_of_both() -> None:
    """The action is in the second plan."""
    amended = AmendPlan(on="2021-01-01", terms=terms(policy=Policy(counted=["proposed"])))
    log = play(
        [
            Move("p", None, CreatePlan(terms=terms())),
            Move("q", None, CreatePlan(terms=terms())),
            Move("q", "a", LISTED),
            Move("p", None, amended),
        ]
    )
    assert ["2 0/1 0/1", "3 1/1 1/1"] == said(revisions(log, date(2021, 1, 1)))


@SOME
@given(both, st.sampled_from(ALL_DAYS), st.none() | policies)
def test_revisions_equal_recomputing_at_each_prefix(
    log: list[Entry], on: date, policy: Policy | None
) -> None:
    """The figure from scratch, as known after each entry."""
    found = list(revisions(log, on, policy))
    for entry in log:
        view = together([record.view() for record in records(log[: entry.index + 1]).values()])
        past = [revision for revision in found if revision.entry.index <= entry.index]
        told = (past[-1].bounds, past[-1].realised) if past else (EMPTY, EMPTY)
        assert figures(view, on, policy or policy_of(view, on)) == told
    for before, revision in pairwise(found):
        assert (before.bounds, before.realised) != (revision.bounds, revision.realised)


# --- what was printed on each day ------------------------------------------------------------


def recorded(log: list[Entry], *moments: str) -> list[Entry]:
    """Return the log with other recorded dates."""
    return [
        attrs.evolve(entry, recorded_at=Instant.of(moment))
        for entry, moment in zip(log, moments, strict=True)
    ]


def test_as_published_by_hand() -> None:
    """An engagement announced for 2022 is retracted; a realisation of 2021 is recorded late."""
    commands = [
        LISTED, Engage(on="2021-01-01"), Retract(entry=2, reason="r"), Realise(on="2021-05-01"),
    ]  # fmt: skip
    moments = [
        "2020-01-05T10:00:00Z", "2020-01-05T10:00:00Z", "2020-02-01T10:00:00Z",
        "2021-03-01T10:00:00Z", "2022-06-03T10:00:00Z",
    ]  # fmt: skip
    found = list(records(recorded(line(*commands), *moments)).values())
    assert [
        "2020-01-05 0/1 0/1",
        "2021-01-01 1/1 1/1",
        "2021-03-01 0/1 0/1",
        "2022-06-03 1/1 1/1",
    ] == said(as_published(found))


def known_by(found: Sequence[Record], on: date, *, by_source: bool = False) -> Known:
    """Return what was known at the end of a day, by recorded or by stated date."""
    if by_source:
        return Known(stated=end_of_day(found[0].plan, on))
    recorded_at = {e.index: e.recorded_at for record in found for e in record.entries}
    return replay.known_by(found, on, recorded_at.__getitem__)


def test_a_day_ends_in_the_time_zone_of_the_territory() -> None:
    """At 23:30 UTC it is already the next day in Béthune."""
    log = recorded(line(LISTED), "2020-06-01T10:00:00Z", "2020-06-01T22:30:00Z")
    found = list(records(log).values())
    assert ["2020-06-01 0/0 0/0", "2020-06-02 0/1 0/1"] == said(as_published(found))
    assert Known(index=0) == known_by(found, date(2020, 6, 1))
    assert Known(index=1) == known_by(found, date(2020, 6, 2))


def test_before_the_first_entry_nothing_was_known() -> None:
    found = list(records(line(LISTED)).values())
    assert Known(index=-1) == known_by(found, date(2019, 12, 31))


def test_what_was_known_by_the_last_instant_of_a_day() -> None:
    """One microsecond before midnight belongs to the day; midnight does not."""
    last = recorded(line(LISTED), "2020-06-01T21:59:59.999999Z", "2020-06-01T22:00:00Z")
    assert Known(index=0) == known_by(list(records(last).values()), date(2020, 6, 1))


def test_what_was_stated_by_a_day() -> None:
    """The end of the civil day, as an instant."""
    found = known_by(list(records(line(LISTED)).values()), date(2020, 6, 1), by_source=True)
    assert Known(stated=Instant.of("2020-06-01T21:59:59.999999Z")) == found


def test_as_published_by_stated_date() -> None:
    """The source says that it recorded the engagement in 2021."""
    log = recorded(line(LISTED, Engage(on="2020-06-01")), *["2026-01-01T10:00:00Z"] * 3)
    moments = ["2020-02-01T10:00:00Z", "2020-03-01T10:00:00Z", "2021-04-01T10:00:00Z"]
    log = [
        attrs.evolve(entry, stated_at=Instant.of(moment))
        for entry, moment in zip(log, moments, strict=True)
    ]
    found = list(records(log).values())
    assert ["2026-01-01 1/1 1/1"] == said(as_published(found))
    assert [
        "2020-02-01 0/0 0/0",
        "2020-03-01 0/1 0/1",
        "2021-04-01 1/1 1/1",
    ] == said(as_published(found, by_source=True))


def test_as_published_by_stated_date_waits_for_the_plan() -> None:
    """An action stated before its plan is published with the plan."""
    log = line(LISTED)
    moments = ["2020-03-01T10:00:00Z", "2020-02-01T10:00:00Z"]
    log = [
        attrs.evolve(entry, stated_at=Instant.of(moment))
        for entry, moment in zip(log, moments, strict=True)
    ]
    found = as_published(list(records(log).values()), by_source=True)
    assert ["2020-02-01 0/0 0/0", "2020-03-01 0/1 0/1"] == said(found)


def test_what_is_stated_out_of_order_is_known_in_order() -> None:
    """A new engagement is not known before the retraction of the old one, which states nothing."""
    log = line(
        Propose(on="2018", title="t"), Engage(on="2019"), Retract(entry=2, reason="r"),
        Engage(on="2022"),
    )  # fmt: skip
    early = Instant.of("2019-06-01T00:00:00Z")
    log = [e if isinstance(e.event, Retracted) else attrs.evolve(e, stated_at=early) for e in log]
    assert [
        "2019-06-01 0/1 1/1",
        "2019-12-31 1/1 1/1",
        "2020-01-06 0/1 0/1",
        "2022-01-01 0/1 1/1",
        "2022-12-31 1/1 1/1",
    ] == said(as_published(list(records(log).values()), by_source=True))


def test_a_day_of_25_hours_that_ends_with_the_hour_that_comes_twice() -> None:
    """On 17 February 2018 in São Paulo, 23:30 came twice."""
    about = terms(territory=Territory(name="São Paulo", timezone="America/Sao_Paulo"))
    log = play(
        [Move("p", None, CreatePlan(terms=about)), Move("p", "a", Propose(on="2010", title="t"))]
    )
    log = recorded(log, "2018-02-17T12:00:00Z", "2018-02-18T02:30:00Z")
    found = list(records(log).values())
    assert date(2018, 2, 17) == as_published(found)[-1].on
    assert Known(index=1) == known_by(found, date(2018, 2, 17))


def test_what_was_known_on_the_last_day_there_is() -> None:
    """Also where that day ends after the last instant."""
    about = terms(territory=Territory(name="Saint-Pierre", timezone="America/Miquelon"))
    found = list(records(play([Move("p", None, CreatePlan(terms=about))])).values())
    assert Known(index=0) == known_by(found, date.max)


def published_naively(
    found: Sequence[Record], on: date, policy: Policy, *, by_source: bool
) -> tuple[Bounds, Bounds]:
    """Return the figure of a day as known by the end of that day, computed from scratch."""
    known = known_by(found, on, by_source=by_source)
    return figures(together([record.view(known) for record in found]), on, policy)


@SOME
@given(both, policies, st.booleans())
def test_as_published_equals_recomputing_each_day(
    log: list[Entry],
    policy: Policy,
    by_source: bool,  # noqa: FBT001
) -> None:
    """What was known at the end of each day, asked of that day; also by stated date."""
    found = list(records(log).values())
    points = as_published(found, policy, by_source=by_source)
    last = max(point.on for point in points)
    on = points[0].on
    while on <= max(last, ALL_DAYS[-1]) + timedelta(days=1):
        assert published_naively(found, on, policy, by_source=by_source) == points_at(points, on)
        on += timedelta(days=1)
    before = points[0].on - timedelta(days=1)
    assert (EMPTY, EMPTY) == published_naively(found, before, policy, by_source=by_source)
    for one, other in pairwise(points):
        assert one.on < other.on
        assert (one.bounds, one.realised) != (other.bounds, other.realised)


# --- what moved it ---------------------------------------------------------------------------

D1, D2 = date(2020, 12, 31), date(2021, 12, 31)


def explained(record: Record, before: Any = (D1, NOW), after: Any = (D2, NOW)) -> Explanation:
    """Return what moved the figure of one plan."""
    return explain([record], before, after)


def test_an_explanation_by_hand() -> None:
    """One of two engaged: one half, by one entry."""
    record = record_of(a=[LISTED, Engage(on="2021-05-01")], b=[LISTED])
    found = explained(record)
    expected = Part(
        action="p/a", before=(IN, IN), after=(COUNTED, COUNTED), low=Fraction(1, 2),
        high=Fraction(1, 2), entries=(record.entries[2],),
    )  # fmt: skip
    assert (expected,) == found.parts == found.status_changes
    assert () == found.base_changes
    assert ("0/2", "1/2") == (str(found.before.bounds.low), str(found.after.bounds.low))


def test_an_uncertain_entry_moves_one_bound() -> None:
    """Engaged some time in 2021 or 2022: at the end of 2021 perhaps."""
    record = record_of(a=[LISTED, Engage(on="2021/2022")])
    (part,) = explained(record).parts
    assert ((IN, IN), (IN, COUNTED)) == (part.before, part.after)
    assert (Fraction(0), Fraction(1)) == (part.low, part.high)


def test_base_changes_stand_apart() -> None:
    """One of two is counted; then a third one comes, and the first of them leaves."""
    record = record_of(
        a=[LISTED, Engage(on="2020-06-01"), Withdraw(on="2021-03-01", reason="r")],
        b=[LISTED],
        c=[Propose(on="2021-02-01", title="t")],
        d=[LISTED, Realise(on="2021-04-01")],
    )
    found = explained(record)
    assert ["p/a", "p/c"] == [part.action for part in found.base_changes]
    assert ["p/d"] == [part.action for part in found.status_changes]
    # 1/3 before and 1/3 after: a -1 counted and -1 base, c +1 base, d +1 counted.
    third, ninth = Fraction(1, 3), Fraction(1, 9)
    assert [-third + ninth, -ninth, third] == [part.low for part in found.parts]


def test_an_action_whose_base_changes_in_one_case_only_is_a_base_change() -> None:
    """Perhaps listed in 2021: out of the lowest figure's base or of the highest's."""
    record = record_of(a=[Propose(on="2021/2022", title="t")], b=[LISTED, Engage(on="2020")])
    (part,) = explained(record).parts
    assert ((OUT, OUT), (IN, OUT)) == (part.before, part.after)
    assert part.base_change


ENDS = [
    # The entry of 1 May 2021 between two days.
    ("2021-04-30", "2021-05-01", [2]),
    ("2021-05-01", "2021-04-30", [2]),
    ("2021-05-01", "2021-12-31", None),
    ("2020-12-31", "2021-04-30", None),
]


@pytest.mark.parametrize(("before", "after", "entries"), ENDS)
def test_the_entries_between_two_days(before: str, after: str, entries: list[int] | None) -> None:
    """From the end of one day to the end of the other, either way."""
    record = record_of(a=[LISTED, Engage(on="2021-05-01")])
    ends = [(date.fromisoformat(on), NOW) for on in (before, after)]
    found = [[e.version for e in part.entries] for part in explained(record, *ends).parts]
    assert ([] if entries is None else [entries]) == found


def test_the_entries_that_moved_an_action_are_those_that_may_have_happened_between() -> None:
    """Tightened by their neighbours: engaged 2019/2022 but proposed in 2021."""
    record = record_of(
        a=[Propose(on="2021-02-01", title="t"), Engage(on="2019/2022"), Realise(on="2023-01-01")]
    )
    (part,) = explained(record).parts
    assert [1, 2] == [entry.version for entry in part.entries]


def test_an_entry_of_the_first_day_had_already_happened() -> None:
    """Engaged on the day before the period asked for, and realised in it."""
    record = record_of(a=[LISTED, Engage(on="2020-12-31"), Realise(on="2021-06-01")])
    (part,) = explain([record], (D1, NOW), (D2, NOW), Policy(counted=["realised"])).parts
    assert [3] == [entry.version for entry in part.entries]


def test_scope_entries_and_their_evidence_move_an_action_too() -> None:
    """Evidence attached to the entry stands with it; evidence of another entry does not."""
    proof = Evidence(title="Délibération")
    record = record_of(
        a=[
            LISTED,
            Withdraw(on="2021-05-01", reason="r"),
            AttachEvidence(evidence=proof, entry=2),
            AttachEvidence(evidence=proof, entry=1),
            AttachEvidence(evidence=proof),
        ]
    )
    (part,) = explained(record).parts
    assert [2, 3] == [entry.version for entry in part.entries]
    assert (None, None) == (part.low, part.high)


def test_what_was_learnt_moves_the_figure_of_one_day() -> None:
    """The same day as known before and after a correction."""
    correction = Correct(entry=2, by=Engage(on="2020"), reason="r")
    record = record_of(b=[LISTED], a=[LISTED, Engage(on="2022"), correction])
    found = explained(record, (D1, Known(index=3)), (D1, NOW))
    (part,) = found.parts
    assert [3, 4] == [entry.version for entry in part.entries]
    assert Fraction(1, 2) == part.low


def test_evidence_that_was_not_known_is_not_told() -> None:
    """It was attached later than what is asked."""
    proof = AttachEvidence(evidence=Evidence(title="x"), entry=2)
    record = record_of(a=[LISTED, Engage(on="2021-05-01"), proof], b=[LISTED])
    known = Known(index=2)
    (part,) = explained(record, (D1, known), (D2, known)).parts
    assert [2] == [entry.version for entry in part.entries]


def test_an_explanation_uses_one_policy_on_both_ends() -> None:
    """The policy in force at the end, unless one is given."""
    record = record_of(terms(policy=Policy(counted=["realised"])), a=[LISTED, Engage(on="2021")])
    assert () == explained(record).parts
    found = explain([record], (D1, NOW), (D2, NOW), Policy())
    assert (Policy(), Policy()) == (found.before.policy, found.after.policy)
    assert 1 == len(found.parts)


@SOME
@given(both, policies, st.tuples(st.sampled_from(ALL_DAYS), st.sampled_from(ALL_DAYS)), st.data())
def test_parts_add_up_to_the_difference(
    log: list[Entry], policy: Policy, days: tuple[date, date], data: st.DataObject
) -> None:
    """Between any days and any knowledge, in the lowest and in the highest figure, exactly."""
    found = list(records(log).values())
    known = st.none() | st.integers(-1, len(log) - 1)
    ends = [(on, Known(index=data.draw(known))) for on in days]
    told = explain(found, ends[0], ends[1], policy)
    for end, (on, point) in zip((told.before, told.after), ends, strict=True):
        view = together([record.view(point) for record in found])
        assert complete(view, on, policy).bounds == end.bounds
    for was, now, parts in (
        (told.before.bounds.low, told.after.bounds.low, [part.low for part in told.parts]),
        (told.before.bounds.high, told.after.bounds.high, [part.high for part in told.parts]),
    ):
        if was.rate is None or now.rate is None:
            assert all(part is None for part in parts)
        else:
            assert now.rate - was.rate == sum(part or 0 for part in parts)
    assert set(told.parts) == {*told.status_changes, *told.base_changes}
    assert len(told.parts) == len(told.status_changes) + len(told.base_changes)
    for part in told.base_changes:
        assert OUT in {*part.before, *part.after}
    for part in told.status_changes:
        moved = zip(part.before, part.after, strict=True)
        assert all((was is OUT) is (now is OUT) for was, now in moved)


@SOME
@given(ledgers(), policies, st.tuples(st.sampled_from(ALL_DAYS), st.sampled_from(ALL_DAYS)))
def test_every_part_names_its_entries(
    log: list[Entry], policy: Policy, days: tuple[date, date]
) -> None:
    """An action that moved between two days did so by an entry, and by one of its own."""
    record = records(log)["p"]
    found = explain([record], (days[0], NOW), (days[1], NOW), policy)
    views = [possibilities(record.view(), on, policy) for on in days]
    for part in found.parts:
        assert all(part.action == entry.subject for entry in part.entries)
        if views[0][part.action] != views[1][part.action]:
            assert part.entries


@SOME
@given(ledgers(), st.sampled_from(ALL_DAYS), policies)
def test_the_way_back_is_the_opposite(log: list[Entry], on: date, policy: Policy) -> None:
    """The parts of a change and of its reverse cancel each other."""
    record = records(log)["p"]
    there = explain([record], (ALL_DAYS[4], NOW), (on, NOW), policy).parts
    back = explain([record], (on, NOW), (ALL_DAYS[4], NOW), policy).parts
    assert [(p.action, p.after, p.before) for p in there] == [
        (p.action, p.before, p.after) for p in back
    ]
    for one, other in zip(there, back, strict=True):
        assert (one.low is None) == (other.low is None)
        assert 0 == (one.low or 0) + (other.low or 0) == (one.high or 0) + (other.high or 0)


# --- what was published ----------------------------------------------------------------------


def publish(record: Record, printed: str, of: int | None, **told: Any) -> Reconciliation:
    """Return one published figure held against a record."""
    figure = FigurePublished(percentage=printed, of=of, on="2022-12-31", **told)
    last = record.entries[-1]
    entry = attrs.evolve(
        last, index=last.index + 1, action=None, version=record.plan.version + 1, event=figure
    )
    (found,) = reconcile(records([*record.entries, entry])["p"])
    assert ("p", entry.version, figure) == (found.plan, found.version, found.figure)
    return found


def exactly(counted: int, base: int) -> Record:
    """Return a plan in which surely so many actions of so many are engaged."""
    told = {f"a{n}": [LISTED, Engage(on="2021")] if n < counted else [LISTED] for n in range(base)}
    return record_of(**told)


def perhaps(*, engaged: int = 0, unsure: int = 0, listed: int = 0, unlisted: int = 0) -> Record:
    """Return a plan with actions that are engaged, perhaps engaged, listed, perhaps listed."""
    kinds: list[list[Any]] = [
        *[[LISTED, Engage(on="2021")]] * engaged,
        *[[LISTED, Engage(on="2022/2023")]] * unsure,
        *[[LISTED]] * listed,
        *[[Propose(on="2022/2023", title="t")]] * unlisted,
    ]
    return record_of(**{f"a{n}": kind for n, kind in enumerate(kinds)})


# record, printed, of, rounding: verdict, consistent counts, nearest.
RECONCILED: list[tuple[Record, str, int | None, dict[str, Any], str, Any, Any]] = [
    (exactly(106, 131), "81", 131, {}, "agrees", (106,), (106,)),
    (exactly(106, 131), "81", None, {}, "agrees", (106,), (106,)),
    (exactly(106, 131), "80.9", 131, {}, "agrees", (106,), (106,)),
    (exactly(106, 131), "80", 131, {}, "contradicted", (105,), (105,)),
    (exactly(106, 131), "80", 131, {"rounding": "floor"}, "agrees", (105, 106), (106,)),
    (exactly(104, 131), "81", 131, {}, "contradicted", (106,), (106,)),
    (exactly(106, 131), "81", 130, {}, "contradicted", (105,), (105,)),
    (exactly(1, 3), "81", None, {}, "contradicted", (), ()),
    (exactly(3, 4), "75", 4, {"counted": ["realised"]}, "contradicted", (3,), (3,)),
    (exactly(0, 200), "1", 200, {}, "contradicted", (1, 2), (1,)),
    (exactly(9, 200), "1", 200, {}, "contradicted", (1, 2), (2,)),
    (exactly(1, 200), "1", 200, {}, "agrees", (1, 2), (1,)),
    (perhaps(engaged=1, unsure=1), "50", 2, {}, "possible", (1,), (1,)),
    (perhaps(engaged=1, unsure=1), "100", 2, {}, "possible", (2,), (2,)),
    (perhaps(engaged=1, unsure=1), "0", 2, {}, "contradicted", (0,), (0,)),
    (perhaps(engaged=1, unlisted=1), "100", 1, {}, "possible", (1,), (1,)),
    (perhaps(engaged=1, unlisted=1), "50", 2, {}, "possible", (1,), (1,)),
    (perhaps(engaged=1, unlisted=1), "50", None, {}, "possible", (1,), (1,)),
    (perhaps(engaged=1, unlisted=1), "0", None, {}, "contradicted", (0,), (0,)),
    (perhaps(listed=1, unlisted=1), "0", None, {}, "agrees", (0,), (0,)),
    (perhaps(listed=1, unlisted=1), "0", 2, {}, "possible", (0,), (0,)),
    (perhaps(unlisted=1), "0", None, {}, "possible", (0,), (0,)),
    (perhaps(unsure=3), "67", 3, {}, "possible", (2,), (2,)),
    (record_of(), "81", 131, {}, "contradicted", (106,), (106,)),
    (record_of(), "81", None, {}, "contradicted", (), ()),
    # Engaged for sure 2, perhaps 4: 1 % of 400 is 2 to 5; all but the fewest and most agree.
    (exactly(5, 400), "1", 400, {}, "agrees", (2, 3, 4, 5), (5,)),
    (perhaps(engaged=4, unsure=4, listed=392), "1", 400, {}, "possible", (2, 3, 4, 5), (4, 5)),
    (perhaps(engaged=3, unsure=2, listed=395), "1", 400, {}, "agrees", (2, 3, 4, 5), (3, 4, 5)),
]


@pytest.mark.parametrize("case", RECONCILED, ids=lambda case: f"{case[1]} of {case[2]}: {case[4]}")
def test_reconciled_by_hand(case: Any) -> None:
    """It agrees if every possibility prints it, is possible if one does, else contradicted."""
    record, printed, of, rule, verdict, consistent, nearest = case
    found = publish(record, printed, of, **rule)
    assert (verdict, consistent, nearest) == (found.verdict.value, found.consistent, found.nearest)


def test_a_figure_is_held_against_its_own_day_and_policy() -> None:
    """Not against today's."""
    found = publish(exactly(1, 2), "50.00", 2, rounding="floor", base="without-abandoned")
    assert date(2022, 12, 31) == found.completion.on
    expected = Policy(rounding="floor", base="without-abandoned", decimals=2)
    assert expected == found.completion.policy


def test_figures_as_known_then() -> None:
    """Published when one of two was engaged; a later entry contradicts it."""
    figure = PublishFigure(percentage="50", of=2, on="2022-12-31")
    log = play(
        [
            Move("p", None, CreatePlan(terms=terms())),
            Move("p", "a", LISTED),
            Move("p", "b", LISTED),
            Move("p", "a", Engage(on="2021")),
            Move("p", None, figure),
            Move("p", "b", Engage(on="2021")),
            Move("p", None, attrs.evolve(figure, of=3)),
            Move("p", None, Retract(entry=2, reason="r")),
        ]
    )
    record = records(log)["p"]
    verdicts = [[r.verdict for r in reconcile(record, Known(index=n))] for n in range(-1, 8)]
    agrees, no = Verdict.AGREES, Verdict.CONTRADICTED
    assert [[], [], [], [], [], [agrees], [no], [no, no], [no]] == verdicts


@SOME
@given(
    ledgers(),
    st.sampled_from(["0", "25", "33", "50", "67", "100", "33.3", "50.0"]),
    st.none() | st.integers(1, 4),
    policies,
)
def test_verdicts_equal_brute_force(
    log: list[Entry], printed: str, of: int | None, policy: Policy
) -> None:
    """Every possible (counted, base) is printed and compared."""
    record = records(log)["p"]
    for on in ALL_DAYS[::4]:
        figure = FigurePublished(
            percentage=printed, of=of, on=on, counted=policy.counted, base=policy.base,
            rounding=policy.rounding,
        )  # fmt: skip
        entry = attrs.evolve(log[0], index=len(log), version=record.plan.version + 1, event=figure)
        found = reconcile(records([*log, entry])["p"])[-1]
        ways = counts(list(possibilities(record.view(), on, figure.policy).values()))
        prints = [
            base > 0
            and of in {None, base}
            and percentage(Fraction(counted, base), figure.policy) == figure.percentage
            for counted, base in ways
        ]
        expected = "agrees" if all(prints) else "possible" if any(prints) else "contradicted"
        assert expected == found.verdict.value, ways


# --- order and knowledge ---------------------------------------------------------------------


def reordered(log: Sequence[Entry], order: Sequence[int]) -> list[Entry]:
    """Return the log with its streams interleaved as `order` says, each in its own order."""
    streams: dict[str | None, list[Entry]] = defaultdict(list)
    for entry in log[1:]:
        streams[entry.action].append(entry)
    queues = [streams[key] for key in sorted(streams, key=str)]
    found = [log[0]]
    for number in order if queues else ():
        queue = queues[number % len(queues)]
        found += [queue.pop(0)] if queue else []
    found += [entry for queue in queues for entry in queue]
    return [attrs.evolve(entry, index=index) for index, entry in enumerate(found)]


@SOME
@given(ledgers(), st.lists(st.integers(0, 3), max_size=20), policies)
def test_the_order_of_unrelated_actions_does_not_matter(
    log: list[Entry], order: list[int], policy: Policy
) -> None:
    """However the streams are interleaved, each day has the same figure and the same cells."""
    other = reordered(log, order)
    assert len(log) == len(other)
    one, two = records(log)["p"].view(), records(other)["p"].view()
    assert one.actions == two.actions
    assert curve(one, policy) == curve(two, policy)
    for on in ALL_DAYS[::4]:
        was, now = complete(one, on, policy), complete(two, on, policy)
        assert (was.bounds, was.realised) == (now.bounds, now.realised)
        cells = [{k: set(cell.possible) for k, cell in f.cells.items()} for f in (was, now)]
        assert cells[0] == cells[1]


@SOME
@given(both, policies)
def test_figures_of_a_prefix_are_the_figures_as_known_then(
    log: list[Entry], policy: Policy
) -> None:
    """Curve and reconciliation of the first entries, and of the log known up to there."""
    whole = records(log)
    for index in range(0, len(log), 3):
        known = Known(index=index)
        prefix = records(log[: index + 1])
        was = together([record.view() for record in prefix.values()])
        now = together([record.view(known) for record in whole.values()])
        assert curve(was, policy) == curve(now, policy)
        for name, record in prefix.items():
            told = [attrs.evolve(r.completion, known=NOW) for r in reconcile(whole[name], known)]
            assert [r.completion for r in reconcile(record)] == told


def test_reopening_takes_a_figure_back() -> None:
    """Realised, then taken up again as proposed."""
    record = record_of(
        a=[LISTED, Realise(on="2021-01-01"), Reopen(on="2022-01-01", to="proposed", reason="r")],
        b=[LISTED, Abandon(on="2021-01-01")],
    )
    assert [
        "2020-01-01 0/2 0/2",
        "2021-01-01 1/2 1/2",
        "2022-01-01 0/2 0/2",
    ] == said(curve(record.view()))
