"""What Slack has that other kinds do not: people by id or address, looking back, bounds."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from connectors.errors import ConnectorError, PermanentError, RetryableError
from connectors.signed_links import LinkKeys, Links
from connectors.slack.blocks import LABELS
from models.messages.live import LiveMessage
from models.messages.message import Message, MessageKind
from models.messages.reference import Reference
from tests.fakes.counterparts.counterpart import WAIT
from tests.fakes.counterparts.slack import PLACE, USER, SlackCounterpart
from tests.fakes.messages import a_message
from tests.fakes.slack.state import BOT
from tests.fakes.webhook_sink import Answer

SOON = timedelta(seconds=20)
LATER = "2026-12-07T00:00:00Z"
ROOT = Reference(place=PLACE, message="1.1", thread="1.1")


@pytest.fixture
async def slack() -> AsyncIterator[SlackCounterpart]:
    """A workspace."""
    async with SlackCounterpart() as running:
        yield running


async def sent(
    slack: SlackCounterpart,
    message: Message,
    first: Reference | None = None,
    *,
    fresh: bool = False,
    **given: Any,
) -> Reference | None:
    """Send a message; `given` are settings."""
    directory = ChannelDirectory({"chat": channel_settings({**slack.settings, **given})})
    try:
        return await directory.send("chat", message, timeout=SOON, first_message=first, fresh=fresh)
    finally:
        await directory.aclose()


def notice(**given: Any) -> Message:
    """A notification to an audience."""
    kind = {"kind": MessageKind.NOTIFICATION, "recipient": "responders"}
    return a_message(**{**kind, **given})


def a_page(**given: Any) -> Message:
    """A page to a person."""
    return a_message(**{"recipient": "ana", "respond_until": LATER, **given})


async def test_a_person_is_found_by_their_id_or_else_by_their_address(
    slack: SlackCounterpart,
) -> None:
    """The policy's word counts; without it, Slack knows who has the address."""
    slack.server.workspace.add_user("U0OTHER", "other@example.org")
    await sent(slack, a_page(key="1", handles={"slack": "U0OTHER"}, address="ana@example.org"))
    await sent(slack, a_page(key="2", address="ana@example.org"))
    assert [place for place, _ in slack.server.posted] == ["DU0OTHER", f"D{USER}"]


@pytest.mark.parametrize("known", [{}, {"address": "nobody@example.org"}])
async def test_nobody_whom_slack_does_not_know_is_reached(
    slack: SlackCounterpart, known: dict[str, str]
) -> None:
    """The engine tries the next channel at once, and the common channel is no way to a person."""
    with pytest.raises(PermanentError, match="nobody knows ana there"):
        await sent(slack, a_page(**known))
    assert slack.server.posted == []


async def test_a_page_of_the_channel_itself_goes_to_its_place(slack: SlackCounterpart) -> None:
    """A level can page a channel."""
    await sent(slack, a_message(recipient="chat"))
    assert [place for place, _ in slack.server.posted] == [PLACE]


async def test_a_channel_without_a_place_reaches_people_alone(slack: SlackCounterpart) -> None:
    """It says what is missing."""
    with pytest.raises(PermanentError, match="no setting says which channel"):
        await sent(slack, notice(), place=None)
    assert await sent(slack, a_page(address="ana@example.org"), place=None)


async def test_the_first_message_and_pages_have_buttons(slack: SlackCounterpart) -> None:
    """What follows in a thread has none; what asks somebody to act always has."""
    first = await sent(slack, notice(key="1"))
    await sent(slack, notice(key="2"), first)
    page = await sent(slack, a_page(key="3", address="ana@example.org"))
    await sent(slack, a_page(key="4", address="ana@example.org"), page)
    buttons = [bool(each.buttons) for _, each in slack.server.posted]
    assert buttons == [True, False, True, True]
    assert slack.server.posted[0][1].buttons == list(LABELS.values())


async def test_a_summary_has_no_buttons(slack: SlackCounterpart) -> None:
    """It is about many incidents: a button would answer only one of them."""
    await sent(slack, a_message(recipient="ana", address="ana@example.org"))
    assert slack.server.posted[0][1].buttons == []


