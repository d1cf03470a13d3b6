"""Messages that somebody marks with a reaction become notes on the timeline of their incident."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from http import HTTPStatus
from typing import Any

import structlog

from connectors.errors import ConnectorError, RetryableError
from connectors.slack.conversations import incident_of, incident_sealed, payload_of
from rules.wording.times import in_utc_minutes
from web.callbacks.slack.apps import SlackApp
from web.callbacks.slack.asked import command_id, text_in
from web.callbacks.slack.buttons import Buttons
from web.callbacks.slack.people import SlackPeople
from web.callbacks.slack.said import outcome
from web.pages.sending import Told

log = structlog.get_logger(__name__)

NOTES = frozenset({"memo", "pencil"})
"""The reactions that make a note; both are the same sign."""
_WITHIN = timedelta(seconds=5)
_TEXT_BOUND, _MOST_MARKERS = 3800, 10
_LINK = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>")
_STAMP = re.compile(r"\d{1,12}\.\d{1,8}")
NOTHING = Told("", "")


class Reactions:
    """Writes notes for messages in the threads of incidents."""

    def __init__(self, app: SlackApp, people: SlackPeople, buttons: Buttons) -> None:
        self._app = app
        self._people = people
        self._buttons = buttons

    async def marked(self, event: Mapping[str, Any]) -> Told:
        """Write the note: a message is one note, no matter who marks it and how often.

        It is the note of the first person who marked it. Somebody whom the policy does not know
        hears how that changes, but only in the thread of an incident.
        """
        place, stamp = text_in(event, "item", "channel"), text_in(event, "item", "ts")
        user = text_in(event, "user")
        if text_in(event, "reaction") not in NOTES or not _STAMP.fullmatch(stamp):
            return NOTHING
        try:
            message, incident = await self._message(place, stamp)
        except ConnectorError as error:
            log.warning("slack.message_unread", channel=self._app.name, error=error.reason)
            again = isinstance(error, RetryableError)
            status = HTTPStatus.SERVICE_UNAVAILABLE if again else HTTPStatus.BAD_GATEWAY
            return Told(error.reason, "alarm", status=status)
        if not message or incident is None or payload_of(message):
            return NOTHING
        author = await self._people.name(text_in(message, "user"))
        text = f"{author} wrote at {_when(stamp)}: {_readable(text_in(message, 'text'))}"
        key = command_id("note", place, stamp)
        fields = {"text": text[:_TEXT_BOUND]}
        first = await self._first(message, user)
        told = await self._buttons.given(first, incident, "add_note", fields, key)
        if told.status not in {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}:
            await self._whisper(place, user, told)
        return told

    async def _first(self, message: Mapping[str, Any], user: str) -> str:
        """The first person of the policy who marked a message; `user`, if the policy knows none."""
        if not await self._people.known(user):
            return user
        for marked in markers(message)[:_MOST_MARKERS]:
            if await self._people.known(marked):
                return marked
        return user

    async def _message(self, place: str, stamp: str) -> tuple[dict[str, Any], str | None]:
        """A message and the incident in whose thread it stands. Raises ConnectorError."""
        found = await self._thread(place, stamp, oldest=stamp, latest=stamp, inclusive=True)
        message = found.get(stamp, {})
        root = text_in(message, "thread_ts") or stamp
        if root not in found:
            found |= await self._thread(place, root)
        known = incident_of(self._app.slack, found.get(root))
        return message, known or await self._incident_there(place)

    async def _incident_there(self, place: str) -> str | None:
        """The incident for which the engine made a channel."""
        if not place.startswith("C"):
            return None
        answer = await self._app.slack.call("conversations.info", _WITHIN, channel=place)
        said = answer.get("channel")
        purpose = text_in(said, "purpose", "value")
        return incident_sealed(self._app.slack, purpose)

    async def _thread(self, place: str, stamp: str, **more: Any) -> dict[str, dict[str, Any]]:
        asked = {"channel": place, "ts": stamp, "limit": 5, "include_all_metadata": True, **more}
        answer = await self._app.slack.call("conversations.replies", _WITHIN, **asked)
        messages = answer.get("messages")
        listed = messages if isinstance(messages, list) else []
        return {text_in(each, "ts"): each for each in listed if isinstance(each, dict)}

    async def _whisper(self, place: str, user: str, told: Told) -> None:
        said = outcome(told)
        try:
            await self._app.slack.call(
                "chat.postEphemeral",
                _WITHIN,
                channel=place,
                user=user,
                text=said["text"],
                blocks=said["blocks"],
            )
        except ConnectorError as error:
            log.warning("slack.not_told", channel=self._app.name, error=error.reason)


def markers(message: Mapping[str, Any]) -> list[str]:
    """The users who marked a message to be a note, in the order in which Slack has them."""
    found = message.get("reactions")
    marks = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    noted = (each.get("users") for each in marks if each.get("name") in NOTES)
    return [user for users in noted if isinstance(users, list) for user in map(str, users)]


def _when(stamp: str) -> str:
    return in_utc_minutes(datetime.fromtimestamp(int(stamp.partition(".")[0]), UTC))


def _readable(text: str) -> str:
    """The text of a message, with its links as they are."""
    return unescape(_LINK.sub(r"\1", text))
