"""Disputing an acknowledgement: the person named did not give it."""

from models.incident.record import Dispute, Incident, Milestone
from models.incident.timeline import EntryKind
from models.payload import Command
from models.proof import Proof
from rules.people.naming.names import ACKNOWLEDGER
from rules.people.roles.holders import with_holders
from rules.record.decision import (
    AcknowledgementDisputed,
    Case,
    Decision,
    Effect,
    Outcome,
    Refusal,
    TellAudiences,
)
from rules.wording.times import in_utc
from states.lifecycle import State

ACKNOWLEDGED = "acknowledged"
DISPUTED = "acknowledgement_disputed"
"""The event of which those hear who heard of the acknowledgement."""
DISPUTABLE = frozenset({Proof.LINK, Proof.CLAIMED})
"""Proofs that somebody else may have: a link that was passed on, or only a name."""


def dispute_acknowledgement(case: Case, _: Command) -> Outcome:
    """Mark the acknowledgement as disputed. If nothing moved the incident since, it is undone."""
    gone = case.incident.milestone(ACKNOWLEDGED)
    if gone is None:
        return Refusal("Refused", "the incident has no acknowledgement to dispute")
    named, proof = gone.actor.name, gone.actor.proof
    if proof not in DISPUTABLE:
        known = " or ".join(sorted(DISPUTABLE))
        message = f"{named} acknowledged with the proof {proof}; only one with {known} is disputed"
        return Refusal("Refused", message)
    at = in_utc(gone.recorded_at)
    summary = f"{case.actor.name} disputes the acknowledgement by {named} ({proof}) of {at}"
    undone = case.incident.state is State.ASSESSMENT
    moved = "" if undone else f"; the incident stays in {case.incident.state}"
    incident = case.noted(
        _marked(case, gone),
        EntryKind.ACKNOWLEDGEMENT_DISPUTED,
        f"{summary}{moved}",
        person=named,
        was=gone.at.isoformat(),
        **_move(case) if undone else {},
    )
    if not undone:
        return Decision(incident, f"{summary}{moved}")
    incident = _without_roles(case, incident.changed(state=State.REPORTED), gone)
    return Decision(incident, summary, _effects(case, named, summary))


def _move(case: Case) -> dict[str, str]:
    return {"source": case.incident.state.value, "target": State.REPORTED.value}


def _marked(case: Case, gone: Milestone) -> Incident:
    dispute = Dispute(at=case.now, actor=case.actor)
    marked = gone.changed(superseded=True, disputed=dispute)
    milestones = tuple(marked if m is gone else m for m in case.incident.milestones)
    return case.incident.changed(milestones=milestones)


def _without_roles(case: Case, incident: Incident, gone: Milestone) -> Incident:
    """The record without the roles that the acknowledgement gave to the person named."""
    for rule in case.policy.roles:
        held = tuple(h for h in incident.roles if h.role == rule.name)
        kept = tuple(h for h in held if (h.person, h.since_at) != (gone.actor.name, gone.at))
        if rule.default != ACKNOWLEDGER or kept == held:
            continue
        incident = case.noted_now(
            with_holders(incident, rule, kept, case.now),
            EntryKind.ROLE_UNASSIGNED,
            f"{gone.actor.name} is no longer {rule.name}: the acknowledgement is disputed",
            role=rule.name,
            person=gone.actor.name,
        )
    return incident


def _effects(case: Case, named: str, summary: str) -> tuple[Effect, ...]:
    goes_on = AcknowledgementDisputed(f"the acknowledgement by {named} is disputed")
    told = tuple(a.name for a in case.policy.audiences if ACKNOWLEDGED in a.on)
    return (goes_on, TellAudiences(DISPUTED, summary, told)) if told else (goes_on,)
