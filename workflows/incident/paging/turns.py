"""What follows once a level of the escalation had its turn: lines, progress, and what is owed."""

from datetime import datetime
from typing import Protocol

from models.compiled import Edition, EscalationPolicy
from models.contracts.paging import Escalated
from models.incident.escalation import EscalationProgress
from models.incident.timeline import EntryKind
from rules.paging.demands import carried_out, keep_unreached, reached_by
from rules.paging.escalation import Page, PassOver, after_level, begins_anew
from rules.paging.page_lines import (
    LevelTurn,
    PagingLine,
    lines_of,
    lost_task_line,
    owed_by,
    passed_over_line,
    recipients_of,
    until_answered,
    waiting_line,
)
from rules.paging.page_request import PageRequest, page_key
from rules.paging.unread_schedules import (
    begins_again_at,
    has_gap,
    look_again,
    still_unread,
    unread_targets,
)
from rules.wording.times import in_utc_minutes
from workflows.incident.desk import Desk
from workflows.incident.outbox import Outbox
from workflows.incident.paging.answers import Answers
from workflows.incident.paging.page_call import PageCall

NOBODY_IN_HOURS = "nobody in the whole escalation was on call or within their hours"
NOT_KNOWN = (
    "nobody in the whole escalation could be paged, and who is on call cannot be read for now"
)


class Ladder(Protocol):
    """The escalation: how far it has come, and what people say to it."""

    progress: EscalationProgress
    answers: Answers


