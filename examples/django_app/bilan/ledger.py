"""The one ledger of this process: opened when it is first asked for, closed at the end."""

import atexit
from functools import lru_cache

from django.conf import settings

from bilan_ledger import Ledger


@lru_cache(maxsize=1)
def the_ledger() -> Ledger:
    """Return the ledger that the settings name."""
    ledger = Ledger.open(settings.BILAN_LEDGER)
    atexit.register(ledger.close)
    return ledger
