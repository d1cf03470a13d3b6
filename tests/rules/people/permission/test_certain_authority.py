"""Authority over parts of a command: an attribute, the state to reopen from; and `nobody`."""

from typing import Any

import pytest

from models.alert import Alert, AlertBatch, AlertStatus
from models.base import MONITORING
from policies.check import problems_of
from policies.reading.load import parse_policy
from policies.reading.problems import errors_of
from rules.commands.answers import next_steps
from rules.record.decision import Decision
from states.lifecycle import State
from tests.rules.staffed import HEAD, decided, refused, reported, staffed
from tests.specimens import START, after, done, outcome

REOPENS = staffed(
    "review: { required: { SEV1: always, SEV2: always }, lessons: false }\n"
    "authority: { reopen:review: ana, reopen:closed: { by: bo, needs: reason } }\n"
)


def test_reopening_from_review_and_from_closed_can_have_different_rules() -> None:
    """Each has a rule of its own, and the list of next steps says so."""
    in_review = done(reported(REOPENS), "resolve", after(1), REOPENS)
    closed = in_review.changed(state=State.CLOSED)
    assert refused(in_review, "reopen", 2, REOPENS, actor="bo").message == (
        "bo may not reopen from review; may: ana"
    )
    decided(in_review, "reopen", 2, REOPENS, actor="ana")
    refused(closed, "reopen", 2, REOPENS, actor="ana")
    assert refused(closed, "reopen", 2, REOPENS, actor="bo").missing == ("note",)
    decided(closed, "reopen", 2, REOPENS, actor="bo", note="it is back")
    may = {step.name: step.may for step in next_steps(REOPENS, in_review, after(2))}
    assert may["reopen"] == ("ana",)


def test_the_rule_of_reopen_counts_for_the_state_that_has_none_of_its_own() -> None:
    """Nobody may open a closed incident; from review, the general rule counts."""
    policy = staffed(
        "review: { required: { SEV1: always } }\nauthority: { reopen: cy, reopen:closed: nobody }\n"
    )
    in_review = done(reported(policy), "resolve", after(1), policy)
    decided(in_review, "reopen", 2, policy, actor="cy")
    closed = in_review.changed(state=State.CLOSED)
    answer = refused(closed, "reopen", 2, policy, actor="cy", note="x")
    assert (answer.kind, answer.may) == ("NotAuthorised", ("nobody",))


def test_the_rule_of_an_attribute_counts_for_every_command_that_sets_it() -> None:
    """set_severity is no way around the rule of a flag that stands for leave."""
    policy = staffed("authority: { set_attribute:personal_data: bo }\n")
    answer = refused(reported(policy), "set_attribute", 1, policy, attribute="personal_data")
    assert answer.message == "ana may not set_attribute personal_data; may: bo"
    decided(reported(policy), "set_attribute", 1, policy, attribute="personal_data", actor="bo")
    fields = {"severity": "SEV1", "attributes": {"personal_data": "yes"}}
    assert refused(reported(policy), "set_severity", 1, policy, **fields).kind == "NotAuthorised"
    decided(reported(policy), "set_severity", 1, policy, actor="bo", **fields)


