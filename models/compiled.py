"""The policy as one incident carries it: everything that decides, without the prose.

The prose (principles, what a severity means) stays in the policy file. `policy_hash` is the SHA-256
of that whole file.
"""

from enum import IntEnum, StrEnum

from pydantic import Field

from models.alert import GroupingPolicy
from models.base import Frozen, Seconds
from models.intake import ReportingRule
from models.people.authority import (
    LINK_GRANTS,
    ApprovalRule,
    HandoverRule,
    LaterAuthority,
    PolicyOverrideRule,
)
from models.people.schedule import OnCall, ScheduleSpec
from models.people.workload import PageLimit, PageLimits
from models.proof import Proof
from models.severity import CompiledSeverityRules
from models.time.cadence import Rhythm
from models.time.calendar import CalendarSlice, CalendarSpec, LocalTimes
from models.time.clock import ClockSpec, MetricSpec, Threshold

BOUND_BYTES = 64 * 1024
"""The largest size of a compiled policy as JSON. Every run of every incident carries it."""


class Edition(IntEnum):
    """Changes of the engine's rules. An incident keeps the rules with which it began."""

    LADDER_GOES_ON = 1
    """A forgotten acknowledgement pages the level again that it answered. A demand sets a ladder
    going that ended without an answer. A ladder that waits for a shift looks whether somebody is on
    call meanwhile. An answer ends a round, so those who could not are asked again in the next."""
    HOLD_AT_THE_LIMIT = 2
    """A hold that begins at the very limit postpones it, and no threshold falls into a hold."""
    APPROVALS_ARE_PROVEN = 4
    """An approval counts only as long as its proof would count for a new one."""
    LINKS_END = 5
    """A link ends with its incident: an incident that is over refuses whatever a link proves."""


LATEST_EDITION = max(Edition)


class Step(Frozen):
    """Something to do before the incident leaves a state."""

    id: str
    do: str
    by: str
    state: str
    required: bool


class RoleRule(Frozen):
    """A role: `required` maps a severity to how long after `reported` somebody must fill it.

    `required_in` maps a state to the severities at which somebody must hold it. With `when`, this
    counts only while all conditions hold, and the time counts from `since`. `default` names who
    takes it: a person, "acknowledger", "reporter", or `schedule:NAME` for whoever is on call by it
    when the incident begins. Holders have one of the teams or skills of `qualification`. If
    somebody holds the role in more than `at_once` incidents, the incident reports it to the person
    who assigns. `remembered` records when the role was filled and fell vacant, `passes` when it
    passed to somebody else.
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


class Level(Frozen):
    """A level of an escalation policy: whom to page, and how long to wait for acknowledgement.

    Targets are `person:NAME`, `role:NAME`, `channel:NAME` or `schedule:NAME`. With `in_turn`, the
    level pages one of them. It pages only within `hours`, read on the local clock of the person, or
    in the zone of `hours` for a channel. With `if_firing`, it pages only while alerts of the
    incident fire.
    """

    page: tuple[str, ...]
    wait: Seconds
    in_turn: bool = False
    hours: CalendarSpec | None = None
    if_firing: bool = False


class OnRaise(StrEnum):
    """What a raised severity does: page nobody, page the next level, or page the first again."""

    NOTHING = "nothing"
    CONTINUE = "continue"
    RESTART = "restart"


class Branch(Frozen):
    """Another escalation that counts instead, at these severities, while all conditions hold."""

    severities: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    follow: "EscalationPolicy"


class EscalationPolicy(Frozen):
    """Levels in order; after the last one the whole repeats `repeat` times.

    The first of the `branches` that fits counts instead. If nobody does anything within
    `forgotten_after` of an acknowledgement, the escalation goes on; None means never.
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

    `on` lists the lifecycle events that the engine tells by itself. `rhythms` maps a severity to
    the cadence of status updates. `sees` limits what we share.
    """

    name: str
    channels: tuple[str, ...]
    on: tuple[str, ...] = ()
    rhythms: dict[str, Rhythm] = Field(default_factory=dict)
    sees: tuple[str, ...] = ()

    def rhythm(self, severity: str) -> Rhythm | None:
        """How often it hears at a severity."""
        return self.rhythms.get(severity)


class OwnPlace(Frozen):
    """On a channel, an incident of these severities has a place of its own."""

    severities: tuple[str, ...]
    private: bool = False


class Subscriber(Frozen):
    """A tool that gets events over a channel: those in `on`, of incidents like these.

    Without `severities`, of each severity; `when` are conditions, and all must hold. `sees` limits
    what it gets to know.
    """

    name: str
    channel: str
    on: tuple[str, ...]
    severities: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    sees: tuple[str, ...] = ()


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

    The first condition of `when` that holds gives its people; else the severity in `at` does; else
    `by`. `later` may too, some time after they first asked. For a change of severity,
    `by_the_worse` compares `at` with the worse severity of the two, before and after; without it,
    with the one before.
    """

    by: tuple[str, ...] = ("anyone",)
    at: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    later: tuple[LaterAuthority, ...] = ()
    reasons: tuple[str, ...] = ()
    needs_note: bool = False
    by_the_worse: bool = False


