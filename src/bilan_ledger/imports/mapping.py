"""The mapping file: what a source's columns, rows and words mean, declared once, in TOML.

Decides: the keys of a mapping file and their values; every fault of a file is told at once.
Refuses to know: the source itself; nothing is guessed here.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import attrs

from ..dates import When, day
from ..errors import InvalidValue, shown
from ..plan import Axis, Policy, Terms, Territory, Theme
from ..text import clean, key
from .problems import ImportRefused, Problems
from .words import Range, Word, normal, quoted, read_range, read_word

S = TypeVar("S")
FILE_LENGTH = 200  # of a file's name, as places and evidence show it
KINDS = ("list", "history", "versions")
SECTIONS = (
    "import", "source", "plan", "columns", "fixed", "dates", "status", "progress", "reversals",
    "vanished", "versions",
)  # fmt: skip
_REQUIRED = ("import", "plan", "columns")
_PERCENT = re.compile(r"(\d{1,3})\s*%?")

# --- values of keys --------------------------------------------------------------------------


def _typed(name: str, kind: type[Any], expected: str) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise InvalidValue("import-mapping-type", field=name, value=value, expected=expected)
        return value

    return convert


def _option(convert: Callable[[Any], Any], default: Any = None) -> Any:
    def converted(value: Any) -> Any:
        return value if value is None or value == default else convert(value)

    return attrs.field(default=default, converter=converted)


def _text(name: str, default: str | None = None) -> Any:
    return _option(_typed(name, str, "text"), default)


def _cleaned(name: str) -> Any:
    """Declare a text that is recorded as it is."""

    def convert(value: Any) -> str:
        return clean(value, name)

    return _option(convert)


def _flag(name: str) -> Any:
    return _option(_typed(name, bool, "true, false"), default=False)


def _number(name: str, default: int) -> Any:
    def convert(value: Any) -> int:
        number: int = _typed(name, int, "1, 2, 3…")(value)
        if not 1 <= number <= 1_000:  # noqa: PLR2004 no header stands lower
            raise InvalidValue("import-mapping-type", field=name, value=value, expected="1, 2, 3…")
        return number

    return _option(convert, default)


def _choice(name: str, allowed: Sequence[str], default: Any = None) -> Any:
    def convert(value: Any) -> str:
        if value not in allowed:
            raise InvalidValue("choice", field=name, value=value, allowed=", ".join(allowed))
        return str(value)

    return _option(convert, default)


def _several(name: str, value: Any) -> tuple[str, ...]:
    """Return a list of texts; one text is a list of one."""
    several = (value,) if isinstance(value, str) else value
    if not isinstance(several, list | tuple) or not all(isinstance(v, str) for v in several):
        expected = '"…", ["…", "…"]'
        raise InvalidValue("import-mapping-type", field=name, value=value, expected=expected)
    return tuple(several)


def _texts(name: str) -> Any:
    return _option(lambda value: _several(name, value), ())


def _header(text: str) -> str:
    """Return the name of a column as headers are read: NFC, on one line."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _headed(name: str) -> Any:
    return _option(lambda value: tuple(map(_header, _several(name, value))), ())


def _frozen(
    name: str, convert: Callable[[str, Any], Any], named: Callable[[str], str] = str
) -> Any:
    """Declare a table of the file's own names; a value is read by `convert(place, value)`."""

    def converted(value: Any) -> MappingOf[str, Any]:
        if isinstance(value, MappingProxyType):
            return value
        _typed(name, dict, "[…]")(value)
        return MappingProxyType(
            {named(word): convert(f"{name}.{word}", v) for word, v in value.items()}
        )

    return attrs.field(default=MappingProxyType({}), converter=converted)


def _when(name: str) -> Any:
    return _option(lambda value: When.of(value, name))


def _day(name: str) -> Any:
    return _option(lambda value: day(value, name))


