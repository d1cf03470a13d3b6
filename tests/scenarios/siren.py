"""Alerts of one key go off on a stage, with the real alert group and its real incidents.

Each workflow has a virtual clock of its own; the minutes here are the group's.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import WorkflowRunner

from activities.archive_run import ArchiveRunActivity
from activities.archive_timeline import ArchiveTimelineActivity
from activities.begin_archive import BeginArchiveActivity
from activities.enforce_deadline import enforce_deadline
from activities.escalate_incident import EscalateIncidentActivity
from activities.feed_incident import FeedIncidentActivity
from activities.keep_policy import KeepPolicyActivity
from activities.live_messages import LiveMessagesActivity
from activities.look_up_policy import LookUpPolicyActivity
from activities.send_notification import SendNotificationActivity
from activities.start_incident import StartIncidentActivity
from activities.write_report import WriteIncidentReportActivity
from connectors.channels.directory import ChannelDirectory
from connectors.documents.local import LocalDocumentStore
from models.alert import Alert, AlertBatch, AlertStatus, GroupingPolicy
from models.contracts.alert_group import (
    ALERT_GROUP_WORKFLOW,
    RECEIVE_ALERTS,
    AlertGroupInput,
    GroupState,
)
from models.incident.record import Incident
from runtime.worker.lanes import Workers
from runtime.worker.registry import WORKFLOWS
from states.lifecycle import State
from tests.fakes.channels import RecordingChannels
from tests.patience import PATIENCE_SECONDS
from tests.runners import guarded

POLICY = """
policy: Siren
version: "1"
effective_from: 2026-01-01
principles: {{ framework: none }}
severities: {{ SEV1: {{ means: bad }}, SEV2: {{ means: less bad }} }}
severity_rules:
  default: SEV2
  from_labels: {{ severity: {{ critical: SEV1, warning: SEV2 }} }}
