"""What the query `lines` of an incident answers: the newest lines of its timeline."""

from pydantic import Field

from models.base import Frozen, Instant
from models.incident.record import TimelineEntry

LINES = "lines"
"""The name of the query."""


class LinesAsked(Frozen):
    """The lines after the one with the number `after`, and recorded later than `recorded_after`."""

    after: int = Field(default=-1, ge=-1)
    recorded_after: Instant | None = None


class Lines(Frozen):
    """These lines, oldest first; `more` follow them if an answer has no room for all.

    `first` and `last` are the numbers of the oldest and the newest line that the incident carries.
    Older lines are documents. Without any line, `last` is below `first`.
    """

    entries: tuple[TimelineEntry, ...] = ()
    first: int
    last: int
    more: bool = False
