"""What the log says, as rows of tables.

Decides: tables, columns, and the rows of a plan and of an action.
Refuses to know: databases.

Days are `YYYY-MM-DD`; `until_day` is the first day that no longer belongs (NULL: open). Flags
are 0 or 1. `position` is the index of an entry in the log. Figures are under the plan's policy.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from ..action import Action, description
from ..completion import Contribution, Possible, Ratio, contributions, pick, policy_of
from ..entry import Entry
from ..evidence import Evidence
from ..history import Record, View, timeline
from ..record import Recorded, live
from ..replay import Point, curve, reconcile

TABLES: dict[str, str] = {
    "plan": """
        plan text NOT NULL PRIMARY KEY, title text NOT NULL, territory text NOT NULL, insee text,
        siren text, start_day date NOT NULL, end_day date NOT NULL, counted text NOT NULL,
        base text NOT NULL, rounding text NOT NULL, decimals integer NOT NULL,
        position bigint NOT NULL""",
    "action": """
        plan text NOT NULL, action text NOT NULL, title text NOT NULL, axis text, theme text,
        tags text NOT NULL, position bigint NOT NULL, PRIMARY KEY (plan, action)""",
    "status_period": """
        plan text NOT NULL, action text NOT NULL, from_day date NOT NULL, until_day date,
        possible text NOT NULL, low_counted smallint NOT NULL, low_base smallint NOT NULL,
        high_counted smallint NOT NULL, high_base smallint NOT NULL,
        may_be_out smallint NOT NULL, PRIMARY KEY (plan, action, from_day)""",
    "figure": """
        plan text NOT NULL, from_day date NOT NULL, until_day date,
        low_counted integer NOT NULL, low_base integer NOT NULL,
        high_counted integer NOT NULL, high_base integer NOT NULL,
        low_realised integer NOT NULL, low_realised_base integer NOT NULL,
        high_realised integer NOT NULL, high_realised_base integer NOT NULL,
        may_be_empty smallint NOT NULL, PRIMARY KEY (plan, from_day)""",
    "published_figure": """
        plan text NOT NULL, version integer NOT NULL, on_day date NOT NULL,
        percentage text NOT NULL, of_actions integer, counted text NOT NULL, base text NOT NULL,
        rounding text NOT NULL, verdict text NOT NULL, PRIMARY KEY (plan, version)""",
    "evidence": """
        plan text NOT NULL, action text, position bigint NOT NULL, place integer NOT NULL,
        title text NOT NULL, kind text NOT NULL, url text, locator text, publisher text,
        dated text, sha256 text, media_type text, deliberation text,
        retracted smallint NOT NULL, PRIMARY KEY (position, place)""",
    "measure": """
        plan text NOT NULL, action text, position bigint NOT NULL, place integer NOT NULL,
        indicator text NOT NULL, value numeric NOT NULL, unit text, precision_ text NOT NULL,
        target numeric, from_day date NOT NULL, until_day date NOT NULL,
        provisional smallint NOT NULL, retracted smallint NOT NULL,
        PRIMARY KEY (position, place)""",
}
"""The tables and their columns, in SQL that SQLite and PostgreSQL both read."""

Rows = dict[str, list[tuple[Any, ...]]]

FIGURE_QUERY = """
SELECT low_counted, low_base, high_counted, high_base, may_be_empty
FROM figure
WHERE plan = :plan AND from_day <= :on AND (until_day IS NULL OR :on < until_day)
"""
"""The figure of a plan on any day; no row: no action was on the list yet."""


def rows_of_plan(record: Record) -> Rows:
    """Return the rows that belong to a plan as a whole."""
    view = record.view()
    policy = policy_of(view, date.max)
    terms = record.plan.terms()
    where = terms.territory
    return {
        "plan": [(
            record.key, terms.title, where.name, where.insee, where.siren,
            terms.start.isoformat(), terms.end.isoformat(), ",".join(policy.counted),
            policy.base.value, policy.rounding.value, policy.decimals, record.entries[-1].index,
        )],
        "figure": list(_figures(record.key, curve(view, policy))),
        "published_figure": list(_published(record)),
        **_shown(record, None, record.plan.items),
    }  # fmt: skip


def rows_of_action(record: Record, name: str) -> Rows:
    """Return the rows that belong to one action; none while it is on no list."""
    state = record.actions[name]
    if not live(state.statuses):
        return {}
    told = description(state)
    last = record.streams[name][-1].index
    items: list[Recorded[Any]] = [*state.statuses, *state.scopes, *state.remarks]
    return {
        "action": [(
            record.key, name, told.title, told.axis, told.theme,
            ",".join(told.tags or ()), last,
        )],
        "status_period": list(_periods(record, name, state)),
        **_shown(record, name, items),
    }  # fmt: skip


def _figures(plan: str, points: Sequence[Point]) -> Iterator[tuple[Any, ...]]:
    ends: list[date | None] = [point.on for point in points[1:]]
    for point, end in zip(points, [*ends, None], strict=len(points) > 0):
        found, alone = point.bounds, point.realised
        yield (
            plan, point.on.isoformat(), _day(end), *_pair(found.low), *_pair(found.high),
            *_pair(alone.low), *_pair(alone.high), int(found.may_be_empty),
        )  # fmt: skip


def _pair(ratio: Ratio) -> tuple[int, int]:
    return ratio.counted, ratio.base


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _periods(record: Record, name: str, state: Action) -> Iterator[tuple[Any, ...]]:
    view = View({record.key: record.plan}, {})
    policy = policy_of(view, date.max)
    listed_by = record.plan.terms().initial_list_day
    line = timeline(state)
    days = sorted(set(line.breakpoints()))
    found = [
        (on, sorted(s.cell for s in line.possible(on)), contributions(line, on, policy, listed_by))
        for on in days
    ]
    kept = [found[0]] + [after for before, after in pairwise(found) if before[1:] != after[1:]]
    ends: list[date | None] = [on for on, _, _ in kept[1:]]
    for (on, words, may), end in zip(kept, [*ends, None], strict=True):
        low, high = (_counts(may, high=high) for high in (False, True))
        yield (
            record.key, name, on.isoformat(), _day(end), ",".join(dict.fromkeys(words)),
            *low, *high, int(Contribution.OUT in may),
        )  # fmt: skip


def _counts(may: Possible, *, high: bool) -> tuple[int, int]:
    picked = pick(may, high=high)
    return int(picked is Contribution.COUNTED), int(picked is not Contribution.OUT)


def _published(record: Record) -> Iterator[tuple[Any, ...]]:
    for check in reconcile(record):
        figure = check.figure
        yield (
            record.key, check.version, figure.on.isoformat(), str(figure.percentage), figure.of,
            ",".join(figure.counted), figure.base.value, figure.rounding.value,
            check.verdict.value,
        )  # fmt: skip


def _shown(record: Record, name: str | None, items: Sequence[Recorded[Any]]) -> Rows:
    entries: dict[int, Entry] = {entry.version: entry for entry in record.streams.get(name, [])}
    evidence: list[tuple[Any, ...]] = []
    measures: list[tuple[Any, ...]] = []
    for item in items:
        position = entries[item.version].index
        gone = int(item.retracted_by is not None)
        pieces: tuple[Evidence, ...] = getattr(item.event, "evidence", ())
        for place, piece in enumerate(pieces):
            head = (record.key, name, position, place)
            evidence.append((*head, *_evidence_columns(piece), gone))
            if piece.measure is not None:
                measures.append((*head, *_measure_columns(piece.measure), gone))
    return {"evidence": evidence, "measure": measures}


def _evidence_columns(piece: Evidence) -> tuple[Any, ...]:
    dated = None if piece.dated is None else piece.dated.text
    return (
        piece.title, piece.kind.value, piece.url, piece.locator, piece.publisher, dated,
        piece.sha256, piece.media_type, piece.deliberation,
    )  # fmt: skip


def _measure_columns(measure: Any) -> tuple[Any, ...]:
    return (
        measure.indicator, f"{measure.value:f}", measure.unit, measure.precision.value,
        None if measure.target is None else f"{measure.target:f}",
        measure.as_of.earliest.isoformat(), measure.as_of.latest.isoformat(),
        int(measure.provisional),
    )  # fmt: skip
