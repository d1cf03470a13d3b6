"""What somebody has on their hands over all incidents, worked out of what their workload knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.people.workload import HeldPage, HoldRole, PageLimit, SentPage, WorkloadState
from rules.paging.workload import one_by_one, summary_due


@dataclass(frozen=True, slots=True)
class OnHand:
    """What somebody has on their hands at `now`; no `state`: nothing, as no workload runs.

    `limit` is the one that was asked by last, or else that of the policy in force; `at_once` are
    that policy's limits of roles. Under another policy (`policy` is None) nothing is known of it.
    """

    whom: str
    workload: str
    now: datetime
    policy: str | None
    state: WorkloadState | None
    limit: PageLimit | None = None
    at_once: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name alone, as it is typed."""
        return self.whom.partition(":")[2]

    @property
    def sent(self) -> tuple[SentPage, ...]:
        """What was sent within the time of the limit."""
        if self.state is None or self.limit is None:
            return ()
        return tuple(p for p in self.state.sent if self.now - p.at < self.limit.within)

    @property
    def left(self) -> int | None:
        """How much of the limit is left; None without one."""
        return max(self.limit.most - len(self.sent), 0) if self.limit else None

    def next_ones(self, *, worst: bool) -> int | None:
        """How many pages would go out one by one now, of the worst severity or of others."""
        if self.limit is None:
            return None
        waits = bool(self.held) and not worst
        return 0 if waits else max(one_by_one(self.limit, worst=worst) - len(self.sent), 0)

    @property
    def held(self) -> tuple[HeldPage, ...]:
        """What waits for the next summary, the worst first."""
        held = self.state.held.values() if self.state else ()
        return tuple(sorted(held, key=lambda page: (page.asked.bound.urgency, page.at)))

    @property
    def summary_at(self) -> datetime | None:
        """When what is held goes out."""
        return summary_due(self.state) if self.state else None

    @property
    def roles(self) -> dict[str, tuple[HoldRole, ...]]:
        """The roles that are held and counted, each with its incidents."""
        found: dict[str, tuple[HoldRole, ...]] = {}
        for held in self.state.roles if self.state else ():
            found[held.role] = (*found.get(held.role, ()), held)
        return found

    def over(self, role: str) -> bool:
        """Whether a role is held in more incidents than the policy in force has it."""
        most = self.at_once.get(role)
        return most is not None and len(self.roles.get(role, ())) > most
