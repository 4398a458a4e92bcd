"""The `bilan` command: the ledger from a terminal, for clerks and auditors.

Decides: exit codes, and that every error is one line that says what to do next.
Refuses to know: everything that the library knows.

Exit codes: 0 well, 1 an error found or a published figure contradicted, 2 bad value or usage,
3 refused by the rules, 4 not found, 5 ledger unavailable, 6 doubtful (warnings, a key that nobody
vouches for), 70 a fault of ours, 130 interrupted.
"""

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from cyclopts import CycloptsError
from cyclopts.exceptions import (
    CoercionError,
    MissingArgumentError,
    UnknownCommandError,
    UnknownOptionError,
)

from ..errors import BilanError, CommandRefused, LedgerUnavailable, MalformedEntry, NotFound
from . import words
from .app import app
from .options import UsageError
from .words import say

# What declares commands, the everyday ones first; read until the one that is meant is there.
_COMMANDS = (
    "asking", "recording", "keeping", "evidence", "imports", "nation", "opendata", "proof",
    "report", "simulate",
)  # fmt: skip

_USAGE = (
    (UnknownCommandError, "usage-unknown-command"),
    (MissingArgumentError, "usage-missing"),
    (UnknownOptionError, "usage-option"),
    (CoercionError, "usage-value"),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    code = run(sys.argv[1:] if argv is None else argv)
    gc.freeze()  # else Python, to leave, goes through all there is: a sixth of a short command
    sys.exit(code)


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code; prints one line for any error."""
    asked = list(argv) or ["--help"]
    _declare(asked[0])
    try:
        command, bound, _ = app.parse_args(asked, exit_on_error=False, print_error=False)
        code = command(*bound.args, **bound.kwargs)
        sys.stdout.flush()
    except CycloptsError as error:
        if isinstance(error.__cause__, BilanError):  # a value that we read, and said why not
            return _fail(_code(error.__cause__), error.__cause__.text(words.LANG))
        return _fail(2, _usage(error))
    except UsageError as error:
        return _fail(2, str(error))
    except BilanError as error:
        return _fail(_code(error), error.text(words.LANG))
    except KeyboardInterrupt:
        return _fail(130, say("interrupted"))
    except BrokenPipeError:
        # The reader has seen enough (`bilan log | head`): nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ModuleNotFoundError as error:
        return _fail(5, say("part-missing", name=error.name))
    except OSError as error:
        return _fail(5, say("cannot-write", why=error.strerror or error))
    except Exception as error:  # noqa: BLE001 the last net: never a traceback on people
        return _fail(70, say("unexpected", why=f"{type(error).__name__}: {error}"))
    return code if isinstance(code, int) else 0


def _declare(word: str) -> None:
    """Declare commands until the one that is meant is there; for a list of all, all of them."""
    if word.startswith("-"):
        declare_all()
    for name in _COMMANDS:
        if word in app:
            return
        import_module(f".{name}", __name__)


def declare_all() -> None:
    """Declare every command."""
    for name in _COMMANDS:
        import_module(f".{name}", __name__)


def _code(error: BilanError) -> int:
    if isinstance(error, CommandRefused):
        return 3
    if isinstance(error, NotFound):
        return 4
    return 5 if isinstance(error, LedgerUnavailable | MalformedEntry) else 2


def _usage(error: CycloptsError) -> str:
    code = next((code for kind, code in _USAGE if isinstance(error, kind)), "usage-other")
    return say(code, why=" ".join(str(error).split()))


def _fail(code: int, text: str) -> int:
    print(f"bilan: {text}", file=sys.stderr)  # noqa: T201 this is the output
    return code
