"""Commands are decided by lifecycle, policy and authority; a refusal says what is missing."""

from typing import Any

import pytest

from models.base import MONITORING
from models.incident.record import Incident
from rules.commands.judgement import judge, parse
from rules.record.decision import (
    Decision,
    PageAgain,
    Refusal,
    Remind,
    StopEscalation,
    TellAudiences,
    WriteIncidentReport,
)
from states.lifecycle import State
from tests.specimens import (
    POLICY,
    a_diagnosed_incident,
    after,
    an_incident,
    done,
    outcome,
    with_report,
)


def refusal(incident: Incident, name: str, at: float, **fields: Any) -> Refusal:
    """The refusal that a command must get."""
    answer = outcome(incident, name, after(at), **fields)
    assert isinstance(answer, Refusal), answer
    return answer


def in_review() -> Incident:
    """Resolved at 100 minutes."""
    incident = done(a_diagnosed_incident(), "complete_step", after(99), step="verify")
    return done(incident, "resolve", after(100))


def test_acknowledging_stops_the_escalation_and_takes_the_default_role() -> None:
    """Whoever acknowledges leads, if the policy says so."""
    answer = outcome(an_incident(), "acknowledge", after(2))
    assert isinstance(answer, Decision)
    assert answer.incident.state is State.ASSESSMENT
    assert answer.incident.holder("incident_manager") == "ana"
    assert StopEscalation("acknowledged by ana") in answer.effects


def test_leaving_the_assessment_lists_everything_that_is_missing() -> None:
    """One answer asks for severity, step and role."""
    incident = done(an_incident(), "acknowledge", after(2))
    answer = refusal(incident.changed(roles=()), "begin_diagnosis", 31)
    assert answer.kind == "TransitionNotAllowed"
    assert [item.split(" is ")[0] for item in answer.missing] == [
        "severity SEV1",
        "role incident_manager",
        "role communication_lead",
        "step impact",
    ]


def test_a_role_is_not_required_before_its_time() -> None:
    """The communication lead must be there after 30 minutes, not before."""
    incident = done(an_incident(), "acknowledge", after(2))
    assert not [m for m in refusal(incident, "begin_diagnosis", 29).missing if "lead" in m]
    assert [m for m in refusal(incident, "begin_diagnosis", 30).missing if "lead" in m]


def test_steps_can_be_done_with_the_trigger_that_needs_them() -> None:
    """So people need one command instead of two at night; a wrong step refuses both."""
    incident = done(an_incident(), "acknowledge", after(2))
    incident = done(incident, "set_severity", after(3), severity="SEV1")
    assert done(incident, "begin_diagnosis", after(4), steps=["impact"]).state is State.DIAGNOSIS
    answer = refusal(incident, "begin_diagnosis", 4, steps=["impact", "dance"])
    assert "dance" in answer.message


def test_only_the_incident_manager_may_close_and_the_refusal_names_them() -> None:
    """bo may not close it; ana, who leads, may."""
    incident = done(
        in_review(),
        "submit_review",
        after(200),
        lead="ana",
        aspects={"cause": "a leak", "response": "fast"},
    )
    incident = with_report(incident, after(200))
    incident = done(incident, "add_lesson", after(201), text="watch memory")
    answer = refusal(incident, "close", 202, actor="bo")
    assert (answer.kind, answer.may) == ("NotAuthorised", ("incident_manager (ana)",))
    assert done(incident, "close", after(203)).state is State.CLOSED


def test_close_asks_for_review_aspects_documents_lessons_and_quiet_alerts() -> None:
    """Nobody can forget a part of the review."""
    answer = refusal(in_review(), "close", 101)
    assert answer.missing == (
        "the review has not been submitted: submit_review",
        "document does not exist: incident_report",
        "no lesson is recorded: add_lesson",
    )
    submitted = done(in_review(), "submit_review", after(102), lead="ana", aspects={"cause": "x"})
    assert "review aspect is not evaluated: response" in refusal(submitted, "close", 103).missing


def test_the_role_that_the_policy_names_leads_the_review() -> None:
    """The incident manager is ana, so bo cannot lead the review."""
    assert refusal(in_review(), "submit_review", 101, lead="bo").missing == ("lead: ana",)


