"""What Teams has that other kinds do not: cards with a bound, links instead of buttons."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from connectors.channels.teams import CARD_BOUND
from connectors.errors import PermanentError
from connectors.signed_links import LinkKeys, Links
from models.base import Instant
from models.messages.event import Event
from models.messages.message import Message, MessageKind
from tests.fakes.counterparts.teams import TeamsCounterpart, words_of
from tests.fakes.messages import a_message
from tests.specimens import START

SOON = timedelta(seconds=20)
LINKS = Links(LinkKeys.read("test:0123456789abcdef0123456789abcdef"), "https://inc.example.org")


@pytest.fixture
async def teams() -> AsyncIterator[TeamsCounterpart]:
    """A webhook."""
    async with TeamsCounterpart() as running:
        yield running


async def sent(teams: TeamsCounterpart, message: Message) -> None:
    """Send a message."""
    directory = ChannelDirectory({"chat": channel_settings(teams.settings)}, links=LINKS)
    try:
        assert await directory.send("chat", message, timeout=SOON) is None
    finally:
        await directory.aclose()


def notice(**given: Any) -> Message:
    """A notification to an audience."""
    return a_message(**{"kind": MessageKind.NOTIFICATION, "recipient": "responders", **given})


async def test_a_card_leads_to_the_page_of_its_incident_and_to_the_runbook(
    teams: TeamsCounterpart,
) -> None:
    """Nobody's own link is among them: many people read the place."""
    until: Instant = START
    runbook = {"runbook": "https://wiki.example.org/db"}
    await sent(teams, notice(facts=runbook, respond_until=until))
    [card] = teams.sink.cards
    assert [(each["title"], each["url"]) for each in card["actions"]] == [
        ("Open the incident", "https://inc.example.org/incidents/INC-1"),
        ("Runbook", "https://wiki.example.org/db"),
    ]


@pytest.mark.parametrize("body", ["x" * 100_000, "line\n" * 20_000, "\N{PILE OF POO}\n" * 9000, ""])
async def test_a_card_is_cut_to_what_teams_takes(teams: TeamsCounterpart, body: str) -> None:
    """Whole lines are left out at its end, and a sign says so."""
    await sent(teams, notice(body=body, subject="s" * 900))
    [request] = teams.sink.requests
    assert len(request.body) <= CARD_BOUND
    assert not body or words_of(teams.sink.cards[0])[-2].endswith("…")


async def test_no_word_of_a_message_is_markup(teams: TeamsCounterpart) -> None:
    """A run of text shows every sign as it is."""
    said = "**bold** [here](https://evil.example.org) <at>everybody</at>"
    await sent(teams, notice(subject=said, body=said))
    assert words_of(teams.sink.cards[0])[:2] == [said, said]


async def test_events_are_for_tools(teams: TeamsCounterpart) -> None:
    """A webhook takes them."""
    event = Event(type="reported", timestamp=START, data={})
    with pytest.raises(PermanentError, match="Teams is for people"):
        await sent(teams, notice(event=event))


@pytest.mark.parametrize(
    "url", ["http://example.org/hook", "no address", "https://a:b@example.org"]
)
def test_its_address_is_kept_secret(url: str) -> None:
    """Also in what settings say about it."""
    with pytest.raises(ValidationError) as raised:
        channel_settings({"kind": "teams", "url": url})
    assert "example.org" not in str(raised.value)
