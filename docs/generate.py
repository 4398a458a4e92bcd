"""Write the reference pages that say what the code says: `python docs/generate.py`.

A test fails when a page is not what this writes.
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from bilan_ledger.audit import KINDS
from bilan_ledger.formats.tables import TABLES
from bilan_ledger.messages import MESSAGES

HERE = Path(__file__).parent
LANGUAGES = ("en", "fr")
_PLACE = {"fr": 0, "en": 1}  # of a language in a pair of the code's
_LOCALES = {"en": "en_GB.UTF-8", "fr": "fr_FR.UTF-8"}

# --- findings --------------------------------------------------------------------------------

_FINDINGS = {
    "en": """\
# The findings of an audit

`bilan audit` prints them with what to do; `--json` and `--sarif` give the code. Codes are stable.
Exit code: 1 if there is an error, 6 if there are only warnings, else 0. What stands in braces is
filled in.

| code | severity | what it says | what to do |
|---|---|---|---|
""",
    "fr": """\
# Les constats d'un audit

`bilan audit` les affiche avec ce qu'il faut faire ; `--json` et `--sarif` donnent le code. Les
codes ne changent pas. Code de sortie : 1 s'il y a une erreur, 6 s'il n'y a que des alertes, sinon
0. Ce qui est entre accolades est rempli.

| code | gravité | ce qui est dit | que faire |
|---|---|---|---|
""",
}
_SEVERITIES = {"error": "erreur", "warning": "alerte", "notice": "à noter"}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;").replace("*", "\\*")


def findings(lang: str) -> str:
    """Return the page of all findings."""
    place = _PLACE[lang]
    rows = ""
    for code, kind in KINDS.items():
        severity = kind.severity.word if lang == "en" else _SEVERITIES[kind.severity.word]
        said = f"{_cell(kind.sentence[place])} | {_cell(kind.advice[place])}"
        rows += f"| `{code}` | {severity} | {said} |\n"
    return _FINDINGS[lang] + rows


# --- messages --------------------------------------------------------------------------------

_MESSAGES = {
    "en": """\
# The messages

Every error and every refusal has a stable code and one sentence, in French and in English. In a
program: `error.code`, `error.text("en")`, and for a refusal `error.refusal.code` with the entries
in the way. What stands in braces is filled in; `{field}` says where.

| code | sentence |
|---|---|
""",
    "fr": """\
# Les messages

Chaque erreur et chaque refus a un code qui ne change pas et une phrase, en français et en
anglais. Dans un programme : `error.code`, `error.text("fr")`, et pour un refus
`error.refusal.code` avec les écritures en cause. Ce qui est entre accolades est rempli ;
`{field}` dit où.

| code | phrase |
|---|---|
""",
}


def messages(lang: str) -> str:
    """Return the page of all messages."""
    rows = [f"| `{code}` | {_cell(said[_PLACE[lang]])} |\n" for code, said in MESSAGES.items()]
    return _MESSAGES[lang] + "".join(rows)


# --- open data -------------------------------------------------------------------------------

_OPEN_DATA = {
    "en": """\
# The tables of open data

What `bilan publish-data` writes, as CSV and Parquet. Types are those of Table Schema. The columns
of the key are in bold.
""",
    "fr": """\
# Les tables des données ouvertes

Ce qu'écrit `bilan publish-data`, en CSV et en Parquet. Les types sont ceux de Table Schema. Les
colonnes de la clé sont en gras.
""",
}
_COLUMNS = {"en": "| column | type | meaning |", "fr": "| colonne | type | sens |"}


def open_data(lang: str) -> str:
    """Return the page of all tables and columns."""
    page = _OPEN_DATA[lang]
    for table in TABLES:
        page += f"\n## {table.name}\n\n{table.english if lang == 'en' else table.french}\n\n"
        page += f"{_COLUMNS[lang]}\n|---|---|---|\n"
        for column in table.columns:
            name = f"`{column.name}`"
            name = f"**{name}**" if column.name in table.key else name
            said = column.english if lang == "en" else column.french
            page += f"| {name} | {column.type} | {_cell(said)} |\n"
    return page


# --- glossary --------------------------------------------------------------------------------

_GLOSSARY = {
    "en": """\
# Glossary

The same word for the same thing everywhere. The code name is what stands in Python, on the command
line, or in a mapping file.

| English | French | code | what it is |
|---|---|---|---|
""",
    "fr": """\
# Glossaire

Le même mot pour la même chose, partout. Le nom de code est celui de Python, de la ligne de
commande ou d'un fichier de correspondance.

| français | anglais | code | ce que c'est |
|---|---|---|---|
""",
}


def glossary(lang: str) -> str:
    """Return the page of all words."""
    words = tomllib.loads((HERE / "glossary.toml").read_text(encoding="utf-8"))["word"]
    rows = []
    for word in words:
        first, second = (word["en"], word["fr"]) if lang == "en" else (word["fr"], word["en"])
        codes = ", ".join(f"`{code}`" for code in word["code"])
        rows.append(f"| {first} | {second} | {codes} | {word[f'said_{lang}']} |\n")
    return _GLOSSARY[lang] + "".join(sorted(rows, key=str.casefold))


# --- commands --------------------------------------------------------------------------------

_HELP = """
import contextlib, io, json, sys
from bilan_ledger.cli import declare_all, run
from bilan_ledger.cli.app import app
declare_all()

def walk(app, path):
    yield path
    for name in sorted(n for n in app if not n.startswith("-")):
        yield from walk(app[name], (*path, name))

said = {}
for path in walk(app, ()):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        run([*path, "--help"])
    said[" ".join(path)] = out.getvalue()
json.dump(said, sys.stdout)
"""
_HEAD = {
    "en": "# The commands\n\n{intro}\n## bilan\n",
    "fr": "# Les commandes\n\n{intro}\n## bilan\n",
}


def helps(lang: str) -> dict[str, str]:
    """Return what `--help` says of each command, in a terminal of 80 columns."""
    import json  # noqa: PLC0415

    kept = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    environ = {**kept, "LANG": _LOCALES[lang], "COLUMNS": "80", "BILAN_LEDGER": "", "BILAN_BY": ""}
    found: dict[str, str] = json.loads(
        subprocess.run(  # noqa: S603 our own command
            [sys.executable, "-c", _HELP], check=True, capture_output=True, text=True, env=environ
        ).stdout
    )
    return found


def commands(lang: str) -> str:
    """Return the page of all commands."""
    page = _HEAD[lang].format(intro=(HERE / f"commands.{lang}.inc").read_text(encoding="utf-8"))
    for name, said in helps(lang).items():
        if name:
            page += f"\n### bilan {name}\n"
        lines = "\n".join(line.rstrip() for line in said.rstrip().splitlines())
        page += f"\n```text\n{lines}\n```\n"
    return page


PAGES: dict[str, Callable[[str], str]] = {
    "reference/findings.md": findings,
    "reference/messages.md": messages,
    "reference/open-data.md": open_data,
    "reference/commands.md": commands,
    "glossary.md": glossary,
}


def pages() -> Iterator[tuple[Path, str]]:
    """Yield each page's file and what belongs into it."""
    for lang in LANGUAGES:
        for name, page in PAGES.items():
            yield HERE / lang / name, page(lang)


if __name__ == "__main__":
    for path, page in pages():
        path.write_text(page, encoding="utf-8")
