"""An action's dated history: what is possible on a day, and what was known."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise, product
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import SCOPE_AFTER, STATUSES_AFTER, assignments, happened, word, worlds
from strategies import (
    ALL_DAYS,
    MANY,
    SOME,
    Move,
    histories,
    ledgers,
    play,
    terms,
)

from bilan_ledger.action import (
    Action,
    Correct,
    Describe,
    Description,
    Engage,
    Engaged,
    MarkNotAssessable,
    Propose,
    Qualified,
    Qualifier,
    Qualify,
    Realise,
    Scope,
    Status,
    Withdraw,
    decide,
    description,
    replay,
)
from bilan_ledger.dates import Instant
from bilan_ledger.entry import Entry, sealed_in, stream_id
from bilan_ledger.errors import Refusal
from bilan_ledger.evidence import Evidence
from bilan_ledger.history import (
    NOW,
    Known,
    Record,
    Standing,
    evidence_of,
    possible,
    qualifier,
    records,
    stated,
    timeline,
    together,
)
from bilan_ledger.plan import AmendPlan, CreatePlan, PublishFigure
from bilan_ledger.record import AttachEvidence, Erased, Retract, live
from bilan_ledger.text import Sealed

PROPOSE = Propose(on="2020-01-01", title="Halle")


def after(*commands: Any) -> Action:
    """Return the action after commands that are all accepted."""
    state = Action()
    for command in commands:
        events = decide(command, state)
        assert not isinstance(events, Refusal), events
        state = replay(events, state)
    return state


def words(action: Action, on: str) -> str:
    """Return the possible standings on a day as words."""
    found = possible(action, date.fromisoformat(on))
    return " ".join(sorted(f"{s.status or 'absent'}:{s.scope}" for s in found))


# --- possible standings ----------------------------------------------------------------------


def test_an_exact_history_has_one_standing_a_day() -> None:
    action = after(PROPOSE, Engage(on="2021-05-01"), Realise(on="2022-05-01"))
    days = ["2019-12-31", "2020-01-01", "2021-04-30", "2021-05-01", "2022-04-30", "2022-05-01"]
    assert [
        "absent:in-plan",
        "proposed:in-plan",
        "proposed:in-plan",
        "engaged:in-plan",
        "engaged:in-plan",
        "realised:in-plan",
    ] == [words(action, on) for on in days]


def test_during_an_uncertain_interval_both_are_possible() -> None:
    """Engaged some day of April: surely only on its last day."""
    action = after(PROPOSE, Engage(on="2023-04"))
    assert "proposed:in-plan" == words(action, "2023-03-31")
    assert "engaged:in-plan proposed:in-plan" == words(action, "2023-04-01")
    assert "engaged:in-plan proposed:in-plan" == words(action, "2023-04-29")
    assert "engaged:in-plan" == words(action, "2023-04-30")


def test_a_later_entry_tightens_an_earlier_one() -> None:
    """Engaged in 2021 or 2022, realised in March 2021: so engaged by then."""
    action = after(PROPOSE, Engage(on="2021/2022"), Realise(on="2021-03"))
    assert "realised:in-plan" == words(action, "2021-03-31")


def test_an_action_engaged_at_least_may_be_realised() -> None:
    action = after(PROPOSE, Engage(on="2021", at_least=True))
    assert "engaged:in-plan realised:in-plan" == words(action, "2021-12-31")


def test_scope_moves_beside_the_status() -> None:
    action = after(PROPOSE, Withdraw(on="2021", reason="r"), Engage(on="2022-05-01"))
    assert "proposed:in-plan proposed:withdrawn" == words(action, "2021-06-01")
    assert "engaged:withdrawn" == words(action, "2022-05-01")


@MANY
@given(histories())
def test_possible_standings_equal_brute_force(action: Action) -> None:
    """Every assignment of days to all entries that respects the order, on every day."""
    for on in ALL_DAYS:
        assert {standing for _, standing in worlds(action, on)} == possible(action, on)


@SOME
@given(histories())
def test_possible_standings_equal_brute_force_over_joint_assignments(action: Action) -> None:
    """Statuses and scopes are assigned together here, and not one beside the other."""
    statuses = [i.event for i in live(action.statuses)]
    scopes = [i.event for i in live(action.scopes)]
    ways = list(product(_ways(statuses), _ways(scopes)))
    for on in ALL_DAYS[::3]:
        expected = set()
        for of_statuses, of_scopes in ways:
            k, turn = happened(of_statuses, on), happened(of_scopes, on)
            scope = SCOPE_AFTER[word(scopes[turn - 1])] if turn else Scope.IN_PLAN
            told: set[Any] = STATUSES_AFTER[word(statuses[k - 1])] if k else {None}
            expected |= {Standing(status, scope) for status in told}
        assert expected == possible(action, on)


def _ways(events: Sequence[Any]) -> list[tuple[date, ...]]:
    return list(assignments([event.on for event in events]))


@MANY
@given(histories())
def test_between_breakpoints_nothing_changes(action: Action) -> None:
    """The possible standings differ from the day before on breakpoints only."""
    breakpoints = set(timeline(action).breakpoints())
    for before, on in pairwise(ALL_DAYS):
        if on not in breakpoints:
            assert possible(action, before) == possible(action, on)


CELLS = [
    (None, Scope.IN_PLAN, "absent"),
    (None, Scope.WITHDRAWN, "absent"),
    (Status.ENGAGED, Scope.IN_PLAN, "engaged"),
    (Status.ABANDONED, Scope.IN_PLAN, "abandoned"),
    (Status.ENGAGED, Scope.MERGED, "merged"),
    (Status.PROPOSED, Scope.NOT_ASSESSED, "not-assessed"),
]


@pytest.mark.parametrize(("status", "scope", "cell"), CELLS)
def test_the_word_under_which_a_standing_is_counted(
    status: Status | None, scope: Scope, cell: str
) -> None:
    assert cell == Standing(status, scope).cell


LISTED = [
    ("2020-01-05", {True, False}),
    ("2019-12-31", {False}),
    ("2020-01-08", {True}),
    ("2020-01-07", {True, False}),
    ("2020-01-03", {True, False}),
    ("2020-01-02", {False}),
]


@pytest.mark.parametrize(("by", "expected"), LISTED)
def test_suppositions_on_when_an_action_was_listed(by: str, expected: set[bool]) -> None:
    """Listed between the third and the eighth: by a day, after it, or either."""
    line = timeline(after(Propose(on="2020-01-03/2020-01-08", title="t")))
    assert expected == {listed for listed, _ in line.suppose_listed(by=date.fromisoformat(by))}


# --- qualifier, description, evidence --------------------------------------------------------


def shown(action: Action, on: str) -> Qualifier | None:
    """Return the qualifier shown on a day."""
    return qualifier(action, date.fromisoformat(on))


def test_a_qualifier_is_shown_from_the_latest_day_on_which_it_may_have_begun() -> None:
    action = after(PROPOSE, Engage(on="2023-04", qualifier="late"))
    assert None is shown(action, "2023-04-29")
    assert Qualifier.LATE is shown(action, "2023-04-30")


def test_a_later_status_ends_a_qualifier() -> None:
    action = after(PROPOSE, Engage(on="2021", qualifier="late"), Realise(on="2022"))
    assert Qualifier.LATE is shown(action, "2022-12-30")
    assert None is shown(action, "2022-12-31")


def test_a_qualifier_of_its_own() -> None:
    """Suspended from May on, and no more from July on."""
    action = after(
        PROPOSE, Qualify(on="2021-07-01"), Qualify(on="2021-05-01", qualifier="suspended")
    )
    days = ["2021-04-30", "2021-05-01", "2021-06-30", "2021-07-01"]
    assert [None, "suspended", "suspended", None] == [shown(action, on) for on in days]


def test_of_two_qualifiers_of_one_day_the_later_entry_is_shown() -> None:
    action = after(
        PROPOSE,
        Qualify(on="2021-05-01", qualifier="late"),
        Qualify(on="2021-05-01", qualifier="blocked"),
    )
    assert Qualifier.BLOCKED is shown(action, "2021-05-01")


def test_what_is_retracted_qualifies_no_more() -> None:
    action = after(PROPOSE, Qualify(on="2021", qualifier="late"), Retract(entry=2, reason="r"))
    assert None is shown(action, "2022-01-01")


def test_descriptions_and_evidence_end_no_qualifier() -> None:
    action = after(
        PROPOSE,
        Qualify(on="2021", qualifier="late"),
        Describe(on="2022-01-01", change=Description(title="x")),
        AttachEvidence(evidence=Evidence(title="Bilan")),
    )
    assert Qualifier.LATE is shown(action, "2023-01-01")


def test_a_remark_of_the_day_of_a_status_is_about_that_status() -> None:
    """Engaged on the first of June, and blocked from that day on."""
    action = after(PROPOSE, Engage(on="2021-06-01"), Qualify(on="2021-06-01", qualifier="blocked"))
    assert Qualifier.BLOCKED is shown(action, "2021-06-01")


def test_before_an_action_is_surely_listed_nothing_is_shown() -> None:
    action = after(
        Propose(on="2020/2021", title="t", qualifier="late"), Qualify(on="2020", qualifier="late")
    )
    assert None is shown(action, "2021-12-30")
    assert Qualifier.LATE is shown(action, "2021-12-31")


def test_a_remark_on_an_earlier_status_is_not_shown_on_the_next() -> None:
    """Blocked in May, engaged in June."""
    action = after(PROPOSE, Qualify(on="2021-05-01", qualifier="blocked"), Engage(on="2021-06-01"))
    assert Qualifier.BLOCKED is shown(action, "2021-05-31")
    assert None is shown(action, "2021-06-01")


@MANY
@given(histories())
def test_qualifiers_equal_brute_force(action: Action) -> None:
    """The status that has surely begun, and the last remark since then."""
    statuses = [i.event for i in live(action.statuses)]
    ways = _ways(statuses)
    sure = {on: min(happened(days, on) for days in ways) for on in ALL_DAYS}
    for on in ALL_DAYS:
        since = min(day for day in ALL_DAYS if sure[day] == sure[on])
        expected = getattr(statuses[sure[on] - 1], "qualifier", None) if sure[on] else None
        said = [
            (i.event.on.latest, i.version, i.event.qualifier)
            for i in live(action.remarks)
            if isinstance(i.event, Qualified) and since <= i.event.on.latest <= on and sure[on]
        ]
        assert (max(said)[2] if said else expected) is qualifier(action, on)


def test_a_back_dated_status_of_the_same_day_does_not_hide_the_later_status() -> None:
    """Realised in part on that day; that it had been engaged late is learnt afterwards."""
    action = after(
        PROPOSE,
        Realise(on="2022-05-01", qualifier="partial"),
        Engage(on="2022-05-01", qualifier="late"),
    )
    assert Qualifier.PARTIAL is shown(action, "2023-01-01")


def test_a_wide_interval_does_not_outlive_the_next_status() -> None:
    """Realised in 2022, the action is no longer the one engaged late in 2021 or 2023."""
    action = after(PROPOSE, Engage(on="2021/2023", qualifier="late"), Realise(on="2022"))
    assert "realised:in-plan" == words(action, "2024-01-01")
    assert None is shown(action, "2024-01-01")


def test_the_description_in_force_on_a_day() -> None:
    """Changes hold from their day on, and leave the other parts as they were."""
    action = after(
        Propose(on="2020", title="Halle", axis="rue", tags=["eau"]),
        Describe(on="2022-01-01", change=Description(axis="vert", theme="air")),
        Describe(on="2021-01-01", change=Description(title="Halles", axis="bleu", tags=[])),
    )
    first = Description(title="Halle", axis="rue", tags=["eau"])
    second = Description(title="Halles", axis="bleu", tags=())
    third = Description(title="Halles", axis="vert", theme="air", tags=())
    days = [date(2020, 12, 31), date(2021, 1, 1), date(2021, 12, 31), date(2022, 1, 1), None]
    assert [first, second, second, third, third] == [description(action, on) for on in days]


def test_of_two_descriptions_of_one_day_the_later_entry_holds() -> None:
    action = after(
        PROPOSE,
        Describe(on="2021-01-01", change=Description(title="a")),
        Describe(on="2021-01-01", change=Description(title="b")),
    )
    assert "b" == description(action).title


def test_a_retracted_description_does_not_hold() -> None:
    action = after(
        PROPOSE,
        Describe(on="2021-01-01", change=Description(title="a")),
        Retract(entry=2, reason="r"),
    )
    assert "Halle" == description(action).title


def test_the_description_is_that_of_the_proposal_that_stands() -> None:
    action = after(PROPOSE, Correct(entry=1, by=Propose(on="2020", title="Halles"), reason="r"))
    assert "Halles" == description(action).title


def test_an_unlisted_action_keeps_its_first_description() -> None:
    assert "Halle" == description(after(PROPOSE, Retract(entry=1, reason="r"))).title


def test_the_first_description_has_all_its_parts() -> None:
    proposal = Propose(
        on="2020", title="Halle", axis="x", theme="y", tags=["t"], responsible="Mme X"
    )
    expected = Description(title="Halle", axis="x", theme="y", tags=["t"], responsible="Mme X")
    assert expected == description(after(proposal))


def test_evidence_in_the_order_of_entries() -> None:
    """Of statuses, scopes and remarks; not of what was retracted."""
    a, b, c, d, e = (Evidence(title=title) for title in "abcde")
    action = after(
        attrs.evolve(PROPOSE, evidence=a),
        Realise(on="2022", evidence=[b, c]),
        Engage(on="2021", evidence=d),
        AttachEvidence(evidence=e),
        MarkNotAssessable(on="2021", evidence=a),
        Describe(on="2021-01-01", change=Description(title="x")),
        Retract(entry=3, reason="r"),
    )
    assert (a, b, c, e, a) == evidence_of(action)


def test_evidence_for_a_retracted_entry_does_not_stand() -> None:
    action = after(
        PROPOSE,
        Engage(on="2021"),
        AttachEvidence(evidence=Evidence(title="of 2"), entry=2),
        AttachEvidence(evidence=Evidence(title="of 1"), entry=1),
        Retract(entry=2, reason="r"),
    )
    assert (Evidence(title="of 1"),) == evidence_of(action)


# --- knowledge -------------------------------------------------------------------------------


def moves(*commands: Any, hours: int = 24) -> list[Move]:
    """Return moves about action `p/a`, one a day, after the creation of plan `p`."""
    first = Move("p", None, CreatePlan(terms=terms()))
    return [first, *(Move("p", "a", command, hours) for command in commands)]


KNOWN = [(NOW, [0, 1, 2]), (Known(index=2), [0, 1, 2]), (Known(index=1), [0, 1])]
KNOWN += [(Known(index=0), [0]), (Known(index=-1), [])]


@pytest.mark.parametrize(("known", "expected"), KNOWN)
def test_what_was_known_by_index(known: Known, expected: list[int]) -> None:
    """The order of knowledge is the log's index."""
    log = play(moves(PROPOSE, Engage(on="2021")))
    record = records(log)["p"]
    assert expected == [entry.index for entry in log if record.knew(known, entry)]


