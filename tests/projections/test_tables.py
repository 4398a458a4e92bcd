"""The figures as SQL tables: equal to the library's answer on every day, exactly once."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bilan_ledger import (
    AmendPlan,
    BilanError,
    Correct,
    CreatePlan,
    Engage,
    Evidence,
    Ledger,
    LedgerUnavailable,
    MarkNotAssessed,
    Measure,
    Policy,
    Propose,
    PublishFigure,
    Realise,
    Reopen,
    Retract,
    Terms,
    Territory,
    Withdraw,
)
from bilan_ledger.projections import FIGURE_QUERY, TABLES, Tables

TERMS = Terms(
    title="Projet", territory=Territory(name="Exempleville"), start="2026-01-01", end="2031-12-31"
)
FIRST = date(2026, 1, 1)


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request, tmp_path):
    """A ledger in a file, and one in PostgreSQL."""
    if request.param == "sqlite":
        place = tmp_path / "town.ledger"
    else:
        place = request.getfixturevalue("postgres_url")
    with Ledger.create(place, recorded_by="test") as made:
        made.record("demo", CreatePlan(terms=TERMS))
        yield made


def assert_equal_on_every_day(ledger, tables, plan="demo", days=120):
    """Compare the tables with the library on each of the first days."""
    for number in range(-1, days):
        on = FIRST + timedelta(days=number)
        expected = ledger.figure(plan, on=on, policy=ledger.view(plan).plans[plan].terms().policy)
        found = tables.figure(plan, on=on)
        if found is None:
            assert 0 == expected.bounds.high.base
        else:
            assert expected.bounds == found


def test_the_tables_follow_the_log(ledger):
    """Each update brings what is new, and says how many entries that was."""
    tables = Tables(ledger)
    assert 1 == tables.lag().entries
    assert 1 == tables.update()
    ledger.record("demo/A", Propose(on="2026-01", title="A"), Engage(on="2026-02/2026-03"))
    ledger.record("demo/B", Propose(on="2026-01-15", title="B"))
    assert 3 == tables.lag().entries
    assert 3 == tables.update()
    assert 0 == tables.update()
    assert_equal_on_every_day(ledger, tables)
    ledger.record("demo/A", Retract(entry=2, reason="erreur"))
    ledger.record("demo/B", Withdraw(on="2026-04-01", reason="doublon"))
    tables.update()
    assert_equal_on_every_day(ledger, tables)


def test_another_policy_changes_every_action(ledger):
    """An amended plan renews all its rows."""
    tables = Tables(ledger)
    ledger.record("demo/A", Propose(on="2026-01-01", title="A"), Engage(on="2026-02"))
    tables.update()
    changed = Terms(
        title="Projet", territory=Territory(name="V"), start="2026-01-01", end="2031-12-31",
        policy=Policy(counted=["realised"]),
    )  # fmt: skip
    ledger.record("demo", AmendPlan(on="2026-01-01", terms=changed))
    tables.update()
    assert_equal_on_every_day(ledger, tables)


def test_evidence_measures_and_published_figures(ledger):
    """What the entries carry can be read by any tool."""
    measure = Measure(indicator="Arbres", value="2655.50", target=3000, as_of="2026")
    ledger.record(
        "demo/A",
        Propose(on="2026-01-01", title="A"),
        Engage(on="2026-02-01", evidence=[Evidence(title="Conseil"), Evidence(title="Photo")]),
        Realise(on="2026-03-01", evidence=Evidence(title="Rapport", measure=measure)),
    )
    ledger.record("demo", PublishFigure(percentage=100, of=1, on="2026-03-31"))
    ledger.record("demo/A", Retract(entry=3, reason="pas encore"))
    tables = Tables(ledger)
    tables.update()
    with tables._writing() as c:
        evidence = tables._tables.query(c, "SELECT title, retracted\nFROM evidence\n")
        measures = tables._tables.query(c, "SELECT value, target, retracted\nFROM measure\n")
        published = tables._tables.query(c, "SELECT verdict\nFROM published_figure\n")
        periods = tables._tables.query(c, "SELECT possible\nFROM status_period\n")
    assert {("Conseil", 0), ("Photo", 0), ("Rapport", 1)} == {
        (row["title"], row["retracted"]) for row in map(dict, evidence)
    }
    assert [(2655.5, 3000, 1)] == [
        (float(row["value"]), float(row["target"]), row["retracted"]) for row in map(dict, measures)
    ]
    assert ["agrees"] == [row["verdict"] for row in map(dict, published)]
    assert ["proposed", "engaged"] == [row["possible"] for row in map(dict, periods)]


def test_a_rebuild_gives_the_same_and_can_be_killed(ledger):
    """Until the copy is whole the old tables are read; what a killed rebuild left is removed."""
    ledger.record("demo/A", Propose(on="2026-01-01", title="A"), Engage(on="2026-02"))
    tables = Tables(ledger)
    tables.update()
    ledger.record("demo/A", Realise(on="2026-03-01"))
    steps = tables.rebuild()
    next(steps)
    steps.close()  # killed in the middle
    assert 1 == tables.lag().entries
    assert "0/1" == str(tables.figure("demo", on="2026-01-15").low)
    assert [(1, 1)] == list(tables.rebuild())
    assert 0 == tables.lag().entries
    assert_equal_on_every_day(ledger, tables)


def test_a_process_killed_in_the_middle_of_a_rebuild(ledger):
    """SIGKILL between two plans: the old tables are read as before, and a new rebuild ends."""
    ledger.record("demo/A", Propose(on="2026-01-01", title="A"), Engage(on="2026-02"))
    ledger.record("other", CreatePlan(terms=TERMS))
    tables = Tables(ledger)
    tables.update()
    code = (
        "import sys, time\nfrom bilan_ledger import Ledger\n"
        "from bilan_ledger.projections import Tables\n"
        "for done in Tables(Ledger.open(sys.argv[1])).rebuild():\n"
        "    print(done, flush=True)\n    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(ledger.place)], stdout=subprocess.PIPE
    )
    assert b"(1, 2)\n" == process.stdout.readline()
    process.kill()
    process.wait()
    process.stdout.close()
    assert_equal_on_every_day(ledger, tables, days=40)
    assert [(1, 2), (2, 2)] == list(tables.rebuild())
    assert_equal_on_every_day(ledger, tables, days=40)


def test_two_projections_never_apply_an_entry_twice(ledger):
    """Two processes may update the same tables; a third ledger sees one effect."""
    first, second = Tables(ledger), Tables(ledger)
    ledger.record("demo/A", Propose(on="2026-01-01", title="A"))
    assert [2, 0] == [first.update(), second.update()]
    ledger.record("demo/A", Engage(on="2026-02-01"))
    assert [1, 0] == [second.update(), first.update()]
    assert_equal_on_every_day(ledger, first)


def test_other_projections_of_the_file_keep_their_own_position(ledger):
    """The position stands under a name of its own, so no other application's row is moved."""
    from eventsourcing.persistence import Tracking  # noqa: PLC0415 the trap is theirs

    tables = Tables(ledger)
    tables._tables.insert_tracking(Tracking("bilan_ledger", 999))
    assert 1 == tables.update()
    assert 0 == tables.lag().entries


