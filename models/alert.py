"""An alert, whatever format it came in, and what an alert group knows."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from models.addresses import web_link
from models.base import FIRST_YEAR, LAST_YEAR, Frozen, Instant, Seconds

_FIRST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
_LAST = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)
_LONGEST = timedelta(days=3660)


def _within_reach(at: datetime) -> datetime:
    return min(max(at, _FIRST), _LAST)


Heard = Annotated[Instant, AfterValidator(_within_reach)]
"""When something happened, as monitoring says: no alert is lost because its clock is wrong."""

Wait = Annotated[Seconds, Field(ge=timedelta(), le=_LONGEST)]
"""How long an alert group waits for something."""


ALERTMANAGER = "alertmanager"
"""The format of everything that names none: it comes from before there were others."""


class AlertStatus(StrEnum):
    """An alert fires, then resolves."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Alert(Frozen):
    """One alert. `fingerprint` identifies it across repeats; `started_at` one firing of it.

    `severity` and `service` are what its labels say, as the policy reads them. A `link` that does
    not lead into the web is left out, and a login in one too. `dated` is False if the sender does
    not say since when it fires: `started_at` is then when it was heard.
    """

    fingerprint: str
    name: str
    status: AlertStatus
    summary: str = ""
    labels: dict[str, str] = Field(default_factory=dict)
    severity: str | None = None
    service: str | None = None
    started_at: Heard
    ended_at: Heard | None = None
    dated: bool = True
    source: str = ""
    link: Annotated[str | None, AfterValidator(web_link)] = None


class AlertBatch(Frozen):
    """What one delivery said of one group. `truncated` alerts were left out by the sender.

    `source` names the format in which it came.
    """

    source: str = ALERTMANAGER
    group_key: str
    alerts: tuple[Alert, ...]
    truncated: int = Field(default=0, ge=0)
    received_at: Heard


class AlertRecord(Frozen):
    """An alert as an incident remembers it: the newest word on it, and how often it came.

    `taken_over_by` is the later incident that answers it now; it no longer fires in this one.
    `first_started_at` is when it first fired, where it fires anew since.
    """

    alert: Alert
    first_seen_at: Instant
    last_seen_at: Instant
    times_seen: int = 1
    taken_over_by: str | None = None
    first_started_at: Instant | None = None

    @property
    def fired_first_at(self) -> datetime:
        """When it first fired: a later firing of the same alert does not move that."""
        return self.first_started_at or self.alert.started_at

    @property
    def status_words(self) -> str:
        """How it stands in this incident, in words."""
        by = self.taken_over_by
        return f"taken over by {by}" if by else self.alert.status.value


class GroupingPolicy(Frozen):
    """When the alerts of one group make an incident, and what a recurrence does.

    `open_after_count` deliveries and `open_after` of continued firing must both be reached;
    the defaults open at once. `reopen_within` of resolve, a recurrence reopens; later it opens a
    new incident. A firing that the incident was told of before resolve counts as a recurrence
    only when it is still reported `settle_after` later. Pure repeats reach the incident at most
    once per `repeats_every`. Alerts that the sender left out count as firing, so that nothing is
    quiet or over before they are named; by themselves they never open or reopen an incident:
    nothing is known of them. A group whose alerts are quiet and whose incident is over ends
    `quiet_after` later at the earliest.
    """

    open_after_count: int = Field(default=1, ge=1)
    open_after: Wait = Field(default="PT0S", validate_default=True)
    reopen_within: Wait = Field(default="PT30M", validate_default=True)
    settle_after: Wait = Field(default="PT15M", validate_default=True)
    repeats_every: Wait = Field(default="PT1M", validate_default=True)
    quiet_after: Wait = Field(default="PT5M", validate_default=True)
