"""Who may do what, by the authority rules of the policy."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from models.base import ENGINE, MONITORING, Actor
from models.command import (
    CorrectMilestoneCommand,
    SetAttributeCommand,
    SetMilestoneCommand,
    WithdrawMilestoneCommand,
)
from models.compiled import AuthorityRule, CompiledPolicy
from models.incident.record import Incident
from models.payload import Command
from models.people.party import Party, PartyKind, party_named
from models.people.responsibility import Request
from models.people.rule_name import RuleName
from models.policy.values.durations import format_duration
from models.time.moments import parse_condition
from rules.clocks.conditions import holds_at
from rules.people.naming.names import NOBODY, PEOPLE, RESPONDERS
from rules.people.naming.people_meant import (
    deputies,
    people_in_a_line,
    people_in_authority,
    people_meant,
)
from rules.people.permission.requests import (
    request_of,
    same_request,
    sent_before,
    unaskable,
    with_request,
)
from rules.people.roles.leading import role_that_leads
from rules.record.decision import Case, Refusal
from states.lifecycle import BY_TRIGGER, State, Trigger

AS_THAT = {"unassign_role": "assign_role", "hand_over": "assign_role"}
"""Commands that follow the rule of another command if the policy has none for them."""

SET_MILESTONE = "set_milestone"
SET_ATTRIBUTE = "set_attribute"
ADOPT_POLICY = "adopt_policy"
DISPUTE = "dispute_acknowledgement"
REOPEN = Trigger.REOPEN.value
"""A milestone, an attribute or a state after the colon limits a rule to that one."""
REOPENED_FROM = BY_TRIGGER[Trigger.REOPEN].sources
OF_A_MILESTONE = (SetMilestoneCommand, CorrectMilestoneCommand, WithdrawMilestoneCommand)


def named_now(
    rule: AuthorityRule, incident: Incident, now: datetime, severity: str | None = None
) -> tuple[str, ...]:
    """Whom a rule names, in the words of the policy; `severity` replaces the incident's."""
    for condition, by in rule.when:
        if holds_at(parse_condition(condition), incident, now):
            return by
    return rule.at.get(severity or incident.severity, rule.by)


def _covers(
    entry: str, actor: Actor, incident: Incident, policy: CompiledPolicy, now: datetime
) -> bool:
    people = people_in_authority(entry, incident, policy, now)
    return people is None or actor.name in people


def entries_covering(
    rule: AuthorityRule, actor: Actor, incident: Incident, policy: CompiledPolicy, now: datetime
) -> tuple[str, ...]:
    """The entries of a rule by which a person may do it now."""
    named = named_now(rule, incident, now)
    return tuple(entry for entry in named if _covers(entry, actor, incident, policy, now))


def permitted(
    rule: AuthorityRule,
    actor: Actor,
    incident: Incident,
    policy: CompiledPolicy,
    now: datetime,
    *,
    severity: str | None = None,
) -> bool:
    """Whether `actor` may do it. The engine always may, and monitoring may for its own incidents.

    `severity` replaces the severity of the incident. Monitoring may not do what nobody may do.
    """
    named = named_now(rule, incident, now, severity)
    if actor == ENGINE or (actor == MONITORING and named != (NOBODY,)):
        return True
    return any(_covers(entry, actor, incident, policy, now) for entry in named)


def who_may(
    rule: AuthorityRule,
    incident: Incident,
    policy: CompiledPolicy,
    now: datetime,
    *,
    severity: str | None = None,
) -> tuple[str, ...]:
    """Who may do it, in words: each with the people meant now, and those who may later."""
    named = named_now(rule, incident, now, severity)
    words = [_words(entry, incident, policy, now) for entry in named]
    for later in rule.later:
        people = ", ".join(_words(entry, incident, policy, now) for entry in later.by)
        words.append(f"{people} {format_duration(later.after)} after asking")
    return tuple(words)


def _words(entry: str, incident: Incident, policy: CompiledPolicy, now: datetime) -> str:
    if entry in {RESPONDERS, PEOPLE}:
        people = people_in_authority(entry, incident, policy, now)
        return (
            entry if people is None else f"{entry} ({people_in_a_line(sorted(people)) or 'nobody'})"
        )
    party = party_named(entry)
    if party.kind in {PartyKind.TEAM, PartyKind.ON_CALL}:
        people = people_in_authority(entry, incident, policy, now) or ()
        return f"{party.kind} {party.name} ({', '.join(people) or 'nobody'})"
    if party.kind is PartyKind.PERSON or policy.role(party.name) is None:
        return party.name
    holders = incident.holders(party.name)
    held = ", ".join(holders) or "nobody yet: assign_role"
    stand_in = ", ".join(p for p in deputies(party.name, incident, policy) if p not in holders)
    return f"{party.name} ({held}{'; deputy ' if stand_in else ''}{stand_in})"


