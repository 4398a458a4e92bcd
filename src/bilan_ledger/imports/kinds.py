"""What rows mean together: a list as of a day, versions of a list, or a history of changes.

Decides: the dates that rows do not name, which rows belong to which version, what has vanished,
and the order in which changes are told.
Refuses to know: how cells are read, and what the rules allow.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

import attrs

from ..action import Action, Status, Withdraw, description
from ..action import Command as ActionCommand
from ..dates import Instant, When
from ..errors import BilanError, CommandRefused, InvalidValue
from ..evidence import Evidence
from ..record import live
from .compare import Wanted, as_wanted, certain, latest, on_day, onward
from .draft import Draft, Look, Origin
from .mapping import Dates, Mapping
from .moments import end_of, read_instant
from .problems import Notice, Problems
from .rows import Bad, Item, Reading

_DAY = timedelta(days=1)
_LONG_BEFORE = timedelta(days=366)
_NAMED_DAY = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)(?!\d)")
_LISTED = 10  # names in one notice


def interval(first: date, last: date) -> When:
    """Return the days from the first to the last, as the text of one day where it is one."""
    if first >= last:
        return When.of(last)
    return When(f"{first.isoformat()}/{last.isoformat()}")


@attrs.frozen(kw_only=True)
class Snapshot:
    """A whole list as it stood on a day, and (of a version) when it was published."""

    name: str
    day: date
    stated: Instant | None
    items: tuple[Item, ...]
    bad: tuple[Bad, ...] = ()


class Kind:
    """What lists and histories share; `bad` are rows that the rules refuse."""

    def __init__(
        self, mapping: Mapping, reading: Reading, draft: Draft, days: Sequence[date]
    ) -> None:
        self.mapping, self.reading, self.draft = mapping, reading, draft
        self.problems = Problems()
        self.bad: list[Bad] = []
        self.notices: list[Notice] = []
        self._days = days
        self.since: date = mapping.rows.since or reading.start

    def read(self, items: Sequence[Item], bad: Sequence[Bad]) -> date | None:
        """Take the rows; returns the last day that they tell of."""
        raise NotImplementedError

    def run(self) -> None:
        """Decide all that the rows say; what cannot be becomes a bad row."""
        raise NotImplementedError

    def notice(self, code: str, place: str | None = None, **facts: object) -> None:
        """Keep something to look at."""
        self.notices.append(Notice(code, facts, place))

    def refuse(self, item: Item, error: BilanError) -> None:
        """Keep a row that cannot be recorded, with the reason and its place."""
        if isinstance(error, InvalidValue):
            error = self._placed(item, error)
        self.bad.append(Bad(item.table, item.row, (error,), item.key, item.version, item.stated))

    def _placed(self, item: Item, error: InvalidValue) -> InvalidValue:
        """Return an error with the place and the name of the column that it is about."""
        if error.facts.get("place"):
            return error
        columns = self.mapping.columns
        asked = getattr(columns, str(error.facts["field"]), ()) or columns.progress
        place = item.table.place(item.row.line, asked[0]) if asked else item.row.place
        field = " / ".join(asked) or error.facts["field"]
        return type(error)(error.code, **{**error.facts, "place": place, "field": field})

    def known_on(self, item: Item, day: date) -> When | None:
        """Return the row's own effective date; raises `InvalidValue` when it lies after `day`."""
        if item.on is None:
            if self.mapping.rows.undated == "error":
                raise InvalidValue("import-undated", field="on", value="")
            return None
        if item.on.earliest > day:
            place = self._place_on(item)
            if self.mapping.dates.outside == "error":
                raise InvalidValue(
                    "import-date-after", field="on", value=item.on, day=day, place=place
                )
            self.notice("import-date-after", place, field="on", value=item.on, day=day)
        return item.on

    def _place_on(self, item: Item) -> str:
        columns = self.mapping.columns.on
        return item.table.place(item.row.line, columns[0] if columns else "")

    def undated(self, start: date, day: date) -> When:
        """Return when something happened that was not so before `start`, and was so on `day`."""
        return When.of(day) if self.mapping.rows.undated == "day" else interval(start, day)

    def wanted(self, item: Item, on: When, proposed: When, day: date) -> Wanted:
        """Return what a row says, ready to be compared."""
        first = item.word.statuses == {Status.PROPOSED} and item.on is not None
        return Wanted(
            word=item.word, on=on, proposed=item.proposed or (on if first else proposed),
            told=item.told, day=day, reason=item.reason or self.mapping.fixed.reason,
            returned=self.mapping.vanished.returned_reason, note=item.note,
            evidence=item.evidence, reversals=self.mapping.reversals,
        )  # fmt: skip

    def bring(
        self, item: Item, wanted: Wanted, look: Look, known_by: Instant | None = None
    ) -> None:
        """Decide what a row says, or keep it as a bad row."""
        origin = Origin(
            place=item.row.place, stated=item.stated, known_by=known_by, measure=item.measure
        )
        try:
            self.draft.bring(item.key, wanted, look, origin)
        except (CommandRefused, InvalidValue) as error:
            self.refuse(item, error)


