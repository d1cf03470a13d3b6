"""The policy as one incident carries it: all that decides, without the prose.

The prose (principles, what a severity means) stays in the policy file; `policy_hash`
is the SHA-256 of the whole file and says which one that was.
"""

from enum import StrEnum

from pydantic import Field

from models.alert import GroupingPolicy
from models.authority import ApprovalRule, HandoverRule, Later, OverrideRule
from models.base import Frozen, Seconds
from models.cadence import Rhythm
from models.calendar import CalendarSlice, CalendarSpec
from models.clock import ClockSpec, MetricSpec, Target, Threshold
from models.intake import ReportingRule
from models.schedule import OnCall, ScheduleSpec
from models.severity import SeverityRules
from models.workload import PageLimit, PageLimits

LIMIT_BYTES = 64 * 1024
"""The most that a compiled policy may weigh as JSON: every run of every incident carries it."""


class Step(Frozen):
    """Something to do before a state is left."""

    id: str
    do: str
    by: str
    state: str
    required: bool


class RoleRule(Frozen):
    """A role: `required` maps a severity to how long after `reported` it must be filled.

    `required_in` maps a state to the severities at which it must be. With `when`, only while all
    conditions hold; the time counts from `since`. `default` is a person, "acknowledger" or
    "reporter": whoever does that takes it, or `schedule:NAME`: whoever is on call by it when the
    incident begins. Holders have one of the teams or skills of `qualification`; who holds it in
    more than `at_once` incidents is reported to whoever assigns. `remembered`
    keeps when it was filled and fell vacant, `passes` when it passed to somebody else, and `tells`
    has whoever takes it by default told of their duties: earlier records do not.
    """

    name: str
    required: dict[str, Seconds] = Field(default_factory=dict)
    required_in: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    when: tuple[str, ...] = ()
    since: str = "reported"
    default: str | None = None
    at_least: int = 1
    at_most: int | None = 1
    qualification: tuple[str, ...] = ()
    deputy: str | None = None
    not_also: tuple[str, ...] = ()
    discouraged_with: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    at_once: int | None = None
    remembered: bool = False
    passes: bool = False
    tells: bool = False


class Level(Frozen):
    """A level of an escalation policy: whom to page, and how long to wait for acknowledgement.

    Targets are `person:NAME`, `role:NAME`, `channel:NAME` or `schedule:NAME`. With `in_turn`, one
    of them is paged. Within `hours` alone: read on the local clock of whoever is paged, and for a
    channel in their own zone. With `if_firing`, only while alerts of the incident fire.
    """

    page: tuple[str, ...]
    wait: Seconds
    in_turn: bool = False
    hours: CalendarSpec | None = None
    if_firing: bool = False


class OnRaise(StrEnum):
    """What a raised severity does: nobody is paged, the next level is, or the first again."""

    NOTHING = "nothing"
    CONTINUE = "continue"
    RESTART = "restart"


class Branch(Frozen):
    """Another escalation that counts instead, at these severities, while all conditions hold."""

    severities: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    follow: "EscalationPolicy"


class EscalationPolicy(Frozen):
    """Levels in order; after the last the whole is repeated `repeat` times.

    The first of the `branches` that fits counts instead. `forgotten_after` is how long after an
    acknowledgement somebody must have done something; None for ever.
    """

    name: str
    levels: tuple[Level, ...]
    repeat: int = 0
    branches: tuple[Branch, ...] = ()
    on_raise: OnRaise = OnRaise.NOTHING
    forgotten_after: Seconds | None = None

    @property
    def ladders(self) -> "tuple[EscalationPolicy, ...]":
        """Itself, and everything that can count instead."""
        return (self, *(branch.follow for branch in self.branches))


class Audience(Frozen):
    """Whom we inform, by which channels, of what.

    `on` lists the lifecycle events that are told by themselves; `rhythms` maps a severity to the
    cadence of status updates (`every` is how earlier versions wrote it); `sees` limits what is
    shared.
    """

    name: str
    channels: tuple[str, ...]
    on: tuple[str, ...] = ()
    every: dict[str, Seconds] = Field(default_factory=dict)
    rhythms: dict[str, Rhythm] = Field(default_factory=dict)
    sees: tuple[str, ...] = ()

    def rhythm(self, severity: str) -> Rhythm | None:
        """How often it hears at a severity."""
        written = self.every.get(severity)
        return self.rhythms.get(severity) or (
            Rhythm(every=Target(within=written)) if written else None
        )


class ReviewRule(Frozen):
    """What a review must have before the incident may be closed."""

    required: dict[str, str] = Field(default_factory=dict)
    led_by: str | None = None
    attendees: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    lessons: bool = True
    action_items: bool = False


