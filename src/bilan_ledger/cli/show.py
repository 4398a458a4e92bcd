"""What the commands print for people: tables, sentences, and the curve.

Decides: how results look in a terminal. Refuses to know: how they were computed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ..action import Action, description, successors
from ..completion import Bounds, Completion, Ratio
from ..entry import Entry
from ..evidence import Evidence
from ..formats.shapes import Texts
from ..history import Known, View, evidence_of, possible
from ..ledger import Ledger
from ..plan import Plan, Policy
from ..record import Recorded, live
from ..replay import Explanation, Part, Point, Reconciliation, Revision
from ..text import Sealed
from ..wire import name_of, name_of_event
from . import words
from .plot import plot
from .words import say

_WIDE = 110

out = Console(highlight=False, width=None if Console().is_terminal else _WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def table(*headers: str, right: Sequence[int] = ()) -> Table:
    """Return an empty table with these headers; the columns `right` hold numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for place, header in enumerate(headers):
        made.add_column(header, justify="right" if place in right else "left", overflow="fold")
    return made


def line(text: str, style: str = "") -> None:
    """Print one line as it is; text from a ledger is never read as markup."""
    out.print(Text(text, style=style), soft_wrap=True)


def percent(value: Decimal | None) -> str:
    """Return a percentage as people write it in the language of this process."""
    if value is None:
        return say("undefined")
    text = f"{value:f} %"
    return text.replace(".", ",").replace(" ", "\u00a0") if words.LANG == "fr" else text


def exactly(ratio: Ratio) -> str:
    """Return a rate to one decimal, whatever the policy prints."""
    if ratio.rate is None:
        return say("undefined")
    tenths = Policy(decimals=1)
    return percent(ratio.percentage(tenths))


def _ratio(ratio: Ratio, policy: Policy) -> str:
    return f"{ratio} = {exactly(ratio)} → {percent(ratio.percentage(policy))}"


def between(bounds: Bounds, policy: Policy) -> str:
    """Return a figure as a sentence part: one value where it is exact, else both bounds."""
    if bounds.exact:
        return _ratio(bounds.low, policy)
    return say("between", low=_ratio(bounds.low, policy), high=_ratio(bounds.high, policy))


def rule(policy: Policy) -> str:
    """Return a policy in words."""
    return say(
        "policy",
        counted=counted(policy),
        base=say(f"base-{policy.base}"),
        rounding=say(f"rounding-{policy.rounding}"),
        decimals=policy.decimals,
    )


def counted(policy: Policy) -> str:
    """Return the counted statuses in words."""
    return say("and").join(say(f"cell-{status}") for status in policy.counted)


def knowledge(known: Known) -> str:
    """Return a point of knowledge in words."""
    if known.stated is not None:
        return say("known-stated", instant=known.stated)
    return say("known-recorded", index=known.index)


def figure(found: Completion) -> None:
    """Print a figure: bounds, realised alone, policy, and the counts behind it."""
    line(f"{', '.join(found.plans)}, {say('on', on=found.on)}", "bold")
    line(f"{counted(found.policy)} : {between(found.bounds, found.policy)}")
    line(f"{say('realised-alone')} : {between(found.realised, found.policy)}")
    if found.may_be_empty:
        line(say("may-be-empty"), "yellow")
    line(f"{rule(found.policy)} ; {knowledge(found.known)}", "dim")
    counts = table("", say("certain"), say("possible"), right=(1, 2))
    for word, cell in found.cells.items():
        if cell.possible:
            counts.add_row(say(f"cell-{word}"), str(len(cell.certain)), str(len(cell.possible)))
    out.print(counts)


def parts(found: Mapping[str | None, Completion], by: str, titles: Mapping[str, str]) -> None:
    """Print the figure of each part of a breakdown."""
    made = table(say(by), say("low"), say("high"), say("realised-alone"), right=(1, 2))
    for part, completion in found.items():
        name = say("none") if part is None else titles.get(part, part)
        bounds, alone = completion.bounds, completion.realised
        both = str(alone.low) if alone.exact else f"{alone.low} – {alone.high}"
        low, high = (f"{each} = {exactly(each)}" for each in (bounds.low, bounds.high))
        made.add_row(escape(name), low, high, both)
    out.print(made)


def curve(points: Sequence[Point], policy: Policy, plans: Sequence[str]) -> None:
    """Print the curve of a figure, drawn and as a table."""
    line(say("curve-title", plans=", ".join(plans), counted=counted(policy)), "bold")
    line(rule(policy), "dim")
    if not points:
        line(say("no-move"))
        return
    for row in plot(points, width=min(out.width - 8, 72)):
        line(row)
    line(say("curve-legend"), "dim")
    made = table(
        say("from-day"), say("low"), "", say("high"), "", say("realised-alone"), right=(1, 2, 3, 4)
    )
    for point in points:
        low, high, alone = point.bounds.low, point.bounds.high, point.realised
        made.add_row(
            str(point.on), str(low), exactly(low), str(high), exactly(high),
            str(alone.low) if alone.exact else f"{alone.low} – {alone.high}",
        )  # fmt: skip
    out.print(made)


