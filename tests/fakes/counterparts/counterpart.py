"""What the conformance tests ask of the other side of a channel."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import TracebackType
from typing import Any, Self, TextIO

WAIT = timedelta(seconds=7)
"""What a busy counterpart asks for."""


class Fate(StrEnum):
    """What the next attempt meets."""

    REFUSED = "refused"
    """The other side refuses the message for good."""
    FAILED = "failed"
    """The other side cannot take it now."""
    BUSY = "busy"
    """The other side got too many, and says how long to wait."""
    SILENT = "silent"
    """It never answers."""
    RESET = "reset"
    """The connection ends without an answer."""
    LOST_ANSWER = "lost_answer"
    """It takes the message, then the connection ends without an answer."""
    TELLING = "telling"
    """It refuses the message, and repeats in its answer every secret that it knows."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the other side took: its key, its single lines, its text, its thread.

    `key` is None if this kind does not carry one.
    """

    lines: tuple[str, ...]
    text: str = ""
    key: str | None = None
    thread: str | None = None


class Counterpart(ABC):
    """A real other side. Use it as `async with`.

    `lacks` says which fates cannot happen to this kind, and why. `secrets` are what nobody may
    ever read.
    """

    lacks: Mapping[Fate, str] = {}
    secrets: tuple[str, ...] = ()
    stream: TextIO | None = None

    async def __aenter__(self) -> Self:
        await self.begin()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.end()

    async def begin(self) -> None:  # noqa: B027 - not every other side has to begin
        """Be there."""

    async def end(self) -> None:  # noqa: B027 - nor to end
        """Go away."""

    @property
    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """The settings of a channel to it, as an operator writes them, with every secret."""

    @abstractmethod
    def meets(self, fate: Fate) -> None:
        """Decide what the next attempt meets."""

    @property
    @abstractmethod
    def taken(self) -> list[Taken]:
        """What it took and would show, in order. It shows a key that it honours once."""
