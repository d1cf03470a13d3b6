"""Calendar feeds that cannot be read for a while."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.errors import RetryableError
from connectors.feeds.directory import FeedDirectory, FeedReading
from models.people.schedule import FeedEvent

ANA = FeedEvent(datetime(2000, 1, 1, tzinfo=UTC), datetime(2190, 1, 1, tzinfo=UTC), "ana")


class SlowFeeds(FeedDirectory):
    """Every feed has ana on call, after so many requests in vain."""

    def __init__(self, in_vain: int = 0) -> None:
        super().__init__({}, Path("nowhere"))
        self.in_vain = in_vain

    async def read(
        self, name: str, start: datetime, end: datetime, *, timeout: timedelta
    ) -> FeedReading:
        """Raises RetryableError while the copy is still being read."""
        if self.in_vain:
            self.in_vain -= 1
            raise RetryableError(name, "its copy is still being read")
        return FeedReading((ANA,), datetime.now(UTC))
