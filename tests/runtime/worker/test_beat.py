"""A worker beats to another service while it is ready, and only then."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from structlog.testing import capture_logs
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from runtime.settings import Settings
from runtime.worker.beat import Beat, beating
from tests.fakes.webhook_sink import WebhookSink
from tests.fakes.wire import Wire, wire_to
from workflows.keep_policy import KeepPolicy


@pytest.fixture
async def sink() -> AsyncIterator[WebhookSink]:
    """The other service."""
    async with WebhookSink() as running:
        yield running


@pytest.fixture
async def wire(server: WorkflowEnvironment) -> AsyncIterator[Wire]:
    """A wire to Temporal that can be cut."""
    async with wire_to(server.client.service_client.config.target_host) as whole:
        yield whole


@pytest.fixture
async def worker(server: WorkflowEnvironment, task_queue: str) -> AsyncIterator[None]:
    """A worker that asks for work."""
    async with Worker(server.client, task_queue=task_queue, workflows=[KeepPolicy]):
        yield


def address(sink: WebhookSink) -> SecretStr:
    """The secret address of a check."""
    return SecretStr(sink.url_of("check-secret"))


@pytest.mark.usefixtures("worker")
async def test_it_beats_while_ready_and_stops_while_temporal_is_away(
    server: WorkflowEnvironment, wire: Wire, sink: WebhookSink, task_queue: str
) -> None:
    """Each change is logged once."""
    client = await Client.connect(wire.address, identity=server.client.identity)
    beat = Beat(address(sink), client, task_queue)
    with capture_logs() as logged:
        while not sink.requests:  # the server lists a poller a moment after it asked
            await beat.once()
        await beat.once()
        assert [request.method for request in sink.requests] == ["GET", "GET"]
        logged.clear()
        wire.cut()
        await beat.once()
        await beat.once()
        assert len(sink.requests) == 2
        await wire.mend()
        while len(sink.requests) < 3:
            await beat.once()
    await beat.aclose()
    away, *_, there = told(logged)
    assert away[0] == "beat.withheld"
    assert away[1].startswith("Temporal does not accept work")
    assert there == ("beat.sent", "")
    assert len(set(told(logged))) == len(told(logged))


async def test_a_worker_that_asks_for_no_work_does_not_beat(
    server: WorkflowEnvironment, sink: WebhookSink, task_queue: str
) -> None:
    """Temporal is well, and yet nobody would page."""
    beat = Beat(address(sink), server.client, task_queue)
    with capture_logs() as logged:
        await beat.once()
    await beat.aclose()
    assert sink.requests == []
    assert told(logged) == [("beat.withheld", "Temporal does not see this worker ask for work")]


@pytest.mark.usefixtures("worker")
async def test_a_beat_that_fails_says_why_once_and_no_secret(
    server: WorkflowEnvironment, sink: WebhookSink, task_queue: str
) -> None:
    """A redirect is not followed. The next beat tries again."""
    beat = Beat(address(sink), server.client, task_queue)
    while not sink.requests:
        await beat.once()
    sink.answer(302, times=2, location=sink.url_of("elsewhere"))
    sink.close_connection(times=2)
    with capture_logs() as logged:
        for _ in range(5):
            await beat.once()
    await beat.aclose()
    assert [event for event, _ in told(logged)] == ["beat.failed", "beat.failed", "beat.sent"]
    assert told(logged)[0][1] == "answered 302"
    assert {request.path for request in sink.requests} == {"/check-secret"}
    assert "secret" not in repr(logged)


@pytest.mark.usefixtures("worker")
async def test_it_goes_on_by_itself_until_the_worker_stops(
    server: WorkflowEnvironment, sink: WebhookSink, task_queue: str
) -> None:
    """Without an address there is no beat."""
    async with beating(None, server.client, task_queue):
        pass
    async with beating(address(sink), server.client, task_queue, timedelta(milliseconds=10)):
        await sink.wait_for_requests(3)


@pytest.mark.parametrize(
    "url", ["http://example.org/check-secret", "https://ana:secret@example.org", "check-secret"]
)
def test_an_address_that_gives_itself_away_is_refused(url: str) -> None:
    """The error does not repeat it, and nothing shows an accepted one."""
    with pytest.raises(ValidationError) as refused:
        Settings(beat_url=SecretStr(url))
    assert "secret" not in str(refused.value)
    accepted = Settings(beat_url=SecretStr("https://example.org/check-secret"))
    assert "check-secret" not in repr(accepted)


def told(logged: list[Any]) -> list[tuple[str, str]]:
    """What the beat logged: each event and its reason."""
    beats = (line for line in logged if line["event"].startswith("beat."))
    return [(line["event"], line.get("error", "")) for line in beats]
