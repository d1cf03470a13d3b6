"""Requests for leave: which are the same, who is paged with what, and what ends them."""

from datetime import timedelta
from typing import Any

import pytest

from models.base import MONITORING
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.people.schedule import Duty, OnCall
from models.time.clock import DueThreshold
from rules.deadlines.pending import is_pending, pending_points, when_nobody_answered
from rules.people.permission.approvals import approval_points
from rules.record.decision import PageRole, Refusal, Remind
from states.lifecycle import State
from tests.rules.staffed import decided, lines, refused, reported, staffed
from tests.specimens import START, after, done, outcome

POLICY = staffed(
    "roles: { lead: {} }\n"
    "steps: { resolution: [{ id: verify, do: Verify, by: lead, required: false }] }\n"
    "communication: { lead: lead, audiences: { public: { channels: log, on: [resolved] },"
    " staff: { channels: log, on: [resolved] } },"
    " updates: { public: { SEV1: 30m } } }\n"
    "approvals: {\n"
    " cancel: { by: [bo, cy], within: 30m, backups: [dee], when: flag personal_data },\n"
    " resolve: { by: bo, within: 10m }, 'post_update:public': cy }\n"
    "authority: { link: { by: cy, after: { 30m: team:payments } } }\n"
)


def asked(
    name: str,
    at: float = 10,
    policy: CompiledPolicy = POLICY,
    *,
    of: Incident | None = None,
    **fields: Any,
) -> Incident:
    """The incident after somebody asked leave for a command."""
    leaves = refused(of or reported(policy), name, at, policy, **fields).leaves
    assert leaves is not None
    return leaves.incident


def point_of(incident: Incident, policy: CompiledPolicy = POLICY) -> DueThreshold:
    """The only point at which somebody waited long enough."""
    [point] = pending_points(policy, incident)
    assert is_pending(point)
    return point


def test_people_who_may_approve_are_paged_with_what_to_type() -> None:
    """The asker is not paged, even if they may give leave."""
    flagged = done(reported(POLICY), "set_attribute", after(1), POLICY, attribute="personal_data")
    answer = refused(flagged, "cancel", 10, POLICY, reason="no harm", actor="bo")
    assert answer.leaves is not None
    why = "bo asks for approval to cancel (no harm)"
    (request,) = answer.leaves.incident.requests
    which = f"INC-260327-TEST cancel --request {request.id}"
    how = f"approve {which}, or reject {which} --reason ..."
    text = f"{why}\nreason: no harm\n{how}"
    assert answer.leaves.effects == (PageRole("person:cy", why, text, request=request.id),)
    assert answer.leaves.summary == why


def test_people_with_authority_are_paged_with_whom_to_answer() -> None:
    """The person who is paged may simply do it."""
    answer = refused(reported(POLICY), "link", 10, POLICY, target="CHG-1")
    assert answer.leaves is not None
    why = "ana wants to link (CHG-1, relates_to), which is your decision"
    text = f"{why}: do it, or answer ana\ntarget: CHG-1\nrelation: relates_to"
    (request,) = answer.leaves.incident.requests
    assert answer.leaves.effects == (PageRole("person:cy", why, text, request=request.id),)


def test_approval_is_asked_while_the_condition_holds() -> None:
    """Without the flag, anybody may cancel."""
    assert done(reported(POLICY), "cancel", after(1), POLICY, reason="x").state is State.CANCELLED
    flagged = done(reported(POLICY), "set_attribute", after(1), POLICY, attribute="personal_data")
    assert refused(flagged, "cancel", 2, POLICY, reason="x").kind == "NeedsApproval"


def test_an_alert_needs_nobodys_approval() -> None:
    """Monitoring acts by the policy."""
    by = {"actor": MONITORING.name, "via": MONITORING.via}
    assert not isinstance(outcome(reported(POLICY), "resolve", after(1), POLICY, **by), Refusal)


@pytest.mark.parametrize(
    "fields",
    [{"actor": "eve", "via": "slack", "command_id": "7"}, {"happened_at": after(12)}],
)
def test_by_whom_and_how_a_command_is_given_again_changes_nothing_about_the_leave(
    fields: dict[str, Any],
) -> None:
    """It is exactly the approved command."""
    given = done(asked("resolve"), "approve", after(11), POLICY, command="resolve", actor="bo")
    assert done(given, "resolve", after(12), POLICY, **fields).requests == ()


