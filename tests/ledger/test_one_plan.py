"""A question about one plan reads that plan alone, and answers as if all had been read."""

import copy
import pickle
from datetime import UTC, datetime

import pytest
from ledger_samples import Clock

from bilan_ledger import (
    CreatePlan,
    Engage,
    Ledger,
    MalformedEntry,
    Merge,
    NotFound,
    Order,
    Propose,
    PublishFigure,
    Retract,
    Terms,
    Territory,
    wire,
)
from bilan_ledger.dates import Instant
from bilan_ledger.history import Known
from bilan_ledger.ledger import kept
from bilan_ledger.text import _INVISIBLE, _INVISIBLE_IN_LINES

TERMS = Terms(title="P", territory=Territory(name="V"), start="2024-01-01", end="2024-12-31")
PLANS = ["delta", "alpha", "charlie", "bravo"]  # in the order of their creation
ROUNDS = [
    lambda plan: Order(plan, CreatePlan(terms=TERMS)),
    lambda plan: Order(f"{plan}/A", Propose(on="2024-01", title="A")),
    lambda plan: Order(f"{plan}/B", Propose(on="2024-02-02", title="B")),
    lambda plan: Order(f"{plan}/A", Engage(on="2024-03-01")),
    lambda plan: Order(plan, PublishFigure(percentage=50, of=2, on="2024-04-01")),
    lambda plan: Order(f"{plan}/B", Merge(on="2024-05-01", target="A")),
    lambda plan: Order(f"{plan}/A", Retract(entry=2, reason="erreur")),
]
KNOWN = [None, 3, 11, 27, "2024-02-01", "stated:2024-02-01", datetime(2024, 2, 1, 12, tzinfo=UTC)]


def create(place, clock):
    """Make a ledger of plans whose entries lie among each other."""
    with Ledger.create(place) as _:
        pass
    with Ledger.open(place, recorded_by="Mairie", clock=clock) as ledger:
        for order in ROUNDS:
            ledger.record_all([order(plan) for plan in PLANS])
            clock.tick(minutes=60 * 24)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    found = tmp_path / "x.ledger"
    if request.param == "postgres":
        found = request.getfixturevalue("postgres_url")
    create(found, Clock("2024-01-30T09:00:00+00:00"))
    return found


def answers(ledger, plan, known):
    """Ask all that can be asked of one plan; what is refused is an answer too."""
    asks = {
        "figure": lambda: ledger.figure(plan, on="2024-06-01", known=known),
        "curve": lambda: ledger.curve(plan, known=known),
        "entries": lambda: ledger.entries(plan, known=known),
        "reconcile": lambda: ledger.reconcile(plan, known=known),
        "revisions": lambda: ledger.revisions(plan, on="2024-06-01"),
        "published": lambda: ledger.as_published(plan),
        "action": lambda: ledger.action(f"{plan}/A", known=known),
        "explain": lambda: ledger.explain(
            plan, before="2024-01-15", after="2024-06-01", known=known
        ),
    }
    found = {}
    for name, ask in asks.items():
        try:
            found[name] = ask()
        except NotFound as error:
            found[name] = error.code
    return found


@pytest.mark.parametrize("known", KNOWN, ids=str)
def test_the_answers_are_those_of_the_whole_log(place, known):
    with Ledger.open(place, read_only=True) as whole:
        whole.entries()
        for plan in PLANS:
            with Ledger.open(place, read_only=True) as alone:
                assert answers(alone, plan, known) == answers(whole, plan, known)


def test_a_figure_outlives_its_ledger(place):
    """It names its actions when it is asked, also once the ledger has grown, and is closed."""
    with Ledger.open(place, recorded_by="x") as ledger:
        found, again = (ledger.figure("alpha", on="2024-03-15") for _ in range(2))
        kept, copied = pickle.loads(pickle.dumps(found)), copy.deepcopy(found)  # noqa: S301 ours
        ledger.record("alpha/C", Propose(on="2024-01-01", title="C"))
        ledger.record("alpha/A", Engage(on="2024-01-10"))
        now = ledger.figure("alpha", on="2024-03-15")
    assert found == again == kept == copied != now
    assert ("alpha/A", "alpha/B") == found.high.base == kept.high.base
    assert ("alpha/A", "alpha/B", "alpha/C") == now.high.base
    assert () == found.low.counted
    assert ("alpha/A",) == now.low.counted
    assert ("alpha/A",) == found.cells["proposed"].certain[:1]


