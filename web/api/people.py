"""GET /v1/oncall and GET /v1/workloads: who is on call, and what people have on their hands."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, params
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field
from temporalio.client import Client

from connectors.feeds.directory import FeedDirectory
from incidents.errors import IncidentError, NotInPolicy
from incidents.schedules.overrides import book_of
from incidents.schedules.rosters import read_rosters
from incidents.workloads.installation import InstallationWorkloads
from models.access import Scope
from models.answers.on_call import AHEAD, AROUND, LONGEST, OnCallQuestion, OnCallShown
from models.answers.workload import WorkloadShown, WorkloadsShown
from models.base import FIRST_YEAR, LAST_YEAR
from web.api.answering import answered
from web.api.reading import ANSWER, WORKER
from web.api.refusing import of_incident, reaching_incidents
from web.http.endpoints import answers
from web.http.errors import Refused
from web.identity.asker import asker_of
from web.policy import PolicyInForce

NAME_BOUND = 200
MOST_SCHEDULES = 50


class OnCallAsked(BaseModel):
    """An instant (`at`, now by default) or a period, and schedules; without any, all of them."""

    model_config = {"extra": "forbid"}

    schedule: list[Annotated[str, Field(max_length=NAME_BOUND)]] = Field(
        default=[], max_length=MOST_SCHEDULES
    )
    at: AwareDatetime | None = None
    begins: AwareDatetime | None = Field(default=None, alias="from")
    ends: AwareDatetime | None = Field(default=None, alias="to")

    def question(self, now: datetime) -> OnCallQuestion:
        """The question; a period goes 14 days ahead by default. Raises Refused (422)."""
        try:
            at = (self.at or self.begins or now).astimezone(UTC)
            begins = (self.begins or at).astimezone(UTC)
            ends = (self.ends or begins + AHEAD).astimezone(UTC)
        except OverflowError:
            raise _wrong("at", "lies outside the calendar") from None
        for field, instant in (("at", at), ("from", begins), ("to", ends)):
            if not FIRST_YEAR <= instant.year <= LAST_YEAR:
                raise _wrong(field, f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
        if ends <= begins:
            raise _wrong("to", "is not after from")
        if ends - begins > LONGEST + 2 * AROUND:
            raise _wrong("to", f"a period is at most {LONGEST.days} days long")
        return OnCallQuestion(at, begins, ends, tuple(self.schedule))


def _wrong(field: str, problem: str) -> Refused:
    status, where = HTTPStatus.UNPROCESSABLE_ENTITY, f"query.{field}"
    return Refused(status, "Malformed", f"{field}: {problem}", fields=[(where, problem)])


def _not_in_policy(error: IncidentError) -> Refused | None:
    if isinstance(error, NotInPolicy):
        return Refused(HTTPStatus.NOT_FOUND, "UnknownName", error.message)
    return of_incident(error)


class PeopleApi:
    """Who is on call by the policy in force, and the workloads of its people and channels."""

    def __init__(
        self,
        client: Client,
        policy: PolicyInForce,
        task_queue: str,
        feeds: FeedDirectory | None,
    ) -> None:
        self._client = client
        self._policy = policy
        self._task_queue = task_queue
        self._feeds = feeds

    async def on_call(self, request: Request, asked: Annotated[OnCallAsked, Query()]) -> Response:
        """Show who is on call."""
        asker_of(request).may(Scope.READ)
        question = asked.question(datetime.now(UTC).replace(microsecond=0))
        policy = self._policy.in_force().policy
        async with reaching_incidents(ANSWER, _not_in_policy):
            found = await read_rosters(policy, question, self._feeds, book_of(self._client))
        return answered(request, found.model_dump(mode="json"))

    async def workloads(self, request: Request) -> Response:
        """Show all workloads."""
        asker_of(request).may(Scope.READ)
        async with reaching_incidents(ANSWER, _not_in_policy):
            found = await self._installation(WORKER).every()
        shown = WorkloadsShown(workloads=tuple(one.shown for one in found))
        return answered(request, shown.model_dump(mode="json"))

    async def workload(
        self, request: Request, who: Annotated[str, Path(max_length=NAME_BOUND)]
    ) -> Response:
        """Show one workload."""
        asker_of(request).may(Scope.READ)
        async with reaching_incidents(ANSWER, _not_in_policy):
            found = await self._installation(WORKER).one(who)
        return answered(request, found.shown.model_dump(mode="json"))

    def _installation(self, patience: timedelta) -> InstallationWorkloads:
        policy = self._policy.in_force().policy
        return InstallationWorkloads(self._client, policy, self._task_queue, patience)

    def router(self, *guards: params.Depends) -> APIRouter:
        """The routes, each behind `guards`."""
        router = APIRouter(tags=["people"], dependencies=guards)
        routes: tuple[tuple[str, Any, type[BaseModel], str], ...] = (
            ("/v1/oncall", self.on_call, OnCallShown, "who is on call, now and in the next days"),
            ("/v1/workloads", self.workloads, WorkloadsShown, "everybody's workload"),
            ("/v1/workloads/{who}", self.workload, WorkloadShown, "the workload of one"),
        )
        for path, endpoint, model, summary in routes:
            found = () if path == "/v1/workloads" else (404,)
            router.add_api_route(
                path,
                endpoint,
                methods=["GET"],
                summary=summary,
                response_model=None,
                responses=answers(401, 403, 422, *found, ok_200=(model, summary), ok_304=None),
            )
        return router
