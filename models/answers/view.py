"""What the query `view` of an incident answers: the record, and what follows from it now."""

from pydantic import Field

from models.base import Frozen, Instant
from models.contracts.notifying import Delivery, Unheard
from models.incident.doubt import Doubt
from models.incident.escalation import EscalationProgress
from models.incident.record import Incident
from models.people.authority import LINK_GRANTS
from models.time.clock import ClockReading, MetricReading, RecordedBreach

VIEW = "view"
"""The name of the query."""

ASK_AGAIN = "the incident is about to be worked on"
"""How the answer begins if no worker has run the first task of the incident yet: ask again."""


class StepLeft(Frozen):
    """A step of the policy that nobody has done."""

    id: str
    do: str


class NextStep(Frozen):
    """A trigger or command: whether it is allowed now, and if not, why not.

    `may` says who may do it, in words; empty if anyone may. `steps` are the steps among what is
    `missing`: the command itself can say that they are done.
    """

    name: str
    allowed: bool
    missing: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    says: str = ""
    steps: tuple[StepLeft, ...] = ()

    @property
    def lacks_only_steps(self) -> bool:
        """Whether the command is possible if it says that its steps are done."""
        return self.allowed or len(self.missing) == len(self.steps)


class IncidentView(Frozen):
    """An incident read at `now`: `readings` are its clocks, `metrics` the policy's figures.

    `told` are the waits for status updates that are over.

    `breaches` are all that fired, including those that something took back; `doubts` what somebody
    should check. `undelivered` is what the incident still owes; `unheard` are subscribers that take
    no events. `leading` is the role that leads,
    `manager` who holds it. `link_grants` are the commands that the link of a page grants.
    `time_zone` is that of the policy.
    """

    incident: Incident
    leading: str | None = None
    manager: str | None = None
    readings: tuple[ClockReading, ...] = ()
    told: tuple[ClockReading, ...] = ()
    metrics: tuple[MetricReading, ...] = ()
    breaches: tuple[RecordedBreach, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    next: tuple[NextStep, ...] = ()
    policy_name: str
    policy_version: str
    policy_hash: str
    escalation: EscalationProgress = EscalationProgress()
    undelivered: tuple[Delivery, ...] = ()
    unheard: tuple[Unheard, ...] = Field(default=(), exclude_if=lambda unheard: not unheard)
    link_grants: tuple[str, ...] = Field(
        default=LINK_GRANTS, exclude_if=lambda granted: granted == LINK_GRANTS
    )
    time_zone: str = Field(default="UTC", exclude_if=lambda zone: zone == "UTC")
    now: Instant
