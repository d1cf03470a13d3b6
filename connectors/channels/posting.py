"""Posts a message over HTTP, once, and says what became of it in the words of channels."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from connectors.errors import ConnectorError, PermanentError, RetryableError

if TYPE_CHECKING:
    import httpx2

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_ANSWER_BOUND = 64 * 1024
_RETRYABLE = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


async def posted(
    channel: str,
    client: "httpx2.AsyncClient",
    url: str,
    *,
    body: str,
    token: SecretStr | None,
    timeout: timedelta,
    headers: Mapping[str, str] = NO_HEADERS,
    bound: int = _ANSWER_BOUND,
) -> dict[str, Any]:
    """Post JSON to `url`; returns the JSON object in the answer, an empty one if there is none.

    Nobody reads an answer of more than `bound` bytes.

    A `token` goes along as a bearer token. It does not follow redirects: a message goes where the
    settings say. 2xx is success; 408, 429, 5xx, timeouts and broken connections raise
    RetryableError; every other answer raises PermanentError. No error repeats the URL.
    """
    seconds = timeout.total_seconds()
    with _failures_of(channel, seconds):
        async with (
            asyncio.timeout(seconds) as limit,
            client.stream(
                "POST",
                url,
                content=body.encode(),
                headers={**_usual_headers(token), **headers},
                follow_redirects=False,
                timeout=seconds,
            ) as response,
        ):
            if not response.is_success:
                raise _refused(channel, response)
            return await _answer(response, limit, bound)


def _usual_headers(token: SecretStr | None) -> dict[str, str]:
    headers = {
        # Read the answer as it comes: it could unpack to something much larger.
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
    }
    if token:
        headers["Authorization"] = f"Bearer {token.get_secret_value()}"
    return headers


@contextmanager
def _failures_of(channel: str, seconds: float) -> Iterator[None]:
    """Say what failed in our own words: those of the library repeat the URL."""
    import httpx2  # noqa: PLC0415 - no setting needs it

    try:
        yield
    except TimeoutError:
        raise RetryableError(channel, f"no answer within {seconds:g} s") from None
    except httpx2.TimeoutException:
        raise RetryableError(channel, "no answer in time") from None
    except (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, httpx2.InvalidURL):
        raise PermanentError(channel, "the request cannot be sent as configured") from None
    except (httpx2.HTTPError, OSError) as error:
        reason = f"the connection failed ({type(error).__name__})"
        raise RetryableError(channel, reason) from None


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


def _refused(channel: str, response: "httpx2.Response") -> ConnectorError:
    status = response.status_code
    reason = f"answered {status}"
    if status in _RETRYABLE or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wait = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        return RetryableError(channel, reason, wait)
    if response.is_redirect:
        reason += ", a redirect, which is not followed"
    return PermanentError(channel, reason)


async def _answer(
    response: "httpx2.Response", limit: asyncio.Timeout, bound: int
) -> dict[str, Any]:
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
                if len(body) > bound:
                    return {}
    with suppress(ValueError, RecursionError):
        answer = json.loads(body)
        if isinstance(answer, dict):
            return answer
    return {}
