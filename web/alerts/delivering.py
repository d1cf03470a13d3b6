"""POST /v1/alerts/FORMAT: hands alerts to the group of their key, which decides what they mean."""

from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import APIRouter, Request, params
from temporalio.client import Client

from incidents.alerts import hand_on
from models.access import Scope
from models.base import MONITORING, Frozen
from models.intake import IntakeRules
from rules.commands.beginning.report_rules import may_report
from rules.record.ids import group_id
from web.alerts.formats.batches import MOST_GROUPS, batch_of
from web.alerts.formats.format import Format, SentGroup
from web.alerts.formats.table import FORMATS, recognised
from web.http.body import read_body
from web.http.calling_temporal import reaching_temporal
from web.http.endpoints import answers, takes
from web.http.errors import Refused
from web.identity.asker import asker_of
from web.policy import PolicyInForce

log = structlog.get_logger(__name__)

ADDRESS = "/v1/alerts/{name}"


class Taken(Frozen):
    """What the web server did with a delivery: it kept `taken` of the `received` alerts.

    `group` is the alert group that has them. A delivery for several groups fills `groups` too; a
    delivery without alerts has no group.
    """

    group: str | None = None
    groups: tuple[str, ...] = ()
    received: int
    taken: int
    ignored: int


def _elsewhere(asked: Format, body: Any) -> str:
    """Say where a body belongs if it is in another format than its address."""
    meant = recognised(body)
    if meant is None or meant is asked:
        return ""
    return f"this is {meant.words}: send it to {ADDRESS.format(name=meant.name)}"


def _few(groups: tuple[SentGroup, ...]) -> tuple[SentGroup, ...]:
    if len(groups) <= MOST_GROUPS:
        return groups
    message = f"the body has {len(groups)} groups of alerts: send at most {MOST_GROUPS}"
    raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "Malformed", message)


class Deliveries:
    """Hands deliveries to alert groups."""

    def __init__(self, client: Client, policy: PolicyInForce, task_queue: str) -> None:
        self._client = client
        self._policy = policy
        self._task_queue = task_queue

    async def take(self, form: Format, request: Request) -> Taken:
        """Take a delivery in the format `form`."""
        received_at = datetime.now(UTC)
        asker_of(request).may(Scope.ALERTS, form.name)
        elsewhere = partial(_elsewhere, form)
        body = await read_body(request, form.body, form.media_types, elsewhere)
        rules = self._policy.rules()
        if not may_report(MONITORING, rules.reporting):
            message = (
                "the policy does not allow monitoring to report: see who and channels of reporting"
            )
            raise Refused(HTTPStatus.FORBIDDEN, "NotAuthorised", message)
        groups = _few(form.read(body, request.headers))
        async with reaching_temporal():
            each = [await self._group(form, group, rules, received_at) for group in groups]
        names = tuple(taken.group for taken in each if taken.group)
        counts = {
            name: sum(getattr(taken, name) for taken in each)
            for name in ("received", "taken", "ignored")
        }
        log.info("alerts.received", source=form.name, groups=len(each), **counts)
        return Taken(
            group=next(iter(names), None), groups=names if len(names) > 1 else (), **counts
        )

    async def _group(
        self, form: Format, said: SentGroup, rules: IntakeRules, received_at: datetime
    ) -> Taken:
        """Hand one group of a delivery to its alert group. Raises RPCError."""
        batch, ignored = batch_of(said, form.name, rules, received_at)
        group = group_id(form.name, said.key)
        if batch.alerts:
            await hand_on(
                self._client,
                self._task_queue,
                batch,
                rules,
                group=group,
                summary=f"alerts: {said.title}",
            )
        received = len(said.alerts) - ignored
        return Taken(group=group, received=received, taken=len(batch.alerts), ignored=ignored)

    def router(self, *guards: params.Depends) -> APIRouter:
        """The routes, one for each format, each behind `guards`."""
        router = APIRouter(tags=["alerts"], dependencies=guards)
        for form in FORMATS.values():
            router.add_api_route(
                ADDRESS.format(name=form.name),
                partial(self.take, form),
                name=form.name,
                methods=["POST"],
                status_code=HTTPStatus.ACCEPTED,
                summary=f"alerts: {form.words}",
                responses=answers(
                    *(401, 403, 413, 415, 422),
                    ok_202=(Taken, "Temporal has stored it, so it will not be lost"),
                ),
                response_model=Taken,
                response_model_exclude_defaults=True,
                openapi_extra=takes(form.body, media_types=form.media_types),
            )
        return router
