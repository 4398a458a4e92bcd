"""The log in memory: for tests, for trying things out, and for reading an exported log."""

from collections.abc import Collection, Sequence
from typing import Any

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.popo import POPOApplicationRecorder, POPOFactory
from eventsourcing.utils import get_topic

from ..text import SealedText
from .append import Append
from .store import Log, stamped


class MemoryRecorder(POPOApplicationRecorder):
    """Keeps rows and texts in this process."""

    def __init__(self) -> None:
        super().__init__()
        self._texts: dict[str, SealedText] = {}

    def _insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        append: Append = kwargs["append"]
        with self._database_lock:
            if append.expected not in {None, len(self._stored_events)}:
                msg = "the log has grown"
                raise IntegrityError(msg)
            self._assert_uniqueness(stored_events)
            last = self._stored_events[-1].state if self._stored_events else None
            ids = self._update_table(stamped(stored_events, append, last))
            self._texts.update({text.sealed.commitment: text for text in append.texts})
            for commitment in append.erased:
                self._texts.pop(commitment, None)
            return ids

    def select_texts(self, commitments: Collection[str]) -> dict[str, SealedText]:
        """Return the texts behind commitments; those that were erased are missing."""
        with self._database_lock:
            return {c: self._texts[c] for c in commitments if c in self._texts}

    def scrub(self) -> None:
        """Nothing is left behind: there are no files."""


class MemoryFactory(POPOFactory):
    """Makes the recorder of a log in memory."""

    def application_recorder(self) -> MemoryRecorder:
        """Return a new, empty recorder."""
        return MemoryRecorder()


def open_memory() -> Log:
    """Return a new, empty log."""
    return Log({"PERSISTENCE_MODULE": get_topic(MemoryFactory)})
