"""What a channel calls a message that it took, so that a later message can go on from it."""

from typing import Any

from pydantic import Field, model_validator

from models.addresses import carries_secret, web_link
from models.base import Frozen, Instant

MOST_BYTES = 500
"""The largest size of a reference, in bytes of UTF-8."""
_WHOLE_NUMBER_BITS = 64


class Reference(Frozen):
    """The place of a message, the message itself, its thread, and a URL that shows it to people.

    Making one never fails: the message has left by then, and an error would send it again. It drops
    a whole value rather than cut it, because half an id names another thing. It keeps a value that
    is a text without control characters, or a whole number. A URL must be http or https, and loses
    its user name and password. It drops a URL with a token, and any value with such an address. If
    all values together are too long, it drops the URL first, then everything.
    """

    place: str | None = None
    message: str | None = None
    thread: str | None = None
    url: str | None = None

    @property
    def empty(self) -> bool:
        """Whether it says nothing."""
        return self == Reference()

    @model_validator(mode="before")
    @classmethod
    def _safe(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        words = {name: _word(value) for name, value in given.items()}
        safe = {name: _shown(word) if name == "url" else _id(word) for name, word in words.items()}
        if _weight(safe) > MOST_BYTES:
            safe["url"] = None
        return safe if _weight(safe) <= MOST_BYTES else {}


class FirstMessage(Frozen):
    """The reference of the first message that a recipient got over a channel, if there is one.

    If it shows the state of the incident as it changes, `key` is its idempotency key, `reason` says
    why it was sent, and `shown` is a digest of what it showed then. Its person may answer it by a
    link until `respond_until`.
    """

    channel: str
    recipient: str
    reference: Reference
    key: str = Field(default="", exclude_if=lambda key: not key)
    reason: str = Field(default="", exclude_if=lambda reason: not reason)
    shown: str = Field(default="", exclude_if=lambda shown: not shown)
    respond_until: Instant | None = Field(default=None, exclude_if=lambda until: until is None)


def _word(given: Any) -> str | None:
    """A value as printable text; None if it cannot be."""
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given) if given.bit_length() <= _WHOLE_NUMBER_BITS else None
    if not isinstance(given, str) or len(given) > MOST_BYTES:
        return None
    text = given.strip()
    return text if text and text.isprintable() else None


def _id(word: str | None) -> str | None:
    """An id, unchanged. An id that is an address must be fit to show as it is."""
    is_address = word is not None and "://" in word
    return None if is_address and _shown(word) != word else word


def _shown(url: str | None) -> str | None:
    link = web_link(url)
    return None if link is None or carries_secret(link) else link


def _weight(values: dict[str, str | None]) -> int:
    return sum(len(value.encode()) for value in values.values() if value)
