"""Whoever holds a link can acknowledge by it. Its person hears of that on their other channels."""

from collections.abc import Iterator
from datetime import datetime

from models.base import ENGINE
from models.compiled import CompiledPolicy, Person
from models.contracts.notifying import Delivery
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.messages.message import MessageKind
from models.proof import Proof
from rules.paging.channels import channel_chain
from rules.paging.manual_escalation import answerable
from rules.paging.messages import message
from rules.record.decision import Case, Decision, TellOfLink
from rules.record.timeline import note
from rules.wording.times import in_zone
from states.lifecycle import Trigger

REASON = "acknowledged with your link"
_CAME_BY = frozenset({EntryKind.PAGE_SENT, EntryKind.PAGE_SUMMARISED, EntryKind.REMINDER_SENT})


def told_of_link(decision: Decision, case: Case) -> Decision:
    """An acknowledgement by a link; its person hears of it, or the timeline says why not."""
    if case.actor.proof is not Proof.LINK:
        return decision
    person = case.policy.people.get(case.actor.name) or Person(name=case.actor.name)
    every = channel_chain(person.channels or case.policy.paging_channels, case.policy.fallbacks)
    used = _used(case.incident, person.name)
    others = tuple(channel for channel in every if channel not in used)
    if others:
        told = TellOfLink(person.name, others, _text(case), case.incident.next_seq)
        return Decision(decision.incident, decision.summary, (*decision.effects, told))
    words = f"{person.name} has no other channel to hear that their link was used to acknowledge"
    kind = EntryKind.ACKNOWLEDGEMENT_UNTOLD
    incident = note(decision.incident, kind, words, actor=ENGINE, now=case.now, person=person.name)
    return Decision(incident, decision.summary, decision.effects)


def messages_of(
    told: TellOfLink, incident: Incident, policy: CompiledPolicy, now: datetime
) -> Iterator[Delivery]:
    """The messages to a person whose link was used, one on each channel."""
    person = policy.people.get(told.person) or Person(name=told.person)
    sent = message(
        MessageKind.NOTIFICATION,
        incident,
        policy,
        now,
        reason=REASON,
        text=told.text,
        recipient=person.name,
        to_a_person=True,
    )
    for channel in told.channels:
        key = link_key(incident.id, told, channel)
        keyed = sent.changed(key=key, address=person.email, handles=person.handles)
        yield Delivery(message=keyed, channels=(channel,))


def link_key(incident_id: str, told: TellOfLink, channel: str) -> str:
    """The idempotency key of such a message: one for each use of a link and channel."""
    return f"{incident_id}/link-{told.line}/{channel}"


def _used(incident: Incident, person: str) -> frozenset[str]:
    """The channels that brought this person a page or reminder, and so a link."""
    return frozenset(
        str(entry.data.get("channel"))
        for entry in incident.timeline
        if entry.kind in _CAME_BY and entry.data.get("recipient") == person
    )


def _text(case: Case) -> str:
    incident = case.incident
    at = in_zone(case.now, case.policy.local_times)
    done = f"Your link was used to acknowledge {incident.id} at {at}."
    if answerable(incident, Trigger.ACKNOWLEDGE):
        again = f'escalate {incident.id} --note "that was not me"'
        return f"{done}\nThat answered {incident.demand_of}. If it was not you, ask again: {again}"
    return (
        f"{done}\nIf that was not you, say so at once: the link of this message opens the page "
        f"with the button, or type dispute-acknowledgement {incident.id}"
    )
