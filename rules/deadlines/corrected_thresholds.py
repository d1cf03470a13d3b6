"""Mark fired thresholds as corrected if a command makes the record read otherwise; they stay on it.

A backdated fact, a correction, a change of severity, a hold, a condition that no longer holds, an
extension or another policy can do that.
"""

from models.compiled import CompiledPolicy
from models.incident.timeline import EntryKind
from models.payload import Command
from models.time.clock import Correction, FiredThreshold
from rules.deadlines.due import superseded
from rules.record.decision import AdoptPolicy, Case, Decision
from rules.record.timeline import supersede


def with_corrections(decision: Decision, case: Case, name: str, command: Command) -> Decision:
    """The decision, with those thresholds marked that would not have fired by the new record."""
    adopted = _adopted(decision)
    taken_back = superseded(adopted or case.policy, decision.incident, case.now)
    if not taken_back:
        return decision
    correction = Correction(
        command=name,
        actor=case.actor,
        at=case.now,
        reason=command.note or command.override or str(getattr(command, "reason", "")),
        policy=f"{adopted.name} {adopted.version}" if adopted else "",
    )
    incident = supersede(decision.incident, taken_back, correction)
    for fired in taken_back:
        incident = case.noted_now(
            incident,
            EntryKind.CLOCK_SUPERSEDED,
            _words(fired, correction),
            clock=fired.clock,
            threshold=fired.threshold,
        )
    return Decision(incident, decision.summary, decision.effects)


def _adopted(decision: Decision) -> CompiledPolicy | None:
    """The policy that the decision adopts."""
    return next((e.policy for e in decision.effects if isinstance(e, AdoptPolicy)), None)


def _words(fired: FiredThreshold, correction: Correction) -> str:
    fired_at = f"{fired.fired_at:%H:%M:%S} UTC"
    if not fired.breach:
        name = f"{fired.clock} {fired.threshold}"
        return f"{name} fired at {fired_at}; by the record as it is now, it would not have"
    why = f": {correction.reason}" if correction.reason else ""
    by = f"{correction.actor.name} ({correction.command}{why})"
    under = f", under {correction.policy}" if correction.policy else ""
    return f"{fired.clock}: the breach at {fired_at} stays on record; corrected by {by}{under}"
