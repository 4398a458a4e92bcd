"""Random commands to three ledgers: in memory, in a file, and a naive one written plainly here.

The naive one keeps lists of dicts. It tries places in a history one by one, finds what is
possible by walking through a month day by day, and the figure by trying every combination.
"""

import tempfile
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from math import floor
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from ledger_samples import Clock

from bilan_ledger import (
    Abandon,
    AttachEvidence,
    CommandRefused,
    Correct,
    CreatePlan,
    Describe,
    Description,
    Engage,
    Entry,
    Evidence,
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
    Withdraw,
)
from bilan_ledger.action import description
from bilan_ledger.ledger import sealing
from bilan_ledger.ledger.append import TakeIn
from bilan_ledger.record import live
from bilan_ledger.wire import encode

Item = dict[str, Any]
History = list[Item]

# --- the naive ledger ------------------------------------------------------------------------
# Days are numbers: 1 is 1 January 2024, 31 the last of that month.

LAST = 32
INITIAL_LIST = 8  # the day that closes the initial list of the plan

NEXT_STATUS = {
    "absent": {"propose"},
    "proposed": {"engage", "realise", "abandon"},
    "engaged": {"realise", "abandon"},
    "realised": {"reopen"},
    "abandoned": {"reopen"},
}
SCOPE_AFTER = {
    "withdraw": "withdrawn",
    "merge": "merged",
    "split": "split",
    "supersede": "superseded",
    "not-assessable": "not-assessable",
    "not-assessed": "not-assessed",
    "restore": "in-plan",
}
STAYS = {"in-plan", "not-assessed", "not-assessable"}


def statuses_after(item: Item | None) -> set[str]:
    """Return the statuses that an action may have right after an item of its history."""
    if item is None:
        return {"absent"}
    if item["kind"] == "engage" and item["at_least"]:
        return {"engaged", "realised"}
    words = {"propose": "proposed", "engage": "engaged", "realise": "realised"}
    return {{**words, "abandon": "abandoned", "reopen": item.get("to")}[item["kind"]]}


def scope_after(item: Item | None) -> str:
    return "in-plan" if item is None else SCOPE_AFTER[item["kind"]]


def follows(before: Item | None, item: Item) -> bool:
    """Whether an item may stand right after another (None: at the start)."""
    if item["line"] == "status":
        return any(item["kind"] in NEXT_STATUS[status] for status in statuses_after(before))
    if item["kind"] == "restore":
        return scope_after(before) != "in-plan"
    again = item["kind"].startswith("not-") and scope_after(before) == scope_after(item)
    return scope_after(before) in STAYS and not again


def legal(history: History) -> bool:
    return all(follows(*pair) for pair in zip([None, *history], history, strict=False))


def walks(history: History, on: int, listed_by: int = 0) -> set[tuple[bool, int]]:
    """Walk from day to day: whether it began by `listed_by`, and how far it was on `on`.

    On each day as many items may happen as have that day in their interval; a walk that does
    not get through the whole history was not possible.
    """
    paths: set[tuple[int, bool, int]] = {(0, False, 0)}
    for day in range(LAST + 1):
        further: set[tuple[int, bool, int]] = set()
        for done, listed, seen in paths:
            reach = [done]
            while reach[-1] < len(history):
                first, last = history[reach[-1]]["on"]
                if not first <= day <= last:
                    break
                reach.append(reach[-1] + 1)
            for now in reach:
                began = now > 0 if day == listed_by else listed
                further.add((now, began, now if day == on else seen))
        paths = further
    return {(listed, seen) for done, listed, seen in paths if done == len(history)}


def placed(item: Item, history: History) -> History | None:
    """Try places from the latest on: the first where all is legal and some days fit."""
    for place in range(len(history), -1, -1):
        tried = [*history[:place], item, *history[place:]]
        if legal(tried) and walks(tried, 0):
            return tried
    return None


