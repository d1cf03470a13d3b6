"""How often each audience hears: a clock from one status update to the next."""

from datetime import datetime

from models.clock import Action, ActionKind, ClockReading, ClockStatus, DueThreshold, Stage
from models.compiled import Audience, CompiledPolicy
from models.incident import Incident
from states.lifecycle import BEFORE_REVIEW

PREFIX = "update:"


def _since(incident: Incident, audience: str) -> tuple[datetime, int]:
    """The newest update to the audience (or the report), and which run of the clock that is."""
    told = [update.at for update in incident.updates if audience in update.audiences]
    return max(told, default=incident.reported_at), len(told) + 1


def _expecting(policy: CompiledPolicy, incident: Incident) -> tuple[Audience, ...]:
    if incident.state not in BEFORE_REVIEW:
        return ()
    return tuple(a for a in policy.audiences if incident.severity in a.every)


def cadence_readings(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[ClockReading, ...]:
    """For each audience that expects updates at this severity, the clock to the next one."""
    readings = []
    for audience in _expecting(policy, incident):
        since, run = _since(incident, audience.name)
        every = audience.every[incident.severity]
        elapsed = max(now - since, now - now)
        late = elapsed > every
        readings.append(
            ClockReading(
                clock=PREFIX + audience.name,
                run=run,
                stage=Stage.IN_PROGRESS,
                status=ClockStatus.BREACHED if late else ClockStatus.ON_TRACK,
                started_at=since,
                target=every,
                elapsed=elapsed,
                remaining=max(every - elapsed, now - now),
                breach_at=since + every,
                late_by=elapsed - every if late else None,
            )
        )
    return tuple(readings)


def cadence_points(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[DueThreshold, ...]:
    """The next reminder for each audience; after an outage only the newest that was missed."""
    points = []
    for audience in _expecting(policy, incident):
        since, run = _since(incident, audience.name)
        every = audience.every[incident.severity]
        name = PREFIX + audience.name
        fired = [f.fraction for f in incident.fired if f.clock == name and f.run == run]
        missed = (now - since) // every if every else 0
        count = max(missed, int(max(fired, default=0)) + 1, 1)
        if count in fired:
            count += 1
        remind = Action(kind=ActionKind.REMIND, target=policy.communication_lead or "")
        points.append(
            DueThreshold(
                clock=name,
                run=run,
                threshold=f"{count * 100}%",
                fraction=count,
                due_at=since + every * count,
                actions=(remind,),
            )
        )
    return tuple(points)
