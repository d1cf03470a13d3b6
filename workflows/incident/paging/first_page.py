"""The first page of an incident, which leaves within the first workflow task.

So it leaves before anything about it is on record. If the worker dies before the task is done,
Temporal repeats the task. Somebody may have acknowledged by then, and the page is not sent again.
Only its receiver knows of it, and the history, which shows that a task was lost.
"""

from collections.abc import Callable
from datetime import datetime

import structlog
from temporalio import workflow

from models.incident.escalation import OPENING, EscalationProgress
from rules.paging.demands import demand_due
from rules.paging.escalation import Page, in_force, next_page, still_firing, why_silence_pages
from rules.paging.page_request import PageRequest
from rules.paging.urgency import FIRST_PAGE_WAITS
from workflows.incident.desk import Desk

log = structlog.get_logger(__name__)

EVENTS_OF_A_START = 3
"""The start of the workflow, its first task, and the worker's start on it."""


def _asked_at(desk: Desk) -> datetime:
    """When the first page of a new incident was asked for: at its alerts, or at its start."""
    incident = desk.incident
    return incident.reported_at if incident.report.group_id else desk.began_at


class FirstPage:
    """Owns what may leave before it is on record. `signals` counts the signals that were read."""

    def __init__(self, desk: Desk, signals: Callable[[], int], *, fresh: bool) -> None:
        self._desk = desk
        self._signals = signals
        self._asked_at = _asked_at(desk) if fresh else None
        self._fresh = fresh and not desk.policy.limits_pages
        self._opening = self._asked(EscalationProgress(), desk.now()) if self._fresh else None

    def within_task(self, asked: PageRequest, progress: EscalationProgress) -> bool:
        """Whether a page goes out within the workflow task: only the first one, in the first task.

        If there is a limit to ask about, it does not: it would wait for a task of another workflow.
        """
        self._say_if_late(asked, progress)
        first, self._fresh = self._fresh and asked.demanded is None, False
        return first

    def forgotten(self, progress: EscalationProgress, now: datetime) -> PageRequest | None:
        """The page that a lost task may have sent, if it is not asked for again."""
        opening, self._opening = self._opening, None
        if opening is None or not self._a_task_was_lost():
            return None
        again = None if demand_due(progress, now) else self._asked(progress, now)
        if again and again.ladder == opening.ladder:
            return None
        return opening

    def _say_if_late(self, asked: PageRequest, progress: EscalationProgress) -> None:
        """Log a warning if a first page waited too long for a worker."""
        due_at, self._asked_at = progress.next_at or self._asked_at, None
        if progress.pages or due_at is None or asked.now - due_at <= FIRST_PAGE_WAITS:
            return
        log.warning("first_page.waited", seconds=round((asked.now - due_at).total_seconds(), 1))

    def _asked(self, progress: EscalationProgress, now: datetime) -> PageRequest | None:
        incident = self._desk.incident
        ladder = in_force(self._desk.policy.escalation, incident, now)
        page = next_page(ladder, progress, now, firing=still_firing(incident))
        if ladder is None or not isinstance(page, Page):
            return None
        return PageRequest(page, ladder, why_silence_pages(progress), now, OPENING)

    def _a_task_was_lost(self) -> bool:
        """Whether the history has more than a start and the signals that came with it."""
        return workflow.info().get_current_history_length() > EVENTS_OF_A_START + self._signals()
