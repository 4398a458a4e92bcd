"""One entry, one sequence of bytes, for ever.

The bytes are RFC 8785 canonical JSON (JCS) of one object. A real example, in one line:

    {"action":"zoom-01","data":{"after":1,"on":"2023-04"},"event":"action.engaged",
    "plan":"bethune-2020","recorded_at":"2026-11-23T09:12:03.123456Z","recorded_by":"5e…64
    hexadecimal digits…b1","version":2}

- `plan` and, for an entry of an action, `action`: keys. `version`: place in that stream, from 1.
- `event`: the public name of the event, from `NAMES`; never renamed, never reused.
- `recorded_at`, and `stated_at` where there is one: UTC, `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
- `recorded_by`: the commitment (see `text`) to who recorded it.
- `data`: the fields of the event. A field at its default is left out, so that fields can be
  added without changing bytes that are written. Dates are EDTF texts, decimals are strings,
  there are no floats, no nulls, and no position of a database. Text that may name a person is
  a commitment.

Decides: these bytes, and the refusal of any others.
Refuses to know: the order of entries, where they are kept, and the texts behind commitments.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import attrs
import cattrs
import orjson
from cattrs import (
    AttributeValidationNote,
    BaseValidationError,
    ForbiddenExtraKeysError,
    IterableValidationNote,
)

from . import action, plan, record
from .dates import Instant, When
from .deltas import SCOPE_BITS, STATUS_BITS, Dated, dated
from .entry import Entry
from .errors import BilanError, InvalidValue, MalformedEntry
from .text import Private, Sealed, key, whole

NAMES: dict[str, type[Any]] = {
    "action.proposed": action.Proposed,
    "action.engaged": action.Engaged,
    "action.realised": action.Realised,
    "action.abandoned": action.Abandoned,
    "action.reopened": action.Reopened,
    "action.withdrawn": action.Withdrawn,
    "action.merged-into": action.MergedInto,
    "action.split-into": action.SplitInto,
    "action.superseded": action.Superseded,
    "action.not-assessable": action.NotAssessable,
    "action.not-assessed": action.NotAssessed,
    "action.restored": action.Restored,
    "action.described": action.Described,
    "action.qualified": action.Qualified,
    "action.evidence-attached": record.EvidenceAttached,
    "action.retracted": record.Retracted,
    "action.erased": record.Erased,
    "plan.created": plan.PlanCreated,
    "plan.amended": plan.PlanAmended,
    "plan.figure-published": plan.FigurePublished,
    "plan.evidence-attached": record.EvidenceAttached,
    "plan.retracted": record.Retracted,
    "plan.erased": record.Erased,
}
"""The public names of events. They are the storage format: never renamed, never reused."""

Upcast = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTS: dict[str, tuple[str, Upcast]] = {}
"""Names that are no longer written: the name and the data that they stand for today.

An entry under such a name keeps its bytes for ever (`Entry.written`); only what is read of it
is today's event. None has been retired yet.
"""

_NAME_OF = {(name.partition(".")[0], event): name for name, event in NAMES.items()}
UNSTAMPED = Instant.parse("0001-01-01T00:00:00.000000Z")


def name_of(entry: Entry) -> str:
    """Return the public name of an entry's event."""
    return _NAME_OF["plan" if entry.action is None else "action", type(entry.event)]


def name_of_event(event: Any) -> str:
    """Return the public name of an action's event."""
    return _NAME_OF["action", type(event)]


@attrs.frozen
class Line:
    """The bytes of one entry as a store or a file holds them, and what stands beside them there.

    `index` is the place in the log. A store also keeps the stream, version and name in columns
    of their own; a file does not (None).
    """

    index: int
    state: bytes
    columns: tuple[str, object, object] | None = None  # stream, version, name


def disagreement(line: Line, entry: Entry) -> str | None:
    """Return which column of a line does not say what its bytes say, if one does not."""
    if line.columns is None:
        return None
    written = {"stream": str(entry.stream), "version": entry.version, "topic": name_of(entry)}
    pairs = zip(written.items(), line.columns, strict=True)
    return next((name for (name, said), stored in pairs if stored != said), None)


# --- encode ----------------------------------------------------------------------------------


def encode(entry: Entry) -> bytes:
    """Return the canonical bytes of an entry; its index is not in them.

    Raises `MalformedEntry` when a text that may name a person was not sealed.
    """
    return entry.written or canonical(as_object(entry))


