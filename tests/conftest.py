"""Real servers for the tests."""

import gc
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Generator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from temporalio.client import Client
from temporalio.service import GrpcCompression
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from connectors.feeds import directory
from models import base
from rehearsal.engine.server import TIME_SKIPPING
from runtime.embedded.server import IN_ORDER, NOTHING_OLDER, EmbeddedServer, free_port
from runtime.payloads import UNENCRYPTED
from runtime.settings import Settings, load_settings
from tests.patience import PATIENCE_SECONDS
from tests.proof import proof
from workflows.incident.visibility import KEYS

base.proof = proof
"""A change of a record to what its field does not take fails the test that makes it."""

LONG = ("chaos", "test_storm.py", "test_demo.py", "timelines", "_oracle.py", "test_stack.py")
"""What takes longest begins first, so that no process works on it alone at the end."""

# Processes that tests start keep what Python compiled, as an installation does: without that, each
# of hundreds of processes compiles the whole engine anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what runs in its background without Ctrl-C, and every process that a test
    # starts would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

os.environ.setdefault("GOGC", "400")
"""The servers of tests live shortly: they look for garbage less often, and take more memory."""

vars(Client)["connect"].__func__.__kwdefaults__["grpc_compression"] = GrpcCompression.NONE
"""Between processes of one machine, compressing takes longer than sending."""

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", derandomize=False, max_examples=1000, deadline=None)
settings.load_profile("same")
"""The suite tries the same random cases every time; `make fuzz` tries new ones. No case has a
deadline, because a busy machine takes longer.
"""

TEMPORAL = str(Path(sys.executable).parent / "temporal")
ANSWERS_AS_IT_IS = 'matching.TaskQueueInfoByBuildIdTTL="100ms"'
"""What waits in a queue is counted when a test asks, not five seconds before."""

FORGETS_QUEUES = (
    'matching.maxTaskQueueIdleTime="20s"',
    "metrics.breakdownByTaskQueue=false",
    "metrics.breakdownByPartition=false",
)
"""Each test has queues of its own. The server spends most of its time on those of earlier tests if
it keeps them for five minutes, and measures each of them for ever."""


async def time_skipping_server(*dynamic_config: str) -> WorkflowEnvironment:
    """A dev server with a virtual clock for each workflow."""
    values = (*TIME_SKIPPING, *IN_ORDER, *NOTHING_OLDER, *FORGETS_QUEUES, *dynamic_config)
    nobodys = ["--env-file", "none", "--disable-config-file", "--disable-config-env"]
    return await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=TEMPORAL,
        data_converter=UNENCRYPTED,
        ts_config=TimeSkippingConfig(enabled=False),
        search_attributes=list(KEYS.values()),
        dev_server_log_level="never",
        dev_server_extra_args=[
            *nobodys,
            *(part for value in values for part in ("--dynamic-config-value", value)),
        ],
    )


def pytest_xdist_auto_num_workers() -> int:
    """One process more than cores: while one waits for a server or a timer, another works."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while all tests are loaded, nor among them later: none of it is garbage.

    Looking took almost half of the time of loading them.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, the others in the order in which they stand."""
    items.sort(key=lambda item: not any(part in str(item.path) for part in LONG))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end if the browser tests did not run, and how to run them."""
    skipped = terminalreporter.stats.get("skipped", [])
    without = [report for report in skipped if "no Chromium" in str(report.longrepr)]
    if without:
        terminalreporter.write_line(
            f"{len(without)} browser tests did not run, because there is no Chromium. To run them: "
            "apt-get install chromium; .venv/bin/python -m pytest tests/web/browser",
            yellow=True,
        )


@pytest.fixture(scope="session")
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A dev server on which time is skipped, for scenarios of hours and days."""
    async with await time_skipping_server() as env:
        yield env


@pytest.fixture(scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WorkflowEnvironment]:
    """The embedded server as it is shipped, in memory, on which time passes as it does."""
    log = tmp_path_factory.mktemp("server") / "server.log"
    embedded = EmbeddedServer(
        None, log, port=free_port(), ui_port=free_port(), dynamic_config=(ANSWERS_AS_IT_IS,)
    )
    try:
        yield WorkflowEnvironment.from_client(await embedded.start())
    finally:
        embedded.stop()


@pytest.fixture(scope="session")
def no_configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration file of Temporal that says nothing, whatever the null device holds."""
    file = tmp_path_factory.mktemp("configuration") / "temporal.config"
    file.write_text("")
    return file


@pytest.fixture(autouse=True)
def feeds_are_read_in_peace(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, what a feed sent is read before anybody gives up."""
    monkeypatch.setattr(directory, "CHECKED_WITHIN", timedelta(seconds=PATIENCE_SECONDS))


@pytest.fixture(autouse=True)
def settings_of_nobody(monkeypatch: pytest.MonkeyPatch, no_configuration: Path) -> Iterator[None]:
    """No test depends on the settings, or the Temporal server, of whoever runs it."""
    for name in list(os.environ):
        if name.startswith(("INCIDENT_", "TEMPORAL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(no_configuration))
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


@pytest.fixture
def task_queue() -> str:
    """A task queue of its own for each test."""
    return uuid.uuid4().hex[:12]
