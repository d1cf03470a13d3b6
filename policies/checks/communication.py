"""Communication and review: whom the engine tells, who speaks, who reviews."""

from collections.abc import Iterator
from datetime import timedelta

from models.messages.channel_kinds import MAKES_PLACES
from models.policy import Policy
from models.time.clock_name import UpdateClock
from models.time.moments import parse_moment
from models.way_in import CHANNELS
from policies.checks.clocks import MILESTONES
from policies.checks.conditions import misfits
from policies.compiling.timing import attributes
from policies.reading.findings import Check, Finding, unknown, warning
from policies.reading.problems import Gravity
from policies.reading.tree import Loc
from policies.render.questions.table import QUESTIONS
from rules.alerts.joining import ESCALATE
from rules.commands.beginning.report_rules import INFORMATION
from rules.paging.messages import ALL_FACTS
from rules.updates.event_message import FACTS
from rules.updates.subscribed import ALL
from rules.updates.subscribed import EVENTS as EVENTS_FOR_TOOLS
from states.lifecycle import BEFORE_REVIEW

EVENTS = (*MILESTONES, "return_to_diagnosis", "severity_changed", "hold", "resume")
"""Events of which the engine tells audiences by itself."""
FOR_EVENTS = ("webhook", "log")
"""Kinds of channels that take events; a log is for trying things out."""
MOST_SUBSCRIBERS = 10
"""Each has room of its own in what an incident carries."""
SHORTEST = timedelta(days=1)
"""The shortest time for which Temporal keeps the history of an ended run."""


def audiences(policy: Policy) -> Iterator[Finding]:
    """Audiences hear of events that happen, see things that exist, through channels that exist."""
    if policy.communication is None:
        return
    for name, audience in policy.communication.audiences.items():
        loc: Loc = ("communication", "audiences", name)
        for index, channel in enumerate(audience.channels):
            yield from unknown((*loc, "channels", index), "channel", channel, policy.channels)
        for index, event in enumerate(audience.on):
            yield from unknown((*loc, "on", index), "event", event, EVENTS)
        for index, fact in enumerate(audience.sees):
            yield from unknown((*loc, "sees", index), "fact", fact, ALL_FACTS)
        if not audience.channels:
            what = f"no channel reaches {name}"
            about = f"communication.audiences.{name}"
            where = (*loc, "channels")
            yield Finding(where, what, "name at least one", key=True, about=about)
        promised = name in policy.communication.updates or _told_by_clocks(policy, name)
        if not (audience.on or promised):
            what = f"the engine tells {name} nothing by itself"
            yield warning(loc, what, "add on: [...], or updates for them", key=True)


def subscribers(policy: Policy) -> Iterator[Finding]:
    """Subscribers get events that happen, of incidents that exist, over a channel for tools."""
    told = policy.communication.subscribers if policy.communication else {}
    for name, entry in told.items():
        loc: Loc = ("communication", "subscribers", name)
        yield from unknown((*loc, "channel"), "channel", entry.channel, policy.channels)
        channel = policy.channels.get(entry.channel)
        if channel and channel.kind not in FOR_EVENTS:
            what = f"{entry.channel} is {channel.kind}, which takes no events"
            yield Finding((*loc, "channel"), what, f"name a channel of kind {FOR_EVENTS[0]}")
        for index, event in enumerate(entry.on):
            known = (ALL, *EVENTS_FOR_TOOLS, *policy.milestones)
            yield from unknown((*loc, "on", index), "event", event, known)
        if entry.at_least:
            yield from unknown((*loc, "at_least"), "severity", entry.at_least, policy.severities)
        for index, text in enumerate(entry.when):
            yield from misfits(policy, (*loc, "when", index), text)
        for index, fact in enumerate(entry.sees):
            yield from unknown((*loc, "sees", index), "fact", fact, FACTS)
    if len(told) > MOST_SUBSCRIBERS:
        what = f"there are {len(told)} subscribers, and an incident has room for {MOST_SUBSCRIBERS}"
        instead = "let one tool pass events on to others"
        yield Finding(("communication", "subscribers"), what, instead, key=True)


STANDS_IN = "log"
"""A kind for trying things out, and for channels whose kind is left open."""


def own_channels(policy: Policy) -> Iterator[Finding]:
    """Only a kind that makes places has one for each incident, from a severity of the policy on."""
    for name, channel in policy.channels.items():
        own = channel.own_channel
        if own is None:
            continue
        loc: Loc = ("channels", name, "own_channel")
        if channel.kind not in {*MAKES_PLACES, STANDS_IN}:
            what = f"a channel of kind {channel.kind} makes no channel for an incident"
            yield Finding(loc, what, f"only {', '.join(sorted(MAKES_PLACES))} does", key=True)
        if own.at_least:
            loc = (*loc, "at_least")
            yield from unknown(loc, "severity", own.at_least, policy.severities)
    several = [name for name, channel in policy.channels.items() if channel.own_channel]
    for name in several[1:]:
        what = f"{several[0]} and {name} make the same channel for an incident in one workspace"
        yield warning(("channels", name, "own_channel"), what, "keep one of them", key=True)