def as_object(entry: Entry) -> dict[str, Any]:
    """Return the JSON object whose canonical bytes stand for an entry."""
    envelope: dict[str, Any] = {
        "plan": entry.plan,
        "version": entry.version,
        "event": name_of(entry),
        "recorded_at": _text_of(entry.recorded_at),
        "recorded_by": entry.recorded_by.commitment,
        "data": _CONVERTER.unstructure(entry.event),
    }
    if entry.action is not None:
        envelope["action"] = entry.action
    if entry.stated_at is not None:
        envelope["stated_at"] = _text_of(entry.stated_at)
    return envelope


def canonical(value: object) -> bytes:
    """Return RFC 8785 bytes of objects, arrays, texts, whole numbers and truth values.

    Names are ASCII here, so that sorting them by code point is sorting by UTF-16 unit (§3.2.3);
    orjson then escapes texts as §3.2.2.2 asks. The tests hold it against an independent encoder.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def stamp(drafts: Sequence[bytes], recorded_at: Instant) -> list[bytes]:
    """Return the bytes of drafts that are UNSTAMPED with a recorded date, of the same length.

    A quotation mark inside a text is escaped, so the member that is replaced is the real one.
    """
    blank, real = _recorded_at(UNSTAMPED), _recorded_at(recorded_at)
    assert all(draft.count(blank) == 1 for draft in drafts)
    return [draft.replace(blank, real) for draft in drafts]


def _recorded_at(instant: Instant) -> bytes:
    return f'"recorded_at":"{_text_of(instant)}"'.encode()


def recorded_at(state: bytes) -> Instant:
    """Return the recorded date of canonical bytes without decoding the event."""
    try:
        return Instant.parse(orjson.loads(state)["recorded_at"])
    except (InvalidValue, ValueError, KeyError, TypeError):
        raise _malformed("no recorded date", "last entry") from None


# --- decode ----------------------------------------------------------------------------------


def decode(state: bytes, index: int, place: str | None = None) -> Entry:
    """Return the entry of canonical bytes, in its place in the log.

    Raises `MalformedEntry` for any bytes that `encode` would not have written: it names the
    place in them (`$.data.on`) and the rule.
    """
    place = place or f"#{index}"
    try:
        return _read(state, index, place, _PLAIN)
    except Exception:  # noqa: BLE001 whatever it is, a slower reader says what and where
        return _read_slowly(state, index, place)


def _read_slowly(state: bytes, index: int, place: str) -> Entry:
    try:
        return _read(state, index, place, _CONVERTER)
    except MalformedEntry:
        raise
    except (BilanError, *_WRONG) as error:
        raise _malformed(_why(error), place) from None


_WRONG = (
    BaseValidationError, TypeError, ValueError, KeyError, AttributeError, OverflowError,
    RecursionError,
)  # fmt: skip


def _read(state: bytes, index: int, place: str, converter: cattrs.Converter) -> Entry:
    raw = _parsed(state, place)
    name = raw.get("event")
    if not isinstance(name, str) or (name not in NAMES and name not in UPCASTS):
        raise MalformedEntry("name-unknown", name=name, place=place)
    written = _upcast(raw, state) if name in UPCASTS else None
    entry = _entry(raw, index, written, converter)
    if encode(entry) != state:
        raise ValueError(_NOT_CANONICAL)
    return entry


_NOT_CANONICAL = "$: not the bytes that encoding writes"


def _upcast(raw: dict[str, Any], state: bytes) -> bytes:
    """Replace a retired name and its data by today's; return the bytes that stay as they are."""
    if canonical(raw) != state:
        raise ValueError(_NOT_CANONICAL)
    raw["event"], change = UPCASTS[raw["event"]]
    raw["data"] = change(raw["data"])
    return state


def _parsed(state: bytes, place: str) -> dict[str, Any]:
    try:
        raw = orjson.loads(state)
    except ValueError as error:
        raise _malformed(f"not JSON ({error})", place) from None
    if not isinstance(raw, dict):
        raise _malformed("not an object", place)
    return raw


_ENVELOPE = {"plan", "version", "event", "recorded_at", "recorded_by", "data", "stated_at"}
_MEMBERS = {"plan": _ENVELOPE, "action": _ENVELOPE | {"action"}}


