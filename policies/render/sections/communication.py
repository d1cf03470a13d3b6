"""The sixth section: channels, audiences, how often each hears, and who speaks."""

from collections.abc import Iterator, Mapping

from models.compiled import Audience, Subscriber
from models.policy.sections.people import ChannelEntry
from models.policy.values.cadence import RhythmEntry
from models.policy.values.targets import OPEN
from models.time.cadence import Rhythm
from models.time.clock_name import UpdateClock
from models.time.moments import parse_moment
from policies.compiling.timing import decided
from policies.render.sections import authority, clocks
from policies.render.writing.document import Block, Blocks, Heading, Verbatim, bullets, table
from policies.render.writing.view import View
from policies.render.writing.words import (
    LEFT_OPEN,
    NO_TARGET,
    condition,
    duration,
    grouped,
    listed,
    target,
    verb,
)
from rules.paging.messages import ALL_FACTS
from rules.updates.event_message import FACTS
from rules.updates.subscribed import ALL


def section(view: View) -> Blocks:
    """All of it."""
    yield bullets(speakers(view), "")
    yield Heading("Channels of messages")
    yield _channels(view)
    yield Heading("Audiences")
    yield _audiences(view)
    if view.compiled.subscribers:
        yield Heading("Tools that get events")
        yield _subscribers(view)
    yield Heading("How often each audience hears")
    yield cadence(view)
    yield bullets((*_paces(view), *owed(view), *_late(view)), "")


def speakers(view: View) -> Iterator[str]:
    """Who speaks for the incident, and who ensures it."""
    lead = view.compiled.communication_lead
    if lead:
        yield f"{lead} speaks for the incident."
        duties = view.policy.roles[lead].duties if lead in view.policy.roles else ()
        if duties:
            yield f"Duties of {lead}: {'; '.join(duties)}."
    checking = view.policy.communication.checked_by if view.policy.communication else ()
    if checking:
        checks = verb(checking, "check")
        yield f"{listed(checking)} {checks} that communication is clear and consistent."
    elif not view.compiled.approvals.get("post_update"):
        nobody = "Nobody is named who checks that communication is clear and consistent."
        yield view.nothing("communication.checked_by", nobody)
    yield f"Status updates are given by {authority.may(view, 'post_update')}."
    if view.compiled.approvals.get("post_update"):
        yield 'Updates are checked before they go out: "What others must approve" says by whom.'
    else:
        yield "The engine asks nobody to check an update before it goes out."
    yield (
        "All audiences of an update get the same text. An audience that may not see everything "
        "hears of an event only that it happened."
    )


def _own(entry: ChannelEntry) -> str:
    """For which incidents a channel makes one of their own."""
    own = entry.own_channel
    if own is None:
        return "no"
    which = f"from {own.at_least} on" if own.at_least else "always"
    return f"{which}, private" if own.private else which


def _channels(view: View) -> Block:
    own = any(entry.own_channel for entry in view.policy.channels.values())
    return table(
        ("Channel", "Kind", "If it fails", *(("One for each incident",) if own else ())),
        (
            (
                name,
                Verbatim(entry.kind),
                view.compiled.fallbacks.get(name, "the engine gives up the message"),
                *((_own(entry),) if own else ()),
            )
            for name, entry in view.policy.channels.items()
        ),
        view.nothing("channels", view.nothing("communication.audiences", "The policy names none.")),
    )


def sees(audience: Audience) -> str:
    """What an audience may see."""
    return listed(audience.sees or ALL_FACTS)


def _audiences(view: View) -> Block:
    return table(
        ("Audience", "By", "Events told by the engine", "Sees"),
        (
            (
                audience.name,
                view.reached_by(audience.channels),
                listed(audience.on) or "nothing",
                sees(audience),
            )
            for audience in view.compiled.audiences
        ),
        "The policy names none.",
    )


