"""A ledger as pages that need no server: the figure, its curve, and every action's history.

Decides: which pages there are, what each holds, and what a page is allowed to run.
Refuses to know: where the entries come from, and where the pages are put.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import jinja2
from markupsafe import Markup

from ..action import Action, description, successors
from ..completion import (
    CELLS,
    Completion,
    breakdown,
    complete,
    policy_of,
    possibilities,
    realised_alone,
)
from ..dates import When
from ..entry import Entry
from ..evidence import Evidence, Measure
from ..history import NOW, Record, View, evidence_of, possible, qualifier, together
from ..plan import Axis, Policy
from ..record import live
from ..replay import Curve, curve, reconcile
from . import chart
from .data import Numbered, figures
from .histories import Line, lines, moves
from .words import Words

LANGUAGES = ("fr", "en")
_SIZES = {"wide": (720, 330), "narrow": (330, 330)}


@attrs.frozen(kw_only=True)
class Source:
    """What a report is made from: some plans of a log, and which log it is.

    `records` are the plans, taken together in this order; `entries` counts the whole log, whose
    Merkle root is `root` (hexadecimal) and whose last entry was `last`; `name` is what the
    commands that verify call it.
    """

    records: Sequence[Record]
    entries: int
    root: str
    last: Entry
    name: str


@attrs.frozen(kw_only=True)
class Choice:
    """What the reader is shown first: the day, the rule of calculation, elections to mark."""

    on: date
    policy: Policy | None = None
    elections: tuple[date, ...] = ()


def site(source: Source, choice: Choice) -> dict[str, str]:
    """Return every page, by its path in the folder: two languages and the choice between them.

    The same source and choice always give the same bytes.
    """
    whole = _Whole.of(source, choice)
    pages = {"index.html": _render("choose.html", Words("fr"), whole, en=Words("en"))}
    for lang in LANGUAGES:
        words = Words(lang)
        shared = _shared(whole, words)
        for name, told in (("index", _front(whole, words)), ("actions", _actions(whole, words))):
            pages[f"{lang}/{name}.html"] = _render(f"{name}.html", words, whole, **shared, **told)
    return pages


def picture(view: View, choice: Choice, lang: str) -> str:
    """Return the curve of a view alone, as an SVG file with its title and one sentence."""
    words = Words(lang)
    policy = choice.policy or policy_of(view, date.max)
    found, points = complete(view, choice.on, policy), curve(view, policy)
    terms = [plan.terms() for plan in view.plans.values()]
    told = {item.event.on for plan in view.plans.values() for item in plan.figures}
    until = max(choice.on, *told, *(point.on for point in points))
    starts = [each.start for each in terms]
    frame = chart.frame_of(points, [until, *starts, *choice.elections])
    drawing = chart.Drawing(
        frame=frame, points=points, words=words, marks=marks(view, words),
        elections=choice.elections, until=until,
    )  # fmt: skip
    titles = " + ".join(each.title for each in terms)
    return chart.alone(
        drawing, title=words("title", territory=terms[0].territory.name, title=titles),
        told=words(
            "picture", day=words.day(choice.on), percent=words.percents(found.bounds, policy),
            fraction=words.fraction(found.bounds), counted=words.counted(policy),
            alone=words.percents(found.realised, policy),
        ),
    )  # fmt: skip


# --- what every page tells -------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class _Whole:
    """What is computed once for all pages."""

    source: Source
    choice: Choice
    view: View
    policy: Policy
    figure: Completion
    points: Curve
    data: Mapping[str, Any]

    @classmethod
    def of(cls, source: Source, choice: Choice) -> "_Whole":
        view = together([record.view(NOW) for record in source.records])
        policy = choice.policy or policy_of(view, date.max)
        by_source = any(e.stated_at is not None for r in source.records for e in r.entries)
        return cls(
            source=source, choice=choice, view=view, policy=policy,
            figure=complete(view, choice.on, policy), points=curve(view, policy),
            data=figures(source.records, choice.policy, by_source=by_source),
        )  # fmt: skip

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(next(iter(self.view.plans.values())).terms().territory.timezone)

    @cached_property
    def days(self) -> tuple[date, date]:
        """The first and the last day that can be chosen."""
        terms = [plan.terms() for plan in self.view.plans.values()]
        figures = [item.event.on for plan in self.view.plans.values() for item in plan.figures]
        told = [self.choice.on, *figures, *(point.on for point in self.points)]
        return min(*told, *(each.start for each in terms)), max(told)

    @cached_property
    def earlier(self) -> dict[str, list[str]]:
        """The actions that each action carries on."""
        found: dict[str, list[str]] = {}
        for name, action in self.view.actions.items():
            plan = name.partition("/")[0]
            for key in successors(action):
                found.setdefault(f"{plan}/{key}", []).append(name)
        return found

    @property
    def axes(self) -> list[Axis]:
        return [axis for plan in self.view.plans.values() for axis in plan.terms().axes]

    def civil(self, entry: Entry) -> date:
        """Return the civil day on which an entry was recorded."""
        found: date = entry.recorded_at.utc.astimezone(self.zone).date()
        return found

    def titles(self, by: str) -> dict[str | None, str]:
        """Return the titles of axes or of themes, by their keys."""
        axes = self.axes
        told = axes if by == "axis" else [theme for axis in axes for theme in axis.themes]
        return {each.key: each.title for each in told}


def _shared(whole: _Whole, words: Words) -> dict[str, Any]:
    terms = next(iter(whole.view.plans.values())).terms()
    other = next(lang for lang in LANGUAGES if lang != words.lang)
    titles = " + ".join(plan.terms().title for plan in whole.view.plans.values())
    return {
        "territory": terms.territory.name, "plans": titles, "other": other,
        "title": words("title", territory=terms.territory.name, title=titles),
    }  # fmt: skip


# --- the front page --------------------------------------------------------------------------


def _front(whole: _Whole, words: Words) -> dict[str, Any]:
    first, last = whole.days
    figure, policy = whole.figure, whole.policy
    said = {
        "percent": words.percents(figure.bounds, policy),
        "fraction": words.fraction(figure.bounds),
        "alone_percent": words.percents(figure.realised, policy),
        "alone_fraction": words.fraction(figure.realised),
        "counted": words.counted(policy),
        "sure": _sure(whole, words),
        "alone_sure": _alone_sure(whole, words),
    }
    return {
        "said": said, "on": whole.choice.on, "first": first, "last": last,
        "figure": figure,
        "cells": [(name, words.word(name), cell) for name, cell in figure.cells.items()],
        "charts": [(size, _chart(whole, words, size)) for size in _SIZES],
        "spans": [(chart.pre_election(day), day) for day in whole.choice.elections],
        "points": whole.points, "published": list(_published(whole, words)),
        "parts": [part for by in ("axis", "theme") if (part := _part(whole, words, by))],
        "rows": list(_rows(whole, words)), "measures": list(_measures(whole, words)),
        "how": _how(whole, words), "data": _embedded(whole, words),
    }  # fmt: skip


def _sure(whole: _Whole, words: Words) -> str:
    """Return whether the figure is certain, and if not, for how many actions it is open."""
    if whole.figure.bounds.exact:
        return words("sure")
    told = _unsure(whole, whole.policy, "unsure", words)
    return f"{told} {words('empty')}" if whole.figure.may_be_empty else told


def _alone_sure(whole: _Whole, words: Words) -> str:
    if whole.figure.realised.exact:
        return words("alone-sure")
    return _unsure(whole, realised_alone(whole.policy), "alone-unsure", words)


def _unsure(whole: _Whole, policy: Policy, code: str, words: Words) -> str:
    found = possibilities(whole.view, whole.choice.on, policy)
    count = sum(len(possible) > 1 for possible in found.values())
    return words(f"{code}-1") if count == 1 else words(code, count=count)


def _chart(whole: _Whole, words: Words, size: str) -> Markup:
    first, last = whole.days
    width, height = _SIZES[size]
    days = [first, last, *whole.choice.elections]
    frame = chart.frame_of(whole.points, days, width=width, height=height)
    drawing = chart.Drawing(
        frame=frame, points=whole.points, words=words, marks=marks(whole.view, words),
        elections=whole.choice.elections, until=last,
    )  # fmt: skip
    name = words("curve-name", first=words.day(first), last=words.day(last))
    return Markup(chart.inline(drawing, name=name))  # noqa: S704 its texts are escaped there


def marks(view: View, words: Words) -> list[chart.Mark]:
    """Return the published figures as marks on a chart."""
    return [
        chart.Mark(
            on=item.event.on, percentage=item.event.percentage,
            label=words("mark", percent=words.percent(item.event.percentage)),
        )
        for plan in view.plans.values()
        for item in plan.figures
    ]  # fmt: skip


def _published(whole: _Whole, words: Words) -> Iterator[dict[str, Any]]:
    for record in whole.source.records:
        for found in reconcile(record):
            figure = found.figure
            code = "published-line" if figure.of else "published-line-any"
            said = words.percents(found.completion.bounds, figure.policy)
            exact = words.fraction(found.completion.bounds)
            yield {
                "line": words(
                    code, percent=words.percent(figure.percentage), of=figure.of,
                    day=words.day(figure.on),
                ),
                "on": figure.on, "known": record.streams[None][found.version - 1].index,
                "verdict": found.verdict.value, "word": words(f"verdict-{found.verdict}"),
                "said": words("ledger-says", said=f"{said} ({exact})"),
                "evidence": [_piece(piece) for piece in figure.evidence],
            }  # fmt: skip


def _part(whole: _Whole, words: Words, by: str) -> dict[str, Any] | None:
    """Return one breakdown, in the order of the plan; None where there is nothing to tell apart."""
    keys: list[str | None] = whole.data["axes" if by == "axis" else "themes"]
    if keys in ([], [None]):
        return None
    titles = whole.titles(by)
    order = [*titles, *sorted(k for k in keys if k is not None and k not in titles), None]
    found = breakdown(whole.view, whole.choice.on, by, whole.policy)
    return {
        "by": by,
        "name": words(by),
        "rows": [
            {
                "number": keys.index(key), "found": found.get(key),
                "name": words("none") if key is None else titles.get(key, key),
            }
            for key in order if key in keys
        ],
    }  # fmt: skip


def _rows(whole: _Whole, words: Words) -> Iterator[dict[str, Any]]:
    names = [f"{r.key}/{name}" for r in whole.source.records for name in r.actions]
    for number, name in enumerate(names):
        state = whole.view.actions.get(name)
        told = None if state is None else description(state, whole.choice.on)
        yield {
            "number": number, "name": name, "listed": state is not None,
            "title": _title(whole, name),
            "axis": _axis_title(whole, told.axis) if told else "",
            "status": _status(state, whole.choice.on, words) if state else "",
        }  # fmt: skip


def _title(whole: _Whole, name: str) -> str:
    """Return the latest title of an action, also of one that has left the list."""
    plan, _, key = name.partition("/")
    record = next(record for record in whole.source.records if record.key == plan)
    return description(record.actions[key]).title or key


def _status(state: Action, on: date, words: Words) -> str:
    found = {standing.cell for standing in possible(state, on)}
    return words("or").join(words.word(str(cell)) for cell in CELLS if str(cell) in found)


def _measures(whole: _Whole, words: Words) -> Iterator[dict[str, Any]]:
    for plan in whole.view.plans.values():
        for item in live(plan.items):
            for piece in getattr(item.event, "evidence", ()):
                yield from _measure(piece, None, words)
    for name, state in whole.view.actions.items():
        for piece in evidence_of(state):
            yield from _measure(piece, (name, _title(whole, name)), words)


def _measure(
    piece: Evidence, action: tuple[str, str] | None, words: Words
) -> Iterator[dict[str, Any]]:
    found: Measure | None = piece.measure
    if found is None:
        return
    unit = f"\u00a0{found.unit}" if found.unit else ""
    yield {
        "indicator": found.indicator, "action": action, "provisional": found.provisional,
        "value": words(found.precision, value=words.grouped(found.value) + unit),
        "target": "" if found.target is None else words.grouped(found.target) + unit,
        "as_of": words.when(found.as_of), "piece": _piece(piece),
    }  # fmt: skip


def _rule(policy: Policy, words: Words) -> dict[str, str]:
    """Return what stands beside the figure: what counts, of which base, and how it is rounded."""
    base = words("how-base", base=words(f"base-{policy.base}"))
    code = f"how-rounding-{policy.decimals}" if policy.decimals < 2 else "how-rounding"  # noqa: PLR2004 many
    rounding = words(code, rounding=words(f"rounding-{policy.rounding}"), decimals=policy.decimals)
    return {"lead": words("lead", counted=words.counted(policy)), "rule": f"{base} {rounding}"}


def _how(whole: _Whole, words: Words) -> dict[str, Any]:
    source, policy = whole.source, whole.policy
    return {
        "counted": words("how-counted", counted=words.counts_when(policy)),
        "rule": _rule(policy, words)["rule"],
        "reviewed": words(
            "how-reviewed", day=words.day(whole.civil(source.last)), index=source.last.index,
            count=source.entries,
        ),
        "commands": _commands(whole),
        "root": source.root,
    }  # fmt: skip


def _commands(whole: _Whole) -> list[str]:
    """Return the commands that read the log again, and compute the figure again."""
    name, policy = whole.source.name, whole.policy
    plans = " ".join(record.key for record in whole.source.records)
    given = "" if policy == policy_of(whole.view, whole.choice.on) else _options(policy)
    asked = f"{plans} --on {whole.choice.on.isoformat()}{given} --ledger {name}"
    if name.endswith(".jsonl"):
        return [f"bilan audit {name}", f"bilan report copy {asked}"]
    checks = [f"bilan reconcile {r.key} --ledger {name}" for r in whole.source.records]
    return [f"bilan audit {name}", f"bilan figure {asked}", *checks]


def _options(policy: Policy) -> str:
    counted = "".join(f" --counted {status}" for status in policy.counted)
    more = f" --base {policy.base} --rounding {policy.rounding} --decimals {policy.decimals}"
    return counted + more


def _embedded(whole: _Whole, words: Words) -> Markup:
    """Return the data of the page as JSON that cannot end its own element."""
    first, last = whole.days
    names = [f"{r.key}/{name}" for r in whole.source.records for name in r.actions]
    rank = {name: place for place, name in enumerate(sorted(names))}
    labels: dict[str, int] = {}
    value: dict[str, Any] = {
        **whole.data, "words": words.for_browser(), "on": whole.choice.on.toordinal(),
        "entries": whole.source.entries,
        "first": first.toordinal(), "last": last.toordinal(),
        "frame": _frame_days(whole), "statedDays": _stated_days(whole.data),
        "axisTitles": [_axis_title(whole, key) for key in whole.data["axes"]],
        "ranks": [rank[name] for name in names],
        "cellWords": [words.word(cell) for cell in whole.data["cells"]],
        "policyWords": [_rule(Policy(**each), words) for each in whole.data["policies"]],
        "moves": [
            moves(record.actions[name], labels, words)
            for record in whole.source.records for name in record.actions
        ],
        "labels": list(labels),
    }  # fmt: skip
    return script_json(value)


def _stated_days(data: Mapping[str, Any]) -> list[int]:
    found = data["known"].get("stated", {"moments": []})["moments"]
    return sorted({moment for several in found for moment in several})


def _axis_title(whole: _Whole, key: str | None) -> str:
    return "" if key is None else whole.titles("axis").get(key, key)


def _frame_days(whole: _Whole) -> list[int]:
    frame = chart.frame_of(whole.points, [*whole.days, *whole.choice.elections])
    return [frame.first.toordinal(), frame.last.toordinal()]


def script_json(value: object) -> Markup:
    r"""Return JSON that may stand inside a `script` element, whatever its texts hold.

    >>> print(script_json("</script>"))
    "\u003c/script\u003e"
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 nothing in it can end the element


