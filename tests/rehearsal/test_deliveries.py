"""Alerts of a payload, dated by when the scenario delivers them."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from rehearsal.alerts import Deliveries
from tests.rehearsal.plays import after

PAYLOADS = Path(__file__).parents[1] / "scenarios" / "files" / "payloads"
FIRING: dict[str, Any] = json.loads((PAYLOADS / "firing.json").read_text())
RESOLVED: dict[str, Any] = json.loads((PAYLOADS / "resolved.json").read_text())


def times(payload: dict[str, Any]) -> list[tuple[datetime, datetime]]:
    """Since when and until when each alert fires."""
    moment = datetime.fromisoformat
    return [(moment(a["startsAt"]), moment(a["endsAt"])) for a in payload["alerts"]]


def test_an_alert_fires_since_it_is_first_said_to() -> None:
    """A repeat tells of the same firing."""
    deliveries = Deliveries("night")
    first, again = deliveries.dated(FIRING, after(10)), deliveries.dated(FIRING, after(20))
    assert [since for since, _ in times(first)] == [after(10)]
    assert times(again) == times(first)
    assert times(first)[0][1].year == 1


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
    keys = {Deliveries(name).dated(FIRING, after(0))["groupKey"] for name in ("a", "b")}
    assert len(keys) == 2
