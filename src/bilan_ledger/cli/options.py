"""Groups of options that several commands share, and what becomes of them.

Decides: how options become values of the library. Refuses to know: what is done with them.
"""

import getpass
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import attrs
from cyclopts import Parameter, Token

from ..checkpoint import Checkpoint
from ..errors import NotFound
from ..evidence import Evidence, Measure
from ..ledger import Ledger
from ..plan import Policy
from .words import say


class UsageError(Exception):
    """A combination of options that means nothing; the text says what to give."""


def _help(code: str, **more: Any) -> Parameter:
    return Parameter(help=say(code), **more)


Switch = Parameter(negative="", show_default=False)
Action = Annotated[str, _help("opt-action")]
Subject = Annotated[str, _help("opt-subject")]
When = Annotated[str, _help("opt-when")]
Day = Annotated[str, _help("opt-day")]
Note = Annotated[str | None, _help("opt-note")]
Reason = Annotated[str, _help("opt-reason")]
Qualifier = Annotated[str | None, _help("opt-qualifier")]


def _known(_: Any, tokens: Sequence[Token]) -> Any:
    """Read `checkpoint:FILE` here: the library itself never opens a file that a text names."""
    text = tokens[0].value
    path = text.removeprefix("checkpoint:")
    if path == text:
        return text
    try:
        return Checkpoint.parse(Path(path).read_bytes())
    except OSError:
        raise NotFound("no-file", path=path) from None


Known = Annotated[Checkpoint | str | None, _help("opt-known", converter=_known, accepts_keys=False)]
KnownFrom = Annotated[
    Checkpoint | str | None, _help("opt-known-from", converter=_known, accepts_keys=False)
]


@attrs.frozen(kw_only=True)
class Output:
    """Options of every command."""

    ledger: Annotated[str | None, _help("opt-ledger", env_var="BILAN_LEDGER")] = None
    json: Annotated[bool, Switch, _help("opt-json")] = False
    lang: Annotated[str | None, _help("opt-lang")] = None

    def open(self, *, read_only: bool = True, by: str | None = None) -> Ledger:
        """Open the ledger that is meant; raises `UsageError` when none or several are."""
        return Ledger.open(self.place(), read_only=read_only, recorded_by=by)

    def place(self) -> str:
        """Return the file or address of the ledger that is meant; raises `UsageError`."""
        if self.ledger:
            return self.ledger
        here = sorted(Path.cwd().glob("*.ledger"))
        if len(here) != 1:
            raise UsageError(say("which-ledger"))
        return str(here[0])


@attrs.frozen(kw_only=True)
class Recording(Output):
    """Options of every command that records."""

    by: Annotated[str | None, _help("opt-by", env_var="BILAN_BY")] = None
    stated_at: Annotated[str | None, _help("opt-stated-at")] = None

    def open_to_record(self) -> Ledger:
        """Open the ledger to record in it, under the name given or the user's."""
        return self.open(read_only=False, by=self.by or _user())


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"


@attrs.frozen(kw_only=True)
class EvidenceOptions:
    """Options that describe one piece of evidence."""

    kind: Annotated[str, _help("opt-kind")] = "other"
    url: Annotated[str | None, _help("opt-url")] = None
    locator: Annotated[str | None, _help("opt-locator")] = None
    publisher: Annotated[str | None, _help("opt-publisher")] = None
    dated: Annotated[str | None, _help("opt-dated")] = None
    sha256: Annotated[str | None, _help("opt-sha256")] = None
    media_type: Annotated[str | None, _help("opt-media-type")] = None
    deliberation: Annotated[str | None, _help("opt-deliberation")] = None
    quotation: Annotated[str | None, _help("opt-quotation")] = None

    def evidence(self, title: str, measure: Measure | None = None) -> Evidence:
        """Return the piece of evidence."""
        given: dict[str, Any] = attrs.asdict(self, recurse=False)
        return Evidence(title=title, measure=measure, **given)


@attrs.frozen(kw_only=True)
class Shown(EvidenceOptions):
    """Options of a command that may carry one piece of evidence."""

    evidence_title: Annotated[str | None, _help("opt-evidence", name="--evidence")] = None

    def pieces(self) -> tuple[Evidence, ...]:
        """Return the piece of evidence, or none."""
        if self.evidence_title is None:
            return ()
        given: dict[str, Any] = attrs.asdict(self, recurse=False)
        return (Evidence(title=given.pop("evidence_title"), **given),)


@attrs.frozen(kw_only=True)
class MeasureOptions:
    """Options that describe one key figure."""

    indicator: Annotated[str | None, _help("opt-indicator")] = None
    value: Annotated[str | None, _help("opt-value")] = None
    unit: Annotated[str | None, _help("opt-unit")] = None
    precision: Annotated[str, _help("opt-precision")] = "exact"
    target: Annotated[str | None, _help("opt-target-value")] = None
    as_of: Annotated[str | None, _help("opt-as-of")] = None
    provisional: Annotated[bool, Switch, _help("opt-provisional")] = False

    def measure(self) -> Measure | None:
        """Return the key figure, or None when no indicator is given."""
        if self.indicator is None:
            return None
        given: dict[str, Any] = attrs.asdict(self, recurse=False)
        return Measure(**given)


@attrs.frozen(kw_only=True)
class PolicyOptions:
    """Options that choose another policy than the plan's."""

    counted: Annotated[tuple[str, ...], _help("opt-counted", negative_iterable="")] = ()
    base: Annotated[str | None, _help("opt-base")] = None
    rounding: Annotated[str | None, _help("opt-rounding")] = None
    decimals: Annotated[int | None, _help("opt-decimals")] = None

    def policy(self, default: Policy) -> Policy:
        """Return the default policy with what was given changed."""
        given: dict[str, Any] = attrs.asdict(self, recurse=False)
        return attrs.evolve(default, **{n: v for n, v in given.items() if v not in (None, ())})