def everybody(policy: CompiledPolicy) -> AuthorityRule:
    """The rule if the policy has none: all its people, or anyone if it lists no people."""
    return AuthorityRule(by=(PEOPLE,)) if policy.people else AuthorityRule()


def rule_for(policy: CompiledPolicy, command: str) -> AuthorityRule:
    """The policy's rule for a command."""
    found = policy.authority.get(command) or policy.authority.get(AS_THAT.get(command, ""))
    if found is None and command in {ADOPT_POLICY, DISPUTE}:
        leads = role_that_leads(policy)
        return AuthorityRule(by=(leads or NOBODY,), needs_note=command == ADOPT_POLICY)
    return found or everybody(policy)


def also_the_named(rule: AuthorityRule, command: str, incident: Incident) -> AuthorityRule:
    """The rule; whoever is named by an acknowledgement may always dispute it."""
    acknowledged = incident.milestone("acknowledged")
    if command != DISPUTE or acknowledged is None:
        return rule
    person = str(Party(PartyKind.PERSON, acknowledged.actor.name))

    def too(by: tuple[str, ...]) -> tuple[str, ...]:
        return (person,) if by == (NOBODY,) else (person, *by)

    return rule.changed(
        by=too(rule.by),
        at={severity: too(by) for severity, by in rule.at.items()},
        when=tuple((condition, too(by)) for condition, by in rule.when),
    )


def rule_key(policy: CompiledPolicy, name: str, command: Command, state: State) -> str:
    """The name of the rule of a command in the policy.

    The rule of one milestone covers setting, correcting and withdrawing it; the rule of one
    attribute or flag covers setting it; reopening can have a rule for each state.
    """
    rule = RuleName(name)
    if isinstance(command, OF_A_MILESTONE):
        rule = RuleName(SET_MILESTONE, command.milestone)
    elif isinstance(command, SetAttributeCommand):
        rule = RuleName(SET_ATTRIBUTE, command.attribute)
    elif name == REOPEN:
        rule = RuleName(REOPEN, state)
    return str(rule) if str(rule) in policy.authority else name


def trigger_rule(policy: CompiledPolicy, trigger: Trigger, state: State) -> AuthorityRule:
    """The rule of a trigger in a state."""
    certain = str(RuleName(trigger, state))
    return rule_for(policy, certain if certain in policy.authority else trigger)


def _may_by_now(case: Case, rule: AuthorityRule, request: Request) -> bool:
    """Whether the request for exactly this is old enough that others may do it too."""
    waited = case.now - request.at
    by = (e for later in rule.later if waited >= later.after for e in later.by)
    return any(_covers(e, case.actor, case.incident, case.policy, case.now) for e in by)


def _will(case: Case, rule: AuthorityRule) -> Iterator[str]:
    """The delays after which this actor may do it."""
    for later in rule.later:
        if any(_covers(e, case.actor, case.incident, case.policy, case.now) for e in later.by):
            yield format_duration(later.after)


def unauthorised(
    case: Case, rule: AuthorityRule, name: str, command: Command, what: str, *, key: str = ""
) -> Refusal | None:
    """The refusal if an actor may not do `what`, with who may; None if the actor may.

    `key` is the name of the rule in the policy, if it is not that of the command.

    If the actor may later, the refusal is also a request: those who may now are paged.
    """
    incident, policy, now = case.incident, case.policy, case.now
    severity = case.severity_for(by_the_worse=rule.by_the_worse)
    if case.overrides or permitted(rule, case.actor, incident, policy, now, severity=severity):
        return None
    key = key or rule_key(policy, name, command, incident.state)
    request = same_request(case, name, command, key, consults=True)
    if request and not sent_before(case, command, request) and _may_by_now(case, rule, request):
        return None
    may = who_may(rule, incident, policy, now, severity=severity)
    refusal = Refusal(
        "NotAuthorised", f"{case.actor.shown} may not {what}; may: {', '.join(may)}", may=may
    )
    if request or not any(_will(case, rule)):
        return refusal
    return _consulting(case, refusal, rule, request_of(case, name, command, key, consults=True))


def _consulting(case: Case, refusal: Refusal, rule: AuthorityRule, request: Request) -> Refusal:
    """The refusal of what an actor may do later: those who may do it now are paged."""
    why_not = unaskable(case, request)
    if why_not:
        return replace(refusal, message=f"{refusal.message}; {why_not}")
    severity = case.severity_for(by_the_worse=rule.by_the_worse)
    named = named_now(rule, case.incident, case.now, severity)
    people = people_meant(named, case.incident, case.policy, case.now)
    return replace(refusal, leaves=with_request(case, request, people, named))
