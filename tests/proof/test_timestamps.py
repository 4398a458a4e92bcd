"""RFC 3161 timestamps: an authority is made here, asked, and held to its word.

The authority's certificates are made with `cryptography`, its answers by `openssl ts` where that
command is; another source are the answers in the public vectors.
"""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from proof_samples import (
    CITY,
    FIGURE,
    LONG,
    PLAN,
    VECTORS,
    WITNESS,
    bundle_of,
    codes,
    said,
    signed,
    small,
    verdicts,
    with_files,
)

pytest.importorskip("rfc3161_client")

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bilan_ledger import Ledger
from bilan_ledger.audit import timestamps
from bilan_ledger.audit.proof import verify
from bilan_ledger.audit.timestamps import BadTimestamp
from bilan_ledger.checkpoint import Checkpoint
from bilan_ledger.cli import run, words

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="needs the openssl command")
NOW = datetime.now(UTC).replace(microsecond=0)
DAYS = timedelta(days=1)
CONFIG = """\
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = {digests}
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def certificate(name, issuer=None, *, begins=-DAYS, ends=365 * DAYS, ca=False, stamps=False):
    """A certificate and its key, signed by an issuer (a pair of the same) or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by, signing = (subject, key) if issuer is None else (issuer[0].subject, issuer[1])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + begins)
        .not_valid_after(NOW + ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if stamps:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = made.add_extension(usage, critical=True)
    return made.sign(signing, hashes.SHA256()), key


def pem(*several):
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each, _ in several)


class Authority:
    """A timestamping authority in a folder: root, an intermediate, and what signs the answers."""

    def __init__(self, folder, *, leaf_ends=365 * DAYS, digests="sha256, sha384, sha512"):
        self.folder = folder
        folder.mkdir()
        self.root = certificate(f"Racine {folder.name}", ca=True)
        self.between = certificate("Intermédiaire", self.root, ca=True)
        self.leaf = certificate("Horodatage", self.between, ends=leaf_ends, stamps=True)
        key = self.leaf[1].private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / "tsa.key").write_bytes(key)
        (folder / "tsa.pem").write_bytes(pem(self.leaf))
        (folder / "serial").write_text("01\n", encoding="ascii")
        (folder / "tsa.cnf").write_text(CONFIG.format(digests=digests), encoding="ascii")

    @property
    def roots(self):
        """What the authority publishes: its root and what stands between it and the answers."""
        return pem(self.root, self.between)

    def answer(self, request):
        """The answer to a request, as the authority would send it back."""
        (self.folder / "q.tsq").write_bytes(request)
        command = ["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-out", "a.tsr"]
        subprocess.run([OPENSSL, *command], cwd=self.folder, capture_output=True, check=False)
        return (self.folder / "a.tsr").read_bytes()


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")


def refused(*args):
    with pytest.raises(BadTimestamp) as error:
        timestamps.verified(*args)
    return error.value


# --- tokens ----------------------------------------------------------------------------------


@needs_openssl
def test_a_token_holds_for_its_message_alone(authority):
    """Under the root that the reader brings; the moment is a UTC instant."""
    token = authority.answer(timestamps.request(b"message"))
    moment = timestamps.verified(token, b"message", authority.roots)
    assert timedelta(0) <= moment - NOW < DAYS
    assert UTC is moment.tzinfo or timedelta(0) == moment.utcoffset()
    for other in (b"messagf", b"", b"message\n"):
        error = refused(token, other, authority.roots)
        assert "Mismatch" in error.facts["why"]
        assert error.text("fr") != error.text("en")


@needs_openssl
def test_another_root_is_not_believed(authority, tmp_path):
    """Nor one of the same name, nor the intermediate or the leaf in the root's place."""
    token = authority.answer(timestamps.request(b"message"))
    other = Authority(tmp_path / "other")
    for roots in (
        other.roots, pem(certificate("Racine authority", ca=True), authority.between),
        pem(authority.root), pem(authority.between), pem(authority.leaf),
        pem(authority.leaf, authority.between), pem(other.root, authority.between), b"",
        b"-----BEGIN", b"\xff", CITY.secret().encode(),
    ):  # fmt: skip
        refused(token, b"message", roots)
    both = pem(authority.between, other.root, authority.root)
    assert timestamps.verified(token, b"message", both)


@needs_openssl
def test_the_chain_is_judged_at_the_moment_of_the_token(tmp_path):
    """A certificate that has expired since still vouches for what it signed before."""
    brief = Authority(tmp_path / "brief", leaf_ends=timedelta(days=1))
    token = brief.answer(timestamps.request(b"message"))
    assert timestamps.verified(token, b"message", brief.roots)
    past = Authority(tmp_path / "past", leaf_ends=timedelta(hours=-1))
    token = past.answer(timestamps.request(b"message"))
    refused(token, b"message", past.roots)


@needs_openssl
def test_an_answer_that_refuses_is_no_token(tmp_path):
    """The authority does not know the digest: its answer says so."""
    strict = Authority(tmp_path / "strict", digests="sha1")
    answer = strict.answer(timestamps.request(b"message"))
    assert answer
    refused(answer, b"message", strict.roots)


