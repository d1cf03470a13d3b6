"""The overrides of all schedules: one workflow that never ends owns them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from models.people.schedule_overrides import (
        END_OVERRIDE,
        OVERRIDE_SCHEDULE,
        OVERRIDES_MEMO,
        OVERRIDES_WORKFLOW,
        EndOverride,
        OverrideSchedule,
        OverridesInput,
        OverridesState,
    )
    from rules.people.on_call.schedule_overrides import Outcome, ended, made
    from rules.people.permission.overriding import unfit_name
    from rules.record.bounds import excessive
    from rules.record.decision import Refusal
    from workflows.payloads import raw, raw_start, read_as, read_start, refusals_logged

Said = TypeVar("Said", OverrideSchedule, EndOverride)
Rule = Callable[[OverridesState, Said, datetime], Outcome]


@workflow.defn(name=OVERRIDES_WORKFLOW)
class ScheduleOverrides:
    """Who is on call instead, and who made that so. Its memo shows it, so readers need no worker.

    Callers ask the policy first; the workflow only remembers what the policy refused.
    """

    @workflow.init
    @raw_start
    def __init__(self, *payloads: object) -> None:
        start = read_start(OverridesInput, payloads)
        self._unfit = start if isinstance(start, Exception) else None
        self._state = OverridesState() if isinstance(start, Exception) else start.carried
        if self._unfit:
            return
        self._answers(OVERRIDE_SCHEDULE, OverrideSchedule, made)
        self._answers(END_OVERRIDE, EndOverride, ended)
        workflow.set_dynamic_signal_handler(self._unknown)

    @workflow.run
    @raw_start
    async def run(self, *_: object) -> None:
        """Keep the overrides. Fails at once if the input cannot be read."""
        if self._unfit:
            raise self._unfit
        await workflow.wait_condition(workflow.info().is_continue_as_new_suggested)
        # A new run keeps only what memo its start had, and readers ask nothing but the memo.
        workflow.continue_as_new(OverridesInput(carried=self._state), memo=_shown(self._state))

    @workflow.query(name=OVERRIDES_MEMO)
    def overrides(self) -> OverridesState:
        """The overrides."""
        return self._state

    def _answers(self, name: str, kind: type[Said], rule: Rule[Said]) -> None:
        """Answer an update by a rule. The validator refuses what would leave nothing behind."""

        def update(*payloads: object) -> Any:
            state, outcome = rule(self._state, read_as(kind, payloads), workflow.now())
            self._replace(state)
            if isinstance(outcome, Refusal):
                raise _error(outcome)
            return outcome.model_dump(mode="json")

        def validate(*payloads: object) -> None:
            with refusals_logged(name):
                said = read_as(kind, payloads)
                refusal = excessive(said) or unfit_name(said)
                if refusal:
                    raise _error(refusal)
                state, outcome = rule(self._state, said, workflow.now())
                if isinstance(outcome, Refusal) and state == self._state:
                    raise _error(outcome)

        workflow.set_update_handler(name, raw(update), validator=raw(validate))

    def _replace(self, state: OverridesState) -> None:
        if state != self._state:
            self._state = state
            workflow.upsert_memo(_shown(state))

    def _unknown(self, name: str, _payloads: Sequence[RawValue]) -> None:
        workflow.logger.warning("message.malformed", extra={"command": name[:80]})


def _shown(state: OverridesState) -> dict[str, Any]:
    return {OVERRIDES_MEMO: state.model_dump(mode="json", exclude_none=True)}


def _error(refusal: Refusal) -> ApplicationError:
    details = {"fields": list(refusal.missing)}
    return ApplicationError(refusal.message, details, type=refusal.kind, non_retryable=True)