def nation(found: Mapping[str | None, Sequence[Point]], by: str | None, policy: Policy) -> None:
    """Print the figures of all plans together, or of each part, from day to day."""
    line(rule(policy), "dim")
    if not found:
        line(say("no-move"))
        return
    made = table(
        say(by or "all-plans"), say("from-day"), say("low"), "", say("high"), "",
        say("realised-alone"), right=(2, 3, 4, 5),
    )  # fmt: skip
    for part, points in found.items():
        name = "" if by is None else say("none") if part is None else part
        for point in points:
            low, high, alone = point.bounds.low, point.bounds.high, point.realised
            made.add_row(
                escape(name), str(point.on), str(low), exactly(low), str(high), exactly(high),
                str(alone.low) if alone.exact else f"{alone.low} – {alone.high}",
            )  # fmt: skip
    out.print(made)


def revisions(found: Sequence[Revision]) -> None:
    """Print how the figure of one day was revised."""
    made = table(say("entry"), say("recorded-at"), say("subject"), say("low"), say("high"))
    for each in found:
        low, high = each.bounds.low, each.bounds.high
        entry = each.entry
        made.add_row(
            str(entry.index), _moment(entry), escape(entry.subject),
            f"{low} = {exactly(low)}", f"{high} = {exactly(high)}",
        )  # fmt: skip
    out.print(made)


def _moment(entry: Entry) -> str:
    return str(entry.recorded_at)[:19].replace("T", " ")


def reconciled(found: Sequence[Reconciliation]) -> None:
    """Print one sentence a published figure, and which counts would agree."""
    if not found:
        line(say("no-figure"))
    for each in found:
        printed = percent(each.figure.percentage)
        if each.figure.of is not None:
            printed += f" / {each.figure.of}"
        line(
            say(
                "reconciled",
                day=each.figure.on,
                printed=printed,
                said=between(each.completion.bounds, each.figure.policy),
                verdict=say(f"verdict-{each.verdict}"),
            ),
            {"agrees": "green", "possible": "yellow"}.get(each.verdict, "red"),
        )
        line(f"  {say('counts-consistent')} : {_numbers(each.consistent)}", "dim")
        if each.verdict != "agrees":
            line(f"  {say('nearest')} : {_numbers(each.nearest)}", "dim")


def _numbers(counts: Sequence[int]) -> str:
    return ", ".join(map(str, counts)) or say("no-whole-count")


def explanation(found: Explanation) -> None:
    """Print what moved the figure: status changes, then base changes, then the sum."""
    for end in (found.before, found.after):
        line(f"{say('on', on=end.on)} : {between(end.bounds, end.policy)}", "bold")
    for title, several in (
        ("status-changes", found.status_changes),
        ("base-changes", found.base_changes),
    ):
        if several:
            line(f"\n{say(title)} ({len(several)})", "bold")
            out.print(_parts(several))
    if not found.parts:
        line(say("no-move"))


def _parts(several: Sequence[Part]) -> Table:
    made = table(say("subject"), say("part-low"), say("part-high"), say("entries"), right=(1, 2))
    for part in several:
        told = "\n".join(_brief(entry) for entry in part.entries)
        made.add_row(escape(part.action), points(part.low), points(part.high), escape(told))
    total = [_sum([getattr(part, side) for part in several]) for side in ("low", "high")]
    made.add_row(say("sum"), points(total[0]), points(total[1]), "", style="bold")
    return made


