"""How an incident begins: the record from the report."""

from datetime import datetime

from models.base import ENGINE, MONITORING
from models.compiled import CompiledPolicy, RoleRule
from models.incident.record import Incident, Milestone, Report
from models.incident.timeline import EntryKind
from models.people.party import PartyKind, party_named
from models.people.schedule import OnCall
from rules.people.naming.names import ACKNOWLEDGER, REPORTER
from rules.people.on_call.words import by_schedule, nobody_by
from rules.people.roles.holders import by_default, reporter_of
from rules.record.timeline import note
from rules.severity.attributes import attributes_reported, strange_labels, with_attributes
from rules.severity.rating import SeverityVerdict, severity_by
from states.lifecycle import REPORTED


def open_incident(
    incident_id: str,
    report: Report,
    policy: CompiledPolicy,
    now: datetime,
    came_at: datetime | None = None,
) -> Incident:
    """The record of a new incident, reported when it arrived, or earlier if the report says so.

    A severity that the policy does not have counts as none. However the severity was found, it is
    unconfirmed until a person sets it.
    The report on the record keeps only alerts with labels; `alerts` has all of them.
    """
    verdict = first_severity(report, policy)
    at = min(report.happened_at or came_at or now, now)
    reporter = report.reporter
    incident = Incident(
        id=incident_id,
        report=report.changed(alerts=tuple(r for r in report.alerts if r.alert.labels)),
        reported_at=at,
        severity=verdict.severity,
        severities=(verdict.begins(at, reporter, confirmed=False),),
        milestones=(Milestone(name=REPORTED, at=at, recorded_at=now, actor=reporter),),
        alerts={record.alert.fingerprint: record for record in report.alerts},
        truncated_alerts=report.truncated_alerts,
    )
    incident = note(
        incident,
        EntryKind.INCIDENT_REPORTED,
        f"reported by {reporter.name} as {verdict.severity}: {report.title}",
        actor=reporter,
        now=now,
        happened_at=at,
        policy=f"{policy.name} {policy.version}",
        policy_hash=policy.policy_hash,
        group=report.group_id,
        previous=report.previous_incident,
    )
    incident = _with_reasons(incident, policy, verdict, now)
    return _with_default_roles(incident, policy, now)


def first_severity(report: Report, policy: CompiledPolicy) -> SeverityVerdict:
    """The severity of an incident when it is reported.

    If monitoring reports, its severity comes from the labels of the alerts.
    """
    said = attributes_reported(report, policy)
    if report.reporter == MONITORING:
        return severity_by(policy, said, labelled=report.severity)
    return severity_by(policy, said, stated=report.severity)


def _with_reasons(
    incident: Incident, policy: CompiledPolicy, verdict: SeverityVerdict, now: datetime
) -> Incident:
    """The record with the reason for the severity, what follows from it, and what was left out."""
    for _, problem in strange_labels(incident.report, policy):
        summary = f"left out of the labels of its alerts: {problem}"
        incident = note(incident, EntryKind.ATTRIBUTE_LEFT_OUT, summary, actor=ENGINE, now=now)
    if policy.severity_rules is None:
        return incident
    incident = with_attributes(
        incident, policy, {}, actor=ENGINE, now=now, happened_at=incident.reported_at
    )
    summary = f"{verdict.severity}: {verdict.why}"
    return note(incident, EntryKind.SEVERITY_FOLLOWS, summary, actor=ENGINE, now=now)


def _with_default_roles(incident: Incident, policy: CompiledPolicy, now: datetime) -> Incident:
    for role in policy.roles:
        person = _default(role, incident, policy)
        if person is None:
            incident = _with_nobody(incident, policy, role, now)
            continue
        how = "by reporting" if role.default == REPORTER else _how(role, person, policy)
        summary = f"{person} is {role.name} {how}"
        incident = by_default(
            incident,
            policy,
            role.name,
            person,
            summary,
            actor=ENGINE,
            now=now,
            filled_at=incident.reported_at if role.passes else None,
        )
    return incident


def _default(role: RoleRule, incident: Incident, policy: CompiledPolicy) -> str | None:
    """Who takes a role when an incident begins; None if nobody does."""
    if role.default in {None, ACKNOWLEDGER}:
        return None
    if role.default == REPORTER:
        return reporter_of(incident, policy)
    if _by_schedule(role):
        found = _asked(role, policy)
        return next(iter(found.people), None) if found else None
    return party_named(role.default or "").name


def _by_schedule(role: RoleRule) -> bool:
    return party_named(role.default or "").kind is PartyKind.SCHEDULE


def _asked(role: RoleRule, policy: CompiledPolicy) -> OnCall | None:
    """The answer of the schedule that is the default of a role."""
    return policy.on_call.get(party_named(role.default or "").name)


def _how(role: RoleRule, person: str, policy: CompiledPolicy) -> str:
    found = _asked(role, policy)
    on_call = f", on call by {by_schedule(found, person)}" if found else ""
    return f"by the policy's default{on_call}"


def _with_nobody(
    incident: Incident, policy: CompiledPolicy, role: RoleRule, now: datetime
) -> Incident:
    """The record with a line that nobody takes the role, if its default is a schedule."""
    if not _by_schedule(role):
        return incident
    found = _asked(role, policy)
    why = nobody_by(found) if found else f"{role.default} was not asked"
    summary = f"nobody takes {role.name}: {why}"
    return note(incident, EntryKind.ROLE_NOBODY, summary, actor=ENGINE, now=now, role=role.name)
