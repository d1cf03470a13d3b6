"""What a refusal says: its kind, what was wrong, and what would be right instead."""

from typing import Any

import pytest

from models.incident.record import Incident
from rules.record.decision import Refusal
from tests.rules.staffed import decided, refused, reported, staffed
from tests.specimens import after, done

Steps = tuple[tuple[str, dict[str, Any]], ...]

POLICY = staffed(
    "roles: { lead: { not_also: scribe, qualification: [commander, payments] },"
    " experts: { count: 2-3 }, scribe: {} }\n"
    "steps: { resolution: [{ id: verify, do: Verify, by: lead, required: false },"
    " { id: tidy, do: Tidy, by: lead, required: false }] }\n"
    "holds: { reasons: [third_party, change_window] }\n"
    "review: { required: { SEV1: always }, led_by: lead }\n"
    "handover: { required: [status] }\n"
    "approvals: { cancel: [bo, cy] }\n"
    "authority: { add_lesson: { by: dee, needs: reason },"
    " override: { by: [dee, eve], needs: reason, commands: [cancel, resolve] } }\n"
)
ROLES = "it has: lead, experts, scribe"
PEOPLE = "it has: ana, bo, cy, dee, eve"
LED: Steps = (("assign_role", {"role": "lead", "person": "bo"}),)
TWO: Steps = tuple(("assign_role", {"role": "experts", "person": p}) for p in ("bo", "cy"))
THREE: Steps = (*TWO, ("assign_role", {"role": "experts", "person": "dee"}))
SAID = {"content": {"status": "x"}}
OFFERED: Steps = (*LED, ("hand_over", {"role": "lead", "to": "cy", "actor": "bo", **SAID}))
BEFORE_REVIEW = "assessment, diagnosis, reported, resolution"


def answered(before: Steps, name: str, fields: dict[str, Any]) -> Refusal:
    """The refusal of a command at 10 minutes, after others at 5 minutes."""
    incident: Incident = reported(POLICY)
    for earlier, said in before:
        incident = done(incident, earlier, after(5), POLICY, **said)
    return refused(incident, name, 10, POLICY, **fields)


@pytest.mark.parametrize(
    ("before", "name", "fields", "words", "missing"),
    [
        ((), "assign_role", {"role": "cook", "person": "bo"}, f"no role 'cook'; {ROLES}", ()),
        ((), "assign_role", {"role": "experts", "person": "zed"}, f"no person 'zed'; {PEOPLE}", ()),
        ((), "unassign_role", {"role": "cook"}, f"no role 'cook'; {ROLES}", ()),
        ((), "hand_over", {"role": "cook", "to": "bo"}, f"no role 'cook'; {ROLES}", ()),
        (LED, "hand_over", {"role": "lead", "to": "zed"}, f"no person 'zed'; {PEOPLE}", ()),
        ((), "complete_step", {"step": "x"}, "no step 'x'; it has: verify, tidy", ()),
        ((), "resolve", {"steps": ["x"]}, "no step 'x'; it has: verify, tidy", ()),
        (
            (),
            "hold",
            {"reason": "x"},
            "no hold reason 'x'; it has: third_party, change_window",
            (),
        ),
    ],
)
def test_a_name_that_the_policy_does_not_have_is_refused_with_those_that_it_has(
    before: Steps, name: str, fields: dict[str, Any], words: str, missing: tuple[str, ...]
) -> None:
    """Nobody has to look up the right spelling."""
    answer = answered(before, name, fields)
    assert answer == Refusal("Refused", f"the policy has {words}", missing)


@pytest.mark.parametrize(
    ("before", "name", "fields", "words", "missing"),
    [
        ((), "unassign_role", {"role": "lead"}, "nobody holds lead", ()),
        (
            TWO,
            "unassign_role",
            {"role": "experts"},
            "experts is held by bo, cy: name one of them",
            ("person",),
        ),
        (
            TWO,
            "unassign_role",
            {"role": "experts", "person": "eve"},
            "eve does not hold experts; it is held by bo, cy",
            (),
        ),
        (
            THREE,
            "assign_role",
            {"role": "experts", "person": "eve"},
            "experts has 3 holders, the most that it may have",
            ("unassign_role first",),
        ),
        (
            LED,
            "assign_role",
            {"role": "lead", "person": "cy"},
            "bo holds lead, and it moves only if another accepts it",
            ("hand_over, or unassign_role first",),
        ),
        (
            (),
            "assign_role",
            {"role": "lead", "person": "eve"},
            "eve is not qualified for lead, which needs commander or payments; could: ana, bo, cy",
            (),
        ),
        (
            LED,
            "assign_role",
            {"role": "scribe", "person": "bo"},
            "bo is lead, who may not also be scribe",
            (),
        ),
    ],
)
def test_a_role_is_not_given_or_taken_back_against_its_rules(
    before: Steps, name: str, fields: dict[str, Any], words: str, missing: tuple[str, ...]
) -> None:
    """The refusal says who holds it and what is possible instead."""
    assert answered(before, name, fields) == Refusal("Refused", words, missing)


