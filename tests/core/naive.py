"""The naive model: every possibility is tried, one after the other."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise, product

from bilan_ledger.action import Action, Scope, Status
from bilan_ledger.completion import Contribution, contribution
from bilan_ledger.dates import When
from bilan_ledger.history import Standing
from bilan_ledger.plan import Base, Policy

STATUSES_AFTER = {
    "Proposed": {Status.PROPOSED},
    "Engaged": {Status.ENGAGED},
    "Engaged at least": {Status.ENGAGED, Status.REALISED},
    "Realised": {Status.REALISED},
    "Abandoned": {Status.ABANDONED},
    "Reopened to proposed": {Status.PROPOSED},
    "Reopened to engaged": {Status.ENGAGED},
}
SCOPE_AFTER = {
    "Withdrawn": Scope.WITHDRAWN,
    "MergedInto": Scope.MERGED,
    "SplitInto": Scope.SPLIT,
    "Superseded": Scope.SUPERSEDED,
    "NotAssessable": Scope.NOT_ASSESSABLE,
    "NotAssessed": Scope.NOT_ASSESSED,
    "Restored": Scope.IN_PLAN,
}


def word(event: object) -> str:
    """Return the word for what an event brings about."""
    name = type(event).__name__
    if getattr(event, "at_least", False):
        return f"{name} at least"
    return f"{name} to {event.to.value}" if hasattr(event, "to") else name


def days_of(when: When) -> list[date]:
    """Return every day of an interval."""
    return [
        date.fromordinal(n) for n in range(when.earliest.toordinal(), when.latest.toordinal() + 1)
    ]


def assignments(whens: Sequence[When]) -> Iterator[tuple[date, ...]]:
    """Yield every choice of one day for each date that keeps their order."""
    for days in product(*map(days_of, whens)):
        if all(a <= b for a, b in pairwise(days)):
            yield days


def happened(days: Iterable[date], on: date) -> int:
    """Return how many of the days have come by the end of a day."""
    return sum(day <= on for day in days)


def worlds(action: Action, on: date) -> Iterator[tuple[date | None, Standing]]:
    """Yield every listing day and standing at the end of a day, of any assignment of days."""
    statuses = [i.event for i in action.statuses if i.retracted_by is None]
    scopes = [i.event for i in action.scopes if i.retracted_by is None]
    ways = {
        (days[0] if days else None, happened(days, on))
        for days in assignments([event.on for event in statuses])
    }
    turns = {happened(days, on) for days in assignments([event.on for event in scopes])}
    for (listed, k), turn in product(ways, turns):
        scope = SCOPE_AFTER[word(scopes[turn - 1])] if turn else Scope.IN_PLAN
        for status in STATUSES_AFTER[word(statuses[k - 1])] if k else {None}:
            yield listed, Standing(status, scope)


def possible_contributions(
    action: Action, on: date, policy: Policy, listed_by: date
) -> set[Contribution]:
    """Return all that an action may add, one world after the other."""
    found = set()
    for listed, standing in worlds(action, on):
        late = listed is None or listed > listed_by
        if policy.base is Base.INITIAL_LIST and late:
            found.add(Contribution.OUT)
        else:
            found.add(contribution(standing, policy))
    return found


def counts(possibles: Sequence[Iterable[Contribution]]) -> set[tuple[int, int]]:
    """Return every (counted, base) over every combination of contributions."""
    return {
        (choice.count(Contribution.COUNTED), len(choice) - choice.count(Contribution.OUT))
        for choice in product(*possibles)
    }
