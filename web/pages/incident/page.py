"""GET /incidents/ID: one incident, and its commands as forms."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from web.api.commanding import Commanding
from web.events.last_event import EventsQuery
from web.http.errors import Refused
from web.pages.entry import Entry, Visitor
from web.pages.forms import Given
from web.pages.incident.forms import forms_for
from web.pages.incident.shown import shown
from web.pages.live import Live
from web.pages.rendering import Pages
from web.pages.sending import Told, give
from web.pages.times import InUtc, times_of
from web.policy import PolicyInForce

Before = Annotated[int | None, Query(ge=0, le=10**9)]
Paused = Annotated[bool, Query()]
Was = Annotated[str, Query(max_length=40)]


class IncidentPage:
    """Serves the page of an incident, and the part of it that changes."""

    def __init__(
        self,
        commanding: Commanding,
        policy: PolicyInForce,
        entry: Entry,
        pages: Pages,
        live: Live,
    ) -> None:
        self._live = live
        self._reading = live.reading
        self._commanding = commanding
        self._policy = policy
        self._entry = entry
        self._pages = pages

    async def show(
        self,
        request: Request,
        incident: str,
        utc: InUtc,
        before: Before = None,
        paused: Paused = False,  # noqa: FBT002 - a parameter of an address
    ) -> Response:
        """Show the incident."""
        live = not paused and before is None
        show = partial(self._page, incident, utc=utc, before=before, live=live)
        return await self._entry.enter(request, show)

    async def part(
        self,
        request: Request,
        incident: str,
        utc: InUtc,
        state: Was = "",
    ) -> Response:
        """Show only what changes; `state` is where the incident stood when the page was loaded."""
        return await self._entry.enter(request, partial(self._shared, incident, state, utc=utc))

    async def events(
        self, request: Request, incident: str, asked: Annotated[EventsQuery, Query()]
    ) -> Response:
        """Say that something happened."""
        identify = partial(self._entry.asker, request)
        return await self._live.incident(request, incident, asked, identify)

    async def give(
        self,
        request: Request,
        incident: str,
        command: str,
        utc: InUtc,
    ) -> Response:
        """Give the command of a form, and show the outcome."""
        give = partial(self._give, request, incident, command, utc=utc)
        return await self._entry.enter(request, give)

    async def _give(
        self, request: Request, incident: str, command: str, visitor: Visitor, *, utc: bool
    ) -> Response:
        fields = await self._entry.form(request)
        told = await give(self._commanding, visitor.asker, incident, command, fields)
        failed = told.status is not HTTPStatus.OK
        given = Given(command, fields, keep_id=told.again) if failed else None
        try:
            return await self._page(incident, visitor, utc=utc, told=told, given=given)
        except Refused as refused:
            return self._untold(told, refused, fields)

    def _untold(self, told: Told, refused: Refused, fields: Mapping[str, str]) -> Response:
        """If the incident cannot be shown: what became of the command, and what was typed."""
        typed = [value for name, value in fields.items() if name != "command_id" and value.strip()]
        lines = [*told.lines, str(refused), *(f"You wrote: {value}" for value in typed)]
        status = HTTPStatus(refused.status)
        return self._pages.render("note.html", status, heading=told.text, lines=lines)

    async def _page(
        self,
        incident: str,
        visitor: Visitor,
        *,
        utc: bool,
        before: int | None = None,
        live: bool = True,
        told: Told | None = None,
        given: Given | None = None,
    ) -> Response:
        seen = await self._reading.seen(incident)
        policy, times = self._policy.pinned(seen.view), times_of(seen.view.time_zone, utc=utc)
        return self._pages.render(
            "incident.html",
            told.status if told else HTTPStatus.OK,
            visitor=visitor,
            page=shown(seen.view, policy, times.words, visitor.name, before),
            next=seen.view.next,
            forms=forms_for(seen.view, policy, given, times),
            times=times,
            told=told,
            live=live and seen.running,
            whole=True,
            was="",
        )

    async def _shared(self, incident: str, was: str, _: Visitor, *, utc: bool) -> Response:
        """The part, which is the same for everybody who may read."""
        key, news_at = f"{incident} {was} {utc}", self._live.news_at(incident)
        return await self._live.parts.part(
            key, news_at, partial(self._part, incident, was, utc=utc)
        )

    async def _part(self, incident: str, was: str, *, utc: bool) -> Response:
        seen = await self._reading.seen(incident)
        times = times_of(seen.view.time_zone, utc=utc)
        page = shown(seen.view, self._policy.pinned(seen.view), times.words, "", None)
        return self._pages.render(
            "incident-part.html", page=page, next=seen.view.next, whole=False, was=was, times=times
        )

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/incidents/{incident}", self.show, methods=["GET"])
        router.add_api_route("/parts/incidents/{incident}", self.part, methods=["GET"])
        router.add_api_route("/parts/incidents/{incident}/events", self.events, methods=["GET"])
        router.add_api_route("/incidents/{incident}/{command}", self.give, methods=["POST"])
        return router
