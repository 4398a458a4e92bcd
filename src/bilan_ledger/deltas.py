"""Signed deltas: how many actions may stand where, on any day, as known at any position.

Every entry that changes an action's dated history gives deltas, stamped with its index in the
log: one action more in a case from a day on, one less in another. The number of actions in a
case on day d as known at position r is the sum of the deltas with day ≤ d and position ≤ r
(DESIGN §8): append-only, exact for late entries, corrections and uncertain dates.

Decides: what an entry changes, and the sums.
Refuses to know: what counts (see `completion`), and everything of an entry that moves no figure.
"""

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import accumulate, chain, compress
from operator import add, itemgetter
from typing import Any, NamedTuple, Self

from .action import Scope, ScopeEvent, Status, StatusEvent, scope_after, statuses_after
from .history import Standing, Timeline
from .plan import Plan
from .plan import evolve as evolve_plan
from .record import Retracted

# --- cases -----------------------------------------------------------------------------------
# What an action may be on a day: every status of a set with every scope of a set, once if it was
# on the initial list and once if it came later. Four sets, as the bits of one number.

Case = int
ABSENT = 1
STATUS_BITS: Mapping[Status, int] = {status: 2 << n for n, status in enumerate(Status)}
SCOPE_BITS: Mapping[Scope, int] = {scope: 1 << n for n, scope in enumerate(Scope)}
_STATUSES: Sequence[tuple[Status | None, int]] = ((None, ABSENT), *STATUS_BITS.items())
_SCOPE_SHIFT = len(_STATUSES)
_LATER_SHIFT = _SCOPE_SHIFT + len(SCOPE_BITS)
_IN_PLAN = SCOPE_BITS[Scope.IN_PLAN]
_KNOWN_CASES = 4_096  # that are met; many more can be written


@lru_cache(_KNOWN_CASES)
def standings(case: Case) -> frozenset[tuple[bool, Standing]]:
    """Return every standing of a case, each with whether the action was on the initial list."""
    return frozenset(
        (listed, Standing(status, scope))
        for listed, bits in ((True, case), (False, case >> _LATER_SHIFT))
        for status, status_bit in _STATUSES
        if bits & status_bit
        for scope, scope_bit in SCOPE_BITS.items()
        if bits >> _SCOPE_SHIFT & scope_bit
    )


def case_on(line: Timeline, on: date, listed_by: date) -> Case:
    """Return what an action may be at the end of a day; `listed_by` closes the initial list."""
    found = 0
    for listed, supposed in line.suppose_listed(by=listed_by):
        bits = 0
        for standing in supposed.possible(on):
            status = ABSENT if standing.status is None else STATUS_BITS[standing.status]
            bits |= status | SCOPE_BITS[standing.scope] << _SCOPE_SHIFT
        found |= bits if listed else bits << _LATER_SHIFT
    return found


def cases_by_day(line: Timeline, listed_by: date) -> Iterator[tuple[date, Case]]:
    """Yield the days on which what an action may be changes, with what it may be from then on."""
    before: Case | None = None
    for on in sorted(set(line.breakpoints())):
        case = case_on(line, on, listed_by)
        if case != before:
            yield on, case
        before = case


# --- what an entry changes -------------------------------------------------------------------


class Dated(NamedTuple):
    """All that a figure needs of an entry: what it says was so, from when, and after what.

    `statuses` and `scopes` are bits (0: it says nothing of them); `earliest` and `latest` are
    days as ordinal numbers; `retracts` is the version that it withdraws (0: none).
    """

    statuses: int
    scopes: int
    earliest: int
    latest: int
    after: int
    retracts: int


def dated(event: Any) -> Dated | None:
    """Return what an event of an action changes in its dated history; None: nothing."""
    if isinstance(event, Retracted):
        return Dated(0, 0, 0, 0, 0, event.entry)
    if not isinstance(event, StatusEvent | ScopeEvent):
        return None
    statuses = scopes = 0
    if isinstance(event, StatusEvent):
        statuses = sum(STATUS_BITS[status] for status in statuses_after(event))
    else:
        scopes = SCOPE_BITS[scope_after(event)]
    days = (event.on.earliest.toordinal(), event.on.latest.toordinal())
    return Dated(statuses, scopes, *days, event.after, 0)


class _Item:
    """A status or scope entry in its place in the dated history."""

    __slots__ = ("bits", "earliest", "latest", "live", "version")

    def __init__(self, version: int, bits: int, said: Dated) -> None:
        self.version, self.bits, self.live = version, bits, True
        self.earliest, self.latest = said.earliest, said.latest


