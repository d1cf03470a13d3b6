"""A Temporal server of our own on which time can be skipped; it ends with the rehearsal.

Skipping time is an experimental part of Temporal's interface: what uses it is here and in
`rehearsal.timing`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from runtime.embedded.server import EmbeddedServer

TIME_SKIPPING = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="10ms"',
    "history.timerProcessorMaxPollRPS=1000",
    "history.transferProcessorMaxPollRPS=1000",
)
"""What the server must be told. The first makes it possible; without the second a timer that was
skipped to rings a second late; without the others, which spare a database that is none of ours,
each timer waits up to a quarter of a second for the server to look again."""

MOST_SKIPS = 100_000
"""How many timers may be skipped to at a time; Temporal stops at 200 unless told otherwise."""


@asynccontextmanager
async def time_skipping_server(folder: Path) -> AsyncIterator[Client]:
    """A server in memory on ports of its own; what it says goes to a file in `folder`.

    Raises EmbeddedServerFailed.
    """
    server = EmbeddedServer(
        None, folder / "server.log", port=0, ui_port=None, dynamic_config=TIME_SKIPPING
    )
    try:
        yield await server.start()
    finally:
        server.stop()


def skipper(client: Client) -> TimeSkipper:
    """Skips time for the workflows that its own client starts, and only when asked."""
    config = TimeSkippingConfig(enabled=False, max_session_skip_count=MOST_SKIPS)
    return TimeSkipper(client, config=config)