# --- sections --------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Rows:
    """`[import]`: what the rows mean, and what holds for all of them."""

    kind: str = _choice("import.kind", KINDS)
    title: str | None = _cleaned("import.title")
    as_of: Any = _day("import.as_of")
    since: Any = _day("import.since")
    proposed: When | None = _when("import.proposed")
    undated: str = _choice("import.undated", ("interval", "day", "error"), "interval")
    repeated_rows: str = _choice("import.repeated_rows", ("error", "same"), "error")
    casefold: bool = _flag("import.casefold")


@attrs.frozen(kw_only=True)
class Source:
    """`[source]`: how the file is read."""

    format: str = _choice("source.format", ("table", "decidim"), "table")
    sheet: str | None = _text("source.sheet")
    header_row: int = _number("source.header_row", 1)
    header_rows: int = _number("source.header_rows", 1)
    delimiter: str | None = _choice("source.delimiter", (";", ",", "\t", "|"))
    encoding: str | None = _text("source.encoding")
    decimal: str = _choice("source.decimal", (".", ","), ".")
    locale: str = _text("source.locale", "fr")
    fill_down: tuple[str, ...] = _headed("source.fill_down")
    only: MappingOf[str, tuple[str, ...]] = _frozen("source.only", _several, _header)


_FIELDS = (
    "title", "axis", "theme", "tags", "responsible", "status", "progress", "on", "proposed",
    "stated_at", "note", "reason", "evidence_title", "evidence_kind", "evidence_url",
    "evidence_locator", "evidence_publisher", "evidence_dated", "evidence_deliberation",
    "measure_indicator", "measure_value", "measure_unit", "measure_target", "measure_as_of",
)  # fmt: skip

Columns: Any = attrs.make_class(
    "Columns",
    {name: _headed(f"columns.{name}") for name in ("key", "version", *_FIELDS)},
    frozen=True, kw_only=True,
)  # fmt: skip
Columns.__doc__ = "`[columns]`: which columns hold what; several are joined."

Fixed: Any = attrs.make_class(
    "Fixed", {name: _text(f"fixed.{name}") for name in _FIELDS}, frozen=True, kw_only=True
)
Fixed.__doc__ = "`[fixed]`: what holds where a row has no such column, or an empty cell."


@attrs.frozen(kw_only=True)
class Dates:
    """`[dates]`: how dates are written, and which are possible."""

    formats: tuple[str, ...] = _texts("dates.formats")
    calendar: str = _choice("dates.calendar", ("gregorian", "buddhist"), "gregorian")
    months: MappingOf[str, int] = _frozen(
        "dates.months", lambda name, value: _typed(name, int, "1–12")(value)
    )
    earliest: Any = _day("dates.earliest")
    latest: Any = _day("dates.latest")
    outside: str = _choice("dates.outside", ("error", "accept"), "error")


@attrs.frozen(kw_only=True)
class Reversals:
    """`[reversals]`: what a status that goes back means."""

    how: str = _choice("reversals.how", ("error", "reopen", "retract"), "error")
    reason: str | None = _cleaned("reversals.reason")


def _share(value: Any) -> int:
    found = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    number = int(found[1]) if found else value
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= 100:  # noqa: PLR2004 percent
        field = "vanished.most"
        raise InvalidValue("import-mapping-type", field=field, value=value, expected='"20 %"')
    return number


@attrs.frozen(kw_only=True)
class Vanished:
    """`[vanished]`: what it means that an action is no longer in a list."""

    how: str = _choice("vanished.how", ("report", "withdraw"), "report")
    reason: str | None = _cleaned("vanished.reason")
    returned_reason: str | None = _cleaned("vanished.returned_reason")
    most: int = _option(_share, 20)
    beyond: str = _choice("vanished.beyond", ("error", "accept", "skip"), "error")


@attrs.frozen(kw_only=True)
class Versions:
    """`[versions]`: when each file was published, and which versions are left out."""

    files: MappingOf[str, str] = _frozen(
        "versions.files", lambda name, value: _typed(name, str, "text")(value)
    )
    skip: tuple[str, ...] = _texts("versions.skip")
    sort: bool = _flag("versions.sort")


