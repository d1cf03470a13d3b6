"""The header Idempotency-Key: the same request with the same key counts once."""

from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import Request

from web.http.errors import Refused

KEY_HEADER = "Idempotency-Key"
KEY_BOUND = 200
OWNED = "\N{RIGHTWARDS ARROW}"
"""Between the owner of a key and the key; headers have only characters of Latin-1."""
IDEMPOTENCY: dict[str, Any] = {
    "name": KEY_HEADER,
    "required": False,
    "description": "the same request with the same key counts once; a report for 14 days (as "
    "long as Temporal has its incident)",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_BOUND},
}


def idempotency_key(request: Request) -> str | None:
    """The key of a request, if it has one. Raises Refused (422)."""
    keys = request.headers.getlist(KEY_HEADER)
    if not keys:
        return None
    if len(keys) > 1 or not 0 < len(keys[0]) <= KEY_BOUND:
        problem = f"must appear once, and have 1 to {KEY_BOUND} characters"
        fields = [(KEY_HEADER, problem)]
        message = f"{KEY_HEADER} {problem}"
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "Malformed", message, fields=fields)
    return keys[0]


def key_of(owner: str | None, key: str) -> str:
    """A key as the engine keeps it: whoever has a credential has keys of their own.

    A claim has no owner, and cannot write the sign between them, so it uses up nobody's key.
    """
    if owner is None:
        return key.replace(OWNED, "-")
    own = f"{quote(owner, safe=' @')}{OWNED}{key}"
    return own if len(own) <= KEY_BOUND else f"{OWNED}{sha256(own.encode()).hexdigest()}"
