"""Which store an address means; imports it only then.

Decides: that `postgresql://` is a database and anything without `://` a file.
Refuses to know: how a store works.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from ..errors import LedgerUnavailable

if TYPE_CHECKING:
    from .store import Log


@attrs.frozen
class Backend:
    """How ledgers of one kind are made and opened."""

    create: "Callable[[str | Path], None]"
    open: "Callable[..., Log]"


def backend(place: str | Path) -> Backend:
    """Return the backend of a path or an address; raises `LedgerUnavailable` for others."""
    scheme, address, _ = str(place).partition("://")
    if not address:
        return _sqlite()
    if scheme in {"postgresql", "postgres"}:
        return _postgres()
    raise LedgerUnavailable("ledger-unsupported", path=scheme)


def _sqlite() -> Backend:
    sqlite = import_module(".sqlite", __package__)

    def create(path: str | Path) -> None:
        sqlite.create_file(Path(path))

    def open_(path: str | Path, *, read_only: bool) -> "Log":
        log: Log = sqlite.open_file(Path(path), read_only=read_only)
        return log

    return Backend(create, open_)


def _postgres() -> Backend:
    try:
        postgres = import_module(".postgres", __package__)
    except ImportError:
        raise LedgerUnavailable("postgres-missing") from None

    def open_(url: str | Path, *, read_only: bool) -> "Log":
        log: Log = postgres.open_database(str(url), read_only=read_only)
        return log

    return Backend(lambda url: postgres.create_tables(str(url)), open_)
