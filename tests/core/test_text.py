"""Text in a ledger: what is cleaned, what is refused, and what is only committed to."""

import hashlib
import re
import unicodedata
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import MANY

from bilan_ledger.errors import InvalidValue
from bilan_ledger.text import (
    ActionId,
    Sealed,
    SealedText,
    clean,
    cleaned,
    key,
    keyed,
    matching,
    private,
)

CLEAN = [
    ("Halle", "Halle"),
    ("  Halle \n", "Halle"),
    ("\u00a0Halle\u2003", "Halle"),
    ("Be\u0301thune", "Béthune"),
    ("L’été « vert » : 3 %", "L’été « vert » : 3 %"),
    ("a\u200db", "a\u200db"),
    ("x" * 500, "x" * 500),
]
UNCLEAN = [
    ("", "text-empty", {}),
    (" \n\t ", "text-empty", {}),
    (None, "text-not-text", {}),
    (5, "text-not-text", {}),
    (b"Halle", "text-not-text", {}),
    ("x" * 501, "text-too-long", {"length": 501, "longest": 500}),
    ("x" * 10_000_000, "text-too-long", {"length": 10_000_000, "longest": 500}),
    ("a\x00b", "text-control", {"char": "U+0000", "position": 2}),
    ("a\nb", "text-control", {"char": "U+000A", "position": 2}),
    ("ab\tc", "text-control", {"char": "U+0009", "position": 3}),
    ("a\x1b[31m", "text-control", {"char": "U+001B", "position": 2}),
    ("a\x7f", "text-control", {"char": "U+007F", "position": 2}),
    ("a\x9fb", "text-control", {"char": "U+009F", "position": 2}),
    ("a\ud800", "text-control", {"char": "U+D800", "position": 2}),
    ("a\u2028b", "text-control", {"char": "U+2028", "position": 2}),
    ("a\u2029b", "text-control", {"char": "U+2029", "position": 2}),
]


@pytest.mark.parametrize(("value", "expected"), CLEAN)
def test_clean_text(value: str, expected: str) -> None:
    """NFC and trimmed; nothing else is changed."""
    assert expected == clean(value, "title")


@pytest.mark.parametrize(("value", "code", "facts"), UNCLEAN, ids=lambda value: repr(value)[:20])
def test_text_that_no_entry_may_hold(value: Any, code: str, facts: dict[str, Any]) -> None:
    """The error names the field, the rule and the place in the text, on one short line."""
    with pytest.raises(InvalidValue) as caught:
        clean(value, "title")
    error = caught.value
    assert code == error.code
    assert {"field": "title", "value": value, **facts} == error.facts
    assert 300 > len(error.text("fr").splitlines()[0]) == len(error.text("fr"))


def test_a_note_may_have_lines() -> None:
    """Line breaks and tabs, and no other control character."""
    assert "a\n\tb" == clean("a\n\tb\n", "note", lines=True)
    with pytest.raises(InvalidValue) as caught:
        clean("a\r\nb", "note", lines=True)
    assert ("text-control", "U+000D") == (caught.value.code, caught.value.facts["char"])


@MANY
@given(st.text(max_size=20))
def test_clean_text_is_nfc_trimmed_and_without_control_characters(value: str) -> None:
    """And cleaning it again changes nothing."""
    try:
        text = clean(value, "title")
    except InvalidValue:
        return
    assert unicodedata.is_normalized("NFC", text)
    assert text == text.strip() == clean(text, "title") != ""
    assert not [c for c in text if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}]


def test_what_was_accepted_once_is_accepted_when_it_is_read_again() -> None:
    """NFC writes U+0958 as two characters: 250 of them make the 500 that a title may have."""
    text = clean("\u0958" * 250, "title")
    assert (500, text) == (len(text), clean(text, "title"))
    with pytest.raises(InvalidValue) as caught:
        clean("\u0958" * 251, "title")
    expected = ("text-too-long", 502, 500)
    facts = caught.value.facts
    assert expected == (caught.value.code, facts["length"], facts["longest"])


KEYS = ["bethune-2020", "zoom-01", "a", "7", "é", "A.b_c:d-e", "x" * 100, " a "]
NO_KEYS = [
    ("a b", "key-form"),
    ("a/b", "key-form"),
    ("-a", "key-form"),
    ("_a", "key-form"),
    (".a", "key-form"),
    (":a", "key-form"),
    ("a,b", "key-form"),
    ("a’b", "key-form"),
    ("", "text-empty"),
    (None, "text-not-text"),
    ("a\nb", "text-control"),
    ("x" * 101, "text-too-long"),
]


@pytest.mark.parametrize("value", KEYS)
def test_keys(value: str) -> None:
    assert value.strip() == key(value)


