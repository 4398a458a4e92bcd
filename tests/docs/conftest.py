"""What the tests of the documentation share: the `bilan` command, started once a language."""

import os

import pytest
from docs_pages import Workers


@pytest.fixture(scope="session")
def workers():
    """The command, in both languages."""
    if not hasattr(os, "fork"):
        pytest.skip("pages are run by copies of one process, which this system has not")
    made = Workers()
    yield made
    made.close()