@pytest.mark.parametrize(
    ("before", "name", "fields", "expected"),
    [
        (
            (),
            "hand_over",
            {"role": "lead", "to": "bo"},
            Refusal("Refused", "nobody holds lead: use assign_role"),
        ),
        (
            TWO,
            "hand_over",
            {"role": "experts", "to": "dee", **SAID},
            Refusal("Refused", "experts is held by bo, cy: name one of them", ("giver",)),
        ),
        (
            TWO,
            "hand_over",
            {"role": "experts", "to": "dee", "giver": "eve", **SAID},
            Refusal("Refused", "eve does not hold experts"),
        ),
        (
            LED,
            "hand_over",
            {"role": "lead", "to": "bo", "actor": "bo", **SAID},
            Refusal("Refused", "bo holds lead already"),
        ),
        (
            LED,
            "hand_over",
            {"role": "lead", "to": "cy", "actor": "bo"},
            Refusal(
                "Refused",
                "the handover lacks what the policy requires: content status",
                ("content status",),
            ),
        ),
        (
            OFFERED,
            "accept_handover",
            {"role": "lead"},
            Refusal(
                "NotAuthorised", "lead is not offered to ana; it is offered to cy", may=("cy",)
            ),
        ),
        (
            LED,
            "accept_handover",
            {"role": "lead"},
            Refusal("Refused", "lead is not offered to anybody: use hand_over"),
        ),
    ],
)
def test_a_role_is_not_handed_over_against_its_rules(
    before: Steps, name: str, fields: dict[str, Any], expected: Refusal
) -> None:
    """The refusal says what somebody must say or do first, and who."""
    assert answered(before, name, fields) == expected


@pytest.mark.parametrize(
    ("before", "name", "fields", "expected"),
    [
        ((), "resume", {}, Refusal("Refused", "the incident is not on hold")),
        (
            (("hold", {"reason": "third_party"}),),
            "hold",
            {"reason": "change_window"},
            Refusal("Refused", "the incident is already on hold: third_party"),
        ),
        (
            (("resolve", {}),),
            "hold",
            {"reason": "third_party"},
            Refusal("Refused", f"hold is possible in {BEFORE_REVIEW}; the incident is review"),
        ),
        (
            (),
            "submit_review",
            {"lead": "ana"},
            Refusal("Refused", "submit_review is possible in review; the incident is reported"),
        ),
        (
            (*LED, ("resolve", {})),
            "submit_review",
            {"lead": "ana"},
            Refusal("Refused", "by the policy, lead leads the review: bo", ("lead: bo",)),
        ),
        (
            (),
            "add_lesson",
            {"text": "x"},
            Refusal("NotAuthorised", "ana may not add_lesson; may: dee", may=("dee",)),
        ),
        (
            (),
            "add_lesson",
            {"text": "x", "actor": "dee"},
            Refusal("Refused", "the policy requires a reason for add_lesson: note", ("note",)),
        ),
        (
            (),
            "cancel",
            {"reason": "x", "override": "y"},
            Refusal(
                "NotAuthorised",
                "ana may not override; may: dee, eve; besides, cancel needs approval: "
                "have 0 of 1; may approve: bo, cy",
                ("approve cancel",),
                may=("dee", "eve"),
            ),
        ),
        (
            (),
            "add_lesson",
            {"text": "x", "override": "y"},
            Refusal(
                "NotAuthorised",
                "ana may not add_lesson; may: dee; besides, "
                "the policy does not allow overriding add_lesson; it allows: cancel, resolve",
                may=("dee",),
            ),
        ),
    ],
)
def test_an_impossible_command_says_why_and_who_may(
    before: Steps, name: str, fields: dict[str, Any], expected: Refusal
) -> None:
    """The refusal names them as far as the rules know."""
    assert answered(before, name, fields) == expected


def test_a_command_that_needs_approval_says_how_many_gave_it_and_what_to_do() -> None:
    """Asked again, it answers the same, and nobody is asked twice."""
    first = refused(reported(POLICY), "cancel", 10, POLICY, reason="x")
    message = "cancel needs approval: have 0 of 1; may approve: bo, cy"
    assert (first.kind, first.message) == ("NeedsApproval", message)
    assert (first.missing, first.may) == (("approve cancel",), ("bo", "cy"))
    assert first.leaves is not None
    waiting = first.leaves.incident
    again = refused(waiting, "cancel", 11, POLICY, reason="x")
    assert again == Refusal("NeedsApproval", message, ("approve cancel",), may=("bo", "cy"))


@pytest.mark.parametrize(
    ("command", "actor", "expected"),
    [
        (
            "cancel",
            "ana",
            Refusal(
                "NotAuthorised", "ana asked for it; may approve cancel: bo, cy", may=("bo", "cy")
            ),
        ),
        (
            "cancel",
            "eve",
            Refusal("NotAuthorised", "eve may not approve cancel; may: bo, cy", may=("bo", "cy")),
        ),
        (
            "resolve",
            "bo",
            Refusal("Refused", "nobody asked for approval of resolve; open requests: cancel"),
        ),
    ],
)
def test_a_person_who_cannot_approve_is_told_who_can(
    command: str, actor: str, expected: Refusal
) -> None:
    """Or it names the commands that need leave."""
    leaves = refused(reported(POLICY), "cancel", 10, POLICY, reason="x").leaves
    assert leaves is not None
    fields = {"command": command, "actor": actor}
    assert refused(leaves.incident, "approve", 11, POLICY, **fields) == expected
    fields = {**fields, "reason": "no"}
    assert refused(leaves.incident, "reject", 11, POLICY, **fields) == expected


def test_nobody_approves_twice() -> None:
    """The refusal says that they approved already."""
    leaves = refused(reported(POLICY), "cancel", 10, POLICY, reason="x").leaves
    assert leaves is not None
    fields = {"command": "cancel", "actor": "bo"}
    given = decided(leaves.incident, "approve", 11, POLICY, **fields).incident
    assert refused(given, "approve", 12, POLICY, **fields) == Refusal(
        "Refused", "bo has approved cancel already"
    )