class Turns:
    """Takes in the outcome of a level, whether it paged somebody, nobody, or was passed over."""

    def __init__(self, desk: Desk, outbox: Outbox, call: PageCall, ladder: Ladder) -> None:
        self._desk = desk
        self._outbox = outbox
        self._call = call
        self._ladder = ladder

    @property
    def _goes_on(self) -> bool:
        return self._desk.policy.edition >= Edition.LADDER_GOES_ON

    def passed_over(self, asked: PassOver, ladder: EscalationPolicy, now: datetime) -> None:
        """The level is paged only while alerts fire, and none does."""
        targets = ladder.levels[asked.level - 1].page
        was = self._ladder.progress
        self._moved_on(ladder, asked, now, reached=False)
        if not was.quiet(now):
            next_at = self._ladder.progress.next_at
            self.write(passed_over_line(asked, ladder.name, targets, now, next_at))
        self._say_when_it_begins(now, was)

    def lost(self, asked: PageRequest) -> None:
        """The page had no answer in time: it is asked for again."""
        if asked.demanded:
            self._ladder.progress = self._ladder.progress.changed(
                demanded=(asked.demanded, *self._ladder.progress.demanded)
            )
        words = f"{asked.summary}: no answer in time, again at once"
        self._desk.note(EntryKind.ESCALATION_DELAYED, words)

    def paged(self, asked: PageRequest, done: Escalated) -> None:
        """The level was paged: somebody was reached, or nobody."""
        page, now, ladder, was = asked.page, self._desk.now(), self._ladder, self._ladder.progress
        opens_at = begins_again_at(was, done, now)
        anew = self._counted(asked, done, opens_at, now)
        for outcome in done.pages:
            if outcome.receipt:
                self._desk.remember(outcome.receipt, outcome.delivery.message)
        self._tell(asked, done, was, now)
        if asked.demanded:
            ladder.progress = carried_out(
                ladder.progress,
                asked.demanded,
                page,
                asked.now,
                recipients_of(done),
                remembers=self._goes_on,
            )
        if done.pages:
            ladder.progress = ladder.progress.changed(
                highest=max(ladder.progress.highest, page.level)
            )
            ladder.progress = reached_by(ladder.progress, page.level, recipients_of(done))
            ladder.answers.declined_meanwhile(page, recipients_of(done))
        else:
            self._goes_on_waiting(asked, None if unread_targets(done) else opens_at)
        if self._call.recalled:
            self._outbox.withdraw(self._call.recalled)
        else:
            ladder.progress = look_again(ladder.progress, asked, done, now, anew=anew)

    def _counted(
        self, asked: PageRequest, done: Escalated, opens_at: datetime | None, now: datetime
    ) -> bool:
        """Move on from the level; returns whether the whole escalation begins anew."""
        progress, reached = self._ladder.progress, bool(done.pages)
        if asked.beside_the_ladder(progress.stopped):
            self._ladder.progress = progress.changed(pages=progress.pages + 1)
            return False
        gap = self._goes_on and has_gap(done)
        self._moved_on(asked.ladder, asked.page, now, reached=reached, opens_at=opens_at, gap=gap)
        return not reached and not asked.page.aside and begins_anew(self._ladder.progress)

    def _tell(
        self, asked: PageRequest, done: Escalated, was: EscalationProgress, now: datetime
    ) -> None:
        """Write the lines; a look at schedules that was in vain leaves none."""
        page, next_at = asked.page, self._ladder.progress.next_at
        turn = LevelTurn(
            page, asked.ladder.name, asked.reason, asked.now, next_at, asked.caller(was)
        )
        looked = not asked.demanded and not done.pages and was.quiet(asked.now)
        for line in () if looked or still_unread(asked, done) else lines_of(turn, done):
            self.write(line, asked)
        unread = bool(unread_targets(done))
        self._say_when_it_begins(now, was, unread=unread, aside=page.aside)

    def _goes_on_waiting(self, asked: PageRequest, opens_at: datetime | None) -> None:
        """Restore a demand that reached nobody."""
        demanded, levels = asked.demanded, len(asked.ladder.levels)
        own = self._desk.policy.demands_wait and asked.asks_for_its_level
        if demanded is None or self._call.recalled or not (demanded.stays or own):
            return
        cause = self._desk.incident.next_seq if own else None
        left = keep_unreached(
            self._ladder.progress,
            demanded,
            asked.page.level,
            levels,
            opens_at=opens_at,
            cause=cause,
            around=self._goes_on,
        )
        if left == self._ladder.progress:
            return
        self._ladder.progress = left
        if opens_at:
            self.write(waiting_line(asked.page, asked.reason, opens_at))

    def found_out(self, asked: PageRequest, done: Escalated) -> None:
        """Count the level as paged if a lost task may have paged it."""
        for line in lines_of(
            LevelTurn(asked.page, asked.ladder.name, asked.reason, asked.now), done
        ):
            self.write(line)
        if done.pages:
            self._ladder.progress = self._ladder.progress.changed(
                highest=max(self._ladder.progress.highest, asked.page.level)
            )
            self._moved_on(asked.ladder, asked.page, self._desk.now(), reached=True)

    def not_found_out(self, asked: PageRequest) -> None:
        """It cannot be said whether a lost task paged the level."""
        key = page_key(self._desk.incident.id, asked)
        line = lost_task_line(asked.summary, asked.page.level, key)
        self._desk.note(line.kind, line.summary, **line.data)

    def _moved_on(
        self,
        ladder: EscalationPolicy,
        done: Page | PassOver,
        now: datetime,
        *,
        reached: bool,
        opens_at: datetime | None = None,
        gap: bool = False,
    ) -> None:
        self._ladder.progress = after_level(
            ladder, self._ladder.progress, done, now, reached=reached, opens_at=opens_at, gap=gap
        )

    def write(self, line: PagingLine, asked: PageRequest | None = None) -> None:
        """Write a line; what it says that the incident owes goes to the outbox."""
        self._desk.note(line.kind, line.summary, **line.data)
        owed = owed_by(line, self._desk.now())
        if owed and asked:
            self._outbox.add(until_answered(owed, stays=asked.stays, clocks=asked.clocks))

    def _say_when_it_begins(
        self,
        now: datetime,
        was: EscalationProgress,
        *,
        unread: bool = False,
        aside: bool = False,
    ) -> None:
        progress = self._ladder.progress
        at = progress.quiet_until or progress.next_at
        known = was.quiet(now) and at == was.quiet_until
        if begins_anew(progress) and at and at > now and not aside and not known:
            why = NOT_KNOWN if unread else NOBODY_IN_HOURS
            self._desk.note(
                EntryKind.ESCALATION_WAITS,
                f"{why}: it begins again at {in_utc_minutes(at)}",
                next_at=at.isoformat(),
                level=progress.level,
            )
