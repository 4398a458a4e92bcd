"""Random legal ledgers: moves run through the rule books, and kept when they are accepted.

Days lie between 2020-01-01 and 2020-01-12, so that a naive model can try every assignment.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
from hypothesis import settings
from hypothesis import strategies as st

from bilan_ledger import action as actions
from bilan_ledger import plan as plans
from bilan_ledger.action import (
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
    Qualify,
    Realise,
    Reopen,
    Restore,
    Split,
    Status,
    Supersede,
    Surroundings,
    Withdraw,
    statuses_after,
)
from bilan_ledger.dates import Instant
from bilan_ledger.entry import Entry
from bilan_ledger.errors import Refusal
from bilan_ledger.evidence import Evidence
from bilan_ledger.history import Record, records
from bilan_ledger.plan import (
    AmendPlan,
    Base,
    CreatePlan,
    Plan,
    Policy,
    PublishFigure,
    Rounding,
    Terms,
    Territory,
)
from bilan_ledger.record import AttachEvidence, Retract, live
from bilan_ledger.text import Sealed

MANY = settings(max_examples=150, deadline=None)
SOME = settings(max_examples=60, deadline=None)

YEAR = 2020
SOMEBODY = Sealed("0" * 64)
MIDNIGHT = datetime(2020, 1, 2, tzinfo=UTC)
FIRST_DAY = date(2019, 12, 31)
ALL_DAYS = tuple(FIRST_DAY + timedelta(days=n) for n in range(15))


def terms(**changes: Any) -> Terms:
    """Return the terms of a plan of which little is to be said."""
    told = {"title": "Programme", "territory": Territory(name="Béthune")}
    return Terms(**{**told, "start": "2020-01-04", "end": "2026-12-31", **changes})


def span(first: int, more: int = 0) -> str:
    """Return the text of an interval of days of January 2020."""
    return f"2020-01-{first:02}" if not more else f"2020-01-{first:02}/2020-01-{first + more:02}"


# --- moves -----------------------------------------------------------------------------------


@attrs.frozen
class Move:
    """What somebody tries: a command about a plan or an action, so many hours after the last.

    `said` thirds of the time since the source last spoke of it have passed when it states this
    (0: it states nothing).
    """

    plan: str
    action: str | None
    command: Any
    hours: int = 1
    said: int = 0


spans = st.builds(span, st.integers(1, 9), st.sampled_from([0, 0, 1, 2, 3]))
exact_days = st.builds(span, st.integers(1, 12))
keys = st.sampled_from(["a", "b", "c"])
versions = st.integers(1, 6)
qualifiers = st.none() | st.sampled_from(["late", "blocked"])
reason = st.just("r")

proposals = st.builds(
    Propose, on=spans, title=st.just("Halle"), axis=st.none() | st.sampled_from(["x", "y"]),
    tags=st.lists(st.sampled_from(["s", "t"])), qualifier=qualifiers,
)  # fmt: skip
status_commands = st.one_of(
    st.builds(Engage, on=spans, at_least=st.booleans(), qualifier=qualifiers),
    st.builds(Realise, on=spans, qualifier=qualifiers),
    st.builds(Abandon, on=spans),
    st.builds(Reopen, on=spans, to=st.sampled_from(["proposed", "engaged"]), reason=reason),
)
scope_commands = st.one_of(
    st.builds(Withdraw, on=spans, reason=reason),
    st.builds(Merge, on=spans, target=keys),
    st.builds(Split, on=spans, targets=st.lists(keys, min_size=2, max_size=2, unique=True)),
    st.builds(Supersede, on=spans, by=keys),
    st.builds(MarkNotAssessable, on=spans),
    st.builds(MarkNotAssessed, on=spans),
    st.builds(Restore, on=spans),
)
remarks = st.one_of(
    st.builds(Qualify, on=spans, qualifier=qualifiers),
    st.builds(Describe, on=exact_days, change=st.builds(Description, axis=st.just("y"))),
    st.builds(
        AttachEvidence, evidence=st.just(Evidence(title="Bilan")), entry=st.none() | versions
    ),
)
corrections = st.one_of(
    st.builds(Retract, entry=versions, reason=reason),
    st.builds(
        Correct, entry=versions, by=proposals | status_commands | scope_commands, reason=reason
    ),
)
some_terms = st.builds(
    terms,
    initial_list_on=st.none() | exact_days,
    policy=st.sampled_from([Policy(), Policy(), Policy(counted=["realised"], base="initial-list")]),
)
plan_commands = st.one_of(
    st.builds(
        AmendPlan, on=exact_days, terms=some_terms
    ),
    st.builds(
        PublishFigure, percentage=st.sampled_from(["0", "33", "50", "67", "100", "66.7"]),
        of=st.none() | st.integers(1, 4), on=exact_days,
    ),
    st.builds(Retract, entry=versions, reason=reason),
)  # fmt: skip

hours = st.sampled_from([0, 1, 8, 23, 30])
policies = st.builds(
    Policy,
    counted=st.lists(st.sampled_from(Status), min_size=1, unique=True),
    base=st.sampled_from(Base),
    rounding=st.sampled_from(Rounding),
    decimals=st.integers(0, 1),
)


# --- playing ---------------------------------------------------------------------------------


class Log:
    """A log that grows by the moves that the rule books accept."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.plans: dict[str, Plan] = {}
        self.actions: dict[tuple[str, str], Action] = {}
        self._clock = MIDNIGHT
        self._spoke: dict[tuple[str, str | None], datetime] = {}

    def attempt(self, move: Move) -> Refusal | None:
        """Add the entries of a move, or return why it is refused."""
        events = self._decide(move)
        if isinstance(events, Refusal):
            return events
        stream = move.plan, move.action
        self._clock += timedelta(hours=move.hours)
        before = self._spoke.get(stream, MIDNIGHT - timedelta(days=3))
        stated = before + (self._clock - before) * move.said / 3 if move.said else self._clock
        self._spoke[stream] = stated
        for event in events:
            version = self._evolve(move, event)
            entry = Entry(
                index=len(self.entries), plan=move.plan, action=move.action, version=version,
                recorded_at=Instant(self._clock), recorded_by=SOMEBODY,
                stated_at=Instant(stated) if move.said else None, event=event,
            )  # fmt: skip
            self.entries.append(entry)
        return None

    def _decide(self, move: Move) -> Any:
        if move.action is None:
            return plans.decide(move.command, self.plans.get(move.plan, Plan()))
        lineage = {
            key: actions.successors(state)
            for (plan, key), state in self.actions.items()
            if plan == move.plan
        }
        around = Surroundings(action=move.action, lineage=lineage)
        state = self.actions.get((move.plan, move.action), Action())
        return actions.decide(move.command, state, around)

    def _evolve(self, move: Move, event: Any) -> int:
        if move.action is None:
            plan = plans.evolve(self.plans.get(move.plan, Plan()), event)
            self.plans[move.plan] = plan
            return plan.version
        state = self.actions.get((move.plan, move.action), Action())
        action = actions.evolve(state, event)
        self.actions[move.plan, move.action] = action
        return action.version


