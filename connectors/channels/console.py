"""The console: each message is one line on a stream."""

from datetime import timedelta
from typing import Literal, TextIO

from connectors.channels.kind import Ability, ChannelKindSpec, ChannelSettings, Repeat
from connectors.channels.protocol import one_line
from connectors.errors import RetryableError
from models.messages.message import Message
from models.messages.reference import Reference


class ConsoleSettings(ChannelSettings):
    """Only the kind."""

    kind: Literal["console"] = "console"


class ConsoleChannel:
    """Prints what would reach a person, for somebody who watches the worker."""

    def __init__(self, name: str, stream: TextIO) -> None:
        self.name = name
        self._stream = stream

    async def send(
        self,
        message: Message,
        *,
        timeout: timedelta,  # noqa: ARG002 - a line does not wait
        first_message: Reference | None = None,  # noqa: ARG002 - lines have no threads
        respond_url: str | None = None,  # noqa: ARG002 - others may watch the stream
    ) -> Reference | None:
        """Print `message` as one line."""
        line = f"{message.kind.value.upper()} to {message.recipient}: {message.subject}"
        try:
            self._stream.write(f"{one_line(line)} ({one_line(message.key)})\n")
            self._stream.flush()
        except (OSError, ValueError):
            raise RetryableError(self.name, "the stream cannot be written") from None
        return None


KIND = ChannelKindSpec(
    name="console",
    settings=ConsoleSettings,
    make=lambda name, _, tools: ConsoleChannel(name, tools.stream),
    can=frozenset({Ability.POST}),
    repeat=Repeat.MAY_DOUBLE,
)
