"""What plans and actions have in common: events with a version, evidence, retractions.

Decides: what a retracted entry is, which entries can be retracted, and what is seen by who
knows only a part of a stream.
Refuses to know: what the events mean.
"""

from collections.abc import Container, Iterable, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

import attrs

from .errors import InvalidValue, Refusal
from .evidence import Evidence, some_pieces
from .text import Private, Sealed, private, whole

E = TypeVar("E")


@attrs.frozen
class Recorded(Generic[E]):
    """An event of a stream, with its version there and, if so, the version that retracted it."""

    version: int
    event: E
    retracted_by: int | None = None


def entry_number(value: int) -> int:
    """Return the version of an entry; raises `InvalidValue` for what can be none."""
    return whole(value, "entry")


@attrs.frozen(kw_only=True)
class _Attach:
    evidence: tuple[Evidence, ...] = attrs.field(converter=some_pieces)
    entry: int | None = attrs.field(default=None, converter=attrs.converters.optional(entry_number))
    note: Private | None = private("note")


@attrs.frozen(kw_only=True)
class _Retract:
    entry: int = attrs.field(converter=entry_number)
    reason: Private = private("reason", required=True)


def _sealed(value: Iterable[Sealed]) -> tuple[Sealed, ...]:
    several = tuple(value)
    if not several:
        raise InvalidValue("erase-nothing", field="texts", value="")
    for each in several:
        if not isinstance(each, Sealed):
            raise InvalidValue("commitment-form", field="texts", value="…")
    return several


@attrs.frozen(kw_only=True)
class _Erase:
    entry: int = attrs.field(converter=entry_number)
    texts: tuple[Sealed, ...] = attrs.field(converter=_sealed)
    reason: Private = private("reason", required=True)


class AttachEvidence(_Attach):
    """Add evidence to the action or plan, or to one of its entries."""

    __slots__ = ()


class Retract(_Retract):
    """Withdraw an earlier entry: it was never so."""

    __slots__ = ()


class Erase(_Erase):
    """Destroy texts that an entry commits to, with their salt; see `Ledger.erase`."""

    __slots__ = ()


class EvidenceAttached(_Attach):
    """Evidence was added to the action or plan, or to one of its entries."""

    __slots__ = ()


class Retracted(_Retract):
    """An earlier entry was withdrawn."""

    __slots__ = ()


class Erased(_Erase):
    """Texts of an earlier entry were destroyed; the entry itself stands as it was."""

    __slots__ = ()


def event_fields(command: Any) -> dict[str, Any]:
    """Return the fields of a command or an event, values as they are."""
    return attrs.asdict(command, recurse=False)


def rebuilt(kind: Any, value: Any, **given: object) -> Any:
    """Return an instance of a class with the fields of a value, but for those that are given.

    Nothing is converted or checked again: the value's own fields were when it was made, by the
    converters that both classes have from one base. What is given has to be as they leave it.
    For classes of fields alone: what a class keeps beside them, such as its hash, is not copied.
    """
    new = object.__new__(kind)
    put = object.__setattr__
    for name in _field_names(kind):
        put(new, name, given[name] if name in given else getattr(value, name))
    return new


@lru_cache(maxsize=100)  # more than there are classes
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in attrs.fields(kind))


def live(items: Iterable[Recorded[E]]) -> tuple[Recorded[E], ...]:
    """Return what was not retracted, in order."""
    # A list first: a generator takes twice as long, and this is asked several times an entry.
    return tuple([item for item in items if item.retracted_by is None])


def seen(items: Iterable[Recorded[E]], visible: Container[int]) -> tuple[Recorded[E], ...]:
    """Return what is believed by who has seen only these versions of the stream."""
    return tuple(
        attrs.evolve(item, retracted_by=_within(item.retracted_by, visible))
        for item in items
        if item.version in visible
    )


def _within(version: int | None, visible: Container[int]) -> int | None:
    return version if version is not None and version in visible else None


def retract(items: Iterable[Recorded[E]], entry: int, by: int) -> tuple[Recorded[E], ...]:
    """Return the items with the one of version `entry` marked as retracted."""
    return tuple(
        attrs.evolve(item, retracted_by=by) if item.version == entry else item for item in items
    )


def erase_refusal(entry: int, *, last: int) -> Refusal | None:
    """Refuse to erase texts of an entry that is not there."""
    return None if 1 <= entry <= last else Refusal("entry-unknown", {"entry": entry, "last": last})


def entry_refusal(entry: int, items: Sequence[Recorded[Any]], *, last: int) -> Refusal | None:
    """Refuse to point at an entry that is not there, is retracted, or is a retraction itself."""
    found = next((item for item in items if item.version == entry), None)
    if found is None:
        code = "entry-final" if 1 <= entry <= last else "entry-unknown"
        return Refusal(code, {"entry": entry, "last": last})
    if found.retracted_by is not None:
        return Refusal("entry-retracted", {"entry": entry}, (found.retracted_by,))
    return None
