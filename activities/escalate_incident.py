"""escalate_incident: pages everybody on an escalation level at once."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import structlog
from temporalio import activity

from connectors.channels.directory import ChannelDirectory
from connectors.errors import RetryableError
from connectors.temporal_failures import delivery_failure
from incidents.schedules.hours import in_turn, outside_hours
from incidents.schedules.on_call import OnCallLookup
from incidents.workloads.requests import NoAnswer, Workloads
from models.contracts.notifying import Delivery
from models.contracts.paging import (
    ESCALATE_INCIDENT,
    Escalated,
    EscalateIncident,
    PageOutcome,
    Unable,
)
from models.messages.message import DeliveryFailure, Message, Receipt
from models.people.schedule import OnCall
from models.people.workload import GRANTED, AskForLeave, Leave, PageVerdict
from rules.paging.channels import (
    PageTarget,
    Resolution,
    binding_limit,
    leave_for,
    paging_chain,
    resolve_targets,
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


def _without_decliners(
    found: Resolution, request: EscalateIncident
) -> tuple[Resolution, tuple[Unable, ...]]:
    """Whom to page, and who is left out because they cannot."""
    gone = [p for p in found.pages if not p.is_channel and p.recipient in request.declined]
    pages = tuple(page for page in found.pages if page not in gone)
    unable = tuple(Unable(target=page.target, recipient=page.recipient) for page in gone)
    return replace(found, pages=pages), unable


def _addressed(page: PageTarget, request: EscalateIncident) -> Message:
    named = page.target if page.is_channel else page.recipient
    return request.template.changed(
        key=f"{request.key_prefix}:{named}",
        recipient=page.recipient,
        address=page.address,
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
        level = request.targets
        duty = await self._on_call.ask(
            level.page, request.schedules, request.people, request.policy, request.now
        )
        _warn_of_doubts(duty.on_call.values())
        found = resolve_targets(
            level.page,
            request.holders,
            duty.people,
            duty.on_call,
            request.further_holders,
            vacant=request.vacant,
        )
        found, unable = _without_decliners(found, request)
        outside = await outside_hours(found.pages, level.hours, request.schedules, request.now)
        if level.in_turn:
            found = in_turn(level.page, found, outside)
        pages: list[tuple[PageTarget, Delivery]] = []
        nobody = list(found.nobody)
        for page in (page for page in found.pages if page not in outside):
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
            out_of_hours=tuple(outside[page] for page in found.pages if page in outside),
            unable=unable,
            on_call=duty.on_call,
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
