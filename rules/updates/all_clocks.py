"""Every clock of an incident as it reads: those of the policy, and the cadence of updates."""

from datetime import datetime

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import ClockReading
from rules.clocks.clocks import read_clocks
from rules.record.once import once
from rules.updates.cadence import cadence_readings


@once
def readings_of(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[ClockReading, ...]:
    """Every clock of the incident, with the cadence of updates."""
    return (*read_clocks(policy, incident, now), *cadence_readings(policy, incident, now))
