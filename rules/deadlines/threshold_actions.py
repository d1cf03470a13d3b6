"""The actions of a threshold: commands that the engine gives, or effects on people."""

from models.base import ENGINE
from models.command import AssignRoleCommand, HoldCommand, SetSeverityCommand
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.payload import Command
from models.time.clock import ONCE, Action, ActionKind, DueThreshold, FiredThreshold
from rules.deadlines.due import same_threshold
from rules.people.naming.people_meant import deputies
from rules.record.decision import Effect, OpenLinked, PageNextLevel, PageRole, Remind, TellAudiences

MOST_IN_A_ROW = 3
"""At most this many incidents open one another through clocks."""


def _raised(
    action: Action, point: DueThreshold, policy: CompiledPolicy, incident: Incident
) -> str | None:
    """The severity after raising; None if it is as bad already, or was raised before."""
    place = policy.severities.index(incident.severity)
    if action.target == ONCE and _raised_before(point, policy, incident):
        return None
    if action.target in policy.severities:
        wanted = policy.severities.index(action.target)
        return action.target if wanted < place else None
    return policy.severities[place - 1] if place else None


def _raised_before(point: DueThreshold, policy: CompiledPolicy, incident: Incident) -> bool:
    spec = policy.clock(point.clock)
    raising = {
        threshold.name
        for threshold in (spec.thresholds if spec else ())
        if any(action.kind is ActionKind.RAISE_SEVERITY for action in threshold.actions)
    }
    return any(
        fired.clock == point.clock and fired.threshold in raising and not _is(fired, point)
        for fired in incident.fired
    )


def _is(fired: FiredThreshold, point: DueThreshold) -> bool:
    """Whether a threshold that fired is this very one. Older records tell only runs apart."""
    again = fired.started_at is not None and fired.due_at != point.due_at
    return same_threshold(fired, point) and not again


def command_of(
    action: Action,
    point: DueThreshold,
    policy: CompiledPolicy,
    incident: Incident,
    reason: str,
) -> tuple[str, Command] | None:
    """The command of an action and its name; None if it is no command or changes nothing."""
    by = {"actor": ENGINE.name, "via": ENGINE.via, "note": reason}
    match action.kind:
        case ActionKind.RAISE_SEVERITY:
            severity = _raised(action, point, policy, incident)
            if severity is None:
                return None
            return "set_severity", SetSeverityCommand(severity=severity, **by)
        case ActionKind.ASSIGN:
            person = _taker(action.to, policy, incident)
            return "assign_role", AssignRoleCommand(role=action.target, person=person, **by)
        case ActionKind.HOLD:
            return "hold", HoldCommand(reason=action.target, **by)
        case _:
            return None


def _taker(whom: str, policy: CompiledPolicy, incident: Incident) -> str:
    """Who gets a role: a person, or the holder of another role, or else its deputy."""
    if policy.role(whom) is None:
        return whom
    return next(iter((*incident.holders(whom), *deputies(whom, incident, policy))), whom)


def opens_no_further(action: Action, point: DueThreshold, incident: Incident) -> str | None:
    """Why an incident that a clock opened opens no further one; None if it may.

    Otherwise its clocks would open another incident of the same kind, and so on.
    """
    led = incident.report.opened_for
    if action.kind is not ActionKind.OPEN_INCIDENT or not led:
        return None
    if point.clock in led:
        return f"this incident was opened for {point.clock}, so it opens no other one for it"
    if len(led) >= MOST_IN_A_ROW:
        return f"{len(led)} incidents opened one another: this one opens no further one"
    return None


def effects_of(
    action: Action, policy: CompiledPolicy, reason: str, clock: str = ""
) -> tuple[Effect, ...]:
    """The effects of an action that is no command; `clock` names the clock whose action it is."""
    match action.kind:
        case ActionKind.ESCALATE:
            level = int(action.target) if action.target else None
            return (PageNextLevel(reason, level, waits=True, stays=True, clock=clock),)
        case ActionKind.PAGE:
            return (PageRole(action.target, reason, clock=clock),)
        case ActionKind.NOTIFY if policy.audience(action.target):
            return (TellAudiences("deadline", reason, (action.target,)),)
        case ActionKind.NOTIFY | ActionKind.REMIND:
            return (Remind(action.target, reason),)
        case ActionKind.OPEN_INCIDENT:
            return (OpenLinked(action.target, reason, clock),)
        case _:
            return ()
