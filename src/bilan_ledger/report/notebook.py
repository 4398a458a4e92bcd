"""What a notebook shows of a figure, a curve and a ledger.

Decides: how they look in a cell. Refuses to know: notebooks.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from functools import singledispatch
from html import escape

from ..completion import Completion
from ..ledger import Ledger
from ..replay import Curve
from .words import Words

lang = "en"  # what cells are written in: set it to "fr" for French


@singledispatch
def html(_: object) -> str | None:
    """Return a value as a piece of a page; None for what has no such picture."""
    return None


@html.register
def _(found: Completion) -> str:
    words = Words(lang)
    day = words("on-day", day=words.day(found.on))
    rows = [
        (words.counted(found.policy), words.percents(found.bounds, found.policy),
         words.fraction(found.bounds)),
        (words("alone-title"), words.percents(found.realised, found.policy),
         words.fraction(found.realised)),
    ]  # fmt: skip
    return _table(f"{', '.join(found.plans)}, {day}", rows)


@html.register
def _(found: Ledger) -> str:
    words = Words(lang)
    rows = []
    for name in found.plans():
        figure = found.figure(name)
        title = found.view(name).plans[name].terms().title
        rows.append((f"{name}: {title}", words.percents(figure.bounds, figure.policy),
                     words.fraction(figure.bounds)))  # fmt: skip
    return _table(words("whole-log", count=len(found)), rows)


@html.register
def _(found: Curve) -> str | None:
    drawn = svg(found)
    if drawn is None:
        return None
    # As an image of its own: the style of the drawing must not reach the rest of the notebook.
    source = base64.b64encode(drawn.encode()).decode()
    words = Words(lang)
    rows = [(point.on.isoformat(), words.both(point.bounds), words.both(point.realised))
            for point in found]  # fmt: skip
    summary = f"<summary>{escape(words('curve-table'))}</summary>"
    image = f'<img alt="{escape(words("curve"))}" src="data:image/svg+xml;base64,{source}">'
    return f"{image}<details>{summary}{_table('', rows)}</details>"


def svg(found: object) -> str | None:
    """Return a curve as a drawing; None for anything else, and for a curve without a point."""
    from . import chart  # noqa: PLC0415 its library is an extra

    if not isinstance(found, Curve) or not found:
        return None
    frame = chart.frame_of(found, [])
    drawing = chart.Drawing(frame=frame, points=found, words=Words(lang))
    words = Words(lang)
    told = words("curve-name", first=words.day(frame.first), last=words.day(frame.last))
    return chart.alone(drawing, title=words("curve"), told=told)


def _table(title: str, rows: Sequence[tuple[str, ...]]) -> str:
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    caption = f"<caption>{escape(title)}</caption>" if title else ""
    return f"<table>{caption}{body}</table>"


DRAWERS: Mapping[str, Callable[[object], str | None]] = {"html": html, "svg": svg}
