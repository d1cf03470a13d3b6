"""/v1/oncall/overrides: who is on call instead, without a change of the policy."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Query, Request, params
from fastapi.responses import Response
from pydantic import AwareDatetime, ConfigDict, Field

from connectors.feeds.directory import FeedDirectory
from incidents import patience
from incidents.errors import IncidentError, OverrideRefused
from incidents.schedules.overrides import read_overrides
from incidents.schedules.overriding import AskedOverride, Overriding, new_id
from incidents.schedules.shown_overrides import shown_override, shown_overrides
from models.access import Scope
from models.answers.overrides import OverrideShown, OverridesShown
from models.base import Actor, Frozen
from models.people.schedule_overrides import OVERRIDE_SCHEDULE
from models.way_in import WayIn
from web.api.answering import answered
from web.api.commanding import Commanding
from web.api.refusing import of_incident, reaching_incidents
from web.http.body import read_body
from web.http.endpoints import answers, takes
from web.http.errors import PROBLEM_BOUND, Answer, Refused
from web.http.keys import IDEMPOTENCY, KEY_HEADER, idempotency_key, key_of
from web.identity.asker import Asker, asker_of

log = structlog.get_logger(__name__)

AT = "/v1/oncall/overrides"
BOUND = 200
_WITHIN = patience.WORKER + timedelta(seconds=5)
_STATUS = {
    "NotAuthorised": HTTPStatus.FORBIDDEN,
    "Malformed": HTTPStatus.UNPROCESSABLE_ENTITY,
}
_FIELDS = {"begins_at": "from", "ends_at": "until", "id": KEY_HEADER}
"""The fields of an override whose names are others here."""


class OverrideBody(Frozen):
    """Somebody is on call instead; `covers` says of whom, without it of everybody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "schedule": "primary",
                    "person": "bo",
                    "covers": "ana",
                    "from": "2026-03-17T20:00:00Z",
                    "until": "2026-03-18T08:00:00Z",
                    "reason": "dentist",
                }
            ]
        }
    )

    schedule: str = Field(max_length=BOUND)
    person: str = Field(max_length=BOUND)
    covers: str | None = Field(default=None, max_length=BOUND)
    begins: AwareDatetime | None = Field(
        default=None, alias="from", description="when it begins; without it, now"
    )
    until: AwareDatetime
    reason: str = Field(max_length=2000)
    actor: str | None = Field(
        default=None, max_length=BOUND, description="who acts, if no credential says so"
    )


def of_override(error: IncidentError) -> Refused | None:
    """The refusal for an override that was not made or ended."""
    if not isinstance(error, OverrideRefused):
        return of_incident(error)
    if error.kind == "Refused" and error.field == "id":
        return Refused(HTTPStatus.NOT_FOUND, "UnknownOverride", error.message)
    status = _STATUS.get(error.kind, HTTPStatus.CONFLICT)
    name = _FIELDS.get(error.field, error.field)
    fields = [(name, error.message)] if name else []
    facts: dict[str, Any] = {"may": list(error.may)} if error.may else {}
    return Refused(status, error.kind, error.message, fields=fields, **facts)


class ScheduleOverrides:
    """Makes, ends and lists overrides, for the API and for pages."""

    def __init__(self, commanding: Commanding, feeds: FeedDirectory | None) -> None:
        self._client = commanding.client
        self._policy = commanding.policy
        self._commanding = commanding
        self._overriding = Overriding(commanding.client, commanding.task_queue, feeds)

    async def all(self) -> OverridesShown:
        """All overrides. Raises Refused."""
        async with reaching_incidents(patience.SERVER):
            state = await read_overrides(self._client, patience.SERVER)
        return shown_overrides(state, datetime.now(UTC))

    async def make(self, asker: Asker, asked: AskedOverride, actor: Actor) -> OverrideShown:
        """Put somebody on call instead. Raises Refused."""
        self._commanding.may(asker, OVERRIDE_SCHEDULE)
        policy = self._policy.in_force().policy
        async with (
            _logged("override.made", actor, asked.id),
            reaching_incidents(_WITHIN, of_override),
        ):
            made = await self._overriding.make(policy, asked, actor)
        return shown_override(made, datetime.now(UTC))

    async def end(self, asker: Asker, override_id: str, actor: Actor) -> OverrideShown:
        """End an override. Raises Refused."""
        self._commanding.may(asker, OVERRIDE_SCHEDULE)
        policy = self._policy.in_force().policy
        async with (
            _logged("override.ended", actor, override_id),
            reaching_incidents(_WITHIN, of_override),
        ):
            ended = await self._overriding.end(policy, override_id, actor)
        return shown_override(ended, datetime.now(UTC))


