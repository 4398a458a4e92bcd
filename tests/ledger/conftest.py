"""Ledgers for the tests: in memory and in a file, closed when a test ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_samples import START, Clock

from bilan_ledger import Ledger


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path, clock: Clock) -> Path:
    """Return the file of a closed ledger with the three entries of START."""
    file = tmp_path / "demo.ledger"
    Ledger.create(file).close()
    with Ledger.open(file, recorded_by="Service évaluation", clock=clock) as ledger:
        ledger.record_all(START)
    return file


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """Yield an open ledger with the three entries of START, in memory and in a file."""
    if request.param == "memory":
        opened = Ledger.in_memory(recorded_by="Service évaluation", clock=clock)
    else:
        Ledger.create(tmp_path / "demo.ledger").close()
        opened = Ledger.open(
            tmp_path / "demo.ledger", recorded_by="Service évaluation", clock=clock
        )
    with opened:
        opened.record_all(START)
        yield opened
