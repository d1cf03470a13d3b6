"""The escalation of an incident: pages level after level until somebody acknowledges."""

from collections.abc import Callable, Mapping
from datetime import datetime

from models.compiled import Edition, EscalationPolicy
from models.incident.escalation import DemandedPage, EscalationProgress
from models.incident.timeline import EntryKind
from rules.paging.demands import (
    answers_escalation,
    asks_again,
    comes_before_silence,
    demand_due,
    demanded_page,
    goes_on_after,
    next_demand,
    page_on_demand,
    sets_going,
    without_withdrawn,
)
from rules.paging.escalation import (
    NoPage,
    Page,
    PassOver,
    in_force,
    next_page,
    resumed,
    still_firing,
    stopped,
    why_silence_pages,
)
from rules.paging.page_lines import (
    joined_demand_line,
)
from rules.paging.page_request import PageRequest
from rules.paging.withdrawal import withdrawal
from rules.record.decision import PageNextLevel
from workflows.incident.component import Component, Due
from workflows.incident.desk import Desk
from workflows.incident.outbox import Outbox
from workflows.incident.paging.answers import Answers
from workflows.incident.paging.first_page import FirstPage
from workflows.incident.paging.page_call import PageCall
from workflows.incident.paging.turns import Turns


class Paging(Component):
    """Owns how far the escalation has come.

    `clocks_due` says whether a limit is due or being enforced; what the limit demands comes before
    the end of a wait.
    """

    def __init__(
        self,
        desk: Desk,
        outbox: Outbox,
        progress: EscalationProgress,
        first_page: FirstPage,
        clocks_due: Callable[[datetime], bool],
    ) -> None:
        self._desk = desk
        self._outbox = outbox
        self._first_page = first_page
        self._clocks_due = clocks_due
        self._call = PageCall(desk)
        self._held = False
        self.progress = progress
        self.answers = Answers(desk, outbox, self._call, self)
        self._turns = Turns(desk, outbox, self._call, self)

    def stop(self, reason: str) -> None:
        """Stop the escalation because somebody answered or it is over; withdraw waiting pages."""
        desk = self._desk
        unneeded = withdrawal(reason, desk.incident, desk.policy, desk.now())
        level = self.progress.answered_level or max(self.progress.level, self._call.level)
        self.progress = self.progress.changed(answered_level=level)
        self.progress = stopped(without_withdrawn(self.progress, unneeded), reason)
        if self._goes_on:
            self.progress = self.progress.changed(declined=())
        self._call.recall(unneeded)
        self._outbox.withdraw(reason)
        if desk.incident.demand_of:
            desk.replace(desk.incident.changed(demand_of=None))

    def watch(self, forgotten_at: datetime) -> None:
        """Forget the acknowledgement at `forgotten_at`, unless somebody acts before that."""
        self.progress = self.progress.changed(forgotten_at=forgotten_at)

    def taken_up(self, by: str, *, may_acknowledge: bool) -> None:
        """Note that somebody acted who may, so the acknowledgement is never forgotten."""
        if may_acknowledge:
            self.progress = self.progress.changed(forgotten_at=None)
        if answers_escalation(self.progress, by, may_acknowledge=may_acknowledge):
            self.stop(f"taken up by {by}")
            self._desk.note(
                EntryKind.ESCALATION_TAKEN_UP, f"{by} takes it up: the escalation stops"
            )

    def page_again(self, reason: str, *, waits: bool) -> None:
        """Page the first level again, acknowledged or not; where it waits, then the others."""
        self.progress = self.progress.changed(declined=(), answered_level=0)
        if waits:
            self.demand(PageNextLevel(reason, 1, waits=True, resumes=True))
            return
        self.progress = self.progress.changed(level=0)
        self.demand(PageNextLevel(reason, stays=True))

    def demand(self, demanded: PageNextLevel) -> None:
        """Page the next level (or the one demanded), acknowledged or not."""
        cause = self._desk.incident.next_seq - 1
        asked = demanded_page(demanded, self._desk.now(), cause)
        self.progress = self.progress.changed(demanded=(*self.progress.demanded, asked))
        self._desk.awake = True

    @property
    def _goes_on(self) -> bool:
        return self._desk.policy.edition >= Edition.LADDER_GOES_ON

    @property
    def _acknowledged(self) -> bool:
        return self._desk.incident.milestone("acknowledged") is not None

    @property
    def within_task(self) -> bool:
        """Whether a page is under way within the workflow task."""
        return self._call.within_task

    def next_at(self) -> datetime | None:
        """When to page the next level, or to forget an acknowledgement."""
        if self._call.busy or self._held:
            return None
        forgotten_at = self.progress.forgotten_at if self.progress.stopped else None
        return min((at for at in (forgotten_at, self.progress.page_due_at) if at), default=None)

    def next_due(self) -> Due | None:
        """When that is, with a description."""
        at = self.next_at()
        return (at, "escalate to the next level") if at else None

    @property
    def settled(self) -> bool:
        """Always settled: a final state stops the escalation, and the outbox holds what is owed."""
        return True

    def carried(self) -> Mapping[str, object]:
        """How far the escalation has come."""
        return {"escalation": self.progress}

    def launch(self, now: datetime) -> None:
        """Page everybody who is due now."""
        self._call.give_up()
        if self._call.busy:
            return
        forgotten = self._first_page.forgotten(self.progress, now)
        self._held = forgotten is None and self._waits_for_clocks(now)
        if forgotten:
            self._call.start(
                forgotten, self.progress, within_task=False, sends=False,
                done=self._turns.found_out, failed=self._turns.not_found_out,
            )  # fmt: skip
        elif not self._held:
            self._remember_forgotten(now)
            self._ask(self._followed(now), now)

    def _ask(self, ladder: EscalationPolicy | None, now: datetime) -> None:
        """Page whom a demand, or else silence, asks for."""
        if ladder and ladder is not self._desk.policy.escalation and not ladder.levels:
            self._nobody_wanted(ladder)
            return
        demanded = self._taken(ladder, now)
        asked: object
        if demanded:
            asked = self._set_going(demanded, ladder, now)
        else:
            firing = still_firing(self._desk.incident)
            asked = next_page(ladder, self.progress, now, firing=firing)
        match asked:
            case Page() if ladder:
                self._begin(asked, ladder, now, demanded)
            case PassOver() if ladder:
                self._turns.passed_over(asked, ladder, now)
            case NoPage(why) if self.progress.stopped is None:
                self.progress = stopped(self.progress, why)
                self._desk.note(EntryKind.ESCALATION_EXHAUSTED, f"escalation ends: {why}")
            case _:
                pass

    def _begin(
        self,
        page: Page,
        ladder: EscalationPolicy,
        now: datetime,
        demanded: DemandedPage | None,
    ) -> None:
        reason = demanded.reason if demanded else why_silence_pages(self.progress)
        cause = demanded.cause if demanded else self.progress.cause
        asked = PageRequest(page, ladder, reason, now, cause, demanded)
        within_task = self._first_page.within_task(asked, self.progress)
        self._call.start(
            asked,
            self.progress,
            within_task=within_task,
            done=self._turns.paged,
            failed=self._turns.lost,
        )

    def _waits_for_clocks(self, now: datetime) -> bool:
        """Whether a wait ends while a limit is due; both then make one page."""
        progress = self.progress
        ends_at = progress.forgotten_at if progress.stopped else progress.next_at
        if ends_at is None or now < ends_at:
            return False
        if self._goes_on:
            ladder = in_force(self._desk.policy.escalation, self._desk.incident, now)
            demanded = comes_before_silence(progress, len(ladder.levels) if ladder else 1, now)
        else:
            demanded = demand_due(progress, now)
        return not demanded and self._clocks_due(now)

    def _taken(self, ladder: EscalationPolicy | None, now: datetime) -> DemandedPage | None:
        """The demand that is due. Several demands of one instant and level make one page."""
        levels = len(ladder.levels) if ladder else 1
        taken = next_demand(self.progress, levels, now, keeps=self._goes_on)
        if taken is None:
            return None
        self.progress = taken.progress
        if taken.demanded is None:
            level = self.progress.level
            if self._goes_on:
                level = self.progress.demanded_level
                self.progress = goes_on_after(
                    self.progress, taken.joined, ladder, now, acknowledged=self._acknowledged
                )
            self._turns.write(joined_demand_line(level, taken.reason))
        return taken.demanded

    def _set_going(
        self, demanded: DemandedPage, ladder: EscalationPolicy | None, now: datetime
    ) -> Page | NoPage:
        answer = self._desk.incident.milestone("acknowledged")
        if self._goes_on and (answer is None or answer.disputed):
            demanded = sets_going(self.progress, demanded)
        if self._goes_on:
            self.progress = asks_again(self.progress, demanded)
        self.progress, asked = page_on_demand(
            self.progress,
            demanded,
            ladder,
            now,
            acknowledged=self._acknowledged,
            postpones=not self._desk.policy.closes_detours,
            tries_all=self._desk.policy.demands_wait,
        )
        return asked

    def _remember_forgotten(self, now: datetime) -> None:
        """Resume the escalation if nothing followed the acknowledgement in time."""
        at, was = self.progress.forgotten_at, self.progress.stopped
        if at is None or now < at or (self._goes_on and demand_due(self.progress, now)):
            return
        goes_back = self._goes_on
        answered = self.progress.answered_level or 1 if goes_back else None
        level, cause = answered or max(self.progress.level, 1), self._desk.incident.next_seq
        both, every = demand_due(self.progress, now), self._desk.policy.demands_wait
        self.progress = resumed(
            self.progress, now, cause=cause, demanded=both, tries_all=every, answered=answered
        )
        self._desk.note(
            EntryKind.ESCALATION_RESUMED,
            f"{was}, and nothing followed: the escalation goes on from level {level}",
            level=level,
            forgotten_at=at.isoformat(),
        )

    def _followed(self, now: datetime) -> EscalationPolicy | None:
        """The ladder that counts now; notes it on the timeline if it is a new one."""
        escalation = self._desk.policy.escalation
        ladder = in_force(escalation, self._desk.incident, now)
        over = self.progress.stopped is not None and not demand_due(self.progress, now)
        if ladder is None or escalation is None or not escalation.branches or over:
            return ladder
        if ladder.name != (self.progress.ladder or escalation.name):
            severity = self._desk.incident.severity
            summary = f"the escalation {ladder.name} counts, at {severity}"
            self._desk.note(EntryKind.ESCALATION_FOLLOWS, summary, rule=ladder.name)
        self.progress = self.progress.changed(ladder=ladder.name)
        return ladder

    def _nobody_wanted(self, ladder: EscalationPolicy) -> None:
        """Note that this ladder pages nobody, neither for silence nor for demands."""
        for demanded in self.progress.demanded:
            why = f"nobody is paged: {demanded.reason}, and the escalation is {ladder.name}"
            self._desk.note(
                EntryKind.PAGE_PASSED_OVER, why, rule=ladder.name, reason=demanded.reason
            )
        self.progress = self.progress.changed(next_at=None, demanded=())
