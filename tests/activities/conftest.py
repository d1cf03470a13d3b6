"""What the tests of activities share: sinks, a store, and an activity's surroundings."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from connectors.documents.local import LocalDocumentStore
from tests.fakes.webhook_sink import WebhookSink

STARTED = datetime(2026, 3, 27, 17, 0, 3, tzinfo=UTC)


@pytest.fixture
def environment() -> ActivityEnvironment:
    """An activity's surroundings; the attempt began at STARTED."""
    made = ActivityEnvironment()
    made.info = dataclasses.replace(
        made.info, started_time=STARTED, start_to_close_timeout=timedelta(seconds=10)
    )
    return made


@pytest.fixture
async def sink() -> AsyncIterator[WebhookSink]:
    """A webhook server for this test alone."""
    async with WebhookSink() as running:
        yield running


@pytest.fixture
async def channels(sink: WebhookSink) -> AsyncIterator[ChannelDirectory]:
    """The channels pager, mail, chat and desk; each is a path of the sink."""
    settings = {
        name: channel_settings(
            {"url": f"{sink.url_of(name)}?code=url-secret", "token": "bearer-secret"}
        )
        for name in ("pager", "mail", "chat", "desk")
    }
    directory = ChannelDirectory(settings)
    yield directory
    await directory.aclose()


@pytest.fixture
def documents(tmp_path: Path) -> LocalDocumentStore:
    """An empty document store."""
    return LocalDocumentStore(tmp_path / "documents")
