"""The ledger: what is recorded, what is refused, and what a file must withstand."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import which
from time import monotonic, sleep
from typing import Any

import pytest
from ledger_samples import START, TERMS, Clock, file_of

from bilan_ledger import (
    AmendPlan,
    BilanError,
    CommandRefused,
    ConcurrentWrite,
    Correct,
    CreatePlan,
    Engage,
    Entry,
    Instant,
    InvalidValue,
    Known,
    Ledger,
    LedgerUnavailable,
    MalformedEntry,
    Merge,
    NotFound,
    Order,
    Propose,
    Qualify,
    Realise,
    Restore,
    Retract,
    Supersede,
    Territory,
    Withdraw,
    wire,
)
from bilan_ledger import action as actions
from bilan_ledger.history import Record
from bilan_ledger.ledger import ledger as ledger_room
from bilan_ledger.ledger import sqlite as sqlite_room
from bilan_ledger.ledger.append import Conflict
from bilan_ledger.text import ActionId
from bilan_ledger.wire import decode, encode

WRITTEN = {"recorded_by": "Service évaluation"}


def stored(ledger: Ledger) -> list[bytes]:
    """Return the bytes of all entries as the store has them, past the ledger's own memory."""
    rows = ledger.application.recorder.select_notifications(1, 1_000_000)
    assert [row.id for row in rows] == [*range(1, len(rows) + 1)]
    return [row.state for row in rows]


@contextmanager
def nothing_recorded(ledger: Ledger) -> Iterator[None]:
    """Check that the log and, if there is one, every byte of the file stay as they were."""
    file = file_of(ledger)
    files = [file, Path(f"{file}-wal")] if file else []
    before = stored(ledger), ledger.entries(), [file.read_bytes() for file in files]
    yield
    assert stored(ledger) == before[0]
    assert ledger.entries() == before[1]
    assert [file.read_bytes() for file in files] == before[2]


def unavailable(call: Callable[[], object]) -> LedgerUnavailable:
    with pytest.raises(LedgerUnavailable) as caught:
        call()
    return caught.value


@contextmanager
def tampered(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield the file as somebody has it who does not care for our triggers."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TRIGGER stored_events_no_update")
        database.execute("DROP TRIGGER stored_events_no_delete")
        yield database
        database.commit()


# --- recording -------------------------------------------------------------------------------


def test_record_returns_the_entry_in_its_place(ledger: Ledger, clock: Clock) -> None:
    clock.set("2024-02-01T10:00:00.000001+01:00")
    (entry,) = ledger.record("demo/A1", Engage(on="2022", note="Vu"))
    assert (entry.index, entry.plan, entry.action, entry.version) == (3, "demo", "A1", 2)
    assert str(entry.recorded_at) == "2024-02-01T09:00:00.000001Z"
    assert ledger.text(entry.recorded_by) == "Service évaluation"
    assert ledger.text(entry.event.note) == "Vu"
    assert ledger.entries()[3] == entry
    assert len(ledger) == 4


def test_stored_bytes_are_exactly_the_canonical_bytes(ledger: Ledger) -> None:
    ledger.record("demo/A1", Engage(on="2022"), stated_at="2022-03-01T12:00:00+01:00")
    assert stored(ledger) == [encode(entry) for entry in ledger.entries()]
    assert [decode(state, i) for i, state in enumerate(stored(ledger))] == [*ledger.entries()]


def test_entries_are_numbered_without_holes_over_all_plans(ledger: Ledger) -> None:
    ledger.record("other", CreatePlan(terms=TERMS))
    ledger.record_all([Order("demo/A1", Engage(on="2022")), Order("other/A1", START[1].command)])
    assert [entry.index for entry in ledger.entries()] == [0, 1, 2, 3, 4, 5]
    assert [entry.index for entry in ledger.entries("other")] == [3, 5]
    assert [entry.index for entry in ledger.entries("demo", after=1)] == [2, 4]
    assert ledger.plans() == ("demo", "other")


def test_batch_is_decided_in_its_order(ledger: Ledger) -> None:
    entries = ledger.record("demo/A1", Engage(on="2022"), Realise(on="2023"))
    assert [entry.event.after for entry in entries] == [1, 2]


def test_refusal_in_a_batch_records_none_of_it(ledger: Ledger) -> None:
    orders = [
        Order("demo/A1", Engage(on="2022")),
        Order("new", CreatePlan(terms=TERMS)),
        Order("demo/A2", Engage(on="2022"), place="actions.csv:12"),
        Order("demo/A2", Engage(on="2023"), place="actions.csv:13"),
    ]
    with nothing_recorded(ledger), pytest.raises(CommandRefused) as caught:
        ledger.record_all(orders)
    assert caught.value.code == "transition"
    assert caught.value.refusal.entries == (2,)
    assert caught.value.text("en").startswith("actions.csv:13: demo/A2: ")


def test_large_batch_is_one_transaction(ledger: Ledger) -> None:
    orders = [Order("demo/A1", Qualify(on="2022", note=f"{n}")) for n in range(2000)]
    assert [entry.index for entry in ledger.record_all(orders)] == [*range(3, 2003)]
    bad = [*orders, Order("demo/A1", Retract(entry=9999, reason="erreur"))]
    with nothing_recorded(ledger), pytest.raises(CommandRefused, match="#9999"):
        ledger.record_all(bad)
    assert len(ledger) == 2003


def test_empty_batch_records_nothing(ledger: Ledger) -> None:
    with nothing_recorded(ledger):
        assert ledger.record_all([]) == ()


@pytest.mark.parametrize(
    ("subject", "command", "code"),
    [
        ("demo", CreatePlan(terms=TERMS), "plan-exists"),
        ("nowhere", AmendPlan(on="2024-01-01", terms=TERMS), "plan-unknown"),
        ("nowhere/A1", Engage(on="2022"), "plan-unknown"),
        ("demo/A9", Engage(on="2022"), "action-unknown"),
        ("demo/A1", Propose(on="2021", title="Encore"), "action-exists"),
        ("demo/A1", Engage(on="2020"), "dates-conflict"),
        ("demo/A1", Withdraw(on="2020", reason="x"), "before-proposal"),
        ("demo/A1", Retract(entry=9, reason="x"), "entry-unknown"),
        ("demo/A1", Merge(on="2022", target="A9"), "lineage-unknown"),
        ("demo/A1", Merge(on="2022", target="A1"), "lineage-cycle"),
    ],
)
def test_refused_command_names_its_rule_in_two_languages_and_records_nothing(
    ledger: Ledger, subject: str, command: Any, code: str
) -> None:
    with nothing_recorded(ledger), pytest.raises(CommandRefused) as caught:
        ledger.record(subject, command)
    assert caught.value.code == code
    french, english = caught.value.text("fr"), caught.value.text("en")
    assert french.startswith(f"{subject}: ")
    assert english.startswith(f"{subject}: ")
    assert french != english
    assert "\n" not in french + english


@pytest.mark.parametrize(
    ("subject", "command"),
    [
        ("demo", Engage(on="2022")),
        ("demo", Correct(entry=1, by=Engage(on="2022"), reason="x")),
        ("demo/A1", CreatePlan(terms=TERMS)),
        ("demo/A1", AmendPlan(on="2022-01-01", terms=TERMS)),
    ],
)
def test_command_of_a_plan_is_not_for_an_action_nor_the_reverse(
    ledger: Ledger, subject: str, command: Any
) -> None:
    with nothing_recorded(ledger), pytest.raises(InvalidValue) as caught:
        ledger.record(subject, command)
    assert caught.value.code == "command-kind"


