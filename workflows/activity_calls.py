"""Timeouts, retry policies and priorities of every activity, in one place.

No activity lives longer than a minute. What takes longer is a due point of the workflow, so that a
run can always drain and continue as new.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ApplicationError, FailureError

from models.contracts.notifying import PERMANENT_FAILURE
from rules.paging.urgency import WorkKind, lane, rank, urgency
from rules.record.carried import GIVEN_BYTES, size
from rules.wording.markdown import caption

Result = TypeVar("Result")

FIRST_PAGE_TIMEOUT = timedelta(seconds=2)
ATTEMPT_TIMEOUT = timedelta(seconds=10)
ATTEMPT_AT_AN_ARCHIVE_TIMEOUT = timedelta(seconds=60)
LIFE_OF_AN_ACTIVITY = timedelta(seconds=55)
LIFE_OF_A_PAGE = timedelta(seconds=15)
"""After a retryable failure a page soon goes to the next channel: somebody has to wake up."""

_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=15),
    non_retryable_error_types=[PERMANENT_FAILURE],
)
_ONCE = RetryPolicy(maximum_attempts=1)

_CHORE = Priority(*rank(WorkKind.CHORE))
_WITHOUT_END = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=10),
)
"""An archive is owed until it is there. If it cannot succeed, its activity says so."""


def priority_of(kind: WorkKind, severity: str, severities: Sequence[str]) -> Priority:
    """Temporal's priority for a kind of work, for an incident of a severity."""
    return Priority(*rank(kind, urgency(severity, severities)))


def own_priority(kind: WorkKind) -> Priority:
    """Temporal's priority for a kind of work, as urgent as the workflow was when it began."""
    own = workflow.info().priority
    return Priority(kind.value, own.fairness_key, own.fairness_weight)


def _lane(priority: Priority) -> str:
    """The task queue for the kind of work that has this priority."""
    return lane(workflow.info().task_queue, WorkKind(priority.priority_key or WorkKind.FIRST_PAGE))


def _weighed(name: str, argument: Any) -> Any:
    """The input of an activity. Raises ApplicationError if it is too large.

    Otherwise Temporal would fail the workflow task at every attempt, and the incident would stop.
    Workflows go on after a failed activity.
    """
    weighs = size(argument) if isinstance(argument, BaseModel) else 0
    if weighs > GIVEN_BYTES:
        raise ApplicationError(
            f"{name} was not started: its input has {weighs} bytes, at most {GIVEN_BYTES} fit",
            type=PERMANENT_FAILURE,
            non_retryable=True,
        )
    return argument


def begin(
    name: str,
    argument: Any,
    result: type[Result],
    *,
    summary: str,
    priority: Priority,
    within: timedelta = LIFE_OF_AN_ACTIVITY,
) -> "workflow.ActivityHandle[Result]":
    """Start an activity with retries.

    If cancelled, it is not tried again; an attempt under way is waited for, and its result counts.
    Raises ApplicationError if the argument is too large for Temporal.
    """
    handle: workflow.ActivityHandle[Result] = workflow.start_activity(
        name,
        _weighed(name, argument),
        task_queue=_lane(priority),
        result_type=result,
        start_to_close_timeout=ATTEMPT_TIMEOUT,
        schedule_to_close_timeout=within,
        retry_policy=_RETRIES,
        summary=caption(summary),
        priority=priority,
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    )
    return handle


async def perform(
    name: str,
    argument: Any,
    result: type[Result],
    *,
    summary: str,
    priority: Priority,
    within: timedelta = LIFE_OF_AN_ACTIVITY,
) -> Result:
    """Run an activity with retries; raises FailureError when `within` is over."""
    return await begin(name, argument, result, summary=summary, priority=priority, within=within)


async def perform_at_once(
    name: str, argument: Any, result: type[Result], *, summary: str
) -> Result:
    """Run an activity inside the workflow task: one attempt of at most two seconds.

    Its effect leaves before anything about it is on record, so a lost task forgets it. Arm or
    cancel nothing beside it: a query that is answered meanwhile separates it from what follows.
    """
    answer: Result = await workflow.execute_local_activity(
        name,
        _weighed(name, argument),
        result_type=result,
        schedule_to_close_timeout=FIRST_PAGE_TIMEOUT,
        retry_policy=_ONCE,
        summary=caption(summary),
    )
    return answer


async def perform_promptly(
    name: str, argument: Any, result: type[Result], *, summary: str, priority: Priority
) -> Result:
    """Run an activity inside the workflow task; if that fails, run it again with retries.

    Raises FailureError when the minute of the second run is over. Like every activity, it must be
    safe to repeat.
    """
    try:
        return await perform_at_once(name, argument, result, summary=summary)
    except FailureError:
        return await perform(name, argument, result, summary=summary, priority=priority)


async def perform_in_the_end(
    name: str, argument: Any, result: type[Result], *, summary: str
) -> Result:
    """Run an activity until it succeeds or fails permanently, after everything else.

    Use it only in workflows that do nothing else; an incident's activities take less than a minute.
    """
    answer: Result = await workflow.execute_activity(
        name,
        _weighed(name, argument),
        task_queue=_lane(_CHORE),
        result_type=result,
        start_to_close_timeout=ATTEMPT_AT_AN_ARCHIVE_TIMEOUT,
        retry_policy=_WITHOUT_END,
        summary=caption(summary),
        priority=_CHORE,
    )
    return answer
