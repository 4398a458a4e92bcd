"""The tree against its definition, the public vectors, another library, and every single change.

By default the verifiers meet every pair up to 300 with the oracle's proofs, and our own proofs
are compared at some sizes; `BILAN_LONG=1` compares them all.
"""

import json
import random
from base64 import b64decode
from functools import cache

import pytest
from proof_samples import LONG, VECTORS

from bilan_ledger import merkle
from bilan_ledger.merkle import (
    Tree,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

MOST = 300
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(MOST)]
SIZES = range(1, MOST + 1)
COMPARED = SIZES if LONG else [*range(1, 65), 100, 127, 128, 129, 200, 255, 256, 257, 299, 300]


# --- the oracle: RFC 9162 as it stands, over leaves d[start:end], each subtree hashed once ------


@cache
def mth(start, end):
    """§2.1.1: "MTH(D_n) = HASH(0x01 || MTH(D[0:k]) || MTH(D[k:n]))"."""
    n = end - start
    if n == 1:
        return LEAVES[start]
    k = largest_power_below(n)
    return node_hash(mth(start, start + k), mth(start + k, end))


def largest_power_below(n):
    """§2.1.1: "the largest power of two smaller than n (i.e., k < n <= 2k)"."""
    k = 1
    while 2 * k < n:
        k = 2 * k
    assert k < n <= 2 * k
    return k


def path(m, start, end):
    """§2.1.3.1: "PATH(m, D_n)", leaf upwards."""
    n = end - start
    if n == 1:
        return []
    k = largest_power_below(n)
    if m < k:
        return [*path(m, start, start + k), mth(start + k, end)]
    return [*path(m - k, start + k, end), mth(start, start + k)]


def subproof(m, start, end, *, b):
    """§2.1.4.1: "SUBPROOF(m, D_n, b)"."""
    n = end - start
    if m == n:
        return [] if b else [mth(start, end)]
    k = largest_power_below(n)
    if m <= k:
        return [*subproof(m, start, start + k, b=b), mth(start + k, end)]
    return [*subproof(m - k, start + k, end, b=False), mth(start, start + k)]


ROOTS = {0: root([]), **{size: mth(0, size) for size in SIZES}}


def test_the_roots_of_every_size_up_to_300_are_the_definition_s():
    """Grown leaf by leaf; and of every size that the grown tree once had."""
    tree = Tree()
    for size, leaf in enumerate(LEAVES, 1):
        tree.append(leaf)
        assert (size, ROOTS[size]) == (tree.size, tree.root())
    for size in (0, *SIZES):
        assert tree.root(size) == ROOTS[size]


