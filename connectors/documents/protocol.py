"""What every document store does."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol
from urllib.parse import quote

from connectors.errors import PermanentError

STORE = "documents"
_TOLD_BY = 16
_SEGMENT = re.compile(r"[A-Za-z0-9_~%@=+-][A-Za-z0-9_.~%@=+-]{0,249}")


class DocumentConflict(PermanentError):  # noqa: N818 - names what is, as the glossary does
    """Another document is already kept under this path."""


class DocumentMissing(PermanentError):  # noqa: N818 - names what is, as the glossary does
    """No document is kept under this path."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document that is kept. `created` is False where it was there already."""

    uri: str
    sha256: str
    created: bool


class DocumentStore(Protocol):
    """Keeps documents under paths such as `incidents/INC-1/report.md`; each is written once."""

    async def put(self, path: str, data: bytes) -> StoredDocument:
        """Keep `data` under `path`; the same bytes again succeed.

        Raises DocumentConflict where other bytes are kept there, PermanentError where the path
        is unsafe, RetryableError where the store cannot be reached or written.
        """

    async def get(self, path: str) -> bytes:
        """What is kept under `path`. Raises DocumentMissing, or as `put`."""

    async def exists(self, path: str) -> bool:
        """Whether anything is kept under `path`. Raises as `put`."""


async def put_beside(store: DocumentStore, path: str, data: bytes) -> StoredDocument:
    """Keep `data` under `path`, or beside it where somebody else's document lies there.

    What lies where we would write is not taken for ours unless it is, byte by byte. Raises as
    `put`.
    """
    try:
        return await store.put(path, data)
    except DocumentConflict:
        return await store.put(beside(path, sha256(data).hexdigest()), data)


def beside(path: str, digest: str) -> str:
    """The path of a document whose own path another one has; its SHA-256 tells it from others."""
    stem, dot, ending = path.rpartition(".")
    return f"{stem}-{digest[:_TOLD_BY]}{dot}{ending}"


def safe_name(text: str) -> str:
    """`text` as one segment of a path: what no file system should see is percent-encoded."""
    quoted = quote(text, safe="")
    return re.sub(r"^\.", "%2E", quoted) or "%"


def checked_path(path: str) -> str:
    """`path`, if each of its segments is safe on every store. Raises PermanentError."""
    if not all(_SEGMENT.fullmatch(segment) for segment in path.split("/")):
        raise PermanentError(STORE, "the path of a document is not safe")
    return path
