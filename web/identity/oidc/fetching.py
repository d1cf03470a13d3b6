"""Asks an OpenID provider, within bounds of time and size."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx2

from connectors.http_clients import made_client
from models.addresses import WITHOUT_TLS, is_loopback, parts_of

PATIENCE_SECONDS = 4.0
LARGEST_BYTES = 128 * 1024
WHOLE = "identity"
"""Answers are not unpacked: a small one could become a large one."""


class ProviderAway(Exception):  # noqa: N818 - says what is
    """The provider does not answer as it should. The message holds words of ours alone."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the provider answered, below 500."""

    status: HTTPStatus
    said: dict[str, Any]


def usable(address: object, *, plain: bool) -> str:
    """An address of the provider, if it is safe to use. Raises ProviderAway.

    `plain` says that the provider is on this machine, where it needs no TLS.
    """
    parts = parts_of(address) if isinstance(address, str) else None
    if parts is None or parts.fragment or "@" in parts.netloc:
        raise ProviderAway("names an address that cannot be used")
    if parts.scheme == WITHOUT_TLS and not (plain and is_loopback(parts.hostname)):
        raise ProviderAway("names an address that does not begin with https://")
    return parts.geturl()


async def ask(
    address: str,
    form: Mapping[str, str] | None = None,
    *,
    login: tuple[str, str] | None = None,
    bearer: str | None = None,
) -> Answered:
    """Ask for JSON; with a form, send that. Raises ProviderAway."""
    headers = {"Accept": "application/json", "Accept-Encoding": WHOLE}
    if bearer is not None:
        headers["Authorization"] = f"Bearer {bearer}"
    parts = parts_of(address)
    here = parts is not None and is_loopback(parts.hostname)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), made_client(here=here) as client:
            request = client.build_request(
                "GET" if form is None else "POST",
                address,
                data=None if form is None else dict(form),
                headers=headers,
                timeout=PATIENCE_SECONDS,
            )
            auth = httpx2.BasicAuth(*login) if login else None
            answer = await client.send(request, stream=True, auth=auth, follow_redirects=False)
            try:
                return await _read(answer)
            finally:
                await answer.aclose()
    except (TimeoutError, httpx2.TimeoutException):
        raise ProviderAway(f"does not answer within {PATIENCE_SECONDS:g} seconds") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        # Of the library's words only this one counts: the others may repeat an address.
        untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
        why = ": its certificate is not trusted here" if untrusted else ""
        raise ProviderAway(f"cannot be reached{why}") from None


async def _read(answer: httpx2.Response) -> Answered:
    status = answer.status_code
    if answer.is_redirect:
        raise ProviderAway("answers with a redirect, which is not followed")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise ProviderAway(f"answers {status}")
    if answer.headers.get("Content-Encoding", WHOLE).strip().lower() != WHOLE:
        raise ProviderAway("answers with compressed text")
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > LARGEST_BYTES:
            raise ProviderAway(f"answers with more than {LARGEST_BYTES // 1024} KiB")
    try:
        said = json.loads(bytes(body))
        return Answered(HTTPStatus(status), said if isinstance(said, dict) else {})
    except (ValueError, RecursionError):
        raise ProviderAway(f"answers {status} without JSON") from None
