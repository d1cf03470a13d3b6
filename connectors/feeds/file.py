"""Calendar feeds in files."""

import asyncio
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.errors import PermanentError, RetryableError
from connectors.feeds.protocol import FeedCopy, decoded

LARGEST_BYTES = 4 * 1024 * 1024
"""No real feed of shifts is larger."""


class FileFeed:
    """Reads a file each time it is asked."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path

    async def fetch(self, known: FeedCopy | None, *, timeout: timedelta) -> FeedCopy:  # noqa: ARG002 - a file is always read
        """The content of the file; see the protocol."""
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                data = await asyncio.to_thread(self._read)
        except TimeoutError:
            raise RetryableError(self.name, "the file could not be read in time") from None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise RetryableError(self.name, f"the file cannot be read ({why})") from None
        if len(data) > LARGEST_BYTES:
            raise PermanentError(self.name, f"is larger than {LARGEST_BYTES // 1024} KiB")
        return FeedCopy(decoded(data), datetime.now(UTC))

    def _read(self) -> bytes:
        """The content of the file, if it is a regular one.

        A pipe might never answer, so it is refused. Raises OSError, or PermanentError.
        """
        number = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(number, "rb") as stream:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise PermanentError(self.name, "its path names no file")
            return stream.read(LARGEST_BYTES + 1)