# Stated dates of the proposal and the engagement, both recorded in 2024; known by 1 June 2022.
STATED = [
    ("2022-05-31T00:00:00Z", "2022-06-01T00:00:00Z", [1, 2]),
    ("2022-05-31T00:00:00Z", "2022-06-01T00:00:01Z", [1]),
    ("2022-05-31T00:00:00Z", None, [1]),
    (None, None, []),
    (None, "2022-05-31T00:00:00Z", []),
    ("2022-06-02T00:00:00Z", "2022-05-31T00:00:00Z", []),
]


@pytest.mark.parametrize(("first", "second", "expected"), STATED)
def test_what_was_known_by_stated_date(
    first: str | None, second: str | None, expected: list[int]
) -> None:
    """The recorded date where none is stated, and never before an earlier entry of the action."""
    told = [None, first, second]
    log = [
        attrs.evolve(
            entry, recorded_at=Instant.of("2024-01-01T00:00:00Z"),
            stated_at=Instant.of(told[entry.index] or "2024-01-01T00:00:00Z"),
        )
        for entry in play(moves(PROPOSE, Engage(on="2021")))
    ]  # fmt: skip
    log = [entry if told[entry.index] else attrs.evolve(entry, stated_at=None) for entry in log]
    record = records(log)["p"]
    known = Known(stated=Instant.of("2022-06-01T00:00:00Z"))
    assert expected == [entry.index for entry in log if record.knew(known, entry)]


