"""What people say to the escalation without taking the incident on: I cannot; that was not me."""

from typing import Protocol

from models.incident.escalation import EscalationProgress
from models.incident.timeline import EntryKind
from rules.paging.declining import (
    decliners,
    page_by_hand,
    page_of_the_following_level,
    with_decliner,
)
from rules.paging.escalation import Page, in_force, never_answered
from rules.paging.page_lines import PagingLine
from rules.record.decision import Declined, PageNextLevel
from workflows.incident.desk import Desk
from workflows.incident.outbox import Outbox
from workflows.incident.paging.page_call import PageCall


class Ladder(Protocol):
    """The escalation: how far it has come, and a demand on it."""

    progress: EscalationProgress

    def demand(self, demanded: PageNextLevel) -> None:
        """Page the next level, or the one demanded."""


class Answers:
    """Makes the escalation go on after such an answer."""

    def __init__(self, desk: Desk, outbox: Outbox, call: PageCall, ladder: Ladder) -> None:
        self._desk = desk
        self._outbox = outbox
        self._call = call
        self._ladder = ladder

    def declined(self, effect: Declined) -> None:
        """Page the next level at once because somebody cannot, and not them again in this round."""
        desk, ladder = self._desk, self._ladder
        self._outbox.withdraw(f"{effect.by} cannot", recipient=effect.by)
        ladder.progress = with_decliner(ladder.progress, effect.by)
        if effect.again and ladder.progress.stopped is not None:
            asks = desk.incident.demand_of or effect.by
            desk.replace(desk.incident.changed(demand_of=asks))
            ladder.demand(page_by_hand(effect))
        else:
            self._page_after(effect)

    def declined_meanwhile(self, page: Page, recipients: tuple[str, ...]) -> None:
        """Page the next level if somebody declined before it was on record that they were paged."""
        for person in decliners(self._ladder.progress, page.cycle):
            if person in recipients:
                self._page_after(Declined(person, "said so meanwhile", self._desk.now()))

    def disputed(self, why: str) -> None:
        """Page the level again at which the acknowledgement stopped the escalation, and go on."""
        ladder = self._ladder
        pages = ladder.progress.stopped is not None or self._desk.policy.demands_wait
        level = max(ladder.progress.level, self._call.level, 1)
        if self._desk.policy.demands_wait:
            level = ladder.progress.answered_level or level
            ladder.progress = never_answered(ladder.progress)
        ladder.progress = ladder.progress.changed(resumed=False, forgotten_at=None)
        words = f"{why}: the escalation goes on from level {level}"
        self._desk.note(EntryKind.ESCALATION_RESUMED, words, level=level)
        if pages:
            ladder.demand(PageNextLevel(why, level, waits=True, resumes=True))

    def _page_after(self, effect: Declined) -> None:
        desk, ladder = self._desk, self._ladder
        follows = page_of_the_following_level(
            effect,
            ladder.progress,
            in_force(desk.policy.escalation, desk.incident, desk.now()),
            desk.incident,
            under_way=self._call.level,
        )
        if isinstance(follows, PagingLine):
            desk.note(follows.kind, follows.summary, **follows.data)
        else:
            ladder.demand(follows)
