"""On Slack, the first message of an incident shows its state, and others stand in its thread."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from models.compiled import Audience, OwnPlace, ReviewRule
from tests.fakes.counterparts.slack import PLACE, USER, SlackCounterpart
from tests.fakes.slack.state import BOT
from tests.fakes.webhook_sink import Answer
from tests.scenarios.stage import Stage
from tests.specimens import POLICY, REPORT

EVENTS = ("reported", "acknowledged", "resolved", "closed")
AUDIENCES = tuple(Audience(name=n, channels=("chat",), on=EVENTS) for n in ("techs", "bosses"))
ANA = POLICY.people["ana"].changed(handles={"slack": USER}, channels=("chat",))
LIVE = POLICY.changed(
    audiences=AUDIENCES,
    live=("chat",),
    clocks=(),
    roles=(),
    steps=(),
    authority={},
    people={**POLICY.people, "ana": ANA},
)


@pytest.fixture
async def slack() -> AsyncIterator[SlackCounterpart]:
    """A workspace."""
    async with SlackCounterpart() as running:
        yield running


@pytest.fixture
async def stage(
    slack: SlackCounterpart, time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> AsyncIterator[Stage]:
    """A stage whose messages go to the workspace."""
    directory = ChannelDirectory({"chat": channel_settings(slack.settings)})
    made = Stage(time_skipping, task_queue, tmp_path / "documents", directory)
    async with made.worker():
        yield made
    await directory.aclose()


async def test_one_message_of_an_incident_shows_its_state_and_the_others_are_in_its_thread(
    stage: Stage, slack: SlackCounterpart
) -> None:
    """Two audiences that read the same channel share it; a page is edited as well.

    While Slack takes no edit, the incident goes on; then the newest state is shown.
    """
    busy = Answer(status=503)
    await stage.report(LIVE, REPORT.changed(severity="SEV3"))
    place = slack.server.workspace.conversations[PLACE]
    [page] = slack.server.workspace.direct(USER).messages
    root, *thread = place.messages
    assert [each.thread_ts for each in thread] == [root.ts]
    slack.server.meets["chat.update"] = [busy] * 8
    await stage.do("acknowledge")
    await stage.do("resolve")
    await stage.at(30)
    assert "state: closed" in root.words
    assert "state: closed" in page.words
    assert root.buttons == page.buttons == []
    assert {each.thread_ts for each in place.messages[1:]} == {root.ts}
    assert (await stage.ended()).incident.state == "closed"


async def test_an_incident_has_a_channel_of_its_own_from_a_severity_on(
    stage: Stage, slack: SlackCounterpart
) -> None:
    """Its messages go there, whoever is paged is there, and it ends with the incident."""
    own = LIVE.changed(own_places={"chat": OwnPlace(severities=("SEV1",))}, review=ReviewRule())
    await stage.report(own, REPORT.changed(severity="SEV3"))
    usual = slack.server.workspace.conversations[PLACE]
    assert len(usual.messages) == 2
    await stage.do("set_severity", severity="SEV1")
    await stage.do("acknowledge")
    [place] = [each for each in slack.server.workspace.conversations.values() if each.creator]
    assert place.members == {BOT, USER}
    assert place.topic.startswith("SEV1, assessment")
    root, *thread = place.messages
    assert [each.thread_ts for each in thread] == [root.ts]
    await stage.do("resolve")
    record = (await stage.ended()).incident
    assert (place.archived, record.places) == (True, {"chat": place.id})
    assert "state: closed" in root.words
    assert len(usual.messages) == 2
    assert "its own place by chat is #inc-" in str([e.summary for e in record.timeline])


async def test_a_rehearsal_makes_no_channel_and_goes_on_as_if_it_had(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """Its channels only record."""
    rehearsed = Stage(time_skipping, task_queue, tmp_path / "documents")
    async with rehearsed.worker():
        await rehearsed.report(LIVE.changed(own_places={"chat": OwnPlace(severities=("SEV1",))}))
        kinds = [entry.kind for entry in (await rehearsed.record()).timeline]
    assert (kinds.count("place.made"), kinds.count("notification.sent")) == (1, 2)


async def test_without_a_channel_of_its_own_everything_goes_to_the_usual_one(
    stage: Stage, slack: SlackCounterpart
) -> None:
    """The app may make none: the timeline says so, and nothing waits for it."""
    slack.server.without = {"conversations.create"}
    await stage.report(LIVE.changed(own_places={"chat": OwnPlace(severities=("SEV1",))}))
    assert len(slack.server.workspace.conversations[PLACE].messages) == 2
    kinds = [entry.kind for entry in (await stage.record()).timeline]
    assert kinds.count("place.failed") == 1
