"""Chance: days that are told more or less well, late news, and the words of municipal programmes.

Decides: how exactly a true day is told, how late it is learnt, and what things are called.
Refuses to know: plans, actions and their rules.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from ..dates import When

T = TypeVar("T")

FIRST = date(2020, 1, 1).toordinal()
LAST_TRUE = date(2025, 12, 31).toordinal()  # nothing happens later
HORIZON = date(2026, 3, 31).toordinal()  # what is learnt later is told on this day


class Choice(Generic[T]):
    """A choice with weights, drawn by one number."""

    def __init__(self, weights: dict[T, float]) -> None:
        self._values: Sequence[T] = list(weights)
        self._ends = list(accumulate(weights.values()))

    def draw(self, chance: Random) -> T:
        """Return one of the values."""
        place = bisect_right(self._ends, chance.random() * self._ends[-1])
        return self._values[min(place, len(self._values) - 1)]


PRECISION = Choice({"day": 0.40, "month": 0.35, "year": 0.15, "interval": 0.10})
"""How exactly the day of a status is told."""

LISTED = Choice({"year": 0.70, "month": 0.10, "day": 0.20})
"""How exactly the day is told on which an action came on the initial list."""

DELAY = Choice({30: 0.60, 200: 0.30, 600: 0.10})
"""Mean days (exponential) between what happens and its entry: news, annual report, very late."""


def told(day: int, chance: Random, precision: Choice[str] = PRECISION) -> When:
    """Return a true day as somebody tells it; it is always one of the days that are possible."""
    true = date.fromordinal(day)
    match precision.draw(chance):
        case "day":
            return When(true.isoformat())
        case "month":
            return When(true.isoformat()[:7])
        case "year":
            return When(true.isoformat()[:4])
        case _:
            before, after = int(chance.expovariate(1 / 120)), int(chance.expovariate(1 / 120))
            first = date.fromordinal(max(FIRST, day - before))
            last = date.fromordinal(min(LAST_TRUE, day + after))
            return When(f"{first.isoformat()[:7]}/{last.isoformat()[:7]}")


def learnt(day: int, chance: Random) -> int:
    """Return the day on which something that happened on `day` is entered."""
    return min(HORIZON, day + 1 + int(chance.expovariate(1 / DELAY.draw(chance))))


_VERBS = (
    "Rénover", "Créer", "Planter", "Étendre", "Ouvrir", "Moderniser", "Végétaliser", "Soutenir",
    "Aménager", "Sécuriser", "Développer", "Réduire", "Isoler", "Construire", "Restaurer",
    "Accompagner", "Doubler", "Expérimenter", "Généraliser", "Équiper",
)  # fmt: skip
_THINGS = (
    "les cours d'école", "une maison de santé", "des arbres", "le réseau cyclable",
    "un tiers-lieu", "l'éclairage public", "les places du centre", "les associations sportives",
    "un parc intergénérationnel", "les abords des écoles", "le budget participatif",
    "la consommation d'énergie des bâtiments", "les gymnases", "des logements abordables",
    "l'église et son clocher", "les aînés isolés", "les places en crèche", "la cantine bio",
    "les horaires de la médiathèque", "la vidéoprotection", "un marché couvert",
    "les jardins partagés", "le centre de loisirs", "la police municipale", "un conseil des jeunes",
    "la collecte des biodéchets", "les aires de jeux", "la piscine", "la salle des fêtes",
    "une navette gratuite",
)  # fmt: skip
_WHERE = (
    "dans le centre", "dans chaque quartier", "au nord de la commune", "près de la gare",
    "dans les hameaux", "le long de la rivière", "pour tous les âges", "avec les habitants",
    "avant la fin du mandat", "avec l'intercommunalité",
)  # fmt: skip
_SAINTS = (
    "Aubin", "Martin", "Pierre", "Jean", "Médard", "Germain", "Hilaire", "Maurice", "Rémy",
    "Georges", "Cyr", "Loup", "Vaast", "Omer", "Brice", "Denis",
)  # fmt: skip
_RIVERS = (
    "Loire", "Saône", "Vire", "Aisne", "Lys", "Meuse", "Creuse", "Dordogne", "Orne", "Yonne",
    "Marne", "Charente", "Ardèche", "Sarthe", "Vienne", "Somme",
)  # fmt: skip
AXES = (
    "Transition écologique", "Éducation et jeunesse", "Solidarités et santé", "Cadre de vie",
    "Mobilités", "Culture et sport", "Économie et commerce", "Démocratie locale",
    "Tranquillité publique", "Patrimoine",
)  # fmt: skip
THEMES = (
    "Bâtiments", "Espaces publics", "Services", "Aides", "Événements", "Réseaux", "Équipements",
    "Concertation",
)  # fmt: skip
TAGS = ("climat", "écoles", "vélo", "santé", "seniors", "numérique", "logement", "sport")
PEOPLE = (
    "Adjointe aux écoles", "Adjoint aux travaux", "Conseillère déléguée au climat",
    "Direction des services techniques", "Direction de la culture", "Cabinet du maire",
    "Centre communal d'action sociale",
)  # fmt: skip
NOTES = (
    "Relevé lors de la revue annuelle.", "Confirmé par le service.",
    "Calendrier revu en comité de pilotage.", "Marché notifié à l'entreprise.",
    "Inauguration faite en présence des habitants.", "Financement obtenu de la région.",
)  # fmt: skip
REASONS = (
    "Saisi deux fois.", "Date lue de travers dans le rapport.", "Budget non voté.",
    "Compétence passée à l'intercommunalité.", "Reprise sous une autre forme.",
    "Recours contre le permis.", "Trop vague pour être évalué.",
)  # fmt: skip
INDICATORS = (
    ("Arbres plantés", "arbres"), ("Pistes cyclables", "km"), ("Places en crèche", "places"),
    ("Logements rénovés", "logements"), ("Consommation d'énergie", "MWh"), ("Dépense", "EUR"),
)  # fmt: skip


def title(chance: Random) -> str:
    """Return what an action is called."""
    return f"{chance.choice(_VERBS)} {chance.choice(_THINGS)} {chance.choice(_WHERE)}"


def place_name(number: int, chance: Random) -> str:
    """Return the name of a commune; the number keeps it from being taken for a real one."""
    return f"Saint-{chance.choice(_SAINTS)}-sur-{chance.choice(_RIVERS)} (simulée {number})"
