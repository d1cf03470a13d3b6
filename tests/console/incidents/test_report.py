"""Reports that people make by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from console.engine.by_temporal import OverTemporal
from console.incidents.report import checked, opened
from console.terminal.failure import ExitCode, Failure
from models.base import Actor
from models.incident.record import Report
from models.intake import ReportingRule
from rules.record.ids import is_incident_id
from runtime.settings import load_settings
from tests.console.conftest import Type, TypeAt
from tests.console.life import working
from tests.specimens import POLICY

ASKING = POLICY.changed(
    reporting=ReportingRule(
        who=("people",), required=("title", "affected_systems"), people={"ana": ()}
    ),
    attributes={"impact": ("one", "all")},
)
POLICY_FILE = Path(__file__).parents[3] / "policies" / "default.yaml"
FULL = (
    *("report", "--title", "Checkout fails", "--nature", "Customers cannot pay"),
    *("--affected", "checkout", "--affected", "basket", "--severity", "SEV2"),
    *("--service", "checkout", "--reporter", "bo"),
)


@pytest.fixture
def policy_file(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy file that we ship is in force."""
    monkeypatch.setenv("INCIDENT_POLICY_FILE", str(POLICY_FILE))
    load_settings.cache_clear()
    return POLICY_FILE


def a_report(**changes: object) -> Report:
    """A report that the rules accept."""
    fields = {
        "title": "Checkout fails",
        "affected_systems": ("checkout",),
        "reporter": Actor(name="ana", via="console"),
    }
    return Report.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"affected_systems": ()}, ExitCode.REFUSED, ("--affected",)),
        ({"title": " "}, ExitCode.REFUSED, ("--title",)),
        ({"reporter": Actor(name="zoe", via="console")}, ExitCode.NOT_AUTHORISED, ()),
        ({"severity": "SEV9"}, ExitCode.USAGE, ()),
        ({"attributes": {"impact": "al"}}, ExitCode.USAGE, ()),
    ],
)
def test_a_report_that_breaks_a_rule_of_the_policy_is_refused(
    changes: dict[str, object], code: ExitCode, words: tuple[str, ...]
) -> None:
    """Missing fields are named as they are typed; a lack of authority has its own exit code."""
    with pytest.raises(Failure) as caught:
        checked(a_report(**changes), ASKING)
    assert caught.value.code is code
    assert caught.value.missing == words
    assert checked(a_report(), ASKING) == a_report()


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("+1h", "--happened-at lies"),
        ("-400d", "--happened-at lies"),
        ("0001-01-01T00:00:00Z", "lies outside the years 1900 to 2200"),
    ],
)
def test_the_beginning_of_an_incident_lies_within_the_last_year(
    type_: Type, policy_file: Path, when: str, says: str
) -> None:
    """Anything else is a slip: clocks that began a century ago help nobody."""
    assert policy_file.exists()
    said = type_(*FULL, "--happened-at", when, "--json")
    assert said.code == 2
    assert says in said.document["error"]["message"]


async def test_a_report_starts_an_incident_and_prints_its_id(
    at_console: TypeAt,
    policy_file: Path,
    time_skipping: WorkflowEnvironment,
    task_queue: str,
    tmp_path: Path,
) -> None:
    """The record holds everything typed, and the policy in force; the id is new."""
    said = await at_console(*FULL, "--happened-at", "-10m", "--json")
    assert said.code == 0, said
    incident = said.document["incident"]
    assert is_incident_id(incident)
    assert said.document["started"] is True
    async with working(time_skipping.client, task_queue, tmp_path):
        shown = (await at_console("show", incident, "--json")).document
    report = shown["incident"]["report"]
    assert report["affected_systems"] == ["checkout", "basket"]
    assert report["reporter"] == {"name": "bo", "via": "console"}
    assert shown["incident"]["severity"] == "SEV2"
    assert shown["incident"]["reported_at"] < shown["incident"]["timeline"][0]["recorded_at"]
    assert policy_file.exists()


async def test_a_preview_says_what_the_report_would_do(
    at_console: TypeAt, policy_file: Path
) -> None:
    """It has the severity, the clocks and what is missing, and opens nothing."""
    assert policy_file.exists()
    said = await at_console(*FULL, "--preview")
    assert said.code == 0, said
    assert "this report can be sent, under Incident policy of a small team" in said.out
    assert "Severity: SEV2" in said.out
    assert "Pages at once:" in said.out
    assert "acknowledge within" in said.out
    said = await at_console("report", "--title", "x", "--preview", "--json")
    assert said.code == 1, said
    assert said.document["missing"] == ["nature", "affected_systems"]
    assert said.document["accepted"] is False


