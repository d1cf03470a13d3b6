"""What a message shows that changes with its incident: the newest state, over and over."""

from models.base import Frozen
from models.readable import OneLine, Readable


class LiveMessage(Frozen):
    """The state of an incident, as one recipient may see it.

    It replaces what the first message to this recipient said. `offers` are commands that the
    message offers as buttons; none if the incident is over.
    """

    incident_id: str
    recipient: OneLine
    heading: OneLine
    facts: dict[str, Readable]
    offers: tuple[str, ...] = ()
