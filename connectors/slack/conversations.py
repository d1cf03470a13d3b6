"""Finds what is in Slack already: people, and a message that was posted before."""

import re
from datetime import timedelta
from typing import Any

from connectors.errors import PermanentError
from connectors.slack.api import Slack, SlackError

EVENT_TYPE = "incident_message"
KEY, INCIDENT, SEAL = "key", "incident", "seal"
_PAGE, _MOST_PAGES = 200, 5
"""How far back an earlier message is looked for: a thousand messages."""
_MOST_PEOPLE = 10_000
_PURPOSE = re.compile(r"Incident (\S{1,200}) \(made by the incident engine, [0-9a-f]{40}\)")
_UNKNOWN = frozenset({"users_not_found", "user_not_found"})
_NOT_ALLOWED = frozenset({"missing_scope", "not_allowed_token_type", "no_permission"})


def metadata(slack: Slack, key: str, incident: str) -> dict[str, Any]:
    """The metadata of a message: nobody without the token can make it for another message."""
    said = {KEY: slack.seal(key), INCIDENT: incident, SEAL: slack.seal(f"incident {incident}")}
    return {"event_type": EVENT_TYPE, "event_payload": said}


def payload_of(message: Any) -> dict[str, Any]:
    """Our part of a message's metadata; empty if there is none."""
    said = message.get("metadata") if isinstance(message, dict) else None
    if not isinstance(said, dict) or said.get("event_type") != EVENT_TYPE:
        return {}
    payload = said.get("event_payload")
    return payload if isinstance(payload, dict) else {}


def incident_of(slack: Slack, message: Any) -> str | None:
    """The incident of a message that this app posted; None for every other message."""
    payload = payload_of(message)
    incident = payload.get(INCIDENT)
    if not isinstance(incident, str) or payload.get(SEAL) != slack.seal(f"incident {incident}"):
        return None
    return incident


def sealed(slack: Slack, incident: str) -> str:
    """What the channel of an incident says that it is for: nobody else can write that."""
    return f"Incident {incident} (made by the incident engine, {slack.seal(f'place {incident}')})"


def incident_sealed(slack: Slack, purpose: str) -> str | None:
    """The incident for which this app made a channel with such a purpose."""
    found = _PURPOSE.fullmatch(purpose)
    return found[1] if found and purpose == sealed(slack, found[1]) else None


class People:
    """Knows users by their e-mail addresses, and remembers them while the process runs."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._by_address: dict[str, str] = {}
        self._direct: dict[str, str] = {}

    async def user(self, address: str, timeout: timedelta) -> str | None:
        """The user with an e-mail address; None if there is none. Raises as Slack does."""
        known = self._by_address.get(address)
        if known:
            return known
        try:
            answer = await self._slack.call("users.lookupByEmail", timeout, email=address)
        except SlackError as refused:
            if refused.code in _UNKNOWN:
                return None
            raise
        user = answer.get("user")
        found = user.get("id") if isinstance(user, dict) and not user.get("deleted") else None
        if not isinstance(found, str):
            return None
        return _remembered(self._by_address, address, found)

    async def direct(self, user: str, timeout: timedelta) -> str:
        """The conversation with one user. Raises as Slack does."""
        known = self._direct.get(user)
        if known:
            return known
        answer = await self._slack.call("conversations.open", timeout, users=user)
        said = answer.get("channel")
        place = said.get("id") if isinstance(said, dict) else None
        if not isinstance(place, str):
            raise PermanentError(self._slack.channel, "Slack names no conversation with them")
        return _remembered(self._direct, user, place)


def _remembered(known: dict[str, str], name: str, value: str) -> str:
    if len(known) >= _MOST_PEOPLE:
        known.clear()
    known[name] = value
    return value


async def earlier(
    slack: Slack, place: str, thread: str | None, key: str, timeout: timedelta
) -> dict[str, Any] | None:
    """The message with this key in a place, or in a thread there; None if there is none.

    If the app may not look, there is none: a message that comes twice is better than one that never
    comes. Raises RetryableError if Slack does not answer.
    """
    method = "conversations.replies" if thread else "conversations.history"
    asked = {"channel": place, "ts": thread, "limit": _PAGE, "include_all_metadata": True}
    wanted = slack.seal(key)
    try:
        async for message in slack.listed(method, "messages", timeout, _MOST_PAGES, **asked):
            if payload_of(message).get(KEY) == wanted:
                found: dict[str, Any] = message
                return found
    except SlackError as refused:
        if refused.code in _NOT_ALLOWED:
            import structlog  # noqa: PLC0415 - no setting needs it

            log = structlog.get_logger(__name__)
            log.warning("slack.cannot_look_back", channel=slack.channel, code=refused.code)
    return None
