"""What the first message on a live channel shows: the state of the incident, for its readers."""

from datetime import datetime

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.messages.live import LiveMessage
from models.messages.reference import FirstMessage
from rules.paging.messages import facts_for, heading_of, links_for_a_page
from rules.record.references import digest_of_facts, reads_place
from states.lifecycle import State

_TO_ANSWER = ("acknowledge", "decline")
_TO_WORK = ("assign_role", "post_update", "resolve")
_WORKING = frozenset({State.ASSESSMENT, State.DIAGNOSIS, State.RESOLUTION})
LONGEST_HEADING = 250


def offers(incident: Incident) -> tuple[str, ...]:
    """The commands that the message offers: those that people need most often in this state."""
    if incident.state is State.REPORTED:
        return (*_TO_ANSWER, *_TO_WORK)
    return _TO_WORK if incident.state in _WORKING else ()


def live_message(
    first: FirstMessage, incident: Incident, policy: CompiledPolicy, now: datetime
) -> LiveMessage:
    """What a first message shows now. Its audience sees no more of it than of any other message."""
    audience = policy.audience(first.recipient)
    facts = facts_for(incident, policy, now, audience)
    person = not reads_place(policy, first.channel, first.recipient)
    if person:
        facts |= links_for_a_page(incident)
    heading = heading_of(incident, incident.severity if "severity" in facts else "")
    if person and first.reason:
        heading = f"{heading} — {first.reason}"
    roles = ", ".join(f"{held.role} {held.person}" for held in incident.roles)
    if roles and not (audience and audience.sees):
        facts["roles"] = roles[:1000]
    return LiveMessage(
        key=first.key,
        incident_id=incident.id,
        recipient=first.recipient,
        heading=heading[:LONGEST_HEADING],
        facts=facts,
        offers=offers(incident),
        respond_until=first.respond_until,
    )


def shown_by(live: LiveMessage) -> str:
    """A digest of what a message shows; at its beginning it shows its facts and every button."""
    every = live.offers == (*_TO_ANSWER, *_TO_WORK)
    return digest_of_facts(live.facts) + ("" if every else f"-{len(live.offers)}")
