"""Each kind of channel is one file with its name, its settings, its factory and its abilities."""

import io
import sys
from datetime import timedelta

import httpx2
import pytest

from connectors.channels import kinds
from connectors.channels.directory import ChannelDirectory
from connectors.channels.kind import Tools
from connectors.channels.kinds import KINDS, channel_settings
from tests.fakes import pigeon
from tests.fakes.messages import a_message

SOON = timedelta(seconds=5)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_complete(name: str) -> None:
    """Its name is that of its file, its settings say so, and it can do something."""
    kind = KINDS[name]
    assert kind.name == name
    assert kind.settings.model_fields["kind"].default == name
    assert kind.can
    assert kind.told_by is None or kind.told_by in kind.settings.model_fields


async def test_a_new_kind_is_one_file_and_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a module of that name with a KIND, and the name in the list."""
    monkeypatch.setitem(sys.modules, "connectors.channels.pigeon", pigeon)
    found = kinds.kinds_of(("webhook", "pigeon"))
    settings = found["pigeon"].settings.model_validate({"loft": "north"})
    monkeypatch.setattr("connectors.channels.directory.KINDS", found)
    directory = ChannelDirectory({"bird": settings}, stream=io.StringIO())
    channel = directory.channel("bird")
    first = await channel.send(a_message(reason="coo"), timeout=SOON)
    await channel.send(a_message(key="2", reason="more"), timeout=SOON, first_message=first)
    await channel.send(a_message(key="3", reason="else"), timeout=SOON)
    assert isinstance(channel, pigeon.Pigeon)
    assert channel.flown == {"ring-1": ["coo", "more"], "ring-2": ["else"]}
    assert directory.kind_of("bird") == "pigeon"


def test_webhooks_of_one_process_share_one_client() -> None:
    """A tool is made when it is first needed."""
    made: list[httpx2.AsyncClient] = []

    def client(url: str | None) -> httpx2.AsyncClient:
        made.append(httpx2.AsyncClient())
        return made[-1]

    tools = Tools(io.StringIO(), client)
    KINDS["log"].make("log", channel_settings({"kind": "log"}), tools)
    assert made == []
