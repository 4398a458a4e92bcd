"""An entry in its place, and the name of its stream."""

from datetime import UTC, datetime

import attrs
from strategies import Move, play, terms

from bilan_ledger.dates import Instant
from bilan_ledger.entry import stream_id, stream_text
from bilan_ledger.plan import CreatePlan


def test_a_recorded_entry_differs_in_place_and_date_alone() -> None:
    [entry] = play([Move("p", None, CreatePlan(terms=terms()))])
    moment = Instant(datetime(2031, 1, 2, tzinfo=UTC))
    assert attrs.evolve(entry, index=7, recorded_at=moment) == entry.recorded(7, moment)


def test_a_stream_is_written_as_its_id() -> None:
    assert str(stream_id("p", "a")) == stream_text("p", "a") != stream_text("p")