# --- lists and versions of a list ------------------------------------------------------------


class Lists(Kind):
    """One list as of a day, or several versions of one in the order of their publication."""

    def read(self, items: Sequence[Item], bad: Sequence[Bad]) -> date | None:
        """Take the rows as snapshots, each of which names an action once."""
        if self.mapping.rows.kind == "list":
            found = self._list(items, bad)
        else:
            found = self._versions(items, bad)
        self.snapshots = [attrs.evolve(each, items=self._once(each)) for each in found]
        return max((each.day for each in self.snapshots), default=None)

    def _list(self, items: Sequence[Item], bad: Sequence[Bad]) -> list[Snapshot]:
        day = self.mapping.rows.as_of
        if day is None:
            field, place = "import.as_of", self.mapping.file
            missing = InvalidValue("import-mapping-missing", field=field, value="", place=place)
            self.problems.add(missing)
            return []
        snapshot = Snapshot(
            name=day.isoformat(), day=day, stated=None, items=tuple(items), bad=tuple(bad)
        )
        return [snapshot]

    def _versions(self, items: Sequence[Item], bad: Sequence[Bad]) -> list[Snapshot]:
        named: dict[str, list[Item]] = {}
        for item in items:
            named.setdefault(self._version(item), []).append(item)
        found: list[Snapshot] = []
        for name, rows in named.items():
            if name in self.mapping.versions.skip:
                self.notice("import-version-skipped", value=name, count=len(rows))
                continue
            stated = self._published(name, rows)
            if stated is not None:
                day = stated.utc.astimezone(self.reading.zone).date()
                wrong = tuple(row for row in bad if row.version in {None, name})
                dated = tuple(attrs.evolve(row, stated=stated) for row in rows)
                found.append(Snapshot(name=name, day=day, stated=stated, items=dated, bad=wrong))
        return self._in_order(found)

    def _version(self, item: Item) -> str:
        if item.version is not None:
            return item.version
        return item.table.file if item.stated is None else str(item.stated)

    def _published(self, name: str, rows: Sequence[Item]) -> Instant | None:
        """Return when a version was published: by its rows, the mapping, or its file's name."""
        stated = {row.stated for row in rows if row.stated is not None}
        place = rows[0].row.place
        file = rows[0].table.file.partition("!")[0]
        declared = self.mapping.versions.files.get(name) or self.mapping.versions.files.get(file)
        if len(stated) == 1:
            return stated.pop()
        with self.problems.at(place):
            if stated:
                listed = ", ".join(map(str, sorted(stated)))
                raise InvalidValue(
                    "import-version-dates", field="stated_at", value=name, dates=listed
                )
            if declared:
                zone = self.reading.zone
                return read_instant(declared, Dates(), zone, "versions.files")
            if in_name := _NAMED_DAY.search(file):
                return end_of(When.of(in_name[1]).latest, self.reading.zone)
            raise InvalidValue("import-version-undated", field="versions.files", value=name)
        return None

    def _in_order(self, found: list[Snapshot]) -> list[Snapshot]:
        if self.mapping.versions.sort:
            found = sorted(found, key=lambda each: (each.stated is not None, each.stated))
        for before, after in pairwise(found):
            assert before.stated is not None
            assert after.stated is not None
            if after.stated <= before.stated:
                wrong = InvalidValue(
                    "import-version-order", field="stated_at", value=after.name,
                    before=before.name, place=after.items[0].row.place,
                )  # fmt: skip
                self.problems.add(wrong)
        for each in found:
            early, late = self.reading.earliest, self.reading.latest
            if not early <= each.day <= late and self.mapping.dates.outside == "error":
                wrong = InvalidValue(
                    "import-date-outside", field="stated_at", value=each.day, earliest=early,
                    latest=late, place=each.items[0].row.place,
                )  # fmt: skip
                self.problems.add(wrong)
        return found

    def _once(self, snapshot: Snapshot) -> tuple[Item, ...]:
        """Return the rows of a list, each action once; another row of the same is a problem."""
        kept: dict[str, Item] = {}
        for item in snapshot.items:
            first = kept.setdefault(item.key, item)
            if first is item:
                continue
            if self.mapping.rows.repeated_rows == "same" and first.said == item.said:
                continue
            columns = self.mapping.columns.key
            value = " / ".join(str(item.row.cells[column]) for column in columns)
            twice = InvalidValue(
                "import-key-twice", field=", ".join(columns), value=value, other=first.row.place,
                place=item.table.place(item.row.line, columns[0]),
            )  # fmt: skip
            self.bad.append(Bad(item.table, item.row, (twice,), item.key, item.version))
        return tuple(kept.values())

    def run(self) -> None:
        """Decide what each snapshot says that the ledger does not say of its day."""
        reported: set[str] = set()
        previous = max((day for day in self._days if self._is_before(day)), default=None)
        for snapshot in self.snapshots:
            start = self.since if previous is None else previous + _DAY
            gone = self._gone(snapshot)
            if gone is None:
                continue
            fixed = (
                self.mapping.rows.proposed if previous is None or snapshot.stated is None else None
            )
            added = self._rows(snapshot, start, fixed)
            self._vanished(snapshot, start, [key for key in gone if key not in reported], added)
            reported.update(gone)
            reported.difference_update(item.key for item in snapshot.items)
            previous = snapshot.day

    def _is_before(self, day: date) -> bool:
        return bool(self.snapshots) and day < self.snapshots[0].day

    def _rows(self, snapshot: Snapshot, start: date, fixed: When | None) -> list[Item]:
        """Decide each row; returns those of actions that are new."""
        added: list[Item] = []
        for item in snapshot.items:
            try:
                own = self.known_on(item, snapshot.day)
                on = self.undated(start, snapshot.day) if own is None else _until(own, snapshot.day)
            except InvalidValue as error:
                self.refuse(item, error)
                continue
            proposed = fixed or self.undated(min(start, on.earliest), snapshot.day)
            wanted = self.wanted(item, on, proposed, snapshot.day)
            if item.key not in self.draft.states:
                added.append(item)
            self.bring(item, wanted, self._look(snapshot, wanted), known_by=snapshot.stated)
        return added

    def _look(self, snapshot: Snapshot, wanted: Wanted) -> Look:
        if snapshot.stated is not None:
            return latest
        day = max(snapshot.day, wanted.on.latest)
        return lambda state: on_day(state, day, wanted.word)

    # --- what has vanished -------------------------------------------------------------------

    def _gone(self, snapshot: Snapshot) -> list[str] | None:
        """Return the actions that the list no longer names; None if the list is passed over."""
        rows: list[Item | Bad] = [*snapshot.items, *snapshot.bad]
        present = {row.key for row in rows}
        before = self.draft.in_plan(snapshot.stated)
        gone = [key for key in before if key not in present]
        rules = self.mapping.vanished
        few = len(gone) * 100 <= rules.most * len(before)
        if rules.how == "report" or few or rules.beyond == "accept":
            return gone
        if rules.beyond == "skip":
            self.notice(
                "import-version-passed", value=snapshot.name, gone=len(gone), before=len(before),
                most=rules.most,
            )  # fmt: skip
            return None
        problem = InvalidValue(
            "import-vanished", field="vanished.most", value=snapshot.name, gone=len(gone),
            before=len(before), most=rules.most,
            place=snapshot.items[0].table.file if snapshot.items else self.mapping.file,
        )  # fmt: skip
        self.problems.add(problem)
        return None

    def _vanished(
        self, snapshot: Snapshot, start: date, gone: Sequence[str], added: Iterable[Item]
    ) -> None:
        if not gone:
            return
        titles = {item.told.title: item.key for item in added}
        names = ", ".join(gone[:_LISTED]) + ("…" if len(gone) > _LISTED else "")
        self.notice("import-gone", value=snapshot.name, count=len(gone), keys=names)
        for key in gone:
            title = description(self.draft.states[key]).title
            if title in titles:
                self.notice("import-renamed", value=key, title=title, other=titles[title])
        if self.mapping.vanished.how == "report":
            return
        if any(row.key is None for row in snapshot.bad):
            self.notice("import-gone-unsure", value=snapshot.name)
            return
        for key in gone:
            self._withdraw(key, snapshot, start)

    def _withdraw(self, key: str, snapshot: Snapshot, start: date) -> None:
        row = snapshot.items[0] if snapshot.items else None
        table = row.table if row else None
        piece = [
            Evidence(title=self.mapping.title, kind="data", locator=table.file,
                     sha256=table.sha256, media_type=table.media_type)
        ] if table else []  # fmt: skip
        command = Withdraw(
            on=self.undated(start, snapshot.day), reason=self.mapping.vanished.reason or "",
            evidence=piece,
        )  # fmt: skip
        try:
            place = table.file if table else ""
            self.draft.single(key, command, Origin(place=place, stated=snapshot.stated))
        except CommandRefused as error:
            self.problems.add(error)


