"""The commands of proof as a city, a neighbour and a journalist use them."""

import json
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import pytest
from proof_samples import CITY, DAY, FIGURE, LATER, PLAN, VECTORS, WITNESS, forked, signed, states

from bilan_ledger import Ledger, Order, PublishFigure, Qualify
from bilan_ledger.checkpoint import Checkpoint, PrivateKey, PublicKey
from bilan_ledger.cli import run, words

NAME = "bilan.exempleville.fr"


@pytest.fixture
def town(tmp_path, monkeypatch):
    """A folder with a ledger of eight entries, the city's key and a witness's key."""
    monkeypatch.chdir(tmp_path)
    for name in ("BILAN_LEDGER", "BILAN_ARCHIVE", "BILAN_KEY"):
        monkeypatch.delenv(name, raising=False)
    record([*PLAN, FIGURE], new=True)
    assert 0 == run(["key", "new", NAME, "--out", "city.key"])
    assert 0 == run(["key", "new", "temoin.example.org", "--witness", "--out", "witness.key"])
    return tmp_path


def record(orders, *, new=False):
    if new:
        Ledger.create("town.ledger").close()
    with Ledger.open("town.ledger", recorded_by="Service évaluation") as ledger:
        ledger.record_all(orders)


def bilan(line, capsys):
    """Run a command line; return its exit code, output and error output."""
    capsys.readouterr()
    code = run(line.split() if isinstance(line, str) else line)
    done = capsys.readouterr()
    return code, done.out, done.err


def fine(line, capsys):
    code, out, err = bilan(line, capsys)
    assert 0 == code, (line, out, err)
    return out


def fails(line, capsys, code, *said):
    """A command fails with a code and one line that says all of this."""
    found, out, err = bilan(line, capsys)
    assert (code, "") == (found, out), (line, out, err)
    assert err.startswith("bilan: ")
    assert 1 == err.count("\n"), err
    for each in said:
        assert each in err, (each, err)
    return err


def french(monkeypatch):
    monkeypatch.setattr(words, "LANG", "fr")


def as_json(line, capsys):
    return json.loads(fine(f"{line} --json", capsys))


def verdicts(line, capsys, code=0):
    """What `bilan verify --json` says: each statement's verdict."""
    found, out, _ = bilan(f"verify {line} --json", capsys)
    assert code == found, out
    return {each["code"]: each["verdict"] for each in json.loads(out)["statements"]}


# --- keys ------------------------------------------------------------------------------------


def test_a_key_is_a_file_for_its_owner_alone(town, capsys):
    """Whatever the umask; the public key lies beside it, for all."""
    for name, kind in (("city.key", 1), ("witness.key", 4)):
        assert 0o600 == stat.S_IMODE((town / name).stat().st_mode)
        assert 0o044 == stat.S_IMODE((town / f"{name}.pub").stat().st_mode) & 0o044
        secret = PrivateKey.parse((town / name).read_text(encoding="utf-8"))
        assert kind == secret.kind
        assert f"{secret.public}\n" == (town / f"{name}.pub").read_text(encoding="utf-8")
        assert f"{secret.public}\n" == fine(f"key show {name}", capsys).replace("\n", "") + "\n"
    code = "import os; os.umask(0); from bilan_ledger.cli import main; main()"
    command = [sys.executable, "-c", code, "key", "new", "x", "-o", "open.key"]
    assert 0 == subprocess.run(command, check=False, capture_output=True, cwd=town).returncode
    assert 0o600 == stat.S_IMODE((town / "open.key").stat().st_mode)


def test_no_key_file_is_ever_overwritten(town, capsys):
    """Neither the secret nor the public one, through no link; and nothing half is left."""
    before = (town / "city.key").read_bytes(), (town / "city.key.pub").read_bytes()
    fails("key new autre.fr -o city.key", capsys, 5, "city.key")
    assert before == ((town / "city.key").read_bytes(), (town / "city.key.pub").read_bytes())
    (town / "lone.key.pub").write_text("mine", encoding="utf-8")
    fails("key new autre.fr -o lone.key", capsys, 5, "lone.key.pub")
    assert not (town / "lone.key").exists()
    assert "mine" == (town / "lone.key.pub").read_text(encoding="utf-8")
    for link, target in (("a.key", "city.key"), ("b.key.pub", "witness.key"), ("c.key", "nowhere")):
        (town / link).symlink_to(target)
        fails(f"key new autre.fr -o {link.removesuffix('.pub')}", capsys, 5, link)
    assert not (town / "nowhere").exists()
    assert not (town / "b.key").exists()
    fails("key new autre.fr -o no/such/folder.key", capsys, 5)


