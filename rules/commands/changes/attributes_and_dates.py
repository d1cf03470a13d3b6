"""Attributes and dates of an incident, and extensions of its clocks."""

from models.base import ENGINE
from models.command import ExtendClockCommand, SetAttributeCommand, SetDateCommand
from models.incident.record import Extension, Incident, PlannedDate
from models.incident.timeline import EntryKind
from models.policy.values.durations import format_duration
from rules.clocks.clocks import CountedRun, counted_runs
from rules.record.decision import Case, Decision, Outcome, Refusal
from rules.record.steps import refusal_of_unknown_name
from rules.severity.changes import set_attributes
from rules.wording.times import in_utc, in_utc_minutes


def set_attribute(case: Case, command: SetAttributeCommand) -> Outcome:
    """Set an attribute; the severity follows if the policy says how."""
    return set_attributes(case, {command.attribute: command.value}, command.note)


def set_date(case: Case, command: SetDateCommand) -> Outcome:
    """Plan a date of the policy, or move it; clocks that count back from it move too."""
    if command.date not in case.policy.dates:
        return refusal_of_unknown_name("date", command.date, case.policy.dates)
    if command.at <= case.now and case.policy.closes_detours:
        message = f"{command.date} lies in the past: {in_utc(command.at)}; a date is still to come"
        return Refusal("Refused", message, ("at",))
    before = next((d for d in reversed(case.incident.dates) if d.name == command.date), None)
    others = tuple(d for d in case.incident.dates if d is not before)
    if before and before.at <= case.now < command.at:
        # A date that has passed stays on the record, and another one is planned.
        others = case.incident.dates
    planned = PlannedDate(name=command.date, at=command.at, actor=case.actor)
    summary = f"{command.date} is on {in_utc_minutes(command.at)}"
    summary += f", no longer on {in_utc_minutes(before.at)}" if before else ""
    incident = case.incident.changed(dates=(*others, planned))
    incident = case.noted_now(
        incident,
        EntryKind.DATE_SET,
        summary,
        date=command.date,
        at=command.at.isoformat(),
        was=before.at.isoformat() if before else None,
    )
    return Decision(incident, summary)


def extend_clock(case: Case, command: ExtendClockCommand) -> Outcome:
    """Move the limit of a clock further away; extensions add up."""
    extendable = tuple(spec.name for spec in case.policy.clocks if spec.extendable)
    if case.policy.clock(command.clock) is None:
        return refusal_of_unknown_name(
            "clock", command.clock, tuple(spec.name for spec in case.policy.clocks)
        )
    if command.clock not in extendable:
        may = ", ".join(extendable) or "none"
        message = f"the policy does not allow extending {command.clock}; it allows: {may}"
        return Refusal("Refused", message)
    if not command.note and case.actor != ENGINE:
        return Refusal("Refused", f"extending {command.clock} needs a reason: note", ("note",))
    if not any(c.run.ended_at is None for c in _of(case, case.incident, command.clock)):
        return Refusal("Refused", f"{command.clock} is not running, so it cannot be extended")
    extension = Extension(
        clock=command.clock, by=command.by, at=case.now, actor=case.actor, note=command.note
    )
    incident = case.incident.changed(extensions=(*case.incident.extensions, extension))
    limit = _of(case, incident, command.clock)[-1].limit_at
    until = f", now until {in_utc(limit)}" if limit else ""
    summary = f"{command.clock} extended by {format_duration(command.by)}{until}: {command.note}"
    incident = case.noted_now(
        incident,
        EntryKind.CLOCK_EXTENDED,
        summary,
        clock=command.clock,
        by_seconds=command.by.total_seconds(),
        limit_at=limit.isoformat() if limit else None,
    )
    return Decision(incident, summary)


def _of(case: Case, incident: Incident, clock: str) -> list[CountedRun]:
    return [c for c in counted_runs(case.policy, incident, case.now) if c.spec.name == clock]
