"""The rule book of one action: what may be recorded of it, and what that changes.

Decides: which commands are legal in which state, where a late entry stands in the dated
history, and which corrections keep the history whole.
Refuses to know: clocks, files, who asks, and every other action but by name (`Surroundings`).

The class names of events are not what is stored: their public names are in `wire`.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import attrs

from .dates import When, day, windows
from .errors import InvalidValue, Refusal
from .evidence import Choice, Evidence, pieces
from .record import (
    AttachEvidence,
    Erase,
    Erased,
    EvidenceAttached,
    Recorded,
    Retract,
    Retracted,
    entry_number,
    entry_refusal,
    erase_refusal,
    event_fields,
    live,
    rebuilt,
    retract,
    seen,
)
from .text import Private, cleaned, key, keyed, private, truth

# --- words -----------------------------------------------------------------------------------


class Status(Choice):
    """Where an action stands. Only these four."""

    PROPOSED = "proposed"
    ENGAGED = "engaged"
    REALISED = "realised"
    ABANDONED = "abandoned"


class Qualifier(Choice):
    """What says more about a status and never counts."""

    LATE = "late"
    SUSPENDED = "suspended"
    BLOCKED = "blocked"
    PARTIAL = "partial"


class Scope(Choice):
    """Whether an action is in the plan's base, and if not, why."""

    IN_PLAN = "in-plan"
    NOT_ASSESSED = "not-assessed"
    NOT_ASSESSABLE = "not-assessable"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    SPLIT = "split"
    SUPERSEDED = "superseded"


_PROPOSED = frozenset({Status.PROPOSED})
_ENGAGED = frozenset({Status.ENGAGED})
_REALISED = frozenset({Status.REALISED})
_ABANDONED = frozenset({Status.ABANDONED})
_OPEN = _PROPOSED | _ENGAGED
_CLOSED = _REALISED | _ABANDONED
_BEGUN = _ENGAGED | _REALISED

_LEFT = frozenset({Scope.WITHDRAWN, Scope.MERGED, Scope.SPLIT, Scope.SUPERSEDED})
_STAYS = frozenset(Scope) - _LEFT


def _on(value: str | date | When) -> When:
    return When.of(value)


def _day(value: str | date) -> date:
    return day(value)


def _qualifier(value: str) -> Qualifier:
    return Qualifier.of(value, "qualifier")


def _reopened_to(value: str) -> Status:
    status = Status.of(value, "to")
    if status not in _OPEN:
        raise InvalidValue("choice", field="to", value=value, allowed="proposed, engaged")
    return status


def _tags(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({key(tag, "tag") for tag in value}))


def _targets(value: Iterable[str]) -> tuple[str, ...]:
    targets = tuple(key(target, "targets") for target in value)
    if len(targets) < 2 or len(set(targets)) < len(targets):  # noqa: PLR2004 a split makes two
        raise InvalidValue("split-targets", field="targets", value=", ".join(targets))
    return targets


# --- what commands and events share ----------------------------------------------------------


@attrs.frozen(kw_only=True)
class Description:
    """What an action is called and where it belongs; in a change, None leaves a part as it is.

    `axis` and `theme` are keys; `responsible` may name a person and is only committed to.
    """

    title: str | None = cleaned("title", default=None)
    axis: str | None = keyed("axis", default=None)
    theme: str | None = keyed("theme", default=None)
    tags: tuple[str, ...] | None = attrs.field(
        default=None, converter=attrs.converters.optional(_tags)
    )
    responsible: Private | None = private("responsible")

    def changed(self, by: "Description") -> "Description":
        """Return this description with the parts that `by` names replaced.

        A theme belongs to its axis: another axis without a theme has none.
        """
        parts = attrs.asdict(by, recurse=False)
        said = {name: v for name, v in parts.items() if v is not None}
        if by.axis not in {None, self.axis}:
            said.setdefault("theme", None)
        changed: Description = rebuilt(Description, self, **said)
        return changed


