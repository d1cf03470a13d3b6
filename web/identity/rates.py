"""Bounds how often somebody asks, so that one credential cannot take all of the web server.

Somebody may ask many times at once, and then so many times a second. Only who floods notices it.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from math import ceil

from web.http.errors import Refused, unavailable
from web.identity.asker import Asker

MOST_ASKERS = 10_000
"""More askers than these push out the one that was quiet for longest."""

TooMany = Callable[[int], Refused]
"""Makes the refusal for somebody who has to wait so many seconds."""


def too_many(seconds: int) -> Refused:
    """The refusal for people and tools."""
    message = f"too many requests: wait {_seconds(seconds)}"
    headers = {"Retry-After": str(seconds)}
    return Refused(HTTPStatus.TOO_MANY_REQUESTS, "TooManyRequests", message, headers=headers)


def _seconds(count: int) -> str:
    return f"{count} second{'s' * (count != 1)}"


def busy(seconds: int) -> Refused:
    """The refusal for senders of alerts, which send again only after a 5xx."""
    return unavailable("Busy", f"too many deliveries: wait {_seconds(seconds)}")


class Rates:
    """Counts the requests of each asker: `burst` at once, then `per_second` more each second."""

    def __init__(
        self,
        burst: int = 1000,
        per_second: float = 100.0,
        refuse: TooMany = too_many,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = float(burst)
        self._per_second = per_second
        self._refuse = refuse
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, asker: Asker, address: str) -> None:
        """Count a request. Raises Refused if there are too many.

        Without a credential of its own, an asker is told apart by the address.
        """
        who = asker.source if asker.owner else f"{asker.source} {asker.name or ''} {address}"
        now = self._clock()
        at, left = self._left.pop(who, (now, self._burst))
        left = min(self._burst, left + (now - at) * self._per_second)
        enough = left >= 1
        self._left[who] = (now, left - 1 if enough else left)
        if len(self._left) > MOST_ASKERS:
            self._left.popitem(last=False)
        if not enough:
            raise self._refuse(max(1, ceil((1 - left) / self._per_second)))


def of_alerts() -> Rates:
    """The rates of senders of alerts: a storm comes at once, and nothing of it may be lost."""
    return Rates(5000, 200.0, busy)
