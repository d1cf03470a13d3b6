"""Links that let a person answer from their phone: who holds one acts for that person.

The activity that sends a message makes its link, so a link is in no workflow, history or log. The
same message always has the same link.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from pydantic import Field, SecretStr, ValidationError

from models.base import Frozen
from models.messages.live import LiveMessage
from models.messages.message import Message

PATH = "/r/"
LONGEST = 2000
"""Characters of a link's token; a longer one is not looked at."""
_SALT = "respond"
SHORTEST_KEY = 16


class BadLink(Exception):  # noqa: N818 - says what is
    """Nobody made this link, or its key is not known any more."""


class Link(Frozen):
    """What a link says: for whom, about which incident, from which message, and until when.

    `until` is in seconds since 1970. `key` names the key that signed it.
    """

    incident: str = Field(max_length=200)
    person: str = Field(max_length=200)
    message: str = Field(max_length=500)
    until: int
    key: str = Field(max_length=40)

    def expired(self, now: datetime) -> bool:
        """Whether the link has expired at `now`."""
        return now.timestamp() >= self.until


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """The keys by their names. The first one signs, all of them verify."""

    keys: Mapping[str, SecretStr]

    @classmethod
    def read(cls, text: str) -> "LinkKeys":
        """Read `NAME:SECRET,NAME:SECRET`. Raises ValueError, without any secret."""
        keys = {}
        for part in text.split(","):
            name, colon, secret = part.strip().partition(":")
            if not colon or not name or len(secret) < SHORTEST_KEY:
                wrong = "must be NAME:SECRET, separated by commas; a secret has at least"
                raise ValueError(f"{wrong} {SHORTEST_KEY} characters")
            keys[name] = SecretStr(secret)
        return cls(keys)

    @property
    def first(self) -> str:
        """The name of the key that signs."""
        return next(iter(self.keys))

    def sign(self, said: Any, salt: str) -> str:
        """Sign something with the first key; under another salt it does not count."""
        token = self._serializer(self.first, salt).dumps(said)
        return f"{self.first}~{token if isinstance(token, str) else token.decode()}"

    def verified(self, token: str, salt: str) -> Any:
        """The signed content, if any of these keys signed it. Raises BadLink."""
        key, _, rest = token.partition("~")
        try:
            return self._serializer(key, salt).loads(rest)
        except (KeyError, BadData):
            raise BadLink from None

    def _serializer(self, key: str, salt: str) -> URLSafeSerializer:
        secret = self.keys[key].get_secret_value()
        return URLSafeSerializer(secret, salt=salt, signer_kwargs={"digest_method": sha256})

    def proof_of(self, text: str, salt: str) -> str:
        """A digest of `text` that only holders of the keys can make."""
        secret = self.keys[self.first].get_secret_value()
        return hmac.new(f"{salt}:{secret}".encode(), text.encode(), sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the links of messages; they begin with `public_url`."""

    keys: LinkKeys
    public_url: str

    def of(self, message: Message | LiveMessage) -> str | None:
        """The link of a message to one person; None for any other message."""
        if message.respond_until is None:
            return None
        link = Link(
            incident=message.incident_id,
            person=message.recipient,
            message=message.key,
            until=int(message.respond_until.timestamp()),
            key=self.keys.first,
        )
        return f"{self.public_url}{PATH}{signed(self.keys, link)}"


def signed(keys: LinkKeys, link: Link, salt: str = _SALT) -> str:
    """The token of a link."""
    return keys.sign(link.model_dump(), salt)


def read_link(keys: LinkKeys, token: str, salt: str = _SALT) -> Link:
    """The link of a token, expired or not. Raises BadLink."""
    if len(token) > LONGEST:
        raise BadLink
    try:
        link = Link.model_validate(keys.verified(token, salt))
    except ValidationError:
        raise BadLink from None
    if link.key != token.partition("~")[0]:
        raise BadLink
    return link
