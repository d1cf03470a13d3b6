"""Chooses how the console reaches the engine: by `INCIDENT_API_URL`, otherwise over Temporal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from console.engine.protocol import Engine
from console.terminal.running import connected
from runtime.settings import Settings


@asynccontextmanager
async def engine_of(settings: Settings) -> AsyncIterator[Engine]:
    """The engine. Raises `Failure`, and ServerNotReachable after five seconds."""
    if settings.api_url:
        from console.engine.by_api import over_api  # noqa: PLC0415 - only if it is used

        async with over_api(settings.api_url, settings.api_token) as engine:
            yield engine
        return
    from console.engine.by_temporal import OverTemporal  # noqa: PLC0415 - as above

    yield OverTemporal(await connected())
