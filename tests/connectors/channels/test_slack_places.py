"""A channel of Slack for each incident: made once, adopted only if it is ours, closed at last."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from connectors.errors import PermanentError, RetryableError
from connectors.slack.places import names_of
from models.messages.place import KeptPlace, Member, PlaceWanted
from tests.fakes.counterparts.slack import USER, SlackCounterpart
from tests.fakes.slack.state import BOT, Conversation
from tests.fakes.webhook_sink import Answer

SOON = timedelta(seconds=20)
NAME = "inc-261201-abcd1234"
ANA = Member(name="ana", address="ana@example.org")
WANTED = PlaceWanted(incident_id="INC-261201-ABCD1234", topic="SEV1, reported", members=(ANA,))


@pytest.fixture
async def slack() -> AsyncIterator[SlackCounterpart]:
    """A workspace."""
    async with SlackCounterpart() as running:
        yield running


async def kept(
    slack: SlackCounterpart, wanted: PlaceWanted = WANTED, before: KeptPlace | None = None
) -> KeptPlace:
    """See to the place."""
    directory = ChannelDirectory({"chat": channel_settings(slack.settings)})
    try:
        return await directory.keep("chat", wanted, before, timeout=SOON)
    finally:
        await directory.aclose()


def named(slack: SlackCounterpart, name: str = NAME) -> Conversation:
    """The channel of a name."""
    places = slack.server.workspace.conversations.values()
    return next(each for each in places if each.name == name)


async def test_it_is_made_with_its_people_and_says_how_the_incident_stands(
    slack: SlackCounterpart,
) -> None:
    """Then it follows the incident, and is archived in the end; each step can come again."""
    made = await kept(slack)
    place = named(slack)
    assert (made.place, made.name, made.invited) == (place.id, f"#{NAME}", ("ana",))
    assert (place.topic, place.members) == ("SEV1, reported", {BOT, USER})
    later = WANTED.changed(topic="SEV1, resolved")
    for _ in range(2):
        moved = await kept(slack, later, made)
    assert place.topic == "SEV1, resolved"
    for _ in range(2):
        closed = await kept(slack, later.changed(closed=True), moved)
    assert (closed.closed, place.archived) == (True, True)


@pytest.mark.parametrize("lost", ["conversations.create", "conversations.setPurpose"])
async def test_a_lost_answer_makes_no_second_channel(slack: SlackCounterpart, lost: str) -> None:
    """Its name is taken, and it is ours."""
    slack.server.meets[lost] = [Answer(close=True, takes=True)]
    with pytest.raises(RetryableError):
        await kept(slack)
    assert (await kept(slack)).place == named(slack).id
    assert len(slack.server.calls("conversations.create")) == 2
    channels = [c for c in slack.server.workspace.conversations.values() if NAME in c.name]
    assert len(channels) == 1


@pytest.mark.parametrize(
    "theirs",
    [
        {"creator": "U0EVE"},
        {"creator": "U0EVE", "purpose": "Incident INC-261201-ABCD1234"},
        {"creator": BOT, "purpose": "Incident INC-261201-OTHER"},
        {"creator": BOT, "archived": True},
    ],
)
async def test_a_channel_that_is_not_ours_is_left_alone(
    slack: SlackCounterpart, theirs: dict[str, Any]
) -> None:
    """Somebody could wait there for what people write; the next name is taken."""
    slack.server.workspace.add_channel(NAME, **theirs)
    assert (await kept(slack)).name == f"#{NAME}-2"
    assert named(slack).members == {BOT}


async def test_if_every_name_is_taken_there_is_none(slack: SlackCounterpart) -> None:
    """Messages go to the usual place."""
    for name in names_of(WANTED.incident_id):
        slack.server.workspace.add_channel(name, creator="U0EVE")
    with pytest.raises(PermanentError, match="others have every name"):
        await kept(slack)


async def test_somebody_whom_slack_does_not_know_stops_nothing(slack: SlackCounterpart) -> None:
    """Nor somebody who is there already."""
    people = (Member(name="bo", address="bo@example.org"), Member(name="cy"))
    gone = Member(name="dee", handles={"slack": "U0GONE"})
    made = await kept(slack, WANTED.changed(members=(*people, gone, ANA)))
    named(slack).members.add("U0EVE")
    assert made.invited == ("ana", "bo", "cy", "dee")


@pytest.mark.parametrize(
    ("incident", "name"),
    [("INC-1", "inc-1"), ("Ä ö#/ß", "incident"), ("x" * 300, "x" * 78)],
)
def test_a_name_has_only_what_slack_takes(incident: str, name: str) -> None:
    """Lower-case letters, digits, dashes; eighty at most, also with a number."""
    names = list(names_of(incident))
    assert names[0] == name
    assert all(len(each) <= 80 for each in names)
