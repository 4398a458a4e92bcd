"""`bilan import` as a clerk uses it: suggest, edit, preview, import, look."""

import json
import signal
import subprocess
import sys
import time

import pytest
from import_samples import LIST, VERSIONS

from bilan_ledger import Ledger
from bilan_ledger.cli import run

TABLE = "n;action;statut\n1;Planter;à venir\n2;Bancs;en cours\n3;Halle;fait\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder with one empty ledger."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BILAN_BY", "Service évaluation")
    monkeypatch.delenv("BILAN_LEDGER", raising=False)
    assert 0 == run(["init", "town.ledger"])
    (tmp_path / "m.toml").write_text(LIST, encoding="utf-8")
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def bilan(line, capsys):
    capsys.readouterr()
    code = run(line.split())
    done = capsys.readouterr()
    return code, done.out, done.err


def entries(folder):
    with Ledger.open(folder / "town.ledger", read_only=True) as ledger:
        return len(ledger)


def test_preview_import_and_again(folder, capsys):
    """The preview records nothing, the import what the preview showed, the next one nothing."""
    code, out, _ = bilan("import t.csv --mapping m.toml --dry-run", capsys)
    assert (0, 0) == (code, entries(folder))
    assert "t.csv:3" in out
    assert "town: 7 entries would be recorded; nothing was." in out
    code, out, _ = bilan("import t.csv --mapping m.toml", capsys)
    assert (0, 7) == (code, entries(folder))
    assert "town: 7 entries recorded." in out
    assert 0 == bilan("import t.csv --mapping m.toml", capsys)[0]
    assert 7 == entries(folder)
    assert 0 == bilan("import t.csv --mapping m.toml --as-of 2024-02-01", capsys)[0]
    assert 8 == entries(folder)


def test_every_problem_is_a_line_and_nothing_is_recorded(folder, capsys):
    (folder / "t.csv").write_text(
        TABLE.replace("à venir", "?").replace("fait", "!"), encoding="utf-8"
    )
    code, out, err = bilan("import t.csv --mapping m.toml", capsys)
    assert (2, "", 3) == (code, out, len(err.splitlines()))
    assert 't.csv:2:C: statut: the word "?" is not in [status]. Declare it.' in err
    assert "bilan: import refused, problems: 2; nothing was recorded." in err
    code, out, _ = bilan("import t.csv --mapping m.toml --json", capsys)
    problem = json.loads(out)["problems"][1]
    assert ("import-word", "t.csv:4:C", "statut", "!") == tuple(
        problem[name] for name in ("code", "place", "field", "value")
    )
    assert 0 == entries(folder)


def test_the_good_rows_only(folder, capsys):
    (folder / "t.csv").write_text(TABLE.replace("fait", "!"), encoding="utf-8")
    code, out, _ = bilan("import t.csv --mapping m.toml --partial bad.csv", capsys)
    assert (0, 5) == (code, entries(folder))
    assert "Rows left out: 1, in bad.csv." in out
    text = (folder / "bad.csv").read_text(encoding="utf-8-sig")
    assert 'n;action;statut;bilan_problem\n3;Halle;!;"t.csv:4:C' in text.replace("\r", "")


def test_json_says_what_would_be_recorded(folder, capsys):
    code, out, _ = bilan("import t.csv --mapping m.toml --dry-run --json", capsys)
    found = json.loads(out)
    assert (0, True, 0, 3) == (
        code,
        found["dry_run"],
        found["recorded"],
        found["counts"]["action.proposed"],
    )
    step = found["steps"][-2]
    assert ("t.csv:4", "town/3", ["action.realised"]) == (
        step["place"],
        step["subject"],
        step["events"],
    )


