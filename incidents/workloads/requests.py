"""The workloads of people and channels, which cross incidents: asked by one update for many.

A workflow answers some twenty updates a second. Of a storm, all pages that ask while an answer is
under way go together with the next: what then is one update, hundreds can be.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
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
from models.severity import MOST_URGENT
from models.workload import (
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
from rules.paging.urgency import Kind, home_of, rank
from rules.record.identity import workload_id
from rules.record.markdown import caption

MOST_TOGETHER = 200
FIRST = Priority(*rank(Kind.FIRST_PAGE, MOST_URGENT))
"""Many incidents wait for the answer of one workload: it goes first."""

_NO_ANSWER = (RPCError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError)

Answer = TypeVar("Answer", bound=BaseModel)
Waiting = list[tuple[AskLeave, "asyncio.Future[Leave]"]]


class NoAnswer(Exception):  # noqa: N818 - says what is
    """A workload did not answer, or not in time."""


@dataclass(slots=True)
class _Line:
    """Those who wait for one workload; one of them asks for all."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: Waiting = field(default_factory=list)


class Workloads:
    """Reaches workloads, on the task queue of the activity that asks; the first ask starts one."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lines: defaultdict[str, _Line] = defaultdict(_Line)

    async def ready(self, workload: str) -> timedelta:  # noqa: ARG002 - rehearsals know more
        """By how much the clock of a workload is moved if it is started now."""
        return NO_OFFSET

    async def ask(self, request: AskForLeave) -> Leave:
        """What a page is answered, within eight seconds. Raises NoAnswer."""
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
        """Tell of a role that is held, or is not held any more. Raises NoAnswer."""
        workload = workload_id(home_of(activity.info().task_queue), policy, whom)
        try:
            async with asyncio.timeout(patience.WORKLOAD.total_seconds()):
                return await self._update(workload, whom, HOLD_ROLE, told, RolesHeld)
        except TimeoutError:
            raise NoAnswer(workload) from None

    async def _ask_for_all(self, line: _Line, workload: str, whom: str) -> None:
        """The worst go first, also where more ask than one update takes."""
        line.waiting.sort(key=lambda one: one[0].bound.urgency)
        together, line.waiting = line.waiting[:MOST_TOGETHER], line.waiting[MOST_TOGETHER:]
        pages = AskTogether(pages=tuple(ask for ask, _ in together))
        try:
            answers = await self._update(workload, whom, ASK_LEAVE, pages, Leaves)
        except BaseException:
            for _, answer in together:
                answer.set_exception(NoAnswer(workload))
                answer.exception()  # Whoever has gone meanwhile does not look at it.
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
