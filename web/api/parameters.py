"""What parameters of a query may hold: texts that people can read, instants that can be told."""

from datetime import UTC, datetime, tzinfo
from typing import Annotated

from pydantic import AfterValidator, Field

from models.base import Instant
from rules.record.bounds import out_of_time

TEXT_BOUND = 200


def _readable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("has characters that nobody can read")
    return text


def _in_time(at: datetime) -> datetime:
    problem = out_of_time(at)
    if problem:
        raise ValueError(problem)
    return at


def instant_in(text: str, zone: tzinfo | None = None) -> datetime:
    """The instant that somebody wrote, in UTC; without a zone it is local time of `zone`.

    Raises ValueError, which says what is wrong.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("is no date and time") from None
    if at.tzinfo is None and zone is None:
        raise ValueError("has no time zone")
    try:
        return _in_time((at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC))
    except OverflowError:
        raise ValueError("lies outside the calendar") from None


Words = Annotated[str, Field(max_length=TEXT_BOUND), AfterValidator(_readable)]
"""A name, a severity, or another short text."""
At = Annotated[Instant, AfterValidator(_in_time)]
"""An instant within the supported years."""
