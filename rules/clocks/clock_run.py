"""One run of a clock, and which ends of its incident it outlives."""

from dataclasses import dataclass
from datetime import datetime

from models.incident.record import Incident
from models.time.clock import ClockSpec
from rules.time.segments import Span

MERGED = frozenset({"merged", "merged_into", "duplicate", "duplicate_of"})
"""Reasons of a cancellation after which another incident goes on with the matter."""


@dataclass(frozen=True, slots=True)
class ClockRun:
    """One run of a clock, open until it is stopped or cancelled. Its `gaps` do not count."""

    number: int
    started_at: datetime
    gaps: tuple[Span, ...] = ()
    stopped_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def ended_at(self) -> datetime | None:
        """When the run stopped or was cancelled."""
        return self.stopped_at or self.cancelled_at


def outlives_the_end(spec: ClockSpec, milestone: str, incident: Incident) -> bool:
    """Whether the clock goes on although the incident ended by this milestone."""
    if isinstance(spec.outlives, bool):
        return spec.outlives
    if milestone == "cancelled":
        return ("merge" if incident.cancelled_for in MERGED else "cancel") in spec.outlives
    if milestone == "closed":
        return bool({"close", "resolve"} & set(spec.outlives))
    return "resolve" in spec.outlives
