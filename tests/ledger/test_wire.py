"""The bytes of entries: they never change, and nothing else is read."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ledger_samples import ENTRIES, FULL_EVENTS, LINES, MINIMAL_EVENTS, NOTE

from bilan_ledger import Instant, MalformedEntry, wire
from bilan_ledger import action as a
from bilan_ledger.plan import Policy
from bilan_ledger.record import rebuilt
from bilan_ledger.wire import (
    NAMES,
    UNSTAMPED,
    canonical,
    decode,
    encode,
    glance,
    glance_of,
    name_of,
    recorded_at,
    stamp,
)

FULL = LINES["action.proposed.full"]
ADDED = "action.evidence-attached.captured"  # holds fields that the full lines do not know yet
SMALL = LINES["action.engaged.minimal"]
VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "jcs-cyberphone" / "testdata"


def refused(state: bytes) -> MalformedEntry:
    """Return the error of bytes that are no entry; no other exception may come of them."""
    with pytest.raises(MalformedEntry) as caught:
        decode(state, 7)
    assert caught.value.text("fr")
    assert caught.value.text("en")
    return caught.value


def refused_or_same(state: bytes) -> bool:
    """Whether bytes are an entry, which must then be written as exactly these bytes.

    A glance at them must see what reading all of them does.
    """
    try:
        entry = decode(state, 7)
    except MalformedEntry:
        return False
    assert encode(entry) == state
    assert glance(state, 7) == glance_of(entry)
    return True


def changed(line: bytes, **members: object) -> bytes:
    """Return canonical bytes of a line with members of the envelope set."""
    return canonical({**json.loads(line), **members})


def changed_data(line: bytes, **members: object) -> bytes:
    return changed(line, data={**json.loads(line)["data"], **members})


# --- for ever --------------------------------------------------------------------------------


def test_names_of_events_never_change() -> None:
    """These names stand in ledgers for ever: add one at the end, never change or remove one."""
    assert [*NAMES] == [
        "action.proposed",
        "action.engaged",
        "action.realised",
        "action.abandoned",
        "action.reopened",
        "action.withdrawn",
        "action.merged-into",
        "action.split-into",
        "action.superseded",
        "action.not-assessable",
        "action.not-assessed",
        "action.restored",
        "action.described",
        "action.qualified",
        "action.evidence-attached",
        "action.retracted",
        "action.erased",
        "plan.created",
        "plan.amended",
        "plan.figure-published",
        "plan.evidence-attached",
        "plan.retracted",
        "plan.erased",
    ]


def test_every_name_has_golden_files() -> None:
    assert sorted(LINES) == sorted(
        [f"{name}.{size}" for name in NAMES for size in ("full", "minimal")] + [ADDED]
    )


@pytest.mark.parametrize("name", LINES)
def test_golden_lines_are_written_for_ever(name: str) -> None:
    assert encode(ENTRIES[name]) == LINES[name]


@pytest.mark.parametrize("name", LINES)
def test_golden_lines_are_read_for_ever(name: str) -> None:
    assert decode(LINES[name], 7) == ENTRIES[name]


@pytest.mark.parametrize("name", LINES)
def test_golden_lines_are_glanced_at_for_ever(name: str) -> None:
    assert glance(LINES[name], 7) == glance_of(ENTRIES[name])


def test_a_glance_decodes_no_entry_of_an_action(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every event: one that was forgotten would be read right, but slowly."""
    monkeypatch.delattr(wire, "decode")
    seen = [glance(line, 7).name for name, line in LINES.items() if name.startswith("action")]
    assert {name for name in NAMES if name.startswith("action")} == set(seen)


@pytest.mark.parametrize("name", LINES)
def test_golden_lines_are_the_bytes_of_an_independent_encoder(name: str) -> None:
    assert rfc8785.dumps(json.loads(LINES[name])) == LINES[name]


@pytest.mark.parametrize("name", NAMES)
def test_golden_lines_name_their_event(name: str) -> None:
    assert [name_of(ENTRIES[f"{name}.{size}"]) for size in ("full", "minimal")] == [name, name]


