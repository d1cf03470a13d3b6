"""The protocol of document stores."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol
from urllib.parse import quote

from connectors.errors import PermanentError

STORE = "documents"
LARGEST_BYTES = 64 * 1024 * 1024
"""No document that the engine reads is larger."""
_TOLD_BY = 16
_SEGMENT = re.compile(r"[A-Za-z0-9_~%@=+-][A-Za-z0-9_.~%@=+-]{0,249}")


class DocumentConflict(PermanentError):  # noqa: N818 - names what is, as the glossary does
    """Another document is already kept under this path."""


class DocumentMissing(PermanentError):  # noqa: N818 - names what is, as the glossary does
    """No document is kept under this path."""


class DocumentTooLarge(PermanentError):  # noqa: N818 - names what is, as the glossary does
    """What is kept under this path is larger than any document that the engine writes there."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A kept document. `created` is False if it was there already."""

    uri: str
    sha256: str
    created: bool


class DocumentStore(Protocol):
    """Keeps documents under paths such as `incidents/INC-1/report.md`; each is written once."""

    async def put(self, path: str, data: bytes) -> StoredDocument:
        """Keep `data` under `path`; the same bytes again succeed.

        Raises DocumentConflict if other bytes are kept there, PermanentError if the path is unsafe,
        and RetryableError if the store cannot be reached or written.
        """

    async def get(self, path: str, most: int = LARGEST_BYTES) -> bytes:
        """The document kept under `path`.

        Raises DocumentMissing, DocumentTooLarge if it has more than `most` bytes, or as `put`. It
        never reads more than that: other writers of the store can put anything there.
        """

    async def exists(self, path: str) -> bool:
        """Whether anything is kept under `path`. Raises as `put`."""


async def put_beside(store: DocumentStore, path: str, data: bytes) -> StoredDocument:
    """Keep `data` under `path`, or beside it if a different document is there.

    A document that is there counts as ours only if it is identical, byte by byte. Raises as `put`.
    """
    try:
        return await store.put(path, data)
    except DocumentConflict:
        return await store.put(beside(path, sha256(data).hexdigest()), data)


def beside(path: str, digest: str) -> str:
    """The path to use if another document has `path`; its SHA-256 `digest` makes it unique."""
    stem, dot, ending = path.rpartition(".")
    return f"{stem}-{digest[:_TOLD_BY]}{dot}{ending}"


def safe_name(text: str) -> str:
    """`text` as one segment of a path; percent-encodes what a file system cannot take."""
    quoted = quote(text, safe="")
    return f"%2E{quoted[1:]}" if quoted.startswith(".") else quoted or "%"


def checked_path(path: str) -> str:
    """Return `path` if each segment is safe on every store. Raises PermanentError."""
    if not all(_SEGMENT.fullmatch(segment) for segment in path.split("/")):
        raise PermanentError(STORE, "the path of a document is not safe")
    return path
