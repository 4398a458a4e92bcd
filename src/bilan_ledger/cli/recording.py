"""The commands that record: each takes its options and gives the library a command.

Decides: names and options. Refuses to know: rules.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import attrs
from cyclopts import Parameter

from .. import action as actions
from ..evidence import decimal
from ..ledger import Ledger
from ..plan import (
    AmendPlan,
    Axis,
    CreatePlan,
    Policy,
    PublishFigure,
    Terms,
    Territory,
    Theme,
)
from ..record import Recorded, Retract
from . import options, show
from .app import (
    OUTPUT,
    POLICY,
    RECORD,
    RECORDING,
    SHOWN,
    command,
    option,
    print_json,
    record,
)
from .options import (
    Output,
    PolicyOptions,
    Recording,
    Shown,
    Switch,
    UsageError,
)
from .words import say


@command("init", RECORD)
def init(
    path: Annotated[str, option("opt-path")],
    /,
    *,
    writer: Annotated[str | None, option("opt-writer")] = None,
    reader: Annotated[str | None, option("opt-reader")] = None,
    apply: Annotated[bool, Switch, option("opt-apply")] = False,
    common: OUTPUT = Output(),
) -> None:
    """Make a new, empty ledger; in PostgreSQL, print or apply the rights of its roles."""
    with Ledger.create(path) as ledger:
        place = ledger.application.place
    rights = _rights(path, writer, reader, apply=apply)
    if common.json:
        print_json({"ledger": place, **({"grants": rights} if rights else {})})
        return
    show.line(say("made", path=place))
    if rights:
        show.line(rights)
    show.line(say("next-plan"), "dim")


def _rights(path: str, writer: str | None, reader: str | None, *, apply: bool) -> str | None:
    if writer is None or reader is None:
        return None
    from ..ledger.postgres import apply_grants, grants  # noqa: PLC0415 may not be installed

    if apply:
        apply_grants(path, writer, reader)
    return grants(writer, reader).strip()


@attrs.frozen(kw_only=True)
class TermsOptions:
    """Options that describe the terms of a plan."""

    title: Annotated[str | None, option("opt-title")] = None
    territory: Annotated[str | None, option("opt-territory")] = None
    insee: Annotated[str | None, option("opt-insee")] = None
    siren: Annotated[str | None, option("opt-siren")] = None
    timezone: Annotated[str | None, option("opt-timezone")] = None
    start: Annotated[str | None, option("opt-start")] = None
    end: Annotated[str | None, option("opt-end")] = None
    axis: Annotated[tuple[str, ...], option("opt-axes", negative_iterable="")] = ()
    theme: Annotated[tuple[str, ...], option("opt-themes", negative_iterable="")] = ()
    initial_list_on: Annotated[str | None, option("opt-initial")] = None

    def terms(self, policy: Policy) -> Terms:
        """Return new terms."""
        if None in {self.title, self.territory, self.start, self.end}:
            raise UsageError(say("terms-missing"))
        more = {"timezone": self.timezone} if self.timezone else {}
        territory = Territory(name=str(self.territory), insee=self.insee, siren=self.siren, **more)
        return Terms(
            title=str(self.title), territory=territory, start=str(self.start), end=str(self.end),
            axes=self._axes(), policy=policy, initial_list_on=self.initial_list_on,
        )  # fmt: skip

    def changed(self, terms: Terms, policy: Policy) -> Terms:
        """Return existing terms with what was given changed."""
        where = {"name": self.territory, "insee": self.insee, "siren": self.siren,
                 "timezone": self.timezone}  # fmt: skip
        what = {"title": self.title, "start": self.start, "end": self.end,
                "axes": self._axes(), "initial_list_on": self.initial_list_on}  # fmt: skip
        territory = attrs.evolve(terms.territory, **{k: v for k, v in where.items() if v})
        given: dict[str, Any] = {k: v for k, v in what.items() if v}
        return attrs.evolve(terms, territory=territory, policy=policy, **given)

    def _axes(self) -> tuple[Axis, ...]:
        themes: dict[str, list[Theme]] = {}
        for text in self.theme:
            name, title = _pair(text, "--theme")
            axis, slash, key = name.partition("/")
            if not slash:
                raise UsageError(say("pair-form", field="--theme", value=text))
            themes.setdefault(axis, []).append(Theme(key=key, title=title))
        pairs = [_pair(text, "--axis") for text in self.axis]
        return tuple(
            Axis(key=key, title=title, themes=tuple(themes.get(key, ()))) for key, title in pairs
        )


def _pair(text: str, field: str) -> tuple[str, str]:
    name, equals, title = text.partition("=")
    if not equals:
        raise UsageError(say("pair-form", field=field, value=text))
    return name.strip(), title.strip()


@command("plan", RECORD)
def plan(
    key: Annotated[str, option("opt-plan")],
    /,
    *,
    amend: Annotated[str | None, option("opt-amend")] = None,
    note: options.Note = None,
    terms: Annotated[TermsOptions, Parameter(name="*")] = TermsOptions(),
    policy: POLICY = PolicyOptions(),
    common: RECORDING = Recording(),
) -> None:
    """Open a plan, or amend its terms."""
    if amend is None:
        new = CreatePlan(terms=terms.terms(policy.policy(Policy())), note=note)
        record(key, new, common)
        return
    with common.open() as ledger:
        now = ledger.view(key).plans[key].terms()
    changed = terms.changed(now, policy.policy(now.policy))
    record(key, AmendPlan(on=amend, terms=changed, note=note), common)


@command("propose", RECORD)
def propose(
    action: options.Action,
    /,
    *,
    on: options.When,
    title: Annotated[str, option("opt-title")],
    axis: Annotated[str | None, option("opt-axis")] = None,
    theme: Annotated[str | None, option("opt-theme")] = None,
    tag: Annotated[tuple[str, ...], option("opt-tag", negative_iterable="")] = (),
    responsible: Annotated[str | None, option("opt-responsible")] = None,
    qualifier: options.Qualifier = None,
    not_assessed: Annotated[bool, Switch, option("opt-not-assessed")] = False,
    note: options.Note = None,
    evidence: SHOWN = Shown(),
    common: RECORDING = Recording(),
) -> None:
    """Put an action on the plan's list."""
    command = actions.Propose(
        on=on, title=title, axis=axis, theme=theme, tags=tag, responsible=responsible,
        qualifier=qualifier, note=note, evidence=evidence.pieces(),
    )  # fmt: skip
    unknown = (actions.MarkNotAssessed(on=on),) if not_assessed else ()
    record(action, (command, *unknown), common)


