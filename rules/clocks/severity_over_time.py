"""Which severity was in force when, and what each change does to running clocks."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from models.compiled import CompiledPolicy, RunningClocks
from models.incident.record import Incident


def severity_at(incident: Incident, at: datetime) -> str:
    """The severity in force at `at`; before the first one, the first."""
    ordered = sorted(incident.severities, key=lambda change: change.at)
    held = [change.severity for change in ordered if change.at <= at]
    return held[-1] if held else ordered[0].severity


def severity_changes(
    incident: Incident, policy: CompiledPolicy
) -> Iterator[tuple[datetime, str, RunningClocks, bool]]:
    """Each change of severity: when, to what, its effect on running clocks, whether it is lower."""
    rank = {severity: place for place, severity in enumerate(policy.severities)}
    ordered = sorted(incident.severities, key=lambda change: change.at)
    for before, change in pairwise(ordered):
        if before.severity != change.severity:
            worst = len(rank)
            lowered = rank.get(change.severity, worst) > rank.get(before.severity, worst)
            rule = policy.when_lowered if lowered else policy.when_raised
            yield change.at, change.severity, rule, lowered
