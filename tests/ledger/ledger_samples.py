"""What the tests of `wire` and `ledger` share: a clock that is set, and an entry of each kind."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bilan_ledger import (
    Axis,
    CreatePlan,
    Description,
    Entry,
    Evidence,
    Instant,
    Ledger,
    Measure,
    Order,
    Policy,
    Propose,
    Sealed,
    Terms,
    Territory,
    Theme,
    When,
)
from bilan_ledger import action as a
from bilan_ledger import plan as p
from bilan_ledger.record import Erased, EvidenceAttached, Retracted


class Clock:
    """A ledger's clock that shows what the test sets."""

    def __init__(self, now: str = "2024-01-15T09:00:00+00:00") -> None:
        self.now = datetime.fromisoformat(now)

    def __call__(self) -> datetime:
        return self.now

    def set(self, now: str) -> None:
        self.now = datetime.fromisoformat(now)

    def tick(self, **by: float) -> None:
        self.now += timedelta(**by or {"seconds": 1})


def file_of(ledger: Ledger) -> Path | None:
    """Return the file of a ledger; None in memory."""
    return None if ledger.place is None else Path(ledger.place)


TERMS = Terms(
    title="Projet", territory=Territory(name="Béthune"), start="2020-07-01", end="2026-06-30"
)
START = (
    Order("demo", CreatePlan(terms=TERMS)),
    Order("demo/A1", Propose(on="2021", title="Planter des arbres")),
    Order("demo/A2", Propose(on="2021", title="Rénover l’école")),
)
"""A plan with two proposed actions: three entries."""

# --- one entry of each kind ------------------------------------------------------------------

BY, NOTE, REASON, QUOTED, WHO = (Sealed(f"{digit}{'0af' * 21}") for digit in "12345")
RECORDED = Instant(datetime(2026, 11, 23, 9, 12, 3, 123456, tzinfo=UTC))
STATED = Instant(datetime(2023, 4, 15, 8, 0, tzinfo=UTC))
TITLE = 'Planter 3 000 arbres « à l’école » \\ "vite" 🌳 <b>&'
LITTLE = Evidence(title="Bilan")
MEASURE = Measure(
    indicator="Arbres plantés", value="2655.50", unit="arbres", precision="at-least",
    target="3000", as_of="2023", provisional=True,
)  # fmt: skip
EVIDENCE = Evidence(
    title="Bilan de mi-mandat", kind="report", url="https://www.bethune.fr/bilan.pdf?p=4",
    locator="p. 4", publisher="Ville de Béthune", dated="2023-12", sha256="0123456789abcdef" * 4,
    media_type="application/pdf", deliberation="2023-12-DEL-014", quotation=QUOTED,
    measure=MEASURE,
)  # fmt: skip
FULL_TERMS = Terms(
    title="Programme 2020-2026",
    territory=Territory(name="Fort-de-France", insee="97209", siren="219720970",
                        timezone="America/Martinique"),
    start="2020-07-01", end="2026-06-30", initial_list_on="2021-01-01",
    axes=[Axis(key="ville-verte", title="Ville verte",
               themes=[Theme(key="arbres", title="Arbres"), Theme(key="eau", title="Eau")]),
          Axis(key="école", title="École")],
    policy=Policy(counted=["realised"], base="initial-list", rounding="half-even", decimals=1),
)  # fmt: skip
DATED: dict[str, Any] = {"on": When("2020-06-28/2024-03"), "evidence": [EVIDENCE, LITTLE],
                         "note": NOTE}  # fmt: skip
PLACED: dict[str, Any] = {**DATED, "after": 3}
TOLD: dict[str, Any] = {"title": TITLE, "axis": "ville-verte", "theme": "arbres",
                        "tags": ["zoom", "école"], "responsible": WHO}  # fmt: skip

