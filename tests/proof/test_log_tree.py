"""The tree over a ledger: while others write, and in stores whose own numbers have holes."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from threading import Barrier, Event

import pytest
from proof_samples import PLAN, TERMS, Clock, leaves, states

from bilan_ledger import (
    CreatePlan,
    Ledger,
    MalformedEntry,
    Order,
    Propose,
    merkle,
)
from bilan_ledger.checkpoint import BadCheckpoint, Checkpoint
from bilan_ledger.errors import InvalidValue
from bilan_ledger.merkle import verify_consistency, verify_inclusion
from bilan_ledger.transfer import export_log


def propose(key):
    return Order(f"demo/{key}", Propose(on="2021", title=f"Action {key}"))


@pytest.mark.parametrize("kind", ["file", "memory", "sqlite", "popo"])
def test_the_tree_is_that_of_the_exported_lines(kind, tmp_path):
    """In each store: roots, proofs and checkpoints are those of the bytes in their order."""
    with opened(kind, tmp_path) as ledger:
        ledger.record_all(PLAN)
        export_log(ledger, tmp_path / "log.jsonl")
        lines = (tmp_path / "log.jsonl").read_bytes().splitlines()
        expected = leaves(lines)
        assert expected == ledger.tree.leaves()
        for size in range(8):
            assert merkle.root(expected[:size]) == ledger.tree.root(size)
            assert Checkpoint("a", size, merkle.root(expected[:size])) == (
                ledger.tree.checkpoint("a", size)
            )
        assert ledger.checkpoint("a") == ledger.tree.checkpoint("a")
        for index in range(7):
            proof = ledger.tree.inclusion_proof(index)
            assert verify_inclusion(expected[index], index, 7, proof, ledger.tree.root())
            proof = ledger.tree.consistency_proof(index + 1)
            assert verify_consistency(
                index + 1, 7, proof, ledger.tree.root(index + 1), ledger.tree.root()
            )
        for wrong in (8, -1, 99):
            with pytest.raises(InvalidValue) as error:
                ledger.tree.root(wrong)
            assert "tree-size" == error.value.code
        for ask in (
            lambda: ledger.tree.inclusion_proof(7), lambda: ledger.tree.inclusion_proof(-1),
            lambda: ledger.tree.consistency_proof(0), lambda: ledger.tree.consistency_proof(8),
            lambda: ledger.tree.consistency_proof(5, 4),
        ):  # fmt: skip
            with pytest.raises(InvalidValue):
                ask()
        assert not ledger.tree.holds(Checkpoint("a", 8, bytes(32)))
        with pytest.raises(BadCheckpoint):
            ledger.figure("demo", known=Checkpoint("a", 7, bytes(32)))


def opened(kind, folder):
    if kind == "memory":
        return Ledger.in_memory(recorded_by="x", clock=Clock())
    if kind == "file":
        if not (folder / "town.ledger").exists():
            Ledger.create(folder / "town.ledger").close()
        return Ledger.open(folder / "town.ledger", recorded_by="x", clock=Clock())
    settings = {"PERSISTENCE_MODULE": f"eventsourcing.{kind}"}
    if kind == "sqlite":
        settings["SQLITE_DBNAME"] = str(folder / "events.db")
    return Ledger.with_settings(settings, texts=folder / "texts.db", recorded_by="x", clock=Clock())


def test_a_store_whose_own_numbers_have_holes(tmp_path):
    """Another store may number 1, 2, 12, 13: the leaves are its rows in their order."""
    with opened("sqlite", tmp_path) as ledger:
        ledger.record_all(PLAN)
        before, figure = states(ledger), ledger.figure(on="2022-01-01")
    with closing(sqlite3.connect(tmp_path / "events.db", isolation_level=None)) as file:
        table = file.execute(
            "SELECT name FROM sqlite_master WHERE sql LIKE '%originator_version%' AND type='table'"
        ).fetchone()[0]
        file.execute(f"UPDATE {table} SET rowid = rowid + 1000 WHERE rowid > 5")
        file.execute(f"UPDATE {table} SET rowid = rowid + 10 WHERE rowid BETWEEN 3 AND 5")
    with opened("sqlite", tmp_path) as ledger:
        assert (before, list(range(7))) == (states(ledger), [e.index for e in ledger.entries()])
        assert leaves(before) == ledger.tree.leaves()
        assert (figure, figure) == (
            ledger.figure(on="2022-01-01"),
            ledger.figure("demo", on="2022-01-01"),
        )
        [entry] = ledger.record_all([propose("D")])
        assert (7, 8) == (entry.index, len(ledger.tree.leaves()))
        assert leaves(states(ledger)) == ledger.tree.leaves()


def test_our_own_store_has_no_holes(tmp_path):
    """A row that is gone, with the triggers dropped, is no tree at all."""
    with opened("file", tmp_path) as ledger:
        ledger.record_all(PLAN)
    with closing(sqlite3.connect(tmp_path / "town.ledger", isolation_level=None)) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            file.execute(f'DROP TRIGGER "{name}"')
        table = file.execute(
            "SELECT name FROM sqlite_master WHERE sql LIKE '%originator_version%' AND type='table'"
        ).fetchone()[0]
        file.execute(f"DELETE FROM {table} WHERE rowid = 4")
    with opened("file", tmp_path) as ledger:
        for ask in (ledger.tree.root, lambda: ledger.checkpoint("a")):
            with pytest.raises(MalformedEntry) as error:
                ask()
            assert "row-disagrees" == error.value.code


def write(ledger, which, halfway):
    for number in range(40):
        if number == 20:
            halfway.wait()
        ledger.record_all([propose(f"{which}-{number}")])


def ask(ledger, told, halfway, written):
    """Ask before the second half is written, while it is, and when all is."""
    told.append(ledger.checkpoint("a"))
    halfway.wait()
    last = False
    while not last:
        last = written.is_set()
        told.append(ledger.checkpoint("a"))
        size = len(ledger.tree.leaves())
        half = size // 2 or 1
        proof = ledger.tree.consistency_proof(half, size)
        roots = ledger.tree.root(half), ledger.tree.root(size)
        assert verify_consistency(half, size, proof, *roots)
        told.append(ledger.tree.checkpoint("a", size))


@pytest.mark.parametrize("kind", ["file", "memory", "popo"])
def test_while_others_write_every_root_is_of_a_prefix(kind, tmp_path):
    """Two write, two ask for roots, proofs and checkpoints: each answer stands at the end."""
    told = []
    with opened(kind, tmp_path) as ledger:
        ledger.record_all([Order("demo", CreatePlan(terms=TERMS))])
        other = ledger
        if kind == "file":  # as another program would
            other = Ledger.open(tmp_path / "town.ledger", recorded_by="y")
        halfway, written = Barrier(4, timeout=60), Event()
        with ThreadPoolExecutor(4) as pool:
            asking = [pool.submit(ask, each, told, halfway, written) for each in (ledger, other)]
            writing = [
                pool.submit(write, each, n, halfway) for n, each in enumerate((ledger, other))
            ]
            wait(writing)
            written.set()
        assert [None] * 4 == [each.result() for each in asking + writing]
        final = leaves(states(ledger))
        assert 81 == len(final)
        assert final == ledger.tree.leaves() == other.tree.leaves()
        for point in told:
            assert merkle.root(final[: point.size]) == point.root
            assert ledger.tree.holds(point)
        assert min(point.size for point in told) < max(point.size for point in told) == 81
        other.close()
