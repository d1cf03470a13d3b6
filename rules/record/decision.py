"""What a decision is: a new record and the effects it asks for, or a typed refusal."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from models.base import Actor
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.people.authority import OverrideRule

AT_ONCE = timedelta(seconds=5)
"""So long a command may take to be there."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a decision looks at: the record, the policy in force, who asks, and when.

    With `overrides`, what the policy refuses is done all the same, so far as that rule says.
    `becomes` is the severity that the incident has once it is done, where that is known.
    """

    incident: Incident
    policy: CompiledPolicy
    actor: Actor
    now: datetime
    happened_at: datetime
    overrides: OverrideRule | None = None
    becomes: str | None = None

    def severity_for(self, *, by_the_worse: bool) -> str:
        """The severity that a rule goes by: that before, or the worse of before and after."""
        before = self.incident.severity
        both = (before, self.becomes or before)
        return min(both, key=self.policy.severities.index) if by_the_worse else before

    def says(self, name: str) -> str:
        """A command in words: one that sets another severity says which, and from which."""
        before, after = self.incident.severity, self.becomes
        changes = name == "set_severity" and after and after != before
        return f"{name} from {before} to {after}" if changes else name

    @property
    def given_at(self) -> datetime:
        """When the command was given: as it says, unless it tells of something long past.

        What waits for an answer waits from then on; nobody shortens that by dating it back.
        """
        return self.happened_at if self.now - self.happened_at <= AT_ONCE else self.now

    def overrules(self, guard: str) -> bool:
        """Whether this guard is not asked."""
        return self.overrides is not None and guard in self.overrides.guards


@dataclass(frozen=True, slots=True)
class StopEscalation:
    """Nobody further is paged."""

    reason: str


@dataclass(frozen=True, slots=True)
class PageAgain:
    """Page the first level once more; where it `waits`, level after level until one takes it up."""

    reason: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class PageNextLevel:
    """Page the next level (or this one), acknowledged or not.

    With `waits`, silence goes on from there unless it had been acknowledged; with `resumes`, even
    then, until somebody does something. With `stays`, no answer to the escalation withdraws it.
    `by` asks by hand: after an acknowledgement the escalation goes on until somebody answers, but
    with `once`. `at` is the instant that it falls on; None is now. `clock` is whose limit asks.
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
    """An acknowledgement that nothing follows is forgotten at that instant."""

    forgotten_at: datetime


@dataclass(frozen=True, slots=True)
class DemandAnswered:
    """Somebody answers whoever escalated by hand: nobody further is paged for that."""

    by: str


@dataclass(frozen=True, slots=True)
class TakenUp:
    """Somebody did something: an acknowledgement is not forgotten, a resumed escalation stops."""

    by: str


@dataclass(frozen=True, slots=True)
class PageRole:
    """Page whoever holds a role, or a person; `text` is what the message says, else the reason.

    `clock` is whose limit asks for it.
    """

    target: str
    reason: str
    text: str = ""
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Remind:
    """Remind whoever holds a role, or a person, of owed work; `text` as of a page."""

    target: str
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell audiences of an event; none named: those that the policy tells of it."""

    event: str
    text: str
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenLinked:
    """Open another incident that this one led to."""

    title: str
    reason: str
    clock: str = ""


@dataclass(frozen=True, slots=True)
class WriteIncidentReport:
    """Write the incident report as it stands."""


@dataclass(frozen=True, slots=True)
class LookUpPolicy:
    """Look a policy up among those that the installation knows, and go on under it."""

    actor: Actor
    happened_at: datetime
    note: str
    policy_hash: str
    policy_name: str
    policy_version: str


@dataclass(frozen=True, slots=True)
class AdoptPolicy:
    """Go on under another policy."""

    policy: CompiledPolicy


Effect = (
    StopEscalation
    | PageAgain
    | PageNextLevel
    | WatchAcknowledgement
    | DemandAnswered
    | TakenUp
    | PageRole
    | Remind
    | Tell
    | OpenLinked
    | WriteIncidentReport
    | LookUpPolicy
    | AdoptPolicy
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The record as it becomes, what a person should read of it, and the effects."""

    incident: Incident
    summary: str
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """It is not done.

    `kind` is TransitionNotAllowed, NotAuthorised, NeedsApproval, Refused or Malformed.
    `missing` says what is, `possible` which triggers are possible now, `may` who may do it.
    `leaves` is what stays of it all the same: that leave was asked for, and who hears of that.
    """

    kind: str
    message: str
    missing: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    leaves: Decision | None = None

    def details(self, state: str) -> dict[str, Any]:
        """The refusal as data, for whoever called."""
        return {
            "refusal": self.kind,
            "message": self.message,
            "state": state,
            "missing": list(self.missing),
            "possible": list(self.possible),
            "may": list(self.may),
        }


def also(refusal: Refusal, further: Refusal) -> Refusal:
    """A refusal of somebody who may not, which says too why it would not be possible anyway."""
    message = f"{refusal.message}; besides, {further.message}"
    missing, possible = further.missing, further.possible
    return replace(refusal, message=message, missing=missing, possible=possible, leaves=None)


Outcome = Decision | Refusal
