"""For which incidents a clock runs: what its conditions require, and since when they hold."""

from collections.abc import Iterator
from datetime import UTC, datetime

from models.incident.record import Incident, Report
from models.time.moments import Condition, parse_condition

FIXED = ("service", "via", "reporter")
"""Properties that every incident has and that never change: where it came from."""


def properties_of_every_incident(report: Report) -> dict[str, str | None]:
    """The properties that every incident has, from its report."""
    values = (report.service, report.reporter.via, report.reporter.name)
    return dict(zip(FIXED, values, strict=True))


def attribute_at(incident: Incident, name: str, at: datetime) -> str | None:
    """The value of an attribute at an instant; the values of the report hold from the beginning."""
    if name in FIXED:
        return properties_of_every_incident(incident.report)[name]
    held = [c for c in incident.attributes if c.name == name and c.at <= at]
    if held:
        # Of two values at one instant, the one recorded last counts.
        return max(reversed(held), key=lambda change: change.at).value
    return incident.report.attributes.get(name)


def attributes_of(incident: Incident, at: datetime) -> dict[str, str]:
    """The attributes that have a value at an instant."""
    named = (*incident.report.attributes, *(change.name for change in incident.attributes))
    values = {name: attribute_at(incident, name, at) for name in dict.fromkeys(named)}
    return {name: value for name, value in values.items() if value is not None}


def attribute_words(incident: Incident, at: datetime) -> str:
    """The same attributes in a line."""
    values = attributes_of(incident, at)
    return ", ".join(f"{name}={value}" for name, value in values.items())


def holds_at(condition: Condition, incident: Incident, at: datetime) -> bool:
    """Whether a condition is true at an instant."""
    found = attribute_at(incident, condition.attribute, at) in condition.values
    return found is not condition.negated


def _all_at(conditions: tuple[Condition, ...], incident: Incident, at: datetime) -> bool:
    return all(holds_at(condition, incident, at) for condition in conditions)


def true_until(
    texts: tuple[str, ...], incident: Incident, start: datetime, end: datetime | None
) -> datetime | bool:
    """Whether all conditions hold at `end` (None: now); if not, the instant when they ceased to.

    False if they never held from `start` on.
    """
    conditions = tuple(parse_condition(text) for text in texts)
    if not conditions:
        return True
    asked = {condition.attribute for condition in conditions}
    changes = sorted({c.at for c in incident.attributes if c.name in asked})
    instants = [start, *(at for at in changes if at > start and (end is None or at <= end))]
    truth = [_all_at(conditions, incident, at) for at in instants]
    if truth[-1]:
        return True
    if not any(truth):
        return False
    last_true = max(place for place, true in enumerate(truth) if true)
    return instants[last_true + 1]


def condition_changes(
    texts: tuple[str, ...], incident: Incident
) -> Iterator[tuple[datetime, bool]]:
    """Each instant at which all conditions begin to hold (True) or cease to (False)."""
    conditions = tuple(parse_condition(text) for text in texts)
    asked = {condition.attribute for condition in conditions}
    held = _all_at(conditions, incident, datetime.min.replace(tzinfo=UTC))
    for at in sorted({c.at for c in incident.attributes if c.name in asked}):
        holds = _all_at(conditions, incident, at)
        if holds is not held:
            yield at, holds
        held = holds
