"""Whatever is read, an audit comes out of it, and can be printed: never an exception."""

import json
import os
from datetime import date
from pathlib import Path

import attrs
import pytest
from audit_samples import BY, KEPT, PLAN, REASON, TERMS, TODAY, A, at, entries, look, measured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_samples import FULL_EVENTS, MINIMAL_EVENTS
from random_lives import Life

from bilan_ledger import Evidence
from bilan_ledger import action as a
from bilan_ledger import plan as p
from bilan_ledger.archive import Archive
from bilan_ledger.audit import Audit, Severity, audit_file
from bilan_ledger.dates import Instant
from bilan_ledger.formats.findings import audit_json, sarif
from bilan_ledger.record import Erased, Retracted
from bilan_ledger.report.audit_page import page
from bilan_ledger.text import Sealed, SealedText
from bilan_ledger.wire import Line, encode

MANY = int(os.environ.get("BILAN_TEST_FUZZ", "100"))
FUZZ = settings(
    max_examples=MANY, deadline=None, database=None, suppress_health_check=[*HealthCheck]
)
FIRST, LAST = Instant.of("0001-01-01T00:00:00Z"), Instant.of("9999-12-31T23:59:59Z")


def print_all(found):
    """Write an audit in every form and language; all of it is text that can be encoded."""
    assert isinstance(found, Audit)
    for lang in ("fr", "en"):
        told = [each.text(lang) + each.advice(lang) for each in found.findings]
        told += [json.dumps(audit_json(found, lang)), json.dumps(sarif(found, "x", "1", lang))]
        for text in [*told, page(found, "x", TODAY, lang)]:
            text.encode()
        assert all("\n" not in each.text(lang) for each in found.findings)
    return found


def codes(data):
    return {f.code for f in print_all(audit_file(data, today=TODAY)).findings}


LINE = encode(entries(PLAN)[0])

ODD = {
    "nothing": b"",
    "an empty line": b"\n",
    "empty lines": b"\n" * 1000,
    "a zero byte": b"\0\n",
    "zeros": bytes(10_000),
    "no UTF-8": b"\xff\xfe\xfd\n",
    "a byte order mark": b"\xef\xbb\xbf" + LINE + b"\n",
    "no object": b'[]\nnull\n1\n"x"\ntrue\n',
    "an empty object": b"{}\n",
    "a name that is no text": b'{"event":[]}\n',
    "half a surrogate": b'{"event":"\\ud800"}\n',
    "half a surrogate as a key": b'{"event":"plan.created","\\ud800":1}\n',
    "lists in lists": b"[" * 100_000 + b"]" * 100_000 + b"\n",
    "objects in objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n",
    "lists in data": LINE.replace(b'{"terms":', b"[" * 900 + b"]" * 900) + b"\n",
    "a million characters": b'{"event":"' + b"x" * 1_000_000 + b'"}\n',
    "a million bytes of one line": b"x" * 1_000_000,
    "a huge number": LINE.replace(b'"version":1', b'"version":1' + b"0" * 10_000) + b"\n",
    "a number beyond floats": LINE.replace(b'"version":1', b'"version":1e999') + b"\n",
    "not a number": LINE.replace(b'"version":1', b'"version":NaN') + b"\n",
    "no version": LINE.replace(b'"version":1', b'"version":-0') + b"\n",
    "the same member twice": LINE.replace(b'"version":1', b'"version":1,"version":1') + b"\n",
    "other line ends": LINE + b"\r\n" + LINE + b"\r\n",
    "a database": b"SQLite format 3\x00" + bytes(4096),
    "a zip": b"PK\x03\x04" + bytes(100),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_bytes(name):
    """Each of them is an audit with an error; nothing at all is an empty log."""
    found = codes(ODD[name])
    assert "checkpoint-none" in found
    assert (name == "nothing") is (found == {"checkpoint-none"})


@FUZZ
@given(st.binary(max_size=300))
def test_any_bytes(data):
    """Random ones."""
    codes(data)


@pytest.fixture(scope="module")
def lives():
    """Some legal logs, as files."""
    return [
        b"".join(line.state + b"\n" for line in Life(n).live(25).ledger.lines()) for n in range(5)
    ]


ODD_VALUES = (
    None, True, -1, 0, 1e300, 2**60, "", "x" * 600, "\u0000", "é", "2026", "0001", "9999", [], {},
    [[]], "GONE",
)  # fmt: skip


@FUZZ
@given(
    st.integers(0, 4),
    st.lists(st.tuples(st.integers(0), st.integers(0), st.sampled_from(ODD_VALUES)), min_size=1),
)
def test_changed_values(lives, life, changes):
    """A value anywhere in some lines becomes another one, or goes."""
    states = lives[life].splitlines()
    for line, member, value in changes:
        told = json.loads(states[line % len(states)])
        members = [(told, each) for each in sorted(told)]
        if isinstance(told.get("data"), dict):
            members += [(told["data"], each) for each in sorted(told["data"])]
        if not members:
            continue
        where, name = members[member % len(members)]
        where[name] = value
        if value == "GONE":
            del where[name]
        told = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        states[line % len(states)] = told.encode()
    codes(b"\n".join(states) + b"\n")


@FUZZ
@given(data=st.data())
def test_changed_bytes(lives, data):
    """Bytes changed, cut out, doubled, lines in another order."""
    log = bytearray(data.draw(st.sampled_from(lives)))
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, max(len(log) - 1, 0)))
        length = data.draw(st.integers(0, 400))
        match data.draw(st.integers(0, 3)):
            case 0:
                log[start : start + 1] = data.draw(st.binary(max_size=3))
            case 1:
                del log[start : start + length]
            case 2:
                log[start:start] = log[start : start + length]
            case _:
                log[:] = b"\n".join(reversed(bytes(log).split(b"\n")))
    codes(bytes(log))


