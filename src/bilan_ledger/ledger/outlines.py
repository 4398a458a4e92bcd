"""The deltas of plans, read from the log as far as they were asked for.

Decides: that an entry is read once, in the order of the log, and follows the last of its stream.
Refuses to know: what the deltas are summed up to (see `completion`).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ..deltas import Deltas, NotNext
from ..errors import MalformedEntry
from ..wire import Glance
from .collecting import nothing_to_collect
from .kept import Kept

if TYPE_CHECKING:
    from .store import Log


class Outlines:
    """What figures need of each plan: a small part of what its entries say."""

    def __init__(self) -> None:
        self._kept = Kept[Deltas]()
        self._all = 0  # how much of it was read for all

    def next_question(self) -> None:
        """Begin a question; see `Kept`."""
        self._kept.next_question()

    def of(self, log: "Log", plan: str, size: int) -> Deltas:
        """Return one plan's deltas of at least the first entries; empty if there is none."""
        start = max(self._kept.reached(plan), self._all)
        if start < size:
            found = log.glances_of(plan, start, size)
            if found is None:
                self.every(log, size)
            else:
                self._learn(found)
                self._kept.read(plan, size, len(found))
        return self._kept.plans.get(plan) or Deltas(plan)

    def every(self, log: "Log", size: int) -> Mapping[str, Deltas]:
        """Return the deltas of every plan of at least the first entries."""
        self._kept.keep_all()
        while self._all < size and (page := log.glances(self._all)):
            self._learn(one for one in page if one.position >= self._kept.reached(one.plan))
            self._all += len(page)
        return self._kept.plans

    def _learn(self, found: Iterable[Glance]) -> None:
        try:
            with nothing_to_collect():
                for one in found:
                    self._learn_one(one)
        except BaseException:
            self.__init__()  # type: ignore[misc]  # what was read half is read again
            raise

    def _learn_one(self, one: Glance) -> None:
        deltas = self._kept.plans.get(one.plan)
        if deltas is None:
            deltas = self._kept.plans[one.plan] = Deltas(one.plan)
        try:
            if one.action is None:
                deltas.learn_plan(one.position, one.version, one.event)
            else:
                deltas.learn(one.position, one.action, one.version, one.dated)
        except NotNext:
            raise MalformedEntry("row-disagrees", index=one.position, column="version") from None
        except ValueError:
            raise MalformedEntry("row-disagrees", index=one.position, column="after") from None
