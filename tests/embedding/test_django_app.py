"""The Django example, run as a server and asked over HTTP."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("django")
pytest.importorskip("httpx")

APP = Path(__file__).parents[2] / "examples" / "django_app"
ACTION = "/plans/bethune-2024/actions/sante-02/"


def manage(environ, *words):
    """Run a management command to its end."""
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(
        command, cwd=APP, env=environ, capture_output=True, text=True, check=False
    )


@pytest.fixture
def site(place, server, tmp_path):
    """The running site with one user, on a file and on PostgreSQL: environment and client."""
    environ = {
        **os.environ, "BILAN_LEDGER": place, "TOWN_DATA": str(tmp_path),
        "DJANGO_SUPERUSER_PASSWORD": "mot-de-passe-d-essai",
    }  # fmt: skip
    assert 0 == manage(environ, "migrate").returncode
    made = manage(environ, "createsuperuser", "--noinput", "--username", "claire", "--email", "")
    assert 0 == made.returncode, made.stderr
    command = [sys.executable, "manage.py", "runserver", "--noreload"]
    with server(command, environ, APP) as client:
        yield environ, client


def token(page):
    """Return the CSRF token in a form."""
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]


def log_in(client):
    """Log in as the user of the site."""
    page = client.get("/admin/login/")
    form = {"username": "claire", "password": "mot-de-passe-d-essai"}
    done = client.post("/admin/login/", data={**form, "csrfmiddlewaretoken": token(page)})
    assert 302 == done.status_code


def test_a_plan_with_its_figure_at_a_chosen_date(site):
    """Exact on the publication date, a band before, the published figure agreeing."""
    _, client = site
    page = client.get("/plans/bethune-2020/", params={"on": "2024-03-31"})
    assert 200 == page.status_code
    assert "106/131 → 81 %" in page.text
    assert "agrees" in page.text
    before = client.get("/plans/bethune-2020/", params={"on": "2023-12-31"}).text
    assert "entre 6/131 et 106/131" in before
    assert 404 == client.get("/plans/nope/").status_code
    bad = client.get("/plans/bethune-2020/", params={"on": "2024-02-30"})
    assert 400 == bad.status_code
    assert "calendrier" in bad.text
    assert 400 == client.get("/plans/bethune-2020/", params={"known": "<script>"}).status_code


def test_recording_needs_a_login_and_bears_the_user_s_name(site):
    """Without a login nothing is recorded; with one, once, and by whom."""
    environ, client = site
    change = {"to": "engaged", "on": "2024-09", "evidence": "<b>Conseil</b>"}
    assert 403 == client.post(ACTION, data=change).status_code
    log_in(client)
    page = client.get(ACTION)
    made = client.post(ACTION, data={**change, "csrfmiddlewaretoken": token(page)})
    assert 302 == made.status_code
    shown = client.get(ACTION).text
    assert "claire" in shown
    assert "&lt;b&gt;Conseil&lt;/b&gt;" in shown
    again = client.post(ACTION, data={**change, "csrfmiddlewaretoken": token(client.get(ACTION))})
    assert 400 == again.status_code
    assert "impossible d&#x27;engager" in again.text
    wrong = {**change, "on": "2024-02-30", "csrfmiddlewaretoken": token(client.get(ACTION))}
    assert 400 == client.post(ACTION, data=wrong).status_code
    assert 1 == client.get(ACTION).text.count("Engaged")
    printed = manage(environ, "bilan_figure", "bethune-2024", "--on", "2024-12-31")
    assert "bethune-2024 2024-12-31: 1/30 - 1/30\n" == printed.stdout


def test_the_admin_reads_entries_and_changes_none(site):
    """A list of the latest entries; no page to add, change or delete one."""
    _, client = site
    assert 302 == client.get("/admin/bilan/entry/").status_code
    log_in(client)
    page = client.get("/admin/bilan/entry/")
    assert 200 == page.status_code
    assert "plan.figure-published" in page.text
    assert 403 == client.get("/admin/bilan/entry/add/").status_code
    for address in ("/admin/bilan/entry/1/change/", "/admin/bilan/entry/1/delete/"):
        assert client.get(address).status_code in {302, 403, 404, 500}
        assert 403 == client.post(address, data={}).status_code


def test_an_unknown_plan_on_the_command_line(site):
    """One sentence, no traceback."""
    environ, _ = site
    failed = manage(environ, "bilan_figure", "nope")
    assert 0 != failed.returncode
    assert "Traceback" not in failed.stderr
    assert "n'est pas dans ce registre" in failed.stderr
