"""The escalation of an incident: pages level after level until somebody acknowledges."""

from dataclasses import dataclass
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import FailureError

from models.compiled import EscalationPolicy
from models.contracts import (
    ESCALATE_INCIDENT,
    DemandedPage,
    Escalated,
    EscalateIncident,
    EscalationProgress,
)
from models.message import MessageKind
from rules.decision import PageNextLevel
from rules.escalation import (
    NoPage,
    Page,
    PassOver,
    after_level,
    begun_again,
    forced_page,
    in_force,
    next_page,
    resumed,
    silence,
    still_firing,
    stopped,
    turns,
)
from rules.messages import message
from rules.page_lines import Line, Turn, how_to_stop, lines_of, passed_over
from rules.urgency import urgency
from workflows.desk import Desk
from workflows.options import perform, perform_promptly
from workflows.outbox import Outbox


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of the escalation now, by which ladder, and why."""

    page: Page
    ladder: EscalationPolicy
    reason: str
    now: datetime
    demanded: DemandedPage | None = None


class Paging:
    """Owns how far the escalation has come."""

    def __init__(self, desk: Desk, outbox: Outbox, progress: EscalationProgress) -> None:
        self._desk = desk
        self._outbox = outbox
        self._busy = False
        self.progress = progress

    def stop(self, reason: str) -> None:
        """Nobody further is paged."""
        self.progress = stopped(self.progress, reason)

    def watch(self, forgotten_at: datetime) -> None:
        """The acknowledgement is forgotten then, unless somebody does something before."""
        self._change(forgotten_at=forgotten_at)

    def taken_up(self, by: str) -> None:
        """Somebody does something: a forgotten acknowledgement is none any more."""
        self._change(forgotten_at=None)
        if self.progress.resumed:
            self.stop(f"taken up by {by}")
            self._desk.note("escalation.taken_up", f"{by} takes it up: the escalation stops")

    def page_again(self, reason: str, *, waits: bool) -> None:
        """Page the first level again, acknowledged or not; where it waits, then the others."""
        if waits and workflow.patched("what-alerts-reopen-is-escalated"):
            self.demand(PageNextLevel(reason, 1, waits=True, resumes=True))
            return
        self._change(level=0)
        self.demand(PageNextLevel(reason))

    def demand(self, demanded: PageNextLevel) -> None:
        """Page the next level (or the one demanded), acknowledged or not."""
        asked = DemandedPage(
            reason=demanded.reason,
            level=demanded.level,
            waits=demanded.waits,
            resumes=demanded.resumes,
        )
        self._change(demanded=(*self.progress.demanded, asked))
        self._desk.awake = True

    def next_at(self) -> datetime | None:
        """When silence pages the next level, or an acknowledgement is forgotten."""
        if self._busy:
            return None
        return self.progress.forgotten_at if self.progress.stopped else self.progress.next_at

    def launch(self, now: datetime) -> None:
        """Page whoever is due to be paged now."""
        if self._busy:
            return
        self._remember_forgotten(now)
        ladder = self._followed(now)
        if ladder and ladder is not self._desk.policy.escalation and not ladder.levels:
            self._nobody_wanted(ladder)
            return
        demanded = next(iter(self.progress.demanded), None)
        if demanded:
            asked: object = self._forced(demanded, ladder, now)
        else:
            firing = still_firing(self._desk.incident)
            asked = next_page(ladder, self.progress, now, firing=firing)
        match asked:
            case Page() if ladder:
                reason = demanded.reason if demanded else silence(self.progress)
                self._busy = True
                self._desk.launch(self._page(_Asked(asked, ladder, reason, now, demanded)))
            case PassOver() if ladder:
                self._pass_over(asked, ladder, now)
            case NoPage(why) if self.progress.stopped is None:
                self.stop(why)
                self._desk.note("escalation.exhausted", f"escalation ends: {why}")
            case _:
                pass

    def _change(self, **change: object) -> None:
        self.progress = self.progress.model_copy(update=change)

    def _forced(
        self, demanded: DemandedPage, ladder: EscalationPolicy | None, now: datetime
    ) -> Page | NoPage:
        self._change(demanded=self.progress.demanded[1:])
        if demanded.resumes:
            acknowledged = self._desk.incident.milestone("acknowledged") is not None
            self.progress = begun_again(self.progress, demanded.level, resumed=acknowledged)
        waits = demanded.waits and self.progress.stopped is None
        waits_from = now if waits else None
        return forced_page(ladder, self.progress, demanded.level, waits_from=waits_from)

    def _pass_over(self, asked: PassOver, ladder: EscalationPolicy, now: datetime) -> None:
        targets = ladder.levels[asked.level - 1].page
        self._moved_on(ladder, asked, now, reached=False)
        self._write(passed_over(asked, ladder.name, targets, now, self.progress.next_at))
        self._say_when_it_begins(now)

    def _remember_forgotten(self, now: datetime) -> None:
        """An acknowledgement that nothing followed in time counts no more."""
        at, was = self.progress.forgotten_at, self.progress.stopped
        if at is None or now < at:
            return
        level = max(self.progress.level, 1)
        self.progress = resumed(self.progress, now)
        self._desk.note(
            "escalation.resumed",
            f"{was}, and nothing followed: the escalation goes on from level {level}",
            level=level,
            forgotten_at=at.isoformat(),
        )

    def _followed(self, now: datetime) -> EscalationPolicy | None:
        """The ladder that counts now; where it is another than before, the timeline says so."""
        escalation = self._desk.policy.escalation
        ladder = in_force(escalation, self._desk.incident, now)
        over = self.progress.stopped is not None and not self.progress.demanded
        if ladder is None or escalation is None or not escalation.branches or over:
            return ladder
        if ladder.name != (self.progress.ladder or escalation.name):
            severity = self._desk.incident.severity
            summary = f"the escalation {ladder.name} counts, at {severity}"
            self._desk.note("escalation.follows", summary, rule=ladder.name)
        self._change(ladder=ladder.name)
        return ladder

    def _nobody_wanted(self, ladder: EscalationPolicy) -> None:
        """By this ladder nobody is paged: neither by silence, nor where something demands it."""
        for demanded in self.progress.demanded:
            why = f"nobody is paged: {demanded.reason}, and the escalation is {ladder.name}"
            self._desk.note("page.passed_over", why, rule=ladder.name, reason=demanded.reason)
        self._change(next_at=None, demanded=())

    async def _page(self, asked: _Asked) -> None:
        # The first page is what an alert is for: it goes out within the workflow task. Not where
        # a limit is to be asked for: it would wait there for a task of another workflow.
        limited = self._desk.policy.limits_pages
        act = perform if self.progress.pages or limited else perform_promptly
        page = asked.page
        targets = ", ".join(page.targets.page)
        summary = f"page level {page.level} ({targets}): {asked.reason}"
        try:
            done = await act(
                ESCALATE_INCIDENT,
                self._request(asked),
                Escalated,
                summary=summary,
                priority=self._desk.priority,
            )
        except FailureError:
            if asked.demanded and workflow.patched("a-demanded-page-is-not-forgotten"):
                self._change(demanded=(asked.demanded, *self.progress.demanded))
            self._desk.note("escalation.delayed", f"{summary}: no answer in time, again at once")
        else:
            self._paged(asked, done)
        finally:
            self._busy = False

    def _request(self, asked: _Asked) -> EscalateIncident:
        desk, page = self._desk, asked.page
        policy, incident = desk.policy, desk.incident
        template = message(
            MessageKind.PAGE,
            incident,
            policy,
            asked.now,
            reason=f"{asked.reason}, level {page.level}",
            text=f"{incident.report.title}\n{how_to_stop(incident.id, self.progress)}",
        )
        targets = page.targets
        if targets.in_turn:
            ordered = turns(incident.id, targets.page, page.level, page.cycle)
            targets = targets.model_copy(update={"page": ordered})
        return EscalateIncident(
            level=page.level,
            cycle=page.cycle,
            targets=targets,
            holders={held.role: held.person for held in reversed(incident.roles)},
            further_holders=incident.further_holders,
            people=policy.people,
            channels=policy.paging_channels,
            fallbacks=policy.fallbacks,
            key_prefix=f"{incident.id}/page-{self.progress.pages + 1}",
            template=template,
            now=asked.now,
            schedules=policy.schedules,
            policy=policy.name,
            limits=policy.page_limits,
            urgency=urgency(incident.severity, policy.severities),
        )

    def _paged(self, asked: _Asked, done: Escalated) -> None:
        if done.pages:
            self._change(highest=max(self.progress.highest, asked.page.level))
        opening = [passed.opens_at for passed in done.out_of_hours]
        opening += [found.until_at for found in done.on_call.values() if found.gap]
        opens_at = min((at for at in opening if at), default=None)
        page, now = asked.page, self._desk.now()
        self._moved_on(asked.ladder, page, now, reached=bool(done.pages), opens_at=opens_at)
        turn = Turn(page, asked.ladder.name, asked.reason, asked.now, self.progress.next_at)
        for line in lines_of(turn, done):
            self._write(line)
        self._say_when_it_begins(now)

    def _moved_on(
        self,
        ladder: EscalationPolicy,
        done: Page | PassOver,
        now: datetime,
        *,
        reached: bool,
        opens_at: datetime | None = None,
    ) -> None:
        after, before = (
            after_level(
                ladder, self.progress, done, now, reached=reached, opens_at=opens_at, late=late
            )
            for late in (True, False)
        )
        as_before = after != before and not workflow.patched("hours-that-began-meanwhile-count")
        self.progress = before if as_before else after

    def _write(self, line: Line) -> None:
        self._desk.note(line.kind, line.summary, **line.data)
        if line.owed:
            self._outbox.add(line.owed.delivery)

    def _say_when_it_begins(self, now: datetime) -> None:
        at = self.progress.next_at
        if self.progress.level == 0 and at and at > now:
            self._desk.note(
                "escalation.waits",
                "nobody of the whole escalation was on call, or within their hours: "
                f"it begins again at {at:%Y-%m-%d %H:%M} UTC",
                next_at=at.isoformat(),
            )
