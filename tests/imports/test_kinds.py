"""Lists, versions and histories: what they record, and that they record it once."""

import pytest
from import_samples import HISTORY, LIST, VERSIONS

from bilan_ledger import Ledger
from bilan_ledger.imports import ImportRefused, prepare, record

TABLE = "n;action;statut\n1;Planter;à venir\n2;Bancs;en cours\n3;Halle;fait\n4;Parc;\n"


def codes(error) -> list[tuple[str, str]]:
    """The code and place of each problem."""
    return [(p.code, p.facts.get("place")) for p in error.value.problems]


# --- a list ----------------------------------------------------------------------------------


def test_a_list_is_the_state_as_of_its_day(town):
    """Each action is proposed, and has its status by the list's day."""
    expected = {
        "action.proposed": 4, "action.engaged": 1, "action.realised": 1, "action.not-assessed": 1,
    }  # fmt: skip
    assert expected == town.run(LIST, TABLE)
    standing = {"proposed": 1, "engaged": 1, "realised": 1, "not-assessed": 1}
    assert standing == town.cells("2024-01-15")
    assert [
        ("Proposed", "2020-01-01/2024-01-15"),
        ("Realised", "2020-01-01/2024-01-15"),
    ] == town.events("3")


def test_the_next_list_records_differences_since_the_last_one(town):
    """What had not happened by the first list happened after its day."""
    town.run(LIST, TABLE)
    later = TABLE.replace("Bancs;en cours", "Bancs;fait").replace("Parc;", "Parc;à venir")
    found = town.run(LIST.replace("2024-01-15", "2024-07-01"), later)
    assert {"action.realised": 1, "action.restored": 1} == found
    assert ("Realised", "2024-01-16/2024-07-01") == town.events("2")[-1]
    assert {"proposed": 1, "engaged": 1, "realised": 1, "not-assessed": 1} == town.cells(
        "2024-01-15"
    )
    assert {"proposed": 2, "realised": 2} == town.cells("2024-07-01")


def test_a_list_that_says_nothing_new_is_kept_as_the_last_state_known(town):
    """Only the import itself is an entry; the next change is dated after it."""
    town.run(LIST, TABLE)
    assert {} == town.run(LIST.replace("2024-01-15", "2024-03-01"), TABLE)
    town.run(LIST.replace("2024-01-15", "2024-05-01"), TABLE.replace("en cours", "fait"))
    assert ("Realised", "2024-03-02/2024-05-01") == town.events("2")[-1]


def test_dates_in_a_list_are_the_effective_dates(town):
    """Months stay months; a date that ends after the list is cut at its day."""
    mapping = LIST.replace('status = "statut"', 'status = "statut"\non = "date"')
    mapping += '[dates]\nformats = ["%d/%m/%Y", "%B %Y", "%Y"]\n'
    table = "n;action;statut;date\n1;A;fait;1er/05/2022\n2;B;fait;février 2023\n3;C;en cours;2024\n"
    town.run(mapping, table)
    assert ("Realised", "2022-05-01") == town.events("1")[-1]
    assert ("Realised", "2023-02") == town.events("2")[-1]
    assert ("Engaged", "2024-01-01/2024-01-15") == town.events("3")[-1]


# --- versions --------------------------------------------------------------------------------

LONG = """version;n;action;statut
2022-01-10T10:00:00+01:00;1;A;à venir
2022-01-10T10:00:00+01:00;2;B;en cours
2022-03-01T23:30:00+00:00;1;A;en cours
2022-03-01T23:30:00+00:00;2;B;en cours
2022-03-02T12:00:00+01:00;1;A;en cours
2022-03-02T12:00:00+01:00;2;B;fait
"""


