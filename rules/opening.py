"""How an incident begins: the record from the report."""

from datetime import datetime

from models.base import ENGINE
from models.compiled import CompiledPolicy
from models.incident import Incident, Milestone, Report, RoleHolder, SeverityChange
from rules.ledger import note
from states.lifecycle import REPORTED


def open_incident(
    incident_id: str,
    report: Report,
    policy: CompiledPolicy,
    now: datetime,
    came_at: datetime | None = None,
) -> Incident:
    """The record of a new incident, reported when it came, or earlier where the report says so.

    A severity that the policy does not know falls back to the policy's default; either way it
    counts as unconfirmed until a person sets it.
    """
    severity = report.severity if report.severity in policy.severities else policy.default_severity
    at = min(report.happened_at or came_at or now, now)
    reporter = report.reporter
    incident = Incident(
        id=incident_id,
        report=report,
        reported_at=at,
        severity=severity,
        severities=(SeverityChange(severity=severity, at=at, actor=reporter, confirmed=False),),
        milestones=(Milestone(name=REPORTED, at=at, recorded_at=now, actor=reporter),),
        alerts={record.alert.fingerprint: record for record in report.alerts},
        truncated_alerts=report.truncated_alerts,
    )
    incident = note(
        incident,
        "incident.reported",
        f"reported by {reporter.name} as {severity}: {report.title}",
        actor=reporter,
        now=now,
        happened_at=at,
        policy=f"{policy.name} {policy.version}",
        policy_hash=policy.policy_hash,
        group=report.group_id,
        previous=report.previous_incident,
    )
    return _with_default_roles(incident, policy, now)


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
