"""The escalation of an incident: pages level after level until somebody acknowledges."""

from datetime import datetime
from typing import Any

from temporalio.exceptions import FailureError

from models.contracts import (
    ESCALATE_INCIDENT,
    Escalated,
    EscalateIncident,
    EscalationProgress,
    PageOutcome,
)
from models.message import MessageKind
from rules.escalation import NoPage, Page, forced_page, next_page
from rules.messages import detour, message
from workflows.desk import Desk
from workflows.options import perform, perform_promptly
from workflows.outbox import Outbox


class Paging:
    """Owns how far the escalation has come."""

    def __init__(self, desk: Desk, outbox: Outbox, progress: EscalationProgress) -> None:
        self._desk = desk
        self._outbox = outbox
        self._busy = False
        self._demanded: list[tuple[str, int | None]] = []
        self.progress = progress

    def stop(self, reason: str) -> None:
        """Nobody further is paged."""
        if self.progress.stopped is None:
            self.progress = self.progress.model_copy(update={"stopped": reason, "next_at": None})

    def demand(self, reason: str, *, again: bool = False, level: int | None = None) -> None:
        """Page the next level (or the first again, or this one), acknowledged or not."""
        if again:
            self.progress = self.progress.model_copy(update={"level": 0})
        self._demanded.append((reason, level))
        self._desk.awake = True

    def next_at(self) -> datetime | None:
        """When silence pages the next level."""
        return None if self._busy or self.progress.stopped else self.progress.next_at

    def launch(self, now: datetime) -> None:
        """Page whoever is due to be paged now."""
        if self._busy:
            return
        escalation = self._desk.policy.escalation
        if self._demanded:
            reason, level = self._demanded.pop(0)
            decided: object = forced_page(escalation, self.progress, level)
        else:
            reason = "nobody acknowledged" if self.progress.level else "new incident"
            decided = next_page(escalation, self.progress, now)
        if isinstance(decided, Page):
            self._busy = True
            self._desk.launch(self._page(decided, reason, now))
        elif isinstance(decided, NoPage) and self.progress.stopped is None:
            self.stop(decided.reason)
            self._desk.note("escalation.exhausted", f"escalation ends: {decided.reason}")

    async def _page(self, page: Page, reason: str, now: datetime) -> None:
        # The first page is what an alert is for: it goes out within the workflow task.
        act = perform if self.progress.pages else perform_promptly
        request = self._request(page, reason, now)
        summary = f"page level {page.level} ({', '.join(page.targets.page)}): {reason}"
        try:
            done = await act(
                ESCALATE_INCIDENT, request, Escalated, summary=summary, priority=self._desk.priority
            )
        except FailureError:
            self._desk.note("escalation.delayed", f"{summary}: no answer in time, again at once")
        else:
            self._paged(page, done, reason)
        finally:
            self._busy = False

    def _request(self, page: Page, reason: str, now: datetime) -> EscalateIncident:
        desk = self._desk
        policy = desk.policy
        template = message(
            MessageKind.PAGE,
            desk.incident,
            policy,
            now,
            reason=f"{reason}, level {page.level}",
            text=f"{desk.incident.report.title}\nAcknowledge it: acknowledge {desk.incident.id}",
        )
        return EscalateIncident(
            level=page.level,
            cycle=page.cycle,
            targets=page.targets,
            holders={held.role: held.person for held in desk.incident.roles},
            people=policy.people,
            channels=policy.paging_channels,
            fallbacks=policy.fallbacks,
            key_prefix=f"{desk.incident.id}/page-{self.progress.pages + 1}",
            template=template,
            now=now,
        )

    def _paged(self, page: Page, done: Escalated, reason: str) -> None:
        reached_nobody = not done.pages
        next_at = page.next_at
        if reached_nobody and next_at is not None:
            next_at = self._desk.now()
        stopped = self.progress.stopped
        self.progress = self.progress.model_copy(
            update={
                "level": page.level,
                "cycle": page.cycle,
                "pages": self.progress.pages + 1,
                "next_at": None if stopped else next_at,
            }
        )
        for outcome in done.pages:
            self._said(page, outcome, reason)
        for target in done.nobody:
            self._desk.note(
                "page.nobody",
                f"level {page.level} pages nobody: {target} is held by no one",
                level=page.level,
                target=target,
            )

    def _said(self, page: Page, outcome: PageOutcome, reason: str) -> None:
        owed = outcome.delivery
        sent = owed.message
        receipt = outcome.receipt
        channel = receipt.channel if receipt else owed.channels[owed.channel]
        data: dict[str, Any] = {
            "level": page.level,
            "target": outcome.target,
            "recipient": sent.recipient,
            "channel": channel,
            "key": sent.key,
            "reason": reason,
        }
        who = f"{sent.recipient} (level {page.level}) by {channel}: {reason}"
        instead = detour(outcome.fell_back)
        if receipt:
            self._desk.note("page.sent", f"page to {who}{instead}", **data)
            return
        why = outcome.failure.error if outcome.failure else "no answer in time"
        self._desk.note(
            "page.failed", f"page to {who} — failed: {why}; tried again{instead}", **data
        )
        self._outbox.add(owed)
