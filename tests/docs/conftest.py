"""What the tests of the documentation share: the `bilan` command, started once a language."""

import pytest
from docs_pages import Workers


@pytest.fixture(scope="session")
def workers():
    """The command, in both languages."""
    made = Workers()
    yield made
    made.close()
