"""The console with a real server and the real workflow behind it."""

import asyncio
import hashlib
import re
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.console.conftest import Type, TypeAt
from tests.console.life import ended, reported, working
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).parents[3]
WHOLE_LIFE = (
    ("acknowledge",),
    ("set-severity", "SEV1"),
    ("begin-diagnosis", "--step", "impact"),
    ("complete-step", "cause"),
    ("begin-resolution",),
    ("update", "The fix is on its way"),
    ("mitigate",),
    ("resolve", "--step", "verify"),
    ("add-lesson", "Limits need tests"),
    ("add-action-item", "Add a limit", "--owner", "bo", "--due-at", "+14d"),
    (
        *("submit-review", "--lead", "ana", "--aspect", "cause=a limit"),
        *("--aspect", "response=swift"),
    ),
    ("close",),
)


async def live(at_console: TypeAt, incident: str) -> None:
    """Drives an incident from report to closure."""
    for command, *rest in WHOLE_LIFE:
        said = await at_console(command, incident, *rest)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "does not exist: incident_report" in said.err:
                said = await at_console(command, incident, *rest)
        assert said.code == 0, (command, said)


async def test_a_whole_life_can_be_typed(
    at_console: TypeAt, incident: str, time_skipping: WorkflowEnvironment
) -> None:
    """Each command from acknowledge to close says what it did; `show` tells it all afterwards."""
    await live(at_console, incident)
    await ended(time_skipping.client, incident)
    shown = (await at_console("show", incident, "--json")).document
    assert shown["incident"]["state"] == "closed"
    assert {reading["status"] for reading in shown["readings"]} <= {"met", "on_track"}
    human = await at_console("show", incident)
    for words in ("closed", "Limits need tests", "A1 Add a limit (bo", "✓ reopen"):
        assert words in human.out


async def test_a_json_answer_says_where_the_incident_stands(
    at_console: TypeAt, incident: str
) -> None:
    """It holds the incident, the command's id, and the result."""
    said = await at_console("acknowledge", incident, "--command-id", "once", "--json")
    assert said.document["incident"] == incident
    assert said.document["command_id"] == "once"
    assert said.document["state"] == "assessment"
    assert "assess" in said.document["deadlines"]
    again = await at_console("acknowledge", incident, "--command-id", "once", "--json")
    assert again.document == said.document


async def test_a_refused_transition_says_what_is_missing(at_console: TypeAt, incident: str) -> None:
    """It exits 4 and lists everything that is missing at once."""
    await at_console("acknowledge", incident)
    said = await at_console("begin-diagnosis", incident, "--json")
    assert said.code == 4
    error = said.document["error"]
    assert error["kind"] == "TransitionNotAllowed"
    assert error["state"] == "assessment"
    assert any("severity SEV1 is not confirmed" in item for item in error["missing"])
    assert any("step impact" in item for item in error["missing"])
    assert error["possible"] == ["resolve", "cancel"]
    human = await at_console("begin-diagnosis", incident)
    assert human.code == 4
    assert "Missing:" in human.err
    assert "step impact" in human.err


async def test_a_trigger_of_another_state_says_what_is_possible(
    at_console: TypeAt, incident: str
) -> None:
    """It exits 4 and lists the triggers that are possible now."""
    said = await at_console("mitigate", incident, "--json")
    assert said.code == 4
    assert "acknowledge" in said.document["error"]["possible"]


async def test_a_command_without_authority_says_who_has_it(
    at_console: TypeAt, incident: str
) -> None:
    """It exits 5."""
    await at_console("acknowledge", incident)
    said = await at_console(
        "set-severity", incident, "SEV3", "--actor", "mallory", "--note", "meh", "--json"
    )
    assert said.code == 5
    assert said.document["error"]["kind"] == "NotAuthorised"
    assert said.document["error"]["may"] == ["incident_manager (ana)"]


async def test_an_instant_in_the_future_is_wrong_usage(at_console: TypeAt, incident: str) -> None:
    """The console exits 2 for anything that the incident finds malformed."""
    said = await at_console("acknowledge", incident, "--happened-at", "+1h", "--json")
    assert said.code == 2
    assert said.document["error"]["kind"] == "Malformed"


@pytest.mark.parametrize("line", [["acknowledge"], ["show"], ["watch"], ["reopen"]])
async def test_an_unknown_incident_exits_3(at_console: TypeAt, line: list[str]) -> None:
    """No command creates an incident that nobody reported."""
    said = await at_console(*line, "INC-NEVER", "--json")
    assert said.code == 3
    assert said.document["error"]["kind"] == "UnknownIncident"