# --- the page of the actions -----------------------------------------------------------------


def _actions(whole: _Whole, words: Words) -> dict[str, Any]:
    axes = whole.titles("axis")
    groups: dict[str, list[dict[str, Any]]] = {title: [] for title in axes.values()}
    for record in whole.source.records:
        for key in record.actions:
            told = description(record.actions[key])
            group = axes.get(told.axis, told.axis or words("no-axis"))
            groups.setdefault(group, []).append(_article(whole, record, key, words))
    first, last = map(words.day, whole.days)
    days = {"day": words.day(whole.choice.on), "first": first, "last": last}
    on_now = words("on-now", **days)
    return {"on_now": on_now, "groups": {title: found for title, found in groups.items() if found}}


def _article(whole: _Whole, record: Record, key: str, words: Words) -> dict[str, Any]:
    state = record.actions[key]
    name = f"{record.key}/{key}"
    said = qualifier(state, whole.choice.on) if live(state.statuses) else None
    later = [f"{record.key}/{each}" for each in successors(state)]
    on = whole.choice.on
    told = lines(record, key, words)
    pieces = Numbered[Evidence]()
    drawn = [_drawn(whole, each, pieces, words) for each in told]
    return {
        "name": name, "title": _title(whole, name),
        "status": _status(state, on, words),
        "qualifier": words(f"qualifier-{said}") if said else "",
        "lineage": [
            (words(f"lineage-{way}"), [_named(whole, each) for each in several])
            for way, several in (("to", later), ("from", whole.earlier.get(name, ()))) if several
        ],
        "lines": drawn, "pieces": [_piece(piece, _measured(piece, words)) for piece in pieces],
    }  # fmt: skip


