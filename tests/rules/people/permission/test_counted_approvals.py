"""Which approvals count: those of people who may approve under the rule in force."""

from typing import Any

import pytest

from models.base import Actor
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.people.responsibility import Approval
from models.people.schedule import Duty, OnCall
from models.proof import Proof
from rules.commands.changes.adoption import with_adopted_policy
from rules.people.permission.approvals import counted
from rules.record.decision import AdoptPolicy, Case, Decision, PageRole, Remind
from tests.rules.staffed import lines, refused, reported, staffed
from tests.specimens import ANA, START, after, done

BY_BO = staffed("approvals: { resolve: { by: bo } }\n")
BY_CY = staffed("approvals: { resolve: { by: cy } }\n")


def asked(policy: CompiledPolicy, at: float = 10, of: Incident | None = None) -> Incident:
    """The incident after ana asked to resolve it."""
    leaves = refused(of or reported(policy), "resolve", at, policy).leaves
    assert leaves is not None
    return leaves.incident


def test_an_approval_by_somebody_who_may_not_approve_any_more_does_not_count() -> None:
    """Another policy is in force."""
    given = done(asked(BY_BO), "approve", after(11), BY_BO, command="resolve", actor="bo")
    assert "have 0 of 1; may approve: cy" in refused(given, "resolve", 12, BY_CY).message
    again = done(given, "approve", after(13), BY_CY, command="resolve", actor="cy")
    assert done(again, "resolve", after(14), BY_CY).milestone("resolved")


def test_an_approval_counts_only_as_long_as_its_proof_counts() -> None:
    """A mere claim is none under a policy that asks for a token, and a link only what it grants."""
    asks = BY_BO.changed(trust={"default": (Proof.TOKEN, Proof.LINK)})
    grants = BY_BO.changed(link_grants=("approve",))
    for proof, policy, counts in (
        (Proof.CLAIMED, asks, False),
        (Proof.TOKEN, asks, True),
        (Proof.LINK, BY_BO, False),
        (Proof.LINK, grants, True),
        (Proof.CLAIMED, asks.changed(edition=0), True),
    ):
        incident = asked(BY_BO)
        (request,) = incident.requests
        approval = Approval(actor=Actor(name="bo", proof=proof), at=after(11))
        given = incident.changed(requests=(request.changed(approvals=(approval,)),))
        rule = policy.approvals["resolve"]
        case = Case(incident=given, policy=policy, actor=ANA, now=after(12), happened_at=after(12))
        assert (counted(given.requests[0], rule, case) == (approval,)) is counts, (proof, policy)


def test_who_approves_as_holder_of_a_role_approves_while_they_hold_it() -> None:
    """One after the other in the same role is one approval."""
    policy = staffed(
        "roles: { speaker: { count: many } }\napprovals: { resolve: { by: speaker, quorum: 2 } }\n"
    )
    held = reported(policy)
    for person in ("cy", "dee"):
        held = done(held, "assign_role", after(1), policy, role="speaker", person=person)
    given = done(
        asked(policy, of=held), "approve", after(11), policy, command="resolve", actor="cy"
    )
    fields = {"role": "speaker", "person": "cy"}
    without = done(given, "unassign_role", after(12), policy, **fields)
    both = done(without, "approve", after(13), policy, command="resolve", actor="dee")
    assert "have 1 of 2" in refused(both, "resolve", 14, policy).message


def test_an_approval_by_who_was_on_call_outlasts_the_shift() -> None:
    """They were asked, and they answered."""
    policy = staffed(
        "schedules: { primary: { rotation: { people: [bo, cy], hand_over: daily 09:00 } } }\n"
        "approvals: { resolve: { by: on_call:primary } }\n"
    )

    def on_call(person: str) -> CompiledPolicy:
        duty = Duty(person=person, because="rotation", since_at=START, until_at=after(60))
        found = OnCall(schedule="primary", at=START, duties=(duty,), until_at=after(600))
        return policy.changed(on_call={"primary": found})

    before, later = on_call("bo"), on_call("cy")
    given = done(asked(before), "approve", after(11), before, command="resolve", actor="bo")
    assert done(given, "resolve", after(61), later).milestone("resolved")


