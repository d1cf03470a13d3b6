"""Which role leads an incident, whatever it is called: asked in one way everywhere."""

from collections.abc import Iterable

INCIDENT_MANAGER = "incident_manager"


def leading_role(names: Iterable[str]) -> str | None:
    """The role that leads: `incident_manager`, or else the first of the policy's."""
    roles = tuple(names)
    return INCIDENT_MANAGER if INCIDENT_MANAGER in roles else next(iter(roles), None)
