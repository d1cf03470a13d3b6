"""A life in a chat: first messages show its state, and it gets a place of its own."""

from datetime import timedelta

from connectors.errors import RetryableError
from models.compiled import Audience, OwnPlace
from models.messages.live import LiveMessage
from models.messages.message import Message
from models.messages.place import KeptPlace, PlaceWanted
from models.messages.reference import Reference
from tests.fakes.channels import RecordingChannel
from tests.scenarios.stage import Stage
from tests.specimens import POLICY, REPORT

EVENTS = ("reported", "acknowledged", "resolved", "closed")
AUDIENCES = tuple(Audience(name=n, channels=("chat",), on=EVENTS) for n in ("techs", "bosses"))
IN_A_CHAT = POLICY.changed(
    audiences=AUDIENCES,
    live=("chat",),
    own_places={"chat": OwnPlace(severities=("SEV1",))},
    people={name: each.changed(channels=("chat",)) for name, each in POLICY.people.items()},
)


class Chat(RecordingChannel):
    """Gives each message a reference; its first edit fails."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.edits = 0

    async def send(
        self,
        message: Message,
        *,
        timeout: timedelta,
        first_message: Reference | None = None,
        respond_url: str | None = None,
    ) -> Reference | None:
        """Record the message; it stands where the first one does."""
        await super().send(message, timeout=timeout, respond_url=respond_url)
        place = first_message.place if first_message else "C1"
        return Reference(place=place, message=f"{len(self.messages)}.1")

    async def edit(
        self,
        live: LiveMessage,
        reference: Reference,
        *,
        timeout: timedelta,
        respond_url: str | None = None,
    ) -> None:
        """Change a message, but not at first."""
        self.edits += 1
        if self.edits == 1:
            raise RetryableError(self.name, "later")

    async def keep(
        self, wanted: PlaceWanted, kept: KeptPlace | None, *, timeout: timedelta
    ) -> KeptPlace:
        """Make the place as it is wanted."""
        people = tuple(sorted(member.name for member in wanted.members))
        made = kept or KeptPlace(place="C2", name="#inc")
        return made.changed(topic=wanted.topic, invited=people, closed=wanted.closed)


async def in_a_chat(stage: Stage) -> None:
    """Its severity rises, so it gets a channel of its own, which ends with it."""
    stage.channels.named["chat"] = Chat("chat")
    await stage.report(IN_A_CHAT, REPORT.changed(severity="SEV2"))
    await stage.at(3)
    await stage.do("set_severity", severity="SEV1", note="all customers")
    await stage.do("acknowledge")
    await stage.do("assign_role", role="communication_lead", person="cy")
    await stage.at(35)
    await stage.do("begin_diagnosis", steps=["impact"])
    await stage.do("begin_resolution", steps=["cause"])
    await stage.do("resolve", steps=["verify"])
    aspects = {"cause": "a", "response": "b"}
    await stage.do("submit_review", lead="ana", aspects=aspects, lessons=["c"])
    await stage.do("close")
    await stage.ended()
