"""A plant for each test that breaks something."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.chaos.plant import Plant
from tests.fakes.webhook_sink import WebhookSink


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    """A running plant."""
    async with WebhookSink() as sink:
        made = Plant(tmp_path, sink)
        await made.start()
        try:
            yield made
        finally:
            made.stop()