class AuthorityRule(Frozen):
    """Who may: roles, people, `team:NAME`, `anyone`, or `responders` (whom the escalation pages).

    Where a condition of `when` holds, its people instead, of several the first; else those of
    the severity in `at`; else `by`. `later` may too, some time after they first asked. Of a change
    of severity, `at` is read `by_the_worse` of the two, before and after; without it, as policies
    that were compiled by earlier versions have it, by that before.
    """

    by: tuple[str, ...] = ("anyone",)
    at: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    later: tuple[Later, ...] = ()
    reasons: tuple[str, ...] = ()
    needs_note: bool = False
    by_the_worse: bool = False


class Person(Frozen):
    """A person as the engine addresses them. `channels` in the order of trying, for pages.

    `zone` is an IANA name, where the policy says one; `limit` how often they are paged, where it
    is not as often as everybody.
    """

    name: str
    email: str | None = None
    channels: tuple[str, ...] = ()
    zone: str | None = None
    teams: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    limit: PageLimit | None = None


class RunningClocks(StrEnum):
    """What a changed severity does to the clocks that run.

    They keep the target that they have, take the new one with what has elapsed, or start anew.
    """

    KEEP = "keep"
    RETARGET = "retarget"
    RESTART = "restart"


FROM_HISTORY = 2
"""The edition of the rules since which moments come from history, not from how things stand."""
EDITION = FROM_HISTORY
"""The edition of the rules for policies that are compiled now."""


class FactsRule(Frozen):
    """How far back a fact may be dated: further than `reason_after` only with a reason.

    Further than `approval_after` only with an approval; None: no approval is asked for.
    """

    reason_after: Seconds = Field(default="PT5M", validate_default=True)
    approval_after: Seconds | None = None


class CompiledPolicy(Frozen):
    """Everything of a policy that an incident's decisions depend on.

    `slices` are its calendars as they were worked out for this incident; `schedules` those that
    its levels and roles name; `on_call` who was on call by them when it began, for roles that
    somebody takes by default. `reporting` is None
    in those of before reports were looked at when they reach Temporal: they are taken as they are.
    `facts` is None in those of before what fired was a fact: a correction clears a breach there.
    `edition` says by which rules moments are read: an incident goes on by those it began with.

    With `known_names`, whoever acts, or is named in a command, is one of the people, and is written
    as the policy writes them; what the policy does not name is not for anyone. Policies that
    earlier versions compiled do not ask.
    """

    name: str
    version: str
    policy_hash: str
    edition: int = 1
    severities: tuple[str, ...]
    default_severity: str
    people: dict[str, Person] = Field(default_factory=dict)
    fallbacks: dict[str, str] = Field(default_factory=dict)
    paging_channels: tuple[str, ...] = ()
    page_limits: PageLimits = PageLimits()
    steps: tuple[Step, ...] = ()
    roles: tuple[RoleRule, ...] = ()
    leading: str | None = None
    escalation: EscalationPolicy | None = None
    schedules: tuple[ScheduleSpec, ...] = ()
    on_call: dict[str, OnCall] = Field(default_factory=dict)
    authority: dict[str, AuthorityRule] = Field(default_factory=dict)
    raise_severity: AuthorityRule = AuthorityRule()
    lower_severity: AuthorityRule = AuthorityRule()
    override: OverrideRule | None = None
    approvals: dict[str, ApprovalRule] = Field(default_factory=dict)
    handover: HandoverRule | None = None
    when_raised: RunningClocks = RunningClocks.RETARGET
    when_lowered: RunningClocks = RunningClocks.RETARGET
    calendars: tuple[CalendarSpec, ...] = ()
    slices: dict[str, CalendarSlice] = Field(default_factory=dict)
    clocks: tuple[ClockSpec, ...] = ()
    metrics: tuple[MetricSpec, ...] = ()
    hold_reasons: tuple[str, ...] = ()
    audiences: tuple[Audience, ...] = ()
    communication_lead: str | None = None
    late_updates: tuple[Threshold, ...] = ()
    milestones: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    severity_rules: SeverityRules | None = None
    reporting: ReportingRule | None = None
    known_names: bool = False
    facts: FactsRule | None = None
    review: ReviewRule = ReviewRule()
    grouping: GroupingPolicy = GroupingPolicy()
    when_alerts_quiet: str = "record"
    when_alerts_join: str = "record"
    retention: Seconds = Field(default="P30D", validate_default=True)

    @property
    def limits_pages(self) -> bool:
        """Whether anybody, or any channel, has a limit of pages."""
        limits = self.page_limits
        own = any(person.limit for person in self.people.values())
        return bool(limits.person or limits.channels or own)

    def role(self, name: str) -> RoleRule | None:
        """The rule of the role `name`."""
        return next((role for role in self.roles if role.name == name), None)

    def audience(self, name: str) -> Audience | None:
        """The audience `name`."""
        return next((audience for audience in self.audiences if audience.name == name), None)

    def clock(self, name: str) -> ClockSpec | None:
        """The clock `name`."""
        return next((clock for clock in self.clocks if clock.name == name), None)
