"""The words of the report, in French and in English, and how numbers and days are written.

Decides: every sentence on a page. Refuses to know: where it stands.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from ..completion import Bounds, Ratio
from ..dates import When
from ..messages import VOCABULARY, word
from ..plan import Policy

_SPACE = re.compile(r" (?=[;:?!»%])|(?<=«) ")  # where French never breaks a line
_MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip

# What the browser says too: the code of the page reads these under the same names.
SPOKEN: dict[str, tuple[str, str]] = {
    "undefined": ("non défini", "undefined"),
    "range": ("de {low} à {high}", "{low} to {high}"),
    "of": ("{counted} actions sur {base}", "{counted} of {base} actions"),
    "of-between": (
        "entre {low} et {high} actions sur {base}",
        "between {low} and {high} of {base} actions",
    ),
    "of-apart": (
        "entre {low} sur {lowbase} et {high} sur {highbase} actions",
        "between {low} of {lowbase} and {high} of {highbase} actions",
    ),
    "sum-of": ("{counted} sur {base}", "{counted} of {base}"),
    "on-day": ("le {day}", "on {day}"),
    "sure": (
        "Ce chiffre est certain : toutes les dates qui comptent sont connues assez précisément.",
        "This figure is certain: every date that matters is known well enough.",
    ),
    "unsure": (
        "Ce chiffre n'est pas connu au plus juste : pour {count} actions, les sources ne disent "
        "pas assez précisément où elles en étaient ce jour-là. Le vrai chiffre est entre les deux "
        "valeurs.",
        "This figure is not known exactly: for {count} actions the sources do not say precisely "
        "enough where they stood on that day. The true figure lies between the two values.",
    ),
    "unsure-1": (
        "Ce chiffre n'est pas connu au plus juste : pour une action, les sources ne disent pas "
        "assez précisément où elle en était ce jour-là. Le vrai chiffre est entre les deux valeurs.",
        "This figure is not known exactly: for one action the sources do not say precisely enough "
        "where it stood on that day. The true figure lies between the two values.",
    ),
    "alone-sure": (
        "Ce nombre est certain.",
        "This number is certain.",
    ),
    "alone-unsure": (
        "Pour {count} actions, les sources ne disent pas si elles étaient réalisées ce jour-là.",
        "For {count} actions the sources do not say whether they were realised on that day.",
    ),
    "alone-unsure-1": (
        "Pour une action, les sources ne disent pas si elle était réalisée ce jour-là.",
        "For one action the sources do not say whether it was realised on that day.",
    ),
    "empty": (
        "Selon une possibilité, aucune action n'est dans la base : le taux n'y est pas défini.",
        "In one possibility no action is in the base: the rate is undefined there.",
    ),
    "or": (" ou ", " or "),
    "play": ("Rejouer l'évolution", "Replay the evolution"),
    "pause": ("Pause", "Pause"),
    "known-entry": (
        "tout ce qui était enregistré jusqu'à l'écriture n° {index}",
        "all that was recorded up to entry {index}",
    ),
    "known-day": (
        "ce qui était enregistré le {day} au soir",
        "what was recorded by the end of {day}",
    ),
    "known-stated": (
        "ce que les sources disent avoir su le {day} au soir",
        "what the sources say to have known by the end of {day}",
    ),
    "known-nothing": (
        "À ce moment-là, le registre ne contenait encore rien.",
        "At that point the ledger held nothing yet.",
    ),
    "moved-none": ("Rien n'a bougé entre ces deux jours.", "Nothing moved between these two days."),
    "moved-total": (
        "Du {before} au {after} : {low} (au moins), {high} (au plus).",
        "From {before} to {after}: {low} (lowest), {high} (highest).",
    ),
    "points": ("{value} points", "{value} points"),
    "move": ("{before} → {after}", "{before} → {after}"),
    "out": ("hors base", "out of base"),
    "in": ("dans la base", "in base"),
    "counted": ("comptée", "counted"),
    "lowest": ("au moins", "lowest"),
    "highest": ("au plus", "highest"),
    "none": ("(aucun)", "(none)"),
    "whole": ("Ensemble", "Whole"),
    "copied": ("Adresse copiée", "Address copied"),
    "absent": ("pas encore au programme", "not yet in the plan"),
    "shown": ("{count} actions affichées", "{count} actions shown"),
    "bad-day": ("Cette date n'est pas lisible.", "This date cannot be read."),
    "day-1": ("1er", "1"),
}

WORDS: dict[str, tuple[str, str]] = {
    **SPOKEN,
    "title": ("{territory} : {title}", "{territory}: {title}"),
    "skip": ("Aller au contenu", "Skip to content"),
    "other-language": ("English", "Français"),
    "menu": ("Pages", "Pages"),
    "page-figure": ("Le chiffre", "The figure"),
    "page-actions": ("Les actions", "The actions"),
    "lead": (
        "des actions du programme sont {counted}",
        "of the plan's actions are {counted}",
    ),
    "alone-title": ("Réalisées seules", "Realised alone"),
    "alone-why": (
        "« {counted} » réunit ce qui est fait et ce qui a commencé. Voici la part des seules "
        "actions réalisées.",
        '"{counted}" joins what is done and what has begun. This is the share of realised '
        "actions alone.",
    ),
    "by-status": ("Où en sont les actions", "Where the actions stand"),
    "by-status-why": (
        "Certain : les dates ne permettent rien d'autre. Possible : elles le permettent aussi.",
        "Certain: the dates allow nothing else. Possible: they allow this too.",
    ),
    "status": ("statut", "status"),
    "certain": ("certain", "certain"),
    "possible": ("possible", "possible"),
    "choose": ("Choisir un jour", "Choose a day"),
    "slider": ("Jour, du premier au dernier", "Day, from the first to the last"),
    "day": ("Date", "Date"),
    "known": ("D'après", "According to"),
    "permalink": ("Copier l'adresse de cette vue", "Copy the address of this view"),
    "needs-script": (
        "Sans JavaScript, la page montre le chiffre du {day} et tout l'historique ; elle ne "
        "recalcule pas les autres jours.",
        "Without JavaScript the page shows the figure of {day} and the whole history; it does not "
        "compute other days.",
    ),
    "curve": ("Évolution du chiffre", "How the figure evolved"),
    "curve-name": (
        "Courbe du chiffre du {first} au {last}. Le tableau qui suit donne chaque valeur.",
        "Curve of the figure from {first} to {last}. The table below gives every value.",
    ),
    "curve-table": ("Le tableau de la courbe", "The table of the curve"),
    "from-day": ("à partir du", "from"),
    "low": ("au moins", "lowest"),
    "high": ("au plus", "highest"),
    "chart-low": ("au moins", "lowest"),
    "chart-high": ("au plus", "highest"),
    "chart-alone": ("réalisées, au moins", "realised, lowest"),
    "chart-election": ("élection du {day}", "election, {day}"),
    "pre-election": (
        "Fond gris : période préélectorale du {start} au {end} (code électoral, article L52-1).",
        "Grey: pre-election period from {start} to {end} (French electoral code, article L52-1).",
    ),
    "mark": ("publié : {percent}", "published: {percent}"),
    "published": ("Chiffres publiés", "Published figures"),
    "published-line": (
        "{percent} des {of} actions, pour le {day}",
        "{percent} of {of} actions, for {day}",
    ),
    "published-line-any": ("{percent}, pour le {day}", "{percent}, for {day}"),
    "verdict-agrees": ("conforme au registre", "agrees with the ledger"),
    "verdict-possible": ("possible d'après le registre", "possible from the ledger"),
    "verdict-contradicted": ("contredit par le registre", "contradicted by the ledger"),
    "ledger-says": ("le registre donne {said}", "the ledger gives {said}"),
    "parts": ("Par axe et par thème", "By axis and theme"),
    "axis": ("Axe", "Axis"),
    "theme": ("Thème", "Theme"),
    "parts-why": (
        "Barre pleine : au moins. Barre hachurée : au plus. Les lignes additionnées donnent "
        "l'ensemble.",
        "Full bar: lowest. Hatched bar: highest. The rows add up to the whole.",
    ),
    "changed": ("Ce qui a changé entre deux jours", "What changed between two days"),
    "changed-from": ("Du", "From"),
    "changed-to": ("au", "to"),
    "changed-status": ("Changements de statut", "Changes of status"),
    "changed-base": ("Changements de la base", "Changes of the base"),
    "action": ("action", "action"),
    "change": ("changement", "change"),
    "part-low": ("part, au moins (points)", "part, lowest (points)"),
    "part-high": ("part, au plus (points)", "part, highest (points)"),
    "moved-by": ("écritures", "entries"),
    "sum": ("somme", "sum"),
    "list": ("Les {count} actions, au jour choisi", "The {count} actions, on the chosen day"),
    "filter": ("Chercher dans les intitulés", "Search in the titles"),
    "measures": ("Chiffres clés", "Key figures"),
    "measures-count": ("{count} chiffres clés", "{count} key figures"),
    "indicator": ("indicateur", "indicator"),
    "value": ("valeur", "value"),
    "target": ("cible", "target"),
    "as-of": ("à la date", "as of"),
    "source": ("source", "source"),
    "provisional": ("provisoire", "provisional"),
    "exact": ("{value}", "{value}"),
    "at-least": ("au moins {value}", "at least {value}"),
    "at-most": ("au plus {value}", "at most {value}"),
    "about": ("environ {value}", "about {value}"),
    "how": ("Comment ce chiffre est calculé", "How this figure is computed"),
    "how-counted": (
        "Une action compte quand elle est {counted}.",
        "An action counts when it is {counted}.",
    ),
    "how-base": ("Base : {base}.", "Base: {base}."),
    "base-all": (
        "toutes les actions de la liste, abandonnées comprises",
        "all actions of the list, abandoned ones included",
    ),
    "base-without-abandoned": (
        "toutes les actions, sauf les abandonnées",
        "all actions except abandoned ones",
    ),
    "base-initial-list": (
        "la liste de départ, quoi qu'il soit arrivé ensuite",
        "the initial list, whatever happened later",
    ),
    "base-without-not-assessable": (
        "toutes les actions, sauf celles qu'on ne peut pas évaluer",
        "all actions except those that cannot be assessed",
    ),
    "how-rounding-0": (
        "Pourcentage arrondi à l'unité, {rounding}.",
        "Percentage rounded to a whole number, {rounding}.",
    ),
    "how-rounding-1": (
        "Pourcentage arrondi à une décimale, {rounding}.",
        "Percentage rounded to one decimal, {rounding}.",
    ),
    "how-rounding": (
        "Pourcentage arrondi à {decimals} décimales, {rounding}.",
        "Percentage rounded to {decimals} decimals, {rounding}.",
    ),
    "rounding-half-up": ("au plus proche, la moitié au-dessus", "to the nearest, halves up"),
    "rounding-half-even": ("au plus proche, la moitié au pair", "to the nearest, halves to even"),
    "rounding-floor": ("au-dessous", "down"),
    "rounding-ceiling": ("au-dessus", "up"),
    "how-uncertain": (
        "Une date connue à l'année près reste une année : le chiffre d'un jour a alors une valeur "
        "la plus basse et une valeur la plus haute, toutes deux exactes.",
        "A date known to the year stays a year: the figure of a day then has a lowest and a "
        "highest value, both exact.",
    ),
    "how-reviewed": (
        "Sources examinées jusqu'au {day} (écriture n° {index}, la dernière sur {count}).",
        "Sources reviewed up to {day} (entry {index}, the last of {count}).",
    ),
    "how-verify": (
        "Vérifier : ces commandes relisent tout le registre et refont ce calcul.",
        "Verify: these commands read the whole ledger again and repeat this computation.",
    ),
    "how-root": (
        "Empreinte du registre (racine Merkle)",
        "Fingerprint of the ledger (Merkle root)",
    ),
    "how-private": (
        "Les notes et les noms de personnes ne figurent jamais sur ces pages.",
        "Notes and names of persons are never on these pages.",
    ),
    "actions-title": ("Les actions et leurs preuves", "The actions and their evidence"),
    "actions-lead": (
        "Chaque action, ce qui en a été enregistré, quand c'est arrivé et d'après quelle pièce. "
        "Une date incertaine est dessinée comme un intervalle. Ce qui a été corrigé reste visible, "
        "barré.",
        "Each action, what was recorded of it, when it happened and on what evidence. An uncertain "
        "date is drawn as a span. What was corrected stays visible, struck through.",
    ),
    "when-in": ("en {part}", "in {part}"),
    "when-on": ("le {part}", "on {part}"),
    "when-between": ("entre {start} et {end}", "between {start} and {end}"),
    "event": ("écriture", "entry"),
    "evidence": ("pièces", "evidence"),
    "evidence-none": ("aucune pièce", "no evidence"),
    "recorded": ("n° {index}, le {day}", "no. {index}, {day}"),
    "stated": ("déclarée le {day} par la source", "stated on {day} by its source"),
    "retracted": (
        "Retirée par l'écriture n° {index} du {day}",
        "Withdrawn by entry {index} of {day}",
    ),
    "stable": ("lien vers cette action", "link to this action"),
    "on-now": (
        "Sous l'intitulé, le statut au {day} ; entre crochets, le numéro de la pièce. Les barres "
        "vont du {first} au {last}.",
        "Under the title, the status on {day}; in brackets, the number of the evidence. The bars "
        "go from {first} to {last}.",
    ),
    "lineage-to": ("prise en charge par", "carried on by"),
    "lineage-from": ("prend la suite de", "carries on"),
    "qualifier": ("mention", "qualifier"),
    "qualifier-late": ("en retard", "late"),
    "qualifier-suspended": ("suspendue", "suspended"),
    "qualifier-blocked": ("bloquée", "blocked"),
    "qualifier-partial": ("partielle", "partial"),
    "qualifier-none": ("sans mention", "no qualifier"),
    "event-qualified": ("mention : {word}", "qualifier: {word}"),
    "event-reopened": ("rouverte : {to}", "reopened: {to}"),
    "event-restored": ("rétablie dans la base", "restored to the base"),
    "event-described": ("nouvelle description", "new description"),
    "event-evidence-attached": ("pièce jointe", "evidence attached"),
    "event-at-least": ("engagée ou réalisée", "engaged or realised"),
    "no-axis": ("Sans axe", "No axis"),
    "footer": (
        "Page produite par bilan_ledger à partir du registre. Aucun serveur, aucun traceur : elle "
        "fonctionne hors ligne.",
        "Page made by bilan_ledger from the ledger. No server, no tracker: it works offline.",
    ),
    "whole-log": ("Registre de {count} écritures", "Ledger of {count} entries"),
    "picture": (
        "{percent} le {day} : {fraction} {counted} ; réalisées seules : {alone}",
        "{percent} on {day}: {fraction} {counted}; realised alone: {alone}",
    ),
    "choose-language": ("Choisir la langue", "Choose a language"),
    "language-name": ("Français", "English"),
}


@attrs.frozen
class Words:
    """The words of one language ("fr" or "en")."""

    lang: str

    def __call__(self, code: str, /, **facts: object) -> str:
        """Return a sentence with its facts filled in."""
        return self.template(code).format(**facts)

    def template(self, code: str) -> str:
        """Return a sentence as it is before its facts are filled in."""
        french, english = WORDS[code]
        return _SPACE.sub("\u00a0", french) if self.lang == "fr" else english

    def word(self, code: str) -> str:
        """Return a word of the domain: a status, a scope, or `absent`."""
        return word(code, self.lang) if code in VOCABULARY else self(code)

    def day(self, on: date) -> str:
        """Return a day as people write it."""
        number = self("day-1") if on.day == 1 else str(on.day)
        return f"{number} {_MONTHS[self.lang][on.month - 1]} {on.year:04}"

    def when(self, when: When) -> str:
        """Return an uncertain date in words; what has no plain words stays as it is written."""
        start, slash, end = when.text.partition("/")
        parts = [self._span(part) for part in (start, end) if part]
        if None in parts:
            return when.text
        if slash:
            return self("when-between", start=parts[0], end=parts[1])
        return str(parts[0])

    def dated(self, when: When) -> str:
        """Return an uncertain date as it stands after a verb: in 2020, on 3 March 2020."""
        text = self.when(when)
        if "/" in when.text or (text == when.text and not text.isdecimal()):
            return text
        return self("when-on" if when.exact else "when-in", part=text)

    def _span(self, text: str) -> str | None:
        """Return a year, a month or a day in words."""
        numbers = text.split("-")
        if not all(number.isdecimal() for number in numbers):
            return None
        match [int(number) for number in numbers]:
            case [_]:
                return text
            case [year, month]:
                return f"{_MONTHS[self.lang][month - 1]} {year:04}"
            case _:
                return self.day(date.fromisoformat(text))

    def grouped(self, value: Decimal) -> str:
        """Return a number with its thousands apart."""
        text = f"{value:,f}"
        if self.lang == "fr":
            return text.replace(",", "\u202f").replace(".", ",")
        return text

    def decimal(self, value: Decimal) -> str:
        """Return a number with the decimal sign of the language."""
        return f"{value:f}".replace(".", "," if self.lang == "fr" else ".")

    def percent(self, value: Decimal | None) -> str:
        """Return a percentage as it is printed."""
        if value is None:
            return self("undefined")
        return self.decimal(value) + ("\u00a0%" if self.lang == "fr" else "%")

    def percents(self, bounds: Bounds, policy: Policy) -> str:
        """Return the percentage of a figure, or both where they are printed differently."""
        low, high = (self.percent(r.percentage(policy)) for r in (bounds.low, bounds.high))
        return low if low == high else self("range", low=low, high=high)

    def ratio(self, ratio: Ratio) -> str:
        """Return counted of base."""
        return self("sum-of", counted=ratio.counted, base=ratio.base)

    def both(self, bounds: Bounds) -> str:
        """Return counted of base, or both where they differ."""
        low, high = self.ratio(bounds.low), self.ratio(bounds.high)
        return low if low == high else self("range", low=low, high=high)

    def fraction(self, bounds: Bounds) -> str:
        """Return the whole counts of a figure."""
        low, high = bounds.low, bounds.high
        if low == high:
            return self("of", counted=low.counted, base=low.base)
        if low.base == high.base:
            return self("of-between", low=low.counted, high=high.counted, base=low.base)
        return self(
            "of-apart", low=low.counted, lowbase=low.base, high=high.counted, highbase=high.base
        )

    def counted(self, policy: Policy) -> str:
        """Return the statuses that count, as words for several actions."""
        suffix = "s" if self.lang == "fr" else ""
        return self("or").join(self.word(status) + suffix for status in policy.counted)

    def counts_when(self, policy: Policy) -> str:
        """Return the statuses that count, as words for one action."""
        return self("or").join(self.word(status) for status in policy.counted)

    def for_browser(self) -> Mapping[str, Any]:
        """Return what the code of the page says."""
        return {
            **{code: self.template(code) for code in SPOKEN},
            "months": _MONTHS[self.lang],
            "comma": "," if self.lang == "fr" else ".",
            "percent": "\u00a0%" if self.lang == "fr" else "%",
        }  # fmt: skip
