"""Completion: percentages, what each standing adds, exact bounds, and the figure with its ids."""

import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import counts, possible_contributions
from strategies import ALL_DAYS, MANY, SOME, Move, ledgers, play, policies, record_of, terms

from bilan_ledger.action import (
    Abandon,
    Describe,
    Description,
    Engage,
    MarkNotAssessable,
    MarkNotAssessed,
    Merge,
    Propose,
    Realise,
    Scope,
    Split,
    Status,
    Supersede,
    Withdraw,
)
from bilan_ledger.completion import (
    ADDS,
    CELLS,
    PARTS,
    SUMS,
    Bounds,
    Cell,
    Completion,
    Contribution,
    Possible,
    Ratio,
    Scenario,
    both_bounds,
    breakdown,
    complete,
    consistent_counts,
    contribution,
    counted_given_base,
    digits,
    percentage,
    pick,
    policy_of,
    possibilities,
    same_figure,
    scenario,
)
from bilan_ledger.entry import Entry
from bilan_ledger.history import Known, Standing, View, possible, records, together
from bilan_ledger.plan import AmendPlan, Base, CreatePlan, Policy, Rounding
from bilan_ledger.text import Sealed

OUT, IN, COUNTED = Contribution.OUT, Contribution.IN, Contribution.COUNTED

# --- percentages -----------------------------------------------------------------------------

# counted, base, rounding, decimals: as printed.
PERCENTAGES = [
    (106, 131, "half-up", 0, "81"),
    (106, 131, "half-even", 0, "81"),
    (106, 131, "floor", 0, "80"),
    (106, 131, "ceiling", 0, "81"),
    (106, 131, "half-up", 1, "80.9"),
    (106, 131, "half-up", 2, "80.92"),
    (106, 131, "floor", 1, "80.9"),
    (106, 131, "ceiling", 1, "81.0"),
    (106, 131, "half-up", 6, "80.916031"),
    (107, 131, "half-up", 0, "82"),
    (105, 131, "half-up", 0, "80"),
    (1, 200, "half-up", 0, "1"),
    (1, 200, "half-even", 0, "0"),
    (3, 200, "half-up", 0, "2"),
    (3, 200, "half-even", 0, "2"),
    (5, 200, "half-up", 0, "3"),
    (5, 200, "half-even", 0, "2"),
    (1, 200, "floor", 0, "0"),
    (1, 200, "ceiling", 0, "1"),
    (1, 2000, "half-up", 1, "0.1"),
    (1, 2000, "half-even", 1, "0.0"),
    (2, 3, "half-up", 0, "67"),
    (2, 3, "floor", 0, "66"),
    (1, 3, "ceiling", 0, "34"),
    (0, 7, "ceiling", 0, "0"),
    (7, 7, "floor", 0, "100"),
    (7, 7, "half-up", 2, "100.00"),
    (0, 7, "half-up", 1, "0.0"),
    (17999999, 18000000, "half-up", 0, "100"),
    (17999999, 18000000, "floor", 0, "99"),
]


@pytest.mark.parametrize(("counted", "base", "rounding", "decimals", "printed"), PERCENTAGES)
def test_percentages(counted: int, base: int, rounding: str, decimals: int, printed: str) -> None:
    """As many decimals as the policy says, rounded as it says."""
    policy = Policy(rounding=rounding, decimals=decimals)
    assert printed == str(percentage(Fraction(counted, base), policy))
    assert printed == str(Ratio(counted, base).percentage(policy))


def test_an_empty_base_has_no_percentage() -> None:
    assert (None, None) == (Ratio(0, 0).rate, Ratio(0, 0).percentage(Policy()))


def test_a_ratio_is_written_as_a_fraction() -> None:
    assert ("106/131", Fraction(106, 131)) == (str(Ratio(106, 131)), Ratio(106, 131).rate)


