"""Decidim's export of both generations, by the mapping file of the examples."""

from pathlib import Path

import pytest

from bilan_ledger.imports import prepare, read_mapping, record

MAPPING = Path(__file__).parents[2] / "examples" / "mappings" / "decidim.toml"
OLD = (
    "id;category/id;category/name/fr;category/name/en;scope/id;scope/name/fr;parent/id;title/fr;"
    "title/en;description/fr;start_date;end_date;status/id;status/key;status/name/fr;progress;"
    "created_at;url;component/id;proposal_urls\n"
    "11;1;Ville verte;Green;;;;Planter;Plant;;2021-03-01;;1;ongoing;En cours;40.0;"
    "2021-03-02 10:00:00 UTC;https://decidim.example/f/1/results/11;7;\n"
    "12;2;Calme;Calm;;;;'=Bancs;Benches;;;;;;;;2021-03-02 10:00:00 UTC;;7;\n"
    "13;2;Calme;Calm;;;;'-30 %;;;;;;;;0.0;;;7;\n"
    "14;2;Calme;Calm;;;;Halle;Hall;;2021-01-01;2022-01-01;2;completed;Fini;;;;7;\n"
    "15;2;Calme;Calm;;;;Port;;;;;;;;100;;;7;\n"
)
NEW = (
    "id;taxonomies/id;taxonomies/name;parent/id;title/fr;title/en;start_date;end_date;status/id;"
    "status/key;status/name/fr;progress;created_at;updated_at;url;component/id;proposal_urls;"
    "reference;children_count;comments_count;address;latitude;longitude\n"
    '11;3;"{""en""=>""Green"", ""fr""=>""Ville verte""}";;Planter;Plant;2021-03-01;;1;ongoing;'
    "En cours;40.0;;;https://decidim.example/f/1/results/11;7;;d-11;0;0;;;\n"
    '12;4;"{""en"" => ""Calm"", ""fr"" => ""Calme""}";;\'=Bancs;Benches;;;;;;;;;;7;;d-12;0;0;;;\n'
    "13;4;Calme;;'-30 %;;;;;;;0.0;;;;7;;d-13;0;0;;;\n"
    "14;4;Calme;;Halle;Hall;2021-01-01;2022-01-01;2;completed;Fini;;;;;7;;d-14;0;0;;;\n"
    "15;4;Calme;;Port;;;;;;;100;;;;7;;d-15;0;0;;;\n"
)


@pytest.mark.parametrize("text", [OLD, NEW], ids=["up to 0.29", "from 0.30"])
def test_both_generations_say_the_same(town, text):
    """One mapping; blank progress is unknown, which is not 0; quotes of safety are taken off."""
    path = town.file(text.encode("utf-8-sig"), "results.csv")
    prepared = prepare(town.ledger, read_mapping(MAPPING), [path])
    for _ in record(town.ledger, prepared):
        pass
    view = town.ledger.view("decidim-2020")
    axes = [axis.title for axis in view.plans["decidim-2020"].terms().axes]
    assert ["Ville verte", "Calme"] == axes
    cells = town.ledger.figure("decidim-2020", on="2024-01-15").cells
    standing = {
        word: [name[-2:] for name in cell.certain] for word, cell in cells.items() if cell.certain
    }
    expected = {
        "proposed": ["13"],
        "engaged": ["11"],
        "realised": ["14", "15"],
        "not-assessed": ["12"],
    }
    assert expected == standing
    titles = [e.event.title for e in town.ledger.entries() if type(e.event).__name__ == "Proposed"]
    assert ["Planter", "=Bancs", "-30 %", "Halle", "Port"] == titles
    urls = [piece.url for e in town.ledger.entries() for piece in e.evidence if piece.url]
    assert {"https://decidim.example/f/1/results/11"} == set(urls)


def test_another_language_is_read_where_it_is_asked_for(town):
    mapping = town.mapping(
        MAPPING.read_text(encoding="utf-8").replace('locale = "fr"', 'locale = "en"')
    )
    path = town.file(OLD, "results.csv")
    steps = prepare(town.ledger, mapping, [path]).steps
    titles = [s.order.command.title for s in steps if hasattr(s.order.command, "title")]
    assert ["Plant", "Benches", "'-30 %"[1:], "Hall", "Port"] == titles
