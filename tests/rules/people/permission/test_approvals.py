"""Approvals: who is asked and when, what counts, and what happens if nobody answers."""

from datetime import datetime
from typing import Any, Literal

import pytest

from models.base import ENGINE
from models.command import COMMANDS
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from rules.commands.judgement import judge
from rules.deadlines.due import due_thresholds, next_point
from rules.deadlines.pending import when_nobody_answered
from rules.deadlines.standing_thresholds import facts_for_enforcement, without_story
from rules.people.permission.requests import awaits_answer
from rules.record.decision import Decision, PageRole, Refusal, Remind
from states.lifecycle import State
from tests.rules.staffed import decided, lines, refused, reported, staffed
from tests.specimens import after, done, outcome

TWO = staffed("approvals: { resolve: { by: [bo, cy, dee], quorum: 2, severities: major } }\n")
TIMED = (
    "approvals: { resolve: { by: bo, within: 30m, backups: [[cy], [dee, eve]], timeout: %s } }\n"
)


def asked(policy: CompiledPolicy, at: float = 10, name: str = "resolve", **fields: Any) -> Incident:
    """An incident for which ana has asked approval."""
    leaves = refused(reported(policy), name, at, policy, **fields).leaves
    assert leaves is not None
    return leaves.incident


def paged(decision: Decision | None) -> list[str]:
    """The people whom it pages."""
    effects = decision.effects if decision else ()
    return [effect.target for effect in effects if isinstance(effect, PageRole)]


def overdue(policy: CompiledPolicy, incident: Incident, at: datetime) -> Decision:
    """What follows from the only due point."""
    [point] = due_thresholds(policy, incident, at)
    decision = when_nobody_answered(point, incident, policy, at)
    assert decision is not None
    return decision


def test_a_guarded_command_is_refused_with_who_may_approve_and_they_are_paged() -> None:
    """The first attempt is the request; a second one pages nobody again."""
    first = refused(reported(TWO), "resolve", 10, TWO)
    assert first.kind == "NeedsApproval"
    assert first.message == "resolve needs approval: have 0 of 2; may approve: bo, cy, dee"
    assert paged(first.leaves) == ["person:bo", "person:cy", "person:dee"]
    assert refused(asked(TWO), "resolve", 11, TWO).leaves is None


def test_a_command_is_accepted_once_enough_people_have_approved_it() -> None:
    """The last person who approves carries it out, and the person who asked hears of it."""
    incident = done(asked(TWO), "approve", after(11), TWO, command="resolve", actor="bo")
    assert "have 1 of 2" in refused(incident, "resolve", 12, TWO).message
    assert decided(asked(TWO), "approve", 11, TWO, command="resolve", actor="bo").effects == ()
    second = decided(incident, "approve", 12, TWO, command="resolve", actor="dee")
    assert second.effects == (Remind("person:ana", "resolve is approved: give the command again"),)
    resolved = done(second.incident, "resolve", after(13), TWO, actor="eve")
    assert resolved.state is State.CLOSED
    assert resolved.requests == ()


@pytest.mark.parametrize(
    ("actor", "kind", "words"),
    [
        ("ana", "NotAuthorised", "ana asked for it"),
        ("eve", "NotAuthorised", "eve may not approve resolve; may: bo, cy, dee"),
        ("bo", "Refused", "bo has approved resolve already"),
    ],
)
def test_nobody_approves_their_own_or_twice_or_without_being_asked(
    actor: str, kind: str, words: str
) -> None:
    """It takes two people."""
    incident = done(asked(TWO), "approve", after(11), TWO, command="resolve", actor="bo")
    answer = refused(incident, "approve", 12, TWO, command="resolve", actor=actor)
    assert answer.kind == kind
    assert words in answer.message


def test_a_rejection_ends_the_request_and_says_why() -> None:
    """The person who asked hears of it; asking again starts a new request."""
    incident = done(asked(TWO), "approve", after(11), TWO, command="resolve", actor="bo")
    answer = decided(
        incident, "reject", 12, TWO, command="resolve", reason="errors go on", actor="cy"
    )
    assert lines(answer.incident, "approval.rejected") == ["cy rejects resolve: errors go on"]
    assert answer.effects == (Remind("person:ana", "cy rejects resolve: errors go on"),)
    assert "have 0 of 2" in refused(answer.incident, "resolve", 13, TWO).message