@attrs.frozen(kw_only=True)
class _Dated:
    on: When = attrs.field(converter=_on)
    evidence: tuple[Evidence, ...] = attrs.field(default=(), converter=pieces)
    note: Private | None = private("note")


@attrs.frozen(kw_only=True)
class _Propose(_Dated):
    title: str = cleaned("title")
    axis: str | None = keyed("axis", default=None)
    theme: str | None = keyed("theme", default=None)
    tags: tuple[str, ...] = attrs.field(default=(), converter=_tags)
    responsible: Private | None = private("responsible")
    qualifier: Qualifier | None = attrs.field(
        default=None, converter=attrs.converters.optional(_qualifier)
    )

    @property
    def description(self) -> Description:
        """The action's first description."""
        described: Description = rebuilt(Description, self)
        return described


@attrs.frozen(kw_only=True)
class _Engage(_Dated):
    qualifier: Qualifier | None = attrs.field(
        default=None, converter=attrs.converters.optional(_qualifier)
    )
    at_least: bool = truth("at_least")


@attrs.frozen(kw_only=True)
class _Realise(_Dated):
    qualifier: Qualifier | None = attrs.field(
        default=None, converter=attrs.converters.optional(_qualifier)
    )


@attrs.frozen(kw_only=True)
class _Abandon(_Dated):
    reason: Private | None = private("reason")


@attrs.frozen(kw_only=True)
class _Reopen(_Dated):
    to: Status = attrs.field(default=Status.ENGAGED, converter=_reopened_to)
    reason: Private = private("reason", required=True)


@attrs.frozen(kw_only=True)
class _Scope(_Dated):
    reason: Private | None = private("reason")


@attrs.frozen(kw_only=True)
class _Withdraw(_Dated):
    reason: Private = private("reason", required=True)


@attrs.frozen(kw_only=True)
class _MergeInto(_Scope):
    target: str = keyed("target")


@attrs.frozen(kw_only=True)
class _SplitInto(_Scope):
    targets: tuple[str, ...] = attrs.field(converter=_targets)


@attrs.frozen(kw_only=True)
class _Supersede(_Scope):
    by: str = keyed("by")


@attrs.frozen(kw_only=True)
class _Describe:
    on: date = attrs.field(converter=_day)
    change: Description
    note: Private | None = private("note")


@attrs.frozen(kw_only=True)
class _Qualify(_Dated):
    qualifier: Qualifier | None = attrs.field(
        default=None, converter=attrs.converters.optional(_qualifier)
    )


# --- commands --------------------------------------------------------------------------------
# What adds no field is not declared to attrs again: each declaration takes a millisecond at start.


class Propose(_Propose):
    """Put the action on the plan's list, as proposed."""

    __slots__ = ()


class Engage(_Engage):
    """Begin the action; `at_least`: the source says engaged or realised, not which."""

    __slots__ = ()


class Realise(_Realise):
    """Complete the action."""

    __slots__ = ()


class Abandon(_Abandon):
    """Give the action up."""

    __slots__ = ()


class Reopen(_Reopen):
    """Take a realised or abandoned action up again, as proposed or engaged; needs a reason."""

    __slots__ = ()


class Withdraw(_Withdraw):
    """Take the action out of the plan; needs a reason."""

    __slots__ = ()


class Merge(_MergeInto):
    """Let another action of the plan carry this one on."""

    __slots__ = ()


class Split(_SplitInto):
    """Let several other actions of the plan carry this one on."""

    __slots__ = ()


class Supersede(_Supersede):
    """Replace the action by another one of the plan."""

    __slots__ = ()


class MarkNotAssessable(_Scope):
    """Say that nobody can tell whether this was done (too vague)."""

    __slots__ = ()


class MarkNotAssessed(_Scope):
    """Say that nobody has assessed the action: unknown, which is not `proposed`."""

    __slots__ = ()


class Restore(_Scope):
    """Put the action back into the base, as an action whose status is known."""

    __slots__ = ()


class Describe(_Describe):
    """Change title, axis, theme, tags or responsible from one exact day on."""

    __slots__ = ()


class Qualify(_Qualify):
    """Say more about the status from a date on, or (None) no more."""

    __slots__ = ()


