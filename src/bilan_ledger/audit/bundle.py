"""The proof bundle: what someone needs to check one published figure on their own machine.

    README.txt               what this is and how to check it, in French and English
    proof.json               what the bundle claims: canonical JSON, nothing that is not derived
    entries.jsonl            the entries of the log at the publication, one a line
    publication.checkpoint   the signed checkpoint of the publication
    now.checkpoint           the newest signed checkpoint
    consistency.txt          the RFC 9162 proof that the newest log extends it: base64, one a line
    keys.txt                 the public keys that the city says signed them, sorted by name
    inclusion.txt            only with the entries of one plan: index and RFC 9162 proof of each
    publication.tsr          an RFC 3161 timestamp of publication.checkpoint, if there is one

As a zip these files stand in this order, not compressed, dated 1980-01-01; as a folder they lie
side by side. Any other bytes are refused.

Decides: what is in a bundle, and that there is one way to write it.
Refuses to know: whether it proves anything; see `proof`.
"""

import io
import re
import struct
import zipfile
from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from ..checkpoint import BadCheckpoint, Checkpoint, PublicKey
from ..completion import Bounds
from ..entry import Entry
from ..errors import BilanError, InvalidValue, LedgerUnavailable, NotFound
from ..files import write_new
from ..history import Known, Record, records
from ..merkle import SIZE, Hash, Tree, leaf_hash
from ..plan import FigurePublished
from ..replay import Reconciliation, reconcile
from ..wire import Line, canonical, decode
from .lines import split

FORMAT = "bilan-ledger/proof/v1"
_NAMES = (
    "README.txt", "proof.json", "entries.jsonl", "publication.checkpoint", "now.checkpoint",
    "consistency.txt", "keys.txt", "inclusion.txt", "publication.tsr",
)  # fmt: skip
_OPTIONAL = {"inclusion.txt", "publication.tsr"}
_INDEX = re.compile(r"0|[1-9]\d{0,18}")
_WHEN = (1980, 1, 1, 0, 0, 0)
_README = """\
FRANÇAIS
Ce dossier permet de vérifier un chiffre publié par une collectivité, sans lui faire confiance :
    pip install bilan-verify
    bilan verify CE_DOSSIER --key CLÉ_PUBLIQUE --lang fr
Demandez la clé publique par un autre chemin que ce dossier : délibération, site, journal.
Sans ordinateur : entries.jsonl est la liste des écritures, une par ligne, lisible telle quelle.

ENGLISH
With this bundle anyone can check a figure that a municipality published, without trusting it:
    pip install bilan-verify
    bilan verify THIS_BUNDLE --key PUBLIC_KEY --lang en
Ask for the public key on another way than this bundle: council minutes, website, newspaper.
Without a computer: entries.jsonl is the list of entries, one a line, readable as it is.
"""


class BadBundle(BilanError, ValueError):
    """A bundle that is not one, down to its last byte."""


