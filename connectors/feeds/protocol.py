"""The protocol of calendar feeds."""

import codecs
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FeedCopy:
    """The text of a feed at an instant, and the version that its place gives it."""

    text: str
    as_of: datetime
    etag: str = ""
    last_modified: str = ""


LONGEST_VERSION = 200


def version_header(said: object) -> str:
    """What a place calls its version, if it can be sent back in a header; otherwise nothing.

    The next request would fail, or be too long to be accepted, so the feed would never be renewed.
    """
    sendable = isinstance(said, str) and said.isascii() and said.isprintable()
    return str(said) if sendable and len(str(said)) <= LONGEST_VERSION else ""


def decoded(data: bytes) -> str:
    """Decode the text of a feed: UTF-8, or UTF-16 if its byte order mark says so."""
    utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if utf_16 else "utf-8-sig", errors="replace")


class Feed(Protocol):
    """A place from which a feed comes."""

    name: str

    async def fetch(self, known: FeedCopy | None, *, timeout: timedelta) -> FeedCopy:
        """The feed as it is now; `known` with a new date if the place says that it did not change.

        Raises PermanentError or RetryableError. Any other error is a failure, too.
        """
