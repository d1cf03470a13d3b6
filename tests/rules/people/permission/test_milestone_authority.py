"""Who may set a certain milestone, correct it and withdraw it."""

from typing import Any

import pytest

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from rules.record.decision import PageRole
from tests.rules.staffed import decided, lines, refused, reported, staffed
from tests.specimens import after, done

MILESTONES = "milestones: [notified, restored]\n"
RULED = staffed(
    MILESTONES + "authority: { set_milestone: ana, correct_milestone: ana, "
    "set_milestone:notified: { by: bo, needs: reason } }\n"
)


def with_milestones(policy: CompiledPolicy) -> Incident:
    """An incident on which somebody with authority set both."""
    incident = done(reported(policy), "set_milestone", after(1), policy, milestone="restored")
    by_bo = {"actor": "bo", "note": "sent"}
    return done(incident, "set_milestone", after(1), policy, milestone="notified", **by_bo)


def test_the_rule_of_a_milestone_replaces_the_rule_of_all() -> None:
    """Its conditions count too; other milestones follow the general rule."""
    refusal = refused(reported(RULED), "set_milestone", 1, RULED, milestone="notified")
    assert refusal.message == "ana may not set_milestone notified; may: bo"
    assert refused(
        reported(RULED), "set_milestone", 1, RULED, milestone="notified", actor="bo"
    ).missing == ("note",)
    refusal = refused(reported(RULED), "set_milestone", 1, RULED, milestone="restored", actor="bo")
    assert refusal.message == "bo may not set_milestone; may: ana"
    with_milestones(RULED)


@pytest.mark.parametrize(
    ("name", "fields"),
    [("correct_milestone", {"happened_at": after(0)}), ("withdraw_milestone", {})],
)
def test_the_rule_of_a_milestone_covers_correction_and_withdrawal(
    name: str, fields: dict[str, Any]
) -> None:
    """Nobody may undo what they may not do."""
    incident = with_milestones(RULED)
    refusal = refused(incident, name, 5, RULED, milestone="notified", **fields)
    assert refusal.message == f"ana may not {name} notified; may: bo"
    fields = {**fields, "actor": "bo", "note": "not sent yet"}
    decided(incident, name, 5, RULED, milestone="notified", **fields)


def test_a_request_for_one_milestone_is_none_for_another() -> None:
    """Each wait begins when that milestone was asked for."""
    rule = "{ by: dee, after: { 10m: ana } }"
    policy = staffed(
        f"{MILESTONES}authority: {{ set_milestone:notified: {rule}, "
        f"set_milestone:restored: {rule} }}\n"
    )
    asked = refused(reported(policy), "set_milestone", 1, policy, milestone="notified").leaves
    assert asked is not None
    assert [e.target for e in asked.effects if isinstance(e, PageRole)] == ["person:dee"]
    assert lines(asked.incident, "consultation.asked") == ["ana wants to set_milestone notified"]
    assert refused(asked.incident, "set_milestone", 20, policy, milestone="restored").leaves
    decided(asked.incident, "set_milestone", 20, policy, milestone="notified")
