"""What the intake answers when it does not do what was asked: one shape for every refusal.

Alertmanager and its like try again only after 5xx: what may succeed later is 503, with a time;
what never will is 4xx, with the field and what would be right.
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from models.policy.words import suggestion

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5


class Refused(Exception):  # noqa: N818 - says what is
    """The request is not done. `fields` are the fields that are wrong, each with what is."""

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


def unavailable(kind: str, message: str) -> Refused:
    """The same request may succeed in a little while."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, kind, message, headers=headers)


def malformed(errors: Sequence[ErrorDetails], known: Iterable[str] = ()) -> Refused:
    """The body is not what the format asks for, whose fields are `known`."""
    if errors and errors[0]["type"] == "json_invalid":
        problem = str(errors[0].get("ctx", {}).get("error", "it cannot be read"))
        message = f"the body is not JSON: {problem}"
        return Refused(HTTPStatus.BAD_REQUEST, "Malformed", message)
    fields = [(_path(error["loc"]), _problem(error, tuple(known))) for error in errors[:20]]
    message = "; ".join(f"{field}: {problem}" for field, problem in fields[:3])
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "Malformed", message, fields=fields)


def _problem(error: ErrorDetails, known: tuple[str, ...]) -> str:
    match error["type"], error["loc"]:
        case "extra_forbidden", (name,):
            return f"there is no such field; {suggestion(str(name), known)}"
        case "extra_forbidden", _:
            return "there is no such field"
        case "missing", _:
            return "is missing"
        case _:
            return error["msg"]


def _path(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) or "the body"


def _answer(refused: Refused) -> JSONResponse:
    content: dict[str, Any] = {"error": refused.kind, "message": str(refused), **refused.facts}
    if refused.fields:
        content["fields"] = [{"field": f, "problem": problem} for f, problem in refused.fields]
    return JSONResponse(content, status_code=refused.status, headers=refused.headers)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)  # noqa: S101 - registered for this type alone
    log.warning(
        "request.refused", path=request.url.path, status=int(error.status), error=str(error)[:500]
    )
    return _answer(error)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type alone
    status = HTTPStatus(error.status_code)
    refused = Refused(status, status.phrase.replace(" ", ""), error.detail, headers=error.headers)
    return _answer(refused)


async def _broken(request: Request, error: Exception) -> JSONResponse:
    log.error("request.broken", path=request.url.path, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _answer(Refused(status, "Internal", "the intake failed; its log says why"))


def install(app: FastAPI) -> None:
    """Give every failure of `app` the one shape."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)
