r"""Signed checkpoints: a small text that says how long a log is and what its root is.

The text is a C2SP tlog-checkpoint (v1) in a signed note (v1). A real example, whole:

    bilan.exempleville.fr/demo
    3
    NmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHsE=

    — bilan.exempleville.fr/demo <base64 of 4 bytes key id and 64 bytes Ed25519 signature>

The first three lines are the origin (which log), the number of entries, and the root in base64;
they end with a line break, and that text is what is signed. After an empty line each signature
stands on a line: an em dash, a space, the key's name, a space, base64. A key id is the first four
bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). Type 0x01 signs the text; type 0x04 (a witness,
C2SP tlog-cosignature v1) signs "cosignature/v1\ntime SECONDS\n" and the text, and its
signature begins with these seconds in 8 bytes.

A public key is written `name+8 hex digits+base64(type ‖ public key)`. The log's own key bears the
log's name: a signature of type 0x01 under another origin says nothing about this log.

Decides: what a valid checkpoint is; anything else is refused, down to one changed byte.
Refuses to know: whether the entries under it are true.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import sha256

import attrs

from .errors import BilanError, InvalidValue
from .text import whole

LOG_KEY = 1  # Ed25519 over the text
WITNESS_KEY = 4  # cosignature/v1
_MOST_SIGNATURES = 100
_LONGEST = 1_000_000
# No blanks, no plus sign (C2SP signed-note), and nothing that does not show on a screen.
_NAME = re.compile(
    r"[^\s+\x00-\x20\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]{1,200}"
)
_PRIVATE_HEAD = "PRIVATE+KEY+"
_LAST_SECOND = 253_402_300_799  # of the year 9999
_SIZE = re.compile(r"0|[1-9]\d{0,18}")
_DASH = "\u2014"


class BadCheckpoint(BilanError, ValueError):
    """A checkpoint that is not one, or whose signatures do not hold."""


# --- keys ------------------------------------------------------------------------------------


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and unicodedata.is_normalized("NFC", text)


def _key_id(name: str, kind: int, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


@attrs.frozen
class PublicKey:
    """Whoever signs: a name, a kind (1 the log itself, 4 a witness) and an Ed25519 public key."""

    name: str
    kind: int
    public: bytes = attrs.field(repr=False)

    @property
    def id(self) -> bytes:
        """The first four bytes of the hash that names the key."""
        return _key_id(self.name, self.kind, self.public)

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """Read `name+id+base64`; raises `InvalidValue` when the id does not belong to the key.

        A secret key that is given by mistake is refused without showing it.
        """
        if _PRIVATE_HEAD in text:
            raise InvalidValue("public-key-secret", field="key", value="…")
        name, _, rest = text.strip().partition("+")
        claimed, _, encoded = rest.partition("+")
        data = _from_base64(encoded)
        if not _is_name(name) or len(data) != 33 or data[0] not in {LOG_KEY, WITNESS_KEY}:  # noqa: PLR2004
            raise InvalidValue("public-key-form", field="key", value=text)
        found = cls(name, data[0], data[1:])
        if found.id.hex() != claimed:
            raise InvalidValue("public-key-form", field="key", value=text)
        return found

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    def verifies(self, signature: bytes, text: str) -> bool:
        """Whether a signature (without its key id) is this key's, over a text."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 an extra
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PublicKey,
        )

        stamp, plain = _parts(self.kind, signature)
        if stamp is not None and not 0 < stamp <= _LAST_SECOND:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(plain, _signed(text, stamp))
        except (InvalidSignature, ValueError):
            return False
        return True


def _parts(kind: int, signature: bytes) -> tuple[int | None, bytes]:
    if kind == LOG_KEY:
        return None, signature
    return int.from_bytes(signature[:8], "big"), signature[8:]


def _signed(text: str, stamp: int | None) -> bytes:
    head = "" if stamp is None else f"cosignature/v1\ntime {stamp}\n"
    return (head + text).encode()


