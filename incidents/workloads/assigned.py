"""What somebody has on their hands over all incidents, from the state of their workload."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.answers.workload import (
    HeldIn,
    HeldShown,
    LimitShown,
    OneByOne,
    RoleShown,
    WorkloadShown,
)
from models.people.workload import HeldPage, HoldRole, PageLimit, SentPage, WorkloadState
from rules.paging.workload import pages_one_by_one, summary_due


@dataclass(frozen=True, slots=True)
class Assigned:
    """What somebody has on their hands at `now`; without `state`, nothing, as no workload runs.

    `limit` comes from the last request, or from the policy in force. `at_once` are that policy's
    limits of roles. If `policy` is None, the workload belongs to another policy, whose limits are
    unknown.
    """

    whom: str
    workload: str
    now: datetime
    policy: str | None
    state: WorkloadState | None
    limit: PageLimit | None = None
    at_once: Mapping[str, int] = field(default_factory=dict)

    @property
    def sent(self) -> tuple[SentPage, ...]:
        """The pages sent within the period of the limit."""
        if self.state is None or self.limit is None:
            return ()
        return tuple(p for p in self.state.sent if self.now - p.at < self.limit.within)

    @property
    def left(self) -> int | None:
        """How much of the limit is left; None if there is no limit."""
        return max(self.limit.most - len(self.sent), 0) if self.limit else None

    def next_ones(self, *, worst: bool) -> int | None:
        """How many pages of the worst severity, or of others, would go out one by one now."""
        if self.limit is None:
            return None
        waits = bool(self.held) and not worst
        return 0 if waits else max(pages_one_by_one(self.limit, worst=worst) - len(self.sent), 0)

    @property
    def held(self) -> tuple[HeldPage, ...]:
        """The pages that wait for the next summary, worst first."""
        held = self.state.held.values() if self.state else ()
        return tuple(sorted(held, key=lambda page: (page.asked.bound.urgency, page.at)))

    @property
    def summary_at(self) -> datetime | None:
        """When the held pages go out."""
        return summary_due(self.state) if self.state else None

    @property
    def roles(self) -> dict[str, tuple[HoldRole, ...]]:
        """The roles that are held and counted, each with its incidents."""
        found: dict[str, tuple[HoldRole, ...]] = {}
        for held in self.state.roles if self.state else ():
            found[held.role] = (*found.get(held.role, ()), held)
        return found

    def over(self, role: str) -> bool:
        """Whether a role is held in more incidents than the policy in force allows."""
        most = self.at_once.get(role)
        return most is not None and len(self.roles.get(role, ())) > most

    @property
    def shown(self) -> WorkloadShown:
        """The same as an answer."""
        limit = self.limit
        return WorkloadShown(
            whom=self.whom,
            policy=self.policy,
            workload=self.workload,
            running=self.state is not None,
            now=self.now,
            limit=limit
            and LimitShown(most=limit.most, within_seconds=limit.within.total_seconds()),
            left=self.left,
            left_one_by_one=OneByOne(
                worst=self.next_ones(worst=True), others=self.next_ones(worst=False)
            ),
            sent=self.sent,
            held=tuple(map(_waiting, self.held)),
            summary_at=self.summary_at,
            summary_failed=self.state.failed if self.state else 0,
            roles=tuple(self._role(role, held) for role, held in self.roles.items()),
            counted=limit is not None or bool(self.at_once),
        )

    def _role(self, role: str, held: tuple[HoldRole, ...]) -> RoleShown:
        return RoleShown(
            role=role,
            at_once=self.at_once.get(role),
            over=self.over(role),
            incidents=tuple(HeldIn(incident=one.incident_id, since=one.at) for one in held),
        )


def _waiting(page: HeldPage) -> HeldShown:
    return HeldShown(
        incident=page.asked.incident_id,
        severity=page.asked.severity,
        subject=page.asked.subject,
        key=page.asked.key,
        since=page.at,
    )
