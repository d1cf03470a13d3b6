"""A webhook: the message as JSON, posted once per attempt, under its idempotency key."""

import asyncio
import json
import string
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import parse_qsl, quote, unquote

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.addresses import kept_secret, without_userinfo
from connectors.channels.kind import Ability, ChannelKindSpec, ChannelSettings, Repeat
from connectors.errors import ConnectorError, PermanentError, RetryableError
from connectors.signatures import each_of, signed, signing_secrets
from models.addresses import parts_of
from models.messages.message import Message
from models.messages.reference import Reference

if TYPE_CHECKING:
    import httpx2

_HEADER_SAFE = "".join(sorted(set(string.printable) - set(string.whitespace) - {"%"})) + " "
_ANSWER_BOUND = 64 * 1024
_LONG_IN_PATH, _LONG_IN_QUERY = 16, 8
"""A part of a URL that is this long may be the secret that protects it."""
_RETRYABLE = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


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


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The wait that a Retry-After header asks for, as seconds or a date; None if it gives none."""
    if not value:
        return None
    if value.isascii() and value.strip().isdigit():
        return timedelta(seconds=min(int(value.strip()[:9]), 24 * 3600))
    try:
        at = parsedate_to_datetime(value)
        wait = at.replace(tzinfo=at.tzinfo or UTC) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait, timedelta()), timedelta(days=1))


class WebhookChannel:
    """Posts to one URL. Does not follow redirects: a message goes where the settings say.

    2xx is success; 408, 429, 5xx, timeouts and broken connections are retryable; every other answer
    is permanent. An event leaves only with a signature.
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
        import httpx2  # noqa: PLC0415 - no setting needs it

        if message.event and self._settings.secrets is None:
            raise PermanentError(self.name, "no secret of the settings signs its events")
        seconds = timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds) as limit:
                body = _body(message, first_message, respond_url)
                return await self._post(body, message.key, limit, seconds)
        except TimeoutError:
            raise RetryableError(self.name, f"no answer within {seconds:g} s") from None
        except httpx2.TimeoutException:
            raise RetryableError(self.name, "no answer in time") from None
        except (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, httpx2.InvalidURL):
            raise PermanentError(self.name, "the request cannot be sent as configured") from None
        except (httpx2.HTTPError, OSError) as error:
            reason = f"the connection failed ({type(error).__name__})"
            raise RetryableError(self.name, reason) from None

    async def _post(
        self, body: str, key: str, limit: asyncio.Timeout, seconds: float
    ) -> Reference | None:
        async with self._client.stream(
            "POST",
            self._settings.url or "",
            content=body.encode(),
            headers=self._headers(body, header_key(key)),
            follow_redirects=False,
            timeout=seconds,
        ) as response:
            if not response.is_success:
                raise self._refused(response)
            return _reference(await _answer(response, limit), _secrets(self._settings))

    def _headers(self, body: str, key: str) -> dict[str, str]:
        headers = {
            # Read the answer as it comes: it could unpack to something much larger.
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        if self._settings.token:
            headers["Authorization"] = f"Bearer {self._settings.token.get_secret_value()}"
        if self._settings.secrets:
            headers |= signed(body, key, each_of(self._settings.secrets), datetime.now(UTC))
        return headers

    def _refused(self, response: "httpx2.Response") -> ConnectorError:
        status = response.status_code
        reason = f"answered {status}"
        if status in _RETRYABLE or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            wait = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
            return RetryableError(self.name, reason, wait)
        if response.is_redirect:
            reason += ", a redirect, which is not followed"
        return PermanentError(self.name, reason)


def _body(message: Message, first_message: Reference | None, respond_url: str | None = None) -> str:
    """The body to post: an event alone, or the message with what came along with it."""
    content = message if message.event is None else message.event
    body = content.model_dump(mode="json")
    if respond_url:
        body["respond_url"] = respond_url
    if first_message:
        body["first_message"] = first_message.model_dump(exclude_none=True)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


async def _answer(response: "httpx2.Response", limit: asyncio.Timeout) -> dict[str, Any]:
    """The JSON object in the answer; an empty one if there is none.

    The other side already took the message. A flaw in its answer is no failure, because a second
    attempt would send the message twice.
    """
    import httpx2  # noqa: PLC0415 - no setting needs it

    deadline = limit.when()
    limit.reschedule(None)
    body = b""
    with suppress(TimeoutError, httpx2.HTTPError, OSError):
        async with asyncio.timeout_at(deadline):
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > _ANSWER_BOUND:
                    return {}
    with suppress(ValueError, RecursionError):
        answer = json.loads(body)
        if isinstance(answer, dict):
            return answer
    return {}


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