class Naive:
    """One plan: for each action its version, its two dated histories and its remarks."""

    def __init__(self) -> None:
        self.actions: dict[str, dict[str, Any]] = {}
        self.figures: list[Item] = []
        self.version = 1  # of the plan itself
        self.past: list[dict[str, Any]] = []  # what was known after each entry of the log
        self._remember()

    def _remember(self) -> None:
        self.past.append(deepcopy({"actions": self.actions, "figures": self.figures}))

    # Each command changes a copy; it returns the new states of the action, or None: refused.

    def record(self, key: str, command: Item) -> bool:
        """Do what a command says, or nothing at all."""
        empty = {"version": 0, "status": [], "scope": [], "remark": [], "titles": {}}
        state = deepcopy(self.actions.get(key, empty))
        states = self._decided(key, state, command)
        for after in states or ():
            self.actions[key] = after
            self._remember()
        return states is not None

    def _decided(self, key: str, state: Any, command: Item) -> list[Any] | None:
        first = command["line"] in {"retract", "correct"} or command["kind"] == "propose"
        if not first and not state["status"]:
            return None
        match command["line"]:
            case "status":
                return self._status(state, command)
            case "scope":
                return self._scope(key, state, command)
            case "remark":
                about = command.get("entry")
                if about is not None and about not in self._standing(state):
                    return None
                return [self._added(state, command, "remark", [*state["remark"], command])]
            case "retract":
                states = self._without(state, command["entry"])
            case _:
                states = self._without(state, command["entry"])
                more = states and self._decided(key, deepcopy(states[-1]), command["by"])
                states = [*states, *more] if more else []
        return states if states and self._whole(key, states[-1]) else None

    def _added(self, state: Any, item: Item, line: str, history: History) -> Any:
        after = deepcopy(state)
        after["version"] += 1
        after[line] = [{**i, "version": i.get("version", after["version"])} for i in history]
        if item["kind"] == "propose":
            after["titles"][after["version"]] = item["title"]
        return after

    def _status(self, state: Any, item: Item) -> list[Any] | None:
        if item["kind"] == "propose" and any(i["kind"] == "propose" for i in state["status"]):
            return None
        history = placed(item, state["status"])
        if history is None:
            return None
        states = [self._added(state, item, "status", history)]
        scopes = state["scope"]
        unknown = scopes and scopes[-1]["kind"] == "not-assessed" and item["kind"] != "propose"
        if unknown and all(i["on"][0] <= item["on"][1] for i in scopes):
            version = states[0]["version"]
            restore = {"line": "scope", "kind": "restore", "on": item["on"], "with": version}
            states.append(self._added(states[0], restore, "scope", [*scopes, restore]))
        return states

    def _scope(self, key: str, state: Any, item: Item) -> list[Any] | None:
        if item["on"][1] < state["status"][0]["on"][0]:
            return None
        history = placed(item, state["scope"])
        if history is None or not self._lineage_fits(key, item.get("targets", [])):
            return None
        return [self._added(state, item, "scope", history)]

    def _standing(self, state: Any) -> set[int]:
        return {i["version"] for line in ("status", "scope", "remark") for i in state[line]}

    def _without(self, state: Any, entry: int) -> list[Any]:
        """Withdraw an entry, and with a status the assessment that came with it."""
        if entry not in self._standing(state):
            return []
        states = [state]
        for gone in [entry, *(i["version"] for i in state["scope"] if i.get("with") == entry)]:
            after = deepcopy(states[-1])
            after["version"] += 1
            for line in ("status", "scope", "remark"):
                after[line] = [i for i in after[line] if i["version"] != gone]
            states.append(after)
        return states[1:]

    def _whole(self, key: str, state: Any) -> bool:
        scopes = state["scope"]
        targets = scopes[-1].get("targets", []) if scopes else []
        listed = state["status"][0]["on"][0] if state["status"] else LAST
        return (
            legal(state["status"])
            and legal(scopes)
            and all(i["on"][1] >= listed for i in scopes)
            and self._lineage_fits(key, targets)
        )

    def _lineage_fits(self, key: str, targets: list[str]) -> bool:
        """Whether all targets are in the plan, and none leads back."""
        listed = {name for name, state in self.actions.items() if state["status"]}
        seen: set[str] = set()
        ahead = [*targets]
        while ahead:
            name = ahead.pop()
            if name == key:
                return False
            scopes = self.actions[name]["scope"] if name in listed else []
            if name not in seen and scopes:
                ahead += scopes[-1].get("targets", [])
            seen.add(name)
        return listed.issuperset(targets)

    def publish(self, figure: Item) -> bool:
        if figure in self.figures:
            return False
        self.figures.append(figure)
        self.version += 1
        self._remember()
        return True

    # Questions.

    def contributions(self, on: int, base: str, counted: set[str], known: int) -> list[set[str]]:
        """Return for each listed action what it may add to the figure."""
        return [
            {
                self._contribution(listed, status, scope_after(scope), base, counted)
                for listed, done in walks(state["status"], on, INITIAL_LIST)
                for status in statuses_after(([None, *state["status"]])[done])
                for _, left in walks(state["scope"], on)
                for scope in [([None, *state["scope"]])[left]]
            }
            for state in self.past[known]["actions"].values()
            if state["status"]
        ]

    def _contribution(
        self,
        listed: bool,  # noqa: FBT001
        status: str,
        scope: str,
        base: str,
        counted: set[str],
    ) -> str:
        if status == "absent" or (base == "initial-list" and not listed):
            return "out"
        if scope == "not-assessable":
            return "out" if base == "without-not-assessable" else "in"
        if scope == "not-assessed":
            return "in"
        if scope != "in-plan" and base != "initial-list":
            return "out"  # the initial list keeps what left the plan, by its status
        if status == "abandoned" and base == "without-abandoned":
            return "out"
        return "counted" if status in counted else "in"

    def all_counts(self, on: int, base: str, counted: set[str], known: int) -> set[tuple[int, int]]:
        """Try every combination of what the actions may add: (counted, base)."""
        return {
            (choice.count("counted"), len(choice) - choice.count("out"))
            for choice in product(*self.contributions(on, base, counted, known))
        }

    def title(self, key: str, on: int, known: int) -> str:
        """Return the title in force on a day."""
        state = self.past[known]["actions"][key]
        standing = [i["version"] for i in state["status"] if i["kind"] == "propose"]
        title: str = state["titles"][max(standing or state["titles"])]
        told = [i for i in state["remark"] if i["kind"] == "describe" and i["on"][0] <= on]
        for item in sorted(told, key=lambda i: (i["on"][0], i["version"])):
            title = item["title"]
        return title


