"""The clock sections of the incident report: outcomes, breaches, thresholds, doubts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import ClockReading, ClockStatus, FiredThreshold, RecordedBreach, Stage
from rules.clocks.doubts import doubts
from rules.clocks.recorded_breaches import breaches
from rules.incident_reports.sections import who
from rules.wording.clocks import by_calendar, counted, ranged
from rules.wording.markdown import bullets, plain, section, table, within
from rules.wording.times import Told, span


def outcome(reading: ClockReading) -> str:
    """The outcome of a clock, and by how much."""
    late = ""
    if reading.late_between is not None:
        open_still = reading.status is ClockStatus.INDETERMINATE
        late = "indeterminate: breached by " if open_still else "breached by "
        late += ranged(reading.late_between, reading)
    after = _after(reading)
    if reading.stage is Stage.COMPLETED:
        return late or f"met{after}, {counted(reading.remaining, reading)} to spare"
    if reading.stage is Stage.CANCELLED:
        return (
            f"{late}, then cancelled" if late else f"cancelled: its stop can no longer come{after}"
        )
    still = "paused" if reading.stage is Stage.PAUSED else "running"
    left = f"{still}, {counted(reading.remaining, reading)} left"
    return f"{late}, {still}" if late else f"{left}{after}"


def _after(reading: ClockReading) -> str:
    """The addition if the clock was breached, but no longer reads so."""
    if reading.status is ClockStatus.MET_UNDER_LATER_POLICY:
        return " under a later policy"
    if reading.status is ClockStatus.MET_AFTER_CORRECTION:
        return " after correction"
    return "; a breach of it was corrected" if reading.corrected else ""


def clocks(readings: Sequence[ClockReading], moment: Told) -> str:
    """Each run of each clock, with its outcome."""
    return table(
        ("Clock", "Run", "Outcome", "Target", "Elapsed", "Started", "Limit", "Stopped"),
        [
            (
                plain(reading.clock),
                str(reading.run),
                outcome(reading),
                within(by_calendar(reading.target, reading)),
                ranged(reading.elapsed_between, reading),
                moment(reading.started_at),
                moment(reading.breach_at) if reading.breach_at else "",
                moment(reading.stopped_at) if reading.stopped_at else "",
            )
            for reading in readings
        ],
    )


def _breach_row(breach: RecordedBreach, moment: Told) -> tuple[str, ...]:
    by = breach.corrected
    corrected = ""
    if by:
        under = f", under {plain(by.policy)}" if by.policy else ""
        why = f": {plain(by.reason)}" if by.reason else ", without a reason"
        corrected = f"{moment(by.at)} by {who(by.actor)} with {plain(by.command)}{under}{why}"
    return (
        plain(breach.clock),
        str(breach.run),
        moment(breach.due_at),
        moment(breach.fired_at),
        plain(", ".join(breach.actions)),
        plain(", ".join(breach.told)),
        corrected,
    )


def breach_section(incident: Incident, moment: Told) -> tuple[str, ...]:
    """Each breach, who heard of it, and what corrected it: a breach stays on record."""
    head = ("Clock", "Run", "Limit", "Fired", "Set off", "Told", "Corrected")
    rows = [_breach_row(breach, moment) for breach in breaches(incident)]
    return (section("Breaches", table(head, rows)),) if rows else ()


def doubt_section(incident: Incident, policy: CompiledPolicy, now: datetime) -> tuple[str, ...]:
    """The doubtful facts that somebody should check; no section if there are none."""
    found = [plain(str(doubt)) for doubt in doubts(policy, incident, now)]
    return (section("Doubtful", bullets(found)),) if found else ()


def _threshold_row(fired: FiredThreshold, moment: Told) -> tuple[str, ...]:
    late = fired.fired_at - fired.due_at
    return (
        plain(fired.clock),
        str(fired.run),
        plain(fired.threshold),
        moment(fired.due_at),
        moment(fired.fired_at),
        span(late) if late >= timedelta(seconds=1) else "on time",
        _taken_back(fired),
    )


def _taken_back(fired: FiredThreshold) -> str:
    if not fired.superseded:
        return ""
    later = fired.corrected is not None and fired.corrected.policy
    return "not under the later policy" if later else "taken back by a correction"


def thresholds(incident: Incident, moment: Told) -> str:
    """The thresholds that fired, in order."""
    head = ("Clock", "Run", "Threshold", "Due", "Fired", "Late by", "Remark")
    ordered = sorted(incident.fired, key=lambda fired: (fired.fired_at, fired.due_at))
    return table(head, [_threshold_row(fired, moment) for fired in ordered])
