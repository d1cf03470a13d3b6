"""A kind of channel for tests. It keeps the messages to one recipient together."""

from datetime import timedelta
from typing import Literal

from connectors.channels.kind import Ability, ChannelKindSpec, ChannelSettings, Repeat
from models.messages.message import Message
from models.messages.reference import Reference


class PigeonSettings(ChannelSettings):
    """The place to which it flies."""

    kind: Literal["pigeon"] = "pigeon"
    loft: str


class Pigeon:
    """Flies each message to the loft, tied to the first one; `flown` has the subjects by thread."""

    def __init__(self, name: str, loft: str) -> None:
        self.name = name
        self._loft = loft
        self.flown: dict[str, list[str]] = {}

    async def send(
        self,
        message: Message,
        *,
        timeout: timedelta,
        first_message: Reference | None = None,
        respond_url: str | None = None,
    ) -> Reference | None:
        """Lets the message fly."""
        thread = first_message.thread if first_message else None
        thread = thread or f"ring-{len(self.flown) + 1}"
        self.flown.setdefault(thread, []).append(message.reason)
        return Reference(place=self._loft, message=message.key, thread=thread)


KIND = ChannelKindSpec(
    name="pigeon",
    settings=PigeonSettings,
    make=lambda name, settings, _: Pigeon(name, settings.loft),
    can=frozenset({Ability.POST, Ability.THREAD}),
    repeat=Repeat.MAY_DOUBLE,
    told_by="loft",
)
