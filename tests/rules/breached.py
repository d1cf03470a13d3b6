"""Makes thresholds that fired, alone or as the engine fires them."""

from datetime import datetime
from typing import Any

from models.base import ENGINE
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import Correction, FiredThreshold
from rules.deadlines.due import due_thresholds
from rules.deadlines.standing_thresholds import as_fired, fired_words
from rules.record.timeline import note, with_fired
from tests.specimens import ANA, POLICY, after

CORRECTED = Correction(
    command="acknow*ledge", actor=ANA, at=after(20), reason="said it by ph*one", policy="New* 2"
)


def a_threshold(
    threshold: str, due: float, at: float, *, superseded: bool = False
) -> FiredThreshold:
    """A threshold that fired."""
    return FiredThreshold(
        clock="assess",
        run=2,
        threshold=threshold,
        fraction=1.0 if threshold.startswith("100%") else 0.5,
        due_at=after(due),
        fired_at=after(at),
        superseded=superseded,
        actions=("notify st*akeholders",),
        corrected=CORRECTED if superseded else None,
    )


def fired(incident: Incident, now: datetime, policy: CompiledPolicy = POLICY) -> Incident:
    """The incident after everything that is due by `now` fired."""
    for point in due_thresholds(policy, incident, now):
        told = as_fired(point, policy, incident, now)
        kind, words = fired_words(point, policy, incident, now)
        incident = with_fired(incident, told)
        facts: dict[str, Any] = {"clock": point.clock, "run": point.run}
        facts |= {"threshold": point.threshold, "due_at": point.due_at.isoformat()}
        incident = note(incident, kind, words, actor=ENGINE, now=now, **facts)
    return incident
