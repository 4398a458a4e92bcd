"""The rule book of a plan: its terms, its published figures, and what each state answers."""

from datetime import date
from decimal import Decimal
from typing import Any, get_args

import attrs
import pytest
from strategies import terms

from bilan_ledger.action import Status
from bilan_ledger.dates import When
from bilan_ledger.errors import InvalidValue, Refusal
from bilan_ledger.evidence import Evidence
from bilan_ledger.plan import (
    AmendPlan,
    Axis,
    Base,
    Command,
    CreatePlan,
    Event,
    FigurePublished,
    Plan,
    PlanAmended,
    PlanCreated,
    Policy,
    PublishFigure,
    Rounding,
    Territory,
    Theme,
    again,
    decide,
    evolve,
)
from bilan_ledger.record import (
    AttachEvidence,
    Erase,
    Erased,
    EvidenceAttached,
    Retract,
    Retracted,
)
from bilan_ledger.text import Sealed

CREATE = CreatePlan(terms=terms())
PUBLISH = PublishFigure(percentage="81", of=131, on="2023-12-31")
AMEND = AmendPlan(on="2022-01-01", terms=terms(title="Deux"))


def after(*commands: Any) -> Plan:
    """Return the plan after commands that are all accepted."""
    state = Plan()
    for command in commands:
        events = decide(command, state)
        assert not isinstance(events, Refusal), events
        for event in events:
            state = evolve(state, event)
    return state


# --- what each state answers -----------------------------------------------------------------

STATES: dict[str, tuple[Any, ...]] = {
    "nothing": (),
    "created": (CREATE,),
    "amended": (CREATE, AMEND),
    "published": (CREATE, PUBLISH),
    "retracted": (CREATE, PUBLISH, Retract(entry=2, reason="r")),
}
PROOF = Evidence(title="Bilan")
TEXT = Sealed("0" * 64)
COMMANDS: dict[str, Any] = {
    "create": CREATE,
    "amend": AMEND,
    "publish": PUBLISH,
    "attach": AttachEvidence(evidence=PROOF),
    "attach to 1": AttachEvidence(evidence=PROOF, entry=1),
    "attach to 2": AttachEvidence(evidence=PROOF, entry=2),
    "attach to 3": AttachEvidence(evidence=PROOF, entry=3),
    "retract 1": Retract(entry=1, reason="r"),
    "retract 2": Retract(entry=2, reason="r"),
    "retract 3": Retract(entry=3, reason="r"),
    "retract 4": Retract(entry=4, reason="r"),
    "erase 1": Erase(entry=1, texts=[TEXT], reason="r"),
    "erase 3": Erase(entry=3, texts=[TEXT], reason="r"),
}

# Columns: the states in their order. Events (class names) or a rule code (lower case).
GRID: dict[str, tuple[str, str, str, str, str]] = {
    "create": ("PlanCreated", "plan-exists", "plan-exists", "plan-exists", "plan-exists"),
    "amend": ("plan-unknown", "PlanAmended", "PlanAmended", "PlanAmended", "PlanAmended"),
    "publish": (
        *("plan-unknown", "FigurePublished", "FigurePublished"),
        *("figure-exists", "FigurePublished"),
    ),
    "attach": ("plan-unknown", *("EvidenceAttached",) * 4),
    "attach to 1": ("plan-unknown", *("EvidenceAttached",) * 4),
    "attach to 2": (
        *("plan-unknown", "entry-unknown", "EvidenceAttached"),
        *("EvidenceAttached", "entry-retracted"),
    ),
    "attach to 3": (
        *("plan-unknown", "entry-unknown", "entry-unknown"),
        *("entry-unknown", "entry-final"),
    ),
    "retract 1": ("plan-unknown", "entry-final", "entry-final", "entry-final", "entry-final"),
    "retract 2": ("plan-unknown", "entry-unknown", "Retracted", "Retracted", "entry-retracted"),
    "retract 3": (
        *("plan-unknown", "entry-unknown", "entry-unknown"),
        *("entry-unknown", "entry-final"),
    ),
    "retract 4": ("plan-unknown", *("entry-unknown",) * 4),
    "erase 1": ("plan-unknown", *("Erased",) * 4),
    "erase 3": ("plan-unknown", *("entry-unknown",) * 3, "Erased"),
}
CELLS = [(command, state) for command in GRID for state in STATES]