def test_versions_record_their_differences_between_their_days(town):
    """From the day after a version to the next one's own day, in the territory's time."""
    town.run(VERSIONS, LONG)
    assert [("Proposed", "2020-01-01"), ("Engaged", "2022-01-11/2022-03-02")] == town.events("1")
    # The second version is of 2 March in Paris; the third is of the same day.
    assert ("Realised", "2022-03-02") == town.events("2")[-1]
    assert {"proposed": 1, "engaged": 1} == town.cells("2022-01-10")
    assert {"engaged": 1, "realised": 1} == town.cells("2022-03-02")
    assert {"engaged": 2} == town.cells("2022-03-02", known="stated:2022-03-02T00:30:00+01:00")


def test_a_longer_file_records_only_what_is_new(town):
    """The file grows by a version; what stands is compared as of each version's own time."""
    rows = LONG.splitlines(keepends=True)
    town.run(VERSIONS, "".join(rows[:3]))
    assert {"action.engaged": 1} == town.run(VERSIONS, "".join(rows[:5]))
    assert {"action.realised": 1} == town.run(VERSIONS, LONG)
    assert {} == town.run(VERSIONS, "".join(rows[:5]) + rows[6] + rows[5])


def test_several_files_are_versions_by_their_names(town):
    mapping = VERSIONS.replace('version = "version"\nstated_at = "version"\n', "")
    first = town.file("n;action;statut\n1;A;à venir\n", "liste-2022-01-10.csv")
    second = town.file("n;action;statut\n1;A;fait\n", "liste-2022-02-10.csv")
    town.run(mapping, first, second)
    assert ("Realised", "2022-01-11/2022-02-10") == town.events("1")[-1]


def version(day: str, *keys: int, word: str = "en cours") -> str:
    return "".join(f"{day};{key};Action {key};{word}\n" for key in keys)


HEAD = "version;n;action;statut\n"
WITHDRAW = VERSIONS + '[vanished]\nhow = "withdraw"\nreason = "plus sur la liste"\n'


def test_rows_that_vanish_are_only_reported_by_default(town):
    table = HEAD + version("2022-01-01", 1, 2) + version("2022-02-01", 1)
    found = town.prepared(VERSIONS, table)
    assert ["import-gone"] == [notice.code for notice in found.notices]
    assert "action.withdrawn" not in found.counts


def test_rows_vanish_and_return(town):
    """Withdrawn between two versions, restored between two others."""
    table = HEAD + version("2022-01-01", *range(10)) + version("2022-02-01", *range(1, 10))
    table += version("2022-03-01", *range(10))
    town.run(WITHDRAW, table)
    expected = [
        ("Proposed", "2020-01-01"),
        ("Engaged", "2020-01-01/2022-01-01"),
        ("Withdrawn", "2022-01-02/2022-02-01"),
        ("Restored", "2022-02-02/2022-03-01"),
    ]
    assert expected == town.events("0")
    assert {"engaged": 9, "withdrawn": 1} == town.cells("2022-02-01")
    assert {"engaged": 10} == town.cells("2022-03-01")


def test_a_renamed_row_is_one_gone_and_one_new_and_is_reported(town):
    table = HEAD + version("2022-01-01", *range(10)) + version("2022-02-01", *range(1, 10))
    found = town.prepared(WITHDRAW, table + "2022-02-01;0b;Action 0;en cours\n")
    assert ["import-gone", "import-renamed"] == [notice.code for notice in found.notices]


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [("error", 0), ("accept", 161), ("skip", 0)],
)
def test_29_of_190_for_one_minute(town, rule, outcome):
    """A list cut short withdraws nothing silently: refused, accepted, or left out."""
    table = HEAD + version("2022-01-01T10:00:00Z", *range(190))
    table += version("2022-02-01T10:00:00Z", *range(29))
    table += version("2022-02-01T10:01:00Z", *range(190), word="fait")
    mapping = WITHDRAW + f'beyond = "{rule}"\n'
    if rule == "error":
        with pytest.raises(ImportRefused) as error:
            town.prepared(mapping, table)
        assert "161 of 190" in error.value.problems[0].text()
        read = town.mapping(mapping).accepting_vanished()
        assert (
            161
            == prepare(town.ledger, read, [town.folder / "list-1.csv"]).counts["action.withdrawn"]
        )
        return
    found = town.prepared(mapping, table)
    assert (
        outcome == found.counts.get("action.withdrawn", 0) == found.counts.get("action.restored", 0)
    )
    assert 190 == found.counts["action.realised"]