@pytest.mark.parametrize("name", NAMES)
def test_full_golden_line_holds_every_field_at_every_depth(name: str) -> None:
    """A field that is added to an event needs a golden line that holds it."""

    def missing(value: Any, raw: Any, place: str) -> Iterator[str]:
        if isinstance(value, tuple):
            if value:
                yield from missing(value[0], raw[0], f"{place}[0]")
        elif attrs.has(type(value)) and isinstance(raw, dict):
            for field in attrs.fields(type(value)):
                if field.name not in raw:
                    yield f"{place}.{field.name}"
                else:
                    yield from missing(
                        getattr(value, field.name), raw[field.name], f"{place}.{field.name}"
                    )

    raw = json.loads(LINES[f"{name}.full"])
    added = json.loads(LINES[ADDED])["data"]["evidence"][0]
    left = [*missing(FULL_EVENTS[name], raw["data"], "data")]
    assert [p for p in left if p.removeprefix("data.evidence[0].") not in added] == []


DATED = {"evidence": (), "note": None}
TOLD = {"axis": None, "theme": None, "responsible": None, "qualifier": None}
DEFAULTS: dict[str, dict[str, Any]] = {
    "action.proposed": {**DATED, **TOLD, "tags": (), "after": 0},
    "action.engaged": {**DATED, "qualifier": None, "at_least": False, "after": 0},
    "action.realised": {**DATED, "qualifier": None, "after": 0},
    "action.abandoned": {**DATED, "reason": None, "after": 0},
    "action.reopened": {**DATED, "to": a.Status.ENGAGED, "after": 0},
    "action.withdrawn": {**DATED, "after": 0},
    "action.merged-into": {**DATED, "reason": None, "after": 0},
    "action.split-into": {**DATED, "reason": None, "after": 0},
    "action.superseded": {**DATED, "reason": None, "after": 0},
    "action.not-assessable": {**DATED, "reason": None, "after": 0},
    "action.not-assessed": {**DATED, "reason": None, "after": 0},
    "action.restored": {**DATED, "reason": None, "after": 0, "assessment": None},
    "action.described": {"note": None},
    "action.qualified": {**DATED, "qualifier": None},
    "action.evidence-attached": {"entry": None, "note": None},
    "action.retracted": {},
    "action.erased": {},
    "plan.created": {"note": None},
    "plan.amended": {"note": None},
    "plan.figure-published": {
        "of": None,
        "counted": (a.Status.ENGAGED, a.Status.REALISED),
        "base": "all",
        "rounding": "half-up",
        "published": None,
        "evidence": (),
        "note": None,
    },
    "plan.evidence-attached": {"entry": None, "note": None},
    "plan.retracted": {},
    "plan.erased": {},
}


@pytest.mark.parametrize("name", NAMES)
def test_meaning_of_a_field_that_is_left_out_never_changes(name: str) -> None:
    event = MINIMAL_EVENTS[name]
    held = {field.name: getattr(event, field.name) for field in attrs.fields(type(event))}
    left_out = held.keys() - json.loads(LINES[f"{name}.minimal"])["data"].keys()
    assert {field: held[field] for field in left_out} == DEFAULTS[name]


def test_meaning_of_terms_that_are_left_out_never_changes() -> None:
    terms: Any = decode(LINES["plan.created.minimal"], 0).event
    assert attrs.asdict(terms.terms.policy, recurse=False) == {
        "counted": ("engaged", "realised"),
        "base": "all",
        "rounding": "half-up",
        "decimals": 0,
    }
    assert terms.terms.policy == Policy()
    assert terms.terms.territory.timezone == "Europe/Paris"
    assert (terms.terms.initial_list_on, terms.terms.axes) == (None, ())


# --- canonical -------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)
ASCII_NAMES = st.text(st.characters(max_codepoint=0x7F))
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ASCII_NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@example({"b": '\x00\x1f\x7f\x80"\\/\b\f\n\r\t\u2028\ufeff\U0001f333', "B": [], "a": {}, "": 0})
@settings(max_examples=500, deadline=None, database=None)
def test_canonical_agrees_with_an_independent_encoder(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def _has_float(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_float, value.values()))
    if isinstance(value, list):
        return any(map(_has_float, value))
    return isinstance(value, float)


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_canonical_agrees_with_the_vectors_of_rfc_8785(name: str) -> None:
    """Of the vectors that have no floats; names beyond U+FFFF are left out (ours are ASCII)."""
    if not VECTORS.is_dir():
        pytest.skip("the public vectors are not here")
    value = json.loads((VECTORS / "input" / f"{name}.json").read_text("utf-8"))
    if _has_float(value):
        pytest.skip("the vector has floats, entries have none")
    expected = (VECTORS / "output" / f"{name}.json").read_bytes().rstrip(b"\n")
    if name == "weird":
        value = {key: text for key, text in value.items() if max(key) <= "\uffff"}
        expected = expected.replace('"😂":"Smiley",'.encode(), b"")
    assert canonical(value) == expected