def test_what_is_stated_never_goes_back() -> None:
    """Each entry of a stream is known when all before it are."""
    log = play(moves(PROPOSE, Engage(on="2021"), Realise(on="2022")))
    days = [f"2022-01-0{n}T00:00:00Z" for n in (2, 1, 4, 3)]
    log = [attrs.evolve(e, stated_at=Instant.of(on)) for e, on in zip(log, days, strict=True)]
    expected = [f"2022-01-0{n}T00:00:00.000000Z" for n in (2, 2, 4, 4)]
    assert expected == [str(moment) for moment in stated(log)]


def test_an_entry_knows_its_stream_its_subject_and_its_evidence() -> None:
    plan, action = play(moves(attrs.evolve(PROPOSE, evidence=Evidence(title="x"))))
    assert ("p", "p/a") == (plan.subject, action.subject)
    assert (stream_id("p"), stream_id("p", "a")) == (plan.stream, action.stream)
    assert ((), (Evidence(title="x"),)) == (plan.evidence, action.evidence)


def test_stream_ids_are_fixed_for_ever() -> None:
    """Imports are idempotent because the same names give the same ids."""
    assert "63476fe6-a63e-5431-95b4-fd4bc6651d47" == str(stream_id("bethune-2020"))
    assert "7d70b63d-27e7-5d22-8ca9-28fab1b57f69" == str(stream_id("bethune-2020", "zoom-01"))


