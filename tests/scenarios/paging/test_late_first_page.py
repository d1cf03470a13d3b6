"""The log of a worker names a first page that waited too long for it."""

from datetime import UTC, datetime, timedelta

import structlog
from structlog.testing import capture_logs

from rules.paging.urgency import FIRST_PAGE_WAITS
from tests.scenarios.stage import Stage
from tests.specimens import REPORT


async def test_a_first_page_that_waited_longer_than_it_should_is_in_the_log(stage: Stage) -> None:
    """Its alerts had fired a minute before a worker first looked at the incident."""
    fired_at = datetime.now(UTC) - FIRST_PAGE_WAITS - timedelta(minutes=1)
    monitored = REPORT.changed(group_id="AG-1", happened_at=fired_at)
    structlog.reset_defaults()
    with capture_logs() as logged:
        await stage.report(report=monitored)
    waited = [line for line in logged if line["event"] == "first_page.waited"]
    assert len(waited) == 1
    assert waited[0]["seconds"] >= FIRST_PAGE_WAITS.total_seconds()
