"""The benchmarks run; how fast anything is, is not tested."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def benchmarks(*arguments):
    line = [sys.executable, "-W", "ignore", "-m", "benchmarks", *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.bench
def test_the_quick_form_measures_every_case(tmp_path):
    """It writes both files; what is missing is a package that is not installed, and said so."""
    done = benchmarks("--quick", "--out", tmp_path)
    assert 0 == done.returncode, done.stderr
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    table = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert 18 == len(results["cases"])
    for case in results["cases"]:
        assert case["title"] in table
        ours = [name for name in case["medians"] if "bilan" in name]
        assert ours, case["missing"]
        for name, why in case["missing"].items():
            assert why.startswith("not installed"), (name, why)
            assert f"| {name} | {why} |" in table
        assert case["goals"]
        for goal in case["goals"]:
            assert goal["text"] in table
    assert [1, 10] == [row["communes"] for row in results["growth"]]
    assert not [row for row in results["growth"] if "failed" in row]
    assert (tmp_path / "growth.svg").read_text(encoding="utf-8").startswith("<svg")


def test_the_page_shows_the_results_that_are_kept(tmp_path):
    """Else: python -m benchmarks --from benchmarks/results.json --docs."""
    done = benchmarks("--from", "benchmarks/results.json", "--out", tmp_path)
    assert 0 == done.returncode, done.stderr
    page = (ROOT / "docs" / "en" / "reference" / "benchmarks.md").read_text(encoding="utf-8")
    assert (tmp_path / "results.md").read_text(encoding="utf-8") in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--entries", "0"], '"0" is no whole number'), (["--growth", "1,x"], '"x" is no whole'),
     (["--only", "speed"], "choose from")],
)  # fmt: skip
def test_bad_arguments_are_named(arguments, said):
    done = benchmarks(*arguments)
    assert 2 == done.returncode
    assert said in done.stderr
