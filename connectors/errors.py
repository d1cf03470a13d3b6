"""What goes wrong outside: for good, or for now.

The words of these errors go into histories, logs and timelines. They are made of what the engine
knows itself (a status code, the kind of failure) and never repeat a token, a password or a URL.
"""

from datetime import timedelta


class ConnectorError(Exception):
    """The world did not do what was asked. `channel` names the channel or store."""

    def __init__(self, channel: str, reason: str) -> None:
        super().__init__(f"{channel}: {reason}")
        self.channel = channel
        self.reason = reason


class PermanentError(ConnectorError):
    """Trying again cannot help."""


class RetryableError(ConnectorError):
    """Trying again may help; not before `retry_after`, where the other side said so."""

    def __init__(self, channel: str, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(channel, reason)
        self.retry_after = retry_after
