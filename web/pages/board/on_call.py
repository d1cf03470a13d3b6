"""Who is on call now, by the schedules of the policy in force."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.feeds.directory import FeedDirectory
from incidents.schedules.on_call import OnCallLookup
from incidents.schedules.overrides import Overrides
from models.people.schedule import GapKind, OnCall
from policies.compiling.policy import people_of
from policies.compiling.schedules import schedule_spec
from rules.wording.times import span
from web.http.errors import Refused
from web.policy import PolicyInForce

FRESH_SECONDS = 20.0
MOST_SCHEDULES = 50


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on call by one schedule, in words."""

    schedule: str
    who: str
    until: str
    style: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duties:
    """Who is on call by every schedule; `trouble` says why that is not known."""

    lines: tuple[Duty, ...] = ()
    trouble: str = ""


class OnCallNow:
    """Asks the schedules; all who look share one reading of some seconds."""

    def __init__(
        self, policy: PolicyInForce, feeds: FeedDirectory | None, overrides: Overrides | None
    ) -> None:
        self._policy = policy
        self._lookup = OnCallLookup(feeds, overrides=overrides)
        self._reading = asyncio.Lock()
        self._known = Duties()
        self._until = 0.0

    async def duties(self) -> Duties:
        """Who is on call now. Raises nothing."""
        async with self._reading:
            if time.monotonic() >= self._until:
                self._known = await self._read()
                self._until = time.monotonic() + FRESH_SECONDS
            return self._known

    async def _read(self) -> Duties:
        now = datetime.now(UTC)
        try:
            policy = self._policy.in_force().policy
        except Refused as refused:
            return Duties(trouble=str(refused))
        names = list(policy.schedules)[:MOST_SCHEDULES]
        people = people_of(policy)
        asked = (self._lookup.who(schedule_spec(policy, name), people, now) for name in names)
        return Duties(tuple(_duty(found, now) for found in await asyncio.gather(*asked)))


def _duty(found: OnCall, now: datetime) -> Duty:
    until = f"for {span(found.until_at - now)}" if found.until_at else ""
    if found.people:
        return Duty(found.schedule, ", ".join(found.people), until, "", found.notes)
    meant = found.gap is GapKind.DECLARED
    who = "nobody, on purpose" if meant else "nobody, and nobody declared it"
    return Duty(found.schedule, who, until, "" if meant else "alarm", found.notes)
