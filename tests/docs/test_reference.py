"""The reference pages say what the library does, and all of it."""

import enum
import inspect
import re
import runpy
import shlex
from functools import cache

import pytest
from docs_pages import DOCS, LANGUAGES, ROOT, blocks, commands, pages

import bilan_ledger
from bilan_ledger.audit import KINDS, read, split
from bilan_ledger.cli import declare_all
from bilan_ledger.cli.app import app
from bilan_ledger.merkle import root
from bilan_ledger.messages import MESSAGES

declare_all()

PUBLIC = [name for name in bilan_ledger.__all__ if not name.startswith("__")]
GENERATED = runpy.run_path(str(DOCS / "generate.py"))["PAGES"]


@cache
def page(name, lang="en"):
    return (DOCS / lang / f"{name}.md").read_text(encoding="utf-8")


def test_the_example_of_a_log_is_one():
    """The two lines of the page are read without a finding, and have the root that it names."""
    text = page("reference/ledger-file")
    [block] = re.findall(r"<!-- example -->\n```text\n(.*?)```", text, re.DOTALL)
    lines, cut = split(block.encode())
    reading = read(lines)
    assert ([], ()) == (cut, reading.findings)
    assert ["demo", "demo/A"] == [entry.subject for entry in reading.entries]
    assert f"`{root(reading.leaves).hex()}`" in text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", GENERATED)
def test_generated_pages_are_up_to_date(name, lang):
    """Else: python docs/generate.py."""
    assert GENERATED[name](lang) == page(name.removesuffix(".md"), lang)


# --- everything is there ----------------------------------------------------------------------


def test_every_public_name_is_in_the_api():
    """Each once, and nothing that is not public."""
    found = re.findall(
        r"^\.\. auto(?:class|function):: bilan_ledger\.(\w+)", page("reference/api"), re.MULTILINE
    )
    assert sorted(PUBLIC) == sorted(found)


def public_members():
    for name in PUBLIC:
        thing = getattr(bilan_ledger, name)
        yield name, thing
        if inspect.isclass(thing):
            for member, value in vars(thing).items():
                known = (property, classmethod, staticmethod)
                if not member.startswith("_") and (
                    inspect.isfunction(value) or isinstance(value, known)
                ):
                    yield f"{name}.{member}", value


@pytest.mark.parametrize(("name", "thing"), [pytest.param(*m, id=m[0]) for m in public_members()])
def test_every_public_name_has_a_sentence(name, thing):
    """A docstring of its own whose first line is one sentence."""
    first = (inspect.getdoc(thing) or "").partition("\n")[0]
    assert re.search(r"[.:]$|[.:;] ", first), f"{name}: {first!r}"
    if inspect.isclass(thing):
        assert thing.__doc__, name


def walk(command=app, path=()):
    """Yield every command with its path."""
    yield path, command
    for name in sorted(each for each in command if not each.startswith("-")):
        yield from walk(command[name], (*path, name))


COMMANDS = {" ".join(path): command for path, command in walk() if path}


def options(command):
    if command.default_command is None:
        return set()
    named = command.assemble_argument_collection()
    return {name for argument in named for name in argument.names if name.startswith("-")}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name, lang):
    """Under the command's own heading, with its help."""
    _, _, rest = page("reference/commands", lang).partition(f"\n### bilan {name}\n")
    section = rest.partition("\n### ")[0]
    assert section, name
    section = re.sub(r"[│\s]+", "", section)  # a name may be broken over two lines of the box
    assert not [each for each in options(COMMANDS[name]) if each not in section]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_finding_message_and_policy_is_documented(lang):
    """By its code or value, in a table of its page."""
    for name, codes in (("findings", KINDS), ("messages", MESSAGES)):
        listed = re.findall(r"^\| `([\w-]+)` \|", page(f"reference/{name}", lang), re.MULTILINE)
        assert list(codes) == listed
    text = page("reference/policies", lang)
    for values in (
        bilan_ledger.Base,
        bilan_ledger.Rounding,
        bilan_ledger.Status,
        bilan_ledger.Verdict,
    ):
        assert not [value.value for value in values if f"`{value.value}`" not in text]


# --- glossary ---------------------------------------------------------------------------------

# The table of words in the project's design: the French word beside the code.
DESIGN_WORDS = {
    "Plan": "programme", "Action": "action", "Status": "statut", "Qualifier": "mention",
    "Entry": "écriture", "on": "date d'effet", "recorded_at": "date d'enregistrement",
    "stated_at": "date déclarée", "Evidence": "pièce justificative", "Measure": "chiffre clé",
    "PublishFigure": "chiffre publié", "Policy": "règle de calcul", "proposed": "proposée",
    "engaged": "engagée", "realised": "réalisée", "abandoned": "abandonnée",
}  # fmt: skip


