"""Any store that eventsourcing has a persistence module for, through its own settings."""

import re
from pathlib import Path

import pytest

from bilan_ledger import (
    CommandRefused,
    CreatePlan,
    Engage,
    Ledger,
    Merge,
    Propose,
    Retract,
    Terms,
    Territory,
)
from bilan_ledger.projections import FIGURE_QUERY

TERMS = Terms(
    title="Projet", territory=Territory(name="Exempleville"), start="2026-01-01", end="2031-12-31"
)
STORES = {
    "eventsourcing.popo": {},
    "eventsourcing.sqlite": {"SQLITE_DBNAME": "{folder}/events.db"},
    "eventsourcing_sqlalchemy": {"SQLALCHEMY_URL": "sqlite:///{folder}/events.db"},
}


@pytest.mark.parametrize("module", STORES)
def test_a_ledger_in_a_store_of_eventsourcing(module, tmp_path):
    """Recorded, refused, corrected, asked as known before, and texts read."""
    pytest.importorskip(module)
    settings = {name: value.format(folder=tmp_path) for name, value in STORES[module].items()}
    with Ledger.with_settings(
        {"PERSISTENCE_MODULE": module, **settings}, texts=tmp_path / "texts.db", recorded_by="test"
    ) as ledger:
        ledger.record("demo", CreatePlan(terms=TERMS))
        ledger.record("demo/A", Propose(on="2026", title="A", note="Mme Dupont"))
        ledger.record("demo/B", Propose(on="2026", title="B"))
        ledger.record("demo/A", Engage(on="2026-05"))
        with pytest.raises(CommandRefused):
            ledger.record("demo/A", Engage(on="2026-05"))
        ledger.record("demo/B", Merge(on="2026-06-01", target="A"))
        ledger.record("demo/B", Retract(entry=2, reason="erreur"))
        assert "1/2" == str(ledger.figure("demo", on="2026-12-31").bounds.low)
        assert "1/1" == str(ledger.figure("demo", on="2026-12-31", known=4).bounds.low)
        assert "Mme Dupont" == ledger.text(ledger.entries()[1].event.note)
        assert list(range(6)) == [entry.index for entry in ledger.entries()]
        times = [entry.recorded_at for entry in ledger.entries()]
        assert sorted(times) == times


def test_the_documented_query_is_the_one_that_is_tested():
    """The page and the library hold the same SQL."""
    page = Path(__file__).parents[2] / "docs" / "en" / "how-to" / "sql-tables.md"
    block = re.findall(r"```sql\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)[0]
    assert FIGURE_QUERY.strip() == block.strip()
