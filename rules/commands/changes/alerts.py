"""What news about its alerts changes for an incident."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from models.alert import Alert, AlertRecord, AlertStatus
from models.base import ENGINE, MONITORING
from models.command import RecordAlertsCommand, TriggerCommand
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from rules.alerts.capacity import AlertRoom
from rules.alerts.firing import alerts_firing, own_firing, with_known_start
from rules.alerts.joining import pages_on_joining
from rules.alerts.severity import worst_firing
from rules.alerts.words import words_by_fingerprint
from rules.commands.changes.transitions import fire
from rules.people.permission.authority import permitted, trigger_rule
from rules.record.carried import ALERTS_IN_FULL, cut_to_bytes
from rules.record.decision import Case, Decision, Effect, Outcome, PageNextLevel, Refusal
from rules.record.timeline import note
from rules.severity.attributes import attributes_stated
from rules.severity.changes import with_severity
from rules.severity.rating import by_attributes, severity_by
from states.lifecycle import BEFORE_REVIEW, TERMINAL, Trigger

_MOST_WORDS = 2000
"""The bytes that an answer about very many alerts may have."""


def _merged(case: Case, command: RecordAlertsCommand) -> dict[str, AlertRecord]:
    incident = case.incident
    records = dict(incident.alerts)
    room = AlertRoom(record.alert for record in records.values())
    at = command.batch.received_at
    for told in command.batch.alerts:
        known = records.get(told.fingerprint)
        if told.status is AlertStatus.RESOLVED:
            told = with_known_start(told, known.alert if known else None)  # noqa: PLW2901 - the same alert
        alert = _with_room(told, records, room)
        if alert is None:
            continue
        room.take(alert)
        records[alert.fingerprint] = AlertRecord(
            alert=alert,
            first_seen_at=known.first_seen_at if known else at,
            last_seen_at=at,
            times_seen=(known.times_seen if known else 0) + command.deliveries,
            first_started_at=_fired_first(known, alert) if known else None,
        )
    return records


def _with_room(alert: Alert, records: dict[str, AlertRecord], room: AlertRoom) -> Alert | None:
    """As much of an alert as there is room for. The oldest ones that have ended make room."""
    known = records.get(alert.fingerprint)
    in_full = known is not None or len(records) < ALERTS_IN_FULL
    while True:
        kept = room.fitted(alert, known.alert if known else None, in_full=in_full)
        over = (name for name, r in records.items() if r.alert.status is AlertStatus.RESOLVED)
        oldest = next(over, None)
        if kept is not None or oldest is None:
            return kept
        del records[oldest]
        room.forget(oldest)


def _fired_first(known: AlertRecord, alert: Alert) -> datetime | None:
    """When an alert first fired, if it has fired more than once."""
    first = min(known.fired_first_at, alert.started_at)
    return first if first != alert.started_at else None


def _alert_words(before: Incident, command: RecordAlertsCommand, words: Mapping[str, str]) -> str:
    def told(status: AlertStatus) -> list[str]:
        return [
            words[alert.fingerprint]
            for alert in command.batch.alerts
            if alert.status is status
            and alert.fingerprint in words
            and (
                alert.fingerprint not in before.alerts
                or before.alerts[alert.fingerprint].alert.status is not status
            )
        ]

    firing, resolved = told(AlertStatus.FIRING), told(AlertStatus.RESOLVED)
    parts = [f"alert fires: {', '.join(firing)}"] if firing else []
    parts += [f"alert resolves: {', '.join(resolved)}"] if resolved else []
    if command.batch.truncated != before.truncated_alerts:
        parts.append(f"alerts that the sender left out: {command.batch.truncated}")
    return cut_to_bytes("; ".join(parts), _MOST_WORDS)


def record_alerts(case: Case, command: RecordAlertsCommand) -> Outcome:
    """Record what the alerts did. After it is resolved, an incident refuses alerts that fire."""
    if command.taken_over_by:
        return _taken_over(case, command.taken_over_by)
    firing = any(alert.status is AlertStatus.FIRING for alert in command.batch.alerts)
    if firing and case.incident.state not in BEFORE_REVIEW:
        message = f"the incident is {case.incident.state} and takes no firing alerts"
        return Refusal("Refused", message)
    merged = _merged(case, command)
    named = words_by_fingerprint([record.alert for record in merged.values()])
    fed = case.incident.changed(alerts=merged, truncated_alerts=command.batch.truncated)
    words = _alert_words(case.incident, command, named)
    if not words:
        return Decision(fed, "alerts repeated")
    incident = case.noted_now(
        fed, EntryKind.ALERT_FIRES if firing else EntryKind.ALERT_RESOLVES, words
    )
    told = pages_on_joining(case, command, named)
    return _after_quiet(replace(case, incident=incident), Decision(incident, words, told))


def with_severity_of_alerts(decision: Decision, case: Case) -> Decision:
    """The decision that records alerts, and the severity that follows from them."""
    now = case.now
    worse = as_bad_as_its_alerts(Case(decision.incident, case.policy, MONITORING, now, now))
    if worse is None:
        return decision
    effects = (*decision.effects, *worse.effects)
    if case.policy.a_raise_pages_alone:
        effects = _one_page(decision.effects, worse.effects)
    return Decision(worse.incident, decision.summary, effects)


def _one_page(joining: tuple[Effect, ...], raised: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The effects of alerts that join and raise the severity: the raise pages, for both reasons."""
    pages = [effect for effect in raised if isinstance(effect, PageNextLevel)]
    also = [effect for effect in joining if isinstance(effect, PageNextLevel)]
    if not pages or not also:
        return (*joining, *raised)
    reason = "; ".join(effect.reason for effect in (*pages, *also))
    left = (effect for effect in joining if effect not in also)
    return (*left, *(replace(e, reason=reason) if e in pages else e for e in raised))