def test_somebody_must_record(clock: Clock) -> None:
    with Ledger.in_memory(clock=clock) as ledger:
        with pytest.raises(InvalidValue, match="recorded_by"):
            ledger.record("demo", CreatePlan(terms=TERMS))
        (entry,) = ledger.record("demo", CreatePlan(terms=TERMS), recorded_by="Mairie")
        assert ledger.text(entry.recorded_by) == "Mairie"


NO_KEYS = [
    "x'; DROP TABLE stored_events;--", '"x"', "../x", "x/../y", "a\x00b", "a\nb", "a b", "", " ",
    "é" * 101, "-", "_x", "%s", "{x}", "*",
]  # fmt: skip


@pytest.mark.parametrize("key", NO_KEYS)
def test_key_that_is_no_key_is_refused(ledger: Ledger, key: str) -> None:
    with nothing_recorded(ledger):
        for subject in (key, f"demo/{key}", f"{key}/A1"):
            with pytest.raises(InvalidValue) as caught:
                ledger.record(subject, START[1].command if "/" in subject else START[0].command)
            assert "\n" not in caught.value.text("fr")
        for make in (
            lambda: Merge(on="2022", target=key),
            lambda: Propose(on="2022", title="x", axis=key),
            lambda: Propose(on="2022", title="x", tags=[key]),
        ):
            with pytest.raises(InvalidValue):
                make()


@pytest.mark.parametrize("key", ["école-1", "1.2:3_4", "Ω", "x" * 100, "NULL", "DROP"])
def test_key_of_letters_and_digits_is_kept_as_it_is(ledger: Ledger, key: str) -> None:
    ledger.record(key, CreatePlan(terms=TERMS))
    ledger.record(f"{key}/{key}", Propose(on="2021", title="T"))
    assert ledger.entries(key)[1].action == key
    assert f"{key}/{key}" in ledger.view(key).actions


@pytest.mark.parametrize("subject", ["demo/ A1", "demo /A1", "demo / A1", "demo/\u00a0A1"])
def test_space_beside_the_slash_makes_no_other_action(ledger: Ledger, subject: str) -> None:
    """Cleaned like every text, or refused: but never an action that only looks like A1."""
    try:
        ledger.record(subject, Engage(on="2022"))
    except InvalidValue:
        return
    assert {entry.action for entry in ledger.entries()} == {None, "A1", "A2"}


def test_action_id_holds_cleaned_keys() -> None:
    assert ActionId(" demo", "re\u0301no") == ActionId("demo", "réno")


@pytest.mark.parametrize(
    "title",
    ["x" * 10_000_000, "a\x00b", "a\x1bb", "a\nb", "a\tb", "\u2028", "\ud800", "\x7f", "", " "],
)
def test_bad_title_is_refused_in_one_short_line(ledger: Ledger, title: str) -> None:
    with nothing_recorded(ledger), pytest.raises(InvalidValue) as caught:
        ledger.record("demo/A3", Propose(on="2021", title=title))
    assert caught.value.facts["field"] == "title"
    assert len(caught.value.text("fr")) < 300
    assert caught.value.text("fr").isprintable()


def test_strange_but_harmless_texts_come_back_as_they_were(ledger: Ledger) -> None:
    titles = [
        "x'; DROP TABLE stored_events;--",
        '{"recorded_at":"x"}',
        "\u202e abc",
        "🌳",
        "%s{0}\\u0000",
    ]
    for number, title in enumerate(titles):
        ledger.record(f"demo/B{number}", Propose(on="2021", title=title, note=title))
    entries = ledger.entries()[3:]
    assert [entry.event.title for entry in entries] == titles
    assert [ledger.text(entry.event.note) for entry in entries] == titles


# --- clocks ----------------------------------------------------------------------------------


def test_recorded_dates_never_go_back_when_the_clock_does(ledger: Ledger, clock: Clock) -> None:
    for now in ("2024-03-01T00:00:00+00:00", "2024-02-01T00:00:00+00:00",
                "2024-02-02T00:00:00+00:00", "2024-03-01T00:00:01+00:00"):  # fmt: skip
        clock.set(now)
        ledger.record("demo/A1", Qualify(on="2022"))
    told = [str(entry.recorded_at) for entry in ledger.entries()[3:]]
    assert told == [
        "2024-03-01T00:00:00.000000Z",
        "2024-03-01T00:00:00.000000Z",
        "2024-03-01T00:00:00.000000Z",
        "2024-03-01T00:00:01.000000Z",
    ]


def test_recorded_dates_do_not_go_back_in_a_file_that_is_opened_again(path: Path) -> None:
    past = Clock("2001-01-01T00:00:00+00:00")
    with Ledger.open(path, clock=past, **WRITTEN) as ledger:
        (entry,) = ledger.record("demo/A1", Qualify(on="2022"))
        assert entry.recorded_at == ledger.entries()[0].recorded_at
        assert ledger.entries()[-1] == entry


def test_clock_is_read_when_the_entry_is_saved(ledger: Ledger, clock: Clock) -> None:
    clock.set("2024-03-01T00:00:00-05:00")
    (entry,) = ledger.record("demo/A1", Qualify(on="2022"))
    assert str(entry.recorded_at) == "2024-03-01T05:00:00.000000Z"


def test_clock_without_a_time_zone_is_refused(ledger: Ledger, clock: Clock) -> None:
    with nothing_recorded(ledger):
        clock.now = clock.now.replace(tzinfo=None)
        with pytest.raises(InvalidValue) as caught:
            ledger.record("demo/A1", Engage(on="2022"))
        assert caught.value.code == "instant-form"


def test_clock_without_a_time_zone_is_refused_for_the_default_day(
    ledger: Ledger, clock: Clock
) -> None:
    clock.now = clock.now.replace(tzinfo=None)
    with pytest.raises(InvalidValue):
        ledger.figure("demo")


def test_clock_that_fails_records_nothing(ledger: Ledger) -> None:
    class Broken(Exception): ...

    def broken() -> datetime:
        raise Broken

    with nothing_recorded(ledger):
        working, ledger._clock = ledger._clock, broken
        with pytest.raises(Broken):
            ledger.record("demo/A1", Engage(on="2022"))
        ledger._clock = working
    assert len(ledger.record("demo/A1", Engage(on="2022"))) == 1


def test_default_day_is_today_in_the_territory(ledger: Ledger, clock: Clock) -> None:
    terms = {"title": "P", "start": "2020-01-01", "end": "2026-01-01"}
    there = Territory(name="Fort-de-France", timezone="America/Martinique")
    ledger.record("far", CreatePlan(terms=type(TERMS)(**terms, territory=there)))
    clock.set("2024-01-15T23:30:00+00:00")
    assert ledger.figure("demo").on == date(2024, 1, 16)
    assert ledger.figure("far").on == date(2024, 1, 15)


# --- known -----------------------------------------------------------------------------------


@pytest.fixture
def dated(clock: Clock) -> Iterator[Ledger]:
    """Yield a ledger whose entries 1 and 2 lie on either side of midnight in Paris."""
    with Ledger.in_memory(clock=clock, **WRITTEN) as ledger:
        clock.set("2024-01-10T09:00:00+00:00")
        ledger.record("demo", CreatePlan(terms=TERMS))
        clock.set("2024-01-10T22:59:59.999999+00:00")
        ledger.record("demo/A1", START[1].command, stated_at="2021-05-01T00:00:00+02:00")
        clock.set("2024-01-10T23:00:00+00:00")
        ledger.record("demo/A1", Engage(on="2022"), stated_at="2022-05-01T00:00:00+02:00")
        clock.set("2024-06-01T00:00:00+00:00")
        ledger.record("demo/A1", Realise(on="2023"))
        yield ledger


