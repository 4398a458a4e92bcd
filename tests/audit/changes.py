"""Every way to change a log of lines, and what an audit sees of it with and without a checkpoint.

The whole audit of 600 entries takes a tenth of a second, which is too long for 185,000 bytes; what
it says of signed checkpoints (`seen_by_checkpoint`) is asked alone where every change is tried.
"""

import json
from random import Random

from audit_samples import KEY, TODAY

from bilan_ledger.audit import Reading, Severity, _signed, audit_file, split
from bilan_ledger.merkle import leaf_hash
from bilan_ledger.wire import canonical


def joined(states):
    """Return the file of lines."""
    return b"".join(state + b"\n" for state in states)


def seen_by_checkpoint(data, notes, keys=(KEY.public,)):
    """Whether the part of an audit that holds a file against checkpoints finds an error."""
    lines, cut = split(data)
    reading = Reading(tuple(leaf_hash(line.state) for line in lines), (), ())
    found = [*cut, *_signed(reading, notes, keys)]
    return any(each.severity is Severity.ERROR for each in found)


def seen(data, notes=(), keys=(KEY.public,)):
    """Whether a whole audit of a file finds an error; a figure is no matter of bytes."""
    found = audit_file(data, today=TODAY, notes=notes, keys=keys).findings
    return any(f.severity is Severity.ERROR and not f.code.startswith("figure-") for f in found)


def byte_changes(data, places, random=None):
    """Yield a file with one byte changed to another one, at each of these places."""
    random = random or Random(7)  # noqa: S311 no secret
    for place in places:
        other = (data[place] + random.randrange(1, 256)) % 256
        yield data[:place] + bytes([other]) + data[place + 1 :]


def removals(states):
    """Yield the lines without one of them."""
    return ([*states[:n], *states[n + 1 :]] for n in range(len(states)))


def cuts(states):
    """Yield the lines without the last ones."""
    return (states[:n] for n in range(len(states)))


def neighbours_swapped(states):
    """Yield the lines with two neighbours in the other order."""
    return (
        [*states[:n], states[n + 1], states[n], *states[n + 2 :]] for n in range(len(states) - 1)
    )


def pairs_swapped(states):
    """Yield the lines with one of them and a random other one in each other's place."""
    random = Random(7)  # noqa: S311 no secret
    for n in range(len(states)):
        m = random.choice([*range(n), *range(n + 1, len(states))])
        changed = [*states]
        changed[n], changed[m] = states[m], states[n]
        yield changed


def doubled(states):
    """Yield the lines with one of them twice: right after itself, and anywhere later."""
    random = Random(7)  # noqa: S311 no secret
    for n, state in enumerate(states):
        yield [*states[: n + 1], state, *states[n + 1 :]]
        place = random.randint(n + 1, len(states))
        yield [*states[:place], state, *states[place:]]


def stranger(before):
    """Return a line that the ledger could have recorded: one more action, at the same moment."""
    told = json.loads(before)
    same = {name: told[name] for name in ("recorded_at", "recorded_by")}
    about = {"plan": "p", "action": "zzz", "version": 1, "event": "action.proposed"}
    return canonical({**about, **same, "data": {"on": "2025", "title": "Autre"}})


def inserted(states):
    """Yield the lines with a stranger after each of them."""
    for n in range(1, len(states) + 1):
        yield [*states[:n], stranger(states[n - 1]), *states[n:]]


KINDS = {
    "removed": removals,
    "cut at the end": cuts,
    "neighbours swapped": neighbours_swapped,
    "any two swapped": pairs_swapped,
    "doubled": doubled,
}
"""Kinds of change of the order and number of lines; `inserted` is apart, for it needs a line."""
