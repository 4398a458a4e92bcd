"""What the tests of the audit share: logs told line by line, forged or recorded, and their keys."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import count

from bilan_ledger import Evidence, Ledger, Measure, Order, Propose, Terms, Territory
from bilan_ledger import action as a
from bilan_ledger import plan as p
from bilan_ledger.audit import Note, Severity, audit
from bilan_ledger.checkpoint import Checkpoint, PrivateKey
from bilan_ledger.dates import Instant
from bilan_ledger.entry import Entry
from bilan_ledger.merkle import leaf_hash, root
from bilan_ledger.text import Sealed, SealedText
from bilan_ledger.wire import Line, encode

TODAY = date(2026, 6, 1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
KEY = PrivateKey("town.example/demo", 1, bytes(range(32)))
OTHER = PrivateKey("other.example", 1, bytes(range(1, 33)))
WITNESS = PrivateKey("witness.example", 4, bytes(range(2, 34)))
KEPT = SealedText(bytes(32), "Service évaluation")
BY = KEPT.sealed
REASON = Sealed("ab" * 32)

TERMS = Terms(title="P", territory=Territory(name="V"), start="2025-01-01", end="2030-12-31")
PLAN = ("p", p.PlanCreated(terms=TERMS))
A = ("p/A", a.Proposed(on="2026-01-01", title="Arbres"))
B = ("p/B", a.Proposed(on="2026-01-01", title="Bancs"))


def at(day, hour=12):
    """Return the noon of a day."""
    return Instant(datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00"))


def entries(*told):
    """Return the entries of a log: (subject, event, what is not as usual) each.

    Versions count up in each stream and a minute lies between two entries, unless told otherwise.
    """
    versions: Counter[str] = Counter()
    made = []
    now = Instant(NOON)
    for index, (subject, event, *more) in enumerate(told):
        versions[subject] += 1
        plan, _, action = subject.partition("/")
        changes = dict(more[0]) if more else {}
        now = changes.pop("recorded_at", None) or Instant(now.utc + timedelta(minutes=1))
        usual = {
            "index": index, "plan": plan, "action": action or None, "version": versions[subject],
            "recorded_at": now, "recorded_by": BY, "event": event,
        }  # fmt: skip
        made.append(Entry(**{**usual, **changes}))
    return made


def lines(*told):
    """Return the lines of a file with these entries (see `entries`)."""
    return [Line(entry.index, encode(entry)) for entry in entries(*told)]


def of(states):
    """Return lines of bytes."""
    return [Line(index, state) for index, state in enumerate(states)]


def look(log, **more):
    """Audit a log on one fixed day; without a checkpoint unless one is given."""
    return audit(log, **{"today": TODAY, **more})


def short(findings):
    """Return findings without what every unsigned log has, as (code, entry, subject)."""
    return [(f.code, f.entry, f.subject) for f in findings if f.code != "checkpoint-none"]


def errors(findings):
    """Return the errors of an audit, as (code, entry, subject)."""
    return [(f.code, f.entry, f.subject) for f in findings if f.severity is Severity.ERROR]


def point(log, *keys, origin=KEY.name):
    """Return the signed checkpoint of a log's lines."""
    leaves = [leaf_hash(line.state) for line in log]
    made = Checkpoint(origin, len(leaves), root(leaves))
    return made.signed_by(*(keys or (KEY,)), seconds=1_700_000_000)


def note(checkpoint, place="3"):
    """Return a checkpoint as an audit is given it."""
    return Note(place, str(checkpoint).encode())


def measured(value, target="10", as_of="2026", **more):
    """Return evidence with a measure."""
    told = {"indicator": "Arbres", "value": value, "target": target, "as_of": as_of, **more}
    return Evidence(title="Relevé", measure=Measure(**told))


class Ticking:
    """A clock that goes on by a minute each time it is asked."""

    def __init__(self, now=NOON):
        self.now = now

    def __call__(self):
        self.now += timedelta(minutes=1)
        return self.now


def fill(ledger, size=600):
    """Record a ledger of so many entries: lives of actions, notes, corrections, an erasure."""
    terms = Terms(title="Projet é", territory=Territory(name="V"), start="2025-01-01",
                  end="2030-12-31")  # fmt: skip
    ledger.record("p", a_plan(terms))
    numbers = count(1)
    while len(ledger) <= size - 16:
        pair = [f"p/{next(numbers):03}" for _ in "ab"]
        proposed = Propose(on="2025-03", title="Planter « 3 000 » arbres", tags=["vert"])
        begun = a.Engage(on="2025-05-02/2025-07", note="vu au conseil")
        ledger.record_all([Order(name, each) for each in (proposed, begun) for name in pair])
        for name in pair:
            done = a.Realise(on="2025-11-03", evidence=measured("8"))
            ledger.record(name, a.Realise(on="2025-11-02", note="reçu"))
            ledger.record(name, a.Correct(entry=3, reason="date", by=done))
            ledger.record(name, a.Qualify(on="2025-12-01", qualifier="partial"))
    ledger.record("p/001", a.Reopen(on="2026-01-01", reason="gel", to="engaged"))
    ledger.record("p/002", a.Merge(on="2026-01-01", target="001"))
    ledger.record("p/003", a.Split(on="2026-01-01", targets=["001", "004"]))
    index = next(e.index for e in ledger.entries() if isinstance(e.event, a.Engaged))
    ledger.erase(index, reason="personne nommée")
    while len(ledger) < size:
        ledger.record("p", p.AttachEvidence(evidence=Evidence(title=f"Pièce {len(ledger)}")))
    assert size == len(ledger)


def a_plan(terms):
    """Return the command that opens a plan."""
    return p.CreatePlan(terms=terms, note="ouvert")


def big(path=None, size=600):
    """Return an open ledger of so many entries, in memory or in a new file."""
    if path is None:
        ledger = Ledger.in_memory(recorded_by="Service évaluation", clock=Ticking())
    else:
        Ledger.create(path).close()
        ledger = Ledger.open(path, recorded_by="Service évaluation", clock=Ticking())
    fill(ledger, size)
    return ledger
