"""send_notification against a real server."""

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.send_notification import SendNotificationActivity
from connectors.channels.directory import ChannelDirectory
from models.contracts.notifying import PERMANENT_FAILURE, RETRYABLE_FAILURE, SendNotification
from models.messages.message import DeliveryFailure, Receipt
from models.messages.reference import Reference
from tests.activities.conftest import STARTED
from tests.fakes.messages import a_message
from tests.fakes.webhook_sink import Answer, WebhookSink


async def sent(
    environment: ActivityEnvironment, channels: ChannelDirectory, channel: str = "pager"
) -> Receipt:
    """The receipt of one attempt."""
    request = SendNotification(channel=channel, message=a_message())
    return await environment.run(SendNotificationActivity(channels).send_notification, request)


async def refused(
    environment: ActivityEnvironment, channels: ChannelDirectory, channel: str = "pager"
) -> tuple[ApplicationError, DeliveryFailure]:
    """The error of one attempt that must fail, and its detail."""
    with pytest.raises(ApplicationError) as raised:
        await sent(environment, channels, channel)
    failure = raised.value.details[0]
    assert isinstance(failure, DeliveryFailure)
    return raised.value, failure


async def test_a_receipt_names_key_channel_instant_and_reference(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """The receipt has the attempt's start, and the channel's reference for the message."""
    sink.answers = [Answer(body=b'{"id": "m-1"}')]
    receipt = await sent(environment, channels)
    assert receipt == Receipt(
        key=a_message().key,
        channel="pager",
        delivered_at=STARTED,
        reference=Reference(message="m-1"),
    )
    assert list(sink.effects) == [a_message().key]


async def test_an_attempt_after_a_lost_answer_asks_the_same_and_gets_the_same_reference(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """The receiver took it the first time, knows the key, and returns its reference."""
    sink.close_connection(takes=True)
    sink.default = Answer(body=b'{"message": "m-1"}')
    await refused(environment, channels)
    assert (await sent(environment, channels)).reference == Reference(message="m-1")
    lost, again = sink.requests
    assert (lost.key, lost.body) == (again.key, again.body)
    assert sink.repeats == [a_message().key]


@pytest.mark.parametrize(
    "answer", ['{"message": "\\ud800"}', '{"id": true, "place": [1], "url": 5}', '{"id": NaN}']
)
async def test_an_answer_that_no_history_can_hold_costs_no_second_message(
    environment: ActivityEnvironment,
    channels: ChannelDirectory,
    sink: WebhookSink,
    answer: str,
) -> None:
    """The message was taken; only the reference in the answer is left out."""
    sink.answers = [Answer(body=answer.encode())]
    receipt = await sent(environment, channels)
    assert receipt.reference is None


async def test_a_permanent_failure_is_not_retried(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """A permanent refusal is typed, is not retried, and says what happened."""
    sink.answer(403)
    error, failure = await refused(environment, channels)
    assert (error.type, error.non_retryable) == (PERMANENT_FAILURE, True)
    assert error.message == "pager: answered 403"
    assert failure == DeliveryFailure(
        key=a_message().key, channel="pager", error="answered 403", permanent=True
    )


async def test_a_busy_channel_says_when_to_come_back(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """Retry-After becomes the delay until the next attempt."""
    sink.answer(429, retry_after="17")
    error, failure = await refused(environment, channels)
    assert (error.type, error.non_retryable) == (RETRYABLE_FAILURE, False)
    assert error.next_retry_delay == timedelta(seconds=17)
    assert failure.retry_after_seconds == 17


async def test_a_failure_without_retry_after_leaves_the_delay_to_the_policy(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """A dropped connection is retryable, after the retry policy's own delay."""
    sink.close_connection()
    error, _ = await refused(environment, channels)
    assert (error.type, error.next_retry_delay) == (RETRYABLE_FAILURE, None)


async def test_an_unknown_channel_is_permanent(
    environment: ActivityEnvironment, channels: ChannelDirectory
) -> None:
    """If no settings resolve a channel, another attempt cannot help."""
    error, failure = await refused(environment, channels, "pigeon")
    assert error.type == PERMANENT_FAILURE
    assert failure.channel == "pigeon"


async def test_an_unexpected_error_is_retryable_and_keeps_its_words_to_itself(
    environment: ActivityEnvironment, channels: ChannelDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The history gets only the type of an error inside a channel."""

    def broken(_: str) -> None:
        raise KeyError("bearer-secret")

    monkeypatch.setattr(channels, "channel", broken)
    error, failure = await refused(environment, channels)
    assert error.type == RETRYABLE_FAILURE
    assert failure.error == "unexpected error (KeyError)"
    assert error.__cause__ is None


async def test_no_failure_holds_a_secret(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """Neither token nor URL is in anything that a history would keep."""
    sink.answer(401)
    sink.answer(503)
    sink.close_connection()
    for _ in range(3):
        error, failure = await refused(environment, channels)
        assert "secret" not in f"{error!r} {failure!r}"
        assert error.__cause__ is None


async def test_an_attempt_ends_before_temporal_s_timeout(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """A hanging channel is reported as such, not as an activity that timed out."""
    environment.info = environment.info.__class__(
        **{**vars(environment.info), "start_to_close_timeout": timedelta(milliseconds=200)}
    )
    sink.hang()
    error, failure = await refused(environment, channels)
    assert error.type == RETRYABLE_FAILURE
    assert failure.error == "no answer within 0.18 s"
