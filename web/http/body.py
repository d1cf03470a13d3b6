"""Request bodies: JSON only, read up to a limit, then validated strictly by their format."""

import json
from collections import Counter
from collections.abc import Callable
from email.message import Message
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from web.http.errors import Refused, malformed, no_json

BOUND_BYTES = 2 * 1024 * 1024
"""Enough for thousands of alerts. What goes on to Temporal must be smaller, and is."""
MEDIA_TYPE = "application/json"
"""The accepted type. A web page can post some other types to any address without permission."""
ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})

Body = TypeVar("Body", bound=BaseModel)


def _nowhere(_: Any) -> str:
    return ""


async def read_body(
    request: Request,
    form: type[Body],
    media_types: tuple[str, ...] = (),
    elsewhere: Callable[[Any], str] = _nowhere,
    *,
    bound: int = BOUND_BYTES,
) -> Body:
    """Read the body as a `form`, converting no type to another.

    The body may have one of `media_types` instead of JSON's, and at most `bound` bytes. For a body
    that does not fit, `elsewhere` says where it belongs. Raises Refused: 400, 413, 415 or 422.
    """
    _check_type(request, (MEDIA_TYPE, *media_types))
    received = await received_of(request, bound)
    try:
        body = form.model_validate_json(received, strict=True)
    except ValidationError as error:
        raise malformed(error, form.model_fields, _said_of(received, elsewhere)) from None
    _check_unambiguous(received)
    return body


def _said_of(received: bytes, elsewhere: Callable[[Any], str]) -> str:
    try:
        return elsewhere(json.loads(received))
    except (ValueError, RecursionError):
        return ""


def _check_type(request: Request, media_types: tuple[str, ...]) -> None:
    """Accept only uncompressed JSON in UTF-8."""
    said = Message()
    for value in request.headers.getlist("Content-Type"):
        said["Content-Type"] = value[:200]
    types = said.get_all("Content-Type", [])
    charset = str(said.get_param("charset", "utf-8")).lower()
    one = len(types) == 1 and said.get_content_type() in media_types
    if not one or charset not in ENCODINGS:
        named = " or ".join(media_types)
        raise _unsupported(f"the body must be sent with the header Content-Type: {named}")
    codings = request.headers.getlist("Content-Encoding")
    if any(coding.lower() != "identity" for coding in codings):
        raise _unsupported("the body must not be compressed: send it without Content-Encoding")


def _unsupported(message: str) -> Refused:
    return Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)


async def received_of(request: Request, bound: int) -> bytes:
    """The body as it came, of at most `bound` bytes. Raises Refused (413)."""
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:20]) > bound:
        raise _too_large(bound)
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > bound:
            raise _too_large(bound)
    return bytes(received)


def _too_large(bound: int) -> Refused:
    hint = "; Alertmanager's max_alerts keeps it smaller" if bound == BOUND_BYTES else ""
    message = f"the body is larger than {bound // 1024} KiB{hint}"
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "TooLarge", message)


def _check_unambiguous(body: bytes) -> None:
    """Refuse JSON that another parser may read differently."""
    try:
        json.loads(body, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise no_json(str(error)) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {twice[:100]!r} appears twice in one object")
    return found


def _no_number(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")
