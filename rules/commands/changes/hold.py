"""Holds: clocks that pause on the reason of the hold stand still until the incident is resumed."""

from models.command import HoldCommand
from models.incident.record import Hold
from models.incident.timeline import EntryKind
from models.payload import Command
from rules.record.decision import Case, Outcome, Refusal, TellAudiences, refusal_outside
from rules.record.steps import refusal_of_unknown_name
from states.lifecycle import BEFORE_REVIEW


def hold(case: Case, command: HoldCommand) -> Outcome:
    """Put the incident on hold."""
    refusal = refusal_outside(case, BEFORE_REVIEW, "hold")
    if refusal:
        return refusal
    if case.incident.hold:
        return Refusal("Refused", f"the incident is already on hold: {case.incident.hold.reason}")
    if case.policy.hold_reasons and command.reason not in case.policy.hold_reasons:
        return refusal_of_unknown_name("hold reason", command.reason, case.policy.hold_reasons)
    held = Hold(reason=command.reason, from_at=case.happened_at)
    change = {"holds": (*case.incident.holds, held)}
    summary = f"on hold: {command.reason}"
    tell = TellAudiences("hold", summary)
    return case.done(EntryKind.INCIDENT_HELD, summary, tell, change=change, reason=command.reason)


def resume(case: Case, _: Command) -> Outcome:
    """End the hold."""
    current = case.incident.hold
    if current is None:
        return Refusal("Refused", "the incident is not on hold")
    ended = current.changed(until_at=max(case.happened_at, current.from_at))
    holds = tuple(ended if h is current else h for h in case.incident.holds)
    summary = f"resumed after hold: {current.reason}"
    return case.done(
        EntryKind.INCIDENT_RESUMED,
        summary,
        TellAudiences("resume", summary),
        change={"holds": holds},
    )