def _named(whole: _Whole, name: str) -> tuple[str, str]:
    return name, _title(whole, name)


def _drawn(whole: _Whole, told: Line, pieces: Numbered[Evidence], words: Words) -> dict[str, Any]:
    retraction, when = told.retraction, told.when
    day = whole.civil(told.entry).isoformat()
    return {
        "version": told.entry.version, "word": told.word,
        "when": when and words.dated(when), "exact": when and when.exact,
        "bar": when and bar(when, *whole.days),
        "recorded": words("recorded", index=told.entry.index, day=day),
        "stated": told.entry.stated_at and str(told.entry.stated_at)[:10],
        "retracted": retraction and words(
            "retracted", index=retraction.index, day=words.day(whole.civil(retraction))
        ),
        "pieces": [1 + pieces.of(piece) for piece in told.entry.evidence],
    }  # fmt: skip


def bar(when: When, first: date, last: date) -> tuple[int, int]:
    """Return where a span of days begins and how long it is, on a line of 200."""
    length = max((last - first).days, 1)
    start, end = (
        round(196 * (min(max(day, first), last) - first).days / length)
        for day in (when.earliest, when.latest)
    )
    return start, end - start + 4


def _measured(piece: Evidence, words: Words) -> str | None:
    """Return the key figure that a piece of evidence carries, in words."""
    found = next(_measure(piece, None, words), None)
    return None if found is None else f"{found['indicator']}\u00a0: {found['value']}"


