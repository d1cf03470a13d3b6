"""Consult, then proceed: what somebody may do later is exactly what they asked for."""

from typing import Any

import pytest

from models.people.schedule import Duty, OnCall
from rules.record.decision import Decision, Refusal
from tests.rules.staffed import refused, reported, staffed
from tests.specimens import START, after, done, outcome

POLICY = staffed(
    "roles: { lead: {}, fixer: {} }\n"
    "authority: { assign_role: { by: lead, after: { 30m: [bo] } },"
    " set_severity: { by: lead, after: { 30m: [bo] } },"
    " cancel: { by: lead, after: { 30m: [bo] } } }\n"
)


@pytest.mark.parametrize(
    ("name", "asked", "other"),
    [
        ("assign_role", {"role": "fixer", "person": "cy"}, {"role": "lead", "person": "bo"}),
        ("set_severity", {"severity": "SEV1"}, {"severity": "SEV2"}),
        ("cancel", {"reason": "duplicate"}, {"reason": "false_alarm"}),
        ("cancel", {"reason": "duplicate"}, {"reason": "duplicate", "note": "as cy wants"}),
    ],
)
def test_who_asked_for_one_thing_does_not_do_another(
    name: str, asked: dict[str, Any], other: dict[str, Any]
) -> None:
    """Another content is another question, and its time begins anew."""
    leaves = refused(reported(POLICY), name, 10, POLICY, actor="bo", **asked).leaves
    assert leaves is not None
    again = refused(leaves.incident, name, 41, POLICY, actor="bo", **other)
    assert again.kind == "NotAuthorised"
    assert again.leaves is not None
    assert isinstance(
        outcome(leaves.incident, name, after(41), POLICY, actor="bo", **asked), Decision
    )


def test_each_person_waits_for_what_they_asked() -> None:
    """The question of one does not end that of another, and each is told once."""
    policy = staffed(
        "roles: { lead: {} }\nauthority: { link: { by: lead, after: { 30m: people } } }\n"
    )
    first = refused(reported(policy), "link", 10, policy, target="CHG-1", actor="bo").leaves
    assert first is not None
    both = refused(first.incident, "link", 20, policy, target="CHG-2", actor="cy").leaves
    assert both is not None
    assert [r.requester.name for r in both.incident.requests] == ["bo", "cy"]
    assert refused(both.incident, "link", 21, policy, target="CHG-2", actor="cy").leaves is None
    linked = done(both.incident, "link", after(41), policy, target="CHG-1", actor="bo")
    assert [r.requester.name for r in linked.requests] == ["cy"]
    early = outcome(linked, "link", after(41), policy, target="CHG-2", actor="cy")
    assert isinstance(early, Refusal)


def test_who_may_does_it_in_their_own_words() -> None:
    """The question is answered, whatever the note."""
    policy = staffed(
        "roles: { lead: {} }\nauthority: { link: { by: [cy], after: { 30m: people } } }\n"
    )
    asked = refused(reported(policy), "link", 10, policy, target="CHG-1", actor="bo").leaves
    assert asked is not None
    fields = {"target": "CHG-1", "actor": "cy", "note": "as bo says"}
    assert done(asked.incident, "link", after(11), policy, **fields).requests == ()


@pytest.mark.parametrize(("at", "may"), [(39, False), (40, True)])
def test_the_person_on_call_at_that_time_may_after_the_wait(at: float, may: bool) -> None:  # noqa: FBT001 - a case
    """The shift at that time counts, and only for what was asked before."""
    policy = staffed(
        "roles: { lead: {} }\n"
        "schedules: { primary: { rotation: { people: [bo, cy], hand_over: daily 09:00 } } }\n"
        "authority: { link: { by: lead, after: { 30m: on_call:primary, 2h: lead } } }\n"
    )
    duty = Duty(person="bo", because="rotation", since_at=START, until_at=after(600))
    found = OnCall(schedule="primary", at=START, duties=(duty,), until_at=after(600))
    policy = policy.changed(on_call={"primary": found})
    fields: dict[str, Any] = {"target": "CHG-1", "actor": "bo"}
    leaves = refused(reported(policy), "link", 10, policy, **fields).leaves
    assert leaves is not None
    answer = outcome(leaves.incident, "link", after(at), policy, **fields)
    assert isinstance(answer, Refusal) is not may
    assert isinstance(
        outcome(leaves.incident, "link", after(at), policy, target="x", actor="cy"), Refusal
    )
    if isinstance(answer, Refusal):
        assert answer.may == (
            "lead (nobody yet: assign_role)",
            "on_call primary (bo) 30m after asking",
            "lead (nobody yet: assign_role) 2h after asking",
        )


def test_nobody_dates_what_they_waited_for_to_before_they_asked() -> None:
    """Not by saying that it was long on its way, either."""
    fields = {"reason": "duplicate", "note": "as INC-2", "actor": "bo"}
    leaves = refused(reported(POLICY), "cancel", 10, POLICY, **fields).leaves
    assert leaves is not None
    early = refused(leaves.incident, "cancel", 41, POLICY, sent_at=after(2), **fields)
    assert early.kind == "NotAuthorised"
