"""What a page needs to compute every number of any day, as known at any point, by itself.

Each action has, for each moment at which what is known of it changed, a history: what it may add
to the figure from which day on. Equal histories and equal steps are written once.

Decides: the shape of that data, in whole numbers only.
Refuses to know: how a browser adds them up, and how anything looks.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import attrs

from ..action import Action, Described, description
from ..completion import CELLS, Contribution, Possible, contributions, policy_of, realised_alone
from ..dates import Instant
from ..entry import Entry
from ..history import Record, Timeline, View, stated, timeline
from ..plan import Plan, Policy
from ..record import live

T = TypeVar("T")

_BITS = {Contribution.OUT: 1, Contribution.IN: 2, Contribution.COUNTED: 4}
_CELL_BITS = {str(cell): 1 << place for place, cell in enumerate(CELLS)}


def mask(possible: Possible) -> int:
    """Return possible contributions as bits: 1 out of base, 2 in base, 4 counted.

    >>> mask(frozenset({Contribution.OUT, Contribution.COUNTED}))
    5
    """
    return sum(_BITS[each] for each in possible)


class Numbered(Generic[T]):
    """Different values, each with its number, in the order in which they were first met."""

    def __init__(self) -> None:
        self._numbers: dict[T, int] = {}

    def of(self, value: T) -> int:
        """Return the number of a value."""
        return self._numbers.setdefault(value, len(self._numbers))

    def __iter__(self) -> Iterator[T]:
        return iter(self._numbers)


# --- points of knowledge ---------------------------------------------------------------------


def days_of(entries: Sequence[Entry], zone: ZoneInfo) -> list[int]:
    """Return for each entry of one stream the civil day by which its source states it known."""
    return [_civil(instant, zone).toordinal() for instant in stated(entries)]


def _civil(instant: Instant, zone: ZoneInfo) -> date:
    moment: datetime = instant.utc.astimezone(zone)
    return moment.date()


def recorded_days(records: Sequence[Record], zone: ZoneInfo) -> list[tuple[int, int]]:
    """Return each civil day on which something was recorded, with that day's last entry."""
    last: dict[int, int] = {}
    for entry in sorted((e for r in records for e in r.entries), key=lambda e: e.index):
        last[_civil(entry.recorded_at, zone).toordinal()] = entry.index
    return sorted(last.items())


@attrs.frozen
class _Epoch:
    """What the plans said, from a moment on, of how the figure is computed."""

    policy: Policy
    listed_by: Mapping[str, date]


@attrs.frozen
class _Knowledge:
    """When each entry became known: for each plan and stream one rising list of moments."""

    moments: Mapping[tuple[str, str | None], Sequence[int]]

    @classmethod
    def recorded(cls, records: Sequence[Record]) -> "_Knowledge":
        """Moments are indexes of the log."""
        return cls(
            {
                (record.key, name): [entry.index for entry in entries]
                for record in records
                for name, entries in record.streams.items()
            }
        )

    @classmethod
    def stated(cls, records: Sequence[Record], zone: ZoneInfo) -> "_Knowledge":
        """Moments are civil days, of which the sources state them."""
        return cls(
            {
                (record.key, name): days_of(entries, zone)
                for record in records
                for name, entries in record.streams.items()
            }
        )

    def visible(self, stream: tuple[str, str | None], moment: int) -> range:
        """Return the versions of a stream that were known at a moment."""
        return range(1, bisect_right(self.moments.get(stream, ()), moment) + 1)


def _epochs(
    records: Sequence[Record], known: _Knowledge, policy: Policy | None
) -> dict[int, _Epoch]:
    """Return each moment at which the rule of calculation, or an initial list, changed."""
    found: dict[int, _Epoch] = {}
    for moment in sorted({m for r in records for m in known.moments.get((r.key, None), ())}):
        seen = {r.key: r.plan.seen(known.visible((r.key, None), moment)) for r in records}
        plans: dict[str, Plan] = {key: plan for key, plan in seen.items() if plan.created}
        if not plans:
            continue
        epoch = _Epoch(
            policy or policy_of(View(plans, {}), date.max),
            {key: plan.terms().initial_list_day for key, plan in plans.items()},
        )
        if epoch != next(reversed(found.values()), None):
            found[moment] = epoch
    return found


# --- histories -------------------------------------------------------------------------------