@asynccontextmanager
async def _logged(event: str, actor: Actor, override_id: str) -> AsyncIterator[None]:
    """Log what becomes of an override, also if it is refused."""
    facts = {
        "actor": actor.name[:BOUND],
        "proof": actor.proof.value,
        "override": override_id[:BOUND],
    }
    try:
        yield
    except Refused as refused:
        log.warning("override.refused", **facts, error=str(refused)[:PROBLEM_BOUND])
        refused.logged = True
        raise
    log.info(event, **facts)


class OverridesApi:
    """The overrides of schedules."""

    def __init__(self, overrides: ScheduleOverrides) -> None:
        self._overrides = overrides

    async def list(self, request: Request) -> Response:
        """Show all overrides."""
        asker_of(request).may(Scope.READ)
        shown = await self._overrides.all()
        return answered(request, shown.model_dump(mode="json"))

    async def make(self, request: Request) -> Response:
        """Put somebody on call instead, once for each Idempotency-Key."""
        asker = asker_of(request)
        asker.may(Scope.COMMAND)
        key = idempotency_key(request)
        said = await read_body(request, OverrideBody)
        actor = _actor(asker, said.actor)
        now = datetime.now(UTC)
        asked = AskedOverride(
            schedule=said.schedule,
            person=said.person,
            begins_at=said.begins or now,
            ends_at=said.until,
            reason=said.reason,
            covers=said.covers,
            id=id_of(asker, key) if key else new_id(),
        )
        made = await self._overrides.make(asker, asked, actor)
        return Answer(made.model_dump(mode="json"), status_code=HTTPStatus.CREATED)

    async def end(
        self,
        request: Request,
        override: Annotated[str, Path(max_length=BOUND)],
        actor: Annotated[str | None, Query(max_length=BOUND)] = None,
    ) -> Response:
        """End an override; again, it stays as it is."""
        asker = asker_of(request)
        asker.may(Scope.COMMAND)
        ended = await self._overrides.end(asker, override, _actor(asker, actor))
        return Answer(ended.model_dump(mode="json"))

    def router(self, *guards: params.Depends) -> APIRouter:
        """The routes, each behind `guards`."""
        router = APIRouter(tags=["people"], dependencies=guards)
        router.add_api_route(
            AT,
            self.list,
            methods=["GET"],
            summary="who is on call instead",
            response_model=None,
            responses=answers(401, 403, ok_200=(OverridesShown, "all overrides"), ok_304=None),
        )
        router.add_api_route(
            AT,
            self.make,
            methods=["POST"],
            status_code=HTTPStatus.CREATED,
            summary="put somebody on call instead, for a time",
            response_model=None,
            responses=answers(
                *(401, 403, 409, 413, 415, 422), ok_201=(OverrideShown, "this is kept")
            ),
            openapi_extra=takes(OverrideBody, IDEMPOTENCY),
        )
        router.add_api_route(
            f"{AT}/{{override}}",
            self.end,
            methods=["DELETE"],
            summary="end an override",
            response_model=None,
            responses=answers(
                *(401, 403, 404, 422), ok_200=(OverrideShown, "it is over from now on")
            ),
        )
        return router


def id_of(asker: Asker, key: str) -> str:
    """The id of the override that an Idempotency-Key makes. Each owner has keys of their own."""
    return sha256(key_of(asker.owner, key).encode()).hexdigest()[:12]


def _actor(asker: Asker, claimed: str | None) -> Actor:
    return asker.actor(claimed.strip() if claimed else None, WayIn.API)
