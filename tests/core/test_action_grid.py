"""The rule book of an action: what each state answers, and what each event changes, literally."""

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from strategies import MANY, histories

from bilan_ledger.action import (
    Abandon,
    Abandoned,
    Action,
    Command,
    Correct,
    Describe,
    Described,
    Description,
    Engage,
    Engaged,
    Event,
    MarkNotAssessable,
    MarkNotAssessed,
    Merge,
    MergedInto,
    NotAssessable,
    NotAssessed,
    Propose,
    Proposed,
    Qualified,
    Qualify,
    Realise,
    Realised,
    Reopen,
    Reopened,
    Restore,
    Restored,
    Scope,
    Split,
    SplitInto,
    Status,
    Supersede,
    Superseded,
    Surroundings,
    Withdraw,
    Withdrawn,
    again,
    decide,
    description,
    evolve,
    replay,
    scope_after,
    scope_may_follow,
    status_may_follow,
    statuses_after,
    successors,
    touches_lineage,
)
from bilan_ledger.errors import InvalidValue, Refusal
from bilan_ledger.evidence import Evidence
from bilan_ledger.record import (
    AttachEvidence,
    Erase,
    Erased,
    EvidenceAttached,
    Retract,
    Retracted,
    live,
)
from bilan_ledger.text import Sealed

AROUND = Surroundings(action="a", lineage={"a": (), "b": (), "c": ()})
PROPOSE = Propose(on="2020", title="Halle")


def after(*commands: Any, around: Surroundings = AROUND) -> Action:
    """Return the action after commands that are all accepted."""
    state = Action()
    for command in commands:
        events = decide(command, state, around)
        assert not isinstance(events, Refusal), events
        state = replay(events, state)
    return state


def refusal(command: Any, *before: Any, around: Surroundings = AROUND) -> tuple[str, Any]:
    """Return the rule code and the entries in the way, of a command after others."""
    found = decide(command, after(*before, around=around), around)
    assert isinstance(found, Refusal), found
    return found.code, found.entries


def order(state: Action) -> list[int]:
    """Return the versions of the status entries that stand, in the order of their history."""
    return [item.version for item in live(state.statuses)]


TEXT = Sealed("0" * 64)

# --- what each state answers -----------------------------------------------------------------

STATES: dict[str, tuple[Any, ...]] = {
    "nothing": (),
    "unlisted": (PROPOSE, Retract(entry=1, reason="doublon")),
    "proposed": (PROPOSE,),
    "engaged": (PROPOSE, Engage(on="2021")),
    "engaged-at-least": (PROPOSE, Engage(on="2021", at_least=True)),
    "realised": (PROPOSE, Realise(on="2021")),
    "abandoned": (PROPOSE, Abandon(on="2021")),
    "withdrawn": (PROPOSE, Withdraw(on="2021", reason="hors champ")),
    "merged": (PROPOSE, Merge(on="2021", target="b")),
    "split": (PROPOSE, Split(on="2021", targets=["b", "c"])),
    "superseded": (PROPOSE, Supersede(on="2021", by="b")),
    "not-assessable": (PROPOSE, MarkNotAssessable(on="2021")),
    "not-assessed": (PROPOSE, MarkNotAssessed(on="2021")),
}

# Every command is of 2023, after all that stands; `last` is the version of the last entry.
COMMANDS: dict[str, Any] = {
    "Propose": lambda _: Propose(on="2023", title="Halle"),
    "Engage": lambda _: Engage(on="2023"),
    "Engage at least": lambda _: Engage(on="2023", at_least=True),
    "Realise": lambda _: Realise(on="2023"),
    "Abandon": lambda _: Abandon(on="2023"),
    "Reopen": lambda _: Reopen(on="2023", reason="r"),
    "Reopen to proposed": lambda _: Reopen(on="2023", to="proposed", reason="r"),
    "Withdraw": lambda _: Withdraw(on="2023", reason="r"),
    "Merge": lambda _: Merge(on="2023", target="b"),
    "Split": lambda _: Split(on="2023", targets=["b", "c"]),
    "Supersede": lambda _: Supersede(on="2023", by="b"),
    "MarkNotAssessable": lambda _: MarkNotAssessable(on="2023"),
    "MarkNotAssessed": lambda _: MarkNotAssessed(on="2023"),
    "Restore": lambda _: Restore(on="2023"),
    "Describe": lambda _: Describe(on="2023-01-01", change=Description(title="Halles")),
    "Qualify": lambda _: Qualify(on="2023", qualifier="late"),
    "AttachEvidence": lambda last: AttachEvidence(evidence=Evidence(title="Plan"), entry=last),
    "Retract": lambda last: Retract(entry=last, reason="r"),
    "Correct by Engage": lambda last: Correct(entry=last, by=Engage(on="2023"), reason="r"),
    "Correct by Withdraw": lambda last: Correct(
        entry=last, by=Withdraw(on="2023", reason="r"), reason="r"
    ),
    "Erase": lambda last: Erase(entry=last, texts=[TEXT], reason="r"),
}