def _entry(
    raw: dict[str, Any], index: int, written: bytes | None, converter: cattrs.Converter
) -> Entry:
    kind = raw["event"].partition(".")[0]
    if extra := raw.keys() - _MEMBERS[kind]:
        raise ValueError(f"$.{min(extra)}: unknown member")
    stated = raw.get("stated_at")
    event = converter.structure(raw["data"], NAMES[raw["event"]])
    entry = getattr(event, "entry", None)
    if getattr(event, "after", 0) < 0 or (entry is not None and entry < 1):
        raise ValueError("$.data: entries are numbered from 1")
    return Entry(
        index=index,
        plan=_key(raw["plan"], "plan"),
        action=_key(raw["action"], "action") if kind == "action" else None,
        version=_version(raw["version"]),
        recorded_at=_instant(raw["recorded_at"], "$.recorded_at"),
        recorded_by=_sealed(raw["recorded_by"]),
        stated_at=None if stated is None else _instant(stated, "$.stated_at"),
        event=event,
        written=written,
    )


# Neighbours in a log were mostly recorded by one save, about one plan.
_NEIGHBOURS = 1_000


@lru_cache(maxsize=_NEIGHBOURS, typed=True)
def _key(value: object, field: str) -> str:
    if value != key(value, f"$.{field}"):
        raise ValueError(f"$.{field}: not a key as it is always written")
    return str(value)


@lru_cache(maxsize=_NEIGHBOURS, typed=True)
def _instant(text: str, field: str) -> Instant:
    return Instant.parse(text, field)


@lru_cache(maxsize=_NEIGHBOURS)
def _text_of(instant: Instant) -> str:
    return str(instant)


@lru_cache(maxsize=_NEIGHBOURS, typed=True)
def _sealed(commitment: str) -> Sealed:
    return Sealed(commitment)


def _version(value: object) -> int:
    number = _integer(value, int)
    if number < 1:
        raise ValueError("$.version: versions begin at 1")
    return number


def _malformed(why: str, place: str) -> MalformedEntry:
    return MalformedEntry("bytes-not-canonical", why=why, place=place)


def _why(error: BaseException, path: str = "$.data") -> str:
    """Return the first fault of an error tree with its path."""
    if isinstance(error, BaseValidationError):
        inner = error.exceptions[0]
        return _why(inner, path + "".join(map(_step, getattr(inner, "__notes__", ()))))
    if isinstance(error, ForbiddenExtraKeysError):
        return f"{path}.{min(error.extra_fields)}: unknown member"
    if isinstance(error, KeyError):
        return f"{path}: member {error.args[0]} is missing"
    if isinstance(error, RecursionError):
        return f"{path}: nested too deeply"
    text = str(error)
    if text.startswith("$"):
        return text
    if isinstance(error, InvalidValue):
        field = str(error.facts["field"]).rpartition(".")[2]
        path = path if path.endswith(f".{field}") else f"{path}.{field}"
    return f"{path}: {text}"


def _step(note: object) -> str:
    """Return the step in a path that one of cattrs' notes stands for."""
    if isinstance(note, AttributeValidationNote):
        return f".{note.name}"
    return f"[{note.index}]" if isinstance(note, IterableValidationNote) else ""


# --- a glance --------------------------------------------------------------------------------


class Glance(NamedTuple):
    """What a figure needs of an entry: its place in the log, whose it is, and what it changes.

    `dated` is None where it changes no action's dated history. `event` is given for an entry of
    a plan: there are few of them.
    """

    position: int
    plan: str
    action: str | None
    version: int
    name: str
    dated: Dated | None = None
    event: Any = None


def glance(state: bytes, index: int) -> Glance:
    """Return what a figure needs of canonical bytes; the rest is not decoded.

    Canonical JSON is checked, fields that move no figure are not: `decode` looks at all of
    them. Raises anything for what it cannot read: `decode` then says what is wrong.
    """
    raw = orjson.loads(state)
    if canonical(raw) != state:
        raise ValueError(_NOT_CANONICAL)
    name = raw["event"]
    read = _GLANCES.get(name)
    if read is None:
        return glance_of(decode(state, index))
    version = _version(raw["version"])
    return Glance(index, raw["plan"], raw["action"], version, name, read(raw["data"]))


def glance_of(entry: Entry) -> Glance:
    """Return what a figure needs of an entry."""
    head = (entry.index, entry.plan, entry.action, entry.version, name_of(entry))
    if entry.action is None:
        return Glance(*head, event=entry.event)
    return Glance(*head, dated(entry.event))


def _nothing(_: Any) -> None:
    return None


