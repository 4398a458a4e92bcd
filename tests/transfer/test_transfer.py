"""The log as a file: out and in again, byte by byte, on every store."""

import json
import runpy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bilan_ledger import (
    Abandon,
    CommandRefused,
    Correct,
    CreatePlan,
    Describe,
    Description,
    Engage,
    Evidence,
    InvalidValue,
    Ledger,
    LedgerUnavailable,
    MarkNotAssessed,
    NotFound,
    Propose,
    PublishFigure,
    Realise,
    Reopen,
    Retract,
    Terms,
    Territory,
    Withdraw,
    transfer,
)
from bilan_ledger.cli import run
from bilan_ledger.transfer import LogNotIntact, export_log, import_log, texts_beside

TERMS = Terms(
    title="Projet", territory=Territory(name="Exempleville"), start="2026-01-01", end="2031-12-31"
)
BETHUNE = Path(__file__).parents[2] / "examples" / "bethune" / "build.py"


class Clock:
    """A clock that moves by itself."""

    def __init__(self):
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(hours=7)
        return self.now


def town(place=None):
    """A ledger with five entries, some of which hold texts that name a person."""
    ledger = Ledger.in_memory(recorded_by="Mme Dupont", clock=Clock())
    ledger.record("demo", CreatePlan(terms=TERMS, note="vu par M. Durand"))
    ledger.record("demo/A", Propose(on="2026", title="Planter « 3 000 » arbres\u00a0!"))
    shown = Evidence(title="Conseil", deliberation="D-12", quotation="M. Petit : oui")
    ledger.record("demo/A", Engage(on="2026-05/2026-07", evidence=shown))
    ledger.record("demo/B", Propose(on="2026-02-28", title="B"), MarkNotAssessed(on="2026-03"))
    return ledger


def taken_in(ledger, path, **more):
    """Import a file whole; return the steps."""
    return list(import_log(ledger, path, **more))


@pytest.fixture(params=["memory", "sqlite", "postgres", "other"])
def empty(request, tmp_path):
    """An empty ledger on each store."""
    match request.param:
        case "memory":
            ledger = Ledger.in_memory(recorded_by="import")
        case "sqlite":
            ledger = Ledger.create(tmp_path / "new.ledger", recorded_by="import")
        case "postgres":
            ledger = Ledger.create(request.getfixturevalue("postgres_url"), recorded_by="import")
        case _:
            ledger = Ledger.with_settings(
                {"PERSISTENCE_MODULE": "eventsourcing.popo"},
                texts=tmp_path / "texts.db",
                recorded_by="import",
            )
    with ledger:
        yield ledger


def test_export_then_import_then_export_gives_the_same_bytes(empty, tmp_path):
    """Entries, recorded dates, authors and texts are those of the first ledger."""
    first = town()
    assert 5 == export_log(first, tmp_path / "a.jsonl", texts=True)
    assert [(0, 5), (5, 5)] == taken_in(empty, tmp_path / "a.jsonl")
    assert 5 == export_log(empty, tmp_path / "b.jsonl", texts=True)
    for name in ("{}.jsonl", "{}.texts.jsonl"):
        one, two = ((tmp_path / name.format(which)).read_bytes() for which in "ab")
        assert one == two
    assert first.tree.root() == empty.tree.root()
    assert first.entries() == empty.entries()
    assert "M. Petit : oui" == empty.text(empty.entries()[2].evidence[0].quotation)
    empty.record("demo/A", Realise(on="2027"))
    assert 6 == len(empty.entries())


def test_bethune_goes_out_and_comes_in(tmp_path, monkeypatch):
    """The example of 321 entries, into a file and back."""
    monkeypatch.setattr("sys.argv", ["build.py", str(tmp_path / "bethune.ledger")])
    runpy.run_path(str(BETHUNE), run_name="__main__")
    with Ledger.open(tmp_path / "bethune.ledger", read_only=True) as first:
        export_log(first, tmp_path / "a.jsonl")
    with Ledger.create(tmp_path / "b.ledger", recorded_by="x") as second:
        taken_in(second, tmp_path / "a.jsonl")
        export_log(second, tmp_path / "b.jsonl")
        assert "106/131" == str(second.figure("bethune-2020", on="2024-03-31").bounds.low)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


