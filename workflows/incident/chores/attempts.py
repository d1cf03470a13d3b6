"""Makes attempts one after the other; after a failure it waits a minute."""

from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

from workflows.incident.desk import Desk

AGAIN_AFTER = timedelta(minutes=1)


class Attempts:
    """Owns whether an attempt is under way, and when a failed one may be made again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._busy = False
        self._not_before: datetime | None = None

    @property
    def under_way(self) -> bool:
        """Whether an attempt is under way."""
        return self._busy

    @property
    def again_at(self) -> datetime | None:
        """When to make a failed attempt again."""
        return None if self._busy else self._not_before

    def may_begin(self, now: datetime) -> bool:
        """Whether an attempt may begin now."""
        return not self._busy and (self._not_before is None or now >= self._not_before)

    def begin(self, attempt: Coroutine[Any, Any, bool]) -> None:
        """Start an attempt alongside the rest; it returns whether it succeeded."""
        self._busy = True
        self._desk.launch(self._made(attempt))

    async def _made(self, attempt: Coroutine[Any, Any, bool]) -> None:
        try:
            done = await attempt
            self._not_before = None if done else self._desk.now() + AGAIN_AFTER
        finally:
            self._busy = False
