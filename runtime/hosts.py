"""Decides under which host names our HTTP servers may be reached."""

from collections.abc import Iterable, Sequence

from models.addresses import is_address, is_loopback

ANY = "*"


class Hosts:
    """Extra names, besides those that nobody else can point to this machine.

    A web page can make its own name resolve to any address, but it cannot make a browser send
    another name, or an IP address, in the Host header.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = {name.strip().lower().rstrip(".") for name in names if name.strip()}

    def know(self, said: Sequence[str]) -> bool:
        """Whether a request with these Host headers may come in."""
        if len(said) != 1:
            return False
        host = _without_port(said[0].strip().lower())
        known = is_address(host) or is_loopback(host) or host.rstrip(".") in self._names
        return known or ANY in self._names


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and (port.isdecimal() or not port) and not name.endswith(":") else host