def _told_by_clocks(policy: Policy, audience: str) -> bool:
    """Whether a clock waits for updates to an audience, or notifies it."""
    waited = (name for clock in policy.clocks.values() for name in parse_moment(clock.stops).of)
    chains = (chain for clock in policy.clocks.values() for chain in clock.at.values())
    told = (action.target for chain in chains for action in chain)
    return str(UpdateClock(audience)) in waited or audience in told


def updates(policy: Policy) -> Iterator[Finding]:
    """Updates are promised to audiences that exist, and somebody keeps the promise."""
    communication = policy.communication
    if communication is None:
        return
    for audience, rhythms in communication.updates.items():
        loc: Loc = ("communication", "updates", audience)
        yield from unknown(loc, "audience", audience, communication.audiences, key=True)
        for severity, rhythm in rhythms.items():
            for state in rhythm.in_state:
                where = (*loc, severity, "in", state)
                yield from unknown(where, "state with updates", state, BEFORE_REVIEW, key=True)
    for index, name in enumerate(communication.checked_by):
        where = ("communication", "checked_by", index)
        yield from unknown(where, "role or person", name, (*policy.roles, *policy.people))
    if communication.lead:
        loc = ("communication", "lead")
        yield from unknown(loc, "role", communication.lead, policy.roles)
    elif communication.updates and not communication.late:
        what = "the engine reminds nobody of a late update"
        yield Finding(("communication", "lead"), what, "add lead: ROLE", key=True)


def reviewers(policy: Policy) -> Iterator[Finding]:
    """Everybody who leads or attends a review, or follows it up, exists."""
    if policy.review is None:
        return
    known = (*policy.roles, *policy.people)
    if policy.review.led_by:
        yield from unknown(("review", "led_by"), "role or person", policy.review.led_by, known)
    named = (("with", policy.review.attendees), ("followed_up_by", policy.review.followed_up_by))
    for key, names in named:
        for index, name in enumerate(names):
            yield from unknown(("review", key, index), "role or person", name, known)


def required_information(policy: Policy) -> Iterator[Finding]:
    """A report must contain things that it can contain, and comes by ways that exist."""
    if policy.reporting is None:
        return
    for index, name in enumerate(policy.reporting.required):
        loc: Loc = ("reporting", "required", index)
        yield from unknown(loc, "information", name, (*INFORMATION, *attributes(policy)))
    for index, channel in enumerate(policy.reporting.channels):
        if ":" not in channel:
            loc = ("reporting", "channels", index)
            yield from unknown(loc, "way in", channel, CHANNELS)


def ignored_alerts(policy: Policy) -> Iterator[Finding]:
    """A rule to ignore alerts names at least one label."""
    for index, pattern in enumerate(policy.alerts.ignore):
        if not pattern:
            what = "this ignores nothing"
            yield Finding(("alerts", "ignore", index), what, "write { label: value }")


def kept_long_enough(policy: Policy) -> Iterator[Finding]:
    """People can still look at a history after the weekend."""
    kept = policy.record.retention if policy.record else None
    if kept is not None and kept < SHORTEST:
        what = "the history goes before anybody looks at it: Temporal keeps it for at least a day"
        yield warning(("record", "retention"), what, "write 30d")


def unanswered(policy: Policy) -> Iterator[Finding]:
    """The policy answers each question that every policy answers."""
    for question in QUESTIONS:
        for gap in question.gaps(policy):
            what = f"{question.code}: {question.asks} is not answered"
            of = f" for {gap.of}" if gap.of else ""
            add = f"add {gap.add}"
            key = bool(gap.loc)
            yield Finding(gap.loc, what + of, add, key, Gravity.WARNING, about=gap.add)


def joining(policy: Policy) -> Iterator[Finding]:
    """A critical alert that joins an incident can page somebody, if the policy says so."""
    if policy.alerts.when_joined == ESCALATE and not policy.escalations:
        what = "there is no escalation, so an alert that joins pages nobody"
        yield Finding(("alerts", "when_joined"), what, "add escalations, or write page")


CHECKS: tuple[Check, ...] = (
    joining,
    audiences,
    subscribers,
    own_channels,
    updates,
    reviewers,
    required_information,
    ignored_alerts,
    kept_long_enough,
    unanswered,
)
