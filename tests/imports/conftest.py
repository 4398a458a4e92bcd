"""A ledger in memory, and a town that imports into it."""

import pytest
from import_samples import Town

from bilan_ledger import Ledger


@pytest.fixture
def ledger():
    with Ledger.in_memory(recorded_by="Service évaluation") as made:
        yield made


@pytest.fixture
def town(tmp_path, ledger):
    return Town(tmp_path, ledger)
