"""The keys that encrypt what Temporal stores, as the settings write them."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass, field

KEY_BYTES = 32
"""AES-256."""
LONGEST_ID = 40
"""It stands on every payload."""
_ID = re.compile(rf"[A-Za-z0-9._-]{{1,{LONGEST_ID}}}")
_RIGHT = f"a key has {KEY_BYTES} bytes in base64, as openssl rand -base64 {KEY_BYTES} gives"


@dataclass(frozen=True, slots=True)
class PayloadKeys:
    """The keys by their ids. The first one encrypts, all of them decrypt."""

    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def read(cls, text: str) -> "PayloadKeys":
        """Read `ID:KEY,ID:KEY`. Raises ValueError, without any key."""
        keys: dict[str, bytes] = {}
        for number, part in enumerate(text.split(","), start=1):
            name, colon, secret = part.strip().partition(":")
            if not colon or not _ID.fullmatch(name):
                message = (
                    f"entry {number} is not ID:KEY (entries are separated by commas; an id has at "
                    f"most {LONGEST_ID} letters, digits, dots, dashes and underscores)"
                )
                raise ValueError(message)
            if name in keys:
                message = f"the id {name} appears twice: each key has an id of its own"
                raise ValueError(message)
            keys[name] = _key(name, secret.strip())
        return cls(keys)


def _key(name: str, secret: str) -> bytes:
    try:
        key = b64decode(secret, validate=True)
    except (Error, ValueError):
        message = f"the key {name} is not base64: {_RIGHT}"
        raise ValueError(message) from None
    if len(key) != KEY_BYTES:
        message = f"the key {name} has {len(key)} bytes: {_RIGHT}"
        raise ValueError(message)
    return key
