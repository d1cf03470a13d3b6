"""Where Slack sends what people do: POST /callbacks/slack/... , each request signed."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import Response

from web.callbacks.slack.dispatcher import Dispatcher
from web.callbacks.slack.signature import signed_body
from web.http.errors import Answer, Refused, no_json, unavailable
from web.identity.limits import FailedAttempts

MOST_FIELDS = 100
PATH = "/callbacks/slack"


class SlackCallbacks:
    """Takes the requests of Slack apps, and hands them to the dispatcher of the app."""

    def __init__(self, dispatchers: Sequence[Dispatcher], failures: FailedAttempts) -> None:
        self._dispatchers = dispatchers
        self._failures = failures

    async def events(self, request: Request) -> Response:
        """Take an event, such as a reaction; or show that this address is ours."""
        dispatcher, body = await self._signed(request)
        said = await dispatcher.event(_object(body))
        if said is None:
            raise unavailable("NotYet", "it is not certain that the engine has it: send it again")
        return _answer(said)

    async def interactions(self, request: Request) -> Response:
        """Take a button or a form."""
        dispatcher, body = await self._signed(request)
        payload = _form(body).get("payload", "")
        return _answer(await dispatcher.interaction(_object(payload.encode())))

    async def commands(self, request: Request) -> Response:
        """Take the command /incident."""
        dispatcher, body = await self._signed(request)
        return _answer(await dispatcher.command(_form(body)))

    async def _signed(self, request: Request) -> tuple[Dispatcher, bytes]:
        apps = [dispatcher.app for dispatcher in self._dispatchers]
        app, body = await signed_body(request, apps, self._failures)
        return self._dispatchers[apps.index(app)], body

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(prefix=PATH, include_in_schema=False)
        router.add_api_route("/events", self.events, methods=["POST"])
        router.add_api_route("/interactions", self.interactions, methods=["POST"])
        router.add_api_route("/commands", self.commands, methods=["POST"])
        return router


def _answer(said: Mapping[str, Any]) -> Response:
    """The answer; Slack shows an empty object of a command to people, so nothing is empty."""
    return Answer(said) if said else Response(status_code=HTTPStatus.OK)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise no_json(str(error)) from None
    if not isinstance(said, dict):
        raise no_json("it is not an object")
    return said


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=MOST_FIELDS))
    except ValueError:
        message = "the body is not a form in UTF-8"
        raise Refused(HTTPStatus.BAD_REQUEST, "Malformed", message) from None
