"""The webhook channel against a real HTTP server."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from connectors.channels.posting import retry_after
from connectors.channels.webhook import header_key
from connectors.errors import PermanentError, RetryableError
from models.messages.reference import Reference
from tests.fakes.messages import a_message
from tests.fakes.webhook_sink import Answer, WebhookSink

SOON = timedelta(seconds=5)
SHORT = timedelta(milliseconds=100)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
async def sink() -> AsyncIterator[WebhookSink]:
    """A webhook server for this test alone."""
    async with WebhookSink() as running:
        yield running


@pytest.fixture
async def directory(sink: WebhookSink) -> AsyncIterator[ChannelDirectory]:
    """Two channels that post to the sink, one with a token."""
    settings = {
        "pager": channel_settings({"url": f"{sink.url}?code=url-secret", "token": "bearer-secret"}),
        "plain": channel_settings({"url": sink.url}),
    }
    made = ChannelDirectory(settings)
    yield made
    await made.aclose()


async def test_message_is_posted_with_its_key_and_token(
    sink: WebhookSink, directory: ChannelDirectory
) -> None:
    """The sink gets the message as JSON, its key and the bearer token as headers."""
    message = a_message()
    await directory.channel("pager").send(message, timeout=SOON)
    request = sink.requests[0]
    assert request.method == "POST"
    assert request.json == message.model_dump(mode="json")
    assert request.key == message.key
    assert request.headers["authorization"] == "Bearer bearer-secret"
    assert request.headers["content-type"] == "application/json"


async def test_addresses_of_this_machine_are_reached_without_a_proxy(
    sink: WebhookSink, directory: ChannelDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would read the token, which goes without TLS only because nobody is on the way."""
    async with WebhookSink() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        await directory.channel("pager").send(a_message(), timeout=SOON)
    assert len(sink.requests) == 1
    assert proxy.requests == []


async def test_no_token_means_no_authorization(
    sink: WebhookSink, directory: ChannelDirectory
) -> None:
    """A channel without a token sends no Authorization header."""
    await directory.channel("plain").send(a_message(), timeout=SOON)
    assert "authorization" not in sink.requests[0].headers


async def test_answer_names_its_reference(sink: WebhookSink, directory: ChannelDirectory) -> None:
    """Place, message (or id), thread and URL come from a JSON object; all may be missing."""
    whole = {"place": "C1", "message": "m-1", "thread": "t-1", "url": "https://chat.example.com/1"}
    answers = [{**whole, "id": "other", "more": 1}, {"id": 42}, {"ok": True}, [whole], None]
    sink.answers = [Answer(body=json.dumps(answer).encode()) for answer in answers]
    sink.answers += [Answer(body=b"not json"), Answer(body=b"[" * 10_000), Answer(body=b"\xff")]
    channel = directory.channel("pager")
    said = [await channel.send(a_message(), timeout=SOON) for _ in range(len(sink.answers))]
    assert said == [Reference(**whole), Reference(message="42"), *[None] * 6]


async def test_the_first_reference_is_handed_back(
    sink: WebhookSink, directory: ChannelDirectory
) -> None:
    """It goes back as the receiver gave it; a first message has none."""
    channel = directory.channel("pager")
    await channel.send(a_message(), timeout=SOON)
    first = Reference(message="m-1", thread="Stra\u00dfe")
    await channel.send(a_message(key="2"), timeout=SOON, first_message=first)
    assert "first_message" not in sink.requests[0].json
    assert sink.requests[1].json == {
        **a_message(key="2").model_dump(mode="json"),
        "first_message": {"message": "m-1", "thread": "Stra\u00dfe"},
    }


