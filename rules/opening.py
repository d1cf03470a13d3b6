"""How an incident begins: the record from the report."""

from datetime import datetime

from models.base import ENGINE, MONITORING
from models.compiled import CompiledPolicy
from models.incident import Incident, Milestone, Report, RoleHolder
from rules.attributes import said_in, strange_labels, with_attributes
from rules.ledger import note
from rules.severity import SeverityVerdict, severity_by
from states.lifecycle import REPORTED


def open_incident(
    incident_id: str,
    report: Report,
    policy: CompiledPolicy,
    now: datetime,
    came_at: datetime | None = None,
) -> Incident:
    """The record of a new incident, reported when it came, or earlier where the report says so.

    A severity that the policy does not know counts as none; whatever it follows from, it is
    unconfirmed until a person sets it.
    """
    verdict = first_severity(report, policy)
    at = min(report.happened_at or came_at or now, now)
    reporter = report.reporter
    incident = Incident(
        id=incident_id,
        report=report,
        reported_at=at,
        severity=verdict.severity,
        severities=(verdict.begins(at, reporter, confirmed=False),),
        milestones=(Milestone(name=REPORTED, at=at, recorded_at=now, actor=reporter),),
        alerts={record.alert.fingerprint: record for record in report.alerts},
        truncated_alerts=report.truncated_alerts,
    )
    incident = note(
        incident,
        "incident.reported",
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
    """How bad an incident is when it is reported.

    The severity of a report by monitoring is what the labels of the alerts said.
    """
    said = said_in(report, policy)
    if report.reporter == MONITORING:
        return severity_by(policy, said, labelled=report.severity)
    return severity_by(policy, said, stated=report.severity)


def _with_reasons(
    incident: Incident, policy: CompiledPolicy, verdict: SeverityVerdict, now: datetime
) -> Incident:
    """Why the severity is what it is, what else follows from the report, and what was left out."""
    for _, problem in strange_labels(incident.report, policy):
        summary = f"left out of the labels of its alerts: {problem}"
        incident = note(incident, "attribute.left_out", summary, actor=ENGINE, now=now)
    if policy.severity_rules is None:
        return incident
    incident = with_attributes(
        incident, policy, {}, actor=ENGINE, now=now, happened_at=incident.reported_at
    )
    summary = f"{verdict.severity}: {verdict.why}"
    return note(incident, "severity.follows", summary, actor=ENGINE, now=now)


def _with_default_roles(incident: Incident, policy: CompiledPolicy, now: datetime) -> Incident:
    for role in policy.roles:
        if role.default is None or role.default == "acknowledger":
            continue
        person = role.default.removeprefix("person:")
        held = RoleHolder(role=role.name, person=person, since_at=now)
        incident = incident.model_copy(update={"roles": (*incident.roles, held)})
        incident = note(
            incident,
            "role.assigned",
            f"{person} is {role.name} by the policy's default",
            actor=ENGINE,
            now=now,
            role=role.name,
            person=person,
        )
    return incident
