"""Mark fired thresholds as corrected if the record changes so that it reads otherwise; they stay.

A backdated fact, a correction, a change of severity, a hold, a condition that no longer holds, an
extension or another policy can do that. If that is undone, the mark ends.
"""

from datetime import datetime

from models.base import ENGINE
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.payload import Command
from models.time.clock import Correction, FiredThreshold
from rules.deadlines.due import restored, superseded
from rules.deadlines.followed_runs import with_followed_runs
from rules.record.decision import AdoptPolicy, Case, Decision
from rules.record.timeline import note, supersede, unsupersede
from rules.record.update_reach import missed_words


def with_corrections(decision: Decision, case: Case, name: str, command: Command) -> Decision:
    """The decision, with those thresholds marked that would not have fired by the new record.

    What fired follows its run first. The marks of those end that would have fired after all.
    """
    adopted = _adopted(decision)
    policy = adopted or case.policy
    correction = Correction(
        command=name,
        actor=case.actor,
        at=case.now,
        reason=command.note or command.override or str(getattr(command, "reason", "")),
        policy=f"{adopted.name} {adopted.version}" if adopted else "",
    )
    followed = with_followed_runs(decision.incident, policy, case.incident, case.policy)
    taken_back = superseded(policy, followed, case.now)
    incident = _marked(followed, policy, taken_back, correction)
    if incident is decision.incident:
        return decision
    return Decision(incident, decision.summary, decision.effects)


def after_missed_update(
    incident: Incident, policy: CompiledPolicy, before: Incident, audience: str, now: datetime
) -> Incident:
    """The record after an update reached nobody, its thresholds marked as after a command.

    What older records hold does not say to which wait it belongs, and stays as it is.
    """
    correction = Correction(
        command="post_update", actor=ENGINE, at=now, reason=missed_words(audience)
    )
    followed = with_followed_runs(incident, policy, before, policy)
    taken_back = tuple(f for f in superseded(policy, followed, now) if f.started_at)
    return _marked(followed, policy, taken_back, correction)


def _marked(
    incident: Incident,
    policy: CompiledPolicy,
    taken_back: tuple[FiredThreshold, ...],
    correction: Correction,
) -> Incident:
    again = restored(policy, incident, correction.at)
    incident = unsupersede(supersede(incident, taken_back, correction), again)
    lines = (
        *((EntryKind.CLOCK_RESTORED, fired, _stands_again(fired, correction)) for fired in again),
        *((EntryKind.CLOCK_SUPERSEDED, fired, _words(fired, correction)) for fired in taken_back),
    )
    for kind, fired, words in lines:
        incident = note(
            incident,
            kind,
            words,
            actor=correction.actor,
            now=correction.at,
            clock=fired.clock,
            threshold=fired.threshold,
        )
    return incident


def _adopted(decision: Decision) -> CompiledPolicy | None:
    """The policy that the decision adopts."""
    return next((e.policy for e in decision.effects if isinstance(e, AdoptPolicy)), None)


def _words(fired: FiredThreshold, correction: Correction) -> str:
    fired_at = f"{fired.fired_at:%H:%M:%S} UTC"
    if not fired.breach:
        name = f"{fired.clock} {fired.threshold}"
        return f"{name} fired at {fired_at}; by the record as it is now, it would not have"
    return (
        f"{fired.clock}: the breach at {fired_at} stays on record; corrected by {_by(correction)}"
    )


def _stands_again(fired: FiredThreshold, correction: Correction) -> str:
    fired_at = f"{fired.fired_at:%H:%M:%S} UTC"
    if not fired.breach:
        name = f"{fired.clock} {fired.threshold}"
        return f"{name} fired at {fired_at}; by the record as it is now, that was right"
    undone = f"the correction by {fired.corrected.actor.name}" if fired.corrected else "this"
    return (
        f"{fired.clock}: the breach at {fired_at} is no longer corrected; "
        f"{_by(correction)} undid {undone}"
    )


def _by(correction: Correction) -> str:
    why = f": {correction.reason}" if correction.reason else ""
    under = f", under {correction.policy}" if correction.policy else ""
    return f"{correction.actor.name} ({correction.command}{why}){under}"
