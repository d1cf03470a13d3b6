"""How large a message and a record may be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.alert import Alert, AlertBatch, AlertStatus, GroupingPolicy
from models.command import COMMANDS
from models.contracts.alert_group import GroupState
from models.incident.record import Incident, StatusUpdate
from models.payload import Command
from rules.alerts.news import take_delivery
from rules.record.bounds import excesses, excessive, overfull
from rules.record.carried import ALERTS_KEPT
from rules.record.ids import KEY_BOUND, bounded_key, group_id
from states.lifecycle import State
from tests.specimens import ANA, START, a_diagnosed_incident, after, done


def command(name: str, **fields: object) -> Command:
    """A command by ana."""
    return COMMANDS[name].payload.model_validate({"actor": "ana", **fields})


@pytest.mark.parametrize(
    ("name", "fields", "wrong"),
    [
        ("link", {"target": "x" * 2001}, "target: is longer than 2000 characters"),
        ("assign_role", {"role": "x" * 501, "person": "bo"}, "role: is longer than 500 characters"),
        ("acknowledge", {"steps": ["x"] * 201}, "steps: has more than 200 entries"),
        (
            "submit_review",
            {"lead": "ana", "aspects": {"cause": "x" * 8001}},
            "aspects.cause: is longer than 8000 characters",
        ),
        (
            "submit_review",
            {"lead": "ana", "documents": {"x" * 501: "u"}},
            "documents: has a name of more than 500 characters",
        ),
        ("escalate", {"level": 10**9}, "level: is more than 1000000"),
        (
            "acknowledge",
            {"happened_at": datetime(2201, 1, 1, tzinfo=UTC)},
            "happened_at: lies outside the years 1900 to 2200",
        ),
    ],
)
def test_a_text_that_is_too_long_is_refused_by_its_field(
    name: str, fields: dict[str, object], wrong: str
) -> None:
    """The refusal also says how much fits."""
    ((field, problem),) = excesses(command(name, **fields))
    assert f"{field}: {problem}" == wrong


def test_a_text_within_its_bounds_is_accepted() -> None:
    """That is up to the last character."""
    assert excesses(command("link", target="x" * 2000)) == ()
    assert excesses(command("post_update", text="x" * 8000)) == ()


@pytest.mark.parametrize(
    ("name", "fields", "other"),
    [
        ("link", {"target": "CHG-7"}, {"target": "CHG-8"}),
        ("add_lesson", {"text": "test it"}, {"text": "test it twice"}),
        ("add_action_item", {"text": "x", "owner": "bo"}, {"text": "x", "owner": "cy"}),
    ],
)
def test_a_repeated_statement_leaves_no_second_record(
    name: str, fields: dict[str, Any], other: dict[str, Any]
) -> None:
    """It can come any number of times; a different message is recorded."""
    incident = done(a_diagnosed_incident(), name, after(60), **fields)
    refusal = overfull(name, command(name, **fields), incident)
    assert refusal
    assert refusal.message == f"{name}: the record already has exactly this"
    assert overfull(name, command(name, **other), incident) is None


def test_a_full_record_accepts_commands_that_move_the_incident_on() -> None:
    """It takes nothing else; beyond the second limit it takes only triggers."""
    incident = a_diagnosed_incident()
    full = incident.changed(cancelled_for="x" * 300_000)
    assert overfull("set_attribute", command("set_attribute", attribute="a"), full)
    assert overfull("complete_step", command("complete_step", step="verify"), full) is None
    over = incident.changed(cancelled_for="x" * 600_000)
    assert overfull("complete_step", command("complete_step", step="verify"), over)
    for name, fields in (("resolve", {}), ("resume", {}), ("cancel", {"reason": "x"})):
        assert overfull(name, command(name, **fields), over) is None


def test_a_command_is_bounded_as_a_whole() -> None:
    """Each part may be within its bounds, but all of them together too much."""
    aspects = {f"aspect {number}": "x" * 8000 for number in range(40)}
    refusal = excessive(command("submit_review", lead="ana", aspects=aspects))
    assert refusal
    assert refusal.message.startswith("payload: is larger than 256 KiB")


def test_the_additions_of_a_command_count_before_it_is_accepted() -> None:
    """A record that is nearly full takes a short text, but no long one."""
    nearly = a_diagnosed_incident().changed(cancelled_for="x" * 480_000)
    said: dict[str, Any] = {"lead": "ana", "aspects": {"impact": "x"}}
    assert overfull("submit_review", command("submit_review", **said), nearly) is None
    said = {
        "lead": "ana",
        "aspects": {f"aspect {number}": "\U0001f525" * 2000 for number in range(8)},
    }
    assert overfull("submit_review", command("submit_review", **said), nearly)


def test_the_same_status_update_is_accepted_only_so_often() -> None:
    """Short ones fit as often as a cadence asks in a day, long ones less often."""
    incident = a_diagnosed_incident()

    def updated(text: str, times: int) -> Incident:
        told = StatusUpdate(at=after(60), actor=ANA, audiences=("all",), text=text)
        return incident.changed(updates=(told,) * times)

    still, long = command("post_update", text="Still down"), command("post_update", text="x" * 8000)
    assert overfull("post_update", still, updated("Still down", 99)) is None
    refusal = overfull("post_update", still, updated("Still down", 100))
    assert refusal
    assert refusal.message == "post_update: the record has this 100 times already"
    assert overfull("post_update", long, updated("x" * 8000, 4)) is None
    assert overfull("post_update", long, updated("x" * 8000, 5))
    assert overfull("post_update", long, updated("Still down", 100)) is None


def test_the_same_trigger_leaves_only_so_many_records() -> None:
    """People may repeat what a failed fix undid."""
    incident = a_diagnosed_incident()
    for minute in range(20):
        assert overfull("mitigate", command("mitigate"), incident) is None
        incident = done(incident, "mitigate", after(60 + minute))
    assert overfull("mitigate", command("mitigate"), incident)
    verified = done(incident, "complete_step", after(89), step="verify")
    undone = done(done(verified, "resolve", after(90)), "reopen", after(91))
    assert overfull("mitigate", command("mitigate"), undone) is None


def test_no_incident_goes_in_circles_for_ever() -> None:
    """An incident with too large a record may go forward, but not back."""
    over = a_diagnosed_incident().changed(cancelled_for="x" * 600_000)
    assert overfull("return_to_diagnosis", command("return_to_diagnosis"), over)
    assert overfull("reopen", command("reopen"), over)
    assert overfull("begin_resolution", command("begin_resolution"), over) is None


def test_a_group_key_is_bounded_and_still_tells_groups_apart() -> None:
    """A short key is kept as it is; the group's id follows from the whole key."""
    long = "x" * 2_000_000
    assert bounded_key("{}:{}") == "{}:{}"
    assert len(bounded_key(long + "1")) <= KEY_BOUND
    assert bounded_key(long + "1") != bounded_key(long + "2")
    assert group_id("s", long + "1") != group_id("s", long + "2")


