"""Signed deltas: what they sum up to is what the whole history says, at every day and knowledge."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ALL_DAYS, SOME, Move, ledgers, play, policies, terms

from bilan_ledger import wire
from bilan_ledger.action import Propose, Proposed, Realised
from bilan_ledger.completion import Completion, complete, digits_of, figure_of, policy_of
from bilan_ledger.deltas import ByDay, Dated, Deltas, NotNext, dated, standings
from bilan_ledger.entry import Entry
from bilan_ledger.history import Known, View, records, together
from bilan_ledger.plan import CreatePlan, PlanCreated, Policy
from bilan_ledger.record import Retracted
from bilan_ledger.replay import curve, curve_of

both = ledgers(names=("p", "q"), most=30)


def learnt(entries: list[Entry]) -> dict[str, Deltas]:
    """Return the deltas of each plan."""
    found: dict[str, Deltas] = {}
    for one in map(wire.glance_of, entries):
        deltas = found.setdefault(one.plan, Deltas(one.plan))
        if one.action is None:
            deltas.learn_plan(one.position, one.version, one.event)
        else:
            deltas.learn(one.position, one.action, one.version, one.dated)
    return found


def moments(entries: list[Entry]) -> Iterator[tuple[int, View, list[Deltas]]]:
    """Yield each index of the log with what the plans known by then say, both ways."""
    whole, parts = records(entries), learnt(entries)
    for index in range(len(entries)):
        known = Known(index=index)
        views = {key: view for key, record in whole.items() if (view := record.view(known)).plans}
        if views:
            yield index, together(list(views.values())), [parts[key] for key in views]


def figure(several: list[Deltas], on: date, known: int, policy: Policy) -> Completion:
    """Return the figure that deltas sum up to."""
    return figure_of(
        tuple(one.key for one in several), on, Known(index=known), policy,
        sum(one.add_up(on, known, digits_of(policy)) for one in several),
        lambda: dict(pair for one in several for pair in one.by_action(on, known)),
    )  # fmt: skip


def added(several: Sequence[Deltas], known: int, policy: Policy) -> ByDay:
    """Return what makes their curve."""
    return ByDay.together([one.by_day(known, digits_of(policy)) for one in several])


def told(found: Completion) -> tuple[Any, ...]:
    """Return all that a figure says, names included."""
    return (
        found.plans, found.bounds, found.realised, found.low, found.high, dict(found.cells),
    )  # fmt: skip


@SOME
@given(both, policies, st.data())
def test_they_sum_up_to_the_figure(entries: list[Entry], policy: Policy, data: Any) -> None:
    """Asked for the first time, and again when there are sums."""
    for index, view, several in moments(entries):
        for on in data.draw(st.lists(st.sampled_from(ALL_DAYS), min_size=2, max_size=4)):
            assert told(complete(view, on, policy)) == told(figure(several, on, index, policy))


@SOME
@given(ledgers(most=40), st.lists(policies, min_size=6, max_size=9), st.sampled_from(ALL_DAYS))
def test_policies_are_asked_in_turns(entries: list[Entry], several: list[Policy], on: date) -> None:
    """More of them than there are tables kept for."""
    if not entries:
        return
    [deltas] = learnt(entries).values()
    end = len(entries)
    expected = []
    for policy in several:
        deltas._asked = -1  # counted, not looked up
        expected.append(deltas.add_up(on, end, digits_of(policy)))
    for _ in range(3):
        assert expected == [deltas.add_up(on, end, digits_of(policy)) for policy in several]


@SOME
@given(both, policies)
def test_they_sum_up_to_the_curve(entries: list[Entry], policy: Policy) -> None:
    for index, view, several in moments(entries):
        for _ in ("counted", "by sums"):
            assert curve(view, policy) == curve_of(added(several, index, policy))


@SOME
@given(both)
def test_the_plan_is_known_as_it_was(entries: list[Entry]) -> None:
    for index, view, several in moments(entries):
        for one in several:
            assert view.plans[one.key].terms() == one.plan_at(index).terms()
            assert one.plan == one.plan_at(len(entries))
            assert (
                policy_of(view, ALL_DAYS[3]) == several[0].plan_at(index).terms(ALL_DAYS[3]).policy
            )


class _Apart(dict[int, int]):
    """Each case adds to a sum of its own."""

    def __missing__(self, case: int) -> int:
        found = self[case] = 1 << 32 * len(self)
        return found


@SOME
@given(ledgers(most=40), st.sampled_from(ALL_DAYS))
def test_the_table_of_sums_says_what_counting_says(entries: list[Entry], on: date) -> None:
    """At every index of the log and beyond it, and also while the log grows."""
    adds = _Apart()
    for size in (len(entries) // 2, len(entries)):
        [deltas] = learnt(entries[:size]).values() if size else [Deltas("p")]
        for known in range(-1, size + 2):
            deltas._asked = -1
            counted = deltas.add_up(on, known, adds)
            deltas.add_up(on, known, adds)
            assert deltas._sums is not None
            again = deltas.add_up(on, known, adds)
            assert counted == again


def test_the_rows_of_one_late_entry() -> None:
    """An engagement learnt after the realisation stands between: one more, one less."""
    log = play([
        Move("p", None, CreatePlan(terms=terms())),
        Move("p", "a", Propose(on="2020-01-02", title="t")),
    ])  # fmt: skip
    deltas = learnt(log)["p"]
    deltas.learn(2, "a", 2, dated(Realised(on="2020-01-09", after=1)))
    before = len(deltas.days)
    deltas.learn(3, "a", 3, Dated(4, 0, day("2020-01-05"), day("2020-01-05"), 1, 0))
    rows = zip(deltas.days[before:], deltas.cases[before:], deltas.changes[before:], strict=True)
    said = sorted((date.fromordinal(on).day, words(case), change) for on, case, change in rows)
    assert [
        (5, "engaged", 1), (5, "proposed", -1),
        (9, "engaged", -1), (9, "proposed", 1),
    ] == said  # fmt: skip
    assert {3} == set(deltas.positions[before:])


def test_what_was_withdrawn_leaves_no_point() -> None:
    """A first proposal that was an error does not begin the curve."""
    deltas = Deltas("p")
    deltas.learn_plan(0, 1, PlanCreated(terms=terms()))
    deltas.learn(1, "a", 1, dated(Proposed(on="2020-01-02", title="t")))
    deltas.learn(2, "a", 2, Dated(0, 0, 0, 0, 0, retracts=1))
    deltas.learn(3, "a", 3, dated(Proposed(on="2021-01-02", title="t")))
    assert [date(2021, 1, 2)] == [point.on for point in curve_of(added([deltas], 3, Policy()))]
    assert () == curve_of(added([deltas], 2, Policy()))
    assert [] == list(deltas.by_action(date(2022, 1, 1), 2))
    assert [date(2020, 1, 2)] == [point.on for point in curve_of(added([deltas], 1, Policy()))]


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def words(case: int) -> str:
    return "|".join(sorted({standing.cell for _, standing in standings(case)}))


def test_a_plan_that_was_not_created_has_no_terms() -> None:
    """No command records that; a log that others wrote may say it."""
    deltas = Deltas("p")
    deltas.learn_plan(0, 1, Retracted(entry=1, reason="r"))
    assert (None, 1) == (deltas.plan.created, deltas.plan.version)


def test_what_does_not_follow_is_refused() -> None:
    deltas = Deltas("p")
    with pytest.raises(NotNext):
        deltas.learn_plan(0, 2, PlanCreated(terms=terms()))
    with pytest.raises(NotNext):
        deltas.learn(0, "a", 2, None)
    with pytest.raises(ValueError, match="7"):
        deltas.learn(1, "b", 1, dated(Proposed(on="2020", title="t", after=7)))
