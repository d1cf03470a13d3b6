"""Where Slack cannot reach the web server, the web server calls Slack, and all is the same."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from tests.fakes.counterparts.slack import PLACE
from tests.fakes.slack.socket import SlackSocket
from tests.web.callbacks.conftest import ANA, Office, until
from web.callbacks.slack import socket_mode
from web.callbacks.slack.socket_mode import Socket, sockets_of


@pytest.fixture
async def socket(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackSocket]:
    """A connection of the web server to Slack, after a first attempt that failed."""
    monkeypatch.setattr(socket_mode, "FIRST_PAUSE_SECONDS", 0.01)
    async with SlackSocket() as slack:
        office.slack.socket, slack.refuses = slack, 1
        [made] = sockets_of(office.app.state.slack)
        made.start()
        await slack.wait_for(1)
        yield slack
        await made.aclose()
        office.slack.socket = None


async def test_what_people_do_comes_over_the_connection(
    office: Office, socket: SlackSocket
) -> None:
    """Commands, buttons and events, each acknowledged with the answer that HTTP would have."""
    incident = await office.reports()
    root, ana = office.root(incident), office.user(ANA)
    assert root
    with capture_logs() as logged:
        said = await socket.sends("slash_commands", {"text": "list", "user_id": ANA})
        assert incident in said["blocks"][0]["text"]["text"]
        assert await socket.sends("interactive", ana.press("Acknowledge", PLACE, root)) == {}
        assert await socket.sends("events_api", {"event": {"type": "message"}}) == {}
        assert await socket.sends("pigeons", {}) == {}
    assert (await office.record(incident)).state == "assessment"
    assert "ticket" not in repr(logged)


async def test_a_connection_that_slack_ends_is_made_anew(
    office: Office, socket: SlackSocket
) -> None:
    """Without anybody who sees to it."""
    socket.ends_soon()
    await socket.wait_for(2)
    said = await socket.sends("slash_commands", {"text": "oncall", "user_id": ANA})
    assert "primary: ana" in said["blocks"][0]["text"]["text"]


async def test_an_error_of_ours_is_logged_and_the_connection_goes_on(
    office: Office, socket: SlackSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What broke is not acknowledged, so Slack sends it again if it can."""
    [dispatcher] = office.app.state.slack

    async def breaks(_: object) -> dict[str, object]:
        raise ValueError("secret")

    with capture_logs() as logged, monkeypatch.context() as broken:
        broken.setattr(dispatcher, "command", breaks)
        sending = asyncio.create_task(socket.sends("slash_commands", {"text": "list"}))
        await until(lambda: any(each["event"] == "slack.broken" for each in logged))
    sending.cancel()
    assert "secret" not in repr(logged)
    said = await socket.sends("slash_commands", {"text": "oncall", "user_id": ANA})
    assert "primary: ana" in said["blocks"][0]["text"]["text"]


async def test_only_an_app_with_its_token_is_connected(office: Office) -> None:
    """The others get requests."""
    [dispatcher] = office.app.state.slack
    assert [type(each) for each in sockets_of([dispatcher])] == [Socket]
    assert sockets_of([]) == ()
