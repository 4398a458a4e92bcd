"""How a value shows itself in a notebook, without knowing who draws it.

Decides: that a value asks whoever draws for a picture of itself, and does without if nobody does.
Refuses to know: who draws, and how.
"""

from collections.abc import Callable, Mapping
from typing import Any

# What draws: "html" and "svg", each a function of a value. The package says it when it is
# imported (`bilan_ledger/__init__.py`), since what draws stands above what is drawn.
Drawers = Mapping[str, Callable[[Any], str | None]]


def _nobody() -> Drawers:
    return {}


find_drawers: Callable[[], Drawers] = _nobody


def _drawn(kind: str, value: object) -> str | None:
    try:
        drawer = find_drawers().get(kind)
        return None if drawer is None else drawer(value)
    except ModuleNotFoundError:  # the extra `report` is not installed: the plain repr is shown
        return None


class Shown:
    """A value that notebooks show as a page or a drawing."""

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        return _drawn("html", self)

    def _repr_svg_(self) -> str | None:
        return _drawn("svg", self)
