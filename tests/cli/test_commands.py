"""The `bilan` command as a clerk and an auditor use it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from bilan_ledger.cli import declare_all, run, words
from bilan_ledger.cli.app import app
from bilan_ledger.wire import NAMES

OPEN = "plan demo --title Projet --territory Exempleville --start 2026-01-01 --end 2031-12-31"


@pytest.fixture
def town(tmp_path, monkeypatch):
    """An empty folder with one ledger in it, and a plan `demo`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BILAN_BY", "Service évaluation")
    monkeypatch.delenv("BILAN_LEDGER", raising=False)
    assert 0 == run(["init", "town.ledger"])
    assert 0 == run([*OPEN.split(), "--axis", "green=Ville verte", "--axis", "calm=Calme"])
    return tmp_path


def bilan(line, capsys):
    """Run a command line; return its exit code, output and error output."""
    capsys.readouterr()
    code = run(line.split() if isinstance(line, str) else line)
    done = capsys.readouterr()
    return code, done.out, done.err


def as_json(line, capsys):
    code, out, err = bilan(f"{line} --json", capsys)
    assert (0, "") == (code, err)
    return json.loads(out)


def test_a_whole_life_is_recorded_and_shown(town, capsys):
    """Each recording command adds entries, and the figure follows."""
    for line in (
        "propose demo/A --on 2026 --title Planter --axis green --tag arbres",
        "propose demo/B --on 2026 --title Bancs --axis calm --not-assessed",
        "propose demo/C --on 2026 --title Suite --axis calm",
        "engage demo/A --on 2026-05 --evidence Conseil --kind deliberation --deliberation D-12",
        "realise demo/A --on 2027-02-01 --note vu",
        "reopen demo/A --on 2027-03-01 --reason gel --to engaged",
        "abandon demo/C --on 2027-01-01 --reason budget",
        "qualify demo/A late --on 2027-04-01",
        "describe demo/A --on 2027-01-01 --title Planter-plus",
        "evidence attach demo/A --title R --indicator Arbres --value 2655 --target 3000"
        " --as-of 2027",
        "scope withdraw demo/B --on 2027-05-01 --reason doublon",
        "publish-figure demo 50% --of 2 --on 2027-06-01",
    ):
        code, out, err = bilan(line, capsys)
        assert (0, "") == (code, err), line
        assert "Recorded: demo" in out or "Enregistré" in out
    found = as_json("figure demo --on 2027-06-01", capsys)
    assert ("1/2", "50") == (found["low"]["rate"], found["low"]["percentage"])
    assert ["demo/A"] == found["low"]["ids"]["counted"]
    assert 1 == found["counts"]["withdrawn"]["certain"]
    code, out, _ = bilan("show demo/A", capsys)
    assert 0 == code
    assert "Planter-plus" in out
    assert "2655" in out
    code, out, _ = bilan("show demo", capsys)
    assert 0 == code
    assert "Bancs" in out
    assert 0 == bilan("reconcile demo", capsys)[0]


