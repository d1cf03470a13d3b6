"""How often an audience hears, as an incident carries it."""

from pydantic import Field

from models.base import Frozen, Seconds
from models.time.clock import Target


class Slower(Frozen):
    """A slower pace that people may declare: not before `decided_after`, in force `begins_after`.

    Both count from the report.
    """

    every: Target
    begins_after: Seconds
    decided_after: Seconds


class Rhythm(Frozen):
    """The time from one status update to the next.

    `in_state` are other paces while the incident is in a state; `later` are paces that begin some
    time after the report. If `once` is true, a single update is enough.
    """

    every: Target
    once: bool = False
    in_state: dict[str, Target] = Field(default_factory=dict)
    later: tuple[tuple[Seconds, Target], ...] = ()
    slower: Slower | None = None