reporting: {{ who: [{who}], required: [title] }}
people: {{ ana: {{ email: ana@example.com }} }}
channels: {{ log: {{ kind: log }} }}
paging: {{ channels: [log] }}
escalations: {{ default: [{{ page: ana, wait: 5m }}] }}
alerts: {{ ignore: [{{ severity: none }}] }}
"""
"""Pages ana; asks neither steps nor a review, so that `resolve` closes."""

REVIEW = "review: { required: { SEV2: always }, lessons: false }\n"
"""What a test adds to the policy where a review is to be asked."""


def policy_file(folder: Path, *, who: str = "anyone, monitoring", more: str = "") -> Path:
    """The policy as a file, with what a test adds to it."""
    path = folder / "policy.yaml"
    path.write_text(POLICY.format(who=who) + more)
    return path


class Siren:
    """One alert group and its incidents. Start its `worker` first."""

    def __init__(
        self,
        env: WorkflowEnvironment,
        task_queue: str,
        folder: Path,
        grouping: GroupingPolicy | None = None,
        *,
        runner: Callable[[], WorkflowRunner] = guarded,
    ) -> None:
        self.env = env
        self.client: Client = env.client
        self.task_queue = task_queue
        self.policy = policy_file(folder)
        self.grouping = grouping or GroupingPolicy()
        self.channels = RecordingChannels()
        self.directory: ChannelDirectory | None = None
        """What the worker sends by; without one, `channels`, as they are when it starts."""
        self.feeder = FeedIncidentActivity(self.client)
        self.documents = LocalDocumentStore(folder / "documents")
        self.id = f"AG-{task_queue}"
        self.handle: WorkflowHandle[object, object] = self.client.get_workflow_handle(self.id)
        self._runner = runner
        self._start = datetime.now(UTC)
        self._minutes = 0.0

    def worker(self, **options: Any) -> Workers:
        """A worker with the real workflows and activities."""
        channels = self.directory or self.channels
        return Workers(
            self.client,
            task_queue=self.task_queue,
            workflows=list(WORKFLOWS),
            activities=[
                enforce_deadline,
                EscalateIncidentActivity(channels).escalate_incident,
                SendNotificationActivity(channels).send_notification,
                LiveMessagesActivity(channels).edit_message,
                LiveMessagesActivity(channels).keep_place,
                StartIncidentActivity(self.client, self.policy).start_incident,
                self.feeder.feed_incident,
                WriteIncidentReportActivity(self.documents).write_report,
                ArchiveTimelineActivity(self.documents).archive_timeline,
                BeginArchiveActivity(self.client).begin_archive,
                ArchiveRunActivity(self.client, self.documents).archive_run,
                KeepPolicyActivity(self.documents, self.policy).keep_policy,
                LookUpPolicyActivity(self.documents, self.policy).look_up_policy,
            ],
            **{"workflow_runner": self._runner(), **options},
        )

    async def dismissed(self) -> None:
        """End what a test left open; otherwise it would delay the tests that follow."""
        query = f"TaskQueue = '{self.task_queue}' AND ExecutionStatus = 'Running'"
        async for run in self.client.list_workflows(query):
            with suppress(RPCError):  # It has ended meanwhile.
                await self.client.get_workflow_handle(run.id).terminate()

    def at(self, minute: float) -> datetime:
        """The instant of a minute since the first delivery."""
        return self._start + timedelta(minutes=minute)

    def firing(self, name: str, since: float = 0, **fields: object) -> Alert:
        """An alert that fires from one minute on."""
        return Alert(
            fingerprint=name,
            name=name,
            status=AlertStatus.FIRING,
            started_at=self.at(since),
            **fields,
        )

    def ended(self, name: str, since: float, until: float) -> Alert:
        """An alert that fired between two minutes."""
        return self.firing(name, since).changed(
            status=AlertStatus.RESOLVED, ended_at=self.at(until)
        )

    async def after(self, minute: float) -> None:
        """Time passes until a minute."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            reached = await self.env.get_current_time(self.handle)
            if self.at(minute) > reached:
                await self.env.fast_forward(self.handle, self.at(minute) - reached)
        self._minutes = minute

    async def hears(self, *alerts: Alert, truncated: int = 0) -> None:
        """A delivery arrives now."""
        batch = AlertBatch(
            group_key="k", alerts=alerts, truncated=truncated, received_at=self.at(self._minutes)
        )
        await self.client.start_workflow(
            ALERT_GROUP_WORKFLOW,
            AlertGroupInput(group_key="k", grouping=self.grouping),
            id=self.id,
            task_queue=self.task_queue,
            start_signal=RECEIVE_ALERTS,
            start_signal_args=[batch],
        )

    async def until(self, holds: Callable[[GroupState], bool]) -> GroupState:
        """Wait until the group's state satisfies `holds`; if it never does, fail."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                state: GroupState = await self.handle.query("state", result_type=GroupState)
                if holds(state):
                    return state
                await asyncio.sleep(0.05)

    async def opened(self, count: int = 1) -> str:
        """Wait until it has opened so many incidents; the id of the last."""
        state = await self.until(lambda s: s.opened == count)
        assert state.incident_id is not None
        return state.incident_id

    async def answered(self, count: int) -> None:
        """Wait until the incident has answered this often, including pauses after failures."""
        pauses: set[datetime | None] = {None}
        while True:
            state = await self.until(lambda s: s.fed == count or s.not_before not in pauses)
            if state.fed == count:
                return
            pauses.add(state.not_before)
            await self.after(self._minutes + 0.2)

    async def do(self, incident_id: str, name: str, **fields: object) -> None:
        """Ana gives the incident a command."""
        handle = self.client.get_workflow_handle(incident_id)
        await handle.execute_update(name, {"actor": "ana", **fields})

    async def closed(self, incident_id: str) -> None:
        """Ana resolves the incident, which ends it; the group has heard of it."""
        await self.do(incident_id, "resolve")
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.client.get_workflow_handle(incident_id).result()
        await self.until(lambda s: s.incident_state is State.CLOSED)

    async def record(self, incident_id: str) -> Incident:
        """The record of an incident."""
        handle = self.client.get_workflow_handle(incident_id)
        record: Incident = await handle.query("record", result_type=Incident)
        return record

    async def summaries(self) -> list[str]:
        """The summaries of timers and activities in the group's last run."""
        history = await self.handle.fetch_history()
        payloads = [e.user_metadata.summary.data for e in history.events if e.user_metadata]
        return [payload.decode().strip('"') for payload in payloads if payload]
