"""Channels that record messages and send none, or fail as a scenario says."""

from datetime import timedelta

from connectors.channels.directory import ChannelDirectory
from connectors.errors import ConnectorError, PermanentError, RetryableError
from models.messages.message import Message
from models.messages.place import KeptPlace, PlaceWanted
from models.messages.reference import Reference


class RecordingChannel:
    """Records each message once per key, whatever the settings say about its name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.messages: dict[str, Message] = {}
        self.links: dict[str, str] = {}
        self.fails_always: ConnectorError | None = None

    async def send(
        self,
        message: Message,
        *,
        timeout: timedelta,  # noqa: ARG002 - nothing is waited for
        first_message: Reference | None = None,  # noqa: ARG002 - nobody reads a thread
        respond_url: str | None = None,
    ) -> Reference | None:
        """Record the message, or fail."""
        if self.fails_always:
            raise self.fails_always
        self.messages.setdefault(message.key, message)
        if respond_url:
            self.links.setdefault(message.key, respond_url)
        return None

    async def keep(
        self,
        wanted: PlaceWanted,
        kept: KeptPlace | None,
        *,
        timeout: timedelta,  # noqa: ARG002 - nothing is waited for
    ) -> KeptPlace:
        """The place of an incident, as it is wanted; there is none, and nobody needs it."""
        if self.fails_always:
            raise self.fails_always
        place = kept or KeptPlace(place=f"{self.name}/{wanted.incident_id}", name=self.name)
        invited = tuple(sorted(member.name for member in wanted.members))
        return place.changed(topic=wanted.topic, invited=invited, closed=wanted.closed)


class RecordingChannels(ChannelDirectory):
    """A directory in which every name is a recording channel."""

    def __init__(self) -> None:
        super().__init__({})
        self.named: dict[str, RecordingChannel] = {}

    def channel(self, name: str) -> RecordingChannel:
        """The channel `name`; the first request creates it."""
        return self.named.setdefault(name, RecordingChannel(name))

    def break_down(self, name: str, *, for_good: bool) -> None:
        """From now on, the channel does not answer, or refuses every message for good."""
        error = PermanentError if for_good else RetryableError
        what = "refuses every message" if for_good else "does not answer"
        self.channel(name).fails_always = error(name, f"the scenario says that it {what}")

    def mend(self, name: str) -> None:
        """The channel works again."""
        self.channel(name).fails_always = None
