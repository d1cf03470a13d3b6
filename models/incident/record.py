"""The record of an incident: everything known about it that cannot be derived."""

from datetime import datetime
from typing import Any

from pydantic import Field

from models.alert import AlertRecord
from models.base import Actor, Frozen, Instant, Seconds
from models.messages.reference import FirstMessage
from models.people.responsibility import (
    Handover,
    HandoverCount,
    PolicyOverride,
    RecentRequest,
    Request,
    RoleSpell,
)
from models.proof import Proof
from models.time.clock import FiredThreshold
from states.lifecycle import State


class Dispute(Frozen):
    """Somebody says that the person named did not do this."""

    at: Instant
    actor: Actor


class Milestone(Frozen):
    """A named instant.

    With `latest_at`, it lies between `at` and `latest_at`. `void_at` marks that it stopped being
    true (fix failed, reopened). `superseded` marks that a correction replaced it or that somebody
    withdrew or `disputed` it, `explained` that the withdrawal had a reason. `led_to` is the state
    that the incident entered by it.
    """

    name: str
    at: Instant
    latest_at: Instant | None = None
    recorded_at: Instant
    actor: Actor
    void_at: Instant | None = None
    superseded: bool = False
    led_to: State | None = None
    disputed: Dispute | None = Field(default=None, exclude_if=lambda dispute: dispute is None)
    explained: bool = Field(default=False, exclude_if=lambda explained: not explained)


class TimelineEntry(Frozen):
    """One line of the story. `kind` is a thing, a dot, and what happened to it."""

    seq: int
    kind: str
    happened_at: Instant
    recorded_at: Instant
    actor: Actor
    summary: str
    data: dict[str, Any] = Field(default_factory=dict)


class TimelineSegment(Frozen):
    """Older entries, moved to the document store."""

    uri: str
    sha256: str
    first_seq: int
    last_seq: int


class Hold(Frozen):
    """A time on hold. It still runs while `until_at` is None."""

    reason: str
    from_at: Instant
    until_at: Instant | None = None


class SeverityChange(Frozen):
    """The severity from an instant on.

    `meant` is the severity without the policy's bounds, if these moved it. A severity that
    `follows` changes with the attributes of the incident: nobody stated another.
    """

    severity: str
    at: Instant
    actor: Actor
    confirmed: bool
    meant: str | None = None
    follows: bool = False


class AttributeChange(Frozen):
    """An attribute of the incident from an instant on; a raised flag has the value `yes`."""

    name: str
    value: str
    at: Instant
    actor: Actor


class PlannedDate(Frozen):
    """The instant of one of the policy's dates, to come or past."""

    name: str
    at: Instant
    actor: Actor


class Extension(Frozen):
    """How much further somebody moved the limit of a clock, in the clock's own measure."""

    clock: str
    by: Seconds
    at: Instant
    actor: Actor
    note: str = ""


class RoleHolder(Frozen):
    """Who holds a role, since when.

    `until_at` is when the shift ends that gave them the role, if known. `reminded` says that the
    engine reminded them to hand over. `enough` is False while more people must hold the role than
    do. `given_by` is who gave it, if that stands in the older lines of the timeline.
    """

    role: str
    person: str
    since_at: Instant
    until_at: Instant | None = None
    reminded: bool = False
    enough: bool = True
    given_by: str = ""


class StepDone(Frozen):
    """A step that was done."""

    step: str
    at: Instant
    actor: Actor
    note: str = ""


class StatusUpdate(Frozen):
    """What a status update told to whom; `next_at` is when it promised the next.

    `taken` says since when it counts for each audience for whom a channel took it. `unreached` are
    the audiences for whom every channel has refused it so far.
    """

    at: Instant
    actor: Actor
    audiences: tuple[str, ...]
    text: str
    next_at: Instant | None = None
    taken: dict[str, Instant] = Field(default_factory=dict)
    unreached: tuple[str, ...] = ()

    def given_at(self, audience: str) -> datetime | None:
        """When it counts as given to an audience; None if it does not."""
        if audience not in self.audiences or audience in self.unreached:
            return None
        return self.taken.get(audience, self.at)


class PaceChange(Frozen):
    """Somebody declared a slower pace of updates for an audience."""

    audience: str
    at: Instant
    actor: Actor


class Lesson(Frozen):
    """A lesson learned."""

    at: Instant
    actor: Actor
    text: str


class ActionItem(Frozen):
    """Something that somebody must do after the incident."""

    id: str
    at: Instant
    text: str
    owner: str
    due_at: Instant | None
    priority: str


class Review(Frozen):
    """The post-incident review as somebody submitted it."""

    at: Instant
    actor: Actor
    lead: str
    attendees: tuple[str, ...]
    aspects: dict[str, str]


INCIDENT_REPORT = "incident_report"
"""The document that the engine writes itself."""


class Document(Frozen):
    """A document of the incident and where it is kept."""

    name: str
    uri: str
    at: Instant
    sha256: str | None = None


class Link(Frozen):
    """A relation to something else."""

    relation: str
    target: str