StatusCommand = Propose | Engage | Realise | Abandon | Reopen
ScopeCommand = Withdraw | Merge | Split | Supersede | MarkNotAssessable | MarkNotAssessed | Restore


@attrs.frozen(kw_only=True)
class Correct:
    """Retract an entry and record what replaces it, both or neither."""

    entry: int = attrs.field(converter=entry_number)
    by: StatusCommand | ScopeCommand
    reason: Private = private("reason", required=True)


Command = (
    StatusCommand | ScopeCommand | Describe | Qualify | AttachEvidence | Retract | Correct | Erase
)

# --- events ----------------------------------------------------------------------------------
# `after` is the version of the entry after which this one stands in the dated history; 0: first.


@attrs.frozen(kw_only=True)
class Proposed(_Propose):
    """The action stood on the plan's list from this date on."""

    after: int = 0


@attrs.frozen(kw_only=True)
class Engaged(_Engage):
    """The action had begun; with `at_least`, it may even have been realised."""

    after: int = 0


@attrs.frozen(kw_only=True)
class Realised(_Realise):
    """The action was complete."""

    after: int = 0


@attrs.frozen(kw_only=True)
class Abandoned(_Abandon):
    """The action was given up."""

    after: int = 0


@attrs.frozen(kw_only=True)
class Reopened(_Reopen):
    """A realised or abandoned action was taken up again."""

    after: int = 0


@attrs.frozen(kw_only=True)
class Withdrawn(_Withdraw):
    """The action left the plan."""

    after: int = 0


@attrs.frozen(kw_only=True)
class MergedInto(_MergeInto):
    """Another action carried this one on."""

    after: int = 0


@attrs.frozen(kw_only=True)
class SplitInto(_SplitInto):
    """Several other actions carried this one on."""

    after: int = 0


@attrs.frozen(kw_only=True)
class Superseded(_Supersede):
    """Another action replaced this one."""

    after: int = 0


@attrs.frozen(kw_only=True)
class NotAssessable(_Scope):
    """Nobody could tell whether this was done."""

    after: int = 0


@attrs.frozen(kw_only=True)
class NotAssessed(_Scope):
    """Nobody had assessed the action."""

    after: int = 0


@attrs.frozen(kw_only=True)
class Restored(_Scope):
    """The action was back in the base, its status known.

    `assessment` is the version of the status entry that this came with, if it came with one.
    """

    after: int = 0
    assessment: int | None = None


class Described(_Describe):
    """Title, axis, theme, tags or responsible changed from this day on."""

    __slots__ = ()


class Qualified(_Qualify):
    """More (or, with None, nothing more) was to be said about the status."""

    __slots__ = ()


StatusEvent = Proposed | Engaged | Realised | Abandoned | Reopened
ScopeEvent = (
    Withdrawn | MergedInto | SplitInto | Superseded | NotAssessable | NotAssessed | Restored
)
Remark = Described | Qualified | EvidenceAttached
Event = StatusEvent | ScopeEvent | Remark | Retracted | Erased

_EVENT_OF: Mapping[type[Any], type[Any]] = {
    Propose: Proposed, Engage: Engaged, Realise: Realised, Abandon: Abandoned, Reopen: Reopened,
    Withdraw: Withdrawn, Merge: MergedInto, Split: SplitInto, Supersede: Superseded,
    MarkNotAssessable: NotAssessable, MarkNotAssessed: NotAssessed, Restore: Restored,
    Describe: Described, Qualify: Qualified, AttachEvidence: EvidenceAttached,
    Retract: Retracted, Erase: Erased,
}  # fmt: skip
_COMMAND_OF = {event: command for command, event in _EVENT_OF.items()}


def _event(command: Any) -> Any:
    # Of a dated history it is the first, until it is placed; an event without a place takes none.
    return rebuilt(_EVENT_OF[type(command)], command, after=0, assessment=None)


