"""The report that the alerts of a group make."""

import pytest

from models.alert import Alert
from rules.alert_report import report_of
from tests.rules.groups import Group, firing


@pytest.mark.parametrize(
    ("alerts", "title"),
    [
        ([firing("a")], "a"),
        ([firing("a", summary="it burns")], "a: it burns"),
        ([firing("b", 2), firing("a", 1, summary="it burns")], "a: it burns (and 1 more)"),
        ([firing("a", summary="x" * 400), firing("b", 1)], f"a: {'x' * 284} (and 1 more)"),
    ],
)
def test_the_first_alert_gives_the_title(alerts: list[Alert], title: str) -> None:
    """The others are counted; the title keeps to its limit."""
    state = Group().hears(3, *alerts).state
    assert report_of(state, "AG-k", happened_at=None, previous=None).title == title


def test_the_service_is_what_all_alerts_agree_on() -> None:
    """Two services are two affected systems, and no service."""
    one = Group().hears(3, firing("a", service="pay"), firing("b", service="pay")).state
    two = Group().hears(3, firing("a", service="pay"), firing("b", service="web")).state
    reports = [report_of(s, "AG-k", happened_at=None, previous=None) for s in (one, two)]
    assert [report.service for report in reports] == ["pay", None]
    assert reports[1].affected_systems == ("pay", "web")
