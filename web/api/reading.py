"""GET /v1/incidents...: the list, and everything about one incident."""

from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, params
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, Field
from temporalio.client import Client

from incidents.description import describe
from incidents.finding import (
    Filters,
    Found,
    ListedIncident,
    count,
    find,
    mistaken_filters,
    query_of,
)
from incidents.questions import Seen, read_view, read_why
from models.access import Scope
from models.answers.view import IncidentView, NextStep
from models.answers.why import Explanation, WhyQuestion
from models.base import Frozen, Instant
from models.incident.record import TimelineEntry
from models.time.clock import ClockReading
from states.lifecycle import TERMINAL, State
from web.api.answering import answered
from web.api.parameters import At, Words
from web.api.refusing import reaching_incidents
from web.http.endpoints import answers
from web.http.errors import Refused
from web.http.shared_queries import LONGEST, SharedQueries
from web.identity.asker import asker_of
from web.policy import PolicyInForce

WORKER = timedelta(seconds=8)
"""How long a worker may take to answer a question."""
ANSWER = WORKER + timedelta(seconds=8)
"""How long the whole answer may take: if no worker answers, the history is read."""
ID_BOUND = 200
MOST_LISTED = 1000
MOST_LINES = 1000


Flag = Annotated[bool, BeforeValidator(lambda given: True if given == "" else given)]
"""A parameter that is true if it stands there alone: `?open`."""


class ListQuery(BaseModel):
    """Which incidents to list. A repeated parameter means any of its values."""

    model_config = {"extra": "forbid"}

    state: list[State] = Field(default=[], max_length=10)
    severity: list[Words] = Field(default=[], max_length=20)
    service: Words | None = None
    manager: Words | None = None
    person: Words | None = None
    open: Flag = Field(default=False, description="only incidents neither closed nor cancelled")
    breached: Flag = False
    on_hold: Flag = False
    overridden: Flag = False
    limit: int = Field(default=50, ge=0, le=MOST_LISTED, description="0 only counts")

    def filters(self) -> Filters:
        """The same, for a search."""
        return Filters(
            states=tuple(self.state),
            severities=tuple(self.severity),
            service=self.service,
            manager=self.manager,
            breached=self.breached,
            on_hold=self.on_hold,
            overridden=self.overridden,
            person=self.person,
            only_open=self.open,
        )


class Listed(Frozen):
    """Incidents, newest first. `more`: there are others; `query` finds them in Temporal, too.

    `count` says how many match; None if that is not known without reading them all. `severities`
    are those of the policy in force, the worst first; none if the policy cannot be used.
    """

    incidents: tuple[ListedIncident, ...]
    limit: int
    more: bool
    query: str
    count: int | None = None
    severities: tuple[str, ...] = ()


class Ended(Frozen):
    """How the run of an incident was ended from outside."""

    how: str
    at: Instant
    by: str = ""
    why: str = ""


class Shown(IncidentView):
    """One incident. `read_from` says who answered: a worker, its history, or its archive.

    A history is read `as_of` its last event. `ended` is set if the run was ended from outside.
    """

    read_from: str
    running: bool
    as_of: Instant | None = None
    ended: Ended | None = None


class Explained(Explanation):
    """Why somebody was, or was not, paged; `read_from` and `as_of` as for one incident."""

    read_from: str
    as_of: Instant | None = None


class Clocks(Frozen):
    """The clocks of an incident, read now, and the waits for updates that are over."""

    incident: str
    readings: tuple[ClockReading, ...]
    told: tuple[ClockReading, ...]


class NextSteps(Frozen):
    """What can be done next, and what is missing for the rest."""

    incident: str
    state: str
    next: tuple[NextStep, ...]


class TimelinePage(Frozen):
    """Lines of a timeline, oldest first. Pass `next` as `after` for those that follow.

    `first` is the oldest line that is still here; older ones are documents of the archive.
    """

    incident: str
    entries: tuple[TimelineEntry, ...]
    next: int | None = None
    first: int | None = None


class TimelineQuery(BaseModel):
    """Which lines: those after the line with the number `after`."""

    model_config = {"extra": "forbid"}

    after: int = Field(default=-1, ge=-1, le=10**9)
    limit: int = Field(default=100, ge=1, le=MOST_LINES)


class WhyAsked(BaseModel):
    """About whom, which level, or which instant; without any, about everybody."""

    model_config = {"extra": "forbid"}

    who: Words | None = Field(default=None, min_length=1)
    level: int | None = Field(default=None, ge=1, le=1000)
    at: At | None = None


def page_of(view: IncidentView, asked: TimelineQuery) -> TimelinePage:
    """The lines that were asked for."""
    timeline = view.incident.timeline
    later = [entry for entry in timeline if entry.seq > asked.after]
    entries = tuple(later[: asked.limit])
    more = len(later) > len(entries)
    return TimelinePage(
        incident=view.incident.id,
        entries=entries,
        next=entries[-1].seq if more and entries else None,
        first=timeline[0].seq if timeline else None,
    )


