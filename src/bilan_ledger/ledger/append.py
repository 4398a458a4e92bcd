"""What one save takes with it, and how it can fail; knows no store.

Decides: the recorded date of a save: the clock's, never earlier than the last entry's.
Refuses to know: which store writes it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from .. import wire
from ..dates import Instant
from ..text import SealedText

Clock = Callable[[], datetime]


class Conflict(Exception):
    """Another writer was faster; what was decided may no longer be right."""


@attrs.define
class Append:
    """What travels beside the entries of one save, and the recorded date that comes back.

    `texts` are kept in the side table; those behind the commitments `erased` are destroyed.
    `expected` is how many entries the whole log must have, where the decision rests on all of
    it; None where the versions of the streams are guard enough.
    """

    clock: Clock
    texts: Sequence[SealedText] = ()
    erased: Sequence[str] = ()
    expected: int | None = None
    recorded_at: Instant = wire.UNSTAMPED

    def stamp(self, drafts: Sequence[bytes], last: bytes | None) -> list[bytes]:
        """Return drafts with their recorded date; `last` is the bytes of the log's last entry.

        To be called inside the store's write lock, so that recorded dates never go back along
        the log even when the clock does.
        """
        now = Instant(self.clock())
        self.recorded_at = now if last is None else max(now, wire.recorded_at(last))
        return self.restamp(drafts)

    def restamp(self, drafts: Sequence[bytes]) -> list[bytes]:
        """Return drafts with the recorded date that this save was given."""
        return wire.stamp(drafts, self.recorded_at)


@attrs.define
class TakeIn(Append):
    """A save of entries that were recorded elsewhere: they keep the dates that they have."""

    def stamp(self, drafts: Sequence[bytes], last: bytes | None) -> list[bytes]:  # noqa: ARG002
        """Return the entries as they are; the file they come from was checked as a whole."""
        self.recorded_at = wire.recorded_at(drafts[-1])
        return list(drafts)

    def restamp(self, drafts: Sequence[bytes]) -> list[bytes]:
        """Return the entries as they are."""
        return list(drafts)
