"""escalate_incident: pages everybody on an escalation level at once."""

import asyncio
from collections.abc import Iterable

import structlog
from temporalio import activity

from connectors.channels.directory import ChannelDirectory
from connectors.errors import RetryableError
from connectors.temporal_failures import delivery_failure
from incidents.schedules.on_call import OnCallLookup
from incidents.schedules.reach import reach_of
from incidents.workloads.requests import NoAnswer, Workloads
from models.contracts.notifying import Delivery
from models.contracts.paging import (
    ESCALATE_INCIDENT,
    Escalated,
    EscalateIncident,
    PageOutcome,
)
from models.messages.message import DeliveryFailure, Message, Receipt
from models.people.schedule import OnCall
from models.people.workload import GRANTED, AskForLeave, Leave, PageVerdict
from rules.paging.channels import (
    PageTarget,
    binding_limit,
    leave_for,
    paging_chain,
)
from rules.record.references import reference_of

log = structlog.get_logger(__name__)


NOBODY_SAYS = Leave(verdict=PageVerdict.HELD, why="not known yet whether its limit is reached")


def _owed(page: PageTarget, request: EscalateIncident, channels: tuple[str, ...]) -> Delivery:
    bound = binding_limit(page, request.limits, request.urgency, escalation=True)
    return Delivery(message=_addressed(page, request), channels=channels, bound=bound)


def _warn_of_doubts(found: Iterable[OnCall]) -> None:
    for on_call in found:
        if on_call.notes:
            log.warning("schedule.doubtful", schedule=on_call.schedule, notes=on_call.notes)


def _addressed(page: PageTarget, request: EscalateIncident) -> Message:
    named = page.target if page.is_channel else page.recipient
    return request.template.changed(
        key=f"{request.key_prefix}:{named}",
        recipient=page.recipient,
        address=page.address,
        handles=dict(page.handles),
        respond_until=None if page.is_channel else request.template.respond_until,
    )


class EscalateIncidentActivity:
    """Pages through the channels of the worker.

    It tries the first channel of a page's chain. If that fails permanently, it tries the next one
    at once. If it fails retryably, or a limit holds the page back, the page stays owed and goes
    back to the workflow. Without `workloads` there are no limits.
    """

    def __init__(
        self,
        channels: ChannelDirectory,
        on_call: OnCallLookup | None = None,
        workloads: Workloads | None = None,
    ) -> None:
        self._channels = channels
        self._on_call = on_call or OnCallLookup()
        self._workloads = workloads

    @activity.defn(name=ESCALATE_INCIDENT)
    async def escalate_incident(self, request: EscalateIncident) -> Escalated:
        """Page the targets of the level side by side. A failing channel does not raise."""
        reach = await reach_of(self._on_call, request)
        _warn_of_doubts(reach.on_call.values())
        pages: list[tuple[PageTarget, Delivery]] = []
        nobody = list(reach.nobody)
        for page in reach.pages:
            chain = paging_chain(page, request.channels, request.fallbacks)
            if chain:
                pages.append((page, _owed(page, request, chain)))
            else:
                nobody.append(page.target)
        outcomes = await asyncio.gather(
            *(self._page(page, delivery, request) for page, delivery in pages)
        )
        return Escalated(
            level=request.level,
            cycle=request.cycle,
            pages=tuple(outcomes),
            nobody=tuple(nobody),
            out_of_hours=reach.outside,
            unable=reach.unable,
            on_call=dict(reach.on_call),
            sent=request.sends,
        )

    async def _page(
        self, page: PageTarget, delivery: Delivery, request: EscalateIncident
    ) -> PageOutcome:
        said = {"target": page.target, "via": page.as_what}
        if not request.sends:
            return PageOutcome(delivery=delivery, **said)
        leave = await self._leave(delivery, request)
        if leave.verdict is not PageVerdict.GRANTED:
            log.info("page.held", target=page.target, key=delivery.message.key, why=leave.why)
            return PageOutcome(
                delivery=delivery.changed(not_before=leave.again_at, held=True), leave=leave, **said
            )
        if leave.why:
            log.warning("page.not_held", target=page.target, why=leave.why)
        delivery = delivery.changed(bound=None)
        deadline = asyncio.get_running_loop().time() + request.attempt_timeout.total_seconds()
        failures: list[DeliveryFailure] = []
        for index, channel in enumerate(delivery.channels):
            delivery = delivery.changed(channel=index)
            try:
                receipt = await self._attempt(channel, delivery.message, request, deadline)
            except Exception as error:  # noqa: BLE001 - one target's trouble must not reach the others
                failures.append(delivery_failure(delivery.message.key, channel, error))
                if not failures[-1].permanent:
                    break
            else:
                log.info("page.sent", target=page.target, channel=channel, key=receipt.key)
                return PageOutcome(
                    delivery=delivery, receipt=receipt, fell_back=tuple(failures), **said
                )
        *fell_back, failure = failures
        log.warning("page.failed", target=page.target, channel=failure.channel, error=failure.error)
        return PageOutcome(delivery=delivery, failure=failure, fell_back=tuple(fell_back), **said)

    async def _leave(self, delivery: Delivery, request: EscalateIncident) -> Leave:
        """Whether a page may be sent now. If nobody answers, the workflow asks again."""
        asked = leave_for(delivery)
        if asked is None or self._workloads is None:
            return GRANTED
        try:
            return await self._workloads.ask(AskForLeave(policy=request.policy, asked=asked))
        except NoAnswer:
            return NOBODY_SAYS

    async def _attempt(
        self, name: str, message: Message, request: EscalateIncident, deadline: float
    ) -> Receipt:
        first = reference_of(request.first_messages, name, message.recipient)
        try:
            async with asyncio.timeout_at(deadline):
                reference = await self._channels.send(
                    name, message, timeout=request.attempt_timeout, first_message=first
                )
        except TimeoutError:
            raise RetryableError(name, "no answer in time") from None
        return Receipt(
            key=message.key,
            channel=name,
            delivered_at=activity.info().started_time,
            reference=reference,
        )
