"""Dates as sources write them: declared formats, names of months, and other calendars.

Decides: which day, month or year a cell means (`When`), and which instant (`Instant`).
Refuses to know: formats that the mapping does not declare; day and month are never guessed.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from ..dates import Instant, When
from ..errors import InvalidValue
from .mapping import Dates
from .sheets import Cell, text_of

ISO = "iso"
_BUDDHIST = 543  # 2567 of the Buddhist era is 2024
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:.*")
_YEARS = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DIRECTIVES = {
    "%Y": r"(?P<Y>\d{4})", "%m": r"(?P<m>\d{1,2})", "%d": r"(?P<d>\d{1,2})(?:er)?",
    "%B": r"(?P<B>[^\d\s,/-]+)", "%H": r"(?P<H>\d{1,2})", "%M": r"(?P<M>\d{2})",
    "%S": r"(?P<S>\d{2})", "%z": r"(?P<z>Z|[+-]\d\d:?\d\d)", "%%": "%",
}  # fmt: skip
_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    "มค กพ มีค เมย พค มิย กค สค กย ตค พย ธค",
)


def _month_name(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().replace(".", "")


_NUMBER = {
    _month_name(name): number for names in _MONTHS for number, name in enumerate(names.split(), 1)
}


def read_when(cell: Cell, dates: Dates, field: str) -> When:
    """Return the day, month or year of a cell; raises `InvalidValue` naming the formats."""
    if not isinstance(cell, str):
        return When.of(cell.date() if isinstance(cell, datetime) else cell, field)
    for form in dates.formats or (ISO,):
        found = _iso(cell, dates) if form == ISO else _formatted(cell, form, dates)
        if found:
            return When.of(found, field)
    allowed = ", ".join(dates.formats or (ISO,))
    raise InvalidValue("import-date", field=field, value=cell, allowed=allowed)


def _iso(text: str, dates: Dates) -> str | None:
    day = text[:10] if _TIME.fullmatch(text) else text
    try:
        return When(_gregorian(day, dates)).text
    except InvalidValue as error:
        if error.code in {"date-impossible", "date-reversed"}:
            raise
        return None


def _gregorian(text: str, dates: Dates) -> str:
    if dates.calendar == "gregorian":
        return text
    return _YEARS.sub(lambda year: f"{max(int(year[0]) - _BUDDHIST, 0):04d}", text)


def _formatted(text: str, form: str, dates: Dates) -> str | None:
    parts = _parts(text, form, dates)
    if parts is None:
        return None
    year, month, day = parts["Y"], parts.get("m"), parts.get("d")
    if month is None:
        return f"{year:04d}"
    return f"{year:04d}-{month:02d}" if day is None else f"{year:04d}-{month:02d}-{day:02d}"


def _parts(text: str, form: str, dates: Dates) -> dict[str, int] | None:
    """Return year, month, day, hours… of a text in a format; None if it is not in that format."""
    found = _pattern(form).fullmatch(text)
    if found is None:
        return None
    named = {name: value for name, value in found.groupdict().items() if value is not None}
    month = named.pop("B", None)
    named.pop("z", None)
    parts = {name: int(value) for name, value in named.items()}
    if month is not None:
        number = _month(month, dates.months)
        if number is None:
            return None
        parts["m"] = number
    if dates.calendar == "buddhist":
        parts["Y"] = max(parts["Y"] - _BUDDHIST, 0)
    return parts


def _month(name: str, declared: Mapping[str, int]) -> int | None:
    own = {_month_name(word): number for word, number in declared.items()}
    wanted = _month_name(name)
    return own.get(wanted, _NUMBER.get(wanted))


@lru_cache(maxsize=100)
def _pattern(form: str) -> re.Pattern[str]:
    pattern = ""
    for piece in re.split(r"(%.|\s+)", form):
        if piece in _DIRECTIVES:
            pattern += _DIRECTIVES[piece]
        elif piece.strip():
            pattern += re.escape(piece)
        elif piece:
            pattern += r"\s+"
    return re.compile(pattern)


def wrong_formats(dates: Dates) -> list[str]:
    """Return the declared formats that name no year, or a directive that is none."""
    wrong: list[str] = []
    for form in dates.formats:
        named = re.findall(r"%.?", form)
        twice = len(set(named)) < len(named) or {"%m", "%B"} <= set(named)
        day_only = "%d" in named and not {"%m", "%B"} & set(named)
        unknown = set(named) - set(_DIRECTIVES) or "%Y" not in named
        if form != ISO and (unknown or twice or day_only):
            wrong.append(form)
    return wrong


def read_instant(cell: Cell, dates: Dates, zone: ZoneInfo, field: str) -> Instant:
    """Return the instant of a cell: with its offset, else in the territory's time zone.

    A day without a time is the day's end: what was stated on a day was known when it ended.
    """
    if isinstance(cell, str) and _TIME.fullmatch(cell) and dates.calendar == "gregorian":
        try:
            moment = datetime.fromisoformat(cell)
        except ValueError:
            raise InvalidValue("instant-form", field=field, value=cell) from None
        return Instant(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    if isinstance(cell, datetime):
        return Instant(cell.replace(tzinfo=zone))
    if isinstance(cell, str) and (found := _moment(cell, dates, zone, field)):
        return Instant(found)
    when = read_when(cell, dates, field)
    if not when.exact:
        raise InvalidValue("date-not-exact", field=field, value=text_of(cell))
    return end_of(when.latest, zone)


def _moment(text: str, dates: Dates, zone: ZoneInfo, field: str) -> datetime | None:
    """Return the moment of a text in a declared format that has hours."""
    for form in dates.formats:
        found = _parts(text, form, dates) if "%H" in form else None
        if found is None:
            continue
        offset = _pattern(form).fullmatch(text)
        try:
            clock = time(found["H"], found.get("M", 0), found.get("S", 0))
            moment = datetime.combine(date(found["Y"], found["m"], found["d"]), clock)
            if offset and (name := offset.groupdict().get("z")):
                return datetime.fromisoformat(f"{moment.isoformat()}{name}")
        except (KeyError, ValueError):
            raise InvalidValue("instant-form", field=field, value=text) from None
        return moment.replace(tzinfo=zone)
    return None


def end_of(day: date, zone: ZoneInfo) -> Instant:
    """Return the last instant of a civil day."""
    return Instant.latest(datetime.combine(day, time.max.replace(fold=1), zone))
