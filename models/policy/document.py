"""The whole policy."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from models.base import Frozen
from models.policy.approvals import Approval, BackdatingEntry, HandoverEntry
from models.policy.calendars import Calendar
from models.policy.conduct import (
    Alerts,
    Holds,
    Principles,
    Record,
    Reporting,
    Severity,
    StepEntry,
)
from models.policy.escalations import LevelEntry
from models.policy.people import (
    Authority,
    ChannelEntry,
    Paging,
    PersonEntry,
    ServiceEntry,
)
from models.policy.promises import ClockEntry, Communication, MetricEntry, ReviewEntry
from models.policy.roles import RoleEntry
from models.policy.schedules import ScheduleEntry
from models.policy.severity_rules import SeverityRules
from models.policy.words import Name, Names, Text, alone, within_years


def _in_reach(day: date) -> date:
    within_years(day, day)
    return day


class Policy(Frozen):
    """An organisation's incident process.

    `severities` are ordered, the worst first. `time_zone` is the zone of every calendar that
    names none, and of calendar days. `owner`, `approver` and `next_review` are about the policy
    itself. `dates` are days that will be set for an incident, such as
    that of its review; `flags` and `attributes` are what clocks may ask of it. Sections that are
    left out are simply not ruled: checking a policy names those that it should not leave open.
    `accepted` says of places what they leave open on purpose, and why.
    """

    policy: Text
    version: Text
    effective_from: Annotated[date, AfterValidator(_in_reach)]
    time_zone: Text = "UTC"
    owner: Text | None = None
    approver: Text | None = None
    next_review: Annotated[date, AfterValidator(_in_reach)] | None = None
    principles: Principles | None = None
    calendars: dict[Name, Calendar] = Field(default_factory=dict)
    severities: dict[Name, Severity] = Field(min_length=1)
    severity_rules: SeverityRules = SeverityRules()
    reporting: Reporting | None = None
    people: dict[Name, PersonEntry] = Field(default_factory=dict)
    channels: dict[Name, ChannelEntry] = Field(default_factory=dict)
    paging: Paging | None = None
    steps: dict[Name, Annotated[tuple[StepEntry, ...], BeforeValidator(alone)]] = Field(
        default_factory=dict
    )
    roles: dict[Name, RoleEntry] = Field(default_factory=dict)
    schedules: dict[Name, ScheduleEntry] = Field(default_factory=dict)
    escalations: dict[Name, Annotated[tuple[LevelEntry, ...], BeforeValidator(alone)]] = Field(
        default_factory=dict
    )
    services: dict[Name, ServiceEntry] = Field(default_factory=dict)
    authority: dict[Text, Authority] = Field(default_factory=dict)
    approvals: dict[Text, Approval] = Field(default_factory=dict)
    backdating: BackdatingEntry = BackdatingEntry()
    handover: HandoverEntry | None = None
    holds: Holds = Holds()
    milestones: Names = ()
    dates: Names = ()
    flags: Names = ()
    attributes: dict[Name, Names] = Field(default_factory=dict)
    clocks: dict[Name, ClockEntry] = Field(default_factory=dict)
    metrics: dict[Name, MetricEntry] = Field(default_factory=dict)
    communication: Communication | None = None
    review: ReviewEntry | None = None
    alerts: Alerts = Alerts()
    record: Record | None = None
    accepted: dict[Text, Text] = Field(default_factory=dict)
