"""ntfy: push messages to the phones that subscribe to a topic, over ntfy.sh or a server of yours.

Topics are secrets: anybody who knows a topic can read it.
"""

import json
import re
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.addresses import kept_secret, without_userinfo
from connectors.channels.kind import Ability, ChannelKindSpec, ChannelSettings, Repeat
from connectors.channels.posting import posted
from connectors.channels.protocol import one_line
from connectors.errors import PermanentError
from models.addresses import is_exposed, parts_of
from models.messages.message import Message, MessageKind
from models.messages.reference import Reference

if TYPE_CHECKING:
    import httpx2

_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
_ID = re.compile(r"[A-Za-z0-9]{1,40}")
_MOST_TITLE, _MOST_BODY = 250, 2400
"""In bytes. ntfy refuses more than 8 KiB of JSON, in which a sign may need two bytes, and which
has a link of up to two thousand characters."""
_PRIORITY = {
    MessageKind.PAGE: 5,
    MessageKind.REMINDER: 4,
    MessageKind.NOTIFICATION: 3,
    MessageKind.EVENT: 2,
}
"""5 is the most urgent that ntfy has, 3 is its default, 2 makes no sound."""


def _fit_for_ntfy(topic: SecretStr | None) -> SecretStr | None:
    if topic and not _TOPIC.fullmatch(topic.get_secret_value()):
        raise ValueError("must consist of 1 to 64 ASCII letters, digits, - and _")
    return topic


def _setting_name(person: str) -> str:
    """A person as the name of a setting can say it."""
    return person.lower().replace("_", "-")


class NtfySettings(ChannelSettings):
    """The `url` of a server, a `token` for it, and topics.

    `topics` has the topic of each person. `topic` is for everybody else: people without one of
    their own, and audiences. Messages of the severities in `quiet` (separated by commas) have a
    priority that is one lower.
    """

    kind: Literal["ntfy"] = "ntfy"
    url: str = Field(default="https://ntfy.sh", repr=False)
    token: SecretStr | None = None
    topic: SecretStr | None = None
    topics: dict[str, SecretStr] = Field(default_factory=dict)
    quiet: str = ""

    @field_validator("url")
    @classmethod
    def _server(cls, given: str) -> str:
        parts = parts_of(given)
        if parts is None or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must be the address of the ntfy server alone: set the topic apart")
        if is_exposed(parts):
            raise ValueError("must begin with https://: nobody on the way may read a topic")
        return without_userinfo(given) or given

    _kept_secret = field_validator("token")(kept_secret)
    _fit = field_validator("topic")(_fit_for_ntfy)

    @field_validator("topics", mode="before")
    @classmethod
    def _named_as_in_settings(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {_setting_name(str(person)): topic for person, topic in given.items()}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for topic in self.topics.values():
            _fit_for_ntfy(topic)
        if not (self.topic or self.topics):
            raise ValueError("an ntfy channel needs a topic, or topics of people")
        return self


def _cut(text: str, most: int) -> str:
    """`text` in at most `most` bytes of UTF-8; if it is cut, it ends with `…`."""
    if len(text.encode()) <= most:
        return text
    return text.encode()[: most - 3].decode(errors="ignore") + "…"


class NtfyChannel:
    """Publishes to the person's own topic, or else to the channel's."""

    def __init__(self, name: str, settings: NtfySettings, client: "httpx2.AsyncClient") -> None:
        self.name = name
        self._settings = settings
        self._client = client

    async def send(
        self,
        message: Message,
        *,
        timeout: timedelta,
        first_message: Reference | None = None,  # noqa: ARG002 - ntfy has no threads
        respond_url: str | None = None,
    ) -> Reference | None:
        """Publish `message`; a tap on it opens the person's link. Returns the id that ntfy gave."""
        own = self._settings.topics.get(_setting_name(message.recipient))
        topic = own or self._settings.topic
        if topic is None:
            raise PermanentError(self.name, f"no topic for {message.recipient}")
        # Others may read the channel's topic: only the person's own gets the link.
        said = self._said(message, topic, respond_url if own else None)
        answer = await posted(
            self.name,
            self._client,
            self._settings.url,
            body=json.dumps(said, ensure_ascii=False, separators=(",", ":")),
            token=self._settings.token,
            timeout=timeout,
        )
        made = answer.get("id")
        if not isinstance(made, str) or not _ID.fullmatch(made) or made in self._secrets():
            return None
        return Reference(message=made)

    def _said(self, message: Message, topic: SecretStr, link: str | None) -> dict[str, Any]:
        quiet = message.severity in {each.strip() for each in self._settings.quiet.split(",")}
        said: dict[str, Any] = {
            "topic": topic.get_secret_value(),
            "title": _cut(one_line(message.subject), _MOST_TITLE),
            "message": _cut(message.body, _MOST_BODY),
            "priority": _PRIORITY[message.kind] - quiet,
            # The apps show the newest message of a sequence alone, so a repeat replaces the first.
            "sequence_id": sha256(message.key.encode()).hexdigest()[:40],
        }
        if message.kind is MessageKind.PAGE:
            said["tags"] = ["rotating_light"]
        if link:
            said["click"] = link
        return said

    def _secrets(self) -> set[str]:
        settings = self._settings
        every = (settings.token, settings.topic, *settings.topics.values())
        return {secret.get_secret_value() for secret in every if secret}


KIND = ChannelKindSpec(
    name="ntfy",
    settings=NtfySettings,
    make=lambda name, settings, tools: NtfyChannel(name, settings, tools.client(settings.url)),
    can=frozenset({Ability.PAGE, Ability.POST}),
    repeat=Repeat.MAY_DOUBLE,
)
