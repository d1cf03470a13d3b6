"""The page that is under way: one level at a time."""

from collections.abc import Callable

from temporalio import workflow
from temporalio.exceptions import FailureError

from models.contracts.paging import ESCALATE_INCIDENT, Escalated, EscalateIncident
from models.incident.escalation import EscalationProgress
from rules.paging.page_lines import given_up_line
from rules.paging.page_request import PageRequest, request_of
from rules.paging.urgency import WorkKind
from rules.paging.withdrawal import Withdrawal
from workflows.activity_calls import begin, perform_at_once
from workflows.incident.desk import Desk

Done = Callable[[PageRequest, Escalated], None]
Failed = Callable[[PageRequest], None]


class PageCall:
    """Owns the activity that pages a level, and the reason why it is no longer needed.

    An attempt that has begun cannot be recalled, but no further attempt is made.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._handle: workflow.ActivityHandle[Escalated] | None = None
        self._asked: PageRequest | None = None
        self._kind = WorkKind.FIRST_PAGE
        self.busy = False
        self.within_task = False
        """Whether the page is under way within the workflow task."""
        self.recalled: str | None = None

    def start(
        self,
        asked: PageRequest,
        progress: EscalationProgress,
        *,
        within_task: bool,
        done: Done,
        failed: Failed,
        sends: bool = True,
    ) -> None:
        """Page a level, or only find out whom it pages; then call `done` or `failed`."""
        request = request_of(asked, self._desk.incident, self._desk.policy, progress)
        request = request.changed(sends=sends)
        self.busy, self._asked, self.recalled = True, asked, None
        self.within_task = within_task
        self._kind = WorkKind.LATER_PAGE if progress.pages else WorkKind.FIRST_PAGE
        self._desk.launch(self._made(asked, request, done, failed, within_task=within_task))

    @property
    def level(self) -> int:
        """The level that is being paged; 0 if none is."""
        return self._asked.page.level if self.busy and self._asked else 0

    def recall(self, withdrawal: Withdrawal) -> None:
        """Note that somebody answered or the incident is over, so the page may be unnecessary."""
        asked = self._asked if self.busy else None
        if asked and withdrawal.covers(stays=asked.stays, clocks=asked.clocks):
            self.recalled = self.recalled or withdrawal.why

    def give_up(self) -> None:
        """Stop further attempts of a recalled page.

        Do not call this while a message is handled: a result that came with it must not be lost.
        """
        handle = self._handle
        if self.recalled and handle:
            self._handle = None
            if not handle.done():
                handle.cancel()

    async def _made(
        self,
        asked: PageRequest,
        request: EscalateIncident,
        done: Done,
        failed: Failed,
        *,
        within_task: bool,
    ) -> None:
        try:
            answer = await self._answer(request, asked.summary, within_task=within_task)
        except FailureError:
            if self.recalled:
                line = given_up_line(
                    asked.summary, asked.page.level, request.key_prefix, self.recalled
                )
                self._desk.note(line.kind, line.summary, **line.data)
            else:
                failed(asked)
        else:
            done(asked, answer)
        finally:
            self.busy, self.within_task, self._handle = False, False, None

    async def _answer(
        self, request: EscalateIncident, summary: str, *, within_task: bool
    ) -> Escalated:
        """Page `within_task`; otherwise, or if that fails, by an activity of its own."""
        if within_task:
            try:
                return await perform_at_once(ESCALATE_INCIDENT, request, Escalated, summary=summary)
            except FailureError:
                if self.recalled:
                    raise
                self._goes_on_outside()
        self._handle = begin(
            ESCALATE_INCIDENT,
            request,
            Escalated,
            summary=summary,
            priority=self._desk.priority(self._kind),
        )
        return await self._handle

    def _goes_on_outside(self) -> None:
        """Note that the page left the task, so that the timer that waited for it is armed."""
        self.within_task = False
        self._desk.awake = True