def test_a_version_can_be_left_out_by_name(town):
    table = HEAD + version("2022-01-01", *range(9)) + version("2022-02-01", 1)
    found = town.prepared(WITHDRAW + '[versions]\nskip = ["2022-02-01"]\n', table)
    assert ["import-version-skipped"] == [notice.code for notice in found.notices]
    assert (9, None) == (found.counts["action.engaged"], found.counts.get("action.withdrawn"))


def test_versions_must_be_in_order(town):
    """A date two years early would turn the story around."""
    table = HEAD + version("2022-01-01", 1) + version("2020-02-01", 1, word="fait")
    with pytest.raises(ImportRefused) as error:
        town.prepared(VERSIONS, table)
    assert [("import-version-order", "list-1.csv:3")] == codes(error)
    sorted_ = VERSIONS + "[versions]\nsort = true\n[reversals]\nhow='reopen'\nreason='r'\n"
    assert 1 == town.prepared(sorted_, table).counts["action.reopened"]


REVERSED = HEAD + version("2022-01-01", 1, word="{}") + version("2022-02-01", 1, word="{}")
BACK = [
    ("fait", "en cours", ["Reopened"], ["Retracted", "Engaged"], "engaged"),
    ("fait", "à venir", ["Reopened"], ["Retracted"], "proposed"),
    ("en cours", "à venir", ["Abandoned", "Reopened"], ["Retracted"], "proposed"),
    ("abandon", "fait", ["Reopened", "Realised"], ["Retracted", "Realised"], "realised"),
    ("abandon", "à venir", ["Reopened"], ["Retracted"], "proposed"),
    ("fait", "abandon", ["Reopened", "Abandoned"], ["Retracted", "Abandoned"], "abandoned"),
    ("au moins", "en cours", ["Reopened"], ["Retracted", "Engaged"], "engaged"),
    ("au moins", "fait", ["Realised"], ["Realised"], "realised"),
]


@pytest.mark.parametrize("case", BACK, ids=lambda case: f"{case[0]} to {case[1]}")
@pytest.mark.parametrize("how", ["reopen", "retract"])
def test_a_status_that_goes_back_is_an_entry(town, how, case):
    """Reopened or retracted as the mapping says; without a word of it, an error."""
    first, second, reopened, retracted, standing = case
    table = REVERSED.format(first, second)
    if reopened != ["Realised"]:
        with pytest.raises(ImportRefused) as error:
            town.prepared(VERSIONS, table)
        assert [("import-reversed", "list-1.csv:3:D")] == codes(error)
    mapping = VERSIONS + f'[reversals]\nhow = "{how}"\nreason = "la liste le dit"\n'
    town.run(mapping, table)
    names = [name for name, _ in town.events("1")]
    assert (reopened if how == "reopen" else retracted) == names[2:]
    assert {standing: 1} == town.cells("2022-02-01")
    assert {} == town.run(mapping, table + "\n")


# --- a history -------------------------------------------------------------------------------

CHANGES = """n;action;statut;depuis;dit le;motif
2;B;fait;2022-05;2022-06-01;
1;A;en cours;2021-03-01;2021-03-05T10:00:00+01:00;
1;A;fait;2022;2023-01-05;
2;;abandon;2021-01-01/2021-06-30;2021-07-01;budget
"""