def test_an_incident_without_review_closes_when_it_is_resolved() -> None:
    """SEV2 without a breach needs no review."""
    report = an_incident().report.changed(severity="SEV2")
    incident = done(an_incident(report=report), "acknowledge", after(2))
    incident = done(incident, "complete_step", after(3), step="verify")
    assert done(incident, "resolve", after(4)).state is State.CLOSED


def test_the_review_goes_by_the_highest_severity_ever_held() -> None:
    """A SEV1 that was lowered to SEV3 before resolve still gets a review."""
    incident = done(a_diagnosed_incident(), "complete_step", after(50), step="verify")
    incident = done(incident, "set_severity", after(51), severity="SEV3", note="calm")
    assert done(incident, "resolve", after(52)).state is State.REVIEW


def test_lowering_the_severity_needs_authority_and_a_reason() -> None:
    """Raising it needs neither."""
    incident = done(an_incident(), "acknowledge", after(2))
    assert refusal(incident, "set_severity", 3, severity="SEV2", actor="bo").kind == "NotAuthorised"
    assert refusal(incident, "set_severity", 3, severity="SEV2").missing == ("note",)
    lowered = done(incident, "set_severity", after(3), severity="SEV2", note="only some")
    assert done(lowered, "set_severity", after(4), severity="SEV1", actor="bo").severity == "SEV1"


def test_a_cancellation_needs_one_of_the_reasons_of_the_policy() -> None:
    """A refusal of another reason names them."""
    answer = refusal(an_incident(), "cancel", 1, reason="boredom")
    assert "false_alarm, duplicate_of" in answer.missing[0]
    cancelled = done(an_incident(), "cancel", after(1), reason="duplicate_of", duplicate_of="INC-1")
    assert cancelled.state is State.CANCELLED
    assert cancelled.links[0].target == "INC-1"


def test_a_command_from_the_future_is_malformed() -> None:
    """happened_at may be in the past, but never after now."""
    answer = refusal(an_incident(), "acknowledge", 1, happened_at=after(2).isoformat())
    assert (answer.kind, answer.missing) == ("Malformed", ("happened_at",))


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({}, "actor: Field required"),
        ({"actor": ""}, "actor: String should have at least 1 character"),
        ({"actor": "ana", "happened_at": "yesterday"}, "happened_at: "),
        ({"actor": "ana", "happened_at": "2026-01-01T00:00:00"}, "happened_at: "),
        ({"actor": "ana", "colour": "red"}, "colour: Extra inputs are not permitted"),
        (["ana"], "takes one JSON object"),
        (None, "takes one JSON object"),
    ],
)
def test_a_malformed_payload_is_refused_field_by_field(payload: object, words: str) -> None:
    """The refusal names each field and its fault."""
    answer = parse("acknowledge", payload)
    assert isinstance(answer, Refusal)
    assert answer.kind == "Malformed"
    assert words in answer.message


def test_a_final_incident_takes_no_more_commands_but_says_what_is_possible() -> None:
    """It is closed, and the refusal names reopen as the way."""
    closed = in_review().changed(state=State.CLOSED)
    assert refusal(closed, "assign_role", 300, role="technical_team", person="bo").possible == (
        "reopen",
    )
    assert refusal(closed, "acknowledge", 300).possible == ("reopen",)


def test_reopening_voids_what_is_no_longer_true_and_pages_again() -> None:
    """Resolved, diagnosed and the review no longer count; they stay on the record."""
    answer = outcome(in_review(), "reopen", after(150), note="errors again")
    assert isinstance(answer, Decision)
    assert answer.incident.state is State.DIAGNOSIS
    assert answer.incident.milestone("resolved") is None
    assert any(m.name == "resolved" for m in answer.incident.milestones)
    assert PageAgain("the incident was reopened") in answer.effects


def test_resolving_writes_the_report_ends_the_hold_and_tells_the_audiences() -> None:
    """One decision does all of that."""
    incident = done(a_diagnosed_incident(), "complete_step", after(50), step="verify")
    incident = done(incident, "hold", after(60), reason="third_party")
    answer = outcome(incident, "resolve", after(70))
    assert isinstance(answer, Decision)
    assert answer.incident.hold is None
    assert WriteIncidentReport() in answer.effects
    assert [e.event for e in answer.effects if isinstance(e, TellAudiences)] == ["resolved"]