def test_what_went_on_without_approval_needs_one_under_a_policy_that_says_so() -> None:
    """Nobody ever approved it."""
    incident = asked(BY_BO)
    (request,) = incident.requests
    over = incident.changed(requests=(request.changed(proceeds=True),))
    proceed = BY_BO.approvals["resolve"].changed(timeout="proceed")
    assert done(over, "resolve", after(60), BY_BO.changed(approvals={"resolve": proceed}))
    assert refused(over, "resolve", 60, BY_BO).kind == "NeedsApproval"


@pytest.mark.parametrize("name", ["approve", "reject"])
@pytest.mark.parametrize("when", ["happened_at", "sent_at"])
def test_nobody_answers_before_they_were_asked(name: str, when: str) -> None:
    """Not by a date, and not by a command that was long on its way."""
    fields: dict[str, Any] = {"command": "resolve", "actor": "bo", when: after(5)}
    more = {"reason": "no"} if name == "reject" else {}
    answer = refused(asked(BY_BO), name, 11, BY_BO, **fields, **more)
    assert answer.missing == ("happened_at",)
    assert answer.message == (
        "this answer is older than the request, which was made at 2026-03-27 17:00:00 UTC"
    )


def test_what_was_sent_before_it_was_asked_is_not_what_was_approved() -> None:
    """Nobody dates a command back by saying that it was on its way."""
    leaves = refused(reported(BY_BO), "resolve", 10, BY_BO, note="done").leaves
    assert leaves is not None
    fields = {"command": "resolve", "actor": "bo"}
    given = done(leaves.incident, "approve", after(20), BY_BO, **fields)
    early = refused(given, "resolve", 30, BY_BO, sent_at=after(5), note="done")
    assert early.message.endswith("this was sent before that was asked: give it again")
    assert early.leaves is None


def test_a_policy_with_another_rule_ends_what_was_asked_under_the_old_one() -> None:
    """Its requester is told; what has the same rule stays."""
    old = staffed("approvals: { resolve: { by: bo }, hold: { by: bo } }\n")
    new = staffed("approvals: { resolve: { by: cy }, hold: { by: bo } }\n")
    first = refused(asked(old), "hold", 11, old, reason="vendor").leaves
    assert first is not None
    case = Case(first.incident, old, ANA, after(20), after(20))
    answer = with_adopted_policy(case, new, "as agreed")
    assert isinstance(answer, Decision)
    assert [request.command for request in answer.incident.requests] == ["hold"]
    words = "the request for resolve lapses: the policy has another rule for it"
    assert lines(answer.incident, "approval.lapsed") == [words]
    assert answer.effects == (AdoptPolicy(new), Remind("person:ana", words))


def test_a_policy_with_another_rule_ends_the_waiting_of_who_asked_under_the_old_one() -> None:
    """Whoever decides now was never asked."""
    old, new = (
        staffed(f"authority: {{ hold: {{ by: {who}, after: {{ 30m: [bo] }} }} }}\n")
        for who in ("cy", "dee")
    )
    first = refused(reported(old), "hold", 10, old, actor="bo", reason="vendor").leaves
    assert first is not None
    answer = with_adopted_policy(
        Case(first.incident, old, ANA, after(20), after(20)), new, "as agreed"
    )
    assert isinstance(answer, Decision)
    assert answer.incident.requests == ()


def test_what_looks_approved_and_is_not_is_asked_again() -> None:
    """Whoever may approve now was never paged; what still counts stays."""
    policy = staffed("approvals: { resolve: { by: [bo, cy, dee], quorum: 2 } }\n")
    given = asked(policy)
    for person in ("bo", "cy"):
        fields = {"command": "resolve", "actor": person}
        given = done(given, "approve", after(11), policy, **fields)
    later = policy.changed(
        approvals={"resolve": policy.approvals["resolve"].changed(by=("cy", "dee"))}
    )
    again = refused(given, "resolve", 20, later)
    assert again.message == "resolve needs approval: have 1 of 2; may approve: cy, dee"
    assert again.leaves is not None
    assert [effect.target for effect in again.leaves.effects if isinstance(effect, PageRole)] == [
        "person:cy",
        "person:dee",
    ]
    fields = {"command": "resolve", "actor": "dee"}
    both = done(again.leaves.incident, "approve", after(21), later, **fields)
    assert done(both, "resolve", after(22), later).milestone("resolved")