def test_a_suggestion_is_refused_until_it_is_edited(folder, capsys):
    """Each `?` is told; with them filled in, the import runs."""
    code, out, _ = bilan("import --suggest t.csv", capsys)
    assert 0 == code
    assert '"en cours" = "engaged" # 1' in out
    (folder / "s.toml").write_text(out, encoding="utf-8")
    code, _, err = bilan("import t.csv --mapping s.toml", capsys)
    assert 2 == code
    assert "s.toml:7: import.as_of" in err
    edited = out.replace('as_of = "?"', 'as_of = "2024-01-15"').replace(
        'start = "?"', 'start = "2020-01-01"'
    )
    edited = edited.replace('end = "?"', 'end = "2026-01-01"').replace(
        'name = "?"', 'name = "Ville"'
    )
    (folder / "s.toml").write_text(edited, encoding="utf-8")
    assert 0 == bilan("import t.csv --mapping s.toml", capsys)[0]


def test_what_a_proposed_mapping_leaves_open_must_be_filled_in(folder, capsys):
    """A question mark is no name of a place."""
    _, out, _ = bilan("import --suggest t.csv", capsys)
    for field, value in (("as_of", "2024-01-15"), ("start", "2020-01-01"), ("end", "2026-01-01")):
        out = out.replace(f'{field} = "?"', f'{field} = "{value}"')
    (folder / "s.toml").write_text(out, encoding="utf-8")
    code, _, err = bilan("import t.csv --mapping s.toml --lang en", capsys)
    assert 2 == code
    assert 'plan.territory: "?" is to be replaced.' in err


USAGE = ["import", "import t.csv", "import t.csv --mapping none.toml",
         "import none.csv --mapping m.toml", "import --suggest none.csv",
         "import t.csv --mapping m.toml --as-of hier"]  # fmt: skip


@pytest.mark.parametrize("line", USAGE)
def test_bad_usage_says_what_to_give(folder, capsys, line):
    code, _, err = bilan(line, capsys)
    assert 2 == code
    assert "bilan: " in err
    assert "Traceback" not in err


def test_what_the_source_stated_is_kept_beside(folder, capsys):
    bilan("import t.csv --mapping m.toml --stated-at 2024-01-20T10:00:00+01:00", capsys)
    with Ledger.open("town.ledger", read_only=True) as ledger:
        assert {"2024-01-20T09:00:00.000000Z"} == {
            str(e.stated_at) for e in ledger.entries() if e.action
        }


def many(versions: int, keys: int) -> str:
    words = ["à venir", "en cours", "fait"]
    rows = [
        f"2022-01-{day + 1:02d};{key};Action {key};{words[min(day, key % 3)]}\n"
        for day in range(versions)
        for key in range(keys)
    ]
    return "version;n;action;statut\n" + "".join(rows)


def test_ctrl_c_leaves_a_valid_ledger_and_the_same_command_goes_on(folder):
    """Interrupted in the middle, then run again: the same entries as in one go."""
    (folder / "m.toml").write_text(VERSIONS, encoding="utf-8")
    (folder / "t.csv").write_text(many(3, 500), encoding="utf-8")
    line = [sys.executable, "-m", "bilan_ledger.cli", "import", "t.csv", "--mapping", "m.toml"]
    begun = subprocess.Popen(line, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while entries(folder) == 0 and begun.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    begun.send_signal(signal.SIGINT)
    _, err = begun.communicate(timeout=60)
    stopped = entries(folder)
    assert 0 < stopped
    assert begun.returncode in {0, 130}, err  # 0: it was faster than the signal
    assert 0 == run(["import", "t.csv", "--mapping", "m.toml", "--ledger", "town.ledger"])
    assert 0 == run(["init", "whole.ledger"])
    assert 0 == run(["import", "t.csv", "--mapping", "m.toml", "--ledger", "whole.ledger"])
    said = []
    for name in ("town.ledger", "whole.ledger"):
        with Ledger.open(name, read_only=True) as ledger:
            said.append(
                [
                    (e.action, e.version, str(e.stated_at), str(getattr(e.event, "on", "")))
                    for e in ledger.entries()
                ]
            )
    assert said[0] == said[1]
