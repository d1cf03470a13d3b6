"""The address of a client behind proxies."""

from typing import Any

import pytest

from web.http.forwarded import Forwarded


async def address_of(hops: int, *said: str) -> str:
    """The address that the application sees."""
    seen: list[str] = []

    async def app(scope: Any, *_: Any) -> None:
        seen.append(scope["client"][0])

    headers = [(b"x-forwarded-for", value.encode()) for value in said]
    scope: Any = {"type": "http", "client": ("10.0.0.1", 1), "headers": headers}

    async def nothing(*_: Any) -> Any:
        return None

    await Forwarded(app, hops)(scope, nothing, nothing)
    return seen[0]


@pytest.mark.parametrize(
    ("hops", "said", "address"),
    [
        (0, ["203.0.113.9"], "10.0.0.1"),
        (1, ["203.0.113.9"], "203.0.113.9"),
        (1, ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        (1, ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
        (2, ["1.1.1.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        (2, ["203.0.113.9"], "203.0.113.9"),
        (1, ["203.0.113.9:4711"], "203.0.113.9"),
        (1, ["[2001:db8::1]:4711"], "2001:db8::1"),
        (1, ["2001:db8::1"], "2001:db8::1"),
        (1, ["unknown"], "10.0.0.1"),
        (1, ["203.0.113.9\x1b[2J"], "10.0.0.1"),
        (1, [""], "10.0.0.1"),
        (1, [], "10.0.0.1"),
    ],
)
async def test_only_what_trusted_proxies_added_is_believed(
    hops: int, said: list[str], address: str
) -> None:
    """A client can claim any address in front of that; what is no address is not shown."""
    assert await address_of(hops, *said) == address