@pytest.mark.parametrize("name", ["two words", "a+b", "a\u200bb", ""])
def test_names_that_are_none(town, capsys, name):
    """A key's name has no blank, no plus sign and nothing invisible."""
    fails(["key", "new", name, "-o", "x.key"], capsys, 2, "name")
    assert not (town / "x.key").exists()


def test_the_secret_is_in_no_output(town, capsys, monkeypatch):
    """Of any command, right or wrong, in either language, in any file: not eight letters of it."""
    secret = (town / "city.key").read_text(encoding="utf-8")
    seed = PrivateKey.parse(secret)
    record(LATER)
    shutil.copy("city.key", "city.zip")
    lines = [
        ["key", "show", "city.key"],
        ["key", "show", "city.key.pub"],
        ["key", "show", secret],
        ["checkpoint", "--key", "city.key"],
        ["checkpoint", "--key", secret.strip()],
        ["checkpoint", "--key", secret],
        ["checkpoint", "--key", "city.key.pub"],
        ["checkpoint", "--add", "city.key"],
        ["checkpoint", "--add", "town.archive/checkpoints/10", "--signer", "city.key"],
        ["checkpoint", "--add", "town.archive/checkpoints/10", "--signer", secret.strip()],
        ["cosign", "city.key", "--key", "witness.key", "--log-key", "city.key.pub", "-o", "x"],
        ["cosign", "town.archive/checkpoints/10", "--key", "city.key", "--log-key",
         "city.key.pub", "-o", "x"],
        ["cosign", "town.archive/checkpoints/10", "--key", "witness.key", "--log-key", "city.key",
         "-o", "x"],
        ["cosign", "town.archive/checkpoints/10", "--key", "witness.key", "--log-key",
         "city.key.pub", "--entries", "city.key", "-o", "x"],
        ["prove", "demo", "-o", "proof.zip"],
        ["prove", "demo", "-o", "proof-folder"],
        ["prove", "demo", "--at", "city.key", "-o", "other.zip"],
        ["verify", "proof.zip", "--key", "city.key"],
        ["verify", "proof.zip", "--key", secret.strip()],
        ["verify", "proof.zip", "--key", "city.key.pub", "--tsa", "city.key"],
        ["verify", "city.key"],
        ["verify", "city.zip", "--key", "city.key.pub"],
        ["audit", "--key", "city.key"],
        ["audit", "--checkpoint", "city.key", "--report", "page.html", "--sarif", "page.sarif"],
        ["audit", "city.key"],
        ["figure", "demo", "--known", "checkpoint:city.key"],
        ["timestamp", "request", "city.key", "-o", "x.tsq"],
        ["timestamp", "add", "city.key", "--size", "10", "--tsa", "city.key"],
        ["key", "new", "autre.fr", "-o", "city.key"],
        ["key", "new", secret.strip(), "-o", "x.key"],
    ]  # fmt: skip
    printed = ""
    for lang in ("fr", "en"):
        monkeypatch.setattr(words, "LANG", lang)
        for line in lines:
            for more in ([], ["--json"]):
                code, out, err = bilan([*line, *more], capsys)
                assert 70 != code, (line, err)
                printed += out + err
    written = {
        path: path.read_bytes()
        for path in town.rglob("*")
        if path.is_file() and path.name not in {"city.key", "city.zip"}
    }
    encoded = b64encode(bytes([seed.kind]) + seed.seed).decode()
    forms = [encoded, seed.seed.hex(), b64encode(seed.seed).decode(), repr(seed.seed)[2:-1]]
    for form in forms:
        for start in range(2, len(form) - 8, 4):
            piece = form[start : start + 8]
            assert piece not in printed, piece
            assert not [p for p, data in written.items() if piece.encode() in data], piece
    assert [] == [path for path, data in written.items() if seed.seed in data]
    assert str(seed.public) in printed


# --- checkpoints -----------------------------------------------------------------------------


