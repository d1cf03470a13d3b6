"""GET /v1/policy..., and what adopting a policy would do to an incident."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, params
from fastapi.responses import Response
from pydantic import BaseModel, Field
from temporalio.client import Client

from incidents.questions import ask_adoption
from incidents.schedules.calendars import with_calendars
from models.access import Scope
from models.answers.adoption import AdoptionPreview
from models.base import Frozen
from policies.reading.loaded import LoadedPolicy
from rules.clocks.coverage import earliest_of
from web.api.answering import answered, answered_in_markdown
from web.api.reading import ANSWER, WORKER, Reading
from web.api.refusing import reaching_incidents
from web.http.endpoints import answers
from web.http.errors import Refused
from web.identity.asker import asker_of
from web.policy import PolicyInForce, carried, document_in_markdown

NAME_BOUND = 200
MARKDOWN = {"text/markdown": {"schema": {"type": "string"}}}


class PolicyAsked(BaseModel):
    """Which policy: by its hash, or by name and version; without any, the one in force."""

    model_config = {"extra": "forbid"}

    hash: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    name: str | None = Field(default=None, min_length=1, max_length=NAME_BOUND)
    version: str | None = Field(default=None, min_length=1, max_length=NAME_BOUND)

    @property
    def words(self) -> str:
        """What was asked for, as a refusal names it."""
        named = " ".join(part for part in (self.name, self.version) if part)
        return f"with the hash {self.hash}" if self.hash else f"called {named}"


class PolicyShown(Frozen):
    """A policy that came into force. `text` is its file; `severities` are the worst first."""

    name: str
    version: str
    hash: str
    effective_from: str
    in_force: bool
    severities: tuple[str, ...]
    services: tuple[str, ...]
    schedules: tuple[str, ...]
    roles: tuple[str, ...]
    unanswered: int
    text: str


class Adoption(AdoptionPreview):
    """What adopting the policy would do to the clocks and roles of the incident now."""

    incident: str
    policy_hash: str


class PolicyApi:
    """The policies that the installation knows."""

    def __init__(self, client: Client, policy: PolicyInForce, reading: Reading) -> None:
        self._client = client
        self._policy = policy
        self._reading = reading

    async def show(self, request: Request, asked: Annotated[PolicyAsked, Query()]) -> Response:
        """Show a policy."""
        loaded = await self._asked(request, asked)
        policy = loaded.policy
        shown = PolicyShown(
            name=policy.policy,
            version=policy.version,
            hash=loaded.policy_hash,
            effective_from=policy.effective_from.isoformat(),
            in_force=loaded.policy_hash == self._policy.in_force().policy_hash,
            severities=tuple(policy.severities),
            services=tuple(policy.services),
            schedules=tuple(policy.schedules),
            roles=tuple(policy.roles),
            unanswered=len(loaded.warnings),
            text=loaded.source.decode("utf-8", "replace"),
        )
        return answered(request, shown.model_dump(mode="json"))

    async def document(self, request: Request, asked: Annotated[PolicyAsked, Query()]) -> Response:
        """Show the document of a policy."""
        loaded = await self._asked(request, asked)
        return answered_in_markdown(request, await document_in_markdown(loaded))

    async def adoption(
        self, request: Request, incident: str, asked: Annotated[PolicyAsked, Query()]
    ) -> Response:
        """Preview an adoption."""
        loaded = await self._asked(request, asked)
        record = (await self._reading.seen(incident)).view.incident
        policy = carried(loaded, record.report.service)
        now = datetime.now(UTC)
        policy = with_calendars(policy, earliest_of(record), now)
        async with reaching_incidents(ANSWER):
            found = await ask_adoption(self._client, incident, policy, WORKER)
        preview = Adoption(
            incident=incident,
            policy_hash=loaded.policy_hash,
            **{name: getattr(found, name) for name in AdoptionPreview.model_fields},
        )
        return answered(request, preview.model_dump(mode="json"))

    async def _asked(self, request: Request, asked: PolicyAsked) -> LoadedPolicy:
        asker_of(request).may(Scope.READ)
        loaded = await self._policy.known(asked.hash, asked.name, asked.version)
        if loaded is None:
            message = f"no policy {asked.words} has come into force here"
            raise Refused(HTTPStatus.NOT_FOUND, "UnknownPolicy", message)
        return loaded

    def router(self, *guards: params.Depends) -> APIRouter:
        """The routes, each behind `guards`."""
        router = APIRouter(tags=["policy"], dependencies=guards)
        refused = (401, 403, 404, 422)
        router.add_api_route(
            "/v1/policy",
            self.show,
            methods=["GET"],
            summary="the policy in force, or a kept one",
            response_model=None,
            responses=answers(*refused, ok_200=(PolicyShown, "a policy"), ok_304=None),
        )
        router.add_api_route(
            "/v1/policy/document",
            self.document,
            methods=["GET"],
            summary="the document of a policy, in Markdown",
            response_model=None,
            response_class=Response,
            responses={
                **answers(*refused, ok_304=None),
                200: {"description": "the document", "content": MARKDOWN},
            },
        )
        router.add_api_route(
            "/v1/incidents/{incident}/adoption",
            self.adoption,
            methods=["GET"],
            summary="what adopting a policy would do to the incident",
            response_model=None,
            responses=answers(*refused, 409, ok_200=(Adoption, "what would change"), ok_304=None),
        )
        return router
