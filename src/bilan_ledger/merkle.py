"""A Merkle tree over a log of bytes: root, inclusion proofs, consistency proofs.

The tree is the one of RFC 9162 §2.1 (and RFC 6962 §2.1) with SHA-256:

    empty tree      SHA-256()
    leaf            SHA-256(0x00 ‖ bytes)
    node            SHA-256(0x01 ‖ left ‖ right)
    n leaves, n>1   node(tree of the first k, tree of the rest), k the largest power of two < n

A proof is a list of 32-byte hashes in the RFC's order. The tree of the three leaves "a", "b",
"c" has the root 8d7b…: the docstring of `root` shows it whole, and a test runs it.

Decides: these hashes. Refuses to know: what the bytes say, and who signed a root.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import count

Hash = bytes
SIZE = 32
_LEAF, _NODE = b"\x00", b"\x01"  # what is hashed before a leaf's bytes, and before two hashes


def leaf_hash(data: bytes) -> Hash:
    """Return the hash of a leaf: "MTH({d[0]}) = HASH(0x00 || d[0])" (RFC 9162 §2.1.1)."""
    return sha256(_LEAF + data).digest()


def leaf_hashes(several: Iterable[bytes]) -> list[Hash]:
    """Return the hashes of many leaves."""
    return [sha256(_LEAF + data).digest() for data in several]


def node_hash(left: Hash, right: Hash) -> Hash:
    """Return the hash of a node: "HASH(0x01 || MTH(…) || MTH(…))" (RFC 9162 §2.1.1)."""
    return sha256(_NODE + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and keeps the hash of every complete subtree.

    64 bytes a leaf; then a root of any size and every proof take O(log n) hashes. Sizes default
    to all leaves.

    >>> tree = Tree()
    >>> tree.extend(map(leaf_hash, [b"a", b"b", b"c"]))
    >>> tree.size, tree.root() == root([leaf_hash(data) for data in (b"a", b"b", b"c")])
    (3, True)
    """

    def __init__(self, leaves: Iterable[Hash] = ()) -> None:
        self.size = 0
        # By height: the roots of all complete subtrees of 2^height leaves, end to end.
        self._levels: list[bytearray] = [bytearray()]
        self.extend(leaves)

    def append(self, leaf: Hash) -> None:
        """Add a leaf's hash."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[Hash]) -> None:
        """Add several leaves' hashes: level by level, all nodes that are complete now."""
        below = self._levels[0]
        below += b"".join(leaves)
        self.size = len(below) // SIZE
        for height in count(1):
            complete = len(below) // (2 * SIZE)
            if not complete:
                break
            if height == len(self._levels):
                self._levels.append(bytearray())
            level = self._levels[height]
            pairs = bytes(below[2 * len(level) : 2 * SIZE * complete])
            if not pairs:
                break
            # Left and right lie side by side: `node_hash` of many, without taking them apart.
            found = [
                sha256(_NODE + pairs[n : n + 2 * SIZE]).digest()
                for n in range(0, len(pairs), 2 * SIZE)
            ]
            level += b"".join(found)
            below = level

    def leaf(self, index: int) -> Hash:
        """Return the hash of a leaf."""
        return self._complete(0, index)

    def root(self, size: int | None = None) -> Hash:
        """Return the root of the first leaves (RFC 9162 §2.1.1)."""
        size = self.size if size is None else size
        return self._between(0, size) if size else sha256().digest()

    def inclusion_proof(self, index: int, size: int | None = None) -> list[Hash]:
        """Return the hashes that lead from a leaf to the root (RFC 9162 §2.1.3.1), leaf upwards."""
        size = self.size if size is None else size
        assert 0 <= index < size <= self.size
        found: list[Hash] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                found.append(self._between(middle, end))
                end = middle
            else:
                found.append(self._between(start, middle))
                start = middle
        return found[::-1]

    def consistency_proof(self, old: int, new: int | None = None) -> list[Hash]:
        """Return what shows that the first `old` leaves are a prefix (RFC 9162 §2.1.4.1)."""
        new = self.size if new is None else new
        assert 0 < old <= new <= self.size
        found: list[Hash] = []
        start, end = 0, new
        while old != end:
            middle = start + _split(end - start)
            if old <= middle:
                found.append(self._between(middle, end))
                end = middle
            else:
                found.append(self._between(start, middle))
                start = middle
        if start:  # else the old tree is a complete subtree of the new one: its root is known
            found.append(self._between(start, end))
        return found[::-1]

    def _between(self, start: int, end: int) -> Hash:
        """Return the root over some leaves, which begin where such a subtree may begin."""
        found: Hash | None = None
        # From the right: the complete subtrees of the binary digits of the length.
        length = end - start
        while length:
            height = (length & -length).bit_length() - 1
            length -= 1 << height
            part = self._complete(height, (start + length) >> height)
            found = part if found is None else node_hash(part, found)
        assert found is not None
        return found

    def _complete(self, height: int, place: int) -> Hash:
        return bytes(self._levels[height][place * SIZE : (place + 1) * SIZE])


def root(leaves: Sequence[Hash]) -> Hash:
    """Return the root of a tree of leaf hashes (RFC 9162 §2.1.1).

    >>> root([leaf_hash(data) for data in (b"a", b"b", b"c")]).hex()
    '36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1'
    """
    return Tree(leaves).root()


def _split(size: int) -> int:
    """Return "the largest power of two smaller than n" (RFC 9162 §2.1.1)."""
    return 1 << (size - 1).bit_length() - 1


def verify_inclusion(
    leaf: Hash, index: int, size: int, proof: Sequence[Hash], expected: Hash
) -> bool:
    """Whether a leaf is at an index of the tree of this size and root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or any(len(each) != SIZE for each in (leaf, expected, *proof)):
        return False
    first, second, found = index, size - 1, leaf
    for each in proof:
        if second == 0:
            return False
        if first & 1 or first == second:
            found = node_hash(each, found)
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            found = node_hash(found, each)
        first, second = first >> 1, second >> 1
    return second == 0 and found == expected


def verify_consistency(
    old: int, new: int, proof: Sequence[Hash], old_root: Hash, new_root: Hash
) -> bool:
    """Whether a tree of size `old` is a prefix of one of size `new` (RFC 9162 §2.1.4.2).

    From an empty tree nothing can be proved (the RFC asks 0 < old), and it is refused.
    """
    if old == new:
        return not proof and old_root == new_root and (old > 0 or new_root == root([]))
    if not 0 < old < new:
        return False
    whole = all(len(each) == SIZE for each in (old_root, new_root, *proof))
    return whole and _consistent(old, new, proof, old_root, new_root)


def _consistent(old: int, new: int, proof: Sequence[Hash], old_root: Hash, new_root: Hash) -> bool:
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    first, second = old - 1, new - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    older = newer = path[0]
    for each in path[1:]:
        if second == 0:
            return False
        if first & 1 or first == second:
            older, newer = node_hash(each, older), node_hash(each, newer)
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            newer = node_hash(newer, each)
        first, second = first >> 1, second >> 1
    return second == 0 and older == old_root and newer == new_root
