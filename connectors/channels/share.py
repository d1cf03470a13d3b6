"""The share of a worker that events may take: tools that do not answer leave room for people."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from connectors.errors import RetryableError

MOST_OF_A_CHANNEL = 5
MOST_TOGETHER = 25
"""How many events a process sends at a time; it has room for twice as many notices."""


class Share:
    """Counts the events that are on their way."""

    def __init__(self) -> None:
        self._on_their_way: Counter[str] = Counter()

    @contextmanager
    def of(self, channel: str) -> Iterator[None]:
        """Room for one event. Raises RetryableError if there is none now."""
        own, every = self._on_their_way[channel], self._on_their_way.total()
        if own >= MOST_OF_A_CHANNEL or every >= MOST_TOGETHER:
            raise RetryableError(channel, "too many events are on their way already")
        self._on_their_way[channel] += 1
        try:
            yield
        finally:
            self._on_their_way[channel] -= 1
