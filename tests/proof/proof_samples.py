"""What the tests of proof share: keys, a small town with a published figure, and how to lie."""

import base64
import json
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from bilan_ledger import (
    Axis,
    CreatePlan,
    Engage,
    Ledger,
    Order,
    Propose,
    PublishFigure,
    Realise,
    Terms,
    Territory,
    merkle,
)
from bilan_ledger.audit import read
from bilan_ledger.audit.bundle import _README, Bundle, claims, prove
from bilan_ledger.checkpoint import Checkpoint, PrivateKey
from bilan_ledger.wire import Line

VECTORS = Path(os.environ.get("BILAN_VECTORS") or Path(__file__).parents[3] / "shared" / "vectors")
"""Public test vectors of other projects, where they are present."""

LONG = os.environ.get("BILAN_LONG") == "1"
"""Whether the long runs are asked for: every pair, every byte."""

CITY = PrivateKey("bilan.exempleville.fr", 1, bytes(range(32)))
NEXT = PrivateKey("bilan.exempleville.fr", 1, bytes(range(2, 34)))  # after a rotation
OTHER = PrivateKey("bilan.voisineville.fr", 1, bytes(range(3, 35)))  # of another city
WITNESS = PrivateKey("temoin.example.org", 4, bytes(range(1, 33)))
SECOND = PrivateKey("notaire.example.org", 4, bytes(range(4, 36)))
ATTACKER = PrivateKey("bilan.exempleville.fr", 1, bytes(range(5, 37)))  # the city's name
README = _README.encode()
DAY = 1_720_000_000  # 2024-07-03 09:46:40 UTC
ROOT = Path(__file__).parents[2]

TERMS = Terms(
    title="Projet de mandat", territory=Territory(name="Exempleville"),
    start="2020-07-01", end="2026-06-30", axes=[Axis(key="vert", title="Ville verte")],
)  # fmt: skip
PLAN = [
    Order("demo", CreatePlan(terms=TERMS)),
    Order("demo/A", Propose(on="2021", title="Planter des arbres", axis="vert")),
    Order("demo/B", Propose(on="2021", title="Ouvrir une crèche")),
    Order("demo/C", Propose(on="2021", title="Rénover l’école")),
    Order("demo/A", Engage(on="2021-03")),
    Order("demo/A", Realise(on="2022-05-01")),
    Order("demo/B", Engage(on="2022")),
]
FIGURE = Order("demo", PublishFigure(percentage="66.67", of=3, on="2023-12-31"))
LATER = [Order("demo/B", Realise(on="2024-02-01")), Order("demo/C", Engage(on="2024-03-01"))]
PUBLISHED, NOW = 8, 10  # entries at the publication, and now


class Clock:
    """A ledger's clock: a minute later each time it is asked."""

    def __init__(self, now="2024-01-15T09:00:00+00:00"):
        self.now = datetime.fromisoformat(now)

    def __call__(self):
        self.now += timedelta(minutes=1)
        return self.now


def seven_entries(**more):
    """A ledger in memory with the plan: two of three actions engaged or realised."""
    ledger = Ledger.in_memory(recorded_by="Service évaluation", clock=Clock())
    ledger.record_all([*PLAN, *more.pop("orders", ())])
    return ledger


def states(ledger):
    """The bytes of each entry, in order."""
    return [line.state for line in ledger.lines()]


def small():
    """The bytes of ten entries: the plan, the figure 2/3 as entry 7, and two later ones."""
    with seven_entries(orders=[FIGURE, *LATER]) as ledger:
        return states(ledger)


def large(actions=200):
    """The bytes of 600 entries (3 an action): the plan, all actions done but one, the figure."""
    orders = [Order("demo", CreatePlan(terms=TERMS))]
    for number in range(actions):
        orders += [
            Order(f"demo/A{number}", Propose(on="2021", title=f"Action n° {number}")),
            Order(f"demo/A{number}", Engage(on="2021-03")),
            Order(f"demo/A{number}", Realise(on="2022-05-01")),
        ]
    orders[-2:] = [Order("demo", PublishFigure(percentage="99.5", of=200, on="2023-12-31"))]
    with Ledger.in_memory(recorded_by="Service évaluation", clock=Clock()) as ledger:
        ledger.record_all(orders)
        return states(ledger)