def test_known_cuts_the_log_first() -> None:
    """The retraction is entry 3; before it, the engagement was believed."""
    log = play(moves(PROPOSE, Engage(on="2021"), Retract(entry=2, reason="r")))
    record = records(log)["p"]
    on = date(2022, 1, 1)
    views = [record.view(Known(index=n)) for n in range(-1, 4)]
    believed = [[s.cell for a in view.actions.values() for s in possible(a, on)] for view in views]
    assert [[], [], ["proposed"], ["engaged"], ["proposed"]] == believed
    assert record.view(Known(index=3)).actions == record.view().actions


def test_what_is_not_on_a_list_is_not_seen() -> None:
    log = play(moves(PROPOSE, Retract(entry=1, reason="r")))
    assert {} == records(log)["p"].view().actions


def test_without_its_plan_nothing_is_seen() -> None:
    """Entry 0 creates the plan."""
    view = records(play(moves(PROPOSE)))["p"].view(Known(index=-1))
    assert ({}, {}) == (view.plans, view.actions)


def test_by_stated_date_a_plan_stated_later_hides_its_actions() -> None:
    """The source states the proposal before it states the plan."""
    log = play(moves(PROPOSE))
    early, late = Instant.of("2010-01-01T00:00:00Z"), Instant.of("2011-01-01T00:00:00Z")
    record = records([attrs.evolve(log[0], stated_at=late), attrs.evolve(log[1], stated_at=early)])[
        "p"
    ]
    assert ({}, {}) == (
        record.view(Known(stated=early)).plans,
        record.view(Known(stated=early)).actions,
    )
    assert ["p/a"] == list(record.view(Known(stated=late)).actions)