@pytest.mark.parametrize(("value", "code"), NO_KEYS)
def test_what_is_no_key(value: Any, code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        key(value, "axis")
    assert (code, "axis") == (caught.value.code, caught.value.facts["field"])


def test_a_key_is_a_key_unless_another_field_is_named() -> None:
    with pytest.raises(InvalidValue, match="key: "):
        key("a b")


# --- which action ----------------------------------------------------------------------------


def test_an_action_is_written_plan_slash_action() -> None:
    found = ActionId.parse(" bethune-2020/zoom-01 ")
    assert ("bethune-2020", "zoom-01") == (found.plan, found.action)
    assert "bethune-2020/zoom-01" == str(found)
    assert found is ActionId.parse(found)


def test_actions_are_ordered_by_plan_and_key() -> None:
    ids = [ActionId("b", "a"), ActionId("a", "b"), ActionId("a", "a")]
    assert ["a/a", "a/b", "b/a"] == [str(found) for found in sorted(ids)]


NO_ACTIONS = [
    ("bethune-2020", "action-id-form", "action"),
    ("", "text-empty", "action"),
    (None, "text-not-text", "action"),
    ("/zoom-01", "text-empty", "plan"),
    ("bethune-2020/", "text-empty", "action"),
    ("a b/c", "key-form", "plan"),
    ("a/b/c", "key-form", "action"),
]


@pytest.mark.parametrize(("value", "code", "field"), NO_ACTIONS)
def test_what_names_no_action(value: Any, code: str, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        ActionId.parse(value)
    assert (code, field) == (caught.value.code, caught.value.facts["field"])


def test_the_keys_of_an_action_id_are_clean() -> None:
    """One action has one id, however it is typed: stream ids hang on it for ever."""
    assert "a/é" == str(ActionId.parse("a / e\u0301")) == str(ActionId(" a", "e\u0301 "))


# --- commitments -----------------------------------------------------------------------------


def test_a_commitment_by_hand() -> None:
    """SHA-256 of the domain, a zero byte, 32 bytes of salt, and the text in UTF-8."""
    salt = bytes(range(32))
    expected = "e467853d109faefbfdbb4c679fad15cdac6c8f4fd92d0ab4041b77e1511aafb9"
    hashed = hashlib.sha256(b"bilan-ledger/text/v1\x00" + salt + b"Mme \xc3\x89t\xc3\xa9")
    assert expected == hashed.hexdigest() == SealedText(salt, "Mme Été").sealed.commitment


def test_salt_and_text_both_count() -> None:
    one, other = bytes(32), bytes(31) + b"1"
    texts = [SealedText(one, "a"), SealedText(other, "a"), SealedText(one, "b")]
    assert 3 == len({text.sealed for text in texts})


@pytest.mark.parametrize("value", ["", "0" * 63, "0" * 65, "A" * 64, "g" * 64, None, 0])
def test_what_is_no_commitment(value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        Sealed(value)
    assert ("commitment-form", value) == (caught.value.code, caught.value.facts["value"])


# --- fields ----------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Sample:
    note: Any = private("note")
    reason: Any = private("reason", required=True)
    title: Any = cleaned("title")
    subtitle: Any = cleaned("subtitle", default=None)
    axis: Any = keyed("axis")
    theme: Any = keyed("theme", default=None)
    code: Any = matching("code", re.compile(r"\d\d"), "insee-form")


def sample(**fields: Any) -> Sample:
    """Return a sample that is right but for these fields."""
    return Sample(**{"reason": "r", "title": "t", "axis": "a", **fields})


def test_fields_are_cleaned() -> None:
    found = sample(
        note=" a\nb ", reason=Sealed("0" * 64), title=" t ", subtitle=" s ", axis=" a ",
        theme=" b ", code=" 62 ",
    )  # fmt: skip
    expected = ("a\nb", Sealed("0" * 64), "t", "s", "a", "b", "62")
    assert expected == attrs.astuple(found, recurse=False)


def test_optional_fields_may_be_missing() -> None:
    found = sample(note=None, subtitle=None, theme=None, code=None)
    assert (None, None, None, None) == (found.note, found.subtitle, found.theme, found.code)
    assert found == sample()


BAD_FIELDS = [
    ({"reason": None}, "text-not-text", "reason"),
    ({"note": ""}, "text-empty", "note"),
    ({"note": "x" * 10_001}, "text-too-long", "note"),
    ({"title": None}, "text-not-text", "title"),
    ({"subtitle": ""}, "text-empty", "subtitle"),
    ({"axis": None}, "text-not-text", "axis"),
    ({"theme": "a b"}, "key-form", "theme"),
    ({"code": "6"}, "insee-form", "code"),
    ({"code": "623"}, "insee-form", "code"),
    ({"code": "6" * 2001}, "text-too-long", "code"),
    ({"code": 62}, "text-not-text", "code"),
]


@pytest.mark.parametrize(("fields", "code", "field"), BAD_FIELDS)
def test_bad_fields(fields: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        sample(**fields)
    assert (code, field) == (caught.value.code, caught.value.facts["field"])


def test_a_note_may_be_long() -> None:
    assert 10_000 == len(sample(note="x" * 10_000).note)


def test_private_fields_say_that_they_are() -> None:
    """By this mark the ledger finds what it must seal."""
    assert ["note", "reason"] == [f.name for f in attrs.fields(Sample) if f.metadata.get("private")]
