"""What leaves the engine: pages and notifications, and what became of them."""

from enum import StrEnum

from pydantic import Field

from models.base import Frozen, Instant
from models.readable import OneLine, Readable


class MessageKind(StrEnum):
    """A page asks a person to act; a notification informs; a reminder is owed work."""

    PAGE = "page"
    NOTIFICATION = "notification"
    REMINDER = "reminder"


class Message(Frozen):
    """One message to one recipient, whose words steer nothing where they are shown.

    `key` is the idempotency key: the same key is the same message, however often it is sent.
    `recipient` is a person or an audience; `address` an e-mail address where one is known.
    """

    key: str
    kind: MessageKind
    incident_id: str
    recipient: OneLine
    address: str | None = None
    subject: OneLine
    body: Readable
    severity: OneLine
    reason: OneLine
    facts: dict[str, Readable] = Field(default_factory=dict)


class Receipt(Frozen):
    """A channel took the message. `reference` is the channel's own id for it, if it gave one."""

    key: str
    channel: str
    delivered_at: Instant
    reference: str | None = None


class DeliveryFailure(Frozen):
    """A channel did not take the message. `permanent` means that trying again cannot help."""

    key: str
    channel: str
    error: str
    permanent: bool
    retry_after_seconds: float | None = None
