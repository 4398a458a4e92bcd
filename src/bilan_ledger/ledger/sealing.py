"""Sealing: text that may name a person becomes a commitment before anything is recorded.

Decides: which texts of a command are sealed (every field declared `private`, at any depth).
Refuses to know: what the texts say.
"""

import secrets
from collections.abc import Callable
from functools import lru_cache
from operator import is_
from typing import Any, get_args

import attrs

from ..record import rebuilt
from ..text import NOTE_LENGTH, SALT_LENGTH, Sealed, SealedText, clean

Salt = Callable[[], bytes]


def random_salt() -> bytes:
    """Return 32 random bytes: without them a commitment confirms no guess."""
    return secrets.token_bytes(SALT_LENGTH)


class Sealer:
    """Seals the texts of one save and keeps them for the side table."""

    def __init__(self, salt: Salt = random_salt) -> None:
        self.texts: list[SealedText] = []
        self._salt = salt

    def text(self, text: str, field: str) -> Sealed:
        """Return the commitment to a text."""
        kept = SealedText(self._salt(), clean(text, field, longest=NOTE_LENGTH, lines=True))
        self.texts.append(kept)
        return kept.sealed

    def value(self, value: Any) -> Any:
        """Return a value with every private text in it sealed, at any depth."""
        if isinstance(value, tuple):
            items = tuple([self.value(item) for item in value])
            return value if all(map(is_, items, value)) else items
        kind: Any = type(value)
        changes: dict[str, Any] = {}
        for name, private in _fields(kind):
            before = getattr(value, name)
            if before is None or before == ():
                continue
            if private and isinstance(before, str):
                changes[name] = self.text(before, name)
            elif (after := self.value(before)) is not before:
                changes[name] = after
        return rebuilt(kind, value, **changes) if changes else value


@lru_cache(maxsize=100)  # more than there are classes
def _fields(kind: Any) -> tuple[tuple[str, bool], ...]:
    """Return the fields of a class that may hold private texts, and whether they are such."""
    if not attrs.has(kind) or kind is Sealed:
        return ()
    return tuple(
        (field.name, bool(field.metadata.get("private")))
        for field in attrs.fields(kind)
        if field.metadata.get("private") or _holds(field.type)
    )


def _holds(kind: Any) -> bool:
    """Whether a value of a declared type may have private texts in it, at any depth."""
    return bool(_fields(kind)) or any(map(_holds, get_args(kind)))
