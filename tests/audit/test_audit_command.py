"""`bilan audit` as an auditor and a CI job run it: sources, exit codes, JSON, SARIF, the page."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from html.parser import HTMLParser

import pytest
from audit_samples import (
    BY,
    KEY,
    OTHER,
    PLAN,
    TERMS,
    TODAY,
    A,
    B,
    big,
    entries,
    lines,
    look,
    note,
    point,
)

pytest.importorskip("cryptography")

from bilan_ledger import Engage, Evidence, Ledger, Propose, PublishFigure, Realise
from bilan_ledger import action as a
from bilan_ledger import plan as p
from bilan_ledger.archive import Archive
from bilan_ledger.audit import KINDS
from bilan_ledger.audit.bundle import prove
from bilan_ledger.cli import run, words
from bilan_ledger.formats.findings import sarif
from bilan_ledger.report.audit_page import page
from bilan_ledger.transfer import export_log
from bilan_ledger.wire import Line

ON = ["--today", "2026-06-01"]
HOSTILE = "<script>alert(1)</script> & \"x\" 'y' ]]> --> </main>"


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """An empty folder to work in, and English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(words, "LANG", "en")
    monkeypatch.delenv("BILAN_LEDGER", raising=False)
    return tmp_path


@pytest.fixture
def town(place):
    """A ledger with a figure that agrees, its checkpoint, its key, its export and its bundles."""
    with big("town.ledger", 60) as ledger:
        ledger.record("p", PublishFigure(percentage="100", of=5, on="2025-12-01"))
        archive = Archive.beside("town.ledger")
        now = ledger.checkpoint(KEY.name).signed_by(KEY)
        archive.keep(now)
        archive.keep_key(KEY.public)
        export_log(ledger, "ledger.jsonl")
        figure = ledger.entries()[-1]
        made = prove(list(ledger.lines()), figure, now, now, keys=[KEY.public])
        part = prove(list(ledger.lines()), figure, now, now, keys=[KEY.public], plan_only=True)
    made.write("proof.zip")
    made.write("proof")
    part.write("part.zip")
    (place / "key.pub").write_text(f"{KEY.public}\n", encoding="utf-8")
    (place / "other.pub").write_text(f"{OTHER.public}\n", encoding="utf-8")
    shutil.copy("town.archive/checkpoints/61", "note")
    return place


def bilan(*args, capsys):
    """Run `bilan audit`; return its exit code, what it printed and what it said of errors."""
    capsys.readouterr()
    code = run(["audit", *args, *ON])
    done = capsys.readouterr()
    return code, done.out, done.err


def codes(*args, capsys):
    """Return the exit code of an audit and its findings' codes."""
    code, out, err = bilan(*args, "--json", capsys=capsys)
    assert "" == err
    return code, sorted({each["code"] for each in json.loads(out)["findings"]})


FIGURE = "figure-contradicted"  # of this town: 5 of 5 where the ledger has 8 of 8


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["town.ledger"], {"key-own"}),
        (["town.ledger", "--key", "key.pub"], set()),
        (["town.ledger", "--key", str(KEY.public)], set()),
        (["town.ledger", "--key", "other.pub"], {"signature-unknown"}),
        (["town.ledger", "--archive", "none"], {"checkpoint-none"}),
        (["town.ledger", "--archive", "none", "--checkpoint", "note"], {"signature-unchecked"}),
        (["ledger.jsonl"], {"checkpoint-none"}),
        (["ledger.jsonl", "--checkpoint", "note", "--key", "key.pub"], set()),
        (["ledger.jsonl", "--checkpoint", "note"], {"signature-unchecked"}),
        (["proof.zip"], {"signature-unchecked"}),
        (["proof.zip", "--key", "key.pub"], set()),
        (["proof", "--key", "key.pub"], set()),
        (["part.zip", "--key", "key.pub"], set()),
    ],
)
def test_every_source(town, capsys, args, expected):
    """A ledger, an exported file, a bundle as zip and as folder: one log, one audit."""
    code, found = codes(*args, capsys=capsys)
    assert (1, sorted({*expected, FIGURE})) == (code, found)


