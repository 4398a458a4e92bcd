"""The Béthune example: what the issue promises, on the data that is shipped."""

import csv
import json
import subprocess
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from bilan_ledger import AttachEvidence, Engage, Evidence, Ledger, Measure, Propose, Verdict

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def script(*words, cwd=ROOT):
    """Run a script of the examples; return its exit code and its output."""
    done = subprocess.run(
        [sys.executable, *map(str, words)], capture_output=True, text=True, check=False, cwd=cwd
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The Béthune ledger, built from the shipped data."""
    path = tmp_path_factory.mktemp("bethune") / "bethune.ledger"
    assert 0 == script(EXAMPLES / "bethune" / "build.py", path)[0]
    return path


@pytest.fixture(scope="module")
def ledger(file):
    """The same, open for reading."""
    with Ledger.open(file, read_only=True) as opened:
        yield opened


def test_the_figure_is_reached_exactly(ledger):
    """106 of 131 on the publication date, low and high equal, printed as 81 %."""
    found = ledger.figure("bethune-2020", on="2024-03-31")
    assert (106, 131) == (found.bounds.low.counted, found.bounds.low.base)
    assert found.bounds.exact
    assert Fraction(106, 131) == found.bounds.low.rate
    assert ("81", "81") == tuple(map(str, found.percentages))


def test_realised_alone_is_a_band(ledger):
    """The icons were lost: at least 10 actions are realised, at most all that count."""
    alone = ledger.figure("bethune-2020", on="2024-03-31").realised
    assert (10, 106) == (alone.low.counted, alone.high.counted)


def test_the_published_figure_agrees(ledger):
    """81 % of 131 can only be 106."""
    (check,) = ledger.reconcile("bethune-2020")
    assert (Verdict.AGREES, (106,)) == (check.verdict, check.consistent)


def test_every_action_exists(ledger):
    """131 actions: 15 zoom, 49 et aussi, 67 unnamed; 64 of them named, each with its axis."""
    keys = [name.partition("/")[2] for name in ledger.view("bethune-2020").actions]
    kinds = [sum(key.startswith(kind) for key in keys) for kind in ("zoom", "aussi", "sans-nom")]
    assert ([15, 49, 67], 131) == (kinds, len(keys))
    parts = ledger.breakdown("bethune-2020", by="axis", on="2024-03-31")
    assert {
        "une-place-pour-chacun": 24, "bien-vivre-ensemble": 19, "un-avenir": 21, None: 67,
    } == {axis: part.bounds.low.base for axis, part in parts.items()}  # fmt: skip


def test_a_band_for_every_date(ledger):
    """Before the publication the dates leave a band, which never turns over."""
    points = ledger.curve("bethune-2020")
    assert date(2024, 3, 31) == points[-1].on
    assert all(point.bounds.low.rate <= point.bounds.high.rate for point in points)
    assert not points[0].bounds.exact


def test_the_grown_denominator(ledger):
    """The priorities of 2024 in the base: the same 106 actions are a smaller share."""
    both = ledger.figure("bethune-2020", "bethune-2024", on="2024-03-31")
    assert (106, 161) == (both.bounds.low.counted, both.bounds.low.base)
    moved = ledger.explain("bethune-2020", "bethune-2024", before="2024-02-29", after="2024-03-31")
    assert 30 == len([p for p in moved.base_changes if p.action.startswith("bethune-2024")])


def test_the_parts_of_explain_are_the_whole(ledger):
    """Exactly, in the lowest and in the highest case."""
    moved = ledger.explain("bethune-2020", before="2021-06-30", after="2024-03-31")
    low = moved.after.bounds.low.rate - moved.before.bounds.low.rate
    high = moved.after.bounds.high.rate - moved.before.bounds.high.rate
    assert (low, high) == (sum(p.low for p in moved.parts), sum(p.high for p in moved.parts))


def test_nothing_is_in_two_places(ledger):
    """The key figures of the report are all there, each once."""
    with (EXAMPLES / "bethune" / "measures.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    measures = [
        piece.measure for entry in ledger.entries() for piece in entry.evidence
        if isinstance(piece.measure, Measure)
    ]  # fmt: skip
    assert sorted(row["indicator"] for row in rows) == sorted(m.indicator for m in measures)
    (trees,) = [measure for measure in measures if measure.target is not None]
    assert ("2655", "3000") == (str(trees.value), str(trees.target))


def test_the_sources_page_lists_every_fact(ledger):
    """Each named action and each key figure stands in the page with its source line."""
    page = (EXAMPLES / "bethune" / "README.md").read_text(encoding="utf-8")
    for name, width in (("actions.csv", 161), ("measures.csv", 49)):
        with (EXAMPLES / "bethune" / name).open(encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        assert width == len(rows)
        for row in rows:
            shown = row.get("key") or row["indicator"]
            if not shown.startswith("sans-nom"):
                assert shown in page, shown
                assert row["source_line"] in page, row


def test_replay_script():
    """The library in under 40 lines meets 106/131 on the publication date."""
    code, out, err = script(EXAMPLES / "replay_bethune.py")
    assert (0, "") == (code, err)
    assert "106/131 to 106/131" in out
    assert "it agrees" in out
    assert 40 > len((EXAMPLES / "replay_bethune.py").read_text(encoding="utf-8").splitlines())


def test_audit_script_agrees(file):
    """Exit code 0 when the published figure reconciles."""
    code, out, _ = script(EXAMPLES / "audit_published_figure.py", file, "bethune-2020")
    assert 0 == code
    assert "agrees" in out


def test_audit_script_explains_a_contradiction(file, tmp_path):
    """Exit code 1 with the counts that would agree, once an action is retracted."""
    copy = tmp_path / "copy.ledger"
    copy.write_bytes(file.read_bytes())
    from bilan_ledger import Retract  # noqa: PLC0415 only here

    with Ledger.open(copy, recorded_by="test") as changed:
        changed.record("bethune-2020/aussi-01", Retract(entry=2, reason="essai"))
    code, out, _ = script(EXAMPLES / "audit_published_figure.py", copy, "bethune-2020")
    assert 1 == code
    assert "contradicted" in out
    assert "stands for: 106" in out
    code, _, err = script(EXAMPLES / "audit_published_figure.py", "missing.ledger", "x")
    assert 2 == code
    assert "Traceback" not in err


def test_building_twice_changes_nothing(file):
    """A second build leaves the ledger as it was."""
    before = file.read_bytes()
    assert 0 == script(EXAMPLES / "bethune" / "build.py", file)[0]
    assert before == file.read_bytes()


def test_figure_command_on_the_ledger(file):
    """The command of the issue gives counts, low and high, and ids."""
    code, out, _ = script(
        "-m", "bilan_ledger.cli", "figure", "bethune-2020", "--on", "2023-12-31", "--json",
        "--ledger", file,
    )  # fmt: skip
    found = json.loads(out)
    assert 0 == code
    assert ("6/131", "106/131") == (found["low"]["rate"], found["high"]["rate"])
    assert 131 == len(found["low"]["ids"]["base"])
    assert 25 == found["counts"]["proposed"]["certain"]


def test_the_example_of_the_readme_runs():
    """The ten lines of the README print what they say."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.split("```python\n")[1].split("```")[0]
    code, out, err = script("-c", block)
    assert (0, "", "0/1 1/1\n") == (code, err, out)


def test_recording_goes_on_after_the_build(file, tmp_path):
    """A city can go on from the transcribed ledger."""
    copy = tmp_path / "copy.ledger"
    copy.write_bytes(file.read_bytes())
    with Ledger.open(copy, recorded_by="test") as later:
        later.record("bethune-2024/sante-02", Engage(on="2024-09"))
        later.record("bethune-2024/new", Propose(on="2024-09", title="Suite"))
        piece = AttachEvidence(evidence=Evidence(title="Suite"))
        assert 1 == len(later.record("bethune-2024/new", piece))
        assert 31 == len(later.view("bethune-2024").actions)
