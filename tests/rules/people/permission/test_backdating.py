"""How far back people may date a fact without a reason, or without an approval."""

from datetime import timedelta
from typing import Any

import pytest

from models.base import ENGINE, MONITORING
from models.compiled import CompiledPolicy, FactsRule
from models.incident.record import Incident
from rules.record.decision import Decision, Refusal
from tests.rules.staffed import reported as reported_at_start
from tests.rules.staffed import staffed
from tests.specimens import POLICY, a_diagnosed_incident, after, an_incident, done, outcome

ASKS = POLICY.changed(facts=FactsRule())
APPROVED = staffed(
    "milestones: [aware, told]\n"
    "clocks: { tell: { from: aware, to: told, within: 4h } }\n"
    "approvals: { resolve: { by: bo } }\n"
    "backdating: { reason_after: 10m, approval_after: 1h, approved_by: [bo, cy] }\n"
)
FIELDS: dict[str, dict[str, Any]] = {
    "resolve": {"steps": ["verify"]},
    "mitigate": {},
    "hold": {"reason": "third_party"},
    "set_severity": {"severity": "SEV2", "note": ""},
    "assign_role": {"role": "technical_team", "person": "bo"},
    "post_update": {"text": "t"},
    "complete_step": {"step": "tidy"},
    "set_milestone": {"milestone": "regulator_notified"},
}


def given(name: str, back: timedelta, **more: Any) -> Decision | Refusal:
    """A command at 60 minutes about a fact that lies so far back."""
    incident = a_diagnosed_incident()
    policy = ASKS.changed(lower_severity=POLICY.raise_severity)
    fields = {**FIELDS[name], **more, "happened_at": after(60) - back}
    return outcome(incident, name, after(60), policy, **fields)


@pytest.mark.parametrize("name", FIELDS)
def test_a_fact_may_be_dated_back_five_minutes_and_no_further_without_a_reason(name: str) -> None:
    """It does not matter what the fact decides; with a reason, it may lie further back."""
    within, beyond = timedelta(minutes=5), timedelta(minutes=5, seconds=1)
    assert not (isinstance(found := given(name, within), Refusal) and found.missing == ("note",))
    refusal = given(name, beyond)
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.missing) == ("Refused", ("note",))
    assert refusal.message.startswith(f"{name} is dated back 5 min 01 s; beyond 5 min it needs")
    told = given(name, beyond, note="the pager was down")
    assert not (isinstance(told, Refusal) and told.missing == ("note",))


def test_a_milestone_that_stops_no_clock_may_lie_as_far_back_as_it_did() -> None:
    """An earlier beginning gains nobody time."""
    incident = done(
        an_incident(), "set_milestone", after(60), ASKS, milestone="aware", happened_at=after(-60)
    )
    assert incident.milestone("aware") is not None


def test_withdrawing_what_was_recorded_long_ago_needs_a_reason() -> None:
    """The distance counts from when it was recorded."""
    incident = done(an_incident(), "set_milestone", after(10), ASKS, milestone="aware")
    early = outcome(incident, "withdraw_milestone", after(15), ASKS, milestone="aware")
    assert isinstance(early, Decision)
    late = outcome(incident, "withdraw_milestone", after(16), ASKS, milestone="aware")
    assert isinstance(late, Refusal)
    assert late.message.startswith("withdraw_milestone takes back 6 min; beyond 5 min")


def test_a_correction_counts_by_the_earlier_of_both_instants() -> None:
    """A fact that is moved to now erases just as much as one that is moved back."""
    incident = done(an_incident(), "acknowledge", after(2), ASKS)
    fields = {"milestone": "acknowledged", "happened_at": after(60)}
    refusal = outcome(incident, "correct_milestone", after(60), ASKS, **fields)
    assert isinstance(refusal, Refusal)
    assert refusal.missing == ("note",)


def test_a_correction_in_small_steps_counts_from_where_the_milestone_was_at_first() -> None:
    """Moves add up, so a clock does not begin anew every few minutes."""
    incident = done(an_incident(), "set_milestone", after(10), ASKS, milestone="aware")
    moved = {"milestone": "aware", "happened_at": after(14)}
    incident = done(incident, "correct_milestone", after(14), ASKS, **moved)
    moved = {"milestone": "aware", "happened_at": after(18)}
    refusal = outcome(incident, "correct_milestone", after(18), ASKS, **moved)
    assert isinstance(refusal, Refusal)
    assert refusal.message.startswith("correct_milestone is dated back 8 min; beyond 5 min")


def test_a_milestone_that_is_withdrawn_and_set_again_is_moved() -> None:
    """Both together are a correction, however soon after each other they come."""
    incident = done(an_incident(), "set_milestone", after(10), ASKS, milestone="aware")
    incident = done(incident, "withdraw_milestone", after(12), ASKS, milestone="aware")
    again = done(incident, "set_milestone", after(14), ASKS, milestone="aware")
    late = outcome(again, "withdraw_milestone", after(16), ASKS, milestone="aware")
    assert isinstance(late, Refusal)
    assert late.message.startswith("withdraw_milestone takes back 6 min; beyond 5 min")
    refusal = outcome(incident, "set_milestone", after(16), ASKS, milestone="aware")
    assert isinstance(refusal, Refusal)
    assert refusal.message.startswith("set_milestone is dated back 6 min; beyond 5 min")


