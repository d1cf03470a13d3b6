"""Handovers: a role is offered to another person with what they must know, and accepted."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from models.base import ENGINE
from models.command import (
    AcceptHandoverCommand,
    DeclineHandoverCommand,
    HandOverCommand,
    UnassignRoleCommand,
)
from models.compiled import CompiledPolicy, RoleRule
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.payload import Command
from models.people.party import as_person
from models.people.responsibility import Handover, HandoverCount
from models.readable import blank
from models.time.clock import DueThreshold
from models.time.clock_name import ClockName, HoldingWait, OfferWait
from rules.people.naming.people_meant import deputies
from rules.people.roles.holders import (
    duties_of,
    holder,
    named_role,
    unknown_person,
    why_ineligible,
    with_holders,
    with_warning,
)
from rules.record.decision import Case, Decision, Outcome, PageRole, Refusal, Remind
from rules.record.steps import refusal_of_unknown_name
from rules.record.timeline import note
from rules.wording.times import in_utc_minutes
from states.lifecycle import BEFORE_REVIEW

NOT_ACCEPTED = "not accepted"
HAND_OVER = "hand over"


def hand_over(case: Case, command: HandOverCommand) -> Outcome:
    """Offer a role to a person, who holds it once they accept."""
    rule = named_role(case, command.role)
    if isinstance(rule, Refusal):
        return rule
    giver = _giver(case, rule, command.giver)
    if isinstance(giver, Refusal):
        return giver
    refusal = _not_takeable(case, rule, command.to) or _content_missing(case, command)
    if refusal:
        return refusal
    refusal = _in_the_place_of(case, rule, giver, command.to)
    if refusal:
        return refusal
    offer = Handover(
        role=rule.name,
        giver=giver,
        taker=command.to,
        offered_by=case.actor,
        at=case.given_at,
        content=command.content,
        note=command.note,
    )
    return _offered(case, rule, offer)


def _giver(case: Case, rule: RoleRule, named: str | None) -> str | Refusal:
    holders = case.incident.holders(rule.name)
    if not holders:
        return Refusal("Refused", f"nobody holds {rule.name}: use assign_role")
    own = case.actor.name if case.actor.name in holders else None
    giver = named or own or (holders[0] if len(holders) == 1 else None)
    if giver is None:
        names = ", ".join(holders)
        return Refusal("Refused", f"{rule.name} is held by {names}: name one of them", ("giver",))
    if giver not in holders:
        return Refusal("Refused", f"{giver} does not hold {rule.name}")
    return giver


def _not_takeable(case: Case, rule: RoleRule, person: str) -> Refusal | None:
    if unknown_person(rule, person, case.policy):
        return refusal_of_unknown_name("person", person, tuple(sorted(case.policy.people)))
    if person in case.incident.holders(rule.name):
        return Refusal("Refused", f"{person} holds {rule.name} already")
    why = why_ineligible(rule, person, case.incident, case.policy, case.now)
    return Refusal("Refused", why) if why else None


def _in_the_place_of(case: Case, rule: RoleRule, giver: str, taker: str) -> Refusal | None:
    """The refusal of an offer by which somebody takes a role, or speaks for its holder."""
    if case.actor.name == giver or not case.policy.closes_detours:
        return None
    if case.actor.name == taker:
        message = f"{taker} cannot take {rule.name} by handing it over: {giver} can hand it over"
        return Refusal("Refused", message, ("to",))
    own = next(
        (h for h in case.incident.handovers if (h.role, h.giver) == (rule.name, giver)), None
    )
    if own and own.offered_by.name == giver:
        message = (
            f"{giver} offers {rule.name} to {own.taker}: only {giver} can offer it to somebody else"
        )
        return Refusal("Refused", message)
    return None


def _content_missing(case: Case, command: HandOverCommand) -> Refusal | None:
    required = case.policy.handover.required if case.policy.handover else ()
    missing = tuple(f"content {name}" for name in required if blank(command.content.get(name, "")))
    words = f"the handover lacks what the policy requires: {', '.join(missing)}"
    return Refusal("Refused", words, missing) if missing else None


def _offered(case: Case, rule: RoleRule, offer: Handover) -> Decision:
    same = [h for h in case.incident.handovers if (h.role, h.giver) == (offer.role, offer.giver)]
    others = tuple(h for h in case.incident.handovers if h not in same)
    instead = f", no longer to {same[0].taker}" if same else ""
    offers = _offers(offer)
    summary = f"{offers} to {offer.taker}, who has to accept{instead}"
    incident = case.incident.changed(handovers=(*others, offer))
    content: dict[str, Any] = {"content": offer.content} if offer.content else {}
    incident = note(
        incident,
        EntryKind.HANDOVER_OFFERED,
        summary,
        actor=case.actor,
        now=case.now,
        role=offer.role,
        giver=offer.giver,
        taker=offer.taker,
        **content,
    )
    reason = f"{offers} to you"
    said = [f"{name}: {text}" for name, text in offer.content.items()]
    how = f"accept-handover {incident.id} {offer.role}, or decline-handover"
    parts = [reason, *said, offer.note, duties_of(rule), how]
    text = "\n".join(part for part in parts if part)
    asked = PageRole(as_person(offer.taker), reason, text)
    if offer.offered_by.name == offer.giver or not case.policy.closes_detours:
        return Decision(incident, summary, (asked,))
    return Decision(incident, summary, (asked, Remind(as_person(offer.giver), summary)))


def _offers(offer: Handover) -> str:
    """Who hands which role over, and whose it is if it is another's."""
    of = f" of {offer.giver}" if offer.offered_by.name != offer.giver else ""
    return f"{offer.offered_by.name} hands {offer.role}{of} over"


