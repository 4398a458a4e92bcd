"""The one-page report of an audit, for a screen or an A4 sheet.

Decides: its order (the gravest first) and its look.
Refuses to know: how anything was found.
"""

from collections.abc import Callable, Sequence
from datetime import date
from html import escape

from ..audit import Audit, Finding, Severity

_WORDS = {
    "title": ("Audit du registre", "Audit of the ledger"),
    "of": (
        "{source}, lu le {today} : {entries} écritures, racine {root}",
        "{source}, read on {today}: {entries} entries, root {root}",
    ),
    "error": ("Erreurs", "Errors"),
    "warning": ("Alertes", "Warnings"),
    "notice": ("À noter", "Notices"),
    "none": ("Rien à signaler.", "Nothing to report."),
    "do": ("À faire :", "What to do:"),
    "again": (
        "Chacun peut refaire cet audit sur sa propre machine : bilan audit {source}",
        "Anyone can make this audit again on their own machine: bilan audit {source}",
    ),
    "clean": (
        "Aucune erreur : les écritures lues sont celles qui ont été signées, et aucune règle n'est enfreinte.",
        "No error: the entries read are those that were signed, and no rule is broken.",
    ),
    "unsigned": (
        "Aucune erreur, mais aucun point de contrôle signé d'une clé que vous avez donnée n'a été confronté : une réécriture complète ne se verrait pas.",
        "No error, but no checkpoint signed with a key that you gave was held against it: a complete rewrite would not be seen.",
    ),
    "broken": (
        "Erreurs : {errors}. Ce registre ne peut pas être cru tel qu'il est.",
        "Errors: {errors}. This ledger cannot be believed as it stands.",
    ),
}

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:1.6rem 0 .4rem}
.of,.do,footer{opacity:.75}.of,code{overflow-wrap:anywhere}
.verdict{border-left:.4rem solid;padding:.4rem .8rem;margin:1rem 0;font-weight:600}
.error{border-color:#b3261e}.warning{border-color:#9a6700}.notice{border-color:#2e7d32}
ul{padding-left:1.2rem}li{margin:.2rem 0}code{font-size:.85em}
footer{border-top:1px solid;margin-top:2rem;padding-top:.5rem}
@page{size:A4;margin:18mm}@media print{body{margin:0;max-width:none;font-size:11pt}}
""".replace("\n", "")


def page(audit: Audit, source: str, today: date, lang: str = "en") -> str:
    """Return the report as one HTML page, without scripts and without anything to load."""

    def say(code: str, **facts: object) -> str:
        return escape(_WORDS[code][lang != "fr"].format(**facts))

    told = say("of", source=source, today=today, entries=audit.entries, root=audit.root.hex())
    sections = "".join(
        _section(say(severity.word), say("do"), chosen, lang)
        for severity in sorted(Severity, reverse=True)
        if (chosen := [each for each in audit.findings if each.severity is severity])
    )
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{say('title')}</title><style>{_STYLE}</style></head>\n"
        f'<body><main>\n<h1>{say("title")}</h1>\n<p class="of">{told}</p>\n'
        f"{_verdict(audit, say)}\n{sections or '<p>' + say('none') + '</p>'}\n</main>\n"
        f"<footer>{say('again', source=source)}</footer></body>\n</html>\n"
    )


def _verdict(audit: Audit, say: Callable[..., str]) -> str:
    errors = sum(each.severity is Severity.ERROR for each in audit.findings)
    codes = {each.code for each in audit.findings}
    if errors:
        style, text = "error", say("broken", errors=errors)
    elif codes & {"checkpoint-none", "key-own", "signature-unchecked", "signature-unknown"}:
        style, text = "warning", say("unsigned")
    else:
        style, text = "notice", say("clean")
    return f'<p class="verdict {style}">{text}</p>'


def _section(title: str, do: str, findings: Sequence[Finding], lang: str) -> str:
    kinds: dict[str, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.code, []).append(finding)
    parts = [f"<h2>{title} ({len(findings)})</h2>"]
    for code, alike in kinds.items():
        items = "".join(f"<li>{escape(each.text(lang))}</li>" for each in alike)
        advice = escape(alike[0].advice(lang))
        parts.append(f'<p><code>{code}</code></p><ul>{items}</ul><p class="do">{do} {advice}</p>')
    return "\n".join(parts)