def test_a_checkpoint_is_signed_kept_and_listed(town, capsys):
    """What is printed is the note itself, ready to be published; signing again changes nothing."""
    code, out, err = bilan("checkpoint --key city.key", capsys)
    kept = town / "town.archive" / "checkpoints" / "8"
    assert (0, kept.read_text(encoding="utf-8")) == (code, out)
    assert str(kept.relative_to(town)) in err.replace("\n", "")
    note = Checkpoint.parse(out)
    key = PublicKey.parse((town / "city.key.pub").read_text(encoding="utf-8"))
    assert (NAME, 8, (key,)) == (note.origin, note.size, note.verified_by_log([key]).by_log)
    assert out == fine("checkpoint --key city.key", capsys)
    record(LATER)
    fine("checkpoint --key city.key", capsys)
    assert [8, 10] == [each["size"] for each in as_json("checkpoint", capsys)]
    assert "bilan.exempleville.fr" in fine("checkpoint", capsys)
    assert 0 == bilan("audit --today 2024-03-02", capsys)[0] % 6


def test_an_empty_ledger_can_be_signed(tmp_path, monkeypatch, capsys):
    """Nothing can be proved from it, and nothing breaks."""
    monkeypatch.chdir(tmp_path)
    fine("init town.ledger", capsys)
    fine(f"key new {NAME} -o city.key", capsys)
    note = Checkpoint.parse(fine("checkpoint --key city.key", capsys))
    assert (0, "e3b0c44298fc1c14") == (note.size, note.root.hex()[:16])
    record(PLAN)
    fine("checkpoint --key city.key", capsys)


@pytest.mark.parametrize("change", ["entry", "fork", "shorter"])
def test_a_rewritten_history_is_never_signed(town, capsys, monkeypatch, change):
    """An entry changed in the file, another continuation, or entries gone: refused, saying why."""
    fine("checkpoint --key city.key", capsys)
    if change == "entry":
        with closing(sqlite3.connect("town.ledger", isolation_level=None)) as file:
            for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
                file.execute(f'DROP TRIGGER "{name}"')
            table = file.execute(
                "SELECT name FROM sqlite_master WHERE sql LIKE '%originator_version%' AND "
                "type='table'"
            ).fetchone()[0]
            done = file.execute(
                f"UPDATE {table} SET state=CAST(replace(CAST(state AS TEXT), 'crèche', 'CRECHE') "
                "AS BLOB)"
            )
            assert done.rowcount
    else:
        for path in Path().glob("town.ledger*"):
            path.unlink()
        record([*PLAN, FIGURE, *LATER] if change == "fork" else PLAN, new=True)
    if change == "entry":
        record(LATER)
    before = sorted((town / "town.archive").rglob("*"))
    said = fails("checkpoint --key city.key", capsys, 2, "first 8 entries", "history was rewritten")
    assert "another ledger" in said
    french(monkeypatch)
    fails("checkpoint --key city.key", capsys, 2, "8 premières écritures", "réécrit")
    assert before == sorted((town / "town.archive").rglob("*"))


def test_one_ledger_has_one_name(town, capsys, monkeypatch):
    """Under another name the proofs of growth would break: refused, with what to do."""
    fine("checkpoint --key city.key", capsys)
    fine("key new autre.exempleville.fr -o new.key", capsys)
    fails("checkpoint --key new.key", capsys, 2, NAME, "bilan key new bilan.exempleville.fr")
    french(monkeypatch)
    fails("checkpoint --key new.key", capsys, 2, f"portent le nom {NAME}")
    fails("checkpoint --key witness.key", capsys, 2, "bilan cosign")


def test_a_key_is_rotated(town, capsys):
    """Both sign the last old checkpoint; the new one goes on; each key verifies what it signed."""
    fine("checkpoint --key city.key", capsys)
    fine(f"key new {NAME} -o next.key", capsys)
    note = Checkpoint.parse(fine("checkpoint --key next.key", capsys))
    assert [NAME, NAME] == [each.name for each in note.signatures]
    record(LATER)
    fine("checkpoint --key next.key", capsys)
    fine("prove demo -o proof.zip", capsys)
    told = verdicts("proof.zip --key next.key.pub", capsys)
    assert ("proven", "proven") == (told["signed"], told["extended"])
    assert "disproved" == verdicts("proof.zip --key city.key.pub", capsys, 1)["signed"]


# --- witnesses -------------------------------------------------------------------------------


def cosign(note, out, *more):
    return ["cosign", note, "--key", "witness.key", "--log-key", "city.key.pub", "-o", out, *more]


