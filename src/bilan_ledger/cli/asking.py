"""The commands that ask: each takes its options, asks the library, and prints.

Decides: names and options. Refuses to know: arithmetic, and how results look.
"""

import json
from datetime import date
from typing import Annotated

from ..completion import policy_of
from ..formats import shapes
from ..replay import Verdict
from ..text import ActionId
from . import options, show
from .app import (
    ASK,
    OUTPUT,
    PLANS,
    POLICY,
    command,
    opened,
    option,
    print_json,
)
from .options import (
    Output,
    PolicyOptions,
    Switch,
)
from .words import say


@command("show", ASK)
def show_(
    subject: options.Subject,
    /,
    *,
    known: options.Known = None,
    common: OUTPUT = Output(),
) -> None:
    """Show a plan or an action, with its whole history."""
    with opened(common, [subject]) as ledger:
        name = ActionId.parse(subject) if "/" in subject else None
        key = name.plan if name else subject
        view = ledger.view(key, known=known)
        if common.json:
            found = ledger.entries(key, known=view.known)
            wanted = [e for e in found if name is None or e.action == name.action]
            if name is not None:
                ledger.action(name, known=known)
            print_json([shapes.entry_json(entry, ledger.text) for entry in wanted])
        elif name is None:
            show.plan(key, view.plans[key], view, ledger)
        else:
            show.action(str(name), ledger.action(name, known=known), ledger, view)


@command("figure", ASK)
def figure(
    *plans: PLANS,
    on: Annotated[str | None, option("opt-day")] = None,
    known: options.Known = None,
    by: Annotated[str | None, option("opt-by-part", name="--by")] = None,
    policy: POLICY = PolicyOptions(),
    common: OUTPUT = Output(),
) -> None:
    """Print the figure of a day, as it is known."""
    with opened(common, plans, whole=by is not None) as ledger:
        found = ledger.figure(*plans, on=on, known=known)
        chosen = policy.policy(found.policy)
        found = ledger.figure(*plans, on=found.on, known=known, policy=chosen)
        broken = (
            ledger.breakdown(*plans, by=by, on=found.on, known=known, policy=chosen) if by else {}
        )
        if common.json:
            shown = shapes.completion_json(found)
            print_json({**shown, "parts": shapes.parts_json(broken, by)} if by else shown)
            return
        show.figure(found)
        if by:
            view = ledger.view(*plans, known=known)
            axes = [axis for each in view.plans.values() for axis in each.terms(found.on).axes]
            show.parts(broken, by, {axis.key: axis.title for axis in axes} if by == "axis" else {})


@command("replay", ASK)
def replay(
    *plans: PLANS,
    known: options.Known = None,
    revisions: Annotated[str | None, option("opt-revisions")] = None,
    as_published: Annotated[bool, Switch, option("opt-as-published")] = False,
    stated: Annotated[bool, Switch, option("opt-stated")] = False,
    policy: POLICY = PolicyOptions(),
    common: OUTPUT = Output(),
) -> None:
    """Replay the figure."""
    with opened(common, plans) as ledger:
        view = ledger.view(*plans, known=known)
        chosen = policy.policy(policy_of(view, date.max))
        if revisions is not None:
            revised = ledger.revisions(*plans, on=revisions, policy=chosen)
            if common.json:
                print_json(shapes.points_json(revised, chosen))
            else:
                show.revisions(revised)
            return
        if as_published:
            found = ledger.as_published(*plans, policy=chosen, stated=stated)
        else:
            found = ledger.curve(*plans, known=known, policy=chosen)
        checks = [check for key in view.plans for check in ledger.reconcile(key, known=known)]
        if common.json:
            print_json(
                {
                    "plans": list(view.plans),
                    "policy": shapes.policy_json(chosen),
                    "points": shapes.points_json(found, chosen),
                    "published": [shapes.reconciliation_json(check) for check in checks],
                }
            )
            return
        show.curve(found, chosen, list(view.plans))
        if checks:
            show.line(f"\n{say('published-marks')}", "bold")
            show.reconciled(checks)


@command("explain", ASK)
def explain(
    *plans: PLANS,
    from_: Annotated[str, option("opt-from", name="--from")],
    to: Annotated[str, option("opt-to-day")],
    known: options.Known = None,
    known_from: options.KnownFrom = None,
    policy: POLICY = PolicyOptions(),
    common: OUTPUT = Output(),
) -> None:
    """Print what moved the figure between two days."""
    with opened(common, plans) as ledger:
        chosen = policy.policy(policy_of(ledger.view(*plans, known=known), date.max))
        found = ledger.explain(
            *plans, before=from_, after=to, known=known, known_before=known_from, policy=chosen
        )
        if common.json:
            print_json(shapes.explanation_json(found, ledger.text))
        else:
            show.explanation(found)


@command("reconcile", ASK)
def reconcile(*plans: PLANS, known: options.Known = None, common: OUTPUT = Output()) -> int:
    """Hold the published figures against the ledger."""
    with opened(common, plans) as ledger:
        view = ledger.view(*plans, known=known)
        found = [check for key in view.plans for check in ledger.reconcile(key, known=known)]
    if common.json:
        print_json([shapes.reconciliation_json(check) for check in found])
    else:
        show.reconciled(found)
    return 1 if any(check.verdict is Verdict.CONTRADICTED for check in found) else 0


@command("log", ASK)
def log(
    plan: Annotated[str | None, option("opt-plan")] = None,
    /,
    *,
    after: Annotated[int, option("opt-after")] = -1,
    common: OUTPUT = Output(),
) -> None:
    """Print the entries, in order."""
    with opened(common, [plan]) as ledger:
        entries = ledger.entries(plan, after=after)
        if common.json:
            print_json([shapes.entry_json(entry, ledger.text) for entry in entries])
        else:
            show.log(entries, ledger.text)


@command("follow", ASK)
def follow(
    plan: Annotated[str | None, option("opt-plan")] = None,
    /,
    *,
    after: Annotated[int, option("opt-after")] = -1,
    until: Annotated[int | None, option("opt-until")] = None,
    common: OUTPUT = Output(),
) -> None:
    """Print each entry as it is recorded, until interrupted."""
    with common.open() as ledger:
        for entry in ledger.follow(after=after):
            if plan in {None, entry.plan}:
                if common.json:
                    line = shapes.entry_json(entry, ledger.text)
                    print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201 output
                else:
                    show.log([entry], ledger.text)
            if until is not None and entry.index >= until:
                return
