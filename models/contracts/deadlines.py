"""Enforcing deadlines: which of the due thresholds still apply."""

from models.base import Frozen, Instant
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import DueThreshold

ENFORCE_DEADLINE = "enforce_deadline"


class ClockFacts(Frozen):
    """What enforce_deadline evaluates: the relevant rules, and the record without its story."""

    policy: CompiledPolicy
    incident: Incident


class EnforceDeadline(Frozen):
    """Input of enforce_deadline: the thresholds that came due by `now`."""

    incident_id: str
    now: Instant
    due: tuple[DueThreshold, ...]
    facts: ClockFacts


class Enforcement(Frozen):
    """Result of enforce_deadline: the thresholds that apply, and those that no longer do."""

    standing: tuple[DueThreshold, ...]
    moot: tuple[DueThreshold, ...] = ()
