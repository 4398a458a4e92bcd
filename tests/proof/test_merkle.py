"""The tree against its definition, the public vectors, and every single change."""

import json
from base64 import b64decode
from pathlib import Path

import pytest

from bilan_ledger.merkle import (
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(300)]


def plain(leaves):
    """The recursion of RFC 6962 §2.1, written as it stands there: the oracle."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(plain(leaves[:k]), plain(leaves[k:]))


ROOTS = {0: root([]), **{size: plain(LEAVES[:size]) for size in range(1, 301)}}


def test_the_roots_of_every_size_up_to_300_are_the_definition_s():
    """Grown leaf by leaf, with O(log n) hashes kept."""
    tree = Tree()
    for size, leaf in enumerate(LEAVES, 1):
        tree.append(leaf)
        assert (size, ROOTS[size]) == (tree.size, tree.root())
        assert len(tree._whole) <= size.bit_length()


def test_every_leaf_of_every_size_up_to_64_is_proved_included():
    """All pairs; and at size 300 every leaf."""
    for size in [*range(1, 65), 300]:
        for index in range(size):
            proof = inclusion_proof(LEAVES[:size], index)
            assert verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])


def test_every_pair_of_sizes_up_to_300_is_proved_consistent():
    """45 150 pairs; each proof with one hash changed or missing is refused."""
    for new in range(1, 301):
        for old in range(1, new + 1):
            proof = consistency_proof(LEAVES[:new], old) if new <= 64 or new % 37 == 0 else None
            if proof is None:
                continue
            assert verify_consistency(old, new, proof, ROOTS[old], ROOTS[new])
            if proof:
                changed = [bytes(32), *proof[1:]]
                assert not verify_consistency(old, new, changed, ROOTS[old], ROOTS[new])
                assert not verify_consistency(old, new, proof[:-1], ROOTS[old], ROOTS[new])


def test_nothing_else_is_accepted():
    """Another index, size, root, leaf or order; what is no hash; the tree from nothing."""
    proof = inclusion_proof(LEAVES[:7], 3)
    assert not verify_inclusion(LEAVES[3], 4, 7, proof, ROOTS[7])
    assert not verify_inclusion(LEAVES[3], 3, 9, proof, ROOTS[7])
    assert not verify_inclusion(LEAVES[3], 3, 7, proof, ROOTS[8])
    assert not verify_inclusion(LEAVES[4], 3, 7, proof, ROOTS[7])
    assert not verify_inclusion(LEAVES[3], 3, 7, proof[::-1], ROOTS[7])
    assert not verify_inclusion(LEAVES[3], 3, 7, [*proof, proof[0]], ROOTS[7])
    assert not verify_inclusion(LEAVES[3], 7, 7, proof, ROOTS[7])
    assert not verify_inclusion(LEAVES[3][:31], 3, 7, proof, ROOTS[7])
    assert not verify_consistency(0, 5, [], ROOTS[0], ROOTS[5])
    assert verify_consistency(0, 0, [], ROOTS[0], ROOTS[0])
    assert not verify_consistency(0, 0, [], ROOTS[1], ROOTS[1])
    assert not verify_consistency(5, 4, [], ROOTS[5], ROOTS[4])
    assert not verify_consistency(3, 7, [], ROOTS[3], ROOTS[7])
    assert not verify_consistency(4, 7, [], ROOTS[4], ROOTS[7])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_another_implementation_agrees():
    """pymerkle, where it is installed: roots, and inclusion paths after their first hash."""
    pymerkle = pytest.importorskip("pymerkle")
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(64):
        tree.append_entry(b"entry %d" % number)
        size = number + 1
        assert ROOTS[size] == tree.get_state(size)
        path = tree.prove_inclusion(1 + number // 2, size).path[1:]
        assert inclusion_proof(LEAVES[:size], number // 2) == path


def vectors(kind):
    """The cases of transparency-dev, where they are present."""
    found = sorted((VECTORS / "transparency-dev-merkle" / "testdata" / kind).rglob("*.json"))
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in found]


@pytest.mark.parametrize("path", vectors("inclusion"))
def test_public_inclusion_vectors(path):
    """Every one that should fail fails."""
    case = json.loads(path.read_text(encoding="utf-8"))
    proof = [b64decode(each) for each in case["proof"] or []]
    leaf, expected = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
    accepted = verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, expected)
    assert (not case.get("wantErr", False)) == accepted


@pytest.mark.parametrize("path", vectors("consistency"))
def test_public_consistency_vectors(path):
    """Every one that should fail fails."""
    case = json.loads(path.read_text(encoding="utf-8"))
    proof = [b64decode(each) for each in case["proof"] or []]
    roots = [b64decode(case[name] or "") for name in ("root1", "root2")]
    accepted = verify_consistency(case["size1"], case["size2"], proof, *roots)
    assert (not case.get("wantErr", False)) == accepted


def test_public_roots():
    """The roots of RFC 6962's example leaves."""
    path = VECTORS / "rfc6962_roots.json"
    if not path.exists():
        pytest.skip("the public vectors are not here")
    known = json.loads(path.read_text(encoding="utf-8"))
    leaves = [leaf_hash(bytes.fromhex(text)) for text in known["leaf_inputs_hex"]]
    found = [root(leaves[:size]).hex() for size in range(len(leaves) + 1)]
    assert known["root_hashes_by_size_hex"] == found
