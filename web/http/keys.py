"""The header Idempotency-Key: the same request with the same key counts once."""

from http import HTTPStatus
from typing import Any

from fastapi import Request

from web.http.errors import Refused

KEY_HEADER = "Idempotency-Key"
KEY_BOUND = 200
IDEMPOTENCY: dict[str, Any] = {
    "name": KEY_HEADER,
    "required": False,
    "description": "the same request with the same key counts once, today and tomorrow",
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
