"""POST /v1/incidents: a report from a person or tool becomes an incident at once."""

from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Request, Response, params
from pydantic import AwareDatetime, FailFast, Field
from temporalio.client import Client

from connectors.feeds.directory import FeedDirectory
from incidents.command_ids import new_command_id
from incidents.errors import ReportRefused
from incidents.kept.policies import have_policy_kept
from incidents.reporting import (
    ReportedIncident,
    preview_report,
    report_incident,
    reports_the_same,
)
from models.access import Scope
from models.answers.report_preview import JudgedPreview, ReportPreview
from models.base import Actor, Frozen
from models.compiled import CompiledPolicy
from models.incident.record import Report
from models.readable import blank
from models.way_in import WayIn
from rules.commands.beginning.first_record import first_severity
from rules.commands.beginning.judged_report import JudgedReport, judged
from rules.commands.beginning.preview import judged_preview
from rules.commands.judging.validity import BLANK
from web.http.body import read_body
from web.http.calling_temporal import RPC_TIMEOUT, reaching_temporal
from web.http.endpoints import answers, takes
from web.http.errors import Refused
from web.http.keys import IDEMPOTENCY, KEY_HEADER, idempotency_key, key_of
from web.identity.asker import ANYBODY, Asker, asker_of
from web.policy import PolicyInForce

log = structlog.get_logger(__name__)

NAME_BOUND = 200
SYSTEMS_BOUND = 100
ATTRIBUTES_BOUND = 100


class Reported(Frozen):
    """A report as it is posted. The policy says what else it must contain."""

    title: str = Field(default="", max_length=300)
    nature: str = Field(default="", max_length=8000)
    affected_systems: Annotated[tuple[str, ...], FailFast()] = Field(
        default=(), max_length=SYSTEMS_BOUND
    )
    severity: str | None = None
    service: str | None = Field(default=None, max_length=NAME_BOUND)
    reporter: str | None = Field(default=None, min_length=1, max_length=NAME_BOUND)
    happened_at: AwareDatetime | None = None
    attributes: dict[str, str] = Field(default_factory=dict, max_length=ATTRIBUTES_BOUND)


class Opened(Frozen):
    """The incident of a report, whether this request opened it, and what it begins with."""

    incident: str
    started: bool
    severity: str
    policy: str


def reporter_of(said: Reported, asker: Asker, way: WayIn = WayIn.API) -> Actor:
    """The reporter: the owner of the credential, or the one in the report. Raises Refused."""
    named = said.reporter.strip() if said.reporter is not None else None
    if asker.name is None and named is None:
        raise _unprocessable([("reporter", "is missing")], "reporter: is missing")
    asker.speaks_for(named, "reporter")
    name = asker.name or named or ""
    if blank(name):
        raise _unprocessable([("reporter", BLANK)], f"reporter {BLANK}")
    return Actor(name=name, via=way.value, proof=asker.proof)


def _unprocessable(
    fields: list[tuple[str, str]], message: str, missing: Iterable[str] = ()
) -> Refused:
    status, lacks = HTTPStatus.UNPROCESSABLE_ENTITY, list(missing)
    facts: dict[str, Any] = {"missing": lacks} if lacks else {}
    return Refused(status, "Malformed", message, fields=fields, **facts)


def report_in(said: Reported, reporter: Actor) -> Report:
    """The report as it is, which may lack something."""
    return Report.model_construct(**{**dict(said), "reporter": reporter})


def checked(
    said: Reported,
    policy: CompiledPolicy,
    now: datetime,
    asker: Asker = ANYBODY,
    way: WayIn = WayIn.API,
) -> Report:
    """The report, if the policy takes it. Raises Refused with everything that is missing."""
    report = report_in(said, reporter_of(said, asker, way))
    found = judged(report, policy, now)
    flaws = list(found.flaws)
    if found.not_allowed:
        status, may = HTTPStatus.FORBIDDEN, list(found.may)
        raise Refused(status, "NotAuthorised", found.not_allowed, fields=flaws, may=may)
    if flaws:
        names = ", ".join(name for name, _ in flaws)
        message = f"the report lacks something, or has it wrong: {names}"
        raise _unprocessable(flaws, message, found.missing)
    return Report.model_validate(report.model_dump())


def _reused(incident: str) -> Refused:
    """Refuse a key that was used for another report: answering with its incident loses this one."""
    problem = f"was used before, for another report: {incident}"
    return Refused(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "KeyReused",
        f"{KEY_HEADER} {problem}",
        fields=[(KEY_HEADER, problem)],
        incident=incident,
    )


