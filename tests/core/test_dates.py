"""Uncertain days and exact instants: what each text means, and the arithmetic of their order."""

import calendar
import operator
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import product
from typing import Any

import pytest
from edtf import parse_edtf
from hypothesis import given
from hypothesis import strategies as st
from naive import assignments, happened
from strategies import MANY, SOME, span, spans

from bilan_ledger.dates import Instant, When, Windows, day, windows
from bilan_ledger.errors import InvalidValue

GOOD = [
    ("2023-04-15", "2023-04-15", "2023-04-15"),
    ("2024-02-29", "2024-02-29", "2024-02-29"),
    ("0001-01-01", "0001-01-01", "0001-01-01"),
    ("9999-12-31", "9999-12-31", "9999-12-31"),
    ("2023-04", "2023-04-01", "2023-04-30"),
    ("2023-02", "2023-02-01", "2023-02-28"),
    ("2024-02", "2024-02-01", "2024-02-29"),
    ("2023-12", "2023-12-01", "2023-12-31"),
    ("9999-12", "9999-12-01", "9999-12-31"),
    ("9999-11", "9999-11-01", "9999-11-30"),
    ("2023", "2023-01-01", "2023-12-31"),
    ("0001", "0001-01-01", "0001-12-31"),
    ("9999", "9999-01-01", "9999-12-31"),
    ("2020-06-28/2024-03-31", "2020-06-28", "2024-03-31"),
    ("2020-06/2024-03", "2020-06-01", "2024-03-31"),
    ("2020/2024", "2020-01-01", "2024-12-31"),
    ("2020/2020-03-05", "2020-01-01", "2020-03-05"),
    ("2023-04-15/2023-04-15", "2023-04-15", "2023-04-15"),
    ("2023/2023", "2023-01-01", "2023-12-31"),
    ("2023-06/2023", "2023-06-01", "2023-12-31"),
    ("202X", "2020-01-01", "2029-12-31"),
    ("20XX", "2000-01-01", "2099-12-31"),
    ("999X", "9990-01-01", "9999-12-31"),
    ("2023-XX", "2023-01-01", "2023-12-31"),
    ("2023-XX-XX", "2023-01-01", "2023-12-31"),
    ("2023-02-XX", "2023-02-01", "2023-02-28"),
    ("2024-02-XX", "2024-02-01", "2024-02-29"),
    ("201X/2023-XX", "2010-01-01", "2023-12-31"),
]

BAD = [
    ("2023-02-30", "date-impossible"),
    ("2023-02-29", "date-impossible"),
    ("2023-04-31", "date-impossible"),
    ("2023-13", "date-impossible"),
    ("2023-00", "date-impossible"),
    ("2023-01-00", "date-impossible"),
    ("0000", "date-impossible"),
    ("0000-01-01", "date-impossible"),
    ("2023-01-01/2023-02-30", "date-impossible"),
    ("2023-02-30/2023-03-01", "date-impossible"),
    ("2023-21", "date-impossible"),  # a season of EDTF
    ("2024/2023", "date-reversed"),
    ("2023-06/2023-03", "date-reversed"),
    ("2023-04-15/2023-04-14", "date-reversed"),
    ("2024-XX/2023-03", "date-reversed"),
    ("15/04/2023", "date-french"),
    ("15.04.2023", "date-french"),
    ("5/4/2023", "date-french"),
    ("2023-04-15/..", "date-form"),
    ("../2023-04-15", "date-form"),
    ("2023/", "date-form"),
    ("/2023", "date-form"),
    ("/", "date-form"),
    ("2023/open", "date-form"),
    ("unknown/2023", "date-form"),
    ("2023/2024/2025", "date-form"),
    ("2023?", "date-form"),
    ("2023~", "date-form"),
    ("2023%", "date-form"),
    ("2023-04~", "date-form"),
    ("2023-04-15?", "date-form"),
    ("2023-04/2023-05~", "date-form"),
    ("spring 2023", "date-form"),
    ("avril 2023", "date-form"),
    ("[2020,2021]", "date-form"),
    ("{2020,2021}", "date-form"),
    ("2020..2021", "date-form"),
    ("000X", "date-impossible"),  # the year 0 is not among our days
    ("2023-13-XX", "date-impossible"),
    ("2023-xx", "date-form"),
    ("2023-uu", "date-form"),
    ("Y12023", "date-form"),
    ("-2023", "date-form"),
    ("20230415", "date-form"),
    ("2023-4-15", "date-form"),
    ("2023/04/15", "date-form"),
    ("2023-W05", "date-form"),
    ("2023-04-15T10:00:00Z", "date-form"),
    ("12/2023", "date-form"),
    ("23", "date-form"),
    ("", "date-form"),
    (" 2023", "date-form"),
    ("2023\n", "date-form"),
    ("٢٠٢٣", "date-form"),  # digits, but not ours
    ("2023–2024", "date-form"),
    ("2" * 101, "date-form"),
    ("2" * 10_000_000, "date-form"),
    (2023, "date-form"),
    (None, "date-form"),
    (datetime(2023, 4, 15, tzinfo=UTC), "date-form"),
]


