"""The page behind the link of a page: what is wrong, and one big button.

Opening a link changes nothing, so that mail scanners and previews of chats may open it. Its token
leaves the address at once: the answer to it is a cookie and another address.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from connectors.signed_links import PATH, BadLink, Link
from web.api.commanding import Commanding
from web.events.last_event import EventsQuery
from web.http.errors import Refused, address_of, log_refusal
from web.identity.asker import Asker
from web.identity.limits import FailedAttempts
from web.identity.link_sessions import Session, Sessions
from web.identity.rates import Rates
from web.pages.forms import EVERY_FORM, Given, offered
from web.pages.live import Live
from web.pages.rendering import Pages
from web.pages.sending import Told, give, told_of
from web.pages.summary import SeenIncident, seen_by
from web.pages.times import InUtc, times_of
from web.policy import PolicyInForce

log = structlog.get_logger(__name__)

SERVER = timedelta(seconds=1)
"""How long a command waits until it is known whether its incident is over."""
ENDED = "This link opens nothing any more"
Was = Annotated[str, Query(max_length=40)]


class Respond:
    """Serves links and the page behind them."""

    def __init__(
        self,
        sessions: Sessions,
        commanding: Commanding,
        pages: Pages,
        failures: FailedAttempts,
        *,
        live: Live,
        policy: PolicyInForce,
        rates: Rates,
    ) -> None:
        self._rates = rates
        self._live = live
        self._policy = policy
        self._sessions = sessions
        self._reading = live.reading
        self._commanding = commanding
        self._pages = pages
        self._failures = failures

    async def open(self, request: Request, token: str) -> Response:
        """Take a link; changes nothing but the cookies of the browser."""
        try:
            link = self._sessions.link(token)
        except BadLink:
            return self._refused(request, "unknown", HTTPStatus.NOT_FOUND)
        if link.expired(datetime.now(UTC)):
            return self._refused(request, "expired", HTTPStatus.GONE, link)
        answer = RedirectResponse(
            f"{self._pages.base}/respond/{link.incident}",
            status_code=HTTPStatus.SEE_OTHER,
            headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
        )
        if request.method == "GET":
            self._sessions.begin(request, answer, link)
        return answer

    async def show(
        self,
        request: Request,
        incident: str,
        utc: InUtc,
    ) -> Response:
        """Show the incident to a person who has its link."""
        session = self._sessions.of(request, incident)
        if session is None:
            return self._no_session()
        return self._held_up(session, request) or await self._page(session, None, utc=utc)

    async def part(
        self,
        request: Request,
        incident: str,
        utc: InUtc,
        state: Was = "",
    ) -> Response:
        """Show only what changes; `state` is where the incident stood when the page was loaded."""
        session = self._sessions.of(request, incident)
        if session is None:
            return self._no_session()
        make = partial(self._part, incident, state, utc=utc)
        try:
            news_at = self._live.news_at(incident)
            return await self._live.parts.part(f"r {incident} {state} {utc}", news_at, make)
        except Refused as refused:
            return self._pages.note(refused)

    async def events(
        self, request: Request, incident: str, asked: Annotated[EventsQuery, Query()]
    ) -> Response:
        """Say that something happened in the incident of the link, and in no other."""

        async def identify() -> Asker | None:
            session = self._sessions.of(request, incident)
            if session and await self._reading.over(incident):
                raise Refused(HTTPStatus.GONE, "IncidentOver", f"{incident} is over: {ENDED}")
            return session.asker if session else None

        return await self._live.incident(request, incident, asked, identify)

    async def _part(self, incident: str, was: str, *, utc: bool) -> Response:
        seen = await self._reading.seen(incident)
        times = times_of(seen.view.time_zone, utc=utc)
        page = seen_by("", seen.view, times.words)
        if page.over or not seen.running:
            return self._over(page, None, {"HX-Refresh": "true"})
        return self._pages.render("respond-part.html", page=page, times=times, was=was, whole=False)

    async def give(
        self,
        request: Request,
        incident: str,
        command: str,
        utc: InUtc,
    ) -> Response:
        """Give the command of a form."""
        session = self._sessions.of(request, incident)
        if session is None:
            return self._no_session()
        held = self._held_up(session, request)
        if held:
            return held
        try:
            fields = await self._sessions.form(request, session)
        except Refused as refused:
            log_refusal(refused, request)
            return await self._page(session, told_of(refused), utc=utc)
        if await self._over_already(incident):
            return await self._page(session, None, utc=utc)
        asker = session.asker
        told = await give(self._commanding, asker, incident, command, fields, offered=EVERY_FORM)
        done = told.status is HTTPStatus.OK
        given = None if done else Given(command, fields, told.again)
        return await self._page(session, told, given, utc=utc)

    def _held_up(self, session: Session, request: Request) -> Response | None:
        """The page for somebody who asks too often."""
        try:
            self._rates.check(session.asker, address_of(request))
        except Refused as refused:
            log_refusal(refused, request)
            return self._pages.note(refused)
        return None

    async def _over_already(self, incident: str) -> bool:
        """Whether an incident is known to be over; if Temporal is slow, its answer says so."""
        try:
            async with asyncio.timeout(SERVER.total_seconds()):
                return await self._reading.over(incident)
        except (Refused, TimeoutError):
            return False

    async def _page(
        self, session: Session, told: Told | None, given: Given | None = None, *, utc: bool
    ) -> Response:
        try:
            seen = await self._reading.seen(session.incident)
        except Refused as refused:
            lines = [str(refused), *([told.text] if told else [])]
            heading = "The incident cannot be shown now"
            return self._pages.render(
                "note.html", HTTPStatus(refused.status), heading=heading, lines=lines
            )
        times = times_of(seen.view.time_zone, utc=utc)
        page = seen_by(session.person, seen.view, times.words)
        if page.over or not seen.running:
            return self._over(page, told)
        forms = offered(seen.view, session.person, self._policy.pinned(seen.view), given)
        proof = self._sessions.form_proof(session)
        return self._pages.render(
            "respond.html",
            page=page,
            forms=forms,
            proof=proof,
            told=told,
            times=times,
            was="",
            whole=True,
        )

    def _over(
        self, page: SeenIncident, told: Told | None, headers: Mapping[str, str] | None = None
    ) -> Response:
        lines = [f"It is {page.state}. {ENDED}."]
        lines = [told.text, *told.lines, *lines] if told else lines
        heading = f"{page.incident} is over"
        done = told is not None and told.status is HTTPStatus.OK
        status = HTTPStatus.OK if done else HTTPStatus.GONE
        return self._pages.render("note.html", status, headers, heading=heading, lines=lines)

    def _no_session(self) -> Response:
        lines = ["Open the link of your page again: it says who you are."]
        heading = "Who are you?"
        return self._pages.render(
            "note.html", HTTPStatus.UNAUTHORIZED, heading=heading, lines=lines
        )

    def _refused(
        self, request: Request, why: str, status: HTTPStatus, link: Link | None = None
    ) -> Response:
        address = address_of(request)
        log.warning(
            "link.refused",
            why=why,
            incident=link.incident if link else None,
            message=link.message if link else None,
            address=address,
        )
        too_many = self._failures.failed(address)
        if too_many:
            headers, heading = too_many.headers, "Too many links that do not count"
            lines = [f"{too_many}."]
            return self._pages.render(
                "note.html", too_many.status, headers, heading=heading, lines=lines
            )
        lines = ["Take the newest page, or ask whoever leads the incident."]
        return self._pages.render("note.html", status, heading=f"This link is {why}", lines=lines)

    def router(self) -> APIRouter:
        """The routes; links are for people, so the OpenAPI document leaves them out."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(f"{PATH}{{token}}", self.open, methods=["GET", "HEAD"])
        router.add_api_route("/respond/{incident}", self.show, methods=["GET"])
        router.add_api_route("/respond/{incident}/part", self.part, methods=["GET"])
        router.add_api_route("/respond/{incident}/events", self.events, methods=["GET"])
        router.add_api_route("/respond/{incident}/{command}", self.give, methods=["POST"])
        return router