class _Action:
    """The dated history of one action as far as it was read, and its steps."""

    __slots__ = ("number", "scopes", "statuses", "steps", "version")

    def __init__(self, number: int) -> None:
        self.number = number
        self.version = 0
        self.statuses: list[_Item] = []
        self.scopes: list[_Item] = []
        self.steps: Steps = ()

    def learn(self, said: Dated) -> None:
        """Take the entry in that is its last; raises `ValueError` for an unknown place."""
        if said.retracts:
            for item in (*self.statuses, *self.scopes):
                if item.version == said.retracts:
                    item.live = False
        elif said.statuses:
            _insert(self.statuses, _Item(self.version, said.statuses, said), said.after)
        else:
            _insert(self.scopes, _Item(self.version, said.scopes, said), said.after)


def _insert(items: list[_Item], new: _Item, after: int) -> None:
    place = 0
    if after:
        place = [item.version for item in items].index(after) + 1
    items.insert(place, new)


class NotNext(ValueError):
    """An entry does not have the version after the last one of its stream."""


def _check_next(version: int, last: int) -> None:
    if version != last + 1:
        raise NotNext


Steps = tuple[tuple[int, Case], ...]
"""The days from which on an action is in another case; before the first it is on no list."""
Change = tuple[int, Case, int]
"""From a day on (an ordinal number), in one case, so many actions more or less."""


def _steps(action: _Action, listed_by: int) -> Steps:
    statuses, first, last = _windows(action.statuses, ABSENT)
    if not first:
        return ()
    scopes, scope_first, scope_last = _windows(action.scopes, _IN_PLAN)
    supposed = _suppose_listed(first, last, listed_by)
    # The day that closes the list is none of them: what it excludes counts as what it leaves.
    days = {*first, *last, *scope_first, *scope_last}
    scope = _IN_PLAN << _SCOPE_SHIFT
    found: list[tuple[int, Case]] = []
    before = 0
    for day in sorted(days):
        if scope_first:
            scope = _happened(scopes, scope_first, scope_last, day) << _SCOPE_SHIFT
        case = 0
        for shift, earliest, latest in supposed:
            case |= (_happened(statuses, earliest, latest, day) | scope) << shift
        if case != before:
            found.append((day, case))
            before = case
    return tuple(found)


def _windows(items: Sequence[_Item], start: int) -> tuple[list[int], list[int], list[int]]:
    """Return what is so after each of some entries, and their tightened windows (DESIGN §4)."""
    bits, first, last = [start], [], []
    sure = 0
    for item in items:
        if item.live:
            bits.append(item.bits)
            sure = max(sure, item.earliest)
            first.append(sure)
            last.append(item.latest)
    for place in range(len(last) - 2, -1, -1):
        last[place] = min(last[place], last[place + 1])
    return bits, first, last


def _happened(bits: Sequence[int], first: Sequence[int], last: Sequence[int], day: int) -> int:
    fewest, most = bisect_right(last, day), bisect_right(first, day)
    found = bits[most]
    for place in range(fewest, most):
        found |= bits[place]
    return found


def _suppose_listed(
    first: list[int], last: list[int], by: int
) -> Sequence[tuple[int, list[int], list[int]]]:
    """Return where the bits go and the windows, if listed by a day and if listed later."""
    if last[0] <= by:
        return ((0, first, last),)
    if first[0] > by:
        return ((_LATER_SHIFT, first, last),)
    later = [max(day, by + 1) for day in first]
    return ((0, first, [by, *last[1:]]), (_LATER_SHIFT, later, last))


def changes_of(steps: Iterable[tuple[int, Case]], previous: Case = 0) -> list[Change]:
    """Return for each step (day, case) that it is one more there, and one less where it was."""
    found = []
    for day, case in steps:
        found.append((day, case, 1))
        if previous:
            found.append((day, previous, -1))
        previous = case
    return found


# --- the deltas of a plan --------------------------------------------------------------------

_index = itemgetter(0)
_BLOCKS = 32  # a table of sums has at most so many rows and columns,
_LEAST = 16  # each for at least so many rows of deltas
_WEIGHED = 3  # tables that are kept, of as many policies