DAYS = st.sampled_from(["2026-02-01", "2026-03", "2027", "2026-05/2026-09", "2028-02-29"])
COMMANDS = st.one_of(
    st.builds(Propose, on=DAYS, title=st.sampled_from(["x", "é\u0301à", "z" * 500])),
    st.builds(Engage, on=DAYS, at_least=st.booleans(), note=st.none() | st.just("note")),
    st.builds(Realise, on=DAYS),
    st.builds(Abandon, on=DAYS, reason=st.none() | st.just("budget")),
    st.builds(Reopen, on=DAYS, reason=st.just("gel")),
    st.builds(MarkNotAssessed, on=DAYS),
    st.builds(Withdraw, on=DAYS, reason=st.just("doublon")),
    st.builds(Retract, entry=st.integers(1, 6), reason=st.just("erreur")),
    st.builds(
        Correct, entry=st.integers(1, 6), reason=st.just("date"), by=st.builds(Engage, on=DAYS)
    ),
    st.builds(
        Describe, on=st.just("2026-06-01"), change=st.builds(Description, title=st.just("t"))
    ),
)


@settings(max_examples=60, deadline=None)
@given(moves=st.lists(st.tuples(st.sampled_from("AB"), COMMANDS), max_size=25))
def test_any_ledger_goes_out_and_comes_in(tmp_path_factory, moves):
    """Whatever the rules accept; the audit that guards the way in refuses none of it."""
    folder = tmp_path_factory.mktemp("random")
    first = Ledger.in_memory(recorded_by="test", clock=Clock())
    first.record("demo", CreatePlan(terms=TERMS), PublishFigure(percentage=50, on="2026-12-31"))
    for name, command in moves:
        try:
            first.record(f"demo/{name}", command)
        except CommandRefused:
            continue
    export_log(first, folder / "a.jsonl", texts=True)
    second = Ledger.in_memory(recorded_by="x")
    taken_in(second, folder / "a.jsonl")
    export_log(second, folder / "b.jsonl", texts=True)
    assert (folder / "a.jsonl").read_bytes() == (folder / "b.jsonl").read_bytes()
    one, two = (texts_beside(folder / f"{which}.jsonl") for which in "ab")
    assert one.read_bytes() == two.read_bytes()


def test_an_import_goes_on_where_it_stopped(tmp_path, monkeypatch):
    """Interrupted between two transactions, the ledger holds a whole beginning of the log."""
    monkeypatch.setattr(transfer, "_BATCH", 2)
    first = town()
    export_log(first, tmp_path / "a.jsonl", texts=True)
    second = Ledger.in_memory(recorded_by="x")
    steps = import_log(second, tmp_path / "a.jsonl")
    assert [(0, 5), (2, 5)] == [next(steps), next(steps)]
    steps.close()
    assert 2 == len(second.entries())
    assert [(2, 5), (4, 5), (5, 5)] == taken_in(second, tmp_path / "a.jsonl")
    assert [(5, 5)] == taken_in(second, tmp_path / "a.jsonl")
    assert first.entries() == second.entries()
    assert "vu par M. Durand" == second.text(second.entries()[0].event.note)


def test_another_log_is_not_mixed_in(tmp_path):
    """A ledger that holds something else is left as it is."""
    export_log(town(), tmp_path / "a.jsonl")
    other = town()
    with pytest.raises(LedgerUnavailable) as refused:
        taken_in(other, tmp_path / "a.jsonl")
    assert "not-the-same-log" == refused.value.code
    assert 5 == len(other.entries())


def test_texts_are_exported_only_when_asked_for_and_for_their_owner(tmp_path):
    """The log alone holds nothing of them; their file is not readable by others."""
    export_log(town(), tmp_path / "a.jsonl")
    assert not texts_beside(tmp_path / "a.jsonl").exists()
    export_log(town(), tmp_path / "b.jsonl", texts=True)
    assert 0o600 == texts_beside(tmp_path / "b.jsonl").stat().st_mode & 0o777
    for name in ("Dupont", "Durand", "Petit"):
        assert name.encode() not in (tmp_path / "b.jsonl").read_bytes()
        assert name.encode() in texts_beside(tmp_path / "b.jsonl").read_bytes()


def test_erased_texts_do_not_come_back(tmp_path):
    """An old file of texts cannot bring back what the log says was erased."""
    first = town()
    export_log(first, tmp_path / "a.jsonl", texts=True)
    old = texts_beside(tmp_path / "a.jsonl").rename(tmp_path / "old.jsonl")
    first.erase(0, reason="demande", fields=["note"])
    export_log(first, tmp_path / "b.jsonl")
    second = Ledger.in_memory(recorded_by="x")
    taken_in(second, tmp_path / "b.jsonl", texts=old)
    assert second.text(second.entries()[0].event.note) is None
    assert "Mme Dupont" == second.text(second.entries()[0].recorded_by)


def without(place):
    def change(data):
        lines = data.splitlines(keepends=True)
        return b"".join(lines[:place] + lines[place + 1 :])

    return change


