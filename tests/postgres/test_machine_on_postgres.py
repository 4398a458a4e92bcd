"""The random machine of the core, on PostgreSQL beside memory and the naive model."""

import itertools
import os
import sys
from pathlib import Path

import pytest

psycopg = pytest.importorskip("psycopg")

from hypothesis import HealthCheck, settings  # noqa: E402 after the skip
from hypothesis.stateful import run_state_machine_as_test  # noqa: E402 after the skip

sys.path.insert(0, str(Path(__file__).parents[1] / "ledger"))
from test_machine import Machine  # noqa: E402 after the skip

_numbers = itertools.count(1)


class PostgresMachine(Machine):
    """The same commands and questions; the second ledger lies in a new database each time."""

    server = ""

    def __init__(self) -> None:
        self.name = f"bilan_machine_{os.getpid()}_{next(_numbers)}"
        self._admin(f'CREATE DATABASE "{self.name}"')
        super().__init__()

    def _admin(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as admin:
            admin.execute(statement)

    @property
    def file(self) -> str:
        """The address of this run's database."""
        parts = psycopg.conninfo.conninfo_to_dict(self.server)
        where = "&".join(f"{k}={v}" for k, v in parts.items() if k in {"host", "port"})
        login = f"{parts.get('user', 'postgres')}:{parts.get('password') or ''}"
        return f"postgresql://{login}@/{self.name}?{where}"

    def teardown(self) -> None:
        super().teardown()
        self._admin(f'DROP DATABASE "{self.name}" WITH (FORCE)')


def test_memory_and_postgres_agree_entry_by_entry_byte_by_byte(postgres_server):
    """Random commands, back-dated, corrected, retracted; every question, every prefix."""
    PostgresMachine.server = postgres_server
    run_state_machine_as_test(
        PostgresMachine,
        settings=settings(
            max_examples=15, stateful_step_count=30, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
