"""What an approval is for: one command, all that it does, and what its approver was told."""

from datetime import datetime
from typing import Any

import pytest

from models.base import Actor
from models.command import COMMANDS
from models.incident.record import Hold, Incident
from models.payload import Command
from rules.people.permission.content import content_of, core_of, digest_of, in_a_word, in_full
from rules.record.decision import Case, PageRole
from states.lifecycle import State
from tests.rules.staffed import decided, lines, refused, reported, staffed
from tests.specimens import after, done

POLICY = staffed(
    "roles: { lead: {}, fixer: {} }\n"
    "milestones: [aware, told]\n"
    "communication: { audiences: { public: { channels: log, on: [resolved] },"
    " staff: { channels: log, on: [resolved] } } }\n"
    "approvals: { resolve: cy, escalate: cy, hold: cy, set_milestone: cy, set_severity: cy,"
    " post_update: cy, set_attribute: cy, unassign_role: cy, resume: cy }\n"
    "backdating: { reason_after: 0s, approval_after: 20s, approved_by: { by: [cy] } }\n"
)
GIVEN: dict[str, Any] = {
    "attributes": {"personal_data": "yes"},
    "content": {"status": "bad"},
    "aspects": {"cause": "a cable"},
    "documents": {"report": "file:///r"},
    "audiences": ("public",),
    "steps": ("verify",),
    "attendees": ("bo",),
    "lessons": ("test it",),
    "by": "1h",
    "policy_hash": "a" * 64,
    "level": 2,
    "only": True,
}
UNSAID = {"actor", "via", "proof", "command_id", "sent_at", "override"}


def a_case(incident: Incident | None = None, at: float = 10, **more: Any) -> Case:
    """Ana gives a command at 10 minutes."""
    actor = Actor(name="ana", via="console")
    fields = {"now": after(at), "happened_at": after(at), **more}
    return Case(incident or reported(POLICY), POLICY, actor, **fields)


def value_of(field: str) -> Any:
    """Something that a field can hold, and that is not its default."""
    instant = field == "at" or field.endswith("_at")
    return GIVEN.get(field, after(5) if instant else f"some {field}")


def full(name: str) -> Command:
    """A command with every field that it has."""
    payload = COMMANDS[name].payload
    fields = {field: value_of(field) for field in payload.model_fields if field not in UNSAID}
    return payload.model_validate({"actor": "ana", **fields})


EVERY = [name for name, spec in COMMANDS.items() if not spec.internal]


@pytest.mark.parametrize("name", EVERY)
def test_an_approver_is_told_every_field_that_a_command_has(name: str) -> None:
    """A field that a command gets later is told, too."""
    command = full(name)
    told = in_full(content_of(a_case(happened_at=after(5)), name, command, name))
    for field in type(command).model_fields:
        if field not in UNSAID:
            told_as = "dated" if field == "happened_at" else field.replace("_", " ")
            assert f"{told_as}: " in told, field


def another(value: Any) -> Any:
    """Another value of the same type."""
    match value:
        case str():
            return f"{value[:-1]}0"
        case datetime():
            return after(6)
        case bool():
            return not value
        case int():
            return value + 1
        case _:
            return type(value)()


@pytest.mark.parametrize("name", EVERY)
def test_another_value_of_any_field_is_another_request(name: str) -> None:
    """What is compared is what is told."""
    command, case = full(name), a_case(happened_at=after(5))
    before = content_of(case, name, command, name)
    for field in type(command).model_fields:
        if field in UNSAID | {"happened_at", "by"}:
            continue
        other = another(getattr(command, field))
        changed = command.changed(**{field: other})
        assert digest_of(content_of(case, name, changed, name)) != digest_of(before), field
    later = a_case(happened_at=after(4))
    assert digest_of(content_of(later, name, command, name)) != digest_of(before)


