"""From what the ledger says to what a row says: the commands between, one after the other.

Decides: which command comes next, and what a status that goes back becomes.
Refuses to know: whether the rules allow it (`action.decide` says), and where rows come from.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from ..action import (
    Abandon,
    Action,
    Describe,
    Description,
    Engage,
    MarkNotAssessable,
    MarkNotAssessed,
    Propose,
    Qualifier,
    Qualify,
    Realise,
    Reopen,
    Restore,
    Scope,
    Status,
    Withdraw,
    scope_after,
    statuses_after,
)
from ..action import Command as ActionCommand
from ..dates import When
from ..errors import InvalidValue
from ..evidence import Evidence
from ..history import possible, qualifier
from ..record import Retract, live
from .mapping import Reversals
from .words import Word

LEFT = frozenset({Scope.WITHDRAWN, Scope.MERGED, Scope.SPLIT, Scope.SUPERSEDED})
_UNDER_WAY = frozenset({Status.PROPOSED, Status.ENGAGED})
_CLOSED = frozenset({Status.REALISED, Status.ABANDONED})
_MARKS: Mapping[Scope, type[MarkNotAssessed | MarkNotAssessable | Restore]] = {
    Scope.NOT_ASSESSED: MarkNotAssessed,
    Scope.NOT_ASSESSABLE: MarkNotAssessable,
}


@attrs.frozen
class Now:
    """Where an action stands, and the version of the last status entry that says so."""

    statuses: frozenset[Status]
    scope: Scope
    qualifier: Qualifier | None
    last: int


@attrs.frozen(kw_only=True)
class Wanted:
    """Where a row says that an action stands, since when, and on what evidence."""

    word: Word
    on: When
    proposed: When
    told: Description
    day: date
    reason: str | None = None
    returned: str | None = None
    note: str | None = None
    evidence: tuple[Evidence, ...] = ()
    reversals: Reversals = Reversals()


def latest(state: Action) -> Now | None:
    """Return where an action stands after all its entries; None if it is on no list."""
    statuses, scopes = live(state.statuses), live(state.scopes)
    if not statuses:
        return None
    scope = scope_after(scopes[-1].event) if scopes else Scope.IN_PLAN
    last = statuses[-1]
    return Now(statuses_after(last.event), scope, qualifier(state, date.max), last.version)


def on_day(state: Action, day: date, wanted: Word) -> Now | None:
    """Return where an action stands on a day; of several possibilities the one that is wanted."""
    now = latest(state)
    if now is None:
        return None
    found = [standing for standing in possible(state, day) if standing.status is not None]
    asked = wanted.statuses or {standing.status for standing in found}
    agreed = [s for s in found if s.status in asked and s.scope is wanted.scope]
    chosen = agreed or (found if len(found) == 1 else [])
    if not chosen or chosen[0].status is None:
        return now
    statuses = frozenset({chosen[0].status})
    return attrs.evolve(
        now, statuses=statuses, scope=chosen[0].scope, qualifier=qualifier(state, day)
    )


def certain(state: Action, day: date, word: Word) -> bool:
    """Whether an action certainly stands on a day where a word puts it."""
    standing = {(each.status, each.scope) for each in possible(state, day)}
    statuses = {status for status, _ in standing}
    agreed = statuses <= word.statuses if word.statuses else True
    same = word.qualifier is qualifier(state, day) or not word.statuses
    return agreed and same and None not in statuses and {s for _, s in standing} == {word.scope}


def as_wanted(word: Word) -> Now:
    """Return the standing that a word gives: nothing has to be done to come there."""
    return Now(word.statuses, word.scope, word.qualifier, last=0)


def next_command(now: Now | None, wanted: Wanted) -> ActionCommand | None:
    """Return the next command on the way to what a row says; None where it is already so.

    Raises `InvalidValue` where a status goes back and the mapping does not say what that means.
    """
    word = wanted.word
    if now is None:
        return _propose(wanted)
    if word.scope is Scope.WITHDRAWN:
        return None if now.scope in LEFT else Withdraw(reason=_reason(wanted), **_dated(wanted))
    if now.scope in LEFT:
        return Restore(reason=wanted.returned, **_dated(wanted))
    if word.statuses and not now.statuses <= word.statuses:
        return _status(now, wanted)
    if word.scope is not now.scope:
        kind = _MARKS.get(word.scope, Restore)
        return kind(reason=wanted.reason, **_dated(wanted))
    if word.statuses and word.qualifier is not now.qualifier:
        return Qualify(qualifier=word.qualifier, **_dated(wanted))
    return None


def change(state: Action, wanted: Wanted, told: Description) -> Describe | None:
    """Return what the row says differently of title, axis, theme, tags or responsible.

    `told` is the action's description on the row's day, with its texts readable.
    """
    differing = {
        name: value
        for name, value in attrs.asdict(wanted.told, recurse=False).items()
        if value is not None and value != getattr(told, name)
    }
    if not differing or not live(state.statuses):
        return None
    return Describe(on=wanted.day, change=Description(**differing), note=wanted.note)


def _dated(wanted: Wanted) -> dict[str, Any]:
    return {"on": wanted.on, "evidence": wanted.evidence, "note": wanted.note}


def _propose(wanted: Wanted) -> Propose:
    told = {n: v for n, v in attrs.asdict(wanted.told, recurse=False).items() if v is not None}
    if "title" not in told:
        raise InvalidValue("import-title", field="title", value="")
    proposed = wanted.word.statuses == {Status.PROPOSED}
    return Propose(
        on=wanted.proposed, evidence=wanted.evidence, note=wanted.note,
        qualifier=wanted.word.qualifier if proposed else None, **told,
    )  # fmt: skip


def _status(now: Now, wanted: Wanted) -> ActionCommand:
    command = onward(wanted)
    leaves = {Status.PROPOSED} if isinstance(command, Engage) else _UNDER_WAY
    legal = command is not None and not now.statuses.isdisjoint(leaves)
    return command if command is not None and legal else _reversed(now, wanted)


def onward(wanted: Wanted) -> Engage | Realise | Abandon | None:
    """Return the one command that gives the status of a row; None for a promise or no status."""
    word = wanted.word
    if Status.ENGAGED in word.statuses:
        at_least = Status.REALISED in word.statuses
        return Engage(at_least=at_least, qualifier=word.qualifier, **_dated(wanted))
    if Status.REALISED in word.statuses:
        return Realise(qualifier=word.qualifier, **_dated(wanted))
    if Status.ABANDONED in word.statuses:
        return Abandon(reason=wanted.reason, **_dated(wanted))
    return None


def _reversed(now: Now, wanted: Wanted) -> ActionCommand:
    """Return what a status that goes back becomes: an entry of its own, never a silent change."""
    how = wanted.reversals.how
    if how == "error":
        raise InvalidValue(
            "import-reversed", field="status", value=wanted.word.text,
            now=" / ".join(sorted(now.statuses)),
        )  # fmt: skip
    reason = _reason(wanted)
    if how == "retract":
        return Retract(entry=now.last, reason=reason)
    if not now.statuses & _CLOSED:
        # Begun, and now only promised: the beginning was given up, and the promise made again.
        return Abandon(reason=reason, **_dated(wanted))
    promised = wanted.word.statuses == {Status.PROPOSED}
    to = Status.PROPOSED if promised else Status.ENGAGED
    return Reopen(to=to, reason=reason, **_dated(wanted))


def _reason(wanted: Wanted) -> str:
    reason = wanted.reason or wanted.reversals.reason
    if reason is None:
        raise InvalidValue("import-reason", field="reason", value="")
    return reason