def _offer(case: Case, role: str) -> tuple[Handover, RoleRule] | Refusal:
    """The offer of a role that the actor can answer."""
    offers = [h for h in case.incident.handovers if h.role == role]
    mine = next((h for h in offers if h.taker == case.actor.name), None)
    rule = case.policy.role(role)
    if mine and rule:
        return mine, rule
    if offers:
        may = tuple(h.taker for h in offers)
        message = f"{role} is not offered to {case.actor.name}; it is offered to {', '.join(may)}"
        return Refusal("NotAuthorised", message, may=may)
    return Refusal("Refused", f"{role} is not offered to anybody: use hand_over")


def _counted(incident: Incident, role: str, ended: str) -> Incident:
    """The record with one more ended offer in its counts; the offers themselves are not kept."""
    known = next((c for c in incident.handover_counts if c.role == role), HandoverCount(role=role))
    others = tuple(c for c in incident.handover_counts if c.role != role)
    counted = known.changed(**{ended: getattr(known, ended) + 1})
    return incident.changed(handover_counts=(*others, counted))


def _without(incident: Incident, offer: Handover) -> Incident:
    left = tuple(h for h in incident.handovers if h is not offer)
    return incident.changed(handovers=left)


def accept_handover(case: Case, command: AcceptHandoverCommand) -> Outcome:
    """Accept an offered role; only now does it move."""
    found = _offer(case, command.role)
    if isinstance(found, Refusal):
        return found
    offer, rule = found
    if offer.taker in case.incident.holders(rule.name):
        return Refusal("Refused", f"{offer.taker} holds {rule.name} already: use decline_handover")
    why = why_over(offer, case.incident, case.policy, case.now)
    if why:
        return Refusal("Refused", why)
    new = holder(rule.name, offer.taker, case.happened_at, case.policy)
    mine = (h for h in case.incident.roles if h.role == rule.name)
    held = tuple(new if h.person == offer.giver else h for h in mine)
    by = offer.offered_by.name
    offered = f", offered by {by}" if by != offer.giver else ""
    summary = f"{offer.taker} accepts {rule.name} from {offer.giver}{offered}"
    incident = with_holders(case.incident, rule, held, case.happened_at)
    incident = case.noted(
        _counted(incident, rule.name, "accepted"),
        EntryKind.HANDOVER_ACCEPTED,
        summary,
        role=rule.name,
        giver=offer.giver,
        person=offer.taker,
    )
    incident = with_warning(incident, case.policy, rule, offer.taker, case.now)
    return Decision(incident, summary, (Remind(as_person(offer.giver), summary),))


def why_over(
    offer: Handover, incident: Incident, policy: CompiledPolicy, now: datetime
) -> str | None:
    """Why an offer can no longer be accepted, as roles and policy are now; None if it can."""
    rule = policy.role(offer.role)
    if rule is None:
        return f"the policy has no role {offer.role}"
    asked = (offer.taker, offer.giver, offer.offered_by.name) if policy.judges_in_full else ()
    unknown = [person for person in asked if unknown_person(rule, person, policy)]
    if unknown:
        return f"{unknown[0]} is none of the policy's people"
    return why_ineligible(rule, offer.taker, incident, policy, now)


def with_offers_judged_anew(incident: Incident, policy: CompiledPolicy, now: datetime) -> Decision:
    """The record without the offers that nobody can accept under another policy."""
    told: list[Remind] = []
    for offer, why in offers_over(incident, policy, now):
        summary = offer_ends(offer, why)
        incident = _counted(_without(incident, offer), offer.role, "lapsed")
        incident = note(
            incident, EntryKind.HANDOVER_LAPSED, summary, actor=ENGINE, now=now, role=offer.role
        )
        known = (p for p in (offer.giver, offer.taker) if p in policy.people)
        told.extend(Remind(as_person(person), summary) for person in known)
    return Decision(incident, "", tuple(told))


