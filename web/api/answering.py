"""Answers a read: as JSON, with an ETag, so that clients that poll get a body only on a change."""

from hashlib import sha256
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from web.http.errors import Answer
from web.http.etags import asker_has

_MOVES = frozenset({"now", "elapsed", "remaining", "late_by", "elapsed_at_least"}) | frozenset(
    {"elapsed_at_most", "late_by_at_least", "late_by_at_most"}
)
"""Members that change with every second although nothing happened."""


def etag_of(content: Any) -> str:
    """A weak ETag: two answers that differ only in the time that passes have the same."""
    return f'W/"{sha256(repr(_still(content)).encode("utf-8", "replace")).hexdigest()[:24]}"'


def _still(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _still(value) for name, value in content.items() if name not in _MOVES}
    if isinstance(content, list):
        return [_still(value) for value in content]
    return content


def answered(request: Request, content: Any) -> Response:
    """The answer, or 304 if the asker has it already."""
    headers, known = _headers(request, content)
    return _unchanged(headers) if known else Answer(content, headers=headers)


def answered_in_markdown(request: Request, text: str) -> Response:
    """The same for a document. Browsers do not guess what it is."""
    headers, known = _headers(request, text)
    if known:
        return _unchanged(headers)
    headers["X-Content-Type-Options"] = "nosniff"
    return Response(text, headers=headers, media_type="text/markdown")


def _headers(request: Request, content: Any) -> tuple[dict[str, str], bool]:
    """The headers of an answer, and whether the asker has it already."""
    tag = etag_of(content)
    return {"ETag": tag, "Cache-Control": "no-store"}, asker_has(request, tag)


def _unchanged(headers: dict[str, str]) -> Response:
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