def test_a_neighbour_cosigns_and_the_bundle_is_witnessed(town, capsys, monkeypatch):
    """The city signs, the neighbour cosigns, the city takes it in, the journalist is told."""
    Path("public.note").write_text(fine("checkpoint --key city.key", capsys), encoding="utf-8")
    assert "8 entries cosigned" in fine(cosign("public.note", "cosigned.note"), capsys)
    # Without the witness's key its signature is not kept, and that is said.
    code, out, err = bilan("checkpoint --add cosigned.note", capsys)
    assert (0, 1) == (code, len(Checkpoint.parse(out).signatures))
    assert "temoin.example.org" in err
    assert "--signer" in err
    out = fine("checkpoint --add cosigned.note --signer witness.key.pub", capsys)
    assert [NAME, "temoin.example.org"] == [s.name for s in Checkpoint.parse(out).signatures]
    record(LATER)
    fine("checkpoint --key city.key", capsys)
    fine("prove demo -o proof.zip", capsys)
    told = verdicts("proof.zip --key city.key.pub --key witness.key.pub", capsys)
    assert {
        "signed": "proven", "entries": "proven", "extended": "proven", "rules": "proven",
        "figure": "proven", "witnessed": "proven", "dated": "proven", "truth": "not-proven",
    } == told  # fmt: skip
    told = verdicts("proof.zip --key city.key.pub", capsys)
    assert ("not-proven", "not-proven") == (told["witnessed"], told["dated"])
    french(monkeypatch)
    told = fine("verify proof.zip --key city.key.pub --key witness.key.pub", capsys)
    assert "temoin.example.org a contresigné" in told
    assert "Tout ce qui peut être vérifié tient." in told


def test_a_witness_cosigns_what_only_grew(town, capsys):
    """The second time it asks for the entries, and goes on from there."""
    Path("1.note").write_text(fine("checkpoint --key city.key", capsys), encoding="utf-8")
    fine(cosign("1.note", "1.cosigned"), capsys)
    record(LATER)
    Path("2.note").write_text(fine("checkpoint --key city.key", capsys), encoding="utf-8")
    fails(cosign("2.note", "2.cosigned"), capsys, 2, "8 entries", "--entries")
    assert not Path("2.cosigned").exists()
    fine("export log.jsonl", capsys)
    fine(cosign("2.note", "2.cosigned", "--entries", "log.jsonl"), capsys)
    seen = Checkpoint.parse(Path("witness.key.seen").read_bytes())
    assert (10, Path("2.cosigned").read_bytes()) == (seen.size, str(seen).encode())
    fails(cosign("1.note", "1.again", "--entries", "log.jsonl"), capsys, 2, "older", "10")
    fine(cosign("2.note", "2.again"), capsys)  # the same one again needs no entries
    fails(cosign("2.note", "2.again"), capsys, 5, "2.again")
    for short in (9, 8, 0):
        lines = Path("log.jsonl").read_bytes().splitlines(keepends=True)
        Path("short.jsonl").write_bytes(b"".join(lines[:short]))
        Path("witness.key.seen").write_bytes(Path("1.cosigned").read_bytes())
        said = fails(cosign("2.note", "x", "--entries", "short.jsonl"), capsys, 2)
        assert "history was rewritten" in said
        assert not Path("x").exists()


def test_a_witness_signs_for_the_city_s_key_only(town, capsys):
    """Not what another key signed, under any name, and not with the wrong kind of key."""
    note = fine("checkpoint --key city.key", capsys)
    Path("city.note").write_text(note, encoding="utf-8")
    fine(f"key new {NAME} -o false.key", capsys)
    false = PrivateKey.parse(Path("false.key").read_text(encoding="utf-8"))
    point = Checkpoint.parse(note)
    unsigned = Checkpoint(point.origin, point.size, point.root)
    Path("false.note").write_text(str(unsigned.signed_by(false)), encoding="utf-8")
    city = PrivateKey.parse(Path("city.key").read_text(encoding="utf-8"))
    foreign = Checkpoint("autre.fr", point.size, point.root).signed_by(city)
    Path("foreign.note").write_text(str(foreign), encoding="utf-8")
    fails(cosign("false.note", "x"), capsys, 2, "none of the given keys")
    fails(cosign("foreign.note", "x"), capsys, 2, "autre.fr itself")
    wrong = cosign("city.note", "x")
    wrong[wrong.index("city.key.pub")] = "witness.key.pub"
    fails(wrong, capsys, 2, "none of the given keys")
    wrong = cosign("city.note", "x")
    wrong[wrong.index("witness.key")] = "city.key"
    fails(wrong, capsys, 2, "not a witness")
    assert not Path("x").exists()
    assert not Path("witness.key.seen").exists()


