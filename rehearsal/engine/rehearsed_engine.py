"""The rehearsed engine: real workflows and activities, channels that only record."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from temporalio.client import Client
from temporalio.service import RPCError

from connectors.documents.local import LocalDocumentStore
from connectors.feeds.directory import FeedDirectory
from connectors.feeds.settings import FeedSettings
from incidents.alerts import hand_on
from incidents.commands import Order, give
from incidents.opening import open_incident
from incidents.questions import ask_view
from models.alert import AlertBatch
from models.answers.view import IncidentView
from models.base import MONITORING, Actor
from models.incident.record import Report
from models.scenario import TakenShift
from rehearsal.engine.alerts import RehearsedDeliveries, RehearsedStart, RehearsedTelling
from rehearsal.engine.channels import RecordingChannels
from rehearsal.engine.lag import Lag
from rehearsal.engine.overrides import RehearsedOverrides
from rehearsal.engine.policy import RehearsedPolicy
from rehearsal.engine.refusals import NotTaken, refusal_of
from rehearsal.engine.server import skipper
from rehearsal.engine.virtual_time import PATIENCE, VirtualTime
from rehearsal.engine.workloads import RehearsedWorkloads
from rehearsal.scenarios.payloads import Payload
from rules.commands.beginning.acceptance import refusal_to_begin
from rules.commands.beginning.report_rules import may_report
from rules.record.ids import group_id, incident_id
from runtime.settings import Settings
from runtime.worker.lanes import Workers
from runtime.worker.registry import WORKFLOWS, build_activities, workflow_runner
from states.lifecycle import Trigger
from web.alerts.formats.batches import batch_of

NO_FEEDS: Mapping[str, FeedSettings] = MappingProxyType({})
ARRIVAL_SECONDS = 0.05
"""A command has reached the server this long after it was sent,"""
QUESTIONS_AFTER = 3
"""and after the answers to as many questions, however busy the machine is."""


class RehearsedEngine:
    """Incidents and alert groups under one policy; its worker runs inside `async with`.

    `incidents` maps names in the scenario to ids; the newest comes last. `feeds` are read for
    schedules that follow one.
    """

    def __init__(
        self,
        client: Client,
        policy: RehearsedPolicy,
        folder: Path,
        feeds: Mapping[str, FeedSettings] = NO_FEEDS,
    ) -> None:
        skipping = skipper(client)
        self._client = skipping.client
        self._policy = policy
        self._queue = f"rehearsal-{uuid.uuid4().hex[:12]}"
        self.time = VirtualTime(skipping)
        self._lag = Lag()
        self.channels = RecordingChannels()
        self.documents = LocalDocumentStore(folder / self._queue)
        self.incidents: dict[str, str] = {}
        self._groups: dict[str, str] = {}
        self._deliveries = RehearsedDeliveries(self._queue)
        self._feeds = FeedDirectory(feeds, folder / "feeds")
        self.overrides = RehearsedOverrides(self._feeds)
        self._start = RehearsedStart(
            self._client, policy.file, self._feeds, self.overrides, time=self.time
        )
        self._workloads = RehearsedWorkloads(self._client, self.time)
        self._folder = folder
        self._worker = self._built(folder)

    def _built(self, folder: Path) -> Workers:
        # Use no settings of this installation: a rehearsal must not know real addresses.
        settings = Settings.model_construct(
            task_queue=self._queue, policy_file=self._policy.file, state_directory=folder
        )
        activities = build_activities(
            settings,
            self._client,
            self.channels,
            self.documents,
            start=self._start,
            feeds=self._feeds,
            feed=RehearsedTelling(self._client, time=self.time),
            workloads=self._workloads,
            overrides=self.overrides,
        )
        return Workers(
            self._client,
            task_queue=self._queue,
            workflows=list(WORKFLOWS),
            activities=activities,
            workflow_runner=workflow_runner(guarded=False),
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        )

    async def __aenter__(self) -> Self:
        await self._worker.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._worker.__aexit__(kind, error, trace)
        await self._feeds.aclose()

    @property
    def slack(self) -> timedelta:
        """How much the instants of this rehearsal may be off."""
        return self._lag.slack

    async def take_shift(self, said: TakenShift, by: Actor, at: datetime, starts: datetime) -> None:
        """Put somebody on call instead at `at`. Raises NotTaken."""
        await self.overrides.take(self._policy.whole(at), said, by, at, starts)

    async def report(self, name: str, report: Report, at: datetime) -> None:
        """Report an incident at `at`. Raises NotTaken."""
        policy = self._policy.compiled(report.service, at)
        refusal = refusal_to_begin(report, policy, at)
        if refusal:
            raise NotTaken(refusal.message, refusal.missing)
        number = len(self.incidents) + 1
        named = incident_id(f"{self._queue}/{number}", at)
        dated = report.changed(happened_at=report.happened_at or at)
        with self._lag.counted():
            await open_incident(
                self._client,
                policy,
                named,
                dated,
                self._queue,
                epoch_offset=self.time.begin(named, at),
                feeds=self._feeds,
                overrides=self.overrides,
            )
            self._welcome(name, named)
            await self.settled(named)

    async def deliver(self, name: str, payload: Payload, at: datetime) -> None:
        """Deliver alerts from monitoring at `at`. Raises NotTaken."""
        rules = self._policy.rules(at)
        if not may_report(MONITORING, rules.reporting):
            raise NotTaken("the policy does not allow monitoring to report")
        ignored, heard = 0, []
        for said in self._deliveries.dated(payload, at).groups:
            batch, left_alone = batch_of(said, payload.source, rules, at)
            ignored += left_alone
            if batch.alerts:
                group = group_id(payload.source, said.key)
                await self._hand_on(name, group, batch, f"alerts: {said.title}", at)
                heard.append(group)
        if not heard:
            raise NotTaken(f"the policy ignores these alerts ({ignored})")
        with self._lag.counted():
            await self.settled(*heard)

    async def _hand_on(
        self, name: str, group: str, batch: AlertBatch, summary: str, at: datetime
    ) -> None:
        if not await self.time.running(group):
            self.time.begin(group, at)
        self._groups[group] = name
        self.time.stirred()
        await hand_on(
            self._client,
            self._queue,
            batch,
            self._policy.rules(at),
            group=group,
            summary=summary,
            epoch_offset=self.time.offset(group),
        )

    def _welcome(self, name: str, named: str) -> None:
        """Give an incident its name; a second one with the same name gets a number."""
        if named in self.incidents.values():
            return
        taken = sum(1 for known in self.incidents if known == name or _stem(known) == name)
        self.incidents[name if not taken else f"{name}-{taken + 1}"] = named

    async def do(self, order: Order, at: datetime) -> None:
        """Give a command. Raises NotTaken."""
        with self._lag.counted():
            await self._given(order, at)
            await self.settled(order.incident_id)

    async def in_time(self, orders: Sequence[Order], at: datetime) -> list[NotTaken | None]:
        """Give commands at the exact instant at which something comes due.

        No worker runs until the commands have arrived. The incidents then see them together with
        the instant, and a command counts before the clock.
        """
        with self._lag.counted():
            return await self._together(orders, at)

    async def _together(self, orders: Sequence[Order], at: datetime) -> list[NotTaken | None]:
        self.time.stirred()
        await self._worker.shutdown()
        try:
            for named in {order.incident_id for order in orders}:
                if await self.time.running(named):
                    await self.time.brought(named, at)
            given = []
            for order in orders:
                given.append(asyncio.create_task(self._given(order, at)))
                await asyncio.sleep(ARRIVAL_SECONDS)
                await self._after(order.incident_id)
        finally:
            self._worker = self._built(self._folder)
            await self._worker.__aenter__()
        answers = await asyncio.gather(*given, return_exceptions=True)
        await self.settled(*{order.incident_id for order in orders})
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, NotTaken):
                raise answer
        return [answer if isinstance(answer, NotTaken) else None for answer in answers]

    async def _after(self, named: str) -> None:
        """Wait, on a busy machine too, until the server has answered questions asked later."""
        for _ in range(QUESTIONS_AFTER):
            with suppress(RPCError):
                await self.time.handle(named).describe()

    async def _given(self, order: Order, at: datetime) -> None:
        named = order.incident_id
        before = self.time.offset(named)
        starts = order.name == Trigger.REOPEN and not await self.time.running(named)
        offset = self.time.begin(named, at) if starts else before
        self.time.stirred()
        try:
            await give(self._client, order, self._queue, epoch_offset=offset)
        except BaseException as error:
            # A refused reopening that leaves a request has begun a run, with its own offset.
            if not (starts and await self.time.running(named)):
                self.time.keep(named, before)
            refused = refusal_of(error)
            if refused is None:
                raise
            raise refused from None

    async def idle_until(self, to: datetime) -> bool:
        """Whether no incident, group or workload does anything by itself until `to`."""
        waiting = [await self.time.next_due(workflow) for workflow in self._workflows()]
        return all(at is None or at > to for at in waiting)

    async def advance(self, to: datetime) -> None:
        """Advance everything until `to`; groups and incidents stay side by side."""
        reached = None
        while True:
            waiting = [await self.time.next_due(workflow) for workflow in self._side_by_side()]
            due = [at for at in waiting if at and at <= to and (not reached or at > reached)]
            reached = min(due, default=to)
            await self._forward(reached)
            if reached == to:
                return

    async def _forward(self, to: datetime) -> None:
        brought: set[str] = set()
        while left := [w for w in self._workflows() if w not in brought]:
            with self._lag.counted():
                moved = [named for named in left if await self.time.forward(named, to)]
                brought.update(left)
                if moved:
                    await self.settled(*moved)

    def _workflows(self) -> tuple[str, ...]:
        return (*self.incidents.values(), *self._groups, *self._workloads.begun)

    def _side_by_side(self) -> tuple[str, ...]:
        """The workflows whose instants no other may overtake, so that messages arrive in time."""
        return self._workflows() if self._workloads.begun else tuple(self._groups)

    async def settled(self, *moved: str) -> None:
        """Wait until nothing more happens by itself; note incidents that were opened.

        `moved` are the workflows that something happened to since all came to rest.
        """
        while True:
            await self.time.settled(self._workflows(), moved)
            names = {named: name for name, named in self.incidents.items()}
            known = len(self.incidents)
            for asking, named in self._start.opened:
                self._welcome(self._groups.get(asking) or names.get(asking, "incident"), named)
            if len(self.incidents) == known:
                return

    def by_name(self, text: str) -> str:
        """Replace the ids of incidents, which change every time, by their names."""
        for name, named in self.incidents.items():
            text = text.replace(named, name)
        return text

    async def view(self, named: str, at: datetime) -> IncidentView:
        """The view of the incident with this id at `at`."""
        instant = at - self.time.offset(named)
        return await ask_view(self._client, named, PATIENCE, at=instant)


def _stem(name: str) -> str:
    return name.rpartition("-")[0]