def again(event: Event, **changes: object) -> Any:
    """Return the command that would record the same event again, with changes.

    >>> again(Engaged(on="2023", after=1), on="2022").on.text
    '2022'
    """
    fields = event_fields(event)
    for given in ("after", "assessment"):  # by the rules, not by who asked
        fields.pop(given, None)
    return _COMMAND_OF[type(event)](**{**fields, **changes})


# --- states ----------------------------------------------------------------------------------


@attrs.frozen
class Action:
    """All that was recorded of one action; nothing is forgotten, not even what was retracted.

    `statuses` and `scopes` are in the order of their dated history, `remarks` as recorded.
    """

    version: int = 0
    statuses: tuple[Recorded[StatusEvent], ...] = ()
    scopes: tuple[Recorded[ScopeEvent], ...] = ()
    remarks: tuple[Recorded[Remark], ...] = ()

    def seen(self, visible: Container[int]) -> "Action":
        """Return the action as it is believed by who has seen only these of its versions."""
        return Action(
            version=self.version,
            statuses=seen(self.statuses, visible),
            scopes=seen(self.scopes, visible),
            remarks=seen(self.remarks, visible),
        )


@attrs.frozen
class Surroundings:
    """What the rules of one action need to know of its plan.

    `lineage` names for each action of the plan the actions that carry it on now; `axes` names
    the themes of each declared axis (no axes at all: any axis may be used).
    """

    action: str = ""
    lineage: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict[str, tuple[str, ...]])
    axes: Mapping[str, frozenset[str]] = attrs.field(factory=dict[str, frozenset[str]])


def statuses_after(event: StatusEvent) -> frozenset[Status]:
    """Return the statuses that an action may have right after this event; mostly one."""
    match event:
        case Proposed():
            return _PROPOSED
        case Engaged(at_least=at_least):
            return _BEGUN if at_least else _ENGAGED
        case Realised():
            return _REALISED
        case Abandoned():
            return _ABANDONED
        case _:
            return frozenset({event.to})


def scope_after(event: ScopeEvent) -> Scope:
    """Return the scope that an action has right after this event."""
    match event:
        case Withdrawn():
            return Scope.WITHDRAWN
        case MergedInto():
            return Scope.MERGED
        case SplitInto():
            return Scope.SPLIT
        case Superseded():
            return Scope.SUPERSEDED
        case NotAssessable():
            return Scope.NOT_ASSESSABLE
        case NotAssessed():
            return Scope.NOT_ASSESSED
        case _:
            return Scope.IN_PLAN


def description(action: Action, on: date | None = None) -> Description:
    """Return the description in force on a day, or (None) after all changes."""
    proposed = [item for item in action.statuses if isinstance(item.event, Proposed)]
    # While no proposal stands (it was withdrawn, or is being corrected), the last one's words.
    told = max(live(proposed) or proposed, key=lambda item: item.version).event.description  # type: ignore[union-attr]
    changes = [i for i in live(action.remarks) if isinstance(i.event, Described)]
    for item in sorted(changes, key=lambda i: (i.event.on, i.version)):  # type: ignore[union-attr]
        if on is None or item.event.on <= on:  # type: ignore[union-attr,operator]
            told = told.changed(item.event.change)  # type: ignore[union-attr]
    return told


def successors(action: Action) -> tuple[str, ...]:
    """Return the keys of the actions that carry this one on, after all its entries."""
    scopes = live(action.scopes)
    return _targets_of(scopes[-1].event) if scopes else ()


def touches_lineage(command: Command) -> bool:
    """Whether deciding a command needs to know the lineage of the plan's other actions."""
    return isinstance(command, Merge | Split | Supersede | Retract | Correct)


def _targets_of(event: ScopeEvent) -> tuple[str, ...]:
    match event:
        case MergedInto(target=target):
            return (target,)
        case SplitInto(targets=targets):
            return targets
        case Superseded(by=by):
            return (by,)
        case _:
            return ()


# --- what may follow what --------------------------------------------------------------------


def status_may_follow(before: StatusEvent | None, event: StatusEvent) -> bool:
    """Whether a status event may stand right after another (None: at the start)."""
    if before is None or isinstance(event, Proposed):
        return before is None and isinstance(event, Proposed)
    return not statuses_after(before).isdisjoint(_leaves(event))


