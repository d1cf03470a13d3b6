"""The whole policy."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from models.base import Frozen
from models.policy.sections.alerts import AlertsEntry
from models.policy.sections.approvals import Approval, BackdatingEntry, HandoverEntry
from models.policy.sections.calendars import Calendar
from models.policy.sections.clocks import ClockEntry, MetricEntry
from models.policy.sections.communication import CommunicationEntry
from models.policy.sections.escalations import LevelEntry
from models.policy.sections.people import (
    AuthoritySection,
    ChannelEntry,
    PagingEntry,
    PersonEntry,
    ServiceEntry,
)
from models.policy.sections.principles import PrinciplesEntry
from models.policy.sections.reporting import ReportingEntry
from models.policy.sections.response import HoldsEntry, RecordEntry, StepEntry
from models.policy.sections.review import ReviewEntry
from models.policy.sections.roles import RoleEntry
from models.policy.sections.schedules import ScheduleEntry
from models.policy.sections.severities import SeverityEntry, SeverityRulesEntry
from models.policy.values.words import Name, Names, Text, alone, within_years


def _in_reach(day: date) -> date:
    within_years(day, day)
    return day


class Policy(Frozen):
    """An organisation's incident process.

    `severities` are in order, the worst first. `time_zone` is the zone of calendar days and of
    every calendar that names none. `owner`, `approver` and `next_review` are about the policy
    itself. `dates` are dates that somebody sets for an incident, such as that of its review; clocks
    may ask for `flags` and `attributes`. A missing section makes no rules; checking the policy
    names the sections that it should not leave out. `accepted` maps places that are left open on
    purpose to the reasons.
    """

    policy: Text
    version: Text
    effective_from: Annotated[date, AfterValidator(_in_reach)]
    time_zone: Text = "UTC"
    owner: Text | None = None
    approver: Text | None = None
    next_review: Annotated[date, AfterValidator(_in_reach)] | None = None
    principles: PrinciplesEntry | None = None
    calendars: dict[Name, Calendar] = Field(default_factory=dict)
    severities: dict[Name, SeverityEntry] = Field(min_length=1)
    severity_rules: SeverityRulesEntry = SeverityRulesEntry()
    reporting: ReportingEntry | None = None
    people: dict[Name, PersonEntry] = Field(default_factory=dict)
    channels: dict[Name, ChannelEntry] = Field(default_factory=dict)
    paging: PagingEntry | None = None
    steps: dict[Name, Annotated[tuple[StepEntry, ...], BeforeValidator(alone)]] = Field(
        default_factory=dict
    )
    roles: dict[Name, RoleEntry] = Field(default_factory=dict)
    schedules: dict[Name, ScheduleEntry] = Field(default_factory=dict)
    escalations: dict[Name, Annotated[tuple[LevelEntry, ...], BeforeValidator(alone)]] = Field(
        default_factory=dict
    )
    services: dict[Name, ServiceEntry] = Field(default_factory=dict)
    authority: AuthoritySection = AuthoritySection()
    approvals: dict[Text, Approval] = Field(default_factory=dict)
    backdating: BackdatingEntry = BackdatingEntry()
    handover: HandoverEntry | None = None
    holds: HoldsEntry = HoldsEntry()
    milestones: Names = ()
    dates: Names = ()
    flags: Names = ()
    attributes: dict[Name, Names] = Field(default_factory=dict)
    clocks: dict[Name, ClockEntry] = Field(default_factory=dict)
    metrics: dict[Name, MetricEntry] = Field(default_factory=dict)
    communication: CommunicationEntry | None = None
    review: ReviewEntry | None = None
    alerts: AlertsEntry = AlertsEntry()
    record: RecordEntry | None = None
    accepted: dict[Text, Text] = Field(default_factory=dict)
