"""Write the outputs of commands into a page: `python tests/docs/fill.py docs/en/….md …`.

The page is run twice; what differs from one run to the next (keys, hashes, folders), and today's
date, becomes `…`. Outputs that agree with what the page shows are left as they are.
"""

import itertools
import os
import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from docs_pages import DOCS, Grounds, PageRun, Workers, agrees, blocks, commands, given, run_page

_WORD = re.compile(r"(\s+)")


def vague(first: str, second: str) -> str:
    """Return a line with `…` where two runs differ, and for today."""
    one, two = _WORD.split(first), _WORD.split(second)
    if len(one) != len(two):
        return "…"
    made = []
    for a, b in zip(one, two, strict=True):
        if a == b:
            made.append(a)
        elif "/" in a and "/" in b and a.rsplit("/", 1)[1] == b.rsplit("/", 1)[1]:
            made.append("…/" + a.rsplit("/", 1)[1])
        else:
            made.append("…")
    return "".join(made).replace(datetime.now(UTC).date().isoformat(), "…").rstrip()


def ran(path: Path, lang: str, workers: Workers, folder: Path) -> PageRun:
    """Run a page in a new folder."""
    folder.mkdir()
    Grounds(folder.parent / f"given-{folder.name}", workers).lay(
        given(path.read_text("utf-8")), folder
    )
    run = PageRun(folder, lang, workers)
    here = Path.cwd()
    os.chdir(folder)
    for wrong in run_page(path, run):
        if "\n-" not in wrong and "\n+" not in wrong and not wrong.startswith("-"):
            sys.stdout.write(f"{wrong}\n")
    os.chdir(here)
    return run


def fill(path: Path, workers: Workers) -> None:
    """Rewrite a page."""
    lang = path.relative_to(DOCS).parts[0]
    with tempfile.TemporaryDirectory() as folder:
        one, two = (ran(path, lang, workers, Path(folder) / name) for name in ("one", "other"))
    text = path.read_text("utf-8")
    said = iter(zip(one.said, two.said, strict=True))
    made, end = "", 0
    for block in blocks(text):
        if block.language != "console" or block.caption:
            continue
        shown_here = list(commands(block.source))
        if sum(1 for each in one.said if each[0] == block) != len(shown_here):
            sys.stdout.write(f"{path.name}:{block.line}: stopped; the block is left as it is\n")
            for _ in range(sum(1 for each in one.said if each[0] == block)):
                next(said)
            continue
        new = ""
        for (_, line, expected, actual), (*_, other) in itertools.islice(said, len(shown_here)):
            shown = [vague(a, b) for a, b in zip(actual, other, strict=False)]
            kept = expected if agrees(expected, actual) else shown
            new += "".join(f"{each}\n" for each in [f"$ {line}", *kept])
        made += text[end : block.start] + "```console\n" + new + "```"
        end = block.end
    path.write_text(made + text[end:], encoding="utf-8")


if __name__ == "__main__":
    here = Workers()
    for name in sys.argv[1:]:
        fill(Path(name).resolve(), here)
    here.close()