@pytest.mark.parametrize("line", [["acknowledge"], ["show"], ["watch"], ["reopen"]])
async def test_a_text_that_can_be_no_id_exits_3_or_is_wrong_usage(
    at_console: TypeAt, line: list[str]
) -> None:
    """An id that is too long is unknown; an empty or unreadable one is wrong usage."""
    assert (await at_console(*line, "INC-" + "X" * 2000)).code == 3
    for typed in ("", " ", "INC-\udcff", "INC-1\n"):
        said = await at_console(*line, typed, "--json")
        assert (said.code, said.document["error"]["kind"]) == (2, "Usage")
        assert "INCIDENT" in said.document["error"]["message"]


async def test_reopen_continues_a_closed_incident_with_its_record(
    at_console: TypeAt, incident: str, time_skipping: WorkflowEnvironment
) -> None:
    """It starts one new run, even if it is repeated with its id."""
    await live(at_console, incident)
    await ended(time_skipping.client, incident)
    line = ("reopen", incident, "--note", "it is back", "--command-id", "again", "--json")
    said = await at_console(*line)
    assert said.code == 0, said
    assert said.document["state"] == "diagnosis"
    assert (await at_console(*line)).document == said.document
    shown = (await at_console("show", incident, "--json")).document["incident"]
    assert shown["runs"] == 2
    assert shown["lessons"][0]["text"] == "Limits need tests"
    assert [entry["kind"] for entry in shown["timeline"]].count("incident.reopened") == 1


async def test_a_command_that_was_refused_is_judged_anew_under_the_same_id(
    at_console: TypeAt, incident: str
) -> None:
    """A script that tries again with the same id gets an answer that is true now."""
    line = ("mitigate", incident, "--command-id", "job-9", "--json")
    assert (await at_console(*line)).code == 4
    await at_console("acknowledge", incident)
    await at_console("set-severity", incident, "SEV1")
    await at_console("begin-diagnosis", incident, "--step", "impact")
    said = await at_console(*line)
    assert said.code == 0, said.document
    assert (await at_console(*line)).document == said.document


async def test_the_command_that_ended_an_incident_can_be_repeated(
    at_console: TypeAt, incident: str, time_skipping: WorkflowEnvironment
) -> None:
    """The same command id gets the same answer, even after the run has ended."""
    line = ("cancel", incident, "false_alarm", "--command-id", "end", "--json")
    said = await at_console(*line)
    await ended(time_skipping.client, incident)
    again = await at_console(*line)
    assert (again.code, again.document) == (0, said.document)


async def test_a_policy_is_adopted_with_the_escalation_of_the_incident_s_service(
    at_console: TypeAt, incident: str
) -> None:
    """`adopt-policy` takes a file, checks it, and refers to it by its hash."""
    file = ROOT / "policies" / "default.yaml"
    await at_console("acknowledge", incident)
    typed = ("adopt-policy", incident, str(file), "--yes", "--json")
    assert (await at_console(*typed, "--actor", "bo", "--note", "x")).code == 5
    assert (await at_console(*typed)).document["error"]["missing"] == ["note"]
    said = await at_console(*typed, "--note", "the regulator asked")
    assert said.code == 0, said
    assert said.document["summary"].startswith("policy Incident policy of a small team 1.0 adopted")
    shown = (await at_console("show", incident, "--json")).document
    assert shown["policy_hash"] == hashlib.sha256(file.read_bytes()).hexdigest()


async def test_adopting_a_policy_asks_for_consent_after_a_preview(
    at_console: TypeAt, incident: str, tmp_path: Path
) -> None:
    """The preview says which clocks move; without consent nothing happens."""
    other = (ROOT / "policies" / "default.yaml").read_text()
    own = "within: { SEV1: 5m, SEV2: 15m, SEV3: 4h, SEV4: 1d }"
    assert own in other
    file = str(tmp_path / "other.yaml")
    Path(file).write_text(other.replace(own, "within: { any: 3d }"))
    before = (await at_console("show", incident, "--json")).document["policy_hash"]
    preview = await at_console("adopt-policy", incident, file, "--preview")
    assert preview.code == 0
    assert "under Incident policy of a small team 1.0" in preview.out
    assert re.search("acknowledge: 20.* → 20", preview.out)
    refused = await at_console("adopt-policy", incident, file, "--json")
    assert refused.code == 2
    assert (await at_console("show", incident, "--json")).document["policy_hash"] == before


