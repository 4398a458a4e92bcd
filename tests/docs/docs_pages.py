"""The pages and how they are run: every fenced block, in the order of the page, in one folder.

What a block says by its language:

- `console`: lines after `$ ` are commands; what follows is their whole output. A line `…` stands
  for any lines, `…` in a line for anything in it. A command fails the page unless its exit code is
  0, or the next command is `$ echo $?`.
- `sh`: the same without output; `pip install` is not run, but the extras it names must exist.
- `python`: run, in one namespace a page; with `>>>` it is a doctest.
- `{code-block} LANGUAGE` with `:caption: NAME`: written to that file of the folder.
- `toml`, `json`, `sql`: must be well formed; SQL is run on the page's ledger or its Parquet files.
- `text`, `csv`: shown, not run.

Any other language is an error. `<!-- given: tutorial -->` starts a page in the folder that the
tutorial leaves behind; `bethune` gives `bethune.ledger`, `postgres` a real server.
"""

import doctest
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import attrs
import docs_worker
from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LANGUAGES = ("en", "fr")
SPHINX = ("{eval-rst}", "{toctree}")  # not code
TUTORIAL = "tutorial/first-bilan.md"
TOWN_URL = "postgresql://owner@host/town"  # in pages that are given PostgreSQL

_FENCE = re.compile(
    r"^(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=fence)[ ]*$", re.MULTILINE | re.DOTALL
)
_GIVEN = re.compile(r"^<!-- given: (.+?) -->$", re.MULTILINE)
_SHELL = re.compile(r"[|<>;&*`]|\$[({A-Za-z]")
_LOCALES = {"en": "en_GB.UTF-8", "fr": "fr_FR.UTF-8"}


@attrs.frozen
class Block:
    """A fenced block of a page."""

    language: str
    caption: str | None
    source: str
    start: int
    end: int
    line: int


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for found in _FENCE.finditer(text):
        info, source, caption = found["info"].strip(), found["body"], None
        if info.startswith("{code-block}"):
            info = info.removeprefix("{code-block}").strip()
            option, _, source = source.partition("\n")
            caption = option.removeprefix(":caption:").strip()
            source = source.removeprefix("\n")
        line = text.count("\n", 0, found.start()) + 1
        yield Block(info, caption, source, found.start(), found.end(), line)


def pages(lang: str) -> list[str]:
    """Return the names of all pages of a tree."""
    return sorted(str(path.relative_to(DOCS / lang)) for path in (DOCS / lang).rglob("*.md"))


