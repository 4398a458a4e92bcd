"""Sealing: text that may name a person becomes a commitment before anything is recorded.

Decides: which texts of a command are sealed (every field declared `private`, at any depth).
Refuses to know: what the texts say.
"""

import secrets
from collections.abc import Callable
from typing import Any

import attrs

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
            return tuple(self.value(item) for item in value)
        if not attrs.has(type(value)) or isinstance(value, Sealed):
            return value
        changes: dict[str, Any] = {}
        for field in attrs.fields(type(value)):
            before = getattr(value, field.name)
            if field.metadata.get("private") and isinstance(before, str):
                changes[field.name] = self.text(before, field.name)
            elif field.init and (after := self.value(before)) is not before:
                changes[field.name] = after
        return attrs.evolve(value, **changes) if changes else value
