"""Times on pages: in the time zone of the policy, or in UTC if the reader asks for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from rules.wording.times import in_local
from rules.zones.calendars import zone_known

UTC_NAME = "UTC"


async def _asked_utc(request: Request) -> bool:
    # It would have to wait for a thread if it were no coroutine.
    return request.query_params.get("utc") == "true"


InUtc = Annotated[bool, Depends(_asked_utc)]
"""Whether an address asks for times in UTC."""


@dataclass(frozen=True, slots=True)
class Times:
    """How a page shows times. `zone` is that of the policy, `utc` what somebody asked for."""

    zone: str = UTC_NAME
    utc: bool = False

    @property
    def shown(self) -> str:
        """The name of the zone in which the page shows times."""
        return UTC_NAME if self.utc else self.zone

    @property
    def other(self) -> str:
        """The zone that a link offers."""
        return self.zone if self.utc else UTC_NAME

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones to choose from, first the one that the page shows."""
        return tuple(dict.fromkeys((self.shown, self.zone, UTC_NAME)))

    def words(self, at: datetime) -> str:
        """An instant in words, which name its zone."""
        return in_local(at, ZoneInfo(self.shown))

    def query(self, before: str = "?") -> str:
        """What an address says so that its page shows times like this one."""
        return f"{before}utc=true" if self.utc else ""


def times_of(zone: str, *, utc: bool = False) -> Times:
    """Times under a policy; in UTC, if this machine does not know the zone."""
    known = zone if zone_known(zone) else UTC_NAME
    return Times(known, utc and known != UTC_NAME)
