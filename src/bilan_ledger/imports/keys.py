"""Keys of what a source names in its own way: one key a name, the same at every import.

Decides: that a name which is a legal key stays as it is, and what others become.
Refuses to know: which columns name an action; the mapping says.
"""

import hashlib
import unicodedata
from collections.abc import Sequence

from ..errors import InvalidValue
from ..text import KEY_LENGTH, key

_MARKED = 8  # hexadecimal digits: two names of one plan meet once in 4 thousand million pairs
_READABLE = 60


def action_key(parts: Sequence[str]) -> str:
    """Return the key of an action named by one or several cells.

    Legal keys stay as they are, joined by `-`. Anything else becomes what is readable of it and
    a mark of the whole, so that different names never share a key.

    >>> action_key(["3", "CRAS - Ermelino"])
    '3-CRAS-Ermelino-bcc19069'
    """
    parts = [unicodedata.normalize("NFC", part) for part in parts]
    several = len(parts) > 1
    joined = "-".join(parts)
    if len(joined) <= KEY_LENGTH and all(_plain(part, several=several) for part in parts):
        return joined
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:_MARKED]
    return f"{slug(joined)[:_READABLE].rstrip('-')}-{digest}"


def slug(text: str) -> str:
    """Return what of a text can stand in a key: letters and digits, the rest as hyphens.

    >>> slug("Ville verte & calme")
    'Ville-verte-calme'
    """
    # Marks that combine with a letter (Thai vowels) are no letters of a key, and no gap either.
    text = unicodedata.normalize("NFC", text)
    bare = "".join(c for c in text if not unicodedata.category(c).startswith("M"))
    bare = unicodedata.normalize("NFC", bare)  # what stood apart may join now
    words = "".join(c if c.isalnum() else " " for c in bare).split()
    readable = unicodedata.normalize("NFC", "-".join(words))
    return readable[:KEY_LENGTH].rstrip("-") or "x"


def _plain(part: str, *, several: bool) -> bool:
    # Of several parts none may hold the hyphen that joins them: a-b, c is not a, b-c.
    if several and "-" in part:
        return False
    try:
        return key(part) == part
    except InvalidValue:
        return False