def test_the_ledger_of_this_folder_and_of_the_environment(town, capsys, monkeypatch):
    """As all commands find it."""
    assert (1, ["figure-contradicted", "key-own"]) == codes(capsys=capsys)
    shutil.copy("town.ledger", "other.ledger")
    assert 2 == bilan(capsys=capsys)[0]
    monkeypatch.setenv("BILAN_LEDGER", "town.ledger")
    assert (1, ["figure-contradicted", "key-own"]) == codes(capsys=capsys)


def test_a_ledger_under_any_name(town, capsys):
    """What it is, and not how it is called, says how it is read."""
    shutil.copy("town.ledger", "town.db")
    shutil.copytree("town.archive", "db.archive")
    assert (1, [FIGURE, "key-own"]) == codes("town.db", capsys=capsys)


def test_the_database_server(postgres_url, place, capsys):
    """Its password is printed nowhere."""
    Ledger.create(postgres_url).close()
    with Ledger.open(postgres_url, recorded_by="x") as ledger:
        ledger.record("p", p.CreatePlan(terms=TERMS))
    address = postgres_url.replace("@", ":s3cret@", 1) if ":@" not in postgres_url else (
        postgres_url.replace(":@", ":s3cret@", 1))  # fmt: skip
    code, out, err = bilan(address, "--sarif", "a.sarif", "--report", "a.html", capsys=capsys)
    assert (0, "") == (code, err)
    told = out + (place / "a.sarif").read_text() + (place / "a.html").read_text()
    assert "s3cret" not in told
    assert "1 entries" in told


def record(ledger, *commands):
    ledger.record("p", p.CreatePlan(terms=TERMS))
    ledger.record("p/A", Propose(on="2026-01-01", title="Arbres"), *commands)


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        ([], 0),
        ([Engage(on="2026-01-02")], 0),
        ([Realise(on="2026-01-02", evidence=Evidence(title="PV"))], 0),
        ([Realise(on="2026-01-02")], 6),
    ],
)
def test_exit_codes(place, capsys, commands, code):
    """0 where nothing is worse than a notice, 6 for warnings; 1 for errors, above."""
    Ledger.create("a.ledger").close()
    with Ledger.open("a.ledger", recorded_by="x") as ledger:
        record(ledger, *commands)
    assert code == bilan(capsys=capsys)[0]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["missing.ledger"], 5, "missing.ledger"),
        (["missing.jsonl"], 4, "missing.jsonl"),
        (["missing.zip"], 4, "missing.zip"),
        (["ledger.jsonl", "--checkpoint", "missing"], 4, "missing"),
        (["ledger.jsonl", "--key", "missing"], 2, "key"),
        (["ledger.jsonl", "--key", "note"], 2, "key"),
        (["ledger.jsonl", "--sarif", "no/where"], 5, "no/where"),
        (["ledger.jsonl", "--report", "key.pub"], 5, "key.pub"),
        (["town.ledger", "other.ledger"], 2, "other.ledger"),
    ],
)
def test_what_cannot_be_audited(town, capsys, args, code, said):
    """One clear line, and nothing on the other side."""
    found, out, err = bilan(*args, capsys=capsys)
    assert (code, "") == (found, out)
    assert said in err
    assert 1 == err.count("\n")


def test_today_must_be_a_day(town, capsys):
    """An exact one."""
    capsys.readouterr()
    assert 2 == run(["audit", "town.ledger", "--today", "2026"])
    assert "2026" in capsys.readouterr().err


