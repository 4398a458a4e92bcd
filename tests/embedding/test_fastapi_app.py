"""The FastAPI example, run as a server and asked over HTTP."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
httpx = pytest.importorskip("httpx")

APP = Path(__file__).parents[2] / "examples" / "fastapi_app"
TOKEN = "un-jeton-pour-les-tests"  # noqa: S105 it opens nothing


@pytest.fixture
def client(place, server):
    """A client of the running application, on a file and on PostgreSQL."""
    environ = {
        **os.environ, "BILAN_LEDGER": place, "BILAN_TOKEN": TOKEN, "BILAN_TOKEN_NAME": "Clerc",
    }  # fmt: skip
    command = [sys.executable, "-m", "uvicorn", "app:app", "--port"]
    with server(command, environ, APP) as found:
        yield found


def test_figures_over_http(client):
    """106 of 131 on the publication date, a band before, and the parts of a change."""
    found = client.get("/plans/bethune-2020/figure", params={"on": "2024-03-31"}).json()
    assert ("106/131", "81", True) == (
        found["low"]["rate"], found["high"]["percentage"], found["exact"],
    )  # fmt: skip
    band = client.get("/plans/bethune-2020/figure", params={"on": "2023-12-31"}).json()
    assert ("6/131", "106/131") == (band["low"]["rate"], band["high"]["rate"])
    points = client.get("/plans/bethune-2020/curve").json()
    assert "2024-03-31" == points[-1]["on"]
    moved = client.get(
        "/plans/bethune-2020/explain", params={"before": "2023-12-31", "after": "2024-03-31"}
    ).json()
    assert 100 == len(moved["status_changes"])
    (check,) = client.get("/plans/bethune-2020/reconciliation").json()
    assert "agrees" == check["verdict"]


def test_entries_have_no_names_and_come_in_pages(client):
    """The texts that may name a person are not in an open answer."""
    first = client.get("/plans/bethune-2020/entries", params={"limit": 2}).json()
    later = client.get("/plans/bethune-2020/entries", params={"after": first[-1]["index"]}).json()
    assert [0, 2] == [entry["index"] for entry in first]
    assert 100 == len(later)
    assert all("texts" not in entry for entry in first + later)


def test_an_answer_that_is_known_is_not_sent_again(client):
    """The ETag is the log's position: it changes with the next entry."""
    first = client.get("/plans/bethune-2020/figure")
    again = client.get(
        "/plans/bethune-2020/figure", headers={"If-None-Match": first.headers["etag"]}
    )
    assert (200, 304, b"") == (first.status_code, again.status_code, again.content)
    record(client, "sante-02", {"to": "engaged", "on": "2024-09"})
    after = client.get(
        "/plans/bethune-2020/figure", headers={"If-None-Match": first.headers["etag"]}
    )
    assert 200 == after.status_code


def record(client, action, change, token=TOKEN):
    """Ask for a change of status."""
    return client.post(
        f"/plans/bethune-2024/actions/{action}/status",
        json=change,
        headers={"Authorization": f"Bearer {token}", "Accept-Language": "fr"},
    )


def test_recording_needs_the_token_and_keeps_the_rules(client):
    """201, 401, 409, 400, 422: and what is refused records nothing."""
    assert 401 == record(client, "sante-01", {"to": "engaged", "on": "2024-09"}, "x").status_code
    made = record(client, "sante-01", {"to": "engaged", "on": "2024-09", "evidence": "Conseil"})
    assert (201, "action.engaged") == (made.status_code, made.json()[0]["event"])
    refused = record(client, "sante-01", {"to": "engaged", "on": "2024-10"})
    assert (409, "transition") == (refused.status_code, refused.json()["code"])
    assert "impossible d'engager" in refused.json()["text"]
    assert 400 == record(client, "sante-01", {"to": "realised", "on": "2024-02-30"}).status_code
    assert 422 == record(client, "sante-01", {"to": "done", "on": "2024"}).status_code
    entries = client.get("/plans/bethune-2024/entries", params={"limit": 1000}).json()
    assert 1 == sum(entry["event"] == "action.engaged" for entry in entries)


def test_wrong_questions(client):
    """An unknown plan, a day that does not exist, a point of knowledge that means nothing."""
    assert 404 == client.get("/plans/nope/figure").status_code
    bad = client.get("/plans/bethune-2020/figure", params={"on": "2024-02-30"})
    assert (422, "parameter-form") == (bad.status_code, bad.json()["code"])
    unknown = client.get("/plans/bethune-2020/figure", params={"known": "hier"})
    assert (400, "known-form") == (unknown.status_code, unknown.json()["code"])


def test_the_description_is_what_the_application_does(client, tmp_path):
    """Schemathesis asks whatever the OpenAPI description allows: no 5xx, nothing undescribed."""
    pytest.importorskip("schemathesis")
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{client.base_url}/openapi.json",
        "--max-examples", "15", "--phases", "examples,coverage,fuzzing", "--seed", "1",
        "--checks", "not_a_server_error,status_code_conformance,response_schema_conformance",
        "-H", f"Authorization: Bearer {TOKEN}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert 0 == done.returncode, done.stdout[-4000:]