def test_a_correction_keeps_both_entries(town, capsys):
    """A retracted entry stays readable, and its replacement stands beside it."""
    bilan("propose demo/A --on 2026 --title Planter", capsys)
    bilan("engage demo/A --on 2026-05", capsys)
    code, _, err = bilan("retract demo/A 2 --reason faute --replace-on 2026-04", capsys)
    assert (0, "") == (code, err)
    entries = as_json("log demo", capsys)
    assert ["proposed", "engaged", "retracted", "engaged"] == [
        entry["event"].partition(".")[2] for entry in entries[1:]
    ]
    assert "2026-04" == entries[-1]["data"]["on"]
    assert "faute" in entries[3]["texts"].values()


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("engage demo/A --on 2023-02-30", 2, "no such day"),
        ("engage demo/A --on 15/04/2026", 2, "Write 2026-04-15"),
        ("engage demo/A --on 2027/2026", 2, "ends before it starts"),
        ("engage demo/A --on bientôt", 2, "not a date"),
        ("realise demo/A --on 2025", 3, "contradicts the order"),
        ("propose demo/A --on 2026 --title Encore", 3, "already in the plan (entry #1)"),
        ("propose demo/B --on 2026 --title T --axis gren", 3, "Axes: calm, green"),
        ("engage demo/Z --on 2026", 3, "Propose it first"),
        ("engage nope/A --on 2026", 3, "not in this ledger"),
        ("engage demo --on 2026", 2, "plan/action"),
        ("reopen demo/A --on 2026-06 --reason r", 3, "cannot reopen: the action is proposed"),
        ("reopen demo/A --on 2026 --reason r --to realised", 2, "Choose one of"),
        ("qualify demo/A lost --on 2026", 2, "late, suspended, blocked, partial"),
        ("retract demo/A 9 --reason r", 3, "the last one is #1"),
        ("retract demo/A 9 --reason r --replace-on 2026", 2, "#9 has no date"),
        ("scope merge demo/A --on 2026", 2, "--target"),
        ("scope merge demo/A --on 2026 --target Z", 3, "Propose it first"),
        ("scope split demo/A --on 2026 --target B", 2, "at least two"),
        ("scope vanish demo/A --on 2026", 2, "Choose one of: withdraw"),
        ("publish-figure demo 181 --on 2026-12-31", 2, "from 0 to 100"),
        ("publish-figure demo 81 --on 2026", 2, "one exact day"),
        ("figure demo --counted done", 2, "Choose one of: proposed, engaged"),
        ("figure demo --base some", 2, "Choose one of: all"),
        ("figure demo --by mood", 2, "Choose one of: axis"),
        ("figure demo --known yesterday", 2, "point of knowledge"),
        ("figure demo --known 99", 2, "point of knowledge"),
        ("figure demo --on 2026-13-01", 2, "no such day"),
        ("figure nope", 4, "Plans: demo"),
        ("show demo/Z", 4, "not in this ledger"),
        ("figure demo --known 2000-01-01", 4, "not yet recorded"),
        ("explain demo --from 2026-01-01", 2, "--to"),
        ("engag demo/A --on 2026", 2, "unknown command"),
        ("engage demo/A --on 2026 --colour red", 2, "unknown option"),
        ("figure demo --decimals many", 2, "unreadable value"),
        ("figure demo --ledger missing.ledger", 5, "bilan init"),
        ("init town.ledger", 5, "exists already"),
        ("init no/such/folder/town.ledger", 5, "folder"),
        ("plan other --title T", 2, "--territory"),
        ("plan other --axis green", 2, "--title"),
        ("plan demo --amend 2027-01-01 --axis green", 2, "key=title"),
    ],
)
def test_each_error_is_one_clear_line(town, capsys, line, code, said):
    """One line on standard error, an exit code, nothing on standard output, nothing recorded."""
    bilan("propose demo/A --on 2026 --title Planter", capsys)
    before = as_json("log", capsys)
    found, out, err = bilan(line, capsys)
    assert (code, "") == (found, out)
    assert said in err
    assert 1 == err.count("\n")
    assert "Traceback" not in err
    assert before == as_json("log", capsys)


def test_a_contradicted_figure_exits_with_1(town, capsys):
    """An auditor's script can rely on the exit code."""
    bilan("propose demo/A --on 2026 --title Planter", capsys)
    bilan("publish-figure demo 81,5% --of 131 --on 2026-12-31", capsys)
    code, out, _ = bilan("reconcile demo", capsys)
    assert 1 == code
    assert "contradicted" in out
    assert "contradicted" == json.loads(bilan("reconcile demo --json", capsys)[1])[0]["verdict"]


def test_known_cuts_the_log(town, capsys):
    """The same day, as known before and after an entry."""
    bilan("propose demo/A --on 2026 --title Planter", capsys)
    bilan("engage demo/A --on 2026-05-01", capsys)
    now = as_json("figure demo --on 2026-12-31", capsys)
    then = as_json("figure demo --on 2026-12-31 --known 1", capsys)
    assert ("1/1", "0/1") == (now["low"]["rate"], then["low"]["rate"])
    assert {"basis": "recorded", "entry": 1} == then["known"]