def test_the_grid_is_full() -> None:
    """Every command class meets every state."""
    assert set(COMMANDS) == set(GRID)
    assert {len(STATES)} == {len(row) for row in GRID.values()}
    assert set(get_args(Command)) == {type(command) for command in COMMANDS.values()}


@pytest.mark.parametrize(("command", "state"), CELLS)
def test_what_each_state_answers(command: str, state: str) -> None:
    """Each command gives the events of the grid, or is refused with its rule code."""
    expected = dict(zip(STATES, GRID[command], strict=True))[state]
    found = decide(COMMANDS[command], after(*STATES[state]))
    if isinstance(found, Refusal):
        assert expected == found.code
        assert found.text("fr") != found.text("en")
    else:
        assert expected == " ".join(type(event).__name__ for event in found)


REFUSALS: list[tuple[tuple[Any, ...], Any, Refusal]] = [
    ((CREATE, PUBLISH), CREATE, Refusal("plan-exists", {}, (1,))),
    ((), PUBLISH, Refusal("plan-unknown")),
    ((CREATE, AMEND, PUBLISH), PUBLISH, Refusal("figure-exists", {"on": PUBLISH.on}, (3,))),
    ((CREATE,), COMMANDS["retract 4"], Refusal("entry-unknown", {"entry": 4, "last": 1})),
    ((CREATE,), COMMANDS["retract 1"], Refusal("entry-final", {"entry": 1, "last": 1})),
    (STATES["retracted"], COMMANDS["retract 2"], Refusal("entry-retracted", {"entry": 2}, (3,))),
]


@pytest.mark.parametrize(("before", "command", "expected"), REFUSALS)
def test_refusals_name_their_facts_and_entries(
    before: tuple[Any, ...], command: Any, expected: Refusal
) -> None:
    assert expected == decide(command, after(*before))


OTHER_FIGURES: list[dict[str, Any]] = [
    {"on": "2023-12-30"},
    {"percentage": "82"},
    {"percentage": "81.0"},
    {"of": 132},
    {"of": None},
    {"counted": ["realised"]},
    {"base": "without-abandoned"},
    {"rounding": "floor"},
    {"published": "2024-01"},
]


@pytest.mark.parametrize("changes", OTHER_FIGURES, ids=str)
def test_figures_that_differ_may_stand_beside_one_another(changes: dict[str, Any]) -> None:
    """Another day, another rule, another publication: another figure."""
    other = attrs.evolve(PUBLISH, **changes)
    assert 2 == len(after(CREATE, PUBLISH, other).figures)


def test_the_same_figure_with_other_evidence_is_the_same_figure() -> None:
    other = attrs.evolve(PUBLISH, evidence=PROOF, note="relu")
    assert Refusal("figure-exists", {"on": PUBLISH.on}, (2,)) == decide(
        other, after(CREATE, PUBLISH)
    )


def test_an_event_carries_what_its_command_said() -> None:
    command = attrs.evolve(
        PUBLISH, evidence=PROOF, note="p. 4", published="2023-11", base="initial-list"
    )
    expected = FigurePublished(
        percentage="81", of=131, on="2023-12-31", evidence=(PROOF,), note="p. 4",
        published="2023-11", base="initial-list",
    )  # fmt: skip
    assert (expected,) == decide(command, after(CREATE))


# --- what each event changes -----------------------------------------------------------------

BEFORE = after(CREATE, AMEND, PUBLISH)
OTHER = PlanCreated(terms=terms(title="Autre"))