@attrs.frozen(kw_only=True)
class PlanTable:
    """`[plan]`: which plan the rows belong to, and its terms where it is to be opened."""

    key: str
    terms: Terms | None = None


@attrs.frozen(kw_only=True)
class Mapping:
    """A mapping file, read and checked; `sha256` is the digest of its bytes."""

    file: str
    sha256: str
    rows: Rows
    source: Source
    plan: PlanTable
    columns: Any
    fixed: Any
    dates: Dates
    reversals: Reversals
    vanished: Vanished
    versions: Versions
    status: MappingOf[str, Word]
    progress: tuple[Range, ...]

    @property
    def title(self) -> str:
        """What the import is called in the ledger."""
        return self.rows.title or f"import {self.plan.key}"

    def telling_of(self, as_of: date) -> "Mapping":
        """Return the mapping for a list that tells of another day."""
        return attrs.evolve(self, rows=attrs.evolve(self.rows, as_of=as_of))

    def stated_on(self, stated_at: str) -> "Mapping":
        """Return the mapping for rows that their source states at one instant."""
        return attrs.evolve(self, fixed=attrs.evolve(self.fixed, stated_at=stated_at))

    def accepting_vanished(self) -> "Mapping":
        """Return the mapping that lets any number of actions leave a list."""
        return attrs.evolve(self, vanished=attrs.evolve(self.vanished, beyond="accept"))

    def word(self, text: str) -> Word | None:
        """Return what a status word of the source means; None if it is not declared."""
        return self.status.get(normal(text, casefold=self.rows.casefold))

    def table(self) -> str:
        """Return the declared words, one a line, as they are kept with the import."""
        words = [f"{quoted(word)} = {meaning.text}" for word, meaning in self.status.items()]
        return "\n".join([*words, *(f"{quoted(r.text)} = {r.word.text}" for r in self.progress)])


# --- reading ---------------------------------------------------------------------------------


