"""What an alert group says: the report that its alerts make, notes, its status for an auditor."""

from collections.abc import Iterable
from datetime import datetime

from models.alert import Alert, AlertRecord
from models.base import MONITORING
from models.group import GroupState
from models.incident import Report
from rules.asking import unanswered
from rules.markdown import plain, stamp

TITLE_LIMIT, NATURE_LIMIT, SYSTEMS_LIMIT = 300, 8000, 100
NAMED = 5
"""So many alerts are named; the others are counted."""


def words_for(alert: Alert) -> str:
    """An alert in a line: its name and, where it says more, its summary."""
    if not alert.summary or alert.summary == alert.name:
        return alert.name
    return f"{alert.name}: {alert.summary}"


def _title(alerts: list[Alert]) -> str:
    more = f" (and {len(alerts) - 1} more)" if len(alerts) > 1 else ""
    return (words_for(alerts[0])[: TITLE_LIMIT - len(more)] or "alert") + more


def _listed(words: Iterable[str]) -> str:
    every = list(words)
    more = [f"and {len(every) - NAMED} more"] if len(every) > NAMED else []
    return "\n".join(every[:NAMED] + more)


def report_of(
    state: GroupState, group_id: str, *, happened_at: datetime | None, previous: str | None
) -> Report:
    """The report that the alerts of a group make, which fire or did when it was due.

    The first to fire gives its title.

    How bad it is, the policy says when the incident is opened.
    """
    records = sorted(unanswered(state).values(), key=_age)
    alerts = [record.alert for record in records]
    services = sorted({alert.service for alert in alerts if alert.service})
    return Report(
        title=_title(alerts),
        nature=_listed(words_for(alert) for alert in alerts)[:NATURE_LIMIT],
        affected_systems=tuple(services[:SYSTEMS_LIMIT]),
        service=services[0] if len(services) == 1 else None,
        reporter=MONITORING,
        happened_at=happened_at,
        group_id=group_id,
        previous_incident=previous,
        alerts=tuple(records),
        truncated_alerts=state.truncated,
    )


def _age(record: AlertRecord) -> tuple[datetime, str]:
    return record.alert.started_at, record.alert.fingerprint


def recurrence_words(state: GroupState, recurring: tuple[str, ...]) -> str:
    """Which alerts recurred, for the note of a reopening."""
    if not recurring:
        return ""
    records = unanswered(state)
    names = [words_for(records[name].alert) for name in recurring if name in records]
    return "alert fires again: " + _listed(names).replace("\n", "; ")


def group_markdown(state: GroupState, next_words: str) -> str:
    """The group for whoever looks at it in Temporal."""
    if state.incident_id:
        where = state.incident_state or "started"
        since = f", resolved {stamp(state.resolved_at)} UTC" if state.resolved_at else ""
        incident = f"**{state.incident_id}** ({where}{since})"
    else:
        incident = "none yet"
    left_out = f", {state.truncated} left out by the sender" if state.truncated else ""
    lines = [
        f"Incident: {incident}; opened {state.opened}, fed {state.fed} times",
        f"Alerts that fire: {len(state.firing)}{left_out}",
        f"Next: {next_words}",
    ]
    records = sorted(state.firing.values(), key=_age)
    lines += [
        f"- {plain(words_for(record.alert))}, since {stamp(record.alert.started_at)} UTC"
        for record in records[:NAMED]
    ]
    if state.malformed:
        lines.append(f"Messages that were malformed: {state.malformed}")
    return "\n\n".join(lines[:3]) + "\n\n" + "\n".join(lines[3:])