def test_stated_dates_of_an_imported_history(town, capsys):
    """`--known stated:` rests on the source's word, and says so."""
    stated = "--stated-at 2026-02-01T10:00:00Z"
    bilan(f"plan old --title T --territory V --start 2020-01-01 --end 2026-12-31 {stated}", capsys)
    bilan(f"propose old/A --on 2020 --title Planter {stated}", capsys)
    bilan("engage old/A --on 2021-05-01 --stated-at 2026-03-01T10:00:00Z", capsys)
    early = as_json("figure old --on 2026-02-15 --known stated:2026-02-15", capsys)
    later = as_json("figure old --on 2026-02-15 --known stated:2026-03-02", capsys)
    assert ("0/1", "1/1") == (early["low"]["rate"], later["low"]["rate"])
    assert "stated" == early["known"]["basis"]


def test_plans_can_be_amended(town, capsys):
    """New axes and another policy from a day on."""
    line = [
        "plan",
        "demo",
        "--amend",
        "2027-01-01",
        "--axis",
        "green=Vert",
        "--base",
        "initial-list",
    ]
    assert 0 == bilan(line, capsys)[0]
    assert "all" == as_json("figure demo --on 2026-12-31", capsys)["policy"]["base"]
    assert "initial-list" == as_json("figure demo --on 2027-01-02", capsys)["policy"]["base"]


def test_replay_in_its_three_forms(town, capsys):
    """The curve over days, the revisions of a day, and what would have been published."""
    bilan("propose demo/A --on 2026 --title Planter", capsys)
    bilan("engage demo/A --on 2026-05/2026-07", capsys)
    points = as_json("replay demo", capsys)["points"]
    assert ["2026-01-01", "2026-05-01", "2026-07-31"] == [
        point["on"] for point in points if point["on"] != "2026-12-31"
    ]
    revised = as_json("replay demo --revisions 2026-12-31", capsys)
    assert [("0/1", 1), ("1/1", 2)] == [(r["low"]["rate"], r["entry"]) for r in revised]
    published = as_json("replay demo --as-published", capsys)["points"]
    assert 1 <= len(published)
    code, out, _ = bilan("replay demo", capsys)
    assert 0 == code
    assert "100 %" in out


def test_explain_adds_up(town, capsys):
    """The parts of status and base changes sum to the change of the rate."""
    bilan("propose demo/A --on 2026-01-01 --title A", capsys)
    bilan("propose demo/B --on 2026-02-01 --title B", capsys)
    bilan("engage demo/A --on 2026-03-01 --evidence Conseil", capsys)
    found = as_json("explain demo --from 2026-01-15 --to 2026-04-01", capsys)
    assert ["demo/A"] == [part["action"] for part in found["status_changes"]]
    assert ["demo/B"] == [part["action"] for part in found["base_changes"]]
    code, out, _ = bilan("explain demo --from 2026-01-15 --to 2026-04-01", capsys)
    assert 0 == code
    assert "Conseil" in out


def test_text_from_a_ledger_is_never_markup(town, capsys):
    """A title in square brackets is printed as it is."""
    bilan(["propose", "demo/A", "--on", "2026", "--title", "[red]Planter[/red] [link=x]"], capsys)
    assert "[red]Planter[/red] [link=x]" in bilan("show demo", capsys)[1]


def test_a_piece_of_nonsense_gets_one_line(town, capsys):
    """Ten megabytes of title, control characters, and SQL in a key."""
    code, _, err = bilan(["propose", "demo/A", "--on", "2026", "--title", "x" * 10_000_000], capsys)
    assert 2 == code
    assert len(err) < 300
    assert 2 == bilan(["propose", "demo/A", "--on", "2026", "--title", "a\x00b"], capsys)[0]
    assert (
        2 == bilan(["propose", "demo/A'; DROP TABLE x", "--on", "2026", "--title", "T"], capsys)[0]
    )
    assert 2 == bilan(["propose", "demo/../x", "--on", "2026", "--title", "T"], capsys)[0]


