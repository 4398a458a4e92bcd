"""The traps of a real programme in a small one of our own; the real one where its folder is given.

`BILAN_REAL_DATA` is a folder with the files that `examples/import_sao_paulo.py` reads.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bilan_ledger import Policy
from bilan_ledger.imports import prepare, read_mapping, record

EXAMPLES = Path(__file__).parents[2] / "examples"
HEAD = "committed_at,commit,sheet_type,goal,project_pt,subprefecture,dup_no,"
FIRST = (
    HEAD
    + """project_status_pt,phase_pt
2014-05-05T17:26:48-03:00,aaa,1,3,CRAS - Um,Sé,1,Em andamento,1/2
2014-05-05T17:26:48-03:00,aaa,1,3,CRAS - Um,Sé,1,Em andamento,2/2
2014-05-05T17:26:48-03:00,aaa,1,3,CRAS - Um,Sé,2,Concluído,1/1
2014-05-05T17:26:48-03:00,aaa,1,3,CRAS - Dois,Freguesia/Ó,1,0.0,1/1
2014-05-05T17:26:48-03:00,aaa,2,9,Parque,Sé,1,,1/1
2014-05-05T17:26:48-03:00,aaa,2,9,Ponte,Sé,1,Não Iniciado,1/1
"""
)
EVENTS = (
    HEAD
    + """event,phase_pt,from,to
2014-05-30T22:10:59+00:00,bbb,1,3,CRAS - Um,Sé,1,project_status_changed,,Em andamento,Não Iniciado
2014-05-30T22:10:59+00:00,bbb,1,3,CRAS - Um,Sé,1,phase_status_changed,1/2,em_andamento,
2014-05-30T22:10:59+00:00,bbb,2,9,Ponte,Sé,1,project_removed,,Não Iniciado,
2014-05-30T22:10:59+00:00,bbb,2,9,Ponte Nova,Sé,1,project_added,,,Em andamento - FASE 1
2014-10-30T23:24:25-02:00,ccc,2,9,Ponte,Sé,1,project_added,,,Concluído
2014-10-30T23:24:25-02:00,ccc,1,3,CRAS - Um,Sé,2,project_status_changed,,Concluído,Em andamento
"""
)
LAST = (
    FIRST.splitlines()[0]
    + """
2014-10-30T23:24:25-02:00,ccc,1,3,CRAS - Um,Sé,1,Não Iniciado,1/2
2014-10-30T23:24:25-02:00,ccc,1,3,CRAS - Um,Sé,2,Em andamento,1/1
2014-10-30T23:24:25-02:00,ccc,1,3,CRAS - Dois,Freguesia/Ó,1,0.0,1/1
2014-10-30T23:24:25-02:00,ccc,2,9,Parque,Sé,1,,1/1
2014-10-30T23:24:25-02:00,ccc,2,9,Ponte,Sé,1,Concluído,1/1
2014-10-30T23:24:25-02:00,ccc,2,9,Ponte Nova,Sé,1,Em andamento,1/1
"""
)


def test_a_list_then_changes_then_a_list_as_a_check(town):
    """Composite keys, no status, statuses that go back, projects that leave and return."""
    first, events, last = (
        town.file(text, name)
        for text, name in ((FIRST, "first.csv"), (EVENTS, "events.csv"), (LAST, "last.csv"))
    )
    done = []
    for name, files in (
        ("projects", [first]),
        ("project_events", [events]),
        ("projects", [first, last]),
    ):
        mapping = read_mapping(EXAMPLES / "mappings" / f"sao_paulo_{name}.toml")
        done.append(max(record(town.ledger, prepare(town.ledger, mapping, files)), default=0))
    assert [11, 9, 1] == done
    for day, expected, unknown in (
        ("2014-05-05", "2/5", 2),
        ("2014-05-30", "2/5", 2),
        ("2014-10-30", "3/6", 2),
    ):
        figure = town.ledger.figure("sp-projetos-2013", on=day, policy=Policy())
        assert (expected, expected) == (str(figure.bounds.low), str(figure.bounds.high)), day
        assert unknown == len(figure.cells["not-assessed"].certain)


FIGURES = """2014-05-05 goals realised: 11/123
2014-05-30 goals realised: 13/123
2014-10-30 goals realised: 16/123
2014-05-05 projects engaged or realised: 927/1136 = 81.60 %, not assessed: 11
2014-05-30 projects engaged or realised: 1024/1212 = 84.49 %, not assessed: 10
2014-10-30 projects engaged or realised: 1443/1593 = 90.58 %
2014-05-05 projects realised: 157/1136
2014-05-30 projects realised: 222/1212 = 18.3 %
2014-10-30 projects realised: 286/1593 = 18.0 %
29 changes of status: +1.82
725 changes of base: -2.18"""


@pytest.mark.skipif("BILAN_REAL_DATA" not in os.environ, reason="BILAN_REAL_DATA names no folder")
def test_the_published_figures_of_the_real_one(tmp_path):
    script = EXAMPLES / "import_sao_paulo.py"
    line = [sys.executable, script, os.environ["BILAN_REAL_DATA"], tmp_path / "sp.ledger"]
    out = subprocess.run(line, check=True, capture_output=True, text=True).stdout
    assert [] == [expected for expected in FIGURES.splitlines() if expected not in out]