# Events (class names, in order) or a rule code (lower case).
GRID: dict[str, dict[str, str]] = {
    "Propose": {
        "nothing": "Proposed",
        "unlisted": "Proposed",
        "proposed": "action-exists",
        "engaged": "action-exists",
        "engaged-at-least": "action-exists",
        "realised": "action-exists",
        "abandoned": "action-exists",
        "withdrawn": "action-exists",
        "merged": "action-exists",
        "split": "action-exists",
        "superseded": "action-exists",
        "not-assessable": "action-exists",
        "not-assessed": "action-exists",
    },
    "Engage": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "Engaged",
        "engaged": "transition",
        "engaged-at-least": "transition",
        "realised": "transition",
        "abandoned": "transition",
        "withdrawn": "Engaged",
        "merged": "Engaged",
        "split": "Engaged",
        "superseded": "Engaged",
        "not-assessable": "Engaged",
        "not-assessed": "Engaged Restored",
    },
    "Engage at least": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "Engaged",
        "engaged": "transition",
        "engaged-at-least": "transition",
        "realised": "transition",
        "abandoned": "transition",
        "withdrawn": "Engaged",
        "merged": "Engaged",
        "split": "Engaged",
        "superseded": "Engaged",
        "not-assessable": "Engaged",
        "not-assessed": "Engaged Restored",
    },
    "Realise": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "Realised",
        "engaged": "Realised",
        "engaged-at-least": "Realised",
        "realised": "transition",
        "abandoned": "transition",
        "withdrawn": "Realised",
        "merged": "Realised",
        "split": "Realised",
        "superseded": "Realised",
        "not-assessable": "Realised",
        "not-assessed": "Realised Restored",
    },
    "Abandon": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "Abandoned",
        "engaged": "Abandoned",
        "engaged-at-least": "Abandoned",
        "realised": "transition",
        "abandoned": "transition",
        "withdrawn": "Abandoned",
        "merged": "Abandoned",
        "split": "Abandoned",
        "superseded": "Abandoned",
        "not-assessable": "Abandoned",
        "not-assessed": "Abandoned Restored",
    },
    "Reopen": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "transition",
        "engaged": "transition",
        "engaged-at-least": "Reopened",
        "realised": "Reopened",
        "abandoned": "Reopened",
        "withdrawn": "transition",
        "merged": "transition",
        "split": "transition",
        "superseded": "transition",
        "not-assessable": "transition",
        "not-assessed": "transition",
    },
    "Reopen to proposed": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "transition",
        "engaged": "transition",
        "engaged-at-least": "Reopened",
        "realised": "Reopened",
        "abandoned": "Reopened",
        "withdrawn": "transition",
        "merged": "transition",
        "split": "transition",
        "superseded": "transition",
        "not-assessable": "transition",
        "not-assessed": "transition",
    },
    "Withdraw": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "Withdrawn",
        "engaged": "Withdrawn",
        "engaged-at-least": "Withdrawn",
        "realised": "Withdrawn",
        "abandoned": "Withdrawn",
        "withdrawn": "scope-transition",
        "merged": "scope-transition",
        "split": "scope-transition",
        "superseded": "scope-transition",
        "not-assessable": "Withdrawn",
        "not-assessed": "Withdrawn",
    },
    "Merge": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "MergedInto",
        "engaged": "MergedInto",
        "engaged-at-least": "MergedInto",
        "realised": "MergedInto",
        "abandoned": "MergedInto",
        "withdrawn": "scope-transition",
        "merged": "scope-transition",
        "split": "scope-transition",
        "superseded": "scope-transition",
        "not-assessable": "MergedInto",
        "not-assessed": "MergedInto",
    },
    "Split": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "SplitInto",
        "engaged": "SplitInto",
        "engaged-at-least": "SplitInto",
        "realised": "SplitInto",
        "abandoned": "SplitInto",
        "withdrawn": "scope-transition",
        "merged": "scope-transition",
        "split": "scope-transition",
        "superseded": "scope-transition",
        "not-assessable": "SplitInto",
        "not-assessed": "SplitInto",
    },
    "Supersede": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "Superseded",
        "engaged": "Superseded",
        "engaged-at-least": "Superseded",
        "realised": "Superseded",
        "abandoned": "Superseded",
        "withdrawn": "scope-transition",
        "merged": "scope-transition",
        "split": "scope-transition",
        "superseded": "scope-transition",
        "not-assessable": "Superseded",
        "not-assessed": "Superseded",
    },
    "MarkNotAssessable": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "NotAssessable",
        "engaged": "NotAssessable",
        "engaged-at-least": "NotAssessable",
        "realised": "NotAssessable",
        "abandoned": "NotAssessable",
        "withdrawn": "scope-transition",
        "merged": "scope-transition",
        "split": "scope-transition",
        "superseded": "scope-transition",
        "not-assessable": "scope-transition",
        "not-assessed": "NotAssessable",
    },
    "MarkNotAssessed": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "NotAssessed",
        "engaged": "NotAssessed",
        "engaged-at-least": "NotAssessed",
        "realised": "NotAssessed",
        "abandoned": "NotAssessed",
        "withdrawn": "scope-transition",
        "merged": "scope-transition",
        "split": "scope-transition",
        "superseded": "scope-transition",
        "not-assessable": "NotAssessed",
        "not-assessed": "scope-transition",
    },
    "Restore": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "scope-transition",
        "engaged": "scope-transition",
        "engaged-at-least": "scope-transition",
        "realised": "scope-transition",
        "abandoned": "scope-transition",
        "withdrawn": "Restored",
        "merged": "Restored",
        "split": "Restored",
        "superseded": "Restored",
        "not-assessable": "Restored",
        "not-assessed": "Restored",
    },
    "Describe": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "Described",
        "engaged": "Described",
        "engaged-at-least": "Described",
        "realised": "Described",
        "abandoned": "Described",
        "withdrawn": "Described",
        "merged": "Described",
        "split": "Described",
        "superseded": "Described",
        "not-assessable": "Described",
        "not-assessed": "Described",
    },
    "Qualify": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "Qualified",
        "engaged": "Qualified",
        "engaged-at-least": "Qualified",
        "realised": "Qualified",
        "abandoned": "Qualified",
        "withdrawn": "Qualified",
        "merged": "Qualified",
        "split": "Qualified",
        "superseded": "Qualified",
        "not-assessable": "Qualified",
        "not-assessed": "Qualified",
    },
    "AttachEvidence": {
        "nothing": "action-unknown",
        "unlisted": "action-unknown",
        "proposed": "EvidenceAttached",
        "engaged": "EvidenceAttached",
        "engaged-at-least": "EvidenceAttached",
        "realised": "EvidenceAttached",
        "abandoned": "EvidenceAttached",
        "withdrawn": "EvidenceAttached",
        "merged": "EvidenceAttached",
        "split": "EvidenceAttached",
        "superseded": "EvidenceAttached",
        "not-assessable": "EvidenceAttached",
        "not-assessed": "EvidenceAttached",
    },
    "Retract": {
        "nothing": "entry-unknown",
        "unlisted": "entry-final",
        "proposed": "Retracted",
        "engaged": "Retracted",
        "engaged-at-least": "Retracted",
        "realised": "Retracted",
        "abandoned": "Retracted",
        "withdrawn": "Retracted",
        "merged": "Retracted",
        "split": "Retracted",
        "superseded": "Retracted",
        "not-assessable": "Retracted",
        "not-assessed": "Retracted",
    },
    "Correct by Engage": {
        "nothing": "entry-unknown",
        "unlisted": "entry-final",
        "proposed": "action-unknown",
        "engaged": "Retracted Engaged",
        "engaged-at-least": "Retracted Engaged",
        "realised": "Retracted Engaged",
        "abandoned": "Retracted Engaged",
        "withdrawn": "Retracted Engaged",
        "merged": "Retracted Engaged",
        "split": "Retracted Engaged",
        "superseded": "Retracted Engaged",
        "not-assessable": "Retracted Engaged",
        "not-assessed": "Retracted Engaged",
    },
    "Correct by Withdraw": {
        "nothing": "entry-unknown",
        "unlisted": "entry-final",
        "proposed": "action-unknown",
        "engaged": "Retracted Withdrawn",
        "engaged-at-least": "Retracted Withdrawn",
        "realised": "Retracted Withdrawn",
        "abandoned": "Retracted Withdrawn",
        "withdrawn": "Retracted Withdrawn",
        "merged": "Retracted Withdrawn",
        "split": "Retracted Withdrawn",
        "superseded": "Retracted Withdrawn",
        "not-assessable": "Retracted Withdrawn",
        "not-assessed": "Retracted Withdrawn",
    },
    "Erase": {
        "nothing": "entry-unknown",
        "unlisted": "Erased",
        "proposed": "Erased",
        "engaged": "Erased",
        "engaged-at-least": "Erased",
        "realised": "Erased",
        "abandoned": "Erased",
        "withdrawn": "Erased",
        "merged": "Erased",
        "split": "Erased",
        "superseded": "Erased",
        "not-assessable": "Erased",
        "not-assessed": "Erased",
    },
}

CELLS = [(command, state) for command, row in GRID.items() for state in row]