def _piece(piece: Evidence, measured: str | None = None) -> dict[str, Any]:
    more = [piece.locator, piece.publisher, piece.deliberation, measured]
    return {
        "title": piece.title, "url": link(piece.url), "kind": piece.kind.value,
        "more": ", ".join(part for part in more if part and part not in piece.title),
        "sha256": piece.sha256, "dated": piece.dated,
    }  # fmt: skip


def link(url: str | None) -> str | None:
    """Return an address that is safe to follow, or None: only the web's own are.

    >>> link("javascript:alert(1)") is None
    True
    """
    return url if url is not None and url.startswith(("https://", "http://")) else None


# --- rendering -------------------------------------------------------------------------------


def _read(name: str) -> str:
    return files("bilan_ledger.report").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return how a Content-Security-Policy names an inline script or style: by its SHA-256."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _environment(words: Words) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("bilan_ledger.report"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    made.filters["day"] = words.day
    made.filters["ratio"] = words.ratio
    made.filters["both"] = words.both
    return made


def _render(name: str, words: Words, whole: _Whole, **context: Any) -> str:
    style, code = _read("report.css"), _read("report.js")
    policy = (
        f"default-src 'none'; script-src '{_hash(code)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    template = _environment(words).get_template(name)
    return template.render(
        say=words, words=words, lang=words.lang, colon=" :" if words.lang == "fr" else ":",
        policy=whole.policy, security=policy,
        style=Markup(style), code=Markup(code), **context,  # noqa: S704 our own files
    )  # fmt: skip