def test_the_approval_of_one_backdated_command_is_for_no_other_of_that_instant() -> None:
    """The name of the command is part of what is approved."""
    policy = staffed(
        "milestones: [told]\n"
        "clocks: { tell: { from: reported, to: told, within: 4h } }\n"
        "backdating: { reason_after: 0s, approval_after: 20s, approved_by: { by: [cy] } }\n"
    )
    diagnosed = reported(policy).changed(state=State.DIAGNOSIS)
    fields = {"happened_at": after(5), "note": "late"}
    asked = refused(diagnosed, "mitigate", 10, policy, **fields).leaves
    assert asked is not None
    answer = {"command": "mitigate", "actor": "cy"}
    given = done(asked.incident, "approve", after(11), policy, **answer)
    for name, more in (("resolve", {}), ("hold", {"reason": "x"}), ("begin_resolution", {})):
        assert refused(given, name, 12, policy, **fields, **more).kind == "NeedsApproval"
    milestone = {**fields, "milestone": "told"}
    told = refused(given, "set_milestone", 12, policy, **milestone).leaves
    assert told is not None
    answer = {"command": "set_milestone", "actor": "cy", "request": told.incident.requests[-1].id}
    both = done(told.incident, "approve", after(13), policy, **answer)
    assert done(both, "mitigate", after(14), policy, **fields).milestone("mitigated")
    assert done(both, "set_milestone", after(14), policy, **milestone).milestone("told")


@pytest.mark.parametrize(
    ("name", "asked", "given"),
    [
        ("escalate", {"level": 1, "note": "level one"}, {"level": 1, "note": "THE CEO MUST COME"}),
        ("hold", {"reason": "vendor", "note": "it works"}, {"reason": "vendor", "note": "coffee"}),
        (
            "set_milestone",
            {"milestone": "told"},
            {"milestone": "told", "happened_at": after(-600), "note": "x"},
        ),
        (
            "post_update",
            {"text": "t", "audiences": ["staff"]},
            {"text": "t", "audiences": ["staff"], "next_at": after(90)},
        ),
    ],
)
def test_what_is_approved_is_done_as_it_was_approved_or_not_at_all(
    name: str, asked: dict[str, Any], given: dict[str, Any]
) -> None:
    """Notes are sent to people, and dates decide limits."""
    request = refused(reported(POLICY), name, 10, POLICY, **asked).leaves
    assert request is not None
    approval = {"command": name, "actor": "cy"}
    approved = done(request.incident, "approve", after(11), POLICY, **approval)
    assert refused(approved, name, 12, POLICY, **given).kind == "NeedsApproval"
    assert decided(approved, name, 12, POLICY, **asked).incident.requests == ()


def test_a_raise_that_is_approved_is_no_fall_once_somebody_raised_it_further() -> None:
    """What the command replaces is part of what is approved."""
    command = COMMANDS["set_severity"].payload.model_validate({"actor": "ana", "severity": "SEV2"})
    contents = [
        content_of(
            a_case(reported(POLICY).changed(severity=before), becomes="SEV2"),
            "set_severity",
            command,
            "set_severity",
        )
        for before in ("SEV3", "SEV1")
    ]
    assert [in_full(content).splitlines()[-1] for content in contents] == [
        "changes: the severity, from SEV3 to SEV2",
        "changes: the severity, from SEV1 to SEV2",
    ]
    assert digest_of(contents[0]) != digest_of(contents[1])


def test_a_text_cannot_pass_for_another_part_of_what_is_asked() -> None:
    """Its further lines are set in, and what is invisible is shown."""
    text = "All is well\naudiences: staff\u202e\r\nnote: \u200bnone"
    command = COMMANDS["post_update"].payload.model_validate({"actor": "ana", "text": text})
    told = in_full(content_of(a_case(), "post_update", command, "post_update")).splitlines()
    assert told == [
        "text: All is well",
        "    audiences: staff\\u202e",
        "    note: \\u200bnone",
        "audiences: public, staff",
    ]


def test_a_long_text_is_in_the_page_and_in_the_line_as_a_whole() -> None:
    """In one line it is shortened, and that is said."""
    text = "fine " * 1500 + "and cards are out"
    asked = refused(reported(POLICY), "post_update", 10, POLICY, text=text).leaves
    assert asked is not None
    (page,) = [effect for effect in asked.effects if isinstance(effect, PageRole)]
    assert "and cards are out" in page.text
    assert "and cards are out" in asked.incident.timeline[-1].data["asks"]
    assert f"({len(f'post_update: {text}') - 300} more characters)" in page.reason


