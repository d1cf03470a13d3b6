"""Slack: pages people by direct message, and keeps what belongs to an incident in one thread.

Slack honours no key, so the key of a message is in its metadata. If nobody knows whether a message
arrived, the channel looks for it before it posts again.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, SecretStr, field_validator

from connectors.addresses import kept_secret, without_userinfo
from connectors.channels.kind import Ability, ChannelKindSpec, ChannelSettings, Repeat
from connectors.errors import PermanentError, RetryableError
from connectors.slack import blocks
from connectors.slack.api import API, Slack, SlackError
from connectors.slack.conversations import People, earlier, metadata
from connectors.slack.places import Places
from models.addresses import incident_page, is_exposed, parts_of
from models.messages.live import LiveMessage
from models.messages.message import Message, MessageKind
from models.messages.place import KeptPlace, PlaceWanted
from models.messages.reference import Reference

if TYPE_CHECKING:
    import httpx2

_PLACE = re.compile(r"[CDG][A-Z0-9]{2,30}")
_STAMP = re.compile(r"\d{1,12}\.\d{1,8}")
_THREAD_GONE = frozenset(
    {
        "cannot_reply_to_message",
        "invalid_thread_ts",
        "message_not_found",
        "restricted_action_thread_locked",
        "thread_not_found",
    }
)
_PLACE_GONE = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
_ASKS = frozenset({MessageKind.PAGE, MessageKind.REMINDER})


class SlackSettings(ChannelSettings):
    """The `token` of a bot, and the `place` for messages to many: the id of a channel.

    What people press in Slack counts with the `signing_secret` of the app, which Slack signs its
    requests with; or, if Slack cannot reach the web server, with an `app_token` for Socket Mode.
    """

    kind: Literal["slack"] = "slack"
    url: str = Field(default=API, repr=False)
    token: SecretStr
    place: str | None = None
    signing_secret: SecretStr | None = None
    app_token: SecretStr | None = None

    @field_validator("url")
    @classmethod
    def _api(cls, given: str) -> str:
        parts = parts_of(given)
        if parts is None or parts.query or parts.fragment:
            raise ValueError("must be the address of the Web API, such as https://slack.com/api")
        if is_exposed(parts):
            raise ValueError("must begin with https://")
        return without_userinfo(given) or given

    _kept_secret = field_validator("token", "signing_secret", "app_token")(kept_secret)

    @field_validator("place")
    @classmethod
    def _of_a_channel(cls, given: str | None) -> str | None:
        if given is not None and not _PLACE.fullmatch(given):
            raise ValueError("must be the id of a channel, such as C0123ABCD, and not its name")
        return given


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a message goes: a channel, a direct message or a user, and a thread there, if any."""

    place: str
    thread: str | None = None
    user: bool = False


