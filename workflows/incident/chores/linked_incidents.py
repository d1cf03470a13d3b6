"""Incidents that this one led to: opened by a deadline if the policy says so."""

from collections.abc import Mapping
from datetime import datetime

from temporalio.exceptions import FailureError

from models.contracts.alert_group import START_INCIDENT, IncidentStarted, StartIncident
from models.contracts.incident import LinkedIncident
from rules.deadlines.linked_incidents import linked_incident, report_of, with_linked, without_linked
from rules.paging.urgency import WorkKind
from workflows.activity_calls import perform
from workflows.incident.chores.attempts import Attempts
from workflows.incident.component import Component, Due
from workflows.incident.desk import Desk


class LinkedIncidents(Component):
    """Owns the incidents still to open, one after the other."""

    def __init__(self, desk: Desk, due: tuple[LinkedIncident, ...]) -> None:
        self._desk = desk
        self._due = list(due)
        self._attempts = Attempts(desk)

    @property
    def due(self) -> tuple[LinkedIncident, ...]:
        """The incidents still to open."""
        return tuple(self._due)

    def order(self, title: str, reason: str, clock: str) -> None:
        """Ask for an incident for a clock, under an id that follows from this incident's."""
        seed, now = self._desk.key(), self._desk.now()
        self._due.append(linked_incident(title, reason, clock, seed=seed, now=now))
        self._desk.awake = True

    def next_at(self) -> datetime | None:
        """When to make a failed attempt again."""
        return self._attempts.again_at if self._due else None

    def next_due(self) -> Due | None:
        """When that is, with a description."""
        at = self.next_at()
        return (at, "open a linked incident") if at else None

    @property
    def settled(self) -> bool:
        """Whether every incident is open."""
        return not self._due

    def carried(self) -> Mapping[str, object]:
        """The incidents still to open."""
        return {"linked_due": self.due}

    def launch(self, now: datetime) -> None:
        """Open the next one."""
        if self._due and self._attempts.may_begin(now):
            self._attempts.begin(self._open(self._due[0]))

    async def _open(self, linked: LinkedIncident) -> bool:
        desk = self._desk
        report = report_of(linked, desk.incident, desk.now())
        try:
            await perform(
                START_INCIDENT,
                StartIncident(incident_id=linked.id, report=report),
                IncidentStarted,
                summary=f"open {linked.id}: {linked.title}",
                priority=desk.priority(WorkKind.FIRST_PAGE),
            )
        except FailureError:
            desk.replace(without_linked(desk.incident, linked, desk.now()))
            return False
        self._due.remove(linked)
        desk.replace(with_linked(desk.incident, linked, desk.now()))
        return True
