"""Any versions of any list: the figure on each version's day is what that version says.

And whatever was imported, in one go or version by version, is imported once.
"""

import os
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from import_samples import HISTORY, VERSIONS, Town

from bilan_ledger import Ledger

WORDS = {
    "à venir": "proposed", "en cours": "engaged", "en retard": "engaged", "fait": "realised",
    "abandon": "abandoned", "": "not-assessed", "flou": "not-assessable", "retiré": "withdrawn",
}  # fmt: skip
KEYS = [str(n) for n in range(1, 5)]
RULES = """
[vanished]
how = "withdraw"
reason = "plus sur la liste"
most = "100 %"
[reversals]
how = "{}"
reason = "la liste le dit"
"""

SOME = int(os.environ.get("BILAN_FUZZ", "150")) // 6

# The state of each action in each version; None: it is not in the list. Days may repeat.
LISTS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.dictionaries(st.sampled_from(KEYS), st.sampled_from(sorted(WORDS)), min_size=1),
    ),
    min_size=1,
    max_size=6,
)


def versions(lists) -> list[tuple[str, date, dict[str, str]]]:
    """Return each version's instant, its day, and its list."""
    day, found = date(2022, 1, 1), []
    for hour, (gap, words) in enumerate(lists):
        day += timedelta(days=gap)
        found.append((f"{day}T{hour:02d}:30:00+01:00", day, words))
    return found


def table(several) -> str:
    rows = [
        f"{at};{key};Action {key};{word}" for at, _, words in several for key, word in words.items()
    ]
    return "\n".join(["version;n;action;statut", *rows]) + "\n"


def counted(words: dict[str, str], before: set[str]) -> Counter[str]:
    """Return what a list says, and that what it no longer names has been withdrawn."""
    gone = Counter({"withdrawn": len(before - set(words))})
    return +(Counter(WORDS[word] for word in words.values()) + gone)


def fresh(tmp_path_factory) -> Town:
    return Town(tmp_path_factory.mktemp("town"), Ledger.in_memory(recorded_by="x"))


SLOW = settings(max_examples=SOME, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("how", ["reopen", "retract"])
@SLOW
@given(lists=LISTS)
def test_each_day_is_what_its_last_version_says(tmp_path_factory, how, lists):
    """Counted by hand from the rows; and by stated date, version by version."""
    town, several = fresh(tmp_path_factory), versions(lists)
    mapping = VERSIONS + RULES.format(how)
    town.run(mapping, table(several))
    named: set[str] = set()
    last = {day: at for at, day, _ in several}
    for at, day, words in several:
        expected = counted(words, named)
        named |= set(words)
        assert expected == town.cells(str(day), known=f"stated:{at}")
        if how == "reopen" and last[day] == at:
            standing = Counter(town.cells(str(day)))
            del standing["absent"]  # named by a later version only
            assert expected == standing
    assert {} == town.run(mapping, table(several) + "\n")


@SLOW
@given(lists=LISTS)
def test_version_by_version_is_the_same_as_all_at_once(tmp_path_factory, lists):
    """The file grows, and each time only what is new is recorded."""
    several, mapping = versions(lists), VERSIONS + RULES.format("reopen")
    whole, parts = fresh(tmp_path_factory), fresh(tmp_path_factory)
    whole.run(mapping, table(several))
    for n in range(1, len(several) + 1):
        parts.run(mapping, table(several[:n]))
    for key in KEYS:
        assert whole.events(key) == parts.events(key)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(KEYS),
        st.integers(0, 40),
        st.integers(0, 40),
        st.sampled_from(["à venir", "en cours", "fait", "abandon"]),
    ),
    max_size=10,
)


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("how", ["reopen", "retract"])
@SLOW
@given(changes=CHANGES)
def test_a_history_is_imported_once(tmp_path_factory, stated, how, changes):
    """In one go, and again with the rows that the rules refused left out."""
    town = fresh(tmp_path_factory)
    mapping = HISTORY + RULES.format(how)
    mapping = mapping if stated else mapping.replace('stated_at = "dit le"\n', "")
    start = date(2022, 1, 1)
    rows = [
        f"{key};Action {key};{word};{start + timedelta(on)};{start + timedelta(on + late)};"
        for key, on, late, word in changes
    ]
    text = "\n".join(["n;action;statut;depuis;dit le;motif", *rows]) + "\n"
    town.run(mapping, text, partial=True)
    assert {} == town.run(mapping, text + "\n", partial=True)