class SlackChannel:
    """Posts by one app to one channel, and to people."""

    def __init__(
        self,
        name: str,
        settings: SlackSettings,
        client: "httpx2.AsyncClient",
        pages: str | None = None,
    ) -> None:
        self.name = name
        self._place = settings.place
        self._pages = pages
        self._slack = Slack(name, settings.token, client, settings.url)
        self._people = People(self._slack)
        self._places = Places(self._slack, self._people)

    async def send(
        self,
        message: Message,
        *,
        timeout: timedelta,
        first_message: Reference | None = None,
        respond_url: str | None = None,
        fresh: bool = False,
    ) -> Reference | None:
        """Post `message`, unless it is there; a `fresh` one cannot be there yet."""
        if message.event:
            raise PermanentError(self.name, "Slack is for people: send events to a webhook")
        async with self._within(timeout):
            return await self._sent(message, timeout, first_message, respond_url, fresh=fresh)

    async def edit(
        self,
        live: LiveMessage,
        reference: Reference,
        *,
        timeout: timedelta,
        respond_url: str | None = None,
    ) -> None:
        """Replace what the first message to a recipient shows."""
        place, stamp = reference.place or "", reference.message or ""
        if not (_PLACE.fullmatch(place) and _STAMP.fullmatch(stamp)):
            raise PermanentError(self.name, "the message is not one of Slack")
        await self._slack.call(
            "chat.update",
            timeout,
            channel=place,
            ts=stamp,
            text=blocks.fallback(live.heading),
            blocks=blocks.of_live(
                live, respond_url or incident_page(self._pages, live.incident_id)
            ),
            parse="none",
        )

    async def keep(
        self, wanted: PlaceWanted, kept: KeptPlace | None, *, timeout: timedelta
    ) -> KeptPlace:
        """See to the channel of an incident."""
        async with self._within(timeout):
            return await self._places.keep(wanted, kept, timeout)

    @asynccontextmanager
    async def _within(self, timeout: timedelta) -> AsyncIterator[None]:
        """For several calls together. Raises RetryableError if they take longer."""
        seconds = timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            raise RetryableError(self.name, f"no answer within {seconds:g} s") from None

    async def _sent(
        self,
        message: Message,
        timeout: timedelta,
        first: Reference | None,
        respond_url: str | None,
        *,
        fresh: bool,
    ) -> Reference | None:
        way = await self._way(message, first, timeout)
        if not fresh:
            if way.user:
                way = _Way(await self._people.direct(way.place, timeout))
            found = await earlier(self._slack, way.place, way.thread, message.key, timeout)
            if found:
                return _reference(way.place, found.get("ts"), way.thread)
        said = self._said(message, way, respond_url)
        try:
            answer = await self._slack.call("chat.postMessage", timeout, **said)
        except SlackError as refused:
            again = self._without(way, refused.code)
            if again is None:
                raise
            said |= {"channel": again.place, "thread_ts": None}
            answer = await self._slack.call("chat.postMessage", timeout, **said)
            way = again
        return _reference(answer.get("channel"), answer.get("ts"), way.thread)

    async def _way(self, message: Message, first: Reference | None, timeout: timedelta) -> _Way:
        """Where a message goes. Raises PermanentError if that is nowhere."""
        if first and _PLACE.fullmatch(first.place or ""):
            thread = first.thread or first.message or ""
            if _STAMP.fullmatch(thread):
                return _Way(first.place or "", thread)
            if first == Reference(place=first.place) and not self._to_a_person(message):
                return _Way(first.place or "")
        if not self._to_a_person(message):
            if self._place is None:
                raise PermanentError(self.name, "no setting says which channel it posts to")
            return _Way(self._place)
        user = message.handles.get("slack")
        if user is None and message.address:
            user = await self._people.user(message.address, timeout)
        if user is None:
            why = "no user of Slack has their e-mail address, and the policy names none"
            raise PermanentError(self.name, f"nobody knows {message.recipient} there: {why}")
        return _Way(user, user=True)

    def _to_a_person(self, message: Message) -> bool:
        """Whether one person gets it; pages of the channel itself and notices go to its place."""
        if message.kind in _ASKS:
            return message.recipient != self.name
        return bool(message.respond_until or message.address or message.handles)

    def _without(self, way: _Way, code: str) -> _Way | None:
        """Where a message goes instead if its thread, or its place, is gone."""
        if way.thread and code in _THREAD_GONE:
            return _Way(way.place)
        elsewhere = not way.user and way.place != self._place
        gone = code in _PLACE_GONE and elsewhere and not way.place.startswith("D")
        return _Way(self._place) if gone and self._place else None

    def _said(self, message: Message, way: _Way, respond_url: str | None) -> dict[str, Any]:
        person = self._to_a_person(message)
        asks = message.kind in _ASKS and (message.respond_until is not None or not person)
        begins = not person and way.thread is None
        offers = blocks.LABELS if asks or begins else ()
        page = incident_page(self._pages, message.incident_id) if begins else None
        link = respond_url if person else page
        return {
            "channel": way.place,
            "thread_ts": way.thread,
            "text": blocks.fallback(message.subject),
            "blocks": blocks.of_message(message, offers=offers, link=link),
            "metadata": metadata(self._slack, message.key, message.incident_id),
            "unfurl_links": False,
            "unfurl_media": False,
        }


def _reference(place: Any, stamp: Any, thread: str | None) -> Reference | None:
    """What Slack calls a message; None if it said nothing that it could be found by."""
    if not (isinstance(place, str) and _PLACE.fullmatch(place)):
        return None
    if not (isinstance(stamp, str) and _STAMP.fullmatch(stamp)):
        return None
    return Reference(place=place, message=stamp, thread=thread or stamp)


KIND = ChannelKindSpec(
    name="slack",
    settings=SlackSettings,
    make=lambda name, settings, tools: SlackChannel(
        name, settings, tools.client(settings.url), tools.pages
    ),
    can=frozenset({Ability.PAGE, Ability.POST, Ability.EDIT, Ability.THREAD, Ability.ANSWER}),
    repeat=Repeat.FINDS_EARLIER,
)
