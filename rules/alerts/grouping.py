"""What an alert group does next: wait, open, feed or reopen an incident, open a new one, end.

Each alert decides, never what the sender says of the group as a whole. The answer follows from what
the group knows, the policy and `now`.
"""

from dataclasses import dataclass
from datetime import datetime

from models.alert import GroupingPolicy
from models.contracts.alert_group import FeedIncident, GroupState, StartIncident
from rules.alerts.group_steps import news_for_the_incident
from rules.alerts.news import any_alert_fires
from rules.alerts.wanted_incident import incident_wanted, is_open, opens_at, reopens
from rules.wording.times import in_utc
from states.lifecycle import State

IF_IT_GOES_ON = "open an incident if it still fires"


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Do nothing until `until`, when `what` is due; None waits until news comes."""

    until: datetime | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class IncidentNeeded:
    """The alerts make an incident. At `due_at` they had met the policy's conditions."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class EnsureStarted:
    """The group has asked for an incident and does not know that it runs: start it."""

    request: StartIncident


@dataclass(frozen=True, slots=True)
class TellIncident:
    """Tell the incident what its alerts did."""


@dataclass(frozen=True, slots=True)
class TellAgain:
    """The group has told the incident something and has no answer: tell it the same again."""

    request: FeedIncident


@dataclass(frozen=True, slots=True)
class ReopenIncident:
    """An alert recurs soon after resolve: reopen the incident."""

    recurring: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenNewIncident:
    """An alert recurs and the `previous` incident stays resolved: open a new one that names it.

    At `due_at` the alerts had met the policy's conditions.
    """

    previous: str
    recurring: tuple[str, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True)
class HandOverAlerts:
    """Tell an earlier incident that the present one has taken over its alerts."""

    incident_id: str


@dataclass(frozen=True, slots=True)
class GroupEnds:
    """The alerts are quiet and the incident is over, so the group ends."""


Next = (
    WaitUntil
    | IncidentNeeded
    | EnsureStarted
    | TellIncident
    | TellAgain
    | ReopenIncident
    | OpenNewIncident
    | HandOverAlerts
    | GroupEnds
)


def next_step(state: GroupState, policy: GroupingPolicy, now: datetime) -> Next:
    """What the group does at `now`."""
    step = _wanted(state, policy, now)
    if isinstance(step, WaitUntil | GroupEnds):
        return _or_hand_over(state, step, now)
    if state.not_before and now < state.not_before:
        return _or_hand_over(state, WaitUntil(state.not_before, "try again"), now)
    return step


def _or_hand_over(state: GroupState, step: WaitUntil | GroupEnds, now: datetime) -> Next:
    """Tell earlier incidents that they lost their alerts, if nothing is more urgent."""
    if not state.takeovers:
        return step
    at = state.takeover_at or now
    if at <= now:
        return HandOverAlerts(state.takeovers[0])
    if isinstance(step, WaitUntil) and step.until and step.until <= at:
        return step
    return WaitUntil(at, "tell an earlier incident")


def _wanted(state: GroupState, policy: GroupingPolicy, now: datetime) -> Next:
    if state.opening:
        return EnsureStarted(state.opening)
    if state.feeding:
        return TellAgain(state.feeding)
    if state.incident_id is None:
        return _before_an_incident(state, policy, now)
    if is_open(state):
        return _while_it_is_open(state, policy, now)
    return _after_resolve(state, state.incident_id, policy, now)


def _before_an_incident(state: GroupState, policy: GroupingPolicy, now: datetime) -> Next:
    asked = incident_wanted(state, policy)
    if asked is None:
        return _end(state, policy, now, None)
    due_at = opens_at(state, asked, policy)
    if due_at is None:
        return WaitUntil()
    return IncidentNeeded(due_at) if due_at <= now else WaitUntil(due_at, IF_IT_GOES_ON)


def _while_it_is_open(state: GroupState, policy: GroupingPolicy, now: datetime) -> Next:
    if not state.unfed_deliveries:
        return WaitUntil()
    due_at = now if state.urgent or not state.fed_at else state.fed_at + policy.repeats_every
    return TellIncident() if due_at <= now else WaitUntil(due_at, "tell the incident about repeats")


def _after_resolve(
    state: GroupState, incident_id: str, policy: GroupingPolicy, now: datetime
) -> Next:
    asked = incident_wanted(state, policy)
    due_at = opens_at(state, asked, policy) if asked else None
    if asked and reopens(state, asked, policy):
        return ReopenIncident(asked.alerts)
    if asked and due_at and due_at <= now:
        return OpenNewIncident(incident_id, asked.alerts, due_at)
    if state.incident_state is State.REVIEW and state.urgent and news_for_the_incident(state):
        return TellIncident()
    if due_at:
        return WaitUntil(due_at, IF_IT_GOES_ON)
    if state.incident_state is State.REVIEW or any_alert_fires(state):
        return WaitUntil()
    return _end(state, policy, now, (state.resolved_at or now) + policy.reopen_within)


def _end(
    state: GroupState, policy: GroupingPolicy, now: datetime, not_before: datetime | None
) -> Next:
    quiet_since = state.quiet_since_at or now
    ends_at = max(quiet_since + policy.quiet_after, not_before or quiet_since)
    return GroupEnds() if ends_at <= now else WaitUntil(ends_at, "end, if nothing fires")


def words_for_step(step: Next) -> str:
    """A step in words, for people who look at the group."""
    match step:
        case WaitUntil(until, what):
            return f"{what} at {in_utc(until)}" if until else "wait for news"
        case IncidentNeeded() | EnsureStarted():
            return "open an incident"
        case OpenNewIncident(previous):
            return f"open a new incident after {previous}"
        case ReopenIncident():
            return "reopen the incident"
        case TellIncident() | TellAgain():
            return "feed the incident"
        case HandOverAlerts(earlier):
            return f"tell {earlier} that its alerts were taken over"
        case GroupEnds():
            return "end"
