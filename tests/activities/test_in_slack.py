"""Effects in Slack, which honours no key: each comes once, whatever happens to a worker."""

import dataclasses
from collections.abc import AsyncIterator

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.live_messages import LiveMessagesActivity
from activities.send_notification import SendNotificationActivity
from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from models.contracts.live import EditMessage, KeepPlace
from models.contracts.notifying import PERMANENT_FAILURE, SendNotification
from models.messages.live import LiveMessage
from models.messages.message import MessageKind
from models.messages.place import PlaceWanted
from models.messages.reference import Reference
from tests.fakes.counterparts.slack import SlackCounterpart
from tests.fakes.messages import a_message
from tests.fakes.webhook_sink import Answer

NOTICE = a_message(kind=MessageKind.NOTIFICATION, recipient="responders")
LOST = Answer(close=True, takes=True)
WANTED = KeepPlace(channel="chat", wanted=PlaceWanted(incident_id="INC-1", topic="SEV1"))


@pytest.fixture
async def slack() -> AsyncIterator[SlackCounterpart]:
    """A workspace."""
    async with SlackCounterpart() as running:
        yield running


@pytest.fixture
async def directory(slack: SlackCounterpart) -> AsyncIterator[ChannelDirectory]:
    """The channels of a worker."""
    made = ChannelDirectory({"chat": channel_settings(slack.settings)})
    yield made
    await made.aclose()


async def test_only_a_first_attempt_at_a_fresh_message_does_not_look_for_it(
    slack: SlackCounterpart, directory: ChannelDirectory, environment: ActivityEnvironment
) -> None:
    """A later one may follow an attempt of a worker that died after Slack had the message."""
    activity = SendNotificationActivity(directory).send_notification
    request = SendNotification(channel="chat", message=NOTICE, fresh=True)
    slack.server.answers.append(LOST)
    with pytest.raises(ApplicationError):
        await environment.run(activity, request)
    assert slack.server.calls("conversations.history") == []
    environment.info = dataclasses.replace(environment.info, attempt=2)
    receipt = await environment.run(activity, request)
    [(place, posted)] = slack.server.posted
    assert receipt.reference == Reference(place=place, message=posted.ts, thread=posted.ts)


async def test_a_message_that_was_tried_in_another_round_is_looked_for(
    slack: SlackCounterpart, directory: ChannelDirectory, environment: ActivityEnvironment
) -> None:
    """The workflow says that it is not fresh."""
    activity = SendNotificationActivity(directory).send_notification
    request = SendNotification(channel="chat", message=NOTICE)
    for _ in range(2):
        await environment.run(activity, request)
    assert len(slack.server.posted) == 1


async def test_an_edit_and_a_place_can_come_again(
    slack: SlackCounterpart, directory: ChannelDirectory, environment: ActivityEnvironment
) -> None:
    """They are states: a repeat finds them as they are to be."""
    sent = await environment.run(
        SendNotificationActivity(directory).send_notification,
        SendNotification(channel="chat", message=NOTICE),
    )
    live = LiveMessage(incident_id="INC-1", recipient="all", heading="Fixed", facts={})
    edit = EditMessage(channel="chat", reference=sent.reference, live=live)
    activities = LiveMessagesActivity(directory)
    for _ in range(2):
        assert await environment.run(activities.edit_message, edit)
        await environment.run(activities.keep_place, WANTED)
    assert slack.server.posted[0][1].words == "Fixed"
    made = [each for each in slack.server.workspace.conversations.values() if each.creator]
    assert len(made) == 1


async def test_what_slack_refuses_is_typed_and_without_secrets(
    slack: SlackCounterpart, directory: ChannelDirectory, environment: ActivityEnvironment
) -> None:
    """So the incident tries nothing again that cannot help."""
    slack.server.without = {"chat.update", "conversations.create"}
    activities = LiveMessagesActivity(directory)
    live = LiveMessage(incident_id="INC-1", recipient="all", heading="Fixed", facts={})
    there = Reference(place="C0INCIDENTS", message="1.1")
    edit = EditMessage(channel="chat", reference=there, live=live)
    for activity, request in ((activities.edit_message, edit), (activities.keep_place, WANTED)):
        with pytest.raises(ApplicationError) as raised:
            await environment.run(activity, request)  # type: ignore[arg-type]
        assert (raised.value.type, raised.value.non_retryable) == (PERMANENT_FAILURE, True)
        assert raised.value.message == "chat: Slack answered missing_scope"
