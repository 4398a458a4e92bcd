"""Record and read; the only room that knows eventsourcing.

Decides: how a command becomes entries of one log, in memory or in a SQLite file.
Refuses to know: the rules, and how anything is shown.
"""

from .ledger import KnownAt, Ledger, Order

__all__ = ["KnownAt", "Ledger", "Order"]