def test_today_decides_what_is_stale(place, capsys):
    """A year later nothing else has changed."""
    Ledger.create("a.ledger").close()
    with Ledger.open("a.ledger", recorded_by="x") as ledger:
        record(ledger)
        year = ledger.entries()[-1].recorded_at.utc.year
    later = run(["audit", "a.ledger", "--today", f"{year + 2}-01-01", "--json"])
    found = {each["code"] for each in json.loads(capsys.readouterr().out)["findings"]}
    assert (6, {"plan-stale", "checkpoint-none"}) == (later, found)


@pytest.mark.parametrize("source", ["proof.zip", "proof"])
def test_a_broken_bundle_is_a_finding(town, capsys, source):
    """Not a wrong command."""
    if source == "proof":
        (town / "proof" / "keys.txt").unlink()
    else:
        data = (town / "proof.zip").read_bytes()
        (town / "proof.zip").write_bytes(data[:100] + b"x" + data[101:])
    assert (1, ["bundle-form"]) == codes(source, "--key", "key.pub", capsys=capsys)
    assert (1, ["bundle-form"]) == codes("town.archive", capsys=capsys)


def test_a_damaged_key_in_the_archive_is_a_finding(town, capsys):
    """The signature then cannot be checked, which is said too."""
    [path] = (town / "town.archive" / "keys").glob("*.pub")
    path.write_bytes(b"\xff\xfe")
    assert (1, [FIGURE, "key-form", "signature-unchecked"]) == codes("town.ledger", capsys=capsys)


def test_a_ledger_whose_store_cannot_be_read(town, capsys):
    """As far as it can be read it is audited; the rest is one finding."""
    with closing(sqlite3.connect("town.ledger")) as file:
        file.executescript("DROP TABLE stored_events")
    assert (1, ["key-own", "log-shorter", "store-unreadable"]) == codes(
        "town.ledger", capsys=capsys
    )


# --- what is printed


def test_the_json(town, capsys):
    """Its members, whole."""
    code, out, _ = bilan("town.ledger", "--key", "key.pub", "--json", capsys=capsys)
    told = json.loads(out)
    with Ledger.open("town.ledger", read_only=True) as ledger:
        root = ledger.tree.root().hex()
    assert {
        "entries": 61,
        "root": root,
        "worst": "error",
        "findings": [
            {
                "code": "figure-contradicted",
                "severity": "error",
                "entry": 60,
                "subject": "p",
                "place": None,
                "facts": {"printed": "100 % / 5", "on": "2025-12-01", "ledger": "8/8"},
                "text": KINDS["figure-contradicted"].sentence[1].format(
                    subject="p", printed="100 % / 5", on="2025-12-01", ledger="8/8"
                ),
                "advice": KINDS["figure-contradicted"].advice[1],
            }
        ],
    } == told  # fmt: skip
    assert 1 == code


def test_the_sarif(town, capsys):
    """One run, a rule a code, a result a finding, on the line of its entry."""
    bilan("town.ledger", "--sarif", "a.sarif", capsys=capsys)
    told = json.loads((town / "a.sarif").read_text(encoding="utf-8"))
    assert "2.1.0" == told["version"]
    [one] = told["runs"]
    assert ["figure-contradicted", "key-own"] == [r["id"] for r in one["tool"]["driver"]["rules"]]
    assert [("figure-contradicted", 0, "error", 61), ("key-own", 1, "note", None)] == sorted(
        (
            r["ruleId"], r["ruleIndex"], r["level"],
            r["locations"][0]["physicalLocation"].get("region", {}).get("startLine"),
        )
        for r in one["results"]
    )  # fmt: skip


