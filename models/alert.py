"""An alert, whatever its format, and what an alert group knows."""

from collections.abc import Container, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from models.addresses import web_link
from models.base import FIRST_YEAR, LAST_YEAR, Frozen, Instant, Seconds
from models.readable import in_a_cell

_FIRST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
_LAST = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)
_LONGEST = timedelta(days=3660)


def _within_reach(at: datetime) -> datetime:
    return min(max(at, _FIRST), _LAST)


Heard = Annotated[Instant, AfterValidator(_within_reach)]
"""When something happened, as monitoring says. A wrong clock of monitoring loses no alert."""

Wait = Annotated[Seconds, Field(ge=timedelta(), le=_LONGEST)]
"""How long an alert group waits for something."""


MOST_LINKS, MOST_OF_LINKS, LINK_NAME_BOUND = 5, 4096, 40
"""At most this many links of an alert have names, with this many characters of addresses together,
and this many in each name."""

ALERTMANAGER = "alertmanager"
"""The format of everything that names none: it comes from before there were others."""


class AlertStatus(StrEnum):
    """An alert fires, then resolves."""

    FIRING = "firing"
    RESOLVED = "resolved"


class AlertLink(Frozen):
    """A link of an alert, and what its sender calls it."""

    name: str
    url: str


def followable(
    links: Iterable[AlertLink], *, besides: Container[str] = ()
) -> tuple[AlertLink, ...]:
    """The links that people may follow, each once, and none of those in `besides`.

    Only the first few are kept; together they have no more characters than the labels of an alert.
    """
    kept: dict[str, AlertLink] = {}
    room = MOST_OF_LINKS
    for link in links:
        url = web_link(link.url)
        if url is None or url in kept or url in besides or len(url) > room:
            continue
        name = in_a_cell(link.name)[:LINK_NAME_BOUND].strip() or "link"
        kept[url] = AlertLink(name=name, url=url)
        room -= len(url)
        if len(kept) == MOST_LINKS:
            break
    return tuple(kept.values())


class Alert(Frozen):
    """One alert. `fingerprint` identifies it across repeats, `started_at` one firing of it.

    `severity` and `service` are what its labels say, as the policy reads them. `link` is where its
    sender shows it, `runbook_url` says what to do about it, and `links` lead to more. The engine
    drops each link that does not lead into the web, and any login in one. `dated` is False if the
    sender does not say since when it fires: `started_at` is then when the engine heard of it.
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
    runbook_url: Annotated[str | None, AfterValidator(web_link)] = Field(
        default=None, exclude_if=lambda url: url is None
    )
    links: Annotated[tuple[AlertLink, ...], AfterValidator(followable)] = Field(
        default=(), exclude_if=lambda links: not links
    )


class AlertBatch(Frozen):
    """What one delivery said of one group. The sender left out `truncated` alerts.

    `source` names its format.
    """

    source: str = ALERTMANAGER
    group_key: str
    alerts: tuple[Alert, ...]
    truncated: int = Field(default=0, ge=0)
    received_at: Heard


class AlertRecord(Frozen):
    """An alert as an incident remembers it: its newest report, and how often it came.

    `taken_over_by` is the later incident that handles the alert now; it no longer fires in this
    one. `first_started_at` is when it first fired, if it has fired anew since.
    """

    alert: Alert
    first_seen_at: Instant
    last_seen_at: Instant
    times_seen: int = 1
    taken_over_by: str | None = None
    first_started_at: Instant | None = None

    @property
    def fired_first_at(self) -> datetime:
        """When it first fired. A later firing of the same alert does not move this."""
        return self.first_started_at or self.alert.started_at

    @property
    def status_words(self) -> str:
        """How it stands in this incident, in words."""
        by = self.taken_over_by
        return f"taken over by {by}" if by else self.alert.status.value


class GroupingPolicy(Frozen):
    """When the alerts of one group make an incident, and what a recurrence does.

    A group opens an incident after both `open_after_count` deliveries and `open_after` of continued
    firing; the defaults open at once. A recurrence within `reopen_within` of resolve reopens the
    incident; a later one opens a new incident. A firing that the incident knew before resolve
    counts as a recurrence only if it is still reported `settle_after` later. Pure repeats reach the
    incident at most once per `repeats_every`. Alerts that the sender left out count as firing: the
    group is not quiet or over before the sender names them. Alone they never open or reopen an
    incident, because nothing is known of them. A group ends `quiet_after` its alerts are quiet and
    its incident is over, or later.
    """

    open_after_count: int = Field(default=1, ge=1)
    open_after: Wait = Field(default="PT0S", validate_default=True)
    reopen_within: Wait = Field(default="PT30M", validate_default=True)
    settle_after: Wait = Field(default="PT15M", validate_default=True)
    repeats_every: Wait = Field(default="PT1M", validate_default=True)
    quiet_after: Wait = Field(default="PT5M", validate_default=True)