class Reading:
    """Answers what somebody wants to know about incidents.

    `queries` are the lists that this process reads, for whomever.
    """

    def __init__(self, client: Client, documents: Path, policy: PolicyInForce) -> None:
        self.queries = SharedQueries()
        self._client = client
        self.documents = documents
        self._policy = policy

    async def seen(self, incident: str) -> Seen:
        """The view of an incident. Raises Refused."""
        if len(incident) > ID_BOUND:
            raise Refused(HTTPStatus.NOT_FOUND, "UnknownIncident", "an id is shorter than this")
        async with reaching_incidents(ANSWER):
            return await read_view(self._client, incident, WORKER, self.documents)

    async def over(self, incident: str) -> bool:
        """Whether an incident is over, by what Temporal knows without a worker. Raises Refused."""
        async with reaching_incidents(ANSWER):
            found = await describe(self._client, incident)
        return not found.running or found.state in TERMINAL

    async def list(self, request: Request, asked: Annotated[ListQuery, Query()]) -> Response:
        """List incidents."""
        asker_of(request).may(Scope.READ)
        filters, asker = asked.filters(), asker_of(request).source
        question = f"list {asked.limit} {query_of(filters)}"
        async with reaching_incidents(ANSWER):
            make = partial(self._found, filters, asked.limit)
            found, number = await self.queries.ask(question, asker, make)
        if not (found.rows or found.more):
            self._check_names(filters)
        listed = Listed(
            incidents=found.rows,
            limit=asked.limit,
            more=found.more,
            query=found.query,
            count=number,
            severities=self._policy.severities(),
        )
        return answered(request, listed.model_dump(mode="json"))

    async def _found(self, filters: Filters, limit: int) -> tuple[Found, int | None]:
        """The matching incidents, and how many there are; without a limit, only their number."""
        found = Found((), more=True, query=query_of(filters))
        if limit:
            found = await find(self._client, filters, limit, within=LONGEST)
        if not found.more:
            return found, len(found.rows)
        number = await count(self._client, filters, within=LONGEST)
        return replace(found, more=number > len(found.rows)), number if filters.only_open else None

    def _check_names(self, filters: Filters) -> None:
        """Refuse names that the policy does not have: nobody may take a typo for a quiet day."""
        wrong = list(mistaken_filters(filters, self._policy.in_force().policy))
        if wrong:
            fields = [(f"query.{field}", problem) for field, problem in wrong]
            message = "; ".join(problem for _, problem in wrong)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            raise Refused(status, "Malformed", message, fields=fields)

    async def show(self, request: Request, incident: str) -> Response:
        """Show an incident."""
        seen = await self._read(request, incident)
        view = {name: getattr(seen.view, name) for name in type(seen.view).model_fields}
        ending = seen.ending
        shown = Shown.model_construct(
            **view,
            read_from=seen.read_from.source.value,
            running=seen.running,
            as_of=seen.read_from.as_of,
            ended=Ended(**asdict(ending)) if ending else None,
        )
        return answered(request, shown.model_dump(mode="json"))

    async def timeline(
        self, request: Request, incident: str, asked: Annotated[TimelineQuery, Query()]
    ) -> Response:
        """Show lines of the timeline."""
        seen = await self._read(request, incident)
        return answered(request, page_of(seen.view, asked).model_dump(mode="json"))

    async def clocks(self, request: Request, incident: str) -> Response:
        """Show the clocks."""
        view = (await self._read(request, incident)).view
        clocks = Clocks(incident=view.incident.id, readings=view.readings, told=view.told)
        return answered(request, clocks.model_dump(mode="json"))

    async def next(self, request: Request, incident: str) -> Response:
        """Show what can be done next."""
        view = (await self._read(request, incident)).view
        steps = NextSteps(
            incident=view.incident.id, state=view.incident.state.value, next=view.next
        )
        return answered(request, steps.model_dump(mode="json"))

    async def why(
        self, request: Request, incident: str, asked: Annotated[WhyAsked, Query()]
    ) -> Response:
        """Explain who was paged, and who was not."""
        asker_of(request).may(Scope.READ)
        if asked.who and asked.level:
            problem = "ask about somebody, or about a level"
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "Malformed", problem)
        question = WhyQuestion(who=asked.who, level=asked.level, at=asked.at)
        async with reaching_incidents(ANSWER):
            found = await read_why(self._client, incident, question, WORKER, self.documents)
        told = found.explanation
        explained = Explained(
            **{name: getattr(told, name) for name in Explanation.model_fields},
            read_from=found.read_from.source.value,
            as_of=found.read_from.as_of,
        )
        return answered(request, explained.model_dump(mode="json"))

    async def _read(self, request: Request, incident: str) -> Seen:
        asker_of(request).may(Scope.READ)
        return await self.seen(incident)

    def router(self, *guards: params.Depends) -> APIRouter:
        """The routes, each behind `guards`."""
        router = APIRouter(tags=["incidents"], dependencies=guards)
        routes: tuple[tuple[str, Any, type[BaseModel], str], ...] = (
            ("/v1/incidents", self.list, Listed, "a list of incidents"),
            ("/v1/incidents/{incident}", self.show, Shown, "one incident"),
            ("/v1/incidents/{incident}/timeline", self.timeline, TimelinePage, "its timeline"),
            ("/v1/incidents/{incident}/clocks", self.clocks, Clocks, "its clocks"),
            ("/v1/incidents/{incident}/next", self.next, NextSteps, "what can be done next"),
            ("/v1/incidents/{incident}/why", self.why, Explained, "who was paged, and why"),
        )
        for path, endpoint, model, summary in routes:
            found = () if path == "/v1/incidents" else (404, 409)
            router.add_api_route(
                path,
                endpoint,
                methods=["GET"],
                summary=summary,
                response_model=None,
                responses=answers(401, 403, 422, *found, ok_200=(model, summary), ok_304=None),
            )
        return router