def test_a_plan_named_twice_counts_once(place):
    with Ledger.open(place, read_only=True) as ledger:
        assert ledger.figure("alpha", on="2024-03-15") == ledger.figure(
            "alpha", "alpha", on="2024-03-15"
        )


def test_only_the_plan_that_is_asked_about_is_read(place, monkeypatch):
    read, glanced = [], []
    decode, glance = wire.decode, wire.glance
    monkeypatch.setattr(wire, "decode", lambda *a, **k: (e := decode(*a, **k), read.append(e))[0])
    monkeypatch.setattr(wire, "glance", lambda *a: (e := glance(*a), glanced.append(e))[0])
    with Ledger.open(place, read_only=True) as ledger:
        assert ledger.plans() == tuple(PLANS)
        assert glanced == read == []
        ledger.figure("charlie", on="2024-06-01")
        assert len(glanced) == len(ROUNDS)
        assert [entry.action for entry in read] == [None, None]
        ledger.figure("charlie", on="2024-06-02")
        ledger.curve("charlie")
        assert len(glanced) == len(ROUNDS)
        ledger.figure(on="2024-06-01")
        every = [*range(len(PLANS * len(ROUNDS)))]
        assert [one.position for one in glanced[len(ROUNDS) :]] == every
        read.clear()
        ledger.view("charlie")
        assert len(read) == len(ROUNDS)
        assert len(ledger.entries()) == len(PLANS) * len(ROUNDS)
        assert [entry.index for entry in read[len(ROUNDS) :]] == every


def test_a_plan_that_is_not_there_is_not_looked_for_in_all_of_the_log(place, monkeypatch):
    monkeypatch.setattr(wire, "decode", None)
    monkeypatch.setattr(wire, "glance", None)
    with Ledger.open(place, read_only=True) as ledger:
        for ask in (ledger.figure, ledger.curve, ledger.view, ledger.revisions):
            with pytest.raises(NotFound, match="delta, alpha, charlie, bravo"):
                ask("echo")


def test_what_was_asked_longest_ago_is_forgotten(place, monkeypatch):
    """And is read again when it is asked; the answers are the same."""
    monkeypatch.setattr(kept, "MOST", 2 * len(ROUNDS))
    read = []
    for name in ("decode", "glance"):
        real = getattr(wire, name)
        monkeypatch.setattr(
            wire, name, lambda *a, real=real, name=name, **k: (read.append(name), real(*a, **k))[1]
        )

    def how_often(name, ask, *plans):
        read.clear()
        ask(*plans)
        return read.count(name) / len(ROUNDS)

    with Ledger.open(place, read_only=True) as ledger:
        for name, ask in (("glance", ledger.curve), ("decode", ledger.as_published)):
            for plan in ("delta", "alpha", "delta", "charlie"):
                ask(plan)  # of alpha nothing is kept now
            read_again = [how_often(name, ask, p) for p in ("delta", "charlie", "alpha", "delta")]
            assert [0, 0, 1, 1] == read_again
    with (
        Ledger.open(place, read_only=True) as whole,
        Ledger.open(place, read_only=True) as forgets,
    ):
        whole.entries()
        forgets.curve(*PLANS)  # one question may ask about more, and the same one again
        assert 0 == how_often("glance", forgets.curve, *PLANS)
        for plan in PLANS * 2:
            assert answers(forgets, plan, None) == answers(whole, plan, None)
        day = "2024-06-01"
        assert forgets.figure(*PLANS, on=day) == whole.figure(*PLANS, on=day)
        assert forgets.curve(*PLANS) == whole.curve(*PLANS)
        assert forgets.as_published(*PLANS) == whole.as_published(*PLANS)
        assert forgets.revisions(*PLANS, on=day) == whole.revisions(*PLANS, on=day)
        assert forgets.figure(on=day) == whole.figure(on=day)
        assert forgets.entries() == whole.entries()
        assert 0 == how_often("decode", lambda: [forgets.view(plan) for plan in PLANS])
        assert 0 == how_often("glance", lambda: [forgets.curve(plan) for plan in PLANS])


