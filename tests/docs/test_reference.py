"""The reference pages say what the library does."""

import re
from pathlib import Path

from bilan_ledger.audit import KINDS, read, split
from bilan_ledger.merkle import root

DOCS = Path(__file__).parents[2] / "docs"


def page(name):
    return (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")


def test_the_example_of_a_log_is_one():
    """The two lines of the page are read without a finding, and have the root that it names."""
    [block] = re.findall(r"<!-- example -->\n```text\n(.*?)```", page("ledger-file"), re.DOTALL)
    lines, cut = split(block.encode())
    reading = read(lines)
    assert ([], ()) == (cut, reading.findings)
    assert ["demo", "demo/A"] == [entry.subject for entry in reading.entries]
    assert f"`{root(reading.leaves).hex()}`" in page("ledger-file")


def test_every_finding_is_listed_as_it_is_said():
    """Code, severity and both sentences, in the order of the library."""
    listed = re.findall(
        r"^\| `([\w-]+)` \| (\w+) \| (.*) \| (.*) \|$", page("findings"), re.MULTILINE
    )
    told = [
        (code, kind.severity.word, kind.sentence[1], kind.sentence[0])
        for code, kind in KINDS.items()
    ]
    assert told == listed