def as_bad_as_its_alerts(case: Case) -> Decision | None:
    """The decision that raises the severity to that of the labels of its firing alerts, if worse.

    None if a person has set the severity, or if something other than labels gave it.
    """
    last, policy = case.incident.severities[-1], case.policy
    if case.incident.severity_confirmed or not last.follows or case.incident.state in TERMINAL:
        return None
    said = attributes_stated(case.incident, policy, case.now)
    if by_attributes(policy, said):
        return None
    ranks = policy.severities
    labelled = worst_firing(own_firing(case.incident), ranks)
    verdict = severity_by(policy, said, labelled=labelled)
    if labelled is None or ranks.index(verdict.severity) >= ranks.index(case.incident.severity):
        return None
    return with_severity(case, verdict, "", confirmed=False)


def _taken_over(case: Case, by: str) -> Outcome:
    """Hand the alerts over to a later incident, so that they hold up nothing here.

    The alerts did not become quiet, so no policy action for quiet alerts is triggered.
    """
    names = alerts_firing(case.incident)
    if not names:
        return Decision(case.incident, "none of its alerts fires")
    records = {
        fingerprint: record.changed(taken_over_by=by)
        if record.alert.status is AlertStatus.FIRING and record.taken_over_by is None
        else record
        for fingerprint, record in case.incident.alerts.items()
    }
    words = cut_to_bytes(
        f"{by} takes over the alerts that still fire: {', '.join(names)}", _MOST_WORDS
    )
    incident = case.noted_now(
        case.incident.changed(alerts=records, truncated_alerts=0), EntryKind.ALERT_TAKEN_OVER, words
    )
    return Decision(incident, words)


def group_gone(incident: Incident, group: str, now: datetime) -> Incident:
    """The record after its alert group has ended.

    A group ends when its alerts are quiet and its incident is over, and then sends no more news. A
    reopened incident would wait forever to hear that its alerts ended. New alerts get a new group
    and a new incident.
    """
    names = alerts_firing(incident)
    records = {
        fingerprint: record.changed(alert=record.alert.changed(status=AlertStatus.RESOLVED))
        if record.taken_over_by is None
        else record
        for fingerprint, record in incident.alerts.items()
    }
    ended = f"; its alerts no longer fire: {', '.join(names)}" if names else ""
    return note(
        incident.changed(alerts=records, truncated_alerts=0),
        EntryKind.GROUP_GONE,
        f"alert group {group} has ended{ended}",
        actor=ENGINE,
        now=now,
    )


def _after_quiet(case: Case, decision: Decision) -> Outcome:
    """Mitigate or resolve the incident if none of its alerts fires and the policy asks for it.

    If the lifecycle does not allow it yet, or nobody may do it, the news stays on the record and
    people carry on.
    """
    wanted = {"mitigate": Trigger.MITIGATE, "resolve": Trigger.RESOLVE}.get(
        case.policy.when_alerts_quiet
    )
    if wanted is None or alerts_firing(case.incident) or not _may(case, wanted):
        return decision
    command = TriggerCommand(
        actor=MONITORING.name, via=MONITORING.via, note="none of its alerts fires any more"
    )
    outcome = fire(wanted, case, command)
    return outcome if isinstance(outcome, Decision) else decision


def _may(case: Case, trigger: Trigger) -> bool:
    """Whether alerts may fire a trigger: they may not do what nobody may do."""
    rule = trigger_rule(case.policy, trigger, case.incident.state)
    free = not case.policy.closes_detours
    return free or permitted(rule, MONITORING, case.incident, case.policy, case.now)
