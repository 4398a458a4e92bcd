"""Several processes at once: nothing lost, doubled or reordered, and readers skip nothing."""

import os
import random
import sys
from collections import Counter

import pytest
from fault_checks import said
from harness import Worker, couples, crowd, ended

SEED = int(os.environ.get("BILAN_FAULT_SEED") or random.SystemRandom().randrange(2**32))


@pytest.fixture(autouse=True)
def seed():
    """Print the seed with every failure: `BILAN_FAULT_SEED` repeats it."""
    sys.stdout.write(f"BILAN_FAULT_SEED={SEED}\n")
    return SEED


def test_eight_writers_with_wrong_clocks_and_two_readers(place, tmp_path, seed):
    """On the same and on different actions; 2000 commands each in harness.py."""
    report = crowd(place, tmp_path / "w", seed, writers=8, commands=40)
    assert not report.faults, report.text()
    assert report.acknowledged > 8 * 20


def test_two_that_carry_on_each_other_are_refused(place, tmp_path):
    """A decision that rests on two actions holds although the other one changes meanwhile."""
    report = couples(place, tmp_path / "w", 25)
    assert not report.faults, report.text()
    assert 25 == report.refused


def test_several_that_make_the_same_ledger(place, tmp_path):
    """One makes it, the others find it."""
    folder = tmp_path / "w"
    start = folder / "start"
    group = [Worker(folder, "create", place=place, start=str(start)) for _ in range(4)]
    with ended(group):
        for worker in group:
            assert worker.wait_for("open")
        start.touch()
        for worker in group:
            worker.end()
    lines = [line for worker in group for line in said(worker.file)]
    assert 1 == sum(line["say"] == "created" for line in lines)
    codes = Counter(line["code"] for line in lines if line["say"] == "failed")
    assert {"ledger-exists": 3} == codes
