"""Slows down clients that try wrong credentials.

Only failed attempts are counted, by address, so that nobody can lock out a token or link that is
right: it is looked at first.
"""

import time
from collections import OrderedDict
from http import HTTPStatus
from ipaddress import IPv6Address, IPv6Network, ip_address

from web.http.errors import Refused

MOST_FAILURES = 20
WINDOW_SECONDS = 60.0
NETWORK_BITS = 64
"""The size of the IPv6 network that one customer gets."""
MOST_ADDRESSES = 10_000
"""More addresses than these push out the one that was quiet for longest."""


class FailedAttempts:
    """Counts failed attempts of each address in the last minute.

    A client with one IPv6 address has a whole network of them, so these count together.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def failed(self, address: str) -> Refused | None:
        """Count a failed attempt; returns the refusal (429) if there were too many."""
        now, address = time.monotonic(), counted_as(address)
        began, count = self._seen.pop(address, (now, 0))
        if now - began >= WINDOW_SECONDS:
            began, count = now, 0
        self._seen[address] = (began, count + 1)
        if len(self._seen) > MOST_ADDRESSES:
            self._seen.popitem(last=False)
        if count < MOST_FAILURES:
            return None
        wait = max(1, int(began + WINDOW_SECONDS - now))
        message = f"too many attempts with wrong credentials: wait {wait} seconds"
        headers = {"Retry-After": str(wait)}
        return Refused(HTTPStatus.TOO_MANY_REQUESTS, "TooManyAttempts", message, headers=headers)


def counted_as(address: str) -> str:
    """What counts instead of an address: for IPv6, the /64 network that it is in."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    mapped = parsed.ipv4_mapped
    if mapped:
        return str(mapped)
    return str(IPv6Network((int(parsed), NETWORK_BITS), strict=False))
