"""The strategies and machines of the other rooms are used here too."""

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path[:0] = [
    str(TESTS / room) for room in ("core", "ledger") if str(TESTS / room) not in sys.path
]