@pytest.mark.parametrize(("text", "earliest", "latest"), GOOD)
def test_what_a_date_text_means(text: str, earliest: str, latest: str) -> None:
    """The first and the last day, and the text as it was written."""
    when = When(text)
    assert (earliest, latest) == (when.earliest.isoformat(), when.latest.isoformat())
    assert text == when.text == str(when)
    assert (earliest == latest) is when.exact


@pytest.mark.parametrize(("text", "code"), BAD, ids=lambda value: str(value)[:30])
def test_what_is_no_date(text: Any, code: str) -> None:
    """One rule code, the field and the value as it was given; said in two languages."""
    with pytest.raises(InvalidValue) as caught:
        When(text)
    error = caught.value
    assert (code, "on", text) == (error.code, error.facts["field"], error.facts["value"])
    assert error.text("fr") != error.text("en")


@pytest.mark.parametrize(
    "text",
    [
        *("2023-1X", "2022-XX/2023-0X", "2023-XX-15", "2023-12-3X", "202X-05", "202X-XX"),
        *("2X23", "20X3", "1XXX", "XXXX", "156X-12-25", "202X?", "XX", "X"),
        ["2023"],
        {"on": "2023"},
    ],
    ids=str,
)
def test_other_unknown_digits_are_no_date(text: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Only digits unknown from the right make one interval; and nothing is printed."""
    with pytest.raises(InvalidValue) as caught:
        When(text)
    assert ("date-form", "") == (caught.value.code, capsys.readouterr().out)


def test_a_french_date_is_told_how_to_be_written() -> None:
    with pytest.raises(
        InvalidValue, match=r'on: "5/4/2023" is not in ISO form. Write 2023-04-05\.'
    ):
        When("5/4/2023")


@pytest.mark.parametrize("text", ["31/02/2023", "04/15/2023", "0.0.0000"])
def test_no_impossible_date_is_proposed(text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        When(text)
    assert ("date-impossible", text) == (caught.value.code, caught.value.facts["value"])


# --- our reader against the edtf package -----------------------------------------------------

some_days = st.dates(date(1583, 1, 1), date(9999, 12, 31))
level_0 = st.one_of(
    some_days.map(date.isoformat),
    some_days.map(lambda d: f"{d:%Y-%m}"),
    some_days.map(lambda d: f"{d:%Y}"),
)


def of_edtf(text: str) -> tuple[date, date]:
    """Return the first and last day that the edtf package reads."""
    parsed = parse_edtf(text)
    return date(*parsed.lower_strict()[:3]), date(*parsed.upper_strict()[:3])


@MANY
@given(level_0)
def test_dates_of_level_0_are_read_as_edtf_reads_them(text: str) -> None:
    when = When(text)
    assert of_edtf(text) == (when.earliest, when.latest)


@SOME
@given(level_0, level_0)
def test_intervals_of_level_0_are_read_as_edtf_reads_them(start: str, end: str) -> None:
    """Both ends, or a refusal where the end comes first."""
    text = f"{start}/{end}"
    earliest, latest = of_edtf(text)
    if latest < earliest:
        with pytest.raises(InvalidValue) as caught:
            When(text)
        assert "date-reversed" == caught.value.code
    else:
        assert (earliest, latest) == (When(text).earliest, When(text).latest)


@MANY
@given(st.integers(1, 9999), st.integers(1, 12))
def test_a_month_ends_where_the_calendar_says(year: int, month: int) -> None:
    when = When(f"{year:04}-{month:02}")
    assert (date(year, month, 1), calendar.monthrange(year, month)[1]) == (
        when.earliest,
        when.latest.day,
    )
    assert (year, month) == (when.latest.year, when.latest.month)


MAYBE = re.compile(r"[0-9X]{4}(-[0-9X]{2}){0,2}(/[0-9X]{4}(-[0-9X]{2}){0,2})?")


@MANY
@given(st.one_of(st.text(alphabet="012-/X", max_size=12), st.from_regex(MAYBE, fullmatch=True)))
def test_any_text_is_a_date_or_an_error(text: str) -> None:
    """Nothing but `InvalidValue` comes of a text, and an interval is never reversed."""
    try:
        when = When(text)
    except InvalidValue:
        return
    assert when.earliest <= when.latest


# --- days and instants -----------------------------------------------------------------------


def test_a_when_of_a_day_is_that_day() -> None:
    assert When("2023-04-15") == When.of(date(2023, 4, 15))


def test_a_when_of_a_when_is_itself() -> None:
    when = When("2023")
    assert when is When.of(when)


def test_errors_name_the_field() -> None:
    with pytest.raises(InvalidValue, match="dated: ") as caught:
        When.of("2023-02-30", "dated")
    assert ("dated", "2023-02-30") == (caught.value.facts["field"], caught.value.facts["value"])


def test_whens_with_the_same_days_differ_by_their_text() -> None:
    """The text is kept, since it says how well the date is known."""
    assert When("2023") != When("2023-01-01/2023-12-31")


def test_an_exact_day() -> None:
    assert date(2023, 4, 15) == day("2023-04-15") == day(date(2023, 4, 15))


def test_an_interval_of_one_day_is_an_exact_day() -> None:
    assert date(2023, 4, 15) == day("2023-04-15/2023-04-15")


@pytest.mark.parametrize("value", ["2023-04", "2023", None, 20230415, datetime(2023, 4, 15)])  # noqa: DTZ001
def test_no_exact_day(value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        day(value, "start")
    assert ("date-not-exact", "start") == (caught.value.code, caught.value.facts["field"])


def test_an_impossible_exact_day_is_impossible() -> None:
    with pytest.raises(InvalidValue) as caught:
        day("2023-02-30", "start")
    assert ("date-impossible", "start") == (caught.value.code, caught.value.facts["field"])


INSTANT = "2024-01-15T09:12:03.000000Z"


def test_the_text_of_an_instant() -> None:
    assert INSTANT == str(Instant.parse(INSTANT))
    assert "0099-01-15T09:12:03.000001Z" == str(Instant.parse("0099-01-15T09:12:03.000001Z"))


@pytest.mark.parametrize(
    "value",
    [
        "2024-01-15T09:12:03Z",
        "2024-01-15T10:12:03+01:00",
        "2024-01-15 09:12:03+00:00",
        datetime(2024, 1, 15, 10, 12, 3, tzinfo=timezone(timedelta(hours=1))),
        Instant.parse(INSTANT),
    ],
)
def test_instants_that_name_their_offset(value: Any) -> None:
    """Any offset, the same moment."""
    assert Instant.parse(INSTANT) == Instant.of(value)


@pytest.mark.parametrize(
    "value",
    [
        "2024-01-15T09:12:03",
        "2024-01-15",
        "hier",
        "",
        5,
        None,
        datetime(2024, 1, 15, 9, 12, 3),  # noqa: DTZ001
        date(2024, 1, 15),
        "0001-01-01T00:00:00+01:00",  # before the first instant there is
        "9999-12-31T23:30:00-01:00",
    ],
)
def test_what_is_no_instant(value: Any) -> None:
    """Without an offset nobody knows when."""
    with pytest.raises(InvalidValue) as caught:
        Instant.of(value, "stated_at")
    assert ("instant-form", "stated_at") == (caught.value.code, caught.value.facts["field"])


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-15T09:12:03Z",
        "2024-01-15T09:12:03.000Z",
        "2024-01-15T09:12:03.000000+00:00",
        "2024-01-15t09:12:03.000000z",
        "2024-02-30T09:12:03.000000Z",
        "2024-01-15T25:12:03.000000Z",
        " " + INSTANT,
        "",
        5,
    ],
)
def test_an_instant_has_one_canonical_text(text: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        Instant.parse(text, "recorded_at")
    assert ("instant-form", "recorded_at") == (caught.value.code, caught.value.facts["field"])


def test_a_moment_beyond_the_last_instant_is_the_last_one() -> None:
    """The last day of all ends later west of Greenwich."""
    west = timezone(timedelta(hours=-1))
    assert "9999-12-31T23:59:59.999999Z" == str(Instant.latest(datetime.max.replace(tzinfo=west)))
    assert "9999-12-31T23:59:59.999999Z" == str(Instant.latest(datetime.max.replace(tzinfo=UTC)))
    assert INSTANT == str(Instant.latest(datetime(2024, 1, 15, 8, 12, 3, tzinfo=west)))


def test_instants_are_ordered() -> None:
    """By the moment, whatever their offset was."""
    early, late = Instant.of("2024-01-15T09:00:00+05:00"), Instant.of("2024-01-15T08:00:00Z")
    assert early < late
    assert [early, late] == sorted([late, early])
    assert late == max(early, late)


ORDERS: list[Callable[[Any, Any], Any]] = [operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("compare", ORDERS)
@pytest.mark.parametrize("other", [date(2024, 1, 15), datetime.now(UTC), When("2024"), INSTANT])
def test_instants_and_days_are_never_compared(compare: Any, other: Any) -> None:
    """Days are civil days, instants are UTC: comparing them is a type error, either way round."""
    with pytest.raises(TypeError):
        compare(Instant.parse(INSTANT), other)
    with pytest.raises(TypeError):
        compare(other, Instant.parse(INSTANT))


@pytest.mark.parametrize("compare", ORDERS)
def test_uncertain_dates_have_no_order(compare: Any) -> None:
    """Which of two uncertain dates is earlier is not a yes or no."""
    with pytest.raises(TypeError):
        compare(When("2023"), When("2024"))


# --- windows ---------------------------------------------------------------------------------

JANUARY = [date(2020, 1, n) for n in range(1, 15)]


def test_windows_by_hand() -> None:
    """E is the running maximum of the first days, L the running minimum of the last ones."""
    found = windows([When("2020-01-03/2020-01-09"), When("2020-01-01/2020-01-05")])
    assert (JANUARY[2], JANUARY[2]) == found.first
    assert (JANUARY[4], JANUARY[4]) == found.last
    assert [range(1), range(3), range(2, 3)] == [found.happened(JANUARY[n]) for n in (1, 2, 4)]


def test_windows_of_no_date() -> None:
    found = windows([])
    assert found.consistent
    assert range(1) == found.happened(JANUARY[0])


def test_windows_that_contradict() -> None:
    assert not windows([When("2021"), When("2020")]).consistent


SMALL = [When(span(first, more)) for first in range(1, 5) for more in range(5 - first)]
SEQUENCES = [found for size in range(4) for found in product(SMALL, repeat=size)]


def possible_numbers(
    whens: Sequence[When], on: date, keep: Callable[[tuple[date, ...]], bool] = lambda _: True
) -> set[int]:
    """Return how many may have happened by a day, over every assignment of days that is kept."""
    return {happened(days, on) for days in assignments(whens) if keep(days)}


def test_windows_equal_brute_force_over_every_small_sequence() -> None:
    """Up to three intervals among four days: every sequence, every assignment, every day."""
    assert 1 + 10 + 100 + 1000 == len(SEQUENCES)
    for whens in SEQUENCES:
        found = windows(whens)
        ways = list(assignments(whens))
        assert bool(ways) is found.consistent, whens
        for on in (date(2019, 12, 31), *JANUARY[:5]) if ways else ():
            expected = {happened(days, on) for days in ways}
            assert expected == set(found.happened(on)), (whens, on)


@MANY
@given(st.lists(spans, min_size=1, max_size=5), st.sampled_from(JANUARY))
def test_windows_equal_brute_force(texts: list[str], on: date) -> None:
    """Longer sequences, up to four days each."""
    whens = [When(text) for text in texts]
    found = windows(whens)
    expected = possible_numbers(whens, on)
    assert bool(expected) is found.consistent
    if expected:
        assert expected == set(found.happened(on))


def check_supposition(
    whens: Sequence[When], supposed: Windows, keep: Callable[[tuple[date, ...]], bool]
) -> None:
    """Hold supposed windows against every assignment that the supposition keeps."""
    for on in (date(2019, 12, 31), *JANUARY[:6]):
        expected = possible_numbers(whens, on, keep)
        assert bool(expected) is supposed.consistent, (whens, on)
        if expected:
            assert expected == set(supposed.happened(on)), (whens, on)


def test_suppositions_equal_brute_force() -> None:
    """Begun by a day, or after it: every sequence of one or two intervals, every such day."""
    for whens in SEQUENCES[1:111]:
        found = windows(whens)
        for by in (date(2019, 12, 31), *JANUARY[:6]) if found.consistent else ():
            check_supposition(whens, found.begun_by(by), lambda days, by=by: days[0] <= by)
            check_supposition(whens, found.begun_after(by), lambda days, by=by: days[0] > by)


def test_nothing_begins_after_the_last_day() -> None:
    found = windows([When("9999-12-31")])
    assert found.begun_by(date.max).consistent
    assert not found.begun_after(date.max).consistent


def test_nothing_to_begin_is_consistent_with_anything() -> None:
    for on in (JANUARY[0], date.max):
        assert windows([]).begun_by(on).consistent
        assert windows([]).begun_after(on).consistent