# --- commands, in both languages -------------------------------------------------------------

KEYS = ["A", "B", "C"]
SOME_KEY = st.sampled_from(["A", "A", "A", "B", "B", "C"])
DAYS = st.integers(1, 12)


@st.composite
def _intervals(draw: st.DrawFn) -> tuple[int, int]:
    """Draw an exact day, an uncertain one, or (rarely) the whole month."""
    first = draw(DAYS)
    return draw(
        st.sampled_from([(first, first)] * 3 + [(first, min(first + 4, 12))] * 2 + [(1, 31)])
    )


def _text(interval: tuple[int, int]) -> str:
    first, last = (f"2024-01-{day:02}" for day in interval)
    if interval == (1, 31):
        return "2024-01"
    return first if first == last else f"{first}/{last}"


def _day(number: int) -> date:
    return date(2024, 1, 1) + timedelta(days=number - 1)


def _filled(draw: st.DrawFn, item: Item) -> Item:
    """Draw what else a command of this kind needs."""
    item["on"] = draw(_intervals())
    match item["kind"]:
        case "propose":
            item["title"] = draw(st.sampled_from(["Arbres", "École"]))
        case "engage":
            item["at_least"] = draw(st.booleans())
        case "reopen":
            item["to"] = draw(st.sampled_from(["proposed", "engaged"]))
        case "merge" | "supersede":
            item["targets"] = [draw(st.sampled_from(KEYS))]
        case "split":
            item["targets"] = draw(st.permutations(KEYS))[:2]
    return item


