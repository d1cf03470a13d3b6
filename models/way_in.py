"""The ways in, by which people and tools reach the engine.

Each has two stored words that never change: the one that `Actor.via` keeps, and the one that a
policy lists under `reporting.channels`. Only this file knows that they mean the same.
"""

from enum import StrEnum


class WayIn(StrEnum):
    """A way in. Its value is the word of `Actor.via`, also in a condition such as `via=console`."""

    MONITORING = "alerts"
    """Alerts that monitoring delivers to the web server."""
    COMMAND_LINE = "console"
    """What somebody types, or a script: `starter.py`."""
    API = "api"
    """The API of the web server."""
    WEB = "web"
    """The pages of the web server."""
    CHAT = "chat"
    """Slack: buttons, forms, the command `/incident` and reactions."""
    TEMPORAL = "temporal"
    """An update or a signal of a Temporal tool that does not name its way in."""
    SIGNAL = "signal"
    """A signal that names nobody, or claims to come from the engine."""
    ENGINE = "engine"
    """What the engine does by itself."""

    @property
    def channel(self) -> str:
        """The policy's word for it; its own word, if a policy has none."""
        return _CHANNELS.get(self, self.value)


_CHANNELS = {
    WayIn.MONITORING: "monitoring",
    WayIn.COMMAND_LINE: "command_line",
    WayIn.API: "api",
    WayIn.WEB: "web",
    WayIn.CHAT: "chat",
    WayIn.TEMPORAL: "temporal",
}
REPORTING = tuple(_CHANNELS)
"""The ways in by which reports come."""
CHANNELS = tuple(_CHANNELS.values())
"""The words that a policy may list, in the order in which people see them."""


def channel_of(via: str) -> str:
    """The policy's word for what `Actor.via` says; an unknown way in has one word."""
    return WayIn(via).channel if via in set(WayIn) else via


def way_of(channel: str) -> WayIn | None:
    """The way in for a policy's word."""
    return next((way for way, word in _CHANNELS.items() if word == channel), None)
