"""Encrypts what Temporal stores: each payload by itself, with a key that the payload names.

AES-GCM with a random nonce: the same value looks different each time, and whatever is changed in
it no longer decrypts. A payload that is not encrypted is read as it is, so that histories from
before the first key stay readable.
"""

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from incidents.encryption.keys import LONGEST_ID, PayloadKeys
from incidents.errors import PayloadUnreadable
from models.readable import in_a_line

SETTING = "INCIDENT_PAYLOAD_KEYS"
ENCODING = b"binary/encrypted"
"""Other codecs that encrypt begin their encoding with this, too."""
KEY_ID = "encryption-key-id"
_NONCE_BYTES = 12


class Encryption(PayloadCodec):
    """Encrypts with the first key, if there is one, and decrypts with any.

    Also without a key it refuses what is encrypted. Otherwise a worker without keys would take
    the input of an incident for malformed, and end the incident.
    """

    def __init__(self, keys: PayloadKeys | None = None) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in (keys.keys if keys else {}).items()}
        self._first = next(iter(self._ciphers), None)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt each payload, with all that it says about itself."""
        if self._first is None:
            return list(payloads)
        return [self._encrypted(payload, self._first) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt each payload that is encrypted. Raises PayloadUnreadable."""
        return [self._decrypted(payload) for payload in payloads]

    def _encrypted(self, payload: Payload, key: str) -> Payload:
        nonce, name = os.urandom(_NONCE_BYTES), key.encode()
        sealed = self._ciphers[key].encrypt(nonce, payload.SerializeToString(), name)
        return Payload(metadata={"encoding": ENCODING, KEY_ID: name}, data=nonce + sealed)

    def _decrypted(self, payload: Payload) -> Payload:
        encoding = payload.metadata.get("encoding", b"")
        if not encoding.startswith(ENCODING):
            return payload
        name = payload.metadata.get(KEY_ID)
        if encoding != ENCODING or name is None:
            message = "a payload was encrypted by another codec: name it in INCIDENT_PAYLOAD_CODEC"
            raise PayloadUnreadable(message)
        shown = in_a_line(name[: LONGEST_ID + 1].decode("ascii", "replace"))
        cipher = self._ciphers.get(shown)
        if cipher is None:
            raise PayloadUnreadable(self._lacking(shown))
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, name))
        except (InvalidTag, ValueError):
            raise PayloadUnreadable(
                f"a payload does not decrypt with the key {shown!r}: {SETTING} has another key "
                "under this id, or somebody changed the payload"
            ) from None

    def _lacking(self, name: str) -> str:
        known = ", ".join(self._ciphers) or "no key"
        return (
            f"a payload is encrypted with the key {name!r}, and {SETTING} has {known}: add the key "
            f"{name!r} to it"
        )
