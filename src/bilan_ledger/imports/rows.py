"""Rows of a table as items: which action, which word, which dates, on what evidence.

Decides: what each cell says by the mapping; every cell that says nothing readable is a problem.
Refuses to know: the ledger, and what has to be recorded.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from ..action import Description
from ..dates import Instant, When
from ..errors import BilanError, InvalidValue
from ..evidence import Evidence, Measure, decimal
from ..plan import Axis, Terms, Theme
from ..text import clean
from .keys import action_key, slug
from .mapping import Mapping
from .moments import read_instant, read_when
from .problems import Problems
from .sheets import Cell, Row, Table, text_of
from .words import Word

_JOIN = " / "
_LINES = ("note", "reason", "tags")
_SLACK = timedelta(days=366)
_EVIDENCE = ("title", "kind", "url", "locator", "publisher", "dated", "deliberation")
_BLANKS = str.maketrans("", "", " \u00a0\u202f")


@attrs.frozen(kw_only=True)
class Item:
    """What one row says of one action.

    `told` is its description, `on` the effective date if the row has one, `stated` the instant
    at which the source says this, and `version` the version of the list that the row is in.
    """

    table: Table
    row: Row
    key: str
    word: Word
    told: Description
    on: When | None = None
    proposed: When | None = None
    stated: Instant | None = None
    version: str | None = None
    note: str | None = None
    reason: str | None = None
    evidence: tuple[Evidence, ...] = ()
    measure: Evidence | None = None

    @property
    def said(self) -> tuple[Any, ...]:
        """All that the row says, without where it says so."""
        pieces = tuple(attrs.evolve(piece, locator=None) for piece in self.evidence[1:])
        return (self.key, self.word, self.told, self.on, self.proposed, self.stated,
                self.version, self.note, self.reason, pieces, self.measure)  # fmt: skip


@attrs.frozen
class Bad:
    """A row that cannot be read, and why; its key where that at least is known."""

    table: Table
    row: Row
    problems: tuple[BilanError, ...]
    key: str | None = None
    version: str | None = None
    stated: Instant | None = None


class Places:
    """Which axis and theme a cell means: by key or by title, as the plan declares them.

    A plan that declares none takes any; what the rows name is then kept, to open the plan with.
    """

    def __init__(self, terms: Terms) -> None:
        self._declared = bool(terms.axes)
        self._axes: dict[str, tuple[str, str]] = {}
        self._themes: dict[tuple[str, str], tuple[str, str]] = {}
        for axis in terms.axes:
            for name in (axis.title, axis.key):
                self._axes[name] = (axis.key, axis.title)
            for theme in axis.themes:
                for name in (theme.title, theme.key):
                    self._themes[axis.key, name] = (theme.key, theme.title)

    def axis(self, cell: str) -> str:
        """Return the key of an axis; raises `InvalidValue` for one that is not declared."""
        return self._place("axis", self._axes, cell, cell)

    def theme(self, axis: str | None, cell: str) -> str:
        """Return the key of a theme of an axis; raises `InvalidValue`."""
        return self._place("theme", self._themes, (axis or "", cell), cell)

    def _place(self, field: str, known: dict[Any, tuple[str, str]], name: Any, cell: str) -> str:
        if name in known:
            return known[name][0]
        if self._declared:
            allowed = ", ".join(dict.fromkeys(key for key, _ in known.values())) or "—"
            raise InvalidValue("import-axis", field=field, value=cell, allowed=allowed)
        made = slug(clean(cell, f"{field}.title"))
        scope = name[:-1] if isinstance(name, tuple) else ()
        for other, (key, _) in known.items():
            if key == made and (other[:-1] if isinstance(other, tuple) else ()) == scope:
                raise InvalidValue("import-key-collision", field=field, value=cell, key=made)
        known[name] = (made, cell)
        return made

    def axes(self) -> tuple[Axis, ...]:
        """Return the axes and themes that rows have named, in the order of the rows."""
        return tuple(
            Axis(
                key=key, title=title,
                themes=tuple(
                    Theme(key=k, title=t) for (a, _), (k, t) in self._themes.items() if a == key
                ),
            )
            for key, title in dict(self._axes.values()).items()
        )  # fmt: skip


class Reading:
    """Reads the rows of tables into items."""

    def __init__(self, mapping: Mapping, terms: Terms, places: Places) -> None:
        self.mapping = mapping
        self.places = places
        self.zone = ZoneInfo(terms.territory.timezone)
        # Asked for each cell of each row, so kept where they are found at once.
        self.columns: dict[str, tuple[str, ...]] = attrs.asdict(mapping.columns)
        fixed: dict[str, str | None] = attrs.asdict(mapping.fixed)
        self.fixed: dict[str, str] = {name: text or "" for name, text in fixed.items()}
        dates = mapping.dates
        self.earliest: date = dates.earliest or _shifted(terms.start, -_SLACK)
        self.latest: date = dates.latest or _shifted(terms.end, _SLACK)
        self.start: date = terms.start

    def check_columns(self, table: Table) -> Iterator[InvalidValue]:
        """Yield a problem for each column that the mapping names and the table lacks."""
        mapping = self.mapping
        named = [c for names in attrs.astuple(mapping.columns) for c in names]
        named += [*mapping.source.only, *mapping.source.fill_down]
        for column in dict.fromkeys(named):
            count = table.columns.count(column)
            place = table.place(table.header_line, "")
            if count == 0:
                allowed = ", ".join(c for c in table.columns if c) or "—"
                yield InvalidValue(
                    "import-column-unknown",
                    field="columns",
                    value=column,
                    allowed=allowed,
                    place=place,
                )
            elif count > 1:
                yield InvalidValue(
                    "import-column-twice", field="columns", value=column, place=place
                )

    def items(self, table: Table) -> Iterator[Item | Bad]:
        """Yield what each row says, in order; rows whose word is ignored are left out."""
        for row in table.rows:
            if self._kept(row):
                item = _OneRow(self, table, row).read()
                if item is not None:
                    yield item

    def _kept(self, row: Row) -> bool:
        only = self.mapping.source.only
        return all(text_of(row.cells[column]) in values for column, values in only.items())


def _shifted(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError:
        return date.max if by > timedelta(0) else date.min


class _OneRow:
    """Reads one row; each cell that cannot be read is one problem, with its place."""

    def __init__(self, reading: Reading, table: Table, row: Row) -> None:
        self.reading, self.table, self.row = reading, table, row
        self.mapping = reading.mapping
        self.problems = Problems()
        self.key: str | None = None

    def read(self) -> Item | Bad | None:
        """Return what the row says; None if its word is to be ignored."""
        word = self._word()
        if word is not None and word.ignored:
            return None
        self._key()
        version = self._joined("version") or None
        stated = self._moment("stated_at")
        on, proposed = self._when("on"), self._when("proposed")
        told = self._description()
        evidence, measure = self._evidence(), self._measure()
        note, reason = self._text("note"), self._text("reason")
        if self.problems.found or word is None or self.key is None:
            found = tuple(sorted(self.problems.found, key=self._order))
            return Bad(self.table, self.row, found, self.key, version, stated)
        return Item(
            table=self.table, row=self.row, key=self.key, word=word, told=told, on=on,
            proposed=proposed, stated=stated, version=version, note=note, reason=reason,
            evidence=evidence, measure=measure,
        )  # fmt: skip

    def _order(self, problem: BilanError) -> tuple[int, str]:
        """Return the column of a problem, so that they are told from left to right."""
        column = str(problem.facts["place"])[len(self.row.place) :]
        return len(column), column

    # --- cells -----------------------------------------------------------------------------

    def _columns(self, field: str) -> Sequence[str]:
        return self.reading.columns[field]

    def _place(self, field: str) -> str:
        columns = self._columns(field)
        return self.table.place(self.row.line, columns[0]) if columns else self.row.place

    def _named(self, field: str) -> str:
        return _JOIN.join(self._columns(field)) or field

    def _cell(self, field: str) -> Cell:
        """Return the cell of a field, or what is fixed where it is empty or has no column."""
        columns = self._columns(field)
        found: Cell = ""
        if columns:
            found = self.row.cells[columns[0]] if len(columns) == 1 else self._joined(field)
        return found or self.reading.fixed[field]

    def _joined(self, field: str) -> str:
        cells = [text_of(self.row.cells[column]) for column in self._columns(field)]
        # Of a status every part counts, also the empty one; elsewhere only what is there.
        return _JOIN.join(cells if field == "status" else filter(None, cells))

    def _text(self, field: str) -> str | None:
        text = text_of(self._cell(field))
        # Only a note has lines; the line breaks of other cells are how wide a column was.
        return (text if field in _LINES else " ".join(text.split())) or None

    def _moment(self, field: str) -> Instant | None:
        if not (cell := self._cell(field)):
            return None
        with self.problems.at(self._place(field), self._named(field)):
            zone = self.reading.zone
            return read_instant(cell, self.mapping.dates, zone, self._named(field))
        return None

    def _when(self, field: str) -> When | None:
        if not (cell := self._cell(field)):
            return None
        with self.problems.at(self._place(field), self._named(field)):
            when = read_when(cell, self.mapping.dates, self._named(field))
            earliest, latest = self.reading.earliest, self.reading.latest
            outside = when.latest < earliest or when.earliest > latest
            if outside and self.mapping.dates.outside == "error":
                raise InvalidValue(
                    "import-date-outside", field=field, value=text_of(cell),
                    earliest=earliest, latest=latest,
                )  # fmt: skip
            return when
        return None

    # --- what they say ----------------------------------------------------------------------

    def _key(self) -> None:
        columns = self._columns("key")
        parts = [text_of(self.row.cells[column]) for column in columns]
        with self.problems.at(self._place("key"), self._named("key")):
            if not any(parts):
                raise InvalidValue("text-empty", field="key", value="")
            self.key = action_key(parts)

    def _word(self) -> Word | None:
        fixed = self.mapping.fixed.status
        if not self._columns("status") and fixed is None:
            return self._progress()
        text = self._joined("status") or fixed or ""
        with self.problems.at(self._place("status"), self._named("status")):
            word = self.mapping.word(text)
            if word is None:
                raise InvalidValue("import-word", field="status", value=text)
            return self._progress() if word.progress else word
        return None

    def _progress(self) -> Word | None:
        text = text_of(self._cell("progress")).removesuffix("%")
        with self.problems.at(self._place("progress"), self._named("progress")):
            value = self._number(text, "progress") if text else None
            for found in self.mapping.progress:
                if found.holds(value):
                    return found.word
            raise InvalidValue("import-progress", field="progress", value=text)
        return None

    def _number(self, text: str, field: str) -> Decimal:
        plain = text.translate(_BLANKS)
        if self.mapping.source.decimal == ",":
            plain = plain.replace(",", ".")
        return decimal(plain, field)

    def _description(self) -> Description:
        told: dict[str, Any] = {}
        for field in ("title", "responsible"):
            with self.problems.at(self._place(field), self._named(field)):
                if text := self._text(field):
                    told[field] = getattr(Description(**{field: text}), field)
        with self.problems.at(self._place("axis"), self._named("axis")):
            if axis := self._text("axis"):
                told["axis"] = self.reading.places.axis(axis)
        with self.problems.at(self._place("theme"), self._named("theme")):
            if theme := self._text("theme"):
                told["theme"] = self.reading.places.theme(told.get("axis"), theme)
        if tags := self._text("tags"):
            parts = tags.replace(";", ",").replace("\n", ",").split(",")
            told["tags"] = tuple(slug(tag) for tag in parts if tag.strip())
        with self.problems.at(self.row.place):
            return Description(**told)
        return Description()

    def _evidence(self) -> tuple[Evidence, ...]:
        """Return the row itself as evidence, and the document that it names if it names one."""
        table = self.table
        row = Evidence(
            title=self.mapping.title, kind="data", locator=self.row.place,
            sha256=table.sha256, media_type=table.media_type,
        )  # fmt: skip
        told = {name: self._text(f"evidence_{name}") for name in _EVIDENCE}
        dated = self._when("evidence_dated") if told.pop("dated") else None
        given: dict[str, Any] = {name: text for name, text in told.items() if text}
        if not given:
            return (row,)
        given.setdefault(
            "title", given.get("url") or given.get("deliberation") or given.get("locator")
        )
        try:
            return (row, Evidence(**given, dated=dated))
        except InvalidValue as error:
            field = f"evidence_{str(error.facts['field']).rpartition('.')[2]}"
            with self.problems.at(self._place(field), self._named(field)):
                raise
        return (row,)

    def _measure(self) -> Evidence | None:
        if not (value := self._text("measure_value")):
            return None
        with self.problems.at(self._place("measure_value"), self._named("measure_value")):
            target = self._text("measure_target")
            measure = Measure(
                indicator=self._text("measure_indicator") or self._named("measure_value"),
                value=self._number(value, "value"),
                unit=self._text("measure_unit"),
                target=self._number(target, "target") if target else None,
                as_of=self._when("measure_as_of") or self._when("on") or self._as_of(),
            )
            return Evidence(
                title=self.mapping.title, kind="data", locator=self.row.place,
                sha256=self.table.sha256, media_type=self.table.media_type, measure=measure,
            )  # fmt: skip
        return None

    def _as_of(self) -> date:
        day: date | None = self.mapping.rows.as_of
        if day is None:
            raise InvalidValue("import-mapping-missing", field="columns.measure_as_of", value="")
        return day