@pytest.mark.parametrize("word", ["nobody", "[nobody]"])
def test_nobody_is_a_word_of_authority(word: str) -> None:
    """If only nobody may do something, everybody is refused."""
    policy = staffed(f"authority: {{ hold: {word} }}\n")
    for name in ("ana", "eve", "nobody"):
        refused(reported(policy), "hold", 1, policy, actor=name, reason="x")


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("authority: { hold: [] }\n", "this list names nobody"),
        ("authority: { hold: { by: bo, SEV1: [] } }\n", "this list names nobody"),
        ("authority: { hold: { by: bo, after: { 5m: [] } } }\n", "this list names nobody"),
        ("approvals: { hold: [] }\n", "this list names nobody"),
        ("reporting: { who: [] }\n", "this list names nobody"),
        ("authority: { override: { by: ana, commands: [] } }\n", "this list is empty"),
        ("authority: { override: { by: ana, guards: [] } }\n", "this list is empty"),
        ("authority: { cancel: { by: ana, reasons: [] } }\n", "this list is empty"),
        ("reporting: { channels: [] }\n", "this list is empty"),
        ("approvals: { hold: { by: ana, severities: [] } }\n", "this list is empty"),
        ("roles: { lead: { qualification: [] } }\n", "this list is empty"),
        ("handover: { required: [] }\n", "this list is empty"),
        ("authority: { hold: { by: bo, after: { 5m: nobody } } }\n", "nobody may do this after"),
        (
            "approvals: { hold: { by: [ana, bo], within: 5m, backups: [nobody] } }\n",
            "nobody is asked after that time",
        ),
        ("approvals: { approve: ana }\n", "approve answers a request, so it cannot need approval"),
        ("approvals: { reject: ana }\n", "reject answers a request, so it cannot need approval"),
        ("authority: { hold: [nobody, ana] }\n", "nobody must not be in a list with other names"),
        ("approvals: { hold: nobody }\n", "nobody can approve this"),
        ("authority: { set_attribute:personal_dat: ana }\n", "did you mean personal_data?"),
        ("authority: { reopen:cancelled: ana }\n", "there is no state to reopen from cancelled"),
        ("authority: { hold:x: ana }\n", "are given by what comes after a colon"),
        ("authority: { hold: role:ana }\n", "there is no role ana"),
        ("authority: { hold: person:lead }\n", "there is no person lead"),
        ("roles: { engine: {} }\n", "is a word of the engine"),
        ("roles: { Ana: {} }\n", "Ana looks like ana"),
    ],
)
def test_a_rule_without_people_is_an_error(written: str, error: str) -> None:
    """An empty list is no answer, and each name must exist."""
    found = errors_of(problems_of(parse_policy((HEAD + written).encode(), "p.yaml")))
    assert any(error in str(problem) for problem in found), found


def test_a_role_can_be_written_as_role_wherever_people_can_be_named() -> None:
    """It means the same as the name alone."""
    policy = staffed(
        "roles: { lead: { deputy: role:second }, second: {} }\n"
        "review: { required: { SEV1: always }, led_by: role:lead, with: [role:second] }\n"
        "steps: { assessment: [{ do: Look, by: role:lead }] }\n"
        "approvals: { cancel: role:lead }\n"
        "authority: { hold: role:lead, override: { by: role:lead, needs: reason } }\n"
    )
    incident = done(reported(policy), "assign_role", after(1), policy, role="lead", person="bo")
    decided(incident, "hold", 2, policy, actor="bo", reason="x")
    assert refused(incident, "hold", 2, policy, reason="x").may == ("lead (bo)",)
    assert policy.review.led_by == "lead"
    assert policy.review.attendees == ("second",)
    second = done(incident, "assign_role", after(2), policy, role="second", person="cy")
    decided(second, "hold", 3, policy, actor="cy", reason="x")


PARTS = staffed(
    "steps: { assessment: [{ id: sign_off, do: Sign off, by: bo }] }\n"
    "review: { required: { SEV1: always } }\n"
    "authority: { complete_step: bo, add_lesson: bo }\n"
)


def test_a_command_within_another_follows_its_own_rule_too() -> None:
    """Neither a trigger with a step nor a review with a lesson gets around that rule."""
    answer = refused(reported(PARTS), "acknowledge", 1, PARTS, actor="ana", steps=("sign_off",))
    assert answer.message == "ana may not complete_step; may: bo"
    decided(reported(PARTS), "acknowledge", 1, PARTS, actor="bo", steps=("sign_off",))
    decided(reported(PARTS), "acknowledge", 1, PARTS, actor="ana")
    in_review = done(reported(PARTS), "resolve", after(1), PARTS)
    review = {"lead": "ana", "lessons": ("pin it",)}
    answer = refused(in_review, "submit_review", 2, PARTS, actor="ana", **review)
    assert answer.message == "ana may not add_lesson; may: bo"
    decided(in_review, "submit_review", 2, PARTS, actor="bo", **review)