@pytest.mark.parametrize("name", ENTRIES)
def test_what_was_converted_once_is_not_changed_by_converting_it_again(name: str) -> None:
    event = ENTRIES[name].event
    assert attrs.evolve(event) == event == rebuilt(type(event), event)


# --- stamping --------------------------------------------------------------------------------

INSTANTS = st.datetimes(timezones=st.just(UNSTAMPED.utc.tzinfo)).map(Instant)


@pytest.mark.parametrize("name", LINES)
@given(instant=INSTANTS)
@settings(max_examples=10, deadline=None, database=None)
def test_stamp_writes_the_recorded_date_and_never_changes_the_length(
    name: str, instant: Instant
) -> None:
    draft = encode(attrs.evolve(ENTRIES[name], recorded_at=UNSTAMPED))
    [stamped] = stamp([draft], instant)
    assert stamped == encode(attrs.evolve(ENTRIES[name], recorded_at=instant))
    assert len(stamped) == len(draft)
    assert recorded_at(stamped) == instant


@pytest.mark.parametrize(
    "title",
    [
        f'"recorded_at":"{UNSTAMPED}"',
        f'\\"recorded_at":"{UNSTAMPED}"\\',
        f'{{"recorded_at":"{UNSTAMPED}"}}',
        str(UNSTAMPED),
    ],
)
def test_stamp_is_not_confused_by_a_text_that_contains_the_member(title: str) -> None:
    event = attrs.evolve(FULL_EVENTS["action.proposed"], title=title)
    entry = attrs.evolve(ENTRIES["action.proposed.full"], event=event, stated_at=UNSTAMPED)
    instant = Instant.parse("2024-01-15T09:00:00.000000Z")
    [stamped] = stamp([encode(attrs.evolve(entry, recorded_at=UNSTAMPED))], instant)
    assert decode(stamped, 7) == attrs.evolve(entry, recorded_at=instant)


# --- refused: bytes that are not canonical ---------------------------------------------------


@pytest.mark.parametrize("name", LINES)
def test_every_change_of_one_byte_is_refused_or_another_entry(name: str) -> None:
    line = LINES[name]
    others = 0
    for place, byte in enumerate(line):
        for new in {byte ^ 0x01, byte ^ 0x20, 0x22, 0xFF} - {byte}:
            state = line[:place] + bytes([new]) + line[place + 1 :]
            if refused_or_same(state):
                others += 1
                assert decode(state, 7) != ENTRIES[name]
    assert others > 0


@pytest.mark.parametrize("name", LINES)
def test_every_byte_that_is_left_out_or_put_in_is_refused_or_another_entry(name: str) -> None:
    line = LINES[name]
    for place in range(len(line) + 1):
        refused_or_same(line[:place] + line[place + 1 :] if place < len(line) else line[:-1])
        for new in (b" ", b"0", b'"'):
            refused_or_same(line[:place] + new + line[place:])


@pytest.mark.parametrize("name", LINES)
def test_every_truncation_is_refused(name: str) -> None:
    for length in range(len(LINES[name])):
        refused(LINES[name][:length])


@pytest.mark.parametrize("name", LINES)
def test_every_space_between_members_is_refused(name: str) -> None:
    raw = json.loads(LINES[name])
    refused(json.dumps(raw, ensure_ascii=False, sort_keys=True).encode())
    refused(json.dumps(raw, ensure_ascii=False, sort_keys=True, indent=1).encode())
    refused(LINES[name] + b"\n")
    refused(b" " + LINES[name])
    refused(b"\xef\xbb\xbf" + LINES[name])


@pytest.mark.parametrize("name", LINES)
def test_unsorted_members_are_refused(name: str) -> None:
    raw = json.loads(LINES[name])
    backwards = dict(reversed(raw.items()))
    refused(json.dumps(backwards, ensure_ascii=False, separators=(",", ":")).encode())
    data = dict(reversed(raw["data"].items()))
    if len(data) > 1:
        state = json.dumps({**raw, "data": data}, ensure_ascii=False, separators=(",", ":"))
        refused(state.encode())


