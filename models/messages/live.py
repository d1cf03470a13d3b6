"""What a message shows that changes with its incident: the newest state, over and over."""

from models.base import Frozen, Instant
from models.readable import OneLine, Readable


class LiveMessage(Frozen):
    """The state of an incident, as one recipient may see it.

    It replaces what the first message to this recipient said. That one had the `key`, and its
    person may answer it by a link until `respond_until`. `offers` are commands that the message
    offers as buttons; none if the incident is over.
    """

    key: str = ""
    incident_id: str
    recipient: OneLine
    heading: OneLine
    facts: dict[str, Readable]
    offers: tuple[str, ...] = ()
    respond_until: Instant | None = None