@pytest.mark.parametrize(
    "fields", [{"note": "now"}, {"steps": ["verify"]}, {"happened_at": after(11)}]
)
def test_what_else_a_command_says_or_when_it_happened_needs_leave_of_its_own(
    fields: dict[str, Any],
) -> None:
    """A note is what people read, steps are done with it, and a date decides limits."""
    given = done(asked("resolve"), "approve", after(11), POLICY, command="resolve", actor="bo")
    (before,) = given.requests
    answer = refused(given, "resolve", 13, POLICY, **fields)
    assert answer.message == (
        "resolve needs approval: have 0 of 1; may approve: bo; "
        f"approved is another: resolve (request {before.id})"
    )
    assert answer.leaves is not None
    assert done(answer.leaves.incident, "resolve", after(14), POLICY).state is State.CLOSED


def test_an_update_to_all_who_expect_some_needs_the_approval_of_one_of_them() -> None:
    """An audience that expects none needs no approval."""
    answer = refused(reported(POLICY), "post_update", 10, POLICY, text="we look")
    assert answer.missing == ("approve post_update:public",)
    fields = {"text": "we look", "audiences": ["staff"]}
    assert done(reported(POLICY), "post_update", after(10), POLICY, **fields).updates


def test_an_answer_goes_to_the_right_one_of_several_requests() -> None:
    """The name of the rule or of the command selects it; the other stays open."""
    incident = asked("post_update", text="we look", of=asked("resolve"))
    assert [r.rule for r in incident.requests] == ["resolve", "post_update:public"]
    given = done(incident, "approve", after(11), POLICY, command="post-update", actor="cy")
    assert [(r.rule, len(r.approvals)) for r in given.requests] == [
        ("resolve", 0),
        ("post_update:public", 1),
    ]
    told = decided(given, "post_update", 12, POLICY, text="we look").incident
    assert [r.rule for r in told.requests] == ["resolve"]
    nothing = refused(incident, "approve", 11, POLICY, command="hold", actor="cy").message
    assert nothing.endswith("open requests: resolve, post_update:public")


def test_nobody_approves_a_text_that_they_have_not_seen() -> None:
    """The page names its request; without a name, an answer is about the only one there was."""
    first = asked("post_update", text="all is well")
    (seen,) = first.requests
    second = asked("post_update", 11, text="we were hacked", of=first)
    (now,) = second.requests
    assert (now.says, lines(second, "approval.lapsed")) == (
        "post_update: we were hacked",
        ["approval of post_update: all is well lapses: ana asks for something else"],
    )
    answer = {"command": "post_update", "actor": "cy"}
    blind = refused(second, "approve", 12, POLICY, **answer)
    assert blind.missing == ("request",)
    assert f"--request {now.id} (ana: post_update: we were hacked)" in blind.message
    gone = refused(second, "approve", 12, POLICY, **answer, request=seen.id)
    assert gone.message.startswith(f"the request {seen.id} is not there any more")
    given = done(second, "approve", after(12), POLICY, **answer, request=now.id)
    assert done(given, "post_update", after(13), POLICY, text="we were hacked").requests == ()
    other = refused(given, "post_update", 13, POLICY, text="all is well")
    assert other.kind == "NeedsApproval"


def test_a_request_leaves_other_requests_and_their_approvals() -> None:
    """Whoever asks for the same with another text takes nothing away."""
    policy = staffed("approvals: { cancel: { by: [cy, dee], quorum: 2 } }\n")
    first = asked("cancel", 10, policy, reason="duplicate")
    (request,) = first.requests
    once = done(first, "approve", after(11), policy, command="cancel", actor="cy")
    both = asked("cancel", 12, policy, of=once, reason="false_alarm", actor="bo")
    assert [(r.requester.name, len(r.approvals)) for r in both.requests] == [("ana", 1), ("bo", 0)]
    fields = {"command": "cancel", "actor": "dee", "request": request.id}
    twice = done(both, "approve", after(13), policy, **fields)
    assert done(twice, "cancel", after(14), policy, reason="duplicate").state is State.CANCELLED


def test_each_of_several_requests_has_its_own_time() -> None:
    """The one whose time is over lapses, the other stays."""
    policy = staffed("approvals: { cancel: { by: cy, within: 30m } }\n")
    first = asked("cancel", 10, policy, reason="duplicate")
    both = asked("cancel", 20, policy, of=first, reason="false_alarm", actor="bo")
    points = sorted(pending_points(policy, both), key=lambda point: point.due_at)
    assert [point.due_at for point in points] == [after(40), after(50)]
    late = when_nobody_answered(points[0], both, policy, after(40))
    assert late is not None
    assert [r.requester.name for r in late.incident.requests] == ["bo"]


def test_an_approved_correction_is_to_that_instant() -> None:
    """Another instant is another request, and the page says which one is asked for."""
    policy = staffed("milestones: [aware]\napprovals: { correct_milestone: { by: [cy] } }\n")
    incident = done(reported(policy), "set_milestone", after(10), policy, milestone="aware")
    fields = {"milestone": "aware", "note": "as the log says"}
    first = asked("correct_milestone", 12, policy, of=incident, happened_at=after(9), **fields)
    assert first.requests[0].says.startswith("correct_milestone aware to 2026-03-27 ")
    answer = {"command": "correct_milestone", "actor": "cy"}
    given = done(first, "approve", after(13), policy, **answer)
    other = refused(given, "correct_milestone", 14, policy, happened_at=after(-600), **fields)
    assert other.kind == "NeedsApproval"
    assert done(
        given, "correct_milestone", after(14), policy, happened_at=after(9), **fields
    ).milestone("aware")