def test_the_grid_is_full() -> None:
    """Every command class meets every state."""
    assert len(STATES) * len(COMMANDS) == len(CELLS)
    assert set(COMMANDS) == set(GRID)
    assert all(set(STATES) == set(row) for row in GRID.values())
    assert set(get_args(Command)) == {type(make(1)) for make in COMMANDS.values()}


@pytest.mark.parametrize(("command", "state"), CELLS)
def test_what_each_state_answers(command: str, state: str) -> None:
    """Each command gives the events of the grid, or is refused with its rule code."""
    was = after(*STATES[state])
    found = decide(COMMANDS[command](was.version), was, AROUND)
    told = found.code if isinstance(found, Refusal) else " ".join(type(e).__name__ for e in found)
    assert GRID[command][state] == told


@pytest.mark.parametrize(("command", "state"), CELLS)
def test_accepted_events_make_a_state_and_refusals_are_sentences(command: str, state: str) -> None:
    """What is accepted adds one version an event; what is refused can be said in two languages."""
    was = after(*STATES[state])
    found = decide(COMMANDS[command](was.version), was, AROUND)
    if isinstance(found, Refusal):
        assert found.text("fr") != found.text("en")
    else:
        assert was.version + len(found) == replay(found, was).version


def test_an_event_carries_what_its_command_said() -> None:
    """Date, evidence, note and qualifier of a command stand in its event."""
    proof = Evidence(title="Bilan")
    command = Engage(on="2021-03", evidence=proof, note="vu sur place", qualifier="late")
    expected = Engaged(
        on="2021-03", evidence=(proof,), note="vu sur place", qualifier="late", after=1
    )
    assert (expected,) == decide(command, after(PROPOSE))


# --- what each event changes -----------------------------------------------------------------

# Before: Proposed is entry 1, Engaged 2, NotAssessable 3, Qualified 4, Restored 5.
BEFORE = (
    PROPOSE,
    Engage(on="2021"),
    MarkNotAssessable(on="2021"),
    Qualify(on="2021", qualifier="late"),
    Restore(on="2022"),
)
WHY: dict[str, Any] = {"on": "2022", "reason": "r"}

# event: (versions of statuses, of scopes, of remarks, retracted ones) after it, as entry 6.
CHANGES: list[tuple[Any, list[int], list[int], list[int], dict[int, int]]] = [
    (Proposed(on="2022", title="t"), [6, 1, 2], [3, 5], [4], {}),
    (Engaged(on="2022", after=1), [1, 6, 2], [3, 5], [4], {}),
    (Engaged(on="2022", after=2), [1, 2, 6], [3, 5], [4], {}),
    (Realised(on="2022", after=2), [1, 2, 6], [3, 5], [4], {}),
    (Abandoned(on="2022", after=1), [1, 6, 2], [3, 5], [4], {}),
    (Reopened(**WHY, after=2), [1, 2, 6], [3, 5], [4], {}),
    (Withdrawn(**WHY), [1, 2], [6, 3, 5], [4], {}),
    (MergedInto(on="2022", target="b", after=3), [1, 2], [3, 6, 5], [4], {}),
    (SplitInto(on="2022", targets=["b", "c"], after=5), [1, 2], [3, 5, 6], [4], {}),
    (Superseded(on="2022", by="b", after=5), [1, 2], [3, 5, 6], [4], {}),
    (NotAssessable(on="2022", after=5), [1, 2], [3, 5, 6], [4], {}),
    (NotAssessed(on="2022", after=5), [1, 2], [3, 5, 6], [4], {}),
    (Restored(on="2022", after=3), [1, 2], [3, 6, 5], [4], {}),
    (Described(on="2022-01-01", change=Description()), [1, 2], [3, 5], [4, 6], {}),
    (Qualified(on="2022"), [1, 2], [3, 5], [4, 6], {}),
    (EvidenceAttached(evidence=Evidence(title="x")), [1, 2], [3, 5], [4, 6], {}),
    (Retracted(entry=2, reason="r"), [1, 2], [3, 5], [4], {2: 6}),
    (Retracted(entry=3, reason="r"), [1, 2], [3, 5], [4], {3: 6}),
    (Retracted(entry=4, reason="r"), [1, 2], [3, 5], [4], {4: 6}),
    (Erased(entry=1, texts=[TEXT], reason="r"), [1, 2], [3, 5], [4], {}),
]


def test_every_event_is_in_the_table_of_changes() -> None:
    assert set(get_args(Event)) == {type(event) for event, *_ in CHANGES}


@pytest.mark.parametrize(("event", "statuses", "scopes", "remarks", "retracted"), CHANGES)
def test_what_each_event_changes(
    event: Any,
    statuses: list[int],
    scopes: list[int],
    remarks: list[int],
    retracted: dict[int, int],
) -> None:
    """An event stands at its place, retracts what it names, and changes nothing else."""
    was = after(*BEFORE)
    now = evolve(was, event)
    items: list[Any] = [*now.statuses, *now.scopes, *now.remarks]
    assert 6 == was.version + 1 == now.version
    assert statuses == [item.version for item in now.statuses]
    assert scopes == [item.version for item in now.scopes]
    assert remarks == [item.version for item in now.remarks]
    assert retracted == {i.version: i.retracted_by for i in items if i.retracted_by is not None}
    old: list[Any] = [*was.statuses, *was.scopes, *was.remarks]
    expected = {item.version: item.event for item in old}
    if not isinstance(event, Retracted | Erased):
        expected[6] = event
    assert expected == {item.version: item.event for item in items}


STATUSES_AFTER: list[tuple[Any, set[Status]]] = [
    (Proposed(on="2022", title="t"), {Status.PROPOSED}),
    (Engaged(on="2022"), {Status.ENGAGED}),
    (Engaged(on="2022", at_least=True), {Status.ENGAGED, Status.REALISED}),
    (Realised(on="2022"), {Status.REALISED}),
    (Abandoned(on="2022"), {Status.ABANDONED}),
    (Reopened(**WHY), {Status.ENGAGED}),
    (Reopened(**WHY, to="proposed"), {Status.PROPOSED}),
    (Reopened(**WHY, to="engaged"), {Status.ENGAGED}),
]
SCOPE_AFTER: list[tuple[Any, Scope]] = [
    (Withdrawn(**WHY), Scope.WITHDRAWN),
    (MergedInto(on="2022", target="b"), Scope.MERGED),
    (SplitInto(on="2022", targets=["b", "c"]), Scope.SPLIT),
    (Superseded(on="2022", by="b"), Scope.SUPERSEDED),
    (NotAssessable(on="2022"), Scope.NOT_ASSESSABLE),
    (NotAssessed(on="2022"), Scope.NOT_ASSESSED),
    (Restored(on="2022"), Scope.IN_PLAN),
]


@pytest.mark.parametrize(("event", "statuses"), STATUSES_AFTER)
def test_status_after_each_event(event: Any, statuses: set[Status]) -> None:
    assert statuses == statuses_after(event)


@pytest.mark.parametrize(("event", "scope"), SCOPE_AFTER)
def test_scope_after_each_event(event: Any, scope: Scope) -> None:
    assert scope is scope_after(event)


