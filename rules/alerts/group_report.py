"""What an alert group says: the report that its alerts make, notes, and its status for auditors."""

from collections.abc import Iterable
from datetime import datetime

from models.alert import AlertRecord
from models.base import MONITORING
from models.contracts.alert_group import GroupState
from models.incident.record import Report
from rules.alerts.wanted_incident import alerts_without_incident
from rules.alerts.words import words_of
from rules.record.carried import cut_to_bytes
from rules.wording.markdown import plain
from rules.wording.times import in_utc

TITLE_BOUND, NATURE_BYTES, SYSTEMS_BOUND = 300, 8000, 100
SYSTEM_BYTES = 200
NAMED = 5
"""This many alerts are named, the others counted."""


def _title(words: list[str]) -> str:
    more = f" (and {len(words) - 1} more)" if len(words) > 1 else ""
    return words[0][: TITLE_BOUND - len(more)] + more


def _listed(words: Iterable[str]) -> str:
    every = list(words)
    more = [f"and {len(every) - NAMED} more"] if len(every) > NAMED else []
    return "\n".join(every[:NAMED] + more)


def report_of(
    state: GroupState, group_id: str, *, happened_at: datetime | None, previous: str | None
) -> Report:
    """The report on the alerts of a group that fire, or fired when the incident was due.

    The first alert that fired gives the title. The policy decides the severity when the incident is
    opened.
    """
    records = sorted(alerts_without_incident(state).values(), key=_age)
    alerts = [record.alert for record in records]
    words = words_of(alerts, named=True)
    services = sorted({alert.service for alert in alerts if alert.service})
    return Report(
        title=_title(words),
        nature=cut_to_bytes(_listed(words), NATURE_BYTES),
        affected_systems=tuple(
            cut_to_bytes(name, SYSTEM_BYTES) for name in services[:SYSTEMS_BOUND]
        ),
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
    """The note of a reopening: which alerts recurred."""
    if not recurring:
        return ""
    records = alerts_without_incident(state)
    names = words_of([records[name].alert for name in recurring if name in records], named=True)
    return "alert fires again: " + _listed(names).replace("\n", "; ")


def group_markdown(state: GroupState, next_words: str) -> str:
    """The group as Markdown, for people who look at it in Temporal."""
    if state.incident_id:
        where = state.incident_state or "started"
        since = f", resolved {in_utc(state.resolved_at)}" if state.resolved_at else ""
        incident = f"**{state.incident_id}** ({where}{since})"
    else:
        incident = "none yet"
    left_out = f", {state.truncated} left out by the sender" if state.truncated else ""
    lines = [
        f"Incident: {incident}; opened {state.opened}, fed {state.fed} times",
        f"Firing alerts: {len(state.firing)}{left_out}",
        f"Next: {next_words}",
    ]
    records = sorted(state.firing.values(), key=_age)
    words = words_of([record.alert for record in records], named=True)
    lines += [
        f"- {plain(said)}, since {in_utc(record.alert.started_at)}"
        for record, said in list(zip(records, words, strict=True))[:NAMED]
    ]
    if state.malformed:
        lines.append(f"Malformed messages: {state.malformed}")
    return "\n\n".join(lines[:3]) + "\n\n" + "\n".join(lines[3:])
