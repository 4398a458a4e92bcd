"""Evidence: what shows that an entry is true, and the key figures that it may carry.

Decides: which facts describe a piece of evidence and a measure, and their form.
Refuses to know: whether a file or an address still exists, and what a document proves.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Self

import attrs

from .dates import When
from .errors import InvalidValue
from .text import Private, cleaned, matching, private, truth, whole

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+")
_URL = re.compile(r"https?://[^\s/]+(/\S*)?")
_DIGITS = 30


class Choice(StrEnum):
    """A closed list of words; anything else is an error that lists them."""

    @classmethod
    def of(cls, value: object, field: str) -> Self:
        """Return the member of a word; raises `InvalidValue` naming the words allowed."""
        try:
            return cls(value)  # type: ignore[arg-type]
        except ValueError:
            allowed = ", ".join(cls)
            raise InvalidValue("choice", field=field, value=value, allowed=allowed) from None


class EvidenceKind(Choice):
    """What sort of document a piece of evidence is."""

    REPORT = "report"
    DELIBERATION = "deliberation"
    CONTRACT = "contract"
    PHOTO = "photo"
    PRESS = "press"
    DATA = "data"
    WEB = "web"
    OTHER = "other"


class Precision(Choice):
    """How the source gives a value: `exact`, or only a bound, or about."""

    EXACT = "exact"
    AT_LEAST = "at-least"
    AT_MOST = "at-most"
    ABOUT = "about"


def decimal(value: object, field: str) -> Decimal:
    """Return an exact decimal number of at most 30 digits; never of a float.

    Raises `InvalidValue`: a float has already lost what the source printed.
    """
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise InvalidValue("decimal-form", field=field, value=value)
    try:
        number = Decimal(value)
        text = format(number, "f") if abs(number.adjusted()) < _DIGITS else ""
    except InvalidOperation:
        text = ""
    if not re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?", text):
        raise InvalidValue("decimal-form", field=field, value=value)
    return Decimal(text)


def _kind(value: str) -> EvidenceKind:
    return EvidenceKind.of(value, "evidence.kind")


def _precision(value: str) -> Precision:
    return Precision.of(value, "precision")


def _value(value: str | int | Decimal) -> Decimal:
    return decimal(value, "value")


def _target(value: str | int | Decimal) -> Decimal:
    return decimal(value, "target")


def _as_of(value: str | date | When) -> When:
    return When.of(value, "as_of")


def _size(value: int) -> int:
    number = whole(value, "evidence.size")
    if number < 0:
        raise InvalidValue("number-form", field="evidence.size", value=value)
    return number


def _dated(value: str | date | When) -> When:
    return When.of(value, "evidence.dated")


@attrs.frozen(kw_only=True)
class Measure:
    """A key figure: an indicator's value and unit, its target, and when it held.

    `value` and `target` are in `unit`. Raises `InvalidValue` for a float or a bad date.

    >>> Measure(indicator="Arbres plantés", value="2655", target="3000", as_of="2023").target
    Decimal('3000')
    """

    indicator: str = cleaned("indicator")
    value: Decimal = attrs.field(converter=_value)
    unit: str | None = cleaned("unit", default=None)
    precision: Precision = attrs.field(default=Precision.EXACT, converter=_precision)
    target: Decimal | None = attrs.field(default=None, converter=attrs.converters.optional(_target))
    as_of: When = attrs.field(converter=_as_of)
    provisional: bool = truth("provisional")


@attrs.frozen(kw_only=True)
class Evidence:
    """A document that shows that something is so, precise enough to be found again.

    `dated` is when the document is from; `sha256`, `media_type` and `size` (bytes) describe the
    captured file. The hash of a file that may name a person goes into `sealed_sha256` instead and
    is only committed to: a bare hash confirms a guess. `deliberation` is the SCDL `DELIB_ID` of
    the council's decision; `quotation` may name a person and is only committed to. Raises
    `InvalidValue`.

    >>> Evidence(title="Bilan de mi-mandat", kind="report", locator="p. 4").kind.value
    'report'
    """

    title: str = cleaned("evidence.title")
    kind: EvidenceKind = attrs.field(default=EvidenceKind.OTHER, converter=_kind)
    url: str | None = matching("evidence.url", _URL, "url-form")
    locator: str | None = cleaned("evidence.locator", default=None)
    publisher: str | None = cleaned("evidence.publisher", default=None)
    dated: When | None = attrs.field(default=None, converter=attrs.converters.optional(_dated))
    sha256: str | None = matching("evidence.sha256", _SHA256, "sha256-form")
    sealed_sha256: Private | None = private("evidence.sealed_sha256")
    media_type: str | None = matching("evidence.media_type", _MEDIA_TYPE, "media-type-form")
    size: int | None = attrs.field(default=None, converter=attrs.converters.optional(_size))
    deliberation: str | None = cleaned("evidence.deliberation", default=None)
    quotation: Private | None = private("evidence.quotation")
    measure: Measure | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.instance_of(Measure))
    )

    def __attrs_post_init__(self) -> None:
        plain = self.sealed_sha256
        if isinstance(plain, str) and not _SHA256.fullmatch(plain):
            raise InvalidValue("sha256-form", field="evidence.sealed_sha256", value=plain)


def pieces(value: "Evidence | Iterable[Evidence]") -> tuple[Evidence, ...]:
    """Return one or several pieces of evidence as a tuple; raises `InvalidValue`."""
    several = (value,) if isinstance(value, Evidence) else tuple(value)
    for piece in several:
        if not isinstance(piece, Evidence):
            raise InvalidValue("evidence-form", field="evidence", value=piece)
    return several


def some_pieces(value: "Evidence | Iterable[Evidence]") -> tuple[Evidence, ...]:
    """Return at least one piece of evidence; raises `InvalidValue`."""
    several = pieces(value)
    if not several:
        raise InvalidValue("evidence-none", field="evidence", value="")
    return several
