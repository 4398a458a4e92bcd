"""What verifications and audits find, for people: apart, since few commands need it.

Decides: the order and the colours of findings.
Refuses to know: how anything is found.
"""

from collections import Counter
from collections.abc import Sequence

from rich.markup import escape

from ..audit import Audit, Finding, Severity
from ..audit.proof import Verification
from ..checkpoint import Checkpoint
from . import words
from .show import line, out, table
from .words import say

_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "dim"}
_FEW = 5  # findings of one kind that are shown


def checkpoints(found: Sequence[Checkpoint]) -> None:
    """Print the kept checkpoints, a row each."""
    made = table(say("size"), say("root"), say("signed-by"), right=(0,))
    for each in found:
        names = ", ".join(signature.name for signature in each.signatures)
        made.add_row(str(each.size), each.root.hex()[:16] + "…", escape(names))
    out.print(made)


def verification(found: Verification) -> None:
    """Print what a bundle proves, what not, and why."""
    words_ = {
        True: ("proven", "green"),
        None: ("not-proven", "yellow"),
        False: ("disproved", "red"),
    }
    for each in found.statements:
        word, style = words_[each.holds]
        line(f"{say(word)} {each.text(words.LANG)}", style)
    _findings(found.findings)
    if found.refuted:
        line(say("verify-refuted"), "bold red")
    else:
        line(say("verify-trusted" if found.trusted else "verify-untrusted"), "bold")


def audited(found: Audit, source: str) -> None:
    """Print what an audit found, the gravest first, with what to do."""
    line(say("audited", source=source, entries=found.entries, root=found.root.hex()[:16]), "bold")
    if not found.findings:
        line(say("audit-clean"), "green")
        return
    _findings(sorted(found.findings, key=lambda finding: -finding.severity))
    counts = Counter(finding.severity for finding in found.findings)
    line(
        say(
            "audit-counts", errors=counts[Severity.ERROR],
            warnings=counts[Severity.WARNING], notices=counts[Severity.NOTICE],
        ),
        "bold",
    )  # fmt: skip


def _findings(several: Sequence[Finding]) -> None:
    kinds: dict[str, list[Finding]] = {}
    for finding in several:
        kinds.setdefault(finding.code, []).append(finding)
    for code, alike in kinds.items():
        style = _STYLES[alike[0].severity]
        for finding in alike[:_FEW]:
            severity = say(f"severity-{finding.severity.word}")
            line(f"{severity} [{code}] {finding.text(words.LANG)}", style)
        if len(alike) > _FEW:
            line(f"  {say('audit-more', count=len(alike) - _FEW)}", "dim")
        line(f"  → {alike[0].advice(words.LANG)}", "dim")