BROKEN = {
    "cut": lambda data: data[:-1],
    "half a line": lambda data: data[: len(data) // 2],
    "an entry left out": without(1),
    "an entry twice": lambda data: data + data.splitlines(keepends=True)[-1],
    "other order": lambda data: b"".join(reversed(data.splitlines(keepends=True))),
    "windows line ends": lambda data: data.replace(b"\n", b"\r\n"),
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "not canonical": lambda data: data.replace(b'{"', b'{ "', 1),
    "an illegal entry": lambda data: data.replace(b'"action.engaged"', b'"action.reopened"', 1),
    "text": lambda _: b"bonjour\n",
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_file_that_is_not_intact_is_refused_whole(how, tmp_path):
    """Every error is in the findings; nothing is recorded."""
    path = tmp_path / "a.jsonl"
    export_log(town(), path)
    path.write_bytes(BROKEN[how](path.read_bytes()))
    ledger = Ledger.in_memory(recorded_by="x")
    with pytest.raises(LogNotIntact) as refused:
        taken_in(ledger, path)
    assert refused.value.findings
    assert 0 == len(ledger)
    for lang in ("fr", "en"):
        assert str(path) in refused.value.text(lang)


@pytest.mark.parametrize(
    "line", [b"{}", b"[]", b"x", b'{"commitment":"0","salt":"zz","text":""}', b"\xff"]
)
def test_a_bad_line_of_texts_is_named(line, tmp_path):
    """File and line; nothing is recorded."""
    path = tmp_path / "a.jsonl"
    export_log(town(), path, texts=True)
    beside = texts_beside(path)
    beside.write_bytes(beside.read_bytes() + line + b"\n")
    ledger = Ledger.in_memory(recorded_by="x")
    with pytest.raises(InvalidValue) as refused:
        taken_in(ledger, path)
    assert "texts-line" == refused.value.code
    assert f"{beside}:{len(beside.read_bytes().splitlines())}" == refused.value.facts["place"]
    assert 0 == len(ledger)


def test_a_changed_text_is_not_believed(tmp_path):
    """A text that does not stand behind its commitment is no exported text."""
    path = tmp_path / "a.jsonl"
    export_log(town(), path, texts=True)
    beside = texts_beside(path)
    lines = [json.loads(line) for line in beside.read_bytes().splitlines()]
    other = [{**line, "text": "autre"} for line in lines]
    told = (json.dumps(x, ensure_ascii=False, separators=(",", ":"), sort_keys=True) for x in other)
    beside.write_text("".join(f"{line}\n" for line in told), encoding="utf-8")
    ledger = Ledger.in_memory(recorded_by="x")
    with pytest.raises(InvalidValue):
        taken_in(ledger, path)


def test_nothing_is_overwritten_and_a_missing_file_is_named(tmp_path):
    """Neither on the way out nor on the way in."""
    (tmp_path / "a.jsonl").write_text("mine", encoding="utf-8")
    with pytest.raises(LedgerUnavailable) as there:
        export_log(town(), tmp_path / "a.jsonl")
    assert "file-exists" == there.value.code
    assert "mine" == (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    with pytest.raises(NotFound):
        taken_in(Ledger.in_memory(recorded_by="x"), tmp_path / "none.jsonl")


def test_a_log_in_a_file_can_be_asked_as_it_is(tmp_path, monkeypatch, capsys):
    """Whoever is given a ledger.jsonl needs no ledger to look at it; a damaged one is refused."""
    monkeypatch.chdir(tmp_path)
    with town() as ledger, Ledger.create("town.ledger") as copy:
        export_log(ledger, "ledger.jsonl", texts=True)
        taken_in(copy, "ledger.jsonl")
    plan = "demo"
    for line in (f"figure {plan}", f"show {plan}", f"replay {plan}", f"reconcile {plan}", "log"):
        for place in ("town.ledger", "ledger.jsonl"):
            assert run([*line.split(), "--ledger", place]) in {0, 1}
        both = capsys.readouterr().out
        assert both[: len(both) // 2] == both[len(both) // 2 :] != ""
    recorded = ["propose", "demo/Z", "--on", "2026", "--title", "Z", "--ledger", "ledger.jsonl"]
    assert run(recorded) == 5
    log = tmp_path / "ledger.jsonl"
    log.write_bytes(log.read_bytes().replace(b"proposed", b"realised", 1))
    capsys.readouterr()
    assert run(["figure", plan, "--ledger", "ledger.jsonl"]) == 2
    assert capsys.readouterr().err.startswith("bilan: ")
