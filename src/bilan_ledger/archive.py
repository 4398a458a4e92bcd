"""The archive beside a ledger: captured files, and every checkpoint that was signed.

    town.ledger
    town.archive/evidence/3b/3ba1…      a captured file, named by its SHA-256
    town.archive/checkpoints/412        the checkpoint of the first 412 entries
    town.archive/keys/1f2e3d4c.pub      a public key that signs them
    town.archive/checkpoints/412.tsr    an RFC 3161 timestamp of it, if there is one

Decides: where they lie, that a file's name is its hash, and that a checkpoint is never replaced
by another one.
Refuses to know: what the entries say about them.
"""

import mimetypes
import os
import re
import shutil
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import attrs

from .checkpoint import BadCheckpoint, Checkpoint, PublicKey
from .entry import Entry, sealed_in
from .errors import InvalidValue, LedgerUnavailable, NotFound
from .files import write_new

if TYPE_CHECKING:
    from .ledger import Ledger

_BLOCK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLAIN = "application/octet-stream"
_ERASING = ".erasing"


@attrs.frozen
class Captured:
    """A captured file: its SHA-256 in hexadecimal, media type, size in bytes, and its place."""

    sha256: str
    media_type: str
    size: int
    path: Path


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _digest(path: Path) -> str:
    found = sha256()
    for block in _blocks(path):
        found.update(block)
    return found.hexdigest()


@attrs.frozen
class Archive:
    """The folder beside a ledger.

    >>> Archive.beside("data/town.ledger").folder.name
    'town.archive'
    """

    folder: Path = attrs.field(converter=Path)

    @classmethod
    def beside(cls, ledger: str | Path) -> "Archive":
        """Return the archive of a ledger file: the same name, ending in `.archive`."""
        return cls(Path(ledger).with_suffix(".archive"))

    # --- captured files ----------------------------------------------------------------------

    def add(self, source: str | Path) -> Captured:
        """Copy a file into the archive; the same content is kept once.

        Raises `NotFound` for a file that is not there, `LedgerUnavailable` when nothing can be
        written.
        """
        source = Path(source)
        if not source.is_file():
            raise NotFound("no-file", path=source)
        evidence = self.folder / "evidence"
        try:
            evidence.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=evidence, delete=False) as copy:
                draft = Path(copy.name)
                try:
                    with source.open("rb") as file:
                        shutil.copyfileobj(file, copy, _BLOCK)
                    copy.flush()
                    os.fsync(copy.fileno())
                    return self._keep(draft, source)
                except BaseException:
                    draft.unlink(missing_ok=True)
                    raise
        except OSError as error:
            raise LedgerUnavailable("cannot-write", path=evidence, why=error.strerror) from None

    def _keep(self, draft: Path, source: Path) -> Captured:
        digest = _digest(draft)  # of what was copied, not of what the source may be by now
        place = self.path(digest)
        place.parent.mkdir(exist_ok=True)
        draft.chmod(0o644)
        draft.replace(place)
        media_type = mimetypes.guess_type(source.name)[0] or _PLAIN
        return Captured(digest, media_type, place.stat().st_size, place)

    def path(self, digest: str) -> Path:
        """Return where the file of a SHA-256 lies, or would lie.

        Raises `InvalidValue` for what is none: the text of a damaged ledger is no path either.
        """
        if not _SHA256.fullmatch(digest):
            raise InvalidValue("sha256-form", field="sha256", value=digest)
        return self.folder / "evidence" / digest[:2] / digest

    def check(self, digest: str) -> bool | None:
        """Whether a captured file still has its hash; None if it is not there."""
        try:
            return _digest(self.path(digest)) == digest
        except (OSError, InvalidValue):
            return None

    def captured(self) -> Iterator[str]:
        """Yield the SHA-256 of every captured file, sorted."""
        for path in sorted((self.folder / "evidence").glob("??/*")):
            if len(path.name) == sha256().digest_size * 2:
                yield path.name

    def export(self, digest: str, target: str | Path) -> None:
        """Copy a captured file out; raises `NotFound`, or `InvalidValue` if it was changed."""
        place, whole = self.path(digest), self.check(digest)
        if whole is None:
            raise NotFound("no-captured-file", sha256=digest, path=self.folder)
        if not whole:
            raise InvalidValue("captured-file-changed", field="sha256", value=digest)
        write_new(target, _blocks(place))

    @contextmanager
    def removing(self, digests: Iterable[str]) -> Iterator[None]:
        """Set captured files aside, and remove them when all went well; else they come back.

        Whoever is killed in between leaves them aside: see `settle`.
        """
        set_aside: list[Path] = []
        try:
            for digest in digests:
                with suppress(FileNotFoundError, InvalidValue):
                    set_aside.append(_aside(self.path(digest)))
            yield
        except BaseException:
            for path in set_aside:
                path.replace(path.with_suffix(""))
            raise
        for path in set_aside:
            path.unlink()

    def settle(self, named: Container[str]) -> None:
        """Finish what was interrupted: of the files set aside only those still named stay."""
        for path in (self.folder / "evidence").glob(f"??/*{_ERASING}"):
            if path.stem in named:
                path.replace(path.with_suffix(""))
            else:
                path.unlink()

    # --- checkpoints -------------------------------------------------------------------------

    def keep(self, checkpoint: Checkpoint) -> Path:
        """Keep a signed checkpoint; signatures of the same one are joined.

        Raises `BadCheckpoint` when another checkpoint of that size is kept already: history
        was rewritten.
        """
        place = self._place(checkpoint.size)
        if place.exists():
            before = Checkpoint.parse(place.read_bytes())
            if before.text != checkpoint.text:
                raise BadCheckpoint("checkpoint-fork", size=checkpoint.size, path=place)
            checkpoint = before.joined(checkpoint)
        draft = place.with_suffix(".new")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(str(checkpoint), encoding="utf-8", newline="\n")
            draft.replace(place)
        except OSError as error:
            raise LedgerUnavailable("cannot-write", path=place, why=error.strerror) from None
        return place

    def notes(self) -> Iterator[tuple[Path, bytes]]:
        """Yield every kept checkpoint as it stands, unchecked, the smallest first."""
        found = (self.folder / "checkpoints").glob("*")
        for path in sorted((p for p in found if p.name.isdecimal()), key=lambda p: int(p.name)):
            yield path, path.read_bytes()

    def checkpoints(self) -> list[Checkpoint]:
        """Return every kept checkpoint, the smallest first; raises `BadCheckpoint`."""
        return [Checkpoint.parse(note) for _, note in self.notes()]

    def timestamp_place(self, size: int) -> Path:
        """Return where the RFC 3161 timestamp of a checkpoint lies, or would lie."""
        return self._place(size).with_suffix(".tsr")

    def keep_key(self, key: PublicKey) -> None:
        """Keep a public key that signs this ledger's checkpoints."""
        folder = self.folder / "keys"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{key.id.hex()}.pub").write_text(f"{key}\n", encoding="utf-8", newline="\n")
        except OSError as error:
            raise LedgerUnavailable("cannot-write", path=folder, why=error.strerror) from None

    def keys(self) -> list[PublicKey]:
        """Return the public keys that are kept, sorted by name; raises `InvalidValue`."""
        found = (self.folder / "keys").glob("*.pub")
        keys = [PublicKey.parse(path.read_text(encoding="utf-8")) for path in found]
        return sorted(keys, key=lambda key: (key.name, key.id))

    def _place(self, size: int) -> Path:
        return self.folder / "checkpoints" / str(size)