def play(moves: Iterable[Move]) -> list[Entry]:
    """Return the entries of moves that are all accepted, in one log."""
    log = Log()
    for move in moves:
        refused = log.attempt(move)
        assert refused is None, (move, refused)
    return log.entries


# --- drawing ---------------------------------------------------------------------------------

LEGAL: dict[Status, list[type[Any]]] = {
    Status.PROPOSED: [Engage, Engage, Realise, Abandon],
    Status.ENGAGED: [Realise, Abandon],
    Status.REALISED: [Reopen],
    Status.ABANDONED: [Reopen],
}


@st.composite
def _next_status(draw: st.DrawFn, state: Action) -> Any:
    """Draw a status command that may follow what stands, not before it."""
    last = live(state.statuses)[-1].event
    kind = draw(st.sampled_from(LEGAL[draw(st.sampled_from(sorted(statuses_after(last))))]))
    first = max(last.on.earliest.day, 1) if last.on.earliest.year == YEAR else 1
    fields: dict[str, Any] = {"on": span(draw(st.integers(first, 11)), draw(st.integers(0, 3)))}
    match kind:
        case actions.Engage:
            fields |= {"at_least": draw(st.booleans()), "qualifier": draw(qualifiers)}
        case actions.Reopen:
            fields |= {"to": draw(st.sampled_from(["proposed", "engaged"])), "reason": "r"}
    return kind(**fields)


@st.composite
def _command(draw: st.DrawFn, state: Action) -> Any:
    """Draw a command about an action: mostly what comes next, sometimes anything."""
    if not live(state.statuses):
        return draw(proposals)
    kinds = ["next"] * 4 + ["status"] * 2 + ["scope"] * 3 + ["remark", "correction"]
    match draw(st.sampled_from(kinds)):
        case "next":
            return draw(_next_status(state))
        case "status":
            return draw(status_commands)
        case "scope":
            return draw(scope_commands)
        case "remark":
            return draw(remarks)
        case _:
            return draw(corrections)


@st.composite
def ledgers(draw: st.DrawFn, *, names: tuple[str, ...] = ("p",), most: int = 20) -> list[Entry]:
    """Draw the log of some plans, with up to three actions each; the first plan comes first."""
    log = Log()
    log.attempt(Move(names[0], None, CreatePlan(terms=draw(some_terms))))
    for _ in range(draw(st.integers(0, most))):
        plan = draw(st.sampled_from(names))
        key = draw(st.sampled_from(["a", "a", "b", "b", "c", None]))
        if plan not in log.plans:
            key, command = None, CreatePlan(terms=draw(some_terms))
        elif key is None:
            command = draw(plan_commands)
        else:
            command = draw(_command(log.actions.get((plan, key), Action())))
        log.attempt(Move(plan, key, command, draw(hours), draw(st.integers(0, 3))))
    return log.entries


@st.composite
def histories(draw: st.DrawFn, *, most: int = 10) -> Action:
    """Draw one action with everything that was recorded of it."""
    log = Log()
    for key in ("b", "c"):
        log.attempt(Move("p", key, Propose(on="2020", title="Halle")))
    for _ in range(draw(st.integers(1, most))):
        command = draw(_command(log.actions.get(("p", "a"), Action())))
        log.attempt(Move("p", "a", command))
    return log.actions["p", "a"]


def record_of(about: Terms | None = None, /, **told: Any) -> Record:
    """Return the record of plan `p`, with its terms and one list of commands for each action.

    Every command is accepted; they are recorded a day apart.
    """
    moves = [Move("p", None, CreatePlan(terms=about or terms()), 24)]
    moves += [Move("p", key, command, 24) for key, several in told.items() for command in several]
    return records(play(moves))["p"]
