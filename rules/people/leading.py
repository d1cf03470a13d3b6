"""Which role leads an incident, and who holds it, whatever it is called: asked in one way."""

from collections.abc import Mapping

from models.compiled import CompiledPolicy
from models.incident.record import Incident

INCIDENT_MANAGER = "incident_manager"


def leading_role(roles: Mapping[str, bool]) -> str | None:
    """The role that leads: the one that says so, else `incident_manager`, else the first.

    `roles` says of each whether it says that it leads, in the order of the policy.
    """
    marked = next((name for name, leads in roles.items() if leads), None)
    usual = INCIDENT_MANAGER if INCIDENT_MANAGER in roles else next(iter(roles), None)
    return marked or usual


def role_that_leads(policy: CompiledPolicy) -> str | None:
    """The role that leads an incident: the one that it carries, or what its roles are called."""
    return policy.leading or leading_role({role.name: False for role in policy.roles})


def leader(policy: CompiledPolicy, incident: Incident) -> str | None:
    """Who leads an incident now; None while nobody does.

    Of incidents that began under an earlier version of the engine, whoever holds
    `incident_manager` is shown, and nobody else.
    """
    return incident.holder(policy.leading or INCIDENT_MANAGER)
