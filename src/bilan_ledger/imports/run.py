"""An import from files to entries: everything is decided first, then recorded in batches.

Decides: the order of things, what an import leaves in the ledger about itself, and that
nothing is recorded while there is a problem.
Refuses to know: formats, words, and the rules of plans and actions.

What an import leaves about itself is one entry of the plan: evidence of each file (its digest)
and of the mapping file, dated by the day that the files tell of, with the declared words as a
note. Where that entry stands, the same files by the same mapping have nothing more to say.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import attrs

from ..errors import InvalidValue
from ..evidence import Evidence
from ..history import Record
from ..ledger import Ledger, Order
from ..plan import CreatePlan, PlanCreated, Terms
from ..record import AttachEvidence, EvidenceAttached, live
from ..text import NOTE_LENGTH
from .decidim import decidim
from .draft import Draft, Step
from .kinds import History, Lists
from .mapping import Mapping
from .moments import wrong_formats
from .problems import ImportRefused, Notice, Problems
from .rows import Bad, Item, Places, Reading
from .sheets import Table, read_table

BATCH = 500  # commands in one transaction


@attrs.frozen(kw_only=True)
class Prepared:
    """What an import would record: `groups` of steps, each of which is one whole row.

    `bad` are the rows that are left out (only with `partial`), `notices` what to look at.
    """

    plan: str
    groups: tuple[tuple[Step, ...], ...] = ()
    bad: tuple[Bad, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in their order."""
        return tuple(step for group in self.groups for step in group)

    @property
    def total(self) -> int:
        """How many entries would be recorded."""
        return sum(len(step.events) for step in self.steps)

    @property
    def counts(self) -> dict[str, int]:
        """How many entries of each kind would be recorded, by their public names."""
        return dict(Counter(name for step in self.steps for name in step.names))


def prepare(
    ledger: Ledger, mapping: Mapping, paths: Sequence[Path], *, partial: bool = False
) -> Prepared:
    """Decide what files would record; nothing is recorded.

    `partial` leaves bad rows out. Raises `ImportRefused` with every problem of every file.
    """
    with ledger.reading() as (_, records):
        record = records.get(mapping.plan.key)
        return _Import(ledger, mapping, record).prepare(paths, partial=partial)


