"""Makes attempts one after the other; after a failure it waits."""

from collections.abc import Coroutine, Iterable
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


class NamedAttempts:
    """Owns the same for each of several names, and how often each has failed since it succeeded."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._busy: set[str] = set()
        self._not_before: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}

    def again_at(self, names: Iterable[str]) -> datetime | None:
        """When to make the next attempt for one of these names; None if none of them waits."""
        waiting = (
            self._not_before[n] for n in names if n in self._not_before and n not in self._busy
        )
        return min(waiting, default=None)

    def may_begin(self, name: str, now: datetime) -> bool:
        """Whether an attempt for a name may begin now."""
        return name not in self._busy and self._not_before.get(name, now) <= now

    def begin(self, name: str, attempt: Coroutine[Any, Any, None]) -> None:
        """Start an attempt alongside the rest. It says itself how it ended."""
        self._busy.add(name)
        self._desk.launch(self._made(name, attempt))

    def failed(self, name: str) -> int:
        """Count a failure; returns how many there were in a row."""
        self._failures[name] = self._failures.get(name, 0) + 1
        return self._failures[name]

    def begin_anew(self, name: str) -> None:
        """Forget the failures: it succeeded, or nobody tries any more."""
        self._failures.pop(name, None)

    def wait(self, name: str, length: timedelta) -> None:
        """Make no attempt for a name before this time has passed."""
        self._not_before[name] = self._desk.now() + length

    async def _made(self, name: str, attempt: Coroutine[Any, Any, None]) -> None:
        try:
            await attempt
        finally:
            self._busy.discard(name)