@command("engage", RECORD)
def engage(
    action: options.Action,
    /,
    *,
    on: options.When,
    at_least: Annotated[bool, Switch, option("opt-at-least")] = False,
    qualifier: options.Qualifier = None,
    note: options.Note = None,
    evidence: SHOWN = Shown(),
    common: RECORDING = Recording(),
) -> None:
    """Record that an action has begun."""
    command = actions.Engage(
        on=on, at_least=at_least, qualifier=qualifier, note=note, evidence=evidence.pieces()
    )
    record(action, command, common)


@command("realise", RECORD)
def realise(
    action: options.Action,
    /,
    *,
    on: options.When,
    qualifier: options.Qualifier = None,
    note: options.Note = None,
    evidence: SHOWN = Shown(),
    common: RECORDING = Recording(),
) -> None:
    """Record that an action is complete."""
    command = actions.Realise(on=on, qualifier=qualifier, note=note, evidence=evidence.pieces())
    record(action, command, common)


@command("abandon", RECORD)
def abandon(
    action: options.Action,
    /,
    *,
    on: options.When,
    reason: Annotated[str | None, option("opt-reason")] = None,
    note: options.Note = None,
    evidence: SHOWN = Shown(),
    common: RECORDING = Recording(),
) -> None:
    """Record that an action is given up."""
    command = actions.Abandon(on=on, reason=reason, note=note, evidence=evidence.pieces())
    record(action, command, common)


@command("reopen", RECORD)
def reopen(
    action: options.Action,
    /,
    *,
    on: options.When,
    reason: options.Reason,
    to: Annotated[str, option("opt-to")] = "engaged",
    note: options.Note = None,
    evidence: SHOWN = Shown(),
    common: RECORDING = Recording(),
) -> None:
    """Take a realised or abandoned action up again."""
    command = actions.Reopen(on=on, to=to, reason=reason, note=note, evidence=evidence.pieces())
    record(action, command, common)