# event: (created, versions of items, retracted ones) after it, as entry 4.
CHANGES: list[tuple[Event, str, list[int], dict[int, int]]] = [
    (OTHER, "Autre", [2, 3], {}),
    (PlanAmended(on="2022-01-01", terms=terms()), "Programme", [2, 3, 4], {}),
    (FigurePublished(percentage="1", on="2022-01-01"), "Programme", [2, 3, 4], {}),
    (EvidenceAttached(evidence=PROOF), "Programme", [2, 3, 4], {}),
    (Retracted(entry=2, reason="r"), "Programme", [2, 3], {2: 4}),
    (Retracted(entry=3, reason="r"), "Programme", [2, 3], {3: 4}),
    (Erased(entry=2, texts=[TEXT], reason="r"), "Programme", [2, 3], {}),
]


def test_every_event_is_in_the_table_of_changes() -> None:
    assert set(get_args(Event)) == {type(event) for event, *_ in CHANGES}


@pytest.mark.parametrize(("event", "title", "versions", "retracted"), CHANGES)
def test_what_each_event_changes(
    event: Event, title: str, versions: list[int], retracted: dict[int, int]
) -> None:
    """An event is kept as recorded, retracts what it names, and changes nothing else."""
    now = evolve(BEFORE, event)
    assert now.created is not None
    assert (4, title) == (now.version, now.created.terms.title)
    assert versions == [item.version for item in now.items]
    assert retracted == {i.version: i.retracted_by for i in now.items if i.retracted_by is not None}
    expected = [item.event for item in BEFORE.items] + [event]
    assert expected[: len(now.items)] == [item.event for item in now.items]


# --- terms on a day --------------------------------------------------------------------------


def test_terms_hold_from_their_day_on() -> None:
    """Amendments in the order of their days; of one day, the later entry."""
    state = after(
        CREATE,
        AmendPlan(on="2024-01-01", terms=terms(title="Quatre")),
        AmendPlan(on="2022-01-01", terms=terms(title="Trois")),
        AMEND,
    )
    days = [date(2021, 12, 31), date(2022, 1, 1), date(2023, 12, 31), date(2024, 1, 1), None]
    expected = ["Programme", "Deux", "Deux", "Quatre", "Quatre"]
    assert expected == [state.terms(on).title for on in days]


def test_a_retracted_amendment_does_not_hold() -> None:
    assert "Programme" == after(CREATE, AMEND, Retract(entry=2, reason="r")).terms().title


def test_a_plan_that_was_never_created_has_no_terms() -> None:
    with pytest.raises(AssertionError, match="never created"):
        Plan().terms()


def test_the_figures_that_stand() -> None:
    """In the order of recording, without those retracted."""
    other = attrs.evolve(PUBLISH, of=132)
    state = after(CREATE, PUBLISH, AMEND, other, Retract(entry=2, reason="r"))
    assert [4] == [item.version for item in state.figures]


def test_what_is_seen_of_a_plan() -> None:
    """Nothing without entry 1; a retraction only by who has seen it."""
    state = after(CREATE, PUBLISH, Retract(entry=2, reason="r"))
    assert None is state.seen({2, 3}).created
    assert state.created == state.seen({1}).created
    assert [[], [2], [2], []] == [
        [item.version for item in state.seen(visible).figures]
        for visible in ({1}, {1, 2}, {2}, {1, 2, 3})
    ]
    assert 3 == state.seen(()).version


# --- values ----------------------------------------------------------------------------------


def test_the_default_policy_is_the_founding_figures() -> None:
    """Engaged or realised, of all, half-up to whole percent."""
    found = Policy()
    assert (Status.ENGAGED, Status.REALISED) == found.counted
    assert (Base.ALL, Rounding.HALF_UP, 0) == (found.base, found.rounding, found.decimals)


def test_the_statuses_that_count_are_a_set() -> None:
    """Written in any order, twice, or alone, they are kept in the order of life."""
    assert Policy() == Policy(counted=["realised", "engaged", "realised"])
    assert (Status.REALISED,) == Policy(counted="realised").counted


def test_the_words_of_a_policy() -> None:
    bases = ["all", "without-abandoned", "initial-list", "without-not-assessable"]
    assert bases == [base.value for base in Base]
    roundings = ["half-up", "half-even", "floor", "ceiling"]
    assert roundings == [rounding.value for rounding in Rounding]