def test_one_witness_key_serves_one_ledger(town, capsys):
    """A second city is refused, by name."""
    Path("city.note").write_text(fine("checkpoint --key city.key", capsys), encoding="utf-8")
    fine(cosign("city.note", "cosigned"), capsys)
    fine("key new bilan.voisineville.fr -o other.key", capsys)
    other = PrivateKey.parse(Path("other.key").read_text(encoding="utf-8"))
    Path("other.note").write_text(
        str(Checkpoint(other.name, 8, bytes(32)).signed_by(other)), encoding="utf-8"
    )
    wrong = cosign("other.note", "x")
    wrong[wrong.index("city.key.pub")] = "other.key.pub"
    fails(wrong, capsys, 2, NAME, "one witness key a ledger")


def test_what_a_witness_remembers_is_on_disk_before_it_signs(town, capsys, monkeypatch):
    """A signature that cannot be written is remembered; without remembering, none leaves."""
    Path("city.note").write_text(fine("checkpoint --key city.key", capsys), encoding="utf-8")
    fails(cosign("city.note", "no/such/folder"), capsys, 5)
    assert 8 == Checkpoint.parse(Path("witness.key.seen").read_bytes()).size
    Path("witness.key.seen").unlink()
    Path("witness.key.seen.new").write_text("another is under way", encoding="utf-8")
    fails(cosign("city.note", "x"), capsys, 5, "witness.key.seen.new")
    assert (False, False) == (Path("x").exists(), Path("witness.key.seen").exists())
    Path("witness.key.seen.new").unlink()
    Path("witness.key.seen").write_text("damaged", encoding="utf-8")
    fails(cosign("city.note", "x"), capsys, 2, "not a checkpoint")
    assert not Path("x").exists()
    assert not Path("witness.key.seen.new").exists()
    assert "damaged" == Path("witness.key.seen").read_text(encoding="utf-8")
    # A link is replaced, never written through.
    Path("witness.key.seen").unlink()
    Path("precious").write_bytes(Path("city.note").read_bytes())
    Path("witness.key.seen").symlink_to("precious")
    fine(cosign("city.note", "x"), capsys)
    assert Path("precious").read_bytes() == Path("city.note").read_bytes()
    assert not Path("witness.key.seen").is_symlink()


def two_towns(tmp_path, capsys):
    """The folders of one city that shows two logs, each with a checkpoint of its own; one key."""
    forked(tmp_path)
    notes = []
    (tmp_path / "city.key").write_text(CITY.secret(), encoding="utf-8")
    (tmp_path / "city.key.pub").write_text(f"{CITY.public}\n", encoding="utf-8")
    (tmp_path / "witness.key").write_text(WITNESS.secret(), encoding="utf-8")
    (tmp_path / "witness.key.pub").write_text(f"{WITNESS.public}\n", encoding="utf-8")
    for name in ("shown", "hidden"):
        common = f"--ledger {name}.ledger"
        note = fine(f"checkpoint --key city.key {common}", capsys)
        Path(f"{name}.note").write_text(note, encoding="utf-8")
        fine(f"export {name}.jsonl {common}", capsys)
        notes.append(note)
    return notes


