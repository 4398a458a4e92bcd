"""The ledger as four flat tables for those who analyse it: actions, entries, figures, measures.

Column names follow the French open-data proposal (upper case, without accents); dates that are
uncertain stand as EDTF text with their first and last possible day. No text that may name a person
is in any of them.

Decides: the columns, their types, titles and keys. Refuses to know: CSV, Parquet, licences.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from ..action import Action, StatusEvent, description, statuses_after
from ..completion import Bounds
from ..dates import When
from ..entry import Entry
from ..evidence import Evidence
from ..history import Record, evidence_of, possible, qualifier
from ..plan import Plan
from ..record import Retracted, live
from ..replay import Reconciliation, curve, reconcile
from ..wire import name_of

STATUSES = {
    "proposed": "proposée", "engaged": "engagée", "realised": "réalisée", "abandoned": "abandonnée",
}  # fmt: skip


@attrs.frozen
class Column:
    """A column: name, type (Table Schema), titles in French and English, whether always filled."""

    name: str
    type: str
    french: str
    english: str
    required: bool = False


@attrs.frozen
class Table:
    """A table: its columns, which of them make its key, and which rows it has."""

    name: str
    french: str
    english: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: "Callable[[Mapping[str, Record], date], Iterator[tuple[Any, ...]]]"
    of_action: bool = False  # its rows are of an action that is in the table of actions


def _span(prefix: str, french: str, english: str) -> tuple[Column, ...]:
    return (
        Column(prefix, "string", f"{french} (EDTF)", f"{english} (EDTF)"),
        Column(f"{prefix}_MIN", "date", f"{french}, au plus tôt", f"{english}, earliest day"),
        Column(f"{prefix}_MAX", "date", f"{french}, au plus tard", f"{english}, latest day"),
    )


def _when(when: When | None) -> tuple[Any, ...]:
    return (None, None, None) if when is None else (when.text, when.earliest, when.latest)


_PLAN = Column("PROGRAMME_ID", "string", "Programme", "Plan", required=True)
_ACTION = Column("ACTION_ID", "string", "Action", "Action")
_URL = Column("PREUVE_URL", "string", "Adresse d'une pièce", "Address of a piece of evidence")
_DELIB = Column("DELIB_ID", "string", "Délibération (SCDL)", "Council decision (SCDL)")


# --- actions ---------------------------------------------------------------------------------

_ACTIONS = (
    Column("COLL_NOM", "string", "Collectivité", "Municipality", required=True),
    Column("COLL_INSEE", "string", "Code INSEE", "INSEE code"),
    Column("COLL_SIREN", "string", "SIREN", "SIREN"),
    _PLAN,
    attrs.evolve(_ACTION, required=True),
    Column("ACTION_TITRE", "string", "Intitulé", "Title", required=True),
    Column("AXE", "string", "Axe", "Axis"),
    Column("SOUS_THEME", "string", "Thème", "Theme"),
    Column("MOTS_CLES", "string", "Mots-clés, séparés par |", "Tags, separated by |"),
    Column("STATUT", "string", "Statut, s'il est certain", "Status, where it is certain"),
    Column("STATUTS_POSSIBLES", "string", "Statuts possibles", "Possible statuses"),
    Column("PERIMETRE", "string", "Périmètre", "Scope", required=True),
    Column("MENTION", "string", "Mention", "Qualifier"),
    *_span("STATUT_DATE", "Date d'effet du dernier statut", "Effective date of the last status"),
    _DELIB,
    _URL,
)


def _actions(records: Mapping[str, Record], on: date) -> Iterator[tuple[Any, ...]]:
    for record in records.values():
        view = record.view()
        for plan in view.plans.values():
            terms = plan.terms(on)
            where = terms.territory
            for name, state in sorted(view.actions.items()):
                key = name.partition("/")[2]
                yield (where.name, where.insee, where.siren, record.key, key, *_action(state, on))


def _action(state: Action, on: date) -> tuple[Any, ...]:
    told = description(state, on)
    standings = possible(state, on)
    statuses = sorted({each.status.value if each.status else "absent" for each in standings})
    scopes = sorted({each.scope.value for each in standings})
    mention = qualifier(state, on)
    last = live(state.statuses)[-1].event
    pieces = evidence_of(state)
    return (
        told.title, told.axis, told.theme, "|".join(told.tags or ()) or None,
        statuses[0] if len(statuses) == 1 else None, "|".join(statuses), "|".join(scopes),
        None if mention is None else mention.value, *_when(last.on),
        _first(pieces, "deliberation"), _first(pieces, "url"),
    )  # fmt: skip


def _first(pieces: Sequence[Evidence], field: str) -> Any:
    return next((found for piece in pieces if (found := getattr(piece, field))), None)


# --- entries ---------------------------------------------------------------------------------

_ENTRIES = (
    Column("ECRITURE", "integer", "Numéro de l'écriture", "Index of the entry", required=True),
    _PLAN,
    _ACTION,
    Column("VERSION", "integer", "Rang dans l'histoire de l'action", "Place in its stream", required=True),
    Column("EVT_TYPE", "string", "Événement", "Event", required=True),
    *_span("DATE_EFFET", "Date d'effet", "Effective date"),
    Column("DATE_ENREGISTREMENT", "datetime", "Date d'enregistrement", "Recorded date", required=True),
    Column("DATE_DECLAREE", "datetime", "Date déclarée par la source", "Date stated by the source"),
    Column("STATUT_APRES", "string", "Statut après", "Status after"),
    Column("VISE_VERSION", "integer", "Écriture visée (retrait, pièce)", "Entry meant (retraction, evidence)"),
    Column("PREUVE_TITRE", "string", "Pièce justificative", "Evidence"),
    _URL,
    Column("PREUVE_SHA256", "string", "Empreinte du fichier", "Hash of the file"),
    _DELIB,
)  # fmt: skip


def _entries(records: Mapping[str, Record], _: date) -> Iterator[tuple[Any, ...]]:
    entries = [entry for record in records.values() for entry in record.entries]
    for entry in sorted(entries, key=lambda each: each.index):
        on = getattr(entry.event, "on", None)
        when = on if isinstance(on, When | None) else When(on.isoformat())
        pieces = entry.evidence
        yield (
            entry.index, entry.plan, entry.action, entry.version, name_of(entry), *_when(when),
            entry.recorded_at.utc, None if entry.stated_at is None else entry.stated_at.utc,
            _after(entry), getattr(entry.event, "entry", None), _first(pieces, "title"),
            _first(pieces, "url"), _first(pieces, "sha256"), _first(pieces, "deliberation"),
        )  # fmt: skip


def _after(entry: Entry) -> str | None:
    event = entry.event
    if isinstance(event, Retracted) or not isinstance(event, StatusEvent):
        return None
    return "|".join(sorted(status.value for status in statuses_after(event)))


# --- figures ---------------------------------------------------------------------------------

_FIGURES = (
    _PLAN,
    Column("RANG", "integer", "Rang", "Row", required=True),
    Column("NATURE", "string", "computed : calculé, published : publié", "computed or published", required=True),
    Column("DATE", "date", "Au", "On", required=True),
    Column("COMPTEES_MIN", "integer", "Actions comptées, au moins", "Counted actions, at least", required=True),
    Column("BASE_MIN", "integer", "Base du taux le plus bas", "Base of the lowest rate", required=True),
    Column("COMPTEES_MAX", "integer", "Actions comptées, au plus", "Counted actions, at most", required=True),
    Column("BASE_MAX", "integer", "Base du taux le plus haut", "Base of the highest rate", required=True),
    Column("REALISEES_MIN", "integer", "Dont réalisées seules, au moins", "Realised alone, at least", required=True),
    Column("REALISEES_MAX", "integer", "Dont réalisées seules, au plus", "Realised alone, at most", required=True),
    Column("STATUTS_COMPTES", "string", "Statuts comptés", "Statuses that count", required=True),
    Column("BASE_REGLE", "string", "Règle de la base", "Rule of the base", required=True),
    Column("ARRONDI", "string", "Arrondi", "Rounding", required=True),
    Column("POURCENTAGE_PUBLIE", "number", "Pourcentage publié", "Published percentage"),
    Column("PUBLIE_SUR", "integer", "Publié sur", "Published of"),
    Column("VERDICT", "string", "Confronté au registre", "Held against the ledger"),
)  # fmt: skip


def _figures(records: Mapping[str, Record], _: date) -> Iterator[tuple[Any, ...]]:
    for record in records.values():
        view = record.view()
        plan: Plan | None = view.plans.get(record.key)
        if plan is None:
            continue
        policy = plan.terms(None).policy
        rows: list[tuple[Any, ...]] = [
            (
                "computed",
                point.on,
                *_counts(point.bounds, point.realised),
                *_rule(policy),
                None,
                None,
                None,
            )
            for point in curve(view, policy)
        ]
        rows += [_published(check) for check in reconcile(record)]
        for number, row in enumerate(rows, 1):
            yield (record.key, number, *row)


def _counts(bounds: Bounds, realised: Bounds) -> tuple[int, ...]:
    low, high = bounds.low, bounds.high
    return (
        low.counted,
        low.base,
        high.counted,
        high.base,
        realised.low.counted,
        realised.high.counted,
    )


def _rule(policy: Any) -> tuple[str, str, str]:
    return ("|".join(policy.counted), policy.base.value, policy.rounding.value)


def _published(check: Reconciliation) -> tuple[Any, ...]:
    figure, found = check.figure, check.completion
    return (
        "published", figure.on, *_counts(found.bounds, found.realised), *_rule(figure.policy),
        figure.percentage, figure.of, check.verdict.value,
    )  # fmt: skip


# --- measures --------------------------------------------------------------------------------

_MEASURES = (
    _PLAN,
    attrs.evolve(_ACTION, required=True),
    Column("RANG", "integer", "Rang", "Row", required=True),
    Column("INDIC_ID", "string", "Indicateur", "Indicator", required=True),
    Column("VALEUR", "number", "Valeur", "Value", required=True),
    Column("UNITE", "string", "Unité", "Unit"),
    Column("PRECISION", "string", "exact, at-least, at-most, about", "exact, at-least, at-most, about", required=True),
    Column("CIBLE", "number", "Cible", "Target"),
    *_span("DATE_VALEUR", "Date de la valeur", "Date of the value"),
    Column("PROVISOIRE", "boolean", "Provisoire", "Provisional", required=True),
    Column("PREUVE_TITRE", "string", "Pièce justificative", "Evidence", required=True),
    _URL,
)  # fmt: skip


def _measures(records: Mapping[str, Record], _: date) -> Iterator[tuple[Any, ...]]:
    for record in records.values():
        for name, state in sorted(record.view().actions.items()):
            pieces = [piece for piece in evidence_of(state) if piece.measure is not None]
            for number, piece in enumerate(pieces, 1):
                found = piece.measure
                assert found is not None
                yield (
                    record.key, name.partition("/")[2], number, found.indicator, found.value,
                    found.unit, found.precision.value, found.target, *_when(found.as_of),
                    found.provisional, piece.title, piece.url,
                )  # fmt: skip


TABLES = (
    Table("actions", "Les actions et leur statut", "The actions and where they stand",
          _ACTIONS, ("PROGRAMME_ID", "ACTION_ID"), _actions),
    Table("entries", "Les écritures du registre", "The entries of the ledger",
          _ENTRIES, ("ECRITURE",), _entries),
    Table("figures", "Les chiffres calculés et publiés", "The figures, computed and published",
          _FIGURES, ("PROGRAMME_ID", "RANG"), _figures),
    Table("measures", "Les chiffres clés", "The key figures",
          _MEASURES, ("PROGRAMME_ID", "ACTION_ID", "RANG"), _measures, of_action=True),
)  # fmt: skip
"""The four tables, in the order in which they are published."""
