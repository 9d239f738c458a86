"""The application: every route goes through one door, which knows who asks, what he may, and what is forged."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from dunwell.desk import users
from dunwell.desk.refusals import CannotDo
from dunwell.frontdesk import forms, guard, pages
from dunwell.frontdesk.ask import Answer, Ask, Desk, Forbidden, Moved, NotFound, Plain, Shown
from dunwell.frontdesk.forms import BadForm
from dunwell.frontdesk.labels import chosen, labels
from dunwell.frontdesk.rights import Right, may
from dunwell.frontdesk.routes import ROUTES, Route
from dunwell.ledger.engine import LedgerAway, LedgerError

_OPTION = re.compile(r"^--[a-z-]+: ")
_log = logging.getLogger(__name__)


def application(desk: Desk) -> ASGIApp:
    """The front desk as an ASGI application."""
    app = FastAPI(title="Dunwell", docs_url=None, redoc_url=None, openapi_url=None)
    for route in ROUTES:
        app.add_route(route.path, _endpoint(desk, route), methods=[route.method], name=route.name)
    app.mount("/assets", StaticFiles(directory=Path(__file__).parent / "assets"))

    async def missing(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return await run_in_threadpool(_told, desk, request, "not_found" if status == 404 else "not_done", status)

    async def broken(request: Request, error: Exception) -> Response:
        return PlainTextResponse("Something went wrong. It is in the log of the front desk.", 500)

    app.add_exception_handler(HTTPException, missing)
    app.add_exception_handler(Exception, broken)
    return guard.Guarded(app)


def _endpoint(desk: Desk, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        form: Mapping[str, tuple[str, ...]] = {}
        if route.method == "POST":
            try:
                form = await forms.read(request)
            except BadForm as error:
                return PlainTextResponse(str(error), error.status)
        return await run_in_threadpool(_serve, desk, route, request, form)

    return answer


def _serve(desk: Desk, route: Route, request: Request, form: Mapping[str, tuple[str, ...]]) -> Response:
    try:
        return _answered(desk, route, request, form)
    except Forbidden:
        return _told(desk, request, "forbidden", 403)
    except NotFound:
        return _told(desk, request, "not_found", 404)
    except LedgerAway as error:
        _log.warning("the ledger is away: %s", error)
        return PlainTextResponse("The ledger cannot be used at this moment: try again.", 503)
    except LedgerError:
        _log.exception("the ledger cannot be used")
        return PlainTextResponse("The ledger cannot be used as it is: `dunwell doctor` says why.", 503)


def _answered(desk: Desk, route: Route, request: Request, form: Mapping[str, tuple[str, ...]]) -> Response:
    ask = _understood(desk, request, form, hear=route.method == "GET")
    if route.right is not Right.OPEN and ask.user is None:
        return _to_the_door(request, route)
    if not may(ask.user, route.right):
        raise Forbidden
    if route.method == "POST":
        token = ask.token if ask.user else guard.cookie(request, "door")
        if guard.is_forged(request, token, ask.said_in("csrf")):
            return _told(desk, request, "forged", 403)
    try:
        answer = route.view(ask)
    except CannotDo as error:
        if route.again is None:
            raise NotFound(str(error)) from error
        ask = replace(ask, problem=_OPTION.sub("", str(error)))
        answer = _again(route.again, ask)
    return _response(ask, request, answer)


def _again(page: Callable[[Ask], Shown], ask: Ask) -> Shown:
    """The page the form was on, with what was wrong with it."""
    if ask.fragment:
        return Shown("problem.html", status=422)
    try:
        return replace(page(ask), status=422)
    except CannotDo as error:
        # What was refused is what the page itself is about: there is no such page.
        raise NotFound(str(error)) from error


def _understood(desk: Desk, request: Request, form: Mapping[str, tuple[str, ...]], *, hear: bool) -> Ask:
    token = guard.cookie(request, "session")
    fragment = request.headers.get("hx-request") == "true"
    books = desk.office().books
    signed = users.signed_in(books, token, desk.clock(), hear=hear and not fragment) if token else None
    own = signed.user.language if signed else None
    language = chosen(own, request.headers.get("accept-language", ""))
    door = guard.cookie(request, "door") or secrets.token_urlsafe(32)
    session = token if signed and token else door
    return Ask(
        desk=desk,
        moment=desk.moment(),
        at=request.url.path,
        path={name: str(value) for name, value in request.path_params.items()},
        query=dict(request.query_params),
        form=form,
        labels=labels(language),
        csrf=guard.csrf_of(session),
        user=signed.user if signed else None,
        token=session,
        address=request.client.host if request.client else "",
        said=signed.said if signed else "",
        fragment=fragment,
    )


def _response(ask: Ask, request: Request, answer: Answer) -> Response:
    response: Response
    match answer:
        case Shown():
            response = HTMLResponse(pages.render(ask, answer), answer.status)
            if ask.user is None and ask.token:
                guard.set_cookie(request, response, "door", ask.token)
        case Moved():
            response = RedirectResponse(answer.to, 303)
            if answer.said and ask.user and ask.token:
                users.say(ask.office.books, ask.token, answer.said)
            if answer.token is not None:
                guard.set_cookie(request, response, "session", answer.token)
                guard.set_cookie(request, response, "door", "")
        case Plain():
            response = PlainTextResponse(answer.text, answer.status)
    return response


def _to_the_door(request: Request, route: Route) -> Response:
    if request.headers.get("hx-request") == "true":
        # A piece of a page cannot be a page to sign in on: the whole page goes there.
        return Response(status_code=401, headers={"HX-Redirect": "/login"})
    if route.method != "GET":
        return RedirectResponse("/login", 303)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/login?next={quote(request.url.path + query, safe='')}", 303)


def _told(desk: Desk, request: Request, why: str, status: int) -> Response:
    ask = _understood(desk, request, {}, hear=False)
    if ask.fragment:
        ask = replace(ask, problem=ask.labels(f"told_{why}"))
    return _response(ask, request, Shown("problem.html" if ask.fragment else "told.html", {"why": why}, status))
