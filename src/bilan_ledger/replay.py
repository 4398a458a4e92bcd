"""The replay: how the figure came to be, how it was revised, what moved it, what was printed.

Decides: the breakpoints of the figure over days and over knowledge, the exact parts of a
change, and whether a published figure agrees with the ledger.
Refuses to know: why anybody did anything, and what the figure should be.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from fractions import Fraction
from itertools import accumulate, chain, dropwhile, pairwise
from typing import Any, Self, overload
from zoneinfo import ZoneInfo

import attrs

from .action import Action
from .completion import (
    Bounds,
    Completion,
    Contribution,
    Possible,
    Ratio,
    Scenario,
    both_bounds,
    complete,
    consistent_counts,
    counted_given_base,
    digits_of,
    initial_day,
    policy_of,
    possibilities,
    same_figure,
)
from .dates import Instant, windows
from .deltas import ByDay, Change, Deltas, case_on, cases_by_day, changes_of
from .entry import Entry
from .evidence import Choice
from .history import NOW, Known, Record, View, stated, timeline, together
from .plan import FigurePublished, Plan, Policy
from .record import EvidenceAttached, Recorded, live
from .shown import Shown

# --- the curve over days ---------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Point:
    """The figure from a day on (until the next point), counted and with realised alone."""

    on: date
    bounds: Bounds
    realised: Bounds


class Curve(Shown, Sequence[Point]):
    """The points of a figure in the order of days: a sequence that a notebook can draw.

    Made of days (ordinal numbers) and what adds up to the figure from each on (see
    `completion.Digits`); a point is made when it is asked for. Days on which the figure stays as
    it was have no point.
    """

    __slots__ = ("_days", "_totals")

    def __init__(self, totals: Iterable[tuple[int, int]] = ()) -> None:
        self._days, self._totals = array("i"), list[int]()
        last = None
        for day, total in totals:
            if last is None or not same_figure(last, total):
                self._days.append(day)
                self._totals.append(total)
                last = total

    @classmethod
    def of_listed(cls, totals: Iterable[tuple[int, int]]) -> Self:
        """Return the curve from the first day on which an action is on a list."""
        return cls(dropwhile(lambda told: not told[1], totals))

    def __len__(self) -> int:
        return len(self._days)

    @overload
    def __getitem__(self, place: int) -> Point: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Point, ...]: ...
    def __getitem__(self, place: int | slice) -> Point | tuple[Point, ...]:
        if isinstance(place, slice):
            return tuple(map(point_of, self._days[place], self._totals[place]))
        return point_of(self._days[place], self._totals[place])

    def __iter__(self) -> Iterator[Point]:
        return map(point_of, self._days, self._totals)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Curve | tuple):
            return tuple(self) == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Curve({tuple(self)})"


def point_of(day: int, total: int) -> Point:
    """Return the figure from a day on (an ordinal number), of all that adds up to it."""
    counted, realised = both_bounds(total)
    return Point(on=date.fromordinal(day), bounds=counted, realised=realised)


def curve(view: View, policy: Policy | None = None) -> Curve:
    """Return the figure at each day on which it changes, in one pass over all changes.

    Between two points nothing moves. Before the first point no action was on a list. One policy
    holds for the whole curve: the one given, else the plan's latest.
    """
    changes: list[Change] = []
    for name, line in view.timelines.items():
        steps = cases_by_day(line, initial_day(view, name))
        changes += changes_of((on.toordinal(), case) for on, case in steps)
    adds = digits_of(policy or policy_of(view, date.max))
    return curve_of(ByDay.of(changes, adds))


def curve_of(found: ByDay) -> Curve:
    """Return the figure at each day on which it changes, from what is added; see `Digits`."""
    last_of_day = dict(zip(found.days, accumulate(found.added), strict=True))
    return Curve.of_listed(last_of_day.items())


# --- over knowledge --------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Revision:
    """The figure for one day as it stood after an entry, until the next revision."""

    entry: Entry
    bounds: Bounds
    realised: Bounds


def revisions(
    entries: Iterable[Entry], on: date, policy: Policy | None = None
) -> Iterator[Revision]:
    """Yield how the figure for one day was revised as the log grew.

    One pass: an entry of an action changes what that action alone may add. Entries of several
    plans give their figure together. Without a policy, the one then in force is used.
    """
    running = _Running(on, policy)
    last: tuple[Bounds, Bounds] | None = None
    for entry in entries:
        running.learn(entry)
        found = both_bounds(running.total)
        if found != last and (last or found[1].high.base):
            last = found
            yield Revision(entry=entry, bounds=found[0], realised=found[1])


class _Running:
    """The figure for one day while entries are learnt one by one."""

    def __init__(self, on: date, policy: Policy | None) -> None:
        self.on, self.policy = on, policy
        self.records: dict[str, Record] = {}
        self.adds: dict[str, int] = {}
        self.total = 0  # of what each action adds; see `completion.Digits`

    def learn(self, entry: Entry) -> None:
        """Add an entry and renew what it may have changed."""
        record = self.records.setdefault(entry.plan, Record(entry.plan))
        record.add(entry)
        if entry.action is None:
            for other in self.records.values():
                for name in other.actions:
                    self._renew(other, name)
        else:
            self._renew(record, entry.action)

    def _renew(self, record: Record, name: str) -> None:
        first = next(iter(self.records.values())).plan
        terms = record.plan.terms()
        policy = self.policy or first.terms(self.on).policy
        case = case_on(timeline(record.actions[name]), self.on, terms.initial_list_day)
        adds = digits_of(policy)[case]
        self.total += adds - self.adds.get(f"{record.key}/{name}", 0)
        self.adds[f"{record.key}/{name}"] = adds


def as_published(
    records: Sequence[Record], policy: Policy | None = None, *, by_source: bool = False
) -> Curve:
    """Return the figure of each day as it would have been published that day.

    On each day only what was recorded by its end is known, in the time zone of the first plan;
    with `by_source`, what its source states to have recorded by then. Between two points nothing
    moves.
    """
    learnt = _learnt(records, by_source=by_source)
    growing = _Growing(records, policy)
    return Curve(
        chain.from_iterable(
            growing.totals(learnt[on], on, following)
            for on, following in pairwise([*sorted(learnt), date.max])
        )
    )


def _learnt(records: Sequence[Record], *, by_source: bool) -> dict[date, list[Entry]]:
    """Return which entries became known on which civil day of the first plan's territory."""
    zone = ZoneInfo(records[0].plan.terms().territory.timezone)
    learnt: dict[date, list[Entry]] = defaultdict(list)
    for record in records:
        for entries in record.streams.values():
            moments = stated(entries) if by_source else (e.recorded_at for e in entries)
            for entry, moment in zip(entries, moments, strict=True):
                learnt[moment.utc.astimezone(zone).date()].append(entry)
    return learnt