def offers_over(
    incident: Incident, policy: CompiledPolicy, now: datetime
) -> Iterator[tuple[Handover, str]]:
    """The offers that nobody can accept under another policy, and why."""
    for offer in incident.handovers if policy.judges_in_full else ():
        why = why_over(offer, incident, policy, now)
        if why:
            yield offer, why


def offer_ends(offer: Handover, why: str) -> str:
    """That an offer ends, in words."""
    return f"the offer of {offer.role} to {offer.taker} ends: {why}"


def decline_handover(case: Case, command: DeclineHandoverCommand) -> Outcome:
    """Decline an offered role, or withdraw your own offer."""
    offers = [h for h in case.incident.handovers if h.role == command.role]
    own = [h for h in offers if case.actor.name in {h.giver, h.offered_by.name}]
    found = _offer(case, command.role)
    if isinstance(found, Refusal) and not own:
        return found
    offer = own[0] if isinstance(found, Refusal) else found[0]
    declines = case.actor.name == offer.taker
    why = f" ({command.note})" if command.note else ""
    verb = "declines" if declines else "no longer offers"
    summary = f"{case.actor.name} {verb} {offer.role}: {offer.giver} keeps it{why}"
    incident = case.noted_now(
        _counted(_without(case.incident, offer), offer.role, "declined"),
        EntryKind.HANDOVER_DECLINED,
        summary,
        role=offer.role,
    )
    other = offer.giver if declines else offer.taker
    return Decision(incident, summary, (Remind(as_person(other), summary),))


def over_own_role(case: Case, command: Command) -> bool:
    """Whether somebody gives away or gives back their own role, which needs no authority.

    A deputy may give away what the holder may; one of several holders may give away only their own.
    """
    if isinstance(command, UnassignRoleCommand):
        return case.actor.name == (command.person or case.incident.holder(command.role))
    if isinstance(command, HandOverCommand):
        own = case.incident.holders(command.role)
        if case.actor.name in deputies(command.role, case.incident, case.policy):
            return True
        theirs = command.giver not in {None, case.actor.name}
        return case.actor.name in own and not theirs
    return False


def handover_points(policy: CompiledPolicy, incident: Incident) -> Iterator[DueThreshold]:
    """When an offer lapses, and when a holder is reminded to hand over."""
    rule = policy.handover
    if rule is None or incident.state not in BEFORE_REVIEW:
        return
    if rule.accept_within:
        for offer in incident.handovers:
            waits = OfferWait(offer.role, offer.giver)
            yield _point(waits, NOT_ACCEPTED, offer.at + rule.accept_within)
    for held in incident.roles:
        after = held.since_at + rule.remind_after if rule.remind_after else None
        shift = held.until_at if rule.at_shift_end else None
        due_at = min((at for at in (after, shift) if at), default=None)
        if due_at and not held.reminded:
            yield _point(HoldingWait(held.role, held.person), HAND_OVER, due_at)


def _point(waits: ClockName, threshold: str, due_at: datetime) -> DueThreshold:
    return DueThreshold(clock=str(waits), run=1, threshold=threshold, fraction=1.0, due_at=due_at)


def with_lapsed_offer(waits: OfferWait, incident: Incident, now: datetime) -> Decision | None:
    """End an offer that nobody accepted in time: its giver keeps the role."""
    role, giver = waits.role, waits.giver
    offer = next((h for h in incident.handovers if (h.role, h.giver) == (role, giver)), None)
    if offer is None:
        return None
    summary = f"{offer.taker} did not accept {role} in time: {giver} keeps it"
    incident = _counted(_without(incident, offer), role, "lapsed")
    incident = note(incident, EntryKind.HANDOVER_LAPSED, summary, actor=ENGINE, now=now, role=role)
    told = tuple(Remind(as_person(person), summary) for person in (giver, offer.taker))
    return Decision(incident, summary, told)


def reminder_to_hand_over(waits: HoldingWait, incident: Incident, now: datetime) -> Decision | None:
    """Remind the holder of a role after the policy's time, or when their shift ends."""
    role, person = waits.role, waits.person
    held = next((h for h in incident.roles if (h.role, h.person) == (role, person)), None)
    if held is None:
        return None
    shift = held.until_at and held.until_at <= now
    why = "their shift ends" if shift else f"since {in_utc_minutes(held.since_at)}"
    summary = f"{person} holds {role}, {why}: hand it over"
    reminded = held.changed(reminded=True)
    roles = tuple(reminded if h is held else h for h in incident.roles)
    incident = incident.changed(roles=roles)
    incident = note(incident, EntryKind.HANDOVER_DUE, summary, actor=ENGINE, now=now, role=role)
    return Decision(incident, summary, (Remind(as_person(person), f"hand {role} over"),))
