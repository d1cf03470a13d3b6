"""Adopting another policy, and what that changes for the clocks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from models.answers.adoption import AdoptionPreview, ClockShift
from models.base import ENGINE
from models.command import AdoptPolicyCommand
from models.compiled import CompiledPolicy, RoleRule
from models.incident.record import Incident, RoleHolder
from models.incident.timeline import EntryKind
from models.policy.values.durations import format_duration
from models.time.clock import ClockReading
from rules.clocks.clocks import read_clocks
from rules.deadlines.due import due_thresholds, same_threshold
from rules.deadlines.followed_runs import with_followed_runs
from rules.people.permission.approvals import ended_by_policy
from rules.people.permission.authority import ADOPT_POLICY, permitted, rule_for
from rules.people.roles.handover import offer_ends, offers_over, with_offers_judged_anew
from rules.people.roles.holders import unknown_person, with_holders
from rules.record.decision import AdoptPolicy, Case, Decision, LookUpPolicy, Outcome, Refusal
from rules.record.steps import refusal_of_unknown_name
from rules.record.timeline import note
from rules.updates.cadence import cadence_readings
from rules.wording.times import in_utc
from states.lifecycle import TERMINAL

_MOST_NAMED = 5


def _readings(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> dict[tuple[str, int], ClockReading]:
    readings = (*read_clocks(policy, incident, now), *cadence_readings(policy, incident, now))
    return {(reading.clock, reading.run): reading for reading in readings}


def _same(before: ClockReading | None, after: ClockReading | None) -> bool:
    if before is None or after is None:
        return before is after
    return (before.breach_at, before.target, before.status, before.stage) == (
        after.breach_at,
        after.target,
        after.status,
        after.stage,
    )


def clock_shifts(
    old: CompiledPolicy, new: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[ClockShift, ...]:
    """The runs of clocks that read differently under the new policy."""
    before, after = _readings(old, incident, now), _readings(new, incident, now)
    keys = (*before, *(key for key in after if key not in before))
    return tuple(
        ClockShift(clock=key[0], run=key[1], before=before.get(key), after=after.get(key))
        for key in keys
        if not _same(before.get(key), after.get(key))
    )


def _fires_at_once(
    old: CompiledPolicy, new: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[str, ...]:
    """The thresholds that are due under the new policy and not under the old one."""
    due = due_thresholds(old, incident, now)
    followed = with_followed_runs(incident, new, incident, old)
    return tuple(
        f"{point.clock} {point.threshold}"
        for point in due_thresholds(new, followed, now)
        if not any(same_threshold(point, other) for other in due)
    )


def _reads(reading: ClockReading | None) -> str:
    if reading is None:
        return "no such clock"
    if reading.stopped_at:
        return reading.status.value.replace("_", " ")
    if reading.breach_at is None:
        stage = reading.stage.value.replace("_", " ")
        left = max(reading.remaining, timedelta())
        return f"{stage}, {format_duration(left, days=reading.measure.has_days)} left"
    return in_utc(reading.breach_at)


def shift_words(shift: ClockShift) -> str:
    """A change in words: the clock, and its limit before and after."""
    run = f" ({shift.run})" if shift.run > 1 else ""
    return f"{shift.clock}{run}: {_reads(shift.before)} → {_reads(shift.after)}"


def not_adoptable(new: CompiledPolicy, incident: Incident) -> Refusal | None:
    """The refusal if the incident cannot adopt the policy."""
    if incident.state in TERMINAL:
        return Refusal("Refused", f"the incident is {incident.state}")
    if incident.severity not in new.severities:
        return refusal_of_unknown_name("severity", incident.severity, new.severities)
    return None


def adoption_preview(
    old: CompiledPolicy, new: CompiledPolicy, incident: Incident, now: datetime
) -> AdoptionPreview:
    """What adopting the new policy would change, or why it is refused."""
    refusal = not_adoptable(new, incident)
    lost = () if refusal else tuple(_loses_role(held) for held, _ in _strangers(incident, new))
    offers = () if refusal else tuple(offers_over(incident, new, now))
    return AdoptionPreview(
        policy_name=new.name,
        policy_version=new.version,
        shifts=() if refusal else clock_shifts(old, new, incident, now),
        fires_at_once=() if refusal else _fires_at_once(old, new, incident, now),
        lose_roles=lost,
        offers_end=tuple(offer_ends(offer, why) for offer, why in offers),
        refusal=refusal.message if refusal else "",
        now=now,
    )


def adopt_policy(case: Case, command: AdoptPolicyCommand) -> Outcome:
    """Ask for another policy to be looked up and then adopted."""
    if case.incident.state in TERMINAL:
        return Refusal("Refused", f"the incident is {case.incident.state}")
    if not command.policy_hash:
        words = "say which policy, by the SHA-256 of its file: policy_hash"
        return Refusal("Malformed", words, ("policy_hash",))
    named = f"{command.policy_name} {command.policy_version}".strip()
    why = f" ({command.note})" if command.note else ""
    which = f"policy {named} {command.policy_hash[:12]}".replace("  ", " ")
    summary = f"{case.actor.name} asks to go on under {which}{why}"
    incident = case.noted(
        case.incident, EntryKind.POLICY_ASKED, summary, becomes=command.policy_hash
    )
    asked = LookUpPolicy(
        actor=case.actor,
        happened_at=case.happened_at,
        note=command.note,
        policy_hash=command.policy_hash,
        policy_name=command.policy_name,
        policy_version=command.policy_version,
        under=case.policy.policy_hash,
        by_right=_may_adopt(case),
    )
    return Decision(incident, summary, (asked,))


def _may_adopt(case: Case) -> bool:
    rule = rule_for(case.policy, ADOPT_POLICY)
    return permitted(rule, case.actor, case.incident, case.policy, case.now)


def outdated(case: Case, asked: LookUpPolicy) -> Refusal | None:
    """The refusal if policy or roles changed while a policy was looked up: it was asked before."""
    if not case.policy.judges_in_full:
        return None
    if asked.under != case.policy.policy_hash:
        return Refusal("Refused", "another policy was adopted meanwhile: ask again")
    if asked.by_right and not _may_adopt(case):
        return Refusal("NotAuthorised", f"{case.actor.name} may not {ADOPT_POLICY} any more")
    return None


def with_adopted_policy(case: Case, new: CompiledPolicy, why: str) -> Outcome:
    """Adopt another policy, which must have the severity in use."""
    old = case.policy
    refusal = not_adoptable(new, case.incident)
    if refusal:
        return refusal
    moved = clock_shifts(old, new, case.incident, case.now)
    summary = f"policy {new.name} {new.version} adopted, after {old.name} {old.version}"
    summary += f" ({why})" if why else ""
    summary += "".join(f"; {_loses_role(gone)}" for gone, _ in _strangers(case.incident, new))
    over = offers_over(case.incident, new, case.now)
    summary += "".join(f"; {offer_ends(offer, reason)}" for offer, reason in over)
    summary += "".join(f"; {words}" for words in _named(moved))
    incident = case.noted(
        case.incident,
        EntryKind.POLICY_ADOPTED,
        summary,
        was=old.policy_hash,
        becomes=new.policy_hash,
        clocks=[shift_words(shift) for shift in moved],
    )
    offers = with_offers_judged_anew(incident, new, case.now)
    left = _without_strangers(offers.incident, new, case.now)
    ended = ended_by_policy(left, old, new, case.now)
    effects = (AdoptPolicy(new), *offers.effects, *ended.effects)
    return Decision(ended.incident, summary, effects)


def _strangers(incident: Incident, new: CompiledPolicy) -> Iterator[tuple[RoleHolder, RoleRule]]:
    """Who holds a role and is none of the people of the new policy."""
    for held in incident.roles if new.closes_detours else ():
        rule = new.role(held.role) or RoleRule(name=held.role)
        if unknown_person(rule, held.person, new):
            yield held, rule


def _loses_role(held: RoleHolder) -> str:
    return f"{held.person} is no longer {held.role}: the new policy has no such person"


def _without_strangers(incident: Incident, new: CompiledPolicy, now: datetime) -> Incident:
    """The record without holders whom the new policy does not know: their roles are vacant."""
    for gone, rule in _strangers(incident, new):
        kept = tuple(h for h in incident.roles if h.role == gone.role and h.person != gone.person)
        incident = note(
            with_holders(incident, rule, kept, now),
            EntryKind.ROLE_UNASSIGNED,
            _loses_role(gone),
            actor=ENGINE,
            now=now,
            role=gone.role,
            person=gone.person,
        )
    return incident


def _named(moved: tuple[ClockShift, ...]) -> Iterator[str]:
    yield from (shift_words(shift) for shift in moved[:_MOST_NAMED])
    if len(moved) > _MOST_NAMED:
        yield f"and {len(moved) - _MOST_NAMED} more clocks"