def _subscribers(view: View) -> Block:
    return table(
        ("Subscriber", "By", "Events", "Of incidents", "Sees"),
        (
            (
                subscriber.name,
                subscriber.channel,
                "all" if ALL in subscriber.on else listed(subscriber.on),
                _incidents(view, subscriber),
                listed(subscriber.sees or FACTS),
            )
            for subscriber in view.compiled.subscribers
        ),
        "The policy names none.",
    )


def _incidents(view: View, subscriber: Subscriber) -> str:
    """The incidents of which a subscriber gets events."""
    of = subscriber.severities
    all_of_them = len(of) in {0, len(view.severities)}
    severities = "every severity" if all_of_them else listed(of)
    only_if = listed(condition(text) for text in subscriber.when)
    return f"{severities}, only if {only_if}" if only_if else severities


def pace(rhythm: Rhythm | None) -> str:
    """The time from one update to the next."""
    if rhythm is None:
        return NO_TARGET
    return f"once: {target(rhythm.every)}" if rhythm.once else target(rhythm.every)


def cadence(view: View) -> Block:
    """How long each audience waits, at most, from the report and from one update to the next."""
    communication = view.policy.communication
    promised = communication.updates if communication else {}
    return table(
        ("Audience", *view.severities),
        (
            (audience.name, *_cells(view, audience, promised[audience.name]))
            for audience in view.compiled.audiences
            if audience.name in promised
        ),
        view.nothing("communication.updates", "The policy promises no audience any updates."),
    )


def owed(view: View) -> Iterator[str]:
    """Updates that an audience gets by a clock, beside those that the policy promises."""
    for audience in view.compiled.audiences:
        for clock in view.compiled.clocks:
            if str(UpdateClock(audience.name)) in parse_moment(clock.stops).of:
                within = grouped(clocks.targets_in_words(view, clock), len(view.severities))
                said = "; ".join((within, *clocks.particular(view, clock)))
                yield f"{audience.name}: an update by the clock {clock.name}, {said}."


def _cells(view: View, audience: Audience, written: Mapping[str, RhythmEntry]) -> Iterator[str]:
    keys = decided(view.policy, written)
    for severity in view.severities:
        key = keys.get(severity)
        left_open = key is not None and written[key].every == OPEN
        yield LEFT_OPEN if left_open else pace(audience.rhythm(severity))


def _paces(view: View) -> Iterator[str]:
    """The other rules of a cadence."""
    yield (
        "Each update restarts the wait for the next. Updates are due from the report until "
        "the incident is resolved."
    )
    for audience in view.compiled.audiences:
        rhythms = {severity: audience.rhythm(severity) for severity in view.severities}
        others = {
            severity: ", ".join(_other_paces(view, rhythm))
            for severity, rhythm in rhythms.items()
            if rhythm
        }
        said = {severity: words for severity, words in others.items() if words}
        if said:
            yield f"{audience.name}: {grouped(said, len(rhythms))}."


def _other_paces(view: View, rhythm: Rhythm) -> Iterator[str]:
    for state, slower in rhythm.in_state.items():
        yield f"{target(slower)} while the incident is in {state}"
    for after, later in rhythm.later:
        yield f"{target(later)} from {duration(after)} after the report"
    if rhythm.slower:
        declared = rhythm.slower
        by = authority.may(view, "slow_updates")
        yield (
            f"{target(declared.every)} from {duration(declared.begins_after)} after "
            f"the report, if {by} declares it, {duration(declared.decided_after)} after the report "
            "at the earliest"
        )


def _late(view: View) -> Iterator[str]:
    """What happens when an update is late."""
    policy = view.compiled
    if not any(audience.rhythm(s) for audience in policy.audiences for s in view.severities):
        return
    if not any(point.offset is None for point in policy.late_updates):
        lead = policy.communication_lead
        yield f"When one is late: remind {lead or 'nobody'}, and again after each further wait."
    for point in policy.late_updates:
        done = "; ".join(clocks.action(view, one) for one in point.actions)
        yield f"When one is late, {clocks.when(point)}: {done}."