@st.composite
def _statuses(draw: st.DrawFn, state: Any) -> Item:
    """Draw a status command: mostly one that may come last, else any."""
    last = ([None, *state["status"]])[-1]
    fits = sorted({kind for status in statuses_after(last) for kind in NEXT_STATUS[status]})
    kinds = sorted({kind for kinds in NEXT_STATUS.values() for kind in kinds})
    return _filled(draw, {"line": "status", "kind": draw(st.sampled_from(fits * 4 + kinds))})


@st.composite
def _scopes(draw: st.DrawFn, state: Any) -> Item:
    last = scope_after(([None, *state["scope"]])[-1])
    fits = [*SCOPE_AFTER] if last in STAYS else ["restore"] * 7
    return _filled(draw, {"line": "scope", "kind": draw(st.sampled_from([*fits, *SCOPE_AFTER]))})


def _command(item: Item) -> Any:  # noqa: C901 one case a command
    """Return the library's command for what the naive ledger was told."""
    on = _text(item["on"])
    targets = item.get("targets", [])
    match item["kind"]:
        case "propose":
            return Propose(on=on, title=item["title"], note="n")
        case "engage":
            return Engage(on=on, at_least=item["at_least"])
        case "realise":
            return Realise(on=on, evidence=Evidence(title="Bilan", quotation="q"))
        case "abandon":
            return Abandon(on=on)
        case "reopen":
            return Reopen(on=on, to=item["to"], reason="r")
        case "withdraw":
            return Withdraw(on=on, reason="r")
        case "merge":
            return Merge(on=on, target=targets[0])
        case "split":
            return Split(on=on, targets=targets)
        case "supersede":
            return Supersede(on=on, by=targets[0], reason="r")
        case "not-assessable":
            return MarkNotAssessable(on=on)
        case "not-assessed":
            return MarkNotAssessed(on=on)
        case _:
            return Restore(on=on)


BASES = ["all", "without-abandoned", "initial-list", "without-not-assessable"]
COUNTED = [("engaged", "realised"), ("realised",)]