def _leaves(event: StatusEvent) -> frozenset[Status]:
    match event:
        case Engaged():
            return _PROPOSED
        case Realised() | Abandoned():
            return _OPEN
        case _:  # reopened; what proposes never comes here
            return _CLOSED


def scope_may_follow(before: ScopeEvent | None, event: ScopeEvent) -> bool:
    """Whether a scope event may stand right after another (None: nothing yet, in the plan)."""
    was = Scope.IN_PLAN if before is None else scope_after(before)
    match event:
        case Restored():
            return was is not Scope.IN_PLAN
        case NotAssessable() | NotAssessed():
            return was in _STAYS and was is not scope_after(event)
        case _:
            return was in _STAYS


# --- decide ----------------------------------------------------------------------------------


def decide(
    command: Command, state: Action, around: Surroundings | None = None
) -> tuple[Event, ...] | Refusal:
    """Return the events that a command gives, or why it is refused.

    >>> decide(Engage(on="2023"), Action()).code
    'action-unknown'
    """
    around = around or Surroundings()
    if not isinstance(command, Propose | Retract | Correct | Erase) and not live(state.statuses):
        return Refusal("action-unknown")
    match command:
        case Propose():
            return _decide_propose(command, state, around)
        case Engage() | Realise() | Abandon() | Reopen():
            return _decide_status(command, state)
        case Describe():
            event: Described = _event(command)
            return _unknown_axes(evolve(state, event), state, around) or (event,)
        case Qualify():
            return (_event(command),)
        case AttachEvidence():
            return _unknown_entry(command.entry, state) or (_event(command),)
        case Retract():
            return _decide_retract(command, state, around)
        case Correct():
            return _decide_correct(command, state, around)
        case Erase(entry=entry):
            return erase_refusal(entry, last=state.version) or (_event(command),)
        case _:
            return _decide_scope(command, state, around)


def _decide_propose(
    command: Propose, state: Action, around: Surroundings
) -> tuple[Event, ...] | Refusal:
    standing = tuple(i.version for i in live(state.statuses) if isinstance(i.event, Proposed))
    if standing:
        return Refusal("action-exists", {}, standing)
    unknown = _unknown_axis(command, around)
    return unknown or _placed(_event(command), state.statuses, status_may_follow)


def _decide_status(command: StatusCommand, state: Action) -> tuple[Event, ...] | Refusal:
    events = _placed(_event(command), state.statuses, status_may_follow)
    scopes = live(state.scopes)
    if isinstance(events, Refusal) or not scopes or not isinstance(scopes[-1].event, NotAssessed):
        return events
    if _against(command.on, scopes, ()):
        return events
    # To record a status is to assess the action, so it is unknown no longer.
    last, version = scopes[-1].version, state.version + 1
    return (*events, Restored(on=command.on, after=last, assessment=version))


def _decide_scope(
    command: ScopeCommand, state: Action, around: Surroundings
) -> tuple[Event, ...] | Refusal:
    event = _event(command)
    proposed = live(state.statuses)[:1]
    if event.on.latest < proposed[0].event.on.earliest:
        return Refusal("before-proposal", {"on": event.on}, tuple(i.version for i in proposed))
    wrong = _wrong_lineage(_targets_of(event), around)
    return wrong or _placed(event, state.scopes, scope_may_follow)


def _decide_retract(
    command: Retract, state: Action, around: Surroundings
) -> tuple[Event, ...] | Refusal:
    if unknown := _unknown_entry(command.entry, state):
        return unknown
    events = _retractions(command, state)
    return _whole(replay(events, state), state, around) or events


def _retractions(command: Retract | Correct, state: Action) -> tuple[Event, ...]:
    """Return what withdraws an entry, and with a status the assessment that came with it."""
    also = [
        item.version
        for item in live(state.scopes)
        if isinstance(item.event, Restored) and item.event.assessment == command.entry
    ]
    return tuple(Retracted(entry=n, reason=command.reason) for n in (command.entry, *also))


