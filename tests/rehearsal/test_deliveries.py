"""Alerts of a payload, dated by when the scenario delivers them."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rehearsal.alerts import Deliveries
from rehearsal.payloads import Payload, payload_file
from tests.rehearsal.plays import after

PAYLOADS = Path(__file__).parents[1] / "scenarios" / "files" / "payloads"
FIRING = payload_file(PAYLOADS / "firing.json")
RESOLVED = payload_file(PAYLOADS / "resolved.json")


def times(payload: Payload) -> list[tuple[datetime | None, datetime | None]]:
    """Since when and until when each alert fires."""
    return [(a.started_at, a.ended_at) for group in payload.groups for a in group.alerts]


def test_an_alert_fires_since_it_is_first_said_to() -> None:
    """A repeat tells of the same firing."""
    deliveries = Deliveries("night")
    first, again = deliveries.dated(FIRING, after(10)), deliveries.dated(FIRING, after(20))
    assert [since for since, _ in times(first)] == [after(10)]
    assert times(again) == times(first)
    assert times(first)[0][1] is None


def test_an_alert_ends_when_it_is_first_said_to_have_ended() -> None:
    """And keeps the beginning that it had."""
    deliveries = Deliveries("night")
    deliveries.dated(FIRING, after(10))
    assert times(deliveries.dated(RESOLVED, after(30)))[0] == (after(10), after(30))
    assert times(deliveries.dated(RESOLVED, after(40)))[0] == (after(10), after(30))


def test_an_alert_that_fires_after_its_end_fires_anew() -> None:
    """That is a recurrence."""
    deliveries = Deliveries("night")
    deliveries.dated(FIRING, after(10))
    deliveries.dated(RESOLVED, after(30))
    assert times(deliveries.dated(FIRING, after(50)))[0][0] == after(50)


def test_each_rehearsal_has_alert_groups_of_its_own() -> None:
    """Two that are played side by side do not hear each other's alerts."""
    each = [Deliveries(name).dated(FIRING, after(0)).groups[0] for name in ("a", "b")]
    assert len({group.key for group in each}) == 2


def test_an_alert_whose_sender_names_no_instant_gets_none() -> None:
    """The alert group dates it when it hears of it, as in production."""
    (group,) = FIRING.groups
    undated = tuple(replace(alert, started_at=None) for alert in group.alerts)
    told = replace(FIRING, groups=(replace(group, alerts=undated),))
    assert times(Deliveries("night").dated(told, after(10))) == [(None, None)]