FULL_EVENTS: dict[str, Any] = {
    "action.proposed": a.Proposed(**PLACED, **TOLD, qualifier="late"),
    "action.engaged": a.Engaged(**PLACED, qualifier="suspended", at_least=True),
    "action.realised": a.Realised(**PLACED, qualifier="partial"),
    "action.abandoned": a.Abandoned(**PLACED, reason=REASON),
    "action.reopened": a.Reopened(**PLACED, to="proposed", reason=REASON),
    "action.withdrawn": a.Withdrawn(**PLACED, reason=REASON),
    "action.merged-into": a.MergedInto(**PLACED, reason=REASON, target="A2"),
    "action.split-into": a.SplitInto(**PLACED, reason=REASON, targets=["A3", "A2"]),
    "action.superseded": a.Superseded(**PLACED, reason=REASON, by="A2"),
    "action.not-assessable": a.NotAssessable(**PLACED, reason=REASON),
    "action.not-assessed": a.NotAssessed(**PLACED, reason=REASON),
    "action.restored": a.Restored(**PLACED, reason=REASON, assessment=4),
    "action.described": a.Described(on="2024-02-29", change=Description(**TOLD), note=NOTE),
    "action.qualified": a.Qualified(**DATED, qualifier="blocked"),
    "action.evidence-attached": EvidenceAttached(evidence=EVIDENCE, entry=2, note=NOTE),
    "action.retracted": Retracted(entry=2, reason=REASON),
    "action.erased": Erased(entry=2, texts=[NOTE, WHO], reason=REASON),
    "plan.created": p.PlanCreated(terms=FULL_TERMS, note=NOTE),
    "plan.amended": p.PlanAmended(on="2024-01-01", terms=FULL_TERMS, note=NOTE),
    "plan.figure-published": p.FigurePublished(
        percentage="80.9", of=131, on="2023-12-31", counted=["realised"],
        base="without-abandoned", rounding="floor", published="2024-01", evidence=EVIDENCE,
        note=NOTE,
    ),
    "plan.evidence-attached": EvidenceAttached(evidence=EVIDENCE, entry=2, note=NOTE),
    "plan.retracted": Retracted(entry=2, reason=REASON),
    "plan.erased": Erased(entry=1, texts=[BY, NOTE], reason=REASON),
}  # fmt: skip
MINIMAL_EVENTS: dict[str, Any] = {
    "action.proposed": a.Proposed(on="2023", title="Arbres"),
    "action.engaged": a.Engaged(on="2023-04"),
    "action.realised": a.Realised(on="2023-04-15"),
    "action.abandoned": a.Abandoned(on="202X"),
    "action.reopened": a.Reopened(on="2023", reason=REASON),
    "action.withdrawn": a.Withdrawn(on="2023", reason=REASON),
    "action.merged-into": a.MergedInto(on="2023", target="A2"),
    "action.split-into": a.SplitInto(on="2023", targets=["A2", "A3"]),
    "action.superseded": a.Superseded(on="2023", by="A2"),
    "action.not-assessable": a.NotAssessable(on="2023"),
    "action.not-assessed": a.NotAssessed(on="2023"),
    "action.restored": a.Restored(on="2023"),
    "action.described": a.Described(on="2023-01-01", change=Description()),
    "action.qualified": a.Qualified(on="2023"),
    "action.evidence-attached": EvidenceAttached(evidence=[LITTLE]),
    "action.retracted": Retracted(entry=1, reason=REASON),
    "action.erased": Erased(entry=1, texts=[NOTE], reason=REASON),
    "plan.created": p.PlanCreated(terms=TERMS),
    "plan.amended": p.PlanAmended(on="2024-01-01", terms=TERMS),
    "plan.figure-published": p.FigurePublished(percentage=81, on="2023-12-31"),
    "plan.evidence-attached": EvidenceAttached(evidence=[LITTLE]),
    "plan.retracted": Retracted(entry=2, reason=REASON),
    "plan.erased": Erased(entry=1, texts=[NOTE], reason=REASON),
}
CAPTURED = Evidence(
    title="Courrier", sealed_sha256=WHO, media_type="application/pdf", size=48_120
)  # fmt: skip
"""Evidence with the fields that were added after the first golden lines were written."""


def _entry(name: str, event: Any, *, stated_at: Instant | None) -> Entry:
    return Entry(
        index=7, plan="bethune-2020", action="zoom-01" if name.startswith("action") else None,
        version=2, recorded_at=RECORDED, recorded_by=BY, stated_at=stated_at, event=event,
    )  # fmt: skip


ENTRIES = {
    **{f"{n}.full": _entry(n, event, stated_at=STATED) for n, event in FULL_EVENTS.items()},
    **{f"{n}.minimal": _entry(n, event, stated_at=None) for n, event in MINIMAL_EVENTS.items()},
    "action.evidence-attached.captured": _entry(
        "action.evidence-attached", EvidenceAttached(evidence=CAPTURED), stated_at=None
    ),
}
"""Of each kind an entry with all fields filled in, and one with none that may be left out."""

GOLDEN = Path(__file__).parent / "golden"
LINES = {file.stem: file.read_bytes().removesuffix(b"\n") for file in sorted(GOLDEN.iterdir())}
"""The golden files: the bytes of these entries, which never change."""
