"""What an audit and a verification say to other programs: JSON, and SARIF 2.1.0 for CI.

Decides: these shapes. Refuses to know: how anything was found.
"""

from typing import Any
from urllib.parse import quote

from ..audit import KINDS, Audit, Finding, Severity
from ..audit.proof import Statement, Verification

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_HOLDS = {True: "proven", None: "not-proven", False: "disproved"}


def finding_json(finding: Finding, lang: str = "en") -> dict[str, Any]:
    """Return a finding, its sentence and advice in one language."""
    return {
        "code": finding.code,
        "severity": finding.severity.word,
        "entry": finding.entry,
        "subject": finding.subject,
        "place": finding.place,
        "facts": dict(finding.told(lang)),
        "text": finding.text(lang),
        "advice": finding.advice(lang),
    }


def audit_json(audit: Audit, lang: str = "en") -> dict[str, Any]:
    """Return what an audit found, and of which log."""
    return {
        "entries": audit.entries,
        "root": audit.root.hex(),
        "worst": None if audit.worst is None else audit.worst.word,
        "findings": [finding_json(finding, lang) for finding in audit.findings],
    }


def statement_json(statement: Statement, lang: str = "en") -> dict[str, Any]:
    """Return one statement of a verification."""
    return {
        "code": statement.code,
        "verdict": _HOLDS[statement.holds],
        "facts": {name: str(value) for name, value in statement.facts.items()},
        "text": statement.text(lang),
    }


def verification_json(verification: Verification, lang: str = "en") -> dict[str, Any]:
    """Return what a bundle proves, statement by statement."""
    return {
        "refuted": verification.refuted,
        "trusted": verification.trusted,
        "statements": [statement_json(each, lang) for each in verification.statements],
        "findings": [finding_json(each, lang) for each in verification.findings],
    }


def sarif(audit: Audit, source: str, version: str, lang: str = "en") -> dict[str, Any]:
    """Return an audit as a SARIF 2.1.0 log: a rule a kind, a result a finding, a line an entry."""
    codes = sorted({finding.code for finding in audit.findings})
    driver = {
        "name": "bilan audit",
        "version": version,
        "rules": [
            {
                "id": code,
                "defaultConfiguration": {"level": _LEVELS[KINDS[code].severity]},
                "help": {"text": KINDS[code].advice[lang != "fr"]},
            }
            for code in codes
        ],
    }
    results = [
        _result(finding, codes.index(finding.code), source, lang) for finding in audit.findings
    ]
    return {
        "$schema": _SARIF,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(finding: Finding, rule: int, source: str, lang: str) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(source, safe="/:@?=&")}}
    if finding.entry is not None:
        physical["region"] = {"startLine": finding.entry + 1}
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.subject is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.subject}]
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.text(lang)},
        "locations": [location],
    }
