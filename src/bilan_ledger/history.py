"""An action's dated history: which statuses are possible on a day, as far as is known.

Decides: what a plan's log says at a point of knowledge (`Record.view`), and the exact set of
possible standings of an action on a day.
Refuses to know: what counts. It never chooses between possibilities.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import accumulate
from typing import Any, cast

import attrs

from . import action as actions
from . import plan as plans
from .action import Action, Qualified, Qualifier, Scope, Status, scope_after, statuses_after
from .action import evolve as evolve_action
from .dates import Instant, Windows, windows
from .entry import Entry
from .evidence import Evidence
from .plan import Plan
from .plan import evolve as evolve_plan
from .record import Recorded, live

# --- possible standings ----------------------------------------------------------------------


@attrs.frozen
class Standing:
    """Where an action stands: its status (None: not yet on the list) and its scope."""

    status: Status | None
    scope: Scope

    @property
    def cell(self) -> str:
        """The one word under which it is counted: `absent`, a status, or a scope."""
        if self.status is None:
            return "absent"
        return self.status.value if self.scope is Scope.IN_PLAN else self.scope.value


@attrs.frozen
class Timeline:
    """The dated history of one action, ready to be asked about days.

    `statuses[k]` and `scopes[k]` are what is possible once k entries have happened.
    """

    statuses: tuple[frozenset[Status | None], ...]
    status_windows: Windows
    scopes: tuple[Scope, ...]
    scope_windows: Windows

    def possible(self, on: date) -> frozenset[Standing]:
        """Return every standing that some assignment of days gives at the end of day `on`."""
        return frozenset(
            Standing(status, self.scopes[after])
            for happened in self.status_windows.happened(on)
            for status in self.statuses[happened]
            for after in self.scope_windows.happened(on)
        )

    def breakpoints(self) -> Iterator[date]:
        """Return the days on which the possible standings may change."""
        for found in (self.status_windows, self.scope_windows):
            yield from found.first
            yield from found.last

    def suppose_listed(self, *, by: date) -> "Iterator[tuple[bool, Timeline]]":
        """Split into what holds if the action was listed by a day, and if it was listed later.

        Yields (listed by then, timeline) for each of the two that is possible.
        """
        for listed, found in (
            (True, self.status_windows.begun_by(by)),
            (False, self.status_windows.begun_after(by)),
        ):
            if found.consistent:
                yield listed, attrs.evolve(self, status_windows=found)


def timeline(action: Action) -> Timeline:
    """Return the dated history of an action, without what was retracted."""
    statuses, scopes = live(action.statuses), live(action.scopes)
    return Timeline(
        statuses=(frozenset({None}), *(statuses_after(i.event) for i in statuses)),
        status_windows=windows([i.event.on for i in statuses]),
        scopes=(Scope.IN_PLAN, *(scope_after(i.event) for i in scopes)),
        scope_windows=windows([i.event.on for i in scopes]),
    )


def possible(action: Action, on: date) -> frozenset[Standing]:
    """Return every standing that an action may have at the end of day `on`; exact, O(n)."""
    return timeline(action).possible(on)


def qualifier(action: Action, on: date) -> Qualifier | None:
    """Return the qualifier shown on a day.

    It is shown from the latest day on which it may have begun; the next status ends it.
    """
    statuses = live(action.statuses)
    last = windows([item.event.on for item in statuses]).last
    happened = bisect_right(last, on)
    if not happened:
        return None
    since = last[happened - 1]
    said = [
        (item.event.on.latest, item.version, item.event.qualifier)
        for item in live(action.remarks)
        if isinstance(item.event, Qualified) and since <= item.event.on.latest <= on
    ]
    with_status: Qualifier | None = getattr(statuses[happened - 1].event, "qualifier", None)
    return max(said, key=lambda item: item[:2])[2] if said else with_status


def evidence_of(action: Action) -> tuple[Evidence, ...]:
    """Return all evidence that stands for an action, in the order of its entries."""
    items: list[Recorded[Any]] = [
        *live(action.statuses), *live(action.scopes), *live(action.remarks),
    ]  # fmt: skip
    standing = {item.version for item in items} | {None}
    found = sorted(items, key=lambda item: item.version)
    found = [item for item in found if getattr(item.event, "entry", None) in standing]
    return tuple(piece for item in found for piece in getattr(item.event, "evidence", ()))


# --- knowledge -------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Known:
    """What was known: entries up to an index of the log, or stated by their source by an instant.

    `index` is the last entry known (None: all of them; -1: none). With `stated`, an entry is
    known from its stated date on, or from its recorded date where the source states none, and
    never before an earlier entry of the same plan or action: that rests on the source's word.
    """

    index: int | None = None
    stated: Instant | None = None


NOW = Known()


@attrs.frozen
class View:
    """One or several plans as they are believed at one point of knowledge.

    `actions` maps `plan/action` to its state; only actions that are on a list are in it.
    """

    plans: Mapping[str, Plan]
    actions: Mapping[str, Action]
    known: Known = NOW

    @cached_property
    def timelines(self) -> Mapping[str, Timeline]:
        """The dated history of each action; made once, however many days are asked about."""
        return {name: timeline(action) for name, action in self.actions.items()}


@attrs.define
class Record:
    """All that the log says of one plan: a fold of its entries, extended as the log grows."""

    key: str
    plan: Plan = attrs.field(factory=Plan)
    actions: dict[str, Action] = attrs.field(factory=dict[str, Action])
    entries: list[Entry] = attrs.field(factory=list[Entry])
    streams: dict[str | None, list[Entry]] = attrs.field(factory=dict[str | None, list[Entry]])
    _last: View | None = attrs.field(default=None, init=False, eq=False, repr=False)

    def add(self, entry: Entry) -> None:
        """Extend the record by the log's next entry of this plan."""
        self._last = None
        if entry.action is None:
            self.plan = evolve_plan(self.plan, cast("plans.Event", entry.event))
        else:
            state = self.actions.get(entry.action, Action())
            self.actions[entry.action] = evolve_action(state, cast("actions.Event", entry.event))
        self.entries.append(entry)
        self.streams.setdefault(entry.action, []).append(entry)

    def view(self, known: Known = NOW) -> View:
        """Return the plan and its listed actions as believed at a point of knowledge."""
        if self._last is None or self._last.known != known:
            self._last = self._view(known)
        return self._last

    def _view(self, known: Known) -> View:
        plan = self.plan.seen(self._visible(None, known))
        actions = {
            f"{self.key}/{name}": self._seen(state, self._visible(name, known))
            for name, state in self.actions.items()
        }
        listed = {name: state for name, state in actions.items() if live(state.statuses)}
        plans = {self.key: plan} if plan.created else {}
        return View(plans, listed if plans else {}, known)

    @staticmethod
    def _seen(state: Action, visible: range) -> Action:
        """Return an action as it was believed; whoever has seen all of it sees it as it is."""
        return state if len(visible) == state.version else state.seen(visible)

    @property
    def indexes(self) -> list[int]:
        """The place of each entry in the log."""
        return [entry.index for entry in self.entries]

    def knew(self, known: Known, entry: Entry) -> bool:
        """Whether an entry of this plan was known."""
        return entry.version in self._visible(entry.action, known)

    def _visible(self, action: str | None, known: Known) -> range:
        """Return the versions of a stream that were known: always its first ones."""
        entries = self.streams.get(action, [])
        if known.stated is not None:
            return range(1, bisect_right(list(stated(entries)), known.stated) + 1)
        if known.index is None:
            return range(1, len(entries) + 1)
        return range(1, bisect_right(entries, known.index, key=lambda entry: entry.index) + 1)


def stated(entries: Iterable[Entry]) -> Iterator[Instant]:
    """Yield when each entry of one stream was known by its source's word, never going back."""
    return accumulate((entry.stated_at or entry.recorded_at for entry in entries), max)


def records(entries: Iterable[Entry]) -> dict[str, Record]:
    """Return what a log says of each plan."""
    found: dict[str, Record] = {}
    for entry in entries:
        found.setdefault(entry.plan, Record(entry.plan)).add(entry)
    return found


def together(views: Sequence[View]) -> View:
    """Return several plans seen as one list, such as a programme and what was added to it."""
    if len(views) == 1:
        return views[0]
    plans = {name: plan for view in views for name, plan in view.plans.items()}
    actions = {name: action for view in views for name, action in view.actions.items()}
    return View(plans, actions, views[0].known)