# What may stand right after what: rows are what was before, columns
# Proposed, Engaged, Realised, Abandoned, Reopened.
FOLLOWS: dict[str, tuple[Any, str]] = {
    "nothing": (None, "x...."),
    "proposed": (Proposed(on="2022", title="t"), ".xxx."),
    "engaged": (Engaged(on="2022"), "..xx."),
    "engaged at least": (Engaged(on="2022", at_least=True), "..xxx"),
    "realised": (Realised(on="2022"), "....x"),
    "abandoned": (Abandoned(on="2022"), "....x"),
    "reopened to proposed": (Reopened(**WHY, to="proposed"), ".xxx."),
    "reopened to engaged": (Reopened(**WHY), "..xx."),
}


@pytest.mark.parametrize("before", FOLLOWS)
def test_which_status_may_follow_which(before: str) -> None:
    """The drawing of the life of an action, arrow by arrow."""
    events: list[Any] = [
        Proposed(on="2022", title="t"), Engaged(on="2022"), Realised(on="2022"),
        Abandoned(on="2022"), Reopened(**WHY),
    ]  # fmt: skip
    was, expected = FOLLOWS[before]
    assert expected == "".join("x" if status_may_follow(was, e) else "." for e in events)


# Columns: the scope events in the order of SCOPE_AFTER.
SCOPE_FOLLOWS: dict[Scope | None, str] = {
    None: "xxxxxx.",
    Scope.WITHDRAWN: "......x",
    Scope.MERGED: "......x",
    Scope.SPLIT: "......x",
    Scope.SUPERSEDED: "......x",
    Scope.NOT_ASSESSABLE: "xxxx.xx",
    Scope.NOT_ASSESSED: "xxxxx.x",
    Scope.IN_PLAN: "xxxxxx.",
}


@pytest.mark.parametrize("before", SCOPE_FOLLOWS)
def test_which_scope_may_follow_which(before: Scope | None) -> None:
    """Who left the plan can only be restored; who is in it can leave, or be unknown."""
    was = next((event for event, scope in SCOPE_AFTER if scope is before), None)
    found = ["x" if scope_may_follow(was, event) else "." for event, _ in SCOPE_AFTER]
    assert SCOPE_FOLLOWS[before] == "".join(found)


# --- where a late entry stands ---------------------------------------------------------------


def test_a_back_dated_engagement_stands_between_proposal_and_realisation() -> None:
    """It goes to the latest place that is legal, and the event names it."""
    state = after(PROPOSE, Realise(on="2022"))
    late = Engaged(on="2021", after=1)
    assert (late,) == decide(Engage(on="2021"), state)
    assert [1, 3, 2] == order(evolve(state, late))


def test_the_latest_legal_place_is_taken_when_there_are_two() -> None:
    """A realisation of an uncertain year goes after the last reopening, not after the first."""
    state = after(
        PROPOSE, Abandon(on="2020"), Reopen(on="2020/2022", reason="r"), Abandon(on="2020/2022"),
        Reopen(on="2020/2022", reason="r"),
    )  # fmt: skip
    assert (Realised(on="2020/2022", after=5),) == decide(Realise(on="2020/2022"), state)


def test_on_the_same_day_a_later_entry_stands_later() -> None:
    """Realised on the day of the engagement: after it."""
    state = after(PROPOSE, Engage(on="2021-05-01"))
    assert (Realised(on="2021-05-01", after=2),) == decide(Realise(on="2021-05-01"), state)


def test_a_late_entry_stands_after_what_stands_not_after_what_was_retracted() -> None:
    """The retracted realisation is no neighbour any more."""
    state = after(PROPOSE, Realise(on="2022"), Retract(entry=2, reason="r"))
    assert (Engaged(on="2023", after=1),) == decide(Engage(on="2023"), state)
    assert [1, 4] == order(evolve(state, Engaged(on="2023", after=1)))


def test_a_date_conflict_names_the_entry_before() -> None:
    assert ("dates-conflict", (1,)) == refusal(Engage(on="2019"), PROPOSE)


def test_what_has_ended_is_refused_for_that_and_not_for_its_date() -> None:
    """Engaged in 2023, after the abandonment of 2021: no other date would help, to reopen would."""
    before = (PROPOSE, Abandon(on="2021"))
    assert ("transition", (2,)) == refusal(Engage(on="2023"), *before)
    assert ("dates-conflict", (2,)) == refusal(Reopen(on="2020-06-30", reason="r"), *before)


def test_a_date_conflict_names_all_entries_in_the_way() -> None:
    """Both the engagement and the realisation are later than the reopening would be."""
    before = (Propose(on="2018", title="t"), Engage(on="2021"), Realise(on="2022"))
    assert ("dates-conflict", (2, 3)) == refusal(Reopen(on="2019", reason="r"), *before)


def test_a_date_conflict_tells_of_the_latest_legal_place() -> None:
    """Two places are legal; the conflict of the later one is named."""
    before = (
        Propose(on="2018", title="t"), Abandon(on="2020"),
        Reopen(on="2021", reason="r", to="proposed"),
    )  # fmt: skip
    assert ("dates-conflict", (1, 2, 3)) == refusal(Engage(on="2017"), *before)


def test_dates_that_overlap_are_no_conflict() -> None:
    """An engagement of 2020 may follow a proposal of 2020, even an imprecise one."""
    assert [1, 2] == order(after(PROPOSE, Engage(on="2020-01-01")))


def test_dates_that_meet_in_one_day_are_no_conflict() -> None:
    """The last day of one interval may be the first day of the other."""
    state = after(
        Propose(on="2020-01-01/2020-06-30", title="t"), Realise(on="2021-01-01/2021-12-31")
    )
    assert [1, 3, 2] == order(replay(decide(Engage(on="2019/2020-01-01"), state), state))
    assert [1, 3, 2] == order(replay(decide(Engage(on="2021-12-31/2023"), state), state))


def test_a_conflict_with_a_distant_entry_is_found() -> None:
    """The date fits between its neighbours but not with the proposal before them."""
    before = (Propose(on="2020-06-01", title="t"), Engage(on="2019/2021"))
    assert ("dates-conflict", (1,)) == refusal(Realise(on="2020-05"), *before)


def test_a_transition_refusal_says_what_the_status_is() -> None:
    """The status of an action engaged at least is either of two."""
    state = after(PROPOSE, Engage(on="2021", at_least=True))
    expected = Refusal("transition", {"command": "Engage", "status": "engaged / realised"}, (2,))
    assert expected == decide(Engage(on="2022"), state)


def test_a_scope_refusal_says_what_the_scope_is() -> None:
    state = after(PROPOSE, Merge(on="2021", target="b"))
    expected = Refusal("scope-transition", {"command": "Withdraw", "scope": Scope.MERGED}, (2,))
    assert expected == decide(Withdraw(on="2022", reason="r"), state, AROUND)


def test_a_scope_refusal_without_any_scope_entry_names_none() -> None:
    expected = Refusal("scope-transition", {"command": "Restore", "scope": Scope.IN_PLAN}, ())
    assert expected == decide(Restore(on="2022"), after(PROPOSE))


