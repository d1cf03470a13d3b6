"""Authority by severity goes by the worse of the old and the new severity."""

from typing import Any

import pytest

from models.base import ENGINE, MONITORING
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from rules.record.decision import Decision, Outcome, Refusal
from tests.rules.rated import MATRIX, rated, reported
from tests.specimens import after, outcome

RULED = rated(MATRIX + "  raise: { by: anyone, P1: bo }\n  lower: { by: anyone, P1: bo }\n")
BY_COMMAND = rated(MATRIX + "authority: { set_severity: { by: anyone, P1: bo } }\n")
APPROVED = rated(MATRIX + "approvals: { set_severity: { by: bo, severities: P1 } }\n")
P2 = {"impact": "high", "urgency": "low"}


def setting(policy: CompiledPolicy, before: str, after_that: str, **fields: Any) -> Outcome:
    """The outcome if ana sets another severity, or the same again."""
    incident = reported(policy, severity=before)
    return outcome(incident, "set_severity", after(5), policy, severity=after_that, **fields)


def before_versions(policy: CompiledPolicy) -> CompiledPolicy:
    """The policy of incidents that began before the worse of two counted."""
    stored = policy.model_dump(mode="json")
    rules = [stored["raise_severity"], stored["lower_severity"]]
    for rule in (*rules, *stored["authority"].values(), *stored["approvals"].values()):
        del rule["by_the_worse"]
    return CompiledPolicy.model_validate(stored)


CHANGES = [("P2", "P1"), ("P4", "P1"), ("P1", "P2"), ("P1", "P4")]


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_a_policy_can_say_who_may_declare_and_take_away_the_worst_severity(
    old: str, new: str
) -> None:
    """The key P1 covers changes to and from P1, and names who may make them."""
    verb = "raise" if new == "P1" else "lower"
    refusal = setting(RULED, old, new)
    assert isinstance(refusal, Refusal)
    assert refusal.message == f"ana may not {verb} the severity from {old} to {new}; may: bo"
    assert isinstance(setting(RULED, old, new, actor="bo"), Decision)


@pytest.mark.parametrize("policy", [RULED, BY_COMMAND, APPROVED])
@pytest.mark.parametrize(("old", "new"), [("P4", "P2"), ("P2", "P4"), ("P3", "P3")])
def test_changes_between_other_severities_stay_open_to_everybody(
    policy: CompiledPolicy, old: str, new: str
) -> None:
    """The key does not cover them."""
    assert isinstance(setting(policy, old, new), Decision)


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_authority_by_severity_follows_the_worse_severity(old: str, new: str) -> None:
    """The refusal says which change ana may not make."""
    refusal = setting(BY_COMMAND, old, new)
    assert isinstance(refusal, Refusal)
    assert refusal.message == f"ana may not set_severity from {old} to {new}; may: bo"
    assert isinstance(setting(BY_COMMAND, old, new, actor="bo"), Decision)


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_approvals_by_severity_follow_the_worse_severity(old: str, new: str) -> None:
    """The approval comes before the severity changes."""
    refusal = setting(APPROVED, old, new)
    assert isinstance(refusal, Refusal)
    assert refusal.message == (
        f"set_severity from {old} to {new} needs approval: have 0 of 1; may approve: bo"
    )


def test_authority_to_confirm_follows_the_confirmed_severity() -> None:
    """Rules for raising and lowering do not apply; rules for the command do."""
    assert isinstance(setting(RULED, "P1", "P1"), Decision)
    refusal = setting(BY_COMMAND, "P1", "P1")
    assert isinstance(refusal, Refusal)
    assert refusal.message == "ana may not set_severity; may: bo"
    assert isinstance(setting(APPROVED, "P1", "P1"), Refusal)


def test_nobody_declares_it_through_an_attribute() -> None:
    """A change through an attribute counts like any other."""
    incident = reported(RULED, attributes=P2)
    fields = {"attribute": "urgency", "value": "high"}
    refusal = outcome(incident, "set_attribute", after(5), RULED, **fields)
    assert isinstance(refusal, Refusal)
    assert refusal.may == ("bo",)
    changed = outcome(incident, "set_attribute", after(5), RULED, actor="bo", **fields)
    assert isinstance(changed, Decision)
    assert changed.incident.severity == "P1"


@pytest.mark.parametrize("actor", [ENGINE, MONITORING])
@pytest.mark.parametrize("policy", [RULED, BY_COMMAND, APPROVED])
def test_clocks_and_alerts_still_raise_the_severity(policy: CompiledPolicy, actor: Any) -> None:
    """Authority by severity only concerns people."""
    assert isinstance(setting(policy, "P2", "P1", actor=actor.name, via=actor.via), Decision)


@pytest.mark.parametrize("policy", [RULED, BY_COMMAND, APPROVED])
def test_incidents_from_before_follow_the_severity_before_the_change(
    policy: CompiledPolicy,
) -> None:
    """Their policies do not know of the worse one, and keep their meaning."""
    carried = before_versions(policy)
    assert isinstance(setting(carried, "P2", "P1"), Decision)
    assert isinstance(setting(carried, "P1", "P2"), Refusal)


def test_a_question_goes_to_the_people_of_the_worse_severity() -> None:
    """The people for the worse one are paged, and later the asker may do it."""
    policy = rated(MATRIX + "  raise: { by: anyone, P1: bo, after: { 10m: ana } }\n")
    refusal = setting(policy, "P2", "P1")
    assert isinstance(refusal, Refusal)
    assert refusal.may == ("bo", "ana 10m after asking")
    assert refusal.leaves is not None
    incident: Incident = refusal.leaves.incident
    assert incident.timeline[-1].data["of"] == ["bo"]
    assert isinstance(outcome(incident, "set_severity", after(15), policy, severity="P1"), Decision)
