"""Text in a ledger: what may stand in an entry for ever, and what is only committed to.

Decides: keys, the cleaning of text (NFC, no control characters, a length), and the salted
commitment that stands in an entry for text that may name a person.
Refuses to know: where the texts behind the commitments are kept, and who may read them.
"""

import hashlib
import re
import unicodedata
from functools import cached_property
from typing import Any

import attrs

from .errors import InvalidValue

TITLE_LENGTH = 500
NOTE_LENGTH = 10_000
URL_LENGTH = 2_000
KEY_LENGTH = 100
SALT_LENGTH = 32

_DOMAIN = b"bilan-ledger/text/v1\x00"
_KEY = re.compile(r"[^\W_][\w.\-:]*", re.UNICODE)
_HEX = re.compile(r"[0-9a-f]{64}")
# Unicode's categories Cc, Cs, Zl and Zp; the second without line feed and tab.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_INVISIBLE_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


def clean(value: object, field: str, *, longest: int = TITLE_LENGTH, lines: bool = False) -> str:
    """Return text as an entry may hold it: NFC, trimmed, not empty, without control characters.

    Raises `InvalidValue` with the field's name. `lines` allows line breaks and tabs.
    """
    if not isinstance(value, str):
        raise InvalidValue("text-not-text", field=field, value=value)
    if len(value) > longest:
        raise InvalidValue(
            "text-too-long", field=field, value=value, length=len(value), longest=longest
        )
    text = (value if value.isascii() else unicodedata.normalize("NFC", value)).strip()
    if not text:
        raise InvalidValue("text-empty", field=field, value=value)
    if len(text) > longest:  # a few characters are longer in NFC
        raise InvalidValue(
            "text-too-long", field=field, value=value, length=len(text), longest=longest
        )
    if found := (_INVISIBLE_IN_LINES if lines else _INVISIBLE).search(text):
        raise InvalidValue(
            "text-control", field=field, value=value,
            char=f"U+{ord(found[0]):04X}", position=found.start() + 1,
        )  # fmt: skip
    return text


def key(value: object, field: str = "key") -> str:
    """Return a key: letters, digits and `. - _ :`, from a letter or digit on, at most 100 long."""
    text = clean(value, field, longest=KEY_LENGTH)
    if not _KEY.fullmatch(text):
        raise InvalidValue("key-form", field=field, value=value)
    return text


def _plan_key(value: str) -> str:
    return key(value, "plan")


def _action_key(value: str) -> str:
    return key(value, "action")


@attrs.frozen(order=True, cache_hash=True)
class ActionId:
    """Which action: plan key and action key, written `plan/action`.

    >>> str(ActionId.parse("bethune-2020/zoom-01"))
    'bethune-2020/zoom-01'
    """

    plan: str = attrs.field(converter=_plan_key)
    action: str = attrs.field(converter=_action_key)

    @classmethod
    def parse(cls, value: "str | ActionId") -> "ActionId":
        """Read `plan/action`; raises `InvalidValue` when there is not exactly one slash."""
        if isinstance(value, ActionId):
            return value
        plan, slash, action = clean(value, "action").partition("/")
        if not slash:
            raise InvalidValue("action-id-form", field="action", value=value)
        return cls(plan, action)

    def __str__(self) -> str:
        return f"{self.plan}/{self.action}"


@attrs.frozen
class Sealed:
    """A commitment that stands in an entry for text that may name a person.

    `commitment` is 64 lower-case hexadecimal digits. Text and salt lie elsewhere, erasable.
    """

    commitment: str

    def __attrs_post_init__(self) -> None:
        if not (isinstance(self.commitment, str) and _HEX.fullmatch(self.commitment)):
            raise InvalidValue("commitment-form", field="commitment", value=self.commitment)


@attrs.frozen
class SealedText:
    """The text behind a commitment, with its salt (32 random bytes): what erasing destroys."""

    salt: bytes
    text: str

    @cached_property  # not before it is asked for: what a store holds may be no salt
    def sealed(self) -> Sealed:
        """The commitment: SHA-256 of `bilan-ledger/text/v1`, a zero byte, salt, UTF-8 text."""
        digest = hashlib.sha256(_DOMAIN + self.salt + self.text.encode())
        return Sealed(digest.hexdigest())


Private = str | Sealed


def private(field: str, *, required: bool = False) -> Any:
    """Declare an attrs field for text that may name a person.

    It holds plain text in a command that is being prepared, and a `Sealed` once recorded:
    the ledger seals every field so declared, and `wire` writes nothing else.
    """

    def convert(value: object) -> object:
        if isinstance(value, Sealed) or (value is None and not required):
            return value
        return clean(value, field, longest=NOTE_LENGTH, lines=True)

    default = attrs.NOTHING if required else None
    return attrs.field(default=default, converter=convert, metadata={"private": True})


def cleaned(field: str, *, default: Any = attrs.NOTHING) -> Any:
    """Declare an attrs field of public text, cleaned; with a default of None it may be None."""

    def convert(value: object) -> str | None:
        return None if value is None and default is None else clean(value, field)

    return attrs.field(default=default, converter=convert)


def keyed(field: str, *, default: Any = attrs.NOTHING) -> Any:
    """Declare an attrs field of a key; with a default of None it may be None."""

    def convert(value: object) -> str | None:
        return None if value is None and default is None else key(value, field)

    return attrs.field(default=default, converter=convert)


def matching(field: str, pattern: re.Pattern[str], code: str) -> Any:
    """Declare an attrs field of a text of a given form, or None."""

    def convert(value: object) -> str | None:
        if value is None:
            return None
        text = clean(value, field, longest=URL_LENGTH)
        if not pattern.fullmatch(text):
            raise InvalidValue(code, field=field, value=value)
        return text

    return attrs.field(default=None, converter=convert)


def truth(field: str) -> Any:
    """Declare an attrs field that is yes or no, and no by default."""

    def convert(value: object) -> bool:
        if not isinstance(value, bool):
            raise InvalidValue("choice", field=field, value=value, allowed="True, False")
        return value

    return attrs.field(default=False, converter=convert)


LARGEST = 2**53 - 1  # RFC 8785 keeps whole numbers up to here


def whole(value: object, field: str) -> int:
    """Return a whole number that every JSON reader keeps; raises `InvalidValue`."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        raise InvalidValue("number-form", field=field, value=value)
    return value
