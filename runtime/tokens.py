"""A token for the API in the settings, for installations that manage their secrets themselves."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator
from pydantic_settings import NoDecode

from models.access import (
    DIGEST_PATTERN,
    MOST_SCOPES,
    NAME_BOUND,
    AccessToken,
    Holder,
    ScopeName,
)
from models.base import Frozen, Instant
from rules.access.tokens import no_owner
from rules.people.naming.names import spelling_flaw

SETTINGS = "settings"
"""Who made such a token."""
_EVER = datetime.fromtimestamp(0, UTC)


def _well_spelt(given: str) -> str:
    if flaw := spelling_flaw(given) or no_owner(given):
        raise ValueError(flaw)
    return given


class TokenSettings(Frozen):
    """A token: the SHA-256 of its secret as hexadecimal digits, its owner, and what it allows."""

    hash: str = Field(pattern=DIGEST_PATTERN)
    owner: Annotated[str, Field(min_length=1, max_length=NAME_BOUND), AfterValidator(_well_spelt)]
    holder: Holder = Holder.PERSON
    scopes: Annotated[tuple[ScopeName, ...], NoDecode] = Field(min_length=1, max_length=MOST_SCOPES)
    expires_at: Instant | None = None

    @field_validator("hash", mode="before")
    @classmethod
    def _in_small_letters(cls, given: object) -> object:
        return given.strip().lower() if isinstance(given, str) else given

    @field_validator("scopes", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        """Read scopes separated by commas."""
        if not isinstance(given, str):
            return given
        return tuple(scope.strip() for scope in given.split(",") if scope.strip())

    def token(self, name: str) -> AccessToken:
        """The token, as the web server knows it."""
        return AccessToken(
            id=f"{SETTINGS}.{name}",
            name=name,
            owner=self.owner,
            holder=self.holder,
            scopes=tuple(sorted(set(self.scopes))),
            digest=self.hash,
            made_at=_EVER,
            made_by=SETTINGS,
            expires_at=self.expires_at,
        )