def test_a_severity_sets_no_attribute_that_its_own_command_would_not() -> None:
    """Authority and approval of set_attribute count there, too."""
    fields = {"severity": "SEV2", "attributes": {"personal_data": "yes"}}
    alone = staffed("authority: { set_attribute: [cy] }\n")
    refusal = refused(reported(alone), "set_severity", 10, alone, **fields)
    assert (refusal.kind, refusal.may) == ("NotAuthorised", ("cy",))
    approved = staffed("approvals: { set_attribute: { by: [cy] } }\n")
    refusal = refused(reported(approved), "set_severity", 10, approved, **fields)
    assert refusal.kind == "NeedsApproval"
    assert refusal.message == "set_attribute needs approval: use it on its own for personal_data"


@pytest.mark.parametrize(
    ("part", "name", "fields"),
    [
        ("link", "cancel", {"reason": "duplicate", "duplicate_of": "INC-260327-OTHERONE"}),
        ("assign_role", "hand_over", {"role": "lead", "to": "bo"}),
    ],
)
def test_a_command_within_another_needs_the_same_approval(
    part: str, name: str, fields: dict[str, Any]
) -> None:
    """Nobody gets round an approval by another command."""
    policy = staffed(f"roles: {{ lead: {{}} }}\napprovals: {{ {part}: {{ by: [cy] }} }}\n")
    free = staffed("roles: { lead: {} }\n")
    incident = done(reported(free), "assign_role", after(5), free, role="lead", person="ana")
    refusal = refused(incident, name, 10, policy, **fields)
    assert (refusal.kind, refusal.missing) == ("NeedsApproval", (part,))


def test_an_update_without_audiences_needs_the_approval_of_each_that_it_goes_to() -> None:
    """If none expects updates, it goes to all."""
    policy = staffed(
        "communication: { audiences: { public: { channels: log, on: [resolved] } } }\n"
        "approvals: { 'post_update:public': cy }\n"
    )
    answer = refused(reported(policy), "post_update", 10, policy, text="we look")
    assert answer.missing == ("approve post_update:public",)


def test_a_consultation_is_not_answered_like_an_approval() -> None:
    """The people who may do it do it, or answer in other ways."""
    incident = asked("link", target="CHG-1")
    answer = refused(incident, "approve", 11, POLICY, command="link", actor="cy")
    assert answer.message.endswith("open requests: nothing")
    assert list(pending_points(POLICY, incident)) == []


def test_an_approval_says_why_and_the_requester_hears_when_it_is_enough() -> None:
    """A reminder tells them to give the command again."""
    answer = decided(
        asked("resolve"), "approve", 11, POLICY, command="resolve", actor="bo", note="seen"
    )
    assert answer.summary == "bo approves resolve: 1 of 1 (seen)"
    assert answer.effects == (Remind("person:ana", "resolve is approved: give the command again"),)
    assert [given.note for given in answer.incident.requests[0].approvals] == ["seen"]


def test_the_time_to_answer_counts_from_when_the_last_were_asked() -> None:
    """The backups have as long as the first, even if the engine asked them late."""
    flagged = done(reported(POLICY), "set_attribute", after(1), POLICY, attribute="personal_data")
    incident = asked("cancel", of=flagged, reason="x")
    first = point_of(incident)
    assert (first.clock, first.run, first.threshold) == ("approval:cancel", 1, "no answer")
    assert (first.due_at, first.fraction) == (after(40), 1.0)
    late = when_nobody_answered(first, incident, POLICY, after(55))
    assert late is not None
    assert late.summary == "nobody decided on cancel (x) in time; now asked: dee"
    assert [e.target for e in late.effects if isinstance(e, PageRole)] == ["person:dee"]
    line = late.incident.timeline[-1]
    assert (line.kind, line.recorded_at, line.actor.name) == (
        "approval.backups",
        after(55),
        "engine",
    )
    second = point_of(late.incident)
    assert (second.run, second.due_at) == (2, after(70))
    over = when_nobody_answered(second, late.incident, POLICY, after(70))
    assert over is not None
    assert over.summary == "nobody decided on cancel (x) in time: it lapses"
    assert over.effects == (Remind("person:ana", over.summary),)
    line = over.incident.timeline[-1]
    assert (line.kind, line.summary, line.recorded_at) == (
        "approval.timeout",
        over.summary,
        after(70),
    )


