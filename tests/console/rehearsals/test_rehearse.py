"""`rehearse`: its exit codes for scripts, what it prints, and what differs."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
import structlog
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from console.rehearsals import command as rehearse
from runtime.settings import ROOT
from tests.console.conftest import Said, Type

FILES = ROOT / "tests" / "scenarios" / "files"
SMALL = FILES / "policies" / "small.yaml"
LIMIT = FILES / "acknowledged_at_the_limit.yaml"
NIGHT = """\
scenario: A night
starts: 2026-03-27T16:50:00Z
events:
  - {{ at: 0m, by: cy, report: {{ title: Checkout fails, affected_systems: checkout }} }}
  - {{ at: 20m, by: bo, do: acknowledge }}
  - {{ at: 30m, by: cy, do: resolve }}
  - {{ at: 40m, by: bo, do: resolve }}
{expect}"""


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Silences logs for the test: the process has only one logging setting."""
    monkeypatch.setattr(rehearse, "configure_logging", lambda *_: None)
    nothing = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=nothing)
    yield
    structlog.reset_defaults()


@pytest.fixture
def one_server(time_skipping: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rehearse on the server of the other tests, instead of starting one for each rehearsal."""

    @asynccontextmanager
    async def running(_: Path) -> AsyncIterator[Client]:
        address = time_skipping.client.service_client.config.target_host
        yield await Client.connect(address, data_converter=pydantic_data_converter)

    monkeypatch.setattr(rehearse, "time_skipping_server", running)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario that expects something that does not happen."""
    path = tmp_path_factory.mktemp("night") / "night.yaml"
    path.write_text(NIGHT.format(expect="expect:\n  - { state: review }\n"))
    return path


def test_a_scenario_that_holds_exits_0_and_reads_from_top_to_bottom(type_: Type) -> None:
    """It says who was paged and told when, and lists the clocks, the breaches and the verdict."""
    said = type_("rehearse", "--scenario", str(LIMIT))
    assert said.code == 0
    assert not said.err or said.err.startswith("This machine is busy: ")
    lines = said.out.splitlines()
    assert lines[0].strip() == "Acknowledged at the very limit"
    assert any("PAGE" in line and "ana by pager: level 1" in line for line in lines)
    assert any(line.split()[:2] == ["acknowledge", "met"] for line in lines)
    assert [line.strip() for line in lines[-2:]] == ["As expected", "all 8 expectations hold"]


@pytest.mark.usefixtures("one_server")
def test_a_scenario_that_does_not_hold_exits_8_and_says_what_differs(
    type_: Type, night: Path
) -> None:
    """Scripts can tell a wrong expectation from every other failure."""
    said = type_("rehearse", "--scenario", str(night), "--policy", str(SMALL))
    assert said.code == 8
    out = said.out
    assert "missing: state review; found closed" in out
    assert "unexpected: 30m resolve by cy refused: cy may not resolve" in out
    assert "What is refused" in out


@pytest.mark.usefixtures("one_server")
def test_json_is_one_document_with_everything(type_: Type, night: Path) -> None:
    """It holds messages, clocks, breaches, refusals and verdict, also those of the other policy."""
    said = type_(
        "rehearse", "--scenario", str(night), "--policy", str(SMALL),
        "--against", str(ROOT / "policies" / "default.yaml"), "--json",
    )  # fmt: skip
    assert said.code == 8
    document = said.document
    assert document["judgement"]["as_expected"] is False
    (incident,) = document["incidents"]
    heard = [(one["at"], one["kind"], one["who"]) for one in incident["said"]]
    assert heard[0] == ("2026-03-27T16:50:00Z", "page", "ana")
    assert {clock["clock"] for clock in incident["end"]["clocks"]} == {"acknowledge", "resolve"}
    assert [breach["clock"] for breach in incident["breaches"]] == ["acknowledge"]
    assert [refused["what"] for refused in document["refused"]] == ["resolve"]
    against = document["against"]
    assert against["policy"]["name"] == "Incident policy of a small team"
    assert [breach["clock"] for breach in against["breached_here"]] == ["acknowledge"]
    assert against["same"] is False


@pytest.mark.usefixtures("one_server")
def test_against_compares_the_breaches_of_two_policies(type_: Type, tmp_path: Path) -> None:
    """Under the same policy nothing differs; under a more lenient one the breach is gone."""
    wider = tmp_path / "wider.yaml"
    wider.write_text(SMALL.read_text().replace("SEV2: 15m", "SEV2: 20m"))
    path = tmp_path / "night.yaml"
    path.write_text(NIGHT.format(expect=""))
    typed = ("rehearse", "--scenario", str(path), "--policy", str(SMALL), "--against")
    assert "nothing differs" in type_(*typed, str(SMALL)).out
    said = type_(*typed, str(wider))
    assert said.code == 0
    assert "- would not have breached: acknowledge, due after 15m: late by 5m 00s" in said.out


@pytest.mark.usefixtures("one_server")
def test_the_documents_show_the_worked_example_as_it_is_printed(type_: Type) -> None:
    """Wherever they leave something out, they mark it."""
    example = "docs/examples/friday-evening.yaml"
    said = type_("rehearse", "--scenario", str(ROOT / example))
    printed = "\n".join(line.rstrip() for line in said.out.splitlines())
    for document in ("README.md", "docs/rehearsal.md"):
        shown = (ROOT / document).read_text().partition(f"--scenario {example}\n")[2]
        told = shown.partition("```")[0]
        parts = [part for part in told.split("\n...\n") if part.strip("\n") not in printed]
        assert (document, parts) == (document, [])
        assert len(told.splitlines()) > 10


@pytest.mark.usefixtures("one_server")
def test_events_are_printed_as_expectations(type_: Type) -> None:
    """An author can paste them into the scenario."""
    said = type_("rehearse", "--scenario", str(LIMIT), "--expect")
    assert said.out.startswith("expect:\n  - { at: 0s, page: ana")


def failed(said: Said, kind: str, code: int) -> str:
    """The message of a failure of this kind; nothing else is printed."""
    error = said.document["error"]
    assert (error["kind"], error["exit_code"], said.code) == (kind, code, code)
    assert said.err == ""
    return str(error["message"])


def test_a_file_that_cannot_be_played_is_refused_before_anything_starts(
    type_: Type, tmp_path: Path
) -> None:
    """Scenarios and policies are checked as `policy check` does it."""
    path = tmp_path / "night.yaml"
    path.write_text(NIGHT.format(expect="").replace("acknowledge", "aknowledge"))
    typed = ("rehearse", "--json", "--scenario", str(path))
    words = failed(type_(*typed, "--policy", str(SMALL)), "ScenarioBroken", 1)
    assert f"{path}:5:28: error: there is no command aknowledge" in words
    path.write_text(NIGHT.format(expect=""))
    assert "names no policy" in failed(type_(*typed), "Usage", 2)
    failed(type_(*typed, "--policy", str(path)), "PolicyBroken", 1)
    failed(type_(*typed, "--policy", str(SMALL), "--against", str(path)), "PolicyBroken", 1)
    failed(type_("rehearse", "--json"), "Usage", 2)


def test_ctrl_c_ends_a_rehearsal_and_leaves_nothing_running(tmp_path: Path) -> None:
    """It exits 130, and the server that it started is gone."""
    path = tmp_path / "night.yaml"
    path.write_text(NIGHT.format(expect=""))
    started = subprocess.Popen(
        [sys.executable, "starter.py", "rehearse", "--scenario", path, "--policy", SMALL],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    server = server_of(started)
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=30)
    assert started.returncode == 130
    assert "Traceback" not in err
    assert not server.is_running()


def server_of(started: "subprocess.Popen[str]") -> psutil.Process:
    """The server that a rehearsal started, once there is one."""
    while started.poll() is None:
        children = psutil.Process(started.pid).children()
        servers = [child for child in children if child.name() == "temporal"]
        if servers:
            return servers[0]
        time.sleep(0.02)
    raise AssertionError(f"it ended by itself: {started.communicate()}")