@pytest.mark.parametrize("name", LINES)
def test_members_given_twice_are_refused(name: str) -> None:
    line = LINES[name]
    refused(line.replace(b'"version":2', b'"version":2,"version":2'))
    refused(line.replace(b'"version":2', b'"version":1,"version":2'))
    refused(line.replace(b'"data":{', b'"data":{},"data":{'))


@pytest.mark.parametrize(
    ("plain", "escaped"),
    [
        (b'"event"', b'"\\u0065vent"'),
        (b'"bethune-2020"', b'"\\u0062ethune-2020"'),
        ("é".encode(), b"\\u00e9"),
        ("🌳".encode(), b"\\ud83c\\udf33"),
        (b'\\"vite', b"\\u0022vite"),
        (b"\\\\ ", b"\\u005c "),
        (b"p. 4", b"p\\u002e 4"),
        (b"https://", b"https:\\/\\/"),
    ],
)
def test_escapes_that_are_not_needed_are_refused(plain: bytes, escaped: bytes) -> None:
    assert plain in FULL
    refused(FULL.replace(plain, escaped, 1))


@pytest.mark.parametrize(
    ("composed", "decomposed"),
    [("Rénover", "Re\u0301nover"), ("Å", "\u212b"), ("한", "\u1112\u1161\u11ab")],
)
def test_text_that_is_not_nfc_is_refused_everywhere(composed: str, decomposed: str) -> None:
    for place in ("title", "axis", "theme"):
        assert refused_or_same(changed_data(FULL, **{place: composed}))
        refused(changed_data(FULL, **{place: decomposed}))
    for place in ("plan", "action"):
        assert refused_or_same(changed(FULL, **{place: composed}))
        refused(changed(FULL, **{place: decomposed}))


@pytest.mark.parametrize("text", [" T", "T ", "", "T\n", "T\x00", "T\x85", "T\u2028", "T\ud800"])
def test_text_that_is_not_clean_is_refused(text: str) -> None:
    refused(json.dumps({**json.loads(FULL), "data": {"on": "2023", "title": text}}).encode())


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    refused(FULL.replace("é".encode(), "é".encode("latin-1"), 1))
    refused(FULL.replace("é".encode(), b"\xc0\x80", 1))
    refused(FULL.replace("é".encode(), b"\xed\xa0\x80", 1))
    refused(FULL.decode().encode("utf-16"))


# --- refused: members ------------------------------------------------------------------------


def _nodes(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every value in parsed JSON, the whole one first."""
    yield place
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _nodes(value[key], (*place, key))


def _put(value: Any, place: tuple[Any, ...], new: object) -> Any:
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = _put(value[place[0]], place[1:], new)
    return copy


def _loosely(value: object) -> bytes:
    """Return JSON as sorted and short as canonical bytes, also of what may not be in them."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


@pytest.mark.parametrize("name", LINES)
def test_unknown_members_are_refused_at_every_depth(name: str) -> None:
    raw = json.loads(LINES[name])
    for place in _nodes(raw):
        held: Any = raw
        for step in place:
            held = held[step]
        if isinstance(held, dict):
            error = refused(canonical(_put(raw, place, {**held, "zz": 1})))
            assert error.code == "bytes-not-canonical"


STRANGE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.0, 1.5, 2**53, -(2**53), float("nan"), float("inf"), "", "x",
    "1", "0", "None", "NaN", "é", "e\u0301", "2023-13", "2023-W01-1", "20230101", "a" * 64,
    "A" * 64, [], {}, [[]], [{}], [""], [None], {"": ""}, {"title": "x"}, ["x", "x"],
)  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_any_value_in_any_place_is_refused_or_another_entry(name: str) -> None:
    raw = json.loads(LINES[name])
    for place in _nodes(raw):
        for new in STRANGE:
            refused_or_same(_loosely(_put(raw, place, new)))


@pytest.mark.parametrize("value", [[], {}])
def test_event_name_that_is_not_text_is_refused(value: object) -> None:
    refused(changed(SMALL, event=value))


@pytest.mark.parametrize("name", ["action.engaged", "plan.created", "action.retracted"])
def test_data_that_is_not_an_object_is_refused(name: str) -> None:
    for value in (0, 1, True, None, "", "x", [], [[]], ["on"]):
        refused(changed(LINES[f"{name}.minimal"], data=value))