def test_a_group_knows_so_many_alerts_and_counts_the_others() -> None:
    """New alerts under one key fill no database; those beyond the bound count as firing."""
    state, policy = GroupState(), GroupingPolicy()
    for number in range(3):
        alerts = tuple(
            Alert(
                fingerprint=f"{number}-{place}",
                name="Down",
                status=AlertStatus.FIRING,
                started_at=START,
            )
            for place in range(1000)
        )
        at = START + timedelta(minutes=number)
        state = take_delivery(
            state, AlertBatch(group_key="k", alerts=alerts, received_at=at), policy, at
        )
    assert (len(state.firing), state.truncated) == (ALERTS_KEPT, 1000)


@pytest.mark.parametrize("told", [False, True])
def test_a_group_that_cannot_tell_its_incident_keeps_so_much_to_tell(*, told: bool) -> None:
    """This holds for new alerts that come and go; an end that the incident waits for is kept."""
    policy = GroupingPolicy()
    state = GroupState(incident_id="INC-1", incident_state=State.ASSESSMENT)
    for number in range(3):
        names = [f"{number}-{place}" for place in range(ALERTS_KEPT)]
        for minute, status in enumerate((AlertStatus.FIRING, AlertStatus.RESOLVED)):
            at = START + timedelta(minutes=2 * number + minute)
            alerts = tuple(
                Alert(fingerprint=n, name="Down", status=status, started_at=at) for n in names
            )
            batch = AlertBatch(group_key="k", alerts=alerts, received_at=at)
            state = take_delivery(state, batch, policy, at)
            if told and number == 0 and status is AlertStatus.FIRING:
                state = state.changed(told=dict.fromkeys(names, at), unfed={})
    first = {f"0-{place}" for place in range(ALERTS_KEPT)}
    assert len(state.unfed) == ALERTS_KEPT
    if told:
        assert state.unfed.keys() == first
    else:
        assert state.missed.keys() == state.unfed.keys()
        assert not first & state.missed.keys()
