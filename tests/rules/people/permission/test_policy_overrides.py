"""Overrides: the policy says who may override what; each needs a reason and stays visible."""

from typing import Any

import pytest

from models.people.schedule import Duty, OnCall
from rules.commands.answers import status_markdown
from rules.incident_reports.document import incident_report_markdown
from rules.people.permission.policy_overrides import MOST_KEPT
from rules.record.decision import Refusal, TellAudiences
from states.lifecycle import State
from tests.rules.staffed import decided, lines, refused, reported, staffed
from tests.specimens import START, after, done

POLICY = staffed(
    "roles: { lead: { required: { SEV1: 0s }, default: acknowledger } }\n"
    "steps: { assessment: [{ id: look, do: Look, by: lead, required: true }] }\n"
    "authority: { hold: dee, resume: dee, set_severity: { by: dee, needs: reason },"
    " override: { by: [ana, cy], needs: reason, guards: [steps_done],"
    " commands: [hold, begin_diagnosis, resolve, set_severity] } }\n"
    "approvals: { resolve: dee }\n"
)
WHY = "the site burns"


def test_an_override_carries_out_a_refused_command_and_leaves_its_mark() -> None:
    """The mark is on the timeline, the record, Temporal's details and the report."""
    answer = decided(reported(POLICY), "hold", 1, POLICY, reason="x", override=WHY)
    incident = answer.incident
    assert incident.hold is not None
    assert lines(incident, "override.used") == [
        f"override of hold by ana: {WHY} — otherwise refused: ana may not hold; may: dee"
    ]
    [kept] = incident.overrides
    assert (kept.command, kept.actor.name, kept.reason) == ("hold", "ana", WHY)
    assert answer.summary.endswith("by override")
    assert f"**Overridden**: hold by ana: {WHY}" in status_markdown(POLICY, incident, after(2))
    assert "## Overrides" in incident_report_markdown(incident, POLICY, (), after(2))


@pytest.mark.parametrize(
    ("name", "fields", "kind", "words"),
    [
        ("hold", {"reason": "x", "actor": "bo"}, "NotAuthorised", "bo may not override; may: ana"),
        ("resume", {}, "NotAuthorised", "the incident is not on hold"),
        ("begin_diagnosis", {}, "TransitionNotAllowed", "not possible in state reported"),
        ("set_severity", {"severity": "SEV9"}, "Refused", "no severity"),
        ("hold", {"reason": "x", "happened_at": after(9)}, "Malformed", "future"),
    ],
)
def test_some_refusals_cannot_be_overridden(
    name: str, fields: dict[str, Any], kind: str, words: str
) -> None:
    """That is: no authority to override, not possible, unknown, or malformed."""
    answer = refused(reported(POLICY), name, 1, POLICY, override=WHY, **fields)
    if name == "resume":
        assert "ana may not resume" in answer.message
        assert "does not allow overriding resume" in answer.message
    assert answer.kind == kind
    assert words in answer.message


def test_a_guard_that_the_policy_names_is_overruled_and_no_other() -> None:
    """The missing step is overruled; the unconfirmed severity is not."""
    incident = done(reported(POLICY), "acknowledge", after(1), POLICY)
    answer = refused(incident, "begin_diagnosis", 2, POLICY, override=WHY)
    assert [m.split(" is ")[0] for m in answer.missing] == ["severity SEV1"]
    incident = done(
        incident, "set_severity", after(3), POLICY, severity="SEV1", actor="dee", note="sure"
    )
    refused(incident, "begin_diagnosis", 4, POLICY)
    moved = done(incident, "begin_diagnosis", after(4), POLICY, override=WHY)
    assert moved.state is State.DIAGNOSIS
    assert len(moved.overrides) == 1


def test_an_approval_is_overruled() -> None:
    """Nobody has to wait for anybody."""
    resolved = done(reported(POLICY), "resolve", after(1), POLICY, override=WHY)
    assert resolved.state is State.CLOSED
    assert "needs approval" in resolved.overrides[0].instead_of


def test_an_unneeded_override_leaves_no_trace() -> None:
    """A person with the authority leaves no mark of an override."""
    incident = done(
        reported(POLICY), "hold", after(1), POLICY, reason="x", actor="dee", override=WHY
    )
    assert incident.overrides == ()


