"""Text that may name a person: never in the bytes of an entry, always behind a commitment."""

import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any, get_args

import attrs
import pytest
from ledger_samples import LINES, TERMS, file_of

from bilan_ledger import (
    Abandon,
    AmendPlan,
    AttachEvidence,
    CommandRefused,
    Correct,
    CreatePlan,
    Describe,
    Description,
    Engage,
    Evidence,
    InvalidValue,
    Ledger,
    MalformedEntry,
    MarkNotAssessable,
    MarkNotAssessed,
    Merge,
    Order,
    Propose,
    PublishFigure,
    Qualify,
    Realise,
    Reopen,
    Restore,
    Retract,
    Sealed,
    Split,
    Supersede,
    Withdraw,
)
from bilan_ledger import action as actions
from bilan_ledger import plan as plans
from bilan_ledger.ledger import sealing
from bilan_ledger.ledger.sealing import Sealer, random_salt
from bilan_ledger.record import Erase
from bilan_ledger.text import SealedText

SECRET = re.compile(r"Jeanne Martin \d+")


def _orders() -> Iterator[Order]:
    """Yield every command there is, with a different name in every private text."""
    numbers = iter(range(1000))

    def who() -> str:
        return f"Jeanne Martin {next(numbers)}"

    def proof() -> Evidence:
        return Evidence(title="Bilan", quotation=who())

    def dated(day: int) -> dict[str, Any]:
        return {"on": f"2023-01-{day:02}", "evidence": [proof(), proof()], "note": who()}

    yield Order("demo", CreatePlan(terms=TERMS, note=who()))
    yield Order("demo", AmendPlan(on="2023-01-01", terms=TERMS, note=who()))
    figure = PublishFigure(percentage=81, on="2023-12-31", evidence=proof(), note=who())
    yield Order("demo", figure)
    yield Order("demo", AttachEvidence(entry=3, evidence=proof(), note=who()))
    yield Order("demo", Retract(entry=3, reason=who()))
    for name in ("A2", "A3"):
        yield Order(f"demo/{name}", Propose(**dated(1), title="Arbres", responsible=who()))
    for day, command in enumerate(
        [
            Propose(**dated(1), title="Arbres", responsible=who()),
            Engage(**dated(2)),
            Realise(**dated(3)),
            Reopen(**dated(4), reason=who()),
            Abandon(**dated(5), reason=who()),
            Correct(entry=5, by=Abandon(**dated(6), reason=who()), reason=who()),
            Describe(on="2023-01-07", change=Description(responsible=who()), note=who()),
            Qualify(**dated(8)),
            AttachEvidence(evidence=proof(), note=who()),
            Retract(entry=9, reason=who()),
        ],
    ):
        yield Order("demo/A1", command, place=f"{day}")
    for day, command in enumerate(
        [
            MarkNotAssessable(**dated(11), reason=who()),
            MarkNotAssessed(**dated(12), reason=who()),
            Restore(**dated(13), reason=who()),
            Withdraw(**dated(14), reason=who()),
            Restore(**dated(15)),
            Merge(**dated(16), target="A2", reason=who()),
            Restore(**dated(17)),
            Split(**dated(18), targets=["A2", "A3"], reason=who()),
            Restore(**dated(19)),
            Supersede(**dated(20), by="A2", reason=who()),
            Correct(entry=21, by=Withdraw(**dated(21), reason=who()), reason=who()),
        ],
    ):
        yield Order("demo/A1", command, place=f"{day}")


ORDERS = (*_orders(),)


def _rows(ledger: Ledger) -> list[bytes]:
    """Return what is stored of each entry, read past the library where there is a file."""
    file = file_of(ledger)
    if file is None:
        found = ledger.application.recorder.select_notifications(1, 1000)
        return [row.state for row in found]
    with closing(connect(file)) as database:
        return [row[0] for row in database.execute("SELECT state FROM stored_events")]