_Step = tuple[int, int, int, int, int]
_History = tuple[int, ...]


@attrs.define
class _Tables:
    """The numbered values that histories are written with."""

    steps: Numbered[_Step] = attrs.field(factory=Numbered[_Step])
    histories: Numbered[_History] = attrs.field(factory=Numbered[_History])
    axes: Numbered[str | None] = attrs.field(factory=Numbered["str | None"])
    themes: Numbered[str | None] = attrs.field(factory=Numbered["str | None"])
    policies: Numbered[Policy] = attrs.field(factory=Numbered[Policy])

    def history(self, state: Action, epoch: _Epoch, listed_by: date) -> int:
        """Return the number of an action's history: step, day, step, day, step …."""
        found: list[int] = []
        line = timeline(state)
        for on in _days(state, line):
            step = self.steps.of(self._step(state, line, on, epoch.policy, listed_by))
            if not found:
                found.append(step)
            elif step != found[-1]:
                found += [on.toordinal(), step]
        return self.histories.of(tuple(found))

    def _step(
        self, state: Action, line: Timeline, on: date, policy: Policy, listed_by: date
    ) -> _Step:
        told = description(state, on)
        return (
            mask(contributions(line, on, policy, listed_by)),
            mask(contributions(line, on, realised_alone(policy), listed_by)),
            sum(_CELL_BITS[cell] for cell in {s.cell for s in line.possible(on)}),
            self.axes.of(told.axis),
            self.themes.of(told.theme),
        )


def _days(state: Action, line: Timeline) -> list[date]:
    """Return the days on which anything of an action may change, after the first day of all."""
    described = {i.event.on for i in live(state.remarks) if isinstance(i.event, Described)}
    return sorted({date.min, *line.breakpoints(), *described})


def _known_histories(
    record: Record, name: str, known: _Knowledge, epochs: Mapping[int, _Epoch], tables: _Tables
) -> list[int]:
    """Return moment, history, moment, history …; history -1: not on the list as known then."""
    starts = list(epochs)
    found: list[int] = []
    before = -1
    for moment in sorted({*known.moments[record.key, name], *starts}):
        place = bisect_right(starts, moment)
        epoch = epochs[starts[place - 1]] if place else None
        state = record.actions[name].seen(known.visible((record.key, name), moment))
        listed = live(state.statuses) and epoch is not None and record.key in epoch.listed_by
        number = -1
        if listed and epoch is not None:
            number = tables.history(state, epoch, epoch.listed_by[record.key])
        if number != before:
            found += [moment, number]
            before = number
    return found


# --- together --------------------------------------------------------------------------------


def figures(
    records: Sequence[Record], policy: Policy | None = None, *, by_source: bool = False
) -> dict[str, Any]:
    """Return all that the figure of any day and any knowledge follows from.

    With `by_source` also what was known by the sources' own word, in days instead of indexes.
    One policy holds for all days of a point of knowledge: the one given, else the latest.
    """
    zone = ZoneInfo(records[0].plan.terms().territory.timezone)
    tables = _Tables()
    ways = {"recorded": _Knowledge.recorded(records)}
    if by_source:
        ways["stated"] = _Knowledge.stated(records, zone)
    known = {name: _way(records, way, policy, tables) for name, way in ways.items()}
    return {
        "known": known,
        "days": [number for pair in recorded_days(records, zone) for number in pair],
        "histories": [list(each) for each in tables.histories],
        "steps": [list(each) for each in tables.steps],
        "axes": list(tables.axes),
        "themes": list(tables.themes),
        "policies": [_policy(each) for each in tables.policies],
        "cells": [str(cell) for cell in CELLS],
    }


def _way(
    records: Sequence[Record], known: _Knowledge, policy: Policy | None, tables: _Tables
) -> dict[str, Any]:
    epochs = _epochs(records, known, policy)
    return {
        "policies": [
            n for m, epoch in epochs.items() for n in (m, tables.policies.of(epoch.policy))
        ],
        "actions": [
            _known_histories(record, name, known, epochs, tables)
            for record in records
            for name in record.actions
        ],
        "moments": [list(known.moments[r.key, name]) for r in records for name in r.actions],
    }


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "counted": list(policy.counted),
        "base": policy.base.value,
        "rounding": policy.rounding.value,
        "decimals": policy.decimals,
    }
