"""The rule book of a plan: its terms, its published figures, and its rule of calculation.

Decides: what a plan is made of, which policies there are, and which published figures may
stand beside one another.
Refuses to know: the plan's actions, and whether a published figure is right.
"""

import re
from collections.abc import Container, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from .action import Status
from .dates import When, day
from .errors import InvalidValue, Refusal
from .evidence import Choice, Evidence, decimal, pieces
from .record import (
    AttachEvidence,
    Erase,
    Erased,
    EvidenceAttached,
    Recorded,
    Retract,
    Retracted,
    entry_refusal,
    erase_refusal,
    event_fields,
    live,
    rebuilt,
    retract,
    seen,
)
from .text import Private, clean, cleaned, keyed, matching, private

# --- values ----------------------------------------------------------------------------------


class Base(Choice):
    """Which actions a rate is a share of."""

    ALL = "all"
    WITHOUT_ABANDONED = "without-abandoned"
    INITIAL_LIST = "initial-list"
    WITHOUT_NOT_ASSESSABLE = "without-not-assessable"


class Rounding(Choice):
    """How a percentage is rounded to its printed decimals."""

    HALF_UP = "half-up"
    HALF_EVEN = "half-even"
    FLOOR = "floor"
    CEILING = "ceiling"


_MOST_DECIMALS = 6
_MOST_ACTIONS = 10_000_000  # more than all communes of France together promise
_COUNTED = (Status.ENGAGED, Status.REALISED)
_INSEE = re.compile(r"\d{5}|2[AB]\d{3}")
_SIREN = re.compile(r"\d{9}")


