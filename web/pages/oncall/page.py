"""GET /oncall: the schedules as calendars, and forms to put somebody else on call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from temporalio.client import Client

from connectors.feeds.directory import FeedDirectory
from incidents.schedules.overrides import book_of
from incidents.schedules.overriding import AskedOverride, new_id
from incidents.schedules.rosters import read_rosters
from models.answers.on_call import OnCallQuestion
from models.answers.overrides import OverrideShown
from models.people.schedule_overrides import REASON_BOUND
from models.policy import Policy
from models.way_in import WayIn
from policies.compiling.overriding import words_of
from policies.compiling.schedules import zone_of
from web.api.overrides import ScheduleOverrides
from web.api.parameters import instant_in
from web.http.errors import Refused, log_refusal
from web.pages.entry import Entry, Visitor
from web.pages.oncall.calendar import first_day, last_day, schedule_of
from web.pages.rendering import Pages
from web.pages.sending import Told, told_of
from web.policy import PolicyInForce

MOST_SCHEDULES = 20
"""How many schedules one page shows; an address can name others."""
BOUND = 200

Named = Annotated[str, Query(max_length=BOUND)]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the page asks."""

    client: Client
    policy: PolicyInForce
    feeds: FeedDirectory | None
    overrides: ScheduleOverrides


class OnCallPage:
    """Serves the schedules, and takes their overrides."""

    def __init__(self, sources: Sources, entry: Entry, pages: Pages) -> None:
        self._sources = sources
        self._entry = entry
        self._pages = pages

    async def show(self, request: Request, schedule: Named = "") -> Response:
        """Show who is on call."""
        return await self._entry.enter(request, partial(self._page, schedule))

    async def make(self, request: Request) -> Response:
        """Make the override of a form, and show the outcome."""
        return await self._entry.enter(request, partial(self._make, request))

    async def end(self, request: Request, override: str) -> Response:
        """End an override."""
        return await self._entry.enter(request, partial(self._end, request, override))

    async def _make(self, request: Request, visitor: Visitor) -> Response:
        fields = await self._entry.form(request)
        try:
            policy = self._sources.policy.in_force().policy
            actor = visitor.asker.actor(None, WayIn.WEB)
            made = await self._sources.overrides.make(visitor.asker, _asked(policy, fields), actor)
        except Refused as refused:
            return await self._refused(request, refused, visitor, fields)
        return await self._page("", visitor, told=_done(made))

    async def _end(self, request: Request, override: str, visitor: Visitor) -> Response:
        await self._entry.form(request)
        try:
            actor = visitor.asker.actor(None, WayIn.WEB)
            await self._sources.overrides.end(visitor.asker, override, actor)
        except Refused as refused:
            return await self._refused(request, refused, visitor, {})
        told = Told("Done: the override is over, and who takes turns is on call again.", "good")
        return await self._page("", visitor, told=told)

    async def _refused(
        self, request: Request, refused: Refused, visitor: Visitor, given: Mapping[str, str]
    ) -> Response:
        if not refused.logged:
            log_refusal(refused, request)
        return await self._page("", visitor, told=told_of(refused), given=given)

    async def _page(
        self,
        only: str,
        visitor: Visitor,
        *,
        told: Told | None = None,
        given: Mapping[str, str] | None = None,
    ) -> Response:
        now = datetime.now(UTC)
        policy = self._sources.policy.in_force().policy
        every = tuple(policy.schedules)
        names = (only,) if only in every else every[:MOST_SCHEDULES]
        book = book_of(self._sources.client)
        question = OnCallQuestion(now, first_day(now), last_day(now), names)
        known, trouble = await self._overrides()
        found = await read_rosters(policy, question, self._sources.feeds, book) if names else None
        return self._pages.render(
            "oncall.html",
            told.status if told else HTTPStatus.OK,
            visitor=visitor,
            told=told,
            given=given or {},
            schedules=[schedule_of(each, known, now) for each in found.schedules] if found else [],
            others=[name for name in every if name not in names],
            people=tuple(policy.people),
            may=words_of(policy),
            trouble=trouble,
            new_id=new_id,
            longest=REASON_BOUND,
        )

    async def _overrides(self) -> tuple[tuple[OverrideShown, ...], str]:
        """The overrides; if Temporal is away, why they are not known."""
        try:
            return (await self._sources.overrides.all()).overrides, ""
        except Refused as refused:
            return (), str(refused)

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/oncall", self.show, methods=["GET"])
        router.add_api_route("/oncall", self.make, methods=["POST"])
        router.add_api_route("/oncall/overrides/{override}/end", self.end, methods=["POST"])
        return router


def _asked(policy: Policy, fields: Mapping[str, str]) -> AskedOverride:
    """The override that a form asks for. Raises Refused (422)."""
    schedule = fields.get("schedule", "").strip()
    entry = policy.schedules.get(schedule)
    if entry is None:
        raise _wrong("schedule", f"there is no schedule {schedule[:BOUND]}")
    zone = ZoneInfo(zone_of(policy, entry))
    begins_at = _instant("from", fields.get("from", ""), zone)
    return AskedOverride(
        schedule=schedule,
        person=fields.get("person", "").strip(),
        covers=fields.get("covers", "").strip() or None,
        begins_at=begins_at or datetime.now(UTC),
        ends_at=_needed("until", _instant("until", fields.get("until", ""), zone)),
        reason=fields.get("reason", "").strip(),
        id=fields.get("id", "").strip()[:BOUND] or new_id(),
    )


def _needed(name: str, at: datetime | None) -> datetime:
    if at is None:
        raise _wrong(name, "is missing")
    return at


def _instant(name: str, text: str, zone: ZoneInfo) -> datetime | None:
    """What somebody picked: local time of the schedule; None if nothing was picked."""
    if not text.strip():
        return None
    try:
        return instant_in(text[:40], zone)
    except ValueError as error:
        raise _wrong(name, f"{error}: write one such as 2026-03-17T20:00") from None


def _wrong(field: str, problem: str) -> Refused:
    status, message = HTTPStatus.UNPROCESSABLE_ENTITY, f"{field}: {problem}"
    return Refused(status, "Malformed", message, fields=[(field, problem)])


def _done(made: OverrideShown) -> Told:
    whom = f"covers {made.covers}" if made.covers else f"is on call by {made.schedule}"
    return Told(f"Done: {made.person} {whom}.", "good")
