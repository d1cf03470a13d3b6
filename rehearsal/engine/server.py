"""A Temporal server that can skip time; it ends with the rehearsal.

Skipping time is an experimental part of Temporal's interface. Only this file, `looks` and
`virtual_time` use it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from runtime.embedded.server import EmbeddedServer
from runtime.payloads import converter_of
from runtime.settings import load_settings

TIME_SKIPPING = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="10ms"',
    "history.timerProcessorMaxPollRPS=1000",
    "history.transferProcessorMaxPollRPS=1000",
)
"""Server settings. The first allows skipping time. Without the second, a timer rings a second late
after a skip. Without the others, which protect a database that we do not have, each timer waits
up to a quarter of a second until the server looks again."""

MOST_SKIPS = 100_000
"""How many timers one skip may pass; Temporal's default is 200."""


@asynccontextmanager
async def time_skipping_server(folder: Path) -> AsyncIterator[Client]:
    """A server in memory on its own ports; it logs to a file in `folder`.

    What it stores is encrypted as the settings say. Raises EmbeddedServerFailed, SettingsBroken.
    """
    server = EmbeddedServer(
        None,
        folder / "server.log",
        port=0,
        ui_port=None,
        dynamic_config=TIME_SKIPPING,
        converter=converter_of(load_settings()),
    )
    try:
        yield await server.start()
    finally:
        server.stop()


def skipper(client: Client) -> TimeSkipper:
    """Skips time for the workflows that its own client starts, and only on request."""
    config = TimeSkippingConfig(enabled=False, max_session_skip_count=MOST_SKIPS)
    return TimeSkipper(client, config=config)
