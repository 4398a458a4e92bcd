"""What both example applications need: a ledger with Béthune in it, and a running server."""

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    """The address of a ledger with Béthune in it: a file, and a PostgreSQL database."""
    if request.param == "sqlite":
        found = str(tmp_path / "bethune.ledger")
    else:
        found = request.getfixturevalue("postgres_url")
    build = "import sys; from build import build; build(sys.argv[1]).close()"
    command = [sys.executable, "-c", build, found]
    subprocess.run(command, check=True, cwd=EXAMPLES / "bethune")
    return found


@pytest.fixture
def server(tmp_path):
    """A context manager: run a command (which gets a free port) and give a client of it."""
    httpx = pytest.importorskip("httpx")

    @contextlib.contextmanager
    def run(command, environ, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        with (tmp_path / "server.log").open("w") as log:
            process = subprocess.Popen(
                [*command, port], cwd=folder, env=environ, stdout=log, stderr=log
            )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
                _wait_for(client, process)
                yield client
        finally:
            process.terminate()
            process.wait(timeout=20)

    return run


def _wait_for(client, process):
    import httpx  # noqa: PLC0415 only where it is installed

    for _ in range(200):
        try:
            client.get("/")
        except httpx.TransportError:
            assert process.poll() is None, "the server stopped"
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not answer")