def _withdrawn(data: Any) -> Dated:
    return Dated(0, 0, 0, 0, 0, whole(data["entry"], "entry"))


def _status(*statuses: action.Status) -> Callable[[Any], Dated]:
    bits = sum(STATUS_BITS[status] for status in statuses)

    def read(data: Any) -> Dated:
        return Dated(bits, 0, *_days(data["on"]), whole(data.get("after", 0), "after"), 0)

    return read


def _engaged(data: Any) -> Dated:
    return (_at_least if data.get("at_least", False) is True else _begun)(data)


def _reopened(data: Any) -> Dated:
    return _REOPENED[action.Status(data.get("to", action.Status.ENGAGED))](data)


def _scope(scope: action.Scope) -> Callable[[Any], Dated]:
    bits = SCOPE_BITS[scope]

    def read(data: Any) -> Dated:
        return Dated(0, bits, *_days(data["on"]), whole(data.get("after", 0), "after"), 0)

    return read


@lru_cache(maxsize=10_000, typed=True)
def _days(text: str) -> tuple[int, int]:
    when = When(text)
    return when.earliest.toordinal(), when.latest.toordinal()


_begun = _status(action.Status.ENGAGED)
_at_least = _status(action.Status.ENGAGED, action.Status.REALISED)
_REOPENED = {status: _status(status) for status in action.Status}
_GLANCES: Mapping[str, Callable[[Any], Dated | None]] = {
    "action.proposed": _status(action.Status.PROPOSED),
    "action.engaged": _engaged,
    "action.realised": _status(action.Status.REALISED),
    "action.abandoned": _status(action.Status.ABANDONED),
    "action.reopened": _reopened,
    "action.withdrawn": _scope(action.Scope.WITHDRAWN),
    "action.merged-into": _scope(action.Scope.MERGED),
    "action.split-into": _scope(action.Scope.SPLIT),
    "action.superseded": _scope(action.Scope.SUPERSEDED),
    "action.not-assessable": _scope(action.Scope.NOT_ASSESSABLE),
    "action.not-assessed": _scope(action.Scope.NOT_ASSESSED),
    "action.restored": _scope(action.Scope.IN_PLAN),
    "action.described": _nothing,
    "action.qualified": _nothing,
    "action.evidence-attached": _nothing,
    "action.retracted": _withdrawn,
    "action.erased": _nothing,
}  # the entries of plans are few, and decoded


# --- hooks -----------------------------------------------------------------------------------


def _text(value: Any, _: Any) -> str:
    return _whole_text(value, "text")


def _whole_text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise InvalidValue("text-not-text", field=field, value=value)
    if unicodedata.normalize("NFC", value) != value:
        raise InvalidValue("text-not-text", field=field, value=value)
    return value


def _integer(value: Any, _: Any) -> int:
    return whole(value, "number")


def _truth(value: Any, _: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue("choice", field="truth", value=value, allowed="true, false")
    return value


def _private_out(value: object) -> str:
    # An absent text is at its default and so left out before it gets here.
    if not isinstance(value, Sealed):
        raise MalformedEntry("bytes-not-canonical", why="a private text was not sealed")
    return value.commitment


def _make_converter(*, detailed: bool) -> cattrs.Converter:
    converter = cattrs.Converter(
        omit_if_default=True, forbid_extra_keys=True, detailed_validation=detailed
    )
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(int, _integer)
    converter.register_structure_hook(bool, _truth)
    converter.register_structure_hook(
        Decimal, lambda value, _: Decimal(_whole_text(value, "decimal"))
    )
    converter.register_unstructure_hook(Decimal, lambda value: format(value, "f"))
    converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(When, lambda value, _: When(value))
    converter.register_unstructure_hook(When, str)
    converter.register_structure_hook(Sealed, lambda value, _: Sealed(value))
    converter.register_unstructure_hook(Sealed, lambda value: value.commitment)
    for private in (Private, Private | None):
        converter.register_structure_hook(private, lambda value, _: Sealed(value))
        converter.register_unstructure_hook(private, _private_out)
    converter.register_structure_hook_func(
        lambda cls: isinstance(cls, type) and issubclass(cls, StrEnum),
        lambda value, cls: cls(_whole_text(value, "word")),
    )
    return converter


_CONVERTER = _make_converter(detailed=True)
_PLAIN = _make_converter(detailed=False)  # faster, but does not say where a fault is
