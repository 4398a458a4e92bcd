"""Every code block and every command line of the pages is run, and its output compared."""

import pytest
from docs_pages import (
    DOCS,
    LANGUAGES,
    ROOT,
    SPHINX,
    Grounds,
    PageRun,
    agrees,
    blocks,
    commands,
    given,
    pages,
    run_page,
)

ALL = [f"{lang}/{name}" for lang in LANGUAGES for name in pages(lang)]


@pytest.fixture(scope="module")
def grounds(workers, tmp_path_factory):
    """What pages start from."""
    return Grounds(tmp_path_factory.mktemp("given"), workers)


@pytest.fixture
def wrong(workers, grounds, tmp_path, monkeypatch, request):
    """Run a page in an empty folder and return what is wrong with it."""

    def run(path, lang):
        text = path.read_text(encoding="utf-8")
        start = given(text)
        url = request.getfixturevalue("postgres_url") if start == "postgres" else None
        grounds.lay(None if url else start, tmp_path)
        monkeypatch.chdir(tmp_path)
        return run_page(path, PageRun(tmp_path, lang, workers, url))

    return run


@pytest.mark.parametrize("name", ALL)
def test_every_block_of_a_page_runs(name, wrong):
    """Each page, in a folder of its own; what differs is shown as - (page) and + (run)."""
    found = wrong(DOCS / name, name.partition("/")[0])
    assert not found, "\n\n".join(found)


def example(tmp_path, body):
    path = tmp_path / "page.md"
    path.write_text(body, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("```console\n$ echo one\ntwo\n```\n", "-two\n+one"),
        ("```console\n$ echo one\n```\n", "+one"),
        ("```console\n$ false\n```\n", "exit code 1"),
        ("```console\n$ bilan figure demo\n…\n```\n", "exit code 2"),
        ("```sh\nfalse\n```\n", "exit code 1"),
        ("```sh\npip install 'bilan-ledger[none]'\n```\n", "no extra none"),
        ("```sh\npip install bilan-leger\n```\n", "is not ours"),
        ("```python\n>>> 1 + 1\n3\n```\n", "Got"),
        ("```python\nraise ValueError('so')\n```\n", "so"),
        ("```toml\na = \n```\n", "value"),
        ("```json\n{]\n```\n", "property name"),
        ("```ruby\nputs 1\n```\n", "'ruby'"),
        ("```\nwhat\n```\n", "''"),
    ],
)
def test_a_wrong_block_is_seen(tmp_path, wrong, body, said):
    """Each kind of fault in a page fails."""
    [found] = wrong(example(tmp_path, body), "en")
    assert said in found


def test_a_right_page_is_accepted(tmp_path, wrong):
    """Files, commands, exit codes, dots and Python."""
    body = (
        "```{code-block} text\n:caption: a.csv\n\nx;y\n```\n"
        "```console\n$ cat a.csv\nx;y\n$ false\n$ echo $?\n1\n$ echo a b c\na … c\n```\n"
        "```python\nvalue = 2\n```\n```python\n>>> value\n2\n```\n"
    )
    assert [] == wrong(example(tmp_path, body), "en")


@pytest.mark.parametrize(
    ("expected", "actual", "answer"),
    [
        (["a"], ["a"], True),
        (["a"], ["b"], False),
        (["a", "…", "z"], ["a", "1", "2", "z"], True),
        (["a", "…", "z"], ["a", "z"], True),
        (["a", "…", "z"], ["a", "b"], False),
        (["a … z"], ["a b z"], True),
        (["a … z"], ["a b", "z"], False),
        ([], ["a"], False),
    ],
)
def test_what_dots_stand_for(expected, actual, answer):
    """A line of dots is any lines; dots in a line never leave it."""
    assert answer == agrees(expected, actual)


# --- both trees -------------------------------------------------------------------------------

# What only those read who program or administer: in English alone.
ENGLISH_ONLY = {
    "how-to/django.md",
    "how-to/fastapi.md",
    "how-to/follow.md",
    "how-to/other-stores.md",
    "how-to/postgresql.md",
    "how-to/sql-tables.md",
    "explanation/report.md",
    "explanation/rooms.md",
    "reference/api.md",
    "reference/benchmarks.md",
    "reference/entry-format.md",
    "reference/ledger-file.md",
    "reference/proof-bundle.md",
}


def contributors(name):
    return name in ENGLISH_ONLY or name.startswith("decisions/")


def test_both_trees_hold_the_same_pages():
    """A page is in both languages, or it is for contributors."""
    english, french = set(pages("en")), set(pages("fr"))
    assert ENGLISH_ONLY <= english
    assert french == {name for name in english if not contributors(name)}


def code(text):
    """What a page makes its reader type: without outputs and without what is only shown."""
    found = []
    for block in blocks(text):
        if block.language == "console":
            found += [("console", line) for line, _ in commands(block.source)]
        elif block.caption or block.language not in {"text", "csv", *SPHINX}:
            found.append((block.language, block.caption, block.source))
    return found


@pytest.mark.parametrize("name", pages("fr"))
def test_both_languages_have_the_same_code(name):
    """The same files, commands and programs in the same order, from the same start."""
    english, french = ((DOCS / lang / name).read_text(encoding="utf-8") for lang in LANGUAGES)
    assert code(english) == code(french)
    assert given(english) == given(french)


def test_the_readme_has_no_other_blocks():
    """Two command blocks that CI runs, and one of Python that tests/examples runs."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert ["sh", "sh", "python"] == [block.language for block in blocks(text)]
    assert 150 > len(text.splitlines())
    assert "bilan replay bethune-2020 --ledger bethune.ledger" in text


def test_the_working_folder_is_left_alone():
    """No page writes where the tests run."""
    assert not [path for path in ROOT.iterdir() if path.suffix in {".key", ".zip"}]
