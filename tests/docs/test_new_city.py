"""The start kit of a fictional city: copied, started, checked, and broken."""

import shutil
import subprocess
import tomllib

import pytest
from docs_pages import ROOT

KIT = ROOT / "examples" / "new_city"


@pytest.fixture(scope="module")
def run(workers):
    """Run a command line as a person would, with our `bilan`."""

    def ran(line, folder):
        return subprocess.run(
            ["/bin/sh", "-c", line], cwd=folder, env=workers.environ("en"), check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    return ran


@pytest.fixture(scope="module")
def started(tmp_path_factory, run):
    """A city that has followed the kit's README."""
    city = tmp_path_factory.mktemp("new") / "city"
    shutil.copytree(KIT, city)
    done = run("sh start.sh && sh publish.sh", city)
    assert 0 == done.returncode, done.stdout
    return city


@pytest.fixture
def city(started, tmp_path):
    """A copy of it, to be broken."""
    return shutil.copytree(started, tmp_path / "city")


def test_the_published_figure_agrees(city, run):
    """What CI runs passes on the kit as it is."""
    done = run("sh check.sh", city)
    assert 0 == done.returncode, done.stdout
    assert "5/12 = 41.7 % → 42 %: agrees." in done.stdout


def test_a_wrong_figure_is_not_published(city, run):
    """It is tried on a copy first: nothing was recorded."""
    settings = city / "settings.sh"
    settings.write_text(settings.read_text("utf-8").replace("PERCENT=42", "PERCENT=58"), "utf-8")
    before = (city / "ledger.jsonl").read_bytes()
    done = run("sh publish.sh", city)
    assert 1 == done.returncode, done.stdout
    assert "contradicted" in done.stdout
    assert 0 == run("rm ledger.jsonl && bilan export ledger.jsonl", city).returncode
    assert before == (city / "ledger.jsonl").read_bytes()


def test_a_contradicted_figure_fails_the_check(city, run):
    """Somebody publishes 58 % and exports the log."""
    said = "bilan publish-figure exempleville-2026 58% --of 12 --on 2026-10-31 --evidence Brochure"
    done = run(f"{said} && rm ledger.jsonl && bilan export ledger.jsonl && sh check.sh", city)
    assert 1 == done.returncode, done.stdout
    assert "contradicted" in done.stdout


def test_an_action_that_was_dropped_fails_the_check(city, run):
    """The base changes, and the figure that was printed no longer agrees."""
    said = "bilan scope withdraw exempleville-2026/2 --on 2026-10-31 --reason Abandon"
    done = run(f"{said} && rm ledger.jsonl && bilan export ledger.jsonl && sh check.sh", city)
    assert 1 == done.returncode, done.stdout
    assert "5/11" in done.stdout


def test_a_rewritten_past_fails_the_check(city, run):
    """With a checkpoint beside the log, a past entry cannot be another."""
    signed = "bilan key new demo.example/bilan -o city.key && bilan checkpoint --key city.key"
    assert 0 == run(f"{signed} > checkpoint.txt", city).returncode
    assert 0 == run("sh check.sh", city).returncode
    log = city / "ledger.jsonl"
    log.write_bytes(log.read_bytes().replace(b"Installer des bancs", b"Installer les bancs"))
    done = run("sh check.sh", city)
    assert 1 == done.returncode, done.stdout
    assert "tree-mismatch" in done.stdout


def test_the_town_is_fictional_and_says_so():
    """On the first line that a reader sees, and in the plan itself."""
    assert "n'existe pas" in (KIT / "README.md").read_text(encoding="utf-8")
    plan = tomllib.loads((KIT / "mapping.toml").read_text(encoding="utf-8"))["plan"]
    assert "fictive" in plan["title"]
    assert "fictive" in plan["territory"]["name"]


def test_the_readme_names_every_file():
    """And both services run the same check."""
    text = (KIT / "README.md").read_text(encoding="utf-8")
    assert not [path.name for path in KIT.iterdir() if f"`{path.name}`" not in text
                and path.name != "README.md"]  # fmt: skip
    for name in ("ci-github.yml", "ci-gitlab.yml"):
        assert "sh check.sh" in (KIT / name).read_text(encoding="utf-8")