def test_a_mitigation_that_is_withdrawn_and_made_again_is_moved() -> None:
    """So it is with every command that sets a milestone which people can withdraw."""
    incident = done(a_diagnosed_incident(), "mitigate", after(50), ASKS)
    incident = done(incident, "withdraw_milestone", after(54), ASKS, milestone="mitigated")
    refusal = outcome(incident, "mitigate", after(58), ASKS)
    assert isinstance(refusal, Refusal)
    assert refusal.message.startswith("mitigate is dated back 8 min; beyond 5 min")


def test_what_happens_anew_after_a_reopening_is_not_moved() -> None:
    """What was void before does not count."""
    incident = done(a_diagnosed_incident(), "resolve", after(60), ASKS, steps=["verify"])
    incident = done(
        incident, "correct_milestone", after(61), ASKS, milestone="resolved", happened_at=after(59)
    )
    incident = done(incident, "reopen", after(70), ASKS)
    incident = done(incident, "resolve", after(80), ASKS)
    moved = {"milestone": "resolved", "happened_at": after(79)}
    assert isinstance(outcome(incident, "correct_milestone", after(81), ASKS, **moved), Decision)


def test_after_a_withdrawal_with_a_reason_the_milestone_is_new() -> None:
    """The reason is on record, so nobody explains again what is said plainly now."""
    incident = done(a_diagnosed_incident(), "mitigate", after(50), ASKS)
    fields = {"milestone": "mitigated", "note": "it broke again"}
    incident = done(incident, "withdraw_milestone", after(60), ASKS, **fields)
    again = done(incident, "mitigate", after(90), ASKS)
    back = {"happened_at": after(80)}
    assert isinstance(outcome(incident, "mitigate", after(90), ASKS, **back), Refusal)
    # Withdrawals add up all the same.
    late = outcome(again, "withdraw_milestone", after(91), ASKS, milestone="mitigated")
    assert isinstance(late, Refusal)
    assert late.message.startswith("withdraw_milestone takes back 41 min")


@pytest.mark.parametrize("corrected", [False, True])
def test_an_acknowledgement_after_a_dispute_is_new(*, corrected: bool) -> None:
    """What was disputed never was the fact, and neither was a correction of it."""
    incident = done(an_incident(), "acknowledge", after(2), ASKS)
    if corrected:
        moved = {"milestone": "acknowledged", "happened_at": after(1)}
        incident = done(incident, "correct_milestone", after(3), ASKS, **moved)
    incident = done(incident, "dispute_acknowledgement", after(20), ASKS)
    again = done(incident, "acknowledge", after(21), ASKS, actor="bo")
    moved = {"milestone": "acknowledged", "happened_at": after(20), "actor": "bo"}
    assert isinstance(outcome(again, "correct_milestone", after(22), ASKS, **moved), Decision)
    back = outcome(incident, "acknowledge", after(21), ASKS, actor="bo", happened_at=after(2))
    assert isinstance(back, Refusal), "dated back is dated back"
    before = ASKS.changed(judges_in_full=False)
    kept = outcome(incident, "acknowledge", after(21), before, actor="bo")
    assert isinstance(kept, Refusal), "what began earlier keeps the old rule"


def test_what_was_withdrawn_before_a_reopening_is_not_moved_after_it() -> None:
    """The reopening would have made it void, so it is another occurrence."""
    incident = done(a_diagnosed_incident(), "mitigate", after(50), ASKS)
    incident = done(incident, "withdraw_milestone", after(54), ASKS, milestone="mitigated")
    incident = done(incident, "resolve", after(60), ASKS, steps=["verify"])
    incident = done(incident, "reopen", after(70), ASKS)
    assert isinstance(outcome(incident, "mitigate", after(80), ASKS), Decision)


def test_an_incident_that_began_before_these_rules_keeps_its_own() -> None:
    """Its history must replay."""
    before = ASKS.changed(closes_detours=False)
    incident = done(an_incident(), "set_milestone", after(10), before, milestone="aware")
    for minute in (14, 18):
        moved = {"milestone": "aware", "happened_at": after(minute)}
        incident = done(incident, "correct_milestone", after(minute), before, **moved)


@pytest.mark.parametrize("actor", [ENGINE, MONITORING])
def test_facts_of_the_engine_and_of_monitoring_need_no_reason(actor: Any) -> None:
    """Alerts carry the time at which they fired."""
    who = {"actor": actor.name, "via": actor.via}
    answer = outcome(an_incident(), "acknowledge", after(60), ASKS, happened_at=after(1), **who)
    assert isinstance(answer, Decision)