def test_a_question_to_a_grown_tree_takes_few_hashes(monkeypatch):
    """However large it is: no more than two for each doubling."""
    tree = Tree(LEAVES)
    counted = []
    hashed = merkle.node_hash
    monkeypatch.setattr(merkle, "node_hash", lambda *a: counted.append(a) or hashed(*a))
    for size in SIZES:
        for ask in (
            lambda: tree.root(size),  # noqa: B023 asked at once
            lambda: tree.inclusion_proof(size // 3, size),  # noqa: B023
            lambda: tree.consistency_proof(size // 3 or 1, size),  # noqa: B023
        ):
            counted.clear()
            ask()
            assert len(counted) <= 2 * size.bit_length()


def test_every_leaf_of_every_size_up_to_300_is_proved_included():
    """45 150 pairs, each with the proof that the RFC's own recursion gives."""
    proved = 0
    for size in SIZES:
        for index in range(size):
            proof = path(index, 0, size)
            proved += verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
    assert MOST * (MOST + 1) // 2 == proved


def test_every_pair_of_sizes_up_to_300_is_proved_consistent():
    """45 150 pairs, each with the proof that the RFC's own recursion gives."""
    proved = 0
    for new in SIZES:
        for old in range(1, new + 1):
            proof = subproof(old, 0, new, b=True)
            proved += verify_consistency(old, new, proof, ROOTS[old], ROOTS[new])
    assert MOST * (MOST + 1) // 2 == proved


def test_our_proofs_are_the_rfc_s_hash_by_hash():
    """Inclusion of every index, consistency of every older size; all sizes in the long run."""
    for size in COMPARED:
        several = LEAVES[:size]
        for number in range(size):
            assert path(number, 0, size) == Tree(several).inclusion_proof(number)
            older = number + 1
            assert subproof(older, 0, size, b=True) == Tree(several).consistency_proof(older)


def changes(proof, random_):
    """Every list of hashes that differs from a proof in one place."""
    for place, each in enumerate(proof):
        bit = random_.randrange(256)
        turned = bytes(b ^ (1 << bit % 8 if n == bit // 8 else 0) for n, b in enumerate(each))
        yield [*proof[:place], turned, *proof[place + 1 :]]
        yield [*proof[:place], each[:-1], *proof[place + 1 :]]
        yield [*proof[:place], *proof[place + 1 :]]
        yield [*proof[:place], each, *proof[place:]]
        if place:  # the same bytes, cut elsewhere
            before = proof[place - 1]
            yield [*proof[: place - 1], before[:-1], before[-1:] + each, *proof[place + 1 :]]
            yield [*proof[: place - 1], before[1:], each + before[:1], *proof[place + 1 :]]
        for other in range(place + 1, len(proof)):
            swapped = list(proof)
            swapped[place], swapped[other] = proof[other], each
            yield swapped
    yield [*proof, random_.randbytes(32)]
    yield [random_.randbytes(32), *proof]


PAIRS = MOST * 20 if LONG else MOST


def test_an_inclusion_proof_with_one_thing_changed_is_refused():
    """A hash changed, cut, removed, doubled, swapped or added; another leaf, index or root.

    Only a size of the same shape passes: size and root are signed together.
    """
    random_ = random.Random(9162)  # noqa: S311 repeatable
    refused = 0
    for _ in range(PAIRS):
        size = random_.randrange(2, MOST + 1)
        index = random_.randrange(size)
        proof, leaf = path(index, 0, size), LEAVES[index]
        for changed in changes(proof, random_):
            assert not verify_inclusion(leaf, index, size, changed, ROOTS[size])
            refused += 1
        for other in {*range(size + 2), *random_.sample(range(MOST), 5)} - {index}:
            assert not verify_inclusion(leaf, other, size, proof, ROOTS[size])
            if other < MOST:
                assert not verify_inclusion(LEAVES[other], index, size, proof, ROOTS[size])
        for other in {0, 1, size - 1, size + 1, 2 * size, MOST * 2} - {size}:
            found = verify_inclusion(leaf, index, other, proof, ROOTS[size])
            assert found == (index < other and turns(index, size) == turns(index, other))
        assert not verify_inclusion(leaf, index, size, proof, ROOTS[size - 1])
    assert refused > 10 * PAIRS


def turns(index, size):
    """On which side each hash of an inclusion proof stands: all that a size says there."""
    if size == 1:
        return ""
    k = largest_power_below(size)
    return turns(index, k) + "r" if index < k else turns(index - k, size - k) + "l"


def test_a_consistency_proof_with_one_thing_changed_is_refused():
    """A hash changed, cut, removed, doubled, swapped or added; other sizes, another root."""
    random_ = random.Random(6962)  # noqa: S311 repeatable
    refused = 0
    for _ in range(PAIRS):
        new = random_.randrange(2, MOST + 1)
        old = random_.randrange(1, new)
        proof, roots = subproof(old, 0, new, b=True), (ROOTS[old], ROOTS[new])
        for changed in changes(proof, random_):
            assert not verify_consistency(old, new, changed, *roots)
            refused += 1
        for other in set(range(-1, new + 1)) - {old}:
            assert not verify_consistency(other, new, proof, *roots)
            if other > 0:
                assert not verify_consistency(old, new, proof, ROOTS[other], ROOTS[new])
                assert not verify_consistency(old, new, proof, ROOTS[old], ROOTS[other - 1])
        assert not verify_consistency(old, new, proof, *reversed(roots))
        assert not verify_consistency(new, old, proof, *roots)
    assert refused > 10 * PAIRS


def test_nothing_else_is_accepted():
    """Another index, size, root, leaf or order; what is no hash; the tree from nothing."""
    proof = Tree(LEAVES[:7]).inclusion_proof(3)
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
def test_another_implementation_agrees_on_every_root_and_inclusion():
    """pymerkle, where it is installed: 300 roots, 45 150 paths after their first hash.

    Its consistency proofs have a format of their own: it is asked whether its own proof holds
    for our two roots.
    """
    pymerkle = pytest.importorskip("pymerkle")
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    compared = 0
    for size in SIZES:
        tree.append_entry(b"entry %d" % (size - 1))
        assert ROOTS[size] == tree.get_state(size)
        for index in range(size):
            assert path(index, 0, size) == tree.prove_inclusion(index + 1, size).path[1:]
            compared += 1
    assert MOST * (MOST + 1) // 2 == compared
    for new in COMPARED:
        for old in range(1, new + 1):
            proof = tree.prove_consistency(old, new)
            pymerkle.verify_consistency(ROOTS[old], ROOTS[new], proof)
    with pytest.raises(pymerkle.InvalidProof):
        pymerkle.verify_consistency(ROOTS[5], ROOTS[9], tree.prove_consistency(6, 9))


def vectors(kind):
    """The cases of transparency-dev, where they are present."""
    found = sorted((VECTORS / "transparency-dev-merkle" / "testdata" / kind).rglob("*.json"))
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in found]


@pytest.mark.parametrize("file", vectors("inclusion"))
def test_public_inclusion_vectors(file):
    """Every one that should fail fails."""
    case = json.loads(file.read_text(encoding="utf-8"))
    proof = [b64decode(each) for each in case["proof"] or []]
    leaf, expected = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
    accepted = verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, expected)
    assert (not case.get("wantErr", False)) == accepted


@pytest.mark.parametrize("file", vectors("consistency"))
def test_public_consistency_vectors(file):
    """Every one that should fail fails."""
    case = json.loads(file.read_text(encoding="utf-8"))
    proof = [b64decode(each) for each in case["proof"] or []]
    roots = [b64decode(case[name] or "") for name in ("root1", "root2")]
    accepted = verify_consistency(case["size1"], case["size2"], proof, *roots)
    assert (not case.get("wantErr", False)) == accepted


def test_public_roots():
    """The roots of RFC 6962's example leaves."""
    file = VECTORS / "rfc6962_roots.json"
    if not file.exists():
        pytest.skip("the public vectors are not here")
    known = json.loads(file.read_text(encoding="utf-8"))
    leaves = [leaf_hash(bytes.fromhex(text)) for text in known["leaf_inputs_hex"]]
    found = [root(leaves[:size]).hex() for size in range(len(leaves) + 1)]
    assert known["root_hashes_by_size_hex"] == found
