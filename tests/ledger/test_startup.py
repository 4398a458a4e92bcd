"""What is loaded when: nothing that is not used."""

import subprocess
import sys

import pytest

SHOW = """
import sys
before = set(sys.modules)
{statement}
print(*sorted({{name.partition(".")[0] for name in set(sys.modules) - before}}))
"""
DATABASES = {"eventsourcing", "sqlite3", "_sqlite3", "psycopg", "psycopg_pool"}
SCREENS = {"cyclopts", "rich"}


def loaded(statement: str) -> set[str]:
    """Return the top-level modules that a statement loads in a new interpreter."""
    run = subprocess.run(
        [sys.executable, "-c", SHOW.format(statement=statement)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return set(run.stdout.split())


def test_import_loads_no_database_no_screen_and_no_grammar_of_dates() -> None:
    assert (
        loaded("import bilan_ledger") & (DATABASES | SCREENS | {"edtf", "attrs", "attr"}) == set()
    )


def test_import_of_all_names_loads_no_database_and_no_screen() -> None:
    found = loaded("from bilan_ledger import *")
    assert found & (DATABASES | SCREENS | {"edtf"}) == set()
    assert "attrs" in found


@pytest.mark.parametrize("room", ["dates", "evidence", "action", "plan", "history", "completion",
                                  "replay", "wire", "ledger"])  # fmt: skip
def test_no_room_loads_a_database_before_a_ledger_is_opened(room: str) -> None:
    assert loaded(f"import bilan_ledger.{room}") & (DATABASES | SCREENS) == set()


def test_ledger_in_memory_loads_no_database_driver() -> None:
    found = loaded("from bilan_ledger import Ledger; Ledger.in_memory().close()")
    assert found & (DATABASES | SCREENS) == {"eventsourcing"}


def test_ledger_in_a_file_loads_sqlite_and_nothing_else() -> None:
    """So the tests above can fail."""
    open_none = (
        "from bilan_ledger import Ledger, LedgerUnavailable\n"
        "try:\n    Ledger.open('none.ledger')\nexcept LedgerUnavailable:\n    pass"
    )
    assert loaded(open_none) & (DATABASES | SCREENS) == {"eventsourcing", "sqlite3", "_sqlite3"}


def test_plain_dates_do_not_load_the_grammar_of_uncertain_ones() -> None:
    plain = "from bilan_ledger import When; When('2023-04-15'); When('2023-04/2024')"
    assert "edtf" not in loaded(plain)
    assert "edtf" in loaded("from bilan_ledger import When; When('202X')")
