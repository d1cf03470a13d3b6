"""Failures of the outside world: permanent, or retryable.

The words of these errors go into histories, logs and timelines. They are made only of what the
engine knows itself (a status code, the kind of failure), and never repeat a token, a password or a
URL.
"""

from datetime import timedelta


class ConnectorError(Exception):
    """The other side did not do what was asked. `channel` names the channel or store."""

    def __init__(self, channel: str, reason: str) -> None:
        super().__init__(f"{channel}: {reason}")
        self.channel = channel
        self.reason = reason


class PermanentError(ConnectorError):
    """Another attempt cannot help."""


class RetryableError(ConnectorError):
    """Another attempt may help, but not before `retry_after` if the other side set it."""

    def __init__(self, channel: str, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(channel, reason)
        self.retry_after = retry_after
