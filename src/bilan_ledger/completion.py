"""Completion statistics: counts, exact bounds, percentages, and what a printed one can mean.

Decides: how possible standings count under a policy, the exact lowest and highest rate, and
every rounding.
Refuses to know: how the figure moves (see `replay`), and which figure was published.
"""

import struct
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from itertools import chain, combinations
from typing import Any

import attrs

from .action import Action, Scope, Status, description
from .deltas import Case, case_on, standings
from .history import Known, Standing, Timeline, View
from .plan import Base, Policy, Rounding
from .shown import Shown
from .text import Sealed

PARTS = ("axis", "theme", "tag", "responsible")
CELLS = (*Status, *(scope for scope in Scope if scope is not Scope.IN_PLAN), "absent")
_POLICIES = 100  # for which is remembered what counts

# --- percentages -----------------------------------------------------------------------------


def percentage(rate: Fraction, policy: Policy) -> Decimal:
    """Return a rate as a percentage with the policy's decimals, under its named rounding.

    >>> percentage(Fraction(106, 131), Policy())
    Decimal('81')
    """
    scaled = rate * 100 * 10**policy.decimals
    whole = _ROUND[policy.rounding](scaled)
    return Decimal(whole).scaleb(-policy.decimals)


def _half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()


_ROUND: Mapping[Rounding, Callable[[Fraction], int]] = {
    Rounding.HALF_UP: _half_up,
    Rounding.HALF_EVEN: round,
    Rounding.FLOOR: Fraction.__floor__,
    Rounding.CEILING: Fraction.__ceil__,
}


def consistent_counts(printed: Decimal, base: int, policy: Policy) -> tuple[int, ...]:
    """Return the whole counts of `base` that a printed percentage can stand for.

    `printed` is in percent with the policy's decimals. May be empty: 81.4 % of 2 is nothing.

    >>> consistent_counts(Decimal(81), 131, Policy())
    (106,)
    """
    step = Fraction(1, 10**policy.decimals)
    lowest = max(0, ((Fraction(printed) - step) * base / 100).__floor__())
    highest = min(base, ((Fraction(printed) + step) * base / 100).__ceil__())
    return tuple(
        count
        for count in range(lowest, highest + 1)
        if base and percentage(Fraction(count, base), policy) == printed
    )


# --- contributions ---------------------------------------------------------------------------


class Contribution(Enum):
    """What one action may add to the figure."""

    OUT = "out of base"
    IN = "in base"
    COUNTED = "in base and counted"


Possible = frozenset[Contribution]
_LOW = (Contribution.IN, Contribution.OUT, Contribution.COUNTED)
_HIGH = (Contribution.COUNTED, Contribution.OUT, Contribution.IN)


def contribution(standing: Standing, policy: Policy) -> Contribution:
    """Return what a standing adds under a policy; `initial-list` is asked of listed actions."""
    if standing.status is None:
        return Contribution.OUT
    unknown = standing.scope in {Scope.NOT_ASSESSED, Scope.NOT_ASSESSABLE}
    if standing.scope is Scope.NOT_ASSESSABLE and policy.base is Base.WITHOUT_NOT_ASSESSABLE:
        return Contribution.OUT
    left = standing.scope is not Scope.IN_PLAN and not unknown
    if left and policy.base is not Base.INITIAL_LIST:
        return Contribution.OUT
    if unknown:
        return Contribution.IN
    if standing.status is Status.ABANDONED and policy.base is Base.WITHOUT_ABANDONED:
        return Contribution.OUT
    return Contribution.COUNTED if standing.status in policy.counted else Contribution.IN


def contributions(line: Timeline, on: date, policy: Policy, listed_by: date) -> Possible:
    """Return all that an action may add on a day; `listed_by` closes the initial list."""
    return contributions_of(case_on(line, on, listed_by), policy)


def contributions_of(case: Case, policy: Policy) -> Possible:
    """Return all that an action in a case may add."""
    only_initial = policy.base is Base.INITIAL_LIST
    return frozenset(
        contribution(standing, policy) if listed or not only_initial else Contribution.OUT
        for listed, standing in standings(case)
    )


# --- bounds ----------------------------------------------------------------------------------


