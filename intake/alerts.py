"""POST /v1/alerts/alertmanager: alerts go to the group of their key, which alone knows more."""

from datetime import UTC, datetime
from http import HTTPStatus

import structlog
from fastapi import APIRouter, Request
from temporalio.client import Client

from incidents.alerts import hand_on
from intake.alertmanager import SOURCE, Webhook, batch_of, summary_of
from intake.body import read_body
from intake.endpoints import answers, takes
from intake.errors import Refused
from intake.policy import PolicyInForce
from intake.reaching import reaching_temporal
from models.base import MONITORING, Frozen
from rules.commands.reporting import may_report
from rules.record.identity import group_id

log = structlog.get_logger(__name__)


class Taken(Frozen):
    """What became of a delivery: `taken` of the alerts `received` are kept by name."""

    group: str
    received: int
    taken: int
    ignored: int


class AlertIntake:
    """Hands deliveries on to alert groups."""

    def __init__(self, client: Client, policy: PolicyInForce, task_queue: str) -> None:
        self._client = client
        self._policy = policy
        self._task_queue = task_queue

    async def alertmanager(self, request: Request) -> Taken:
        """Take a delivery of Alertmanager's webhook, version 4."""
        received_at = datetime.now(UTC)
        webhook = await read_body(request, Webhook)
        rules = self._policy.rules()
        if not may_report(MONITORING, rules.reporting):
            message = "the policy does not let monitoring report: see who and channels of reporting"
            raise Refused(HTTPStatus.FORBIDDEN, "NotAuthorised", message)
        batch, ignored = batch_of(webhook, rules, received_at)
        group = group_id(SOURCE, webhook.group_key)
        if batch.alerts:
            async with reaching_temporal():
                await hand_on(
                    self._client,
                    self._task_queue,
                    batch,
                    rules,
                    group=group,
                    source=SOURCE,
                    summary=summary_of(webhook),
                )
        received = len(webhook.alerts) - ignored
        taken = len(batch.alerts)
        log.info("alerts.received", group=group, received=received, taken=taken, ignored=ignored)
        return Taken(group=group, received=received, taken=taken, ignored=ignored)

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["alerts"])
        router.add_api_route(
            "/v1/alerts/alertmanager",
            self.alertmanager,
            methods=["POST"],
            status_code=HTTPStatus.ACCEPTED,
            summary="alerts: Alertmanager's webhook, version 4",
            responses=answers(
                401, 403, 413, 415, 422, ok_202=(Taken, "it is with Temporal, and will not be lost")
            ),
            openapi_extra=takes(Webhook),
        )
        return router