async def test_a_report_that_is_too_large_for_its_workflow_starts_nothing(
    at_console: TypeAt, policy_file: Path
) -> None:
    """The answer names what is too long; the exit code is that of a wrong value."""
    assert policy_file.exists()
    said = await at_console(*FULL, "--affected", "y" * 501, "--json")
    assert said.code == ExitCode.USAGE, said
    error = said.document["error"]
    assert error["message"] == "affected_systems.2: is longer than 500 characters"
    assert error["kind"] == "Malformed"


async def test_a_report_repeated_with_its_command_id_is_one_incident(
    at_console: TypeAt, policy_file: Path, task_queue: str
) -> None:
    """The second answer says that it was reported before, and has the same id."""
    assert policy_file.exists()
    first = await at_console(*FULL, "--command-id", task_queue, "--json")
    again = await at_console(*FULL, "--command-id", task_queue, "--json")
    assert (first.document["started"], again.document["started"]) == (True, False)
    assert first.document["incident"] == again.document["incident"]
    human = await at_console(*FULL, "--command-id", task_queue)
    assert human.out.startswith(f"{first.document['incident']} was reported before")


MATRIX = """
severity_rules:
  default: SEV3
  from: { impact: [one, all], urgency: [low, high], matrix: [[SEV4, SEV3], [SEV2, SEV1]] }
"""


async def test_the_attributes_of_a_report_decide_its_severity(
    at_console: TypeAt, policy_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer shows the severity; an attribute that the policy does not know is refused."""
    whole = policy_file.read_text(encoding="utf-8")
    rules = whole[whole.index("severity_rules:") : whole.index("# --- Reporting")]
    mine = tmp_path / "policy.yaml"
    mine.write_text(whole.replace(rules, MATRIX), encoding="utf-8")
    monkeypatch.setenv("INCIDENT_POLICY_FILE", str(mine))
    load_settings.cache_clear()
    said = ("report", "--title", "x", "--nature", "y", "--affected", "z", "--json")
    reported = await at_console(*said, "--attribute", "impact=all", "--attribute", "urgency=low")
    assert reported.document["severity"] == "SEV2"
    refused = await at_console(*said, "--attribute", "impct=all", "--attribute", "urgency=hgh")
    assert refused.code == ExitCode.USAGE
    assert refused.document["error"]["message"] == (
        "the policy has no attribute 'impct'; did you mean impact? "
        "urgency cannot be 'hgh'; did you mean high?"
    )
    assert (await at_console(*said, "--attribute", "impact")).code == ExitCode.USAGE


def test_a_wrong_report_is_refused_without_a_server(type_: Type, policy_file: Path) -> None:
    """What the policy requires is checked before anything is sent."""
    assert policy_file.exists()
    said = type_("report", "--title", "x", "--json")
    assert said.code == 4
    assert said.document["error"]["missing"] == ["--nature", "--affected"]
    assert type_("report", "--title", "", "--json").code == 2
    assert type_(*FULL, "--happened-at", "+1h").code == 2


def test_a_report_under_a_broken_policy_lists_its_problems(
    type_: Type, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It exits 1: no incident starts under a policy with errors."""
    monkeypatch.setenv("INCIDENT_POLICY_FILE", str(tmp_path / "none.yaml"))
    load_settings.cache_clear()
    said = type_("report", "--title", "x", "--json")
    assert said.code == 1
    assert said.document["error"]["kind"] == "PolicyBroken"


async def test_a_report_repeated_after_midnight_is_the_same_report(
    time_skipping: WorkflowEnvironment, address: str, task_queue: str
) -> None:
    """A script that runs past midnight opens no second incident."""
    assert address
    within, later = timedelta(seconds=10), datetime.now(UTC)
    asked = [
        await opened(
            OverTemporal(time_skipping.client), a_report(nature="x"), task_queue, at, within
        )
        for at in (later - timedelta(days=1), later)
    ]
    assert [answer["started"] for answer in asked] == [True, False]
    assert asked[0]["incident"] == asked[1]["incident"]


async def test_a_report_without_an_answer_in_time_names_its_command_id(
    time_skipping: WorkflowEnvironment,
) -> None:
    """It may have arrived: repeated with that id, it is still one incident."""
    at_once = timedelta(microseconds=1)
    with pytest.raises(Failure) as caught:
        await opened(
            OverTemporal(time_skipping.client), a_report(), "job-7", datetime.now(UTC), at_once
        )
    assert caught.value.code is ExitCode.NOT_REACHABLE
    assert caught.value.facts["command_id"] == "job-7"
    assert any("--command-id job-7" in hint for hint in caught.value.hints)
