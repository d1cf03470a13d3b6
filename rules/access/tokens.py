"""Decides about tokens: which may be made, which count, and which are remembered."""

from collections.abc import Collection
from datetime import datetime, timedelta

from models.access import (
    AccessState,
    AccessToken,
    CreateToken,
    EndedSession,
    RevokeToken,
    Scope,
    Standing,
    TokenUsed,
    alerts_of,
)
from models.people.party import party_named
from models.policy.values.words import nearest_word, suggestion
from rules.people.naming.names import spelling_flaw
from rules.record.decision import Refusal

MOST_VALID = 200
"""Tokens that may count at one time."""
MOST_SESSIONS = 500
"""Logouts that are remembered; the oldest are forgotten first."""
MOST_OF_ONE_OWNER = 50
"""Logouts of one owner, so that nobody can make the engine forget those of others."""
LONGEST_SESSION = timedelta(hours=12)
"""No session lasts longer, so no logout needs to be remembered for longer."""
MOST_KEPT = 300
"""Tokens that are remembered, with those that ended; the oldest of these are forgotten first."""


def no_owner(owner: str) -> str | None:
    """Why this is the name of neither a person nor a tool; None if it can be one."""
    if party_named(owner).kind is not None:
        return f"{owner} names no person: a token acts for one person, or for one tool"
    return None


def owner_flaw(owner: str, people: Collection[str], *, tool: bool) -> str | None:
    """Why nobody is the owner of a token by this name; None if somebody can be.

    `people` are those of the policy. A tool may have any name that no person could mean.
    """
    if flaw := no_owner(owner):
        return flaw
    if not people or owner in people:
        return None
    meant = nearest_word(owner, people)
    slip = meant is not None and meant.casefold() == owner.casefold()
    if tool and not slip:
        return None
    problem = f"the policy has no person {owner}; {suggestion(owner, people)}"
    return problem if slip else f"{problem}; for a tool add --tool"


def standing(token: AccessToken, now: datetime) -> Standing:
    """Whether `token` counts at `now`."""
    if token.revoked_at is not None:
        return Standing.REVOKED
    if token.expires_at is not None and token.expires_at <= now:
        return Standing.EXPIRED
    return Standing.VALID


def allows(scopes: frozenset[str], wanted: Scope, source: str | None = None) -> bool:
    """Whether scopes allow what is wanted; `source` is the source of alerts."""
    return wanted in scopes or (source is not None and alerts_of(source) in scopes)


def created(
    state: AccessState, said: CreateToken, now: datetime
) -> tuple[AccessState, AccessToken] | Refusal:
    """The state with a new token, and the token. The same request again changes nothing."""
    for known in state.tokens:
        if known.id == said.id and known.digest == said.digest:
            return state, known
    refusal = _unfit(state, said, now)
    if refusal:
        return refusal
    made = AccessToken(
        id=said.id,
        name=said.name,
        owner=said.owner,
        holder=said.holder,
        scopes=tuple(sorted(set(said.scopes))),
        digest=said.digest,
        made_at=now,
        made_by=said.by,
        expires_at=said.expires_at,
    )
    return state.changed(tokens=_remembered((*state.tokens, made), now)), made


def _unfit(state: AccessState, said: CreateToken, now: datetime) -> Refusal | None:
    valid = [token for token in state.tokens if standing(token, now) is Standing.VALID]
    if problem := spelling_flaw(said.owner):
        return Refusal("Malformed", f"owner: {problem}", ("owner",))
    if said.expires_at is not None and said.expires_at <= now:
        return Refusal("Malformed", "expires_at lies in the past", ("expires_at",))
    if any(known.id == said.id for known in state.tokens):
        return Refusal("Malformed", "this id has another token: make a new one", ("id",))
    if any(known.name == said.name for known in valid):
        message = f"there is a token {said.name}: revoke it first, or take another name"
        return Refusal("Malformed", message, ("name",))
    if len(valid) >= MOST_VALID:
        message = f"there are {MOST_VALID} tokens already: revoke those that nobody needs"
        return Refusal("Refused", message)
    return None


def revoked(
    state: AccessState, said: RevokeToken, now: datetime
) -> tuple[AccessState, AccessToken] | Refusal:
    """The state without the token's right, and the token. A token that ended stays as it is."""
    named = [token for token in state.tokens if said.token in {token.id, token.name}]
    valid = [token for token in named if standing(token, now) is Standing.VALID]
    if not named:
        message = f"there is no token {said.token}: `tokens list` shows all"
        return Refusal("Refused", message, ("token",))
    if not valid:
        return state, named[-1]
    ended = valid[0].changed(revoked_at=now, revoked_by=said.by)
    tokens = tuple(ended if token.id == ended.id else token for token in state.tokens)
    return state.changed(tokens=tokens), ended


def used(state: AccessState, said: TokenUsed, now: datetime) -> AccessState:
    """The state with the day on which a token was last used."""
    return state.changed(
        tokens=tuple(
            token.changed(last_used_on=now.date()) if token.id == said.id else token
            for token in state.tokens
        )
    )


def with_ended_session(state: AccessState, said: EndedSession, now: datetime) -> AccessState:
    """The state in which a session has ended; sessions that are over anyway are forgotten."""
    others = (each for each in state.ended_sessions if each.until > now and each.id != said.id)
    until = min(said.until, now + LONGEST_SESSION)
    ended = said.changed(until=until)
    kept = (*others, ended) if until > now else tuple(others)
    own = [each.id for each in kept if each.owner == said.owner]
    forgotten = set(own[:-MOST_OF_ONE_OWNER])
    kept = tuple(each for each in kept if each.id not in forgotten)
    return state.changed(ended_sessions=kept[-MOST_SESSIONS:])


def _remembered(tokens: tuple[AccessToken, ...], now: datetime) -> tuple[AccessToken, ...]:
    """All tokens that count, and as many of the others as there is room for."""
    room = MOST_KEPT - sum(standing(token, now) is Standing.VALID for token in tokens)
    over = [token.id for token in tokens if standing(token, now) is not Standing.VALID]
    forgotten = set(over[: max(0, len(over) - room)])
    return tuple(token for token in tokens if token.id not in forgotten)
