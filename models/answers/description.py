"""What the server knows about an incident without a worker."""

from dataclasses import dataclass
from datetime import datetime

RESETTABLE = frozenset({"terminated", "timed out"})
"""A reset continues before these endings. Before an answer of the run, it would answer the same."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an incident's run was ended from outside, or failed, before the incident was over.

    `how` says it in words; `by` and `why` are empty if nobody gave them.
    """

    how: str
    at: datetime
    why: str = ""
    by: str = ""

    @property
    def resettable(self) -> bool:
        """Whether a reset continues the run where it was."""
        return self.how in RESETTABLE


@dataclass(frozen=True, slots=True)
class Description:
    """The newest run of an incident: whether it is open, and its last visible state.

    `ending` is set if the run did not end by itself; `report_digest` is set if the run records the
    report that it began with.
    """

    incident_id: str
    run_id: str
    running: bool
    state: str | None = None
    service: str | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    report_digest: str | None = None
    ending: Ending | None = None
