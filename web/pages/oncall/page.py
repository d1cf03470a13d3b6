"""GET /oncall: the schedules as calendars, and forms to put somebody else on call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from temporalio.client import Client

from connectors.feeds.directory import FeedDirectory
from incidents.schedules.overrides import book_of
from incidents.schedules.overriding import AskedOverride, new_id
from incidents.schedules.rosters import read_rosters
from models.answers.on_call import OnCallQuestion, ScheduleShown
from models.answers.overrides import OverrideShown
from models.people.schedule_overrides import REASON_BOUND
from models.policy import Policy
from models.way_in import WayIn
from policies.compiling.overriding import words_of
from policies.compiling.schedules import zone_of
from web.api.overrides import ScheduleOverrides
from web.http.errors import Refused, log_refusal
from web.pages.entry import Entry, Visitor
from web.pages.fields import Choice
from web.pages.oncall.calendar import Schedule, first_day, last_day, schedule_of
from web.pages.rendering import Pages
from web.pages.sending import Told, told_of, wrong
from web.pages.times import InUtc, Times, times_of
from web.pages.typed_instants import typed_instant, zone_choices
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


@dataclass(frozen=True, slots=True)
class ShownSchedule:
    """A schedule with its form: the zones beside its instants, and what somebody filled in."""

    shown: Schedule
    zones: Mapping[str, tuple[Choice, ...]]
    given: Mapping[str, str]


class OnCallPage:
    """Serves the schedules, and takes their overrides."""

    def __init__(self, sources: Sources, entry: Entry, pages: Pages) -> None:
        self._sources = sources
        self._entry = entry
        self._pages = pages

    async def show(self, request: Request, utc: InUtc, schedule: Named = "") -> Response:
        """Show who is on call."""
        return await self._entry.enter(request, partial(self._page, schedule, utc=utc))

    async def make(self, request: Request, utc: InUtc) -> Response:
        """Make the override of a form, and show the outcome."""
        return await self._entry.enter(request, partial(self._make, request, utc=utc))

    async def end(self, request: Request, override: str, utc: InUtc) -> Response:
        """End an override."""
        return await self._entry.enter(request, partial(self._end, request, override, utc=utc))

    async def _make(self, request: Request, visitor: Visitor, *, utc: bool) -> Response:
        fields = await self._entry.form(request)
        try:
            policy = self._sources.policy.in_force().policy
            actor = visitor.asker.actor(None, WayIn.WEB)
            made = await self._sources.overrides.make(visitor.asker, _asked(policy, fields), actor)
        except Refused as refused:
            return await self._refused(request, refused, visitor, fields, utc=utc)
        return await self._page("", visitor, utc=utc, told=_done(made))

    async def _end(
        self, request: Request, override: str, visitor: Visitor, *, utc: bool
    ) -> Response:
        await self._entry.form(request)
        try:
            actor = visitor.asker.actor(None, WayIn.WEB)
            await self._sources.overrides.end(visitor.asker, override, actor)
        except Refused as refused:
            return await self._refused(request, refused, visitor, {}, utc=utc)
        told = Told("Done: the override is over, and who takes turns is on call again.", "good")
        return await self._page("", visitor, utc=utc, told=told)

    async def _refused(
        self,
        request: Request,
        refused: Refused,
        visitor: Visitor,
        given: Mapping[str, str],
        *,
        utc: bool,
    ) -> Response:
        if not refused.logged:
            log_refusal(refused, request)
        return await self._page("", visitor, utc=utc, told=told_of(refused), given=given)

    async def _page(
        self,
        only: str,
        visitor: Visitor,
        *,
        utc: bool,
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
            times=Times(utc=utc),
            schedules=[_shown(each, known, now, given or {}, utc=utc) for each in found.schedules]
            if found
            else [],
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
        raise wrong("schedule", f"there is no schedule {schedule[:BOUND]}")
    zone = zone_of(policy, entry)
    begins_at = _instant("from", fields, zone)
    return AskedOverride(
        schedule=schedule,
        person=fields.get("person", "").strip(),
        covers=fields.get("covers", "").strip() or None,
        begins_at=begins_at or datetime.now(UTC),
        ends_at=_needed("until", _instant("until", fields, zone)),
        reason=fields.get("reason", "").strip(),
        id=fields.get("id", "").strip()[:BOUND] or new_id(),
    )


def _needed(name: str, at: datetime | None) -> datetime:
    if at is None:
        raise wrong(name, "is missing")
    return at


def _instant(name: str, fields: Mapping[str, str], zone: str) -> datetime | None:
    """What somebody picked: local time of the schedule; None if nothing was picked."""
    try:
        return typed_instant(name, fields, zone)
    except ValueError as error:
        raise wrong(name, str(error)) from None


def _shown(
    found: ScheduleShown,
    known: tuple[OverrideShown, ...],
    now: datetime,
    given: Mapping[str, str],
    *,
    utc: bool,
) -> ShownSchedule:
    """A schedule, and the zones beside the instants of its form."""
    times = times_of(found.zone, utc=utc)
    mine = given if given.get("schedule") == found.schedule else {}
    zones = {name: zone_choices(name, mine, times) for name in ("from", "until")}
    return ShownSchedule(schedule_of(found, known, now, times), zones, mine)


def _done(made: OverrideShown) -> Told:
    whom = f"covers {made.covers}" if made.covers else f"is on call by {made.schedule}"
    return Told(f"Done: {made.person} {whom}.", "good")
