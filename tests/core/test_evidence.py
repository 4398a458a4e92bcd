"""Evidence and measures: which facts describe them, and their form."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import MANY

from bilan_ledger.dates import When
from bilan_ledger.errors import InvalidValue
from bilan_ledger.evidence import Evidence, EvidenceKind, Measure, Precision, decimal, pieces
from bilan_ledger.text import Sealed

DECIMALS = [
    ("3.6", "3.6"),
    ("2655", "2655"),
    ("-12.50", "-12.50"),
    ("0", "0"),
    ("0.000", "0.000"),
    (".5", "0.5"),
    ("5.", "5"),
    ("1E3", "1000"),
    ("1e-3", "0.001"),
    (3, "3"),
    (-3, "-3"),
    (Decimal("3.60"), "3.60"),
    ("9" * 30, "9" * 30),
    ("1E29", "1" + "0" * 29),
    ("1E-29", "0." + "0" * 28 + "1"),
]
NO_DECIMALS: list[Any] = [
    3.6,
    True,
    None,
    "",
    "trois",
    "3,6",
    "NaN",
    "sNaN",
    "-Infinity",
    Decimal("NaN"),
    Decimal("Infinity"),
    "1E30",
    "1E-30",
    "1E999999999",
    "1E99999999999999999999",
    "9" * 31,
    "0." + "1" * 31,
    10**30,
    [3],
    b"3",
]


@pytest.mark.parametrize(("value", "expected"), DECIMALS)
def test_exact_decimals(value: Any, expected: str) -> None:
    """Written out, with the decimals that were printed."""
    assert expected == format(decimal(value, "value"), "f")


@pytest.mark.parametrize("value", NO_DECIMALS, ids=lambda value: repr(value)[:20])
def test_what_is_no_exact_decimal(value: Any) -> None:
    """A float has already lost what the source printed."""
    with pytest.raises(InvalidValue) as caught:
        decimal(value, "target")
    assert ("decimal-form", "target") == (caught.value.code, caught.value.facts["field"])


def test_an_error_about_a_number_without_end_can_be_read() -> None:
    """One line, however long the value is."""
    with pytest.raises(InvalidValue) as caught:
        decimal(10**5000, "value")
    assert 200 > len(caught.value.text("en"))


@MANY
@given(st.decimals(-(10**12), 10**12, allow_nan=False, places=6))
def test_decimals_keep_their_value_and_their_places(value: Decimal) -> None:
    found = decimal(value, "value")
    assert (value, value.as_tuple().exponent) == (found, found.as_tuple().exponent)
    assert found == decimal(str(found), "value")


# --- words -----------------------------------------------------------------------------------


def test_the_kinds_of_evidence() -> None:
    kinds = ["report", "deliberation", "contract", "photo", "press", "data", "web", "other"]
    assert kinds == [kind.value for kind in EvidenceKind]


def test_the_precisions_of_a_measure() -> None:
    assert ["exact", "at-least", "at-most", "about"] == [each.value for each in Precision]


def test_a_word_that_is_not_in_the_list() -> None:
    """The error lists the words that are."""
    with pytest.raises(InvalidValue) as caught:
        Precision.of("roughly", "precision")
    facts = {"field": "precision", "value": "roughly", "allowed": "exact, at-least, at-most, about"}
    assert ("choice", facts) == (caught.value.code, caught.value.facts)
    assert Precision.ABOUT is Precision.of("about", "precision")
    assert Precision.ABOUT is Precision.of(Precision.ABOUT, "precision")


def test_an_error_lists_every_word_allowed() -> None:
    with pytest.raises(InvalidValue) as caught:
        Evidence(title="x", kind="film")
    assert "report, deliberation, contract, photo, press, data, web, other" in str(caught.value)


# --- evidence --------------------------------------------------------------------------------


def test_a_piece_of_evidence_needs_a_title_only() -> None:
    found = Evidence(title=" Bilan ")
    assert ("Bilan", EvidenceKind.OTHER) == (found.title, found.kind)
    told = (found.url, found.locator, found.publisher, found.dated, found.sha256)
    assert (None,) * 5 == told
    told = (found.media_type, found.deliberation, found.quotation, found.measure, None)
    assert (None,) * 5 == told


def test_a_piece_of_evidence_with_everything() -> None:
    measure = Measure(indicator="Arbres", value="2655", as_of="2023")
    found = Evidence(
        title="Bilan", kind="report", url="https://bethune.fr/bilan.pdf?p=1", locator="p. 4",
        publisher="Ville", dated="2023-11", sha256="a" * 64, media_type="application/pdf",
        deliberation="DEL-2023-07", quotation="« Mme X\na planté »", measure=measure,
    )  # fmt: skip
    assert (EvidenceKind.REPORT, When("2023-11"), measure) == (
        found.kind, found.dated, found.measure,
    )  # fmt: skip
    assert "« Mme X\na planté »" == found.quotation
    assert "https://bethune.fr/bilan.pdf?p=1" == found.url


def test_a_quotation_may_be_sealed() -> None:
    assert Sealed("0" * 64) == Evidence(title="x", quotation=Sealed("0" * 64)).quotation


GOOD_URLS = [
    "http://a",
    "https://a/",
    "https://a.fr:8080/b/c?d=e#f",
    "https://é.fr/ü",
    "http://a?b",
]
BAD_EVIDENCE: list[tuple[dict[str, Any], str, str]] = [
    ({"title": ""}, "text-empty", "evidence.title"),
    ({"title": None}, "text-not-text", "evidence.title"),
    ({"title": "x" * 501}, "text-too-long", "evidence.title"),
    ({"kind": "film"}, "choice", "evidence.kind"),
    ({"url": "bethune.fr"}, "url-form", "evidence.url"),
    ({"url": "ftp://a/b"}, "url-form", "evidence.url"),
    ({"url": "javascript:alert(1)"}, "url-form", "evidence.url"),
    ({"url": "https://"}, "url-form", "evidence.url"),
    ({"url": "https:///b"}, "url-form", "evidence.url"),
    ({"url": "https://a/b c"}, "url-form", "evidence.url"),
    ({"url": "HTTPS://a"}, "url-form", "evidence.url"),
    ({"url": "https://a/" + "b" * 2000}, "text-too-long", "evidence.url"),
    ({"locator": ""}, "text-empty", "evidence.locator"),
    ({"publisher": "a\x00"}, "text-control", "evidence.publisher"),
    ({"dated": "2023-02-30"}, "date-impossible", "evidence.dated"),
    ({"sha256": "A" * 64}, "sha256-form", "evidence.sha256"),
    ({"sha256": "a" * 63}, "sha256-form", "evidence.sha256"),
    ({"media_type": "pdf"}, "media-type-form", "evidence.media_type"),
    ({"media_type": "application/"}, "media-type-form", "evidence.media_type"),
    ({"deliberation": " "}, "text-empty", "evidence.deliberation"),
    ({"quotation": "x" * 10_001}, "text-too-long", "evidence.quotation"),
]


@pytest.mark.parametrize("url", GOOD_URLS)
def test_addresses(url: str) -> None:
    assert url == Evidence(title="x", url=url).url


@pytest.mark.parametrize("kind", ["application/pdf", "image/svg+xml", "text/csv", "audio/x.y-z1"])
def test_media_types(kind: str) -> None:
    assert kind == Evidence(title="x", media_type=kind).media_type


@pytest.mark.parametrize(("fields", "code", "field"), BAD_EVIDENCE)
def test_bad_evidence(fields: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Evidence(**{"title": "x", **fields})
    assert (code, field) == (caught.value.code, caught.value.facts["field"])


def test_the_measure_of_evidence_is_a_measure() -> None:
    with pytest.raises(TypeError, match="measure"):
        Evidence(title="x", measure={"indicator": "Arbres"})  # type: ignore[arg-type]


def test_one_piece_or_several() -> None:
    one, two = Evidence(title="1"), Evidence(title="2")
    assert (one,) == pieces(one)
    assert (two, one) == pieces([two, one])
    assert () == pieces([])


@pytest.mark.parametrize("value", ["rapport", ["rapport"], [Evidence(title="1"), None], [{}]])
def test_what_is_no_evidence(value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        pieces(value)
    assert ("evidence-form", "evidence") == (caught.value.code, caught.value.facts["field"])


# --- measures --------------------------------------------------------------------------------


def test_a_measure() -> None:
    found = Measure(
        indicator=" Arbres plantés ", value="2655", unit="arbres", precision="at-least",
        target="3000", as_of="2023", provisional=True,
    )  # fmt: skip
    assert ("Arbres plantés", Decimal(2655), "arbres") == (found.indicator, found.value, found.unit)
    assert (Precision.AT_LEAST, Decimal(3000)) == (found.precision, found.target)
    assert (When("2023"), True) == (found.as_of, found.provisional)


def test_a_measure_is_exact_and_final_unless_told() -> None:
    found = Measure(indicator="Arbres", value=1, as_of="2023")
    assert (None, Precision.EXACT, None, False) == (
        found.unit, found.precision, found.target, found.provisional,
    )  # fmt: skip


BAD_MEASURES: list[tuple[dict[str, Any], str, str]] = [
    ({"indicator": ""}, "text-empty", "indicator"),
    ({"value": 3.5}, "decimal-form", "value"),
    ({"value": None}, "decimal-form", "value"),
    ({"target": "beaucoup"}, "decimal-form", "target"),
    ({"unit": ""}, "text-empty", "unit"),
    ({"precision": "roughly"}, "choice", "precision"),
    ({"as_of": "avril 2023"}, "date-form", "as_of"),
]


@pytest.mark.parametrize(("fields", "code", "field"), BAD_MEASURES)
def test_bad_measures(fields: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Measure(**{"indicator": "Arbres", "value": 1, "as_of": "2023", **fields})
    assert (code, field) == (caught.value.code, caught.value.facts["field"])


def test_provisional_is_yes_or_no() -> None:
    with pytest.raises(InvalidValue):
        Measure(indicator="Arbres", value=1, as_of="2023", provisional="non")  # type: ignore[arg-type]


# --- captured files --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [-1, 1.5, "12", True, 2**53])
def test_a_size_is_a_whole_number_of_bytes(size: object) -> None:
    with pytest.raises(InvalidValue) as error:
        Evidence(title="x", size=size)  # type: ignore[arg-type]
    assert "number-form" == error.value.code
    assert [0, 48_120] == [Evidence(title="x", size=n).size for n in (0, 48_120)]


def test_a_hash_that_is_to_be_sealed_is_a_hash() -> None:
    """Sealed as any text that may name a person; in plain it must be 64 hexadecimal digits."""
    assert "a" * 64 == Evidence(title="x", sealed_sha256="a" * 64).sealed_sha256
    assert Sealed("b" * 64) == Evidence(title="x", sealed_sha256=Sealed("b" * 64)).sealed_sha256
    with pytest.raises(InvalidValue) as error:
        Evidence(title="x", sealed_sha256="letter.pdf")
    assert "sha256-form" == error.value.code