class _Growing:
    """The whole curve while entries are learnt, in any order."""

    def __init__(self, records: Sequence[Record], policy: Policy | None) -> None:
        self.records = {record.key: record for record in records}
        self.policy = policy
        self.versions: dict[tuple[str, str | None], set[int]] = defaultdict(set)
        self.steps: dict[str, _Steps] = {}

    def totals(self, entries: Iterable[Entry], start: date, end: date) -> Iterator[tuple[int, int]]:
        """Learn what was recorded; yield each day from `start` and before `end` with its total."""
        self.learn(entries)
        days = {start}
        for one in self.steps.values():
            days.update(one.days[bisect_right(one.days, start) : bisect_left(one.days, end)])
        for on in sorted(days):
            yield on.toordinal(), sum(one.at(on) for one in self.steps.values())

    def learn(self, entries: Iterable[Entry]) -> None:
        """Add entries and renew the curves of the actions that they touch."""
        touched: set[tuple[str, str | None]] = set()
        for entry in entries:
            self.versions[entry.plan, entry.action].add(entry.version)
            touched.add((entry.plan, entry.action))
        if any(action is None for _, action in touched):
            touched = set(self.versions)
        plans = {
            key: plan
            for key, record in self.records.items()
            if (plan := record.plan.seen(self.versions[key, None])).created
        }
        for key, name in touched:
            if name is not None and key in plans:
                self._renew(View(plans, {}), key, name)

    def _renew(self, view: View, key: str, name: str) -> None:
        state = self.records[key].actions[name].seen(self.versions[key, name])
        policy = self.policy or policy_of(view, date.max)
        self.steps[f"{key}/{name}"] = _Steps.of(state, policy, initial_day(view, key))


@attrs.frozen
class _Steps:
    """The days on which what an action adds changes, and what it adds from each on."""

    days: list[date]
    adds: list[int]

    @classmethod
    def of(cls, action: Action, policy: Policy, listed_by: date) -> "_Steps":
        found, adds = cls([], []), digits_of(policy)
        for on, case in cases_by_day(timeline(action), listed_by):
            if not found.adds or adds[case] != found.adds[-1]:
                found.days.append(on)
                found.adds.append(adds[case])
        return found

    def at(self, on: date) -> int:
        place = bisect_right(self.days, on)
        return self.adds[place - 1] if place else 0


