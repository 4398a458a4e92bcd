"""A FastAPI application on a ledger: figures for everyone, recording for who holds a token.

    BILAN_LEDGER=bethune.ledger BILAN_TOKEN=… uvicorn --app-dir examples/fastapi_app app:app

The settings are this application's; the library reads none.
"""

import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Header, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as AnyHTTPException

from bilan_ledger import (
    Abandon,
    BilanError,
    CommandRefused,
    Engage,
    Evidence,
    InvalidValue,
    Ledger,
    NotFound,
    Realise,
)
from bilan_ledger.formats import shapes


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the ledger once a process, and close it at the end."""
    with Ledger.open(os.environ["BILAN_LEDGER"]) as ledger:
        app.state.ledger = ledger
        yield


class Problem(BaseModel):
    """What went wrong: a stable code, and one sentence for people."""

    code: str
    text: str


_WRONG: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "A value that means nothing here"},
    404: {"model": Problem, "description": "No such plan, or not yet known then"},
    422: {"model": Problem, "description": "A parameter of a wrong form"},
    503: {"model": Problem, "description": "The ledger is unavailable"},
}
_UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Nothing was recorded since that ETag"}
}

app = FastAPI(title="Bilan", version="1", lifespan=lifespan, responses={**_WRONG})
bearer = HTTPBearer(auto_error=False)

PlanKey = Annotated[str, Path(max_length=100, examples=["bethune-2020"])]
Day = Annotated[date | None, Query(examples=["2024-03-31"])]
Known = Annotated[str | None, Query(max_length=100, description="index, day or instant")]


def _language(request: Request) -> str:
    return "fr" if request.headers.get("accept-language", "").startswith("fr") else "en"


def _status(error: BilanError) -> int:
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, CommandRefused):
        return 409
    return 400 if isinstance(error, InvalidValue) else 503


@app.exception_handler(BilanError)
async def _problem(request: Request, error: BilanError) -> JSONResponse:
    body = {"code": error.code, "text": error.text(_language(request))}
    return JSONResponse(body, status_code=_status(error))


@app.exception_handler(RequestValidationError)
async def _wrong_form(_: Request, error: RequestValidationError) -> JSONResponse:
    where = ".".join(map(str, error.errors()[0]["loc"]))
    text = f"{where}: {error.errors()[0]['msg']}"
    return JSONResponse({"code": "parameter-form", "text": text}, status_code=422)


@app.exception_handler(AnyHTTPException)
async def _not_allowed(_: Request, error: AnyHTTPException) -> JSONResponse:
    body = {"code": "not-allowed", "text": str(error.detail)}
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


def ledger(request: Request) -> Ledger:
    """Return the ledger of this process."""
    found: Ledger = request.app.state.ledger
    return found


TheLedger = Annotated[Ledger, Depends(ledger)]


class Unchanged(Exception):
    """The caller has already seen this position of the log."""


@app.exception_handler(Unchanged)
async def _unchanged(_: Request, error: Unchanged) -> Response:
    return Response(status_code=304, headers={"ETag": str(error)})


def position(
    response: Response,
    ledger: TheLedger,
    if_none_match: Annotated[str | None, Header()] = None,
) -> None:
    """Give the log's position as ETag; an answer that the caller has needs no second one."""
    tag = f'"{len(ledger)}"'
    if if_none_match == tag:
        raise Unchanged(tag)
    response.headers["ETag"] = tag


tagged = {"dependencies": [Depends(position)], "responses": {**_WRONG, **_UNCHANGED}}


@app.get("/plans/{plan}/figure", **tagged)
def figure(plan: PlanKey, ledger: TheLedger, on: Day = None, known: Known = None) -> dict[str, Any]:
    """Return the figure of a day, as known then: low, high, and the ids behind each number."""
    return shapes.completion_json(ledger.figure(plan, on=on, known=known))


@app.get("/plans/{plan}/curve", **tagged)
def curve(plan: PlanKey, ledger: TheLedger, known: Known = None) -> list[dict[str, Any]]:
    """Return the figure at each day on which it changes."""
    policy = ledger.figure(plan, known=known).policy
    return shapes.points_json(ledger.curve(plan, known=known, policy=policy), policy)


@app.get("/plans/{plan}/explain", **tagged)
def explain(
    plan: PlanKey, ledger: TheLedger, before: date, after: date, known: Known = None
) -> dict[str, Any]:
    """Return what moved the figure between two days, in parts that add up."""
    found = ledger.explain(plan, before=before, after=after, known=known)
    return shapes.explanation_json(found)


@app.get("/plans/{plan}/reconciliation", **tagged)
def reconciliation(plan: PlanKey, ledger: TheLedger) -> list[dict[str, Any]]:
    """Return the published figures held against the ledger."""
    return [shapes.reconciliation_json(check) for check in ledger.reconcile(plan)]


@app.get("/plans/{plan}/entries", **tagged)
def entries(
    plan: PlanKey,
    ledger: TheLedger,
    after: Annotated[int, Query(ge=-1, le=2**53)] = -1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[dict[str, Any]]:
    """Return entries after an index, without the texts that may name a person."""
    found = ledger.entries(plan, after=after)[:limit]
    return [shapes.entry_json(entry) for entry in found]


class Change(BaseModel):
    """A change of status, with evidence."""

    to: Literal["engaged", "realised", "abandoned"]
    on: str = Field(max_length=100, examples=["2024-09", "2024-09-15"])
    evidence: str | None = Field(default=None, max_length=500, description="title of a document")


_COMMANDS: dict[str, type[Any]] = {
    "engaged": Engage, "realised": Realise, "abandoned": Abandon,
}  # fmt: skip


def clerk(
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)] = None,
) -> str:
    """Return the name under which the holder of the token records."""
    token = os.environ.get("BILAN_TOKEN", "")
    if not (token and given and hmac.compare_digest(given.credentials.encode(), token.encode())):
        raise HTTPException(401, "a valid token is needed", {"WWW-Authenticate": "Bearer"})
    return os.environ.get("BILAN_TOKEN_NAME", "API")


@app.post(
    "/plans/{plan}/actions/{action}/status",
    status_code=201,
    responses={
        401: {"model": Problem, "description": "No valid token"},
        409: {"model": Problem, "description": "Refused by the rules; nothing was recorded"},
    },
)
def change_status(
    plan: PlanKey,
    action: Annotated[str, Path(max_length=100)],
    change: Change,
    ledger: TheLedger,
    recorded_by: Annotated[str, Depends(clerk)],
) -> list[dict[str, Any]]:
    """Record a change of status and return its entries."""
    evidence = [Evidence(title=change.evidence)] if change.evidence is not None else []
    command = _COMMANDS[change.to](on=change.on, evidence=evidence)
    made = ledger.record(f"{plan}/{action}", command, recorded_by=recorded_by)
    return [shapes.entry_json(entry) for entry in made]