def _decimals(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_DECIMALS:
        raise InvalidValue("decimals", field="decimals", value=value, most=_MOST_DECIMALS)
    return value


def _counted(value: Iterable[object]) -> tuple[Status, ...]:
    several = [value] if isinstance(value, str) else list(value)
    statuses = {Status.of(status, "counted") for status in several}
    if not statuses:
        raise InvalidValue("counted-empty", field="counted", value="")
    return tuple(status for status in Status if status in statuses)


def _base(value: str) -> Base:
    return Base.of(value, "base")


def _rounding(value: str) -> Rounding:
    return Rounding.of(value, "rounding")


def _start(value: str | date) -> date:
    return day(value, "start")


def _end(value: str | date) -> date:
    return day(value, "end")


def _initial(value: str | date) -> date:
    return day(value, "initial_list_on")


def _on(value: str | date) -> date:
    return day(value)


def _published(value: str | date | When) -> When:
    return When.of(value, "published")


@attrs.frozen(kw_only=True, cache_hash=True)
class Policy:
    """The rule of calculation: which statuses count, of which base, rounded how.

    The default is the founding figure's: engaged or realised, of all, half-up to whole percent.

    >>> Policy().counted
    (<Status.ENGAGED: 'engaged'>, <Status.REALISED: 'realised'>)
    """

    counted: tuple[Status, ...] = attrs.field(default=_COUNTED, converter=_counted)
    base: Base = attrs.field(default=Base.ALL, converter=_base)
    rounding: Rounding = attrs.field(default=Rounding.HALF_UP, converter=_rounding)
    decimals: int = attrs.field(default=0, converter=_decimals)


def _timezone(value: str) -> str:
    name = clean(value, "territory.timezone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidValue("timezone-unknown", field="territory.timezone", value=value) from None
    return name


@attrs.frozen(kw_only=True)
class Territory:
    """Where a plan holds: name, INSEE code (5 characters), SIREN (9 digits), its time zone."""

    name: str = cleaned("territory.name")
    insee: str | None = matching("territory.insee", _INSEE, "insee-form")
    siren: str | None = matching("territory.siren", _SIREN, "siren-form")
    timezone: str = attrs.field(default="Europe/Paris", converter=_timezone)


@attrs.frozen(kw_only=True)
class Theme:
    """A theme of an axis: key and title."""

    key: str = keyed("theme")
    title: str = cleaned("theme.title")


def _all_unlike(keys: Sequence[str], field: str) -> None:
    for found in keys:
        if keys.count(found) > 1:
            raise InvalidValue("key-twice", field=field, value=found)


def _themes(value: Iterable[Theme]) -> tuple[Theme, ...]:
    themes = tuple(value)
    _all_unlike([theme.key for theme in themes], "theme")
    return themes


@attrs.frozen(kw_only=True)
class Axis:
    """An axis of a plan: key, title, and its themes if it declares any."""

    key: str = keyed("axis")
    title: str = cleaned("axis.title")
    themes: tuple[Theme, ...] = attrs.field(default=(), converter=_themes)


def _axes(value: Iterable[Axis]) -> tuple[Axis, ...]:
    axes = tuple(value)
    _all_unlike([axis.key for axis in axes], "axis")
    return axes


@attrs.frozen(kw_only=True)
class Terms:
    """What a plan says of itself: title, territory, period (first and last day), axes, policy.

    `initial_list_on` closes the initial list; without it the period's first day does.
    Raises `InvalidValue` for a period that ends before it starts, or a key used twice.
    """

    title: str = cleaned("title")
    territory: Territory = attrs.field(validator=attrs.validators.instance_of(Territory))
    start: date = attrs.field(converter=_start)
    end: date = attrs.field(converter=_end)
    initial_list_on: date | None = attrs.field(
        default=None, converter=attrs.converters.optional(_initial)
    )
    axes: tuple[Axis, ...] = attrs.field(default=(), converter=_axes)
    policy: Policy = attrs.field(factory=Policy, validator=attrs.validators.instance_of(Policy))

    def __attrs_post_init__(self) -> None:
        if self.end < self.start:
            raise InvalidValue("date-reversed", field="end", value=f"{self.start}/{self.end}")

    @property
    def initial_list_day(self) -> date:
        """The day that closes the initial list."""
        return self.initial_list_on or self.start


# --- commands --------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class _Create:
    terms: Terms
    note: Private | None = private("note")


@attrs.frozen(kw_only=True)
class _Amend:
    on: date = attrs.field(converter=_on)
    terms: Terms
    note: Private | None = private("note")


def _percentage(value: object) -> Decimal:
    number = decimal(value, "percentage")
    if not 0 <= number <= 100:  # noqa: PLR2004 percent
        raise InvalidValue("percentage-range", field="percentage", value=value)
    _decimals(-int(number.as_tuple().exponent))
    return number


def _of(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_ACTIONS:
        raise InvalidValue("of-form", field="of", value=value)
    return value


@attrs.frozen(kw_only=True)
class _Publish:
    percentage: Decimal = attrs.field(converter=_percentage)
    of: int | None = attrs.field(default=None, converter=attrs.converters.optional(_of))
    on: date = attrs.field(converter=_on)
    counted: tuple[Status, ...] = attrs.field(default=_COUNTED, converter=_counted)
    base: Base = attrs.field(default=Base.ALL, converter=_base)
    rounding: Rounding = attrs.field(default=Rounding.HALF_UP, converter=_rounding)
    published: When | None = attrs.field(
        default=None, converter=attrs.converters.optional(_published)
    )
    evidence: tuple[Evidence, ...] = attrs.field(default=(), converter=pieces)
    note: Private | None = private("note")

    @property
    def policy(self) -> Policy:
        """The policy under which it was printed, to as many decimals as were printed."""
        decimals = -int(self.percentage.as_tuple().exponent)
        return Policy(
            counted=self.counted, base=self.base, rounding=self.rounding, decimals=decimals
        )


class CreatePlan(_Create):
    """Open a plan, with its terms."""

    __slots__ = ()


class AmendPlan(_Amend):
    """Replace the plan's terms from one exact day on."""

    __slots__ = ()


class PublishFigure(_Publish):
    """Record a percentage as it was printed: of how many, counting what, for which day."""

    __slots__ = ()


Command = CreatePlan | AmendPlan | PublishFigure | AttachEvidence | Retract | Erase

# --- events ----------------------------------------------------------------------------------


class PlanCreated(_Create):
    """A plan was opened."""

    __slots__ = ()


class PlanAmended(_Amend):
    """The plan's terms changed from this day on."""

    __slots__ = ()


class FigurePublished(_Publish):
    """A percentage was printed."""

    __slots__ = ()


Event = PlanCreated | PlanAmended | FigurePublished | EvidenceAttached | Retracted | Erased

_EVENT_OF: dict[type[Any], type[Any]] = {
    CreatePlan: PlanCreated, AmendPlan: PlanAmended, PublishFigure: FigurePublished,
    AttachEvidence: EvidenceAttached, Retract: Retracted, Erase: Erased,
}  # fmt: skip

_COMMAND_OF = {event: command for command, event in _EVENT_OF.items()}


def again(event: Event) -> Command:
    """Return the command that would record the same event again."""
    command: Command = _COMMAND_OF[type(event)](**event_fields(event))
    return command


# --- states ----------------------------------------------------------------------------------


@attrs.frozen
class Plan:
    """All that was recorded of one plan itself, in the order of recording."""

    version: int = 0
    created: PlanCreated | None = None
    items: tuple[Recorded[PlanAmended | FigurePublished | EvidenceAttached], ...] = ()

    def seen(self, visible: Container[int]) -> "Plan":
        """Return the plan as it is believed by who has seen only these of its versions."""
        created = self.created if 1 in visible else None
        return Plan(self.version, created, seen(self.items, visible))

    def terms(self, on: date | None = None) -> Terms:
        """Return the terms in force on a day, or (None) after all amendments."""
        assert self.created is not None, "a plan that was never created has no terms"
        amended = [i for i in live(self.items) if isinstance(i.event, PlanAmended)]
        terms = self.created.terms
        for item in sorted(amended, key=lambda i: (i.event.on, i.version)):  # type: ignore[union-attr]
            if on is None or item.event.on <= on:  # type: ignore[union-attr]
                terms = item.event.terms  # type: ignore[union-attr]
        return terms

    @property
    def figures(self) -> tuple[Recorded[FigurePublished], ...]:
        """The published figures that stand, in the order of recording."""
        return tuple(i for i in live(self.items) if isinstance(i.event, FigurePublished))  # type: ignore[misc]


# --- decide ----------------------------------------------------------------------------------


def decide(command: Command, state: Plan) -> tuple[Event, ...] | Refusal:
    """Return the events that a command gives, or why it is refused.

    >>> decide(Retract(entry=1, reason="erreur"), Plan()).code
    'plan-unknown'
    """
    event: Event = rebuilt(_EVENT_OF[type(command)], command)
    match command:
        case CreatePlan():
            return (event,) if state.created is None else Refusal("plan-exists", {}, (1,))
        case _ if state.created is None:
            return Refusal("plan-unknown")
        case PublishFigure():
            return _same_figure(command, state) or (event,)
        case AttachEvidence(entry=entry) if entry is not None and entry != 1:
            return entry_refusal(entry, state.items, last=state.version) or (event,)
        case Retract(entry=entry):
            return entry_refusal(entry, state.items, last=state.version) or (event,)
        case Erase(entry=entry):
            return erase_refusal(entry, last=state.version) or (event,)
        case _:
            return (event,)


def _same_figure(command: PublishFigure, state: Plan) -> Refusal | None:
    def printed(figure: _Publish) -> tuple[object, ...]:
        return (figure.on, figure.percentage, figure.of, figure.policy, figure.published)

    same = tuple(i.version for i in state.figures if printed(i.event) == printed(command))
    return Refusal("figure-exists", {"on": command.on}, same) if same else None


# --- evolve ----------------------------------------------------------------------------------


def evolve(state: Plan, event: Event) -> Plan:
    """Return the state after one more event; never refuses."""
    version = state.version + 1
    match event:
        case PlanCreated():
            return attrs.evolve(state, version=version, created=event)
        case Retracted(entry=entry):
            items = retract(state.items, entry, version)
            return attrs.evolve(state, version=version, items=items)
        case Erased():
            return attrs.evolve(state, version=version)
        case _:
            return attrs.evolve(
                state, version=version, items=(*state.items, Recorded(version, event))
            )
