"""What an incident knows of its calendars: worked out further before it runs out."""

from datetime import datetime, timedelta

from temporalio.exceptions import FailureError

from models.contracts import REFRESH_CALENDARS, CalendarsRefreshed, RefreshCalendars
from rules.coverage import earliest_of, joined, refresh_due_at, stale_calendars
from workflows.desk import Desk
from workflows.options import perform

AGAIN_AFTER = timedelta(minutes=1)


class Calendars:
    """Owns the refresh that is under way. What had been decided by a calendar stays decided."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._busy = False
        self._not_before: datetime | None = None

    def next_at(self) -> datetime | None:
        """When a calendar is to be worked out further, or a failed attempt made again."""
        return None if self._busy else self._not_before or refresh_due_at(self._desk.policy)

    def launch(self, now: datetime) -> None:
        """Work out the calendars that are missing or end soon."""
        desk = self._desk
        if self._busy or not desk.policy.calendars:
            return
        if self._not_before and now < self._not_before:
            return
        stale = stale_calendars(desk.policy, desk.incident, now)
        if stale:
            self._busy = True
            desk.launch(self._refresh(stale, now))

    async def _refresh(self, stale: tuple[str, ...], now: datetime) -> None:
        desk = self._desk
        request = RefreshCalendars(
            incident_id=desk.incident.id,
            policy=desk.policy.model_copy(update={"slices": {}}),
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
                priority=desk.priority,
            )
        except FailureError:
            self._not_before = desk.now() + AGAIN_AFTER
            desk.note("calendars.delayed", f"{names} could not be worked out; again in a minute")
        else:
            self._not_before = None
            self._adopt(answer)
        finally:
            self._busy = False

    def _adopt(self, answer: CalendarsRefreshed) -> None:
        policy = self._desk.policy
        slices = {name: joined(policy.slices.get(name), new) for name, new in answer.slices.items()}
        self._desk.policy = policy.model_copy(update={"slices": {**policy.slices, **slices}})
        until = min(known.valid_until for known in slices.values())
        names = ", ".join(slices)
        self._desk.note(
            "calendars.worked_out", f"{names} worked out until {until:%Y-%m-%d %H:%M} UTC"
        )
