"""Overrides of schedules in a rehearsal: those of the scenario, and no workflow keeps them."""

from datetime import datetime

from incidents.schedules.overrides import KnownOverrides
from models.base import Actor
from models.people.schedule_overrides import ScheduleOverride
from models.scenario import TakenShift, instant_of


class RehearsedOverrides:
    """Knows what the scenario said so far."""

    def __init__(self) -> None:
        self._known: list[ScheduleOverride] = []

    async def known(self) -> KnownOverrides:
        """The overrides so far."""
        return KnownOverrides(tuple(self._known))

    def take(self, said: TakenShift, at: datetime, starts: datetime) -> None:
        """Put somebody on call from `at` on, or from when the scenario says."""
        self._known.append(
            ScheduleOverride(
                id=f"{len(self._known):012x}",
                schedule=said.schedule,
                person=said.person,
                covers=said.covers,
                begins_at=at if said.begins is None else instant_of(said.begins, starts),
                ends_at=instant_of(said.until, starts),
                reason=said.reason,
                by=Actor(name="scenario"),
                made_at=at,
            )
        )
