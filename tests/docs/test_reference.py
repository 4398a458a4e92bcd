"""The reference pages say what the library does."""

import re
import runpy
from pathlib import Path

from bilan_ledger.audit import read, split
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


def test_generated_pages_are_up_to_date():
    """Else: python docs/generate.py."""
    pages = runpy.run_path(str(DOCS / "generate.py"))["PAGES"]
    for name, make in pages.items():
        assert make() == (DOCS / name).read_text(encoding="utf-8")
