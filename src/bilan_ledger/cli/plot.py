"""The curve of a figure, drawn with characters.

Decides: which characters. Refuses to know: what the figure counts.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from ..completion import Ratio
from ..replay import Point

_HEIGHT = 11  # rows: 0 %, 10 %, … 100 %
_PAST = 1.1  # the last level is drawn a tenth longer, so that it is seen
_LAST = date.max.toordinal()
_CERTAIN, _POSSIBLE, _NOTHING = "█", "░", " "


def plot(points: Sequence[Point], *, width: int) -> Iterator[str]:
    """Yield the rows of a chart: from 0 to 100 %, from the first point to a little past the last.

    A cell is full up to the lowest figure and shaded up to the highest, at the last day that
    its column stands for.
    """
    first = points[0].on.toordinal()
    span = max(points[-1].on.toordinal() - first, 1) * _PAST
    days = [
        date.fromordinal(min(first + round(span * x / (width - 1)), _LAST)) for x in range(width)
    ]
    columns = [_levels(points, day) for day in days]
    for row in range(_HEIGHT - 1, -1, -1):
        cells = "".join(_cell(row, low, high) for low, high in columns)
        yield f"{row * 10:>4} % │{cells}".rstrip()
    yield "       └" + "─" * width
    yield "        " + _axis(days, width)


def _levels(points: Sequence[Point], day: date) -> tuple[float, float]:
    past = [point for point in points if point.on <= day]
    bounds = past[-1].bounds
    return _level(bounds.low), _level(bounds.high)


def _level(ratio: Ratio) -> float:
    return 10 * ratio.counted / ratio.base if ratio.base else 0


def _cell(row: int, low: float, high: float) -> str:
    if low >= row and low > 0:
        return _CERTAIN
    return _POSSIBLE if high >= row and high > 0 else _NOTHING


def _axis(days: Sequence[date], width: int) -> str:
    """Return the years under the columns where they begin, and the first and last day."""
    marks = [" "] * width
    for place in range(1, width):
        year = days[place].year
        if year != days[place - 1].year:
            for offset, char in enumerate(str(year)):
                if place + offset < width:
                    marks[place + offset] = char
    return "".join(marks).rstrip()
