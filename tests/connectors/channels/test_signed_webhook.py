"""Signed webhooks against a real HTTP server, judged by the verifier that receivers use."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from connectors.channels.share import MOST_OF_A_CHANNEL
from connectors.errors import PermanentError, RetryableError
from connectors.webhook_signatures import each_of
from models.messages.event import Event
from models.messages.message import Message, MessageKind
from runtime.settings import Settings
from tests.fakes.messages import a_message
from tests.fakes.webhook_sink import SinkRequest, WebhookSink
from tests.patience import PATIENCE_SECONDS


def secret(letter: bytes, size: int = 24) -> str:
    """A secret as operators set it."""
    return "whsec_" + base64.b64encode(letter * size).decode()


SOON = timedelta(seconds=PATIENCE_SECONDS)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NEW, OLD, FOREIGN = secret(b"n"), secret(b"o"), secret(b"f", 64)


async def posted(sink: WebhookSink, *, key: str = "INC-1/7", attempts: int = 1) -> SinkRequest:
    """The last request of a channel that signs with two secrets."""
    settings = channel_settings({"url": sink.url, "secrets": f"{NEW}, {OLD}"})
    directory = ChannelDirectory({"gate": settings})
    for _ in range(attempts - 1):
        with pytest.raises(RetryableError):
            await directory.send("gate", a_message(key=key), timeout=SOON)
    await directory.send("gate", a_message(key=key), timeout=SOON)
    await directory.aclose()
    return sink.requests[-1]


async def test_a_receiver_verifies_what_was_posted_with_either_secret() -> None:
    """Old and new secret sign side by side; a foreign one verifies nothing."""
    async with WebhookSink() as sink:
        request = await posted(sink)
    for known in (NEW, OLD):
        assert Webhook(known).verify(request.body, request.headers) == request.json
    with pytest.raises(WebhookVerificationError):
        Webhook(FOREIGN).verify(request.body, request.headers)


async def test_an_altered_byte_is_refused() -> None:
    """Nobody on the way changes the body, the id or the time."""
    async with WebhookSink() as sink:
        request = await posted(sink)
    last = chr(request.body[-2])
    altered = request.body[:-2] + (b"!" if last != "!" else b"?") + request.body[-1:]
    later = str(int(request.headers["webhook-timestamp"]) + 1)
    for body, change in (
        (altered, {}),
        (request.body, {"webhook-id": "INC-1/8"}),
        (request.body, {"webhook-timestamp": later}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(NEW).verify(body, {**request.headers, **change})


async def test_a_repeated_attempt_has_the_same_id() -> None:
    """A receiver knows a message by it; an id has no full stop, which separates signed parts."""
    async with WebhookSink() as sink:
        sink.answer(500)
        request = await posted(sink, key="INC-1.7:alice", attempts=2)
        ids = {one.headers["webhook-id"] for one in sink.requests}
    assert ids == {"INC-1%2E7:alice"}
    assert Webhook(OLD).verify(request.body, request.headers)


async def test_without_a_secret_nothing_is_signed() -> None:
    """A plain webhook stays as it is."""
    async with WebhookSink() as sink:
        directory = ChannelDirectory({"gate": channel_settings({"url": sink.url})})
        await directory.send("gate", a_message(), timeout=SOON)
        await directory.aclose()
    assert not any(name.startswith("webhook-") for name in sink.requests[0].headers)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"secrets": "whsec_c2hvcnQ="}, "24 to 64 bytes"),
        ({"secrets": secret(b"n", 65)}, "24 to 64 bytes"),
        ({"secrets": NEW.removeprefix("whsec_")}, "must be whsec_"),
        ({"secrets": "whsec_" + "*" * 40}, "base64"),
        ({"secrets": ",".join([NEW] * 6)}, "at most 5"),
        ({"secrets": NEW, "url": "http://gate.example.com/x"}, "must begin with https://"),
        ({"secrets": NEW, "url": "https://ana:pass@gate.example.com/x"}, "user name"),
    ],
)
def test_a_secret_that_cannot_sign_is_refused_and_never_repeated(
    given: dict[str, Any], fault: str
) -> None:
    """The error says what would be right, without the secret."""
    with pytest.raises(ValidationError) as refused:
        channel_settings({"url": "https://gate.example.com/x", **given})
    assert fault in str(refused.value)
    assert NEW[6:] not in str(refused.value)
    assert "c2hvcnQ" not in str(refused.value)


def test_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commas separate them; nothing that shows the settings shows them."""
    monkeypatch.setenv("INCIDENT_CHANNELS__DEPLOY_GATE__URL", "https://gate.example.com/x")
    monkeypatch.setenv("INCIDENT_CHANNELS__DEPLOY_GATE__SECRETS", f"{NEW},{OLD}")
    gate: Any = Settings().channels["deploy-gate"]
    assert each_of(gate.secrets) == (NEW, OLD)
    assert NEW[6:] not in repr(gate)


def an_event(number: int = 1) -> Message:
    """A message to a subscriber."""
    event = Event(type="incident.reported", timestamp=NOW, data={"incident": "INC-1"})
    return a_message(key=f"INC-1/event-{number}:gate", kind=MessageKind.EVENT, event=event)


async def test_an_event_is_the_whole_body_and_never_leaves_unsigned() -> None:
    """A receiver that verifies nothing would obey anybody."""
    async with WebhookSink() as sink:
        settings = {"url": sink.url, "secrets": OLD}
        directory = ChannelDirectory(
            {"gate": channel_settings(settings), "bare": channel_settings({"url": sink.url})}
        )
        await directory.send("gate", an_event(), timeout=SOON)
        with pytest.raises(PermanentError, match="bare: no secret of the settings signs"):
            await directory.send("bare", an_event(), timeout=SOON)
        await directory.aclose()
    [request] = sink.requests
    assert Webhook(OLD).verify(request.body, request.headers) == {
        "type": "incident.reported",
        "timestamp": "2026-03-01T12:00:00Z",
        "data": {"incident": "INC-1"},
    }


async def test_a_receiver_that_hangs_holds_up_few_events_and_no_other_message() -> None:
    """The events beyond come again later, and leave room for whatever else must go out."""
    async with WebhookSink() as sink:
        sink.hang(times=MOST_OF_A_CHANNEL)
        settings = channel_settings({"url": sink.url, "secrets": OLD})
        directory = ChannelDirectory({"gate": settings})
        hanging = [
            asyncio.create_task(directory.send("gate", an_event(number), timeout=SOON))
            for number in range(MOST_OF_A_CHANNEL)
        ]
        await sink.wait_for_requests(MOST_OF_A_CHANNEL)
        with pytest.raises(RetryableError, match="are on their way already"):
            await directory.send("gate", an_event(99), timeout=SOON)
        await directory.send("gate", a_message(), timeout=SOON)
        await directory.send("log", an_event(99), timeout=SOON)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        await directory.send("gate", an_event(99), timeout=SOON)
        await directory.aclose()