BAD_POLICIES: list[tuple[dict[str, Any], str, str]] = [
    ({"counted": []}, "counted-empty", "counted"),
    ({"counted": ["done"]}, "choice", "counted"),
    ({"base": "some"}, "choice", "base"),
    ({"rounding": "up"}, "choice", "rounding"),
    ({"decimals": -1}, "decimals", "decimals"),
    ({"decimals": 7}, "decimals", "decimals"),
    ({"decimals": True}, "decimals", "decimals"),
    ({"decimals": "1"}, "decimals", "decimals"),
    ({"decimals": 1.0}, "decimals", "decimals"),
]


@pytest.mark.parametrize(("fields", "code", "field"), BAD_POLICIES)
def test_bad_policies(fields: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Policy(**fields)
    assert (code, field) == (caught.value.code, caught.value.facts["field"])


def test_up_to_six_decimals() -> None:
    assert [0, 6] == [Policy(decimals=n).decimals for n in (0, 6)]


GOOD_TERRITORIES: list[dict[str, Any]] = [
    {"insee": "62119"},
    {"insee": "2A004"},
    {"insee": "2B033"},
    {"siren": "216201194"},
    {"timezone": "Indian/Reunion"},
]
BAD_TERRITORIES: list[tuple[dict[str, Any], str, str]] = [
    ({"name": ""}, "text-empty", "territory.name"),
    ({"insee": "6211"}, "insee-form", "territory.insee"),
    ({"insee": "621190"}, "insee-form", "territory.insee"),
    ({"insee": "2C004"}, "insee-form", "territory.insee"),
    ({"insee": 62119}, "text-not-text", "territory.insee"),
    ({"siren": "21620119"}, "siren-form", "territory.siren"),
    ({"timezone": "Europe/Bethune"}, "timezone-unknown", "territory.timezone"),
    ({"timezone": "../../etc/passwd"}, "timezone-unknown", "territory.timezone"),
    ({"timezone": "Europe"}, "timezone-unknown", "territory.timezone"),
    ({"timezone": ""}, "text-empty", "territory.timezone"),
]


@pytest.mark.parametrize("fields", GOOD_TERRITORIES, ids=str)
def test_territories(fields: dict[str, Any]) -> None:
    found = Territory(name="Béthune", **fields)
    assert fields.items() <= attrs.asdict(found).items()


def test_days_are_those_of_paris_unless_told() -> None:
    assert "Europe/Paris" == Territory(name="Béthune").timezone


@pytest.mark.parametrize(("fields", "code", "field"), BAD_TERRITORIES)
def test_bad_territories(fields: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Territory(**{"name": "Béthune", **fields})
    assert (code, field) == (caught.value.code, caught.value.facts["field"])


def test_the_initial_list_is_closed_on_the_first_day_unless_told() -> None:
    assert date(2020, 1, 4) == terms().initial_list_day
    assert date(2020, 9, 28) == terms(initial_list_on="2020-09-28").initial_list_day


def axis(key: str, *themes: str) -> Axis:
    """Return an axis with themes."""
    return Axis(key=key, title="Axe", themes=[Theme(key=each, title="Thème") for each in themes])


def test_axes_and_their_themes() -> None:
    """The same theme may be in two axes."""
    found = terms(axes=[axis("a", "x", "y"), axis("b", "x")]).axes
    assert [("a", ["x", "y"]), ("b", ["x"])] == [(a.key, [t.key for t in a.themes]) for a in found]


def test_a_period_of_one_day() -> None:
    found = terms(start="2020-01-01", end="2020-01-01")
    assert found.start == found.end


BAD_TERMS: list[tuple[Any, str, str, Any]] = [
    (lambda: terms(title=""), "text-empty", "title", ""),
    (lambda: terms(start="2020"), "date-not-exact", "start", "2020"),
    (lambda: terms(end="2023-02-30"), "date-impossible", "end", "2023-02-30"),
    (lambda: terms(end="2020-01-03"), "date-reversed", "end", "2020-01-04/2020-01-03"),
    (lambda: terms(initial_list_on="2020-13"), "date-impossible", "initial_list_on", "2020-13"),
    (lambda: terms(axes=[axis("a"), axis("b"), axis("a")]), "key-twice", "axis", "a"),
    (lambda: axis("a", "x", "x"), "key-twice", "theme", "x"),
    (lambda: axis("a b"), "key-form", "axis", "a b"),
    (lambda: axis("a", "x y"), "key-form", "theme", "x y"),
    (lambda: Axis(key="a", title=""), "text-empty", "axis.title", ""),
    (lambda: Theme(key="a", title=""), "text-empty", "theme.title", ""),
    (lambda: AmendPlan(on="2022", terms=terms()), "date-not-exact", "on", "2022"),
]


@pytest.mark.parametrize(("make", "code", "field", "value"), BAD_TERMS)
def test_bad_terms(make: Any, code: str, field: str, value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        make()
    facts = caught.value.facts
    assert (code, field, value) == (caught.value.code, facts["field"], facts["value"])


@pytest.mark.parametrize("changes", [{"territory": "Béthune"}, {"policy": "all"}])
def test_territory_and_policy_are_what_they_are_called(changes: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=next(iter(changes))):
        terms(**changes)


# --- published figures -----------------------------------------------------------------------


def test_the_policy_of_a_printed_figure() -> None:
    """As many decimals as were printed."""
    found = PublishFigure(
        percentage="80.90", on="2023-12-31", counted=["realised"], base="initial-list",
        rounding="floor",
    )  # fmt: skip
    expected = Policy(counted=["realised"], base="initial-list", rounding="floor", decimals=2)
    assert expected == found.policy
    assert 0 == PUBLISH.policy.decimals


def test_a_published_figure_has_its_publication() -> None:
    found = attrs.evolve(PUBLISH, published="2023-11")
    assert (When("2023-11"), None) == (found.published, PUBLISH.published)


@pytest.mark.parametrize("printed", ["0", "100", "81", "80.916031", 81, Decimal("81.0")])
def test_percentages_that_can_be_printed(printed: Any) -> None:
    assert Decimal(printed) == attrs.evolve(PUBLISH, percentage=printed).percentage


BAD_FIGURES: list[tuple[dict[str, Any], str, str]] = [
    ({"percentage": "-1"}, "percentage-range", "percentage"),
    ({"percentage": "100.1"}, "percentage-range", "percentage"),
    ({"percentage": 81.0}, "decimal-form", "percentage"),
    ({"percentage": "81 %"}, "decimal-form", "percentage"),
    ({"of": 0}, "of-form", "of"),
    ({"of": -131}, "of-form", "of"),
    ({"of": "131"}, "of-form", "of"),
    ({"of": True}, "of-form", "of"),
    ({"on": "2023"}, "date-not-exact", "on"),
    ({"counted": []}, "counted-empty", "counted"),
    ({"base": "some"}, "choice", "base"),
    ({"rounding": "up"}, "choice", "rounding"),
    ({"published": "automne"}, "date-form", "published"),
    ({"evidence": ["Bilan"]}, "evidence-form", "evidence"),
]


@pytest.mark.parametrize(("fields", "code", "field"), BAD_FIGURES)
def test_bad_figures(fields: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        attrs.evolve(PUBLISH, **fields)
    assert (code, field) == (caught.value.code, caught.value.facts["field"])


def test_a_percentage_with_more_decimals_than_a_policy_has_is_refused() -> None:
    """It could be recorded, and then its policy could not be asked for any more."""
    with pytest.raises(InvalidValue, match="7 is not a number of decimals"):
        attrs.evolve(PUBLISH, percentage="80.9160305")


def test_a_number_of_actions_is_one_that_json_holds() -> None:
    """RFC 8785 keeps whole numbers up to 2^53 - 1."""
    with pytest.raises(InvalidValue):
        attrs.evolve(PUBLISH, of=2**53)


@pytest.mark.parametrize("command", [CREATE, AMEND, PUBLISH, *COMMANDS.values()], ids=str)
def test_the_command_of_an_event_is_the_one_that_gave_it(command: Any) -> None:
    """So that an audit can decide it again."""
    before = () if command is CREATE else (CREATE, PUBLISH, AMEND)
    found = decide(command, after(*before))
    if not isinstance(found, Refusal):
        assert [command] == [again(event) for event in found]
