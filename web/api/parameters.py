"""What parameters of a query may hold: texts that people can read, instants that can be told."""

from datetime import datetime
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


Words = Annotated[str, Field(max_length=TEXT_BOUND), AfterValidator(_readable)]
"""A name, a severity, or another short text."""
At = Annotated[Instant, AfterValidator(_in_time)]
"""An instant within the supported years."""