def test_a_step_that_must_be_approved_does_not_come_along_with_a_trigger() -> None:
    """The step needs a command of its own, so that approvers see what they approve."""
    policy = staffed(
        "steps: { assessment: [{ id: sign_off, do: Sign off, by: bo }] }\n"
        "approvals: { complete_step: { by: cy, severities: SEV1 } }\n"
    )
    answer = refused(reported(policy), "acknowledge", 1, policy, steps=("sign_off",))
    assert (answer.kind, answer.missing) == ("NeedsApproval", ("complete_step",))
    mild = reported(policy, "SEV2")
    decided(mild, "acknowledge", 1, policy, steps=("sign_off",))


def test_a_command_for_nobody_is_closed_to_monitoring_too() -> None:
    """If nobody may reopen a closed incident, a recurrence opens a new one."""
    policy = staffed(
        "review: { required: { SEV1: always } }\nauthority: { reopen:closed: nobody }\n"
    )
    alerts = {"actor": "monitoring", "via": "alerts"}
    in_review = done(reported(policy), "resolve", after(1), policy)
    closed = in_review.changed(state=State.CLOSED)
    assert refused(closed, "reopen", 2, policy, **alerts).kind == "NotAuthorised"
    decided(in_review, "reopen", 2, policy, **alerts)


def test_a_severity_that_must_be_approved_does_not_follow_from_an_attribute() -> None:
    """A flag is no way around: somebody must set the severity, which is approved first."""
    policy = staffed(
        "severity_rules: { at_least: { flag personal_data: SEV1 } }\n"
        "approvals: { set_severity: bo }\n"
    )
    flag = {"attribute": "personal_data"}
    incident = reported(policy, "SEV2")
    answer = refused(incident, "set_attribute", 1, policy, **flag)
    assert (answer.kind, answer.missing) == ("NeedsApproval", ("set_severity",))
    asked = refused(incident, "set_severity", 1, policy, severity="SEV1")
    assert asked.leaves
    incident = decided(
        asked.leaves.incident, "approve", 2, policy, actor="bo", command="set_severity"
    ).incident
    incident = decided(incident, "set_severity", 3, policy, severity="SEV1").incident
    decided(incident, "set_attribute", 4, policy, **flag)


def test_alerts_do_not_resolve_what_nobody_may_resolve() -> None:
    """The check names the contradiction, and quiet alerts stay news."""
    written = "authority: { resolve: { by: ana, SEV1: nobody } }\nalerts: { when_quiet: resolve }\n"
    policy = staffed(written)
    found = [str(problem) for problem in problems_of(parse_policy((HEAD + written).encode(), "p"))]
    assert any("nobody may resolve at SEV1, so quiet alerts do not" in words for words in found)
    alert = Alert(fingerprint="f", name="Disk", status=AlertStatus.FIRING, started_at=START)
    by = {"actor": MONITORING.name, "via": MONITORING.via}
    for severity, over in (("SEV1", False), ("SEV2", True)):
        incident = reported(policy, severity)
        for at, status in ((1, AlertStatus.FIRING), (2, AlertStatus.RESOLVED)):
            told = (alert.changed(status=status),)
            batch = AlertBatch(group_key="g", alerts=told, received_at=after(at))
            incident = done(incident, "record_alerts", after(at), policy, batch=batch, **by)
        assert (incident.milestone("resolved") is not None) == over


def test_attributes_that_come_with_a_severity_ask_their_rule_though_the_policy_names_none() -> None:
    """Whoever may not set an attribute alone may not set it by the way."""
    policy = staffed("authority: { set_severity: anyone }\n")
    stranger: dict[str, Any] = {"actor": "mallory", "severity": "SEV1"}
    flagged = stranger | {"attributes": {"personal_data": "yes"}}
    assert isinstance(
        outcome(reported(policy), "set_severity", after(5), policy, **stranger), Decision
    )
    alone = {"actor": "mallory", "attribute": "personal_data"}
    for name, fields in (("set_attribute", alone), ("set_severity", flagged)):
        refusal = refused(reported(policy), name, 5, policy, **fields)
        assert (refusal.kind, refusal.message.partition(";")[0]) == (
            "NotAuthorised",
            "mallory may not set_attribute",
        )
    before = policy.changed(judges_in_full=False)
    assert isinstance(
        outcome(reported(policy), "set_severity", after(5), before, **flagged), Decision
    )
