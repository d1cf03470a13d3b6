"""What need not be sent any more once somebody answered, or the incident is over.

It is one rule for every queue in which a page can be.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.clock import Stage
from models.compiled import CompiledPolicy
from models.incident import Incident
from rules.updates.readings import readings_of
from states.lifecycle import BEFORE_REVIEW


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why pages are withdrawn, whether the incident is `over`, and which clocks run on."""

    why: str
    over: bool = False
    running: frozenset[str] = frozenset()

    def covers(self, *, stays: bool, clocks: Iterable[str] = ()) -> bool:
        """Whether it is about a page: one that no answer withdraws only the end does.

        And the end does not, if one of the `clocks` that asked for it outlives the response.
        """
        return not stays or (self.over and not self.running.intersection(clocks))


def withdrawal(why: str, incident: Incident, policy: CompiledPolicy, now: datetime) -> Withdrawal:
    """What an answer withdraws, or the end of the incident."""
    if incident.state in BEFORE_REVIEW:
        return Withdrawal(why)
    running = (
        reading.clock
        for reading in readings_of(policy, incident, now)
        if reading.stage in {Stage.IN_PROGRESS, Stage.PAUSED}
    )
    return Withdrawal(why, over=True, running=frozenset(running))
