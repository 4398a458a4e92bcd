"""The curve of a figure as a drawing: what is certain, what is possible, what was published.

Decides: where everything stands on the drawing, and how it looks where no page dresses it.
Refuses to know: how the figure was computed.

Nothing is told by colour alone: what is certain is a full line, the highest figure a dashed one,
what lies between them shaded; realised alone is dotted; a published figure is a diamond with its
percentage beside it.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from itertools import groupby
from typing import Literal

import attrs
import svg

from ..completion import Bounds, Ratio
from ..replay import Point
from .words import Words

_TOP, _RIGHT, _LEFT = 26, 14, 46
_UNDER, _ROW = 40, 18  # below 0 %: the years, then each row of the legend
_NARROW = 500
_HUNDRED = 100

STYLE = (
    "text{font:13px system-ui,'Liberation Sans',Arial,sans-serif;fill:#1e1e1e}"
    ".grid{stroke:#ddd}.axis{stroke:#666}.band{fill:#000091;fill-opacity:.16}"
    ".low,.high,.alone{fill:none;stroke:#000091;stroke-width:2.5}"
    ".high{stroke-width:1.5;stroke-dasharray:6 3}"
    ".alone{stroke:#18753c;stroke-width:2.5;stroke-dasharray:1.5 4;stroke-linecap:round}"
    ".span{fill:#929292;fill-opacity:.22}.vote{stroke:#666;stroke-dasharray:2 2}"
    ".mark{fill:#ce614a;stroke:#fff;stroke-width:1.5}.told{font-weight:700}.quiet{fill:#555}"
)

Anchor = Literal["start", "middle", "end"]


@attrs.frozen(kw_only=True)
class Mark:
    """A published figure on the chart: its day, and its percentage as printed."""

    on: date
    percentage: Decimal
    label: str


@attrs.frozen(kw_only=True)
class Frame:
    """The paper: its size in pixels, the first and the last day on it."""

    width: int
    height: int
    first: date
    last: date

    @property
    def right(self) -> int:
        """The last column that is drawn on."""
        return self.width - _RIGHT

    @property
    def bottom(self) -> int:
        """The row of 0 %."""
        return self.height - _UNDER - _ROW * (3 if self.narrow else 1)

    @property
    def narrow(self) -> bool:
        """Whether it is for a phone: the legend then stands in rows."""
        return self.width < _NARROW

    def x(self, on: date) -> float:
        """Return the column of a day; days beyond the edges stand on them."""
        first, last = self.first.toordinal(), self.last.toordinal()
        share = (min(max(on.toordinal(), first), last) - first) / max(last - first, 1)
        return round(_LEFT + share * (self.right - _LEFT), 1)

    def y(self, percent: float) -> float:
        """Return the row of a percentage."""
        return round(self.bottom - percent / _HUNDRED * (self.bottom - _TOP), 1)

    def level(self, ratio: Ratio) -> float | None:
        """Return the row of a rate, or None where there is no base."""
        return self.y(_HUNDRED * ratio.counted / ratio.base) if ratio.base else None


@attrs.frozen(kw_only=True)
class Drawing:
    """A curve on its frame, with what stands on it."""

    frame: Frame
    points: Sequence[Point]
    words: Words
    marks: Sequence[Mark] = ()
    elections: Sequence[date] = ()
    until: date | None = None

    def elements(self) -> list[svg.Element]:
        """Return the drawing, from the back to the front."""
        return [
            *self._spans(), *self._grid(), *self._years(),
            *self._curves(), *self._published(), *self._legend(),
        ]  # fmt: skip

    # --- paper -------------------------------------------------------------------------------

    def _grid(self) -> Iterator[svg.Element]:
        frame = self.frame
        for percent in range(0, 101, 20):
            y = frame.y(percent)
            kind = "grid" if percent else "axis"
            yield svg.Line(x1=_LEFT, x2=frame.right, y1=y, y2=y, class_=[kind])
            told = self.words.percent(Decimal(percent))
            yield _text(_LEFT - 6, y + 4, told, "quiet", anchor="end")

    def _years(self) -> Iterator[svg.Element]:
        frame = self.frame
        years = range(frame.first.year + (frame.first > date(frame.first.year, 1, 1)),
                      frame.last.year + 1)  # fmt: skip
        room = (frame.right - _LEFT) // 48
        for place, year in enumerate(years):
            x = frame.x(date(year, 1, 1))
            yield svg.Line(x1=x, x2=x, y1=frame.bottom, y2=frame.bottom + 5, class_=["axis"])
            if place % (len(years) // room + 1) == 0 and x < frame.right - 20:
                yield _text(x, frame.bottom + 19, f"{year:04}", "quiet", anchor="middle")

    def _spans(self) -> Iterator[svg.Element]:
        frame = self.frame
        for election in self.elections:
            start, end = frame.x(pre_election(election)), frame.x(election)
            yield svg.Rect(
                x=start, y=_TOP, width=round(end - start, 1), height=frame.bottom - _TOP,
                class_=["span"],
            )  # fmt: skip
            yield svg.Line(x1=end, x2=end, y1=_TOP, y2=frame.bottom, class_=["vote"])
            anchor: Anchor = "end" if end > frame.width * 2 / 3 else "middle"
            told = self.words("chart-election", day=self.words.day(election))
            yield _text(end, _TOP - 10, told, "quiet", anchor=anchor)

    # --- figures -----------------------------------------------------------------------------

    def _curves(self) -> Iterator[svg.Element]:
        until = self.until or self.frame.last
        counted = [(point.on, point.bounds) for point in self.points]
        alone = [(point.on, point.realised) for point in self.points]
        yield svg.Path(d=_paths(band(self.frame, counted, until)), class_=["band"])
        for kind, told, high in (
            ("high", counted, True), ("alone", alone, False), ("low", counted, False),
        ):  # fmt: skip
            yield svg.Path(d=_paths(line(self.frame, told, until, high=high)), class_=[kind])

    def _published(self) -> Iterator[svg.Element]:
        frame = self.frame
        for mark in self.marks:
            x, y = frame.x(mark.on), frame.y(float(mark.percentage))
            corners = [svg.M(x, y - 8), svg.L(x + 8, y), svg.L(x, y + 8), svg.L(x - 8, y), svg.Z()]
            yield svg.Path(d=corners, class_=["mark"])
            end = x > frame.width / 2
            above = y > _TOP + 24
            at = (round(x - 12 if end else x + 12, 1), round(y - 9 if above else y + 22, 1))
            yield _text(*at, mark.label, "told", anchor="end" if end else "start")

    def _legend(self) -> Iterator[svg.Element]:
        frame = self.frame
        room = (frame.right - 8) / 3
        for place, kind in enumerate(("low", "high", "alone")):
            x = 8 if frame.narrow else round(8 + place * room, 1)
            y = frame.bottom + 42 + (place * _ROW if frame.narrow else 0)
            if kind == "high":
                yield svg.Rect(x=x, y=y - 8, width=26, height=10, class_=["band"])
            at = y - (8 if kind == "high" else 4)
            yield svg.Path(d=[svg.M(x, at), svg.H(x + 26)], class_=[kind])
            yield _text(x + 32, y, self.words(f"chart-{kind}"))


def _text(
    x: float,
    y: float,
    text: str,
    kind: str = "",
    *,
    anchor: Anchor = "start",
) -> svg.Text:
    """Return a text on the drawing; the library writes it as it is, so it is escaped here."""
    return svg.Text(
        x=x, y=y, text=escape(text), text_anchor=None if anchor == "start" else anchor,
        class_=[kind] if kind else None,
    )  # fmt: skip


def pre_election(election: date) -> date:
    """Return when the pre-election period begins (French electoral code, article L52-1).

    The first day of the sixth month before the month of the election.

    >>> pre_election(date(2026, 3, 15))
    datetime.date(2025, 9, 1)
    """
    months = max(election.year * 12 + election.month - 1 - 6, 12)
    return date(months // 12, months % 12 + 1, 1)


# --- paths -----------------------------------------------------------------------------------

_Told = Sequence[tuple[date, Bounds]]
_Corner = tuple[float, float]


def line(frame: Frame, told: _Told, until: date, *, high: bool) -> list[list[_Corner]]:
    """Return the corners of a stepped line, one list for each stretch that has a base."""
    shown = [(on, bounds) for on, bounds in told if on <= until]
    ends = [*(on for on, _ in shown), until][1:]
    flat = [
        (frame.level(bounds.high if high else bounds.low), frame.x(on), frame.x(end))
        for (on, bounds), end in zip(shown, ends, strict=True)
    ]
    found: list[list[_Corner]] = []
    for drawn, stretch in groupby(flat, key=lambda each: each[0] is not None):
        if drawn:
            corners = [(x, y) for y, *xs in stretch if y is not None for x in xs]
            found.append(corners)
    return found


def band(frame: Frame, told: _Told, until: date) -> list[list[_Corner]]:
    """Return the outline of what lies between the lowest and the highest figure."""
    sides = (line(frame, told, until, high=high) for high in (True, False))
    return [[*high, *reversed(low)] for high, low in zip(*sides, strict=True)]


def _paths(stretches: Sequence[Sequence[_Corner]]) -> list[svg.PathData]:
    found: list[svg.PathData] = []
    for (x, y), *rest in stretches:
        found.append(svg.M(x, y))
        at = (x, y)
        for corner in rest:
            if corner[0] != at[0]:
                found.append(svg.H(corner[0]))
            if corner[1] != at[1]:
                found.append(svg.V(corner[1]))
            at = corner
    return found


# --- whole drawings --------------------------------------------------------------------------


def frame_of(
    points: Sequence[Point], days: Sequence[date], *, width: int = 720, height: int = 330
) -> Frame:
    """Return a frame that holds all points and all of some days."""
    every = [*(point.on for point in points), *days]
    return Frame(width=width, height=height, first=min(every), last=max(every))


def inline(drawing: Drawing, *, name: str, kind: str = "chart") -> str:
    """Return a drawing for a page, which dresses it; `name` says it to who cannot see it."""
    frame = drawing.frame
    cursor = svg.Line(class_=["cursor"], x1=0, x2=0, y1=_TOP, y2=frame.bottom)
    text = str(
        svg.SVG(
            viewBox=svg.ViewBoxSpec(0, 0, frame.width, frame.height),
            class_=[kind],
            elements=[*drawing.elements(), cursor],
            extra={
                "role": "img",
                "aria-label": escape(name),
                "data-left": str(_LEFT),
                "data-right": str(frame.right),
                "data-top": str(_TOP),
                "data-bottom": str(frame.bottom),
            },
        )
    )
    return text.replace(' xmlns="http://www.w3.org/2000/svg"', "")


def alone(drawing: Drawing, *, title: str, told: str) -> str:
    """Return a drawing as a file of its own, with a title and a sentence that says what it says."""
    frame = drawing.frame
    more = 44
    root = svg.SVG(
        viewBox=svg.ViewBoxSpec(0, -more, frame.width, frame.height + more),
        width=frame.width, height=frame.height + more,
        extra={"role": "img", "aria-labelledby": "bilan-title bilan-told"},
        elements=[
            svg.Title(id="bilan-title", text=escape(title)),
            svg.Desc(id="bilan-told", text=escape(told)),
            svg.Style(text=STYLE),
            svg.Rect(
                x=0, y=-more, width=frame.width, height=frame.height + more, fill="#fff"
            ),
            _text(8, 20 - more, _shortened(title, frame.width), "told"),
            _text(8, 40 - more, _shortened(told, frame.width), "quiet"),
            *drawing.elements(),
        ],
    )  # fmt: skip
    return f"{root}\n"


def _shortened(text: str, width: int) -> str:
    """Return as much of a text as surely fits in a line."""
    room = width // 7
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"


def png(drawing: str, *, zoom: int = 2) -> bytes:
    """Return a drawing as a PNG image, so many times larger than its size.

    Needs the extra `png`, and a font of the system.
    """
    from resvg_py import svg_to_bytes  # noqa: PLC0415 only where an image is asked for

    return bytes(svg_to_bytes(svg_string=drawing, zoom=zoom))
