"""People who hold a role in more incidents at once than the policy allows, and who hears of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.people.workload import ToldRole
from rules.record.facts_of_lines import giver_of
from states.lifecycle import BEFORE_REVIEW

_MOST_NAMED = 5


def counted_roles(incident: Incident, policy: CompiledPolicy) -> tuple[ToldRole, ...]:
    """The roles that count over all incidents, while this incident is responded to."""
    if incident.state not in BEFORE_REVIEW:
        return ()
    counted = {role.name for role in policy.roles if role.at_once}
    return tuple(
        ToldRole(role=held.role, person=held.person)
        for held in incident.roles
        if held.role in counted
    )


@dataclass(frozen=True, slots=True)
class RoleNews:
    """A person holds a role now, or no longer does."""

    about: ToldRole
    holds: bool


def next_role_news(wanted: Iterable[ToldRole], told: Iterable[ToldRole]) -> RoleNews | None:
    """The next news to tell: first of a person who no longer holds a role."""
    wanted, told = tuple(wanted), tuple(told)
    gone = next((known for known in told if known not in wanted), None)
    if gone:
        return RoleNews(gone, holds=False)
    new = next((one for one in wanted if one not in told), None)
    return RoleNews(new, holds=True) if new else None


def overloaded(about: ToldRole, at_once: int, elsewhere: tuple[str, ...]) -> str | None:
    """The words that a person holds a role in too many incidents; None if they do not."""
    if len(elsewhere) < at_once:
        return None
    named = ", ".join(elsewhere[:_MOST_NAMED])
    more = len(elsewhere) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return (
        f"{about.person} is {about.role} of {len(elsewhere) + 1} incidents at once, and the policy "
        f"allows at most {at_once}; besides this one: {named}{rest}"
    )


def assigned_by(incident: Incident, about: ToldRole, policy: CompiledPolicy) -> str:
    """Who gave a person the role or handed it over; if the policy did, the holder."""
    mine = (about.role, about.person)
    held = next((h for h in incident.roles if (h.role, h.person) == mine), None)
    giver = giver_of(held, incident.timeline) if held else ""
    return giver if giver in policy.people else about.person
