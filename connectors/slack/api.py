"""The Web API of Slack: one call, one attempt, its outcome in the words of channels.

An answer that says `ok: false` is a failure with a code, under the status 200.
"""

import hmac
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pydantic import SecretStr

from connectors.channels.posting import posted
from connectors.errors import PermanentError, RetryableError

if TYPE_CHECKING:
    import httpx2

API = "https://slack.com/api"
ANSWER_BOUND = 4 * 1024 * 1024
"""A page of two hundred messages is smaller."""
_CODE = re.compile(r"[a-z][a-z_]{1,60}")
_FOR_NOW = frozenset(
    {
        "fatal_error",
        "internal_error",
        "message_limit_exceeded",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
"""Codes after which another attempt may help; after every other one it cannot."""


class SlackError(PermanentError):
    """Slack refuses the call, with a `code` of its list; empty if it is none that we may repeat."""

    def __init__(self, channel: str, code: str) -> None:
        super().__init__(channel, f"Slack answered {code or 'an error without a code'}")
        self.code = code


class Slack:
    """Calls the Web API with the token of one app, for one channel of the policy."""

    def __init__(
        self, channel: str, token: SecretStr, client: "httpx2.AsyncClient", url: str = API
    ) -> None:
        self.channel = channel
        self._token = token
        self._client = client
        self._url = url.rstrip("/")

    async def call(self, method: str, timeout: timedelta, **arguments: Any) -> dict[str, Any]:
        """Call a method; None among the arguments stands for nothing.

        Raises SlackError and other PermanentErrors, and RetryableError.
        """
        answer = await posted(
            self.channel,
            self._client,
            f"{self._url}/{method}",
            body=_form(arguments),
            token=self._token,
            timeout=timeout,
            headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
            bound=ANSWER_BOUND,
        )
        if answer.get("ok") is True:
            return answer
        if "ok" not in answer:
            raise RetryableError(self.channel, f"no answer of Slack to {method} could be read")
        code = self._shown(answer.get("error"))
        if code in _FOR_NOW:
            raise RetryableError(self.channel, f"Slack answered {code}")
        raise SlackError(self.channel, code)

    async def listed(
        self, method: str, field: str, timeout: timedelta, most: int, **arguments: Any
    ) -> AsyncIterator[Any]:
        """What a method lists in `field`, from at most `most` pages. Raises as `call` does."""
        cursor = None
        for _ in range(most):
            answer = await self.call(method, timeout, cursor=cursor, **arguments)
            listed = answer.get(field)
            for each in listed if isinstance(listed, list) else ():
                yield each
            following = answer.get("response_metadata")
            cursor = following.get("next_cursor") if isinstance(following, dict) else None
            if not cursor:
                return

    def seal(self, text: str) -> str:
        """A digest that only an app with this token can make: nobody else's message has it."""
        secret = self._token.get_secret_value().encode()
        return hmac.new(secret, text.encode(), sha256).hexdigest()[:40]

    def _shown(self, code: Any) -> str:
        fit = isinstance(code, str) and _CODE.fullmatch(code)
        return code if fit and code not in self._token.get_secret_value() else ""


def _form(arguments: dict[str, Any]) -> str:
    """The arguments as a form, which every method takes; JSON is not for methods that read."""
    return urlencode({name: _text(value) for name, value in arguments.items() if value is not None})


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
