"""Try every change of a signed log of 600 entries: slow, so no test; prints what was found.

    python tests/audit/every_byte.py            every byte, every entry: some minutes
    python tests/audit/every_byte.py --whole    with the whole audit each time: some hours

Exits with 1 when a change of what was signed passes unseen.
"""

import sys
from random import Random

from audit_samples import KEY, WITNESS, big, note, point
from changes import KINDS, byte_changes, inserted, joined, seen, seen_by_checkpoint

from bilan_ledger.audit import Note
from bilan_ledger.wire import Line

KEYS = (KEY.public, WITNESS.public)


def main(*, whole):
    """Try everything; return how many changes passed unseen."""
    with big() as ledger:
        states = [line.state for line in ledger.lines()]
    notes = [note(point([Line(n, state) for n, state in enumerate(states)], KEY, WITNESS))]
    data, text = joined(states), notes[0].note
    failures = 0

    def tell(name, results, expected=0):
        nonlocal failures
        found = list(results)
        unseen = found.count(False)
        failures += max(0, unseen - expected)
        print(f"{name:24} {len(found):>8} tried {len(found) - unseen:>8} found", flush=True)  # noqa: T201

    def check(changed):
        if whole:
            return seen(changed, notes, KEYS)
        return seen_by_checkpoint(changed, notes, KEYS) or seen(changed, notes, KEYS)

    tell("bytes of the file", map(check, byte_changes(data, range(len(data)))))
    every = (
        text[:place] + bytes([(text[place] + more) % 256]) + text[place + 1 :]
        for place in range(len(text))
        for more in range(1, 256)
    )
    tell("bytes of the checkpoint", (
        seen_by_checkpoint(data, [Note("3", changed)], KEYS) for changed in every
    ))  # fmt: skip
    for kind, changes in KINDS.items():
        tell(kind, (check(joined(each)) for each in changes(states)))
    places = inserted(states)
    tell("inserted", (check(joined(each)) for each in places), expected=1)  # at the very end
    tell("one byte, unsigned", map(seen, byte_changes(data, range(0, len(data), 40), Random(8))),  # noqa: S311
         expected=len(data))  # fmt: skip
    for kind, changes in {**KINDS, "inserted": inserted}.items():
        tell(f"{kind}, unsigned", (seen(joined(each)) for each in changes(states)), len(data))
    return failures


if __name__ == "__main__":
    sys.exit(1 if main(whole="--whole" in sys.argv) else 0)
