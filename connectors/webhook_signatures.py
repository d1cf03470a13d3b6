"""Signatures as Standard Webhooks defines them: a receiver can prove who wrote a request, and when.

Receivers get three headers: the id of the message (the same at each attempt), the time of the
attempt, and a signature by each secret, so that a new secret can replace an old one without a gap.
"""

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime

from pydantic import SecretStr, ValidationInfo
from standardwebhooks.webhooks import Webhook

from models.addresses import is_exposed, parts_of

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
"""In bytes; the standard asks for this."""
_MOST = 5


def each_of(secrets: SecretStr | None) -> tuple[str, ...]:
    """The secrets of a setting, which separates them by commas."""
    words = secrets.get_secret_value().split(",") if secrets else ()
    return tuple(word.strip() for word in words if word.strip())


def signing_secrets(given: SecretStr | None, settings: ValidationInfo) -> SecretStr | None:
    """Return the secrets if they can sign what goes to the `url` beside them. Raises ValueError."""
    every = each_of(given)
    if len(every) > _MOST:
        raise ValueError(f"must be at most {_MOST} secrets")
    if given and not (every and all(_is_secret(secret) for secret in every)):
        raise ValueError(
            f"must be {PREFIX} and the base64 of {_SHORTEST} to {_LONGEST} bytes; "
            "separate several by commas"
        )
    parts = parts_of(settings.data.get("url"))
    if given and parts and is_exposed(parts):
        raise ValueError("sign nothing that goes without TLS: the url must begin with https://")
    return given


def _is_secret(text: str) -> bool:
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return text.startswith(PREFIX) and _SHORTEST <= len(key) <= _LONGEST


def signed(body: str, key: str, secrets: Iterable[str], now: datetime) -> dict[str, str]:
    """The headers of a request with this body, posted `now`, under its printable key.

    A full stop separates the signed parts, so the id must have none.
    """
    known_as = key.replace(".", "%2E")
    signatures = (Webhook(secret).sign(known_as, now, body) for secret in secrets)
    return {
        "webhook-id": known_as,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
