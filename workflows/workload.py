"""The workload of one person or channel: what they have on their hands over all incidents.

Incidents ask it before they page, and tell it who holds their roles. It answers at once. By itself
it sends only the summary of the pages that it holds back.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import Priority, RawValue
from temporalio.exceptions import ApplicationError, FailureError

from rules.wording.markdown import caption

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from models.contracts.notifying import SEND_NOTIFICATION, SendNotification
    from models.messages.message import Receipt
    from models.people.workload import (
        ASK_LEAVE,
        HOLD_ROLE,
        WORKLOAD_STATE,
        WORKLOAD_WORKFLOW,
        AskTogether,
        HoldRole,
        SentSummary,
        WorkloadInput,
        WorkloadState,
    )
    from rules.commands.judging.trial import unworkable
    from rules.paging.summary import PageSummary, summary_of
    from rules.paging.urgency import WorkKind, rank
    from rules.paging.workload import (
        answers_to_pages,
        forgotten_at,
        pruned,
        summary_due,
        with_role,
        with_summary_failed,
        with_summary_sent,
    )
    from rules.record.bounds import excessive
    from workflows.activity_calls import LIFE_OF_A_PAGE, perform
    from workflows.incident.timer import in_time
    from workflows.payloads import raw, raw_start, read_as, read_start, refusals_logged

Said = TypeVar("Said", bound=BaseModel)


@workflow.defn(name=WORKLOAD_WORKFLOW)
class WorkloadWorkflow:
    """The pages and roles of one person or channel. Its result is its last state."""

    @workflow.init
    @raw_start
    def __init__(self, *payloads: object) -> None:
        start = read_start(WorkloadInput, payloads)
        self._unfit = start if isinstance(start, Exception) else None
        if isinstance(start, Exception):
            return
        self._whom = start.whom
        self._epoch_offset = start.epoch_offset
        self._state = start.carried or WorkloadState()
        self._answers(
            ASK_LEAVE, AskTogether, lambda said, now: answers_to_pages(self._state, said.pages, now)
        )
        self._answers(HOLD_ROLE, HoldRole, lambda said, now: with_role(self._state, said, now))
        workflow.set_dynamic_signal_handler(self._unknown)

    @workflow.run
    @raw_start
    async def run(self, *_: object) -> WorkloadState:
        """Hold pages and send summaries until nothing is left to remember.

        Fails at once if the input cannot be read.
        """
        if self._unfit:
            raise self._unfit
        while True:
            now = self._now()
            self._state = pruned(self._state, now)
            due = summary_due(self._state)
            over = None if due else forgotten_at(self._state)
            if over and over <= now:
                return self._state
            if workflow.info().is_continue_as_new_suggested():
                # Nothing is under way here, and handlers never wait.
                workflow.continue_as_new(
                    WorkloadInput(
                        whom=self._whom, epoch_offset=self._epoch_offset, carried=self._state
                    )
                )
            if due and due <= now:
                await self._summarise()
            else:
                await self._wait(due or over, "a summary is due" if due else "nothing is left")

    @workflow.query(name=WORKLOAD_STATE)
    def state(self) -> WorkloadState:
        """The state of the workload."""
        if self._unfit:
            raise self._unfit
        return self._state

    def _now(self) -> datetime:
        return workflow.now() + self._epoch_offset

    def _answers(
        self,
        name: str,
        kind: type[Said],
        rule: Callable[[Said, datetime], tuple[WorkloadState, BaseModel]],
    ) -> None:
        """Answer an update by a rule; the validator refuses what cannot be read."""

        def update(*payloads: object) -> Any:
            self._state, answer = self._ruled(rule, read_as(kind, payloads))
            return answer.model_dump(mode="json")

        def validate(*payloads: object) -> None:
            with refusals_logged(name):
                said = read_as(kind, payloads)
                refusal = excessive(said)
                if refusal:
                    raise ApplicationError(refusal.message, type=refusal.kind, non_retryable=True)
                self._ruled(rule, said)

        workflow.set_update_handler(name, raw(update), validator=raw(validate))

    def _ruled(
        self, rule: Callable[[Said, datetime], tuple[WorkloadState, BaseModel]], said: Said
    ) -> tuple[WorkloadState, BaseModel]:
        """What follows from a message. Raises ApplicationError if nothing can."""
        try:
            state, answer = rule(said, self._now())
            summary_due(state)
            forgotten_at(state)
        except Exception as error:  # noqa: BLE001 - whatever it is, the workload goes on without
            refusal = unworkable(type(said).__name__, error)
            raise ApplicationError(refusal.message, type=refusal.kind, non_retryable=True) from None
        return state, answer

    def _unknown(self, name: str, _payloads: Sequence[RawValue]) -> None:
        workflow.logger.warning("message.malformed", extra={"command": name[:80]})

    def _sooner(self, until: datetime | None) -> bool:
        """Wait for `at` or for news that need action earlier; later news cost no new timer."""
        at = summary_due(self._state) or forgotten_at(self._state)
        return at is not None and (until is None or at < until)

    async def _wait(self, until: datetime | None, why: str) -> None:
        timeout = until - self._now() if until else None
        try:
            await workflow.wait_condition(
                lambda: self._sooner(until) or workflow.info().is_continue_as_new_suggested(),
                timeout=max(timeout, timedelta()) if timeout is not None else None,
                timeout_summary=caption(f"next: {why}"),
            )
        except TimeoutError:
            in_time(until, self._now())

    async def _summarise(self) -> None:
        """Send all held pages as one message, over the first channel that takes it."""
        info = workflow.info()
        # A workload that ended and began anew counts from one again, so its keys must differ.
        life = f"{info.workflow_id}/{info.first_execution_run_id}"
        summary = summary_of(self._state, life, self._whom)
        self._state = self._state.changed(summaries=self._state.summaries + 1)
        for channel in summary.channels:
            try:
                receipt = await self._send(summary, channel)
            except FailureError:
                continue
            told = SentSummary(
                key=receipt.key, at=self._now(), channel=channel, incidents=summary.incidents
            )
            self._state = with_summary_sent(self._state, summary.keys, told, self._now())
            return
        self._state = with_summary_failed(self._state, summary.keys, self._now())

    async def _send(self, summary: PageSummary, channel: str) -> Receipt:
        return await perform(
            SEND_NOTIFICATION,
            SendNotification(channel=channel, message=summary.message),
            Receipt,
            summary=f"page {self._whom} by {channel}: {summary.message.subject}",
            priority=Priority(*rank(WorkKind.LATER_PAGE, summary.urgency)),
            within=LIFE_OF_A_PAGE,
        )
