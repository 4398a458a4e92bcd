"""Days that may be uncertain, and instants that never are.

Decides: what a date text means (`When`), what an instant is (`Instant`), and the exact
arithmetic of ordered uncertain dates (`windows`).
Refuses to know: what day it is. Days are civil days of a territory, instants are UTC; the
two are never compared.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import attrs

from .errors import InvalidValue

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MONTH = re.compile(r"\d{4}-\d\d")
_YEAR = re.compile(r"\d{4}")
_DIGITS_UNKNOWN = re.compile(r"\d\dXX|\d{3}X|\d{4}-XX(-XX)?|\d{4}-\d\d-XX")
_FRENCH = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_LONGEST = 100


@attrs.frozen(order=False)
class When:
    """A closed interval of days, known only as well as its text says (EDTF, ISO 8601-2).

    Accepts `2023-04-15`, `2023-04`, `2023`, an interval `2020-06-28/2024-03`, and digits
    that are not known from the right (`202X`, `2023-XX`). Days from 0001-01-01 to 9999-12-31.
    Raises `InvalidValue` for anything else: an impossible day, an end before its start, an
    open end, a season, or a date marked `?` or `~`, since these have no exact bounds.

    >>> When("2023-02").latest
    datetime.date(2023, 2, 28)
    """

    text: str
    earliest: date = attrs.field(init=False)
    latest: date = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        earliest, latest = _bounds(self.text)
        object.__setattr__(self, "earliest", earliest)
        object.__setattr__(self, "latest", latest)

    @classmethod
    def of(cls, value: "str | date | When", field: str = "on") -> "When":
        """Return a `When` of a text, an exact day or a `When`; errors name `field`."""
        if isinstance(value, When):
            return value
        try:
            return cls(value.isoformat() if _is_day(value) else value)  # type: ignore[union-attr,arg-type]
        except InvalidValue as error:
            raise type(error)(error.code, **{**error.facts, "field": field}) from None

    @property
    def exact(self) -> bool:
        """Whether it is one single day."""
        return self.earliest == self.latest

    def __str__(self) -> str:
        return self.text


def day(value: object, field: str = "on") -> date:
    """Return one exact civil day, of a `date` or of a text `2023-04-15`; never of an instant.

    Raises `InvalidValue` when it is not one exact day.
    """
    if _is_day(value):
        return value  # type: ignore[return-value]
    if isinstance(value, str) and (when := When.of(value, field)).exact:
        return when.earliest
    raise InvalidValue("date-not-exact", field=field, value=value)


def _is_day(value: object) -> bool:
    # datetime is a subclass of date: an instant must not pass for a day.
    return isinstance(value, date) and not isinstance(value, datetime)


def _bounds(text: object) -> tuple[date, date]:
    # Only texts are looked up: not everything that somebody may pass can be hashed.
    if not isinstance(text, str):
        raise InvalidValue("date-form", field="on", value=text)
    return _read(text)


@lru_cache(maxsize=10_000)
def _read(text: str) -> tuple[date, date]:
    if len(text) > _LONGEST or not text.isascii():
        raise InvalidValue("date-form", field="on", value=text)
    if french := _FRENCH.fullmatch(text):
        d, m, y = french.groups()
        better = f"{y}-{m:0>2}-{d:0>2}"
        _span(better, text)  # an impossible day is not proposed instead
        raise InvalidValue("date-french", field="on", value=text, better=better)
    start, slash, end = text.partition("/")
    earliest, latest = _span(start, text)
    if slash:
        latest = _span(end, text)[1]
    if latest < earliest:
        raise InvalidValue("date-reversed", field="on", value=text)
    return earliest, latest


def _span(text: str, whole: str) -> tuple[date, date]:
    """Return first and last day of one date of EDTF level 0, or of level 1 with digits X."""
    try:
        if _DAY.fullmatch(text):
            return (exact := date.fromisoformat(text)), exact
        if _MONTH.fullmatch(text):
            return _month(int(text[:4]), int(text[5:]))
        if _YEAR.fullmatch(text):
            return date(int(text), 1, 1), date(int(text), 12, 31)
    except ValueError:
        raise InvalidValue("date-impossible", field="on", value=whole) from None
    return _unspecified(text, whole)


def _month(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1) if (year, month) < (9999, 12) else None
    last = date.fromordinal(following.toordinal() - 1) if following else date.max
    return first, last


def _unspecified(text: str, whole: str) -> tuple[date, date]:
    if not _DIGITS_UNKNOWN.fullmatch(text):
        raise InvalidValue("date-form", field="on", value=whole)
    # Imported here: the grammar of edtf takes a tenth of a second to build, and plain dates,
    # which are nearly all, do not need it.
    from edtf import parse_edtf  # noqa: PLC0415
    from edtf.parser.edtf_exceptions import EDTFParseException  # noqa: PLC0415

    try:
        parsed: Any = parse_edtf(text)
        return date(*parsed.lower_strict()[:3]), date(*parsed.upper_strict()[:3])
    except (EDTFParseException, ValueError):
        raise InvalidValue("date-impossible", field="on", value=whole) from None


def _utc(value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidValue("instant-form", field="instant", value=value)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise InvalidValue("instant-form", field="instant", value=value) from None


@attrs.frozen(order=True)
class Instant:
    """An exact moment, in UTC, to the microsecond: `2024-01-15T09:12:03.123456Z`.

    Ordered among instants only: comparing it with a day is a `TypeError`.
    """

    utc: datetime = attrs.field(converter=_utc)

    @classmethod
    def parse(cls, text: str, field: str = "instant") -> "Instant":
        """Read the one canonical text of an instant; raises `InvalidValue`."""
        if not isinstance(text, str) or not _INSTANT.fullmatch(text):
            raise InvalidValue("instant-form", field=field, value=text)
        return cls.of(text, field)

    @classmethod
    def of(cls, value: "str | datetime | Instant", field: str = "instant") -> "Instant":
        """Return an instant of any ISO 8601 text or `datetime` that names its offset."""
        if isinstance(value, Instant):
            return value
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
            return cls(moment)
        except ValueError:
            raise InvalidValue("instant-form", field=field, value=value) from None

    @classmethod
    def latest(cls, moment: datetime) -> "Instant":
        """Return the instant of a moment, or the last one there is if it lies beyond."""
        try:
            return cls(moment)
        except InvalidValue:
            return cls(datetime.max.replace(tzinfo=UTC))

    def __str__(self) -> str:
        return self.utc.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


@attrs.frozen
class Windows:
    """The tightened windows of an ordered sequence of uncertain dates (DESIGN §4).

    `first[k]` is E(k+1) = max(e₁..e₍k+1₎) and `last[k]` is L(k+1) = min(l₍k+1₎..lₙ).
    """

    first: tuple[date, ...]
    last: tuple[date, ...]

    @property
    def consistent(self) -> bool:
        """Whether some assignment of days keeps the order: E(i) ≤ L(i) for all i."""
        return all(e <= last for e, last in zip(self.first, self.last, strict=True))

    def happened(self, on: date) -> range:
        """Return how many of the sequence may have happened by the end of day `on`.

        Exactly k is possible iff (k = 0 or E(k) ≤ on) and (k = n or on < L(k+1)); both are
        monotone, so the possible k are a range.
        """
        return range(bisect_right(self.last, on), bisect_right(self.first, on) + 1)

    def begun_by(self, on: date) -> "Windows":
        """Return the windows if the first date is supposed to be `on` or earlier."""
        return Windows(self.first, tuple(min(d, on) for d in self.last[:1]) + self.last[1:])

    def begun_after(self, on: date) -> "Windows":
        """Return the windows if the first date is supposed to be later than `on`."""
        if on == date.max:
            return Windows((date.max,) * len(self.first), (date.min,) * len(self.last))
        following = date.fromordinal(on.toordinal() + 1)
        return Windows(tuple(max(d, following) for d in self.first), self.last)


def windows(whens: Sequence[When]) -> Windows:
    """Return the tightened windows of uncertain dates in their order; O(n).

    >>> windows([When("2022"), When("2021/2022-06")]).first[1]
    datetime.date(2022, 1, 1)
    """
    first: list[date] = []
    for when in whens:
        first.append(max(first[-1], when.earliest) if first else when.earliest)
    last: list[date] = []
    for when in reversed(whens):
        last.append(min(last[-1], when.latest) if last else when.latest)
    return Windows(tuple(first), tuple(reversed(last)))