async def test_a_message_goes_on_alone_if_its_thread_is_gone(slack: SlackCounterpart) -> None:
    """Somebody deleted the first message, or archived its channel."""
    old = slack.server.workspace.add_channel("old", "C0OLD", archived=True)
    slack.server.workspace.post(old, BOT, "first")
    away = Reference(place="C0OLD", message=old.messages[0].ts, thread=old.messages[0].ts)
    for key, first in (("1", ROOT), ("2", away), ("3", Reference(message="<x@example.org>"))):
        reference = await sent(slack, notice(key=key), first)
        assert reference
        assert (reference.place, reference.thread) == (PLACE, reference.message)


async def test_a_fresh_message_is_not_looked_for(slack: SlackCounterpart) -> None:
    """Looking costs a call; only what may be there already is worth it."""
    await sent(slack, notice(), fresh=True)
    assert [request.path for request in slack.server.requests] == ["/api/chat.postMessage"]


async def test_an_earlier_message_is_found_far_back_and_in_its_thread(
    slack: SlackCounterpart,
) -> None:
    """Also if hundreds of others came after it."""
    first = await sent(slack, notice(key="1"))
    within = await sent(slack, notice(key="2"), first)
    place = slack.server.workspace.conversations[PLACE]
    for number in range(450):
        slack.server.workspace.post(place, "U0ANA", f"words {number}")
    assert await sent(slack, notice(key="1")) == first
    assert await sent(slack, notice(key="2"), first) == within
    assert len(slack.server.posted) == 2


async def test_nobody_elses_message_passes_for_an_earlier_one(slack: SlackCounterpart) -> None:
    """Another app can write any metadata, but it does not know the token."""
    await sent(slack, notice(key="1"), token=slack.secrets[0])
    payload = {"key": "guessed", "incident": "INC-1"}
    place = slack.server.workspace.conversations[PLACE]
    said = {"event_type": "incident_message", "event_payload": payload}
    slack.server.workspace.post(place, "U0APP", "fake", metadata=said)
    await sent(slack, notice(key="guessed"))
    assert len(slack.server.posted) == 2


async def test_an_app_that_may_not_look_back_sends_twice_rather_than_never(
    slack: SlackCounterpart,
) -> None:
    """Its scopes are too few; the log says so."""
    slack.server.without = {"conversations.history"}
    for _ in range(2):
        await sent(slack, notice())
    assert len(slack.server.posted) == 2


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("channel_not_found", PermanentError, "Slack answered channel_not_found"),
        ("invalid_auth", PermanentError, "Slack answered invalid_auth"),
        ("account_inactive", PermanentError, "Slack answered account_inactive"),
        ("internal_error", RetryableError, "Slack answered internal_error"),
        ("ratelimited", RetryableError, "Slack answered ratelimited"),
        ("fatal_error", RetryableError, "Slack answered fatal_error"),
        ("xoxb-token-secret", PermanentError, "Slack answered an error without a code"),
        ("x" * 200, PermanentError, "Slack answered an error without a code"),
    ],
)
async def test_a_code_of_slack_is_permanent_or_retryable(
    slack: SlackCounterpart, code: str, kind: type[ConnectorError], said: str
) -> None:
    """The status is 200 for all of them."""
    body = f'{{"ok": false, "error": "{code}"}}'.encode()
    slack.server.answers.append(Answer(body=body, takes=False))
    with pytest.raises(kind) as raised:
        await sent(slack, notice(), fresh=True)
    assert raised.value.reason == said


async def test_an_answer_that_nobody_can_read_is_tried_again(slack: SlackCounterpart) -> None:
    """The next attempt looks for the message first, so it comes once."""
    slack.server.answers.append(Answer(body=b"<html>proxy</html>", takes=True))
    with pytest.raises(RetryableError):
        await sent(slack, notice(), fresh=True)
    await sent(slack, notice())
    assert len(slack.server.posted) == 1


