"""A ledger like the real thing, of as many communes as you like, the same for the same seed.

What is drawn (the numbers stand beside the names in `draws`, `life` and `commune`):

- the list: log-normal, mean `actions` (131), sigma 0.6, at least 5, at most 8 times the mean;
- 3 to 8 axes, the n-th as likely as 1/n; 70 % of communes divide them into 2 to 5 themes;
- 88 % of actions on the initial list, entered in one go; the others later;
- how far: proposed 15 %, engaged 30 %, realised 42 %, realised without engagement 5 %,
  abandoned 6 %, reopened 2 %; an exponential wait of 420 days in the mean between two statuses;
- 4 % not assessed (half of them later are), 3 % not assessable, 2.5 % withdrawn, 2 % merged,
  1 % split, 1 % superseded; 15 % of the withdrawn and not assessable come back;
- how a day is told: 40 % exactly, 35 % its month, 15 % its year, 10 % an interval around it;
- when it is entered: exponential, a mean of 30 days (60 %), 200 (30 %) or 600 (10 %) later; 8 % of
  the realised are first entered as realised, and only then when they had begun;
- 6 % of actions have a date corrected, 4 % have their last status retracted;
- 30 % of the engaged get a qualifier, half of them lose it; 22 % are described anew; 0.75 key
  figures an action; evidence with 55 % of statuses, a note with 10 %;
- published figures for mid-2022 (35 % of communes), end of 2023 (60 %), end of 2025 (40 %), 15 %
  of them 1 to 9 points too high; 5 % withdrawn;
- 40 % of communes bring stated dates; 15 % of plans are amended once.

That makes about 4 entries an action. Recorded dates are the ledger's own: a simulation is an
import like any other. Salts are the ledger's own too, so that two ledgers of one seed differ in
both and in nothing else.

Decides: which communes there are, and how many of them are recorded in one transaction.
Refuses to know: how the ledger records.
"""

from collections.abc import Callable, Iterator
from typing import Any

import attrs

from ..errors import InvalidValue
from ..ledger import Ledger
from ..text import whole
from .commune import Commune, commune

__all__ = ["Commune", "Progress", "Simulation", "commune", "record"]

BATCH = 5_000  # entries of one transaction, or one commune if it has more
MOST_COMMUNES = 90_000  # as many as INSEE codes can be made for
MOST_ACTIONS = 10_000


def _between(most: int) -> Callable[[Any, Any, int], None]:
    def check(_: Any, field: Any, value: int) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise InvalidValue("choice", field=field.name, value=value, allowed=f"1 … {most}")

    return check


def _seed(value: int) -> int:
    return whole(value, "seed")


@attrs.frozen(kw_only=True)
class Simulation:
    """How many communes, which seed, and the mean number of actions of a list.

    Iterating draws the communes one by one. Commune n is the same in every simulation of one
    seed and mean. Raises `InvalidValue`.
    """

    communes: int = attrs.field(validator=_between(MOST_COMMUNES))
    seed: int = attrs.field(default=1, converter=_seed)
    actions: int = attrs.field(default=131, validator=_between(MOST_ACTIONS))

    def __iter__(self) -> Iterator[Commune]:
        """Yield the communes one by one."""
        for number in range(1, self.communes + 1):
            yield commune(number, self.seed, self.actions)


@attrs.frozen
class Progress:
    """How much of a simulation is recorded."""

    communes: int = 0
    actions: int = 0
    entries: int = 0


def record(
    ledger: Ledger, simulation: Simulation, *, recorded_by: str = "bilan simulate"
) -> Iterator[Progress]:
    """Record a simulation, some communes a transaction; yields what is done after each one.

    Memory holds one transaction at a time; what the ledger itself keeps comes on top.
    """
    done = Progress()
    for batch in _batches(simulation):
        orders = [order for each in batch for order in each.orders]
        entries = ledger.record_all(orders, recorded_by=recorded_by)
        done = Progress(
            communes=done.communes + len(batch),
            actions=done.actions + sum(each.actions for each in batch),
            entries=done.entries + len(entries),
        )
        yield done


def _batches(simulation: Simulation) -> Iterator[list[Commune]]:
    batch: list[Commune] = []
    for each in simulation:
        if batch and sum(one.entries for one in batch) + each.entries > BATCH:
            yield batch
            batch = []
        batch.append(each)
    yield batch