def test_a_fork_is_told_apart_by_one_cosignature(tmp_path, monkeypatch, capsys):
    """The witness of one refuses the other; the bundle of the other is not witnessed."""
    monkeypatch.chdir(tmp_path)
    one, two = two_towns(tmp_path, capsys)
    assert Checkpoint.parse(one).size == Checkpoint.parse(two).size == 10
    fine(cosign("shown.note", "shown.cosigned"), capsys)
    fails(cosign("hidden.note", "x"), capsys, 2, "10 entries", "history was rewritten", ".seen")
    french(monkeypatch)
    fails(cosign("hidden.note", "x"), capsys, 2, "réécrit entre les deux")
    monkeypatch.setattr(words, "LANG", "en")
    # A longer log on the other branch is refused by its entries.
    with Ledger.open("hidden.ledger", recorded_by="x") as ledger:
        ledger.record_all([Order("demo/A", Qualify(on="2024-01-01", qualifier="late"))])
    fine("checkpoint --key city.key --ledger hidden.ledger", capsys)
    Path("longer.note").write_bytes(Path("hidden.archive/checkpoints/11").read_bytes())
    fine("export longer.jsonl --ledger hidden.ledger", capsys)
    fails(cosign("longer.note", "x", "--entries", "longer.jsonl"), capsys, 2, "history was")
    fails(cosign("longer.note", "x", "--entries", "shown.jsonl"), capsys, 2, "history was")
    assert not Path("x").exists()
    # The cosigned note is taken in by the one, and refused by the other.
    add = "checkpoint --add shown.cosigned --signer witness.key.pub --signer city.key.pub"
    fine(f"{add} --ledger shown.ledger", capsys)
    fails(f"{add} --ledger hidden.ledger", capsys, 2, "history was rewritten")
    for name, witnessed in (("shown", "proven"), ("hidden", "not-proven")):
        fine(f"prove demo -o {name}.zip --ledger {name}.ledger", capsys)
        told = verdicts(f"{name}.zip --key city.key.pub --key witness.key.pub", capsys)
        assert ("proven", "proven", witnessed) == (
            told["signed"], told["figure"], told["witnessed"],
        )  # fmt: skip
    # An audit of each against the cosigned note.
    for name, expected in (("shown", set()), ("hidden", {"tree-mismatch", "checkpoint-fork"})):
        line = f"audit {name}.ledger --checkpoint shown.cosigned --today 2024-03-02 --json"
        code, out, _ = bilan(line, capsys)
        found = {each["code"] for each in json.loads(out)["findings"]}
        assert expected == found & {"tree-mismatch", "checkpoint-fork", "signature-not-log"}
        assert (code == 1) == bool(expected)


def test_many_cosignatures_at_once_sign_one_history(tmp_path, monkeypatch, capsys):
    """Two forks offered to one witness at the same moments: only one of them is ever signed."""
    monkeypatch.chdir(tmp_path)
    two_towns(tmp_path, capsys)
    codes = {}

    def ask(name):
        for number in range(6):
            codes[name, number] = run(cosign(f"{name}.note", f"{name}.{number}.cosigned"))

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("shown", "hidden")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    signed_ = {path.name.partition(".")[0] for path in tmp_path.glob("*.cosigned")}
    assert 1 == len(signed_)
    seen = Checkpoint.parse(Path("witness.key.seen").read_bytes())
    note = Path(f"{signed_.pop()}.note").read_text(encoding="utf-8")
    assert seen.text == Checkpoint.parse(note).text
    assert set(codes.values()) <= {0, 2, 5}


def test_only_what_is_of_this_ledger_is_taken_in(town, capsys):
    """Not another city's note, though its witness is known; not one of a fork; not a forgery."""
    fine("checkpoint --key city.key", capsys)
    fine(cosign("town.archive/checkpoints/8", "cosigned"), capsys)
    fine("checkpoint --add cosigned --signer witness.key.pub", capsys)
    witness = PrivateKey.parse(Path("witness.key").read_text(encoding="utf-8"))
    city = PrivateKey.parse(Path("city.key").read_text(encoding="utf-8"))
    before = {path: path.read_bytes() for path in Path("town.archive").rglob("*") if path.is_file()}
    other = Checkpoint("bilan.voisineville.fr", 5, bytes(32))
    for note, said in (
        (other.signed_by(witness, seconds=DAY), "itself"),
        (Checkpoint(NAME, 5, bytes(32)).signed_by(witness, seconds=DAY), "itself"),
        (Checkpoint(NAME, 5, bytes(32)).signed_by(city), "history was rewritten"),
        (Checkpoint(NAME, 8, bytes(32)).signed_by(city), "history was rewritten"),
        (Checkpoint(NAME, 99, bytes(32)).signed_by(city), "history was rewritten"),
        (Checkpoint(NAME, 8, bytes(32), signatures=Checkpoint.parse(
            Path("cosigned").read_bytes()).signatures), "does not hold"),
    ):  # fmt: skip
        Path("bad.note").write_text(str(note), encoding="utf-8")
        fails("checkpoint --add bad.note", capsys, 2, said)
    after = {path: path.read_bytes() for path in Path("town.archive").rglob("*") if path.is_file()}
    assert before == after


