"""A storm of incidents on a server on which time passes: who is paged, and for what.

160 show the same as a thousand: many times anybody's limit waits before a worker comes. `make
storm` tries a thousand.
"""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from models.compiled import EscalationPolicy, Level, Person
from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from models.messages.message import Message
from models.people.workload import PageLimit, PageLimits, WorkloadState
from rules.paging.urgency import WorkKind
from rules.paging.workload import pages_one_by_one
from rules.record.ids import workload_id
from runtime.settings import Settings
from runtime.worker.registry import running_workers
from tests.fakes.channels import RecordingChannels
from tests.patience import PATIENCE_SECONDS
from tests.specimens import POLICY, REPORT
from workflows.activity_calls import priority_of

MANY = 1000 if os.environ.get("STORM") == "full" else 160
OF_THE_WORST = 20
"""More than anybody's limit, so that only these are paged by themselves."""
AT_A_TIME = 20
HOUR = timedelta(hours=1)
LIMITS = {"ana": PageLimit(most=10, within=HOUR), "bo": PageLimit(most=6, within=HOUR)}
POLICY_OF_STORMS = POLICY.changed(
    audiences=(),
    clocks=(),
    page_limits=PageLimits(person=LIMITS["ana"]),
    people={**POLICY.people, "bo": Person(name="bo", limit=LIMITS["bo"])},
    escalation=EscalationPolicy(
        name="storm", levels=(Level(page=("person:ana", "person:bo"), wait=HOUR),)
    ),
)
WORST, LEAST = POLICY.severities[0], POLICY.severities[-1]


async def storm(client: Client, task_queue: str) -> None:
    """Many incidents; a few of the worst severity, spread evenly among the others."""
    turns = asyncio.Semaphore(AT_A_TIME)

    async def report(number: int) -> None:
        severity = LEAST if (number + 1) % (MANY // OF_THE_WORST) else WORST
        report = REPORT.changed(severity=severity, title=f"trouble {number}")
        async with turns:
            await client.start_workflow(
                INCIDENT_WORKFLOW,
                IncidentInput(policy=POLICY_OF_STORMS, report=report),
                id=f"INC-{task_queue}-{number}",
                task_queue=task_queue,
                priority=priority_of(WorkKind.FIRST_PAGE, severity, POLICY.severities),
            )

    await asyncio.gather(*(report(number) for number in range(MANY)))


def known(state: WorkloadState) -> int:
    """How many pages a workload knows: sent alone, told in a summary, or held."""
    alone = sum(not sent.summary for sent in state.sent)
    return alone + len(state.held) + sum(len(settled.keys) for settled in state.settled)


async def told(client: Client, task_queue: str, person: str) -> WorkloadState:
    """What the workload of a person knows once every page has asked."""
    name = workload_id(task_queue, POLICY.name, f"person:{person}")
    handle = client.get_workflow_handle(name)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                state: WorkloadState = await handle.query("state", result_type=WorkloadState)
            except Exception:  # noqa: BLE001 - nobody has asked yet, or the worker has just begun
                state = WorkloadState()
            if known(state) == MANY:
                return state
            await asyncio.sleep(0.5)


async def test_a_storm_of_incidents_pages_each_within_their_limit_and_the_worst_first(
    server: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """Pages of their own are for the worst severity, and no page is forgotten.

    On a busy machine, some leave because their workload did not answer in time.
    """
    client, channels = server.client, RecordingChannels()
    settings = Settings.model_construct(
        task_queue=task_queue, state_directory=tmp_path, policy_file=tmp_path / "none.yaml"
    )
    await storm(client, task_queue)
    async with running_workers(client, settings, channels):
        states = {person: await told(client, task_queue, person) for person in LIMITS}
    sent = [sent for name in channels.named.values() for sent in name.messages.values()]
    for person, limit in LIMITS.items():
        allowed = {page.key for page in states[person].sent}
        pages = [page for page in sent if page.recipient == person and page.key in allowed]
        assert len(allowed) <= limit.most
        alone = [page for page in pages if _alone(page)]
        assert [page.severity for page in alone] == [WORST] * pages_one_by_one(limit, worst=True)
        assert known(states[person]) == MANY


def _alone(page: Message) -> bool:
    return "/summary-" not in page.key
