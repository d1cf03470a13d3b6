"""A stage for an incident: virtual time, real workflow and activities, recorded sinks.

A scenario says what happens when, and then what must go out when. Any other message fails it too.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from temporalio import activity
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from activities.archive_run import ArchiveRunActivity
from activities.archive_timeline import ArchiveTimelineActivity
from activities.ask_for_leave import AskForLeaveActivity
from activities.begin_archive import BeginArchiveActivity
from activities.enforce_deadline import enforce_deadline
from activities.escalate_incident import EscalateIncidentActivity
from activities.live_messages import LiveMessagesActivity
from activities.refresh_calendars import refresh_calendars
from activities.send_notification import SendNotificationActivity
from activities.start_incident import StartIncidentActivity
from activities.tell_of_role import TellOfRoleActivity
from activities.write_report import WriteIncidentReportActivity
from connectors.channels.directory import ChannelDirectory
from connectors.documents.local import LocalDocumentStore
from incidents.schedules.on_call import OnCallLookup
from incidents.workloads.requests import Workloads
from models.answers.view import IncidentView
from models.command import CommandResult
from models.compiled import CompiledPolicy
from models.contracts.incident import INCIDENT_WORKFLOW, Carried, IncidentInput
from models.contracts.policies import LOOK_UP_POLICY, PolicyFound, PolicyWanted
from models.incident.record import Incident, Report, TimelineEntry
from rehearsal.engine.server import skipper
from rehearsal.engine.virtual_time import VirtualTime
from rehearsal.engine.workloads import RehearsedWorkloads
from runtime.worker.lanes import Workers
from tests.fakes.channels import RecordingChannels
from tests.fakes.slow_feeds import SlowFeeds
from tests.runners import guarded
from tests.specimens import POLICY, REPORT
from workflows.archive_run import ArchiveRun
from workflows.incident.workflow import IncidentWorkflow
from workflows.workload import WorkloadWorkflow

SAID = ("page.sent", "notification.sent", "reminder.sent")
Answer = TypeVar("Answer")
DRIFT = timedelta(seconds=1)
"""What comes due at a minute of the scenario comes due so much later: commands take their time."""
OTHERS = Path(__file__).parents[2] / "policies" / "default.yaml"
"""The policy of incidents that an incident leads to."""
SLACK = timedelta(seconds=45)
"""How far a virtual instant may be off: a virtual clock also runs while the machine works.

