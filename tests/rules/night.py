"""Plays a night of an incident by the rules alone, as its workflow would, without a server."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.answers.why import Explanation, WhyQuestion
from models.base import ENGINE
from models.compiled import CompiledPolicy, EscalationPolicy, Level
from models.contracts.notifying import Delivery
from models.contracts.paging import Escalated, OutOfHours, PageOutcome
from models.incident.escalation import EscalationProgress
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.messages.message import DeliveryFailure, Message, MessageKind, Receipt
from models.people.workload import Leave, PageVerdict
from rules.paging.channels import PageTarget, paging_chain, resolve_targets
from rules.paging.demands import demanded_page, page_on_demand
from rules.paging.escalation import (
    NoPage,
    Page,
    PassOver,
    after_level,
    forced_page,
    in_force,
    next_page,
    still_firing,
    stopped,
    targets_in_turn,
    why_silence_pages,
)
from rules.paging.page_lines import LevelTurn, PagingLine, lines_of, outcome_line, passed_over_line
from rules.paging.why.why_paged import explain
from rules.record.decision import Decision, PageNextLevel
from rules.record.timeline import note
from rules.zones.hours import hours_at
from tests.specimens import POLICY, after, an_incident, minutes, outcome


def policy_with(*levels: Level, repeat: int = 0, **changes: Any) -> CompiledPolicy:
    """The specimen with an escalation of these levels."""
    escalation = EscalationPolicy(name="nightly", levels=levels, repeat=repeat)
    return POLICY.changed(escalation=escalation, **changes)


def level(*page: str, wait: float = 5, **more: Any) -> Level:
    """A level of these people (or other targets), `wait` minutes long."""
    named = tuple(target if ":" in target else f"person:{target}" for target in page)
    return Level(page=named, wait=minutes(wait), **more)


class Night:
    """An incident from its report on; `at` is the minute that has been reached."""

    def __init__(
        self,
        policy: CompiledPolicy,
        *,
        broken: Mapping[str, str] | None = None,
        busy: Mapping[str, str] | None = None,
    ) -> None:
        self.policy = policy
        self.incident: Incident = an_incident(policy)
        self.progress = EscalationProgress()
        self._broken = dict(broken or {})
        self._busy = dict(busy or {})
        self._now = after(0)
        self._silence()

    def until(self, minute: float) -> None:
        """Nobody does anything until then."""
        while True:
            due_at = self.progress.next_at
            if due_at is None or self.progress.stopped or due_at > after(minute):
                break
            self._now = max(due_at, self._now)
            self._silence()
        self._now = after(minute)

    def do(self, name: str, actor: str = "ana", **fields: object) -> None:
        """Somebody gives a command, which must succeed; the escalation hears of it."""
        answer = outcome(self.incident, name, self._now, self.policy, actor=actor, **fields)
        assert isinstance(answer, Decision), answer
        self.incident = answer.incident
        for effect in answer.effects:
            if isinstance(effect, PageNextLevel):
                self._demand(effect)
        if name == "acknowledge":
            self.progress = stopped(self.progress, f"acknowledged by {actor}")

    def _demand(self, effect: PageNextLevel) -> None:
        """A level is demanded, by the last line of the timeline."""
        ladder = in_force(self.policy.escalation, self.incident, self._now)
        demanded = demanded_page(effect, self._now, self.incident.next_seq - 1)
        acknowledged = self.incident.milestone("acknowledged") is not None
        self.progress, asked = page_on_demand(
            self.progress, demanded, ladder, self._now, acknowledged=acknowledged
        )
        assert isinstance(asked, Page)
        self._page(asked, effect.reason)

    def force(
        self, reason: str, wanted: int | None = None, *, waits_from: datetime | None = None
    ) -> None:
        """Something demands a page."""
        ladder = in_force(self.policy.escalation, self.incident, self._now)
        asked = forced_page(ladder, self.progress, wanted, waits_from=waits_from)
        assert isinstance(asked, Page)
        self._page(asked, reason)

    def told(self, leave: Leave, *, withdraw: str | None = None) -> None:
        """What became of the page that was held last."""
        line = outcome_line(self.held.changed(withdraw=withdraw), leave)
        assert line is not None
        self._write(line)

    def why(
        self, who: str | None = None, *, at: float | None = None, level: int | None = None
    ) -> Explanation:
        """Why somebody was paged, or not, at a minute, as asked now."""
        when = after(at) if at is not None else None
        question = WhyQuestion(who=who, level=level, at=when)
        return explain(question, self.incident, self.policy, self._now)

    def _silence(self) -> None:
        ladder = in_force(self.policy.escalation, self.incident, self._now)
        firing = still_firing(self.incident)
        asked = next_page(ladder, self.progress, self._now, firing=firing)
        if isinstance(asked, Page):
            self._page(asked, why_silence_pages(self.progress))
        elif isinstance(asked, PassOver) and ladder:
            self.progress = after_level(ladder, self.progress, asked, self._now, reached=False)
            targets = ladder.levels[asked.level - 1].page
            self._write(
                passed_over_line(asked, ladder.name, targets, self._now, self.progress.next_at)
            )
        elif isinstance(asked, NoPage) and not self.progress.stopped:
            self.progress = stopped(self.progress, asked.reason)
            words = f"escalation ends: {asked.reason}"
            self._write(PagingLine(EntryKind.ESCALATION_EXHAUSTED, words, {}))

    def _page(self, asked: Page, reason: str) -> None:
        ladder = in_force(self.policy.escalation, self.incident, self._now)
        assert ladder is not None
        done = self._escalated(asked)
        opening = [passed.opens_at for passed in done.out_of_hours if passed.opens_at]
        self.progress = after_level(
            ladder,
            self.progress,
            asked,
            self._now,
            reached=bool(done.pages),
            opens_at=min(opening, default=None),
        )
        turn = LevelTurn(asked, ladder.name, reason, self._now, self.progress.next_at)
        for line in lines_of(turn, done):
            self._write(line)

    def _escalated(self, asked: Page) -> Escalated:
        whom = asked.targets.page
        if asked.targets.in_turn:
            whom = targets_in_turn(self.incident.id, whom, asked.level, asked.cycle)[:1]
        holders = {held.role: held.person for held in self.incident.roles}
        found = resolve_targets(whom, holders, self.policy.people)
        outside = tuple(self._outside(asked, found.pages))
        passed = {gone.recipient for gone in outside}
        return Escalated(
            level=asked.level,
            cycle=asked.cycle,
            pages=tuple(self._sent(page) for page in found.pages if page.recipient not in passed),
            nobody=found.nobody,
            out_of_hours=outside,
        )

    def _outside(self, asked: Page, pages: tuple[PageTarget, ...]) -> list[OutOfHours]:
        spec = asked.targets.hours
        if spec is None:
            return []
        found = [(page, hours_at(spec, page.zone or spec.zone, self._now)) for page in pages]
        return [
            OutOfHours(
                target=page.target,
                recipient=page.recipient,
                zone=page.zone or spec.zone,
                opens_at=hours.opens_at,
            )
            for page, hours in found
            if not hours.within
        ]

    def _sent(self, page: PageTarget) -> PageOutcome:
        chain = paging_chain(page, self.policy.paging_channels, self.policy.fallbacks)
        failing = [name for name in chain if name in self._broken]
        channel = next(name for name in chain if name not in self._broken)
        key = f"{self.incident.id}/page-{self.progress.pages + 1}:{page.recipient}"
        message = Message(
            key=key,
            kind=MessageKind.PAGE,
            incident_id=self.incident.id,
            recipient=page.recipient,
            subject="",
            body="",
            severity="",
            reason="",
            facts={},
        )
        fell_back = (
            DeliveryFailure(key=key, channel=name, error=self._broken[name], permanent=True)
            for name in failing
        )
        delivery = Delivery(message=message, channels=chain, channel=chain.index(channel))
        if page.recipient in self._busy:
            leave = Leave(verdict=PageVerdict.HELD, why=self._busy[page.recipient])
            self.held = delivery.changed(held=True)
            return PageOutcome(
                delivery=self.held, target=page.target, via=page.as_what, leave=leave
            )
        return PageOutcome(
            delivery=delivery,
            target=page.target,
            via=page.as_what,
            receipt=Receipt(key=key, channel=channel, delivered_at=self._now),
            fell_back=tuple(fell_back),
        )

    def _write(self, line: PagingLine) -> None:
        self.incident = note(
            self.incident, line.kind, line.summary, actor=ENGINE, now=self._now, **line.data
        )
