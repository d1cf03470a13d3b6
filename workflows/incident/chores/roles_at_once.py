"""Tells the workloads of people who take or leave a role in the incident."""

from collections.abc import Mapping
from datetime import datetime

from temporalio.exceptions import FailureError

from models.incident.timeline import EntryKind
from models.people.party import as_person
from models.people.workload import TELL_OF_ROLE, HoldRole, RolesHeld, TellOfRole, ToldRole
from models.time.clock import ActionKind
from rules.paging.urgency import WorkKind
from rules.people.roles.roles_at_once import (
    RoleNews,
    assigned_by,
    counted_roles,
    next_role_news,
    overloaded,
)
from workflows.activity_calls import perform
from workflows.incident.chores.attempts import Attempts
from workflows.incident.component import Component, Due
from workflows.incident.desk import Desk
from workflows.incident.outbox import Outbox


class RolesAtOnce(Component):
    """Owns what the workloads were told; tells one after the other."""

    def __init__(self, desk: Desk, outbox: Outbox, told: tuple[ToldRole, ...]) -> None:
        self._desk = desk
        self._outbox = outbox
        self._attempts = Attempts(desk)
        self.told = told

    @property
    def due(self) -> RoleNews | None:
        """What is still to tell."""
        return next_role_news(counted_roles(self._desk.incident, self._desk.policy), self.told)

    def next_at(self) -> datetime | None:
        """When to make a failed attempt again."""
        return self._attempts.again_at if self.due else None

    def next_due(self) -> Due | None:
        """When that is, with a description."""
        at = self.next_at()
        return (at, "tell who holds a role") if at else None

    @property
    def settled(self) -> bool:
        """Whether everybody was told."""
        return not self.due

    def carried(self) -> Mapping[str, object]:
        """What was told."""
        return {"told_roles": self.told}

    def launch(self, now: datetime) -> None:
        """Tell the next one."""
        news = self.due
        if news and self._attempts.may_begin(now):
            self._attempts.begin(self._tell(news, now))

    async def _tell(self, news: RoleNews, now: datetime) -> bool:
        desk, about = self._desk, news.about
        rule = desk.policy.role(about.role)
        at_once = rule.at_once if rule else None
        told = HoldRole(role=about.role, incident_id=desk.incident.id, holds=news.holds, at=now)
        verb = "is" if news.holds else "is no longer"
        try:
            answer = await perform(
                TELL_OF_ROLE,
                TellOfRole(
                    policy=desk.policy.name, person=about.person, told=told, at_once=at_once
                ),
                RolesHeld,
                summary=f"{about.person} {verb} {about.role}: of how many incidents?",
                priority=desk.priority(WorkKind.CHORE),
            )
        except FailureError:
            return False
        self.told = tuple(known for known in self.told if known != about)
        if news.holds:
            self.told = (*self.told, about)
            self._report(about, at_once, answer.elsewhere)
        return True

    def _report(self, about: ToldRole, at_once: int | None, elsewhere: tuple[str, ...]) -> None:
        words = overloaded(about, at_once, elsewhere) if at_once else None
        if words is None:
            return
        desk = self._desk
        by = assigned_by(desk.incident, about, desk.policy)
        desk.note(
            EntryKind.ROLE_OVERLOADED,
            words,
            role=about.role,
            person=about.person,
            told=by,
            elsewhere=list(elsewhere),
        )
        self._outbox.ask(ActionKind.REMIND, as_person(by), words)
