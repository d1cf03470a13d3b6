"""Commands that others must approve first: who is asked when, and what comes of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from models.base import ENGINE, MONITORING
from models.command import ApproveCommand, PostUpdateCommand, RejectCommand
from models.compiled import AuthorityRule, CompiledPolicy, Edition
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.payload import Command
from models.people.authority import BACKDATING, ApprovalRule
from models.people.party import PartyKind, as_person, party_named
from models.people.responsibility import Approval, Request
from models.people.rule_name import RuleName
from models.time.clock import DueThreshold
from models.time.clock_name import ApprovalWait
from models.time.moments import parse_condition
from rules.clocks.conditions import holds_at
from rules.people.naming.people_meant import people_meant
from rules.people.permission.authority import (
    entries_covering,
    permitted,
    rule_for,
    who_may,
)
from rules.people.permission.backdating import approval_rule
from rules.people.permission.requests import (
    elsewhere,
    page_all,
    recently_asked,
    request_of,
    requests_for,
    same_request,
    sent_before,
    time_to_answer,
    unaskable,
    with_request,
    with_request_replaced,
)
from rules.people.permission.trust import proven
from rules.record.audiences import audiences_addressed
from rules.record.decision import Case, Decision, Outcome, Refusal, Remind
from rules.record.timeline import note
from rules.wording.times import in_utc

TIME_IS_OVER = "no answer"


def _in_force(rule: ApprovalRule, case: Case) -> bool:
    severity = case.severity_for(by_the_worse=rule.by_the_worse)
    if rule.severities and severity not in rule.severities:
        return False
    return all(holds_at(parse_condition(text), case.incident, case.now) for text in rule.when)


def rules_of(
    name: str, command: Command, policy: CompiledPolicy
) -> Iterator[tuple[str, ApprovalRule]]:
    """The approval rules for a command, with their names in the policy."""
    if name in policy.approvals:
        yield name, policy.approvals[name]
    if isinstance(command, PostUpdateCommand):
        for audience in audiences_addressed(command, policy):
            key = str(RuleName(name, audience))
            if key in policy.approvals:
                yield key, policy.approvals[key]


def unapproved(case: Case, name: str, command: Command) -> Refusal | None:
    """The refusal of a command without its approval; the first one also asks for the approval."""
    if case.actor in (ENGINE, MONITORING) or case.overrides:
        return None
    dated = approval_rule(case, name, command)
    for key, rule in (*rules_of(name, command, case.policy), *dated):
        if _in_force(rule, case):
            refusal = _lacking(case, name, command, key, rule)
            if refusal:
                return refusal
    return None


def needs_approval(case: Case, name: str, command: Command) -> bool:
    """Whether a command needs approval in this case, even if somebody has approved it by now."""
    if case.actor in (ENGINE, MONITORING) or case.overrides:
        return False
    return any(_in_force(rule, case) for _, rule in rules_of(name, command, case.policy))


def _lacking(
    case: Case, name: str, command: Command, key: str, rule: ApprovalRule
) -> Refusal | None:
    same = same_request(case, name, command, key)
    kept = counted(same, rule, case) if same else ()
    have = len(kept)
    early = same is not None and sent_before(case, command, same)
    leave = same is not None and same.proceeds and rule.timeout == "proceed"
    if (leave or have >= rule.quorum) and not early:
        return None
    may = who_may(_approvers(rule, same), case.incident, case.policy, case.now)
    dated = f", dated {in_utc(case.happened_at)}," if key == BACKDATING else ""
    message = f"{case.says(name)}{dated} needs approval: have {have} of {rule.quorum}"
    message += f"; may approve: {', '.join(may)}"
    if early:
        message += "; this was sent before that was asked: give it again"
    needs = Refusal("NeedsApproval", message, (f"approve {key}",), may=may)
    request = request_of(case, name, command, key)
    if same and len(same.approvals) >= rule.quorum and not early:
        without = with_request_replaced(case.incident, same, None)
        again = request.changed(approvals=kept)
        return _asking(replace(case, incident=without), needs, rule, again)
    return needs if same else _asking(case, needs, rule, request)


def _asking(case: Case, needs: Refusal, rule: ApprovalRule, request: Request) -> Refusal:
    """The refusal that is also a request; if it cannot be made, it says why."""
    message = needs.message
    others = requests_for(case.incident, request.rule)
    approved = next((r for r in others if len(counted(r, rule, case)) >= rule.quorum), None)
    if approved:
        message += f"; approved is another: {approved.says} (request {approved.id})"
    why_not = unaskable(case, request)
    if why_not:
        return replace(needs, message=f"{message}; {why_not}")
    groups, people = _next(
        rule, case.incident, case.policy, case.now, asked_so_far=0, requester=case.actor.name
    )
    leaves = with_request(case, request.changed(asked=groups), people, rule.groups[groups - 1])
    return replace(needs, message=message, leaves=leaves)


def counted(request: Request, rule: ApprovalRule, case: Case) -> tuple[Approval, ...]:
    """The approvals of people who may still give them under the rule in force.

    An approval counts only if the policy in force still believes who gave it. A person who was on
    call by a schedule that the rule still names counts beyond the end of the shift.
    """
    approvers = _approvers(rule, request)
    return tuple(
        given
        for given in request.approvals
        if _believed(given, case.policy)
        and (
            entries_covering(approvers, given.actor, case.incident, case.policy, case.now)
            or any(
                party_named(by).kind is PartyKind.ON_CALL for by in given.by if by in approvers.by
            )
        )
    )


def _believed(given: Approval, policy: CompiledPolicy) -> bool:
    asks = policy.edition >= Edition.APPROVALS_ARE_PROVEN
    return not asks or proven(given.actor, "approve", policy)


def _next(
    rule: ApprovalRule,
    incident: Incident,
    policy: CompiledPolicy,
    now: datetime,
    *,
    asked_so_far: int,
    requester: str,
) -> tuple[int, tuple[str, ...]]:
    """The next group of people to ask, and how many groups are then asked.

    A group that contains nobody except the requester is skipped.
    """
    people: tuple[str, ...] = ()
    for place, group in enumerate(rule.groups[asked_so_far:], asked_so_far + 1):
        people = people_meant(group, incident, policy, now)
        if set(people) - {requester}:
            return place, people
    return len(rule.groups), people


def _approvers(rule: ApprovalRule, request: Request | None) -> AuthorityRule:
    """Who may approve by now: the groups that were asked."""
    groups = rule.groups[: request.asked if request else 1]
    return AuthorityRule(by=tuple(dict.fromkeys(entry for group in groups for entry in group)))


def _meant(case: Case, named: str, which: str | None) -> Request | Refusal:
    """The request that an answer is about. Nobody approves a request that they have not seen.

    If somebody made another request lately, the answer must name the one that it means.
    """
    wanted = named.replace("-", "_")
    open_now = [
        r for r in case.incident.requests if not r.consults and r.state == case.incident.state
    ]
    found = [r for r in open_now if wanted in {r.rule, r.command}]
    if not found:
        known = ", ".join(dict.fromkeys(r.rule for r in open_now)) or "nothing"
        return Refusal("Refused", f"nobody asked for approval of {named}; open requests: {known}")
    listed = "; ".join(f"--request {r.id} ({r.requester.name}: {r.says})" for r in found)
    if which is not None:
        request = next((r for r in found if r.id == which.lower()), None)
        message = f"the request {which} is not there any more; open requests: {listed}"
        return request or Refusal("Refused", message, ("request",))
    if len(found) > 1 or len(recently_asked(case, found[0].rule) | {found[0].digest}) > 1:
        message = f"several requests for {found[0].rule} were made; say which one you mean"
        return Refusal("Refused", f"{message}: {listed}", ("request",))
    return found[0]


def _answered(case: Case, named: str, which: str | None) -> tuple[Request, ApprovalRule] | Refusal:
    """The request that somebody answers; they must be asked for it, and cannot be the requester."""
    request = _meant(case, named, which)
    if isinstance(request, Refusal):
        return request
    rule = case.policy.approvals.get(request.rule)
    if rule is None:
        return Refusal("Refused", f"the policy asks for no approval of {named} any more")
    if case.happened_at < request.at:
        message = f"this answer is older than the request, which was made at {in_utc(request.at)}"
        return Refusal("Refused", message, ("happened_at",))
    approvers = _approvers(rule, request)
    may = who_may(approvers, case.incident, case.policy, case.now)
    if case.actor.name == request.requester.name:
        message = f"{case.actor.name} asked for it; may approve {named}: {', '.join(may)}"
        return Refusal("NotAuthorised", message, may=may)
    if not permitted(approvers, case.actor, case.incident, case.policy, case.now):
        message = f"{case.actor.shown} may not approve {named}; may: {', '.join(may)}"
        return Refusal("NotAuthorised", message, may=may)
    return request, rule


def approve(case: Case, command: ApproveCommand) -> Outcome:
    """Approve a request. Once enough people have, the requester gets a message and may go on."""
    found = _answered(case, command.command, command.request)
    if isinstance(found, Refusal):
        return found
    request, rule = found
    count = counted(request, rule, case)
    if any(given.actor.name == case.actor.name for given in count):
        return Refusal("Refused", f"{case.actor.name} has approved {request.rule} already")
    by = entries_covering(
        _approvers(rule, request), case.actor, case.incident, case.policy, case.now
    )
    given = Approval(actor=case.actor, at=case.happened_at, note=command.note, by=by)
    approved = request.changed(approvals=(*count, given))
    have = len(approved.approvals)
    why = f" ({command.note})" if command.note else ""
    summary = f"{case.actor.name} approves {request.says}: {have} of {rule.quorum}{why}"
    incident = case.noted(
        with_request_replaced(case.incident, request, approved),
        EntryKind.APPROVAL_GIVEN,
        summary,
        rule=request.rule,
        request=request.id,
    )
    if have != rule.quorum:
        return Decision(incident, summary)
    for other in requests_for(incident, request.rule):
        again = other is not approved and other.for_the_same_by(approved)
        if again and len(other.approvals) >= rule.quorum:
            incident = elsewhere(with_request_replaced(incident, other, None), other, case.now)
    return Decision(incident, summary, (_to_do_again(request),))


def _to_do_again(request: Request) -> Remind:
    """Tells the requester that exactly this may be done now."""
    whom = as_person(request.requester.name)
    reason = f"{request.says} is approved: give the command again"
    exact = f"{reason}, exactly so:\n{request.asks}" if request.asks else ""
    return Remind(whom, reason, exact)


def reject(case: Case, command: RejectCommand) -> Outcome:
    """Reject a request; the requester must ask again."""
    found = _answered(case, command.command, command.request)
    if isinstance(found, Refusal):
        return found
    request, _ = found
    summary = f"{case.actor.name} rejects {request.says}: {command.reason}"
    incident = case.noted(
        with_request_replaced(case.incident, request, None),
        EntryKind.APPROVAL_REJECTED,
        summary,
        rule=request.rule,
        request=request.id,
    )
    return Decision(incident, summary, (Remind(as_person(request.requester.name), summary),))


def approval_points(policy: CompiledPolicy, incident: Incident) -> Iterator[DueThreshold]:
    """When the time of the group that was asked last is over."""
    for request in incident.requests:
        rule = policy.approvals.get(request.rule)
        within = time_to_answer(rule, request, policy) if rule else None
        if rule is None or within is None or request.consults or request.proceeds:
            continue
        if len(request.approvals) < rule.quorum and request.state == incident.state:
            yield DueThreshold(
                clock=str(ApprovalWait(request.rule)),
                run=request.asked,
                threshold=TIME_IS_OVER,
                fraction=1.0,
                due_at=(request.asked_at or request.at) + within,
            )


def _waits_since(
    incident: Incident, name: str, policy: CompiledPolicy, due_at: datetime
) -> Iterator[Request]:
    """The requests by a rule whose time is over at an instant."""
    rule = policy.approvals[name]
    for request in requests_for(incident, name):
        within = time_to_answer(rule, request, policy)
        if request.proceeds or len(request.approvals) >= rule.quorum or within is None:
            continue
        if (request.asked_at or request.at) + within == due_at:
            yield request


def unanswered_request(
    name: str, due_at: datetime, incident: Incident, policy: CompiledPolicy, now: datetime
) -> Decision | None:
    """What happens if nobody answers in time: the next group is asked, or the policy decides."""
    rule = policy.approvals.get(name)
    request = next(_waits_since(incident, name, policy, due_at), None) if rule else None
    if request is None or rule is None:
        return None
    if request.asked < len(rule.groups):
        return _asked_next(request, rule, incident, policy, now, due_at=due_at)
    proceeds = rule.timeout == "proceed" and rule.within is not None
    end = "goes on without approval" if proceeds else "lapses"
    summary = f"nobody decided on {request.says} in time: it {end}"
    again = request.changed(proceeds=True) if proceeds else None
    incident = with_request_replaced(incident, request, again)
    incident = note(incident, EntryKind.APPROVAL_TIMEOUT, summary, actor=ENGINE, now=now)
    return Decision(incident, summary, (Remind(as_person(request.requester.name), summary),))


def _asked_next(
    request: Request,
    rule: ApprovalRule,
    incident: Incident,
    policy: CompiledPolicy,
    now: datetime,
    *,
    due_at: datetime,
) -> Decision:
    who, so_far = request.requester.name, request.asked
    groups, people = _next(rule, incident, policy, now, asked_so_far=so_far, requester=who)
    summary = f"nobody decided on {request.says} in time; now asked: {', '.join(people)}"
    again = request.changed(asked=groups, asked_at=due_at)
    incident = with_request_replaced(incident, request, again)
    incident = note(incident, EntryKind.APPROVAL_BACKUPS, summary, actor=ENGINE, now=now)
    return Decision(incident, summary, page_all(incident, request, people))


def ended_by_policy(
    incident: Incident, old: CompiledPolicy, new: CompiledPolicy, now: datetime
) -> Decision:
    """The record without the requests for which another policy has another rule or no requester."""
    ended = [request for request in incident.requests if _judged_anew(request, old, new)]
    told: list[Remind] = []
    for request in ended:
        incident = with_request_replaced(incident, request, None)
        gone = _unknown_requester(request, new)
        why = "no person of that name" if gone else "another rule for it"
        summary = f"the request for {request.says} lapses: the policy has {why}"
        incident = note(incident, EntryKind.APPROVAL_LAPSED, summary, actor=ENGINE, now=now)
        if not gone:
            told.append(Remind(as_person(request.requester.name), summary))
    return Decision(incident, "", tuple(told))


def _judged_anew(request: Request, old: CompiledPolicy, new: CompiledPolicy) -> bool:
    """Whether two policies have different rules for a request, or the new one no requester."""
    if _unknown_requester(request, new):
        return True
    if request.consults:
        before, after = (_consulted(policy, request) for policy in (old, new))
        return before != after
    return old.approvals.get(request.rule) != new.approvals.get(request.rule)


def _unknown_requester(request: Request, policy: CompiledPolicy) -> bool:
    stranger = bool(policy.people) and request.requester.name not in policy.people
    return policy.judges_in_full and stranger


def _consulted(policy: CompiledPolicy, request: Request) -> tuple[AuthorityRule, ...]:
    """The rules by which somebody is consulted about a command."""
    rule = rule_for(policy, request.rule)
    changes = policy.judges_in_full and request.command == "set_severity"
    return (rule, policy.raise_severity, policy.lower_severity) if changes else (rule,)