# printed, base, rounding, decimals: the counts that it can stand for.
CONSISTENT = [
    ("81", 131, "half-up", 0, (106,)),
    ("81", 130, "half-up", 0, (105,)),
    ("81", 132, "half-up", 0, (107,)),
    ("81", 131, "half-even", 0, (106,)),
    ("81", 131, "floor", 0, (107,)),
    ("81", 131, "ceiling", 0, (105, 106)),
    ("81", 200, "half-up", 0, (161, 162)),
    ("81", 200, "half-even", 0, (162,)),
    ("82", 200, "half-even", 0, (163, 164, 165)),
    ("80.9", 131, "half-up", 1, (106,)),
    ("81.0", 131, "half-up", 1, ()),
    ("81.0", 131, "ceiling", 1, (106,)),
    ("81", 2, "half-up", 0, ()),
    ("50", 2, "half-up", 0, (1,)),
    ("0", 3, "half-up", 0, (0,)),
    ("100", 3, "half-up", 0, (3,)),
    ("0", 1000, "floor", 0, tuple(range(10))),
    ("100", 1000, "ceiling", 0, tuple(range(991, 1001))),
    ("81", 1, "half-up", 0, ()),
    ("81", 0, "half-up", 0, ()),
    ("0", 0, "half-up", 0, ()),
    ("81.5", 131, "half-up", 0, ()),  # no whole percentage is printed so
]


@pytest.mark.parametrize(("printed", "base", "rounding", "decimals", "expected"), CONSISTENT)
def test_consistent_counts(
    printed: str, base: int, rounding: str, decimals: int, expected: tuple[int, ...]
) -> None:
    """Which whole counts a printed percentage can stand for."""
    policy = Policy(rounding=rounding, decimals=decimals)
    assert expected == consistent_counts(Decimal(printed), base, policy)