def _decide_correct(
    command: Correct, state: Action, around: Surroundings
) -> tuple[Event, ...] | Refusal:
    if unknown := _unknown_entry(command.entry, state):
        return unknown
    events = _retractions(command, state)
    between = replay(events, state)
    replaced = decide(command.by, between, around)
    if isinstance(replaced, Refusal):
        return replaced
    return _whole(replay(replaced, between), state, around) or events + replaced


# --- where a late entry stands ---------------------------------------------------------------


def _placed(
    event: Any, items: Sequence[Recorded[Any]], may_follow: Callable[[Any, Any], bool]
) -> tuple[Event, ...] | Refusal:
    """Place an event at the latest position where history is legal and its dates consistent."""
    standing = live(items)
    conflict: tuple[int, ...] = ()
    for position in _places(standing, may_follow):
        before, after = standing[:position], standing[position:]
        if not _fits(event, before, after, may_follow):
            continue
        against = _against(event.on, before, after)
        if not against:
            place = before[-1].version if before else 0
            return (rebuilt(type(event), event, after=place) if place else event,)
        conflict = conflict or against
    # An event that could be the latest of all is refused for what stands, not for its date.
    if conflict and _against(event.on, standing, ()):
        return Refusal("dates-conflict", {"on": event.on}, conflict)
    return _illegal(event, standing)


def _places(
    standing: Sequence[Recorded[Any]], may_follow: Callable[[Any, Any], bool]
) -> Iterable[int]:
    """Return the places where one more event may leave a legal history, the latest first.

    Anywhere in a legal history; in one that a correction has just broken, where it is broken.
    """
    events = [None, *(item.event for item in standing)]
    broken = [n for n, pair in enumerate(pairwise(events)) if not may_follow(*pair)]
    return broken or range(len(standing), -1, -1)


def _fits(
    event: Any,
    before: Sequence[Recorded[Any]],
    after: Sequence[Recorded[Any]],
    may_follow: Callable[[Any, Any], bool],
) -> bool:
    previous = before[-1].event if before else None
    return may_follow(previous, event) and (not after or may_follow(event, after[0].event))


def _against(
    on: When, before: Sequence[Recorded[Any]], after: Sequence[Recorded[Any]]
) -> tuple[int, ...]:
    """Return the versions whose dates an event on `on` contradicts, between these neighbours."""
    later = [i.version for i in before if i.event.on.earliest > on.latest]
    earlier = [i.version for i in after if i.event.on.latest < on.earliest]
    return (*later, *earlier)


def _illegal(event: StatusEvent | ScopeEvent, standing: Sequence[Recorded[Any]]) -> Refusal:
    last = tuple(item.version for item in standing[-1:])
    if isinstance(event, StatusEvent):
        words = " / ".join(sorted(statuses_after(standing[-1].event)))
        return Refusal("transition", {"command": _verb(event), "status": words}, last)
    scope = scope_after(standing[-1].event) if standing else Scope.IN_PLAN
    return Refusal("scope-transition", {"command": _verb(event), "scope": scope}, last)


def _verb(event: StatusEvent | ScopeEvent) -> str:
    return _COMMAND_OF[type(event)].__name__


# --- what else can be wrong ------------------------------------------------------------------


def _unknown_axes(after: Action, before: Action, around: Surroundings) -> Refusal | None:
    """Refuse what would, on some day, name an axis or a theme that is not declared.

    What the action was called before may stay, although the plan has dropped that axis since.
    """
    known = {(told.axis, told.theme) for told in _descriptions(before)}
    told = [each for each in _descriptions(after) if (each.axis, each.theme) not in known]
    return next((refusal for each in told if (refusal := _unknown_axis(each, around))), None)


def _descriptions(state: Action) -> list[Description]:
    """Return the description in force on each day on which it changes."""
    changes = [i.event for i in live(state.remarks) if isinstance(i.event, Described)]
    return [description(state, on) for on in (date.min, *(event.on for event in changes))]


