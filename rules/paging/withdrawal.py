"""Which pages are no longer sent after an answer, or after the end of the incident.

The same rule applies to every queue of pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import Stage
from rules.updates.all_clocks import readings_of
from states.lifecycle import BEFORE_REVIEW


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why pages are withdrawn, whether the incident is `over`, and which clocks run on."""

    why: str
    over: bool = False
    running: frozenset[str] = frozenset()

    def covers(self, *, stays: bool, clocks: Iterable[str] = ()) -> bool:
        """Whether this withdraws a page.

        If answers do not withdraw the page, only the end of the incident does, unless one of the
        `clocks` that asked for the page outlives the response.
        """
        return not stays or (self.over and not self.running.intersection(clocks))


def withdrawal(why: str, incident: Incident, policy: CompiledPolicy, now: datetime) -> Withdrawal:
    """The withdrawal by an answer, or by the end of the incident."""
    if incident.state in BEFORE_REVIEW:
        return Withdrawal(why)
    running = (
        reading.clock
        for reading in readings_of(policy, incident, now)
        if reading.stage in {Stage.IN_PROGRESS, Stage.PAUSED}
    )
    return Withdrawal(why, over=True, running=frozenset(running))
