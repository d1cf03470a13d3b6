"""What an alert group does next: wait, open, feed or reopen an incident, open a new one, end.

Each alert decides, never what the sender says of the group as a whole. The answer follows from what
the group knows, the policy and `now`.
"""

from dataclasses import dataclass
from datetime import datetime

from models.alert import GroupingPolicy
from models.contracts.alert_group import FeedIncident, GroupState, StartIncident
from rules.alerts.group_steps import tellable
from rules.alerts.news import fires
from rules.alerts.opening import incident_wanted, is_open, opens_at, reopens
from rules.record.markdown import stamp
from states.lifecycle import State

IF_IT_GOES_ON = "open an incident if it still fires"


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing until `until`, when `what` is due; None waits until news comes."""

    until: datetime | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """The alerts make an incident. At `due_at` they had met the policy's conditions."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class Start:
    """The group has asked for an incident and does not know that it runs: start it."""

    request: StartIncident


@dataclass(frozen=True, slots=True)
class Feed:
    """Tell the incident what its alerts did."""


@dataclass(frozen=True, slots=True)
class Tell:
    """The group has told the incident something and has no answer: tell it the same again."""

    request: FeedIncident


@dataclass(frozen=True, slots=True)
class Reopen:
    """An alert recurs soon after resolve: reopen the incident."""

    recurring: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenNew:
    """An alert recurs and the `previous` incident stays resolved: open a new one that names it.

    At `due_at` the alerts had met the policy's conditions.
    """

    previous: str
    recurring: tuple[str, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True)
class HandOver:
    """Tell an earlier incident that the present one has taken over its alerts."""

    incident_id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The alerts are quiet and the incident is over, so the group ends."""


Next = Wait | Open | Start | Feed | Tell | Reopen | OpenNew | HandOver | Ended


def next_step(state: GroupState, policy: GroupingPolicy, now: datetime) -> Next:
    """What the group does at `now`."""
    step = _wanted(state, policy, now)
    if isinstance(step, Wait | Ended):
        return _or_hand_over(state, step, now)
    if state.not_before and now < state.not_before:
        return _or_hand_over(state, Wait(state.not_before, "try again"), now)
    return step


def _or_hand_over(state: GroupState, step: Wait | Ended, now: datetime) -> Next:
    """Tell earlier incidents that they lost their alerts, if nothing is more urgent."""
    if not state.takeovers:
        return step
    at = state.takeover_at or now
    if at <= now:
        return HandOver(state.takeovers[0])
    if isinstance(step, Wait) and step.until and step.until <= at:
        return step
    return Wait(at, "tell an earlier incident")


def _wanted(state: GroupState, policy: GroupingPolicy, now: datetime) -> Next:
    if state.opening:
        return Start(state.opening)
    if state.feeding:
        return Tell(state.feeding)
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
        return Wait()
    return Open(due_at) if due_at <= now else Wait(due_at, IF_IT_GOES_ON)


def _while_it_is_open(state: GroupState, policy: GroupingPolicy, now: datetime) -> Next:
    if not state.unfed_deliveries:
        return Wait()
    due_at = now if state.urgent or not state.fed_at else state.fed_at + policy.repeats_every
    return Feed() if due_at <= now else Wait(due_at, "tell the incident about repeats")


def _after_resolve(
    state: GroupState, incident_id: str, policy: GroupingPolicy, now: datetime
) -> Next:
    asked = incident_wanted(state, policy)
    due_at = opens_at(state, asked, policy) if asked else None
    if asked and reopens(state, asked, policy):
        return Reopen(asked.alerts)
    if asked and due_at and due_at <= now:
        return OpenNew(incident_id, asked.alerts, due_at)
    if state.incident_state is State.REVIEW and state.urgent and tellable(state):
        return Feed()
    if due_at:
        return Wait(due_at, IF_IT_GOES_ON)
    if state.incident_state is State.REVIEW or fires(state):
        return Wait()
    return _end(state, policy, now, (state.resolved_at or now) + policy.reopen_within)


def _end(
    state: GroupState, policy: GroupingPolicy, now: datetime, not_before: datetime | None
) -> Next:
    quiet_since = state.quiet_since_at or now
    ends_at = max(quiet_since + policy.quiet_after, not_before or quiet_since)
    return Ended() if ends_at <= now else Wait(ends_at, "end, if nothing fires")


def words_for_step(step: Next) -> str:
    """A step in words, for people who look at the group."""
    match step:
        case Wait(until, what):
            return f"{what} at {stamp(until)} UTC" if until else "wait for news"
        case Open() | Start():
            return "open an incident"
        case OpenNew(previous):
            return f"open a new incident after {previous}"
        case Reopen():
            return "reopen the incident"
        case Feed() | Tell():
            return "feed the incident"
        case HandOver(earlier):
            return f"tell {earlier} that its alerts were taken over"
        case Ended():
            return "end"
