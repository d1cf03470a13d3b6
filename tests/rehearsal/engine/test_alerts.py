"""Alerts of a payload have the instant at which the scenario delivers them."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rehearsal.engine.alerts import RehearsedDeliveries
from rehearsal.scenarios.payloads import Payload, payload_file
from tests.rehearsal.plays import after

PAYLOADS = Path(__file__).parents[2] / "scenarios" / "files" / "payloads"
FIRING = payload_file(PAYLOADS / "firing.json")
RESOLVED = payload_file(PAYLOADS / "resolved.json")


def times(payload: Payload) -> list[tuple[datetime | None, datetime | None]]:
    """When each alert begins to fire and when it ends."""
    return [(a.started_at, a.ended_at) for group in payload.groups for a in group.alerts]


def test_an_alert_fires_from_its_first_delivery_on() -> None:
    """A repeat belongs to the same firing."""
    deliveries = RehearsedDeliveries("night")
    first, again = deliveries.dated(FIRING, after(10)), deliveries.dated(FIRING, after(20))
    assert [since for since, _ in times(first)] == [after(10)]
    assert times(again) == times(first)
    assert times(first)[0][1] is None


def test_an_alert_ends_at_the_first_delivery_that_says_so() -> None:
    """It keeps its beginning."""
    deliveries = RehearsedDeliveries("night")
    deliveries.dated(FIRING, after(10))
    assert times(deliveries.dated(RESOLVED, after(30)))[0] == (after(10), after(30))
    assert times(deliveries.dated(RESOLVED, after(40)))[0] == (after(10), after(30))


def test_an_alert_that_fires_after_its_end_begins_anew() -> None:
    """It is a recurrence."""
    deliveries = RehearsedDeliveries("night")
    deliveries.dated(FIRING, after(10))
    deliveries.dated(RESOLVED, after(30))
    assert times(deliveries.dated(FIRING, after(50)))[0][0] == after(50)


def test_each_rehearsal_has_its_own_alert_groups() -> None:
    """Two rehearsals at once do not receive each other's alerts."""
    each = [RehearsedDeliveries(name).dated(FIRING, after(0)).groups[0] for name in ("a", "b")]
    assert len({group.key for group in each}) == 2


def test_an_alert_without_an_instant_gets_none() -> None:
    """The alert group dates it on arrival, as in production."""
    (group,) = FIRING.groups
    undated = tuple(replace(alert, started_at=None) for alert in group.alerts)
    told = replace(FIRING, groups=(replace(group, alerts=undated),))
    assert times(RehearsedDeliveries("night").dated(told, after(10))) == [(None, None)]
