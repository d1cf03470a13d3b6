"""The timeline keeps what people say: each note and each reason of every command."""

from typing import Any

import pytest

from models.command import COMMANDS, AdoptPolicyCommand
from models.incident.record import Incident
from rules.commands.judgement import judge
from rules.record.decision import Decision, Refusal
from rules.record.timeline import SUMMARY_BOUND
from tests.rules.staffed import decided, refused, reported, staffed
from tests.specimens import after, done

POLICY = staffed(
    "roles: { lead: { default: acknowledger }, experts: { count: many } }\n"
    "steps: { resolution: [{ id: verify, do: Verify, by: lead, required: false }] }\n"
    "review: { required: { SEV1: always }, lessons: false }\n"
    "approvals: { link: { by: bo, quorum: 1 } }\n"
    "milestones: [told]\n"
    "dates: [meeting]\n"
    "authority: { override: { by: [ana], needs: reason },"
    " adopt_policy: { by: anyone }, acknowledge: { by: anyone } }\n"
    "clocks: { it: { from: reported, to: resolved, within: 4h, extendable: true } }\n"
    "communication:\n"
    "  lead: lead\n"
    "  audiences: { public: { channels: log } }\n"
    "  updates: { public: { any: { every: 30m, slower: { every: 2h, decided: 0s, from: 1h } } } }\n"
)
LONG = "why " * 999
Step = tuple[str, dict[str, Any]]
Steps = tuple[Step, ...]
Given = tuple[Steps, dict[str, Any]]
LED: Step = ("assign_role", {"role": "lead", "person": "bo"})
OFFERED: Steps = (LED, ("hand_over", {"role": "lead", "to": "cy", "actor": "bo"}))
ACKNOWLEDGED: Steps = (("acknowledge", {}), ("set_severity", {"severity": "SEV1"}))
DIAGNOSING: Steps = (*ACKNOWLEDGED, ("begin_diagnosis", {}))
RESOLVING: Steps = (*DIAGNOSING, ("begin_resolution", {}))
RESOLVED: Steps = (*RESOLVING, ("resolve", {}))
REVIEWED: Steps = (*RESOLVED, ("submit_review", {"lead": "ana"}))

CASES: dict[str, Given] = {
    "acknowledge": ((), {}),
    "begin_diagnosis": (ACKNOWLEDGED, {}),
    "begin_resolution": (DIAGNOSING, {}),
    "return_to_diagnosis": (RESOLVING, {}),
    "mitigate": (RESOLVING, {}),
    "resolve": (RESOLVING, {"steps": ["verify"]}),
    "reopen": (RESOLVED, {}),
    "close": (REVIEWED, {}),
    "cancel": ((), {"reason": "x"}),
    "hold": ((), {"reason": "x"}),
    "resume": ((("hold", {"reason": "x"}),), {}),
    "set_severity": ((), {"severity": "SEV1"}),
    "assign_role": ((), {"role": "lead", "person": "bo"}),
    "unassign_role": ((LED,), {"role": "lead"}),
    "hand_over": ((LED,), {"role": "lead", "to": "cy", "actor": "bo"}),
    "accept_handover": (OFFERED, {"role": "lead", "actor": "cy"}),
    "decline_handover": (OFFERED, {"role": "lead", "actor": "cy"}),
    "approve": ((), {"command": "link", "actor": "bo"}),
    "reject": ((), {"command": "link", "actor": "bo", "reason": "x"}),
    "escalate": ((), {}),
    "decline": ((), {"reason": "x"}),
    "dispute_acknowledgement": ((("acknowledge", {}),), {}),
    "post_update": ((), {"text": "t"}),
    "slow_updates": ((), {"audience": "public"}),
    "complete_step": ((LED,), {"step": "verify"}),
    "set_milestone": ((), {"milestone": "told"}),
    "correct_milestone": ((("acknowledge", {}),), {"milestone": "acknowledged"}),
    "withdraw_milestone": ((("set_milestone", {"milestone": "told"}),), {"milestone": "told"}),
    "set_attribute": ((), {"attribute": "personal_data"}),
    "set_date": ((), {"date": "meeting", "at": after(9000)}),
    "extend_clock": ((), {"clock": "it", "by": "1h"}),
    "add_note": ((), {"text": "t"}),
    "add_lesson": ((), {"text": "t"}),
    "add_action_item": ((), {"text": "t", "owner": "bo"}),
    "submit_review": (RESOLVED, {"lead": "ana"}),
    "link": ((), {"target": "CHG-1"}),
    "adopt_policy": ((), {}),
}


