"""Random lives of ledgers: any commands about two plans, through the public door alone."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from bilan_ledger import (
    Abandon,
    AmendPlan,
    AttachEvidence,
    Axis,
    CommandRefused,
    Correct,
    CreatePlan,
    Describe,
    Description,
    Engage,
    Evidence,
    InvalidValue,
    Ledger,
    MarkNotAssessable,
    MarkNotAssessed,
    Merge,
    NotFound,
    Order,
    Policy,
    Propose,
    PublishFigure,
    Qualify,
    Realise,
    Reopen,
    Restore,
    Retract,
    Split,
    Supersede,
    Terms,
    Territory,
    Theme,
    Withdraw,
)
from bilan_ledger.dates import Instant
from bilan_ledger.text import ActionId

KEYS = "ABCD"
_AXES = [
    Axis(key="x", title="X", themes=[Theme(key="s", title="S"), Theme(key="t", title="T")]),
    Axis(key="y", title="Y"),
    Axis(key="z", title="Z", themes=[Theme(key="s", title="S")]),
]


class Life:
    """One random ledger; the same number makes the same one, but for its salts."""

    def __init__(self, number: int) -> None:
        self.random = Random(number)  # noqa: S311 no secret
        self.now = datetime(2026, 1, 10, tzinfo=UTC)
        self.ledger = Ledger.in_memory(recorded_by="Mairie", clock=lambda: self.now)
        self.accepted: Counter[str] = Counter()
        for plan in "pq":
            self.ledger.record(plan, CreatePlan(terms=self.terms(), note="n"))
            for key in KEYS[:2]:
                self.attempt([Order(f"{plan}/{key}", self.propose())])

    def live(self, steps: int) -> "Life":
        """Try so many saves, of one order or of several interleaved ones."""
        for _ in range(steps):
            self.now += timedelta(hours=self.random.choice([0, 0, 1, 24, -5]))
            if self.random.random() < 0.03:
                self.erase()
                continue
            many = self.random.choice([1, 1, 1, 2, 3, 6])
            self.attempt([self.order() for _ in range(many)])
        return self

    def attempt(self, orders: list[Order]) -> None:
        """Record orders together; where they are refused, each one for itself."""
        try:
            self.ledger.record_all(orders)
        except (CommandRefused, InvalidValue):
            if len(orders) > 1:
                for order in orders:
                    self.attempt([order])
            return
        self.accepted.update(type(order.command).__name__ for order in orders)
        self.accepted["together"] += len(orders) > 1

    def erase(self) -> None:
        try:
            self.ledger.erase(self.random.randrange(len(self.ledger)), reason="droit")
        except NotFound:
            return
        self.accepted["Erase"] += 1

    # --- what is tried

    def order(self) -> Order:
        plan = self.random.choice("pppq")
        if self.random.random() < 0.12:
            return Order(plan, self.about_plan())
        key = self.random.choice("AAAABBBCD")
        stated = self.random.choice([None, None, None, Instant(self.now - timedelta(days=2))])
        return Order(f"{plan}/{key}", self.about_action(plan, key), stated)

    def about_plan(self) -> object:
        match self.random.randrange(4):
            case 0:
                return AmendPlan(on=self.day(), terms=self.terms())
            case 1:
                return PublishFigure(percentage=self.random.choice([0, 50, 100]), on=self.day())
            case 2:
                return AttachEvidence(evidence=Evidence(title="Pièce"), entry=self.maybe_entry())
            case _:
                return Retract(entry=self.entry(), reason="r")

    def about_action(self, plan: str, key: str) -> object:
        version = self.ledger._action_state(ActionId(plan, key)).version
        self.last = max(version, 1)
        if not version:
            return self.propose()
        chance = self.random.random()
        if chance < 0.35:
            return self.status()
        if chance < 0.6:
            return self.scope()
        if chance < 0.75:
            return self.remark()
        if chance < 0.85:
            return Retract(entry=self.entry(), reason="r")
        if chance < 0.97:
            by = self.random.choice([self.status, self.scope, self.propose])()
            return Correct(entry=self.entry(), by=by, reason="r")
        return self.propose()

    def propose(self) -> Propose:
        return Propose(on=self.when(), title="Arbres", **self.place(), note=self.note())

    def status(self) -> object:
        on, note = self.when(), self.note()
        return self.random.choice(
            [
                lambda: Engage(on=on, at_least=self.random.random() < 0.3, note=note),
                lambda: Realise(on=on, evidence=Evidence(title="Bilan", quotation="q")),
                lambda: Abandon(on=on, reason=note),
                lambda: Reopen(on=on, to=self.random.choice(["proposed", "engaged"]), reason="r"),
            ]
        )()

    def scope(self) -> object:
        on, (one, two) = self.when(), self.random.sample(KEYS, 2)
        return self.random.choice(
            [
                Withdraw(on=on, reason="r"), Merge(on=on, target=one), Supersede(on=on, by=one),
                Split(on=on, targets=[one, two]), MarkNotAssessable(on=on),
                MarkNotAssessed(on=on), MarkNotAssessed(on=on), Restore(on=on), Restore(on=on),
            ]
        )  # fmt: skip

    def remark(self) -> object:
        match self.random.randrange(3):
            case 0:
                return Qualify(on=self.when(), qualifier=self.random.choice([None, "late"]))
            case 1:
                change = Description(**self.place(), title=self.random.choice([None, "Parc"]))
                return Describe(on=self.day(), change=change, note=self.note())
            case _:
                return AttachEvidence(evidence=Evidence(title="Pièce"), entry=self.maybe_entry())

    def terms(self) -> Terms:
        return Terms(
            title="P", territory=Territory(name="V"), start="2026-01-01", end="2026-12-31",
            axes=self.random.choice([[], _AXES[:1], _AXES[:2], _AXES, _AXES, _AXES]),
            policy=Policy(base=self.random.choice(["all", "initial-list", "without-abandoned"])),
        )  # fmt: skip

    def place(self) -> dict[str, str | None]:
        axis = self.random.choice([None, "x", "x", "y", "z"])
        theme = self.random.choice(["s", "t"]) if axis in {"x", "z"} else None
        return {"axis": axis, "theme": self.random.choice([None, theme])}

    def when(self) -> str:
        first = self.random.randrange(1, 25)
        more = self.random.choice([0, 0, 0, 3, 6])
        day = f"2026-01-{first:02}"
        return self.random.choice(["2026-01", day, day, f"{day}/2026-01-{first + more:02}"])

    def day(self) -> str:
        return f"2026-01-{self.random.randrange(1, 29):02}"

    def note(self) -> str | None:
        return self.random.choice([None, "vu au conseil"])

    def entry(self) -> int:
        return self.random.randint(1, getattr(self, "last", 3))

    def maybe_entry(self) -> int | None:
        return self.random.choice([None, self.entry()])
