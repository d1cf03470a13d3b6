"""Names of channels, and the channels that need no other side."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.channels.directory import ChannelDirectory
from connectors.channels.email import EmailSettings, Tls
from connectors.channels.kind import ChannelSettings
from connectors.channels.kinds import channel_settings
from connectors.channels.webhook import WebhookSettings
from connectors.errors import PermanentError, RetryableError
from tests.fakes.messages import a_message
from tests.fakes.webhook_sink import Answer, WebhookSink

SOON = timedelta(seconds=5)


def settings(**given: Any) -> ChannelSettings:
    """Settings as they come from a file."""
    return channel_settings(given)


def email(**given: Any) -> EmailSettings:
    """Settings of an e-mail channel without its kind."""
    made = settings(**given)
    assert isinstance(made, EmailSettings)
    return made


def webhook(**given: Any) -> WebhookSettings:
    """Settings of a webhook without its kind."""
    made = settings(**given)
    assert isinstance(made, WebhookSettings)
    return made


def test_a_name_without_setting_is_permanent() -> None:
    """A channel that nobody set up cannot carry anything."""
    with pytest.raises(PermanentError, match="pager: no setting"):
        ChannelDirectory({}).channel("pager")


def test_unresolved_names_are_told_once_in_order() -> None:
    """Names without setting are listed; console and log always exist."""
    directory = ChannelDirectory({"pager": settings(url="http://localhost/x")})
    names = ("b", "pager", "a", "log", "b", "console")
    assert directory.unresolved(names) == ("b", "a")


def test_a_name_means_one_channel() -> None:
    """Asking twice gives the same channel."""
    directory = ChannelDirectory({})
    assert directory.channel("log") is directory.channel("log")


async def test_a_closed_directory_opens_anew() -> None:
    """Closing twice is harmless, and a channel that is asked for later works."""
    directory = ChannelDirectory({"pager": settings(url="http://127.0.0.1:1/x")})
    directory.channel("pager")
    await directory.aclose()
    await directory.aclose()
    with pytest.raises(RetryableError):
        await directory.channel("pager").send(a_message(), timeout=SOON)
    await directory.aclose()


async def test_console_prints_one_harmless_line() -> None:
    """A message is one line, whatever its subject holds."""
    stream = io.StringIO()
    directory = ChannelDirectory({}, stream=stream)
    message = a_message(subject="down\n\x1b[2Jhard")
    await directory.channel("console").send(message, timeout=SOON)
    assert stream.getvalue() == "PAGE to alice: down [2Jhard (INC-1.7:alice)\n"


async def test_log_appends_one_json_per_line(tmp_path: Path) -> None:
    """Each message is one line of the file, in order; missing folders are made."""
    path = tmp_path / "logs" / "messages.jsonl"
    directory = ChannelDirectory({"audit": settings(kind="log", path=str(path))})
    for key in ("a", "b"):
        await directory.channel("audit").send(a_message(key=key), timeout=SOON)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["key"] for line in lines] == ["a", "b"]


def test_kind_and_tls_follow_from_the_rest() -> None:
    """A url makes a webhook, a host an e-mail channel with TLS unless it is this machine."""
    assert settings(url="https://example.org/x").kind == "webhook"
    remote = email(host="mail.example.org", sender="a@example.org")
    assert (remote.kind, remote.tls, remote.smtp_port) == ("email", Tls.STARTTLS, 587)
    local = email(host="localhost", sender="a@example.org")
    assert (local.tls, local.smtp_port) == (Tls.NONE, 25)
    assert email(host="m.example.org", sender="a@b.c", tls="tls").smtp_port == 465
    assert settings(kind="console").kind == "console"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"kind": "webhook"},
        {"url": "ftp://example.org"},
        {"url": "http://"},
        {"url": "http://[::1"},
        {"url": "https://example.org", "token": "x\r\ny: z"},
        {"url": "https://example.org", "token": "two words"},
        {"url": "http://example.org", "token": "secret-word"},
        {"url": "https://ana:secret-word@example.org"},
        {"url": "https://ana@example.org"},
        {"url": "https://example.org:99999"},
        {"host": "mail.example.org"},
        {"host": "mail.example.org", "sender": "a@b.c", "tls": "none", "password": "secret-word"},
        {"kind": "pigeon"},
        {"kind": "log", "colour": "red"},
    ],
)
def test_incomplete_settings_are_refused(given: dict[str, Any]) -> None:
    """Settings that could never carry a message, or would betray a password, are refused."""
    with pytest.raises(ValidationError) as refused:
        settings(**given)
    assert "secret-word" not in str(refused.value)


def test_a_token_goes_over_tls_or_not_beyond_this_machine() -> None:
    """Nobody on the way may read it."""
    for url in (
        "https://example.org",
        "http://127.0.0.1:8080",
        "http://localhost/x",
        "http://[::1]",
    ):
        assert webhook(url=url, token="secret-token").token
    assert webhook(url="http://example.org").token is None


def test_settings_do_not_show_their_secrets() -> None:
    """Neither token, password nor URL (often a secret itself) is in the text of settings."""
    shown = repr(settings(url="https://example.org/secret-path", token="secret-token")) + repr(
        settings(host="localhost", sender="a@b.c", password="secret-word")
    )
    assert "secret-" not in shown


async def test_the_answer_of_one_webhook_changes_no_request_to_another() -> None:
    """No cookie is kept: it would go to all webhooks of the host, until they refuse its length."""
    cookie = {"Set-Cookie": f"a={'b' * 3000}; Path=/"}
    async with WebhookSink() as sink:
        sink.default = Answer(headers=cookie)
        named = {name: settings(url=sink.url_of(name)) for name in ("status", "pager")}
        directory = ChannelDirectory(named)
        for name in ("status", "pager", "status"):
            await directory.channel(name).send(a_message(), timeout=SOON)
        await directory.aclose()
    assert [request.headers.get("cookie") for request in sink.requests] == [None, None, None]