def prepared(name: str, steps: Steps) -> Incident:
    """The incident before a command, at 5 minutes."""
    incident = reported(POLICY)
    for step, fields in steps:
        incident = done(incident, step, after(5), POLICY, **fields)
    if name in {"approve", "reject"}:
        asked = refused(incident, "link", 5, POLICY, target="CHG-1").leaves
        assert asked is not None
        incident = asked.incident
    return incident


def told(name: str, words: str) -> Decision:
    """The decision of a command with these words."""
    steps, fields = CASES[name]
    incident = prepared(name, steps)
    if name == "correct_milestone":
        fields = {**fields, "happened_at": after(4)}
    fields = {**fields, "note": words}
    if name == "adopt_policy":
        command = AdoptPolicyCommand(actor="ana", via="console", note=words, policy_hash="2" * 64)
        answer = judge(name, command, incident, POLICY, after(10))
        assert isinstance(answer, Decision), answer
        return answer
    if name == "link":
        fields = {**fields, "override": "it burns"}
    return decided(incident, name, 10, POLICY, **fields)


def test_every_command_that_people_give_is_tried() -> None:
    """So a new command's note is kept too."""
    assert set(CASES) == {spec.name for spec in COMMANDS.values() if not spec.internal}


@pytest.mark.parametrize("name", CASES)
def test_the_note_of_a_command_is_on_its_line(name: str) -> None:
    """The line and the answer quote it; a long one is kept in full beside the line."""
    answer = told(name, "because of 42")
    lines = [e for e in answer.incident.timeline if e.recorded_at == after(10)]
    assert any("because of 42" in line.summary for line in lines)
    assert sum(line.summary.count("because of 42") for line in lines) == 1 or name == "escalate"
    long = told(name, LONG.strip()).incident.timeline
    mine = [e for e in long if e.recorded_at == after(10)]
    assert all(len(line.summary) <= SUMMARY_BOUND for line in mine)
    assert any(LONG.strip() in (e.data.get("note"), e.data.get("reason")) for e in mine)


def test_a_cancellation_tells_its_reason_and_its_note() -> None:
    """Neither replaces the other."""
    answer = told("cancel", "it was a test")
    assert answer.summary == "cancel by ana: reported → cancelled (x: it was a test)"


def test_the_information_of_a_handover_is_kept_once_it_is_accepted() -> None:
    """The offer is gone by then, but its line stays."""
    incident = prepared("hand_over", (LED,))
    answer = decided(
        incident, "hand_over", 10, POLICY, role="lead", to="cy", actor="bo", content={"open": "x"}
    )
    assert answer.incident.timeline[-1].data["content"] == {"open": "x"}


def test_a_long_reason_is_kept_whole() -> None:
    """These are reasons of rejections and overrides, which nothing else on the record repeats."""
    incident = prepared("reject", ())
    long = LONG[:1900].strip()
    said: dict[str, Any] = {"command": "link", "actor": "bo", "reason": long}
    answer = decided(incident, "reject", 10, POLICY, **said)
    assert answer.incident.timeline[-1].data["reason"] == long
    forced = decided(reported(POLICY), "link", 10, POLICY, target="CHG-1", override=long)
    assert forced.incident.timeline[-1].data["reason"] == long


def test_a_request_for_approval_reaches_those_who_may_approve() -> None:
    """The line of the request has the command's note."""
    asked = refused(reported(POLICY), "link", 5, POLICY, target="CHG-1", note="customers wait")
    assert isinstance(asked, Refusal)
    assert asked.leaves is not None
    assert "customers wait" in asked.leaves.incident.timeline[-1].summary