def test_scope_cannot_change_before_the_proposal() -> None:
    assert ("before-proposal", (1,)) == refusal(Withdraw(on="2019", reason="r"), PROPOSE)


def test_scope_can_change_on_the_day_of_the_proposal() -> None:
    """2019/2020-01-01 and 2020 share a day."""
    state = after(PROPOSE, Withdraw(on="2019/2020-01-01", reason="r"))
    assert [2] == [item.version for item in state.scopes]


def test_a_back_dated_withdrawal_stands_before_the_restoration() -> None:
    """Withdrawn and restored in 2021; not assessable already in 2020."""
    state = after(PROPOSE, Withdraw(on="2021", reason="r"), Restore(on="2022"))
    assert (NotAssessable(on="2020", after=0),) == decide(MarkNotAssessable(on="2020"), state)


# --- unknown is not proposed -----------------------------------------------------------------


def test_recording_a_status_assesses_the_action() -> None:
    """An action that nobody had assessed is restored on the date of its first status."""
    state = after(PROPOSE, MarkNotAssessed(on="2020"))
    expected = (Engaged(on="2021", after=1), Restored(on="2021", after=2, assessment=3))
    assert expected == decide(Engage(on="2021"), state)


def test_a_status_older_than_the_doubt_does_not_end_it() -> None:
    """Engaged in 2020, not assessed since 2022: still not assessed."""
    state = after(PROPOSE, MarkNotAssessed(on="2022"))
    assert (Engaged(on="2021", after=1),) == decide(Engage(on="2021"), state)


def test_only_the_last_scope_says_whether_it_is_assessed() -> None:
    """An action once not assessed but not assessable now stays so."""
    state = after(PROPOSE, MarkNotAssessed(on="2020"), MarkNotAssessable(on="2021"))
    assert (Engaged(on="2022", after=1),) == decide(Engage(on="2022"), state)


def test_assessing_ends_no_other_scope() -> None:
    """A back-dated status does not put back into the base what was not assessable then."""
    state = after(PROPOSE, MarkNotAssessable(on="2020"), MarkNotAssessed(on="2022"))
    assert (Engaged(on="2021", after=1),) == decide(Engage(on="2021"), state)


def test_retracting_the_only_status_makes_the_action_unknown_again() -> None:
    """Unknown is not proposed: without its assessment, the action is not assessed."""
    state = after(
        PROPOSE, MarkNotAssessed(on="2020"), Engage(on="2021"), Retract(entry=3, reason="r")
    )
    assert Scope.NOT_ASSESSED is scope_after(live(state.scopes)[-1].event)


# --- corrections -----------------------------------------------------------------------------


def test_a_correction_retracts_and_replaces() -> None:
    """Both events, the replacement placed as if the wrong entry had never been."""
    state = after(PROPOSE, Engage(on="2021"), Realise(on="2022"))
    command = Correct(entry=2, by=Engage(on="2020"), reason="délibération retrouvée")
    expected = (
        Retracted(entry=2, reason="délibération retrouvée"),
        Engaged(on="2020", after=1),
    )
    assert expected == decide(command, state)
    assert [1, 5, 3] == order(replay(expected, state))


def test_the_proposal_itself_can_be_corrected() -> None:
    """The new proposal stands first."""
    state = after(PROPOSE, Engage(on="2021"))
    command = Correct(entry=1, by=Propose(on="2019", title="Halle"), reason="r")
    assert [4, 2] == order(replay(decide(command, state), state))


def test_a_correction_is_refused_when_its_replacement_is() -> None:
    """The replacement's own refusal is given."""
    command = Correct(entry=2, by=Engage(on="2019"), reason="r")
    assert ("dates-conflict", (1,)) == refusal(command, PROPOSE, Engage(on="2021"))


def test_a_correction_that_breaks_the_history_is_refused() -> None:
    """A reopening cannot stand where nothing is realised any more."""
    before = (PROPOSE, Realise(on="2021"), Reopen(on="2022", reason="r"))
    command = Correct(entry=2, by=Withdraw(on="2021", reason="r"), reason="r")
    assert ("history-broken", (3,)) == refusal(command, *before)


def test_a_correction_of_an_entry_that_is_not_there_is_refused() -> None:
    command = Correct(entry=7, by=Engage(on="2021"), reason="r")
    assert ("entry-unknown", ()) == refusal(command, PROPOSE)


def test_a_retraction_leaves_both_readable() -> None:
    """The retracted entry stays, with the version that retracted it."""
    state = after(PROPOSE, Engage(on="2021"), Retract(entry=2, reason="r"))
    assert [(1, None), (2, 3)] == [(i.version, i.retracted_by) for i in state.statuses]
    assert [1] == order(state)


def test_retracting_what_a_later_status_rests_on_is_refused() -> None:
    before = (PROPOSE, Realise(on="2021"), Reopen(on="2022", reason="r"))
    assert ("history-broken", (3,)) == refusal(Retract(entry=2, reason="r"), *before)


def test_retracting_what_a_later_scope_rests_on_is_refused() -> None:
    before = (PROPOSE, Withdraw(on="2021", reason="r"), Restore(on="2022"))
    assert ("history-broken", (3,)) == refusal(Retract(entry=2, reason="r"), *before)


def test_retracting_the_proposal_under_a_status_is_refused() -> None:
    assert refusal(Retract(entry=1, reason="r"), PROPOSE, Engage(on="2021")) == (
        "history-broken",
        (2,),
    )


def test_retracting_the_proposal_under_scopes_is_refused() -> None:
    """An action that is not on the list has no scope."""
    before = (PROPOSE, Withdraw(on="2021", reason="r"), Restore(on="2022"))
    assert ("history-broken", (2, 3)) == refusal(Retract(entry=1, reason="r"), *before)


def test_an_engagement_can_be_retracted_under_a_realisation() -> None:
    """Some things are simply done."""
    state = after(PROPOSE, Engage(on="2021"), Realise(on="2022"), Retract(entry=2, reason="r"))
    assert [1, 3] == order(state)


def test_an_entry_is_retracted_once() -> None:
    """The refusal names the retraction that stands."""
    before = (PROPOSE, Engage(on="2021"), Retract(entry=2, reason="r"))
    assert ("entry-retracted", (3,)) == refusal(Retract(entry=2, reason="r"), *before)
    evidence = AttachEvidence(evidence=Evidence(title="x"), entry=2)
    assert ("entry-retracted", (3,)) == refusal(evidence, *before)


def test_a_retraction_is_final() -> None:
    before = (PROPOSE, Engage(on="2021"), Retract(entry=2, reason="r"))
    assert ("entry-final", ()) == refusal(Retract(entry=3, reason="r"), *before)


@pytest.mark.parametrize("entry", [0, -1, 2])
def test_an_entry_that_is_not_there_cannot_be_retracted(entry: int) -> None:
    """The refusal says which entry is the last."""
    expected = Refusal("entry-unknown", {"entry": entry, "last": 1})
    assert expected == decide(Retract(entry=entry, reason="r"), after(PROPOSE))