def _until(on: When, day: date) -> When:
    """Return a date without the days after the list that tells it: by then it had happened."""
    if on.latest <= day or on.earliest > day:
        return on
    return interval(on.earliest, day)


# --- a history of changes --------------------------------------------------------------------


class History(Kind):
    """One row a change, in the order in which they were stated, else in which they happened."""

    def read(self, items: Sequence[Item], bad: Sequence[Bad]) -> date | None:  # noqa: ARG002 each row stands alone
        """Take the rows in their order, with the dates that they do not name."""
        once = self._once(items)
        if all(item.stated is not None for item in once):
            once = sorted(once, key=lambda item: (item.stated, _day_of(item)))
        else:
            once = sorted(once, key=_day_of)
        self.changes = self._dated(once)
        days = [item.on.latest for item in self.changes if item.on]
        return max(days, default=None)

    def _once(self, items: Sequence[Item]) -> list[Item]:
        kept: dict[object, Item] = {}
        for item in items:
            first = kept.setdefault(item.said, item)
            if first is not item:
                self.notice("import-row-twice", item.row.place, other=first.row.place)
        return list(kept.values())

    def _dated(self, items: Sequence[Item]) -> list[Item]:
        """Return rows with an effective date: of an undated one, since the statement before."""
        found: list[Item] = []
        start, before = self.since, None
        for item in items:
            if item.stated is not None and item.stated != before:
                if before is not None:
                    start = self._local(before) + _DAY
                before = item.stated
            try:
                found.append(self._one(item, start))
            except InvalidValue as error:
                self.refuse(item, error)
        return found

    def _local(self, stated: Instant) -> date:
        return stated.utc.astimezone(self.reading.zone).date()

    def _one(self, item: Item, start: date) -> Item:
        day = date.max if item.stated is None else self._local(item.stated)
        own = self.known_on(item, day)
        if own is not None:
            if item.stated is not None and own.latest < _minus(day):
                self.notice("import-long-before", self._place_on(item), value=own, day=day)
            return item
        if item.stated is None:
            raise InvalidValue("import-undated", field="on", value="")
        on = self.undated(start, day)
        return attrs.evolve(item, on=on, proposed=item.proposed or self.mapping.rows.proposed or on)

    def run(self) -> None:
        """Decide each change that the ledger does not hold yet."""
        before: dict[str, Item] = {}
        for item in self.changes:
            assert item.on is not None
            decided = len(self.draft.groups)
            known = self.draft.recorded(item.key, item.word, item.on, item.stated)
            if not known:
                self._change(item, item.on, before.get(item.key))
            # A row that said nothing new leaves no entry by which it could be known again.
            if known or len(self.draft.groups) > decided:
                before[item.key] = item

    def _change(self, item: Item, on: When, before: Item | None) -> None:
        """Decide one row; where its status is known already, only what else it says."""
        fixed = self.mapping.rows.proposed
        proposed = fixed or interval(min(self.since, on.earliest), on.latest)
        wanted = self.wanted(item, on, proposed, on.latest)
        state = self.draft.seen(item.key, item.stated)
        if live(state.statuses) and (
            self._follows(item, before) or certain(state, on.latest, item.word)
        ):
            self.bring(item, wanted, lambda _: as_wanted(item.word), known_by=item.stated)
        elif (late := self._late(state, wanted)) is None:
            self.bring(item, wanted, latest, known_by=item.stated)
        else:
            origin = Origin(place=item.row.place, stated=item.stated)
            try:
                self.draft.single(item.key, late, origin)
            except CommandRefused as error:
                self.refuse(item, error)

    def _follows(self, item: Item, before: Item | None) -> bool:
        """Whether the row before said the same, or was retracted already for this one's sake."""
        if before is None or before.on is None:
            return False
        if before.word == item.word:
            return True
        retracts = self.mapping.reversals.how == "retract"
        return retracts and self.draft.retracted(before.key, before.word, before.on, before.stated)

    @staticmethod
    def _late(state: Action, wanted: Wanted) -> ActionCommand | None:
        """Return the command of a row that tells of days before what is already known."""
        known = [each.event.on.earliest for each in live(state.statuses)]
        return onward(wanted) if known and max(known) > wanted.on.latest else None


def _day_of(item: Item) -> tuple[date, date]:
    return (item.on.earliest, item.on.latest) if item.on else (date.max, date.max)


def _minus(day: date) -> date:
    return day - _LONG_BEFORE if day.toordinal() > _LONG_BEFORE.days else day