def same(view: Any) -> Any:
    """Return what a view says, without the number of versions that its streams have by now."""
    plans = {key: (plan.created, plan.items) for key, plan in view.plans.items()}
    actions = {key: (a.statuses, a.scopes, a.remarks) for key, a in view.actions.items()}
    return plans, actions


@SOME
@given(ledgers())
def test_a_replayed_prefix_of_the_log_is_what_was_known_then(log: list[Entry]) -> None:
    """Replay of the first entries equals `known=` at the last of them."""
    whole = records(log)["p"]
    for entry_ in log:
        prefix = records(log[: entry_.index + 1])["p"]
        assert same(prefix.view()) == same(whole.view(Known(index=entry_.index)))


@SOME
@given(ledgers(names=("p", "q")))
def test_knowledge_of_several_plans_together(log: list[Entry]) -> None:
    """Each plan is cut at the same index of the one log."""
    found = records(log)
    for index in range(len(log)):
        known = Known(index=index)
        view = together([record.view(known) for record in found.values()])
        prefix = together([record.view() for record in records(log[: index + 1]).values()])
        assert same(prefix) == same(view)
        assert known == view.known


@SOME
@given(ledgers())
def test_a_stated_view_is_a_fold_of_what_was_stated(log: list[Entry]) -> None:
    """What the source had said of each action by then is a prefix of its stream."""
    whole = records(log)["p"]
    for moment in sorted({e.stated_at or e.recorded_at for e in log}):
        known = Known(stated=moment)
        told = records(e for e in log if whole.knew(known, e)).get("p", Record("p"))
        assert same(told.view()) == same(whole.view(known))