@needs_openssl
def test_weak_digests_are_refused(tmp_path):
    """A request over SHA-1, answered: its token is not accepted."""
    weak = Authority(tmp_path / "weak", digests="sha1, sha256")
    (weak.folder / "m").write_bytes(b"message")
    command = ["ts", "-query", "-data", "m", "-sha1", "-cert", "-out", "weak.tsq"]
    subprocess.run([OPENSSL, *command], cwd=weak.folder, capture_output=True, check=True)
    token = weak.answer((weak.folder / "weak.tsq").read_bytes())
    assert "hash algorithm" in refused(token, b"message", weak.roots).facts["why"]


@needs_openssl
def test_a_token_with_a_byte_changed_is_refused_or_says_the_same(authority):
    """Not each byte of an answer is signed; but none can make it say another moment."""
    token = authority.answer(timestamps.request(b"message"))
    moment = timestamps.verified(token, b"message", authority.roots)
    held = 0
    for place in range(0, len(token), 1 if LONG else 9):
        changed = bytearray(token)
        changed[place] ^= 1 << place % 8
        try:
            assert moment == timestamps.verified(bytes(changed), b"message", authority.roots)
            held += 1
        except BadTimestamp:
            pass
    assert held < len(token) / (20 if LONG else 180)
    for size in range(0, len(token), 1 if LONG else 23):
        refused(token[:size], b"message", authority.roots)
    for garbage in (b"", b"\0", b"garbage", b"\x30\x82\xff\xff", b"0" * 5000):
        refused(garbage, b"message", authority.roots)


FIXTURES = VECTORS / "rfc3161-client" / "test" / "fixtures"


@pytest.mark.parametrize(
    ("token", "chain", "message", "holds"),
    [
        ("sigstage/response-sha256.tsr", "sigstage", b"hello", True),
        ("sigstage/response-sha384.tsr", "sigstage", b"hello", True),
        ("sigstage/response-sha512.tsr", "sigstage", b"hello", True),
        ("sigstage/response-sha256.tsr", "sigstage", b"hello\n", False),
        ("sigstage/response-sha256.tsr", "test_tsa", b"hello", False),
        ("sigstage/response-invalid-signature.tsr", "sigstage", b"hello", False),
        ("sigstage/response-no-embedded-cert.tsr", "sigstage", b"hello", False),
        ("test_tsa/response.tsr", "test_tsa", b"hello", True),
        ("test_tsa/response.tsr", "sigstage", b"hello", False),
        ("test_tsa/response-injected-certs.tsr", "test_tsa", b"hello", True),  # not the signer's
        ("sigstore.mock/response-expired.tsr", "sigstore.mock", None, False),
    ],
)
def test_public_tokens(token, chain, message, holds):
    """Good, forged, expired, of another authority."""
    if not FIXTURES.is_dir():
        pytest.skip("the public vectors are not here")
    roots = (FIXTURES / chain / "ts_chain.pem").read_bytes()
    data = (FIXTURES / token).read_bytes()
    message = (FIXTURES / "sigstore.mock" / "payload").read_bytes() if message is None else message
    if holds:
        assert timestamps.verified(data, message, roots).tzinfo is not None
    else:
        refused(data, message, roots)


# --- in a bundle -----------------------------------------------------------------------------


@needs_openssl
def test_a_bundle_with_a_timestamp_is_dated(authority, tmp_path):
    """Where the reader brings the root; else it is said that nobody checked."""
    lines = small()
    point = signed(lines, 8)
    token = authority.answer(timestamps.request(point.text.encode()))
    made = bundle_of(lines, point, timestamp=token)
    found = verify(made, [CITY.public], tsa=authority.roots)
    moment = timestamps.verified(token, point.text.encode(), authority.roots)
    shown = moment.isoformat(sep=" ", timespec="seconds")
    assert (True, None) == (verdicts(found)["dated"], verdicts(found)["witnessed"])
    assert (
        f"Ce point de contrôle existait au plus tard le {shown} (RFC 3161).",
        f"This checkpoint existed on {shown} at the latest (RFC 3161).",
    ) == said(found, "dated")
    unchecked = verify(made, [CITY.public])
    assert (["timestamp-unchecked"], None, False) == (
        codes(unchecked), verdicts(unchecked)["dated"], unchecked.refuted,
    )  # fmt: skip
    other = verify(made, [CITY.public], tsa=Authority(tmp_path / "other").roots)
    assert (["timestamp-wrong"], False, True) == (
        codes(other), verdicts(other)["dated"], other.refuted,
    )  # fmt: skip
    assert (
        "L'horodatage joint ne tient pas.",
        "The enclosed timestamp does not hold.",
    ) == said(other, "dated")