def test_an_answered_request_is_not_overdue() -> None:
    """An answer just before the end of the time counts."""
    incident = asked("resolve")
    point = point_of(incident)
    assert point.due_at == after(20)
    gone = incident.changed(requests=())
    assert when_nobody_answered(point, gone, POLICY, after(20)) is None
    given = done(incident, "approve", after(19), POLICY, command="resolve", actor="bo")
    assert list(approval_points(POLICY, given)) == []
    ruleless = POLICY.changed(approvals={})
    assert when_nobody_answered(point, incident, ruleless, after(20)) is None


def test_a_rule_without_a_limit_does_not_end_the_time_of_others() -> None:
    """Each request has its own time."""
    incident = asked("resolve", of=asked("post_update", text="we look"))
    assert [p.clock for p in approval_points(POLICY, incident)] == ["approval:resolve"]


def test_a_request_lapses_with_the_state_and_the_timeline_says_so() -> None:
    """If the command was up to somebody else, nothing is told, because nobody gave leave."""
    incident = asked("link", target="CHG-1", of=asked("resolve"))
    moved = done(incident, "acknowledge", after(12), POLICY)
    assert moved.requests == ()
    assert lines(moved, "approval.lapsed") == [
        "approval of resolve lapses: the state is assessment now"
    ]
    line = next(entry for entry in moved.timeline if entry.kind == "approval.lapsed")
    assert (line.actor.name, line.recorded_at) == ("engine", after(12))


def test_a_late_request_counts_from_its_arrival() -> None:
    """A command may be on its way for up to five seconds."""
    second = timedelta(seconds=1)
    for before, since in ((5 * second, after(10) - 5 * second), (6 * second, after(10))):
        incident = asked("resolve", happened_at=after(10) - before)
        assert incident.requests[0].at == since
        assert point_of(incident).due_at == since + timedelta(minutes=10)


def test_a_request_from_before_a_deployment_is_the_same_after_it() -> None:
    """The digest is on the records of running incidents, so it never changes."""
    fields: dict[str, Any] = {"text": "we look", "audiences": ["public"], "note": "soon"}
    fields["next_at"] = after(60)
    (request,) = asked("post_update", **fields).requests
    assert request.digest.startswith("c5aace820df43c2c")
    assert request.asks.splitlines() == [
        "note: soon",
        "text: we look",
        "audiences: public",
        "next at: 2026-03-27 17:50:00 UTC",
    ]


def test_a_request_by_a_removed_rule_cannot_be_answered() -> None:
    """The incident may have adopted another policy."""
    policy = POLICY.changed(approvals={})
    fields = {"command": "resolve", "actor": "bo"}
    answer = refused(asked("resolve"), "approve", 11, policy, **fields)
    assert answer.message == "the policy asks for no approval of resolve any more"


@pytest.mark.parametrize("at", [59, 60])
def test_the_person_on_call_may_be_the_one_who_approves(at: float) -> None:
    """The shift at that time is asked, named in the refusal, and allowed to answer."""
    policy = staffed(
        "schedules: { primary: { rotation: { people: [bo, cy], hand_over: daily 09:00 } } }\n"
        "approvals: { cancel: { by: on_call:primary, within: 5m, backups: [on_call:primary] } }\n"
    )
    duty = Duty(person="bo", because="rotation", since_at=START, until_at=after(60))
    found = OnCall(schedule="primary", at=START, duties=(duty,), until_at=after(60))
    policy = policy.changed(on_call={"primary": found})
    answer = refused(reported(policy), "cancel", at, policy, reason="x")
    people = ["bo"] if at < 60 else ["bo", "cy"]
    assert answer.may == (f"on_call primary ({', '.join(people)})",)
    assert answer.leaves is not None
    assert [e.target for e in answer.leaves.effects if isinstance(e, PageRole)] == [
        f"person:{person}" for person in people
    ]
    fields = {"command": "cancel", "actor": "cy"}
    given = outcome(answer.leaves.incident, "approve", after(at), policy, **fields)
    assert isinstance(given, Refusal) is (at < 60)
    late = when_nobody_answered(
        point_of(answer.leaves.incident, policy), answer.leaves.incident, policy, after(at)
    )
    assert late is not None
    assert late.summary.endswith(f"now asked: {', '.join(people)}")


def test_a_question_to_a_vacant_role_goes_to_its_stand_in() -> None:
    """Nobody holds the role and it has no deputy; otherwise nobody would hear of the request."""
    policy = staffed("roles: { lead: {} }\napprovals: { resolve: { by: lead } }\n")
    leaves = refused(reported(policy), "resolve", 10, policy).leaves
    assert leaves is not None
    (page,) = leaves.effects
    assert isinstance(page, PageRole)
    assert page.target == "role:lead"
