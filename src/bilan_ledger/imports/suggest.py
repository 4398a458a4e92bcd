"""A mapping file to edit, proposed from what a table looks like.

Decides: which column is probably what, and which status words are known from other systems.
Refuses to know: what is right. Every guess stands in a file that a person reads and edits, and
a word that is not known has no meaning until somebody writes one.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import attrs

from ..errors import shown
from .decidim import decidim
from .keys import slug
from .mapping import Source
from .sheets import Row, Table, read_table, text_of
from .words import normal, quoted

UNKNOWN = "?"
_MOST_WORDS = 60
_SAMPLE = 1_000
_MOST_TOLD = 1_000
_TITLE = 15  # characters: a title is longer than a word, on the average
# Parts of column names, in the order in which a column is looked for.
_NAMES = {
    "key": ("id", "code", "cle", "key", "numero", "no", "n", "num", "ref", "reference"),
    "title": ("title", "titre", "intitule", "libelle", "action", "engagement", "commitment",
              "promise", "promesse", "nom", "name", "description", "descricao"),
    "status": ("status", "statut", "etat", "avancement", "situacao", "state"),
    "axis": ("axe", "axis", "theme", "thematique", "category", "categorie", "pilier"),
    "responsible": ("responsable", "responsible", "pilote", "elu", "service", "department"),
    "on": ("date_effet", "date", "depuis", "since", "realisee_le"),
    "stated_at": ("stated_at", "committed_at", "updated_at", "publie_le", "maj"),
    "note": ("commentaire", "comment", "note", "observation"),
    "evidence_url": ("url", "lien", "link", "preuve", "source"),
}  # fmt: skip
_WORDS = {
    "proposed": "à venir; a discuter; à discuter; not_started; not started; proposed; proposée; "
    "non commencé; non démarré; prévu; en suspens; não iniciada; não iniciado; à faire",
    "engaged": "engagée; engagé; en cours; started; in progress; in the works; working; on_time; "
    "in_progress; limited; substantial; partially_implemented; en voie de réalisation; "
    "partiellement réalisée; em andamento; em andamento com benefícios à população; lancé",
    "engaged, late": "en retard; late",
    "engaged, blocked": "bloqué; bloquée; blocked",
    "engaged, suspended": "en pause; paused; stalled; suspended; suspendu; postponed",
    "engaged, partial": "en partie tenues",
    "realised": "réalisée; réalisé; realised; realized; done; complete; completed; implemented; "
    "achieved; terminé; terminée; fait; finished; concluída; concluído; superada; tenues; "
    "promise kept",
    "realised, partial": "compromise; compromised",
    "abandoned": "abandonné; abandonnée; abandoned; cancelled; annulé; rompue; brisées; broken; "
    "promise broken",
    "not-assessed": "not yet rated; unclear; nodata; non évalué; non évaluée",
    "not-assessable": "imprécises; not assessable",
    "withdrawn": "withdrawn; out_of_scope; retirée",
}
_MEANINGS = {
    word.strip(): meaning for meaning, words in _WORDS.items() for word in words.split(";")
}
_FORMATS = (
    ("%d/%m/%Y", re.compile(r"\d{1,2}/\d{1,2}/\d{4}")),
    ("%d.%m.%Y", re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")),
    ("%m/%Y", re.compile(r"\d{1,2}/\d{4}")),
    ("%d %B %Y", re.compile(r"\d{1,2}(er)? [^\d\s]+ \d{4}")),
    ("%B %Y", re.compile(r"[^\d\s]+ \d{4}")),
    ("iso", re.compile(r"\d{4}(-\d\d(-\d\d)?)?([T ].*)?")),
)
_COMMENTS = {
    "head": ("Correspondance proposée pour {file} : relisez chaque ligne.",
             "A mapping proposed for {file}: read every line again."),
    "kind": ("list : l'état à une date ; history : une ligne par changement ; versions : listes",
             "list: the state as of a date; history: one row a change; versions: dated lists"),
    "as_of": ("le jour dont parle la liste", "the day that the list tells of"),
    "plan": ("le programme, créé s'il n'est pas encore au registre",
             "the plan, opened if the ledger does not hold it yet"),
    "words": ("proposed, engaged, realised, abandoned ; engaged, late ; engaged, at-least ; "
              "not-assessed ; not-assessable ; withdrawn ; ignore",
              "proposed, engaged, realised, abandoned; engaged, late; engaged, at-least; "
              "not-assessed; not-assessable; withdrawn; ignore"),
    "other": ("autres colonnes : {columns}", "other columns: {columns}"),
    "unknown": ("remplacez chaque « ? » par un sens", 'replace each "?" by a meaning'),
}  # fmt: skip


def suggest(path: Path, lang: str = "en") -> str:
    """Return a mapping file for a table, with comments in `lang` ("fr" or "en").

    Raises `InvalidValue` for a file that cannot be read.
    """
    source = Source()
    table = read_table(path, source)
    if {"status/key", "progress"} <= set(table.columns):
        source = attrs.evolve(source, format="decidim")
        table = decidim(table, source)
    return "\n".join(_Proposal(table, source, lang).lines()) + "\n"


class _Proposal:
    def __init__(self, table: Table, source: Source, lang: str) -> None:
        self.table, self.source, self.lang = table, source, lang
        self.rows = table.rows[:_SAMPLE]
        self.columns = _decidim_columns() if source.format == "decidim" else self._columns()

    def lines(self) -> Iterator[str]:
        """Yield the lines of the file."""
        stem = slug(Path(self.table.file.partition("!")[0]).stem)
        yield from self._say("head", file=self.table.file)
        yield "\n[import]"
        yield from self._say("kind")
        yield 'kind = "list"'
        yield from self._say("as_of")
        yield f'as_of = "{UNKNOWN}"'
        yield "\n[source]"
        yield f"format = {quoted(self.source.format)}"
        yield "\n[plan]"
        yield from self._say("plan")
        yield f"key = {quoted(stem)}"
        yield f"title = {quoted(stem)}"
        yield f"territory = {{ name = {quoted(UNKNOWN)} }}"
        yield f'start = "{UNKNOWN}"'
        yield f'end = "{UNKNOWN}"'
        yield "\n[columns]"
        for field, column in self.columns.items():
            yield f"{field} = {quoted(column)}"
        rest = [c for c in self.table.columns if c and c not in self.columns.values()]
        if rest:
            yield from self._say("other", columns=", ".join(rest))
        yield from self._dates()
        yield from self._status()

    def _say(self, code: str, **facts: str) -> Iterator[str]:
        told = {name: shown(value, _MOST_TOLD) for name, value in facts.items()}
        yield "# " + _COMMENTS[code][0 if self.lang == "fr" else 1].format(**told)

    def _columns(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for field, names in _NAMES.items():
            free = [c for c in self.table.columns if c and c not in found.values()]
            column = _named(names, free) or self._looks(field, free)
            if column is not None:
                found[field] = column
        return found

    def _looks(self, field: str, free: Sequence[str]) -> str | None:
        """Return the column that looks like what is needed, by its values."""
        for column in free:
            values = [value for row in self.rows if (value := text_of(row.cells[column]))]
            if field == "key" and values and len(set(values)) == len(self.rows):
                return column
            if field == "title" and values and sum(map(len, values)) > _TITLE * len(values):
                return column
            if field == "status" and any(normal(v, casefold=True) in _MEANINGS for v in values):
                return column
        return None

    def _dates(self) -> Iterator[str]:
        dated = [self.columns[field] for field in ("on", "stated_at") if field in self.columns]
        formats = _formats(self.rows, dated)
        if formats:
            yield "\n[dates]"
            yield f"formats = [{', '.join(map(quoted, formats))}]"

    def _status(self) -> Iterator[str]:
        column = self.columns.get("status")
        yield "\n[status]"
        yield from self._say("words")
        if column is None:
            return
        counts = Counter(text_of(row.cells[column]) for row in self.table.rows)
        known = {word: _MEANINGS.get(normal(word, casefold=True), UNKNOWN) for word in counts}
        if UNKNOWN in known.values():
            yield from self._say("unknown")
        for word, count in counts.most_common(_MOST_WORDS):
            yield f"{quoted(word)} = {quoted(known[word])} # {count}"
        if self.source.format == "decidim":
            yield "\n[progress]"
            yield from ('"" = "not-assessed"', '"0" = "proposed"', '"0.01..99.99" = "engaged"',
                        '"100" = "realised"')  # fmt: skip


def _decidim_columns() -> dict[str, str]:
    return {
        "key": "id", "title": "title", "axis": "category", "status": "status/key",
        "progress": "progress", "evidence_url": "url",
    }  # fmt: skip


def _named(names: Sequence[str], columns: Sequence[str]) -> str | None:
    plain = {column: _plain(column) for column in columns}
    for wanted in names:
        for column, name in plain.items():
            if name == wanted or wanted in name.split("_"):
                return column
    return None


def _plain(name: str) -> str:
    """Return a name without accents and case, words joined by underscores."""
    split = unicodedata.normalize("NFD", name.casefold())
    letters = (c for c in split if not unicodedata.combining(c))
    return "_".join(re.findall(r"\w+", "".join(letters)))


def _formats(rows: Iterable[Row], columns: Sequence[str]) -> list[str]:
    cells = [row.cells[column] for row in rows for column in columns]
    values = [cell for cell in cells if isinstance(cell, str) and cell]
    return [form for form, pattern in _FORMATS if any(map(pattern.fullmatch, values))]
