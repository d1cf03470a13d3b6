"""One update and one signal per command, registered from the table of commands.

They take the raw payload, so that a malformed one becomes a readable refusal instead of a
lost traceback. An update's validator refuses what is malformed or illegal before anything is
recorded; a refused signal becomes a line on the timeline, and never raises.
"""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from models.base import Actor
from models.command import COMMANDS, CommandResult
from models.payload import Command
from rules.bounds import excessive
from rules.decision import RECORDED, Decision, Refusal
from rules.judgement import no_signal, parse
from rules.ledger import refused
from rules.soundness import impersonates, too_early, unsound
from workflows.desk import Desk
from workflows.payloads import NotJson, raw, read
from workflows.switch import Switch


def _decoded(name: str, payloads: Sequence[object]) -> Command | Refusal:
    if len(payloads) != 1:
        return Refusal("Malformed", f"{name} takes one JSON object, not {len(payloads)} arguments")
    try:
        return parse(name, read(payloads[0]))
    except NotJson:
        return Refusal("Malformed", f"{name} takes one JSON object; this payload is not JSON")


class Handlers:
    """Owns how messages reach the switch."""

    def __init__(self, desk: Desk, switch: Switch) -> None:
        self._desk = desk
        self._switch = switch

    def register(self) -> None:
        """Register every command, and what is no command."""
        for name in COMMANDS:
            workflow.set_update_handler(
                name, raw(self._update(name)), validator=raw(self._validator(name))
            )
            workflow.set_signal_handler(name, raw(self._signal(name)))
        workflow.set_dynamic_signal_handler(self._unknown_signal)

    def _validator(self, name: str) -> Callable[..., None]:
        def validate(*payloads: object) -> None:
            command = _decoded(name, payloads)
            if isinstance(command, Refusal):
                raise self._error(command)
            if _command_id(command) in self._switch.processed:
                return
            unfit = excessive(command) or self._unsound(name, command)
            outcome = unfit or self._switch.judge(name, command)
            if isinstance(outcome, Refusal) and outcome.kind not in RECORDED:
                raise self._error(outcome)

        return validate

    def _update(self, name: str) -> Callable[..., Any]:
        def update(*payloads: object) -> Any:
            command = _decoded(name, payloads)
            if isinstance(command, Refusal):
                raise self._error(command)
            answer = self._do(name, command)
            if isinstance(answer, Refusal):
                raise self._error(answer)
            return answer

        return update

    def _signal(self, name: str) -> Callable[..., None]:
        def signal(*payloads: object) -> None:
            command = _decoded(name, payloads)
            if isinstance(command, Refusal):
                self._record(name, command, Actor(name="unknown", via="signal"))
                return
            refusal = self._unfit(name, command)
            if refusal:
                self._record(name, refusal, Actor(name=command.actor, via=command.via))
            else:
                self._do(name, command)

        return signal

    def _unfit(self, name: str, command: Command) -> Refusal | None:
        """Why a signal does not count. Those of before such were refused count as they did.

        What an update says was looked at by its validator, which is not run on replay.
        """
        refusal = self._unsound(name, command)
        if refusal and workflow.patched("unsound-signals-are-refused"):
            return refusal
        refusal = excessive(command)
        return refusal if refusal and workflow.patched("excessive-signals-are-refused") else None

    def _unsound(self, name: str, command: Command) -> Refusal | None:
        incident = self._desk.incident
        return (
            impersonates(name, command)
            or unsound(command, incident.id)
            or too_early(name, command, incident)
        )

    def _unknown_signal(self, name: str, payloads: Sequence[RawValue]) -> None:
        self._record(name, no_signal(name, len(payloads)), Actor(name="unknown", via="signal"))

    def _do(self, name: str, command: Command) -> Any:
        """Do a command once; the same id again gets the stored result."""
        command_id = _command_id(command)
        stored = self._switch.processed.get(command_id) if command_id else None
        if stored is not None:
            return _loaded(stored)
        before = self._desk.incident
        outcome = self._switch.apply(name, command)
        if isinstance(outcome, Decision):
            result = self._switch.result(name, outcome.summary, before)
            self._switch.remember(command_id, result)
            return result.model_dump(mode="json")
        self._record(name, outcome, Actor(name=command.actor, via=command.via))
        return outcome

    def _record(self, name: str, refusal: Refusal, actor: Actor) -> None:
        now, leaves = self._desk.now(), refusal.leaves
        before = leaves.incident if leaves else self._desk.incident
        self._desk.replace(refused(before, name, refusal.message, actor=actor, now=now))
        if leaves:
            self._switch.carry_out(leaves.effects)

    def _error(self, refusal: Refusal) -> ApplicationError:
        details = refusal.details(self._desk.incident.state.value)
        return ApplicationError(refusal.message, details, type=refusal.kind, non_retryable=True)


def _command_id(command: Command) -> str | None:
    update = workflow.current_update_info()
    return command.command_id or (update.id if update else None)


def _loaded(stored: str) -> Any:
    return CommandResult.model_validate_json(stored).model_dump(mode="json")
