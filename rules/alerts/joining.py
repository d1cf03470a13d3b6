"""Critical alerts that join an incident which people already handle: its lead is paged."""

from collections.abc import Mapping

from models.command import RecordAlertsCommand
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.people.party import Party, PartyKind, as_person
from models.readable import in_a_line
from rules.alerts.severity import is_critical
from rules.people.roles.leading import role_that_leads
from rules.record.decision import Case, Effect, PageNextLevel, PageRole, Remind
from states.lifecycle import BEFORE_REVIEW

RECORD, REMIND, PAGE, ESCALATE = "record", "remind", "page", "escalate"
NAMED = 3
MOST = 400


def pages_on_joining(
    case: Case, command: RecordAlertsCommand, words: Mapping[str, str]
) -> tuple[Effect, ...]:
    """The pages to the lead, once somebody has acknowledged or rated the incident.

    Until then nothing more is needed: the escalation goes on, and the severity follows the alerts.
    """
    incident, how = case.incident, case.policy.when_alerts_join
    in_hand = incident.milestone("acknowledged") is not None or incident.severity_confirmed
    if how == RECORD or not in_hand or incident.state not in BEFORE_REVIEW:
        return ()
    new = [
        words[alert.fingerprint]
        for alert in command.batch.alerts
        if alert.fingerprint not in incident.alerts
        and alert.fingerprint in words
        and is_critical(alert, incident.severity, case.policy.severities)
    ]
    if not new:
        return ()
    more = f" and {len(new) - NAMED} more" if len(new) > NAMED else ""
    alerts = "alert joins" if len(new) == 1 else "alerts join"
    reason = in_a_line(f"critical {alerts}: {'; '.join(new[:NAMED])}")[:MOST] + more
    target = _leader(incident, case.policy)
    if how == ESCALATE:
        return (PageNextLevel(reason, waits=True), Remind(target, reason))
    return (PageRole(target, reason) if how == PAGE else Remind(target, reason),)


def _leader(incident: Incident, policy: CompiledPolicy) -> str:
    role = role_that_leads(policy)
    acknowledged = incident.milestone("acknowledged")
    if role is None and acknowledged:
        return as_person(acknowledged.actor.name)
    return str(Party(PartyKind.ROLE, role or ""))
