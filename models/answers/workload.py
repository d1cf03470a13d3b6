"""What a person or channel has on their hands over all incidents."""

from pydantic import Field

from models.base import Frozen, Instant
from models.people.workload import SentPage


class LimitShown(Frozen):
    """At most so many pages within so many seconds."""

    most: int
    within_seconds: float


class OneByOne(Frozen):
    """How many pages of the worst severity, or of others, would go out one by one now."""

    worst: int | None = None
    others: int | None = None


class HeldShown(Frozen):
    """A page that waits for the next summary."""

    incident: str
    severity: str
    subject: str
    key: str
    since: Instant


class HeldIn(Frozen):
    """An incident in which somebody holds a role."""

    incident: str
    since: Instant


class RoleShown(Frozen):
    """A role that somebody holds, in how many incidents at once they may, and in which they do."""

    role: str
    at_once: int | None = None
    over: bool = False
    incidents: tuple[HeldIn, ...] = ()


class WorkloadShown(Frozen):
    """What somebody has on their hands at `now`; nothing if no workload is `running`.

    If `policy` is None, the workload belongs to another policy, whose limits are unknown. `counted`
    says whether that policy limits them at all. `sent` are the pages within the period of the
    limit, `held` those that wait for the summary at `summary_at`, worst first.
    """

    whom: str
    policy: str | None
    workload: str
    running: bool
    now: Instant
    limit: LimitShown | None = None
    left: int | None = None
    left_one_by_one: OneByOne = OneByOne()
    sent: tuple[SentPage, ...] = ()
    held: tuple[HeldShown, ...] = ()
    summary_at: Instant | None = None
    summary_failed: int = 0
    roles: tuple[RoleShown, ...] = ()
    counted: bool = Field(default=False, description="whether the policy in force limits them")


class WorkloadsShown(Frozen):
    """What everybody has on their hands who has something."""

    workloads: tuple[WorkloadShown, ...]