def test_an_approval_lapses_with_the_state_and_is_for_nothing_else() -> None:
    """An approval in one state does not count in another."""
    incident = done(asked(TWO), "approve", after(11), TWO, command="resolve", actor="bo")
    moved = done(incident, "acknowledge", after(12), TWO)
    assert moved.requests == ()
    assert lines(moved, "approval.lapsed") == [
        "approval of resolve lapses: the state is assessment now"
    ]
    answer = refused(moved, "approve", 13, TWO, command="resolve", actor="cy")
    assert answer.message == "nobody asked for approval of resolve; open requests: nothing"


def test_approval_is_asked_only_if_the_policy_says_so() -> None:
    """Another severity does not ask for it, and nobody asks the engine."""
    mild = reported(TWO, "SEV2")
    assert done(mild, "resolve", after(10), TWO).state is State.CLOSED
    engine = outcome(reported(TWO), "resolve", after(10), TWO, actor=ENGINE.name, via=ENGINE.via)
    assert isinstance(engine, Decision)


def test_the_backups_are_asked_in_order_when_time_is_over() -> None:
    """Each group has as long as the first, and those asked before may still answer."""
    policy = staffed(TIMED % "refuse")
    incident = asked(policy)
    assert refused(reported(policy), "resolve", 10, policy).may == ("bo",)
    refused(incident, "approve", 39, policy, command="resolve", actor="cy")
    point = next_point(policy, incident, after(10))
    assert point is not None
    assert point.due_at == after(40)
    first = overdue(policy, incident, after(40))
    assert paged(first) == ["person:cy"]
    assert refused(first.incident, "resolve", 41, policy).may == ("bo", "cy")
    second = overdue(policy, first.incident, after(70))
    assert paged(second) == ["person:dee", "person:eve"]
    for person in ("bo", "cy", "eve"):
        given = done(second.incident, "approve", after(71), policy, command="resolve", actor=person)
        assert next_point(policy, given, after(71)) is None
        assert done(given, "resolve", after(72), policy).state is State.CLOSED


@pytest.mark.parametrize(("timeout", "done_after"), [("refuse", False), ("proceed", True)])
def test_the_policy_decides_when_nobody_is_left_to_ask(timeout: str, done_after: bool) -> None:  # noqa: FBT001 - a case
    """The command is refused and may be asked for again, or it goes ahead without approval."""
    policy = staffed(TIMED % timeout)
    incident = asked(policy)
    for at in (40, 70, 100):
        incident = overdue(policy, incident, after(at)).incident
    assert next_point(policy, incident, after(100)) is None
    answer = outcome(incident, "resolve", after(101), policy)
    assert isinstance(answer, Decision) is done_after
    end = "goes on without approval" if done_after else "lapses"
    assert lines(incident, "approval.timeout") == [f"nobody decided on resolve in time: it {end}"]


UPDATES = staffed(
    "communication: { audiences: { public: { channels: log, on: [resolved] },"
    " staff: { channels: log, on: [resolved] } } }\n"
    "approvals: { 'post_update:public': bo }\n"
)


def test_an_update_to_one_audience_is_approved_word_for_word() -> None:
    """The other audiences hear at once; another text needs a new approval."""
    incident = reported(UPDATES)
    done(incident, "post_update", after(1), UPDATES, text="we look", audiences=["staff"])
    said = {"text": "we look", "audiences": ["public"]}
    waiting = asked(UPDATES, 1, "post_update", **said)
    assert lines(waiting, "approval.asked") == ["ana asks for approval to post_update: we look"]
    waiting = done(waiting, "approve", after(2), UPDATES, command="post-update", actor="bo")
    other = {"text": "all is well", "audiences": ["public"]}
    assert refused(waiting, "post_update", 3, UPDATES, **other).kind == "NeedsApproval"
    told = done(waiting, "post_update", after(3), UPDATES, **said)
    assert told.updates[-1].text == "we look"
    assert refused(told, "post_update", 4, UPDATES, **said).leaves is not None