def test_a_ledger_in_memory_has_no_tables():
    """A clear error."""
    with pytest.raises(LedgerUnavailable) as error:
        Tables(Ledger.in_memory())
    assert "no-tables" == error.value.code


def test_the_documented_query_runs_without_the_library(tmp_path):
    """Plain SQL on the file gives the figure of any day."""
    with Ledger.create(tmp_path / "town.ledger", recorded_by="test") as ledger:
        ledger.record("demo", CreatePlan(terms=TERMS))
        ledger.record("demo/A", Propose(on="2026-01-01", title="A"), Engage(on="2026-02"))
        Tables(ledger).update()
    connection = sqlite3.connect(tmp_path / "town.ledger")
    try:
        row = connection.execute(FIGURE_QUERY, {"plan": "demo", "on": "2026-02-10"}).fetchone()
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    finally:
        connection.close()
    assert (0, 1, 1, 1, 0) == row
    assert set(TABLES) <= names


days = st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n))
whens = st.tuples(days, days).map(lambda pair: f"{min(pair)}/{max(pair)}")
commands = st.one_of(
    st.builds(Engage, on=whens, at_least=st.booleans()),
    st.builds(Realise, on=whens),
    st.builds(Reopen, on=whens, reason=st.just("r")),
    st.builds(Withdraw, on=whens, reason=st.just("r")),
    st.builds(MarkNotAssessed, on=whens),
    st.builds(Retract, entry=st.integers(1, 5), reason=st.just("r")),
    st.builds(
        Correct, entry=st.integers(1, 5), reason=st.just("r"), by=st.builds(Engage, on=whens)
    ),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), commands), max_size=12), st.data())
def test_sql_and_python_agree_on_random_ledgers(tmp_path_factory, script, data):
    """Low and high are equal on every day, however the updates are spread."""
    place = tmp_path_factory.mktemp("random") / "town.ledger"
    with Ledger.create(place, recorded_by="test") as ledger:
        ledger.record("demo", CreatePlan(terms=TERMS))
        tables = Tables(ledger)
        for key in "ABC":
            ledger.record(f"demo/{key}", Propose(on=data.draw(whens), title=key))
        for key, command in script:
            try:
                ledger.record(f"demo/{key}", command)
            except BilanError:
                continue
            if data.draw(st.booleans()):
                tables.update()
        tables.update()
        assert_equal_on_every_day(ledger, tables, days=65)


def test_the_rows_of_one_action_are_found_without_reading_the_others(tmp_path):
    """Else every update would take longer the larger the ledger is."""
    with Ledger.create(tmp_path / "x.ledger", recorded_by="x") as ledger:
        Tables(ledger)
    with closing(sqlite3.connect(tmp_path / "x.ledger")) as file:
        for table in ("action", "status_period", "evidence", "measure"):
            asked = f"EXPLAIN QUERY PLAN DELETE FROM {table} WHERE plan = 'a' AND action = 'b'"
            told = [row[3] for row in file.execute(asked)]
            assert told
            assert all(line.startswith(f"SEARCH {table} USING") for line in told), told