def test_a_history_is_one_row_a_change_in_any_order(town):
    mapping = HISTORY + '[reversals]\nhow = "reopen"\nreason = "repris"\n'
    with pytest.raises(ImportRefused) as error:
        town.prepared(mapping, CHANGES)
    assert [("import-title", "list-1.csv:5:B")] == codes(error)
    table = CHANGES.replace("2;;", "2;B;")
    town.run(mapping, table)
    assert [
        ("Proposed", "2020-01-01"),
        ("Engaged", "2021-03-01"),
        ("Realised", "2022"),
    ] == town.events("1")
    expected = ["Proposed", "Abandoned", "Reopened", "Realised"]
    assert expected == [name for name, _ in town.events("2")]
    assert {} == town.run(mapping, table + "\n")
    assert {"engaged": 1, "abandoned": 1} == town.cells("2023-01-01", known="stated:2022-05-01")


def test_a_late_row_takes_its_place_in_the_past(town):
    """What is stated last may have happened first: no reversal."""
    table = "n;action;statut;depuis;dit le;motif\n1;A;fait;2022-05-01;2022-05-02;\n"
    town.run(HISTORY, table + "1;A;en cours;2021-02-01;2023-01-01;\n")
    assert {"engaged": 1} == town.cells("2021-02-01")
    assert {"proposed": 1} == town.cells("2021-02-01", known="stated:2022-12-31")
    assert {"realised": 1} == town.cells("2022-05-01")


def test_a_history_without_stated_dates_goes_by_its_own(town):
    mapping = HISTORY.replace('stated_at = "dit le"\n', "")
    table = CHANGES.replace("2;;", "2;B;").replace("fait;2022-05", "en cours;2020-05")
    mapping += '[reversals]\nhow = "reopen"\nreason = "repris"\n'
    town.run(mapping, table)
    assert ["Proposed", "Engaged", "Abandoned"] == [name for name, _ in town.events("2")]
    assert {} == town.run(mapping, table + "\n")


def test_what_a_row_does_not_date_happened_since_the_statement_before(town):
    table = (
        "n;action;statut;depuis;dit le;motif\n1;A;en cours;;2021-01-10;\n1;A;fait;;2021-03-10;\n"
    )
    town.run(HISTORY, table)
    expected = [("Engaged", "2020-01-01/2021-01-10"), ("Realised", "2021-01-11/2021-03-10")]
    assert expected == town.events("1")[1:]


def test_what_is_recorded_is_known_by_its_own_date_also_where_that_is_uncertain(town):
    """By the end of 2022 the action was realised; that it began in 2022 is no step back."""
    mapping = HISTORY.replace('stated_at = "dit le"\n', "")
    table = "n;action;statut;depuis;dit le;motif\n1;A;en cours;2022;;\n1;A;fait;2022-06;;\n"
    town.run(mapping, table)
    assert {} == town.run(mapping, table + "\n")


def test_a_retraction_is_known_again_also_without_a_date_of_its_own(town):
    """Begun, never so, and begun after all on the same day: imported once."""
    mapping = HISTORY.replace('stated_at = "dit le"\n', "")
    mapping += '[reversals]\nhow = "retract"\nreason = "erreur"\n'
    table = "n;action;statut;depuis;dit le;motif\n1;A;en cours;2022-01-01;;\n"
    table += "1;A;à venir;2022-01-02;;\n1;A;en cours;2022-01-02;;\n"
    found = {"action.proposed": 1, "action.engaged": 2, "action.retracted": 1}
    assert found == town.run(mapping, table)
    assert {} == town.run(mapping, table + "\n")


def test_what_a_retraction_leaves_without_sense_is_retracted_before_it(town):
    """Not assessed, abandoned, not assessed again: then it was never abandoned, but realised."""
    words = [
        ("2022-01-01", ""),
        ("2022-01-02", "abandon"),
        ("2022-02-01", ""),
        ("2022-03-01", "fait"),
    ]
    table = HEAD + "".join(version(day, 1, word=word) for day, word in words)
    mapping = VERSIONS + '[reversals]\nhow = "retract"\nreason = "erreur"\n'
    town.run(mapping, table)
    names = [name for name, _ in town.events("1")]
    assert names == [
        "Proposed", "NotAssessed",
        "Abandoned", "Restored",
        "NotAssessed",
        "Retracted", "Retracted", "Retracted", "Realised", "Restored",
    ]  # fmt: skip
    assert {"realised": 1} == town.cells("2022-03-01")
    assert {} == town.run(mapping, table + "\n")