def _unknown_axis(whole: Description | Propose, around: Surroundings) -> Refusal | None:
    """Refuse an axis or a theme that the plan does not declare, so that no typo makes one."""
    if not around.axes:
        return None
    if whole.axis is None:
        return None if whole.theme is None else Refusal("theme-without-axis")
    if whole.axis not in around.axes:
        declared = ", ".join(sorted(around.axes))
        return Refusal("axis-unknown", {"axis": whole.axis, "declared": declared})
    themes = around.axes[whole.axis]
    if whole.theme is not None and whole.theme not in themes:
        declared = ", ".join(sorted(themes)) or "—"
        return Refusal("theme-unknown", {"theme": whole.theme, "declared": declared})
    return None


def _unknown_entry(entry: int | None, state: Action) -> Refusal | None:
    items: list[Recorded[Any]] = [*state.statuses, *state.scopes, *state.remarks]
    return None if entry is None else entry_refusal(entry, items, last=state.version)


def _whole(state: Action, before: Action, around: Surroundings) -> Refusal | None:
    """Refuse a correction that would leave a history that cannot have been."""
    broken = _broken(live(state.statuses), status_may_follow)
    broken = broken or _broken(live(state.scopes), scope_may_follow)
    if broken:
        return Refusal("history-broken", {}, broken)
    proposed = live(state.statuses)[:1]
    early = tuple(
        item.version
        for item in live(state.scopes)
        if not proposed or item.event.on.latest < proposed[0].event.on.earliest
    )
    if early:
        return Refusal("history-broken", {}, early)
    unknown = _unknown_axes(state, before, around) if proposed else None
    return unknown or _wrong_lineage(successors(state), around)


def _broken(
    standing: Sequence[Recorded[Any]], may_follow: Callable[[Any, Any], bool]
) -> tuple[int, ...]:
    previous: Any = None
    for item in standing:
        if not may_follow(previous, item.event):
            return (item.version,)
        previous = item.event
    assert windows([item.event.on for item in standing]).consistent
    return ()


def _wrong_lineage(targets: Sequence[str], around: Surroundings) -> Refusal | None:
    for target in targets:
        if target not in around.lineage:
            return Refusal("lineage-unknown", {"target": target})
        if around.action in _reached(target, around.lineage):
            return Refusal("lineage-cycle", {"target": target, "action": around.action})
    return None


def _reached(start: str, lineage: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return an action and all that carry it on, at any distance."""
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        action = ahead.pop()
        if action not in reached:
            reached.add(action)
            ahead.extend(lineage.get(action, ()))
    return reached


# --- evolve ----------------------------------------------------------------------------------


def evolve(state: Action, event: Event) -> Action:
    """Return the state after one more event; never refuses, never searches."""
    version = state.version + 1
    # Not `attrs.evolve`, and no `Recorded[...](…)`: this runs once for every entry ever read.
    new: Recorded[Any] = Recorded(version, event)
    statuses, scopes, remarks = state.statuses, state.scopes, state.remarks
    match event:
        case Retracted(entry=entry):
            statuses = retract(statuses, entry, version)
            scopes = retract(scopes, entry, version)
            remarks = retract(remarks, entry, version)
        case Erased():
            pass
        case Described() | Qualified() | EvidenceAttached():
            remarks = (*remarks, new)
        case Proposed() | Engaged() | Realised() | Abandoned() | Reopened():
            statuses = _insert(statuses, new)
        case _:
            scopes = _insert(scopes, new)
    return Action(version=version, statuses=statuses, scopes=scopes, remarks=remarks)


def _insert(items: tuple[Recorded[Any], ...], new: Recorded[Any]) -> tuple[Recorded[Any], ...]:
    if new.event.after == (items[-1].version if items else 0):
        return (*items, new)  # as nearly always
    versions = [0, *(item.version for item in items)]
    place = versions.index(new.event.after)
    return (*items[:place], new, *items[place:])


def replay(events: Iterable[Event], state: Action | None = None) -> Action:
    """Return the state after events, from nothing or from a state."""
    state = state or Action()
    for event in events:
        state = evolve(state, event)
    return state
