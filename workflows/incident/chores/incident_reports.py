"""The incident report: written when the response ends, and again when the incident ends."""

from collections.abc import Mapping
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import FailureError

from models.contracts.documents import WRITE_REPORT, DocumentWritten, IncidentReportWanted
from rules.incident_reports.next_report import (
    name_of_next_try,
    next_incident_report,
    with_incident_report,
    without_incident_report,
)
from rules.paging.urgency import WorkKind
from rules.record.carried import small_enough_for_an_activity
from workflows.activity_calls import perform
from workflows.incident.chores.attempts import Attempts
from workflows.incident.component import Component, Due
from workflows.incident.desk import Desk


class IncidentReports(Component):
    """Owns the incident reports still to write, one after the other."""

    def __init__(self, desk: Desk, due: tuple[str, ...]) -> None:
        self._desk = desk
        self._due = list(due)
        self._attempts = Attempts(desk)

    @property
    def due(self) -> tuple[str, ...]:
        """The names of the incident reports still to write."""
        return tuple(self._due)

    def order(self) -> None:
        """Have the incident report written as the record stands."""
        self._due.append(next_incident_report(self._desk.incident, self.due))
        self._desk.awake = True

    def next_at(self) -> datetime | None:
        """When to try a failed incident report again."""
        return self._attempts.again_at if self._due else None

    def next_due(self) -> Due | None:
        """When that is, with a description."""
        at = self.next_at()
        return (at, "write the incident report") if at else None

    @property
    def settled(self) -> bool:
        """Whether every incident report is written."""
        return not self._due

    def carried(self) -> Mapping[str, object]:
        """The incident reports still to write."""
        return {"reports_due": self.due}

    def launch(self, now: datetime) -> None:
        """Write the next incident report."""
        if self._due and self._attempts.may_begin(now):
            self._attempts.begin(self._write(self._due[0], now))

    async def _write(self, name: str, now: datetime) -> bool:
        desk = self._desk
        told = small_enough_for_an_activity(desk.incident, workflow.info().run_id, now)
        request = IncidentReportWanted(incident=told, policy=desk.policy, name=name, now=now)
        try:
            written = await perform(
                WRITE_REPORT,
                request,
                DocumentWritten,
                summary=f"write {name} of {desk.incident.id}",
                priority=desk.priority(WorkKind.CHORE),
            )
        except FailureError:
            self._due[self._due.index(name)] = name_of_next_try(name)
            desk.replace(without_incident_report(desk.incident, name, desk.now()))
            return False
        self._due.remove(name)
        desk.replace(with_incident_report(desk.incident, name, written, desk.now()))
        return True
