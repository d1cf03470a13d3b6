"""The sixth section: channels, audiences, how often each hears, and who speaks."""

from collections.abc import Iterator

from models.cadence import Rhythm
from models.compiled import Audience
from policies.render import authority, clocks
from policies.render.document import Block, Blocks, Heading, bullets, table
from policies.render.view import View
from policies.render.words import NO_TARGET, duration, listed, target
from rules.messages import ALL_FACTS


def section(view: View) -> Blocks:
    """All of it."""
    yield bullets(speakers(view), "")
    yield Heading("Channels")
    yield _channels(view)
    yield Heading("Audiences")
    yield _audiences(view)
    yield Heading("How often each audience hears")
    yield cadence(view)
    yield bullets((*_paces(view), *_late(view)), "")


def speakers(view: View) -> Iterator[str]:
    """Who speaks for the incident, and who sees to it that it is done."""
    lead = view.compiled.communication_lead
    if lead:
        yield f"{lead} speaks for the incident."
    yield f"Status updates are given by {authority.may(view, 'post_update')}."
    yield (
        "An update is one text for every audience that it is for, so that all hear the same. Of "
        "events, an audience whose sight is limited hears only that they happened."
    )


def _channels(view: View) -> Block:
    return table(
        ("Channel", "Kind", "Where it fails"),
        (
            (name, entry.kind, view.compiled.fallbacks.get(name, "the message is given up"))
            for name, entry in view.policy.channels.items()
        ),
        "The policy names none.",
    )


def sees(audience: Audience) -> str:
    """What an audience may see."""
    return listed(fact.replace("_", " ") for fact in audience.sees or ALL_FACTS)


def _audiences(view: View) -> Block:
    return table(
        ("Audience", "By", "Told by itself of", "Sees"),
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


def pace(rhythm: Rhythm | None) -> str:
    """The time from one update to the next."""
    if rhythm is None:
        return NO_TARGET
    return f"once: {target(rhythm.every)}" if rhythm.once else target(rhythm.every)


def cadence(view: View) -> Block:
    """How long each audience waits, at most, from the report and from one update to the next."""
    return table(
        ("Audience", *view.severities),
        (
            (audience.name, *(pace(audience.rhythm(severity)) for severity in view.severities))
            for audience in view.compiled.audiences
            if any(audience.rhythm(severity) for severity in view.severities)
        ),
        "The policy promises no audience any updates.",
    )


def _paces(view: View) -> Iterator[str]:
    """What else there is to a cadence."""
    yield (
        "Each update starts the wait for the next anew. Updates are awaited from the report until "
        "the incident is resolved."
    )
    for audience in view.compiled.audiences:
        for severity in view.severities:
            rhythm = audience.rhythm(severity)
            said = tuple(_other_paces(view, rhythm)) if rhythm else ()
            if said:
                yield f"{audience.name}, {severity}: {'; '.join(said)}."


def _other_paces(view: View, rhythm: Rhythm) -> Iterator[str]:
    for state, slower in rhythm.in_state.items():
        yield f"{target(slower)} while the incident is in {state}"
    for after, later in rhythm.later:
        yield f"{target(later)} from {duration(after)} after the report on"
    if rhythm.slower:
        declared = rhythm.slower
        by = authority.may(view, "slow_updates")
        yield (
            f"{target(declared.every)} from {duration(declared.begins_after)} after the report on, "
            f"where {by} declares it, {duration(declared.decided_after)} after the report at the "
            "earliest"
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