class _Import:
    def __init__(self, ledger: Ledger, mapping: Mapping, record: Record | None) -> None:
        self.ledger, self.mapping, self.record = ledger, mapping, record
        self.problems = Problems()

    def prepare(self, paths: Sequence[Path], *, partial: bool) -> Prepared:
        terms = self._terms()
        places = Places(terms)
        reading = Reading(self.mapping, terms, places)
        tables = self._tables(paths, reading)
        self.problems.check()
        rows = [row for table in tables for row in _rows(reading, table)]
        items = [row for row in rows if isinstance(row, Item)]
        bad = [row for row in rows if isinstance(row, Bad)]
        created = self._created(terms, places)
        declared = created.terms if created else terms
        draft = Draft(self.ledger, self.mapping.plan.key, self.record, declared)
        kind = (History if self.mapping.rows.kind == "history" else Lists)(
            self.mapping, reading, draft, self._last()
        )
        day = kind.read(items, bad)
        self.problems.add(*kind.problems.found)
        self.problems.check()
        done = self._marker(tables, day, left_out=0)
        if self._stands(done):
            return Prepared(plan=self.mapping.plan.key, notices=(_already(tables, self.mapping),))
        kind.run()
        bad = sorted([*bad, *kind.bad], key=lambda row: (row.row.file, row.row.line))
        self.problems.add(*kind.problems.found)
        if not partial:
            self.problems.add(*(problem for row in bad for problem in row.problems))
        self.problems.check()
        opened = self._opened(created, items)
        return self._prepared(opened, draft, self._marker(tables, day, len(bad)), bad, kind.notices)

    def _prepared(
        self, opened: Step | None, draft: Draft, marker: AttachEvidence,
        bad: Iterable[Bad], notices: Iterable[Notice],
    ) -> Prepared:  # fmt: skip
        plan = self.mapping.plan.key
        groups = [*([(opened,)] if opened else []), *draft.groups]
        if not self._stands(marker):
            noted = EvidenceAttached(evidence=marker.evidence)
            groups.append((Step(Order(plan, marker), (noted,)),))
        return Prepared(plan=plan, groups=tuple(groups), bad=tuple(bad), notices=tuple(notices))

    # --- the plan ----------------------------------------------------------------------------

    def _terms(self) -> Terms:
        if self.record is not None and self.record.plan.created:
            return self.record.plan.terms()
        if self.mapping.plan.terms is None:
            raise ImportRefused(
                [
                    InvalidValue(
                        "import-plan-unknown", field="plan.key", value=self.mapping.plan.key,
                        place=self.mapping.file,
                    )
                ]
            )  # fmt: skip
        return self.mapping.plan.terms

    def _created(self, terms: Terms, places: Places) -> CreatePlan | None:
        """Return what opens the plan, with the axes that the rows name if it declares none."""
        if self.record is not None and self.record.plan.created:
            return None
        axes = terms.axes or places.axes()
        return CreatePlan(terms=attrs.evolve(terms, axes=axes))

    def _opened(self, created: CreatePlan | None, items: Sequence[Item]) -> Step | None:
        """Return the step that opens the plan; its source states it with its first statement."""
        if created is None:
            return None
        stated = min((item.stated for item in items if item.stated), default=None)
        order = Order(self.mapping.plan.key, created, stated, self.mapping.file)
        return Step(order, (PlanCreated(terms=created.terms),))

    # --- files -------------------------------------------------------------------------------

    def _tables(self, paths: Sequence[Path], reading: Reading) -> list[Table]:
        tables: list[Table] = []
        for form in wrong_formats(self.mapping.dates):
            wrong = InvalidValue(
                "import-date-format", field="dates.formats", value=form, place=self.mapping.file
            )
            self.problems.add(wrong)
        for path in paths:
            with self.problems.at(path.name):
                table = read_table(path, self.mapping.source)
                if self.mapping.source.format == "decidim":
                    table = decidim(table, self.mapping.source)
                self.problems.add(*reading.check_columns(table))
                tables.append(table)
        return tables

    # --- what an import leaves about itself --------------------------------------------------

    def _marker(self, tables: Sequence[Table], day: date | None, left_out: int) -> AttachEvidence:
        title = self.mapping.title
        incomplete = f" (-{left_out})" if left_out else ""
        pieces = [
            Evidence(
                title=title, kind="data", locator=f"{table.file}{incomplete}", dated=day,
                sha256=table.sha256, media_type=table.media_type,
            )
            for table in tables
        ]  # fmt: skip
        mapping = Evidence(
            title=title, kind="data", locator=self.mapping.file, sha256=self.mapping.sha256,
            media_type="application/toml",
        )  # fmt: skip
        note = self.mapping.table()[:NOTE_LENGTH].strip()
        return AttachEvidence(evidence=(*pieces, mapping), note=note or None)

    def _markers(self) -> Iterator[EvidenceAttached]:
        for item in live(self.record.plan.items) if self.record else ():
            if isinstance(item.event, EvidenceAttached):
                yield item.event

    def _stands(self, marker: AttachEvidence) -> bool:
        return any(event.evidence == marker.evidence for event in self._markers())

    def _last(self) -> list[date]:
        """Return the days that earlier imports of the same title told of."""
        title = self.mapping.title
        pieces = (piece for event in self._markers() for piece in event.evidence)
        return [p.dated.latest for p in pieces if p.title == title and p.dated and p.sha256]


def _rows(reading: Reading, table: Table) -> Iterator[Item | Bad]:
    for row, problem in table.misfits:
        yield Bad(table, row, (problem,))
    yield from reading.items(table)


def _already(tables: Sequence[Table], mapping: Mapping) -> Notice:
    files = ", ".join(table.file for table in tables)
    return Notice("import-already", {"value": files, "plan": mapping.plan.key})


def record(ledger: Ledger, prepared: Prepared, *, batch: int = BATCH) -> Iterator[int]:
    """Record what was prepared, in whole rows; yields how many entries are recorded so far.

    When it is interrupted the ledger is valid, and the same import again records the rest.
    Raises `CommandRefused` where somebody else has changed the plan meanwhile.
    """
    waiting: list[Order] = []
    done = 0
    for group in prepared.groups:
        waiting.extend(step.order for step in group)
        if len(waiting) >= batch:
            done += len(ledger.record_all(waiting))
            waiting = []
            yield done
    if waiting:
        yield done + len(ledger.record_all(waiting))
