"""The log: each message is one event, and one line of JSON if a file is set."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from connectors.channels.kind import Ability, ChannelKindSpec, ChannelSettings, Repeat
from connectors.errors import RetryableError
from connectors.private_files import open_private, private_folder
from models.messages.message import Message
from models.messages.reference import Reference


class LogSettings(ChannelSettings):
    """The `path` of a file that gets one JSON object per message, each on its own line.

    With `links`, a line has the link to answer, too: a reader of the file can act for everybody
    who is paged. That is for trying things out, where nobody else gets them.
    """

    kind: Literal["log"] = "log"
    path: Path | None = None
    links: bool = False


def _append(path: Path, line: str) -> None:
    if not path.parent.exists():
        private_folder(path.parent)
    with open_private(path, "a") as file:
        file.write(line + "\n")


def _in_a_line(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


class LogChannel:
    """Keeps messages without telling anybody at once: as a last fallback, and for audits."""

    def __init__(self, name: str, path: Path | None = None, *, links: bool = False) -> None:
        self.name = name
        self._path = path
        self._links = links

    async def send(
        self,
        message: Message,
        *,
        timeout: timedelta,
        first_message: Reference | None = None,  # noqa: ARG002 - lines have no threads
        respond_url: str | None = None,
    ) -> Reference | None:
        """Write `message` to the log, and to the file if one is set."""
        import structlog  # noqa: PLC0415 - no setting needs it

        if self._path is not None:
            try:
                async with asyncio.timeout(timeout.total_seconds()):
                    line = message.model_dump(mode="json", exclude={"handles"})
                    if respond_url and self._links:
                        line["respond_url"] = respond_url
                    await asyncio.to_thread(_append, self._path, _in_a_line(line))
            except OSError as error:
                reason = f"the file cannot be written ({type(error).__name__})"
                raise RetryableError(self.name, reason) from None
        structlog.get_logger(__name__).info(
            "message.sent",
            channel=self.name,
            incident_id=message.incident_id,
            kind=message.kind.value,
            recipient=message.recipient,
            subject=message.subject,
            key=message.key,
        )
        return None


KIND = ChannelKindSpec(
    name="log",
    settings=LogSettings,
    make=lambda name, settings, _: LogChannel(name, settings.path, links=settings.links),
    can=frozenset({Ability.POST}),
    repeat=Repeat.MAY_DOUBLE,
)
