"""Instants as senders write them."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime
from pydantic_core import PydanticCustomError

from models.base import LAST_YEAR

EARLIEST_YEAR, LATEST_YEAR = 1970, LAST_YEAR


def _in_history(at: datetime) -> datetime:
    if not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        raise PydanticCustomError(
            "instant", "must be an instant such as 2026-11-01T12:00:00Z, after 1970"
        )
    return at.astimezone(UTC)


def _or_none(at: datetime) -> datetime | None:
    """The zero instant of Go, in any zone; it means "none"."""
    return at.astimezone(UTC) if EARLIEST_YEAR <= at.year <= LATEST_YEAR else None


Began = Annotated[AwareDatetime, AfterValidator(_in_history)]
Ended = Annotated[AwareDatetime, AfterValidator(_or_none)]
"""When the alert ended; None if the sender wrote an instant that means "none"."""