@pytest.mark.parametrize("member", [b"bethune-2020", b"zoom-01"])
def test_half_a_character_in_a_key_is_refused(member: bytes) -> None:
    refused(SMALL.replace(member, b"\\ud800"))


@pytest.mark.parametrize("name", LINES)
def test_every_member_of_the_envelope_is_needed(name: str) -> None:
    raw = json.loads(LINES[name])
    for member in raw.keys() - {"stated_at"}:
        refused(canonical({key: value for key, value in raw.items() if key != member}))


def test_action_and_plan_are_not_exchanged() -> None:
    """An event of an action needs the action's key, an event of a plan must not have one."""
    plan = json.loads(LINES["plan.retracted.minimal"])
    refused(canonical({**plan, "action": "zoom-01"}))
    action = json.loads(LINES["action.retracted.minimal"])
    refused(canonical({key: value for key, value in action.items() if key != "action"}))


@pytest.mark.parametrize("version", [2**53, 2**63, -(2**53), 1.0, 1e3, True, "2", None, [2]])
def test_version_that_is_no_whole_number_is_refused(version: object) -> None:
    refused(_loosely({**json.loads(SMALL), "version": version}))


@pytest.mark.parametrize("version", [0, -1, -(2**53) + 1])
def test_version_below_one_is_refused(version: int) -> None:
    refused(changed(SMALL, version=version))


@pytest.mark.parametrize(
    ("name", "member", "value"),
    [
        ("action.engaged.full", "after", -1),
        ("action.retracted.full", "entry", 0),
        ("action.retracted.full", "entry", -1),
        ("action.evidence-attached.full", "entry", 0),
        ("plan.retracted.full", "entry", 0),
    ],
)
def test_version_of_another_entry_below_one_is_refused(name: str, member: str, value: int) -> None:
    refused(changed_data(LINES[name], **{member: value}))


@pytest.mark.parametrize(
    "value", [b"1.0", b"1e0", b"1E0", b"-0", b"01", b"+1", b"NaN", b"Infinity"]
)
def test_number_that_is_not_in_its_one_form_is_refused(value: bytes) -> None:
    refused(SMALL.replace(b'"version":2', b'"version":' + value))
    engaged = LINES["action.engaged.full"]
    refused(engaged.replace(b'"after":3', b'"after":' + value))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("percentage", "81.0e0"),
        ("percentage", "8_1"),
        ("percentage", "٨١"),
        ("percentage", " 81"),
        ("percentage", "+81"),
        ("percentage", "081"),
        ("percentage", "81."),
        ("percentage", "NaN"),
        ("percentage", "Infinity"),
        ("percentage", "1E+1"),
        ("percentage", 81),
        ("percentage", 81.5),
        ("percentage", "101"),
        ("of", 0),
        ("of", True),
        ("on", "20231231"),
        ("on", "2023-W52-7"),
        ("on", "2023"),
        ("on", "31/12/2023"),
        ("on", "2023-12-32"),
        ("published", "2024-13"),
        ("published", "2024/2023"),
        ("published", "2024~"),
        ("counted", "realised"),
        ("counted", []),
        ("counted", ["realised", "engaged"]),
        ("counted", ["realised", "realised"]),
        ("counted", ["Realised"]),
        ("base", "All"),
        ("rounding", ""),
    ],
)
def test_value_that_encoding_would_not_write_is_refused(member: str, value: object) -> None:
    refused(
        _loosely(_put(json.loads(LINES["plan.figure-published.full"]), ("data", member), value))
    )


@pytest.mark.parametrize(
    ("name", "member", "default"),
    [
        ("action.engaged", "after", 0),
        ("action.engaged", "at_least", False),
        ("action.engaged", "evidence", []),
        ("action.engaged", "note", None),
        ("action.engaged", "qualifier", None),
        ("action.proposed", "tags", []),
        ("action.reopened", "to", "engaged"),
        ("action.described", "note", None),
        ("plan.created", "note", None),
        ("plan.figure-published", "counted", ["engaged", "realised"]),
        ("plan.figure-published", "base", "all"),
        ("plan.figure-published", "rounding", "half-up"),
    ],
)
def test_default_that_is_written_out_is_refused(name: str, member: str, default: object) -> None:
    line = LINES[f"{name}.minimal"]
    assert member not in json.loads(line)["data"]
    refused(changed_data(line, **{member: default}))