def rows(lang):
    lines = page("glossary", lang).splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line[:2] == "| "
    ]
    return [
        (first, second, re.findall(r"`([^`]+)`", codes)) for first, second, codes, _ in cells[1:]
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_glossary_holds_every_term(lang):
    """Every public class, every value of the domain, and the words of the design."""
    told = {code: french if lang == "en" else first
            for first, french, codes in rows(lang) for code in codes}  # fmt: skip
    classes = {name for name in PUBLIC if inspect.isclass(getattr(bilan_ledger, name))}
    assert not classes - set(told)
    for words in ("Status", "Qualifier", "Scope", "Verdict"):
        found: type[enum.Enum] = getattr(bilan_ledger, words)
        assert not {value.value for value in found} - set(told)
    assert DESIGN_WORDS == {code: told[code] for code in DESIGN_WORDS}


def test_both_glossaries_hold_the_same_words():
    """In the order of their own language."""
    english = {(first, second, *codes) for first, second, codes in rows("en")}
    french = {(second, first, *codes) for first, second, codes in rows("fr")}
    assert english == french


# --- what is said in passing ------------------------------------------------------------------

EVERY_PAGE = [DOCS / lang / name for lang in LANGUAGES for name in pages(lang)]
ALSO = [ROOT / "README.md", *sorted((ROOT / "examples").rglob("README.md"))]
INLINE = re.compile(r"(?<!`)`(bilan [^`]+)`(?!`)")


def without_blocks(text):
    for block in reversed(list(blocks(text))):
        text = text[: block.start] + text[block.end :]
    return text


def is_a_command(words):
    """Whether such a command and such options exist; `…` and capitals stand for anything."""
    length = 2 if " ".join(words[:2]) in COMMANDS else 1
    command = COMMANDS.get(" ".join(words[:length]))
    if command is None:
        return words[0].startswith("-") or words[0] in {"COMMAND", "COMMANDE"}
    given = {word.partition("=")[0] for word in words[length:] if word.startswith("--")}
    return given <= options(command) | {"--help"}


@pytest.mark.parametrize("path", [*EVERY_PAGE, *ALSO], ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_named_in_passing_exist(path):
    """A command line in a sentence has a command and options that exist."""
    said = INLINE.findall(without_blocks(path.read_text(encoding="utf-8")))
    assert not [line for line in said if not is_a_command(shlex.split(line.replace("'", ""))[1:])]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("bilan figure PLAN --on DAY", True),
        ("bilan figures", False),
        ("bilan figure --day X", False),
        ("bilan evidence add", True),
        ("bilan key new X -o FILE", True),
        ("bilan --help", True),
    ],
)
def test_a_command_that_does_not_exist_is_seen(line, answer):
    """The check itself."""
    assert answer is is_a_command(shlex.split(line)[1:])


LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)]*)?\)")


@pytest.mark.parametrize("path", [*EVERY_PAGE, *ALSO], ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    """To a file of the repository."""
    found = LINK.findall(without_blocks(path.read_text(encoding="utf-8")))
    assert not [link for link, _ in found if not (path.parent / link).exists()]


def test_pages_named_in_the_code_exist():
    """Messages and docstrings that send people to a page."""
    named = {
        found
        for path in (ROOT / "src").rglob("*.py")
        for found in re.findall(r"docs/[\w/-]+\.md", path.read_text(encoding="utf-8"))
    }
    assert named
    assert not [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize("path", EVERY_PAGE, ids=lambda path: str(path.relative_to(DOCS)))
def test_pages_are_plain(path):
    """No block that is indented (nothing would run it), no tab, no path or host of a machine."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"^[ ]+`{3}", text, re.MULTILINE)
    assert "\t" not in text
    assert not re.search(r"/(?:tmp|home|root|opt)/|localhost", text)
    assert text.startswith(("# ", "<!--"))
    for block in blocks(text):
        if block.language == "console":
            list(commands(block.source))


def test_scripts_named_in_docstrings_exist():
    """`python examples/….py` in the docstring of an example is that example."""
    for path in (ROOT / "examples").rglob("*.py"):
        for named in re.findall(
            r"^ *python (\S+\.py)", path.read_text(encoding="utf-8"), re.MULTILINE
        ):
            assert (ROOT / named).exists(), named
