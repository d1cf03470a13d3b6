"""Logs are JSON, name their incident, and have each event once."""

import asyncio
import json
import sys
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from models.readable import readable
from runtime.ending import say_why_ended
from runtime.logging import without_control_characters
from runtime.settings import ROOT
from tests.fakes.hostile import HOSTILE

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
async def said(server: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> Lines:
    """The lines that the speaker logs; its workflow is replayed from the start at every task."""
    path = tmp_path_factory.mktemp("log") / "of" / "speaker.log"
    speaker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.runtime.speaker",
        server.client.service_client.config.target_host, str(path), cwd=ROOT,
    )  # fmt: skip
    assert await speaker.wait() == 0
    return [json.loads(line) for line in path.read_text().splitlines()]


def of(said: Lines, event: str) -> dict[str, Any]:
    """The one line of an event."""
    [line] = [line for line in said if line["event"] == event]
    return line


@pytest.mark.parametrize(
    "event",
    ["workflow.began", "temporal said", "library said", "update.spoke", "workflow.ended"],
)
def test_a_workflow_logs_each_line_once_however_often_it_is_replayed(
    said: Lines, event: str
) -> None:
    """This holds for structlog, Temporal's logger and the standard library."""
    line = of(said, event)
    assert line["incident_id"].startswith("INC-")
    assert line["run_id"]
    assert line["attempt"] == 1


def test_a_line_of_a_handler_names_its_update(said: Lines) -> None:
    """So people find a request from its answer, and the other way round."""
    line = of(said, "update.spoke")
    assert (line["update_id"], line["actor"]) == ("the-update", "ana")


def test_a_line_of_an_activity_names_incident_run_and_attempt(said: Lines) -> None:
    """An effect is traced to its incident."""
    line = of(said, "activity.spoke")
    assert line["incident_id"] == of(said, "workflow.began")["incident_id"]
    assert line["run_id"] == of(said, "workflow.began")["run_id"]
    assert (line["activity"], line["attempt"]) == ("speak", 1)
    assert (line["state"], line["actor"]) == ("assessment", "ana")


def test_libraries_add_only_what_we_know(said: Lines) -> None:
    """Whatever else a library attaches to its records stays out of the log."""
    line = of(said, "library said")
    assert line["actor"] == "bo"
    assert "secret" not in line
    assert line["level"] == "warning"
    assert line["logger"]


def test_a_trigger_that_is_only_tried_is_not_told_as_if_it_had_been_fired(said: Lines) -> None:
    """Every view asks the machine what is possible; nothing happens because of that."""
    assert not [line for line in said if line["logger"].startswith("transitions")]


def test_a_traceback_is_one_line_too(said: Lines) -> None:
    """Programs read the log as JSON, line by line."""
    line = of(said, "went.wrong")
    assert "ValueError: invalid literal" in line["exception"]


def test_every_line_is_dated_in_utc(said: Lines) -> None:
    """Incidents cross zones."""
    assert all(line["timestamp"].endswith("Z") for line in said)


def test_no_line_steers_the_terminal_of_whoever_reads_the_log() -> None:
    """This holds even for tools that show only texts of a line."""
    event = {"event": "page.sent", "title": HOSTILE, "hosts": [HOSTILE], "fields": {"a": HOSTILE}}
    line = without_control_characters(None, "info", event)
    texts = [line["title"], *line["hosts"], *line["fields"].values()]
    assert [text for text in texts if text != readable(text)] == []
    assert line["event"] == "page.sent"


def test_no_last_word_steers_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """The reason why a process ends may quote a file or a server."""
    assert say_why_ended("worker", HOSTILE, 2) == 2
    said = capsys.readouterr().err
    assert said == readable(said)
    assert all(line.startswith("worker: ") for line in said.splitlines())