@SOME
@given(ledgers(), st.randoms())
def test_a_stated_view_is_a_history_that_can_have_been(log: list[Entry], dice: Random) -> None:
    """However out of order the source states what it did, each action has a standing."""
    log = [attrs.evolve(e, stated_at=dice.choice(log).recorded_at) for e in log]
    whole = records(log)["p"]
    for moment in sorted({e.recorded_at for e in log}):
        for action in whole.view(Known(stated=moment)).actions.values():
            assert all(possible(action, on) for on in ALL_DAYS[::4])
            assert description(action).title


def test_views_together_keep_the_order_of_plans() -> None:
    log = play([*moves(PROPOSE), Move("q", None, CreatePlan(terms=terms()))])
    found = records(log)
    view = together([found["q"].view(), found["p"].view()])
    assert (["q", "p"], ["p/a"], NOW) == (list(view.plans), list(view.actions), view.known)


def test_a_record_keeps_entries_by_stream() -> None:
    log = play(moves(PROPOSE))
    record = records(log)["p"]
    assert log == record.entries
    assert {None: [log[0]], "a": [log[1]]} == record.streams


def test_terms_as_known_then() -> None:
    """An amendment that was not yet recorded does not hold."""
    log = play(
        [
            Move("p", None, CreatePlan(terms=terms())),
            Move("p", None, AmendPlan(on="2021-01-01", terms=terms(title="Deux"))),
            Move("p", None, PublishFigure(percentage="81", on="2021-01-01")),
        ]
    )
    record = records(log)["p"]
    titles = [record.view(Known(index=n)).plans["p"].terms().title for n in range(3)]
    assert ["Programme", "Deux", "Deux"] == titles
    figures = [len(record.view(Known(index=n)).plans["p"].figures) for n in range(3)]
    assert [0, 0, 1] == figures


# --- what an entry seals ---------------------------------------------------------------------


def test_every_commitment_of_an_entry_is_named_with_its_field() -> None:
    """At any depth; what an erasure says of another entry's texts is not its own."""
    by, note, quoted, why = (Sealed(digit * 64) for digit in "1234")
    shown = Evidence(title="x", quotation=quoted)
    about = {"index": 0, "plan": "p", "action": "a", "version": 1, "recorded_by": by}
    moment = Instant.parse("2026-01-01T00:00:00.000000Z")
    engaged = Entry(
        **about, recorded_at=moment, event=Engaged(on="2021", note=note, evidence=shown)
    )
    assert [("recorded_by", by), ("quotation", quoted), ("note", note)] == [*sealed_in(engaged)]
    erased = Entry(**about, recorded_at=moment, event=Erased(entry=1, texts=[note], reason=why))
    assert [("recorded_by", by), ("reason", why)] == [*sealed_in(erased)]
