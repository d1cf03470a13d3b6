"""Tokens for the API: who holds each, and what it allows. Only a digest of its secret is known."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from models.base import Frozen, Instant

ACCESS_WORKFLOW = "Access"
ACCESS_ID = "access"
"""There is one such workflow in a namespace."""
CREATE_TOKEN = "create_token"  # noqa: S105 - the name of an update
REVOKE_TOKEN = "revoke_token"  # noqa: S105 - the name of an update
TOKEN_USED = "token_used"  # noqa: S105 - the name of a signal
SESSION_ENDED = "session_ended"
"""The name of a signal: somebody logged out, so copies of the cookie must not count either."""
TOKENS_MEMO = "tokens"
"""The memo that holds the tokens, so that reading them needs no worker."""
SESSIONS_MEMO = "ended_sessions"
"""The memo that holds the ids of ended sessions that would otherwise still count."""
SESSION_PATTERN = r"^[A-Za-z0-9_-]{8,100}$"

ID_PATTERN = r"^[a-z0-9]{8}$"
DIGEST_PATTERN = r"^[0-9a-f]{64}$"
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$"
NAME_BOUND = 200
MOST_SCOPES = 20


class Scope(StrEnum):
    """What a token allows. `alerts:SOURCE` allows the alerts of one source."""

    REPORT = "report"
    """Report incidents."""
    READ = "read"
    """Read incidents, on-call schedules, workloads and the policy."""
    COMMAND = "command"
    """Give the commands that the policy allows the owner."""
    ALERTS = "alerts"
    """Deliver the alerts of every source."""


def alerts_of(source: str) -> str:
    """The scope that allows the alerts of one source."""
    return f"{Scope.ALERTS}:{source}"


EVERY_SCOPE = frozenset(scope.value for scope in Scope)


def _scope(given: str) -> str:
    _, _, source = given.partition(":")
    if given in EVERY_SCOPE or (given == alerts_of(source) and source.isidentifier()):
        return given
    names = ", ".join(Scope)
    raise ValueError(f"there is no scope {given[:40]!r}; there are: {names}, alerts:SOURCE")


ScopeName = Annotated[str, AfterValidator(_scope)]


class Holder(StrEnum):
    """What owns a token."""

    PERSON = "person"
    TOOL = "tool"


class CreateToken(Frozen):
    """Input of the update that makes a token known. Only its maker has its secret.

    `owner` is the person or tool for which the token speaks; `by` is who made it.
    """

    id: str = Field(pattern=ID_PATTERN)
    name: str = Field(pattern=NAME_PATTERN)
    owner: str = Field(min_length=1, max_length=NAME_BOUND)
    holder: Holder
    scopes: tuple[ScopeName, ...] = Field(min_length=1, max_length=MOST_SCOPES)
    digest: str = Field(pattern=DIGEST_PATTERN)
    expires_at: Instant | None = None
    by: str = Field(min_length=1, max_length=NAME_BOUND)


class RevokeToken(Frozen):
    """Input of the update that ends a token, by its name or id."""

    token: str = Field(min_length=1, max_length=80)
    by: str = Field(min_length=1, max_length=NAME_BOUND)


class TokenUsed(Frozen):
    """Input of the signal that a token was used, sent once a day for each token."""

    id: str = Field(pattern=ID_PATTERN)


class EndedSession(Frozen):
    """Input of the signal that a session of `owner` ended before its time, which is `until`."""

    id: str = Field(pattern=SESSION_PATTERN)
    until: Instant
    owner: str = Field(default="", max_length=NAME_BOUND, exclude_if=lambda owner: not owner)


class AccessToken(Frozen):
    """A token, as everybody may know it."""

    id: str
    name: str
    owner: str
    holder: Holder
    scopes: tuple[str, ...]
    digest: str
    made_at: Instant
    made_by: str
    expires_at: Instant | None = None
    revoked_at: Instant | None = None
    revoked_by: str | None = None
    last_used_on: date | None = None


class AccessState(Frozen):
    """All tokens of the namespace, oldest first; those that ended are kept for a while.

    `ended_sessions` are the logouts of the last hours.
    """

    tokens: tuple[AccessToken, ...] = ()
    ended_sessions: tuple[EndedSession, ...] = Field(default=(), exclude_if=lambda ended: not ended)


class AccessInput(Frozen):
    """Starts the workflow, with what the run before it carried."""

    carried: AccessState = AccessState()


class Standing(StrEnum):
    """Whether a token counts, and if not, why not."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
