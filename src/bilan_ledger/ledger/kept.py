"""What was read of single plans, kept for the next question; asked longest ago, it is forgotten.

Decides: how much is kept.
Refuses to know: what it is.
"""

from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 500_000  # entries, of a thousand plans: 400 MB of deltas, or 650 MB of histories


class _Read:
    """How much of the log was read for a plan, how many entries it has, and when it was asked."""

    __slots__ = ("entries", "question", "size")

    def __init__(self) -> None:
        self.size = self.entries = self.question = 0


class Kept(Generic[T]):
    """What was read of each plan, in `plans`, and how much of the log was read for it alone."""

    def __init__(self) -> None:
        self.plans: dict[str, T] = {}
        self._read: dict[str, _Read] = {}  # the plan that was asked about last stands last
        self._held = self._question = 0
        self._all = False

    def next_question(self) -> None:
        """Begin a question: what it asks about is not forgotten before the next one."""
        self._question += 1

    def reached(self, plan: str) -> int:
        """Return how much of the log was read for a plan that is asked about now."""
        read = self._read.pop(plan, None)
        if read is None:
            return 0
        read.question = self._question
        self._read[plan] = read
        return read.size

    def read(self, plan: str, size: int, entries: int) -> None:
        """Note that the log was read up to a size for a plan, and how many entries were new."""
        read = self._read.setdefault(plan, _Read())
        read.size, read.question = size, self._question
        read.entries += entries
        self._held += entries
        while not self._all and self._held > MOST and self._forget_oldest():
            pass

    def _forget_oldest(self) -> bool:
        plan, read = next(iter(self._read.items()))
        if read.question == self._question:
            return False
        del self._read[plan]
        self.plans.pop(plan, None)
        self._held -= read.entries
        return True

    def keep_all(self) -> None:
        """Forget nothing from now on: all of the log is read."""
        self._all = True