class Report(Frozen):
    """What was reported: the start of every incident.

    `happened_at` is when the reporter says it became known; None means now. `opened_for` are the
    clocks for which the incidents before this one opened the next, the newest last.
    """

    title: str = Field(min_length=1, max_length=300)
    nature: str = Field(default="", max_length=8000)
    affected_systems: tuple[str, ...] = ()
    severity: str | None = None
    service: str | None = None
    reporter: Actor
    happened_at: Instant | None = None
    group_id: str | None = None
    previous_incident: str | None = None
    opened_for: tuple[str, ...] = ()
    attributes: dict[str, str] = Field(default_factory=dict)
    alerts: tuple[AlertRecord, ...] = ()
    truncated_alerts: int = 0


class Attempt(Frozen):
    """A refused command, and how often the same command was given.

    `sort` says what was in the way: authority, state, or that it was malformed. `seq` is its line
    on the timeline; `digest` tells it from other attempts. `said` are the words that came with it
    the last time, if these differ from those of the first time, which its line has. `proof` is how
    the actor was known the first time.
    """

    actor: str
    proof: Proof = Field(default=Proof.CLAIMED, exclude_if=lambda proof: proof is Proof.CLAIMED)
    command: str
    kind: str
    sort: str
    digest: str
    seq: int
    times: int = 1
    first_at: Instant
    last_at: Instant
    said: dict[str, str] = Field(default_factory=dict)


class Refusals(Frozen):
    """The refused commands: how many have a line of their own, and how often each was tried.

    `dropped` counts those without room in the list; the last of them came at `dropped_at`.
    `heavy_bytes` is what the history keeps of heavy ones; the last of these came at `heavy_at`.
    """

    recorded: int = 0
    dropped: int = 0
    dropped_at: Instant | None = None
    heavy_bytes: int = 0
    heavy_at: Instant | None = None
    attempts: tuple[Attempt, ...] = ()


class Incident(Frozen):
    """The record.

    `demand_of` is who escalated by hand after an acknowledgement, until somebody answers.
    `requested` are the requests of the last half hour. `paged` are the people whose pages stand in
    the older lines in `segments`, and `acted_at` the newest instants, as far as rules need them, at
    which the incident did something according to these lines. `overrides` are the newest;
    `older_overrides` counts those before them, which are on the timeline alone.
    """

    id: str
    report: Report
    reported_at: Instant
    state: State = State.REPORTED
    severity: str
    severities: tuple[SeverityChange, ...]
    milestones: tuple[Milestone, ...]
    holds: tuple[Hold, ...] = ()
    attributes: tuple[AttributeChange, ...] = ()
    dates: tuple[PlannedDate, ...] = ()
    extensions: tuple[Extension, ...] = ()
    cancelled_for: str | None = None
    demand_of: str | None = None
    roles: tuple[RoleHolder, ...] = ()
    role_spells: tuple[RoleSpell, ...] = ()
    handovers: tuple[Handover, ...] = ()
    handover_counts: tuple[HandoverCount, ...] = ()
    requests: tuple[Request, ...] = ()
    requested: tuple[RecentRequest, ...] = ()
    overrides: tuple[PolicyOverride, ...] = ()
    older_overrides: int = 0
    steps: tuple[StepDone, ...] = ()
    updates: tuple[StatusUpdate, ...] = ()
    paces: tuple[PaceChange, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    action_items: tuple[ActionItem, ...] = ()
    review: Review | None = None
    documents: tuple[Document, ...] = ()
    links: tuple[Link, ...] = ()
    alerts: dict[str, AlertRecord] = Field(default_factory=dict)
    truncated_alerts: int = 0
    fired: tuple[FiredThreshold, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    segments: tuple[TimelineSegment, ...] = ()
    paged: tuple[str, ...] = ()
    acted_at: tuple[Instant, ...] = ()
    next_seq: int = 1
    refusals: Refusals = Refusals()
    first_messages: tuple[FirstMessage, ...] = ()
    places: dict[str, str] = Field(default_factory=dict, exclude_if=lambda places: not places)
    runs: int = 1

    def milestone(self, name: str) -> Milestone | None:
        """The newest occurrence of `name` that is still true."""
        true = (m for m in self.milestones if m.name == name and not m.superseded and not m.void_at)
        return max(true, key=lambda m: m.at, default=None)

    def holder(self, role: str) -> str | None:
        """Who holds `role` now; if several do, the one who has held it longest."""
        return next(iter(self.holders(role)), None)

    def holders(self, role: str) -> tuple[str, ...]:
        """Everybody who holds `role` now."""
        return tuple(held.person for held in self.roles if held.role == role)

    @property
    def further_holders(self) -> dict[str, tuple[str, ...]]:
        """Who else holds a role that several people hold."""
        every = {held.role: self.holders(held.role) for held in self.roles}
        return {role: people[1:] for role, people in every.items() if people[1:]}

    @property
    def hold(self) -> Hold | None:
        """The hold that is running."""
        return next((hold for hold in self.holds if hold.until_at is None), None)

    @property
    def severity_confirmed(self) -> bool:
        """Whether a person has confirmed the severity."""
        return any(change.confirmed for change in self.severities)
