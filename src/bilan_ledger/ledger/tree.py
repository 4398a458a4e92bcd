"""The Merkle tree over the log: the bytes of its entries, in their order, as leaves.

Decides: that a leaf is what the store holds, byte by byte, read once and remembered as a hash.
Refuses to know: what the entries say, and who signs.
"""

from collections.abc import Callable, Sequence
from threading import RLock

from .. import merkle
from ..checkpoint import Checkpoint
from ..errors import InvalidValue, MalformedEntry
from ..merkle import Hash
from ..wire import Line


class LogTree:
    """The tree of a log, which grows with it. Sizes default to all entries of now."""

    def __init__(self, lines: Callable[[int], Sequence[Line]]) -> None:
        self._lines = lines
        self._leaves: list[Hash] = []
        self._lock = RLock()

    def leaves(self, size: int | None = None) -> list[Hash]:
        """Return the hashes of the first entries; raises `InvalidValue` if there are fewer."""
        with self._lock:
            while size is None or len(self._leaves) < size:
                lines = self._lines(len(self._leaves))
                if not lines:
                    break
                self._learn(lines)
            if size is not None and not 0 <= size <= len(self._leaves):
                raise InvalidValue("tree-size", field="size", value=size, have=len(self._leaves))
            return self._leaves[:size]

    def _learn(self, lines: Sequence[Line]) -> None:
        for line in lines:
            if line.index != len(self._leaves):
                raise MalformedEntry("row-disagrees", index=len(self._leaves), column="rowid")
            self._leaves.append(merkle.leaf_hash(line.state))

    def root(self, size: int | None = None) -> Hash:
        """Return the root over the first entries."""
        return merkle.root(self.leaves(size))

    def inclusion_proof(self, index: int, size: int | None = None) -> list[Hash]:
        """Return the hashes that lead from an entry to the root."""
        leaves = self.leaves(size)
        if not 0 <= index < len(leaves):
            raise InvalidValue("tree-size", field="index", value=index, have=len(leaves))
        return merkle.inclusion_proof(leaves, index)

    def consistency_proof(self, old: int, new: int | None = None) -> list[Hash]:
        """Return what shows that the log of `new` entries only added to that of `old`."""
        leaves = self.leaves(new)
        if not 0 < old <= len(leaves):
            raise InvalidValue("tree-size", field="old", value=old, have=len(leaves))
        return merkle.consistency_proof(leaves, old)

    def checkpoint(self, origin: str, size: int | None = None) -> Checkpoint:
        """Return an unsigned checkpoint of the log under the name `origin`."""
        leaves = self.leaves(size)
        return Checkpoint(origin, len(leaves), merkle.root(leaves))

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Whether the log begins with exactly the entries that a checkpoint stands for."""
        return len(self.leaves()) >= checkpoint.size and checkpoint.root == self.root(
            checkpoint.size
        )