async def test_the_longest_message_fits(slack: SlackCounterpart) -> None:
    """Slack refuses what is longer than its bounds; it is cut before."""
    links = " ".join(f"https://example.org/{number}/{'x' * 460}" for number in range(9))
    long = {"subject": "S" * 900, "body": f"{'&<>' * 6000}{links}"}
    assert await sent(slack, a_page(address="ana@example.org", **long))
    [(_, posted)] = slack.server.posted
    assert len(posted.text) <= 2000


async def test_no_word_of_a_message_calls_anybody(slack: SlackCounterpart) -> None:
    """Only what we write is markup: the rest is plain text, or escaped."""
    said = "<!channel> <@U0ANA> *bold* <https://example.org|here> & more"
    await sent(slack, notice(subject=said, body=said))
    [(_, posted)] = slack.server.posted
    assert "<!" not in posted.text
    assert "&lt;!channel&gt;" in posted.text
    marked = [b["text"]["text"] for b in posted.blocks if b.get("text", {}).get("type") == "mrkdwn"]
    assert marked == ["<https://example.org>"]


async def test_an_edit_of_a_message_that_is_gone_is_permanent(slack: SlackCounterpart) -> None:
    """Nobody tries it again."""
    live = LiveMessage(incident_id="INC-1", recipient="ana", heading="x", facts={})
    directory = ChannelDirectory({"chat": channel_settings(slack.settings)})
    for gone in (ROOT, Reference(message="<x@example.org>")):
        with pytest.raises(PermanentError):
            await directory.edit("chat", live, gone, timeout=SOON)
    await directory.aclose()


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"place": "incidents"}, "must be the id of a channel"),
        ({"url": "http://slack.example.org/api"}, "must begin with https://"),
        ({"token": "xoxb secret"}, "without spaces"),
    ],
)
def test_settings_say_what_is_wrong(given: dict[str, Any], problem: str) -> None:
    """Without the value, which may be a secret."""
    with pytest.raises(ValidationError, match=problem) as raised:
        channel_settings({"kind": "slack", "token": "xoxb-1", **given})
    assert "xoxb secret" not in str(raised.value)


async def test_the_first_message_in_a_channel_leads_to_the_page_of_its_incident(
    slack: SlackCounterpart,
) -> None:
    """Whoever opens it says who they are; a person's own link stays with the person."""
    links = Links(LinkKeys.read("test:0123456789abcdef0123456789abcdef"), "https://inc.example.org")
    directory = ChannelDirectory({"chat": channel_settings(slack.settings)}, links=links)
    page = a_page(key="2", address="ana@example.org")
    try:
        first = await directory.send("chat", notice(key="1"), timeout=SOON)
        await directory.send("chat", page, timeout=SOON)
        await directory.send("chat", notice(key="3"), timeout=SOON, first_message=first)
    finally:
        await directory.aclose()
    root, later = slack.server.workspace.conversations[PLACE].messages
    [own] = slack.server.workspace.direct(USER).messages
    assert root.words.endswith("https://inc.example.org/incidents/INC-1")
    assert "https://inc.example.org/r/" in own.words
    assert "https://" not in later.words


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "users.lookupByEmail"])
async def test_whoever_asks_too_often_waits_as_long_as_slack_says(
    slack: SlackCounterpart, method: str
) -> None:
    """Each method has a limit of its own."""
    slack.server.allows = {method: 1}
    first = await sent_and_edited(slack, "1")
    assert first is None
    second = await sent_and_edited(slack, "2")
    assert second
    assert second.retry_after == WAIT


async def sent_and_edited(slack: SlackCounterpart, key: str) -> RetryableError | None:
    """Page somebody and edit the page; returns what went wrong for now."""
    live = LiveMessage(incident_id="INC-1", recipient="ana", heading="x", facts={})
    directory = ChannelDirectory({"chat": channel_settings(slack.settings)})
    page = a_page(key=key, address="ana@example.org")
    try:
        there = await directory.send("chat", page, timeout=SOON)
        assert there
        await directory.edit("chat", live, there, timeout=SOON)
    except RetryableError as error:
        return error
    finally:
        await directory.aclose()
    return None
