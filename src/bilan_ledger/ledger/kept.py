"""What was read of single plans, kept for the next question; asked longest ago, it is forgotten.

Decides: how much is kept.
Refuses to know: what it is.
"""

from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 500_000  # entries, of a thousand plans: 400 MB of deltas, or 650 MB of histories


class Kept(Generic[T]):
    """What was read of each plan, in `plans`, and how much of the log was read for it alone."""

    def __init__(self) -> None:
        self.plans: dict[str, T] = {}
        self._reached: dict[str, int] = {}  # the plan that was asked about last stands last
        self._entries: dict[str, int] = {}
        self._held = 0
        self._all = False

    def reached(self, plan: str) -> int:
        """Return how much of the log was read for a plan that is asked about now."""
        if plan not in self._reached:
            return 0
        found = self._reached[plan] = self._reached.pop(plan)
        return found

    def read(self, plan: str, size: int, entries: int) -> None:
        """Note that the log was read up to a size for a plan, and how many entries were new."""
        self._reached[plan] = size
        self._entries[plan] = self._entries.get(plan, 0) + entries
        self._held += entries
        while not self._all and self._held > MOST and len(self._reached) > 1:
            self._forget(next(iter(self._reached)))

    def _forget(self, plan: str) -> None:
        del self._reached[plan]
        self.plans.pop(plan, None)
        self._held -= self._entries.pop(plan)

    def keep_all(self) -> None:
        """Forget nothing from now on: all of the log is read."""
        self._all = True