def test_the_largest_number_that_json_keeps_names_no_entry() -> None:
    assert ("entry-unknown", ()) == refusal(Retract(entry=2**53 - 1, reason="r"), PROPOSE)


def test_remarks_can_be_retracted() -> None:
    state = after(PROPOSE, Qualify(on="2021", qualifier="late"), Retract(entry=2, reason="r"))
    assert () == live(state.remarks)


def test_evidence_can_be_attached_to_the_action_itself() -> None:
    proof = Evidence(title="Bilan")
    state = after(PROPOSE, AttachEvidence(evidence=proof))
    assert EvidenceAttached(evidence=(proof,)) == state.remarks[0].event


def test_a_corrected_proposal_stays_before_the_scope_entries() -> None:
    """Withdrawn in 2021, the action cannot have been proposed in 2023."""
    command = Correct(entry=1, by=Propose(on="2023", title="Halle"), reason="r")
    before = (PROPOSE, Withdraw(on="2021", reason="r"))
    assert ("history-broken", (2,)) == refusal(command, *before)


def test_the_command_that_would_record_an_event_again() -> None:
    """The same fields but its place, with changes."""
    event = SplitInto(on="2022", targets=["b", "c"], after=3, reason="r")
    assert Split(on="2023", targets=["b", "c"], reason="r") == again(event, on="2023")
    assert Restore(on="2022") == again(Restored(on="2022", after=3, assessment=4))


def test_a_status_takes_the_assessment_that_came_with_it_along() -> None:
    """Engaged 3 with Restored 4; the correction restores on its own date."""
    before = (PROPOSE, MarkNotAssessed(on="2020"), Engage(on="2021"))
    assert (Retracted(entry=3, reason="r"), Retracted(entry=4, reason="r")) == decide(
        Retract(entry=3, reason="r"), after(*before)
    )
    expected = (
        Retracted(entry=3, reason="r"), Retracted(entry=4, reason="r"),
        Engaged(on="2022", after=1), Restored(on="2022", after=2, assessment=7),
    )  # fmt: skip
    command = Correct(entry=3, by=Engage(on="2022"), reason="r")
    assert expected == decide(command, after(*before))


def test_an_assessment_that_was_retracted_is_not_retracted_again() -> None:
    before = (PROPOSE, MarkNotAssessed(on="2020"), Engage(on="2021"), Retract(entry=4, reason="r"))
    assert (Retracted(entry=3, reason="r"),) == decide(Retract(entry=3, reason="r"), after(*before))


def test_a_restoration_of_its_own_stays_when_a_status_goes() -> None:
    before = (PROPOSE, MarkNotAssessed(on="2020"), Restore(on="2021"), Engage(on="2021"))
    assert (Retracted(entry=4, reason="r"),) == decide(Retract(entry=4, reason="r"), after(*before))


def test_a_status_whose_assessment_is_needed_is_not_retracted() -> None:
    """Not assessed, assessed by the engagement, not assessed again (entry 5)."""
    before = (
        PROPOSE, MarkNotAssessed(on="2020"), Engage(on="2021"), MarkNotAssessed(on="2022"),
    )  # fmt: skip
    assert ("history-broken", (5,)) == refusal(Retract(entry=3, reason="r"), *before)


def test_scope_entries_before_a_corrected_proposal_are_named() -> None:
    """Withdrawn in 2021 and restored in 2022 or 2023, which may be after."""
    before = (PROPOSE, Withdraw(on="2021", reason="r"), Restore(on="2022/2023"))
    command = Correct(entry=1, by=Propose(on="2023", title="Halle"), reason="r")
    assert ("history-broken", (2,)) == refusal(command, *before)


# --- lineage ---------------------------------------------------------------------------------


def among(**lineage: tuple[str, ...]) -> Surroundings:
    """Return the surroundings of action `a`, in a plan with a, b and c."""
    return Surroundings(action="a", lineage={"a": (), "b": (), "c": (), **lineage})


LINEAGE_COMMANDS: list[Any] = [
    Merge(on="2021", target="b"),
    Split(on="2021", targets=["c", "b"]),
    Supersede(on="2021", by="b"),
]


@pytest.mark.parametrize("command", LINEAGE_COMMANDS)
def test_no_lineage_cycle_of_two(command: Any) -> None:
    """`b` was merged into `a`, so `a` cannot go into `b`."""
    expected = Refusal("lineage-cycle", {"target": "b", "action": "a"})
    assert expected == decide(command, after(PROPOSE), among(b=("a",)))


@pytest.mark.parametrize("command", LINEAGE_COMMANDS)
def test_no_lineage_cycle_of_three(command: Any) -> None:
    """`b` went into `c`, and `c` was split into `d` and `a`."""
    around = among(b=("c",), c=("d", "a"), d=())
    assert ("lineage-cycle", ()) == refusal(command, PROPOSE, around=around)


@pytest.mark.parametrize(
    "command",
    [
        Merge(on="2021", target="a"),
        Split(on="2021", targets=["b", "a"]),
        Supersede(on="2021", by="a"),
    ],
)
def test_no_lineage_cycle_of_one(command: Any) -> None:
    """An action does not go into itself."""
    expected = Refusal("lineage-cycle", {"target": "a", "action": "a"})
    assert expected == decide(command, after(PROPOSE), AROUND)


@pytest.mark.parametrize("command", LINEAGE_COMMANDS)
def test_a_successor_is_in_the_plan(command: Any) -> None:
    expected = Refusal("lineage-unknown", {"target": "b"})
    around = Surroundings(action="a", lineage={"a": (), "c": ()})
    assert expected == decide(command, after(PROPOSE), around)


def test_lineage_that_meets_again_is_no_cycle() -> None:
    """`b` was split into `c` and `d`, and `c` went into `d`."""
    around = among(b=("c", "d"), c=("d",), d=())
    state = after(PROPOSE, Split(on="2021", targets=["b", "c"]), around=around)
    assert ("b", "c") == successors(state)


def test_a_retraction_that_revives_a_cycle_is_refused() -> None:
    """`a` went into `b` and came back; meanwhile `b` went into `a`."""
    state = after(PROPOSE, Merge(on="2021", target="b"), Restore(on="2022"))
    expected = Refusal("lineage-cycle", {"target": "b", "action": "a"})
    assert expected == decide(Retract(entry=3, reason="r"), state, among(b=("a",)))


def test_a_correction_that_revives_a_cycle_is_refused() -> None:
    """The restoration is replaced by something else than a restoration."""
    state = after(PROPOSE, Merge(on="2021", target="b"), Restore(on="2022"))
    command = Correct(entry=3, by=Engage(on="2022"), reason="r")
    found = decide(command, state, among(b=("a",)))
    assert Refusal("lineage-cycle", {"target": "b", "action": "a"}) == found


