"""Conditional reads: who has the answer already gets no body."""

from fastapi import Request


def asker_has(request: Request, tag: str) -> bool:
    """Whether `If-None-Match` of a request names the ETag `tag`."""
    known = request.headers.get("If-None-Match", "")
    return tag in {part.strip() for part in known.split(",")}
