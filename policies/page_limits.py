"""Which limit of pages applies to whom, and how authors write it."""

from models.people.party import Party, PartyKind, party_named
from models.people.workload import PageLimit
from models.policy import Policy
from models.policy.values.durations import format_duration


def limit_of(policy: Policy, target: str) -> PageLimit | None:
    """How often the engine pages `person:NAME`, `channel:NAME`, or the people of another target."""
    own = None
    match party_named(target):
        case Party(PartyKind.CHANNEL, name):
            return policy.channels[name].limit if name in policy.channels else None
        case Party(PartyKind.PERSON, name) if name in policy.people:
            own = policy.people[name].limit
    return own or (policy.paging.limit if policy.paging else None)


def limit_as_written(limit: PageLimit) -> str:
    """As an author writes it: `10 per 15m`."""
    return f"{limit.most} per {format_duration(limit.within)}"