def test_a_forged_cosignature_does_not_stay_in_the_archive(town, capsys):
    """Of an unknown witness it is left out; once its key is known, only the real one is kept."""
    fine("checkpoint --key city.key", capsys)
    note = Checkpoint.parse(Path("town.archive/checkpoints/8").read_bytes())
    forged = note.signed_by(PrivateKey(WITNESS.name, 4, WITNESS.seed), seconds=DAY).signatures[-1]
    lie = f"{note}— {WITNESS.name} {b64encode(WITNESS.public.id + bytes(72)).decode()}\n"
    assert 2 == len(Checkpoint.parse(lie).signatures)
    Path("lie.note").write_text(lie, encoding="utf-8")
    fine("checkpoint --add lie.note", capsys)
    assert 1 == len(Checkpoint.parse(Path("town.archive/checkpoints/8").read_bytes()).signatures)
    fails(f"checkpoint --add lie.note --signer {WITNESS.public}", capsys, 2, "does not hold")
    Path("good.note").write_text(f"{note}{forged}", encoding="utf-8")
    fine(f"checkpoint --add good.note --signer {WITNESS.public}", capsys)
    kept = Checkpoint.parse(Path("town.archive/checkpoints/8").read_bytes())
    assert [NAME, WITNESS.name] == [each.name for each in kept.signatures]


# --- known -----------------------------------------------------------------------------------

ASKING = (
    "figure demo --on 2024-12-31",
    "figure demo --on 2024-12-31 --by axis",
    "show demo",
    "show demo/B",
    "replay demo",
    "replay demo --as-published",
    "explain demo --from 2021-01-01 --to 2024-12-31",
    "reconcile demo",
)


@pytest.mark.parametrize("line", ASKING)
def test_a_checkpoint_is_a_point_of_knowledge(town, capsys, line):
    """`--known checkpoint:FILE` answers as `--known 7` does for its eight entries."""
    fine("checkpoint --key city.key", capsys)
    record(LATER)
    now = bilan(f"{line} --json", capsys)
    then = bilan(f"{line} --known 7 --json", capsys)
    found = bilan(f"{line} --known checkpoint:town.archive/checkpoints/8 --json", capsys)
    assert then == found
    assert 0 == found[0]
    if "reconcile" not in line and "as-published" not in line:
        assert now != found
    Path("foreign.note").write_text(
        str(Checkpoint(NAME, 8, bytes(32)).signed_by(CITY)), encoding="utf-8"
    )
    fails(f"{line} --known checkpoint:foreign.note", capsys, 2, "not those of this checkpoint")
    fails(f"{line} --known checkpoint:none.note", capsys, 4, "none.note")
    fails(f"{line} --known checkpoint:town.ledger", capsys, 2, "not a checkpoint")


def test_explain_between_two_checkpoints(town, capsys):
    """`--known-from` takes one too."""
    fine("checkpoint --key city.key", capsys)
    record(LATER)
    fine("checkpoint --key city.key", capsys)
    line = "explain demo --from 2024-12-31 --to 2024-12-31 --json"
    points = "--known-from checkpoint:town.archive/checkpoints/8 --known"
    assert fine(f"{line} --known-from 7 --known 9", capsys) == fine(
        f"{line} {points} checkpoint:town.archive/checkpoints/10", capsys
    )


def test_a_foreign_checkpoint_is_refused_in_both_languages(town, capsys, monkeypatch):
    """It is another ledger, or history was rewritten: said so."""
    with Ledger.in_memory(recorded_by="x") as ledger:
        ledger.record_all(PLAN)
        Path("other.note").write_text(str(signed(states(ledger), 5)), encoding="utf-8")
    line = "figure demo --known checkpoint:other.note"
    assert (
        "bilan: the first 5 entries of this ledger are not those of this checkpoint: it is another "
        "ledger, or history was rewritten.\n"
    ) == fails(line, capsys, 2)
    french(monkeypatch)
    assert (
        "bilan: les 5 premières écritures de ce registre ne sont pas celles de ce point de "
        "contrôle : c'est un autre registre, ou l'historique a été réécrit.\n"
    ) == fails(line, capsys, 2)


# --- prove -----------------------------------------------------------------------------------


