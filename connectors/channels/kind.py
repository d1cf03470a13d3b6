"""Defines a kind of channel: its settings, its factory, what it can do, what a repeat does."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TextIO

from pydantic import ConfigDict

from connectors.channels.protocol import Channel
from models.base import Frozen

if TYPE_CHECKING:
    import httpx2


class Ability(StrEnum):
    """What a channel can do with a message."""

    PAGE = "page"
    """It reaches one person."""
    POST = "post"
    """It reaches a place that many read."""
    EDIT = "edit"
    """It changes a message that it sent."""
    THREAD = "thread"
    """It puts messages of one incident together."""
    ANSWER = "answer"
    """It brings back what people answer."""


class Repeat(StrEnum):
    """What happens if the engine sends a message again, because it got no answer the first time.

    The conformance tests send each message twice and count what arrives.
    """

    HONOURS_KEY = "honours_key"
    """The receiver gets the key, so it can take the message once."""
    FINDS_EARLIER = "finds_earlier"
    """The channel looks for the earlier message, and sends again only if there is none."""
    MAY_DOUBLE = "may_double"
    """The message comes twice if the receiver took it the first time."""


class ChannelSettings(Frozen):
    """The settings of one channel that a policy names; each kind adds its fields."""

    model_config = ConfigDict(hide_input_in_errors=True)

    kind: str


@dataclass(frozen=True, slots=True)
class Tools:
    """What the channels of one process share: the console's stream, HTTP clients by address.

    `pages` is where people reach the pages of the web server, if the settings say it.
    """

    stream: TextIO
    client: "Callable[[str | None], httpx2.AsyncClient]"
    pages: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelKindSpec:
    """One kind of channel.

    `told_by` is the setting that gives this kind away if `kind` is not set. `make` takes the name
    of the channel, its settings and the tools.
    """

    name: str
    settings: type[ChannelSettings]
    make: Callable[[str, Any, Tools], Channel]
    can: frozenset[Ability]
    repeat: Repeat
    told_by: str | None = None