class Person(Frozen):
    """A person as the engine addresses them. `channels` are in the order of trying, for pages.

    `zone` is an IANA name, if the policy names one. `limit` is how often the engine pages them, if
    it is not the limit of everybody. `handles` are their names elsewhere: `slack` is a user id.
    """

    name: str
    email: str | None = None
    handles: dict[str, str] = Field(default_factory=dict, exclude_if=lambda known: not known)
    channels: tuple[str, ...] = ()
    zone: str | None = None
    teams: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    limit: PageLimit | None = None


class RunningClocks(StrEnum):
    """What a changed severity does to the clocks that run.

    They keep their target, take the new one with the elapsed time so far, or start anew.
    """

    KEEP = "keep"
    RETARGET = "retarget"
    RESTART = "restart"


class FactsRule(Frozen):
    """How far back a fact may be dated: further than `reason_after` only with a reason.

    Further than `approval_after` only with an approval; None asks for no approval. With
    `report_stays`, nobody dates the report to after it came in.
    """

    reason_after: Seconds = Field(default="PT5M", validate_default=True)
    approval_after: Seconds | None = None
    report_stays: bool = False


class CompiledPolicy(Frozen):
    """Everything of a policy that an incident's decisions depend on.

    `slices` are its calendars as worked out for this incident. `schedules` are those that its
    levels and roles name, and `on_call` says who was on call by them when it began, for roles that
    somebody takes by default.

    Everybody who acts, or whom a command names, is one of the `people`, written as the policy
    writes them. If it lists people, a command that `authority` does not name is for them alone.

    `closes_detours` says that nobody gets around an authority, a reason or a review by a detour. An
    incident that began before the engine knew these rules keeps its own. `people_attend` says that
    a role attends a review only by the people who hold it then, `a_raise_pages_alone` that alerts
    which join and raise the severity cause one page. `judges_in_full` says that every part of a
    command asks the rules of its own command, that only what is proven well enough stops pages, and
    that what stands offered or asked is judged again when it takes effect. `demands_wait` says that
    a demand which reaches nobody waits for the hours of its level, and that a round which a demand
    began in the middle tries every level. `edition` counts the later changes of the rules.

    `trust` says by command how its sender must be known, `default` for all others; without either,
    every proof counts. The link of a page grants the commands in `link_grants`. Without
    `names_in_search`, no search attribute has the name of a person. On a channel in `live`, the
    first message shows the state of the incident as it changes. `own_places` says on which
    channels an incident has a place of its own.
    """

    name: str
    version: str
    policy_hash: str
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
    time_zone: str = Field(default="UTC", exclude_if=lambda zone: zone == "UTC")
    local_times: LocalTimes | None = Field(default=None, exclude_if=lambda times: times is None)
    trust: dict[str, tuple[Proof, ...]] = Field(
        default_factory=dict, exclude_if=lambda trust: not trust
    )
    link_grants: tuple[str, ...] = Field(
        default=LINK_GRANTS, exclude_if=lambda granted: granted == LINK_GRANTS
    )
    raise_severity: AuthorityRule = AuthorityRule()
    lower_severity: AuthorityRule = AuthorityRule()
    override: PolicyOverrideRule | None = None
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
    subscribers: tuple[Subscriber, ...] = Field(
        default=(), exclude_if=lambda subscribers: not subscribers
    )
    communication_lead: str | None = None
    late_updates: tuple[Threshold, ...] = ()
    milestones: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    severity_rules: CompiledSeverityRules | None = None
    reporting: ReportingRule = ReportingRule()
    facts: FactsRule = FactsRule()
    review: ReviewRule = ReviewRule()
    grouping: GroupingPolicy = GroupingPolicy()
    when_alerts_quiet: str = "record"
    when_alerts_join: str = "record"
    retention: Seconds = Field(default="P30D", validate_default=True)
    names_in_search: bool = True
    live: tuple[str, ...] = Field(default=(), exclude_if=lambda channels: not channels)
    own_places: dict[str, OwnPlace] = Field(
        default_factory=dict, exclude_if=lambda places: not places
    )
    closes_detours: bool = False
    people_attend: bool = False
    a_raise_pages_alone: bool = False
    judges_in_full: bool = False
    demands_wait: bool = False
    edition: int = Field(default=0, ge=0)

    @property
    def limits_pages(self) -> bool:
        """Whether any person or channel has a limit of pages."""
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
