"""Tokens: which may be made, which count, which are remembered."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from models.access import (
    AccessState,
    AccessToken,
    CreateToken,
    EndedSession,
    Holder,
    RevokeToken,
    Scope,
    Standing,
    TokenUsed,
)
from rules.access.tokens import (
    LONGEST_SESSION,
    MOST_KEPT,
    MOST_OF_ONE_OWNER,
    MOST_SESSIONS,
    MOST_VALID,
    allows,
    created,
    revoked,
    standing,
    used,
    with_ended_session,
)
from rules.record.decision import Refusal

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def a_token(number: int = 1, **fields: object) -> CreateToken:
    """What the console sends to make a token."""
    said = {
        "id": f"{number:08d}",
        "name": f"token {number}",
        "owner": "ana",
        "holder": Holder.PERSON,
        "scopes": ("read", "command"),
        "digest": f"{number:064x}",
        "by": "root",
        **fields,
    }
    return CreateToken.model_validate(said)


def made(state: AccessState, said: CreateToken, now: datetime = NOON) -> AccessState:
    """The state with this token."""
    outcome = created(state, said, now)
    assert not isinstance(outcome, Refusal), outcome
    return outcome[0]


def refusal(outcome: object) -> Refusal:
    """The refusal that the outcome must be."""
    assert isinstance(outcome, Refusal)
    return outcome


def test_a_token_counts_until_it_expires() -> None:
    """The instant at which it expires is no longer part of its life."""
    (token,) = made(AccessState(), a_token(expires_at=NOON + DAY)).tokens
    assert standing(token, NOON) is Standing.VALID
    assert standing(token, NOON + DAY) is Standing.EXPIRED


def test_a_revoked_token_counts_no_longer_and_says_who_revoked_it() -> None:
    """Revoking it again keeps who did it first."""
    state = made(AccessState(), a_token())
    outcome = revoked(state, RevokeToken(token="token 1", by="bo"), NOON)
    assert not isinstance(outcome, Refusal)
    state, token = outcome
    assert (standing(token, NOON), token.revoked_by) == (Standing.REVOKED, "bo")
    again = revoked(state, RevokeToken(token=token.id, by="cy"), NOON + DAY)
    assert again == (state, token)


def test_the_same_request_makes_one_token() -> None:
    """An update may arrive twice."""
    once = made(AccessState(), a_token())
    assert created(once, a_token(), NOON + DAY) == (once, once.tokens[0])


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (a_token(2, name="token 1"), "name"),
        (a_token(1, digest="f" * 64), "id"),
        (a_token(2, owner="engine"), "owner"),
        (a_token(2, owner="an\u200ba"), "owner"),
        (a_token(2, expires_at=NOON), "expires_at"),
    ],
)
def test_a_token_that_cannot_be_made_is_refused_by_its_field(said: CreateToken, what: str) -> None:
    """A name of a token that counts, an id of another, an owner that is nobody, a past end."""
    assert refusal(created(made(AccessState(), a_token()), said, NOON)).missing == (what,)


def test_the_name_of_a_token_that_ended_is_free() -> None:
    """Whoever replaces a token keeps its name."""
    state = made(AccessState(), a_token(expires_at=NOON + DAY))
    state = made(state, a_token(2, name="token 1"), NOON + DAY)
    assert [token.id for token in state.tokens] == ["00000001", "00000002"]


def test_a_token_nobody_made_cannot_be_revoked() -> None:
    """The refusal says how to find the right one."""
    said = RevokeToken(token="nothing", by="bo")
    assert "tokens list" in refusal(revoked(AccessState(), said, NOON)).message


def test_tokens_are_bounded_and_those_that_ended_are_forgotten_first() -> None:
    """The oldest first; a token that counts is never forgotten."""
    state = AccessState()
    for number in range(MOST_VALID):
        state = made(state, a_token(number, expires_at=NOON + DAY))
    assert "revoke" in refusal(created(state, a_token(9999), NOON)).message
    for number in range(1000, 1000 + MOST_VALID):
        state = made(state, a_token(number), NOON + DAY)
    assert len(state.tokens) == MOST_KEPT
    assert state.tokens[0].id == f"{2 * MOST_VALID - MOST_KEPT:08d}"


def test_the_day_of_the_last_use_is_remembered() -> None:
    """Only of the token that was used."""
    state = made(made(AccessState(), a_token()), a_token(2))
    state = used(state, TokenUsed(id="00000002"), NOON)
    assert [token.last_used_on for token in state.tokens] == [None, date(2026, 3, 2)]


def test_a_scope_allows_what_it_names() -> None:
    """`alerts:SOURCE` allows one source, `alerts` all."""
    assert allows(frozenset({"read"}), Scope.READ)
    assert not allows(frozenset({"read"}), Scope.COMMAND)
    assert allows(frozenset({"alerts:alertmanager"}), Scope.ALERTS, "alertmanager")
    assert not allows(frozenset({"alerts:alertmanager"}), Scope.ALERTS, "grafana")
    assert allows(frozenset({"alerts"}), Scope.ALERTS, "grafana")


@pytest.mark.parametrize("scope", ["reed", "alerts:", "alerts:a b", "", "read:x"])
def test_a_scope_that_there_is_not_is_refused(scope: str) -> None:
    """The error lists the scopes that there are."""
    with pytest.raises(ValidationError, match="there are: report, read, command, alerts"):
        a_token(scopes=(scope,))


def test_what_everybody_may_know_of_a_token_holds_no_secret() -> None:
    """A digest of 32 random bytes tells nothing about them."""
    assert "secret" not in AccessToken.model_fields


def test_a_logout_is_remembered_until_its_session_would_have_ended() -> None:
    """Once, for twelve hours at most, and as many as there is room for."""
    state = AccessState()
    ends = NOON + timedelta(hours=1)
    for name in ("session-1", "session-2", "session-1"):
        state = with_ended_session(state, EndedSession(id=name, until=ends), NOON)
    assert [ended.id for ended in state.ended_sessions] == ["session-2", "session-1"]
    late = EndedSession(id="session-3", until=NOON + timedelta(days=900))
    state = with_ended_session(state, late, ends)
    assert [(each.id, each.until) for each in state.ended_sessions] == [
        ("session-3", ends + LONGEST_SESSION)
    ]
    assert with_ended_session(state, EndedSession(id="session-4", until=NOON), ends) == state
    for number in range(MOST_SESSIONS + 5):
        ended = EndedSession(id=f"session-{number:05}", until=ends, owner=f"tool {number}")
        state = with_ended_session(state, ended, NOON)
    assert len(state.ended_sessions) == MOST_SESSIONS


def test_nobody_makes_the_engine_forget_logouts_of_others() -> None:
    """Of one owner it remembers the last ones only."""
    ends = NOON + timedelta(hours=1)
    first = EndedSession(id="session-of-ana", until=ends, owner="ana")
    state = with_ended_session(AccessState(), first, NOON)
    for number in range(MOST_SESSIONS + 5):
        ended = EndedSession(id=f"session-{number:05}", until=ends, owner="eve")
        state = with_ended_session(state, ended, NOON)
    assert [each.owner for each in state.ended_sessions] == ["ana", *["eve"] * MOST_OF_ONE_OWNER]
