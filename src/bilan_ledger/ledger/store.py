"""The log on eventsourcing: one application, its mapper, and what its recorders must do.

Decides: that what is stored is exactly the canonical bytes, that the recorded date is taken
inside the store's write lock and never goes back, and that the database's own columns agree
with the bytes.
Refuses to know: the rules of plans and actions.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import attrs
from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import Environment, EnvType, get_topic

from .. import wire
from ..dates import Instant
from ..entry import Entry
from ..errors import MalformedEntry
from ..text import SealedText

Clock = Callable[[], datetime]


@attrs.frozen
class Draft:
    """An entry on its way into the log: it has no index yet, and no recorded date."""

    entry: Entry

    @property
    def originator_id(self) -> UUID:
        """The stream, under eventsourcing's name for it."""
        return self.entry.stream

    @property
    def originator_version(self) -> int:
        """The version, under eventsourcing's name for it."""
        return self.entry.version


@attrs.define
class Append:
    """What travels beside the events of one save, and the recorded date that comes back.

    `expected` is how many entries the whole log must have, where the decision rests on all of
    it; None where the versions of the streams are guard enough.
    """

    clock: Clock
    texts: Sequence[SealedText] = ()
    expected: int | None = None
    recorded_at: Instant | None = None

    def stamp(self, events: Sequence[StoredEvent], last: bytes | None) -> list[StoredEvent]:
        """Return the events with their recorded date: the clock's, or the last entry's if later.

        To be called inside the store's write lock, with the bytes of the last entry.
        """
        now = Instant(self.clock())
        self.recorded_at = now if last is None else max(now, wire.recorded_at(last))
        return [
            StoredEvent(
                event.originator_id,
                event.originator_version,
                event.topic,
                wire.stamp(event.state, self.recorded_at),
            )
            for event in events
        ]


class Recorder(Protocol):
    """What the ledger asks of a store beyond eventsourcing's application recorder."""

    def select_texts(self, commitments: Collection[str]) -> dict[str, SealedText]:
        """Return the texts behind commitments; those that were erased are missing."""
        ...


class EntryMapper(Mapper[UUID]):
    """Stores an entry as its canonical bytes, under its public name."""

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Return the bytes of a draft, its recorded date still blank (see `Append.stamp`)."""
        entry: Entry = domain_event.entry
        return StoredEvent(entry.stream, entry.version, wire.name_of(entry), wire.unstamped(entry))

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """Return the entry of a row; its index is not known here."""
        return Draft(checked(stored_event, -1))


def checked(row: StoredEvent, index: int) -> Entry:
    """Return the entry of a row; raises `MalformedEntry` when the row disagrees with its bytes."""
    entry = wire.decode(row.state, index)
    columns = {
        "stream": (row.originator_id, entry.stream),
        "version": (row.originator_version, entry.version),
        "topic": (row.topic, wire.name_of(entry)),
    }
    for column, (stored, written) in columns.items():
        if stored != written:
            raise MalformedEntry("row-disagrees", index=index, column=column)
    return entry


class Log(Application[UUID]):
    """The one log, as an eventsourcing application."""

    name = "bilan_ledger"

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Take the given settings only: the process environment must not reconfigure a ledger."""
        return Environment(name, {**(env or {}), "MAPPER_TOPIC": get_topic(EntryMapper)})
