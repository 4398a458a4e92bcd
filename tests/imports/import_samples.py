"""What the tests of imports share: a mapping and a table one can read, and one run of both."""

from pathlib import Path

from bilan_ledger import Ledger
from bilan_ledger.imports import Prepared, prepare, read_mapping, record

PLAN = """
[plan]
key = "town"
title = "Projet"
territory = { name = "Exempleville" }
start = "2020-01-01"
end = "2025-12-31"
"""

STATUS = """
[status]
"à venir" = "proposed"
"en cours" = "engaged"
"en retard" = "engaged, late"
"fait" = "realised"
"abandon" = "abandoned"
"" = "not-assessed"
"retiré" = "withdrawn"
"flou" = "not-assessable"
"au moins" = "engaged, at-least"
"titre" = "ignore"
"""

LIST = (
    """
[import]
kind = "list"
as_of = "2024-01-15"

[columns]
key = "n"
title = "action"
status = "statut"
"""
    + PLAN
    + STATUS
)

VERSIONS = (
    """
[import]
kind = "versions"
proposed = "2020-01-01"

[columns]
key = "n"
title = "action"
status = "statut"
version = "version"
stated_at = "version"
"""
    + PLAN
    + STATUS
)

HISTORY = (
    """
[import]
kind = "history"
proposed = "2020-01-01"

[columns]
key = "n"
title = "action"
status = "statut"
on = "depuis"
stated_at = "dit le"
reason = "motif"
"""
    + PLAN
    + STATUS
)


class Town:
    """A folder with files, and a ledger that takes them."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.folder, self.ledger = folder, ledger

    def file(self, text: str | bytes, name: str = "list.csv") -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def mapping(self, text: str):
        return read_mapping(self.file(text, "mapping.toml"))

    def prepared(self, mapping: str, *tables: str | bytes | Path, **asked: bool) -> Prepared:
        paths = [
            table if isinstance(table, Path) else self.file(table, f"list-{n}.csv")
            for n, table in enumerate(tables, 1)
        ]
        return prepare(self.ledger, self.mapping(mapping), paths, **asked)

    def run(self, mapping: str, *tables: str | bytes | Path, **asked: bool) -> dict[str, int]:
        """Import, and return how many entries of each kind, without what opens and closes it."""
        found = self.prepared(mapping, *tables, **asked)
        done = max(record(self.ledger, found), default=0)
        assert found.total == done
        return {n: c for n, c in found.counts.items() if n.startswith("action.")}

    def cells(self, on: str, **known: str) -> dict[str, int]:
        """Return how many actions certainly stand where on a day."""
        cells = self.ledger.figure("town", on=on, **known).cells
        return {word: len(cell.certain) for word, cell in cells.items() if cell.certain}

    def events(self, action: str) -> list[tuple[str, str]]:
        """Return the kind and date of each entry of an action."""
        entries = [e for e in self.ledger.entries("town") if e.action == action]
        return [(type(e.event).__name__, str(getattr(e.event, "on", ""))) for e in entries]
