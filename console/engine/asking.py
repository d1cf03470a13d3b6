"""Sends requests to the API, again and again for five seconds if nobody answers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx2
from pydantic import SecretStr

from console.engine.refused import Problem, common
from console.terminal.failure import ExitCode, Failure, usage
from console.terminal.output import note
from models.addresses import is_loopback

GIVE_UP_SECONDS = 5.0
"""How long a server that does not answer is tried."""
SAY_AFTER_SECONDS = 1.0
AGAIN_SECONDS = 0.5
ANSWERS_WITHIN = timedelta(seconds=20)
"""What the API itself may take for an answer."""
_AGAIN = frozenset({"Busy", "TooSlow"})
"""Refusals of a server that is up and has no room now."""

Refused = Callable[[Problem], Exception | None]
"""The error that a problem means for the caller; None if it means nothing special."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A document; `done` is False if the server only took the request (202)."""

    document: Any
    done: bool = True


@asynccontextmanager
async def asking(url: str, token: SecretStr | None) -> AsyncIterator["Asking"]:
    """Requests to an API. Raises `Failure` if the token could be read on the way."""
    parts = urlsplit(url)
    nearby = is_loopback(parts.hostname)
    if token and parts.scheme != "https" and not nearby:
        message = f"INCIDENT_API_URL is {url}: everybody on the way could read the token"
        raise usage(message, "use https://", "or a server on this machine, such as a tunnel")
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    # A proxy of the environment is not for this machine.
    async with httpx2.AsyncClient(
        headers={**headers, "Accept": "application/json"}, trust_env=not nearby
    ) as http:
        yield Asking(http, url)


class Asking:
    """Requests to one API."""

    def __init__(self, http: httpx2.AsyncClient, url: str) -> None:
        self._http = http
        self._url = url

    async def get(
        self,
        path: str,
        asked: Mapping[str, Any] | None = None,
        *,
        patience: timedelta = timedelta(),
        refused: Refused = lambda _: None,
    ) -> Any:
        """The document at a path. Raises `Failure`, or what `refused` says."""
        given = {name: value for name, value in (asked or {}).items() if value is not None}
        within = max(patience, ANSWERS_WITHIN)
        return (await self._asked("GET", path, refused, within, params=given)).document

    async def post(
        self, path: str, body: Any, key: str, patience: timedelta, refused: Refused
    ) -> Answer:
        """Send a document under a key, so that sending it again is safe. Raises as `get` does."""
        headers = {
            "Idempotency-Key": key,
            "Prefer": f"wait={max(1, int(patience.total_seconds()))}",
        }
        within = patience + ANSWERS_WITHIN
        return await self._asked("POST", path, refused, within, json=body, headers=headers)

    async def delete(self, path: str, asked: Mapping[str, str], refused: Refused) -> Any:
        """The document about what was ended. Raises as `get` does."""
        return (await self._asked("DELETE", path, refused, ANSWERS_WITHIN, params=asked)).document

    async def _asked(
        self, method: str, path: str, refused: Refused, within: timedelta, **how: Any
    ) -> Answer:
        """Ask until somebody answers; every attempt of a command has the same key."""
        loop = asyncio.get_running_loop()
        began, said = loop.time(), False
        timeout = httpx2.Timeout(within.total_seconds(), connect=GIVE_UP_SECONDS)
        while True:
            try:
                got = await self._http.request(method, f"{self._url}{path}", timeout=timeout, **how)
                problem = _problem(got)
                if problem is None or problem.kind not in _AGAIN:
                    return self._answer(got, problem, refused)
                why = problem.detail
            except httpx2.TransportError as error:
                why = _words(error)
            waited = loop.time() - began
            if waited + AGAIN_SECONDS > GIVE_UP_SECONDS:
                raise self._away(why)
            if waited >= SAY_AFTER_SECONDS and not said:
                said = True
                note(f"trying to reach {self._url}: {why} ...")
            await asyncio.sleep(AGAIN_SECONDS)

    def _answer(self, got: httpx2.Response, problem: Problem | None, refused: Refused) -> Answer:
        if problem is not None:
            raise refused(problem) or common(problem, self._url)
        try:
            document = got.json()
        except ValueError:
            document = None
        if not got.is_success or not isinstance(document, dict):
            message = (
                f"{self._url} answers {got.status_code}, and not as a web server of the engine"
            )
            hint = "INCIDENT_API_URL is the address of the web server, without /v1"
            raise Failure("NotTheApi", message, ExitCode.UNEXPECTED, hints=(hint,))
        return Answer(document, done=got.status_code != HTTPStatus.ACCEPTED)

    def _away(self, why: str) -> Failure:
        message = f"the web server at {self._url} does not answer: {why}"
        hints = ("INCIDENT_API_URL says where it is", "without it, Temporal is asked directly")
        facts = {"tried": self._url}
        return Failure(
            "ServerNotReachable", message, ExitCode.NOT_REACHABLE, hints=hints, facts=facts
        )


def _problem(got: httpx2.Response) -> Problem | None:
    """The refusal in an answer, if it is one of the engine's."""
    if got.is_success or "problem+json" not in got.headers.get("Content-Type", ""):
        return None
    try:
        return Problem.of(got.status_code, got.json())
    except (ValueError, TypeError):
        return None


def _words(error: httpx2.TransportError) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "no answer in time"
    return str(error)[:200] or type(error).__name__
