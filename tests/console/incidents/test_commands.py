"""Commands that the console generates from the table."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from console.app import GIVE, LATE
from incidents.commands import Order
from models.command import COMMANDS
from runtime.settings import load_settings
from tests.console.conftest import Type

TYPED = {spec.typed for spec in COMMANDS.values() if not spec.internal}


def test_every_command_of_the_table_can_be_typed_except_internal_ones() -> None:
    """The console offers exactly the commands that the table offers to people."""
    assert {name for name, late in LATE.items() if late.panel == GIVE} == TYPED


@pytest.mark.parametrize("typed", ["report", *sorted(TYPED)])
def test_every_command_explains_itself(type_: Type, typed: str) -> None:
    """`--help` of every command shows the incident and the common options."""
    said = type_(typed, "--help")
    assert said.code == 0
    own = () if typed == "report" else ("INCIDENT", "--note")
    when = () if typed == "adopt-policy" else ("--happened-at",)
    for word in (*own, *when, "--actor", "--command-id", "--timeout", "--json"):
        assert word in said.out


@pytest.mark.parametrize(
    ("line", "name", "payload"),
    [
        (["acknowledge", "INC-1"], "acknowledge", {}),
        (
            ["begin-diagnosis", "INC-1", "--step", "impact", "--step", "scope"],
            "begin_diagnosis",
            {"steps": ["impact", "scope"]},
        ),
        (
            ["set-severity", "INC-1", "SEV2"],
            "set_severity",
            {"severity": "SEV2", "attributes": {}},
        ),
        (
            ["set-severity", "INC-1", "--attribute", "impact=all", "--attribute", "urgency=low"],
            "set_severity",
            {"severity": None, "attributes": {"impact": "all", "urgency": "low"}},
        ),
        (
            ["assign", "INC-1", "incident_manager", "bo"],
            "assign_role",
            {"role": "incident_manager", "person": "bo"},
        ),
        (
            ["unassign", "INC-1", "expert", "bo", "--override", "it burns"],
            "unassign_role",
            {"role": "expert", "person": "bo"},
        ),
        (
            [*("hand-over", "INC-1", "lead", "--to", "bo"), "--content", "status=cards fail"],
            "hand_over",
            {"role": "lead", "to": "bo", "content": {"status": "cards fail"}, "giver": None},
        ),
        (["accept-handover", "INC-1", "lead"], "accept_handover", {"role": "lead"}),
        (["approve", "INC-1", "resolve"], "approve", {"command": "resolve"}),
        (
            ["reject", "INC-1", "resolve", "--reason", "not measured"],
            "reject",
            {"command": "resolve", "reason": "not measured"},
        ),
        (["update", "INC-1", "we look"], "post_update", {"text": "we look", "audiences": []}),
        (
            ["update", "INC-1", "we look", "--audience", "all", "--audience", "staff"],
            "post_update",
            {"text": "we look", "audiences": ["all", "staff"]},
        ),
        (["hold", "INC-1", "third_party"], "hold", {"reason": "third_party"}),
        (["escalate", "INC-1", "--level", "2", "--note", "help"], "escalate", {"level": 2}),
        (["escalate", "INC-1", "--only", "--note", "help"], "escalate", {"only": True}),
        (["cancel", "INC-1", "false_alarm"], "cancel", {"reason": "false_alarm"}),
        (
            ["add-action-item", "INC-1", "add a limit", "--owner", "ana"],
            "add_action_item",
            {"text": "add a limit", "owner": "ana", "due_at": None, "priority": "medium"},
        ),
        (
            [
                *("submit-review", "INC-1", "--lead", "ana", "--attendee", "bo"),
                *("--attendee", "cy", "--aspect", "detection=late = bad"),
                *("--document", "report=https://x.example/?a=b", "--lesson", "test it"),
            ],
            "submit_review",
            {
                "lead": "ana",
                "attendees": ["bo", "cy"],
                "aspects": {"detection": "late = bad"},
                "documents": {"report": "https://x.example/?a=b"},
                "lessons": ["test it"],
            },
        ),
        (["link", "INC-1", "CHG-7"], "link", {"target": "CHG-7", "relation": "relates_to"}),
    ],
)
def test_a_command_line_becomes_the_payload(
    type_: Type, orders: list[Order], line: list[str], name: str, payload: dict[str, object]
) -> None:
    """Its arguments and options become the JSON object of the update."""
    said = type_(*line, "--actor", "ana", "--note", "because")
    assert (said.code, said.err) == (0, "")
    (order,) = orders
    assert (order.incident_id, order.name) == ("INC-1", name)
    expected = {"actor": "ana", "via": "console", "note": "because", **payload}
    assert {key: order.payload[key] for key in expected} == expected


def test_each_command_carries_its_own_id_in_payload_and_update(
    type_: Type, orders: list[Order]
) -> None:
    """Each id is a UUID; the payload and the update have the same one."""
    type_("acknowledge", "INC-1", "--actor", "ana")
    type_("acknowledge", "INC-1", "--actor", "ana")
    assert [order.payload["command_id"] for order in orders] == [o.command_id for o in orders]
    assert len({uuid.UUID(order.command_id) for order in orders}) == 2


def test_a_command_id_can_be_typed_to_repeat_a_command_safely(
    type_: Type, orders: list[Order]
) -> None:
    """`--command-id` is used as it is and shown in the answer."""
    said = type_("acknowledge", "INC-1", "--actor", "ana", "--command-id", "job-7", "--json")
    assert orders[0].command_id == "job-7"
    assert said.document["command_id"] == "job-7"


def test_happened_at_may_be_an_offset(type_: Type, orders: list[Order]) -> None:
    """`--happened-at -10m` is ten minutes ago, in UTC."""
    before = datetime.now(UTC)
    type_("acknowledge", "INC-1", "--actor", "ana", "--happened-at", "-10m")
    after = datetime.now(UTC)
    at = datetime.fromisoformat(orders[0].payload["happened_at"])
    assert before <= at + timedelta(minutes=10) <= after


def test_a_correction_needs_the_right_instant(type_: Type, orders: list[Order]) -> None:
    """The command line requires what the payload requires."""
    said = type_("correct-milestone", "INC-1", "acknowledged", "--actor", "ana", "--json")
    assert said.code == 2
    assert "--happened-at" in said.document["error"]["message"]
    assert orders == []


def test_the_actor_comes_from_the_settings_or_else_from_the_login(
    type_: Type, orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --actor, INCIDENT_ACTOR counts; without that, the login name."""
    monkeypatch.setenv("INCIDENT_ACTOR", "cy")
    load_settings.cache_clear()
    type_("acknowledge", "INC-1")
    monkeypatch.delenv("INCIDENT_ACTOR")
    monkeypatch.setenv("LOGNAME", "dee")
    load_settings.cache_clear()
    type_("acknowledge", "INC-1")
    assert [order.payload["actor"] for order in orders] == ["cy", "dee"]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (["acknowledge"], "INCIDENT"),
        (["set-severity", "INC-1"], "SEVERITY"),
        (["submit-review", "INC-1"], "--lead"),
        (["submit-review", "INC-1", "--lead", "ana", "--aspect", "detection"], "name=value"),
        (["acknowledge", "INC-1", "--happened-at", "soon"], "soon"),
        (["hold", "INC-1", ""], "REASON"),
        (["update", "INC-1", " "], "TEXT: is blank"),
        (["add-lesson", "INC-1", "\u200b"], "TEXT: is blank"),
        (["acknowledge", "INC-1", "--note", " "], "--note: is blank"),
        (["acknowledge", "INC-1", "--actor", " "], "--actor: is blank"),
        (["submit-review", "INC-1", "--lead", "ana", "--lesson", ""], "--lesson: is blank"),
        (["cancel", "INC-1", "duplicate", "--duplicate-of", "INC-1"], "this incident itself"),
        (["cancel", "INC-1", "duplicate", "--duplicate-of", "CHG-7"], "not the id of an incident"),
        (["cancel", "INC-1", "duplicate"], "--duplicate-of: is missing"),
        (["link", "INC-1", "INC-1"], "TARGET: is this incident itself"),
        (["add-action-item", "INC-1", "x", "--owner", "ana", "--priority", "urgent"], "--priority"),
        (["add-action-item", "INC-1", "x", "--owner", "ana", "--due-at", "-1d"], "in the past"),
        (["acknowledge", "INC-1", "--timeout", "-1"], "--timeout"),
        (["acknowlege", "INC-1"], "acknowledge"),
    ],
)
def test_wrong_usage_exits_2_and_names_what_is_wrong(
    type_: Type, orders: list[Order], line: list[str], word: str
) -> None:
    """A wrong command line is never sent; stderr, or JSON on stdout, says what is wrong."""
    said = type_(*line)
    assert said.code == 2
    assert word in said.err
    assert said.out == ""
    as_json = type_(*line, "--json")
    assert as_json.code == 2
    assert as_json.document["error"]["kind"] == "Usage"
    assert word in as_json.document["error"]["message"]
    assert orders == []


