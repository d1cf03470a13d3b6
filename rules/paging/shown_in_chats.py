"""What a chat shows of an incident: the first messages on live channels, and its own places."""

from datetime import datetime

from models.compiled import CompiledPolicy, Person
from models.incident.record import Incident
from models.messages.live import LiveMessage
from models.messages.place import KeptPlace, Member, PlaceWanted
from models.messages.reference import FirstMessage
from models.readable import in_a_cell
from rules.paging.messages import facts_for, heading_of, links_for_a_page
from rules.people.roles.leading import leader
from rules.record.facts_of_lines import recipients
from rules.record.references import digest_of_facts, reads_place, wants_place
from states.lifecycle import State

_TO_ANSWER = ("acknowledge", "decline")
_TO_WORK = ("assign_role", "post_update", "resolve")
_WORKING = frozenset({State.ASSESSMENT, State.DIAGNOSIS, State.RESOLUTION})
LONGEST_HEADING, LONGEST_TOPIC = 250, 250
MOST_MEMBERS = 100


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


def place_wanted(
    channel: str, incident: Incident, policy: CompiledPolicy, *, closed: bool
) -> PlaceWanted | None:
    """How the place of an incident on a channel is to be; None if it has none."""
    if not wants_place(incident, policy, channel):
        return None
    return PlaceWanted(
        incident_id=incident.id,
        topic=_topic(incident, policy),
        members=_members(incident, policy),
        private=policy.own_places[channel].private,
        closed=closed,
    )


def as_it_is(kept: KeptPlace | None, wanted: PlaceWanted) -> bool:
    """Whether a place is as it is to be. A closed one stays as it was when it closed."""
    if kept is None:
        return wanted.closed
    if kept.closed or wanted.closed:
        return kept.closed
    same = kept.topic == wanted.topic
    return same and {member.name for member in wanted.members} <= set(kept.invited)


def _topic(incident: Incident, policy: CompiledPolicy) -> str:
    leads = leader(policy, incident)
    parts = (incident.severity, incident.state.value, leads and f"led by {leads}")
    said = ", ".join(part for part in parts if part)
    return f"{said}: {in_a_cell(incident.report.title)}"[:LONGEST_TOPIC]


def _members(incident: Incident, policy: CompiledPolicy) -> tuple[Member, ...]:
    """Who was paged, who has a role, and who reported: those of the policy."""
    holders = (held.person for held in incident.roles)
    reporter = incident.report.reporter.name
    paged = (*incident.paged, *recipients(incident.timeline))
    names = dict.fromkeys((*paged, *holders, reporter))
    known = (policy.people[name] for name in names if name in policy.people)
    return tuple(_member(person) for person in list(known)[:MOST_MEMBERS])


def _member(person: Person) -> Member:
    return Member(name=person.name, address=person.email, handles=person.handles)