def test_what_is_proved_is_the_first_checkpoint_that_covers_the_figure(town, capsys):
    """Not an earlier one, and not the newest; without one, what to do is said."""
    fails("prove demo -o proof.zip", capsys, 4, "bilan checkpoint --key")
    fine("checkpoint --key city.key", capsys)
    record(LATER)
    fine("checkpoint --key city.key", capsys)
    made = as_json("prove demo -o proof.zip", capsys)
    assert {"file": "proof.zip", "publication": 8, "now": 10} == made
    for figure in ("7", "demo#2"):
        Path("again.zip").unlink(missing_ok=True)
        fine(["prove", figure, "-o", "again.zip"], capsys)
        assert Path("proof.zip").read_bytes() == Path("again.zip").read_bytes()
    fails("prove demo -o proof.zip", capsys, 5, "proof.zip")
    for figure in ("6", "demo#1", "autre", "demo#x"):
        fails(["prove", figure, "-o", "x.zip"], capsys, 4, figure)
    at = as_json("prove demo -o at.zip --at town.archive/checkpoints/10", capsys)
    assert (10, 10) == (at["publication"], at["now"])
    Path("town.archive/keys").rename("away")
    fails("prove demo -o none.zip", capsys, 2, "none of the given keys")
    assert not Path("none.zip").exists()


def test_exit_codes_of_verify(town, capsys, monkeypatch):
    """0 proved under a given key, 6 with the bundle's own, 1 wrong, 2 no bundle, 4 not there."""
    fine("checkpoint --key city.key", capsys)
    fine("prove demo -o proof.zip", capsys)
    fine("prove demo --plan-only -o part", capsys)
    fine("key new autre.fr -o other.key", capsys)
    for line, expected in (
        ("proof.zip --key city.key.pub", 0), ("part --key city.key.pub", 0), ("proof.zip", 6),
        ("part", 6), ("proof.zip --key other.key.pub", 1), ("none.zip", 4), ("town.ledger", 2),
        ("town.archive", 2),
    ):  # fmt: skip
        assert expected == bilan(f"verify {line}", capsys)[0], line
    french(monkeypatch)
    out = fine("verify proof.zip --key city.key.pub", capsys)
    assert "PROUVÉ : Le point de contrôle" in out
    assert "NON PROUVÉ : Qu'une écriture soit vraie" in out.replace("\n", " ")
    code, out, _ = bilan("verify proof.zip --key other.key.pub", capsys)
    assert (1, True) == (code, "FAUX : La signature du point de contrôle ne tient pas" in out)


def test_an_audit_of_a_bundle_tells_what_its_verification_finds(town, capsys):
    """Of a whole one and of a part: no false alarm, and what is wrong in its other files too."""
    again = Order("demo", PublishFigure(percentage="67", of=3, on="2023-12-31"))
    record([Order("other", PLAN[0].command), again])  # so that the part has a hole
    fine("checkpoint --key city.key", capsys)
    record(LATER)
    fine("checkpoint --key city.key", capsys)
    fine("prove demo -o whole", capsys)
    fine("prove demo --plan-only -o part", capsys)

    def errors(line, code):
        found, out, _ = bilan(f"audit {line} --key city.key.pub --today 2024-03-02 --json", capsys)
        told = json.loads(out)["findings"]
        assert code == found, told
        return {each["code"] for each in told if each["severity"] == "error"}

    assert (set(), set()) == (errors("whole", 6), errors("part", 6))  # no evidence is shown
    note = Checkpoint(NAME, 8, bytes(32)).signed_by(CITY)
    Path("foreign.note").write_text(str(note), encoding="utf-8")
    wrong = {"tree-mismatch", "signature-wrong"}  # by another key under the name of the log
    assert wrong == errors("whole --checkpoint foreign.note", 1)
    fails("audit part --checkpoint foreign.note", capsys, 2, "only part")
    for name, text, expected in (
        ("proof.json", "{}\n", "claims-differ"),
        ("consistency.txt", "", "consistency-wrong"),
        ("keys.txt", "", "bundle-form"),
        ("now.checkpoint", "x", "bundle-form"),
    ):
        for folder in ("whole", "part"):
            before = Path(folder, name).read_bytes()
            Path(folder, name).write_text(text, encoding="utf-8")
            assert expected in errors(folder, 1), (folder, name)
            Path(folder, name).write_bytes(before)


def test_the_public_vectors_are_no_bundle(capsys):
    """Whatever file is given: one line."""
    files = [path for path in sorted(VECTORS.rglob("*")) if path.is_file()][::40]
    if not files:
        pytest.skip("the public vectors are not here")
    for path in files:
        assert 2 == bilan(["verify", str(path)], capsys)[0]


def test_the_words_stand_in_both_languages():
    """What the new sentences say, and that they are not the same."""
    for code in ("signatures-left", "cosigned", "entries-missing", "other-origin"):
        assert len(set(words.WORDS[code])) == 2
    assert re.search("--signer", words.WORDS["signatures-left"][0])
