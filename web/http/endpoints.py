"""The endpoints of the web server, for refusals that name them and for their description."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, Field

from models.answers.field_problem import FieldProblem
from models.base import Frozen

OPENAPI = "/openapi.json"
COMMANDS_AT = "/commands/"
SCHEMAS = "#/components/schemas/{model}"
PROBLEM_TYPE = "application/problem+json"
TOKEN = "token"  # noqa: S105 - the name of a scheme


class EndpointNamed(Frozen):
    """An endpoint as a refusal names it."""

    method: str
    path: str
    takes: str


class Refusal(BaseModel):
    """The shape of every refusal, a problem document (RFC 9457); some have more fields."""

    title: str = Field(description="the status in words")
    status: int
    detail: str = Field(description="the same as message")
    error: str = Field(description="which kind of refusal, in one word")
    message: str = Field(description="what is wrong, and what would be right")
    fields: list[FieldProblem] = []
    endpoints: list[EndpointNamed] = []
    incident: str | None = Field(default=None, description="the incident that has the key")
    may: list[str] = Field(default=[], description="who may report instead")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path, and its purpose."""

    method: str
    path: str
    summary: str

    def document(self) -> dict[str, str]:
        """The endpoint as a refusal names it."""
        return {"method": self.method, "path": self.path, "takes": self.summary}


def endpoints_of(app: FastAPI) -> Iterator[Endpoint]:
    """Every endpoint of `app`; those of the commands are one.

    They come from the routes: the OpenAPI document takes half a second to generate, and a refusal
    must not wait for it.
    """
    commands = None
    for route in iter_route_contexts(app.routes):
        if not (isinstance(route.original_route, APIRoute) and route.include_in_schema):
            continue
        before, found, _ = str(route.path).partition(COMMANDS_AT)
        for method in sorted(route.methods or ()):
            if not found:
                yield Endpoint(method, str(route.path), route.summary)
            elif commands is None:
                commands = Endpoint(method, f"{before}{found}NAME", "a command")
                yield commands
    yield Endpoint("GET", OPENAPI, "this list, as OpenAPI")


def in_words(endpoints: Iterable[Endpoint]) -> str:
    """Describe endpoints in a sentence."""
    return ", ".join(f"{each.method} {each.path} ({each.summary})" for each in endpoints)


_PROBLEM = {PROBLEM_TYPE: {"schema": {"$ref": SCHEMAS.format(model=Refusal.__name__)}}}
REFUSALS = {
    400: "the body is not JSON, or the request is not HTTP",
    401: "the token is missing, wrong, expired or revoked",
    403: "the token or the policy does not allow it; `may` says who may",
    404: "there is no such incident, policy or name",
    409: "the incident is in a state that does not allow it, or something is missing for it",
    410: "what was asked for is not here any more",
    413: "the body is too large",
    415: "the body is not sent as application/json, or it is compressed",
    421: "the header Host has a name that the web server does not accept",
    422: "a field is wrong, or the key was used for another report",
    429: "too many requests, wrong credentials or streams: wait for Retry-After seconds",
    431: "the head of the request is too large",
    500: "the web server failed",
    503: "Temporal or the policy cannot be used now, the request did not arrive whole in time, or "
    "there are too many connections: try again after Retry-After seconds",
}
"""All refusals, by status."""
UNCHANGED = "what If-None-Match names is still the answer"
OF_EVERY_REQUEST = (400, 421, 431, 500, 503)


def answers(*refusals: int, **taken: tuple[type[BaseModel], str] | None) -> dict[int | str, Any]:
    """Describe the answers of an endpoint: successes (`ok_200=(model, words)`) and refusals.

    A success that is None has no body: the asker has the answer already.
    """
    given: dict[int | str, Any] = {
        int(name.removeprefix("ok_")): (
            {"model": said[0], "description": said[1]} if said else {"description": UNCHANGED}
        )
        for name, said in taken.items()
    }
    known = {429} if 401 in refusals else set()  # noqa: PLR2004 - statuses of HTTP
    refused: dict[int | str, Any] = {
        status: {"description": REFUSALS[status], "content": _PROBLEM}
        for status in sorted({*refusals, *known, *OF_EVERY_REQUEST})
    }
    return {**given, **refused}


def takes(
    form: type[BaseModel], *headers: dict[str, Any], media_types: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Describe what a route takes if the route reads its body itself."""
    schema = {"$ref": SCHEMAS.format(model=form.__name__)}
    content = {name: {"schema": schema} for name in ("application/json", *media_types)}
    return {
        "requestBody": {"required": True, "content": content},
        "parameters": [{"in": "header", **header} for header in headers],
        "security": [{TOKEN: []}, {}],
    }