def forked(folder):
    """The entries of two ledgers of one city, which share seven and then tell two stories.

    Ten each; the figure is entry 7 of the first and entry 8 of the second.
    """
    files = folder / "shown.ledger", folder / "hidden.ledger"
    Ledger.create(files[0]).close()
    with Ledger.open(files[0], recorded_by="x", clock=Clock()) as ledger:
        ledger.record_all(PLAN)
    shutil.copy(*files)
    done = Order("demo/C", Engage(on="2023-03-01"))
    better = Order("demo", PublishFigure(percentage="100", of=3, on="2023-12-31"))
    told = []
    for file, more in zip(files, ([FIGURE, *LATER], [done, better, LATER[0]]), strict=True):
        with Ledger.open(file, recorded_by="x", clock=Clock("2024-02-01T09:00:00+00:00")) as ledger:
            ledger.record_all(more)
            told.append(states(ledger))
    return told


def leaves(lines):
    return [merkle.leaf_hash(each) for each in lines]


def signed(lines, size, *keys, origin=CITY.name, seconds=DAY):
    """A checkpoint of the first lines, signed by the city unless others are named."""
    point = Checkpoint(origin, size, merkle.root(leaves(lines)[:size]))
    return point.signed_by(*(keys or (CITY,)), seconds=seconds)


def entries_of(lines):
    return read(Line(index, state) for index, state in enumerate(lines)).entries


def bundle_of(lines, publication=None, now=None, *, figure=7, keys=(CITY.public,), **more):
    """The bundle that an honest city makes of its log."""
    publication = publication or signed(lines, PUBLISHED)
    now = now or signed(lines, NOW)
    of = entries_of(lines)[figure]
    placed = [Line(index, state) for index, state in enumerate(lines)]
    return prove(placed, of, publication, now, keys=keys, **more)


def with_files(bundle, **changed):
    """The bundle with other bytes in some files; their dots are written as two underscores."""
    named = {name.replace("__", "."): data for name, data in changed.items()}
    kept = {name: data for name, data in {**bundle.files, **named}.items() if data is not None}
    return Bundle(kept)


def forged(lines, publication, now, *, figure=7, keys=(CITY.public,), **more):
    """The bundle of a city that lies: every file recomputed, without any check of ours.

    `lines` are the entries shown; `publication` and `now` are signed, perhaps of another log.
    `proof` says between which two sizes to show growth, `claimed` what to write in `proof.json`.
    """
    old, new = more.get("proof", (publication.size, now.size))
    hashes = merkle.Tree(leaves(lines)).consistency_proof(old, new)
    return Bundle(
        {
            "README.txt": README,
            "proof.json": more.get("claimed")
            or claims(entries_of(lines), figure, publication, now),
            "entries.jsonl": b"".join(line + b"\n" for line in lines[: publication.size]),
            "publication.checkpoint": str(publication).encode(),
            "now.checkpoint": str(now).encode(),
            "consistency.txt": b"".join(base64.b64encode(each) + b"\n" for each in hashes),
            "keys.txt": "".join(f"{key}\n" for key in keys).encode(),
        }
    )


def claim(bundle, **figure):
    """The bundle's proof.json with other words about the figure, written as it is always."""
    value = json.loads(bundle.files["proof.json"])
    value["figure"].update(figure)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"


def verdicts(found):
    """What a verification says: each statement's code with True, None or False."""
    return {each.code: each.holds for each in found.statements}


def codes(found):
    """The codes of the findings, each once."""
    return sorted({each.code for each in found.findings})


def said(found, code):
    """One statement's sentences, French and English."""
    each = next(each for each in found.statements if each.code == code)
    return each.text("fr"), each.text("en")


def rewritten(lines, index, old, new):
    """The lines with some bytes of one of them changed."""
    assert old in lines[index]
    return [*lines[:index], lines[index].replace(old, new), *lines[index + 1 :]]