@attrs.frozen
class PrivateKey:
    """A key that signs; its secret is never printed."""

    name: str
    kind: int
    seed: bytes = attrs.field(repr=False)

    @classmethod
    def generate(cls, name: str, *, witness: bool = False) -> "PrivateKey":
        """Return a new key; raises `InvalidValue` for a name with spaces or a plus sign."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 an extra
            Ed25519PrivateKey,
        )

        if not _is_name(name):
            secret = name.startswith(_PRIVATE_HEAD)
            raise InvalidValue("key-name-form", field="name", value="…" if secret else name)
        seed = Ed25519PrivateKey.generate().private_bytes_raw()
        return cls(name, WITNESS_KEY if witness else LOG_KEY, seed)

    @classmethod
    def parse(cls, text: str) -> "PrivateKey":
        """Read the text of a key file; raises `InvalidValue`, which never shows the secret."""
        words = text.strip().split("+", 4)
        data = _from_base64(words[4]) if len(words) == 5 else b""  # noqa: PLR2004 see __str__
        if (
            words[:2] != ["PRIVATE", "KEY"]
            or not _is_name(words[2])
            or len(data) != 33  # noqa: PLR2004
            or data[0] not in {LOG_KEY, WITNESS_KEY}
        ):
            raise InvalidValue("private-key-form", field="key", value="…")
        found = cls(words[2], data[0], data[1:])
        if found.public.id.hex() != words[3]:
            raise InvalidValue("private-key-form", field="key", value="…")
        return found

    def secret(self) -> str:
        """Return the text of the key file: `PRIVATE+KEY+name+id+base64(kind ‖ seed)`."""
        encoded = base64.b64encode(bytes([self.kind]) + self.seed).decode()
        return f"{_PRIVATE_HEAD}{self.name}+{self.public.id.hex()}+{encoded}\n"

    @property
    def public(self) -> PublicKey:
        """The public key."""
        return PublicKey(self.name, self.kind, self._key().public_key().public_bytes_raw())

    def sign(self, text: str, *, seconds: int | None = None) -> "Signature":
        """Sign a text; a witness signs a moment too: `seconds` since 1970, which it must give."""
        stamp = None if self.kind == LOG_KEY else whole(seconds, "seconds")
        plain: bytes = self._key().sign(_signed(text, stamp))
        head = b"" if stamp is None else stamp.to_bytes(8, "big")
        return Signature(self.name, self.public.id, head + plain)

    def _key(self) -> "Ed25519PrivateKey":  # type: ignore[name-defined]  # noqa: F821
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 an extra
            Ed25519PrivateKey,
        )

        return Ed25519PrivateKey.from_private_bytes(self.seed)


# --- notes -----------------------------------------------------------------------------------


@attrs.frozen
class Signature:
    """One signature line: whose, which key, and the bytes after the key id."""

    name: str
    key_id: bytes
    data: bytes = attrs.field(repr=False)

    def __str__(self) -> str:
        return f"{_DASH} {self.name} {base64.b64encode(self.key_id + self.data).decode()}\n"


@attrs.frozen
class Checkpoint:
    """How long a log is and what its root is, with signatures that may or may not hold."""

    origin: str
    size: int
    root: bytes
    signatures: tuple[Signature, ...] = ()

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    @classmethod
    def parse(cls, note: bytes | str) -> "Checkpoint":
        """Read a checkpoint; raises `BadCheckpoint` for any bytes that would not be written so."""
        text, signatures = _note(note)
        origin, _, rest = text.partition("\n")
        size, _, encoded = rest.partition("\n")
        found = _from_base64(encoded.removesuffix("\n"))
        if not _is_name(origin) or not _SIZE.fullmatch(size) or len(found) != 32:  # noqa: PLR2004 SHA-256
            raise BadCheckpoint("checkpoint-form", why="origin, size, root")
        made = cls(origin, int(size), found, signatures)
        if str(made) != (note if isinstance(note, str) else note.decode()):
            raise BadCheckpoint("checkpoint-form", why="other lines, or base64 written otherwise")
        return made

    def signed_by(self, *keys: PrivateKey, seconds: int | None = None) -> "Checkpoint":
        """Return the checkpoint with more signatures."""
        more = tuple(key.sign(self.text, seconds=seconds) for key in keys)
        return attrs.evolve(self, signatures=self.signatures + more)

    def joined(self, other: "Checkpoint") -> "Checkpoint":
        """Return the checkpoint with the signatures of another copy of the same one, once each."""
        assert self.text == other.text
        both = dict.fromkeys((*self.signatures, *other.signatures))
        return attrs.evolve(self, signatures=tuple(both))

    def verified(self, keys: Iterable[PublicKey]) -> "Verified":
        """Return who of these keys signed it.

        A key is known by its name and id. The first signature of a known key must hold, or the
        whole note is refused; signatures of unknown keys are named, not believed. Raises
        `BadCheckpoint` when none of the keys signed.
        """
        known = {(key.name, key.id): key for key in keys}
        signed: dict[PublicKey, int | None] = {}
        unknown: list[str] = []
        for signature in self.signatures:
            key = known.get((signature.name, signature.key_id))
            if key is None:
                unknown.append(signature.name)
            elif key not in signed:
                if not key.verifies(signature.data, self.text):
                    raise BadCheckpoint("signature-wrong", name=signature.name)
                signed[key] = _parts(key.kind, signature.data)[0]
        if not signed:
            raise BadCheckpoint("signature-unknown", names=", ".join(unknown) or "—")
        return Verified(self, tuple(signed.items()), tuple(unknown))

    def verified_by_log(self, keys: Iterable[PublicKey]) -> "Verified":
        """Return who of these keys signed it (see `verified`), the log itself among them.

        Raises `BadCheckpoint` when only witnesses did, or a key of another log.
        """
        verified = self.verified(keys)
        if not verified.by_log:
            names = ", ".join(key.name for key, _ in verified.signed)
            raise BadCheckpoint("signature-not-log", origin=self.origin, names=names)
        return verified


@attrs.frozen
class Verified:
    """A checkpoint with those who surely signed it (a witness with when, in seconds)."""

    checkpoint: Checkpoint
    signed: tuple[tuple[PublicKey, int | None], ...]
    unknown: tuple[str, ...] = ()

    @property
    def by_log(self) -> tuple[PublicKey, ...]:
        """The keys of the log itself: they bear its name."""
        origin = self.checkpoint.origin
        return tuple(k for k, _ in self.signed if k.kind == LOG_KEY and k.name == origin)

    @property
    def note(self) -> Checkpoint:
        """The checkpoint with only the signatures that hold, one a key."""
        surely = {(key.name, key.id) for key, _ in self.signed}
        first: dict[tuple[str, bytes], Signature] = {}
        for each in self.checkpoint.signatures:
            if (each.name, each.key_id) in surely:
                first.setdefault((each.name, each.key_id), each)
        return attrs.evolve(self.checkpoint, signatures=tuple(first.values()))


def _note(note: bytes | str) -> tuple[str, tuple[Signature, ...]]:
    try:
        text = note.decode() if isinstance(note, bytes) else note
        text.encode()
    except UnicodeError:
        raise BadCheckpoint("checkpoint-form", why="not UTF-8") from None
    if len(text) > _LONGEST or any((c < " " and c != "\n") or c == "\x7f" for c in text):
        raise BadCheckpoint("checkpoint-form", why="control characters")
    body, gap, block = text.rpartition("\n\n")
    if not gap or not block.endswith("\n"):
        raise BadCheckpoint("checkpoint-form", why="no signatures")
    lines = block[:-1].split("\n")
    if len(lines) > _MOST_SIGNATURES:
        raise BadCheckpoint("checkpoint-form", why=f"more than {_MOST_SIGNATURES} signatures")
    return body + "\n", tuple(map(_signature, lines))


def _signature(line: str) -> Signature:
    words: Sequence[str] = line.split(" ")
    if len(words) != 3 or words[0] != _DASH or not _is_name(words[1]):  # noqa: PLR2004
        raise BadCheckpoint("checkpoint-form", why="a signature line")
    data = _from_base64(words[2])
    if len(data) < 5:  # noqa: PLR2004 four bytes of key id, and something
        raise BadCheckpoint("checkpoint-form", why="a signature line")
    return Signature(words[1], data[:4], data[4:])


def _from_base64(text: str) -> bytes:
    """Return the bytes of base64 as it is always written; of anything else, none."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.b64encode(data).decode() == text else b""