class Machine(RuleBasedStateMachine):
    """Commands and questions in any order, to all three."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock("2024-02-01T09:00:00+00:00")
        self.salts = iter(())
        patched = SimpleNamespace(token_bytes=lambda _: next(self.salts))
        self.patch = mock.patch.object(sealing, "secrets", patched)
        self.patch.start()
        self.memory = Ledger.in_memory(recorded_by="Mairie", clock=self.clock)
        Ledger.create(self.file).close()
        self.sqlite = self._open()
        self.naive = Naive()
        self.commands = 0

    @property
    def file(self) -> Path:
        return Path(self.folder.name) / "x.ledger"

    def _open(self) -> Ledger:
        return Ledger.open(self.file, recorded_by="Mairie", clock=self.clock)

    def teardown(self) -> None:
        self._reopened()
        self.sqlite.close()
        self.memory.close()
        self.patch.stop()
        self.folder.cleanup()

    def _salted(self) -> Iterator[bytes]:
        """Yield the same salts for the same command, and others for each command."""
        for number in range(1000):
            yield f"{self.commands:>16}{number:>16}".encode()

    def _record(self, subject: str, command: Any, *, accepted: bool) -> None:
        self.commands += 1
        results: list[tuple[Entry, ...]] = []
        for ledger in (self.memory, self.sqlite):
            before = len(ledger)
            self.salts = self._salted()
            try:
                results.append(ledger.record_all([Order(subject, command)]))
            except CommandRefused:
                results.append(())
                assert len(ledger) == before
            assert len(ledger) == before + len(results[-1])
        assert [encode(entry) for entry in results[0]] == [encode(entry) for entry in results[1]]
        assert results[0] == results[1]
        assert bool(results[0]) is accepted, (subject, command)

    # --- commands

    @initialize(on=_intervals())
    def create(self, on: tuple[int, int]) -> None:
        terms = Terms(
            title="P", territory=Territory(name="B"), start="2024-01-01", end="2024-12-31",
            initial_list_on=_day(INITIAL_LIST),
        )  # fmt: skip
        self._record("p", CreatePlan(terms=terms), accepted=True)
        for key in KEYS[:2]:
            self._tell(key, {"line": "status", "kind": "propose", "on": on, "title": "Arbres"})

    def _tell(self, key: str, item: Item) -> None:
        """Give all three ledgers one command about a status or a scope."""
        self._record(f"p/{key}", _command(item), accepted=self.naive.record(key, item))

    def _state(self, key: str) -> Any:
        return self.naive.actions.get(key, {"version": 0, "status": [], "scope": [], "remark": []})

    def _standing(self, key: str) -> st.SearchStrategy[int]:
        """Draw the version of an entry: one that stands, or (less often) any number."""
        state = self._state(key)
        here = [i["version"] for line in ("status", "scope") for i in state[line]]
        anything = st.integers(1, state["version"] + 1)
        return st.sampled_from(here) | st.sampled_from(here) | anything if here else anything

    @rule(key=SOME_KEY, data=st.data())
    def status(self, key: str, data: st.DataObject) -> None:
        self._tell(key, data.draw(_statuses(self._state(key))))

    @rule(key=SOME_KEY, data=st.data())
    def scope(self, key: str, data: st.DataObject) -> None:
        self._tell(key, data.draw(_scopes(self._state(key))))

    @rule(key=SOME_KEY, data=st.data())
    def two_more(self, key: str, data: st.DataObject) -> None:
        for _ in range(2):
            self._tell(key, data.draw(_statuses(self._state(key))))

    @rule(key=SOME_KEY, data=st.data())
    def retract(self, key: str, data: st.DataObject) -> None:
        entry = data.draw(self._standing(key))
        item = {"line": "retract", "kind": "retract", "entry": entry}
        accepted = self.naive.record(key, item)
        self._record(f"p/{key}", Retract(entry=entry, reason="erreur"), accepted=accepted)

    @rule(key=SOME_KEY, data=st.data())
    def correct(self, key: str, data: st.DataObject) -> None:
        """Mostly by a command of the same kind on another day."""
        entry = data.draw(self._standing(key))
        state = self._state(key)
        same = [i for line in ("status", "scope") for i in state[line] if i["version"] == entry]
        if same and data.draw(st.booleans()):
            by = {**same[0], "on": data.draw(_intervals())}
            del by["version"]
        else:
            by = data.draw(_statuses(state) | _scopes(state))
        item = {"line": "correct", "kind": "correct", "entry": entry, "by": by}
        command = Correct(entry=entry, by=_command(by), reason="erreur")
        self._record(f"p/{key}", command, accepted=self.naive.record(key, item))

    @rule(key=SOME_KEY, day=DAYS, title=st.sampled_from(["Parc", "Jardin"]))
    def describe(self, key: str, day: int, title: str) -> None:
        item = {"line": "remark", "kind": "describe", "on": (day, day), "title": title}
        command = Describe(on=_day(day), change=Description(title=title))
        self._record(f"p/{key}", command, accepted=self.naive.record(key, item))

    @rule(key=SOME_KEY, on=_intervals(), data=st.data())
    def remark(self, key: str, on: tuple[int, int], data: st.DataObject) -> None:
        """Qualify the status, or attach evidence to the action or one of its entries."""
        entry = data.draw(self._standing(key) | st.none())
        command: Any = AttachEvidence(evidence=Evidence(title="Bilan"), entry=entry, note="vu")
        if data.draw(st.booleans()):
            command, entry = Qualify(on=_text(on), qualifier="late"), None
        item = {"line": "remark", "kind": "remark", "entry": entry}
        self._record(f"p/{key}", command, accepted=self.naive.record(key, item))

    @rule(printed=st.sampled_from([0, 33, 50, 67, 100]), of=st.none() | st.integers(1, 3), day=DAYS)
    def publish(self, printed: int, of: int | None, day: int) -> None:
        accepted = self.naive.publish({"printed": printed, "of": of, "on": day})
        command = PublishFigure(percentage=printed, of=of, on=_day(day))
        self._record("p", command, accepted=accepted)

    # --- the clock, the file

    @rule(minutes=st.integers(-600, 600))
    def turn_the_clock(self, minutes: int) -> None:
        self.clock.tick(minutes=minutes)

    @rule()
    def reopen_the_file(self) -> None:
        self._reopened()

    def _reopened(self) -> None:
        entries = self.sqlite.entries()
        self.sqlite.close()
        self.sqlite = self._open()
        assert self.sqlite.entries() == entries == self.memory.entries()
        for ledger in (self.memory, self.sqlite):
            rows = ledger.application.recorder.select_notifications(1, 10_000)
            assert [row.state for row in rows] == [encode(entry) for entry in entries]
        held = {entry.recorded_by for entry in entries}
        assert self.sqlite.texts(held) == self.memory.texts(held)
        assert len(self.sqlite.texts(held)) == len(held)

    # --- questions

    @rule(
        on=st.integers(0, LAST),
        base=st.sampled_from(BASES),
        counted=st.sampled_from(COUNTED),
        data=st.data(),
    )
    def figure(self, on: int, base: str, counted: tuple[str, ...], data: st.DataObject) -> None:
        """The figure is the naive one, as known now, and as known at any entry of the log."""
        last = len(self.naive.past) - 1
        policy = Policy(counted=counted, base=base)
        for known in {data.draw(st.integers(0, last)), last}:
            counts = self.naive.all_counts(on, base, set(counted), known)
            rates = [Fraction(c, b) for c, b in counts if b]
            for ledger in (self.memory, self.sqlite):
                found = ledger.figure("p", on=_day(on), known=known, policy=policy)
                assert found.bounds.low.rate == min(rates, default=None)
                assert found.bounds.high.rate == max(rates, default=None)
                assert found.bounds.may_be_empty is any(not b for _, b in counts)
        now = self.memory.figure("p", on=_day(on), policy=policy)
        assert now == self.memory.figure("p", on=_day(on), known=last, policy=policy)

    @rule(on=st.integers(0, LAST), data=st.data())
    def prefix(self, on: int, data: st.DataObject) -> None:
        """The figure as known at an entry is that of a new ledger with the log up to it."""
        known = data.draw(st.integers(0, len(self.naive.past) - 1))
        with Ledger.in_memory(recorded_by="Mairie", clock=self.clock) as fresh:
            entries = self.sqlite.entries()[: known + 1]
            fresh.application.append(entries, TakeIn(self.clock))
            here = self.sqlite.figure("p", on=_day(on), known=known)
            there = fresh.figure("p", on=_day(on), known=known)
        assert here == there

    @rule(key=SOME_KEY, on=st.integers(0, LAST), data=st.data())
    def title(self, key: str, on: int, data: st.DataObject) -> None:
        known = data.draw(st.integers(0, len(self.naive.past) - 1))
        listed = self.naive.past[known]["actions"].get(key, {"status": []})["status"]
        try:
            found = self.sqlite.action(f"p/{key}", known=known)
        except NotFound:
            assert listed == []
            return
        assert listed != []
        assert description(found, _day(on)).title == self.naive.title(key, on, known)

    @precondition(lambda self: self.naive.figures)
    @rule()
    def reconcile(self) -> None:
        """A published figure agrees if every combination prints it, is possible if one does."""
        last = len(self.naive.past) - 1
        expected = []
        for figure in self.naive.figures:
            counts = self.naive.all_counts(figure["on"], "all", {"engaged", "realised"}, last)
            prints = [
                bool(b)
                and figure["of"] in {None, b}
                and floor(Fraction(100 * c, b) + Fraction(1, 2)) == figure["printed"]
                for c, b in counts
            ]
            verdict = "agrees" if all(prints) else "possible" if any(prints) else "contradicted"
            expected.append(verdict)
        for ledger in (self.memory, self.sqlite):
            assert [each.verdict.value for each in ledger.reconcile("p")] == expected

    # --- always

    @invariant()
    def logs_have_no_holes_and_never_go_back(self) -> None:
        entries = self.sqlite.entries()
        assert [entry.index for entry in entries] == [*range(len(entries))]
        dates = [entry.recorded_at for entry in entries]
        assert dates == sorted(dates)
        if entries:
            assert len(entries) == len(self.naive.past)


Machine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=50, deadline=None, database=None, derandomize=True
)
TestMachine = Machine.TestCase
TERMS = Terms(title="P", territory=Territory(name="B"), start="2024-01-01", end="2024-12-31")


def test_correction_takes_the_place_that_makes_history_whole() -> None:
    """Abandoned on the 3rd, reopened on the 8th; it was abandoned on the 8th, in fact.

    Without the first entry the history is broken until the second stands in its place; after the
    reopening it would fit as well, but leave the history broken (DESIGN §3: the latest position
    at which the history is legal).
    """
    with Ledger.in_memory(recorded_by="Mairie") as ledger:
        ledger.record("p", CreatePlan(terms=TERMS))
        ledger.record(
            "p/A",
            Propose(on="2024-01-01", title="Arbres"),
            Abandon(on="2024-01-03"),
            Reopen(on="2024-01-08", to="proposed", reason="suite"),
        )
        ledger.record("p/A", Correct(entry=2, by=Abandon(on="2024-01-08"), reason="erreur"))
        order = [item.version for item in live(ledger.action("p/A").statuses)]
    assert order == [1, 5, 3]


def test_nothing_is_merged_into_what_was_taken_off_the_list() -> None:
    with Ledger.in_memory(recorded_by="Mairie") as ledger:
        ledger.record("p", CreatePlan(terms=TERMS))
        for key in ("p/A", "p/B"):
            ledger.record(key, Propose(on="2024-01-01", title="Arbres"))
        ledger.record("p/B", Retract(entry=1, reason="erreur"))
        with pytest.raises(CommandRefused) as error:
            ledger.record("p/A", Merge(on="2024-01-01", target="B"))
        assert error.value.code == "lineage-unknown"


def test_while_a_proposal_is_corrected_the_last_one_names_the_action() -> None:
    """Named twice, and the second proposal moved to another day: at no moment the first name."""
    with Ledger.in_memory(recorded_by="Mairie") as ledger:
        ledger.record("p", CreatePlan(terms=TERMS))
        ledger.record("p/A", Propose(on="2024-01-02", title="Arbres"))
        ledger.record("p/A", Retract(entry=1, reason="erreur"))
        ledger.record("p/A", Propose(on="2024-01-04", title="École"), Abandon(on="2024-01-06"))
        ledger.record(
            "p/A", Correct(entry=3, by=Propose(on="2024-01-05", title="École"), reason="r")
        )
        titles = [description(ledger.action("p/A", known=n)).title for n in (1, 3, 4, 5, 6)]
    assert titles == ["Arbres", "École", "École", "École", "École"]