def test_what_is_recorded_meanwhile_is_read(place):
    with Ledger.open(place, recorded_by="x") as one, Ledger.open(place, recorded_by="y") as other:
        for number, plan in enumerate(PLANS * 2):
            before = other.figure(plan, on="2024-06-01").bounds.low.base
            one.record(f"{plan}/N{number}", Propose(on="2024-01-01", title="N"))
            assert other.figure(plan, on="2024-06-01").bounds.low.base == before + 1
        assert other.entries() == one.entries()
        with pytest.raises(NotFound) as error:
            other.figure("nowhere")
        assert error.value.facts["plans"] == "delta, alpha, charlie, bravo"


def test_a_row_that_is_missing_is_noticed_by_every_plan(tmp_path):
    """Also by one whose own entries are all there."""
    import sqlite3  # noqa: PLC0415 nobody else here opens the file

    path = tmp_path / "x.ledger"
    create(path, Clock("2024-01-30T09:00:00+00:00"))
    with sqlite3.connect(path) as file:
        file.execute("DROP TRIGGER stored_events_no_delete")
        file.execute("DELETE FROM stored_events WHERE rowid = 6")  # alpha/A was proposed
    file.close()
    for plan in PLANS:
        with Ledger.open(path) as ledger, pytest.raises(MalformedEntry) as error:
            ledger.figure(plan, on="2024-06-01")
        assert (error.value.facts["index"], error.value.facts["column"]) == (5, "rowid")


def test_bytes_that_name_no_plan_are_noticed_by_every_plan(tmp_path):
    import sqlite3  # noqa: PLC0415

    path = tmp_path / "x.ledger"
    create(path, Clock("2024-01-30T09:00:00+00:00"))
    with sqlite3.connect(path) as file:
        file.execute("DROP TRIGGER stored_events_no_update")
        file.execute("UPDATE stored_events SET state = CAST('{' AS BLOB) WHERE rowid = 28")
    file.close()
    for plan in PLANS:
        with Ledger.open(path) as ledger, pytest.raises(MalformedEntry):
            ledger.figure(plan, on="2024-06-01")


def test_recording_in_one_plan_does_not_read_the_others(place, monkeypatch):
    """Not even where the decision rests on other actions of the plan."""
    read, glanced = [], []
    decode, glance = wire.decode, wire.glance
    monkeypatch.setattr(wire, "decode", lambda *a, **k: (e := decode(*a, **k), read.append(e))[0])
    monkeypatch.setattr(wire, "glance", lambda *a: (e := glance(*a), glanced.append(e))[0])
    with Ledger.open(place, recorded_by="x") as ledger:
        ledger.record("alpha/C", Propose(on="2024-01-01", title="C"))
        ledger.record("alpha/C", Merge(on="2024-05-01", target="A"))
    assert {entry.plan for entry in read} == {"alpha"}


def test_characters_that_no_text_may_hold_are_those_of_four_categories():
    import unicodedata  # noqa: PLC0415

    everything = [chr(number) for number in range(0x110000)]
    wrong = {char for char in everything if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}}
    assert {char for char in everything if _INVISIBLE.match(char)} == wrong
    assert {c for c in everything if _INVISIBLE_IN_LINES.match(c)} == wrong - {"\n", "\t"}


def test_a_stated_date_decides_over_an_index():
    """Known by both, a figure is that of what it says to rest on."""
    with Ledger.in_memory(recorded_by="Mairie") as ledger:
        day = "2024-01-{:02}T09:00:00.000000Z"
        ledger.record("p", CreatePlan(terms=TERMS), stated_at=day.format(1))
        ledger.record("p/A", Propose(on="2024-01", title="A"), stated_at=day.format(2))
        ledger.record("p/B", Propose(on="2024-01", title="B"), stated_at=day.format(9))
        both = Known(index=2, stated=Instant.of(day.format(5)))
        figure = ledger.figure("p", on="2024-06-01", known=both)
        assert "0/1" == str(figure.bounds.low) == str(ledger.curve("p", known=both)[-1].bounds.low)
        assert {"p/A"} == set(figure.cases) == set(ledger.view("p", known=both).actions)
        assert both == figure.known
