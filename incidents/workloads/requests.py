"""Asks the workloads of people and channels, which cross incidents, in batches.

A workflow answers about twenty updates a second. In a storm, all pages that ask while an answer is
pending go together in the next update, which can hold hundreds.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate
from typing import Any, TypeVar

from pydantic import BaseModel
from temporalio import activity
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import Priority, WorkflowIDConflictPolicy
from temporalio.service import RPCError

from incidents import patience
from incidents.opening import NO_OFFSET
from models.people.workload import (
    ASK_LEAVE,
    HOLD_ROLE,
    WORKLOAD_WORKFLOW,
    AskForLeave,
    AskLeave,
    AskTogether,
    HoldRole,
    Leave,
    Leaves,
    RolesHeld,
    WorkloadInput,
)
from models.severity import MOST_URGENT
from rules.paging.urgency import WorkKind, home_of, rank
from rules.record.bounds import MESSAGE_BYTES
from rules.record.carried import size
from rules.record.ids import workload_id
from rules.wording.markdown import caption

MOST_TOGETHER = 200
FIRST = Priority(*rank(WorkKind.FIRST_PAGE, MOST_URGENT))
"""This update goes first, because many incidents wait for the answer of one workload."""

_NO_ANSWER = (RPCError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError)

Answer = TypeVar("Answer", bound=BaseModel)
Waiting = list[tuple[AskLeave, "asyncio.Future[Leave]"]]


class NoAnswer(Exception):  # noqa: N818 - says what is
    """A workload did not answer, or not in time."""


@dataclass(slots=True)
class _RequestQueue:
    """The requests that wait for one workload; one of them asks for all."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: Waiting = field(default_factory=list)


def together_at_once(asks: Sequence[AskLeave]) -> int:
    """How many of these pages fit into one update; at least one."""
    weights = accumulate(size(ask) + 1 for ask in asks[:MOST_TOGETHER])
    return max(1, sum(weight <= MESSAGE_BYTES - 1024 for weight in weights))


class Workloads:
    """Reaches workloads on the task queue of the asking activity; the first request starts one."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lines: defaultdict[str, _RequestQueue] = defaultdict(_RequestQueue)

    async def ready(self, workload: str) -> timedelta:  # noqa: ARG002 - rehearsals know more
        """The clock offset of a workload, if it is started now."""
        return NO_OFFSET

    async def ask(self, request: AskForLeave) -> Leave:
        """Ask leave for a page; the answer comes within eight seconds. Raises NoAnswer."""
        whom = request.asked.bound.whom
        workload = workload_id(home_of(activity.info().task_queue), request.policy, whom)
        line = self._lines[workload]
        answer: asyncio.Future[Leave] = asyncio.get_running_loop().create_future()
        line.waiting.append((request.asked, answer))
        try:
            async with asyncio.timeout(patience.WORKLOAD.total_seconds()), line.turn:
                while not answer.done():
                    await self._ask_for_all(line, workload, whom)
        except TimeoutError:
            raise NoAnswer(workload) from None
        return answer.result()

    async def tell(self, policy: str, whom: str, told: HoldRole) -> RolesHeld:
        """Report that somebody now holds a role, or no longer does. Raises NoAnswer."""
        workload = workload_id(home_of(activity.info().task_queue), policy, whom)
        try:
            async with asyncio.timeout(patience.WORKLOAD.total_seconds()):
                return await self._update(workload, whom, HOLD_ROLE, told, RolesHeld)
        except TimeoutError:
            raise NoAnswer(workload) from None

    async def _ask_for_all(self, line: _RequestQueue, workload: str, whom: str) -> None:
        """Ask for the worst first, even if more are waiting than one update takes."""
        line.waiting.sort(key=lambda one: one[0].bound.urgency)
        count = together_at_once([ask for ask, _ in line.waiting])
        together, line.waiting = line.waiting[:count], line.waiting[count:]
        pages = AskTogether(pages=tuple(ask for ask, _ in together))
        try:
            answers = await self._update(workload, whom, ASK_LEAVE, pages, Leaves)
        except BaseException:
            for _, answer in together:
                answer.set_exception(NoAnswer(workload))
                answer.exception()  # Nobody reads it if the caller has gone.
            raise
        for (_, answer), leave in zip(together, answers.leaves, strict=True):
            answer.set_result(leave)

    async def _update(
        self, workload: str, whom: str, name: str, said: BaseModel, kind: type[Answer]
    ) -> Answer:
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            WORKLOAD_WORKFLOW,
            WorkloadInput(whom=whom, epoch_offset=await self.ready(workload)),
            id=workload,
            task_queue=home_of(activity.info().task_queue),
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=caption(f"pages and roles of {whom}"),
            priority=FIRST,
        )
        try:
            answer: Answer = await self._client.execute_update_with_start_workflow(
                name, said, start_workflow_operation=start, result_type=kind
            )
        except _NO_ANSWER as error:
            raise NoAnswer(workload) from error
        return answer
