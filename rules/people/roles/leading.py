"""Which role leads an incident, and who holds it, whatever the policy calls it."""

from collections.abc import Mapping

from models.compiled import CompiledPolicy
from models.incident.record import Incident

INCIDENT_MANAGER = "incident_manager"


def leading_role(roles: Mapping[str, bool]) -> str | None:
    """The role that leads: the one that says so, else `incident_manager`, else the first.

    `roles` has the policy's roles in order, each with whether it says that it leads.
    """
    marked = next((name for name, leads in roles.items() if leads), None)
    usual = INCIDENT_MANAGER if INCIDENT_MANAGER in roles else next(iter(roles), None)
    return marked or usual


def role_that_leads(policy: CompiledPolicy) -> str | None:
    """The role that leads an incident: the one in its policy, or the one found by name."""
    return policy.leading or leading_role({role.name: False for role in policy.roles})


def leader(policy: CompiledPolicy, incident: Incident) -> str | None:
    """Who leads an incident now; None if nobody does."""
    return incident.holder(role_that_leads(policy) or "")