def test_default_that_is_written_out_deep_inside_is_refused() -> None:
    raw = json.loads(LINES["plan.created.minimal"])
    for place, default in [
        (("terms", "policy"), {}),
        (("terms", "policy"), {"decimals": 0}),
        (("terms", "axes"), []),
        (("terms", "initial_list_on"), None),
        (("terms", "territory"), {"name": "Béthune", "timezone": "Europe/Paris"}),
        (("terms", "territory"), {"name": "Béthune", "insee": None}),
    ]:
        terms = {**raw["data"]["terms"], place[1]: default}
        refused(canonical({**raw, "data": {"terms": terms}}))


def test_stated_date_that_is_null_is_refused() -> None:
    refused(changed(SMALL, stated_at=None))


@pytest.mark.parametrize(
    "commitment",
    [
        "A" * 64,
        "a" * 63,
        "a" * 65,
        "g" * 64,
        "",
        "ａ" * 64,
        "a" * 64 + "\n",
        None,
        5,
        True,
        "Jeanne",
    ],
)
def test_commitment_that_is_not_64_lower_case_digits_is_refused(commitment: object) -> None:
    refused(changed(SMALL, recorded_by=commitment))
    if commitment is not None:
        refused(changed_data(SMALL, note=commitment))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T09:12:03.123456+00:00",
        "2026-11-23T09:12:03.123456z",
        "2026-11-23 09:12:03.123456Z",
        "2026-11-23T09:12:03.123Z",
        "2026-11-23T09:12:03Z",
        "2026-11-23T09:12:60.123456Z",
        "2026-02-30T09:12:03.123456Z",
        "２026-11-23T09:12:03.123456Z",
        "0000-11-23T09:12:03.123456Z",
        "",
    ],
)
def test_instant_in_another_form_is_refused(text: str) -> None:
    refused(changed(SMALL, recorded_at=text))
    refused(changed(SMALL, stated_at=text))


@pytest.mark.parametrize("name", ["", "action.Engaged", "engaged", "plan.engaged", "action.", "é"])
def test_unknown_event_name_is_refused_with_the_name(name: str) -> None:
    error = refused(changed(SMALL, event=name))
    assert (error.code, error.facts["name"], error.facts["place"]) == ("name-unknown", name, "#7")


@pytest.mark.parametrize(
    "key", ["", "a b", " a", "a/b", "../x", "x'; DROP TABLE", "é\u0000", "a" * 101]
)
def test_key_that_no_command_could_record_is_refused(key: str) -> None:
    """With plan `a/b`, an entry of a plan would lie in the stream of an action."""
    refused(changed(LINES["plan.created.minimal"], plan=key))
    refused(changed(SMALL, plan=key))
    refused(changed(SMALL, action=key))


# --- refused: too deep, too long -------------------------------------------------------------


@pytest.mark.parametrize("depth", [100, 5_000, 100_000])
@pytest.mark.parametrize("brackets", ["[]", '{"a":}'])
def test_deep_nesting_is_refused(brackets: str, depth: int) -> None:
    start, end = brackets[:-1], brackets[-1]
    deep = (start * depth + "0" + end * depth).encode()
    refused(deep)
    refused(SMALL.replace(b'"on":"2023-04"', b'"on":' + deep))
    refused(SMALL.replace(b'"version":2', b'"version":' + deep))


def test_nesting_as_deep_as_json_reads_is_refused() -> None:
    """What can still be parsed may be too deep to be printed in the error."""
    for depth in range(800, sys.getrecursionlimit()):
        refused(SMALL.replace(b'"version":2', b'"version":' + b"[" * depth + b"]" * depth))


LONG = 10_000_000


