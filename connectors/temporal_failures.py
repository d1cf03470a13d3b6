"""Turns failures of the outside world into typed failures for a history, without secrets.

They are raised `from None`: Temporal records causes with their messages, and the libraries
underneath put addresses into theirs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from temporalio.exceptions import ApplicationError

from connectors.errors import ConnectorError, PermanentError, RetryableError
from models.contracts.notifying import PERMANENT_FAILURE, RETRYABLE_FAILURE
from models.messages.message import DeliveryFailure

log = structlog.get_logger(__name__)


def delivery_failure(key: str, channel: str, error: Exception) -> DeliveryFailure:
    """What a channel's error means for the message `key`; an unexpected error is retryable."""
    if not isinstance(error, ConnectorError):
        reason = f"unexpected error ({type(error).__name__})"
        return DeliveryFailure(key=key, channel=channel, error=reason, permanent=False)
    wait = error.retry_after if isinstance(error, RetryableError) else None
    return DeliveryFailure(
        key=key,
        channel=channel,
        error=error.reason,
        permanent=isinstance(error, PermanentError),
        retry_after_seconds=wait.total_seconds() if wait is not None else None,
    )


def channel_failure(failure: DeliveryFailure) -> ApplicationError:
    """The failure of an activity that could not hand over its message."""
    wait = failure.retry_after_seconds
    return ApplicationError(
        f"{failure.channel}: {failure.error}",
        failure,
        type=PERMANENT_FAILURE if failure.permanent else RETRYABLE_FAILURE,
        non_retryable=failure.permanent,
        next_retry_delay=timedelta(seconds=wait) if wait is not None else None,
    )


@contextmanager
def failures_of(key: str, channel: str, event: str) -> Iterator[None]:
    """Let whatever fails at a channel reach the history typed, and the log as `event`.

    Raises ApplicationError of type PERMANENT_FAILURE or RETRYABLE_FAILURE; its detail is a
    DeliveryFailure.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, it must reach the history typed
        failure = delivery_failure(key, channel, error)
        log.warning(
            event,
            channel=channel,
            key=key,
            error=failure.error,
            permanent=failure.permanent,
        )
        raise channel_failure(failure) from None


def store_failure(error: ConnectorError) -> ApplicationError:
    """The failure of an activity that could not keep its document."""
    return ApplicationError(
        str(error),
        type=type(error).__name__,
        non_retryable=isinstance(error, PermanentError),
        next_retry_delay=error.retry_after if isinstance(error, RetryableError) else None,
    )
