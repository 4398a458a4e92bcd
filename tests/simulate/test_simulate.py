"""A simulated ledger is the same for the same seed, keeps every rule, and is as documented."""

import json
from collections import Counter
from datetime import date
from itertools import chain, pairwise

import pytest

from bilan_ledger import InvalidValue, Ledger
from bilan_ledger.cli import run
from bilan_ledger.simulate import BATCH, Simulation, commune, record
from bilan_ledger.wire import as_object


def simulated(**asked):
    ledger = Ledger.in_memory(recorded_by="test")
    return ledger, list(record(ledger, Simulation(**asked)))


def without_chance(entry):
    """An entry as it is written, without the ledger's own clock and salts."""
    found = as_object(entry)
    del found["recorded_at"], found["recorded_by"]
    for sealed in ("note", "reason", "responsible"):
        found["data"].pop(sealed, None)
        found["data"].get("change", {}).pop(sealed, None)
    return found


def test_the_same_seed_gives_the_same_entries():
    """All but recorded dates and salts; another seed gives others."""
    (one, _), (same, _), (other, _) = (
        simulated(communes=5, actions=15, seed=seed) for seed in (4, 4, 5)
    )
    told = [[without_chance(entry) for entry in ledger.entries()] for ledger in (one, same, other)]
    assert told[0] == told[1]
    assert told[0] != told[2]


def test_a_commune_is_the_same_in_every_simulation_of_its_seed():
    """The first communes of a large simulation are those of a small one."""
    small, large = (list(Simulation(communes=n, seed=9, actions=10)) for n in (2, 5))
    assert small == large[:2]
    assert commune(5, 9, 10) == large[4]


@pytest.mark.parametrize("seed", range(6))
def test_the_rules_accept_every_entry(seed):
    """Many short lists, so that rare lives come up; as many entries as were announced."""
    ledger, steps = simulated(communes=60, actions=8, seed=seed)
    announced = sum(each.entries for each in Simulation(communes=60, actions=8, seed=seed))
    assert announced == len(ledger) == steps[-1].entries
    assert 60 == len(ledger.plans()) == steps[-1].communes


def test_an_audit_finds_nothing_but_figures_that_flatter(tmp_path, monkeypatch, capsys):
    """The command makes the file; about 15 % of published figures are meant to be too high."""
    monkeypatch.chdir(tmp_path)
    assert 0 == run(
        ["simulate", "town.ledger", "--communes", "30", "--seed", "2", "--actions", "12", "--json"]
    )
    made = json.loads(capsys.readouterr().out)
    run(["audit", "--json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    codes = Counter(each["code"] for each in found if each["severity"] == "error")
    assert codes.keys() <= {"figure-contradicted"}
    with Ledger.open("town.ledger", read_only=True) as ledger:
        assert made["entries"] == len(ledger)
        verdicts = [c.verdict for plan in ledger.plans() for c in ledger.reconcile(plan)]
    assert 0.02 * len(verdicts) <= codes["figure-contradicted"] <= 0.3 * len(verdicts)


@pytest.fixture(scope="module")
def communes():
    return list(Simulation(communes=150, seed=1))


def test_lists_are_as_long_as_documented(communes):
    """Mean 131, log-normal, and about four entries an action."""
    sizes = sorted(each.actions for each in communes)
    assert 110 <= sum(sizes) / len(sizes) <= 152
    assert 85 <= sizes[len(sizes) // 2] <= 135
    assert 5 <= sizes[0] < sizes[-1] <= 8 * 131
    entries = sum(each.entries for each in communes)
    assert 3.8 <= entries / sum(sizes) <= 4.2


def test_lives_are_as_documented(communes):
    """The shares of the docstring, within the chance of 150 communes."""
    orders = list(chain.from_iterable(each.orders for each in communes))
    kinds = Counter(type(order.command).__name__ for order in orders)
    share = {kind: number / kinds["Propose"] for kind, number in kinds.items()}
    for kind, low, high in (
        ("Engage", 0.73, 0.83), ("Realise", 0.43, 0.53), ("Abandon", 0.04, 0.08),
        ("Reopen", 0.01, 0.03), ("MarkNotAssessed", 0.03, 0.05),
        ("MarkNotAssessable", 0.02, 0.04), ("Withdraw", 0.015, 0.035), ("Merge", 0.012, 0.028),
        ("Split", 0.005, 0.015), ("Supersede", 0.005, 0.015), ("Correct", 0.035, 0.065),
        ("Retract", 0.025, 0.045), ("AttachEvidence", 0.65, 0.85), ("Qualify", 0.25, 0.45),
    ):  # fmt: skip
        assert low <= share[kind] <= high, (kind, share[kind])
    dates = [order.command.on for order in orders if type(order.command).__name__ == "Realise"]
    assert 0.35 <= sum(on.exact for on in dates) / len(dates) <= 0.45
    assert max(on.latest for on in dates) <= date(2025, 12, 31)
    stated = sum(each.orders[0].stated_at is not None for each in communes) / len(communes)
    assert 0.28 <= stated <= 0.52


def test_a_transaction_holds_a_bounded_number_of_entries():
    """Whole communes, and no more entries than that unless one commune has more."""
    _, steps = simulated(communes=60, actions=60, seed=3)
    before = [0, *(step.entries for step in steps)]
    assert len(steps) > 1
    assert all(after - earlier <= BATCH for earlier, after in pairwise(before))


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"communes": 0}, "communes"), ({"communes": 90_001}, "communes"),
     ({"communes": True}, "communes"), ({"communes": 1, "actions": -3}, "actions"),
     ({"communes": 1, "seed": 2**70}, "seed")],
)  # fmt: skip
def test_bad_values_are_named(asked, field):
    with pytest.raises(InvalidValue, match=field):
        Simulation(**asked)


def test_the_command_says_what_is_wrong(tmp_path, monkeypatch, capsys):
    """And nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    assert 2 == run(["simulate", "a.ledger", "--communes", "0"])
    assert "1 … 90000" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    assert 0 == run(["simulate", "a.ledger", "--communes", "1", "--actions", "5"])
    assert "1 simulated communes" in capsys.readouterr().out
    assert 5 == run(["simulate", "a.ledger", "--communes", "1"])
