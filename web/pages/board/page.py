"""GET /: the board."""

from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from incidents.finding import Filters
from states.lifecycle import TERMINAL, State
from web.http.errors import Refused
from web.pages.board.on_call import OnCallNow
from web.pages.entry import Entry, Visitor
from web.pages.live import Live
from web.pages.rendering import Pages
from web.pages.times import times_of
from web.policy import PolicyInForce

BOUND = 200
STATES = tuple(state.value for state in State if state not in TERMINAL)


class BoardQuery(BaseModel):
    """Which incidents the board shows. An empty value filters nothing, as a form sends it.

    With `paused`, the page does not refresh itself; with `utc`, it shows times in UTC.
    """

    severity: str = Field(default="", max_length=BOUND)
    state: str = Field(default="", max_length=BOUND)
    service: str = Field(default="", max_length=BOUND)
    breached: bool = False
    paused: bool = False
    utc: bool = False

    def filters(self) -> Filters:
        """The same, for a search."""
        return Filters(
            states=(State(self.state),) if self.state in STATES else (),
            severities=(self.severity.strip(),) if self.severity.strip() else (),
            service=self.service.strip() or None,
            breached=self.breached,
            only_open=True,
        )

    def address(self, **changes: bool) -> str:
        """The query of the same board, with changes."""
        said = {**self.model_dump(exclude_defaults=True), **changes}
        known = {name: "true" if value is True else value for name, value in said.items() if value}
        return f"?{urlencode(known)}" if known else ""


class BoardPage:
    """Serves the board, and the part of it that changes."""

    def __init__(
        self,
        on_call: OnCallNow,
        policy: PolicyInForce,
        entry: Entry,
        pages: Pages,
        live: Live,
    ) -> None:
        self._live = live
        self._on_call = on_call
        self._policy = policy
        self._entry = entry
        self._pages = pages

    async def show(self, request: Request, asked: Annotated[BoardQuery, Query()]) -> Response:
        """Show the board."""
        return await self._entry.enter(request, partial(self._page, asked, "board.html"))

    async def part(self, request: Request, asked: Annotated[BoardQuery, Query()]) -> Response:
        """Show only what changes."""
        return await self._entry.enter(request, partial(self._part, asked))

    async def events(self, request: Request) -> Response:
        """Say that the list of open incidents changed."""
        return await self._live.open_incidents(partial(self._entry.asker, request))

    async def _part(self, asked: BoardQuery, visitor: Visitor) -> Response:
        """The part, which is the same for everybody who may read."""
        make = partial(self._page, asked, "board-part.html", visitor)
        return await self._live.parts.part(f"? {asked.address()}", self._live.board_news.at, make)

    async def _page(self, asked: BoardQuery, template: str, visitor: Visitor) -> Response:
        listing = await self._live.board.listing(asked.filters(), visitor.asker.source)
        duties = await self._on_call.duties()
        times = times_of(self._policy.time_zone(), utc=asked.utc)
        return self._pages.render(
            template,
            visitor=visitor,
            asked=asked,
            filtered=asked.address(paused=False, utc=False) != "",
            listing=listing,
            times=times,
            duties=duties,
            states=STATES,
            severities=self._severities(asked.severity),
        )

    def _severities(self, asked: str) -> tuple[str, ...]:
        """The severities to choose from: those of the policy in force, and the chosen one."""
        try:
            known = tuple(self._policy.in_force().policy.severities)
        except Refused:
            known = ()
        return known if asked in {"", *known} else (*known, asked)

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/", self.show, methods=["GET"])
        router.add_api_route("/parts/board", self.part, methods=["GET"])
        router.add_api_route("/parts/events", self.events, methods=["GET"])
        return router
