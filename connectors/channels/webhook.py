"""A webhook: the message as JSON, posted once per attempt, under its idempotency key."""

import json
import string
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import parse_qsl, quote, unquote

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.addresses import kept_secret, without_userinfo
from connectors.channels.kind import Ability, ChannelKindSpec, ChannelSettings, Repeat
from connectors.channels.posting import posted
from connectors.errors import PermanentError
from connectors.webhook_signatures import each_of, signed, signing_secrets
from models.addresses import parts_of
from models.messages.message import Message
from models.messages.reference import Reference

if TYPE_CHECKING:
    import httpx2

_HEADER_SAFE = "".join(sorted(set(string.printable) - set(string.whitespace) - {"%"})) + " "
_LONG_IN_PATH, _LONG_IN_QUERY = 16, 8
"""A part of a URL that is this long may be the secret that protects it."""


class WebhookSettings(ChannelSettings):
    """A `url`, and a `token` to send as a bearer token, over TLS or on loopback.

    Each of the `secrets` signs what the channel posts.
    """

    kind: Literal["webhook"] = "webhook"
    url: str | None = Field(default=None, repr=False)
    token: SecretStr | None = None
    secrets: SecretStr | None = None

    @field_validator("url")
    @classmethod
    def _web_address(cls, given: str | None) -> str | None:
        if given is not None and parts_of(given) is None:
            raise ValueError("must be an address that begins with http:// or https://")
        return without_userinfo(given)

    _kept_secret = field_validator("token")(kept_secret)
    _signing = field_validator("secrets")(signing_secrets)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.url:
            raise ValueError("a webhook needs a url that begins with http:// or https://")
        return self


def header_key(key: str) -> str:
    """The key as a header value; percent-encodes whatever is not printable ASCII."""
    return quote(key, safe=_HEADER_SAFE).strip()


class WebhookChannel:
    """Posts to one URL. Does not follow redirects: a message goes where the settings say.

    An event leaves only with a signature.
    """

    def __init__(self, name: str, settings: WebhookSettings, client: "httpx2.AsyncClient") -> None:
        self.name = name
        self._settings = settings
        self._client = client

    async def send(
        self,
        message: Message,
        *,
        timeout: timedelta,
        first_message: Reference | None = None,
        respond_url: str | None = None,
    ) -> Reference | None:
        """Post `message` and the reference of the first one; returns the answer's reference."""
        if message.event and self._settings.secrets is None:
            raise PermanentError(self.name, "no secret of the settings signs its events")
        body = _body(message, first_message, respond_url)
        answer = await posted(
            self.name,
            self._client,
            self._settings.url or "",
            body=body,
            token=self._settings.token,
            timeout=timeout,
            headers=self._headers(body, header_key(message.key)),
        )
        return _reference(answer, _secrets(self._settings))

    def _headers(self, body: str, key: str) -> dict[str, str]:
        headers = {"Idempotency-Key": key}
        if self._settings.secrets:
            headers |= signed(body, key, each_of(self._settings.secrets), datetime.now(UTC))
        return headers


def _body(message: Message, first_message: Reference | None, respond_url: str | None = None) -> str:
    """The body to post: an event alone, or the message with what came along with it."""
    content = message if message.event is None else message.event
    body = content.model_dump(mode="json", exclude={"handles"})
    if respond_url:
        body["respond_url"] = respond_url
    if first_message:
        body["first_message"] = first_message.model_dump(exclude_none=True)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _secrets(settings: WebhookSettings) -> frozenset[str]:
    """Parts of the settings that may be secret: token, secrets, and long parts of the URL."""
    parts = parts_of(settings.url)
    found = {settings.token.get_secret_value()} if settings.token else set()
    found |= {*each_of(settings.secrets)}
    if parts:
        found |= {word for word in parts.path.split("/") if len(word) >= _LONG_IN_PATH}
        values = (value for _, value in parse_qsl(parts.query))
        found |= {value for value in values if len(value) >= _LONG_IN_QUERY}
    return frozenset(found)


def _reference(answer: dict[str, Any], secrets: Iterable[str]) -> Reference | None:
    """The answer's reference to the message, if any. Leaves out values that repeat a secret."""
    said = {name: answer.get(name) for name in ("place", "message", "thread", "url")}
    if said["message"] is None:
        said["message"] = answer.get("id")
    texts = {name: f"{value} {unquote(str(value))}" for name, value in said.items()}
    reference = Reference(
        **{
            name: value
            for name, value in said.items()
            if not any(secret in texts[name] for secret in secrets)
        }
    )
    return None if reference.empty else reference


KIND = ChannelKindSpec(
    name="webhook",
    settings=WebhookSettings,
    make=lambda name, settings, tools: WebhookChannel(name, settings, tools.client(settings.url)),
    can=frozenset({Ability.PAGE, Ability.POST}),
    repeat=Repeat.HONOURS_KEY,
    told_by="url",
)