@pytest.mark.parametrize(
    ("known", "index"),
    [
        (None, 3),
        (0, 0),
        (2, 2),
        (3, 3),
        ("2", 2),
        ("0", 0),
        (Known(index=2), 2),
        (date(2024, 1, 10), 1),
        ("2024-01-10", 1),
        ("2024-01-11", 2),
        (date(2024, 1, 11), 2),
        ("2030-01-01", 3),
        (datetime(2024, 1, 10, 23, tzinfo=UTC), 2),
        (datetime.fromisoformat("2024-01-11T00:00:00+01:00"), 2),
        ("2024-01-11T00:00:00+01:00", 2),
        ("2024-01-10T22:59:59.999999Z", 1),
        ("2024-01-10T22:59:59.999998Z", 0),
        (Instant.parse("2024-01-10T23:00:00.000000Z"), 2),
        (Instant.parse("2024-01-10T22:59:59.999999Z"), 1),
    ],
)
def test_known_becomes_an_index_of_the_log(dated: Ledger, known: Any, index: int) -> None:
    assert dated.view("demo", known=known).known == Known(index=index)
    counted = str(dated.figure("demo", on="2025-01-01", known=known).bounds.low)
    assert counted == ["0/0", "0/1", "1/1", "1/1"][index]


@pytest.mark.parametrize(
    ("known", "counted", "instant"),
    [
        ("stated:2025-01-01", "1/1", "2025-01-01T22:59:59.999999Z"),
        ("stated:2024-01-31", "1/1", "2024-01-31T22:59:59.999999Z"),
        ("stated:2024-01-10", "1/1", "2024-01-10T22:59:59.999999Z"),
        ("stated:2024-01-10T12:00:00+01:00", "1/1", "2024-01-10T11:00:00.000000Z"),
    ],
)
def test_known_by_stated_date_rests_on_the_word_of_the_source(
    dated: Ledger, known: str, counted: str, instant: str
) -> None:
    figure = dated.figure("demo", on="2022-12-31", known=known)
    assert str(figure.bounds.low) == counted
    assert figure.known == Known(stated=Instant.parse(instant))


def test_known_by_stated_date_is_not_known_by_recorded_date(dated: Ledger) -> None:
    """By the log's own clock the engagement was recorded on the 11th only."""
    by_log = dated.figure("demo", on="2022-12-31", known="2024-01-10")
    by_word = dated.figure("demo", on="2022-12-31", known="stated:2024-01-10")
    assert (str(by_log.bounds.low), str(by_word.bounds.low)) == ("0/1", "1/1")


@pytest.mark.parametrize(
    "known",
    [
        date(2024, 1, 9),
        "2024-01-09",
        "0001-01-01",
        "2024-01-10T08:59:59.999999+00:00",
        "stated:2021-06-01",
        Known(index=-1),
    ],
)
def test_plan_that_was_not_yet_known_is_not_found(dated: Ledger, known: Any) -> None:
    with pytest.raises(NotFound) as caught:
        dated.figure("demo", on="2025-01-01", known=known)
    assert caught.value.code == "no-plan-known"
    assert caught.value.text("fr") != caught.value.text("en")