def test_a_new_holder_of_a_role_is_told() -> None:
    """Otherwise nobody would hear of the assignment."""
    answer = outcome(an_incident(), "assign_role", after(1), role="communication_lead", person="cy")
    assert isinstance(answer, Decision)
    assert Remind("cy", "you are communication_lead of this incident") in answer.effects


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("assign_role", {"role": "cook", "person": "bo"}, "incident_manager"),
        ("assign_role", {"role": "technical_team", "person": "zed"}, "ana, bo, cy"),
        ("set_severity", {"severity": "SEV9"}, "SEV1, SEV2, SEV3"),
        ("complete_step", {"step": "dance"}, "impact, cause, verify, tidy"),
        ("hold", {"reason": "lunch"}, "third_party, change_window"),
        ("post_update", {"text": "x", "audiences": ["mars"]}, "stakeholders, executives"),
        ("set_milestone", {"milestone": "resolved"}, "aware, regulator_notified"),
    ],
)
def test_an_unknown_name_is_refused_with_the_known_ones(
    name: str, fields: dict[str, object], words: str
) -> None:
    """The refusal says what would be right."""
    assert words in refusal(an_incident(), name, 1, **fields).message


def batch(*alerts: tuple[str, str], truncated: int = 0) -> dict[str, object]:
    """News of a group's alerts."""
    told = [
        {"fingerprint": f, "name": f, "status": s, "started_at": after(0).isoformat()}
        for f, s in alerts
    ]
    return {
        "group_key": "k",
        "alerts": told,
        "truncated": truncated,
        "received_at": after(5).isoformat(),
    }


def alerts(incident: Incident, at: float, said: dict[str, object], **policy: Any) -> Incident:
    """The incident after its alerts were recorded."""
    command = parse("record_alerts", {"actor": MONITORING.name, "via": "alerts", "batch": said})
    assert not isinstance(command, Refusal)
    answer = judge("record_alerts", command, incident, POLICY.changed(**policy), after(at))
    assert isinstance(answer, Decision), answer
    return answer.incident


def test_a_repeated_alert_is_counted_without_a_new_line_on_the_timeline() -> None:
    """A new line is for changes only."""
    incident = alerts(an_incident(), 5, batch(("cpu", "firing")))
    again = alerts(incident, 6, batch(("cpu", "firing")))
    assert again.alerts["cpu"].times_seen == 2
    assert len(again.timeline) == len(incident.timeline)


def test_quiet_alerts_resolve_the_incident_only_where_the_policy_says_so_and_none_fires() -> None:
    """If one of two still fires, or some were left out, the incident goes on."""
    ready = done(an_incident(), "complete_step", after(1), step="verify")
    ready = alerts(ready, 5, batch(("cpu", "firing"), ("disk", "firing")))
    one = alerts(ready, 6, batch(("cpu", "resolved")), when_alerts_quiet="resolve")
    assert one.state is State.REPORTED
    cut = alerts(one, 7, batch(("disk", "resolved"), truncated=2), when_alerts_quiet="resolve")
    assert cut.state is State.REPORTED
    quiet = alerts(cut, 8, batch(("disk", "resolved")), when_alerts_quiet="resolve")
    assert quiet.state is State.REVIEW
    assert alerts(cut, 8, batch(("disk", "resolved"))).state is State.REPORTED


def test_a_resolved_incident_never_absorbs_a_firing_alert_but_records_a_resolved_one() -> None:
    """The group decides about alerts that fire after resolve."""
    command = parse(
        "record_alerts", {"actor": "monitoring", "via": "alerts", "batch": batch(("cpu", "firing"))}
    )
    assert not isinstance(command, Refusal)
    answer = judge("record_alerts", command, in_review(), POLICY, after(101))
    assert isinstance(answer, Refusal)
    recorded = alerts(in_review(), 101, batch(("cpu", "resolved")))
    assert recorded.alerts["cpu"].alert.status == "resolved"
