"""The Béthune figure, proved on a machine that has the verifying part and nothing else.

A virtual environment is made and `./verifier` installed into it, which takes half a minute and
a package index: this runs in CI, or where `BILAN_FRESH=1` asks for it, and is skipped without
a network. The same without a new environment runs always.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest
from proof_samples import ROOT

from bilan_ledger.cli import run

NAME = "bilan.bethune.fr"
ASKED = bool(os.environ.get("CI") or os.environ.get("BILAN_FRESH"))
PLAIN = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
EXAMPLE = ROOT / "examples" / "audit_bundle.py"
NO_INDEX = re.compile("No matching distribution|NewConnectionError|Temporary failure|Network is")


@pytest.fixture(scope="module")
def bethune(tmp_path_factory):
    """A folder with the Béthune ledger, a signed checkpoint, and the bundle of its figure."""
    folder = tmp_path_factory.mktemp("bethune")
    here = Path.cwd()
    os.chdir(folder)
    try:
        build = [sys.executable, str(ROOT / "examples" / "bethune" / "build.py"), "bethune.ledger"]
        subprocess.run(build, check=True, capture_output=True)
        for line in (
            f"key new {NAME} --out city.key",
            "checkpoint --key city.key",
            "prove bethune-2020 -o proof.zip",
            "prove bethune-2020 --plan-only -o part.zip",
        ):
            assert 0 == run(line.split()), line
    finally:
        os.chdir(here)
    return folder


@pytest.fixture(scope="module")
def verifier(tmp_path_factory):
    """The Python of a new virtual environment in which only `./verifier` is installed."""
    if not ASKED:
        pytest.skip("BILAN_FRESH=1 makes a new virtual environment")
    folder = tmp_path_factory.mktemp("fresh") / "env"
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run(
        [*install, ROOT / "verifier"], capture_output=True, text=True, env=PLAIN, check=False
    )
    if done.returncode and NO_INDEX.search(done.stderr):
        pytest.skip("no package index")
    assert 0 == done.returncode, done.stderr
    return python


def ran(*command, folder, env=PLAIN):
    command = [str(each) for each in command]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=env, check=False, encoding="utf-8"
    )


def key_of(folder):
    return (folder / "city.key.pub").read_text(encoding="utf-8").strip()


def holds_bethune(out):
    """What must be said of the founding figure."""
    told = {each["code"]: each for each in json.loads(out)["statements"]}
    assert {
        "signed": "proven", "entries": "proven", "extended": "not-proven", "rules": "proven",
        "figure": "proven", "witnessed": "not-proven", "dated": "not-proven",
        "truth": "not-proven",
    } == {code: each["verdict"] for code, each in told.items()}  # fmt: skip
    facts = told["figure"]["facts"]
    assert ("81 % / 131", "2024-03-31") == (facts["printed"], facts["on"])
    assert "106/131" == facts["ledger"]


def test_bethune_here(bethune):
    """By this very installation: 106 of 131, which prints as 81 %."""
    line = ["verify", "proof.zip", "--key", "city.key.pub", "--json"]
    done = ran(sys.executable, "-m", "bilan_ledger.cli", *line, folder=bethune, env=os.environ)
    assert (0, "") == (done.returncode, done.stderr)
    holds_bethune(done.stdout)
    done = ran(
        sys.executable, EXAMPLE, "proof.zip", key_of(bethune), folder=bethune, env=os.environ
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert "proven: The published figure, 81 % / 131 for 2024-03-31" in done.stdout
    assert "106/131" in done.stdout
    done = ran(sys.executable, EXAMPLE, "proof.zip", folder=bethune, env=os.environ)
    assert (1, "") == (done.returncode, done.stderr)
    for wrong in (["none.zip"], ["city.key"], ["proof.zip", "x"], []):
        done = ran(sys.executable, EXAMPLE, *wrong, folder=bethune, env=os.environ)
        assert (1, "") == (done.returncode, done.stdout)
        assert "Traceback" not in done.stderr


def test_the_example_is_short():
    """Under thirty lines of library calls: what is not blank, not a comment, not a docstring."""
    code = re.sub(r'""".*?"""', "", EXAMPLE.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = [line for line in code.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) < 30


def test_bethune_in_a_fresh_environment(bethune, verifier):
    """Without eventsourcing, a ledger or a database: the same, by the command and the example."""
    for name in ("eventsourcing", "psycopg", "rfc3161_client", "hypothesis"):
        done = ran(verifier, "-c", f"import {name}", folder=bethune)
        assert f"ModuleNotFoundError: No module named '{name}'" in done.stderr
    done = ran(verifier, "-c", "import bilan_ledger; print(bilan_ledger.__file__)", folder=bethune)
    assert str(verifier.parent.parent) in done.stdout
    bilan = verifier.parent / "bilan"
    done = ran(bilan, "verify", "proof.zip", "--key", "city.key.pub", "--json", folder=bethune)
    assert (0, "") == (done.returncode, done.stderr)
    holds_bethune(done.stdout)
    done = ran(
        bilan, "verify", "proof.zip", "--key", key_of(bethune), "--lang", "fr", folder=bethune
    )
    assert (0, "") == (done.returncode, done.stderr)
    told = " ".join(done.stdout.split())
    assert "PROUVÉ : Le chiffre publié, 81 % / 131 pour le 2024-03-31, découle" in told
    assert "Tout ce qui peut être vérifié tient." in told
    done = ran(bilan, "verify", "part.zip", "--key", "city.key.pub", folder=bethune)
    assert (0, True) == (done.returncode, "NOT PROVEN" in done.stdout)
    done = ran(verifier, EXAMPLE, "proof.zip", key_of(bethune), folder=bethune)
    assert (0, "") == (done.returncode, done.stderr)
    assert "proven: The published figure, 81 % / 131 for 2024-03-31" in done.stdout
    data = bytearray((bethune / "proof.zip").read_bytes())
    data[len(data) // 2] ^= 1
    (bethune / "changed.zip").write_bytes(data)
    assert 2 == ran(bilan, "verify", "changed.zip", folder=bethune).returncode
    # What asks for a ledger says what to install; nothing of it is a traceback.
    for line in (["figure", "x"], ["checkpoint", "--key", "city.key"], ["init", "x.ledger"]):
        done = ran(bilan, *line, folder=bethune)
        assert (5, 1) == (done.returncode, done.stderr.count("\n")), done.stderr
        assert "pip install bilan-ledger" in done.stderr


def test_the_verifier_asks_for_all_but_eventsourcing():
    """What the library needs, the verifying part needs too, in the same versions."""
    library, verifying = (
        set(tomllib.loads((ROOT / each).read_text(encoding="utf-8"))["project"]["dependencies"])
        for each in ("pyproject.toml", "verifier/pyproject.toml")
    )
    assert {"eventsourcing>=9.5.6,<10"} == library - verifying
    assert set() == verifying - library