class Deltas:
    """The deltas of one plan, as columns that only grow, and what its own entries say.

    Rows are in the order of the log: `positions` (index of the entry), `days` (ordinal numbers),
    `actions` (numbers, in `names`), `cases` and `changes`. `indexes` are those of all entries.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.indexes = array("q")
        self.positions = array("q")
        self.days = array("i")
        self.actions = array("i")
        self.cases = array("i")
        self.changes = array("b")
        self.names: list[str] = []
        self._known: dict[str, _Action] = {}
        self._plans: list[tuple[int, Plan]] = [(-1, Plan())]
        self._listed_by = 0
        self._sums: _Sums | None = None
        self._asked = -1  # how many rows there were at the last question

    @property
    def plan(self) -> Plan:
        """The plan after all its entries."""
        return self._plans[-1][1]

    def plan_at(self, known: int) -> Plan:
        """Return the plan as it was known at an index of the log."""
        return self._plans[bisect_right(self._plans, known, key=_index) - 1][1]

    def learn_plan(self, index: int, version: int, event: Any) -> None:
        """Add an entry of the plan; raises `NotNext`."""
        state = self._plans[-1][1]
        _check_next(version, state.version)
        state = evolve_plan(state, event)
        self.indexes.append(index)
        self._plans.append((index, state))
        if state.created is None:
            return
        listed_by = state.terms().initial_list_day.toordinal()
        if listed_by != self._listed_by:
            self._listed_by = listed_by
            for action in self._known.values():
                self._renew(index, action)

    def learn(self, index: int, name: str, version: int, said: Dated | None) -> None:
        """Add an entry of an action; raises `NotNext`, or `ValueError` for an unknown place."""
        action = self._known.get(name)
        if action is None:
            action = self._known[name] = _Action(len(self.names))
            self.names.append(name)
        _check_next(version, action.version)
        action.version = version
        self.indexes.append(index)
        if said is not None:
            action.learn(said)
            self._renew(index, action)

    def _renew(self, index: int, action: _Action) -> None:
        """Write what is no longer so, and what is so now, from the first step that differs."""
        before, after = action.steps, _steps(action, self._listed_by)
        action.steps = after
        same = 0
        for one, other in zip(before, after, strict=False):
            if one != other:
                break
            same += 1
        previous = after[same - 1][1] if same else 0
        new = changes_of(after[same:], previous)
        if same < len(before):  # else, as mostly, something new comes last
            net = Counter({(day, case): change for day, case, change in new})
            net.subtract({(day, case): n for day, case, n in changes_of(before[same:], previous)})
            new = [(*what, change) for what, change in net.items() if change]
        for day, case, change in new:
            self.positions.append(index)
            self.days.append(day)
            self.actions.append(action.number)
            self.cases.append(case)
            self.changes.append(change)

    def add_up(self, on: date, known: int, adds: Mapping[Case, int]) -> int:
        """Return the sum of what each action adds in its case on a day, as known at an index."""
        day = on.toordinal()
        if sums := self._summed():
            return sums.add_up(day, known, adds)
        return sum(
            change * adds[case] for since, case, change in self._known_by(known) if since <= day
        )

    def by_day(self, known: int, adds: Mapping[Case, int]) -> "ByDay":
        """Return what is added from each day on, as known at an index of the log."""
        if sums := self._summed():
            return sums.by_day(known, adds)
        return ByDay.of(self._known_by(known), adds)

    def _known_by(self, known: int) -> Iterable[Change]:
        rows = bisect_right(self.positions, known)
        return zip(self.days[:rows], self.cases[:rows], self.changes[:rows], strict=True)

    def _summed(self) -> "_Sums | None":
        """Return the prefix sums; they are worth while from the second question on."""
        if self._asked != len(self.days):
            self._asked, self._sums = len(self.days), None
        elif self._sums is None:
            self._sums = _Sums(self)
        return self._sums

    def by_action(self, on: date, known: int) -> Iterator[tuple[str, Case]]:
        """Yield each listed action (`plan/action`) with its case, in the order of the log."""
        rows = bisect_right(self.positions, known)
        day = on.toordinal()
        listed: dict[int, int] = {}
        found: dict[int, Case] = {}
        for since, action, case, change in zip(
            self.days[:rows], self.actions[:rows], self.cases[:rows], self.changes[:rows],
            strict=True,
        ):  # fmt: skip
            listed[action] = listed.get(action, 0) + change
            # All cases of an action but one cancel out: their sum is that one.
            found[action] = found.get(action, 0) + (case * change if since <= day else 0)
        for number in sorted(listed):
            if listed[number]:
                yield f"{self.key}/{self.names[number]}", found[number] or _BEFORE


class ByDay(NamedTuple):
    """From which days on (ordinal numbers, in order), how much is added."""

    days: Sequence[int]
    added: Sequence[int]

    @classmethod
    def of(cls, changes: Iterable[Change], adds: Mapping[Case, int]) -> Self:
        """Return what changes add, in the order of days."""
        return cls._ordered((day, change * adds[case]) for day, case, change in changes)

    @classmethod
    def together(cls, several: Sequence[Self]) -> Self:
        """Return what is added in several plans."""
        if len(several) == 1:
            return several[0]
        return cls._ordered(chain.from_iterable(zip(*one, strict=True) for one in several))

    @classmethod
    def _ordered(cls, rows: Iterable[tuple[int, int]]) -> Self:
        found = sorted(rows, key=itemgetter(0))
        return cls(*zip(*found, strict=True)) if found else cls((), ())


_BEFORE = ABSENT | _IN_PLAN << _SCOPE_SHIFT  # an action of the list, on a day before it was on it


class _Sums:
    """The rows of a plan in the order of days beside that of the log, and what they add up to."""

    def __init__(self, deltas: Deltas) -> None:
        number = len(deltas.days)
        order = sorted(range(number), key=deltas.days.__getitem__)
        # In the order of the log: positions, cases, changes, ranks in the order of days.
        self.positions, self.cases, self.changes = deltas.positions, deltas.cases, deltas.changes
        self.ranks = array("i", bytes(4 * number))
        for rank, row in enumerate(order):
            self.ranks[row] = rank
        # In the order of days: days, rows in the order of the log.
        self.days = array("i", [deltas.days[row] for row in order])
        self.rows = array("i", order)
        self._weighed: list[_Weighed] = []

    def add_up(self, day: int, known: int, adds: Mapping[Case, int]) -> int:
        """Return the sum of what each action adds."""
        days, rows = bisect_right(self.days, day), bisect_right(self.positions, known)
        return self._weighed_by(adds).add_up(days, rows)

    def by_day(self, known: int, adds: Mapping[Case, int]) -> ByDay:
        """Return what is added from each day on."""
        rows, added = bisect_right(self.positions, known), self._weighed_by(adds).by_rank
        if rows == len(self.days):
            return ByDay(self.days, added)
        among = list(map(rows.__gt__, self.rows))
        return ByDay(list(compress(self.days, among)), list(compress(added, among)))

    def _weighed_by(self, adds: Mapping[Case, int]) -> "_Weighed":
        for each in self._weighed:
            if each.adds is adds:
                return each
        self._weighed = [_Weighed(self, adds), *self._weighed[: _WEIGHED - 1]]
        return self._weighed[0]


class _Weighed:
    """Prefix sums over days and positions of what rows add: two short strips make up the rest.

    In the order of days and in the order of the log the rows are cut into blocks of one size.
    `table[p][d]` is the sum of the rows that are in the first p blocks of the log and in the
    first d blocks of days.
    """

    def __init__(self, sums: _Sums, adds: Mapping[Case, int]) -> None:
        self.adds, self.ranks, self.rows = adds, sums.ranks, sums.rows
        said = list(zip(sums.cases, sums.changes, strict=True))
        weights = {(case, change): change * adds[case] for case, change in set(said)}
        self.by_row = [weights[each] for each in said]
        self.by_rank = [self.by_row[row] for row in sums.rows]
        number = len(self.by_row)
        self.size = size = max(_LEAST, -(-number // _BLOCKS))
        starts = range(0, number, size)
        self.table = [[0] * (len(starts) + 1)]
        for start in starts:
            own = [0] * (len(starts) + 1)
            part = slice(start, start + size)
            for rank, weight in zip(self.ranks[part], self.by_row[part], strict=True):
                own[rank // size + 1] += weight
            above = self.table[-1]
            self.table.append(list(map(add, above, accumulate(own))))

    def add_up(self, days: int, rows: int) -> int:
        """Return the sum of the rows that are among the first by day and the first of the log."""
        day_block, row_block = days // self.size, rows // self.size
        day_start, row_start = day_block * self.size, row_block * self.size
        by_day, by_log = slice(day_start, days), slice(row_start, rows)
        return (
            self.table[row_block][day_block]
            + sum(compress(self.by_rank[by_day], map(rows.__gt__, self.rows[by_day])))
            + sum(compress(self.by_row[by_log], map(day_start.__gt__, self.ranks[by_log])))
        )