async def test_a_policy_that_never_came_into_force_is_not_adopted(
    at_console: TypeAt, incident: str, tmp_path: Path
) -> None:
    """Even a sound file counts only once it has been in force."""
    other = (ROOT / "policies" / "default.yaml").read_text()
    file = tmp_path / "mine.yaml"
    file.write_text(other.replace("adopt_policy: { by: incident_manager, needs: reason }", ""))
    await at_console("acknowledge", incident)
    typed = ("adopt-policy", incident, str(file), "--yes", "--json", "--note", "mine is better")
    before = (await at_console("show", incident, "--json")).document["policy_hash"]
    said = await at_console(*typed)
    assert said.code == 4
    assert "knows no policy with this hash" in said.document["error"]["message"]
    shown = (await at_console("show", incident, "--json")).document
    assert shown["policy_hash"] == before


async def test_a_policy_with_errors_is_not_adopted(
    at_console: TypeAt, incident: str, tmp_path: Path
) -> None:
    """It exits 1 with every problem and its place, and sends nothing."""
    file = tmp_path / "broken.yaml"
    file.write_text("policy: Broken\nseveritys: {}\n")
    said = await at_console("adopt-policy", incident, str(file), "--json")
    assert said.code == 1
    assert said.document["error"]["kind"] == "PolicyBroken"
    assert said.document["error"]["problems"][0]["file"] == str(file)


async def test_a_closed_incident_takes_only_reopen(
    at_console: TypeAt, incident: str, time_skipping: WorkflowEnvironment
) -> None:
    """Once the run has ended, other commands exit 4 and name what is possible."""
    await live(at_console, incident)
    await ended(time_skipping.client, incident)
    said = await at_console("acknowledge", incident, "--json")
    assert said.code == 4
    assert said.document["error"]["state"] == "closed"
    assert said.document["error"]["possible"] == ["reopen"]


async def test_a_cancelled_incident_is_final(
    at_console: TypeAt, incident: str, time_skipping: WorkflowEnvironment
) -> None:
    """Even reopen exits 4."""
    assert (await at_console("cancel", incident, "false_alarm")).code == 0
    await ended(time_skipping.client, incident)
    said = await at_console("reopen", incident, "--json")
    assert said.code == 4
    assert said.document["error"]["state"] == "cancelled"
    assert said.document["error"]["possible"] == []


async def test_without_a_worker_a_command_is_not_confirmed_and_counts_once_later(
    at_console: TypeAt, time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """It exits 7 and names the command id; repeated with it later, it counts once."""
    incident = await reported(time_skipping.client, task_queue)
    line = ("acknowledge", incident, "--command-id", "job-1", "--json")
    said = await at_console(*line, "--timeout", "0.5")
    assert said.code == 7
    assert said.document["error"]["command_id"] == "job-1"
    assert any("--command-id job-1" in hint for hint in said.document["error"]["hints"])
    looked = await at_console("show", incident, "--timeout", "0.5", "--json")
    assert (looked.code, looked.document["read_from"]) == (0, "history")
    assert looked.document["incident"]["state"] == "reported", "nobody has applied it yet"
    async with working(time_skipping.client, task_queue, tmp_path):
        assert (await at_console(*line)).code == 0
        shown = (await at_console("show", incident, "--json")).document
    story = [entry["kind"] for entry in shown["incident"]["timeline"]]
    assert story.count("incident.acknowledged") == 1


def test_an_unreachable_server_exits_6(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that needs the server says that it is not reachable, and what to do."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    for line in (
        ["acknowledge", "INC-1", "--actor", "ana"],
        ["show", "INC-1"],
        ["list"],
        ["watch"],
    ):
        said = type_(*line, "--json")
        assert said.code == 6
        assert said.document["error"]["kind"] == "ServerNotReachable"


EVERYWHERE = (
    ["acknowledge", "INC-1"],
    ["reopen", "INC-1"],
    ["link", "INC-1", "INC-260101-00000000"],
    ["show", "INC-1"],
    ["watch", "INC-1"],
    ["watch"],
    ["list"],
    ["setup"],
    [*("report", "--title", "x", "--nature", "x", "--affected", "y", "--severity", "SEV2")],
)


@pytest.mark.parametrize("line", EVERYWHERE, ids=" ".join)
async def test_a_missing_namespace_is_wrong_usage_of_every_command(
    at_console: TypeAt, monkeypatch: pytest.MonkeyPatch, line: list[str]
) -> None:
    """It exits 2 and names the namespace."""
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nowhere")
    said = await at_console(*line, "--json")
    assert said.code == 2, said
    error = said.document["error"]
    assert (error["kind"], error["namespace"]) == ("UnknownNamespace", "nowhere")
    assert "nowhere" in error["message"]
