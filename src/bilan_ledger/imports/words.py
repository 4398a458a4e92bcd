"""Words of a source and what they mean here: a declared table, never a guess.

Decides: how a meaning is written (`engaged, late`), and when two words are the same.
Refuses to know: which words a source uses.
"""

import json
import re
import unicodedata
from decimal import Decimal

import attrs

from ..action import Qualifier, Scope, Status
from ..errors import InvalidValue
from ..evidence import decimal

AT_LEAST = "at-least"
IGNORE = "ignore"
PROGRESS = "progress"
SCOPES = (Scope.NOT_ASSESSED, Scope.NOT_ASSESSABLE, Scope.WITHDRAWN)
_RANGE = re.compile(r"([^.]+(?:\.\d+)?)\.\.([^.]+(?:\.\d+)?)")


@attrs.frozen(kw_only=True)
class Word:
    """What a word of the source means: where it puts an action, or that the row is left out.

    `statuses` are those that the source leaves possible (none: it says nothing of the status);
    `progress`: the row's progress decides.
    """

    text: str = attrs.field(eq=False)
    statuses: frozenset[Status] = frozenset()
    qualifier: Qualifier | None = None
    scope: Scope = Scope.IN_PLAN
    ignored: bool = False
    progress: bool = False


def normal(text: str, *, casefold: bool = False) -> str:
    """Return a word as words are compared: NFC and trimmed, and without case only if asked."""
    trimmed = unicodedata.normalize("NFC", text).strip()
    return unicodedata.normalize("NFC", trimmed.casefold()) if casefold else trimmed


def quoted(text: str) -> str:
    r"""Return a text as a TOML text on one line, whatever is in it.

    >>> quoted("a\x7fb")
    '"a\\u007fb"'
    """
    escaped = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else _escape(ord(c)) for c in escaped)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 four digits


def read_word(field: str, value: object) -> Word:
    """Read a meaning: a status with a qualifier or `at-least`, a scope, `progress` or `ignore`.

    >>> read_word("status", "engaged, late").qualifier
    <Qualifier.LATE: 'late'>
    """
    parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else []
    match parts:
        case [word] if word == IGNORE:
            return Word(text=word, ignored=True)
        case [word] if word == PROGRESS:
            return Word(text=word, progress=True)
        case [word] if word in SCOPES:
            return Word(text=word, scope=Scope(word))
        case [word, *rest] if word in set(Status) and (found := _status(word, rest)):
            return found
        case _:
            words = ", ".join([*Status, *SCOPES, PROGRESS, IGNORE])
            more = ", ".join([f"engaged, {AT_LEAST}", *(f"engaged, {q}" for q in Qualifier)])
            allowed = f"{words}; {more}"
            raise InvalidValue("import-word-meaning", field=field, value=value, allowed=allowed)


def _status(word: str, rest: list[str]) -> Word | None:
    status = Status(word)
    more = set(rest)
    least = AT_LEAST in more
    qualifiers = more - {AT_LEAST}
    known = qualifiers <= set(Qualifier) and len(qualifiers) <= 1 and len(more) == len(rest)
    if not known or (least and status is not Status.ENGAGED):
        return None
    possible = {Status.ENGAGED, Status.REALISED} if least else {status}
    qualifier = Qualifier(next(iter(qualifiers))) if qualifiers else None
    return Word(text=", ".join([word, *rest]), statuses=frozenset(possible), qualifier=qualifier)


@attrs.frozen
class Range:
    """Which progress means what: from `first` to `last`, both included; None: the empty cell."""

    text: str
    first: Decimal | None
    last: Decimal | None
    word: Word

    def overlaps(self, other: "Range") -> bool:
        """Whether some progress is in both."""
        if self.first is None or other.first is None:
            return self.first is other.first
        assert self.last is not None
        assert other.last is not None
        return self.first <= other.last and other.first <= self.last

    def holds(self, value: Decimal | None) -> bool:
        """Whether a progress (None: an empty cell) is in this range."""
        if value is None or self.first is None:
            return value is self.first
        assert self.last is not None
        return self.first <= value <= self.last


def read_range(text: str, meaning: object) -> Range:
    """Read one line of `[progress]`: `""`, `0`, or `1..99`.

    >>> read_range("1..99", "engaged").holds(Decimal("99.5"))
    False
    """
    word = read_word(f'progress."{text}"', meaning)
    if word.progress:
        raise InvalidValue("import-word-meaning", field="progress", value=meaning, allowed="—")
    if not text.strip():
        return Range(text, None, None, word)
    found = _RANGE.fullmatch(text.strip())
    first, last = (found[1], found[2]) if found else (text, text)
    low, high = (decimal(end.strip(), f'progress."{text}"') for end in (first, last))
    return Range(text, low, high, word)