def test_which_ledger(tmp_path, monkeypatch, capsys):
    """Without --ledger the only *.ledger of the folder is meant; none or two is an error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BILAN_LEDGER", raising=False)
    assert 2 == bilan("log", capsys)[0]
    bilan("init a.ledger", capsys)
    assert 0 == bilan("log", capsys)[0]
    bilan("init b.ledger", capsys)
    assert 2 == bilan("log", capsys)[0]
    monkeypatch.setenv("BILAN_LEDGER", "b.ledger")
    assert 0 == bilan("log", capsys)[0]


def test_a_file_that_is_not_a_ledger_is_left_as_it_was(tmp_path, capsys):
    """Exit code 5, and not one byte changed."""
    file = tmp_path / "notes.ledger"
    file.write_bytes(b"not a ledger, just notes")
    code, _, err = bilan(["log", "--ledger", str(file)], capsys)
    assert 5 == code
    assert "not a bilan_ledger ledger" in err
    assert b"not a ledger, just notes" == file.read_bytes()
    assert [file] == list(tmp_path.iterdir())


def _bilan_process(*line, **environ):
    command = [sys.executable, "-m", "bilan_ledger.cli", *line]
    clean = {k: v for k, v in os.environ.items() if k not in {"LANG", "LC_ALL", "LC_MESSAGES"}}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**clean, **environ}
    )


@pytest.mark.parametrize(
    ("line", "environ", "said"),
    [
        (["figure", "x", "--ledger", "none"], {"LANG": "fr_FR.UTF-8"}, "n'existe pas"),
        (["figure", "x", "--ledger", "none"], {"LANG": "C.UTF-8"}, "does not exist"),
        (["figure", "x", "--ledger", "none", "--lang", "fr"], {}, "n'existe pas"),
        (["figure", "x", "--ledger", "none", "--lang=en"], {"LC_ALL": "fr_FR"}, "does not exist"),
        (["engag"], {"LANG": "fr_FR.UTF-8"}, "commande inconnue"),
    ],
)
def test_the_language_is_the_one_asked_for(line, environ, said):
    """`--lang` decides, else the locale."""
    assert said in _bilan_process(*line, **environ).stderr


def test_help_speaks_french():
    """Commands and options are explained in the language of the process."""
    assert "Inscrire une action au programme" in _bilan_process("--help", "--lang", "fr").stdout
    assert "Date d'effet" in _bilan_process("engage", "--help", LANG="fr_FR.UTF-8").stdout


@pytest.mark.parametrize("line", [["--help"], []])
def test_help_lists_every_command(line):
    """Also those that a new process has not declared before it is asked."""
    declare_all()
    listed = set(re.findall(r"^│ ([a-z-]+) ", _bilan_process(*line).stdout, re.MULTILINE))
    assert set(app) == listed


def test_every_word_is_said_in_both_languages_with_the_same_facts():
    """No label lacks a language, and no fact is lost in translation."""
    for code, (french, english) in words.WORDS.items():
        assert french, code
        assert english, code
        assert re.findall(r"{(\w+)}", french) == re.findall(r"{(\w+)}", english) or sorted(
            re.findall(r"{(\w+)}", french)
        ) == sorted(re.findall(r"{(\w+)}", english)), code


def test_every_command_of_the_issue_exists():
    """The names are public: they are never dropped."""
    promised = (
        "init plan propose engage realise abandon reopen retract evidence publish-figure show "
        "figure replay explain log"
    )
    names = {name for name in app if not name.startswith("-")}
    assert set(promised.split()) <= names


def test_a_reader_that_stops_early_is_no_error(town):
    """`bilan log | head -1` leaves no traceback."""
    line = "log --json --ledger town.ledger | head -1"
    command = ["sh", "-c", f"{sys.executable} -m bilan_ledger.cli {line}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=town)
    assert "" == done.stderr


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_documented_commands_and_exit_codes(lang):
    """The reference page names every command and every exit code."""
    declare_all()
    page = Path(__file__).parents[2] / "docs" / lang / "reference" / "commands.md"
    text = page.read_text(encoding="utf-8")
    names = {name for name in app if not name.startswith("-")}
    assert set() == {name for name in names if f"### bilan {name}" not in text}
    assert set() == {code for code in (0, 1, 2, 3, 4, 5, 6, 70, 130) if f"| {code} |" not in text}


def test_every_field_of_every_event_has_a_label():
    """Else a log that holds it could not be shown."""
    fields = {field.name for event in NAMES.values() for field in attrs.fields(event)}
    shown = fields - {"on", "after", "evidence", "terms", "change"}
    assert set() == {name for name in shown if f"field-{name}" not in words.WORDS}
    assert set() == {name for name in NAMES if f"event-{name.partition('.')[2]}" not in words.WORDS}
