"""An entry: an event in its place in the log.

Decides: what stands around an event (who, when recorded, when stated), and the name of the
stream that it belongs to.
Refuses to know: how entries are written as bytes, and where they are kept.
"""

from uuid import NAMESPACE_URL, UUID, uuid5

import attrs

from . import action as actions
from . import plan as plans
from .dates import Instant
from .evidence import Evidence
from .text import Sealed

# An address of ours that names nothing but this space of names; stream ids hang on it for ever.
_NAMESPACE = uuid5(NAMESPACE_URL, "bilan-ledger/stream/v1")


def stream_id(plan_key: str, action_key: str | None = None) -> UUID:
    """Return the id of a plan's or an action's stream: a UUIDv5 of `plan` or `plan/action`."""
    return uuid5(_NAMESPACE, plan_key if action_key is None else f"{plan_key}/{action_key}")


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

    @property
    def subject(self) -> str:
        """What the entry is about: `plan/action`, or the plan's key."""
        return self.plan if self.action is None else f"{self.plan}/{self.action}"

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence that the entry carries."""
        found: tuple[Evidence, ...] = getattr(self.event, "evidence", ())
        return found
