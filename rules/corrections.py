"""Milestones that people set or put right by hand."""

from models.command import CorrectMilestoneCommand, SetMilestoneCommand
from rules.decision import Case, Decision, Outcome, Refusal
from rules.ledger import note, with_milestone
from states.lifecycle import REPORTED


def set_milestone(case: Case, command: SetMilestoneCommand) -> Outcome:
    """A milestone of the policy's own has happened."""
    name = command.milestone
    if name not in case.policy.milestones:
        known = ", ".join(case.policy.milestones) or "none"
        message = f"the policy has no milestone {name!r} of its own; it has: {known}"
        return Refusal("Refused", message)
    if case.incident.milestone(name):
        return Refusal("Refused", f"{name} is already set: correct_milestone changes it")
    incident = with_milestone(
        case.incident, name, at=case.happened_at, now=case.now, actor=case.actor
    )
    summary = f"{name}" + (f" ({command.note})" if command.note else "")
    incident = note(
        incident,
        f"milestone.{name}",
        summary,
        actor=case.actor,
        now=case.now,
        happened_at=case.happened_at,
    )
    return Decision(incident, summary)


def correct_milestone(case: Case, command: CorrectMilestoneCommand) -> Outcome:
    """A milestone happened at another instant; the old one stays on the record, superseded."""
    name = command.milestone
    old = case.incident.milestone(name)
    if old is None:
        return Refusal("Refused", f"milestone {name!r} is not set, so it cannot be corrected")
    if command.happened_at is None:
        return Refusal(
            "Malformed", "happened_at is missing: the instant that is right", ("happened_at",)
        )
    at = case.happened_at
    milestones = tuple(
        m.model_copy(update={"superseded": True}) if m is old else m
        for m in case.incident.milestones
    )
    change: dict[str, object] = {"milestones": milestones}
    if name == REPORTED:
        change |= {"reported_at": at}
    incident = with_milestone(
        case.incident.model_copy(update=change), name, at=at, now=case.now, actor=case.actor
    )
    summary = f"{name} corrected from {old.at:%Y-%m-%d %H:%M:%S} to {at:%Y-%m-%d %H:%M:%S} UTC"
    summary += f" ({command.note})" if command.note else ""
    incident = note(
        incident,
        "milestone.corrected",
        summary,
        actor=case.actor,
        now=case.now,
        milestone=name,
        was=old.at.isoformat(),
        becomes=at.isoformat(),
    )
    return Decision(incident, summary)