def erase(
    ledger: "Ledger",
    archive: Archive | None,
    index: int,
    *,
    reason: str,
    fields: tuple[str, ...] = (),
) -> Entry:
    """Erase texts of an entry (see `Ledger.erase`) and the captured files that they named.

    A file stays where another entry names it too. Killed at any moment, the next erasure (or
    `finish`) leaves the file of an erased text nowhere, and every other file where it was.
    """
    if archive is None:
        return ledger.erase(index, reason=reason, fields=fields)
    entries = ledger.entries()
    archive.settle(_named(ledger, entries))
    going: set[str] = set()
    if not fields or "sealed_sha256" in fields:
        others = [entry for entry in entries if entry.index != index]
        going = _sealed(ledger, entries[index : index + 1]) - _sealed(ledger, others)
        going -= _public(entries)
    with archive.removing(going):
        return ledger.erase(index, reason=reason, fields=fields)


def finish(ledger: "Ledger", archive: Archive | None) -> None:
    """Finish an erasure that was interrupted: captured files, and the store's own files.

    Raises `LedgerUnavailable` (`scrub-busy`) while other programs hold the store open.
    """
    if archive is not None:
        archive.settle(_named(ledger, ledger.entries()))
    ledger.scrub()


def _named(ledger: "Ledger", entries: Sequence[Entry]) -> set[str]:
    """Return the hashes of all captured files that some entry names."""
    return _public(entries) | _sealed(ledger, entries)


def _public(entries: Sequence[Entry]) -> set[str]:
    return {piece.sha256 for entry in entries for piece in entry.evidence if piece.sha256}


def _sealed(ledger: "Ledger", entries: Sequence[Entry]) -> set[str]:
    """Return the hashes that entries name in texts that can be erased, and were not."""
    sealed = [each for e in entries for field, each in sealed_in(e) if field == "sealed_sha256"]
    return set(ledger.texts(sealed).values())


def _aside(path: Path) -> Path:
    return path.replace(path.with_suffix(_ERASING))