class _Reader:
    """Reads one file; collects what is wrong with it, with the line of each key."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.problems = Problems()
        self._lines = dict(_lines(text))

    def place(self, *path: str) -> str:
        """Return the file and line of a key, or of the table that should hold it."""
        while path and path not in self._lines:
            path = path[:-1]
        return f"{self.name}:{self._lines[path]}" if path else self.name

    def section(self, kind: Callable[..., S], name: str, given: MappingOf[str, Any]) -> S | None:
        """Return a section, or None and its problems."""
        fields = attrs.fields_dict(kind)  # type: ignore[arg-type]
        before = len(self.problems.found)
        self.unknown(name, given, fields)
        for field, value in given.items():
            if field in fields:
                convert: Any = fields[field].converter
                with self.problems.at(self.place(name, field)):
                    convert(value)
        return kind(**given) if len(self.problems.found) == before else None

    def unknown(self, name: str, given: Iterable[str], allowed: Iterable[str]) -> None:
        """Keep a problem for each key that means nothing, so that no typo is overlooked."""
        listed = tuple(allowed)
        for field in given:
            if field not in listed:
                dotted = f"{name}.{field}" if name else field
                problem = InvalidValue(
                    "import-mapping-key", field=dotted, value=field, allowed=", ".join(listed),
                    place=self.place(name, field) if name else self.place(field),
                )  # fmt: skip
                self.problems.add(problem)

    def missing(self, dotted: str, *path: str) -> None:
        """Keep a problem for a key that must be there."""
        place = self.place(*path)
        self.problems.add(
            InvalidValue("import-mapping-missing", field=dotted, value="", place=place)
        )


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file; raises `ImportRefused` with all that is wrong with it."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
        given = tomllib.loads(text)
    except OSError as error:
        why = error.strerror or str(error)
        wrong = InvalidValue("import-file", field=path.name, value=path, why=why)
        raise ImportRefused([wrong]) from None
    except (ValueError, RecursionError) as error:
        wrong = InvalidValue(
            "import-mapping-syntax", field=path.name, value="", why=error, place=path.name
        )
        raise ImportRefused([wrong]) from None
    name = shown(path.name, FILE_LENGTH)
    return parse_mapping(given, text, name, hashlib.sha256(data).hexdigest())


def parse_mapping(given: dict[str, Any], text: str, name: str, digest: str) -> Mapping:
    """Return the mapping of a parsed file; raises `ImportRefused`."""
    reader = _Reader(name, text)
    for section in SECTIONS:
        if not isinstance(given.get(section, {}), dict):
            with reader.problems.at(reader.place(section)):
                _typed(section, dict, f"[{section}]")(given[section])
        elif section in _REQUIRED and section not in given:
            reader.missing(f"[{section}]")
    reader.problems.check()
    reader.unknown("", given, SECTIONS)
    kinds: dict[str, Any] = {
        "import": Rows, "source": Source, "columns": Columns, "fixed": Fixed, "dates": Dates,
        "reversals": Reversals, "vanished": Vanished, "versions": Versions,
    }  # fmt: skip
    parts: dict[str, Any] = {n: reader.section(k, n, given.get(n, {})) for n, k in kinds.items()}
    rows: Rows | None = parts.pop("import")
    casefold = rows.casefold if rows else False
    plan = _plan(reader, given["plan"])
    status = _status(reader, given.get("status", {}), casefold=casefold)
    progress = _progress(reader, given.get("progress", {}))
    if rows and parts["columns"] and parts["vanished"]:
        _complete(reader, given, rows, parts)
    reader.problems.check()
    assert rows is not None
    assert plan is not None
    return Mapping(
        file=name, sha256=digest, rows=rows, plan=plan, status=status, progress=progress, **parts
    )


def _complete(reader: _Reader, given: dict[str, Any], rows: Rows, parts: dict[str, Any]) -> None:
    """Keep a problem for all that the kind of rows needs and the file lacks."""
    columns, fixed = parts["columns"], parts["fixed"]
    if rows.kind is None:
        reader.missing("import.kind", "import")
    if not columns.key:
        reader.missing("columns.key", "columns")
    if not (columns.status or columns.progress or (fixed and fixed.status)):
        reader.missing("columns.status", "columns")
    if (columns.status or (fixed and fixed.status)) and not given.get("status"):
        reader.missing("[status]", "columns", "status")
    if columns.progress and not given.get("progress"):
        reader.missing("[progress]", "columns", "progress")
    if parts["vanished"].how == "withdraw" and not parts["vanished"].reason:
        reader.missing("vanished.reason", "vanished")
    reversals = parts["reversals"]
    if reversals and reversals.how != "error" and not reversals.reason and not columns.reason:
        reader.missing("reversals.reason", "reversals")


def _status(reader: _Reader, given: dict[str, Any], *, casefold: bool) -> MappingOf[str, Word]:
    found: dict[str, Word] = {}
    for text, meaning in given.items():
        with reader.problems.at(reader.place("status", text)):
            word = read_word(f'status."{text}"', meaning)
            known = normal(text, casefold=casefold)
            if found.setdefault(known, word) != word:
                raise InvalidValue("import-word-twice", field="status", value=text)
    return MappingProxyType(found)


def _progress(reader: _Reader, given: dict[str, Any]) -> tuple[Range, ...]:
    found: list[Range] = []
    for text, meaning in given.items():
        with reader.problems.at(reader.place("progress", text)):
            made = read_range(text, meaning)
            if any(made.overlaps(other) for other in found):
                raise InvalidValue("import-word-twice", field="progress", value=text)
            found.append(made)
    return tuple(found)


# --- the plan --------------------------------------------------------------------------------

_TERMS = ("title", "territory", "start", "end", "initial_list_on", "axes", "policy")


def _plan(reader: _Reader, given: dict[str, Any]) -> PlanTable | None:
    reader.unknown("plan", given, ("key", *_TERMS))
    before = len(reader.problems.found)
    name = None
    if "key" not in given:
        reader.missing("plan.key", "plan")
    else:
        with reader.problems.at(reader.place("plan", "key")):
            name = key(given["key"], "plan.key")
    told = {field: given[field] for field in _TERMS if field in given}
    terms = _terms(reader, told) if told else None
    if name is None or len(reader.problems.found) > before:
        return None
    return PlanTable(key=name, terms=terms)


def _name(told: dict[str, Any]) -> object:
    where = told.get("territory")
    return where.get("name") if isinstance(where, dict) else None


def _terms(reader: _Reader, told: dict[str, Any]) -> Terms | None:
    before = len(reader.problems.found)
    for field in ("title", "territory", "start", "end"):
        if field not in told:
            reader.missing(f"plan.{field}", "plan")
    made: dict[str, Any] = dict(told)
    for field, kind in (("territory", Territory), ("policy", Policy)):
        if field in told:
            made[field] = _made(reader, kind, told[field], "plan", field)
    made["axes"] = _axes(reader, told.get("axes", []))
    for field, value in (("title", told.get("title")), ("territory", _name(told))):
        if value == "?":  # as a proposed mapping leaves it
            place = reader.place("plan", field)
            unfilled = InvalidValue("import-unfilled", field=f"plan.{field}", value="?")
            reader.problems.add(unfilled.at(place))
    if len(reader.problems.found) > before:
        return None
    with reader.problems.at(reader.place("plan")):
        return Terms(**made)
    return None


def _axes(reader: _Reader, given: Any) -> tuple[Axis, ...]:
    axes: list[Axis] = []
    for each in given if isinstance(given, list) else [given]:
        if not isinstance(each, dict):
            with reader.problems.at(reader.place("plan", "axes")):
                _typed("plan.axes", dict, "[[plan.axes]]")(each)
            continue
        told = dict(each)
        themes = told.pop("themes", [])
        listed = themes if isinstance(themes, list) else [themes]
        told["themes"] = tuple(_made(reader, Theme, t, "plan", "axes") for t in listed)
        if None not in told["themes"]:
            axes.append(_made(reader, Axis, told, "plan", "axes"))
    return tuple(axis for axis in axes if axis is not None)


def _made(reader: _Reader, kind: Any, given: Any, *path: str) -> Any:
    """Return a value of the plan's terms, or None and its problems."""
    place = reader.place(*path)
    with reader.problems.at(place):
        told = _typed(".".join(path), dict, "{ … = … }")(given)
        fields = attrs.fields_dict(kind)
        for field in told:
            if field not in fields:
                raise InvalidValue(
                    "import-mapping-key", field=".".join((*path, field)), value=field,
                    allowed=", ".join(fields),
                )  # fmt: skip
        for name, field in fields.items():
            if field.default is attrs.NOTHING and name not in told:
                raise InvalidValue(
                    "import-mapping-missing", field=".".join((*path, name)), value=""
                )
        try:
            return kind(**told)
        except TypeError:  # a number where there should be a list
            expected = ", ".join(fields)
            field = ".".join(path)
            raise InvalidValue(
                "import-mapping-type", field=field, value=given, expected=expected
            ) from None
    return None


# --- places ----------------------------------------------------------------------------------

_HEAD = re.compile(r"\s*\[+\s*([^\[\]]+?)\s*\]+\s*(#.*)?")
_NAME = r"""(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([\w.-]+))"""
_PAIR = re.compile(rf"\s*{_NAME}\s*=")


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the line of each key that stands on a line of its own: what tomllib does not tell."""
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if head := _HEAD.fullmatch(line):
            section = tuple(part.strip().strip("\"'") for part in head[1].split("."))
            yield section, number
        elif pair := _PAIR.match(line):
            name = next(group for group in pair.groups() if group is not None)
            parts = (name,) if pair[3] is None else tuple(name.split("."))
            yield (*section, *parts), number
