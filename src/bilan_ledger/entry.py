"""An entry: an event in its place in the log.

Decides: what stands around an event (who, when recorded, when stated), and the name of the
stream that it belongs to.
Refuses to know: how entries are written as bytes, and where they are kept.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast
from uuid import NAMESPACE_URL, UUID, uuid5

import attrs

from . import action as actions
from . import plan as plans
from .dates import Instant
from .evidence import Evidence
from .record import Erased
from .text import Sealed

# An address of ours that names nothing but this space of names; stream ids hang on it for ever.
_NAMESPACE = uuid5(NAMESPACE_URL, "bilan-ledger/stream/v1")


@lru_cache(maxsize=10_000)
def stream_id(plan_key: str, action_key: str | None = None) -> UUID:
    """Return the id of a plan's or an action's stream: a UUIDv5 of `plan` or `plan/action`."""
    return uuid5(_NAMESPACE, plan_key if action_key is None else f"{plan_key}/{action_key}")


@lru_cache(maxsize=10_000)
def stream_text(plan_key: str, action_key: str | None = None) -> str:
    """Return the id of a stream as it is written."""
    return str(stream_id(plan_key, action_key))


@attrs.frozen(kw_only=True)
class Entry:
    """An event in its place in the log.

    `index` is its place in the whole log (0, 1, 2, … without holes) and `version` its place in
    the stream of its plan or action (1, 2, …). `recorded_at` is the ledger's clock;
    `stated_at`, for an imported history, is when the source says that it recorded this.
    `written` holds the bytes of an entry whose event has since been given another name.
    """

    index: int
    plan: str
    action: str | None
    version: int
    recorded_at: Instant
    recorded_by: Sealed
    stated_at: Instant | None = None
    event: actions.Event | plans.Event
    written: bytes | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def stream(self) -> UUID:
        """The id of the stream that the entry belongs to."""
        return stream_id(self.plan, self.action)

    def recorded(self, index: int, recorded_at: Instant) -> "Entry":
        """Return the entry in the place that the log gave it, with its recorded date."""
        # Not `attrs.evolve`: this runs once for every entry that is recorded.
        return Entry(
            index=index, plan=self.plan, action=self.action, version=self.version,
            recorded_at=recorded_at, recorded_by=self.recorded_by, stated_at=self.stated_at,
            event=self.event, written=self.written,
        )  # fmt: skip

    @property
    def subject(self) -> str:
        """What the entry is about: `plan/action`, or the plan's key."""
        return self.plan if self.action is None else f"{self.plan}/{self.action}"

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence that the entry carries."""
        found: tuple[Evidence, ...] = getattr(self.event, "evidence", ())
        return found


def sealed_in(value: object, field: str = "") -> Iterator[tuple[str, Sealed]]:
    """Yield every commitment in an entry or in any of its values, with its field's name.

    What an entry says of erased texts is not its own: the commitments in it are passed over.
    """
    if isinstance(value, Sealed):
        yield field, value
    elif isinstance(value, tuple):
        for item in cast("tuple[object, ...]", value):
            yield from sealed_in(item, field)
    elif attrs.has(type(value)):
        for each in attrs.fields(cast("Any", type(value))):
            if not (isinstance(value, Erased) and each.name == "texts"):
                yield from sealed_in(getattr(value, each.name), each.name)