@needs_openssl
def test_a_timestamp_of_another_checkpoint_is_wrong(authority):
    """Of the newest instead of the publication's, or of the note with its signatures."""
    lines = small()
    for message in (signed(lines, 10).text, str(signed(lines, 8))):
        token = authority.answer(timestamps.request(message.encode()))
        made = bundle_of(lines, timestamp=token)
        found = verify(made, [CITY.public], tsa=authority.roots)
        assert (["timestamp-wrong"], False) == (codes(found), verdicts(found)["dated"])
    garbage = with_files(made, publication__tsr=b"garbage")
    assert verify(garbage, [CITY.public], tsa=authority.roots).refuted


@needs_openssl
def test_the_earliest_of_witness_and_timestamp_is_told(authority):
    """The witness's moment is in 2024, the token's is now."""
    lines = small()
    point = signed(lines, 8, CITY, WITNESS)
    token = authority.answer(timestamps.request(point.text.encode()))
    made = bundle_of(lines, point, keys=[CITY.public, WITNESS.public], timestamp=token)
    found = verify(made, [CITY.public, WITNESS.public], tsa=authority.roots)
    assert "2024-07-03 09:46:40+00:00 at the latest (temoin" in said(found, "dated")[1]
    alone = verify(made, [CITY.public], tsa=authority.roots)
    assert "(RFC 3161)" in said(alone, "dated")[1]


# --- the commands ----------------------------------------------------------------------------


def bilan(line, capsys):
    capsys.readouterr()
    code = run(line.split())
    done = capsys.readouterr()
    return code, done.out, done.err


@needs_openssl
def test_the_commands_ask_keep_and_prove(tmp_path, monkeypatch, capsys, authority):
    """`timestamp request`, the authority, `timestamp add`, `prove`, `verify --tsa`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(words, "LANG", "en")
    Ledger.create("town.ledger").close()
    with Ledger.open("town.ledger", recorded_by="x") as ledger:
        ledger.record_all([*PLAN, FIGURE])
    Path("city.key").write_text(CITY.secret(), encoding="utf-8")
    Path("root.pem").write_bytes(authority.roots)
    for line in (
        "checkpoint --key city.key",
        "timestamp request town.archive/checkpoints/8 -o 8.tsq",
    ):
        assert 0 == bilan(line, capsys)[0]
    assert 5 == bilan("timestamp request town.archive/checkpoints/8 -o 8.tsq", capsys)[0]
    Path("8.tsr").write_bytes(authority.answer(Path("8.tsq").read_bytes()))
    Path("garbage.tsr").write_bytes(b"garbage")
    other = Authority(tmp_path / "other")
    Path("other.pem").write_bytes(other.roots)
    for line, code, text in (
        ("timestamp add garbage.tsr --size 8 --tsa root.pem", 2, "timestamp does not hold"),
        ("timestamp add 8.tsr --size 8 --tsa other.pem", 2, "timestamp does not hold"),
        ("timestamp add 8.tsr --size 7 --tsa root.pem", 4, "no checkpoint of 7"),
        ("timestamp add none.tsr --size 8 --tsa root.pem", 4, "none.tsr"),
        ("timestamp add 8.tsr --size 8 --tsa none.pem", 4, "none.pem"),
    ):
        found, out, err = bilan(line, capsys)
        assert (code, "", 1) == (found, out, err.count("\n")), line
        assert text in err
    assert not Path("town.archive/checkpoints/8.tsr").exists()
    code, out, _ = bilan("timestamp add 8.tsr --size 8 --tsa root.pem", capsys)
    assert (0, True) == (code, "8 entries existed on" in out)
    # The first one is the best one: it is never replaced.
    assert 5 == bilan("timestamp add 8.tsr --size 8 --tsa root.pem", capsys)[0]
    assert Path("8.tsr").read_bytes() == Path("town.archive/checkpoints/8.tsr").read_bytes()
    assert [8] == [Checkpoint.parse(Path("town.archive/checkpoints/8").read_bytes()).size]
    assert 0 == bilan("prove demo -o proof.zip", capsys)[0]
    for line, code, text in (
        (f"verify proof.zip --key {CITY.public} --tsa root.pem", 0, "(RFC 3161)"),
        (f"verify proof.zip --key {CITY.public}", 0, "timestamp not checked"),
        (f"verify proof.zip --key {CITY.public} --tsa other.pem", 1, "timestamp does not hold"),
    ):
        found, out, _ = bilan(line, capsys)
        assert code == found, out
        assert text in " ".join(out.split())


def test_without_the_package_what_to_install_is_said(tmp_path, monkeypatch, capsys):
    """One line, in both languages, and the exit code of what is not available."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "rfc3161_client", None)
    Path("8.note").write_text(str(signed(small(), 8)), encoding="utf-8")
    made = bundle_of(small(), timestamp=b"token")
    made.write("proof.zip")
    Path("root.pem").write_bytes(b"")
    for lang in ("fr", "en"):
        monkeypatch.setattr(words, "LANG", lang)
        for line in (
            "timestamp request 8.note -o 8.tsq",
            f"verify proof.zip --key {CITY.public} --tsa root.pem",
        ):
            code, _, err = bilan(line, capsys)
            assert (5, 1) == (code, err.count("\n")), err
            assert "pip install 'bilan-ledger[tsa]'" in err
            assert "rfc3161_client" in err
    assert not Path("8.tsq").exists()
