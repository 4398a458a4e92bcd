"""The collector of cycles, held still while much is made and all of it is kept.

Decides: when it runs again: as soon as that is done.
Refuses to know: what is made.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_to_collect() -> Iterator[None]:
    """Keep the collector of cycles still.

    It would else walk over everything made so far, again and again: a third of the time.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
