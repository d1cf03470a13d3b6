"""Decisions: a new record with the effects that it requires, or a typed refusal."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from models.base import Actor
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.incident.timeline import EntryKind, OpenKind
from models.people.authority import PolicyOverrideRule
from rules.record.timeline import note
from states.lifecycle import State

AT_ONCE = timedelta(seconds=5)
"""How long a command may take to arrive."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a decision depends on: the record, the policy in force, the actor, and the time.

    With `overrides`, the command is done although the policy refuses it, as far as that rule
    allows. `becomes` is the severity of the incident afterwards, if it is known.
    """

    incident: Incident
    policy: CompiledPolicy
    actor: Actor
    now: datetime
    happened_at: datetime
    overrides: PolicyOverrideRule | None = None
    becomes: str | None = None

    def noted(
        self, incident: Incident, kind: EntryKind | OpenKind, summary: str, **data: Any
    ) -> Incident:
        """The record with one more timeline entry: what the actor did, and when it happened."""
        return note(
            incident,
            kind,
            summary,
            actor=self.actor,
            now=self.now,
            happened_at=self.happened_at,
            **data,
        )

    def noted_now(
        self, incident: Incident, kind: EntryKind | OpenKind, summary: str, **data: Any
    ) -> Incident:
        """The record with one more timeline entry, about something that happens now."""
        return note(incident, kind, summary, actor=self.actor, now=self.now, **data)

    def done(
        self,
        kind: EntryKind,
        summary: str,
        *effects: "Effect",
        change: dict[str, Any],
        **data: Any,
    ) -> "Decision":
        """The decision that changes the record, says so on the timeline, and does nothing else."""
        incident = self.noted(self.incident.changed(**change), kind, summary, **data)
        return Decision(incident, summary, effects)

    def severity_for(self, *, by_the_worse: bool) -> str:
        """The severity that a rule goes by: the present one, or the worse of present and next."""
        before = self.incident.severity
        both = (before, self.becomes or before)
        return min(both, key=self.policy.severities.index) if by_the_worse else before

    def says(self, name: str) -> str:
        """A command in words; one that changes the severity says from which to which."""
        before, after = self.incident.severity, self.becomes
        changes = name == "set_severity" and after and after != before
        return f"{name} from {before} to {after}" if changes else name

    @property
    def given_at(self) -> datetime:
        """When the command was given: as it says, unless it speaks of a time long past.

        Waiting for an answer begins then, and nobody can shorten it by dating a command back.
        """
        return self.happened_at if self.now - self.happened_at <= AT_ONCE else self.now

    def for_part(self, command: str) -> "Case":
        """The case of another command that this one does by the way.

        An override that is limited to some commands covers it only if it is one of them.
        """
        limited = self.overrides.commands if self.overrides else ()
        if not limited or command in limited or not self.policy.closes_detours:
            return self
        return replace(self, overrides=None)

    def overrules(self, guard: str) -> bool:
        """Whether the override skips this guard."""
        return self.overrides is not None and guard in self.overrides.guards


@dataclass(frozen=True, slots=True)
class StopEscalation:
    """Page nobody further."""

    reason: str


@dataclass(frozen=True, slots=True)
class PageAgain:
    """Page the first level again; with `waits`, level after level until somebody takes it up."""

    reason: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class PageNextLevel:
    """Page the next level (or this one), even if the incident is acknowledged.

    With `waits`, silence goes on from there unless somebody acknowledged; with `resumes`, even
    then, until somebody does something. With `stays`, no answer withdraws it. `by` asks by hand:
    after an acknowledgement the escalation goes on until somebody answers, except with `once`. `at`
    is its instant; None is now. `clock` is the clock whose limit asks.
    """

    reason: str
    level: int | None = None
    waits: bool = False
    resumes: bool = False
    stays: bool = False
    once: bool = False
    by: str | None = None
    at: datetime | None = None
    clock: str = ""


@dataclass(frozen=True, slots=True)
class WatchAcknowledgement:
    """Forget the acknowledgement at that instant if nothing follows it."""

    forgotten_at: datetime


@dataclass(frozen=True, slots=True)
class DemandAnswered:
    """Somebody answers the person who escalated by hand: page nobody further for that."""

    by: str


@dataclass(frozen=True, slots=True)
class Declined:
    """Somebody cannot: page the level after theirs at once, and not them again in this round.

    With `again`, the acknowledgement helps nobody any more: they gave it, or were paged after it.
    """

    by: str
    reason: str
    at: datetime
    again: bool = False


@dataclass(frozen=True, slots=True)
class AcknowledgementDisputed:
    """The escalation that the acknowledgement stopped goes on at once, from the same level."""

    why: str


@dataclass(frozen=True, slots=True)
class TakenUp:
    """Somebody did something: keep the acknowledgement, and stop an escalation that was resumed.

    Those who may not acknowledge only answer a page that they got.
    """

    by: str
    may_acknowledge: bool = True


@dataclass(frozen=True, slots=True)
class PageRole:
    """Page the holders of a role, or a person; `text` is the message, or else the reason.

    `clock` is the clock whose limit asks for it; `request` is the request that somebody makes by
    it.
    """

    target: str
    reason: str
    text: str = ""
    clock: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class Remind:
    """Remind the holders of a role, or a person, of their work; `text` is as for a page."""

    target: str
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class TellAudiences:
    """Tell audiences of an event; if none is named, those that the policy tells."""

    event: str
    text: str
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TellOfLink:
    """Tell a person on these channels what their link was used for; `line` is the line about it."""

    person: str
    channels: tuple[str, ...]
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class OpenLinked:
    """Open another incident that follows from this one."""

    title: str
    reason: str
    clock: str = ""


@dataclass(frozen=True, slots=True)
class WriteIncidentReport:
    """Write the incident report as it is now."""


@dataclass(frozen=True, slots=True)
class LookUpPolicy:
    """Find a policy among those that the installation knows, and adopt it.

    It was asked for `under` that policy; `by_right` if the actor needed no override for it.
    """

    actor: Actor
    happened_at: datetime
    note: str
    policy_hash: str
    policy_name: str
    policy_version: str
    under: str = ""
    by_right: bool = False


@dataclass(frozen=True, slots=True)
class AdoptPolicy:
    """Adopt another policy."""

    policy: CompiledPolicy


Effect = (
    StopEscalation
    | PageAgain
    | PageNextLevel
    | WatchAcknowledgement
    | DemandAnswered
    | Declined
    | AcknowledgementDisputed
    | TakenUp
    | PageRole
    | Remind
    | TellAudiences
    | TellOfLink
    | OpenLinked
    | WriteIncidentReport
    | LookUpPolicy
    | AdoptPolicy
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The new record, a summary for people, and the effects."""

    incident: Incident
    summary: str
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """The command is not done.

    `kind` is TransitionNotAllowed, NotAuthorised, NeedsApproval, Refused or Malformed. `missing`
    names what is missing, `possible` the triggers that are possible now, `may` who may do it.
    `leaves` is what the attempt still changes: the request for approval, and who hears of it.
    """

    kind: str
    message: str
    missing: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    leaves: Decision | None = None

    def details(self, state: str) -> dict[str, Any]:
        """The refusal as data, for the caller."""
        return {
            "refusal": self.kind,
            "message": self.message,
            "state": state,
            "missing": list(self.missing),
            "possible": list(self.possible),
            "may": list(self.may),
        }


def refusal_outside(case: Case, states: Iterable[State], what: str) -> Refusal | None:
    """The refusal of something that is possible only in these states."""
    allowed = sorted(states)
    if case.incident.state in allowed:
        return None
    message = f"{what} is possible in {', '.join(allowed)}; the incident is {case.incident.state}"
    return Refusal("Refused", message)


def with_impossibility(refusal: Refusal, further: Refusal) -> Refusal:
    """The refusal for lack of authority, which also says why the command is impossible anyway."""
    message = f"{refusal.message}; besides, {further.message}"
    missing, possible = further.missing, further.possible
    return replace(refusal, message=message, missing=missing, possible=possible, leaves=None)


Outcome = Decision | Refusal
