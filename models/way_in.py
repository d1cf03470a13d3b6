"""The ways in, by which what people and tools say reaches the engine.

Each has two words that are stored, and for ever: the one that `Actor.via` keeps, and the one that
a policy lists under `reporting.channels`. This file alone knows that they mean the same.
"""

from enum import StrEnum


class WayIn(StrEnum):
    """A way in. Its value is the word of `Actor.via`, also in a condition such as `via=console`."""

    MONITORING = "alerts"
    """Alerts that monitoring delivers to the intake."""
    COMMAND_LINE = "console"
    """What somebody types, or a script: `starter.py`."""
    API = "api"
    """Reports that are posted to the intake."""
    TEMPORAL = "temporal"
    """An update or a signal of any Temporal tool, which does not say by which way it came."""
    SIGNAL = "signal"
    """A signal that names nobody, or claims to come from the engine."""
    ENGINE = "engine"
    """What the engine does by itself."""

    @property
    def channel(self) -> str:
        """The word of a policy for it; its own, if a policy has none."""
        return _CHANNELS.get(self, self.value)


_CHANNELS = {
    WayIn.MONITORING: "monitoring",
    WayIn.COMMAND_LINE: "command_line",
    WayIn.API: "api",
    WayIn.TEMPORAL: "temporal",
}
REPORTING = tuple(_CHANNELS)
"""The ways in by which reports come."""
CHANNELS = tuple(_CHANNELS.values())
"""The words that a policy may list, in the order in which they are told."""


def channel_of(via: str) -> str:
    """The policy's word for what `Actor.via` says; a way in that nobody knows has one word."""
    return WayIn(via).channel if via in set(WayIn) else via


def way_of(channel: str) -> WayIn | None:
    """The way in that a policy calls so."""
    return next((way for way, word in _CHANNELS.items() if word == channel), None)
