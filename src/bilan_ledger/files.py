"""Files that are written once: never over another one, never readable by more than is meant.

Decides: how a new file is made, and which errors say that it cannot be.
Refuses to know: what is in it.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from .errors import LedgerUnavailable


def write_new(path: str | Path, parts: Iterable[bytes], mode: int = 0o644) -> None:
    """Write a file that is not there yet, never readable by more than `mode` says.

    Raises `LedgerUnavailable`: something is already there, or nothing can be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise LedgerUnavailable("file-exists", path=path) from None
    except OSError as error:
        raise LedgerUnavailable("cannot-write", path=path, why=error.strerror) from None