def test_without_a_rule_nobody_overrides() -> None:
    """The refusal is the same as without the attempt to override, and says so besides."""
    policy = staffed("authority: { hold: dee }\n")
    answer = refused(reported(policy), "hold", 1, policy, reason="x", override=WHY)
    plain = "ana may not hold; may: dee"
    words = f"{plain}; besides, the policy allows nobody to override it"
    assert answer == Refusal("NotAuthorised", words, may=("dee",))
    late = refused(reported(policy), "close", 1, policy, override=WHY)
    assert late.kind == "TransitionNotAllowed"
    assert late.possible, "what is possible is still said"


def test_an_override_of_one_command_does_no_other_by_the_way() -> None:
    """A step, an attribute, the severity or a link is overruled only if its command is listed."""
    policy = staffed(
        "steps: { assessment: [{ do: Look, by: lead }] }\n"
        "roles: { lead: {} }\n"
        "attributes: { plan: [basic, gold] }\n"
        "authority:\n"
        "  acknowledge: people\n"
        "  begin_diagnosis: dee\n"
        "  cancel: dee\n"
        "  set_severity: dee\n"
        "  complete_step: cy\n"
        "  set_attribute: cy\n"
        "  link: cy\n"
        "  override:\n"
        "    by: ana\n"
        "    guards: [severity_confirmed, roles_filled]\n"
        "    commands: [begin_diagnosis, set_severity, cancel]\n"
    )
    incident = done(reported(policy), "acknowledge", after(1), policy)
    twin = {"reason": "x", "duplicate_of": "INC-260326-00000000"}
    for name, fields in (
        ("begin_diagnosis", {"steps": ["look"]}),
        ("set_severity", {"severity": "SEV2", "attributes": {"plan": "gold"}}),
        ("cancel", twin),
    ):
        answer = refused(incident, name, 2, policy, override=WHY, **fields)
        assert (answer.kind, answer.may) == ("NotAuthorised", ("cy",))
        before = policy.changed(closes_detours=False)
        assert done(incident, name, after(2), before, override=WHY, **fields)
    assert done(incident, "cancel", after(2), policy, override=WHY, reason="x")


def test_a_command_that_cannot_be_understood_is_never_overridden() -> None:
    """That is a wrong or a missing date, whatever the reason says."""
    corrected = {"milestone": "reported", "happened_at": None, "override": WHY}
    answer = refused(reported(POLICY), "correct_milestone", 1, POLICY, **corrected)
    assert answer.kind == "Malformed"
    fields = {"reason": "x", "actor": "bo", "happened_at": after(9), "override": WHY}
    assert refused(reported(POLICY), "hold", 1, POLICY, **fields).kind == "Malformed"


def test_a_command_has_its_effects_by_override_too() -> None:
    """The audiences hear of it as usual."""
    answer = decided(reported(POLICY), "hold", 1, POLICY, reason="x", override=WHY)
    assert answer.effects == (TellAudiences("hold", "on hold: x"),)


def test_the_person_on_call_at_that_time_may_override() -> None:
    """The shift at that time counts, and the refusal names its people."""
    policy = staffed(
        "schedules: { primary: { rotation: { people: [bo, cy], hand_over: daily 09:00 } } }\n"
        "authority: { hold: dee, override: { by: [on_call:primary], needs: reason } }\n"
    )
    duty = Duty(person="bo", because="rotation", since_at=START, until_at=after(60))
    found = OnCall(schedule="primary", at=START, duties=(duty,), until_at=after(60))
    policy = policy.changed(on_call={"primary": found})
    fields = {"reason": "x", "override": WHY}
    decided(reported(policy), "hold", 1, policy, actor="bo", **fields)
    answer = refused(reported(policy), "hold", 1, policy, actor="cy", **fields)
    assert answer.may == ("dee",)
    assert "cy may not override; may: on_call primary (bo)" in answer.message


def test_many_overrides_do_not_fill_the_record() -> None:
    """Each is still on the timeline."""
    incident = reported(POLICY)
    for turn in range(MOST_KEPT + 5):
        incident = done(incident, "hold", after(2 * turn), POLICY, reason="x", override=WHY)
        incident = done(incident, "resume", after(2 * turn + 1), POLICY, actor="dee")
    assert len(incident.overrides) == MOST_KEPT
    assert incident.older_overrides == 5
    assert incident.overrides[-1].at == after(2 * (MOST_KEPT + 4)), "the newest are kept"
    assert len(lines(incident, "override.used")) == MOST_KEPT + 5
