"""What every model shares: frozen, closed to unknown fields, and honest about instants."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer


class Frozen(BaseModel):
    """A value: never changed, only replaced."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Lenient(BaseModel):
    """A value from outside, whose newer senders may add fields that we do not know yet."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _to_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A timezone-aware instant, kept in UTC. A naive one is refused."""

Seconds = Annotated[
    timedelta, PlainSerializer(lambda value: value.total_seconds(), return_type=float)
]
"""An elapsed duration; in JSON a number of seconds."""


class Actor(Frozen):
    """Who did it. A name is a claim unless the way in authenticated it.

    `via` is the way in: console, api, alerts, temporal (a raw update or signal), engine.
    """

    name: str
    via: str = "temporal"


ENGINE = Actor(name="engine", via="engine")
"""The engine itself, where it acts by policy."""

MONITORING = Actor(name="monitoring", via="alerts")
"""The alert group, on behalf of the monitoring that fired."""
