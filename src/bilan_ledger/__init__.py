"""bilan_ledger: the record under a municipality's completion figure.

Every action of a plan is event-sourced; the figure is computed for any date, as known at any
date; nothing is loaded that is not used: the database comes with the first ledger.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import shown

if TYPE_CHECKING:
    from .action import (
        Abandon,
        Action,
        Correct,
        Describe,
        Description,
        Engage,
        MarkNotAssessable,
        MarkNotAssessed,
        Merge,
        Propose,
        Qualifier,
        Qualify,
        Realise,
        Reopen,
        Restore,
        Scope,
        Split,
        Status,
        Supersede,
        Withdraw,
    )
    from .completion import Bounds, Completion, Ratio, consistent_counts, percentage
    from .dates import Instant, When
    from .entry import Entry
    from .errors import (
        BilanError,
        CommandRefused,
        ConcurrentWrite,
        InvalidValue,
        LedgerUnavailable,
        MalformedEntry,
        NotFound,
        Refusal,
    )
    from .evidence import Evidence, EvidenceKind, Measure, Precision
    from .history import Known, Standing, View
    from .ledger import Ledger, Order
    from .plan import (
        AmendPlan,
        Axis,
        Base,
        CreatePlan,
        Plan,
        Policy,
        PublishFigure,
        Rounding,
        Terms,
        Territory,
        Theme,
    )
    from .record import AttachEvidence, Retract
    from .replay import Explanation, Part, Point, Reconciliation, Revision, Verdict
    from .text import ActionId, Sealed

_ROOMS = {
    "action": (
        "Abandon Action Correct Describe Description Engage MarkNotAssessable MarkNotAssessed "
        "Merge Propose Qualifier Qualify Realise Reopen Restore Scope Split Status Supersede "
        "Withdraw"
    ),
    "completion": "Bounds Completion Ratio consistent_counts percentage",
    "dates": "Instant When",
    "entry": "Entry",
    "errors": (
        "BilanError CommandRefused ConcurrentWrite InvalidValue LedgerUnavailable "
        "MalformedEntry NotFound Refusal"
    ),
    "evidence": "Evidence EvidenceKind Measure Precision",
    "history": "Known Standing View",
    "ledger": "Ledger Order",
    "plan": (
        "AmendPlan Axis Base CreatePlan Plan Policy PublishFigure Rounding Terms Territory Theme"
    ),
    "record": "AttachEvidence Retract",
    "replay": "Explanation Part Point Reconciliation Revision Verdict",
    "text": "ActionId Sealed",
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}

__version__ = "0.1.0"
__all__ = [
    "Abandon",
    "Action",
    "ActionId",
    "AmendPlan",
    "AttachEvidence",
    "Axis",
    "Base",
    "BilanError",
    "Bounds",
    "CommandRefused",
    "Completion",
    "ConcurrentWrite",
    "Correct",
    "CreatePlan",
    "Describe",
    "Description",
    "Engage",
    "Entry",
    "Evidence",
    "EvidenceKind",
    "Explanation",
    "Instant",
    "InvalidValue",
    "Known",
    "Ledger",
    "LedgerUnavailable",
    "MalformedEntry",
    "MarkNotAssessable",
    "MarkNotAssessed",
    "Measure",
    "Merge",
    "NotFound",
    "Order",
    "Part",
    "Plan",
    "Point",
    "Policy",
    "Precision",
    "Propose",
    "PublishFigure",
    "Qualifier",
    "Qualify",
    "Ratio",
    "Realise",
    "Reconciliation",
    "Refusal",
    "Reopen",
    "Restore",
    "Retract",
    "Revision",
    "Rounding",
    "Scope",
    "Sealed",
    "Split",
    "Standing",
    "Status",
    "Supersede",
    "Terms",
    "Territory",
    "Theme",
    "Verdict",
    "View",
    "When",
    "Withdraw",
    "__version__",
    "consistent_counts",
    "percentage",
]


def _drawers() -> shown.Drawers:
    found: shown.Drawers = import_module(".report.notebook", __name__).DRAWERS
    return found


# What notebooks show is drawn by a room above the values; only the whole house knows both.
shown.find_drawers = _drawers


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f".{_ROOM_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