def _not_begun(refused: ReportRefused) -> Refused:
    """The refusal with which the incident's workflow would end."""
    if refused.kind == "NotAuthorised":
        may = list(refused.may)
        return Refused(HTTPStatus.FORBIDDEN, refused.kind, refused.message, may=may)
    return _unprocessable(list(refused.flaws), refused.message)


class Reports:
    """Opens incidents for reports."""

    def __init__(
        self,
        client: Client,
        policy: PolicyInForce,
        task_queue: str,
        feeds: FeedDirectory | None = None,
    ) -> None:
        self._client = client
        self._feeds = feeds
        self._policy = policy
        self._task_queue = task_queue

    async def report(self, request: Request, response: Response) -> Opened:
        """Open an incident; find it again if the same report has the same Idempotency-Key."""
        key = idempotency_key(request)
        asker = asker_of(request)
        asker.may(Scope.REPORT)
        opened = await self.open(await read_body(request, Reported), asker, WayIn.API, key)
        response.status_code = HTTPStatus.CREATED if opened.started else HTTPStatus.OK
        return opened

    async def open(self, said: Reported, asker: Asker, way: WayIn, key: str | None) -> Opened:
        """Open the incident of a report, or find the one that the same key opened.

        Raises Refused.
        """
        now = datetime.now(UTC)
        policy, source = self._policy.compiled(said.service)
        report = checked(said, policy, now, asker, way)
        seed = f"{way.value}/{key_of(asker.owner, key or new_command_id())}"
        async with reaching_temporal():
            found = await self._reported(policy, report, seed, now, repeatable=bool(key))
            name, started = found.incident_id, found.started
            if not started and not await reports_the_same(
                self._client, name, report, within=RPC_TIMEOUT
            ):
                raise _reused(name)
        if started:
            await have_policy_kept(self._client, source, self._task_queue)
        log.info("incident.reported", incident=name, anew=started)
        severity = first_severity(report, policy).severity
        named = f"{policy.name} {policy.version}"
        return Opened(incident=name, started=started, severity=severity, policy=named)

    async def foresee(self, request: Request) -> JudgedPreview:
        """Say what a report would do, and what is wrong with it; opens nothing."""
        asker = asker_of(request)
        asker.may(Scope.REPORT)
        said, now = await read_body(request, Reported), datetime.now(UTC)
        reporter = reporter_of(said, asker)
        found, preview = self.judge(said, reporter, now), await self.preview(said, reporter, now)
        return judged_preview(found, preview, self._policy.compiled(said.service)[0])

    def judge(self, said: Reported, reporter: Actor, now: datetime) -> JudgedReport:
        """What is wrong with a report. Raises Refused if the policy is broken."""
        policy, _ = self._policy.compiled(said.service)
        return judged(report_in(said, reporter), policy, now)

    async def preview(self, said: Reported, reporter: Actor, now: datetime) -> ReportPreview:
        """What a report would do as it is, even if it lacks something. Raises Refused."""
        policy, _ = self._policy.compiled(said.service)
        report = report_in(said, reporter)
        async with reaching_temporal():
            return await preview_report(self._client, policy, report, now=now, feeds=self._feeds)

    async def _reported(
        self, policy: CompiledPolicy, report: Report, seed: str, now: datetime, *, repeatable: bool
    ) -> ReportedIncident:
        """Open or find the incident of the seed. Raises Refused."""
        try:
            return await report_incident(
                self._client,
                policy,
                report,
                self._task_queue,
                seed=seed,
                now=now,
                repeatable=repeatable,
                within=RPC_TIMEOUT,
                feeds=self._feeds,
            )
        except ReportRefused as refused:
            raise _not_begun(refused) from None

    def router(self, *guards: params.Depends) -> APIRouter:
        """The routes, each behind `guards`."""
        router = APIRouter(tags=["incidents"], dependencies=guards)
        router.add_api_route(
            "/v1/incidents",
            self.report,
            methods=["POST"],
            status_code=HTTPStatus.CREATED,
            summary="a report, by people or tools",
            responses=answers(
                *(401, 403, 413, 415, 422),
                ok_200=(Opened, "this report came before with this key: the same incident"),
                ok_201=(Opened, "Temporal has stored it, so it will not be lost"),
            ),
            openapi_extra=takes(Reported, IDEMPOTENCY),
        )
        router.add_api_route(
            "/v1/incidents/preview",
            self.foresee,
            methods=["POST"],
            summary="what a report would do",
            responses=answers(
                *(401, 403, 413, 415, 422),
                ok_200=(JudgedPreview, "what the report would do, and what it lacks"),
            ),
            openapi_extra=takes(Reported),
        )
        return router
