"""A channel of Slack for one incident: made, with its people, closed in the end.

Each step can be repeated. The name of the channel follows from the incident's id, so a second
attempt finds what the first one made.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from connectors.errors import PermanentError, RetryableError
from connectors.slack.api import Slack, SlackError
from connectors.slack.conversations import People, incident_sealed, sealed
from models.messages.place import KeptPlace, Member, PlaceWanted

_NAME_BOUND, _MOST_NAMES = 80, 5
_NOT_IN_NAMES = re.compile(r"[^a-z0-9_-]+")
_LISTED, _MOST_LISTS = 1000, 10
_ANYWAY = frozenset({"already_in_channel", "cant_invite_self", "user_not_found", "no_user"})
_CLOSED = frozenset({"already_archived", "is_archived", "channel_not_found"})


def names_of(incident: str) -> Iterator[str]:
    """The names that the channel of an incident may have, in the order of trying."""
    name = _NOT_IN_NAMES.sub("-", incident.lower()).strip("-")[: _NAME_BOUND - 2] or "incident"
    yield name
    for number in range(2, _MOST_NAMES + 1):
        yield f"{name}-{number}"


class Places:
    """Sees to the channels of incidents, by one app."""

    def __init__(self, slack: Slack, people: People) -> None:
        self._slack = slack
        self._people = people
        self._bot = ""

    async def keep(
        self, wanted: PlaceWanted, kept: KeptPlace | None, timeout: timedelta
    ) -> KeptPlace:
        """Make the channel, or make it as it is wanted. Raises as Slack does."""
        if kept is None:
            kept = await self._made(wanted, timeout)
        if wanted.closed:
            await self._quietly("conversations.archive", timeout, _CLOSED, channel=kept.place)
            return kept.changed(closed=True)
        if kept.topic != wanted.topic:
            await self._slack.call(
                "conversations.setTopic", timeout, channel=kept.place, topic=wanted.topic
            )
            kept = kept.changed(topic=wanted.topic)
        return await self._with_members(kept, wanted, timeout)

    async def _made(self, wanted: PlaceWanted, timeout: timedelta) -> KeptPlace:
        """The channel under the first name that is free, or that is ours already."""
        for name in names_of(wanted.incident_id):
            found = await self._under(name, wanted, timeout)
            if found is None:
                continue
            place = str(found.get("id"))
            purpose = sealed(self._slack, wanted.incident_id)
            if _said(found, "purpose") != purpose:
                await self._slack.call(
                    "conversations.setPurpose", timeout, channel=place, purpose=purpose
                )
            return KeptPlace(place=place, name=f"#{name}")
        raise PermanentError(self._slack.channel, "others have every name of its channel")

    async def _under(
        self, name: str, wanted: PlaceWanted, timeout: timedelta
    ) -> dict[str, Any] | None:
        """The new channel of this name, or the one that we made; None if it is somebody else's."""
        try:
            made = await self._slack.call(
                "conversations.create", timeout, name=name, is_private=wanted.private
            )
        except SlackError as refused:
            if refused.code != "name_taken":
                raise
            return await self._adopted(name, wanted, timeout)
        channel = made.get("channel")
        if not isinstance(channel, dict) or not isinstance(channel.get("id"), str):
            raise RetryableError(self._slack.channel, "Slack does not name the channel it made")
        return channel

    async def _adopted(
        self, name: str, wanted: PlaceWanted, timeout: timedelta
    ) -> dict[str, Any] | None:
        """The channel of a taken name, if this app made it for this incident.

        If the answer to its making was lost, it has no purpose yet.
        """
        found = await self._listed(name, timeout)
        if found is None or found.get("creator") != await self._own_user(timeout):
            return None
        purpose = _said(found, "purpose")
        ours = incident_sealed(self._slack, purpose) == wanted.incident_id
        return found if (ours or not purpose) and not found.get("is_archived") else None

    async def _listed(self, name: str, timeout: timedelta) -> dict[str, Any] | None:
        asked = {"types": "public_channel,private_channel", "limit": _LISTED}
        every = self._slack.listed("conversations.list", "channels", timeout, _MOST_LISTS, **asked)
        async for channel in every:
            if isinstance(channel, dict) and channel.get("name") == name:
                return channel
        return None

    async def _own_user(self, timeout: timedelta) -> str:
        if not self._bot:
            answer = await self._slack.call("auth.test", timeout)
            self._bot = str(answer.get("user_id") or "")
        return self._bot

    async def _with_members(
        self, kept: KeptPlace, wanted: PlaceWanted, timeout: timedelta
    ) -> KeptPlace:
        """Invite the people who are not invited yet. People unknown to Slack count as invited."""
        invited = set(kept.invited)
        for member in wanted.members:
            if member.name in invited:
                continue
            user = await self._user(member, timeout)
            if user:
                await self._quietly(
                    "conversations.invite", timeout, _ANYWAY, channel=kept.place, users=user
                )
            invited.add(member.name)
        return kept.changed(invited=tuple(sorted(invited)))

    async def _user(self, member: Member, timeout: timedelta) -> str | None:
        known = member.handles.get("slack")
        if known or not member.address:
            return known
        try:
            return await self._people.user(member.address, timeout)
        except SlackError as refused:
            import structlog  # noqa: PLC0415 - no setting needs it

            log = structlog.get_logger(__name__)
            log.warning("slack.member_unknown", channel=self._slack.channel, code=refused.code)
            return None

    async def _quietly(
        self, method: str, timeout: timedelta, fine: frozenset[str], **arguments: Any
    ) -> None:
        """Call a method; some refusals say that nothing is left to do."""
        try:
            await self._slack.call(method, timeout, **arguments)
        except SlackError as refused:
            if refused.code not in fine:
                raise


def _said(channel: dict[str, Any], field: str) -> str:
    said = channel.get(field)
    value = said.get("value") if isinstance(said, dict) else None
    return value if isinstance(value, str) else ""