Less than a minute, which is the unit of every expectation, and more than any machine stands still.
"""


@dataclass(frozen=True)
class Said:
    """A message that must go out `at` minutes into the incident, to `to`."""

    kind: str
    at: float
    to: str

    def fits(self, entry: TimelineEntry, start: datetime) -> bool:
        """Whether a line of the timeline is this message."""
        off = entry.recorded_at - start - timedelta(minutes=self.at)
        named = (entry.kind, entry.data["recipient"]) == (f"{self.kind}.sent", self.to)
        return named and timedelta() <= off + timedelta(seconds=1) <= SLACK + timedelta(seconds=1)


def page(at: float, to: str) -> Said:
    """A page at a minute, to a person."""
    return Said("page", at, to)


def told(at: float, to: str) -> Said:
    """A notification at a minute, to an audience."""
    return Said("notification", at, to)


def reminded(at: float, to: str) -> Said:
    """A reminder at a minute, to a person."""
    return Said("reminder", at, to)


class Stage:
    """One incident and everything around it."""

    def __init__(
        self,
        env: WorkflowEnvironment,
        task_queue: str,
        documents: Path,
        directory: ChannelDirectory | None = None,
    ) -> None:
        self.env = env
        self.client: Client = env.client
        self._skipper = skipper(env.client)
        self.task_queue = task_queue
        self.channels = RecordingChannels()
        self.directory = directory or self.channels
        self.workloads: Workloads = Workloads(self.client)
        self.feeds = SlowFeeds()
        self.documents = LocalDocumentStore(documents)
        self.start: datetime
        self.handle: WorkflowHandle[Any, Any]
        self.known: dict[str, CompiledPolicy] = {}
        """Policies that came into force, by their hash: specimens have no file."""
        self.lookups = asyncio.Event()
        self.lookups.set()
        self._minutes = 0.0
        self._epoch_offset = timedelta()

    def share_time_with_workloads(self) -> None:
        """Bring each workload to the minute of the incident when it asks; call this first.

        Otherwise workloads stay at the real time, and whoever waits for one asks again and again.
        """
        time = VirtualTime(self._skipper)
        time.keep(f"INC-{self.task_queue}", timedelta())
        self.workloads = RehearsedWorkloads(self._skipper.client, time)

    def worker(self) -> Workers:
        """A worker with the real workflow and activities."""
        return Workers(
            self.client,
            task_queue=self.task_queue,
            workflows=[IncidentWorkflow, ArchiveRun, WorkloadWorkflow],
            activities=[
                enforce_deadline,
                StartIncidentActivity(self.client, OTHERS).start_incident,
                self.look_up_policy,
                refresh_calendars,
                EscalateIncidentActivity(
                    self.directory, OnCallLookup(self.feeds), self.workloads
                ).escalate_incident,
                AskForLeaveActivity(self.workloads).ask_for_leave,
                TellOfRoleActivity(self.client, self.workloads).tell_of_role,
                SendNotificationActivity(self.directory).send_notification,
                LiveMessagesActivity(self.directory).edit_message,
                LiveMessagesActivity(self.directory).keep_place,
                WriteIncidentReportActivity(self.documents).write_report,
                ArchiveTimelineActivity(self.documents).archive_timeline,
                BeginArchiveActivity(self.client).begin_archive,
                ArchiveRunActivity(self.client, self.documents).archive_run,
            ],
            workflow_runner=guarded(),
        )

    @activity.defn(name=LOOK_UP_POLICY)
    async def look_up_policy(self, request: PolicyWanted) -> PolicyFound:
        """A specimen that is known, or none; as long as `lookups` is clear, nobody answers."""
        await self.lookups.wait()
        found = self.known.get(request.policy_hash)
        return PolicyFound(policy=found, problem="" if found else "nobody knows it")

    async def report(
        self,
        policy: CompiledPolicy = POLICY,
        report: Report = REPORT,
        *,
        epoch_offset: timedelta = timedelta(),
    ) -> None:
        """The incident is reported."""
        self.handle = await self.client.start_workflow(
            INCIDENT_WORKFLOW,
            IncidentInput(policy=policy, report=report, epoch_offset=epoch_offset),
            id=f"INC-{self.task_queue}",
            task_queue=self.task_queue,
        )
        self._epoch_offset = epoch_offset
        self.start = (await self.record()).reported_at
        await self.settled()

    async def at(self, minutes: float) -> None:
        """Time passes until `minutes` into the incident."""
        reached = await self.env.get_current_time(self.handle)
        aim = self.start - self._epoch_offset + timedelta(minutes=minutes)
        if aim > reached:
            await self.env.fast_forward(self.handle, aim - reached)
        self._minutes = minutes
        await self.settled()

    async def do(self, name: str, actor: str = "ana", **fields: object) -> CommandResult:
        """Somebody gives a command; it must succeed."""
        result: CommandResult = await self.handle.execute_update(
            name, {"actor": actor, "via": "console", **fields}, result_type=CommandResult
        )
        await self.settled()
        return result

    async def refused(self, name: str, actor: str = "ana", **fields: object) -> dict[str, Any]:
        """Somebody gives a command; it must be refused. Returns the refusal."""
        try:
            await self.handle.execute_update(name, {"actor": actor, **fields})
        except WorkflowUpdateFailedError as error:
            assert isinstance(error.cause, ApplicationError)
            refusal: dict[str, Any] = error.cause.details[0]
            return refusal
        raise AssertionError(f"{name} was not refused")

    async def record(self) -> Incident:
        """The record as it is."""
        return await self._asked("record", Incident)

    async def view(self) -> IncidentView:
        """The view at the present minute."""
        now = self.start - self._epoch_offset + timedelta(minutes=self._minutes)
        return await self._asked("view", IncidentView, now)

    async def _asked(self, name: str, answer: type[Answer], *args: object) -> Answer:
        """Query; between two runs, the server has nobody to ask for a moment."""
        while True:
            try:
                found: Answer = await self.handle.query(name, args=args, result_type=answer)
            except RPCError as error:
                if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                    raise
                await asyncio.sleep(0.01)
            else:
                return found

    async def settled(self) -> None:
        """Wait until nothing more happens by itself, and nothing is owed."""
        time, named = VirtualTime(self._skipper), self.handle.id
        time.keep(named, timedelta())
        while True:
            await time.settled([named], moved=[named])
            seen, due = await time.look(named), await time.next_due(named)
            if seen.runs and due and (left := due - seen.now()) <= DRIFT:
                await asyncio.sleep(max(0.02, left.total_seconds()))
                continue
            if not seen.owes:
                return
            view = await self.view()
            owed = (d.not_before for d in view.undelivered)
            if not any(at is None or at <= view.now for at in owed):
                return
            await asyncio.sleep(0.02)

    async def ended(self) -> Carried:
        """The incident is over; returns what it carried to its end."""
        await self.handle.result()
        handle = self.client.get_workflow_handle(self.handle.id, result_type=Carried)
        result: Carried = await handle.result()
        return result

    async def said(self, *expected: Said) -> None:
        """Exactly this went out, in any order, and nothing else."""
        record = await self.record()
        lines = [entry for entry in record.timeline if entry.kind in SAID]
        missing, unexpected = _matched(expected, lines, self.start)
        assert not missing, f"not said: {missing}\n{_story(record, self.start)}"
        assert not unexpected, f"said, not expected: {unexpected}\n{_story(record, self.start)}"
        sent = sum(len(channel.messages) for channel in self.channels.named.values())
        assert sent == len(lines), "the sinks and the timeline disagree"


def _matched(
    expected: Sequence[Said], lines: list[TimelineEntry], start: datetime
) -> tuple[list[Said], list[str]]:
    left = list(lines)
    missing = []
    for said in expected:
        fitting = next((line for line in left if said.fits(line, start)), None)
        if fitting is None:
            missing.append(said)
        else:
            left.remove(fitting)
    return missing, [f"{line.recorded_at - start} {line.summary}" for line in left]


def _story(record: Incident, start: datetime) -> str:
    return "\n".join(f"{e.recorded_at - start} {e.kind}: {e.summary}" for e in record.timeline)
