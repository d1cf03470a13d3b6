"""The kinds of channels that a policy and the settings can name.

To add a kind, add one line here and one file of that name in `connectors/channels/`.
"""

from typing import Literal

ChannelKind = Literal["webhook", "email", "ntfy", "console", "log"]
