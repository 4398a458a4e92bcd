"""Errors: one clear line in two languages, and a sentence for every code that the source uses."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest

import bilan_ledger
from bilan_ledger import errors
from bilan_ledger.action import Scope, ScopeCommand, Status, StatusCommand
from bilan_ledger.errors import (
    BilanError,
    CommandRefused,
    ConcurrentWrite,
    InvalidValue,
    LedgerUnavailable,
    MalformedEntry,
    NotFound,
    Refusal,
    shown,
)
from bilan_ledger.messages import LANGUAGES, MESSAGES, VOCABULARY, render, word

# --- every code has its sentence, and every sentence its use ---------------------------------

SOURCE = Path(bilan_ledger.__file__).parent
RAISED = {name for name in vars(errors) if isinstance(getattr(errors, name), type)} - {
    "CommandRefused"
}
EXAMPLES = {"status": "engaged / realised", "scope": "merged", "command": "Engage"}


class Use(NamedTuple):
    """A place in the source where a code is used, with the facts that are given."""

    place: str
    code: str
    facts: frozenset[str]


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Yield every module but the one that holds the sentences."""
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name != "messages.py":
            yield str(path.relative_to(SOURCE)), ast.parse(path.read_text(encoding="utf-8"))


def uses() -> Iterator[Use]:
    """Yield every call that makes an error or a refusal of a literal code."""
    for file, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (code := _code(node)):
                yield Use(f"{file}:{node.lineno}", code, _facts(node))


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _code(call: ast.Call) -> str | None:
    place = {"matching": 2}.get(_name(call), 0 if _name(call) in RAISED else None)
    if place is None or len(call.args) <= place:
        return None
    found = call.args[place]
    return found.value if isinstance(found, ast.Constant) else None


def _facts(call: ast.Call) -> frozenset[str]:
    named = {keyword.arg or "**" for keyword in call.keywords}
    match _name(call):
        case "matching":
            return frozenset({"field", "value"})
        case "Refusal":
            given = call.args[1] if len(call.args) > 1 else ast.Dict(keys=[], values=[])
            assert isinstance(given, ast.Dict), ast.dump(call)
            keys = {key.value for key in given.keys if isinstance(key, ast.Constant)}
            return frozenset({*keys, "entries"})
        case _:
            return frozenset(named)


def needed(code: str) -> list[set[str]]:
    """Return the facts that a code's sentences need, French and English."""
    parse = string.Formatter().parse
    given = {"de"}  # by `render` itself, before a French verb
    return [{name for _, name, _, _ in parse(text) if name} - given for text in MESSAGES[code]]


USES = list(uses())


def test_the_scan_of_the_source_finds_what_it_should() -> None:
    """A sample of what is known to be there, so that the tests below are not empty."""
    codes = {use.code for use in USES}
    assert {"date-form", "action-unknown", "url-form", "no-plan", "bytes-not-canonical"} <= codes
    assert 60 < len(USES)


@pytest.mark.parametrize("use", USES, ids=lambda use: f"{use.code}@{use.place}")
def test_every_code_in_the_source_has_a_sentence_and_its_facts(use: Use) -> None:
    """A fact that is missing would be a KeyError where an error was to be told."""
    assert use.code in MESSAGES
    for facts in needed(use.code):
        assert facts <= use.facts