@command("retract", RECORD)
def retract(
    subject: options.Subject,
    entry: Annotated[int, option("opt-entry")],
    /,
    *,
    reason: options.Reason,
    replace_on: Annotated[str | None, option("opt-replace-on")] = None,
    common: RECORDING = Recording(),
) -> None:
    """Withdraw an entry, or make it again on another date."""
    if replace_on is None:
        record(subject, Retract(entry=entry, reason=reason), common)
        return
    with common.open() as ledger:
        state = ledger.action(subject)
    items: list[Recorded[Any]] = [*state.statuses, *state.scopes]
    found = [item.event for item in items if item.version == entry]
    if not found:
        raise UsageError(say("not-replaceable", entry=entry))
    instead = actions.again(found[0], on=replace_on)
    record(subject, actions.Correct(entry=entry, by=instead, reason=reason), common)


@command("scope", RECORD)
def scope(
    kind: Annotated[str, option("opt-scope-kind")],
    action: options.Action,
    /,
    *,
    on: options.When,
    target: Annotated[tuple[str, ...], option("opt-target", negative_iterable="")] = (),
    reason: Annotated[str | None, option("opt-reason")] = None,
    note: options.Note = None,
    evidence: SHOWN = Shown(),
    common: RECORDING = Recording(),
) -> None:
    """Change the scope of an action."""
    shared: dict[str, Any] = {"on": on, "note": note, "evidence": evidence.pieces()}
    record(action, _scope_command(kind, target, {**shared, "reason": reason}), common)


def _scope_command(kind: str, targets: Sequence[str], shared: dict[str, Any]) -> Any:
    plain: dict[str, type[Any]] = {
        "withdraw": actions.Withdraw, "not-assessable": actions.MarkNotAssessable,
        "not-assessed": actions.MarkNotAssessed, "restore": actions.Restore,
    }  # fmt: skip
    # A target may be given as plan/action too; lineage stays inside one plan.
    keys = [target.rpartition("/")[2] for target in targets]
    if kind in plain:
        return plain[kind](**shared)
    if kind == "split":
        return actions.Split(targets=keys, **shared)
    if kind not in {"merge", "supersede"}:
        allowed = ", ".join([*plain, "merge", "split", "supersede"])
        raise UsageError(say("scope-kind", value=kind, allowed=allowed))
    if len(keys) != 1:
        raise UsageError(say("one-target"))
    if kind == "merge":
        return actions.Merge(target=keys[0], **shared)
    return actions.Supersede(by=keys[0], **shared)


@command("describe", RECORD)
def describe(
    action: options.Action,
    /,
    *,
    on: options.Day,
    title: Annotated[str | None, option("opt-title")] = None,
    axis: Annotated[str | None, option("opt-axis")] = None,
    theme: Annotated[str | None, option("opt-theme")] = None,
    tag: Annotated[tuple[str, ...], option("opt-tag", negative_iterable="")] = (),
    responsible: Annotated[str | None, option("opt-responsible")] = None,
    note: options.Note = None,
    common: RECORDING = Recording(),
) -> None:
    """Change how an action is described, from one exact day on."""
    change = actions.Description(
        title=title, axis=axis, theme=theme, tags=tag or None, responsible=responsible
    )
    record(action, actions.Describe(on=on, change=change, note=note), common)


@command("qualify", RECORD)
def qualify(
    action: options.Action,
    qualifier: Annotated[str, option("opt-qualifier")],
    /,
    *,
    on: options.When,
    note: options.Note = None,
    evidence: SHOWN = Shown(),
    common: RECORDING = Recording(),
) -> None:
    """Say more about the status from a date on."""
    said = None if qualifier == "none" else qualifier
    command = actions.Qualify(on=on, qualifier=said, note=note, evidence=evidence.pieces())
    record(action, command, common)


@command("publish-figure", RECORD)
def publish_figure(
    key: Annotated[str, option("opt-plan")],
    percentage: Annotated[str, option("opt-percentage")],
    /,
    *,
    on: options.Day,
    of: Annotated[int | None, option("opt-of")] = None,
    counted: Annotated[tuple[str, ...], option("opt-counted", negative_iterable="")] = (
        "engaged",
        "realised",
    ),
    base: Annotated[str, option("opt-base")] = "all",
    rounding: Annotated[str, option("opt-rounding")] = "half-up",
    published: Annotated[str | None, option("opt-published")] = None,
    note: options.Note = None,
    evidence: SHOWN = Shown(),
    common: RECORDING = Recording(),
) -> None:
    """Record a percentage as it was printed."""
    printed = percentage.rstrip(" %\u00a0\u202f").replace(",", ".")
    command = PublishFigure(
        percentage=decimal(printed, "percentage"), of=of, on=on, counted=counted, base=base,
        rounding=rounding, published=published, note=note, evidence=evidence.pieces(),
    )  # fmt: skip
    record(key, command, common)
