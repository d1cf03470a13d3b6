"""Calendar feeds in files."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.errors import PermanentError, RetryableError
from connectors.feeds.protocol import FeedCopy, decoded
from connectors.untrusted_files import NoRegularFile, TooLarge, read_regular

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
                data = await asyncio.to_thread(read_regular, self._path, LARGEST_BYTES)
        except TimeoutError:
            raise RetryableError(self.name, "the file could not be read in time") from None
        except NoRegularFile:
            raise PermanentError(self.name, "its path names no file") from None
        except TooLarge:
            larger = f"is larger than {LARGEST_BYTES // 1024} KiB"
            raise PermanentError(self.name, larger) from None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise RetryableError(self.name, f"the file cannot be read ({why})") from None
        return FeedCopy(decoded(data), datetime.now(UTC))