def _sum(values: Sequence[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return sum(known, Fraction()) if len(known) == len(values) else None


def points(value: Fraction | None) -> str:
    """Return a part of a rate in percentage points, with its sign."""
    if value is None:
        return say("undefined")
    text = f"{float(value * 100):+.2f}"
    return text.replace(".", ",") if words.LANG == "fr" else text


def _brief(entry: Entry) -> str:
    when = getattr(entry.event, "on", "")
    shown = "; ".join(map(_named, entry.evidence))
    return f"#{entry.version} {_event(entry)} {when}" + (f" [{shown}]" if shown else "")


def _named(piece: Evidence) -> str:
    return ", ".join(part for part in (piece.title, piece.locator) if part)


def _event(entry: Entry) -> str:
    return event_word(name_of(entry))


def event_word(name: str) -> str:
    """Return the word for an event, of its public name."""
    return say("event-" + name.partition(".")[2])


def log(entries: Sequence[Entry], texts: Texts) -> None:
    """Print entries in order, one row each."""
    made = table(
        "n°", say("recorded-at"), say("recorded-by"), say("subject"), "#", say("event"),
        say("effective"), say("details"), right=(0, 4),
    )  # fmt: skip
    for entry in entries:
        made.add_row(
            str(entry.index), _moment(entry), escape(texts(entry.recorded_by) or say("erased")),
            escape(entry.subject), str(entry.version), _event(entry),
            str(getattr(entry.event, "on", "")), escape(details(entry.event, texts)),
        )  # fmt: skip
    out.print(made)


def details(event: Any, texts: Texts) -> str:
    """Return in words what an event says beside its date."""
    said: list[str] = []
    for field in attrs.fields(type(event)):
        value = getattr(event, field.name)
        if field.name in {"on", "after"} or value in (None, (), False):
            continue
        if field.name == "evidence":
            said.extend(f"« {_named(piece)} »" for piece in value)
        elif isinstance(value, Sealed):
            label = say(f"field-{field.name}")
            said.append(f"{label}: {texts(value) or say('erased')}")
        elif attrs.has(type(value)):
            said.append(details(value, texts))
        else:
            label = say(f"field-{field.name}")
            said.append(label if value is True else f"{label}: {_plain(value)}")
    return "; ".join(part for part in said if part)


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        if value and isinstance(value[0], Sealed):
            return str(len(value))  # what stood behind them is gone
        return ", ".join(str(getattr(item, "key", item)) for item in value)
    return str(value)


def plan(key: str, state: Plan, view: View, ledger: Ledger) -> None:
    """Print a plan: its terms, key figures, published figures, and its actions."""
    terms = state.terms()
    line(f"{key} : {terms.title}", "bold")
    line(f"{say('territory')} : {terms.territory.name}")
    line(f"{say('period')} : {terms.start} – {terms.end}")
    for axis in terms.axes:
        line(f"{say('axis')} {axis.key} : {axis.title}")
    line(rule(terms.policy), "dim")
    measures([piece for item in live(state.items) for piece in getattr(item.event, "evidence", ())])
    found = ledger.reconcile(key, known=view.known)
    if found:
        reconciled(found)
    figure_now = ledger.figure(key, known=view.known)
    made = table(say("key"), say("title"), say("status"))
    for name, action in view.actions.items():
        cells = sorted(s.cell for s in possible(action, figure_now.on))
        made.add_row(
            escape(name.partition("/")[2]), escape(description(action, figure_now.on).title or ""),
            " / ".join(say(f"cell-{cell}") for cell in cells),
        )  # fmt: skip
    out.print(made)


def measures(pieces: Sequence[Any]) -> None:
    """Print the key figures that some pieces of evidence carry."""
    found = [piece.measure for piece in pieces if piece.measure is not None]
    if not found:
        return
    line(say("measures"), "bold")
    made = table(say("indicator"), say("value"), "", say("target"), say("as-of"), right=(1, 3))
    sign = {"exact": "", "at-least": "≥ ", "at-most": "≤ ", "about": "≈ "}
    for each in found:
        value = sign[each.precision] + f"{each.value:f}"
        target = "" if each.target is None else f"{each.target:f}"
        soon = f" ({say('provisional')})" if each.provisional else ""
        made.add_row(
            escape(each.indicator), value, escape(each.unit or ""), target, f"{each.as_of}{soon}"
        )
    out.print(made)


def action(name: str, state: Action, ledger: Ledger, view: View) -> None:
    """Print an action: description, lineage, and its whole dated history with corrections."""
    told = description(state)
    line(f"{name} : {told.title}", "bold")
    for label in ("axis", "theme"):
        if value := getattr(told, label):
            line(f"{say(label)} : {value}")
    if told.tags:
        line(f"{say('tag')} : {', '.join(told.tags)}")
    if told.responsible:
        line(f"{say('responsible')} : {ledger.text(told.responsible) or say('erased')}")
    _lineage(name, state, view)
    made = table("#", say("effective"), say("event"), say("details"), right=(0,))
    items: list[Recorded[Any]] = [*state.statuses, *state.scopes, *state.remarks]
    for item in items:
        event = item.event
        words_ = details(event, ledger.text)
        if item.retracted_by:
            words_ = f"{say('retracted-by', version=item.retracted_by)}. {words_}"
        kind = event_word(name_of_event(event))
        made.add_row(
            str(item.version), str(getattr(event, "on", "")), kind, escape(words_),
            style="dim strike" if item.retracted_by else "",
        )  # fmt: skip
    out.print(made)
    measures(evidence_of(state))


def _lineage(name: str, state: Action, view: View) -> None:
    key = name.partition("/")[2]
    later = successors(state)
    earlier = [n.partition("/")[2] for n, other in view.actions.items() if key in successors(other)]
    for label, several in (("lineage-to", later), ("lineage-from", earlier)):
        if several:
            line(f"{say(label)} : {', '.join(several)}")


def recorded(entries: Sequence[Entry]) -> None:
    """Print what was recorded, one line an entry."""
    for entry in entries:
        line(
            say(
                "recorded", subject=entry.subject, version=entry.version,
                name=_event(entry), index=entry.index,
            )
        )  # fmt: skip


# --- captured files -----


def captured(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the captured files, a row each."""
    if not rows:
        line(say("no-captured"))
        return
    made = table(say("sha256"), say("media-type"), say("bytes"), say("state"), say("opt-title"),
                 right=(2,))  # fmt: skip
    states = {True: "whole", False: "changed", None: "gone"}
    for row in rows:
        size = "" if row["size"] is None else str(row["size"])
        made.add_row(
            row["sha256"], row["media_type"] or "", size, say(states[row["whole"]]),
            escape(row["title"] or ""),
        )  # fmt: skip
    out.print(made)
