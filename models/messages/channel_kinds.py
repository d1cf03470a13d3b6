"""The kinds of channels that a policy and the settings can name.

To add a kind, add one line here and one file of that name in `connectors/channels/`.
"""

from typing import Literal

ChannelKind = Literal["webhook", "email", "slack", "teams", "ntfy", "console", "log"]
EDITING: frozenset[ChannelKind] = frozenset({"slack"})
"""The kinds that change a message which they sent."""
MAKES_PLACES: frozenset[ChannelKind] = frozenset({"slack"})
"""The kinds that make a place for one incident."""