def test_a_place_in_the_sarif_is_an_address():
    """Spaces, accents and percent signs are written as an address writes them."""
    log = lines(PLAN)
    for source, uri in [
        ("mes données/100 %.jsonl", "mes%20donn%C3%A9es/100%20%25.jsonl"),
        ("C:\\villes\\a.jsonl", "C:%5Cvilles%5Ca.jsonl"),
        ("postgresql://localhost/town", "postgresql://localhost/town"),
    ]:
        [result] = sarif(look(log), source, "1")["runs"][0]["results"]
        assert uri == result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_the_console_in_two_languages(town, capsys, monkeypatch):
    """The gravest first, each with what to do; numbers that agree with their words."""
    _, out, _ = bilan("ledger.jsonl", capsys=capsys)
    starts = ["ERROR [figure-contradicted] p: ", "  → See ", "NOTICE [checkpoint-none] no",
              "  → Sign one "]  # fmt: skip
    told = out.splitlines()[1:-1]
    assert starts == [line[: len(start)] for start, line in zip(starts, told, strict=True)]
    monkeypatch.setattr(words, "LANG", "fr")
    _, out, _ = bilan("ledger.jsonl", capsys=capsys)
    assert out.startswith("ledger.jsonl : 61 écritures, racine ")
    assert "ERREUR [figure-contradicted] p : le chiffre publié 100 % / 5" in out
    assert out.endswith("Erreurs : 1. Alertes : 0. À noter : 1.\n")


def test_the_command_itself(town):
    """In a process of its own, in French, without a terminal's own encoding."""
    done = subprocess.run(
        [sys.executable, "-m", "bilan_ledger.cli", "audit", "ledger.jsonl", "--lang", "fr", *ON],
        capture_output=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "LC_ALL": "C"},
    )  # fmt: skip
    assert (1, b"") == (done.returncode, done.stderr)
    assert "À NOTER [checkpoint-none]" in done.stdout.decode()


# --- the page


class Page(HTMLParser):
    """Checks that tags close as they open; keeps the text and the tags that were seen."""

    VOID = ("meta",)

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.words = [], set(), []
        self.feed(html)
        self.close()
        assert [] == self.open

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name in {"src", "href"} or name.startswith("on")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag == self.open.pop()

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_is_well_formed_and_harmless(lang):
    """Whatever stands in titles, reasons and the name of the source."""
    piece = Evidence(title=HOSTILE, sha256="0" * 64)
    told = [PLAN, ("p/A", a.Proposed(on="2026-01-01", title=HOSTILE, evidence=piece)), B, B]
    log = [*lines(*told), Line(4, b'{"event":"<b>x</b>"}')]
    found = look(log, archive=Archive("none"))
    html = page(found, HOSTILE, TODAY, lang)
    made = Page(html)
    assert made.tags.isdisjoint({"script", "b", "img", "a", "iframe", "link"})
    assert HOSTILE in "".join(made.words)
    assert "default-src 'none'" in html
    for each in found.findings:
        assert each.text(lang) in made.words
    assert [BY] * 4 == [entry.recorded_by for entry in entries(*told)]


@pytest.mark.parametrize(
    ("signed", "keys", "verdict"),
    [
        (True, [KEY.public], "No error: the entries read are those that were signed"),
        (True, [], "No error, but no checkpoint signed with a key that you gave"),
        (True, [OTHER.public], "No error, but no checkpoint signed with a key that you gave"),
        (False, [], "No error, but no checkpoint signed with a key that you gave"),
    ],
)
def test_the_verdict_of_the_page(signed, keys, verdict):
    """It says no more than what was checked."""
    log = lines(PLAN, A)
    found = look(log, notes=[note(point(log))] if signed else [], keys=keys)
    assert verdict in page(found, "x", TODAY)


def test_a_clean_page_says_so():
    """Nothing to report, in both languages; an error weighs more than all else."""
    log = lines(PLAN, A)
    found = look(log, notes=[note(point(log))], keys=[KEY.public])
    assert "Nothing to report." in page(found, "x", TODAY)
    assert "Rien à signaler." in page(found, "x", TODAY, "fr")
    broken = look(lines(A))
    assert "Errors: 1. This ledger cannot be believed" in page(broken, "x", TODAY)
