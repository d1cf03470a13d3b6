"""A place in a chat that belongs to one incident, such as a channel of Slack."""

from pydantic import Field

from models.base import Frozen
from models.readable import OneLine


class Member(Frozen):
    """Somebody who is to be in a place, and how the chat may know them."""

    name: str
    address: str | None = None
    handles: dict[str, str] = Field(default_factory=dict)


class PlaceWanted(Frozen):
    """How a place is to be: its name follows from the incident's id, `topic` says how it stands.

    Nobody is ever removed from it. If it is `closed`, it can be read, and nobody writes there.
    """

    incident_id: str
    topic: OneLine
    members: tuple[Member, ...] = ()
    private: bool = False
    closed: bool = False


class KeptPlace(Frozen):
    """A place as it is: what the chat calls it, and who was invited."""

    place: str
    name: str
    topic: str = ""
    invited: tuple[str, ...] = ()
    closed: bool = False