def end_of_day(plan: Plan, on: date) -> Instant:
    """Return the instant at which a civil day of a plan's territory ends."""
    zone = ZoneInfo(plan.terms().territory.timezone)
    # Of an hour that comes twice at the end of a day, the second one ends it.
    return Instant.latest(datetime.combine(on, time.max.replace(fold=1), zone))


def known_by(
    several: Sequence[Record | Deltas], on: date, recorded_at: Callable[[int], Instant]
) -> Known:
    """Return what was known of some plans at the end of a civil day of the first one.

    `recorded_at` gives the recorded date of an index; along the log they never go back.
    """
    instant = end_of_day(several[0].plan, on)
    told = [-1]
    for one in several:
        known = bisect_right(one.indexes, instant, key=recorded_at)
        told += one.indexes[:known][-1:]
    return Known(index=max(told))


# --- what moved it ---------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Part:
    """One action's part in a change of the figure, with the entries that moved it.

    `low` and `high` are exact parts of the change of the lowest and highest rate (None where a
    rate is undefined). `base_change`: the action entered or left the base.
    """

    action: str
    before: tuple[Contribution, Contribution]
    after: tuple[Contribution, Contribution]
    low: Fraction | None
    high: Fraction | None
    entries: tuple[Entry, ...]

    @property
    def base_change(self) -> bool:
        """Whether it is the base that this action changed, in the low or the high case."""
        out = Contribution.OUT
        return any(
            (before is out) is not (after is out)
            for before, after in zip(self.before, self.after, strict=True)
        )


@attrs.frozen(kw_only=True)
class Explanation:
    """What moved the figure between two points; the parts sum to the change, exactly."""

    before: Completion
    after: Completion
    parts: tuple[Part, ...]

    @property
    def status_changes(self) -> tuple[Part, ...]:
        """The parts of actions whose status moved while the base stayed."""
        return tuple(part for part in self.parts if not part.base_change)

    @property
    def base_changes(self) -> tuple[Part, ...]:
        """The parts of actions that entered or left the base."""
        return tuple(part for part in self.parts if part.base_change)


def explain(
    records: Sequence[Record],
    before: tuple[date, Known],
    after: tuple[date, Known],
    policy: Policy | None = None,
) -> Explanation:
    """Return what moved the figure from one day and knowledge to another.

    A rate is counted × 1/base. Its change is shared by the midpoint rule: an action's change in
    counted weighs the mean of 1/base, its change in base the mean of counted, so that the parts
    do not depend on any order and add up exactly.
    """
    views = [together([r.view(known) for r in records]) for _, known in (before, after)]
    policy = policy or policy_of(views[1], after[0])
    ends = [complete(v, on, policy) for v, (on, _) in zip(views, (before, after), strict=True)]
    picks = [_picked(end) for end in ends]
    shares = [
        _shares(ends[0].bounds.low, ends[1].bounds.low),
        _shares(ends[0].bounds.high, ends[1].bounds.high),
    ]
    parts = []
    for name in sorted(picks[0].keys() | picks[1].keys()):
        was = picks[0].get(name, (Contribution.OUT, Contribution.OUT))
        now = picks[1].get(name, (Contribution.OUT, Contribution.OUT))
        if was != now:
            moved = _moved_by(records, views[1], name, before, after)
            low, high = (share(a, b) for share, a, b in zip(shares, was, now, strict=True))
            parts.append(
                Part(action=name, before=was, after=now, low=low, high=high, entries=moved)
            )
    return Explanation(before=ends[0], after=ends[1], parts=tuple(parts))


def _picked(end: Completion) -> dict[str, tuple[Contribution, Contribution]]:
    """Return for each action of either base what it adds in the lowest and the highest case."""

    def choice(name: str, case: Scenario) -> Contribution:
        if name in counted[id(case)]:
            return Contribution.COUNTED
        return Contribution.IN if name in base[id(case)] else Contribution.OUT

    counted = {id(case): set(case.counted) for case in (end.low, end.high)}
    base = {id(case): set(case.base) for case in (end.low, end.high)}
    names = {*end.low.base, *end.high.base}
    return {name: (choice(name, end.low), choice(name, end.high)) for name in names}