SUCCESSORS: list[tuple[tuple[Any, ...], tuple[str, ...]]] = [
    ((), ()),
    ((Merge(on="2021", target="b"),), ("b",)),
    ((Split(on="2021", targets=["c", "b"]),), ("c", "b")),
    ((Supersede(on="2021", by="c"),), ("c",)),
    ((Withdraw(on="2021", reason="r"),), ()),
    ((Merge(on="2021", target="b"), Restore(on="2022")), ()),
    ((Merge(on="2021", target="b"), Retract(entry=2, reason="r")), ()),
    ((Merge(on="2021", target="b"), MarkNotAssessed(on="2020")), ("b",)),
]


@pytest.mark.parametrize(("commands", "expected"), SUCCESSORS)
def test_who_carries_an_action_on(commands: tuple[Any, ...], expected: tuple[str, ...]) -> None:
    assert expected == successors(after(PROPOSE, *commands))


def test_which_commands_need_the_lineage() -> None:
    """Those that make a successor, and those that may revive one."""
    names = {name for name, make in COMMANDS.items() if touches_lineage(make(1))}
    assert {
        "Merge", "Split", "Supersede", "Retract", "Correct by Engage", "Correct by Withdraw",
    } == names  # fmt: skip


# --- axes and themes -------------------------------------------------------------------------

AXES = Surroundings(action="a", axes={"vert": frozenset({"eau", "air"}), "rue": frozenset()})


def axis_refusal(*commands: Any) -> Refusal:
    """Return the refusal of the last of several commands, in a plan with two axes."""
    *before, last = commands
    found = decide(last, after(*before, around=AXES), AXES)
    assert isinstance(found, Refusal), found
    return found


def proposal(**where: str) -> Propose:
    """Return a proposal with an axis or a theme."""
    return Propose(on="2020", title="Halle", **where)


def test_an_axis_that_the_plan_does_not_declare_is_refused() -> None:
    expected = Refusal("axis-unknown", {"axis": "bleu", "declared": "rue, vert"})
    assert expected == axis_refusal(proposal(axis="bleu"))


def test_a_theme_of_another_axis_is_refused() -> None:
    expected = Refusal("theme-unknown", {"theme": "bruit", "declared": "air, eau"})
    assert expected == axis_refusal(proposal(axis="vert", theme="bruit"))


def test_a_theme_of_an_axis_without_themes_is_refused() -> None:
    expected = Refusal("theme-unknown", {"theme": "eau", "declared": "—"})
    assert expected == axis_refusal(proposal(axis="rue", theme="eau"))


def test_a_theme_needs_an_axis() -> None:
    assert Refusal("theme-without-axis") == axis_refusal(proposal(theme="eau"))


def test_an_action_needs_no_axis() -> None:
    assert 1 == after(proposal(), around=AXES).version


def test_an_axis_may_be_without_theme() -> None:
    assert 1 == after(proposal(axis="vert"), around=AXES).version


def test_a_declared_axis_and_theme_are_accepted() -> None:
    assert 1 == after(proposal(axis="vert", theme="eau"), around=AXES).version


def test_a_plan_without_axes_takes_any() -> None:
    assert 1 == after(proposal(axis="bleu", theme="eau")).version


def test_a_changed_description_is_held_against_the_axes_too() -> None:
    """Only the theme changes; it must be one of the axis that stays."""
    change = Describe(on="2021-01-01", change=Description(theme="bruit"))
    expected = Refusal("theme-unknown", {"theme": "bruit", "declared": "air, eau"})
    assert expected == axis_refusal(proposal(axis="vert", theme="eau"), change)


def test_a_theme_can_change_alone() -> None:
    change = Describe(on="2021-01-01", change=Description(theme="air"))
    state = after(proposal(axis="vert", theme="eau"), change, around=AXES)
    assert "air" == description(state).theme


def test_a_corrected_proposal_takes_nothing_from_the_retracted_one() -> None:
    """The wrong axis had a theme; the right one has none."""
    by = Propose(on="2020", title="Halle", axis="rue")
    command = Correct(entry=1, by=by, reason="r")
    state = after(proposal(axis="vert", theme="eau"), command, around=AXES)
    assert ("rue", None) == (description(state).axis, description(state).theme)


def test_a_back_dated_theme_belongs_to_the_axis_of_its_day() -> None:
    """From 2022 on the axis is `vert`; in 2021 it is still `rue`, which has no theme."""
    state = after(
        proposal(axis="rue"),
        Describe(on="2022-01-01", change=Description(axis="vert", theme="eau")),
        around=AXES,
    )
    early = Describe(on="2021-01-01", change=Description(theme="air"))
    assert isinstance(decide(early, state, AXES), Refusal)


RUE_SINCE_2021 = Describe(on="2021-01-01", change=Description(axis="rue"))
AIR_SINCE_2022 = Describe(on="2022-01-01", change=Description(theme="air"))
LATER: list[tuple[tuple[Any, ...], Any]] = [
    ((proposal(axis="vert"), AIR_SINCE_2022), RUE_SINCE_2021),
    (
        (proposal(axis="vert"), AIR_SINCE_2022),
        Correct(entry=1, by=proposal(axis="rue"), reason="r"),
    ),
    (
        (
            proposal(axis="rue"),
            Describe(on="2021-01-01", change=Description(axis="vert")),
            AIR_SINCE_2022,
        ),
        Retract(entry=2, reason="r"),
    ),
]


@pytest.mark.parametrize(("before", "command"), LATER)
def test_a_change_leaves_no_theme_without_its_axis_on_a_later_day(
    before: tuple[Any, ...], command: Any
) -> None:
    """From 2022 on the theme is `air`, which the axis `rue` does not have."""
    assert isinstance(decide(command, after(*before, around=AXES), AXES), Refusal)


DROPPED = after(proposal(axis="bleu"), Engage(on="2021"))  # when there still was an axis `bleu`


def test_an_axis_that_the_plan_has_dropped_can_be_left() -> None:
    """What was declared then stays as it was; what is new must be declared now."""
    change = Describe(on="2022-01-01", change=Description(axis="rue"))
    assert (Described(on="2022-01-01", change=change.change),) == decide(change, DROPPED, AXES)


@pytest.mark.parametrize(
    "command",
    [Retract(entry=2, reason="r"), Correct(entry=2, by=Realise(on="2021"), reason="r")],
)
def test_an_axis_that_the_plan_has_dropped_hinders_no_correction(command: Any) -> None:
    """The engagement is wrong, whatever became of the axis."""
    assert not isinstance(decide(command, DROPPED, AXES), Refusal)


# axis and theme of the change: axis and theme from then on, of an action in `vert`, `eau`.
MOVES = [
    ({"axis": "rue"}, ("rue", None)),
    ({"axis": "vert"}, ("vert", "eau")),
    ({"theme": "air"}, ("vert", "air")),
    ({"axis": "vert", "theme": "air"}, ("vert", "air")),
    ({"title": "Halles"}, ("vert", "eau")),
]


@pytest.mark.parametrize(("change", "expected"), MOVES)
def test_a_theme_belongs_to_its_axis(change: Any, expected: tuple[str, str | None]) -> None:
    """Another axis without a theme has none; the day before, all is as it was."""
    moved = Describe(on="2022-01-01", change=Description(**change))
    state = after(proposal(axis="vert", theme="eau"), moved, around=AXES)
    now, before = description(state), description(state, date(2021, 12, 31))
    assert (expected, ("vert", "eau")) == ((now.axis, now.theme), (before.axis, before.theme))