def test_a_command_that_was_long_on_its_way_needs_no_reason() -> None:
    """No worker ran, but its sender sent it in time."""
    answer = outcome(an_incident(), "acknowledge", after(60), ASKS, sent_at=after(1))
    assert isinstance(answer, Decision)
    assert answer.incident.milestones[-1].at == after(1)


def test_nothing_counts_as_sent_before_the_report() -> None:
    """Nobody can send to an incident that does not exist yet."""
    answer = outcome(an_incident(), "acknowledge", after(60), ASKS, sent_at=after(-60 * 24))
    assert isinstance(answer, Decision)
    assert answer.incident.milestones[-1].at == answer.incident.reported_at


def test_a_command_with_an_old_sending_time_needs_the_approval_of_a_backdated_one() -> None:
    """Only its sender claims that."""
    answer = outcome(
        reported_at_start(APPROVED), "acknowledge", after(120), APPROVED, sent_at=after(1)
    )
    assert isinstance(answer, Refusal)
    assert answer.kind == "NeedsApproval"


def test_a_command_sent_before_the_incident_did_something_is_backdated() -> None:
    """A worker ran after that time, so the message would have arrived."""
    incident = done(an_incident(), "add_lesson", after(30), ASKS, text="t")
    refusal = outcome(incident, "acknowledge", after(60), ASKS, sent_at=after(1))
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.missing) == ("Refused", ("note",))
    just_back = done(an_incident(), "add_lesson", after(59.5), ASKS, text="t")
    answer = outcome(just_back, "acknowledge", after(60), ASKS, sent_at=after(1))
    assert isinstance(answer, Decision), "the worker came back a moment ago"


def resolved(incident: Incident, at: float, **more: Any) -> Decision | Refusal:
    """An acknowledgement by ana, dated to minute 2."""
    fields = {"happened_at": after(2), "note": "I forgot", **more}
    return outcome(incident, "acknowledge", after(at), APPROVED, **fields)


def test_a_fact_dated_far_back_needs_approval_first() -> None:
    """The people who may are asked, and approve exactly this fact at this instant."""
    incident = reported_at_start(APPROVED)
    assert isinstance(resolved(incident, 62), Decision), "exactly an hour is no further"
    refusal = resolved(incident, 63)
    assert isinstance(refusal, Refusal)
    assert refusal.kind == "NeedsApproval"
    assert refusal.message == (
        "acknowledge, dated 2026-03-27 16:52:00 UTC, needs approval: have 0 of 1; "
        "may approve: bo, cy"
    )
    assert refusal.leaves is not None
    incident = refusal.leaves.incident
    assert incident.requests[0].says == "acknowledge, dated 2026-03-27 16:52:00 UTC"
    incident = done(incident, "approve", after(64), APPROVED, command="backdating", actor="bo")
    earlier = resolved(incident, 65, happened_at=after(1))
    assert isinstance(earlier, Refusal)
    assert earlier.kind == "NeedsApproval"
    assert isinstance(resolved(incident, 65), Decision)


def test_a_reason_is_asked_before_an_approval() -> None:
    """Nobody is paged for a fact without a reason."""
    refusal = resolved(reported_at_start(APPROVED), 63, note="")
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.missing, refusal.leaves) == ("Refused", ("note",), None)


def of(written: str) -> CompiledPolicy:
    """A policy with this section."""
    return staffed(written)


def test_the_policy_says_how_far_back_a_fact_may_lie() -> None:
    """The default is five minutes."""
    five, none = timedelta(minutes=5), timedelta()
    for policy, reason_after, approval_after in (
        (of(""), five, None),
        (of("backdating: { reason_after: 0s }\n"), none, None),
        (APPROVED, timedelta(minutes=10), timedelta(hours=1)),
    ):
        facts = policy.facts
        assert (facts.reason_after, facts.approval_after) == (reason_after, approval_after)
    assert APPROVED.approvals["backdating"].by == ("bo", "cy")


REVIEWED = staffed(
    "review: { required: { SEV1: always, SEV2: always }, lessons: true }\n"
    "dates: [meeting]\n"
    "backdating: { reason_after: 0s }\n"
)


def test_what_completes_a_review_by_the_way_completes_it_now() -> None:
    """Only the review says when it took place: a late lesson makes no review timely."""
    incident = done(reported_at_start(REVIEWED), "resolve", after(1), REVIEWED)
    incident = done(incident, "submit_review", after(2), REVIEWED, lead="ana")
    late = {"text": "t", "happened_at": after(2)}
    found = done(incident, "add_lesson", after(60), REVIEWED, **late).milestone("reviewed")
    assert found is not None
    assert found.at == after(60)


def test_a_date_is_set_for_a_time_to_come() -> None:
    """A date in the past would meet a limit after the fact."""
    incident = reported_at_start(REVIEWED)
    refusal = outcome(incident, "set_date", after(30), REVIEWED, date="meeting", at=after(30))
    assert isinstance(refusal, Refusal)
    assert refusal.missing == ("at",)
    assert done(incident, "set_date", after(30), REVIEWED, date="meeting", at=after(31)).dates
