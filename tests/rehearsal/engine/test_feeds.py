"""Rehearsals of a schedule that follows a feed."""

from datetime import UTC, datetime
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from connectors.feeds.settings import FeedSettings
from models.base import Actor
from models.incident.record import Report
from rehearsal.engine.policy import RehearsedPolicy
from rehearsal.engine.rehearsed_engine import RehearsedEngine
from tests.fakes.feeds import ANA, BO, a_feed
from tests.policies.written import WHOLE

POLICY = WHOLE.replace("page: ana", "page: schedule:fed").replace(
    "default: acknowledger", "default: schedule:fed"
)


async def test_a_rehearsal_reads_the_feeds_that_it_was_given(
    time_skipping: WorkflowEnvironment, tmp_path: Path
) -> None:
    """The person whom the feed names takes the role and is paged."""
    file, feed = tmp_path / "policy.yaml", tmp_path / "fed.ics"
    file.write_text(POLICY + "schedules: { fed: { ical: feed:shifts } }\n")
    feed.write_text(a_feed(ANA, BO))
    feeds = {"shifts": FeedSettings(path=feed)}
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    report = Report(title="It fails", reporter=Actor(name="cy", via="console"))
    async with RehearsedEngine(
        time_skipping.client, RehearsedPolicy(file), tmp_path, feeds
    ) as engine:
        await engine.report("incident", report, at)
        record = (await engine.view(engine.incidents["incident"], at)).incident
    assert record.holder("lead") == "bo"
    told = next(entry for entry in record.timeline if entry.kind == "page.sent")
    assert "page to bo (level 1, fed, feed shifts until 2026-03-15 09:00 UTC" in told.summary
    assert told.data["feed_age_seconds"] < 60
