"""The other side of each kind of channel. A new kind adds one line, and the suite tries it."""

from collections.abc import Callable, Mapping

from tests.fakes.counterparts.counterpart import Counterpart
from tests.fakes.counterparts.email import EmailCounterpart
from tests.fakes.counterparts.lines import ConsoleCounterpart, LogCounterpart
from tests.fakes.counterparts.ntfy import NtfyCounterpart
from tests.fakes.counterparts.slack import SlackCounterpart
from tests.fakes.counterparts.teams import TeamsCounterpart
from tests.fakes.counterparts.webhook import WebhookCounterpart

COUNTERPARTS: Mapping[str, Callable[[], Counterpart]] = {
    "console": ConsoleCounterpart,
    "email": EmailCounterpart,
    "log": LogCounterpart,
    "ntfy": NtfyCounterpart,
    "slack": SlackCounterpart,
    "teams": TeamsCounterpart,
    "webhook": WebhookCounterpart,
}