@pytest.mark.parametrize(
    "known",
    [
        -1, 4, 99, True, False, 1.0, "4", "99", "-1", "+1", "1.0", "²", "", " ", "soon", "demain",
        "2024", "2024-01", "2024-02-30", "2024-06-XX", "2024-06-0", "15/01/2024",
        "2024-01-10T10:00:00", "2024-01-10T25:00:00Z", datetime(2024, 1, 10),  # noqa: DTZ001
        "stated:", "stated:1", "stated:2024", "stated:2024-01-10T10:00:00", "stated:stated:1",
        "Stated:2024-01-10", b"2", [2], Known,
    ],
)  # fmt: skip
def test_known_in_no_readable_form_is_refused(dated: Ledger, known: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        dated.figure("demo", on="2025-01-01", known=known)
    assert caught.value.code in {"known-form", "instant-form"}
    assert caught.value.facts["field"] == "known"
    assert caught.value.text("fr") != caught.value.text("en")


@pytest.mark.parametrize("known", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_instant_beyond_the_calendar_is_refused(dated: Ledger, known: str) -> None:
    with pytest.raises(InvalidValue):
        dated.figure("demo", on="2025-01-01", known=known)


def test_last_day_of_the_calendar_is_a_day_like_others(ledger: Ledger) -> None:
    there = Territory(name="Fort-de-France", timezone="America/Martinique")
    terms = type(TERMS)(title="P", start="2020-01-01", end="2026-01-01", territory=there)
    ledger.record("far", CreatePlan(terms=terms))
    assert ledger.view("far", known=date.max).known == Known(index=3)


def test_number_of_very_many_digits_is_refused(dated: Ledger) -> None:
    with pytest.raises(InvalidValue):
        dated.figure("demo", on="2025-01-01", known="9" * 5_000)


def test_replay_of_a_prefix_equals_known_at_its_end(dated: Ledger) -> None:
    for index in range(1, 4):
        with Ledger.in_memory(**WRITTEN) as prefix:
            for order, entry in zip(
                [Order("demo", CreatePlan(terms=TERMS)), START[1],
                 Order("demo/A1", Engage(on="2022")), Order("demo/A1", Realise(on="2023"))],
                dated.entries()[: index + 1], strict=False,
            ):  # fmt: skip
                assert prefix.record_all([order])[0].index == entry.index
            expected = prefix.figure("demo", on="2023-06-01").bounds
            assert dated.figure("demo", on="2023-06-01", known=index).bounds == expected


# --- looking up ------------------------------------------------------------------------------


def test_plan_and_action_that_are_not_here_are_not_found(ledger: Ledger) -> None:
    for call, code in [
        (lambda: ledger.figure("demp"), "no-plan"),
        (lambda: ledger.entries("demp"), "no-plan"),
        (lambda: ledger.action("demo/A9"), "no-action"),
        (lambda: ledger.action("demo/A2", known=1), "no-action"),
    ]:
        with pytest.raises(NotFound) as caught:
            call()
        assert caught.value.code == code
        assert caught.value.text("fr") != caught.value.text("en")


def test_action_is_as_it_was_known(ledger: Ledger) -> None:
    ledger.record("demo/A1", Engage(on="2022"))
    assert len(ledger.action("demo/A1").statuses) == 2
    assert len(ledger.action("demo/A1", known=2).statuses) == 1


@pytest.mark.parametrize("ask", ["view", "figure", "curve", "revisions", "as_published"])
def test_question_to_an_empty_ledger_is_answered_not_found(ask: str) -> None:
    with Ledger.in_memory() as ledger, pytest.raises(NotFound):
        getattr(ledger, ask)()


# --- opening ---------------------------------------------------------------------------------


def test_file_that_is_opened_again_has_the_same_entries(path: Path) -> None:
    with Ledger.open(path, **WRITTEN) as ledger:
        entries = (*ledger.entries(), *ledger.record("demo/A1", Engage(on="2022")))
    with Ledger.open(path) as ledger:
        assert ledger.entries() == entries
        assert ledger.text(entries[-1].recorded_by) == "Service évaluation"


def test_ledger_that_is_open_sees_what_another_one_records(path: Path) -> None:
    with Ledger.open(path, **WRITTEN) as one, Ledger.open(path, **WRITTEN) as other:
        assert len(one.entries()) == 3
        other.record("demo/A1", Engage(on="2022"))
        assert one.entries() == other.entries()
        one.record("demo/A1", Realise(on="2023"))
        assert [len(one), len(other)] == [5, 5]


def test_read_only_ledger_reads_and_records_nothing(path: Path) -> None:
    before = path.read_bytes()
    with Ledger.open(path, read_only=True, **WRITTEN) as ledger:
        assert str(ledger.figure("demo", on="2024-01-01").bounds.low) == "0/2"
        for orders in ([Order("demo/A1", Engage(on="2022"))], []):
            error = unavailable(lambda orders=orders: ledger.record_all(orders))
            assert error.code == "read-only"
            assert (
                error.text("fr")
                == "le registre est ouvert en lecture seule ; rien n'a été enregistré."
            )
        assert len(ledger) == 3
    assert path.read_bytes() == before


def test_read_only_is_kept_by_the_database_too(path: Path) -> None:
    """The store refuses even who goes past the ledger."""
    with Ledger.open(path, read_only=True, **WRITTEN) as ledger:
        ledger.read_only = False
        assert unavailable(lambda: ledger.record("demo/A1", Engage(on="2022"))).code == "read-only"
        assert len(ledger) == 3


def test_closed_ledger_says_so(ledger: Ledger) -> None:
    (sealed,) = {entry.recorded_by for entry in ledger.entries()[:1]}
    ledger.close()
    ledger.close()
    for call in (
        lambda: len(ledger),
        ledger.entries,
        lambda: ledger.figure("demo"),
        ledger.plans,
        lambda: ledger.text(sealed),
        lambda: ledger.record("demo/A1", Engage(on="2022")),
        lambda: ledger.application,
    ):
        error = unavailable(call)
        assert error.code == "ledger-closed"
        assert error.text("fr") != error.text("en")


def test_with_closes_the_ledger_also_after_an_error(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Ledger.open(path) as ledger:
        raise ZeroDivisionError
    assert unavailable(lambda: len(ledger)).code == "ledger-closed"


def _open_files(folder: Path) -> list[str]:
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    targets = [str(link.readlink()) for link in links]
    return [target for target in targets if target.startswith(str(folder))]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are seen on Linux only")
def test_closing_leaves_no_file_open(path: Path) -> None:
    ledger = Ledger.open(path, **WRITTEN)
    ledger.record("demo/A1", Engage(on="2022"))
    threads = [threading.Thread(target=ledger.entries) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _open_files(path.parent) != []
    ledger.close()
    assert _open_files(path.parent) == []
    assert [file.name for file in path.parent.iterdir()] == ["demo.ledger"]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are seen on Linux only")
@pytest.mark.parametrize(
    "content", [b"", b"not a ledger\n" * 100, b"SQLite format 3\x00" + b"\x01" * 200]
)
def test_opening_that_fails_leaves_no_file_open(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.ledger"
    file.write_bytes(content)
    unavailable(lambda: Ledger.open(file))
    assert _open_files(tmp_path) == []


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are seen on Linux only")
def test_connection_that_fails_leaves_no_file_open(path: Path) -> None:
    """From Python 3.13 on it would also be a ResourceWarning."""
    with Ledger.open(path) as ledger:
        path.write_bytes(b"not a ledger\n" * 1000)
        error = unavailable(ledger.entries)
        assert (error.code, _open_files(path.parent)) == ("not-a-ledger", [])


def test_missing_file_is_not_created(tmp_path: Path) -> None:
    error = unavailable(lambda: Ledger.open(tmp_path / "x.ledger"))
    assert error.code == "ledger-missing"
    assert "bilan init" in error.text("fr")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("how", ["removed", "replaced", "renamed"])
def test_nothing_is_recorded_into_a_file_that_lost_its_name(path: Path, how: str) -> None:
    """It would be lost with the file; what bears the name now is left as it is."""
    with Ledger.open(path, recorded_by="x") as ledger:
        assert 3 == len(ledger.entries())
        if how == "renamed":
            path.rename(path.with_name("other.ledger"))
        else:
            path.unlink()
        if how == "replaced":
            Ledger.create(path).close()
        with pytest.raises(BilanError) as refused:
            ledger.record("demo/A1", Engage(on="2022"))
        assert refused.value.code in {"ledger-missing", "plan-unknown"}  # an inode is soon reused
    if how == "replaced":
        with Ledger.open(path, read_only=True) as new:
            assert 0 == len(new)


def test_nothing_merges_into_what_the_same_save_took_off_the_list(ledger: Ledger) -> None:
    """Within one save, later commands see what earlier ones withdrew; found by the audit."""
    orders = [
        Order("demo/A1", Retract(entry=1, reason="erreur")),
        Order("demo/A2", Merge(on="2022", target="A1")),
    ]
    with pytest.raises(CommandRefused) as refused:
        ledger.record_all(orders)
    assert "lineage-unknown" == refused.value.code
    assert 3 == len(ledger)


def test_making_a_ledger_leaves_no_other_file_behind(tmp_path: Path) -> None:
    """Neither when it is made, nor when its name is taken."""
    Ledger.create(tmp_path / "a.ledger").close()
    with pytest.raises(LedgerUnavailable):
        Ledger.create(tmp_path / "a.ledger")
    assert ["a.ledger"] == [file.name for file in tmp_path.iterdir()]


def test_file_that_was_removed_while_it_was_open_is_missing(path: Path) -> None:
    with Ledger.open(path, **WRITTEN) as ledger:
        path.unlink()
        assert unavailable(ledger.entries).code == "ledger-missing"
    assert [*path.parent.iterdir()] == []


def _foreign(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as database:
        for statement in ("CREATE TABLE t (x)", "INSERT INTO t VALUES (1)", *statements):
            database.execute(statement)
        database.commit()


FOREIGN: dict[str, Callable[[Path], object]] = {
    "text": lambda file: file.write_text("date;statut\n" * 100),
    "empty": lambda file: file.touch(),
    "folder": lambda file: file.mkdir(),
    "database": _foreign,
    "short": lambda file: file.write_bytes(b"SQLite format 3\x00"),
    "stock eventsourcing": lambda file: _foreign(
        file,
        "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, "
        "topic TEXT, state BLOB, PRIMARY KEY (originator_id, originator_version))",
    ),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_is_no_ledger_and_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "x.ledger"
    os.mkfifo(pipe)
    errors: list[str] = []
    reader = threading.Thread(
        target=lambda: errors.append(unavailable(lambda: Ledger.open(pipe)).code)
    )
    reader.start()
    reader.join(2)
    waits = reader.is_alive()
    if waits:
        pipe.write_bytes(b"x")
        reader.join()
    assert (waits, errors) == (False, ["not-a-ledger"])


@pytest.mark.parametrize("kind", FOREIGN)
@pytest.mark.parametrize("read_only", [True, False])
def test_file_that_is_no_ledger_is_refused_and_left_alone(
    tmp_path: Path,
    kind: str,
    read_only: bool,  # noqa: FBT001 pytest passes it
) -> None:
    file = tmp_path / "x.ledger"
    FOREIGN[kind](file)
    before = file.read_bytes() if file.is_file() else None
    error = unavailable(lambda: Ledger.open(file, read_only=read_only))
    assert error.code == "not-a-ledger"
    assert str(file) in error.text("fr") or "…" in error.text("fr")
    assert (file.read_bytes() if file.is_file() else None) == before
    assert [*tmp_path.iterdir()] == [file]


def test_foreign_database_with_a_write_ahead_log_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "x.ledger"
    _foreign(file)
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = WAL")
    assert unavailable(lambda: Ledger.open(file)).code == "not-a-ledger"
    assert [*tmp_path.iterdir()] == [file]


def test_ledger_of_a_newer_format_is_refused_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    for read_only in (True, False):
        error = unavailable(lambda read_only=read_only: Ledger.open(path, read_only=read_only))
        assert (error.code, error.facts["found"], error.facts["known"]) == ("ledger-newer", 99, 2)
    assert path.read_bytes() == before


def test_ledger_says_what_it_is_in_the_file(path: Path) -> None:
    """Application id and format stand at bytes 68 and 60 of the file."""
    header = path.read_bytes()[:72]
    assert (header[60:64], header[68:72]) == (b"\x00\x00\x00\x02", b"BILA")


@pytest.mark.parametrize("kind", [*FOREIGN, "ledger"])
def test_nothing_is_created_over_what_is_there(tmp_path: Path, path: Path, kind: str) -> None:
    file = path if kind == "ledger" else tmp_path / "x.ledger"
    FOREIGN.get(kind, lambda _: None)(file)
    before = file.read_bytes() if file.is_file() else None
    error = unavailable(lambda: Ledger.create(file))
    assert error.code == "ledger-exists"
    assert (file.read_bytes() if file.is_file() else None) == before


def test_nothing_is_created_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    error = unavailable(lambda: Ledger.create(tmp_path / "none" / "x.ledger"))
    assert error.code == "ledger-folder"
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("call", [Ledger.open, Ledger.create])
def test_other_databases_are_named_as_not_supported(call: Callable[[str], Ledger]) -> None:
    error = unavailable(lambda: call("mysql://user:secret@host/db"))
    assert error.code == "ledger-unsupported"
    assert "secret" not in error.text("fr")


@pytest.mark.parametrize(
    "name", ["a b.ledger", "é?x=1&mode=memory.ledger", "100%.ledger", "#1;'\".ledger"]
)
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    """Also one that would mean something in the address of a database."""
    with Ledger.create(tmp_path / name, **WRITTEN) as ledger:
        ledger.record_all(START)
        assert len(ledger) == 3
    assert [file.name for file in tmp_path.iterdir()] == [name]
    with Ledger.open(tmp_path / name, read_only=True) as ledger:
        assert len(ledger) == 3


def test_file_called_memory_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Ledger.create(":memory:", **WRITTEN) as ledger:
        assert len(ledger.record_all(START)) == 3


@pytest.mark.parametrize(
    ("call", "name"),
    [
        pytest.param(Ledger.create, "a\x00b", id="create zero"),
        pytest.param(Ledger.open, "a\x00b", id="open zero"),
        pytest.param(Ledger.create, "x" * 300, id="create long"),
        pytest.param(Ledger.open, "x" * 300, id="open long"),
    ],
)
def test_name_that_no_file_can_have_is_refused(
    tmp_path: Path, call: Callable[[Path], Ledger], name: str
) -> None:
    unavailable(lambda: call(tmp_path / name))


@pytest.mark.parametrize("length", [100, 150, 4096, 8192, -4096])
def test_file_that_was_cut_off_is_refused(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])

    def use() -> None:
        with Ledger.open(path) as ledger:
            entries = ledger.entries()
            ledger.texts([entry.recorded_by for entry in entries])

    error = unavailable(use)
    assert error.code in {"ledger-broken", "not-a-ledger"}


# --- the file --------------------------------------------------------------------------------


def test_library_connections_use_wal_and_full_synchronisation(path: Path) -> None:
    """A commit that returned survives a power failure: 2 is FULL."""
    with Ledger.open(path, **WRITTEN) as ledger:
        ledger.record("demo/A1", Engage(on="2022"))
        datastore = ledger.application.recorder.datastore
        for commit in (True, False):
            with datastore.transaction(commit=commit) as cursor:
                for pragma, value in [("journal_mode", "wal"), ("synchronous", 2)]:
                    cursor.execute(f"PRAGMA {pragma}")
                    assert cursor.fetchone()[0] == value


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET topic = 'action.realised' WHERE rowid = 2",
        "UPDATE stored_events SET rowid = 9 WHERE rowid = 2",
        "DELETE FROM stored_events WHERE rowid = 3",
        "DELETE FROM stored_events",
    ],
)
def test_triggers_refuse_to_change_or_delete_entries(path: Path, statement: str) -> None:
    before = path.read_bytes()
    with closing(sqlite3.connect(path)) as database:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(statement)
        database.rollback()
        assert database.execute("SELECT COUNT(*) FROM stored_events").fetchone() == (3,)
    assert path.read_bytes() == before


def test_triggers_refuse_to_replace_entries(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        with pytest.raises(sqlite3.Error, match="append-only"):
            database.execute(
                "INSERT OR REPLACE INTO stored_events SELECT rowid, originator_id, "
                "originator_version, topic, x'00' FROM stored_events WHERE rowid = 2"
            )
        database.rollback()


TAMPERED: dict[str, tuple[int, str, tuple[str, ...]]] = {
    "status in the bytes": (
        2,
        "topic",
        (
            "UPDATE stored_events SET state = "
            "CAST(replace(state, 'action.proposed', 'action.retracted') AS BLOB) WHERE rowid = 3",
        ),
    ),
    "topic": (1, "topic", ("UPDATE stored_events SET topic = 'plan.amended' WHERE rowid = 2",)),
    "version": (
        1,
        "version",
        ("UPDATE stored_events SET originator_version = 7 WHERE rowid = 2",),
    ),
    "version that is text": (
        1,
        "version",
        ("UPDATE stored_events SET originator_version = 'x' WHERE rowid = 2",),
    ),
    "stream": (
        2,
        "stream",
        ("UPDATE stored_events SET originator_id = printf('%032d', 0) WHERE rowid = 3",),
    ),
    "bytes of two rows exchanged": (
        1,
        "stream",
        (
            "CREATE TABLE held AS SELECT rowid AS place, state FROM stored_events",
            "UPDATE stored_events SET state = (SELECT state FROM held WHERE place = 3) "
            "WHERE rowid = 2",
            "UPDATE stored_events SET state = (SELECT state FROM held WHERE place = 2) "
            "WHERE rowid = 3",
        ),
    ),
    "row deleted": (1, "rowid", ("DELETE FROM stored_events WHERE rowid = 2",)),
    "first row deleted": (0, "rowid", ("DELETE FROM stored_events WHERE rowid = 1",)),
    "row moved away": (1, "rowid", ("UPDATE stored_events SET rowid = 9 WHERE rowid = 2",)),
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_row_that_disagrees_with_its_bytes_is_named(path: Path, kind: str) -> None:
    index, column, statements = TAMPERED[kind]
    with tampered(path) as database:
        for statement in statements:
            database.execute(statement)
    with Ledger.open(path) as ledger:
        for call in (ledger.entries, lambda: ledger.figure("demo", on="2024-01-01")):
            with pytest.raises(MalformedEntry) as caught:
                call()
            facts = caught.value.facts
            if "column" in facts:
                assert (facts["index"], facts["column"]) == (index, column)
            assert f"{index}" in caught.value.text("fr")


@pytest.mark.parametrize(
    "change",
    [
        "replace(state, '2021', '2O21')",
        "replace(state, '2021', ' 2021')",
        "replace(state, 'demo', 'démo')",
        "substr(state, 1, length(state) - 1) || ' }'",
    ],
)
def test_bytes_that_are_not_canonical_are_named_by_index(path: Path, change: str) -> None:
    with tampered(path) as database:
        database.execute(f"UPDATE stored_events SET state = CAST({change} AS BLOB) WHERE rowid = 2")
    with Ledger.open(path) as ledger, pytest.raises(MalformedEntry) as caught:
        ledger.entries()
    assert "1" in caught.value.text("fr")


def _reads(path: Path, *statements: str) -> MalformedEntry:
    with tampered(path) as database:
        for statement in statements:
            database.execute(statement)
    with Ledger.open(path) as ledger, pytest.raises(MalformedEntry) as caught:
        ledger.entries()
    return caught.value


@pytest.mark.parametrize("value", ["replace(state, 'Planter', 'Arracher')", "5", "1.5"])
def test_state_that_is_not_bytes_is_named_by_index(path: Path, value: str) -> None:
    """SQLite's own replace() makes text of bytes: the first thing that anybody would try."""
    statement = f"UPDATE stored_events SET state = {value} WHERE rowid = 2"
    assert "1" in _reads(path, statement).text()


def test_stream_that_is_no_uuid_is_named_by_index(path: Path) -> None:
    statement = "UPDATE stored_events SET originator_id = 'zz' WHERE rowid = 2"
    assert "1" in _reads(path, statement).text()


def test_rows_that_exchanged_their_places_are_named_by_index(path: Path) -> None:
    with Ledger.open(path, **WRITTEN) as ledger:
        ledger.record("demo/A1", Engage(on="2022"), Realise(on="2023"))
    error = _reads(
        path,
        "UPDATE stored_events SET rowid = 99 WHERE rowid = 4",
        "UPDATE stored_events SET rowid = 4 WHERE rowid = 5",
        "UPDATE stored_events SET rowid = 5 WHERE rowid = 99",
    )
    assert error.facts["index"] == 3


def test_row_that_was_deleted_with_all_later_ones_moved_up_is_named(path: Path) -> None:
    with Ledger.open(path, **WRITTEN) as ledger:
        ledger.record("demo/A1", Qualify(on="2022"), Qualify(on="2023"))
    error = _reads(
        path,
        "DELETE FROM stored_events WHERE rowid = 4",
        "UPDATE stored_events SET rowid = 4 WHERE rowid = 5",
    )
    assert error.facts["index"] == 3


def test_canonical_bytes_that_name_no_place_in_history_are_named_by_index(path: Path) -> None:
    with Ledger.open(path, **WRITTEN) as ledger:
        ledger.record("demo/A1", Engage(on="2022"))
    change = """CAST(replace(state, '"after":1', '"after":7') AS BLOB)"""
    error = _reads(path, f"UPDATE stored_events SET state = {change} WHERE rowid = 4")
    assert "3" in error.text()


@pytest.mark.parametrize("state", ["x'00'", "CAST('{}' AS BLOB)", "CAST('[]' AS BLOB)"])
def test_nothing_is_recorded_after_an_entry_that_is_broken(path: Path, state: str) -> None:
    with tampered(path) as database:
        database.execute(f"UPDATE stored_events SET state = {state} WHERE rowid = 3")
    with Ledger.open(path, **WRITTEN) as ledger:
        with pytest.raises(MalformedEntry):
            ledger.record("demo/A1", Engage(on="2022"))
        assert len(ledger) == 3


def test_row_that_disagrees_is_named_also_when_recording(path: Path) -> None:
    with tampered(path) as database:
        database.execute("UPDATE stored_events SET topic = 'x' WHERE rowid = 2")
    with Ledger.open(path, **WRITTEN) as ledger:
        with pytest.raises(MalformedEntry) as caught:
            ledger.record("demo/A1", Engage(on="2022"))
        assert len(ledger) == 3
    assert "-1" not in caught.value.text()


def test_nothing_is_recorded_after_a_hole_in_the_history_of_an_action(path: Path) -> None:
    """Else the entry after the hole is applied twice, and a wrong decision is recorded."""
    with Ledger.open(path, **WRITTEN) as ledger:
        ledger.record("demo/A1", Qualify(on="2022"), Engage(on="2022"))
    with tampered(path) as database:
        database.execute("DELETE FROM stored_events WHERE rowid = 4")
    with Ledger.open(path, **WRITTEN) as ledger:
        with pytest.raises(MalformedEntry):
            ledger.record("demo/A1", Realise(on="2023"))
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("SELECT MAX(rowid) FROM stored_events").fetchone() == (5,)


def test_broken_entry_is_named_the_same_however_often_it_is_read(path: Path) -> None:
    with Ledger.open(path, **WRITTEN) as ledger:
        ledger.record("demo/A1", Engage(on="2022"))
    change = """CAST(replace(state, '"after":1', '"after":7') AS BLOB)"""
    with tampered(path) as database:
        database.execute(f"UPDATE stored_events SET state = {change} WHERE rowid = 4")
    with Ledger.open(path) as ledger:
        for _ in range(2):
            with pytest.raises(MalformedEntry) as caught:
                ledger.entries()
            assert (caught.value.facts["index"], caught.value.facts["column"]) == (3, "after")


def test_environment_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eventsourcing reads its settings from there unless it is given all of them."""
    settings = {
        "COMPRESSOR_TOPIC": "eventsourcing.compressor:ZlibCompressor",
        "CIPHER_TOPIC": "eventsourcing.cipher:AESCipher",
        "CIPHER_KEY": "0123456789abcdef0123456789abcdef",
        "PERSISTENCE_MODULE": "eventsourcing.popo",
        "MAPPER_TOPIC": "eventsourcing.persistence:Mapper",
        "TRANSCODER_TOPIC": "nowhere:Nothing",
        "APPLICATION_RECORDER_TOPIC": "nowhere:Nothing",
        "SQLITE_DBNAME": ":memory:",
        "IS_SNAPSHOTTING_ENABLED": "yes",
        "AGGREGATE_CACHE_MAXSIZE": "10",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(f"BILAN_LEDGER_{name}", value)
    with Ledger.create(tmp_path / "x.ledger", **WRITTEN) as ledger:
        ledger.record_all(START)
        assert stored(ledger) == [encode(entry) for entry in ledger.entries()]
        assert type(ledger.application.mapper).__name__ == "EntryMapper"
    with Ledger.open(tmp_path / "x.ledger") as ledger:
        assert len(ledger.entries()) == 3
    with Ledger.in_memory(**WRITTEN) as ledger:
        ledger.record_all(START)
        assert stored(ledger) == [encode(entry) for entry in ledger.entries()]


# --- several writers -------------------------------------------------------------------------


def _together(*calls: Callable[[], object]) -> list[BaseException]:
    """Run calls in threads that start at once; return what they raised."""
    errors: list[BaseException] = []
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        gate.wait()
        try:
            call()
        except BaseException as error:  # noqa: BLE001 it is returned
            errors.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return errors


def _versions(entries: tuple[Entry, ...]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for entry in entries:
        found.setdefault(entry.subject, []).append(entry.version)
    return found


def test_eight_threads_lose_and_double_nothing(ledger: Ledger) -> None:
    def work(number: int) -> Callable[[], None]:
        def run() -> None:
            for turn in range(25):
                ledger.record("demo/A1", Qualify(on="2022", note=f"{number}-{turn}"))
                ledger.record(f"demo/T{number}-{turn}", Propose(on="2022", title="T"))
                ledger.entries()

        return run

    assert _together(*map(work, range(8))) == []
    entries = ledger.entries()
    assert [entry.index for entry in entries] == [*range(403)]
    assert _versions(entries)["demo/A1"] == [*range(1, 202)]
    notes = [ledger.text(e.event.note) for e in entries if isinstance(e.event, actions.Qualified)]
    assert sorted(notes) == sorted(f"{n}-{t}" for n in range(8) for t in range(25))
    dates = [entry.recorded_at for entry in entries]
    assert dates == sorted(dates)


def test_reading_while_another_thread_learns_of_a_new_action(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise: dictionary changed size during iteration."""
    seen = Record._seen

    def learn() -> None:
        ledger.record("demo/A3", Propose(on="2022", title="T"))
        ledger.entries()

    def slow(state: actions.Action, visible: range) -> actions.Action:
        monkeypatch.setattr(Record, "_seen", staticmethod(seen))
        thread.start()
        thread.join(1)
        return seen(state, visible)

    thread = threading.Thread(target=learn)
    monkeypatch.setattr(Record, "_seen", staticmethod(slow))
    assert len(ledger.view("demo").actions) == 2
    thread.join(10)
    assert len(ledger.view("demo").actions) == 3


WRITER = """
import sys
from pathlib import Path
from time import sleep
from bilan_ledger import ConcurrentWrite, Ledger, Propose, Qualify
path, number, same = sys.argv[1], sys.argv[2], sys.argv[3] == "same"
with Ledger.open(path, recorded_by=f"Service {number}") as ledger:
    Path(f"{path}.{number}").touch()
    while not Path(f"{path}.go").exists():
        sleep(0.001)
    if not same:
        ledger.record(f"demo/P{number}", Propose(on="2022", title="T"))
    for turn in range(100):
        name = "demo/A1" if same else f"demo/P{number}"
        for _ in range(10):
            try:
                ledger.record(name, Qualify(on="2022", note=f"{number}-{turn}"))
                break
            except ConcurrentWrite:  # on a busy machine; nothing was recorded
                continue
"""


@pytest.mark.parametrize("where", ["same", "other"])
def test_four_processes_lose_and_double_nothing(path: Path, where: str) -> None:
    """All on one action, or each on an action of its own; in one file."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(number), where],
            stderr=subprocess.PIPE,
        )
        for number in range(4)
    ]
    deadline = monotonic() + 30
    while len([*path.parent.glob("demo.ledger.[0-3]")]) < 4 and monotonic() < deadline:
        sleep(0.005)
    Path(f"{path}.go").touch()
    said = [writer.communicate(timeout=60)[1] for writer in writers]
    assert said == [b""] * 4
    with Ledger.open(path) as ledger:
        entries = ledger.entries()
        qualified = [e.event.note for e in entries if isinstance(e.event, actions.Qualified)]
        texts = ledger.texts(qualified)
    assert [entry.index for entry in entries] == [*range(len(entries))]
    assert sorted(texts[note] for note in qualified) == sorted(
        f"{n}-{t}" for n in range(4) for t in range(100)
    )
    dates = [entry.recorded_at for entry in entries]
    assert dates == sorted(dates)
    expected = {
        "same": {"demo": 1, "demo/A1": 401, "demo/A2": 1},
        "other": {"demo": 1, "demo/A1": 1, "demo/A2": 1} | {f"demo/P{n}": 101 for n in range(4)},
    }
    found = _versions(entries)
    assert found == {name: [*range(1, n + 1)] for name, n in expected[where].items()}


def _just_before_saving(ledger: Ledger, call: Callable[[], object]) -> None:
    """Let somebody else be faster, once: between what `ledger` decides and what it saves."""
    append = ledger.application.append

    def late(*args: Any) -> tuple[Entry, ...]:
        ledger.application.append = append  # type: ignore[method-assign]
        call()
        return append(*args)

    ledger.application.append = late  # type: ignore[method-assign]


def test_two_writers_never_both_take_one_version(path: Path) -> None:
    """The slower one decides again, and is refused by what the faster one recorded."""
    with Ledger.open(path, **WRITTEN) as one, Ledger.open(path, **WRITTEN) as other:
        _just_before_saving(one, lambda: other.record("demo/A1", Engage(on="2022")))
        with pytest.raises(CommandRefused) as caught:
            one.record("demo/A1", Engage(on="2023"))
        assert (caught.value.code, caught.value.refusal.entries) == ("transition", (2,))
        assert _versions(one.entries())["demo/A1"] == [1, 2]


def test_slower_writer_decides_again_and_records(path: Path) -> None:
    with Ledger.open(path, **WRITTEN) as one, Ledger.open(path, **WRITTEN) as other:
        _just_before_saving(one, lambda: other.record("demo/A1", Engage(on="2022")))
        (entry,) = one.record("demo/A1", Realise(on="2023"))
        assert (entry.version, entry.event.after, entry.index) == (3, 2, 4)
        assert len(one.entries()) == 5


def test_slower_writer_reads_only_what_is_new(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else, on a long history, who is slower once is slower for ever, and gives up."""
    read: list[int] = []
    decoder = wire.decode

    def watched(state: bytes, index: int, **place: str) -> Entry:
        read.append(index)
        return decoder(state, index, **place)

    def faster() -> None:
        other.record("demo/A1", Qualify(on="2022"))
        monkeypatch.setattr(wire, "decode", watched)

    with Ledger.open(path, **WRITTEN) as one, Ledger.open(path, **WRITTEN) as other:
        one.record("demo/A1", *[Qualify(on="2022") for _ in range(100)])
        _just_before_saving(one, faster)
        (entry,) = one.record("demo/A1", Qualify(on="2022"))
    assert entry.version == 103
    assert 1 <= len(read) < 10


def test_ledger_that_forgets_actions_reads_them_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read for earlier commands is kept of few actions only."""
    monkeypatch.setattr(ledger_room, "_REMEMBERED", 1)
    with Ledger.open(path, **WRITTEN) as one, Ledger.open(path, **WRITTEN) as other:
        for ledger in (one, other, one, one):
            for name in ("demo/A1", "demo/A2"):
                ledger.record(name, Qualify(on="2022"))
        assert _versions(one.entries())["demo/A1"] == [1, 2, 3, 4, 5]
        assert len(one._actions) == 1


def test_writer_that_is_always_slower_gives_up_and_records_nothing(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def conflict(*_: object) -> None:
        raise Conflict

    monkeypatch.setattr(ledger_room, "_TRIES", 3)
    with nothing_recorded(ledger):
        monkeypatch.setattr(ledger.application, "append", conflict)
        with pytest.raises(ConcurrentWrite) as caught:
            ledger.record("demo/A1", Engage(on="2022"))
        monkeypatch.undo()
    assert (caught.value.code, caught.value.facts["tries"]) == ("concurrent-write", 3)


def test_lineage_that_another_writer_turned_round_is_refused(path: Path) -> None:
    with Ledger.open(path, **WRITTEN) as one, Ledger.open(path, **WRITTEN) as other:
        _just_before_saving(one, lambda: other.record("demo/A2", Merge(on="2022", target="A1")))
        with pytest.raises(CommandRefused) as caught:
            one.record("demo/A1", Merge(on="2022", target="A2"))
        assert caught.value.code == "lineage-cycle"
        assert len(one) == 4


def test_lineage_race_has_exactly_one_winner(path: Path) -> None:
    """A into B and B into A at once, from two ledgers on one file, many times."""
    with Ledger.open(path, **WRITTEN) as one, Ledger.open(path, **WRITTEN) as other:
        for turn in range(15):
            a, b = f"A{turn}x", f"B{turn}x"
            for name in (a, b):
                one.record(f"demo/{name}", Propose(on="2021", title="T"))
            errors = _together(
                lambda a=a, b=b: one.record(f"demo/{a}", Merge(on="2022", target=b)),
                lambda a=a, b=b: other.record(f"demo/{b}", Supersede(on="2022", by=a)),
            )
            assert [getattr(error, "code", error) for error in errors] == ["lineage-cycle"]
        assert len(one) == 3 + 15 * 3


def test_retraction_that_revives_a_lineage_is_guarded_too(path: Path) -> None:
    """A into B was undone; to undo that again and B into A are a cycle together."""
    with Ledger.open(path, **WRITTEN) as one, Ledger.open(path, **WRITTEN) as other:
        one.record("demo/A1", Merge(on="2022", target="A2"), Restore(on="2023"))
        _just_before_saving(one, lambda: other.record("demo/A2", Merge(on="2022", target="A1")))
        with pytest.raises(CommandRefused) as caught:
            one.record("demo/A1", Retract(entry=3, reason="erreur"))
        assert caught.value.code == "lineage-cycle"


def test_lineage_of_a_whole_batch_is_guarded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another writer comes between two decisions of one batch."""
    decide = actions.decide

    def watched(command: Any, *args: Any) -> Any:
        if getattr(command, "target", None) == "B2" and len(other) == 5:
            other.record("demo/A2", Merge(on="2022", target="A1"))
        return decide(command, *args)

    batch = [
        Order("demo/A1", Merge(on="2022", target="A2")),
        Order("demo/B1", Merge(on="2022", target="B2")),
    ]
    with Ledger.open(path, **WRITTEN) as one, Ledger.open(path, **WRITTEN) as other:
        for name in ("B1", "B2"):
            one.record(f"demo/{name}", Propose(on="2021", title="T"))
        monkeypatch.setattr(actions, "decide", watched)
        with pytest.raises(CommandRefused) as caught:
            one.record_all(batch)
        assert caught.value.code == "lineage-cycle"
        assert len(one) == 6


# --- locked, full ----------------------------------------------------------------------------


def test_locked_ledger_is_busy_and_works_again_afterwards(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_room, "_LOCK_TIMEOUT", 0.05)
    with Ledger.open(path, **WRITTEN) as ledger, closing(sqlite3.connect(path)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        error = unavailable(lambda: ledger.record("demo/A1", Engage(on="2022")))
        assert error.code == "ledger-busy"
        assert error.text("fr") != error.text("en")
        assert [len(ledger), len(ledger.entries())] == [3, 3]
        lock.rollback()
        assert len(ledger.record("demo/A1", Engage(on="2022"))) == 1


def test_writer_waits_for_a_lock_that_is_soon_gone(path: Path) -> None:
    with (
        Ledger.open(path, **WRITTEN) as ledger,
        closing(sqlite3.connect(path, check_same_thread=False)) as lock,
    ):
        lock.execute("BEGIN IMMEDIATE")
        threading.Timer(0.3, lock.rollback).start()
        assert len(ledger.record("demo/A1", Engage(on="2022"))) == 1


def test_lock_timeout_is_half_a_minute() -> None:
    assert sqlite_room._LOCK_TIMEOUT == 30


def _fill(ledger: Ledger) -> LedgerUnavailable:
    """Record until it is refused."""

    def fill() -> None:
        for _ in range(10_000):
            ledger.record("demo/A1", Qualify(on="2022", note="x" * 5_000))

    return unavailable(fill)


def test_file_that_may_not_grow_is_full_and_works_again_afterwards(path: Path) -> None:
    with Ledger.open(path, **WRITTEN) as ledger:
        ledger.record("demo/A1", Engage(on="2022"))
        datastore = ledger.application.recorder.datastore
        with datastore.transaction(commit=False) as cursor:
            cursor.execute("PRAGMA max_page_count = 30")
        error = _fill(ledger)
        assert error.code == "disk-full"
        assert error.text("fr") != error.text("en")
        with nothing_recorded(ledger):
            again = unavailable(
                lambda: ledger.record("demo/A1", *[Qualify(on="2022", note="x" * 9_000)] * 5)
            )
            assert again.code == "disk-full"
        with datastore.transaction(commit=False) as cursor:
            cursor.execute("PRAGMA max_page_count = 100000")
        before = len(ledger)
        ledger.record("demo/A1", Realise(on="2023", note="x" * 9_000))
        assert len(ledger.entries()) == before + 1


@contextmanager
def _disk(folder: Path, size: str) -> Iterator[Callable[[str], None]]:
    """Mount a small disk; yield a function that mounts it anew with other options."""
    folder.mkdir()
    mount, umount = which("mount"), which("umount")
    if os.geteuid() != 0 or mount is None or umount is None:
        pytest.skip("needs the right to mount a small disk")
    made = [mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(made, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")

    def remount(options: str) -> None:
        subprocess.run([mount, "-o", f"remount,{options}", str(folder)], check=True)

    try:
        yield remount
    finally:
        subprocess.run([umount, "--lazy", str(folder)], check=True)


def test_disk_that_is_full_loses_nothing_and_works_again_afterwards(tmp_path: Path) -> None:
    with _disk(tmp_path / "disk", "300k") as remount:
        file = tmp_path / "disk" / "x.ledger"
        with Ledger.create(file, **WRITTEN) as ledger:
            ledger.record_all(START)
            assert _fill(ledger).code == "disk-full"
            count = len(ledger)
            assert count == len(ledger.entries()) > 3
            remount("size=2m")
            (entry,) = ledger.record("demo/A1", Engage(on="2022"))
            assert entry.index == count
        with Ledger.open(file) as ledger:
            assert len(ledger.entries()) == count + 1


@pytest.mark.parametrize("size", ["4k", "16k", "28k", "40k", "56k"])
def test_disk_is_called_full_at_whatever_step_it_is_full(tmp_path: Path, size: str) -> None:
    """The file, the write-ahead log and SQLite's shared memory each need room of their own."""
    with _disk(tmp_path / "disk", size):
        file = tmp_path / "disk" / "x.ledger"

        def use() -> None:
            with Ledger.create(file, **WRITTEN) as ledger:
                ledger.record_all(START)
                _fill(ledger)

        try:
            assert unavailable(use).code == "disk-full"
        except pytest.fail.Exception:
            assert size == "56k"
        left = {path.name for path in (tmp_path / "disk").iterdir()}
        assert left == set() if size in {"4k", "16k"} else "x.ledger" in left


def test_ledger_on_a_disk_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    with _disk(tmp_path / "disk", "1m") as remount:
        file = tmp_path / "disk" / "x.ledger"
        with Ledger.create(file, **WRITTEN) as ledger:
            ledger.record_all(START)
        remount("ro")
        with Ledger.open(file, read_only=True) as ledger:
            assert len(ledger.entries()) == 3
        assert unavailable(lambda: Ledger.create(tmp_path / "disk" / "y")).code == "ledger-folder"


def test_ledger_on_a_disk_that_cannot_be_written_is_not_called_foreign(tmp_path: Path) -> None:
    with _disk(tmp_path / "disk", "1m") as remount:
        file = tmp_path / "disk" / "x.ledger"
        with Ledger.create(file, **WRITTEN) as ledger:
            ledger.record_all(START)
        remount("ro")

        def write() -> None:
            with Ledger.open(file, **WRITTEN) as ledger:
                ledger.record("demo/A1", Engage(on="2022"))

        assert unavailable(write).code == "read-only"


# --- every error -----------------------------------------------------------------------------


def test_every_error_of_the_library_is_one_kind() -> None:
    kinds = (InvalidValue, CommandRefused, NotFound, LedgerUnavailable, MalformedEntry)
    assert all(issubclass(kind, BilanError) for kind in kinds)
    assert issubclass(ConcurrentWrite, LedgerUnavailable)
