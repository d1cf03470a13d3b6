"""Waiting work goes by kind, then by severity, on the server as shipped."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.common import Priority
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from models.severity import LEAST_URGENT
from rules.paging.urgency import WorkKind, lane, rank
from runtime.settings import Settings
from runtime.worker.lanes import SLOTS, Workers
from runtime.worker.registry import running_workers
from tests.fakes.channels import RecordingChannels
from tests.specimens import POLICY, REPORT

WORST = 1
LATER_WORST, LATER_MILD = (WorkKind.LATER_PAGE, WORST), (WorkKind.LATER_PAGE, 2)
Job = tuple[WorkKind, int]


class Bench:
    """An activity that reports when it begins, and stays until the gate opens."""

    def __init__(self) -> None:
        self.begun: list[Job] = []
        self.gate = asyncio.Event()

    @activity.defn
    async def work(self, kind: int, urgent: int) -> None:
        """Begin."""
        self.begun.append((WorkKind(kind), urgent))
        await self.gate.wait()

    async def has_begun(self, count: int) -> None:
        """Wait until so many jobs have begun."""
        while len(self.begun) < count:
            await asyncio.sleep(0.01)


@workflow.defn
class OneJob:
    """Runs one activity of this kind and urgency; its own first task ranks the same."""

    looked_at: list[Job]

    @workflow.run
    async def run(self, kind: int, urgent: int, task_queue: str) -> None:
        """Have it done."""
        type(self).looked_at.append((WorkKind(kind), urgent))
        await workflow.execute_activity(
            "work",
            args=[kind, urgent],
            task_queue=task_queue,
            start_to_close_timeout=timedelta(minutes=1),
            priority=Priority(*rank(WorkKind(kind), urgent)),
        )


async def ask(
    client: Client, task_queue: str, job: Job, queue: str = ""
) -> WorkflowHandle[OneJob, None]:
    """Ask for a job."""
    kind, urgent = job
    return await client.start_workflow(
        OneJob.run,
        args=[int(kind), urgent, queue or task_queue],
        id=uuid.uuid4().hex,
        task_queue=task_queue,
        priority=Priority(*rank(kind, urgent)),
    )


async def queued(client: Client, task_queue: str, count: int, *, activities: bool = False) -> None:
    """Wait until so many tasks of a queue wait for a slot."""
    kind = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY if activities else kind,
        report_stats=True,
    )
    while True:
        answer = await client.workflow_service.describe_task_queue(request)
        if answer.stats.approximate_backlog_count == count:
            return
        await asyncio.sleep(0.02)


async def order_of(client: Client, task_queue: str, jobs: Sequence[Job]) -> list[Job]:
    """The order in which jobs begin that were queued while the only slot was taken."""
    OneJob.looked_at, bench = [], Bench()
    async with Worker(
        client,
        task_queue=task_queue,
        workflows=[OneJob],
        activities=[bench.work],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_concurrent_activities=1,
    ):
        await ask(client, task_queue, (WorkKind.CHORE, WORST))
        await bench.has_begun(1)
        for job in jobs:
            await ask(client, task_queue, job)
        await queued(client, task_queue, len(jobs), activities=True)
        bench.gate.set()
        await bench.has_begun(len(jobs) + 1)
    return bench.begun[1:]


async def test_queued_work_begins_by_kind_whatever_its_severity(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """The mildest first page begins before the worst reminder, although it came last."""
    jobs = [(kind, urgent) for kind in reversed(WorkKind) for urgent in (WORST, LEAST_URGENT)]
    begun = await order_of(server.client, task_queue, jobs)
    assert [kind for kind, _ in begun] == [kind for kind in WorkKind for _ in range(2)]


async def test_the_worst_of_one_kind_begins_first_and_the_mildest_has_its_turn(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """No milder one goes before the worst, but it need not wait for all of the worst."""
    jobs = [*[LATER_MILD] * 3, *[LATER_WORST] * 12]
    begun = await order_of(server.client, task_queue, jobs)
    assert begun[0] == LATER_WORST
    assert begun.index(LATER_MILD) < begun.index(LATER_WORST, 9)


async def test_new_incidents_are_looked_at_before_old_ones_do_their_work(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """Workflow tasks are ordered too, by the workflow's priority at that time."""
    OneJob.looked_at, bench = [], Bench()
    bench.gate.set()
    kinds = (WorkKind.CHORE, WorkKind.COMMAND, WorkKind.FIRST_PAGE)
    jobs = [(kind, urgent) for kind in kinds for urgent in (WORST, LEAST_URGENT)]
    for job in jobs:
        await ask(server.client, task_queue, job)
    await queued(server.client, task_queue, len(jobs))
    async with Worker(
        server.client,
        task_queue=task_queue,
        workflows=[OneJob],
        activities=[bench.work],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=0,
        max_concurrent_workflow_tasks=1,
        max_concurrent_workflow_task_polls=1,
    ):
        await bench.has_begun(len(jobs))
    looked_at = list(dict.fromkeys(OneJob.looked_at))
    assert [kind for kind, _ in looked_at] == sorted(kind for kind, _ in jobs)


async def test_a_kind_that_fills_its_slots_keeps_no_other_waiting(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """More reminders hang than there are slots; a page, a command and a notice still go."""
    OneJob.looked_at, bench = [], Bench()
    async with Workers(
        server.client,
        task_queue=task_queue,
        workflows=[OneJob],
        activities=[bench.work],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        chores = lane(task_queue, WorkKind.CHORE)
        reminders = [
            ask(server.client, task_queue, (WorkKind.CHORE, 1), chores) for _ in range(SLOTS)
        ]
        await asyncio.gather(
            *reminders, ask(server.client, task_queue, (WorkKind.CHORE, 1), chores)
        )
        await bench.has_begun(SLOTS)
        others = [kind for kind in WorkKind if kind is not WorkKind.CHORE]
        for kind in others:
            await ask(server.client, task_queue, (kind, LEAST_URGENT), lane(task_queue, kind))
        await bench.has_begun(SLOTS + len(others))
        bench.gate.set()
    assert {kind for kind, _ in bench.begun[SLOTS : SLOTS + len(others)]} == set(others)


async def test_an_incident_that_has_had_its_first_page_ranks_behind_new_ones(
    server: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """It begins with the priority of a first page, and then ranks behind new ones."""
    settings = Settings.model_construct(
        task_queue=task_queue, state_directory=tmp_path, policy_file=tmp_path / "none.yaml"
    )
    incident = await server.client.start_workflow(
        INCIDENT_WORKFLOW,
        IncidentInput(policy=POLICY, report=REPORT),
        id=f"INC-{task_queue}",
        task_queue=task_queue,
        priority=Priority(*rank(WorkKind.FIRST_PAGE, WORST)),
    )

    async def kind() -> int:
        described = await incident.describe()
        return described.raw_description.workflow_execution_info.priority.priority_key

    assert await kind() == WorkKind.FIRST_PAGE
    channels = RecordingChannels()
    async with running_workers(server.client, settings, channels):
        while await kind() == WorkKind.FIRST_PAGE:
            await asyncio.sleep(0.05)
    assert await kind() == WorkKind.COMMAND
    assert channels.channel("log").messages
    await incident.terminate()
