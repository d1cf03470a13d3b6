"""The request to the activity that pages a level, and its key.

The key follows from the request: the timeline entry that asks, the level and the round; the
activity adds the recipient. So the same page always has the same key, however often a task is
repeated, and no other page ever has it.
"""

from dataclasses import dataclass
from datetime import datetime

from models.compiled import CompiledPolicy, EscalationPolicy, Level
from models.contracts.paging import EscalateIncident
from models.incident.escalation import DemandedPage, EscalationProgress
from models.incident.record import Incident
from models.messages.message import MessageKind
from rules.paging.declining import decliners
from rules.paging.demands import caller_passed_over
from rules.paging.escalation import Page, targets_in_turn
from rules.paging.messages import message
from rules.paging.page_lines import how_to_stop
from rules.paging.urgency import urgency
from rules.people.stand_ins import addressed_by_level
from rules.record.references import first_messages_of


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What the escalation must do now, by which ladder and why; `cause` is the line that asks."""

    page: Page
    ladder: EscalationPolicy
    reason: str
    now: datetime
    cause: int
    demanded: DemandedPage | None = None

    @property
    def stays(self) -> bool:
        """Whether answers to the escalation do not withdraw it."""
        return self.demanded is not None and self.demanded.stays

    def caller(self, progress: EscalationProgress) -> str | None:
        """The person who asked by hand, if silence does not page them."""
        return None if self.demanded else caller_passed_over(progress)

    @property
    def asks_for_its_level(self) -> bool:
        """Whether a demand asks for the level, not only another look at a schedule."""
        return self.demanded is not None and not self.demanded.unread

    def beside_the_ladder(self, stopped: str | None) -> bool:
        """Whether the page leaves the escalation where it is."""
        demanded = self.demanded
        return demanded is not None and (bool(demanded.unread) or (demanded.once and not stopped))

    @property
    def clocks(self) -> tuple[str, ...]:
        """The clocks whose limits ask for it."""
        return self.demanded.clocks if self.demanded else ()

    @property
    def summary(self) -> str:
        """The request in words."""
        return f"page level {self.page.level} ({', '.join(self.page.targets.page)}): {self.reason}"


def page_key(incident_id: str, asked: PageRequest) -> str:
    """The key of a page, without its recipient."""
    return f"{incident_id}/page-{asked.cause}.{asked.page.level}.{asked.page.cycle + 1}"


def _ordered(page: Page, incident: Incident) -> Level:
    targets = page.targets
    if not targets.in_turn:
        return targets
    return targets.changed(page=targets_in_turn(incident.id, targets.page, page.level, page.cycle))


def request_of(
    asked: PageRequest, incident: Incident, policy: CompiledPolicy, progress: EscalationProgress
) -> EscalateIncident:
    """The input of the activity."""
    page = asked.page
    template = message(
        MessageKind.PAGE,
        incident,
        policy,
        asked.now,
        reason=f"{asked.reason}, level {page.level}",
        text=f"{incident.report.title}\n{how_to_stop(incident.id, progress)}",
        to_a_person=True,
    )
    targets = _ordered(page, incident)
    caller = asked.caller(progress)
    roles = addressed_by_level(targets, incident, policy, asked.now)
    return EscalateIncident(
        level=page.level,
        cycle=page.cycle,
        targets=targets,
        holders=roles.holders,
        further_holders=roles.further,
        vacant=roles.vacant,
        people=policy.people,
        channels=policy.paging_channels,
        fallbacks=policy.fallbacks,
        key_prefix=page_key(incident.id, asked),
        template=template,
        now=asked.now,
        schedules=policy.schedules,
        policy=policy.name,
        limits=policy.page_limits,
        urgency=urgency(incident.severity, policy.severities),
        first_messages=first_messages_of(incident, policy),
        declined=(*decliners(progress, page.cycle), *((caller,) if caller else ())),
        local_times=policy.local_times,
    )