def test_no_sentence_is_unused() -> None:
    """Every code stands somewhere in the source."""
    words = {
        node.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [] == sorted(set(MESSAGES) - words)


@pytest.mark.parametrize("code", MESSAGES)
def test_every_sentence_can_be_said_in_both_languages(code: str) -> None:
    """The same facts, two different lines, and nothing left in braces."""
    french, english = needed(code)
    assert french == english
    facts = {name: EXAMPLES.get(name, f"‹{name}›") for name in french}
    said = [render(code, lang, facts) for lang in LANGUAGES]
    assert said[0] != said[1]
    for line in said:
        assert 1 == len(line.splitlines())
        assert not set("{}") & set(line)
        assert all(facts[name] in line for name in french if name not in EXAMPLES)
        assert line == line.strip()


def test_a_fact_that_is_missing_is_a_programming_error() -> None:
    with pytest.raises(KeyError, match="value"):
        render("date-form", "en", {"field": "on"})


def test_a_language_that_is_not_french_is_english() -> None:
    expected = "this plan is not in this ledger. Create it (plan)."
    assert expected == render("plan-unknown", "de", {}) == render("plan-unknown", "en", {})
    assert "programme" in render("plan-unknown", "fr", {})


def test_every_word_of_the_domain_has_its_french_and_its_english() -> None:
    """Statuses, scopes, and the commands that can be refused for them."""
    commands = [c.__name__ for c in (*get_args(StatusCommand), *get_args(ScopeCommand))]
    assert {*map(str, Status), *map(str, Scope), *commands} == set(VOCABULARY)
    for code in VOCABULARY:
        assert word(code, "fr") != word(code, "en")


# --- what is shown of a value ----------------------------------------------------------------

SHOWN = [
    ("Halle", "Halle"),
    ("", ""),
    (5, "5"),
    (None, "None"),
    ("L’été", "L’été"),
    ("a\nb", "a\\x0ab"),
    ("\x1b[31m", "\\x1b[31m"),
    ("a\u202eb", "a\\x202eb"),
    ("x" * 60, "x" * 60),
    ("x" * 61, "x" * 59 + "…"),
    ("x" * 10_000_000, "x" * 59 + "…"),
    ("\n" * 15, "\\x0a" * 15),
    ("\n" * 16, "\\x0a" * 14 + "\\x0…"),
]


@pytest.mark.parametrize(("value", "expected"), SHOWN, ids=lambda value: repr(value)[:20])
def test_what_is_shown_of_a_value(value: Any, expected: str) -> None:
    """One line, at most 60 characters, nothing that a terminal obeys."""
    assert expected == shown(value)


def test_a_number_that_python_does_not_print_is_named_by_its_kind() -> None:
    assert "int" == shown(10**5000)


def test_more_can_be_shown_of_what_must_be_read_whole() -> None:
    assert ("x" * 70, "x" * 79 + "…") == (shown("x" * 70, 80), shown("x" * 81, 80))


# --- the few exceptions ----------------------------------------------------------------------


def test_a_refusal_names_its_entries() -> None:
    found = Refusal("history-broken", {}, (3, 12))
    assert "entry #3, #12 would make no sense" in found.text()
    assert "l'écriture #3, #12 n'aurait plus de sens" in found.text("fr")


def test_a_refusal_without_entries_names_none() -> None:
    refused = Refusal("transition", {"command": "Reopen", "status": "proposed"})
    assert "est proposée (écriture —)" in refused.text("fr")
    assert "is proposed (entry —)" in refused.text("en")


def test_a_refusal_says_both_of_two_statuses() -> None:
    refused = Refusal("transition", {"command": "Engage", "status": "engaged / realised"}, (2,))
    assert "est engagée / réalisée (écriture #2)" in refused.text("fr")


@pytest.mark.parametrize("command", ["Engage", "Abandon"])
def test_french_elides_before_a_vowel(command: str) -> None:
    refused = Refusal("transition", {"command": command, "status": "realised"}, (2,))
    assert f"impossible d'{word(command, 'fr')} :" in refused.text("fr")


@pytest.mark.parametrize("command", ["Reopen", "Realise"])
def test_french_elides_nothing_before_a_consonant(command: str) -> None:
    refused = Refusal("transition", {"command": command, "status": "realised"}, (2,))
    assert f"impossible de {word(command, 'fr')} :" in refused.text("fr")


def test_an_invalid_value_says_field_value_and_rule() -> None:
    error = InvalidValue("date-form", field="on", value="hier\n")
    expected = (
        'on: "hier\\x0a" is not a date that can be read. Write 2023-04-15, 2023-04, 2023 '
        "or an interval 2020-06/2024-03."
    )
    assert expected == str(error) == error.text("en") == error.text()
    assert error.text("fr").startswith("on : « hier\\x0a » n'est pas une date lisible.")


def test_an_invalid_value_may_say_its_place() -> None:
    """File and line, before the same sentence."""
    error = InvalidValue("text-empty", field="title", value="")
    placed = error.at("actions.csv:12")
    assert InvalidValue is type(placed)
    assert f"actions.csv:12: {error}" == str(placed)
    assert f"actions.csv:12: {error.text('fr')}" == placed.text("fr")
    assert "place" not in error.facts


def test_a_refused_command_says_its_subject() -> None:
    refused = Refusal("plan-unknown")
    error = CommandRefused(refused, subject="p/a")
    assert refused is error.refusal
    assert ("plan-unknown", f"p/a: {refused.text('en')}") == (error.code, str(error))
    placed = CommandRefused(refused, subject="p/a", place="actions.csv:12")
    assert f"actions.csv:12: p/a: {refused.text('fr')}" == placed.text("fr")


KINDS = [
    (InvalidValue, ValueError),
    (MalformedEntry, ValueError),
    (NotFound, LookupError),
    (ConcurrentWrite, LedgerUnavailable),
    (CommandRefused, BilanError),
    (LedgerUnavailable, BilanError),
]


@pytest.mark.parametrize(("kind", "base"), KINDS)
def test_which_error_is_what(kind: type[Exception], base: type[Exception]) -> None:
    """Whoever catches `BilanError` catches them all."""
    assert issubclass(kind, base)
    assert issubclass(kind, BilanError)


def test_an_error_keeps_its_facts_as_they_are() -> None:
    """Only what is shown is shortened."""
    error = NotFound("no-action", action="x" * 100)
    assert ("no-action", {"action": "x" * 100}) == (error.code, error.facts)
    assert f'the action "{"x" * 59}…" is not in this ledger.' == str(error)


def test_a_path_is_told_whole() -> None:
    """The sentence is a command to be copied."""
    path = "/srv/communes/bethune/2020-2026/" + "registre-des-engagements/" * 2 + "bilan.ledger"
    assert f"bilan init {path}" in LedgerUnavailable("ledger-missing", path=path).text("fr")
