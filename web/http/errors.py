"""The web server's refusals, all in one shape.

Alertmanager and similar senders retry only after 5xx. A request that may succeed later gets 503
with a time; one that never will gets 4xx with the field and what would be right.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from models.policy.values.words import suggestion
from web.http.endpoints import PROBLEM_TYPE, endpoints_of, in_words

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5
MOST_ERRORS = 200
"""A body with more errors is something else; listing them all would take seconds."""
FIELDS_SHOWN = 20
PATH_BOUND, PROBLEM_BOUND = 200, 500
NAMES_ENDPOINTS = frozenset(
    {
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
"""A sender that gets one of these may have meant another endpoint or another format."""
LINKS = "/r/"
"""After this, a path has a secret."""
CLIENT_GONE = 499
"""A status for a client that has gone, so nobody receives it."""


class Refused(Exception):  # noqa: N818 - says what is
    """The web server refuses the request. `fields` are pairs of a wrong field and its problem.

    `logged` says that the log has it already: each refusal is one line there.
    """

    logged = False

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        message: str,
        *,
        fields: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.fields = fields
        self.headers = headers
        self.facts = facts


class Answer(JSONResponse):
    """JSON in ASCII, so no text that it repeats can control a terminal."""

    def render(self, content: Any) -> bytes:
        """Encode the answer."""
        return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def unavailable(kind: str, message: str) -> Refused:
    """Refuse for now: the same request may succeed shortly."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, kind, message, headers=headers)


def no_json(problem: str) -> Refused:
    """Refuse a body that is not JSON, or is ambiguous JSON."""
    message = f"the body is not JSON: {problem}"[:PROBLEM_BOUND]
    return Refused(HTTPStatus.BAD_REQUEST, "Malformed", message)


def malformed(error: ValidationError, known: Iterable[str] = (), elsewhere: str = "") -> Refused:
    """Refuse a body that does not fit the form with the fields `known`; name where it belongs."""
    status, kind = HTTPStatus.UNPROCESSABLE_ENTITY, "Malformed"
    if error.error_count() > MOST_ERRORS:
        count = error.error_count()
        what = f"{count} fields of the body are wrong: {elsewhere or 'is it another format?'}"
        return Refused(status, kind, what)
    errors = error.errors(include_url=False, include_input=False)
    if errors[0]["type"] == "json_invalid":
        return no_json(str(errors[0].get("ctx", {}).get("error", "it cannot be read")))
    return _of_fields(errors, tuple(known), elsewhere)


def _of_fields(
    errors: Sequence[ErrorDetails], known: tuple[str, ...] = (), elsewhere: str = ""
) -> Refused:
    """Refuse fields of a body, or parameters of an address."""
    status, kind = HTTPStatus.UNPROCESSABLE_ENTITY, "Malformed"
    fields = [_field(found, known) for found in errors[:FIELDS_SHOWN]]
    said = [f"{field}: {problem}" for field, problem in fields[:3]]
    message = "; ".join([elsewhere, *said] if elsewhere else said)
    return Refused(status, kind, message, fields=fields)


def _field(error: ErrorDetails, known: tuple[str, ...]) -> tuple[str, str]:
    return _path(error["loc"])[:PATH_BOUND], _problem(error, known)[:PROBLEM_BOUND]


def _problem(error: ErrorDetails, known: tuple[str, ...]) -> str:
    match error["type"], error["loc"]:
        case "extra_forbidden", (name,):
            return f"there is no such field; {suggestion(str(name)[:PATH_BOUND], known)}"
        case "extra_forbidden", _:
            return "there is no such field"
        case "missing", _:
            return "is missing"
        case _:
            return error["msg"]


def _path(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) or "the body"


def problem(status: HTTPStatus, kind: str, message: str) -> dict[str, Any]:
    """The members of a problem document (RFC 9457); `error` and `message` are ours."""
    standard = {"title": status.phrase, "status": int(status), "detail": message}
    return {**standard, "error": kind, "message": message}


def shown_path(request: Request) -> str:
    """The path of a request as a log or an answer may show it: without the token of a link."""
    path = request.url.path
    _, found, _ = path.partition(LINKS)
    return f"{path[: path.index(found)]}{found}..." if found else path[:PATH_BOUND]


def answer(refused: Refused) -> Answer:
    """Build the response of a refusal."""
    content = {**problem(refused.status, refused.kind, str(refused)), **refused.facts}
    if refused.fields:
        content["fields"] = [{"field": f, "problem": said} for f, said in refused.fields]
    return Answer(
        content, status_code=refused.status, headers=refused.headers, media_type=PROBLEM_TYPE
    )


def address_of(request: Request) -> str:
    """The address that the request came from."""
    return request.client.host if request.client else "unknown"


def log_refusal(refused: Refused, request: Request) -> None:
    """Log what was refused, why, and from where, unless the log has it already."""
    if refused.logged:
        return
    refused.logged = True
    log.warning(
        "request.refused",
        address=address_of(request),
        method=request.method[:PATH_BOUND],
        path=shown_path(request),
        status=int(refused.status),
        error=str(refused)[:PROBLEM_BOUND],
    )


def refusal(refused: Refused, request: Request) -> Answer:
    """Log a refusal and answer it; name the endpoints if the sender may have meant another."""
    if refused.status in NAMES_ENDPOINTS:
        refused.facts["endpoints"] = [each.document() for each in endpoints_of(request.app)]
    log_refusal(refused, request)
    return answer(refused)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for this type alone
    return refusal(error, request)


async def _http(request: Request, error: Exception) -> Response:
    """Refuse what the router refuses: an unknown path, or a method that the path does not take."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type alone
    status = HTTPStatus(error.status_code)
    path = shown_path(request)
    message = str(error.detail)
    if status is HTTPStatus.NOT_FOUND:
        message = f"there is nothing at {path}; there are: {in_words(endpoints_of(request.app))}"
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        there = (each for each in endpoints_of(request.app) if each.path == path)
        known = in_words(there)
        message = f"{request.method} is not possible at {path}"
        message += f"; use {known}" if known else ""
    kind = status.phrase.replace(" ", "")
    return refusal(Refused(status, kind, message, headers=error.headers), request)


async def _parameters(request: Request, error: Exception) -> Response:
    """Refuse what an address asks after its question mark."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type alone
    return refusal(_of_fields(list(error.errors())), request)


async def _gone(request: Request, _: Exception) -> Response:
    """The client has gone, and nothing was taken: a sender that gave up tries again."""
    log.info("request.abandoned", path=shown_path(request))
    return Response(status_code=CLIENT_GONE)


async def _broken(request: Request, _: Exception) -> Response:
    """Answer for a bug of ours; the HTTP server logs its traceback."""
    log.error("request.broken", path=shown_path(request))
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return answer(Refused(status, "Internal", "the web server failed; its log says why"))


def install(app: FastAPI) -> None:
    """Give every failure of `app` the same shape."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _broken)
