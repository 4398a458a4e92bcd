"""The Merkle tree over the log: the bytes of its entries, in their order, as leaves.

Decides: that a leaf is what the store holds, byte by byte, read once and remembered as a hash.
Refuses to know: what the entries say, and who signs.
"""

from collections.abc import Callable, Sequence
from threading import RLock

from ..checkpoint import Checkpoint
from ..errors import InvalidValue
from ..merkle import Hash, Tree, leaf_hashes


class LogTree:
    """The tree of a log, which grows with it. Sizes default to all entries of now."""

    def __init__(self, states: Callable[[int], Sequence[bytes]]) -> None:
        self._states = states
        self._tree = Tree()
        self._lock = RLock()

    def size(self) -> int:
        """Return how many entries the log has, having read all of them."""
        return self._read(None)

    def leaves(self, size: int | None = None) -> list[Hash]:
        """Return the hashes of the first entries; raises `InvalidValue` if there are fewer."""
        return [self._tree.leaf(index) for index in range(self._read(size))]

    def _read(self, size: int | None) -> int:
        """Read as many entries as are asked for (None: all), and return how many these are."""
        with self._lock:
            while size is None or self._tree.size < size:
                states = self._states(self._tree.size)
                if not states:
                    break
                self._tree.extend(leaf_hashes(states))
            if size is not None and not 0 <= size <= self._tree.size:
                raise InvalidValue("tree-size", field="size", value=size, have=self._tree.size)
            return self._tree.size if size is None else size

    def root(self, size: int | None = None) -> Hash:
        """Return the root over the first entries."""
        return self._tree.root(self._read(size))

    def inclusion_proof(self, index: int, size: int | None = None) -> list[Hash]:
        """Return the hashes that lead from an entry to the root."""
        have = self._read(size)
        if not 0 <= index < have:
            raise InvalidValue("tree-size", field="index", value=index, have=have)
        return self._tree.inclusion_proof(index, have)

    def consistency_proof(self, old: int, new: int | None = None) -> list[Hash]:
        """Return what shows that the log of `new` entries only added to that of `old`."""
        have = self._read(new)
        if not 0 < old <= have:
            raise InvalidValue("tree-size", field="old", value=old, have=have)
        return self._tree.consistency_proof(old, have)

    def checkpoint(self, origin: str, size: int | None = None) -> Checkpoint:
        """Return an unsigned checkpoint of the log under the name `origin`."""
        have = self._read(size)
        return Checkpoint(origin, have, self._tree.root(have))

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Whether the log begins with exactly the entries that a checkpoint stands for."""
        return self.size() >= checkpoint.size and checkpoint.root == self.root(checkpoint.size)