@attrs.frozen
class Bundle:
    """The files of a proof bundle, by name; whether they prove anything is another question."""

    files: Mapping[str, bytes]

    @classmethod
    def parse(cls, data: bytes) -> "Bundle":
        """Read a zip; raises `BadBundle` for any bytes that `zip` would not have written."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                infos = archive.infolist()
                # Nothing is ever unpacked: neither a bomb nor damaged compression is met.
                stored = all(info.compress_type == zipfile.ZIP_STORED for info in infos)
                if not stored or sum(info.file_size for info in infos) > len(data):
                    raise BadBundle("bundle-form", why="zip")
                made = cls({info.filename: archive.read(info) for info in infos})
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError,
                EOFError, KeyError, struct.error) as error:  # fmt: skip
            if isinstance(error, BadBundle):
                raise
            raise BadBundle("bundle-form", why="zip") from None
        made.complete()
        if made.zip() != data:
            raise BadBundle("bundle-form", why="zip")
        return made

    @classmethod
    def read(cls, path: str | Path) -> "Bundle":
        """Read a zip file or a folder; raises `NotFound` or `BadBundle`."""
        path = Path(path)
        try:
            if not path.is_dir():
                return cls.parse(path.read_bytes())
            inside = sorted(path.iterdir())
            for each in inside:  # nothing else is even opened
                if each.name not in _NAMES or not each.is_file():
                    raise BadBundle("bundle-form", why=each.name)
            made = cls({each.name: each.read_bytes() for each in inside})
        except FileNotFoundError:
            raise NotFound("no-file", path=path) from None
        except OSError as error:
            raise BadBundle("bundle-form", why=error.strerror) from None
        made.complete()
        return made

    def complete(self) -> None:
        """Raise `BadBundle` when a file is missing or is none of a bundle's."""
        names = set(self.files)
        for name in sorted(names - set(_NAMES) | set(_NAMES) - _OPTIONAL - names):
            raise BadBundle("bundle-form", why=name)
        if self.files["README.txt"] != _README.encode():
            raise BadBundle("bundle-form", why="README.txt")

    def zip(self) -> bytes:
        """Return the one way to write the bundle as a zip."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for name in _NAMES:
                if name in self.files:
                    info = zipfile.ZipInfo(name, _WHEN)
                    info.create_system = 3
                    info.external_attr = 0o644 << 16
                    archive.writestr(info, self.files[name])
        return out.getvalue()

    def write(self, path: str | Path) -> None:
        """Write a zip, or a folder where the name does not end in `.zip`.

        Raises `LedgerUnavailable` when something is already there or it cannot be written.
        """
        path = Path(path)
        if path.suffix == ".zip":
            write_new(path, [self.zip()])
            return
        try:
            path.mkdir()
            for name, data in self.files.items():
                (path / name).write_bytes(data)
        except FileExistsError:
            raise LedgerUnavailable("file-exists", path=path) from None
        except OSError as error:
            raise LedgerUnavailable("cannot-write", path=path, why=error.strerror) from None

    # --- what the files hold -----------------------------------------------------------------

    def checkpoint(self, which: str) -> Checkpoint:
        """Return the checkpoint `publication` or `now`; raises `BadCheckpoint`."""
        return Checkpoint.parse(self.files[f"{which}.checkpoint"])

    def keys(self) -> list[PublicKey]:
        """Return the keys that the bundle itself names; raises `BadBundle`."""
        try:
            text = self.files["keys.txt"].decode()
            keys = [PublicKey.parse(line) for line in text.splitlines()]
        except (UnicodeError, InvalidValue):
            raise BadBundle("bundle-form", why="keys.txt") from None
        if _keys_text(sorted(set(keys), key=_order)) != text:
            raise BadBundle("bundle-form", why="keys.txt")
        return keys

    def consistency(self) -> list[Hash]:
        """Return the proof that the newest log extends the published one."""
        return _hashes(self.files["consistency.txt"], "consistency.txt")

    def lines(self) -> list[Line]:
        """Return the entries, in their places in the whole log; raises `BadBundle`."""
        lines, _ = split(self.files["entries.jsonl"])
        inclusions = self.inclusions()
        if inclusions is None:
            return lines
        return [Line(at, line.state) for (at, _), line in zip(inclusions, lines, strict=False)]

    def inclusions(self) -> list[tuple[int, list[Hash]]] | None:
        """Return index and proof of each entry, or None for a bundle that holds them all."""
        if "inclusion.txt" not in self.files:
            return None
        found = []
        for line in _text_lines(self.files["inclusion.txt"], "inclusion.txt"):
            index, *hashes = line.split(" ")
            if not _INDEX.fullmatch(index):
                raise BadBundle("bundle-form", why="inclusion.txt")
            data = "".join(f"{each}\n" for each in hashes).encode()
            found.append((int(index), _hashes(data, "inclusion.txt")))
        return found


def _text_lines(data: bytes, name: str) -> list[str]:
    try:
        text = data.decode("ascii")
    except UnicodeError:
        raise BadBundle("bundle-form", why=name) from None
    if text and not text.endswith("\n"):
        raise BadBundle("bundle-form", why=name)
    return text.split("\n")[:-1]


def _hashes(data: bytes, name: str) -> list[Hash]:
    hashes = []
    for line in _text_lines(data, name):
        try:
            value = b64decode(line, validate=True)
        except (BinasciiError, ValueError):
            value = b""
        if len(value) != SIZE or b64encode(value).decode() != line:
            raise BadBundle("bundle-form", why=name)
        hashes.append(value)
    return hashes


def _hashes_text(hashes: Sequence[Hash]) -> str:
    return "".join(f"{b64encode(each).decode()}\n" for each in hashes)


def _order(key: PublicKey) -> tuple[str, bytes, bytes]:
    return key.name, key.id, key.public


def _keys_text(keys: Sequence[PublicKey]) -> str:
    return "".join(f"{key}\n" for key in keys)


# --- making one ------------------------------------------------------------------------------


def prove(  # noqa: PLR0913 all but the first are named
    lines: Sequence[Line],
    figure: Entry,
    publication: Checkpoint,
    now: Checkpoint,
    *,
    keys: Sequence[PublicKey],
    plan_only: bool = False,
    timestamp: bytes | None = None,
) -> Bundle:
    """Return the bundle that proves a published figure.

    `lines` are those of the log up to the newest checkpoint, `figure` is the entry of the
    published figure, `keys` are all that signed (other signatures are left out, and all but the
    first of each key). With `plan_only` the bundle holds the entries of the figure's plan alone,
    each with a proof that it was signed; that none of the plan was left out is then not proven.
    Raises `BadCheckpoint` when the lines are not those that were signed, or when the log's own
    signature is missing or does not hold.
    """
    tree = Tree(leaf_hash(line.state) for line in lines)
    for checkpoint in (publication, now):
        if checkpoint.size > tree.size or tree.root(checkpoint.size) != checkpoint.root:
            raise BadCheckpoint("checkpoint-other-log", size=checkpoint.size)
    verified = [each.verified_by_log(keys) for each in (publication, now)]
    publication, now = (each.note for each in verified)
    signers = {key for each in verified for key, _ in each.signed}
    shown = lines[: publication.size]
    entries = [entry_of(line) for line in shown]
    inclusion = None
    if plan_only:
        entries = [entry for entry in entries if entry.plan == figure.plan]
        shown = [shown[entry.index] for entry in entries]
        inclusion = "".join(_inclusion(tree, entry.index, publication.size) for entry in entries)
    consistency = tree.consistency_proof(publication.size, now.size)
    files = {
        "README.txt": _README.encode(),
        "proof.json": claims(entries, figure.index, publication, now),
        "entries.jsonl": b"".join(line.state + b"\n" for line in shown),
        "publication.checkpoint": str(publication).encode(),
        "now.checkpoint": str(now).encode(),
        "consistency.txt": _hashes_text(consistency).encode(),
        "keys.txt": _keys_text(sorted(signers, key=_order)).encode(),
    }
    if inclusion is not None:
        files["inclusion.txt"] = inclusion.encode()
    if timestamp is not None:
        files["publication.tsr"] = timestamp
    return Bundle(files)


def entry_of(line: Line) -> Entry:
    """Return the entry of a line; raises `MalformedEntry`."""
    return decode(line.state, line.index)


def _inclusion(tree: Tree, index: int, size: int) -> str:
    proof = tree.inclusion_proof(index, size)
    return " ".join([str(index), *(b64encode(each).decode() for each in proof)]) + "\n"


# --- what it claims --------------------------------------------------------------------------


def claims(
    entries: Sequence[Entry], figure: int, publication: Checkpoint, now: Checkpoint
) -> bytes:
    """Return the bytes of `proof.json`: the figure, derived from the entries, and the policy.

    Raises `NotFound` when the entry of that index is no published figure.
    """
    check = published(records(entries), entries, figure, publication)
    policy, found = check.figure.policy, check.completion
    value: dict[str, Any] = {
        "format": FORMAT,
        "figure": {
            "entry": figure,
            "plan": check.plan,
            "percentage": f"{check.figure.percentage:f}",
            "on": check.figure.on.isoformat(),
            "counted": [status.value for status in policy.counted],
            "base": policy.base.value,
            "rounding": policy.rounding.value,
            "decimals": policy.decimals,
        },
        "ledger": {
            "verdict": check.verdict.value,
            **_bounds(found.bounds),
            "realised": _bounds(found.realised),
        },
        "publication": {"origin": publication.origin, "size": publication.size},
        "now": {"origin": now.origin, "size": now.size},
    }
    if check.figure.of is not None:
        value["figure"]["of"] = check.figure.of
    return canonical(value) + b"\n"


def _bounds(bounds: Bounds) -> dict[str, str]:
    return {"low": str(bounds.low), "high": str(bounds.high)}


def published(
    plans: Mapping[str, Record], entries: Sequence[Entry], figure: int, publication: Checkpoint
) -> Reconciliation:
    """Return the published figure of an entry, held against what was known at a checkpoint."""
    entry = next((each for each in entries if each.index == figure), None)
    if entry is None or not isinstance(entry.event, FigurePublished):
        raise NotFound("no-figure-entry", entry=figure)
    known = Known(index=publication.size - 1)
    for check in reconcile(plans[entry.plan], known):
        if check.version == entry.version:
            return check
    raise NotFound("no-figure-entry", entry=figure)
