"""The web server's token, which a stack makes for itself and keeps in its state directory."""

import secrets
from pathlib import Path

from pydantic import SecretStr

from connectors.private_files import open_private
from models.addresses import is_token

FILE = "intake.token"
BYTES = 32
SHORTEST = 16
"""What is shorter can be guessed, and is made anew."""
LONGEST = 4096
"""What is longer is no token of ours."""


def kept_token(state: Path) -> SecretStr:
    """The token kept in `state`; makes one if there is none. Raises OSError."""
    file = state / FILE
    with open_private(file, "a+") as kept:
        kept.seek(0)
        token = str(kept.read(LONGEST)).strip()
        if not is_token(token) or len(token) < SHORTEST:
            token = secrets.token_urlsafe(BYTES)
            kept.truncate(0)
            kept.write(f"{token}\n")
    return SecretStr(token)
