"""GET /v1/events and GET /v1/incidents/ID/events: what happens, as it happens."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, params
from fastapi.responses import Response

from models.access import Scope
from web.events.last_event import LAST_EVENT, EventsQuery, event_after, given, line_after
from web.events.open_streams import Reader, Watching
from web.events.streams import ForTools
from web.http.endpoints import answers
from web.http.errors import Refused
from web.identity.asker import Identify, asker_of

STREAM = {
    "description": "events, one for each line of a timeline, until the reader goes",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}
NOTHING_LEFT = {"description": "the incident is over, and nothing is left to send"}
NO_LONGER = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.GONE})


class EventsApi:
    """Serves streams to those who may read; a stream ends when they no longer may."""

    def __init__(self, watching: Watching, identify: Identify) -> None:
        self._watching = watching
        self._identify = identify

    async def one(
        self, request: Request, incident: str, asked: Annotated[EventsQuery, Query()]
    ) -> Response:
        """Send what happens in an incident."""
        reader = self._reader(request)
        after = line_after(given(request, asked), incident)
        return await self._watching.one(incident, after, reader)

    async def every(self, request: Request, asked: Annotated[EventsQuery, Query()]) -> Response:
        """Send what happens in all incidents."""
        reader = self._reader(request)
        return await self._watching.all(event_after(given(request, asked)), reader)

    def _reader(self, request: Request) -> Reader:
        asker = asker_of(request)
        asker.may(Scope.READ)

        async def still() -> bool:
            try:
                (await self._identify(request)).may(Scope.READ)
            except Refused as refused:
                return refused.status not in NO_LONGER
            return True

        return Reader(asker, still, ForTools())

    def router(self, *guards: params.Depends) -> APIRouter:
        """The routes, each behind `guards`."""
        router = APIRouter(tags=["events"], dependencies=guards)
        nothing: dict[int | str, Any] = {204: NOTHING_LEFT}
        routes: tuple[tuple[str, Any, tuple[int, ...], dict[int | str, Any], str], ...] = (
            ("/v1/incidents/{incident}/events", self.one, (404, 409), nothing, "its events"),
            ("/v1/events", self.every, (410,), {}, "the events of all incidents"),
        )
        for path, endpoint, refusals, more, summary in routes:
            router.add_api_route(
                path,
                endpoint,
                methods=["GET"],
                summary=summary,
                response_model=None,
                responses={200: STREAM, **answers(401, 403, 422, *refusals), **more},
                openapi_extra={"parameters": [LAST_EVENT]},
            )
        return router
