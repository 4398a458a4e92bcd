"""Mapped imports: a city's own table becomes entries, by a mapping file that says what it means.

Decides: the way in: `read_mapping`, `prepare` (what would be recorded, or every problem at once)
and `record` (in whole batches, so that an interrupted import goes on where it stopped).
Refuses to know: the rules of plans and actions, and what a source means beyond its mapping.

    mapping = read_mapping(Path("mapping.toml"))
    prepared = prepare(ledger, mapping, [Path("list.csv")])
    for done in record(ledger, prepared):
        print(done, "of", prepared.total)
"""

from .bad import write_bad
from .mapping import Mapping, read_mapping
from .problems import ImportRefused, Notice
from .run import Prepared, prepare, record
from .suggest import suggest

__all__ = [
    "ImportRefused",
    "Mapping",
    "Notice",
    "Prepared",
    "prepare",
    "read_mapping",
    "record",
    "suggest",
    "write_bad",
]