@MANY
@given(st.integers(1, 300), st.integers(0, 1000), st.sampled_from(Rounding), st.integers(0, 1))
def test_consistent_counts_equal_brute_force(
    base: int, tenths: int, rounding: Rounding, decimals: int
) -> None:
    """Every count of the base is printed and compared."""
    policy = Policy(rounding=rounding, decimals=decimals)
    printed = Decimal(tenths).scaleb(-1) if decimals else Decimal(tenths // 10)
    expected = [n for n in range(base + 1) if percentage(Fraction(n, base), policy) == printed]
    assert tuple(expected) == consistent_counts(printed, base, policy)


@MANY
@given(st.integers(1, 400), st.data(), policies)
def test_a_count_is_among_those_that_its_percentage_can_stand_for(
    base: int, data: st.DataObject, policy: Policy
) -> None:
    count = data.draw(st.integers(0, base))
    assert count in consistent_counts(percentage(Fraction(count, base), policy), base, policy)


@MANY
@given(st.fractions(0, 1), st.integers(0, 3))
def test_roundings_stand_in_order(rate: Fraction, decimals: int) -> None:
    """Floor and ceiling enclose the exact rate, and both halves are one of the two."""
    down, up, half_up, half_even = (
        percentage(rate, Policy(rounding=rounding, decimals=decimals))
        for rounding in ("floor", "ceiling", "half-up", "half-even")
    )
    step = Fraction(1, 10**decimals)
    assert Fraction(down) <= rate * 100 <= Fraction(up)
    assert Fraction(up) - Fraction(down) in {0, step}
    for half in (half_up, half_even):
        assert half in {down, up}
        assert abs(Fraction(half) - rate * 100) <= step / 2


# --- what each standing adds -----------------------------------------------------------------

# Rows: absent, proposed, engaged, realised, abandoned. Columns: in plan, not assessed, not
# assessable, withdrawn, merged, split, superseded. `.` out of base, `i` in base, `c` counted.
CONTRIBUTIONS = {
    Base.ALL: [".......", "iii....", "cii....", "cii....", "iii...."],
    Base.WITHOUT_ABANDONED: [".......", "iii....", "cii....", "cii....", ".ii...."],
    Base.INITIAL_LIST: [".......", "iiiiiii", "ciicccc", "ciicccc", "iiiiiii"],
    Base.WITHOUT_NOT_ASSESSABLE: [".......", "ii.....", "ci.....", "ci.....", "ii....."],
}
SIGNS = {OUT: ".", IN: "i", COUNTED: "c"}


@pytest.mark.parametrize("base", Base)
def test_what_each_standing_adds(base: Base) -> None:
    """Every status in every scope, engaged and realised counted."""
    policy = Policy(base=base)
    found = [
        "".join(SIGNS[contribution(Standing(status, scope), policy)] for scope in Scope)
        for status in (None, *Status)
    ]
    assert CONTRIBUTIONS[base] == found


@pytest.mark.parametrize("counted", Status)
def test_only_the_statuses_of_the_policy_count(counted: Status) -> None:
    """One status alone; the others are in the base."""
    policy = Policy(counted=[counted])
    found = {status: contribution(Standing(status, Scope.IN_PLAN), policy) for status in Status}
    assert {status: COUNTED if status is counted else IN for status in Status} == found


def test_what_is_out_of_the_base_never_counts() -> None:
    """Abandoned actions counted, of a base without them."""
    policy = Policy(counted=["abandoned"], base="without-abandoned")
    assert OUT is contribution(Standing(Status.ABANDONED, Scope.IN_PLAN), policy)


# --- bounds ----------------------------------------------------------------------------------

KINDS: list[Possible] = [
    frozenset(kind)
    for kind in (
        *({OUT}, {IN}, {COUNTED}),
        *({OUT, IN}, {OUT, COUNTED}, {IN, COUNTED}, {OUT, IN, COUNTED}),
    )
]
TALLIES = [found for size in range(5) for found in combinations_with_replacement(KINDS, size)]
tallies = st.lists(st.sampled_from(KINDS), max_size=7)


def bounds(tally: Mapping[Possible, int]) -> Bounds:
    """Return the bounds, given how many actions have which possibilities, as figures get them."""
    adds = {kind: digits((1, *ADDS[kind], *ADDS[kind])) for kind in tally}
    return both_bounds(sum(number * adds[kind] for kind, number in tally.items()))[0]


def check_bounds(possibles: Sequence[Possible]) -> None:
    """Hold the bounds against every combination of contributions."""
    ways = counts(possibles)
    rates = {Fraction(c, b): (c, b) for c, b in ways if b}
    found = bounds(Counter(possibles))
    assert any(base == 0 for _, base in ways) is found.may_be_empty, possibles
    if not rates:
        assert Bounds(Ratio(0, 0), Ratio(0, 0), may_be_empty=True) == found
        return
    assert min(rates) == found.low.rate, possibles
    assert max(rates) == found.high.rate, possibles
    assert {(found.low.counted, found.low.base), (found.high.counted, found.high.base)} <= ways


def test_bounds_equal_brute_force_over_every_small_tally() -> None:
    """Up to four actions of all seven kinds: 330 tallies, every combination."""
    assert 330 == len(TALLIES)
    for possibles in TALLIES:
        check_bounds(possibles)


@MANY
@given(tallies)
def test_bounds_equal_brute_force(possibles: list[Possible]) -> None:
    """More actions."""
    check_bounds(possibles)


def total(possibles: Sequence[Possible]) -> int:
    """Return what adds up to a figure, under a policy and with realised actions alone alike."""
    return sum(digits((1, *ADDS[each], *ADDS[each])) for each in possibles)


def test_one_sum_of_digits_is_all_sums() -> None:
    """Of every small tally; two totals are the same figure if their bounds are."""
    found = [(total(possibles), bounds(Counter(possibles))) for possibles in TALLIES]
    for one, expected in found:
        assert (expected, expected) == both_bounds(one)
        assert all(same_figure(one, other) is (expected == told) for other, told in found)


@pytest.mark.parametrize("sum_", [-1, 2**32])
def test_what_is_no_sum_has_no_digit(sum_: int) -> None:
    """Fewer than none, or more than one digit holds, would be taken from its neighbour."""
    with pytest.raises(ValueError, match="below 0 or above 4294967295"):
        digits([sum_] * SUMS)


def test_kinds_of_which_there_are_none_do_not_matter() -> None:
    """A tally may name a kind with the number 0."""
    tally = Counter({KINDS[1]: 1, KINDS[0]: 0, KINDS[2]: 0, KINDS[4]: 0, KINDS[3]: 0})
    assert Bounds(Ratio(0, 1), Ratio(0, 1)) == bounds(tally)
    expected = Bounds(Ratio(0, 0), Ratio(0, 0), may_be_empty=True)
    assert expected == bounds({KINDS[0]: 1, KINDS[1]: 0, KINDS[2]: 0, KINDS[3]: 0, KINDS[4]: 0})


CORNERS: list[tuple[list[Possible], Bounds]] = [
    ([], Bounds(Ratio(0, 0), Ratio(0, 0), may_be_empty=True)),
    ([KINDS[0]], Bounds(Ratio(0, 0), Ratio(0, 0), may_be_empty=True)),
    ([KINDS[3]], Bounds(Ratio(0, 1), Ratio(0, 1), may_be_empty=True)),
    ([KINDS[4]], Bounds(Ratio(1, 1), Ratio(1, 1), may_be_empty=True)),
    ([KINDS[4], KINDS[4]], Bounds(Ratio(1, 1), Ratio(2, 2), may_be_empty=True)),
    ([KINDS[3], KINDS[3]], Bounds(Ratio(0, 2), Ratio(0, 1), may_be_empty=True)),
    ([KINDS[6]], Bounds(Ratio(0, 1), Ratio(1, 1), may_be_empty=True)),
    ([KINDS[6], KINDS[1]], Bounds(Ratio(0, 2), Ratio(1, 2))),
    ([KINDS[5], KINDS[2]], Bounds(Ratio(1, 2), Ratio(2, 2))),
    ([KINDS[4], KINDS[1]], Bounds(Ratio(0, 1), Ratio(1, 2))),
    ([KINDS[3], KINDS[2]], Bounds(Ratio(1, 2), Ratio(1, 1))),
]


@pytest.mark.parametrize(("possibles", "expected"), CORNERS)
def test_bounds_by_hand(possibles: list[Possible], expected: Bounds) -> None:
    """The corners where a base may be empty, and each kind beside another."""
    assert expected == bounds(Counter(possibles))


def test_bounds_are_exact_iff_there_is_one_possibility() -> None:
    """Of every small tally; where a base may be empty that is a possibility too."""
    for possibles in TALLIES:
        found = bounds(Counter(possibles))
        assert (len(counts(possibles)) == 1) is found.exact, possibles


@pytest.mark.parametrize("kind", KINDS)
def test_the_choice_for_one_action(kind: Possible) -> None:
    """Low: in, then out, then counted; high: the reverse with out in the middle."""
    low = IN if IN in kind else OUT if OUT in kind else COUNTED
    high = COUNTED if COUNTED in kind else OUT if OUT in kind else IN
    assert (low, high) == (pick(kind, high=False), pick(kind, high=True))


def test_counted_given_a_base_equals_brute_force() -> None:
    """Every small tally, every base, also those that cannot be."""
    for possibles in TALLIES:
        ways = counts(possibles)
        for base in range(-1, len(possibles) + 2):
            expected = {counted for counted, of in ways if of == base}
            found = counted_given_base(Counter(possibles), base)
            assert expected == set(found), (possibles, base)
            assert 1 == found.step


@MANY
@given(tallies, st.integers(0, 7))
def test_counted_given_a_base_equals_brute_force_for_more(kinds: list[Any], base: int) -> None:
    """More actions."""
    expected = {counted for counted, of in counts(kinds) if of == base}
    assert expected == set(counted_given_base(Counter(kinds), base))


def check_scenario(possibles: Sequence[Possible]) -> None:
    """Hold the scenarios against the bounds, and each choice against what is possible."""
    found = {str(n): possible for n, possible in enumerate(possibles)}
    expected = bounds(Counter(possibles))
    for high, ratio in ((False, expected.low), (True, expected.high)):
        case = scenario(found, high=high)
        assert ratio == case.ratio, possibles
        assert set(case.counted) <= set(case.base)
        for name, kind in found.items():
            chosen = COUNTED if name in case.counted else IN if name in case.base else OUT
            assert chosen in kind, possibles


def test_scenarios_agree_with_bounds() -> None:
    """The actions named make exactly the counts, and none does what it cannot."""
    for possibles in TALLIES:
        check_scenario(possibles)


def test_where_the_base_would_be_empty_the_first_action_is_chosen_otherwise() -> None:
    found = {"a": KINDS[0], "b": KINDS[4], "c": KINDS[4]}
    assert Scenario(counted=("b",), base=("b",)) == scenario(found, high=False)


# --- the figure ------------------------------------------------------------------------------

END = date(2022, 12, 31)
LISTED = Propose(on="2020-01-01", title="Halle")
LATE = Propose(on="2021-01-01", title="Halle")
ONE_OF_EACH: dict[str, list[Any]] = {
    "proposed": [LISTED],
    "engaged": [LISTED, Engage(on="2021")],
    "realised": [LISTED, Realise(on="2021")],
    "abandoned": [LISTED, Abandon(on="2021")],
    "unknown": [LISTED, MarkNotAssessed(on="2021")],
    "vague": [LISTED, MarkNotAssessable(on="2021")],
    "withdrawn": [LISTED, Engage(on="2021"), Withdraw(on="2021", reason="r")],
    "merged": [LISTED, Merge(on="2021", target="engaged")],
    "divided": [LISTED, Split(on="2021", targets=["engaged", "realised"])],
    "superseded": [LISTED, Supersede(on="2021", by="realised")],
    "added": [LATE, Engage(on="2021")],
    "future": [Propose(on="2023", title="Halle")],
}


def one_of_each(**changes: Any) -> View:
    """Return a plan with one action of each kind."""
    return record_of(terms(start="2020-01-01", **changes), **ONE_OF_EACH).view()


# base, counted: low and high (equal here), and the ids in the base.
BASES = [
    ("all", "3/7", "proposed engaged realised abandoned unknown vague added"),
    ("without-abandoned", "3/6", "proposed engaged realised unknown vague added"),
    (
        "initial-list",
        "3/10",
        "proposed engaged realised abandoned unknown vague withdrawn merged divided superseded",
    ),
    ("without-not-assessable", "3/6", "proposed engaged realised abandoned unknown added"),
]


@pytest.mark.parametrize(("base", "ratio", "ids"), BASES)
def test_each_base(base: str, ratio: str, ids: str) -> None:
    """Which actions each base is made of, and how many of them count."""
    found = complete(one_of_each(), END, Policy(base=base))
    assert (ratio, ratio) == (str(found.bounds.low), str(found.bounds.high))
    expected = tuple(f"p/{name}" for name in ids.split())
    assert expected == found.low.base == found.high.base


def test_the_ids_behind_the_counted_number() -> None:
    """Of the initial list, a withdrawn action that is engaged counts; the one added does not."""
    found = complete(one_of_each(), END, Policy(base="initial-list"))
    assert ("p/engaged", "p/realised", "p/withdrawn") == found.low.counted
    found = complete(one_of_each(), END)
    assert ("p/engaged", "p/realised", "p/added") == found.low.counted


def test_realised_alone_is_told_beside() -> None:
    """Whatever else counts, over the same base."""
    found = complete(one_of_each(), END)
    assert Bounds(Ratio(1, 7), Ratio(1, 7)) == found.realised


def test_a_figure_says_what_it_is_of() -> None:
    """Plans, day, knowledge and policy stand beside the numbers."""
    record = record_of(terms(policy=Policy(decimals=1)), a=[LISTED])
    found = complete(record.view(Known(index=1)), END)
    expected = (("p",), END, Known(index=1), Policy(decimals=1))
    assert expected == (found.plans, found.on, found.known, found.policy)
    assert (Decimal("0.0"), Decimal("0.0")) == found.percentages


def test_a_figure_without_any_action() -> None:
    """There is no rate, and no percentage."""
    found = complete(record_of().view(), END)
    assert Bounds(Ratio(0, 0), Ratio(0, 0), may_be_empty=True) == found.bounds
    assert (None, None) == found.percentages


def test_the_percentages_of_an_uncertain_figure() -> None:
    """Engaged in 2022 or 2023: on the last day of 2022 either."""
    record = record_of(a=[LISTED, Engage(on="2022/2023")], b=[LISTED, Engage(on="2021")])
    found = complete(record.view(), END)
    assert ("1/2", "2/2", False) == (
        str(found.bounds.low), str(found.bounds.high), found.bounds.exact,
    )  # fmt: skip
    assert (Decimal(50), Decimal(100)) == found.percentages
    assert Scenario(counted=("p/b",), base=("p/a", "p/b")) == found.low
    assert Scenario(counted=("p/a", "p/b"), base=("p/a", "p/b")) == found.high


def test_every_action_is_counted_under_each_word_that_it_may_stand_under() -> None:
    """Certain where it can be no other."""
    record = record_of(
        a=[LISTED, Engage(on="2022/2023")],
        b=[LISTED, MarkNotAssessed(on="2021")],
        c=[Propose(on="2022/2023", title="t"), Withdraw(on="2022/2023", reason="r")],
    )
    cells = complete(record.view(), END).cells
    expected = {str(cell): Cell((), ()) for cell in CELLS} | {
        "proposed": Cell((), ("p/a", "p/c")),
        "engaged": Cell((), ("p/a",)),
        "not-assessed": Cell(("p/b",), ("p/b",)),
        "withdrawn": Cell((), ("p/c",)),
        "absent": Cell((), ("p/c",)),
    }
    assert expected == cells


def test_the_words_under_which_actions_are_counted() -> None:
    assert (
        *("proposed", "engaged", "realised", "abandoned", "not-assessed", "not-assessable"),
        *("withdrawn", "merged", "split", "superseded", "absent"),
    ) == tuple(map(str, CELLS))


def test_the_policy_is_the_first_plans_on_that_day() -> None:
    """Not the one that an amendment brings later, nor the second plan's."""
    realised, proposed = Policy(counted=["realised"]), Policy(counted=["proposed"])
    log = play(
        [
            Move("p", None, CreatePlan(terms=terms(policy=realised))),
            Move("p", None, AmendPlan(on="2023-01-01", terms=terms(policy=proposed))),
            Move("p", "a", LISTED),
            Move("q", None, CreatePlan(terms=terms())),
        ]
    )
    view = together([record.view() for record in records(log).values()])
    assert [realised, proposed] == [policy_of(view, on) for on in (END, date(2023, 1, 1))]
    found = [complete(view, on) for on in (END, date(2023, 1, 1))]
    assert ["0/1", "1/1"] == [str(each.bounds.low) for each in found]
    assert "0/1" == str(complete(view, date(2023, 1, 1), realised).bounds.low)


# Listed between the third and the eighth; the initial list is closed on a day.
INITIAL = [
    ("2020-01-02", "2020-01-20", {OUT}),
    ("2020-01-03", "2020-01-20", {OUT, COUNTED}),
    ("2020-01-07", "2020-01-20", {OUT, COUNTED}),
    ("2020-01-08", "2020-01-20", {COUNTED}),
    ("2020-01-08", "2020-01-07", {OUT, IN}),
    ("2020-01-08", "2020-01-08", {IN}),
    ("2020-01-05", "2020-01-05", {OUT, IN}),
    ("2020-01-05", "2020-01-02", {OUT}),
]


@pytest.mark.parametrize(("closed", "on", "expected"), INITIAL)
def test_the_initial_list_with_an_uncertain_listing(
    closed: str, on: str, expected: set[Contribution]
) -> None:
    """Perhaps on the list when it was closed: perhaps out of the base for ever."""
    commands = [Propose(on="2020-01-03/2020-01-08", title="t"), Realise(on="2020-01-10")]
    view = record_of(terms(initial_list_on=closed), a=commands).view()
    policy = Policy(base="initial-list")
    assert {"p/a": expected} == possibilities(view, date.fromisoformat(on), policy)


def test_the_initial_list_is_closed_on_the_first_day_of_the_period_unless_told() -> None:
    told = {"a": [LISTED], "b": [LATE]}
    for about, expected in (
        (terms(start="2020-06-01"), ("p/a",)),
        (terms(start="2021-01-01"), ("p/a", "p/b")),
        (terms(start="2020-06-01", initial_list_on="2021-01-01"), ("p/a", "p/b")),
    ):
        found = complete(record_of(about, **told).view(), END, Policy(base="initial-list"))
        assert expected == found.low.base


@SOME
@given(ledgers(), policies)
def test_figures_equal_brute_force(log: list[Entry], policy: Policy) -> None:
    """Every assignment of days to the entries of every action, every combination of actions."""
    view = records(log)["p"].view()
    listed_by = view.plans["p"].terms().initial_list_day
    for on in ALL_DAYS[::3]:
        found = {
            name: possible_contributions(action, on, policy, listed_by)
            for name, action in view.actions.items()
        }
        assert found == possibilities(view, on, policy)
        ways = counts(list(found.values()))
        told = complete(view, on, policy)
        assert any(base == 0 for _, base in ways) is told.may_be_empty
        rates = [Fraction(c, b) for c, b in ways if b]
        expected = (min(rates), max(rates)) if rates else (None, None)
        assert expected == (told.bounds.low.rate, told.bounds.high.rate)


@SOME
@given(ledgers(), policies)
def test_figures_of_realised_actions_alone(log: list[Entry], policy: Policy) -> None:
    """The same as under a policy that counts nothing else."""
    view = records(log)["p"].view()
    alone = attrs.evolve(policy, counted=["realised"])
    for on in ALL_DAYS[::4]:
        assert complete(view, on, alone).bounds == complete(view, on, policy).realised


@SOME
@given(ledgers())
def test_cells_equal_the_possible_standings(log: list[Entry]) -> None:
    """Each action once for each word that it may stand under, certain iff there is one."""
    view = records(log)["p"].view()
    for on in ALL_DAYS[::4]:
        words = {n: {s.cell for s in possible(a, on)} for n, a in view.actions.items()}
        for cell, found in complete(view, on).cells.items():
            assert tuple(n for n, told in words.items() if cell in told) == found.possible
            assert tuple(n for n, told in words.items() if told == {cell}) == found.certain


@SOME
@given(ledgers(names=("p", "q")), policies)
def test_plans_together_are_one_list(log: list[Entry], policy: Policy) -> None:
    """The possibilities of both, each with the initial list of its own plan."""
    views = [record.view() for record in records(log).values()]
    both = together(views)
    for on in ALL_DAYS[::4]:
        expected = {k: v for view in views for k, v in possibilities(view, on, policy).items()}
        assert expected == possibilities(both, on, policy)
        assert bounds(Counter(expected.values())) == complete(both, on, policy).bounds


# --- breakdown -------------------------------------------------------------------------------


def told(on: str = "2020", **where: Any) -> Propose:
    """Return a proposal that says where the action belongs."""
    return Propose(on=on, title="Halle", **where)


def figures(parts: dict[str | None, Completion]) -> dict[str | None, str]:
    """Return the low ratio of each part as text."""
    return {part: str(found.bounds.low) for part, found in parts.items()}


PLAN: dict[str, list[Any]] = {
    "a": [told(axis="vert", theme="eau", tags=["t", "s"], responsible="Mme X"), Engage(on="2021")],
    "b": [told(axis="vert", theme="air", tags=["t"], responsible=Sealed("1" * 64))],
    "c": [told(axis="rue"), Realise(on="2021")],
    "d": [told(responsible=Sealed("2" * 64)), Abandon(on="2021")],
}
BREAKDOWNS: list[tuple[str, dict[str | None, str]]] = [
    ("axis", {"rue": "1/1", "vert": "1/2", None: "0/1"}),
    ("theme", {"air": "0/1", "eau": "1/1", None: "1/2"}),
    ("tag", {"s": "1/1", "t": "1/2", None: "1/2"}),
    ("responsible", {"M. Y": "0/1", "Mme X": "1/1", None: "1/2"}),
]


@pytest.mark.parametrize(("by", "expected"), BREAKDOWNS)
def test_breakdowns(by: str, expected: dict[str | None, str]) -> None:
    """In the order of their names, those without any at the end; what was erased is unnamed."""
    names = {Sealed("1" * 64): "M. Y"}
    found = breakdown(record_of(**PLAN).view(), END, by, texts=names.get)
    assert list(expected.items()) == list(figures(found).items())


def test_sealed_names_are_not_told_unless_they_are_opened() -> None:
    found = breakdown(record_of(**PLAN).view(), END, "responsible")
    assert {"Mme X": "1/1", None: "1/3"} == figures(found)


def test_every_part_by_which_a_figure_can_be_broken_down() -> None:
    assert PARTS == tuple(by for by, _ in BREAKDOWNS)
    with pytest.raises(AssertionError, match="colour"):
        breakdown(record_of(**PLAN).view(), END, "colour")


def test_a_breakdown_uses_the_description_in_force_on_the_day() -> None:
    """From 2022 on the action is in another axis."""
    change = Describe(on="2022-01-01", change=Description(axis="rue"))
    view = record_of(a=[told(axis="vert"), change]).view()
    assert {"vert": "0/1"} == figures(breakdown(view, date(2021, 12, 31), "axis"))
    assert {"rue": "0/1"} == figures(breakdown(view, date(2022, 1, 1), "axis"))


def test_a_breakdown_takes_a_policy_and_keeps_plans_and_knowledge() -> None:
    view = record_of(**PLAN).view(Known(index=6))
    policy = Policy(counted=["proposed"], decimals=2)
    for found in breakdown(view, END, "axis", policy).values():
        assert (policy, ("p",), Known(index=6)) == (found.policy, found.plans, found.known)


def sizes(found: Completion) -> list[int]:
    """Return the numbers of a figure that can be added up."""
    cases = [len(found.low.counted), len(found.low.base), len(found.high.counted)]
    words = [n for cell in found.cells.values() for n in (len(cell.certain), len(cell.possible))]
    return [*cases, len(found.high.base), *words]


@SOME
@given(ledgers(), policies, st.sampled_from(["axis", "theme", "responsible"]))
def test_parts_sum_to_the_whole(log: list[Entry], policy: Policy, by: str) -> None:
    """Counted, base and every cell; ratios where no part may be without a base."""
    view = records(log)["p"].view()
    for on in ALL_DAYS[::3]:
        parts = breakdown(view, on, by, policy).values()
        whole = complete(view, on, policy)
        summed = [sum(column) for column in zip(*map(sizes, parts), strict=True)]
        if not any(part.may_be_empty for part in (*parts, whole)):
            assert (summed or sizes(whole)) == sizes(whole)
        elif summed:
            assert summed[4:] == sizes(whole)[4:]


def test_parts_that_may_have_no_base_sum_to_more_than_the_whole() -> None:
    """Alone, an action that may be out must count; beside another the lowest figure omits it."""
    view = record_of(a=[told("2022/2023", axis="x")], b=[told(axis="y"), Engage(on="2021")]).view()
    policy = Policy(counted=["proposed"])
    parts = breakdown(view, END, "axis", policy)
    assert {"x": "1/1", "y": "0/1"} == figures(parts)
    assert parts["x"].may_be_empty
    assert "0/1" == str(complete(view, END, policy).bounds.low)


def test_a_figure_is_pickled_with_its_names() -> None:
    """What names its actions need not be there any more."""
    found = complete(record_of(a=[Propose(on="2020", title="t")]).view(), date(2021, 1, 1))
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 our own
    assert (found, ("p/a",)) == (again, again.low.base)
