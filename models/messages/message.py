"""The messages that leave the engine, pages and notifications, and their outcome."""

from enum import StrEnum
from typing import Any

from pydantic import Field, field_validator

from models.base import Frozen, Instant
from models.messages.event import Event
from models.messages.reference import Reference
from models.readable import OneLine, Readable


class MessageKind(StrEnum):
    """A page asks a person to act; a notification informs; a reminder is about owed work.

    An event tells a tool what happened.
    """

    PAGE = "page"
    NOTIFICATION = "notification"
    REMINDER = "reminder"
    EVENT = "event"


class Message(Frozen):
    """One message to one recipient. Its words cannot steer the place that shows them.

    `key` is the idempotency key: the same key is the same message, however often it is sent.
    `recipient` is a person, an audience or a subscriber; `address` is an e-mail address, if known.
    `handles` are what else the policy knows the person by, such as their `slack` user id.
    A page or reminder to one person has `respond_until`: that person may answer it by a link until
    then. A message to a subscriber has its `event`.
    """

    key: str
    kind: MessageKind
    incident_id: str
    recipient: OneLine
    address: str | None = None
    handles: dict[str, str] = Field(default_factory=dict, exclude_if=lambda known: not known)
    subject: OneLine
    body: Readable
    severity: OneLine
    reason: OneLine
    facts: dict[str, Readable] = Field(default_factory=dict)
    respond_until: Instant | None = Field(default=None, exclude_if=lambda until: until is None)
    event: Event | None = Field(default=None, exclude_if=lambda event: event is None)


class Receipt(Frozen):
    """A channel took the message. `reference` is what the channel calls it, if it says so."""

    key: str
    channel: str
    delivered_at: Instant
    reference: Reference | None = None

    @field_validator("reference", mode="before")
    @classmethod
    def _says_something(cls, given: Any) -> Any:
        """Drop the text of an older receipt: it may be anything that a mail server answered."""
        if not isinstance(given, dict | Reference):
            return None
        reference = Reference.model_validate(given)
        return None if reference.empty else reference


class DeliveryFailure(Frozen):
    """A channel did not take the message. `permanent` means that trying again cannot help."""

    key: str
    channel: str
    error: str
    permanent: bool
    retry_after_seconds: float | None = None
