"""Each kind of channel is one file, which says what the kind is called, takes, makes and can do."""

import io
import sys
from datetime import timedelta
from types import ModuleType
from typing import Literal

import httpx2
import pytest

from connectors.channels import kinds
from connectors.channels.directory import ChannelDirectory
from connectors.channels.kind import Ability, ChannelSettings, Kind, Tools
from connectors.channels.kinds import KINDS, channel_settings
from models.message import Message
from tests.fakes.messages import a_message


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_complete(name: str) -> None:
    """Its name is that of its file, its settings say so, and it can do something."""
    kind = KINDS[name]
    assert kind.name == name
    assert kind.settings.model_fields["kind"].default == name
    assert kind.can
    assert kind.told_by is None or kind.told_by in kind.settings.model_fields


class PigeonSettings(ChannelSettings):
    """Where it flies to."""

    kind: Literal["pigeon"] = "pigeon"
    loft: str


class Pigeon:
    """A channel that exists in this test alone."""

    def __init__(self, name: str, loft: str) -> None:
        self.name = name
        self.flown = [loft]

    async def send(self, message: Message, *, timeout: timedelta) -> str | None:
        """It flies."""
        self.flown.append(message.subject)
        return None


async def test_a_new_kind_is_one_file_and_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of its name with a KIND, and the name in the list: then settings can tell it."""
    module = ModuleType("connectors.channels.pigeon")
    module.KIND = Kind(  # type: ignore[attr-defined]
        name="pigeon",
        settings=PigeonSettings,
        make=lambda name, settings, _: Pigeon(name, settings.loft),
        can=frozenset({Ability.POST}),
        told_by="loft",
    )
    monkeypatch.setitem(sys.modules, module.__name__, module)
    found = kinds.kinds_of(("webhook", "pigeon"))
    settings = found["pigeon"].settings.model_validate({"loft": "north"})
    monkeypatch.setattr("connectors.channels.directory.KINDS", found)
    directory = ChannelDirectory({"bird": settings}, stream=io.StringIO())
    channel = directory.channel("bird")
    await channel.send(a_message(subject="coo"), timeout=timedelta(seconds=1))
    assert isinstance(channel, Pigeon)
    assert channel.flown == ["north", "coo"]
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