@attrs.frozen
class Ratio:
    """Counted of base, in whole actions; `rate` is None where the base is empty."""

    counted: int
    base: int

    @property
    def rate(self) -> Fraction | None:
        """The exact share, or None."""
        return Fraction(self.counted, self.base) if self.base else None

    def percentage(self, policy: Policy) -> Decimal | None:
        """Return the rate as the policy prints it, or None where the base is empty."""
        return None if self.rate is None else percentage(self.rate, policy)

    def __str__(self) -> str:
        return f"{self.counted}/{self.base}"


@attrs.frozen
class Bounds:
    """The lowest and the highest figure over every possibility that has a base at all.

    `may_be_empty`: some possibility leaves the base empty, and the rate is undefined there.
    """

    low: Ratio
    high: Ratio
    may_be_empty: bool = False

    @property
    def exact(self) -> bool:
        """Whether every possibility gives the same counts."""
        return self.low == self.high and not (self.may_be_empty and self.low.base)


def pick(possible: Possible, *, high: bool) -> Contribution:
    """Return the contribution that makes the figure lowest (or highest)."""
    order = _HIGH if high else _LOW
    return next(each for each in order if each in possible)


Adds = tuple[int, int, int, int, int, int, int]
ADDS: Mapping[Possible, Adds] = {
    possible: (
        int(low is Contribution.COUNTED), int(low is not Contribution.OUT),
        int(high is Contribution.COUNTED), int(high is not Contribution.OUT),
        int(Contribution.OUT not in possible),
        int(Contribution.COUNTED in possible), int(Contribution.IN in possible),
    )
    for number in range(1, len(Contribution) + 1)
    for possible in map(frozenset, combinations(Contribution, number))
    for low, high in [(pick(possible, high=False), pick(possible, high=True))]
}  # fmt: skip
"""What an action adds to the seven sums that bounds are made of; see `bounds_of_sums`."""


def bounds_of_sums(  # noqa: PLR0913, PLR0917 one for each sum
    low_counted: int,
    low_base: int,
    high_counted: int,
    high_base: int,
    sure: int,
    may_count: int,
    may_be_in: int,
) -> Bounds:
    """Return the exact bounds of counted/base, given what was chosen for each action alone.

    That is exact: one more in base and not counted never raises a rate, one more counted never
    lowers it. Only where it leaves no base at all must one action be chosen otherwise. `sure`
    actions are in the base in any case, `may_count` and `may_be_in` say how many may be counted,
    and in the base without being counted.

    >>> str(bounds_of_sums(0, 3, 3, 3, 3, 3, 3).high)
    '3/3'
    """
    low, high = Ratio(low_counted, low_base), Ratio(high_counted, high_base)
    if not low_base and may_count:
        low = Ratio(1, 1)
    if not high_base and may_be_in:
        high = Ratio(0, 1)
    return Bounds(low, high, may_be_empty=not sure)


def counted_given_base(tally: Mapping[Possible, int], base: int) -> range:
    """Return every count that is possible together with exactly this base; empty if none is.

    The counts are contiguous: exchanging one action for another moves them by one at most.
    """
    out, inside, counted = Contribution.OUT, Contribution.IN, Contribution.COUNTED
    number = Counter({frozenset(possible): n for possible, n in tally.items()})
    fixed = sum(n for possible, n in number.items() if out not in possible)
    needed = base - fixed
    only_in, only_counted = number[frozenset({out, inside})], number[frozenset({out, counted})]
    either = number[frozenset({out, inside, counted})]
    if not 0 <= needed <= only_in + only_counted + either:
        return range(0)
    surely = number[frozenset({counted})]
    lowest = surely + max(0, needed - only_in - either)
    highest = surely + number[frozenset({inside, counted})] + min(needed, only_counted + either)
    return range(lowest, highest + 1)


# --- the figure ------------------------------------------------------------------------------


@attrs.frozen
class Cell:
    """The actions under one word: those surely there, and those possibly there."""

    certain: tuple[str, ...]
    possible: tuple[str, ...]


@attrs.frozen
class Scenario:
    """Which actions count, and which make the base, in the lowest or the highest case."""

    counted: tuple[str, ...]
    base: tuple[str, ...]

    @property
    def ratio(self) -> Ratio:
        """Counted of base."""
        return Ratio(len(self.counted), len(self.base))


