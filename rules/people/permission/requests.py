"""Requests for approval of a command: what is asked, of whom, and until when it counts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from models.base import ENGINE
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.payload import Command
from models.people.authority import ApprovalRule
from models.people.party import Party, PartyKind, as_person
from models.people.responsibility import RecentRequest, Request
from rules.people.permission.content import content_of, core_of, digest_of, in_a_word, in_full
from rules.record.decision import Case, Decision, Effect, PageRole
from rules.record.timeline import note
from rules.wording.times import in_utc, span
from states.lifecycle import TERMINAL

IN_MIND = timedelta(minutes=30)
"""How long an answer may be about a request that is no longer there."""
PACE = timedelta(minutes=10)
MOST_IN_PACE = 6
"""One person makes at most this many requests in that time, because each pages others."""
ANSWERED_AFTER_THE_END = timedelta(days=7)
"""After the end of an incident, nobody waits longer for an answer, unless the policy says so."""
MOST_REQUESTS = 10
"""So many people may ask for approval by one rule at the same time."""
MOST_LATELY = 100
"""At most this many requests are made `IN_MIND`, because the record knows each of them."""
MOST_ASKED = 16_000
"""What is asked has at most this many characters: nobody approves what nobody can show them."""
MOST_ASKED_IN_ALL = 64_000
"""All that is asked at the same time has at most this many characters."""
MOST_PAGED, LEAST_PAGED, PAGED_IN_ALL = 9_000, 1_000, 64_000
"""How much of the content is in each page, and in the pages to all who are asked."""


def requests_for(incident: Incident, rule: str, *, consults: bool = False) -> tuple[Request, ...]:
    """The requests by a rule that still count: the incident has not changed its state since."""
    return tuple(
        request
        for request in incident.requests
        if (request.rule, request.consults) == (rule, consults) and request.state == incident.state
    )


def same_request(
    case: Case, name: str, command: Command, rule: str, *, consults: bool = False
) -> Request | None:
    """The request that was made for exactly this command."""
    digest = digest_of(content_of(case, name, command, rule))
    found = requests_for(case.incident, rule, consults=consults)
    return next((request for request in found if request.digest == digest), None)


def sent_before(case: Case, command: Command, request: Request) -> bool:
    """Whether a command says that it was on its way before somebody asked for it."""
    return command.happened_at is None and case.happened_at < request.at


def recently_asked(case: Case, rule: str) -> frozenset[str]:
    """The digests of the requests by a rule that people may still have in mind."""
    since = case.now - IN_MIND
    asked_lately = (r for r in case.incident.requested if r.rule == rule and not r.consults)
    return frozenset(recent.digest for recent in asked_lately if recent.at >= since)


def open_requests(incident: Incident, policy: CompiledPolicy) -> frozenset[str]:
    """The ids of the requests that somebody still has to answer."""
    waits = (r for r in incident.requests if not _approved(r, policy) and not r.proceeds)
    return frozenset(request.id for request in waits)


def awaits_answer(incident: Incident, policy: CompiledPolicy) -> bool:
    """Whether somebody asked for approval after the incident was over, and nobody has answered.

    Until then, its run takes the answer.
    """
    if incident.state not in TERMINAL or not policy.judges_in_full:
        return False
    waiting = open_requests(incident, policy)
    return any(
        request.id in waiting and request.state == incident.state
        for request in incident.requests
        if not request.consults and request.rule in policy.approvals
    )


def time_to_answer(
    rule: ApprovalRule, request: Request, policy: CompiledPolicy
) -> timedelta | None:
    """How long those who are asked have; None if it is not limited."""
    over = request.state in TERMINAL and policy.judges_in_full
    return rule.within or (ANSWERED_AFTER_THE_END if over else None)


def _approved(request: Request, policy: CompiledPolicy) -> bool:
    rule = policy.approvals.get(request.rule)
    return not request.consults and rule is not None and len(request.approvals) >= rule.quorum


def with_request_replaced(incident: Incident, old: Request, new: Request | None) -> Incident:
    """The record with one request replaced by another, or removed."""
    requests = (new if request is old else request for request in incident.requests)
    return incident.changed(requests=tuple(r for r in requests if r))


def request_of(
    case: Case, name: str, command: Command, rule: str, *, consults: bool = False, groups: int = 1
) -> Request:
    """The request for a command. Its number is known once its line is written."""
    content = content_of(case, name, command, rule)
    return Request(
        command=name,
        rule=rule,
        says=in_a_word(name, command, content),
        digest=digest_of(content),
        requester=case.actor,
        at=case.given_at,
        state=case.incident.state,
        consults=consults,
        asked=groups,
        asks=in_full(content),
        core=core_of(content),
    )


def unaskable(case: Case, request: Request) -> str:
    """Why the request cannot be made now, in words; nothing if it can."""
    who, now = request.requester.name, case.now
    others = [r for r in case.incident.requests if not _gives_way(r, request, case.policy)]
    same = [r for r in others if (r.rule, r.consults) == (request.rule, request.consults)]
    lately = [r for r in case.incident.requested if r.at >= now - IN_MIND]
    mine = [r.at for r in lately if r.requester == who and r.at > now - PACE]
    if len({r.requester.name for r in same} - {who}) >= MOST_REQUESTS:
        return f"{MOST_REQUESTS} people have asked already: answer them first"
    if len(request.asks) > MOST_ASKED:
        return f"its content has more than {MOST_ASKED} characters: put it into a document"
    if sum(len(r.asks) for r in others) + len(request.asks) > MOST_ASKED_IN_ALL:
        return f"requests of {MOST_ASKED_IN_ALL} characters are open: answer them first"
    if len(mine) >= MOST_IN_PACE:
        again = f"ask again after {in_utc(mine[-MOST_IN_PACE] + PACE)}"
        return f"{who} asked {len(mine)} times within {span(PACE)}: {again}"
    if len(lately) >= MOST_LATELY:
        return f"{len(lately)} requests were made within {span(IN_MIND)}: ask again later"
    return ""


def with_request(
    case: Case, request: Request, people: tuple[str, ...], words: tuple[str, ...] = ()
) -> Decision:
    """The record with a request; pages those who may answer, or else vacant roles of `words`."""
    incident = _without_their_last(case, request)
    request = request.changed(number=incident.next_seq)
    verb = "wants to" if request.consults else "asks for approval to"
    summary = f"{case.actor.name} {verb} {request.says}"
    asks: dict[str, Any] = {"asks": request.asks} if request.asks else {}
    incident = note(
        _remembered(incident, request, case.now),
        EntryKind.CONSULTATION_ASKED if request.consults else EntryKind.APPROVAL_ASKED,
        summary,
        actor=case.actor,
        now=case.now,
        rule=request.rule,
        of=list(people),
        request=request.id,
        **asks,
    )
    vacant = (w for w in words if case.policy.role(w) and not incident.holders(w))
    pages = page_all(incident, request, people) or _page_roles(incident, request, vacant)
    return Decision(incident, summary, pages)


def _remembered(incident: Incident, request: Request, now: datetime) -> Incident:
    """The record with a request, also among those that were made lately."""
    recent = RecentRequest(
        rule=request.rule,
        requester=request.requester.name,
        digest=request.digest,
        at=now,
        consults=request.consults,
    )
    lately = tuple(known for known in incident.requested if known.at >= now - IN_MIND)
    return incident.changed(
        requests=(*incident.requests, request), requested=(*lately, recent)[-MOST_LATELY:]
    )


def _gives_way(other: Request, request: Request, policy: CompiledPolicy) -> bool:
    """Whether a new request replaces another: each person has one open request for a command.

    What is approved stays: it waits for nobody, and its requester may still do it.
    """
    return other.for_the_same_by(request) and not _approved(other, policy)


def _without_their_last(case: Case, request: Request) -> Incident:
    """The record without what the request replaces.

    Requests of others stay, with their approvals.
    """
    gone = [r for r in case.incident.requests if _gives_way(r, request, case.policy)]
    left = tuple(other for other in case.incident.requests if other not in gone)
    incident = case.incident.changed(requests=left)
    for other in gone if not request.consults else ():
        incident = elsewhere(incident, other, case.now)
    return incident


def elsewhere(incident: Incident, gone: Request, now: datetime) -> Incident:
    """The record with the line that a request lapses because its requester wants another thing."""
    summary = f"approval of {gone.says} lapses: {gone.requester.name} asks for something else"
    return note(incident, EntryKind.APPROVAL_LAPSED, summary, actor=ENGINE, now=now)


def _page_roles(incident: Incident, request: Request, roles: Iterable[str]) -> tuple[Effect, ...]:
    whom = tuple(str(Party(PartyKind.ROLE, role)) for role in roles)
    return _pages(incident, request, whom)


def page_all(incident: Incident, request: Request, people: tuple[str, ...]) -> tuple[Effect, ...]:
    """Pages to everybody who may answer a request, except the requester."""
    who = request.requester.name
    whom = tuple(as_person(person) for person in people if person != who)
    return _pages(incident, request, whom)


def _pages(incident: Incident, request: Request, whom: tuple[str, ...]) -> tuple[Effect, ...]:
    who, what = request.requester.name, request.says
    most = max(LEAST_PAGED, min(MOST_PAGED, PAGED_IN_ALL // max(1, len(whom))))
    asks = _shown(incident, request, most)
    if request.consults:
        reason = f"{who} wants to {what}, which is your decision"
        text = f"{reason}: do it, or answer {who}{asks}"
    else:
        reason = f"{who} asks for approval to {what}"
        which = f"{incident.id} {request.rule} --request {request.id}"
        text = f"{reason}{asks}\napprove {which}, or reject {which} --reason ..."
    return tuple(PageRole(target, reason, text, request=request.id) for target in whom)


def _shown(incident: Incident, request: Request, most: int) -> str:
    """The content as a page has it: all of it, or how much is missing and where it stands."""
    if not request.asks:
        return ""
    if len(request.asks) <= most:
        return f"\n{request.asks}"
    missing = len(request.asks) - most
    where = f"read them first: show {incident.id}"
    return f"\n{request.asks[:most]}\n… {missing} more characters are left out here; {where}"


def _used_up(request: Request, name: str, content: str, core: str) -> bool:
    """Whether the given command is the requested one.

    What somebody only wanted to do is done, whatever the note and the date.
    """
    if request.command != name:
        return False
    return request.core in {core, ""} if request.consults else request.digest == content


def without_settled_requests(
    decision: Decision, case: Case, name: str, command: Command
) -> Decision:
    """The decision without the requests that it uses up, or that its new state ends."""
    incident = decision.incident
    if not incident.requests:
        return decision
    left = [r for r in incident.requests if not _is_done(r, case, name, command)]
    kept = tuple(r for r in left if r.state == incident.state)
    ended = [r for r in left if r not in kept]
    lapsed = [r for r in ended if not r.consults]
    incident = incident.changed(requests=kept)
    for request in lapsed:
        summary = f"approval of {request.says} lapses: the state is {incident.state} now"
        incident = note(incident, EntryKind.APPROVAL_LAPSED, summary, actor=ENGINE, now=case.now)
    return Decision(incident, decision.summary, decision.effects)


def _is_done(request: Request, case: Case, name: str, command: Command) -> bool:
    content = content_of(case, name, command, request.rule)
    return _used_up(request, name, digest_of(content), core_of(content))