_days = st.sampled_from(["0001-01-01", "0001", "2026-01-01", "2026", "2020/2030", "9999-12-31"])
_exact = st.sampled_from([date.min, date(2026, 1, 1), date(2026, 6, 1), date.max])
_instants = st.sampled_from([FIRST, at("2020-01-01"), at("2026-01-01"), LAST])
_events = st.sampled_from([*FULL_EVENTS.items(), *2 * [*MINIMAL_EVENTS.items()]])


@st.composite
def wild_entries(draw):
    """Draw entries whose bytes are right: any event, in any order, at any place and day."""
    told = []
    versions = {}
    for _ in range(draw(st.integers(1, 14))):
        name, event = draw(_events)
        subject = draw(st.sampled_from(["p", "q"]))
        subject += "" if name.startswith("plan.") else draw(st.sampled_from(["/A2", "/A3"]))
        fields = {f.name for f in attrs.fields(type(event))}
        changes = {}
        if "on" in fields:
            exact = isinstance(event.on, date)
            changes["on"] = draw(_exact if exact else _days)
        if "after" in fields:
            changes["after"] = draw(st.integers(0, 3))
        if "assessment" in fields:
            changes["assessment"] = draw(st.none() | st.integers(1, 3))
        if "entry" in fields:
            changes["entry"] = draw(st.integers(1, 4))
        if "evidence" in fields:
            changes["evidence"] = draw(
                st.sampled_from([Evidence(title="T"), measured("1"), measured("11", as_of="0001")])
            )
        versions[subject] = versions.get(subject, 0) + draw(st.sampled_from([1, 1, 1, 1, 0, 2]))
        around = {
            "version": max(versions[subject], 1), "recorded_at": draw(_instants),
            "stated_at": draw(st.none() | _instants),
        }  # fmt: skip
        told.append((subject, attrs.evolve(event, **changes), around))
    return entries(*told)


@FUZZ
@given(wild_entries(), st.sampled_from([date.min, TODAY, date.max]))
def test_any_entries(several, today):
    """Legal bytes in an impossible log: figures, doubts and rules survive it."""
    log = [Line(entry.index, encode(entry)) for entry in several]
    print_all(look(log, today=today, texts=lambda _: {}))


# --- odd ledgers


def test_a_plan_without_actions():
    """It has a figure of nothing, of an empty base."""
    figure = ("p", p.FigurePublished(percentage="81", of=131, on="2026-01-31"))
    found = look([Line(e.index, encode(e)) for e in entries(PLAN, figure)])
    assert [
        ("checkpoint-none", "no checkpoint: nothing shows that history was not rewritten"),
        ("figure-contradicted", "p: the published figure 81 % / 131 for 2026-01-31 is contradicted "
         "by the ledger (0/0)"),
    ] == [(f.code, f.text()) for f in print_all(found).findings]  # fmt: skip


