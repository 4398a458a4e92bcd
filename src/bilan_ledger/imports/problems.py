"""What an import has to tell: all problems in one report, and what was only noticed.

Decides: that an import is refused with every problem of every file, each with its place.
Refuses to know: what makes a row wrong.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import attrs

from ..errors import BilanError, InvalidValue, shown
from ..messages import render

_TOLD = 1_000


class ImportRefused(BilanError):
    """Files that cannot be imported as they are; nothing was recorded.

    `problems` are errors with a place each, in the order of the files and their lines.
    """

    def __init__(self, problems: Iterable[BilanError]) -> None:
        self.problems = tuple(problems)
        super().__init__("import-refused", count=len(self.problems))


@attrs.frozen
class Notice:
    """What a person should look at, and what stopped nothing."""

    code: str
    facts: Mapping[str, object]
    place: str | None = None

    def text(self, lang: str = "en") -> str:
        """Return the notice as one line in `lang` ("fr" or "en")."""
        facts = {name: shown(value, _TOLD) for name, value in self.facts.items()}
        line = render(self.code, lang, facts)
        return f"{self.place}: {line}" if self.place else line


class Problems:
    """Collects problems where they are found, so that one run shows them all."""

    def __init__(self) -> None:
        self.found: list[BilanError] = []

    def add(self, *problems: BilanError) -> None:
        """Keep problems, in order."""
        self.found.extend(problems)

    @contextmanager
    def at(self, place: str, field: str | None = None) -> Iterator[None]:
        """Keep the `InvalidValue` that is raised inside, with its place, and go on."""
        try:
            yield
        except InvalidValue as error:
            facts = {**error.facts, "place": error.facts.get("place") or place}
            if field is not None:
                facts["field"] = field
            self.add(type(error)(error.code, **facts))

    def check(self) -> None:
        """Raise `ImportRefused` if there is any problem."""
        if self.found:
            raise ImportRefused(self.found)
