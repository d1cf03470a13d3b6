"""Status updates: their text and audiences, the promise of the next one, and their pace."""

from models.command import PostUpdateCommand, SlowUpdatesCommand
from models.incident.record import PaceChange, StatusUpdate
from models.incident.timeline import EntryKind
from rules.record.audiences import audiences_addressed
from rules.record.decision import Case, Decision, Outcome, Refusal, TellAudiences
from rules.record.steps import refusal_of_unknown_name
from rules.wording.times import in_utc


def post_update(case: Case, command: PostUpdateCommand) -> Outcome:
    """Send the audiences a status update."""
    known = tuple(a.name for a in case.policy.audiences)
    for name in command.audiences:
        if name not in known:
            return refusal_of_unknown_name("audience", name, known)
    if command.next_at and command.next_at <= case.now:
        message = f"the next update cannot be promised for the past: {in_utc(command.next_at)}"
        return Refusal("Refused", message, ("next_at",))
    audiences = audiences_addressed(command, case.policy)
    told = StatusUpdate(
        at=case.happened_at,
        actor=case.actor,
        audiences=audiences,
        text=command.text,
        next_at=command.next_at,
    )
    incident = case.incident.changed(updates=(*case.incident.updates, told))
    summary = f"status update to {', '.join(audiences) or 'nobody'}: {command.text}"
    if command.next_at:
        summary += f" (the next by {in_utc(command.next_at)})"
    incident = case.noted(incident, EntryKind.UPDATE_POSTED, summary, audiences=list(audiences))
    return Decision(incident, summary, (TellAudiences("update", command.text, audiences),))


def slow_updates(case: Case, command: SlowUpdatesCommand) -> Outcome:
    """Declare the slower pace for an audience, once the policy allows it."""
    audience = case.policy.audience(command.audience)
    if audience is None:
        return refusal_of_unknown_name(
            "audience", command.audience, tuple(a.name for a in case.policy.audiences)
        )
    rhythm = audience.rhythm(case.incident.severity)
    slower = rhythm.slower if rhythm else None
    if slower is None:
        message = f"the policy has no slower pace for {audience.name} at {case.incident.severity}"
        return Refusal("Refused", message)
    allowed_at = case.incident.reported_at + slower.decided_after
    if case.now < allowed_at:
        message = f"slower updates to {audience.name} may be declared from {in_utc(allowed_at)} on"
        return Refusal("Refused", message)
    begins_at = max(case.incident.reported_at + slower.begins_after, case.now)
    pace = PaceChange(audience=audience.name, at=case.now, actor=case.actor)
    incident = case.incident.changed(paces=(*case.incident.paces, pace))
    summary = f"slower updates to {audience.name} from {in_utc(begins_at)} on"
    incident = case.noted_now(incident, EntryKind.UPDATES_SLOWED, summary)
    return Decision(incident, summary)
