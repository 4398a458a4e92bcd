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

Hash = bytes
SIZE = 32


def leaf_hash(data: bytes) -> Hash:
    """Return the hash of a leaf: "MTH({d[0]}) = HASH(0x00 || d[0])" (RFC 9162 §2.1.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    """Return the hash of a node: "HASH(0x01 || MTH(…) || MTH(…))" (RFC 9162 §2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and keeps O(log n) hashes: enough for its root.

    >>> tree = Tree()
    >>> tree.extend(map(leaf_hash, [b"a", b"b", b"c"]))
    >>> tree.size, tree.root() == root([leaf_hash(data) for data in (b"a", b"b", b"c")])
    (3, True)
    """

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[Hash] = []  # roots of the complete subtrees, the largest first

    def append(self, leaf: Hash) -> None:
        """Add a leaf's hash."""
        self._whole.append(leaf)
        self.size += 1
        # As many subtrees join as the new size ends in zero bits.
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self._whole.pop()
            self._whole.append(node_hash(self._whole.pop(), right))

    def extend(self, leaves: Iterable[Hash]) -> None:
        """Add several leaves' hashes."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> Hash:
        """Return the root of the tree as it is now."""
        if not self._whole:
            return sha256().digest()
        found = self._whole[-1]
        for left in reversed(self._whole[:-1]):
            found = node_hash(left, found)
        return found


def root(leaves: Sequence[Hash]) -> Hash:
    """Return the root of a tree of leaf hashes (RFC 9162 §2.1.1).

    >>> root([leaf_hash(data) for data in (b"a", b"b", b"c")]).hex()
    '36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1'
    """
    tree = Tree()
    tree.extend(leaves)
    return tree.root()


def inclusion_proof(leaves: Sequence[Hash], index: int) -> list[Hash]:
    """Return the hashes that lead from a leaf to the root (RFC 9162 §2.1.3.1), leaf upwards."""
    assert 0 <= index < len(leaves)
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*inclusion_proof(leaves[:k], index), root(leaves[k:])]
    return [*inclusion_proof(leaves[k:], index - k), root(leaves[:k])]


def consistency_proof(leaves: Sequence[Hash], old: int) -> list[Hash]:
    """Return what shows that the first `old` leaves are a prefix (RFC 9162 §2.1.4.1)."""
    assert 0 < old <= len(leaves)
    return _subproof(leaves, old, whole=True)


def _subproof(leaves: Sequence[Hash], old: int, *, whole: bool) -> list[Hash]:
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    k = _split(len(leaves))
    if old <= k:
        return [*_subproof(leaves[:k], old, whole=whole), root(leaves[k:])]
    return [*_subproof(leaves[k:], old - k, whole=False), root(leaves[:k])]


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
