"""The commands for all plans: columns are written once, and asked for a day or for every day."""

import json

import pytest

from bilan_ledger import Ledger, Policy
from bilan_ledger.cli import run, words


@pytest.fixture
def nation(tmp_path, monkeypatch):
    """A folder with a ledger of simulated communes and its columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(words, "LANG", "en")
    assert 0 == run(["simulate", "n.ledger", "--communes", "6", "--actions", "9"])
    assert 0 == run(["export-columns", "columns"])
    return tmp_path


def answer(capsys, *line):
    """Return what a command prints for programs."""
    capsys.readouterr()
    assert 0 == run([*line, "--json"])
    return json.loads(capsys.readouterr().out)


def test_the_answers_are_those_of_the_ledger(nation, capsys):
    found = answer(capsys, "nation", "columns", "--on", "2024-03-31", "--base", "initial-list")
    days = answer(capsys, "nation", "columns")["parts"][0]["points"]
    with Ledger.open(nation / "n.ledger", read_only=True) as ledger:
        expected = ledger.figure(on="2024-03-31", policy=Policy(base="initial-list")).bounds
        curve = ledger.curve(policy=Policy())
    [part] = found["parts"]
    assert "initial-list" == found["policy"]["base"]
    assert [expected.low.counted] == [point["low"]["counted"] for point in part["points"]]
    assert [str(point.on) for point in curve] == [point["on"] for point in days]


def test_parts_are_named(nation, capsys):
    found = answer(capsys, "nation", "columns", "--on", "2024-03-31", "--by", "plan")
    assert {f"sim-0000{n}" for n in range(1, 7)} == {part["part"] for part in found["parts"]}
    capsys.readouterr()
    assert 0 == run(["nation", "columns", "--on", "2024-03-31", "--by", "plan"])
    printed = capsys.readouterr().out
    assert "policy: engaged or realised" in printed
    assert "sim-00006" in printed


def test_before_anything(nation, capsys):
    assert 0 == run(["nation", "columns", "--on", "1900-01-01", "--by", "region"])
    assert "No" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (["export-columns", "columns"], 5, "columns is already there"),
        (["nation", "nowhere"], 5, "holds no columns"),
        (["nation", "columns", "--by", "axis"], 2, '"axis" is not allowed'),
        (["nation", "columns", "--known", "9999999"], 4, "9999999"),
        (["export-columns", "c", "--workers", "0"], 2, '"0" is not allowed'),
        (["export-columns", "c", "--ledger", "no.ledger"], 5, "no.ledger"),
    ],
)
def test_each_error_is_one_line(nation, capsys, line, code, said):
    capsys.readouterr()
    assert code == run(line)
    error = capsys.readouterr().err
    assert said in error
    assert 1 == error.count("\n")