def _plain(value: Any) -> Iterator[str]:
    """Yield every text in a command, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _plain(item)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from _plain(getattr(value, field.name))


def _sealed(value: Any) -> Iterator[Sealed]:
    if isinstance(value, Sealed):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _sealed(item)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from _sealed(getattr(value, field.name))


SAID = {text for order in ORDERS for text in _plain(order.command) if SECRET.fullmatch(text)}


def _tell(ledger: Ledger) -> None:
    orders = [attrs.evolve(o, subject=o.subject.replace("demo", "full")) for o in ORDERS]
    ledger.record_all(orders, recorded_by="Jeanne Martin 5000")


@pytest.fixture
def told(ledger: Ledger) -> Ledger:
    """Return a ledger in which every command was recorded, each with names in it."""
    _tell(ledger)
    return ledger


@pytest.fixture
def file(path: Path) -> Path:
    """Return the file of such a ledger, closed."""
    with Ledger.open(path) as ledger:
        _tell(ledger)
    return path


def test_every_command_with_private_text_is_tried() -> None:
    tried = {type(order.command) for order in ORDERS}
    assert tried | {Erase} == {*get_args(actions.Command), *get_args(plans.Command)}
    assert len(SAID) == 88


def test_no_private_text_ever_stands_in_stored_bytes(told: Ledger) -> None:
    rows = _rows(told)
    assert len(rows) == len(told)
    assert [row for row in rows if b"Jeanne" in row or b"Martin" in row] == []


def test_private_text_stands_only_in_the_side_table_of_a_file(file: Path) -> None:
    """There it can be erased."""
    with closing(connect(file)) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master")]
        dump = [line for line in database.iterdump() if "Jeanne" in line]
    assert {"stored_events", "texts"} <= set(tables)
    assert len(dump) == len(SAID) + len(ORDERS)
    assert all(line.startswith('INSERT INTO "texts"') for line in dump)


@pytest.mark.parametrize("name", LINES)
def test_golden_lines_hold_commitments_where_text_may_name_a_person(name: str) -> None:
    def walk(value: Any, member: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, key)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner, member)
        elif member in {"recorded_by", "note", "reason", "quotation", "responsible"}:
            yield value

    held = [*walk(json.loads(LINES[name]))]
    assert len(held) >= 1
    assert [text for text in held if not re.fullmatch("[0-9a-f]{64}", text)] == []


def test_text_returns_every_text_that_was_sealed(told: Ledger) -> None:
    entries = told.entries("full")
    held = {each for entry in entries for each in _sealed(entry.event)}
    assert {told.text(each) for each in held} == SAID
    assert told.texts(held) == {each: told.text(each) for each in held}
    assert {told.text(entry.recorded_by) for entry in entries} == {"Jeanne Martin 5000"}


def test_entries_that_are_returned_hold_no_private_text(ledger: Ledger) -> None:
    (entry,) = ledger.record("demo/A1", Engage(on="2022", note="Jeanne Martin 1"))
    assert [text for text in _plain(entry.event) if "Jeanne" in text] == []
    assert ledger.entries()[-1] == entry


def test_same_text_twice_gives_different_commitments(ledger: Ledger) -> None:
    orders = [Order("demo/A1", Qualify(on="2022", note="Oui")) for _ in range(3)]
    entries = [*ledger.record_all(orders), *ledger.record("demo/A2", orders[0].command)]
    notes = [entry.event.note for entry in entries]
    assert len(set(notes)) == 4
    assert [ledger.text(note) for note in notes] == ["Oui"] * 4
    assert len({entry.recorded_by for entry in entries}) == 4


def test_commitment_is_sha_256_of_domain_salt_and_text() -> None:
    salt, text = bytes(range(32)), "Jeanne Martin, à l’école"
    digest = hashlib.sha256(b"bilan-ledger/text/v1\x00" + salt + text.encode("utf-8")).hexdigest()
    assert SealedText(salt, text).sealed == Sealed(digest)
    assert digest == "05a56b2aea9628390e6747769e9c04a3af690d8da745b444e54b460fccafd1de"


def test_stored_salt_and_text_open_the_stored_commitment(file: Path) -> None:
    with closing(connect(file)) as database:
        rows = database.execute("SELECT commitment, salt, text FROM texts").fetchall()
    assert len(rows) > len(SAID)
    for commitment, salt, text in rows:
        digest = hashlib.sha256(b"bilan-ledger/text/v1\x00" + salt + text.encode()).hexdigest()
        assert (digest, len(salt)) == (commitment.hex(), 32)


def test_salts_are_32_random_bytes() -> None:
    salts = {random_salt() for _ in range(100)}
    assert (len(salts), {len(salt) for salt in salts}) == (100, {32})


def test_salts_come_from_the_source_for_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing.secrets, "token_bytes", lambda n: b"\x07" * n)
    assert (sealing.secrets, random_salt()) == (secrets, b"\x07" * 32)


def test_sealer_cleans_the_text_before_it_commits_to_it() -> None:
    sealer = Sealer(lambda: b"\x00" * 32)
    first = sealer.text("  e\u0301cole ", "note")
    assert first == SealedText(b"\x00" * 32, "école").sealed
    assert [kept.text for kept in sealer.texts] == ["école"]


def test_sealer_leaves_alone_what_is_sealed_or_public() -> None:
    sealer = Sealer()
    sealed = Sealed("ab" * 32)
    command = Propose(on="2021", title="Planter", note=sealed)
    assert sealer.value(command) == command
    assert sealer.texts == []


@pytest.mark.parametrize("text", ["", "  ", "a\x00b", "x" * 10_001, 5])
def test_name_of_who_records_is_checked_like_any_text(ledger: Ledger, text: Any) -> None:
    before = len(ledger)
    if text == "":
        ledger._recorded_by = None
    with pytest.raises(InvalidValue) as caught:
        ledger.record("demo/A1", Engage(on="2022"), recorded_by=text)
    assert caught.value.facts["field"] == "recorded_by"
    assert len(ledger) == before


def test_text_of_a_commitment_that_is_not_here_is_none(ledger: Ledger) -> None:
    assert ledger.text(Sealed("00" * 32)) is None
    assert ledger.text(None) is None
    assert ledger.texts([]) == {}


def test_texts_are_found_also_when_there_are_many(ledger: Ledger) -> None:
    """One statement of SQLite takes a limited number of them."""
    orders = [Order("demo/A1", Qualify(on="2022", note=f"note {n}")) for n in range(1201)]
    sealed = [entry.event.note for entry in ledger.record_all(orders)]
    found = ledger.texts(sealed)
    assert [found[each] for each in sealed] == [f"note {n}" for n in range(1201)]


def test_refused_command_leaves_no_text_behind(ledger: Ledger) -> None:
    orders = [
        Order("demo/A1", Engage(on="2022", note="Jeanne Martin 1")),
        Order("demo/A1", Engage(on="2023", note="Jeanne Martin 2")),
    ]
    with pytest.raises(CommandRefused):
        ledger.record_all(orders)
    file = file_of(ledger)
    if file is not None:
        with closing(connect(file)) as database:
            kept = database.execute("SELECT COUNT(*) FROM texts WHERE text LIKE 'J%'").fetchone()
        assert kept == (0,)
    else:
        texts = ledger.application.recorder._texts.values()
        assert [kept.text for kept in texts if kept.text.startswith("J")] == []


def test_text_that_was_exchanged_in_the_file_is_not_returned(path: Path) -> None:
    """The commitment stands in the log: a text that it is not the commitment to is no evidence."""
    with closing(connect(path)) as database:
        database.execute("UPDATE texts SET text = 'Paul Durand'")
        database.commit()
    with Ledger.open(path) as ledger, pytest.raises(MalformedEntry):
        ledger.text(ledger.entries()[0].recorded_by)
