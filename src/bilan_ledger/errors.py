"""Say in one clear line what was wrong, in French or in English.

Decides: the few exceptions of the library and the shape of a refusal.
Refuses to know: when a rule is broken; each room says that with a code of its own.
"""

from collections.abc import Mapping
from typing import Any

import attrs

from .messages import render

_SHOWN = 60  # characters of a value that was refused
_TOLD = 1_000  # characters of what must be read whole
_WHOLE = {"allowed", "declared", "path", "plans", "why"}


def shown(value: object, longest: int = _SHOWN) -> str:
    """Return a value as an error may print it: one line, of at most so many characters."""
    try:
        text = value if isinstance(value, str) else str(value)
    except (ValueError, RecursionError):  # more than 4300 digits, or lists in lists in lists …
        text = type(value).__name__
    safe = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[: longest + 1])
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


@attrs.frozen
class Refusal:
    """A rule book's no: a stable rule code, its facts, and the entries that stand in the way.

    `entries` are versions of the refused action's or plan's own stream (1, 2, …).
    """

    code: str
    facts: Mapping[str, object] = attrs.field(factory=dict[str, object])
    entries: tuple[int, ...] = ()

    def text(self, lang: str = "en") -> str:
        """Return the refusal as one sentence in `lang` ("fr" or "en")."""
        listed = ", ".join(f"#{version}" for version in self.entries) or "—"
        return render(self.code, lang, {**self.facts, "entries": listed})


class BilanError(Exception):
    """What every error of this library is; `code` is stable, `text(lang)` is for people."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts: dict[str, Any] = facts

    def text(self, lang: str = "en") -> str:
        """Return the error as one line in `lang` ("fr" or "en")."""
        facts = {
            name: shown(value, _TOLD if name in _WHOLE else _SHOWN)
            for name, value in self.facts.items()
        }
        place = self.facts.get("place")
        line = render(self.code, lang, facts)
        return f"{place}: {line}" if place else line

    def __str__(self) -> str:
        return self.text("en")


class InvalidValue(BilanError, ValueError):
    """A value that no entry may hold: names the field, the value, the rule and the place."""

    def __init__(self, code: str, *, field: str, value: object, **facts: Any) -> None:
        super().__init__(code, field=field, value=value, **facts)

    def at(self, place: str) -> "InvalidValue":
        """Return the same error with the file and line it was found at."""
        return type(self)(self.code, **{**self.facts, "place": place})


class CommandRefused(BilanError):
    """A command that the rules refuse; nothing was recorded. `refusal` holds code and entries."""

    def __init__(self, refusal: Refusal, *, subject: str, place: str | None = None) -> None:
        super().__init__(refusal.code, subject=subject, place=place)
        self.refusal = refusal

    def text(self, lang: str = "en") -> str:
        """Return the refusal as one line, after the plan or action that it concerns."""
        subject = self.facts["subject"]
        line = f"{subject}: {self.refusal.text(lang)}"
        place = self.facts["place"]
        return f"{place}: {line}" if place else line


class NotFound(BilanError, LookupError):
    """A plan, action or entry that this ledger does not hold, as far as was asked."""


class LedgerUnavailable(BilanError):
    """A ledger that cannot be opened, read or written now; nothing was recorded."""


class ConcurrentWrite(LedgerUnavailable):
    """Other writers were faster many times in a row; nothing was recorded; try again."""


class MalformedEntry(BilanError, ValueError):
    """Bytes that encoding would not have written: refused, with the place in them."""
