"""Instants as the console shows them: in the time zone of the policy, or in UTC."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from rules.wording import times

UTC_NAME = "UTC"
InUtc = Annotated[
    bool, typer.Option("--utc", help="show times in UTC instead of the time zone of the policy")
]
_zone: ContextVar[tzinfo | None] = ContextVar("zone", default=None)


@contextmanager
def times_in(name: str, *, utc: bool) -> Iterator[None]:
    """Show instants in a zone inside the block; in UTC, if this machine does not know the zone."""
    zone = None
    if not utc and name != UTC_NAME:
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            zone = None
    before = _zone.set(zone)
    try:
        yield
    finally:
        _zone.reset(before)


def moment(at: datetime | None) -> str:
    """An instant to the second, with its zone, such as `2026-03-27 17:50:00 CET`; "" if none."""
    zone = _zone.get()
    return times.moment(at) if at is None or zone is None else times.in_local(at, zone)
