"""The whole log as a file, and a file as a whole log: nothing is lost on the way.

    ledger.jsonl         the canonical bytes of one entry a line, each ended by one line feed
    ledger.texts.jsonl   what stands behind commitments: personal data, never to be published

A line of the second file is the canonical JSON of `commitment`, `salt` (64 hexadecimal digits) and
`text`; the lines are sorted by commitment.

Decides: what these files hold, and that only an intact log is taken in, entry by entry as it is.
Refuses to know: which store it comes from or goes to.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from .audit import Severity, read, split
from .audit.findings import Finding
from .audit.rules import decided_again, impossible
from .entry import Entry, sealed_in
from .errors import BilanError, InvalidValue, LedgerUnavailable, NotFound
from .files import write_new
from .ledger import Ledger
from .record import Erased
from .text import SealedText
from .wire import canonical, encode

_BATCH = 5_000  # entries of one transaction


class LogNotIntact(BilanError, ValueError):
    """A file that is no intact log; `findings` says all that is wrong with it."""

    def __init__(self, path: Path, findings: list[Finding]) -> None:
        first = findings[0].text("en")
        super().__init__("log-not-intact", path=path, count=len(findings), why=first)
        self.findings = findings


def texts_beside(path: str | Path) -> Path:
    """Return where the texts of an exported log lie: `ledger.texts.jsonl`."""
    return Path(path).with_suffix(".texts.jsonl")


# --- out -------------------------------------------------------------------------------------


def export_log(ledger: Ledger, path: str | Path, *, texts: bool = False) -> int:
    """Write the log to a new file and return how many entries it has.

    With `texts` what stands behind its commitments goes into a second file beside it, readable
    by its owner alone. Raises `LedgerUnavailable` when something is already there.
    """
    entries = ledger.entries()
    write_new(path, (line.state + b"\n" for line in ledger.lines()))
    if texts:
        wanted = {sealed.commitment for entry in entries for _, sealed in sealed_in(entry)}
        kept = ledger.sealed_texts(wanted)
        write_new(texts_beside(path), (_text_line(kept[name]) for name in sorted(kept)), 0o600)
    return len(entries)


def _text_line(text: SealedText) -> bytes:
    value = {
        "commitment": text.sealed.commitment,
        "salt": text.salt.hex(),
        "text": text.text,
    }
    return canonical(value) + b"\n"


# --- in --------------------------------------------------------------------------------------


def import_log(
    ledger: Ledger, path: str | Path, *, texts: str | Path | None = None
) -> Iterator[tuple[int, int]]:
    """Take a log from a file into a ledger, entry by entry as it is, dates and authors included.

    The ledger must be empty, or hold the first entries of the same log: then it goes on where it
    stopped. Yields (entries done, entries in all) after each transaction. `texts` is the file of
    texts, by default the one beside the log, if there is one; texts that the log says were
    erased are left out.

    Raises `LogNotIntact` (nothing is recorded), `InvalidValue` for a bad line of texts, and
    `LedgerUnavailable` when the ledger holds another log.
    """
    entries = _entries(Path(path))
    kept = _texts(entries, _texts_file(path, texts))
    done = len(ledger)
    ours = [line.state for line in ledger.lines()]
    if ours != [encode(entry) for entry in entries[:done]]:
        raise LedgerUnavailable("not-the-same-log", path=path)
    yield done, len(entries)
    while done < len(entries):
        batch = entries[done : done + _BATCH]
        named = {sealed.commitment for entry in batch for _, sealed in sealed_in(entry)}
        ledger.take_in(batch, [kept.pop(name) for name in sorted(named & kept.keys())], after=done)
        done += len(batch)
        yield done, len(entries)


def _entries(path: Path) -> list[Entry]:
    """Return the entries of a file that an audit finds no error in."""
    try:
        data = path.read_bytes()
    except OSError:
        raise NotFound("no-file", path=path) from None
    lines, cut = split(data)
    reading = read(lines)
    records, refused = decided_again(reading.entries)
    broken = [finding for record in records.values() for finding in impossible(record)]
    found = [*cut, *reading.findings, *refused, *broken]
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    if errors:
        raise LogNotIntact(path, errors)
    return list(reading.entries)


def _texts_file(path: str | Path, texts: str | Path | None) -> Path | None:
    if texts is not None:
        return Path(texts)
    beside = texts_beside(path)
    return beside if beside.exists() else None


def _texts(entries: Iterable[Entry], path: Path | None) -> dict[str, SealedText]:
    """Return the texts of a file that stand behind commitments of these entries."""
    if path is None:
        return {}
    erased = {s.commitment for e in entries if isinstance(e.event, Erased) for s in e.event.texts}
    wanted = {s.commitment for entry in entries for _, s in sealed_in(entry)} - erased
    found: dict[str, SealedText] = {}
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        raise NotFound("no-file", path=path) from None
    for number, line in enumerate(lines[:-1], 1):
        text = _text(line, f"{path}:{number}")
        if text.sealed.commitment in wanted:
            found[text.sealed.commitment] = text
    return found


def _text(line: bytes, place: str) -> SealedText:
    with suppress(ValueError, KeyError, TypeError, UnicodeError):
        value = json.loads(line)
        text = SealedText(bytes.fromhex(value["salt"]), str(value["text"]))
        if _text_line(text) == line + b"\n":
            return text
    raise InvalidValue("texts-line", field="texts", value=place, place=place)