@pytest.mark.parametrize(
    "state",
    [
        b"\x00" * LONG,
        b"[" * LONG,
        b'{"event":"' + b"x" * LONG + b'"}',
        SMALL.replace(b'"version":2', b'"version":' + b"2" * LONG),
        SMALL.replace(b'"plan":"', b'"planned":"' + b"x" * LONG + b'","plan":"'),
        LINES["action.proposed.minimal"].replace(b"Arbres", b"A" * LONG),
        SMALL.replace(b"2023-04", b"2023-04/" * (LONG // 8)),
        SMALL.replace(b"10af", b"10af" * (LONG // 4), 1),
    ],
    ids=["zeros", "nesting", "name", "number", "member", "title", "date", "commitment"],
)
def test_ten_megabytes_are_refused_in_one_short_line(state: bytes) -> None:
    error = refused(state)
    assert len(error.text("fr")) < 300
    assert "\n" not in error.text("fr")


# --- refused: anything else ------------------------------------------------------------------


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None, database=None)
def test_random_bytes_are_refused(state: bytes) -> None:
    refused(state)


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    line = draw(st.sampled_from([*LINES.values()]))
    for _ in range(draw(st.integers(1, 3))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(line))] * 2)))
        other = draw(st.sampled_from([*LINES.values()]))
        there = draw(st.integers(0, len(other)))
        piece = draw(st.binary(max_size=6) | st.just(other[there : there + end - start]))
        line = line[:start] + piece + line[end:]
    return line


@given(_mutated())
@settings(max_examples=1000, deadline=None, database=None)
def test_mutated_lines_are_refused_or_another_entry(state: bytes) -> None:
    refused_or_same(state)


# --- what a refusal says ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "place"),
    [
        (changed(SMALL, zz=1), "$.zz"),
        (changed_data(SMALL, zz=1), "$.data.zz"),
        (changed(SMALL, data={}), "$.data.on"),
        (changed_data(SMALL, evidence=[{"title": "x"}, {"title": "x", "z": 1}]), "evidence[1].z"),
    ],
)
def test_refusal_names_the_entry_and_the_member(state: bytes, place: str) -> None:
    text = refused(state).text()
    assert text.startswith("#7: ")
    assert place in text


@pytest.mark.parametrize(
    ("member", "value", "place"),
    [
        ("on", "2023-13", "$.data.on"),
        ("qualifier", "tardy", "$.data.qualifier"),
        ("evidence", [{"kind": "book", "title": "x"}], "$.data.evidence[0].kind"),
    ],
)
def test_refusal_of_a_value_names_its_place(member: str, value: object, place: str) -> None:
    assert place in refused(changed_data(SMALL, **{member: value})).text()


@pytest.mark.parametrize("state", [b"", b"\x00", b"{", b"[]", b"\xff", b"1"])
def test_refusal_of_bytes_that_are_not_json_names_the_entry(state: bytes) -> None:
    assert refused(state).text().startswith("#7: ")


# --- private texts ---------------------------------------------------------------------------


def _private_places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _private_places(item, (*place, index))
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            if field.metadata.get("private") and getattr(value, field.name) is not None:
                yield (*place, field.name)
            elif field.init:
                yield from _private_places(getattr(value, field.name), (*place, field.name))


def _evolved(value: Any, place: tuple[Any, ...], new: object) -> Any:
    if not place:
        return new
    if isinstance(value, tuple):
        items = [*value]
        items[place[0]] = _evolved(items[place[0]], place[1:], new)
        return tuple(items)
    return attrs.evolve(value, **{place[0]: _evolved(getattr(value, place[0]), place[1:], new)})


def test_text_that_was_not_sealed_is_never_written() -> None:
    """Each private text of each event, at any depth, in plain: refused by the encoder."""
    tried = 0
    for name, event in FULL_EVENTS.items():
        for place in _private_places(event):
            plain = _evolved(event, place, "Jeanne Martin")
            with pytest.raises(MalformedEntry, match="not sealed"):
                encode(attrs.evolve(ENTRIES[f"{name}.full"], event=plain))
            tried += 1
    assert tried == 50


def test_every_field_for_private_text_is_declared_so() -> None:
    """A field typed for sealed text without the mark would be written in plain."""
    seen: set[type] = set()
    unmarked: list[str] = []

    def walk(cls: Any) -> None:
        for part in (cls, *get_args(cls)):
            if part is cls and get_args(cls):
                continue
            if attrs.has(part) and part not in seen and part is not type(NOTE):
                seen.add(part)
                for field in attrs.fields(part):
                    sealed = type(NOTE) in get_args(field.type)
                    if sealed is not bool(field.metadata.get("private")):
                        unmarked.append(f"{part.__name__}.{field.name}")
                    walk(field.type)

    for event in NAMES.values():
        walk(event)
    # An erasure names commitments of another entry; it seals nothing itself.
    assert (unmarked, len(seen)) == (["Erased.texts"], 29)
