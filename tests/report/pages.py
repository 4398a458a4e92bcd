"""Reports of small ledgers, and the command that writes them."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import attrs

from bilan_ledger import (
    Abandon,
    AttachEvidence,
    Axis,
    CreatePlan,
    Describe,
    Description,
    Engage,
    Evidence,
    Measure,
    Merge,
    Propose,
    PublishFigure,
    Qualify,
    Realise,
    Reopen,
    Restore,
    Retract,
    Territory,
    Theme,
)
from bilan_ledger.action import MarkNotAssessed
from bilan_ledger.history import records
from bilan_ledger.report.site import Choice, Source, site

# The random ledgers of the core are used here too.
sys.path.append(str(Path(__file__).parents[1] / "core"))


def source_of(entries, *names):
    """Return what a report is made from, of the entries of a log."""
    told = records(entries)
    chosen = [told[name] for name in names or told]
    return Source(
        records=chosen, entries=len(entries), root="1" * 64, last=entries[-1], name="town.ledger"
    )


def written(folder, entries, *names, on=date(2020, 1, 8), **choice):
    """Write the report of a log; return its folder."""
    for name, text in site(source_of(entries, *names), Choice(on=on, **choice)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def bilan(*words, code=0):
    """Run the command; return its output and its error output."""
    command = [sys.executable, "-c", "from bilan_ledger.cli import main; main()"]
    done = subprocess.run(
        [*command, *map(str, words)], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert code == done.returncode, done.stderr
    return done.stdout, done.stderr


# --- a ledger of everything that a page has to show ------------------------------------------

HOSTILE = (
    "<script>document.title = 'bad'; alert(1)</script>",
    "</script><script>alert(2)</script><!-- <script> -->",
    "javascript:alert(3)",
    "\u202egnp.exe\u2066 <img src=x onerror=alert(4)> \u200f",
    '{{ 7 * 7 }} {% raw %} ${alert(5)} ]]> &lt;b&gt; " onmouseover="alert(6)" \' x=\'',
)


def everything():
    """Return a log with hostile texts, corrections, scopes, lineage, key figures and figures."""
    from strategies import Move, play, terms  # noqa: PLC0415 its folder is only now on the path

    a, b, c, d, e = HOSTILE
    axes = [
        Axis(key="x", title=a, themes=[Theme(key="t", title=b)]), Axis(key="y", title=d)
    ]  # fmt: skip
    place = Territory(name=b)
    bad = Evidence(title=a, locator=c, publisher=e, url="https://example.org/%22%3E?a=1&b='")
    measure = Measure(indicator=d, value="2655.5", unit=a, target="3000", as_of="2020")
    about = {
        None: [
            CreatePlan(terms=terms(title=a, territory=place, axes=axes)),
            PublishFigure(percentage="33", of=3, on="2020-01-09", evidence=bad),
            AttachEvidence(evidence=attrs.evolve(bad, measure=measure)),
        ],
        "a": [
            Propose(on="2020-01-01/2020-01-03", title=a, axis="x", theme="t", evidence=bad),
            Engage(on="2020-01-05", at_least=True, evidence=bad, note=b),
            Retract(entry=2, reason=c),
            Engage(on="2020-01-06/2020-01-10", evidence=bad),
            AttachEvidence(entry=4, evidence=attrs.evolve(bad, measure=measure)),
            Qualify(on="2020-01-11", qualifier="late"),
        ],
        "b": [Propose(on="2020-01-01", title=b, axis="y"), Realise(on="2020-01-02/2020-01-04")],
        "c": [Propose(on="2020-01-02", title=c),
              Describe(on="2020-01-05", change=Description(title=d))],
        "d": [Propose(on="2020-01-01", title=e), Merge(on="2020-01-07", target="b")],
        "e": [Propose(on="2020-01-01", title=d), Abandon(on="2020-01-08"),
              Reopen(on="2020-01-09", reason="r"), MarkNotAssessed(on="2020-01-10"),
              Restore(on="2020-01-11")],
    }  # fmt: skip
    moves = [Move("p", key, said, 24) for key, several in about.items() for said in several]
    return play(moves)
