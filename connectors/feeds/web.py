"""Calendar feeds by HTTPS."""

import asyncio
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx2

from connectors.errors import ConnectorError, PermanentError, RetryableError
from connectors.feeds.file import LARGEST_BYTES
from connectors.feeds.protocol import FeedCopy, decoded, version_header
from connectors.feeds.settings import FeedSettings

_RETRYABLE = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class WebFeed:
    """Gets an address if it has changed. Does not follow redirects.

    408, 429, 5xx, timeouts and broken connections are retryable; every other answer is permanent.
    No error repeats the address. Answers are not unpacked: an answer packed several times over
    would take minutes for each kilobyte, and nobody would be paged meanwhile.
    """

    def __init__(self, name: str, settings: FeedSettings, client: httpx2.AsyncClient) -> None:
        self.name = name
        self._settings = settings
        self._client = client

    async def fetch(self, known: FeedCopy | None, *, timeout: timedelta) -> FeedCopy:
        """The answer of the address; see the protocol."""
        seconds = timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await self._get(known, seconds)
        except (TimeoutError, httpx2.TimeoutException):
            raise RetryableError(self.name, f"no answer within {seconds:g} s") from None
        except (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, httpx2.InvalidURL):
            raise PermanentError(self.name, "the request cannot be sent as configured") from None
        except (httpx2.HTTPError, OSError) as error:
            reason = f"the connection failed ({type(error).__name__})"
            raise RetryableError(self.name, reason) from None

    def _headers(self, known: FeedCopy | None) -> dict[str, str]:
        headers = {"Accept": "text/calendar", "Accept-Encoding": "identity"}
        if self._settings.token:
            headers["Authorization"] = f"Bearer {self._settings.token.get_secret_value()}"
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        return headers

    async def _get(self, known: FeedCopy | None, seconds: float) -> FeedCopy:
        async with self._client.stream(
            "GET",
            self._settings.url or "",
            headers=self._headers(known),
            follow_redirects=False,
            timeout=seconds,
        ) as response:
            now = datetime.now(UTC)
            if response.status_code == HTTPStatus.NOT_MODIFIED and known:
                return FeedCopy(known.text, now, known.etag, known.last_modified)
            if response.status_code != HTTPStatus.OK:
                raise self._refused(response)
            if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
                raise PermanentError(self.name, "answered with a compressed text")
            text = decoded(await self._body(response))
            given = response.headers
            etag, modified = (
                version_header(given.get("ETag")),
                version_header(given.get("Last-Modified")),
            )
            return FeedCopy(text, now, etag, modified)

    async def _body(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > LARGEST_BYTES:
                raise PermanentError(self.name, f"is larger than {LARGEST_BYTES // 1024} KiB")
        return bytes(body)

    def _refused(self, response: httpx2.Response) -> ConnectorError:
        status = response.status_code
        reason = f"answered {status}"
        if status in _RETRYABLE or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return RetryableError(self.name, reason)
        if response.is_redirect:
            reason += ", a redirect, which is not followed"
        return PermanentError(self.name, reason)
