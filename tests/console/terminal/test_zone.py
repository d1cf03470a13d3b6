"""Instants are shown in the time zone of the policy, or in UTC."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from console.incidents.incident_view import render
from console.terminal.zone import moment, times_in
from models.contracts.incident import Carried
from policies.compiling.policy import compile_policy
from policies.reading.load import load_policy
from rules.commands.view import view_of
from runtime.settings import ROOT
from tests.specimens import POLICY, after, an_incident

SUMMER, WINTER = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "utc", "shown"),
    [
        ("Europe/Berlin", False, ["2026-07-01 14:00:00 CEST", "2026-01-01 13:00:00 CET"]),
        ("Europe/Berlin", True, ["2026-07-01 12:00:00Z", "2026-01-01 12:00:00Z"]),
        ("UTC", False, ["2026-07-01 12:00:00Z", "2026-01-01 12:00:00Z"]),
        ("Mars/Olympus", False, ["2026-07-01 12:00:00Z", "2026-01-01 12:00:00Z"]),
    ],
)
def test_an_instant_says_its_zone(zone: str, *, utc: bool, shown: list[str]) -> None:
    """A zone that this machine does not know is no reason to show nothing."""
    with times_in(zone, utc=utc):
        assert [moment(SUMMER), moment(WINTER)] == shown
    assert moment(SUMMER) == "2026-07-01 12:00:00Z"
    assert moment(None) == ""


def test_an_incident_is_shown_in_the_zone_of_its_policy() -> None:
    """The clocks, the timeline and the head of it alike."""
    policy = POLICY.changed(time_zone="Europe/Berlin")
    view = view_of(Carried(incident=an_incident(policy), policy=policy), after(1))
    terminal = Console(width=200, record=True, file=StringIO())
    with times_in(view.time_zone, utc=False):
        terminal.print(render(view))
    text = terminal.export_text()
    assert "2026-03-27 17:50:00 CET" in text
    assert "16:50:00" not in text


def test_an_incident_carries_the_zone_of_its_policy() -> None:
    """An incident from before that has none, and is shown in UTC."""
    read = load_policy(ROOT / "docs" / "examples" / "policies" / "on-call.yaml").policy
    assert read is not None
    assert compile_policy(read, "0" * 64, None).time_zone == "Europe/London"
    assert "time_zone" not in POLICY.model_dump()
