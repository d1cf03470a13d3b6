"""What people and channels have on their hands over all incidents, asked of their workloads."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from console.incidents.finding import quoted
from console.incidents.standing import PROBE_TIMEOUT
from console.policies.file import read_policy
from console.terminal.errors import NO_ANSWER, no_worker
from console.terminal.failures import usage
from console.workload.assigned import OnHand
from models.policy import Policy
from models.policy.words import suggestion
from models.workload import WORKLOAD_WORKFLOW, WorkloadInput, WorkloadState
from policies.limits import limit_of
from rules.record.identity import workload_id
from runtime.client import unknown_namespace
from runtime.settings import Settings, load_settings

TOGETHER = 20
"""So many workloads are asked at once."""

_STATE = "state"
_KINDS = ("person", "channel")


@dataclass(frozen=True, slots=True)
class Workloads:
    """Finds workloads of this installation, under its policy in force."""

    client: Client
    policy: Policy
    task_queue: str
    patience: timedelta

    @classmethod
    def of(cls, client: Client, patience: timedelta) -> "Workloads":
        """By the settings. Raises PolicyBroken."""
        settings: Settings = load_settings()
        return cls(client, read_policy(settings.policy_file).policy, settings.task_queue, patience)

    def id_of(self, whom: str) -> str:
        """The workload of `person:NAME` or `channel:NAME`."""
        return workload_id(self.task_queue, self.policy.policy, whom)

    async def one(self, typed: str) -> OnHand:
        """What somebody has on their hands. Raises `Failure`: unknown, or no worker answers."""
        whom = whom_of(self.policy, typed)
        workload = self.id_of(whom)
        return self._on_hand(whom, workload, await self._running(workload))

    async def every(self) -> tuple[OnHand, ...]:
        """The same of all whose workload runs. Raises `Failure`: no worker answers."""
        names = [("person", n) for n in self.policy.people]
        names += [("channel", n) for n in self.policy.channels]
        known = {self.id_of(whom): whom for whom in (f"{kind}:{name}" for kind, name in names)}
        turn = asyncio.Semaphore(TOGETHER)

        async def ask(run: WorkflowExecution) -> OnHand | None:
            async with turn:
                state = await self._running(run.id)
                if state is None:
                    return None
                if run.id in known:
                    return self._on_hand(known[run.id], run.id, state)
                whom = await self._started_for(run)
                return self._on_hand(whom, run.id, state, ours=run.id == self.id_of(whom))

        found = await asyncio.gather(*[ask(run) async for run in self._runs()])
        return tuple(sorted((one for one in found if one), key=lambda one: one.whom))

    def _on_hand(
        self, whom: str, workload: str, state: WorkloadState | None, *, ours: bool = True
    ) -> OnHand:
        asked_by = state.limit if state else None
        roles = self.policy.roles.items() if ours and whom.startswith("person:") else ()
        return OnHand(
            whom=whom,
            workload=workload,
            now=datetime.now(UTC),
            policy=self.policy.policy if ours else None,
            state=state,
            limit=asked_by or (limit_of(self.policy, whom) if ours else None),
            at_once={name: role.at_once for name, role in roles if role.at_once},
        )

    def _runs(self) -> AsyncIterator[WorkflowExecution]:
        return self.client.list_workflows(
            f"WorkflowType = '{WORKLOAD_WORKFLOW}' AND ExecutionStatus = 'Running'"
            f" AND TaskQueue = {quoted([self.task_queue])}"
        )

    async def _running(self, workload: str) -> WorkloadState | None:
        """What a workload knows; None where none runs. Raises `Failure`: no worker answers."""
        handle = self.client.get_workflow_handle(workload)
        try:
            described = await handle.describe(rpc_timeout=PROBE_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND and unknown_namespace(error) is None:
                return None
            raise
        if described.status is not WorkflowExecutionStatus.RUNNING:
            return None
        try:
            state: WorkloadState = await handle.query(
                _STATE, result_type=WorkloadState, rpc_timeout=self.patience
            )
        except RPCError as error:
            if error.status not in NO_ANSWER:
                raise
            raise no_worker(workload, self.patience, workload=workload) from None
        return state

    async def _started_for(self, run: WorkflowExecution) -> str:
        """Whose workload it is, as it was told when it started."""
        handle = self.client.get_workflow_handle(run.id, run_id=run.run_id)
        async for event in handle.fetch_history_events(page_size=1, rpc_timeout=PROBE_TIMEOUT):
            given = event.workflow_execution_started_event_attributes.input.payloads
            (start,) = await self.client.data_converter.decode(given, [WorkloadInput])
            return str(start.whom)
        return run.id


def whom_of(policy: Policy, typed: str) -> str:
    """Whom a name means, in full. Raises `Failure` (usage) for one that the policy has not."""
    kind, colon, name = typed.partition(":")
    names = {"person": tuple(policy.people), "channel": tuple(policy.channels)}
    if colon and kind not in names:
        raise usage(f"{typed}: {kind} is neither person nor channel", "write person:NAME")
    kinds = (kind,) if colon else _KINDS
    name = name if colon else typed
    for each in kinds:
        if name in names[each]:
            return f"{each}:{name}"
    every = tuple(known for each in kinds for known in names[each])
    raise usage(f"there is no {' or '.join(kinds)} {name}; {suggestion(name, every)}")