class _Names:
    """What names the actions of a figure, when it is asked; pickled as what it names."""

    def __init__(self, look: "Callable[[], Mapping[str, Case]]") -> None:
        self._look = look

    def __call__(self) -> "Mapping[str, Case]":
        return self._look()

    def __reduce__(self) -> tuple[Any, ...]:
        return _Names, (partial(dict, self._look()),)


@attrs.frozen(kw_only=True)
class Completion(Shown):
    """The figure of one or several plans on a day, as known at a point of knowledge.

    `bounds` are the lowest and highest figure, `realised` the same with realised actions alone.
    `low` and `high` name the actions (`plan/action`) behind each number; `cells` counts every
    action once for each word that it may stand under.
    """

    plans: tuple[str, ...]
    on: date
    known: Known
    policy: Policy
    bounds: Bounds
    realised: Bounds
    _named: _Names = attrs.field(
        alias="named", converter=_Names, eq=lambda named: named(), hash=False, repr=False
    )

    @property
    def may_be_empty(self) -> bool:
        """Whether some possibility leaves the base empty."""
        return self.bounds.may_be_empty

    @property
    def percentages(self) -> tuple[Decimal | None, Decimal | None]:
        """The lowest and highest percentage, rounded as the policy says."""
        found = self.bounds
        return found.low.percentage(self.policy), found.high.percentage(self.policy)

    # The names are looked up when somebody asks for them: most ask for numbers alone.

    @cached_property
    def cases(self) -> Mapping[str, Case]:
        """What each listed action may be; see `deltas.standings`."""
        return self._named()

    @cached_property
    def low(self) -> Scenario:
        """Which actions count and which make the base in the lowest case."""
        return scenario(self._possibilities, high=False)

    @cached_property
    def high(self) -> Scenario:
        """Which actions count and which make the base in the highest case."""
        return scenario(self._possibilities, high=True)

    @property
    def _possibilities(self) -> dict[str, Possible]:
        may = {case: contributions_of(case, self.policy) for case in set(self.cases.values())}
        return {name: may[case] for name, case in self.cases.items()}

    @cached_property
    def cells(self) -> Mapping[str, Cell]:
        """The actions under each word."""
        words = {
            name: {standing.cell for _, standing in standings(case)}
            for name, case in self.cases.items()
        }
        return {
            str(cell): Cell(
                certain=tuple(name for name, found in words.items() if found == {cell}),
                possible=tuple(name for name, found in words.items() if cell in found),
            )
            for cell in CELLS
        }


def possibilities(view: View, on: date, policy: Policy) -> dict[str, Possible]:
    """Return what each listed action of a view may add to the figure on a day."""
    return {
        name: contributions(line, on, policy, initial_day(view, name))
        for name, line in view.timelines.items()
    }


def initial_day(view: View, name: str) -> date:
    """Return the day that closes the initial list of an action's plan."""
    return view.plans[name.partition("/")[0]].terms().initial_list_day


@lru_cache(_POLICIES)
def realised_alone(policy: Policy) -> Policy:
    """Return a policy under which realised actions alone count: what stands beside every figure."""
    return attrs.evolve(policy, counted=(Status.REALISED,))


def policy_of(view: View, on: date) -> Policy:
    """Return the policy in force on a day in the first of the plans seen."""
    first = next(iter(view.plans.values()))
    return first.terms(on).policy


def complete(view: View, on: date, policy: Policy | None = None) -> Completion:
    """Return the figure on the end of a day: counts, exact bounds, and the ids behind them.

    The policy is the plan's own unless another is given. `view` holds at least one plan.
    """
    cases = {
        name: case_on(line, on, initial_day(view, name)) for name, line in view.timelines.items()
    }
    policy = policy or policy_of(view, on)
    total = sum(map(digits_of(policy).__getitem__, cases.values()))
    return figure_of(tuple(view.plans), on, view.known, policy, total, lambda: cases)


def figure_of(  # noqa: PLR0913, PLR0917 what a figure is made of
    plans: tuple[str, ...],
    on: date,
    known: Known,
    policy: Policy,
    total: int,
    named: Callable[[], Mapping[str, Case]],
) -> Completion:
    """Return the figure of what adds up to it; `named` names its actions when it is asked."""
    counted, realised = both_bounds(total)
    return Completion(
        plans=plans,
        on=on,
        known=known,
        policy=policy,
        bounds=counted,
        realised=realised,
        named=named,
    )


