"""The columns of all plans: DuckDB adds up what the ledger says, of all and of each part."""

import json
import sqlite3
import sys
from datetime import date, timedelta
from random import Random

import duckdb
import pytest

from bilan_ledger import (
    CreatePlan,
    InvalidValue,
    Ledger,
    LedgerUnavailable,
    MalformedEntry,
    NotFound,
    Policy,
    Propose,
    Terms,
    Territory,
)
from bilan_ledger.projections.columns import Columns, write_columns
from bilan_ledger.projections.regions import department, region
from bilan_ledger.simulate import Simulation, record

TERMS = Terms(title="P", territory=Territory(name="V"), start="2021-01-01", end="2026-12-31")
POLICIES = [
    Policy(),
    Policy(base="initial-list", counted=["realised"]),
    Policy(base="without-abandoned"),
    Policy(base="without-not-assessable", counted=["proposed", "abandoned"]),
]
DAYS = [date(2020, 6, 1) + timedelta(days=97 * n) for n in range(22)]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A ledger of simulated communes and of one that is in no region; its columns."""
    folder = tmp_path_factory.mktemp("columns")
    with Ledger.create(folder / "x.ledger", recorded_by="test") as ledger:
        for _ in record(ledger, Simulation(communes=9, seed=3, actions=12)):
            pass
        ledger.record("elsewhere", CreatePlan(terms=TERMS))
        ledger.record("elsewhere/a", Propose(on="2022", title="A"))
        ledger.record("empty", CreatePlan(terms=TERMS))
    *_, last = write_columns(folder / "x.ledger", folder / "columns")
    with Ledger.open(folder / "x.ledger", read_only=True) as ledger:
        assert (11, 11, len(ledger)) == (last.plans, last.all, last.entries)
        with Columns(folder / "columns") as columns:
            yield ledger, columns


def grouped(ledger, by):
    """Return the plans of each part."""
    found = {}
    for key in ledger.plans():
        code = department(ledger.view(key).plans[key].terms().territory.insee)
        part = {"plan": key, "department": code, "region": region(code), None: None}[by]
        found.setdefault(part, []).append(key)
    return found


@pytest.mark.parametrize("policy", POLICIES, ids=str)
@pytest.mark.parametrize("by", [None, "region", "department", "plan"])
def test_the_figures_are_those_of_the_ledger(town, by, policy):
    ledger, columns = town
    for on in DAYS:
        found = columns.figures(by=by, on=on, policy=policy)
        for part, keys in grouped(ledger, by).items():
            expected = ledger.figure(*keys, on=on, policy=policy)
            if part in found:
                assert expected.bounds == found[part].bounds
                assert expected.realised == found[part].realised
            else:
                assert expected.bounds.high.base == 0


@pytest.mark.parametrize("policy", POLICIES, ids=str)
@pytest.mark.parametrize("by", [None, "region", "department", "plan"])
def test_the_curves_are_those_of_the_ledger(town, by, policy):
    ledger, columns = town
    found = columns.curves(by=by, policy=policy)
    for part, keys in grouped(ledger, by).items():
        assert ledger.curve(*keys, policy=policy) == found.get(part, ())


def test_what_was_known_before_the_end(town):
    """Of the plans that were known by then: the ledger is asked for those."""
    ledger, columns = town
    entries = ledger.entries()
    chance = Random(5)  # noqa: S311 no secret
    for known in [0, 1, *(chance.randrange(len(entries)) for _ in range(20)), len(entries) - 1]:
        keys = dict.fromkeys(entry.plan for entry in entries[: known + 1])
        on = chance.choice(DAYS)
        expected = ledger.figure(*keys, on=on, known=known, policy=Policy())
        assert expected.bounds == columns.figure(on=on, known=known).bounds
        assert expected.realised == columns.figure(on=on, known=known).realised
        assert ledger.curve(*keys, known=known, policy=Policy()) == columns.curve(known=known)


@pytest.mark.parametrize("on", DAYS)
def test_plain_sql_gives_the_figure(town, on):
    """What the documentation says to those who have no Python."""
    ledger, columns = town
    folder = columns.folder
    [found] = (
        duckdb.connect()
        .execute(f"""
        SELECT sum(change * low_counted), sum(change * low_base),
               sum(change * high_counted), sum(change * high_base)
        FROM '{folder}/deltas/*.parquet' JOIN '{folder}/cases.parquet' USING ("case")
        WHERE day <= DATE '{on}' AND position <= {len(ledger)}
    """)
        .fetchall()
    )
    expected = ledger.figure(on=on, policy=Policy()).bounds
    low, high = expected.low, expected.high
    assert (low.counted, low.base, high.counted, high.base) == tuple(n or 0 for n in found)


def test_many_processes_and_chunks(town, tmp_path):
    """Also when there are more processes than chunks of plans."""
    ledger, columns = town
    for _ in write_columns(ledger.place, tmp_path / "c", workers=3):
        pass
    with Columns(tmp_path / "c") as again:
        assert columns.curves() == again.curves()


def test_damaged_columns_are_one_clear_error(town, tmp_path):
    for _ in write_columns(town[0].place, tmp_path / "c", workers=1):
        pass
    (tmp_path / "c" / "cases.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(LedgerUnavailable) as error, Columns(tmp_path / "c") as columns:
        columns.figure(on="2024-01-01")
    assert error.value.code == "columns-broken"
    assert "cases.parquet" in error.value.text()


@pytest.mark.parametrize("worker", ["false", "cat"])
def test_a_worker_that_stops_is_one_clear_error(town, tmp_path, monkeypatch, worker):
    """At once, or without having written anything that can be read."""
    path = tmp_path / "worker"
    path.write_text(f"#!/bin/sh\n{worker} > /dev/null; exit 7\n")
    path.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(path))
    with pytest.raises(LedgerUnavailable) as error:
        list(write_columns(town[0].place, tmp_path / "c"))
    assert ("columns-stopped", 7) == (error.value.code, error.value.facts["exit"])
    assert "(exit status 7)" in error.value.text("en")
    assert "(sortie 7)" in error.value.text("fr")
    assert ["worker"] == [each.name for each in tmp_path.iterdir()]


def test_columns_that_do_not_add_up_are_one_clear_error(town, tmp_path):
    """Somebody changed them: fewer than no actions."""
    for _ in write_columns(town[0].place, tmp_path / "c", workers=1):
        pass
    days = tmp_path / "c" / "days.parquet"
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE days AS FROM '{days}'; UPDATE days SET change = -change")
        database.execute(f"COPY days TO '{days}' (FORMAT parquet)")
    with Columns(tmp_path / "c") as columns:
        for ask in (columns.curves, lambda: columns.figure(on="2024-01-01")):
            with pytest.raises(LedgerUnavailable) as error:
                ask()
            assert error.value.code == "columns-broken"


def test_columns_of_postgresql(postgres_url, tmp_path):
    with Ledger.create(postgres_url, recorded_by="test") as ledger:
        for _ in record(ledger, Simulation(communes=2, seed=3, actions=8)):
            pass
        for _ in write_columns(postgres_url, tmp_path / "c", workers=1):
            pass
        with Columns(tmp_path / "c") as columns:
            assert ledger.curve(policy=Policy()) == columns.curve()


def test_a_folder_that_is_there_is_left_alone(town, tmp_path):
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "mine").touch()
    with pytest.raises(LedgerUnavailable) as error:
        list(write_columns(town[0].place, tmp_path / "c"))
    assert error.value.code == "file-exists"
    assert [path.name for path in tmp_path.rglob("*")] == ["c", "mine"]


def test_a_damaged_entry_is_named_and_nothing_is_left(tmp_path):
    path = tmp_path / "x.ledger"
    with Ledger.create(path, recorded_by="test") as ledger:
        ledger.record("demo", CreatePlan(terms=TERMS))
        ledger.record("demo/a", Propose(on="2022", title="A"))
    with sqlite3.connect(path) as file:
        file.execute("DROP TRIGGER stored_events_no_update")
        file.execute(
            "UPDATE stored_events SET state = replace(state, '2022', '2O22') WHERE rowid = 2"
        )
    file.close()
    with pytest.raises(MalformedEntry):
        list(write_columns(path, tmp_path / "c"))
    assert not [p for p in tmp_path.iterdir() if not p.name.startswith("x.ledger")]


def test_a_ledger_that_is_not_there(tmp_path):
    for place, code in ((tmp_path / "no.ledger", "ledger-missing"), (None, "no-plan")):
        if place is None:
            place = tmp_path / "empty.ledger"  # noqa: PLW2901
            Ledger.create(place).close()
        with pytest.raises((LedgerUnavailable, NotFound)) as error:
            list(write_columns(place, tmp_path / "c"))
        assert error.value.code == code
    assert not (tmp_path / "c").exists()


def test_what_is_no_folder_of_columns(town, tmp_path):
    with pytest.raises(LedgerUnavailable) as error:
        Columns(tmp_path)
    assert error.value.code == "no-columns"
    (tmp_path / "columns.json").write_text(json.dumps({"format": 9, "entries": 1}))
    with pytest.raises(LedgerUnavailable) as error:
        Columns(tmp_path)
    assert error.value.code == "ledger-newer"


def test_what_cannot_be_asked(town):
    _, columns = town
    with pytest.raises(InvalidValue) as error:
        columns.figures(by="axis", on="2024-01-01")
    assert error.value.facts["field"] == "by"
    with pytest.raises(NotFound):
        columns.figure(on="2024-01-01", known=columns.entries)
    with pytest.raises(InvalidValue):
        columns.figure(on="2024")


def test_before_anything_was_on_a_list(town):
    _, columns = town
    assert columns.figure(on="1900-01-01").bounds.low.base == 0
    assert columns.figures(by="region", on="1900-01-01") == {}


@pytest.mark.parametrize(
    ("insee", "code", "name"),
    [
        ("62119", "62", "Hauts-de-France"), ("2A004", "2A", "Corse"),
        ("97411", "974", "La Réunion"),
        ("75056", "75", "Île-de-France"), ("98818", None, None), (None, None, None),
    ],
)  # fmt: skip
def test_where_a_commune_is(insee, code, name):
    assert (code, name) == (department(insee), region(department(insee)))
