"""The calendars of an incident: works them out further before they run out."""

from collections.abc import Mapping
from datetime import datetime

from temporalio.exceptions import FailureError

from models.contracts.calendars import REFRESH_CALENDARS, CalendarsRefreshed, RefreshCalendars
from models.incident.timeline import EntryKind
from rules.clocks.coverage import earliest_of, refresh_due_at, spliced_slice, stale_calendars
from rules.paging.urgency import WorkKind
from rules.wording.times import in_utc_minutes
from workflows.activity_calls import perform
from workflows.incident.chores.attempts import Attempts
from workflows.incident.component import Component, Due
from workflows.incident.desk import Desk


class Calendars(Component):
    """Owns the refresh under way. Decisions that were made by a calendar stay."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._attempts = Attempts(desk)

    def next_at(self) -> datetime | None:
        """When to work out a calendar further, or to try again."""
        if self._attempts.under_way:
            return None
        return self._attempts.again_at or refresh_due_at(self._desk.policy)

    def next_due(self) -> Due | None:
        """When that is, with a description."""
        at = self.next_at()
        return (at, "work out calendars") if at else None

    @property
    def settled(self) -> bool:
        """Always settled: nobody waits for a calendar once the clocks have ended."""
        return True

    def carried(self) -> Mapping[str, object]:
        """Nothing, because the policy holds the calendars."""
        return {}

    def launch(self, now: datetime) -> None:
        """Work out the calendars that are missing or end soon."""
        desk = self._desk
        if not desk.policy.calendars or not self._attempts.may_begin(now):
            return
        stale = stale_calendars(desk.policy, desk.incident, now)
        if stale:
            self._attempts.begin(self._refresh(stale, now))

    async def _refresh(self, stale: tuple[str, ...], now: datetime) -> bool:
        desk = self._desk
        request = RefreshCalendars(
            incident_id=desk.incident.id,
            policy=desk.policy.changed(slices={}),
            calendars=stale,
            since=earliest_of(desk.incident),
            now=now,
        )
        names = ", ".join(stale)
        try:
            answer = await perform(
                REFRESH_CALENDARS,
                request,
                CalendarsRefreshed,
                summary=f"work out the calendars {names}",
                priority=desk.priority(WorkKind.COMMAND),
            )
        except FailureError:
            desk.note(
                EntryKind.CALENDARS_DELAYED, f"{names} could not be worked out; again in a minute"
            )
            return False
        self._adopt(answer)
        return True

    def _adopt(self, answer: CalendarsRefreshed) -> None:
        policy = self._desk.policy
        slices = {
            name: spliced_slice(policy.slices.get(name), new) for name, new in answer.slices.items()
        }
        self._desk.policy = policy.changed(slices={**policy.slices, **slices})
        until = min(known.valid_until for known in slices.values())
        names = ", ".join(slices)
        self._desk.note(
            EntryKind.CALENDARS_WORKED_OUT, f"{names} worked out until {in_utc_minutes(until)}"
        )