def _shares(before: Ratio, after: Ratio) -> Callable[[Contribution, Contribution], Fraction | None]:
    """Return the function that weighs one action's part in a change of rate."""
    if not before.base or not after.base:
        return lambda _was, _now: None
    weight = (Fraction(1, before.base) + Fraction(1, after.base)) / 2
    per_base = Fraction(before.counted + after.counted, 2 * before.base * after.base)

    def share(was: Contribution, now: Contribution) -> Fraction:
        counted = (now is Contribution.COUNTED) - (was is Contribution.COUNTED)
        base = (now is not Contribution.OUT) - (was is not Contribution.OUT)
        return counted * weight - base * per_base

    return share


def _moved_by(
    records: Sequence[Record],
    view: View,
    name: str,
    before: tuple[date, Known],
    after: tuple[date, Known],
) -> tuple[Entry, ...]:
    """Return the entries of an action that may have happened between two days, or were learnt."""
    plan, _, key = name.partition("/")
    record = next(record for record in records if record.key == plan)
    entries = record.streams[key]
    first, last = sorted((before[0], after[0]))
    state = view.actions.get(name, Action())
    found = {
        item.version
        for items in (live(state.statuses), live(state.scopes))
        for item, e, latest in _dated(items)
        if e <= last and latest > first
    }
    learnt = {
        entry.version
        for entry in entries
        if record.knew(before[1], entry) != record.knew(after[1], entry)
    }
    attached = {
        entry.version for entry in entries
        if isinstance(entry.event, EvidenceAttached) and entry.event.entry in found
        and record.knew(after[1], entry)
    }  # fmt: skip
    return tuple(entry for entry in entries if entry.version in found | learnt | attached)


def _dated(items: Sequence[Recorded[Any]]) -> Iterator[tuple[Recorded[Any], date, date]]:
    found = windows([item.event.on for item in items])
    return zip(items, found.first, found.last, strict=True)


# --- what was printed ------------------------------------------------------------------------


class Verdict(Choice):
    """Whether a published figure follows from the ledger."""

    AGREES = "agrees"
    POSSIBLE = "possible"
    CONTRADICTED = "contradicted"


@attrs.frozen(kw_only=True)
class Reconciliation:
    """A published figure held against the ledger.

    `consistent` are the whole counts that the printed percentage can stand for, of the printed
    base; `nearest` are those of them that are nearest to what the ledger says.
    """

    plan: str
    version: int
    figure: FigurePublished
    completion: Completion
    verdict: Verdict
    consistent: tuple[int, ...]
    nearest: tuple[int, ...]


def reconcile(
    record: Record, known: Known = NOW, *, version: int | None = None
) -> tuple[Reconciliation, ...]:
    """Return each published figure of a plan held against the ledger, in the order recorded.

    It agrees if every possibility prints it, is possible if one does, else contradicted. With
    `version` only the figure of that entry of the plan is held against it.
    """
    view = record.view(known)
    return tuple(
        _reconciled(record.key, item.version, item.event, view)
        for plan in view.plans.values()
        for item in plan.figures
        if version in {None, item.version}
    )


def _reconciled(plan: str, version: int, figure: FigurePublished, view: View) -> Reconciliation:
    completion = complete(view, figure.on, figure.policy)
    tally = Counter(possibilities(view, figure.on, figure.policy).values())
    found = completion.bounds
    bases = _bases(tally) if figure.of is None else range(figure.of, figure.of + 1)
    printed = {
        base: consistent_counts(figure.percentage, base, figure.policy) for base in bases if base
    }
    possible = {base: counted_given_base(tally, base) for base in _bases(tally)}
    agree = all(
        base in printed and set(counts) <= set(printed[base]) for base, counts in possible.items()
    )
    some = any(set(possible.get(base, ())) & set(counts) for base, counts in printed.items())
    verdict = Verdict.AGREES if agree else Verdict.POSSIBLE if some else Verdict.CONTRADICTED
    consistent = tuple(sorted({count for counts in printed.values() for count in counts}))
    return Reconciliation(
        plan=plan,
        version=version,
        figure=figure,
        completion=completion,
        verdict=verdict,
        consistent=consistent,
        nearest=_nearest(consistent, found.low.counted, found.high.counted),
    )


def _bases(tally: Mapping[Possible, int]) -> range:
    fixed = sum(n for possible, n in tally.items() if Contribution.OUT not in possible)
    most = sum(n for possible, n in tally.items() if possible != {Contribution.OUT})
    return range(fixed, most + 1)


def _nearest(counts: Sequence[int], low: int, high: int) -> tuple[int, ...]:
    def distance(count: int) -> int:
        return max(low - count, count - high, 0)

    best = min(map(distance, counts), default=0)
    return tuple(count for count in counts if distance(count) == best)