@pytest.mark.parametrize(
    "echo",
    [
        *("bearer-secret", "Bearer bearer-secret", "bearer%2Dsecret", "code=url-secret"),
        *("https://example.com/1?c=url-secret", "https://example.com/hook-0123456789abcdef/1"),
    ],
)
async def test_an_answer_that_repeats_a_secret_is_not_kept(sink: WebhookSink, echo: str) -> None:
    """A receiver that echoes a request repeats its token and its address."""
    url = f"{sink.url_of('hook-0123456789abcdef')}?code=url-secret"
    settings = channel_settings({"url": url, "token": "bearer-secret"})
    directory = ChannelDirectory({"pager": settings})
    answer = {"place": echo, "message": echo, "thread": "t-1", "url": echo}
    sink.answers = [Answer(body=json.dumps(answer).encode())]
    reference = await directory.channel("pager").send(a_message(), timeout=SOON)
    await directory.aclose()
    assert reference == Reference(thread="t-1")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_busy_answers_are_retryable(
    sink: WebhookSink, directory: ChannelDirectory, status: int
) -> None:
    """408, 429 and 5xx may succeed later, after the time in Retry-After."""
    sink.answer(status, retry_after="7")
    with pytest.raises(RetryableError) as refused:
        await directory.channel("pager").send(a_message(), timeout=SOON)
    assert refused.value.retry_after == timedelta(seconds=7)
    assert str(status) in refused.value.reason


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 403, 404, 410, 413, 422])
async def test_refusals_and_redirects_are_permanent(
    sink: WebhookSink, directory: ChannelDirectory, status: int
) -> None:
    """Other 4xx are permanent, and so are redirects, which are not followed."""
    sink.answer(status, location=sink.url_of("elsewhere"))
    with pytest.raises(PermanentError, match=f"pager: answered {status}"):
        await directory.channel("pager").send(a_message(), timeout=SOON)
    assert [request.path for request in sink.requests] == ["/hook"]


async def test_nobody_listening_is_retryable(
    sink: WebhookSink, directory: ChannelDirectory
) -> None:
    """A refused connection is retryable; once the server is back the message arrives."""
    await sink.stop()
    channel = directory.channel("pager")
    with pytest.raises(RetryableError):
        await channel.send(a_message(), timeout=SOON)
    await sink.start()
    await channel.send(a_message(), timeout=SOON)
    assert list(sink.effects) == [a_message().key]


async def test_a_truncated_answer_of_success_is_success(
    sink: WebhookSink, directory: ChannelDirectory
) -> None:
    """Once the server said 2xx, a broken rest of the answer must not cause a second message."""
    sink.answers = [Answer(headers={"Content-Length": "100"}, body=b"{", close_after=True)]
    assert await directory.channel("pager").send(a_message(), timeout=SOON) is None


async def test_a_stalled_answer_of_success_is_success(
    sink: WebhookSink, directory: ChannelDirectory
) -> None:
    """Once the server said 2xx, waiting for the rest of the answer ends without failure."""
    sink.answers = [Answer(headers={"Content-Length": "100"}, body=b"{")]
    assert await directory.channel("pager").send(a_message(), timeout=SHORT) is None


async def test_many_messages_at_once_arrive(sink: WebhookSink, directory: ChannelDirectory) -> None:
    """The shared client carries messages of several channels at once."""
    sends = [
        directory.channel(name).send(a_message(key=f"{name}-{number}"), timeout=SOON)
        for name in ("pager", "plain")
        for number in range(50)
    ]
    await asyncio.gather(*sends)
    assert len(sink.effects) == 100


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", timedelta()),
        ("120", timedelta(minutes=2)),
        ("999999999999999", timedelta(days=1)),
        ("Sun, 01 Mar 2026 12:00:30 GMT", timedelta(seconds=30)),
        ("Sun, 01 Mar 2026 11:00:00 GMT", timedelta()),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value: str | None, wait: timedelta | None) -> None:
    """Seconds and HTTP dates are read, never negative, at most a day; nonsense says nothing."""
    assert retry_after(value, NOW) == wait


def test_keys_are_safe_and_distinct_in_headers() -> None:
    """Any key fits a header, usual keys as they are, and different keys stay different."""
    assert header_key("INC-1.7:alice") == "INC-1.7:alice"
    keys = ["zoë", "zo%C3%AB", "a\r\nX: y", "a X: y"]
    headers = [header_key(key) for key in keys]
    assert len(set(headers)) == len(keys)
    assert all(header.isascii() and header.isprintable() for header in headers)
