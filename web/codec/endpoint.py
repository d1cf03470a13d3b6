"""Encrypts and decrypts payloads for Temporal's UI and command line, by their own protocol.

Whoever may read incidents may decrypt: a token with the scope `read`, or the session of a login.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, params
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from pydantic import BaseModel, Field
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import PayloadCodec

from incidents.errors import PayloadUnreadable
from models.access import Scope
from web.codec.origins import PATHS
from web.http.body import read_body
from web.http.calling_temporal import UNREADABLE
from web.http.endpoints import answers, takes
from web.http.errors import Answer, Refused
from web.http.served import serve
from web.identity.asker import Asker, asker_of
from web.identity.bearer_tokens import BearerTokens
from web.identity.identified import Identified
from web.identity.logins import Logins
from web.pages.all import Parts

Coding = Callable[[Sequence[Payload]], Awaitable[list[Payload]]]

log = structlog.get_logger(__name__)

BOUND_BYTES = 8 * 1024 * 1024
"""Temporal takes no message of more than 4 MiB; in base64 it has a third more."""
MOST_PAYLOADS = 10_000
_NAMESPACE = "X-Namespace"
_HEADER: dict[str, Any] = {
    "name": _NAMESPACE,
    "required": False,
    "description": "the namespace of the payloads, as Temporal's tools say it",
    "schema": {"type": "string"},
}


class StoredPayload(BaseModel):
    """A payload in the JSON form of Temporal: its bytes are in base64."""

    metadata: dict[str, str] = {}
    data: str = ""


class StoredPayloads(BaseModel):
    """Payloads in the JSON form of Temporal."""

    payloads: list[StoredPayload] = Field(default=[], max_length=MOST_PAYLOADS)


@dataclass(frozen=True, slots=True)
class Codec:
    """What encrypts, and the origin of the Temporal UI that may use it; None if no page may."""

    codec: PayloadCodec
    ui: str | None = None


class CodecIdentity:
    """Finds out who asks: by a token as in the API, or by the session of a login as on pages."""

    def __init__(self, tokens: BearerTokens, logins: Logins | None) -> None:
        self._tokens = tokens
        self._logins = logins

    async def asker(self, request: Request) -> Asker:
        """Who asks. Raises Refused (401, 403, 503)."""
        if self._logins and "Authorization" not in request.headers:
            logged_in = await self._logins.asker(request)
            if logged_in:
                return logged_in
        return await self._tokens.asker(request)


class CodecEndpoint:
    """Serves the codec of the settings for one namespace."""

    def __init__(self, codec: PayloadCodec, namespace: str) -> None:
        self._codec = codec
        self._namespace = namespace

    async def decode(self, request: Request) -> Answer:
        """Decrypt payloads; those that are not encrypted stay as they are."""
        decoded = await self._coded(request, self._codec.decode)
        log.info("payloads.decrypted", source=asker_of(request).source, count=len(decoded))
        return _answer(decoded)

    async def encode(self, request: Request) -> Answer:
        """Encrypt payloads."""
        return _answer(await self._coded(request, self._codec.encode))

    async def _coded(self, request: Request, how: Coding) -> list[Payload]:
        """The payloads of a request, decrypted or encrypted. Raises Refused."""
        payloads = await self._payloads(request)
        try:
            return await how(payloads)
        except PayloadUnreadable as error:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            raise Refused(status, UNREADABLE, str(error)) from None

    async def _payloads(self, request: Request) -> list[Payload]:
        """The payloads of a request. Raises Refused."""
        asker_of(request).may(Scope.READ)
        named = request.headers.get(_NAMESPACE, self._namespace)
        if named != self._namespace:
            problem = f"is not {self._namespace}, whose keys this server has"
            raise _wrong(_NAMESPACE, problem)
        body = await read_body(request, StoredPayloads, bound=BOUND_BYTES)
        try:
            return list(ParseDict(body.model_dump(), Payloads()).payloads)
        except ParseError:
            raise _wrong("payloads", "have metadata or data that is not base64") from None

    def router(self, *guards: params.Depends) -> APIRouter:
        """The routes, each behind `guards`."""
        router = APIRouter(tags=["codec"], dependencies=guards)
        for how, verb in ((self.decode, "decrypt"), (self.encode, "encrypt")):
            router.add_api_route(
                f"{PATHS}{how.__name__}",
                how,
                methods=["POST"],
                summary=f"{verb} payloads for Temporal's tools",
                openapi_extra=takes(StoredPayloads, _HEADER),
                response_model=None,
                responses=answers(
                    401, 403, 413, 415, 422, ok_200=(StoredPayloads, f"the payloads, {verb}ed")
                ),
            )
        return router


def serve_codec(app: FastAPI, codec: Codec, parts: Parts, logins: Logins | None) -> None:
    """Serve the codec to whoever may read incidents; sessions of `logins` count, too."""
    endpoint = CodecEndpoint(codec.codec, parts.client.namespace)
    known = Identified(CodecIdentity(parts.tokens, logins).asker, parts.failures, parts.rates)
    serve(app, endpoint.router(Depends(known)))


def _answer(payloads: list[Payload]) -> Answer:
    said = {"payloads": [MessageToDict(payload) for payload in payloads]}
    return Answer(said, headers={"Cache-Control": "no-store"})


def _wrong(field: str, problem: str) -> Refused:
    status, message = HTTPStatus.UNPROCESSABLE_ENTITY, f"{field} {problem}"
    return Refused(status, "Malformed", message, fields=[(field, problem)])