def commands(source: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block with the lines that follow it."""
    command, output = None, []
    for line in source.splitlines():
        if command is not None and command.endswith("\\") and not output:
            command = command[:-1] + line.strip()
        elif line.startswith("$ "):
            if command is not None:
                yield command, output
            command, output = line[2:], []
        else:
            assert command is not None, f"an output without a command: {line}"
            output.append(line)
    if command is not None:
        yield command, output


def plain(text: str) -> list[str]:
    """Return the lines of an output, without what nobody can see."""
    return [line.rstrip() for line in text.replace("\u00a0", " ").rstrip().splitlines()]


def agrees(expected: list[str], actual: list[str]) -> bool:
    """Whether an output is the one that the page shows."""
    pattern = ""
    for line in expected:
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*"
        else:
            pattern += "[^\n]*".join(map(re.escape, line.rstrip().split("…"))) + "\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in actual)) is not None


class Workers:
    """The `bilan` command in each language, started once; put first on the PATH of pages."""

    def __init__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="bilan-docs-"))
        self._running = {}

    def environ(self, lang: str) -> dict[str, str]:
        """Return the environment of a person who speaks this language, and has the command."""
        if lang not in self._running:
            self._start(lang)
        path = os.pathsep.join(map(str, [self._folder / lang, Path(sys.executable).parent]))
        return {**environ(lang), "PATH": f"{path}{os.pathsep}{os.environ.get('PATH', '')}"}

    def run(self, words: list[str], folder: Path, lang: str) -> tuple[int, str]:
        """Run one command without a shell; return its exit code and its outputs, interleaved."""
        job = {"argv": words, "cwd": str(folder), "environ": self.environ(lang)}
        with tempfile.TemporaryFile() as out:
            code = docs_worker.send(str(self._folder / f"{lang}.socket"), job, [out.fileno()] * 2)
            out.seek(0)
            return code, out.read().decode()

    def _start(self, lang):
        place = self._folder / f"{lang}.socket"
        worker = Path(__file__).with_name("docs_worker.py")
        running = subprocess.Popen(
            [sys.executable, worker, place], stdout=subprocess.PIPE, env=environ(lang)
        )
        assert running.stdout.readline() == b"ready\n"
        self._running[lang] = running
        command = self._folder / lang / "bilan"
        command.parent.mkdir()
        ask = f'"{sys.executable}" -S "{worker}" "{place}"'
        command.write_text(f'#!/bin/sh\nexec {ask} "$@"\n')
        command.chmod(0o700)

    def close(self):
        """End them."""
        for running in self._running.values():
            running.terminate()
            running.wait(10)
            running.stdout.close()
        shutil.rmtree(self._folder)


def environ(lang: str) -> dict[str, str]:
    """Return the environment of a person who speaks this language."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "BILAN_", "COLUMNS"))}
    return {**kept, "LANG": _LOCALES[lang], "BILAN_BY": "Service évaluation"}


class PageRun:
    """One page being run in a folder."""

    def __init__(self, folder: Path, lang: str, workers: Workers, url: str | None = None):
        self.folder, self.lang, self.workers = folder, lang, workers
        self.url = url
        self.code = 0
        self.said: list[tuple[Block, str, list[str], list[str]]] = []

    def command(self, line: str) -> str:
        """Run one line; return its output."""
        if line == "echo $?":
            code, self.code = self.code, 0
            return f"{code}\n"
        assert self.code == 0, f"exit code {self.code} is not shown (echo $?) before: {line}"
        if self.url:
            line = line.replace(TOWN_URL, self.url)
        words = shlex.split(line)
        if words[0] == "cd":
            self.folder /= words[1]
            return ""
        if words[:2] == ["pip", "install"]:
            return check_pip(words[2:])
        if words[0] == "bilan" and not _SHELL.search(line):
            self.code, out = self.workers.run(words[1:], self.folder, self.lang)
            return out
        done = subprocess.run(
            ["/bin/bash", "-c", line], cwd=self.folder, env=self.workers.environ(self.lang),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        self.code = done.returncode
        return done.stdout

    def block(self, block: Block) -> str | None:
        """Run one block that is not Python; return what is wrong with it."""
        if block.caption:
            path = self.folder / block.caption
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.source, encoding="utf-8")
            return None
        if block.language in SPHINX:
            return None
        return getattr(self, f"_{block.language}", self._unknown)(block)

    def _unknown(self, block):
        return f"nothing runs a block of {block.language!r}"

    def _text(self, _):
        return None

    _csv = _text

    def _console(self, block):
        wrong = []
        for line, expected in commands(block.source):
            actual = plain(self.command(line))
            self.said.append((block, line, expected, actual))
            if not agrees(expected, actual):
                wrong += [f"$ {line}", *(f"-{e}" for e in expected), *(f"+{a}" for a in actual)]
        if self.code:
            wrong.append(f"exit code {self.code} at the end of the block is not shown (echo $?)")
            self.code = 0
        return "\n".join(wrong) or None

    def _sh(self, block):
        for line in block.source.replace("\\\n", "").splitlines():
            out = self.command(line)
            if self.code:
                return f"$ {line}\nexit code {self.code}\n{out}"
        return None

    def _toml(self, block):
        tomllib.loads(block.source)

    def _json(self, block):
        json.loads(block.source)

    def _sql(self, block):
        rows = list(run_sql(self.folder, block.source))
        return None if rows else "the query finds nothing"


def run_sql(folder: Path, source: str) -> list[tuple]:
    """Run a query of a page, on Parquet files with DuckDB, else on the tables of the ledger."""
    if ".parquet" in source:
        import duckdb  # noqa: PLC0415 only for such a page

        made = folder if "columns/" in source else folder / "open-data"
        for word in ("FROM", "JOIN"):
            source = source.replace(f"{word} '", f"{word} '{made}/")
        return duckdb.sql(source).fetchall()
    import sqlite3  # noqa: PLC0415

    [file] = folder.glob("*.ledger")
    with closing(sqlite3.connect(file)) as connection:
        values = {"plan": "bethune-2020", "on": "2024-03-31"}
        return connection.execute(source, values).fetchall()


def check_pip(words: list[str]) -> str:
    """Check that what is to be installed is ours, and that its extras exist."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for word in words:
        if word.startswith("-"):
            continue
        name, _, extras = word.partition("[")
        assert name in {"bilan-ledger", "bilan-verify"}, f"{name} is not ours"
        if name == "bilan-ledger":
            for extra in filter(None, extras.rstrip("]").split(",")):
                assert extra in declared["optional-dependencies"], f"no extra {extra}"
    return ""


def run_page(path: Path, run: PageRun) -> list[str]:
    """Run a whole page; return what is wrong, each with its line."""
    wrong = []

    def evaluate(example: Example):
        return run.block(example.parsed)

    def parse(document: Document):
        for block in blocks(document.text):
            if block.language != "python" or block.caption:
                yield Region(block.start, block.end, block, evaluate)

    python = PythonCodeBlockParser(doctest_optionflags=doctest.ELLIPSIS)
    document = Sybil([parse, python]).parse(path)
    document.namespace["__name__"] = "page"
    for example in document.examples():
        try:
            example.evaluate()
        except Exception as error:  # noqa: BLE001 all of a page's faults at once
            wrong.append(f"{path.name}:{example.line}: {error}")
    return wrong


def given(text: str) -> str | None:
    """Return what a page starts from."""
    found = _GIVEN.search(text)
    return found[1] if found else None


class Grounds:
    """What pages start from, made once."""

    def __init__(self, folder: Path, workers: Workers):
        self._folder, self._workers = folder, workers

    def lay(self, name: str | None, into: Path) -> None:
        """Put what a page starts from into its folder."""
        if name is None:
            return
        made = self._folder / name
        if not made.exists():
            made.mkdir(parents=True)
            getattr(self, f"_{name}")(made)
        shutil.copytree(made, into, dirs_exist_ok=True)

    def _tutorial(self, folder):
        run = PageRun(folder, "en", self._workers)
        here = Path.cwd()
        os.chdir(folder)
        try:
            wrong = run_page(DOCS / "en" / TUTORIAL, run)
        finally:
            os.chdir(here)
        assert not wrong, wrong

    def _bethune(self, folder):
        build = ROOT / "examples" / "bethune" / "build.py"
        subprocess.run([sys.executable, build, folder / "bethune.ledger"], check=True,
                       capture_output=True)  # fmt: skip

    def _repository(self, folder):
        for name in ("examples", "docs"):
            (folder / name).symlink_to(ROOT / name)