def test_a_figure_before_any_action():
    """Recorded first, and followed by what shows it: it agrees, and no list was changed."""
    figure = ("p", p.FigurePublished(percentage="100", of=1, on="2026-01-31"))
    told = [PLAN, figure, A, ("p/A", a.Engaged(on="2026-01-02", after=1))]
    found = look([Line(e.index, encode(e)) for e in entries(*told)])
    assert ["checkpoint-none", "figure-agrees"] == [f.code for f in print_all(found).findings]


@pytest.mark.parametrize("moment", [FIRST, LAST], ids=["first", "last"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Paris"])
def test_the_ends_of_the_calendar(moment, zone):
    """Recorded in the first or last second there is, about the first day there is."""
    territory = attrs.evolve(TERMS.territory, timezone=zone)
    plan = ("p", p.PlanCreated(terms=attrs.evolve(TERMS, territory=territory, end=date.max)))
    figure = ("p", p.FigurePublished(percentage="0", on=date.min))
    told = [plan, ("p/A", a.Proposed(on="0001-01-01", title="T")), figure]
    log = [(*each, {"recorded_at": moment}) for each in told]
    for today in (date.min, date.max):
        found = look([Line(e.index, encode(e)) for e in entries(*log)], today=today)
        assert "figure-agrees" in {f.code for f in print_all(found).findings}


def test_a_sealed_hash_that_is_none(tmp_path):
    """Behind the commitment of a file's hash stands a path, a zero byte, or nothing like a hash."""
    for text in ("../../secret", "\0", "é" * 5_000, "A" * 64):
        kept = SealedText(bytes(32), text)
        piece = attrs.evolve(Evidence(title="Bilan"), sealed_sha256=kept.sealed)
        told = entries(PLAN, ("p/A", a.Proposed(on="2026-01-01", title="T", evidence=piece)))
        found = look(
            [Line(e.index, encode(e)) for e in told],
            texts=lambda _, kept=kept: {kept.sealed.commitment: kept, BY.commitment: kept},
            archive=Archive(Path(tmp_path)),
        )
        wrong = [f.code for f in print_all(found).findings if f.severity is not Severity.NOTICE]
        assert ["text-disagrees", "evidence-file-missing"] == wrong


def test_a_sealed_hash_that_was_changed_names_no_file(tmp_path):
    """What is not what was sealed is not looked for."""
    sealed = SealedText(bytes(32), "0" * 64).sealed
    piece = attrs.evolve(Evidence(title="Bilan"), sealed_sha256=sealed)
    told = entries(PLAN, ("p/A", a.Proposed(on="2026-01-01", title="T", evidence=piece)))
    kept = {sealed.commitment: SealedText(bytes(32), "1" * 64), BY.commitment: KEPT}
    found = look(
        [Line(e.index, encode(e)) for e in told], texts=lambda _: kept, archive=Archive(tmp_path)
    )
    assert ["text-disagrees"] == [f.code for f in found.findings if f.severity is Severity.ERROR]
    assert "evidence-file-missing" not in {f.code for f in found.findings}


def test_forged_histories_that_no_rule_foresees():
    """Each made an internal rule fail: dates that cross, a remark on nothing, erased twice."""
    remark = ("p/A", a.Described(on="2026-01-02", change=a.Description(title="T")))
    gone = ("p/A", Retracted(entry=1, reason=REASON))
    early = ("p/A", a.Engaged(on="2020", after=1))
    for told in (
        [PLAN, A, early, ("p/A", Retracted(entry=2, reason=REASON))],
        [PLAN, A, early, ("p/A", a.Realised(on="2026", after=2)),
         ("p/A", Retracted(entry=3, reason=REASON))],
        [PLAN, remark, gone, A], [PLAN, remark, gone, (A[0], attrs.evolve(A[1], after=0)), gone],
        [PLAN, ("p/A", a.Engaged(on="2026", after=0)), remark, gone, remark],
        [(*each, {"recorded_at": FIRST}) for each in (
            PLAN, ("p/A", a.Withdrawn(on="2026-05-01", reason=REASON)), remark,
            ("p/A", Retracted(entry=2, reason=REASON)), A)],
        [PLAN, A, ("p/A", Erased(entry=1, texts=[BY, BY], reason=Sealed("ef" * 32)))] * 2,
    ):  # fmt: skip
        print_all(look([Line(e.index, encode(e)) for e in entries(*told)]))
