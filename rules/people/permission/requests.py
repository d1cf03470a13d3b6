"""Requests for approval of a command: what is asked, of whom, and until when it counts."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from models.base import ENGINE
from models.command import (
    AssignRoleCommand,
    CancelCommand,
    CorrectMilestoneCommand,
    PostUpdateCommand,
    SetMilestoneCommand,
    SetSeverityCommand,
    TriggerCommand,
    WithdrawMilestoneCommand,
)
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.payload import Command
from models.people.authority import BACKDATING
from models.people.party import Party, PartyKind, as_person
from models.people.responsibility import Request
from rules.record.decision import Case, Decision, Effect, PageRole
from rules.record.ledger import note
from rules.record.markdown import stamp

_HOW_NOT_WHAT = frozenset({*Command.model_fields, "steps"})
"""Fields that do not change what is asked for."""
_SAID = 300
IN_MIND = timedelta(minutes=30)
"""How long an answer may be about a request that is no longer there."""
MOST_REQUESTS = 10
"""So many people may ask for approval by one rule at the same time."""


def digest_of(command: Command, rule: str = "") -> str:
    """The digest by which the same request is recognised."""
    dated = rule == BACKDATING or isinstance(command, CorrectMilestoneCommand)
    same = _HOW_NOT_WHAT - {"happened_at"} if dated else _HOW_NOT_WHAT
    moved = {"latest_at"} if isinstance(command, TriggerCommand | CancelCommand) else set()
    asked = command.model_dump(mode="json", exclude={*same, *moved})
    return sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


def command_in_words(name: str, command: Command) -> str:
    """A command in words, for its request."""
    if isinstance(command, PostUpdateCommand):
        return f"{name}: {command.text[:_SAID]}"
    if isinstance(command, SetSeverityCommand) and command.severity:
        return f"{name} {command.severity}"
    if isinstance(command, CorrectMilestoneCommand) and command.happened_at:
        return f"{name} {command.milestone} to {stamp(command.happened_at)} UTC"
    if isinstance(command, SetMilestoneCommand | WithdrawMilestoneCommand):
        return f"{name} {command.milestone}"
    if isinstance(command, AssignRoleCommand):
        return f"{name} {command.role} {command.person}"
    reason = getattr(command, "reason", "")
    return f"{name} ({reason})"[:_SAID] if reason else name


def _dated(case: Case, rule: str) -> str:
    """The date of the fact, if the date is what needs approval."""
    return f", dated {stamp(case.happened_at)} UTC" if rule == BACKDATING else ""


def requests_for(incident: Incident, rule: str, *, consults: bool = False) -> tuple[Request, ...]:
    """The requests by a rule that still count: the incident has not changed its state since."""
    return tuple(
        request
        for request in incident.requests
        if (request.rule, request.consults) == (rule, consults) and request.state == incident.state
    )


def request_for(incident: Incident, rule: str, *, consults: bool = False) -> Request | None:
    """The first of these requests, if there is one."""
    return next(iter(requests_for(incident, rule, consults=consults)), None)


def recently_asked(case: Case, rule: str) -> frozenset[str]:
    """The ids of the requests by a rule that people may still have in mind."""
    since = case.now - IN_MIND
    return frozenset(
        str(entry.data.get("request", ""))
        for entry in case.incident.timeline
        if entry.kind == EntryKind.APPROVAL_ASKED
        and entry.data.get("rule") == rule
        and entry.recorded_at >= since
    )


def with_request_replaced(incident: Incident, old: Request, new: Request | None) -> Incident:
    """The record with one request replaced by another, or removed."""
    requests = (new if request is old else request for request in incident.requests)
    return incident.changed(requests=tuple(r for r in requests if r))


def with_request(
    case: Case,
    name: str,
    command: Command,
    rule: str,
    people: tuple[str, ...],
    *,
    words: tuple[str, ...] = (),
    consults: bool = False,
    groups: int = 1,
) -> Decision:
    """The record with a request; pages those who may answer, or else vacant roles of `words`."""
    request = Request(
        command=name,
        rule=rule,
        says=command_in_words(name, command) + _dated(case, rule),
        digest=digest_of(command, rule),
        requester=case.actor,
        at=case.given_at,
        state=case.incident.state,
        consults=consults,
        asked=groups,
    )
    incident = _in_place_of_their_last(case, request)
    summary = (
        f"{case.actor.name} {'wants to' if consults else 'asks for approval to'} {request.says}"
    )
    incident = note(
        incident,
        EntryKind.CONSULTATION_ASKED if consults else EntryKind.APPROVAL_ASKED,
        summary,
        actor=case.actor,
        now=case.now,
        rule=rule,
        of=list(people),
        request=request.id,
    )
    vacant = (w for w in words if case.policy.role(w) and not incident.holders(w))
    pages = page_all(incident, request, people) or _page_roles(incident, request, vacant)
    return Decision(incident, summary, pages)


def _in_place_of_their_last(case: Case, request: Request) -> Incident:
    """The record with a request, which replaces the last one of that person by the same rule.

    Requests of others stay, with their approvals.
    """

    def gives_way(other: Request) -> bool:
        same_rule = (other.rule, other.consults) == (request.rule, request.consults)
        return same_rule and (other.consults or other.requester.name == request.requester.name)

    gone = [other for other in case.incident.requests if gives_way(other)]
    others = tuple(other for other in case.incident.requests if other not in gone)
    incident = case.incident.changed(requests=(*others, request))
    for other in gone if not request.consults else ():
        summary = f"approval of {other.says} lapses: {case.actor.name} asks for something else"
        incident = note(incident, EntryKind.APPROVAL_LAPSED, summary, actor=ENGINE, now=case.now)
    return incident


def _page_roles(incident: Incident, request: Request, roles: Iterable[str]) -> tuple[Effect, ...]:
    return tuple(_page(incident, request, str(Party(PartyKind.ROLE, role))) for role in roles)


def page_all(incident: Incident, request: Request, people: tuple[str, ...]) -> tuple[Effect, ...]:
    """Pages to everybody who may answer a request, except the requester."""
    who = request.requester.name
    whom = (as_person(person) for person in people if person != who)
    return tuple(_page(incident, request, person) for person in whom)


def _page(incident: Incident, request: Request, target: str) -> Effect:
    who, what = request.requester.name, request.says
    if request.consults:
        reason = f"{who} wants to {what}, which is your decision"
        text = f"{reason}: do it, or answer {who}"
    else:
        reason = f"{who} asks for approval to {what}"
        which = f"{incident.id} {request.rule} --request {request.id}"
        text = f"{reason}\napprove {which}, or reject {which} --reason ..."
    return PageRole(target, reason, text)


def _used_up(request: Request, name: str, command: Command) -> bool:
    """Whether the given command is the requested one."""
    if request.command != name:
        return False
    return request.consults or request.digest == digest_of(command, request.rule)


def without_settled_requests(
    decision: Decision, name: str, command: Command, now: datetime
) -> Decision:
    """The decision without the requests that it uses up, or that its new state ends."""
    incident = decision.incident
    if not incident.requests:
        return decision
    left = [r for r in incident.requests if not _used_up(r, name, command)]
    kept = tuple(r for r in left if r.state == incident.state)
    ended = [r for r in left if r not in kept]
    lapsed = [r for r in ended if not r.consults]
    incident = incident.changed(requests=kept)
    for request in lapsed:
        summary = f"approval of {request.says} lapses: the state is {incident.state} now"
        incident = note(incident, EntryKind.APPROVAL_LAPSED, summary, actor=ENGINE, now=now)
    return Decision(incident, decision.summary, decision.effects)