def scenario(found: Mapping[str, Possible], *, high: bool) -> Scenario:
    """Return which actions count and which make the base in the lowest or highest case."""
    picked = {name: pick(possible, high=high) for name, possible in found.items()}
    if all(choice is Contribution.OUT for choice in picked.values()):
        # No base at all: the case that is defined needs one action chosen otherwise.
        rest = Contribution.IN if high else Contribution.COUNTED
        picked.update(dict.fromkeys([n for n, p in found.items() if rest in p][:1], rest))
    return Scenario(
        counted=tuple(n for n, choice in picked.items() if choice is Contribution.COUNTED),
        base=tuple(n for n, choice in picked.items() if choice is not Contribution.OUT),
    )


# --- all sums at once ------------------------------------------------------------------------

_OF_BOUNDS = len(next(iter(ADDS.values())))
SUMS = 1 + 2 * _OF_BOUNDS
_DIGITS = struct.Struct(f"<{SUMS}I")
_MOST = 2**32 - 1  # in one digit


class Digits(dict[Case, int]):
    """What each case adds to all sums of a figure under a policy, as the digits of one number.

    They are: how many actions there are, the seven sums of `bounds_of_sums`, and these seven
    with realised actions alone. Adding such numbers adds up all sums at once.
    """

    def __init__(self, policy: Policy) -> None:
        self.policies = policy, realised_alone(policy)

    def __missing__(self, case: Case) -> int:
        adds = (ADDS[contributions_of(case, policy)] for policy in self.policies)
        found = self[case] = digits((1, *chain.from_iterable(adds)))
        return found


digits_of = lru_cache(_POLICIES)(Digits)


def digits(sums: Sequence[int]) -> int:
    """Return sums as the digits of one number; see `Digits`.

    Raises `ValueError` for a sum that is none: below zero, or above what one digit holds.
    """
    try:
        return int.from_bytes(_DIGITS.pack(*sums), "little")
    except struct.error:
        msg = f"a sum is below 0 or above {_MOST}"
        raise ValueError(msg) from None


def sums_in(total: int) -> tuple[int, ...]:
    """Return the sums that are the digits of a number; see `Digits`."""
    return _DIGITS.unpack(total.to_bytes(_DIGITS.size, "little"))


def both_bounds(total: int) -> tuple[Bounds, Bounds]:
    """Return the bounds of a figure, and with realised actions alone, of all that was added up."""
    _, *sums = sums_in(total)
    return bounds_of_sums(*sums[:_OF_BOUNDS]), bounds_of_sums(*sums[_OF_BOUNDS:])


_CHOSEN = digits((0, *[_MOST] * 4, 0, 0, 0, *[_MOST] * 4, 0, 0, 0))


def same_figure(one: int, other: int) -> bool:
    """Whether two totals have the same bounds."""
    if (one ^ other) & _CHOSEN:  # other actions are chosen for them
        return False
    return one == other or both_bounds(one) == both_bounds(other)


# --- breakdown -------------------------------------------------------------------------------


def breakdown(
    view: View,
    on: date,
    by: str,
    policy: Policy | None = None,
    *,
    texts: Callable[[Sealed], str | None] = lambda _: None,
) -> dict[str | None, Completion]:
    """Return the figure of each part of the list: by `axis`, `theme`, `tag` or `responsible`.

    Every action is in one part (None: it has none), so parts sum to the whole; only `tag` may
    put an action in several, and a part whose base may be empty is bounded over the cases
    where it is not. The description in force on the day is used. `texts` opens the
    sealed names of who is responsible; what was erased is in the part None.
    """
    policy = policy or policy_of(view, on)
    parts: dict[str | None, dict[str, Action]] = {}
    for name, action in view.actions.items():
        for part in _parts(action, on, by, texts):
            parts.setdefault(part, {})[name] = action
    ordered = sorted(parts, key=lambda part: (part is None, part or ""))
    return {
        part: complete(View(view.plans, parts[part], view.known), on, policy) for part in ordered
    }


def _parts(
    action: Action, on: date, by: str, texts: Callable[[Sealed], str | None]
) -> Iterable[str | None]:
    told = description(action, on)
    match by:
        case "axis":
            return (told.axis,)
        case "theme":
            return (told.theme,)
        case "tag":
            return told.tags or (None,)
        case "responsible":
            held = told.responsible
            return (texts(held) if isinstance(held, Sealed) else held,)
        case _:
            raise AssertionError(by)
