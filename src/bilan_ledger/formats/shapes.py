"""What other programs read: plain JSON values of figures, entries and explanations.

Decides: the names and shapes in every `--json` output; numbers that must be exact are texts
("106/131", "81"), counts are numbers.
Refuses to know: how a person would like to see them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from .. import wire
from ..completion import Bounds, Completion, Ratio, Scenario
from ..entry import Entry, sealed_in
from ..history import Known
from ..plan import Policy
from ..replay import Explanation, Part, Point, Reconciliation, Revision
from ..text import Sealed

Texts = Callable[[Sealed], str | None]


def known_json(known: Known) -> dict[str, Any]:
    """Return a point of knowledge: the last entry's index, or a stated instant."""
    if known.stated is not None:
        return {"basis": "stated", "until": str(known.stated)}
    return {"basis": "recorded", "entry": known.index}


def policy_json(policy: Policy) -> dict[str, Any]:
    """Return a policy."""
    return {
        "counted": list(policy.counted),
        "base": policy.base.value,
        "rounding": policy.rounding.value,
        "decimals": policy.decimals,
    }


def ratio_json(ratio: Ratio, policy: Policy) -> dict[str, Any]:
    """Return counted, base, the exact rate as a text, and the percentage as it is printed."""
    percent = ratio.percentage(policy)
    return {
        "counted": ratio.counted,
        "base": ratio.base,
        "rate": str(ratio) if ratio.base else None,
        "percentage": None if percent is None else str(percent),
    }


def bounds_json(bounds: Bounds, policy: Policy) -> dict[str, Any]:
    """Return the lowest and highest figure."""
    return {
        "low": ratio_json(bounds.low, policy),
        "high": ratio_json(bounds.high, policy),
        "may_be_empty": bounds.may_be_empty,
    }


def _scenario_json(case: Scenario, policy: Policy) -> dict[str, Any]:
    ids = {"counted": list(case.counted), "base": list(case.base)}
    return {**ratio_json(case.ratio, policy), "ids": ids}


def completion_json(found: Completion) -> dict[str, Any]:
    """Return a figure with its policy, its bounds, and the ids behind every number."""
    return {
        "plans": list(found.plans),
        "on": found.on.isoformat(),
        "known": known_json(found.known),
        "policy": policy_json(found.policy),
        "exact": found.bounds.exact,
        "low": _scenario_json(found.low, found.policy),
        "high": _scenario_json(found.high, found.policy),
        "may_be_empty": found.may_be_empty,
        "realised": bounds_json(found.realised, found.policy),
        "counts": {
            word: {
                "certain": len(cell.certain),
                "possible": len(cell.possible),
                "ids": {"certain": list(cell.certain), "possible": list(cell.possible)},
            }
            for word, cell in found.cells.items()
        },
    }


def point_json(point: Point | Revision, policy: Policy) -> dict[str, Any]:
    """Return a point of a curve (`on`), or a revision (`entry`, `recorded_at`)."""
    if isinstance(point, Point):
        place: dict[str, Any] = {"on": point.on.isoformat()}
    else:
        entry = point.entry
        place = {"entry": entry.index, "recorded_at": str(entry.recorded_at)}
    return {
        **place,
        **bounds_json(point.bounds, policy),
        "realised": bounds_json(point.realised, policy),
    }


def entry_json(entry: Entry, texts: Texts | None = None) -> dict[str, Any]:
    """Return an entry: its place in the log, and what its canonical bytes say.

    With `texts`, sealed texts that were not erased stand beside it under `texts`.
    """
    written: dict[str, Any] = wire.as_object(entry)
    if texts is None:
        return {"index": entry.index, **written}
    opened = {sealed.commitment: texts(sealed) for _, sealed in sealed_in(entry)}
    return {"index": entry.index, **written, "texts": opened}


def _part_json(part: Part, texts: Texts | None) -> dict[str, Any]:
    return {
        "action": part.action,
        "before": [each.value for each in part.before],
        "after": [each.value for each in part.after],
        "base_change": part.base_change,
        "low": None if part.low is None else str(part.low),
        "high": None if part.high is None else str(part.high),
        "entries": [entry_json(entry, texts) for entry in part.entries],
    }


def explanation_json(found: Explanation, texts: Texts | None = None) -> dict[str, Any]:
    """Return what moved the figure; `low` and `high` of the parts are fractions that add up."""
    return {
        "before": completion_json(found.before),
        "after": completion_json(found.after),
        "status_changes": [_part_json(part, texts) for part in found.status_changes],
        "base_changes": [_part_json(part, texts) for part in found.base_changes],
    }


def reconciliation_json(found: Reconciliation) -> dict[str, Any]:
    """Return a published figure held against the ledger."""
    figure = found.figure
    return {
        "plan": found.plan,
        "entry": found.version,
        "printed": {
            "percentage": str(figure.percentage),
            "of": figure.of,
            "on": figure.on.isoformat(),
            "policy": policy_json(figure.policy),
        },
        "verdict": found.verdict.value,
        "consistent_counts": list(found.consistent),
        "nearest_counts": list(found.nearest),
        "ledger": bounds_json(found.completion.bounds, figure.policy),
    }


def parts_json(parts: dict[str | None, Completion], by: str) -> list[dict[str, Any]]:
    """Return the figure of each part of a breakdown; the part null has no such mark."""
    return [{by: part, **completion_json(found)} for part, found in parts.items()]


def points_json(points: Sequence[Point | Revision], policy: Policy) -> list[dict[str, Any]]:
    """Return a curve, or the revisions of one day."""
    return [point_json(point, policy) for point in points]
