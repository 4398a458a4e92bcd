"""What the tests of proofs share: a ledger of 600 entries, keys, and its bundle."""

from proof_samples import Clock

from bilan_ledger import (
    CreatePlan,
    Engage,
    Ledger,
    Order,
    Propose,
    PublishFigure,
    Realise,
    Terms,
    Territory,
)
from bilan_ledger.audit.bundle import Bundle, prove
from bilan_ledger.checkpoint import PrivateKey
from bilan_ledger.plan import FigurePublished

CITY = PrivateKey("bilan.exempleville.fr/demo", 1, bytes(range(32)))
WITNESS = PrivateKey("temoin.example.org", 4, bytes(range(1, 33)))
STRANGER = PrivateKey("bilan.exempleville.fr/demo", 1, bytes(range(2, 34)))
TERMS = Terms(
    title="Projet", territory=Territory(name="Exempleville"), start="2026-01-01", end="2031-12-31"
)


def town(entries=600):
    """A ledger of so many entries (an even number): half of all actions realised by 2027."""
    clock = Clock("2026-12-31T09:00:00+00:00")  # else a day comes when all was recorded late
    ledger = Ledger.in_memory(recorded_by="Mairie", clock=clock)
    count = (entries - 2) // 2
    orders = [Order("demo", CreatePlan(terms=TERMS))]
    for number in range(count):
        name = f"demo/a{number}"
        orders.append(Order(name, Propose(on="2026", title=f"Action n° {number}")))
        done = Engage(on="2026-05") if number % 2 else Realise(on="2026-06-30")
        orders.append(Order(name, done))
    ledger.record_all(orders)
    ledger.record("demo", PublishFigure(percentage=100, of=count, on="2026-12-31"))
    assert entries == len(ledger)
    return ledger


def exported(ledger):
    """The bytes of the log as a file."""
    return b"".join(line.state + b"\n" for line in ledger.lines())


def signed(ledger, *keys):
    """A checkpoint of the log as it is now."""
    found = ledger.checkpoint(CITY.name).signed_by(keys[0] if keys else CITY)
    return found.signed_by(*keys[1:], seconds=1_800_000_000)


def figure(ledger):
    """The entry of the last published figure."""
    return [e for e in ledger.entries() if isinstance(e.event, FigurePublished)][-1]


def bundle(ledger, publication=None, now=None, keys=(CITY.public, WITNESS.public), **more):
    """The bundle of the last published figure."""
    publication = publication or signed(ledger)
    made: Bundle = prove(
        list(ledger.lines()), figure(ledger), publication, now or publication, keys=keys, **more
    )
    return made