def test_a_correction_stands_where_the_history_was_broken() -> None:
    """Abandoned, not realised: before the reopening, though its date allows the end too."""
    state = after(PROPOSE, Realise(on="2021"), Reopen(on="2021", reason="r"))
    command = Correct(entry=2, by=Abandon(on="2021"), reason="r")
    expected = (Retracted(entry=2, reason="r"), Abandoned(on="2021", after=1))
    assert expected == decide(command, state)
    assert [1, 5, 3] == order(replay(expected, state))


# --- commands refuse bad values --------------------------------------------------------------

BAD: list[tuple[Any, dict[str, Any], str, str]] = [
    (Propose, {"on": "2023-02-30", "title": "t"}, "date-impossible", "on"),
    (Propose, {"on": "2023", "title": " "}, "text-empty", "title"),
    (Propose, {"on": "2023", "title": None}, "text-not-text", "title"),
    (Propose, {"on": "2023", "title": "t", "axis": "a b"}, "key-form", "axis"),
    (Propose, {"on": "2023", "title": "t", "tags": ["a b"]}, "key-form", "tag"),
    (Engage, {"on": "2023", "qualifier": "soon"}, "choice", "qualifier"),
    (Reopen, {"on": "2023", "to": "realised", "reason": "r"}, "choice", "to"),
    (Reopen, {"on": "2023", "to": "abandoned", "reason": "r"}, "choice", "to"),
    (Reopen, {"on": "2023", "to": "done", "reason": "r"}, "choice", "to"),
    (Reopen, {"on": "2023", "reason": ""}, "text-empty", "reason"),
    (Withdraw, {"on": "2023", "reason": ""}, "text-empty", "reason"),
    (Split, {"on": "2023", "targets": ["b"]}, "split-targets", "targets"),
    (Split, {"on": "2023", "targets": ["b", "b"]}, "split-targets", "targets"),
    (Split, {"on": "2023", "targets": ["b", "c", "b"]}, "split-targets", "targets"),
    (Describe, {"on": "2023", "change": Description()}, "date-not-exact", "on"),
    (Engage, {"on": "2023", "evidence": ["rapport"]}, "evidence-form", "evidence"),
    (AttachEvidence, {"evidence": []}, "evidence-none", "evidence"),
    (AttachEvidence, {"evidence": ["rapport"]}, "evidence-form", "evidence"),
]


@pytest.mark.parametrize(("command", "fields", "code", "field"), BAD)
def test_bad_values_of_commands(command: Any, fields: Any, code: str, field: str) -> None:
    """A value that no entry may hold makes no command."""
    with pytest.raises(InvalidValue) as caught:
        command(**fields)
    assert (code, field) == (caught.value.code, caught.value.facts["field"])


POISON: list[tuple[Any, dict[str, Any]]] = [
    (Engage, {"on": "2023", "at_least": "no"}),
    (Engage, {"on": "2023", "at_least": 1}),
    (Retract, {"entry": "1", "reason": "r"}),
    (Retract, {"entry": True, "reason": "r"}),
    (Retract, {"entry": 1.0, "reason": "r"}),
    (Retract, {"entry": 2**53, "reason": "r"}),
    (AttachEvidence, {"entry": True, "evidence": Evidence(title="x")}),
    (AttachEvidence, {"entry": 1.0, "evidence": Evidence(title="x")}),
    (Correct, {"entry": True, "by": PROPOSE, "reason": "r"}),
]


@pytest.mark.parametrize(("command", "fields"), POISON)
def test_what_no_decoder_takes_makes_no_command(command: Any, fields: Any) -> None:
    """A log is for ever: what is written but cannot be read would end it."""
    with pytest.raises(InvalidValue):
        decide(command(**fields), after(PROPOSE), AROUND)


def test_a_withdrawal_and_a_reopening_need_a_reason() -> None:
    for command in (Withdraw, Reopen, Retract):
        with pytest.raises(TypeError, match="reason"):
            command(**({"entry": 1} if command is Retract else {"on": "2023"}))


def test_tags_are_a_set_in_order() -> None:
    assert ("eau", "été") == Propose(on="2023", title="t", tags=["été", "eau", "été"]).tags


# --- what is seen ----------------------------------------------------------------------------


@MANY
@given(histories())
def test_what_is_seen_of_a_prefix_is_what_was_then(state: Action) -> None:
    """Who has seen the first n versions sees the action as it was after n events."""
    events = {i.version: i.event for i in (*state.statuses, *state.scopes, *state.remarks)}
    for item in (*state.statuses, *state.scopes, *state.remarks):
        if item.retracted_by is not None:
            events[item.retracted_by] = Retracted(entry=item.version, reason="r")
    for known in range(state.version + 1):
        was = replay(events[version] for version in range(1, known + 1))
        now = state.seen(range(1, known + 1))
        assert (was.statuses, was.scopes, was.remarks) == (now.statuses, now.scopes, now.remarks)


def test_before_the_retraction_is_known_the_entry_stands() -> None:
    """Both beliefs can be asked for ever."""
    state = after(PROPOSE, Engage(on="2021"), Retract(entry=2, reason="r"))
    assert [1, 2] == order(state.seen({1, 2}))
    assert [1] == order(state.seen({1, 2, 3}))
    assert [1] == order(state.seen({1}))
    assert [] == order(state.seen(()))


@MANY
@given(histories())
def test_every_history_is_legal_and_consistent(state: Action) -> None:
    """Whatever was accepted, the history that stands is one that can have been."""
    for items, may_follow in (
        (live(state.statuses), status_may_follow),
        (live(state.scopes), scope_may_follow),
    ):
        events: list[Any] = [item.event for item in items]
        pairs = zip([None, *events], events, strict=False)
        assert all(may_follow(before, event) for before, event in pairs)  # type: ignore[operator]
        assert all(a.on.earliest <= b.on.latest for n, a in enumerate(events) for b in events[n:])


# --- erasing ---------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", [0, -1, 4])
def test_texts_of_an_entry_that_is_not_there_are_not_erased(entry: int) -> None:
    """Entries are numbered from 1 to the last one, retracted ones and retractions included."""
    before = (PROPOSE, Engage(on="2021"), Retract(entry=2, reason="r"))
    assert ("entry-unknown", ()) == refusal(Erase(entry=entry, texts=[TEXT], reason="r"), *before)
    for there in (1, 2, 3):
        found = decide(Erase(entry=there, texts=[TEXT], reason="r"), after(*before))
        assert (Erased(entry=there, texts=[TEXT], reason="r"),) == found


@pytest.mark.parametrize(
    ("texts", "code"), [([], "erase-nothing"), (["Mme Dupont"], "commitment-form")]
)
def test_an_erasure_names_commitments(texts: list[Any], code: str) -> None:
    """At least one, and never the text itself: it would stand in the entry for ever."""
    with pytest.raises(InvalidValue) as error:
        Erase(entry=1, texts=texts, reason="r")
    assert code == error.value.code
    assert "Dupont" not in error.value.text("fr")
