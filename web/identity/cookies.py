"""Signed cookies, and forms that only a page of the same browser can send.

A cookie says what the server must know about a browser, so that nothing about it is stored here.
"""

from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from connectors.signed_links import BadLink, LinkKeys
from models.base import Frozen
from web.http.errors import Refused

LONGEST_SESSION = timedelta(hours=12)
LONGEST_COOKIE = 3500
"""Browsers keep about 4,000 characters of a cookie."""
FORM_LIMIT_BYTES = 64 * 1024
MOST_FIELDS = 300
FORM_TYPE = "application/x-www-form-urlencoded"
PROOF_FIELD = "form"
_FORM = "form"

Said = TypeVar("Said")


@dataclass(frozen=True, slots=True)
class Cookies:
    """Signs and reads cookies. Over TLS, a cookie is for this host alone."""

    keys: LinkKeys
    tls: bool

    def named(self, name: str) -> str:
        """The name under which the browser keeps a cookie."""
        return f"__Host-{name}" if self.tls else name

    def signed(self, name: str, said: Any) -> str:
        """The value of a cookie that says something in JSON."""
        return self.keys.sign(said, _salt(name))

    def keep(self, answer: Response, name: str, value: str, seconds: int) -> None:
        """Let the browser keep a cookie's value."""
        answer.set_cookie(
            self.named(name),
            value,
            max_age=max(0, seconds),
            path="/",
            secure=self.tls,
            httponly=True,
            samesite="lax",
        )

    def forget(self, answer: Response, name: str) -> None:
        """Let the browser forget a cookie."""
        answer.delete_cookie(
            self.named(name), path="/", secure=self.tls, httponly=True, samesite="lax"
        )

    def kept(self, request: Request, name: str, kind: TypeAdapter[Said]) -> Said | None:
        """What the browser keeps; None if nothing, or if nobody signed it."""
        given = request.cookies.get(self.named(name), "")
        if not 0 < len(given) <= LONGEST_COOKIE:
            return None
        try:
            return kind.validate_python(self.keys.verified(given, _salt(name)))
        except (BadLink, ValidationError):
            return None

    def proof(self, session: Frozen) -> str:
        """What a form of a session must carry, so that no other page can send it."""
        return self.keys.proof_of(session.model_dump_json(), _FORM)

    async def form(self, request: Request, session: Frozen | None, lost: str) -> dict[str, str]:
        """The fields of a form, if a page of this session sent it.

        Raises Refused; with `lost` if another page sent it.
        """
        fields, ours = await self.fields(request, session)
        if not ours:
            raise Refused(HTTPStatus.FORBIDDEN, "NotAuthenticated", lost)
        return fields

    async def fields(
        self, request: Request, session: Frozen | None, limit: int = FORM_LIMIT_BYTES
    ) -> tuple[dict[str, str], bool]:
        """The fields of a form, and whether a page of this session sent it. Raises Refused."""
        fields = await read_form(request, limit)
        given = fields.pop(PROOF_FIELD, "").encode()
        ours = session is not None and compare_digest(given, self.proof(session).encode())
        return fields, ours


def _salt(name: str) -> str:
    """A cookie of one name is none of another name."""
    return f"cookie {name}"


async def read_form(request: Request, limit: int = FORM_LIMIT_BYTES) -> dict[str, str]:
    """The fields of a form; a field that comes several times has its values as lines.

    Raises Refused.
    """
    said = request.headers.get("Content-Type", "")
    if said.partition(";")[0].strip().lower() != FORM_TYPE:
        message = f"a form is sent as {FORM_TYPE}"
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit:
            message = f"the form is larger than {limit // 1024} KiB"
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "TooLarge", message)
    try:
        pairs = parse_qsl(
            received.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except (ValueError, UnicodeDecodeError):
        message = "the form cannot be read"
        raise Refused(HTTPStatus.BAD_REQUEST, "Malformed", message) from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return {name: "\n".join(values) for name, values in fields.items()}
