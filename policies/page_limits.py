"""Which limit of pages applies to whom, and how authors write it."""

from models.people.workload import PageLimit
from models.policy import Policy
from models.policy.values.durations import format_duration


def limit_of(policy: Policy, target: str) -> PageLimit | None:
    """How often the engine pages `person:NAME`, `channel:NAME`, or whoever another target means."""
    kind, _, name = target.partition(":")
    if kind == "channel":
        return policy.channels[name].limit if name in policy.channels else None
    own = policy.people[name].limit if kind == "person" and name in policy.people else None
    return own or (policy.paging.limit if policy.paging else None)


def as_written(limit: PageLimit) -> str:
    """As an author writes it: `10 per 15m`."""
    return f"{limit.most} per {format_duration(limit.within)}"