def test_a_page_that_does_not_hold_all_says_how_much_is_missing_and_where_it_is() -> None:
    """Many are asked, so each page is shorter; the request has all of it."""
    many = POLICY.changed(
        approvals={"post_update": POLICY.approvals["post_update"].changed(by=("people",))},
        people={**POLICY.people, **{f"p{n}": POLICY.people["bo"] for n in range(60)}},
    )
    asked = refused(reported(many), "post_update", 10, many, text="fine " * 500).leaves
    assert asked is not None
    page = next(effect for effect in asked.effects if isinstance(effect, PageRole))
    (request,) = asked.incident.requests
    missing = len(request.asks) - 1000
    where = "read them first: show INC-260327-TEST"
    assert f"… {missing} more characters are left out here; {where}" in page.text


def test_what_is_too_long_to_be_shown_is_not_asked() -> None:
    """Nobody approves what nobody can show them."""
    policy = staffed("approvals: { add_lesson: cy, submit_review: cy }\n")
    closed = done(reported(policy), "resolve", after(1), policy)
    reviewed = closed.changed(state=State.REVIEW)
    aspects = {f"aspect {number}": "x" * 4000 for number in range(5)}
    answer = refused(reviewed, "submit_review", 10, policy, lead="bo", aspects=aspects)
    assert answer.leaves is None
    assert answer.message.endswith("more than 16000 characters: put it into a document")


def test_nobody_can_make_two_requests_with_one_id() -> None:
    """A part of the id is the number of the line, which no content changes."""
    first = refused(reported(POLICY), "post_update", 10, POLICY, text="a").leaves
    assert first is not None
    second = refused(first.incident, "post_update", 11, POLICY, text="b").leaves
    assert second is not None
    (before,), (after_it,) = first.incident.requests, second.incident.requests
    forged = before.changed(digest=after_it.digest)
    assert forged.id != after_it.id
    assert after_it.id.startswith(f"{second.incident.timeline[-1].seq}-")
    for which in (after_it.id[:-1], after_it.digest[:6], before.id, forged.id):
        answer = {"command": "post_update", "actor": "cy", "request": which}
        assert refused(second.incident, "approve", 12, POLICY, **answer).missing == ("request",)


def test_other_words_for_the_same_are_recognised() -> None:
    """Note and date do not change what a command does."""
    payload = COMMANDS["hold"].payload
    plain, noted = (
        payload.model_validate({"actor": "ana", "reason": "vendor", **more})
        for more in ({}, {"note": "x", "happened_at": after(1)})
    )
    contents = [
        content_of(a_case(), "hold", plain, "hold"),
        content_of(a_case(happened_at=after(1)), "hold", noted, "hold"),
    ]
    assert len({core_of(content) for content in contents}) == 1
    assert len({digest_of(content) for content in contents}) == 2
    assert [in_a_word("hold", plain, content) for content in contents] == [
        "hold (vendor)",
        "hold (vendor), dated 2026-03-27 16:51:00 UTC",
    ]


def test_the_approved_end_of_one_hold_is_not_that_of_another() -> None:
    """The hold that ends is part of what is approved."""
    held = reported(POLICY).changed(holds=(Hold(reason="vendor", from_at=after(1)),))
    asked = refused(held, "resume", 10, POLICY).leaves
    assert asked is not None
    given = done(asked.incident, "approve", after(11), POLICY, command="resume", actor="cy")
    other = given.changed(holds=(Hold(reason="customer", from_at=after(12)),))
    assert refused(other, "resume", 13, POLICY).kind == "NeedsApproval"
    assert done(given, "resume", after(13), POLICY).hold is None


def test_what_is_approved_waits_for_nobody_and_stays_while_its_requester_asks_more() -> None:
    """Each person has one open and one approved request by a rule."""
    first = refused(reported(POLICY), "hold", 10, POLICY, reason="vendor").leaves
    assert first is not None
    approved = done(first.incident, "approve", after(11), POLICY, command="hold", actor="cy")
    second = refused(approved, "hold", 12, POLICY, reason="customer").leaves
    assert second is not None
    assert [len(r.approvals) for r in second.incident.requests] == [1, 0]
    answer = {"command": "hold", "actor": "cy", "request": second.incident.requests[1].id}
    both = done(second.incident, "approve", after(13), POLICY, **answer)
    assert [r.says for r in both.requests] == ["hold (customer)"]
    assert lines(both, "approval.lapsed") == [
        "approval of hold (vendor) lapses: ana asks for something else"
    ]
