"""What every place that a calendar feed comes from does."""

import codecs
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Copy:
    """The text of a feed as it was at an instant, and what its place calls this version of it."""

    text: str
    as_of: datetime
    etag: str = ""
    last_modified: str = ""


def decoded(data: bytes) -> str:
    """The text of a feed: UTF-8, unless its byte order mark says UTF-16."""
    utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if utf_16 else "utf-8-sig", errors="replace")


class CalendarFeed(Protocol):
    """A place that a feed comes from."""

    name: str

    async def fetch(self, known: Copy | None, *, timeout: timedelta) -> Copy:
        """The feed as it is now; where its place says that `known` still holds, that, dated anew.

        Raises PermanentError or RetryableError.
        """
