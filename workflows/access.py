"""The tokens of the namespace: one workflow that never ends owns them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from models.access import (
        ACCESS_WORKFLOW,
        CREATE_TOKEN,
        REVOKE_TOKEN,
        SESSION_ENDED,
        SESSIONS_MEMO,
        TOKEN_USED,
        TOKENS_MEMO,
        AccessInput,
        AccessState,
        AccessToken,
        CreateToken,
        EndedSession,
        RevokeToken,
        TokenUsed,
    )
    from rules.access.tokens import created, revoked, used, with_ended_session
    from rules.record.bounds import excessive
    from rules.record.decision import Refusal
    from workflows.payloads import raw, raw_start, read_as, read_start, refusals_logged

Said = TypeVar("Said", bound=BaseModel)
Rule = Callable[[AccessState, Said, datetime], tuple[AccessState, AccessToken] | Refusal]


@workflow.defn(name=ACCESS_WORKFLOW)
class Access:
    """Who holds a token. It keeps digests, never a secret, and shows them in its memo."""

    @workflow.init
    @raw_start
    def __init__(self, *payloads: object) -> None:
        start = read_start(AccessInput, payloads)
        self._unfit = start if isinstance(start, Exception) else None
        self._state = AccessState() if isinstance(start, Exception) else start.carried
        if self._unfit:
            return
        self._answers(CREATE_TOKEN, CreateToken, created)
        self._answers(REVOKE_TOKEN, RevokeToken, revoked)
        workflow.set_signal_handler(TOKEN_USED, raw(self._used))
        workflow.set_signal_handler(SESSION_ENDED, raw(self._session_ended))
        workflow.set_dynamic_signal_handler(self._unknown)

    @workflow.run
    @raw_start
    async def run(self, *_: object) -> None:
        """Keep the tokens. Fails at once if the input cannot be read."""
        if self._unfit:
            raise self._unfit
        await workflow.wait_condition(workflow.info().is_continue_as_new_suggested)
        # A new run keeps only what memo its start had, and readers ask nothing but the memo.
        memo = {TOKENS_MEMO: _tokens(self._state), SESSIONS_MEMO: _sessions(self._state)}
        workflow.continue_as_new(AccessInput(carried=self._state), memo=memo)

    @workflow.query(name=TOKENS_MEMO)
    def tokens(self) -> AccessState:
        """The tokens."""
        return self._state

    def _answers(self, name: str, kind: type[Said], rule: Rule[Said]) -> None:
        """Answer an update by a rule; the validator refuses what changes nothing."""

        def update(*payloads: object) -> Any:
            state, token = _ruled(rule, self._state, read_as(kind, payloads))
            self._replace(state)
            return token.model_dump(mode="json")

        def validate(*payloads: object) -> None:
            with refusals_logged(name):
                said = read_as(kind, payloads)
                refusal = excessive(said)
                if refusal:
                    raise _error(refusal)
                _ruled(rule, self._state, said)

        workflow.set_update_handler(name, raw(update), validator=raw(validate))

    def _used(self, *payloads: object) -> None:
        try:
            said = read_as(TokenUsed, payloads)
        except ApplicationError:
            self._unknown(TOKEN_USED, ())
        else:
            self._replace(used(self._state, said, workflow.now()))

    def _session_ended(self, *payloads: object) -> None:
        try:
            said = read_as(EndedSession, payloads)
        except ApplicationError:
            self._unknown(SESSION_ENDED, ())
            return
        self._state = with_ended_session(self._state, said, workflow.now())
        workflow.upsert_memo({SESSIONS_MEMO: _sessions(self._state)})

    def _replace(self, state: AccessState) -> None:
        if state != self._state:
            self._state = state
            workflow.upsert_memo({TOKENS_MEMO: _tokens(state)})

    def _unknown(self, name: str, _payloads: Sequence[RawValue]) -> None:
        workflow.logger.warning("message.malformed", extra={"command": name[:80]})


def _tokens(state: AccessState) -> list[dict[str, Any]]:
    return [token.model_dump(mode="json", exclude_none=True) for token in state.tokens]


def _sessions(state: AccessState) -> list[dict[str, Any]]:
    return [ended.model_dump(mode="json") for ended in state.ended_sessions]


def _ruled(rule: Rule[Said], state: AccessState, said: Said) -> tuple[AccessState, AccessToken]:
    """What follows from a message. Raises ApplicationError with the refusal."""
    outcome = rule(state, said, workflow.now())
    if isinstance(outcome, Refusal):
        raise _error(outcome)
    return outcome


def _error(refusal: Refusal) -> ApplicationError:
    details = {"fields": list(refusal.missing)}
    return ApplicationError(refusal.message, details, type=refusal.kind, non_retryable=True)
