"""How a severity changes: by a command, or because an attribute of the incident changes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from models.base import ENGINE
from models.command import SetSeverityCommand
from models.compiled import AuthorityRule, OnRaise, RunningClocks
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.time.clock import Stage
from rules.clocks.clocks import read_clocks
from rules.paging.escalation import in_force
from rules.people.permission.authority import unauthorised
from rules.record.decision import (
    Case,
    Decision,
    Effect,
    Outcome,
    PageNextLevel,
    Refusal,
    TellAudiences,
    with_impossibility,
)
from rules.record.steps import refusal_of_unknown_name
from rules.severity.attributes import attributes_stated, unknown_attributes, with_attributes
from rules.severity.rating import (
    SeverityVerdict,
    by_attributes,
    severity_by,
    unknown_axes,
    within_floor_and_cap,
)
from rules.wording.times import in_utc
from states.lifecycle import BEFORE_REVIEW, TERMINAL

SET_SEVERITY = "set_severity"
CLOCKS = {
    RunningClocks.KEEP: "running clocks keep their targets",
    RunningClocks.RETARGET: "running clocks take the new targets",
    RunningClocks.RESTART: "running clocks start anew",
}


def set_severity(case: Case, command: SetSeverityCommand) -> Outcome:
    """Set and confirm the severity: the stated one, or the one from the attributes."""
    if command.severity is not None and command.severity not in case.policy.severities:
        return refusal_of_unknown_name("severity", command.severity, case.policy.severities)
    refusal = unknown_attributes(command.attributes, case.policy)
    if refusal:
        return refusal
    incident = _with(case, command.attributes)
    verdict = _verdict(case, incident, command.severity)
    if isinstance(verdict, Refusal):
        may_not = _may_not(case, command.severity) if command.severity else None
        return with_impossibility(may_not, verdict) if may_not else verdict
    refusal = _not_changeable(case, verdict, command.note)
    if refusal:
        return refusal
    confirmed = case.actor != ENGINE or case.incident.severity_confirmed
    return with_severity(
        replace(case, incident=incident), verdict, command.note, confirmed=confirmed
    )


def _with(case: Case, attributes: Mapping[str, str], why: str = "") -> Incident:
    return with_attributes(
        case.incident,
        case.policy,
        attributes,
        actor=case.actor,
        now=case.now,
        happened_at=case.happened_at,
        why=why,
    )


def _verdict(case: Case, incident: Incident, stated: str | None) -> SeverityVerdict | Refusal:
    said = attributes_stated(incident, case.policy, case.now)
    verdict = severity_by(case.policy, said, stated=stated)
    if stated is not None and verdict.severity != stated:
        _, bound = within_floor_and_cap(case.policy, said, stated)
        return Refusal("Refused", f"the severity cannot be {stated}: it is {bound}")
    if stated is None and by_attributes(case.policy, said) is None:
        missing = unknown_axes(case.policy, said)
        why = f"not known for sure: {', '.join(missing)}" if missing else "say one"
        return Refusal("Refused", f"the attributes give no severity; {why}", missing)
    return verdict


def _frozen(case: Case) -> str | None:
    """Why the severity can no longer change."""
    milestone = case.policy.severity_rules and case.policy.severity_rules.frozen_after
    reached = case.incident.milestone(milestone) if milestone else None
    if reached is None:
        return None
    at = in_utc(reached.at)
    return f"the severity is final after {milestone}, which was at {at}"


def _lowered(case: Case, severity: str) -> bool:
    ranks = case.policy.severities
    return ranks.index(severity) > ranks.index(case.incident.severity)


def _rule(case: Case, severity: str) -> AuthorityRule:
    """Who may change the severity to this one."""
    lowered = _lowered(case, severity)
    return case.policy.lower_severity if lowered else case.policy.raise_severity


def _may_not(case: Case, severity: str) -> Refusal | None:
    """The refusal if this actor may not change the severity to this one; anybody may confirm it."""
    before = case.incident.severity
    if severity == before:
        return None
    verb = "lower" if _lowered(case, severity) else "raise"
    command = SetSeverityCommand(actor=case.actor.name, severity=severity)
    what = f"{verb} the severity from {before} to {severity}"
    changed = replace(case, becomes=severity)
    return unauthorised(changed, _rule(case, severity), SET_SEVERITY, command, what)


def _not_changeable(case: Case, verdict: SeverityVerdict, why: str) -> Refusal | None:
    """The refusal of a change: the actor may not make it, it comes too late, or lacks a reason."""
    if verdict.severity == case.incident.severity:
        return None
    case = case.for_part(SET_SEVERITY)
    may_not, final = _may_not(case, verdict.severity), _frozen(case)
    frozen = Refusal("Refused", final) if final else None
    if may_not or frozen:
        return with_impossibility(may_not, frozen) if may_not and frozen else may_not or frozen
    if _rule(case, verdict.severity).needs_note and not why and not case.overrides:
        return Refusal("Refused", "this change of severity needs a reason: note", ("note",))
    return None


def severity_after(
    case: Case, attributes: Mapping[str, str], why: str
) -> SeverityVerdict | Refusal | None:
    """The severity that follows once these attributes are set; None if it does not change.

    A refusal if it would change and the actor may not change it. A severity that somebody stated
    stays, within the policy's bounds.
    """
    frozen = case.policy.severity_rules is None or case.incident.state in TERMINAL or _frozen(case)
    if frozen:
        return None
    said = attributes_stated(_with(case, attributes), case.policy, case.now)
    last = case.incident.severities[-1]
    given = by_attributes(case.policy, said) if last.follows else None
    meant, because = given or (last.meant or last.severity, "as stated")
    if meant not in case.policy.severities:
        return None
    severity, bound = within_floor_and_cap(case.policy, said, meant)
    if severity == case.incident.severity:
        return None
    words = f"{because}; {bound}" if bound else because
    verdict = SeverityVerdict(severity, words, meant, last.follows)
    return _not_changeable(case, verdict, why) or verdict


def set_attributes(case: Case, attributes: Mapping[str, str], why: str) -> Outcome:
    """Set attributes from now on (or since `happened_at`); the severity follows them."""
    refusal = unknown_attributes(attributes, case.policy)
    if refusal:
        return refusal
    verdict = severity_after(case, attributes, why)
    if isinstance(verdict, Refusal):
        return verdict
    incident = _with(case, attributes, why)
    summary = ", ".join(f"{name} is {value}" for name, value in attributes.items())
    summary += f" ({why})" if why else ""
    if verdict is None:
        return Decision(incident, summary)
    confirmed = case.incident.severity_confirmed
    changed = with_severity(replace(case, incident=incident), verdict, "", confirmed=confirmed)
    return Decision(changed.incident, f"{summary}; {changed.summary}", changed.effects)


def with_severity(case: Case, verdict: SeverityVerdict, why: str, *, confirmed: bool) -> Decision:
    """The record with the severity of the verdict, and the effects on running clocks."""
    old, new = case.incident.severity, verdict.severity
    change = verdict.begins(case.happened_at, case.actor, confirmed=confirmed)
    incident = case.incident.changed(severity=new, severities=(*case.incident.severities, change))
    because = "" if verdict.why == "as stated" else f": {verdict.why}"
    reason = f" ({why})" if why else ""
    if new == old:
        summary = f"severity {old} confirmed by {case.actor.name}{because}"
        return Decision(_noted(case, incident, EntryKind.SEVERITY_CONFIRMED, summary), summary)
    rule = case.policy.when_lowered if _lowered(case, new) else case.policy.when_raised
    deadlines = _deadlines(case, incident)
    clocks = f"; {CLOCKS[rule]}" if deadlines else ""
    summary = f"severity {old} → {new} by {case.actor.name}{because}{reason}{clocks}"
    facts = {
        "was": old,
        "becomes": new,
        "running_clocks": rule.value,
        "deadlines": {clock: at.isoformat() for clock, at in deadlines.items()},
    }
    incident = _noted(case, incident, EntryKind.SEVERITY_CHANGED, summary, **facts)
    effects = (TellAudiences("severity_changed", summary), *_pages(case, incident))
    return Decision(incident, summary, effects)


def _pages(case: Case, incident: Incident) -> Iterator[Effect]:
    """The effect of a raised severity on the escalation."""
    ladder = in_force(case.policy.escalation, incident, case.now)
    if ladder is None or _lowered(case, incident.severity) or incident.state not in BEFORE_REVIEW:
        return
    reason = f"raised to {incident.severity} by {case.actor.name}"
    match ladder.on_raise:
        case OnRaise.RESTART:
            yield PageNextLevel(reason, 1, waits=True, resumes=True, at=case.given_at)
        case OnRaise.CONTINUE:
            yield PageNextLevel(reason, waits=True, resumes=True, at=case.given_at)
        case OnRaise.NOTHING:
            pass


def _deadlines(case: Case, incident: Incident) -> dict[str, datetime]:
    """The limits of the running clocks."""
    return {
        reading.clock: reading.breach_at
        for reading in read_clocks(case.policy, incident, case.now)
        if reading.stage is Stage.IN_PROGRESS and reading.breach_at
    }


def _noted(
    case: Case, incident: Incident, kind: EntryKind, summary: str, **facts: object
) -> Incident:
    return case.noted(incident, kind, summary, **facts)
