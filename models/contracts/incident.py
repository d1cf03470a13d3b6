"""The incident's workflow: what starts it, and what one run carries on to the next."""

from pydantic import Field

from models.base import Frozen, Seconds
from models.compiled import CompiledPolicy
from models.contracts.notifying import Delivery, Unheard
from models.incident.escalation import EscalationProgress
from models.incident.record import Incident, Report
from models.messages.place import KeptPlace
from models.people.workload import ToldRole

INCIDENT_WORKFLOW = "Incident"


class LinkedIncident(Frozen):
    """An incident to open because of this one, for one of its clocks."""

    id: str
    title: str
    reason: str
    clock: str = ""


class Carried(Frozen):
    """Everything of an incident's run that the next run needs, and the result of the last.

    `processed` are the results of commands by their ids, `given` the digest of each command.
    `events` are those that subscribers must still get. `live` has digests of what messages on live
    channels show, `kept_places` the incident's own places.
    """

    incident: Incident
    policy: CompiledPolicy
    escalation: EscalationProgress = EscalationProgress()
    outbox: tuple[Delivery, ...] = ()
    reports_due: tuple[str, ...] = ()
    linked_due: tuple[LinkedIncident, ...] = ()
    processed: dict[str, str] = Field(default_factory=dict)
    given: dict[str, str] = Field(default_factory=dict)
    effects: int = 0
    told_roles: tuple[ToldRole, ...] = ()
    events: tuple[Delivery, ...] = Field(default=(), exclude_if=lambda events: not events)
    unheard: tuple[Unheard, ...] = Field(default=(), exclude_if=lambda unheard: not unheard)
    live: dict[str, str] = Field(default_factory=dict, exclude_if=lambda live: not live)
    kept_places: dict[str, KeptPlace] = Field(
        default_factory=dict, exclude_if=lambda places: not places
    )


class IncidentInput(Frozen):
    """Starts an `Incident`: a report under a policy, or what an earlier run carried.

    `reopening` marks the run that reopens a closed incident: it waits for the command `reopen`. The
    workflow adds `epoch_offset` to its clock; it is zero in production, and rehearsals of past
    incidents set it.
    """

    policy: CompiledPolicy | None = None
    report: Report | None = None
    carried: Carried | None = None
    reopening: bool = False
    epoch_offset: Seconds = Field(default="PT0S", validate_default=True)
