"""What the console tells the engine and asks it, whichever way it reaches it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from incidents.commands import Order
from incidents.finding import Filters, Found
from incidents.questions import Explained, Seen
from models.answers.adoption import AdoptionPreview
from models.answers.on_call import OnCallQuestion, OnCallShown
from models.answers.overrides import OverrideShown, OverridesShown
from models.answers.report_preview import JudgedPreview
from models.answers.why import WhyQuestion
from models.answers.workload import WorkloadShown
from models.command import CommandResult
from models.incident.record import Report

if TYPE_CHECKING:
    from incidents.schedules.overriding import AskedOverride


@dataclass(frozen=True, slots=True)
class Reported:
    """The incident of a report, and what it began with; `started` if this report opened it."""

    incident: str
    started: bool
    severity: str
    policy: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """What adopting a policy would do, and which policy it is."""

    preview: AdoptionPreview
    policy_hash: str
    policy_name: str
    policy_version: str


class Engine(Protocol):
    """The engine. Each question raises the errors of `incidents/`, or `Failure`."""

    async def report(self, told: Report, seed: str, now: datetime, within: timedelta) -> Reported:
        """Open the incident of a report, once for each `seed`."""

    async def preview_report(self, told: Report, now: datetime) -> JudgedPreview:
        """What a report would do, and what is wrong with it; opens nothing."""

    async def give(self, order: Order, patience: timedelta) -> CommandResult:
        """Give a command, once for its id. Raises as `incidents.commands.give` does."""

    async def knows(self, incident_id: str) -> bool:
        """Whether there is such an incident."""

    async def runs(self, incident_id: str) -> bool:
        """Whether an incident's workflow still runs."""

    async def view(self, incident_id: str, patience: timedelta) -> Seen:
        """How an incident stands."""

    async def why(self, incident_id: str, question: WhyQuestion, patience: timedelta) -> Explained:
        """Why somebody was paged, or was not."""

    async def find(self, filters: Filters, limit: int) -> Found:
        """The incidents that match. Raises NotInPolicy if none does because of an unknown name."""

    async def preview(self, incident_id: str, file: Path, patience: timedelta) -> Previewed:
        """What adopting the policy of a file would do to an incident."""

    async def on_call(self, asked: OnCallQuestion) -> OnCallShown:
        """Who is on call by the policy in force."""

    async def override(self, asked: "AskedOverride", actor: str) -> OverrideShown:
        """Put somebody on call instead. Raises OverrideRefused."""

    async def end_override(self, override_id: str, actor: str) -> OverrideShown:
        """End an override. Raises OverrideRefused."""

    async def overrides(self) -> OverridesShown:
        """Who is on call instead."""

    async def workload(self, who: str, patience: timedelta) -> WorkloadShown:
        """What a person or channel has on their hands."""

    async def workloads(self, patience: timedelta) -> tuple[WorkloadShown, ...]:
        """What everybody has on their hands who has something."""
