"""A line between a client and its PostgreSQL server that can be cut at a chosen moment."""

import socket
import threading
from contextlib import suppress
from pathlib import Path

_SOCKET = ".s.PGSQL.5432"


class Proxy:
    """Passes everything on, and cuts the line at the first COMMIT of a client when told to.

    `cut` is `before` (the server never hears of the commit), `after` (the client never hears of
    it), or None.
    """

    def __init__(self, folder: Path, server: str) -> None:
        self.cut: str | None = None
        self.cuts = 0
        self.folder = folder
        self._server = f"{server}/{_SOCKET}"
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / _SOCKET))
        self._listening.listen()
        self._start(self._accept)

    def close(self) -> None:
        """Close all lines."""
        self._close(self._listening, *self._open)
        for thread in self._threads:
            thread.join(10)

    def _start(self, what, *arguments) -> None:
        thread = threading.Thread(target=what, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                self._open += [client, server]
                server.connect(self._server)
                self._start(self._ask, client, server)
                self._start(self._pass, server, client)

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65_536):
                now = self.cut if b"COMMIT" in data else None
                if now != "before":
                    server.sendall(data)
                if now:
                    self.cut = None
                    self.cuts += 1
                    break
        self._close(client, server)

    def _pass(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65_536):
                client.sendall(data)
        self._close(client, server)

    @staticmethod
    def _close(*several: socket.socket) -> None:
        for each in several:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