def test_the_same_row_twice_is_one_change(town):
    table = "n;action;statut;depuis;dit le;motif\n" + "1;A;fait;2021;2022-01-01;\n" * 2
    found = town.prepared(HISTORY, table)
    assert ["import-row-twice"] == [notice.code for notice in found.notices]
    assert 1 == found.counts["action.realised"]


WRONG_DATES = [
    ("1;A;fait;2018-05-29;2022-06-01;", "import-date-outside"),
    ("1;A;fait;2022-06-02;2022-06-01;", "import-date-after"),
    ("1;A;fait;29/05/2021;2022-06-01;", "import-date"),
    ("1;A;fait;2021-02-30;2022-06-01;", "date-impossible"),
    ("1;A;fait;2021;2022-06;", "date-not-exact"),
    ("1;A;fait;;;", "import-undated"),
]


@pytest.mark.parametrize(("row", "code"), WRONG_DATES)
def test_dates_that_look_wrong(town, row, code):
    with pytest.raises(ImportRefused) as error:
        town.prepared(HISTORY, f"n;action;statut;depuis;dit le;motif\n{row}\n")
    assert [code] == [problem.code for problem in error.value.problems]


def test_wrong_dates_can_be_accepted(town):
    mapping = HISTORY.replace('proposed = "2020-01-01"', "") + '[dates]\noutside = "accept"\n'
    table = "n;action;statut;depuis;dit le;motif\n1;A;fait;2018-05-29;2022-06-01;\n"
    town.run(mapping, table)
    assert ("Realised", "2018-05-29") == town.events("1")[-1]


def test_a_typo_two_years_early_is_reported(town):
    table = "n;action;statut;depuis;dit le;motif\n1;A;fait;2020-05-29;2022-06-01;\n"
    assert ["import-long-before"] == [n.code for n in town.prepared(HISTORY, table).notices]


# --- once ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mapping", "table"),
    [(LIST, TABLE), (VERSIONS, LONG), (HISTORY, CHANGES.replace("2;;abandon", "2;B;en cours"))],
    ids=["list", "versions", "history"],
)
def test_the_same_file_twice_records_nothing_the_second_time(town, mapping, table):
    """Not one entry; and where the file differs by nothing that it says, only its digest."""
    town.run(mapping, table)
    before = len(town.ledger)
    again = town.prepared(mapping, table)
    assert 0 == again.total
    assert ["import-already"] == [notice.code for notice in again.notices]
    assert {} == town.run(mapping, table + "\n")
    assert before + 1 == len(town.ledger)


@pytest.mark.parametrize(("mapping", "table"), [(LIST, TABLE), (VERSIONS, LONG)])
def test_an_interrupted_import_goes_on_where_it_stopped(town, tmp_path, mapping, table):
    """After any whole row the rest is recorded by the same command, with the same result."""
    whole = town.prepared(mapping, table)
    for stop in range(len(whole.groups)):
        with Ledger.in_memory(recorded_by="x") as ledger:
            steps = record(ledger, whole, batch=1)
            for _, _ in zip(range(stop), steps, strict=False):
                pass
            steps.close()
            path = [tmp_path / "list-1.csv"]
            rest = prepare(ledger, town.mapping(mapping), path)
            assert whole.groups[stop:] == rest.groups
            for _ in record(ledger, rest):
                pass
            expected = [
                (e.action, type(e.event)) for g in whole.groups for s in g for e in _events(s)
            ]
            assert expected == [(e.action, type(e.event)) for e in ledger.entries()]


class _Event:
    def __init__(self, action, event):
        self.action, self.event = action, event


def _events(step):
    action = step.order.subject.partition("/")[2] or None
    return [_Event(action, event) for event in step.events]