def test_a_group_that_has_only_the_requester_is_passed_over() -> None:
    """It is passed over at once; this holds for backups too."""
    policy = staffed(
        "approvals: { resolve: { by: ana, within: 30m, backups: [[bo], [ana], [cy]] } }\n"
    )
    first = refused(reported(policy), "resolve", 10, policy)
    assert paged(first.leaves) == ["person:bo"]
    assert first.leaves is not None
    second = overdue(policy, first.leaves.incident, after(40))
    assert paged(second) == ["person:cy"]
    last = overdue(policy, second.incident, after(70))
    assert last.incident.requests == ()


REOPENED_BY = staffed(
    "review: { required: { SEV1: never, SEV2: never } }\n"
    "milestones: [told]\nclocks: { it: { from: reported, to: told, within: 1h, outlives: true } }\n"
    "approvals: { reopen: { by: cy }, set_milestone: { by: [cy, dee] } }\n"
)


def asked_when_over(name: str = "reopen", **fields: Any) -> Incident:
    """A closed incident for which ana asks approval."""
    closed = done(reported(REOPENED_BY), "resolve", after(5), REOPENED_BY)
    assert closed.state is State.CLOSED
    leaves = refused(closed, name, 10, REOPENED_BY, **fields).leaves
    assert leaves is not None
    return leaves.incident


def given_when_over(
    incident: Incident, name: str, policy: CompiledPolicy = REOPENED_BY, **fields: Any
) -> Decision | Refusal:
    """What the run of a reopening makes of a command."""
    payload = COMMANDS[name].payload.model_validate({"actor": "ana", **fields})
    return judge(name, payload, incident, policy, after(20), reopening=True)


def test_the_reopening_of_a_closed_incident_can_be_approved() -> None:
    """As long as it waits for the answer it takes that and nothing else; then it waits no more."""
    asked = asked_when_over()
    assert awaits_answer(asked, REOPENED_BY)
    answer = given_when_over(asked, "approve", actor="cy", command="reopen")
    assert isinstance(answer, Decision), answer
    assert not awaits_answer(answer.incident, REOPENED_BY), "its requester can give it again"
    assert isinstance(given_when_over(answer.incident, "reopen"), Decision)
    no = given_when_over(asked, "reject", actor="cy", command="reopen", reason="it is another")
    assert isinstance(no, Decision)
    assert not awaits_answer(no.incident, REOPENED_BY)
    assert isinstance(given_when_over(asked, "add_note", text="t"), Refusal)
    assert isinstance(given_when_over(asked, "set_milestone", milestone="told"), Refusal)
    for incident, policy in (
        (no.incident, REOPENED_BY),
        (asked, REOPENED_BY.changed(judges_in_full=False)),
    ):
        refusal = given_when_over(incident, "approve", policy, actor="cy", command="reopen")
        assert isinstance(refusal, Refusal)
        assert refusal.message.startswith("the incident is closed")


def test_a_late_fact_about_a_closed_incident_can_be_approved() -> None:
    """What it still accepts may need an approval, too."""
    asked = asked_when_over("set_milestone", milestone="told")
    approved = done(asked, "approve", after(20), REOPENED_BY, actor="dee", command="set_milestone")
    assert done(approved, "set_milestone", after(21), REOPENED_BY, milestone="told").milestone(
        "told"
    )


@pytest.mark.parametrize("timeout", ["refuse", "proceed"])
def test_a_request_to_a_closed_incident_lapses_after_a_week(
    timeout: Literal["refuse", "proceed"],
) -> None:
    """So its run ends some day; nobody said that it goes on without approval."""
    rule = REOPENED_BY.approvals["reopen"].changed(timeout=timeout)
    policy = REOPENED_BY.changed(approvals={"reopen": rule}, clocks=())
    asked, week = asked_when_over(), after(10 + 7 * 24 * 60)
    lapsed = overdue(policy, asked, week)
    assert lapsed.incident.requests == ()
    assert lines(lapsed.incident, "approval.timeout") == [
        "nobody decided on reopen in time: it lapses"
    ]
    [point] = due_thresholds(policy, asked, week)
    facts = facts_for_enforcement(policy, (point,))
    assert due_thresholds(facts, without_story(asked), week) == (point,)