def test_json_may_be_typed_before_the_command_or_after_it(type_: Type, orders: list[Order]) -> None:
    """`--json` works in both places and prints one document."""
    before = type_("--json", "acknowledge", "INC-1", "--actor", "ana")
    after = type_("acknowledge", "INC-1", "--actor", "ana", "--json")
    assert before.document["state"] == after.document["state"] == "assessment"
    assert len(orders) == 2


def test_a_command_also_answers_to_its_name_in_temporal(type_: Type, orders: list[Order]) -> None:
    """People may type the name that they read in the Temporal UI."""
    type_("begin_diagnosis", "INC-1", "--actor", "ana")
    type_("assign_role", "INC-1", "incident_manager", "bo", "--actor", "ana")
    assert [order.name for order in orders] == ["begin_diagnosis", "assign_role"]


def test_an_empty_command_line_shows_the_help(type_: Type) -> None:
    """It is wrong usage."""
    said = type_()
    assert said.code == 2
    assert "acknowledge" in said.out


def test_an_empty_command_line_with_json_is_answered_in_json(type_: Type) -> None:
    """A script that forgot its command gets the one document that it reads."""
    said = type_("--json")
    assert said.code == 2
    assert said.document["error"]["kind"] == "Usage"
    assert "command is missing" in said.document["error"]["message"]
