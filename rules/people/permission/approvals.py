"""Commands that others must approve first: who is asked when, and what comes of it."""

from collections.abc import Iterator
from datetime import datetime

from models.base import ENGINE, MONITORING
from models.command import ApproveCommand, PostUpdateCommand, RejectCommand
from models.compiled import AuthorityRule, CompiledPolicy
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.payload import Command
from models.people.authority import BACKDATING, ApprovalRule
from models.people.party import as_person
from models.people.responsibility import Approval, Request
from models.people.rule_name import RuleName
from models.time.clock import DueThreshold
from models.time.clock_name import ApprovalWait
from models.time.moments import parse_condition
from rules.clocks.conditions import holds_at
from rules.people.naming.people_meant import people_meant
from rules.people.permission.authority import permitted, who_may
from rules.people.permission.backdating import approval_rule
from rules.people.permission.requests import (
    MOST_REQUESTS,
    digest_of,
    page_all,
    recently_asked,
    requests_for,
    with_request,
    with_request_replaced,
)
from rules.record.audiences import audiences_addressed
from rules.record.decision import Case, Decision, Outcome, Refusal, Remind
from rules.record.ledger import note
from rules.record.markdown import stamp

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
    asked_for, digest = requests_for(case.incident, key), digest_of(command, key)
    same = next((request for request in asked_for if request.digest == digest), None)
    if same and (same.proceeds or len(same.approvals) >= rule.quorum):
        return None
    may = who_may(_approvers(rule, same), case.incident, case.policy, case.now)
    have = len(same.approvals) if same else 0
    dated = f", dated {stamp(case.happened_at)} UTC," if key == BACKDATING else ""
    message = f"{case.says(name)}{dated} needs approval: have {have} of {rule.quorum}"
    message += f"; may approve: {', '.join(may)}"
    if same:
        return Refusal("NeedsApproval", message, (f"approve {key}",), may=may)
    if len({r.requester.name for r in asked_for} - {case.actor.name}) >= MOST_REQUESTS:
        full = f"{message}; {MOST_REQUESTS} people have asked already: answer them first"
        return Refusal("NeedsApproval", full, (f"approve {key}",), may=may)
    groups, people = _next(
        rule, case.incident, case.policy, case.now, asked_so_far=0, requester=case.actor.name
    )
    words = rule.groups[groups - 1]
    leaves = with_request(case, name, command, key, people, words=words, groups=groups)
    return Refusal("NeedsApproval", message, (f"approve {key}",), may=may, leaves=leaves)


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
        request = next((r for r in found if r.digest.startswith(which.lower())), None)
        message = f"the request {which} is not there any more; open requests: {listed}"
        return request or Refusal("Refused", message, ("request",))
    if len(found) > 1 or len(recently_asked(case, found[0].rule) | {found[0].id}) > 1:
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
    approvers = _approvers(rule, request)
    may = who_may(approvers, case.incident, case.policy, case.now)
    if case.actor.name == request.requester.name:
        message = f"{case.actor.name} asked for it; may approve {named}: {', '.join(may)}"
        return Refusal("NotAuthorised", message, may=may)
    if not permitted(approvers, case.actor, case.incident, case.policy, case.now):
        message = f"{case.actor.name} may not approve {named}; may: {', '.join(may)}"
        return Refusal("NotAuthorised", message, may=may)
    return request, rule


def approve(case: Case, command: ApproveCommand) -> Outcome:
    """Approve a request. Once enough people have, the requester is told and may go on."""
    found = _answered(case, command.command, command.request)
    if isinstance(found, Refusal):
        return found
    request, rule = found
    if any(given.actor.name == case.actor.name for given in request.approvals):
        return Refusal("Refused", f"{case.actor.name} has approved {request.rule} already")
    given = Approval(actor=case.actor, at=case.happened_at, note=command.note)
    approved = request.changed(approvals=(*request.approvals, given))
    have = len(approved.approvals)
    why = f" ({command.note})" if command.note else ""
    summary = f"{case.actor.name} approves {request.says}: {have} of {rule.quorum}{why}"
    incident = note(
        with_request_replaced(case.incident, request, approved),
        EntryKind.APPROVAL_GIVEN,
        summary,
        actor=case.actor,
        now=case.now,
        happened_at=case.happened_at,
        rule=request.rule,
        request=request.id,
    )
    whom, reason = request.requester.name, f"{request.says} is approved: give the command again"
    told = (Remind(as_person(whom), reason),) if have == rule.quorum else ()
    return Decision(incident, summary, told)


def reject(case: Case, command: RejectCommand) -> Outcome:
    """Reject a request; the requester must ask again."""
    found = _answered(case, command.command, command.request)
    if isinstance(found, Refusal):
        return found
    request, _ = found
    summary = f"{case.actor.name} rejects {request.says}: {command.reason}"
    incident = note(
        with_request_replaced(case.incident, request, None),
        EntryKind.APPROVAL_REJECTED,
        summary,
        actor=case.actor,
        now=case.now,
        happened_at=case.happened_at,
        rule=request.rule,
        request=request.id,
    )
    return Decision(incident, summary, (Remind(as_person(request.requester.name), summary),))


def approval_points(policy: CompiledPolicy, incident: Incident) -> Iterator[DueThreshold]:
    """When the time of the group that was asked last is over."""
    for request in incident.requests:
        rule = policy.approvals.get(request.rule)
        if rule is None or rule.within is None or request.consults or request.proceeds:
            continue
        if len(request.approvals) < rule.quorum and request.state == incident.state:
            yield DueThreshold(
                clock=str(ApprovalWait(request.rule)),
                run=request.asked,
                threshold=TIME_IS_OVER,
                fraction=1.0,
                due_at=(request.asked_at or request.at) + rule.within,
            )


def _waits_since(
    incident: Incident, name: str, rule: ApprovalRule, due_at: datetime
) -> Iterator[Request]:
    """The requests by a rule whose time is over at an instant."""
    for request in requests_for(incident, name):
        if request.proceeds or len(request.approvals) >= rule.quorum or rule.within is None:
            continue
        if (request.asked_at or request.at) + rule.within == due_at:
            yield request


def unanswered_request(
    name: str, due_at: datetime, incident: Incident, policy: CompiledPolicy, now: datetime
) -> Decision | None:
    """What happens if nobody answers in time: the next group is asked, or the policy decides."""
    rule = policy.approvals.get(name)
    request = next(_waits_since(incident, name, rule, due_at), None) if rule else None
    if request is None or rule is None:
        return None
    if request.asked < len(rule.groups):
        return _asked_next(request, rule, incident, policy, now, due_at=due_at)
    proceeds = rule.timeout == "proceed"
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
