"""One update and one signal per command, registered from the table of commands.

They take the raw payload, so that a malformed one becomes a readable refusal instead of a lost
traceback. Refusals are recorded: a signal never raises, and an update passes its validator so that
its handler can record and answer the refusal. The validator itself refuses only an update that was
recorded often enough.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from models.base import MONITORING, Actor
from models.command import COMMANDS, CommandResult
from models.incident.record import Incident
from models.payload import Command
from rules.commands.judgement import no_command, out_of_bounds, parse
from rules.commands.judging.refusals import (
    UNKNOWN,
    RefusedCommand,
    claimed_actor,
    leaves_trace,
    with_refusal,
)
from rules.commands.judging.repeated import id_used_already
from rules.commands.judging.validity import impersonates, refusal_of_flaws, too_early
from rules.people.permission.authority import ADOPT_POLICY, REOPEN
from rules.record.bounds import excessive, overfull
from rules.record.decision import Decision, Outcome, Refusal
from rules.record.notes_and_reasons import words_of
from workflows.incident.adoption import Adoption, WantedPolicy
from workflows.incident.desk import Desk
from workflows.incident.switch import Switch
from workflows.payloads import NotJson, raw, read

REPEATS_WAIT = "repeats-wait-for-the-policy"
"""The patch since which an adoption that comes again waits for the outcome of the first."""


def _decoded(name: str, payloads: Sequence[object]) -> Command | Refusal:
    if len(payloads) != 1:
        return Refusal("Malformed", f"{name} takes one JSON object, not {len(payloads)} arguments")
    try:
        return parse(name, read(payloads[0]))
    except NotJson:
        return Refusal("Malformed", f"{name} takes one JSON object; this payload is not JSON")


class Handlers:
    """Owns how messages reach the switch. `signals` counts the signals that were read.

    `reopening_refused` says that somebody tried to reopen the incident and was refused.
    """

    def __init__(self, desk: Desk, switch: Switch, adoption: Adoption) -> None:
        self._desk = desk
        self._adoption = adoption
        self._switch = switch
        self.signals = 0
        self.reopening_refused = False
        self._asked: dict[str, WantedPolicy] = {}

    def register(self) -> None:
        """Register every command, and catch messages that are no command.

        One handler takes almost all updates, because Temporal takes long to register one for each
        command. Each signal has a handler of its own: those that came before the first task are
        handled in the order of the table, also when an older history is replayed.
        """
        for name in COMMANDS:
            workflow.set_signal_handler(name, raw(self._signal(name)))
        workflow.set_dynamic_signal_handler(self._unknown_signal)
        workflow.set_update_handler(
            ADOPT_POLICY, raw(self._adopt_policy), validator=raw(self._may_adopt_policy)
        )
        workflow.set_dynamic_update_handler(self._update, validator=self._validate)

    def _validate(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Let an update in, unless it is refused and leaves no trace."""
        if name in COMMANDS:
            self._validate_command(name, payloads)
        else:
            self._may_pass(name, payloads)

    def _validate_command(self, name: str, payloads: Sequence[object]) -> None:
        command = _decoded(name, payloads)
        if isinstance(command, Refusal):
            outcome: Outcome = command
            actor = _claimed(payloads)
        elif isinstance(repeats := self._repeats(name, command), Refusal):
            outcome, actor = repeats, _actor(name, command)
        elif repeats:
            return
        else:
            outcome = self._unfit(name, command) or self._switch.judge(name, command)
            actor = _actor(name, command)
        if isinstance(outcome, Refusal) and not self._traced(name, outcome, actor, payloads):
            raise self._error(outcome)

    def _traced(
        self, name: str, refusal: Refusal, actor: Actor | None, payloads: Sequence[object]
    ) -> bool:
        """Whether to accept an update that will be refused, so that its handler records it."""
        tried = self._tried(name, actor, refusal, payloads)
        return leaves_trace(self._desk.incident, tried, self._desk.now())

    def _update(self, name: str, payloads: Sequence[RawValue]) -> Any:
        if name in COMMANDS:
            return self._answer(name, payloads)
        refusal = no_command("update", name, len(payloads))
        self._record(name, refusal, _claimed(payloads), payloads)
        raise self._error(refusal)

    def _answer(self, name: str, payloads: Sequence[object]) -> Any:
        """Do the command of an update. Raises its refusal."""
        command = _decoded(name, payloads)
        if isinstance(command, Refusal):
            self._record(name, command, _claimed(payloads), payloads)
            raise self._error(command)
        repeats = self._repeats(name, command)
        if isinstance(repeats, Refusal):
            self._record(name, repeats, _actor(name, command), payloads, command)
            raise self._error(repeats)
        unfit = self._unfit(name, command)
        if unfit and not repeats:
            self._record(name, unfit, _actor(name, command), payloads, command)
            raise self._error(unfit)
        answer = self._do(name, command, payloads)
        if isinstance(answer, Refusal):
            raise self._error(answer)
        return answer

    def _may_adopt_policy(self, *payloads: object) -> None:
        self._validate_command(ADOPT_POLICY, payloads)

    async def _adopt_policy(self, *payloads: object) -> Any:
        """Have a policy looked up, and answer when the outcome is known.

        If the update comes again meanwhile, it waits for the same outcome.
        """
        before, record = self._adoption.newest, self._desk.incident
        answer = self._answer(ADOPT_POLICY, payloads)
        command = _decoded(ADOPT_POLICY, payloads)
        command_id = None if isinstance(command, Refusal) else _command_id(command)
        if isinstance(command, Refusal) or command_id is None:
            return answer
        wanted = self._adoption.newest
        if wanted is not None and wanted is not before:
            self._ask(wanted, command_id, command, record)
        else:
            wanted = self._asked.get(command_id)
            if wanted is None or not workflow.patched(REPEATS_WAIT):
                return answer
        await workflow.wait_condition(lambda: wanted.outcome is not None)
        if isinstance(wanted.outcome, Refusal):
            raise self._error(wanted.outcome)
        return _loaded(self._switch.processed[command_id])

    def _ask(
        self, wanted: WantedPolicy, command_id: str, command: Command, record: Incident
    ) -> None:
        """Remember the outcome of a lookup, once it is known, as the result of its command.

        After a refusal the command may be tried again under its id. `record` is the record before.
        """

        def settled(outcome: Outcome) -> None:
            del self._asked[command_id]
            if isinstance(outcome, Refusal):
                self._switch.forget(command_id)
                return
            result = self._switch.result(ADOPT_POLICY, outcome.summary, record)
            self._switch.remember(command_id, result, command)

        self._asked[command_id], wanted.settled = wanted, settled

    def _signal(self, name: str) -> Callable[..., None]:
        def signal(*payloads: object) -> None:
            self.signals += 1
            command = _decoded(name, payloads)
            if isinstance(command, Refusal):
                self._record(name, command, _claimed(payloads), payloads)
                return
            refusal = self._unfit(name, command)
            if refusal:
                self._record(name, refusal, _actor(name, command), payloads, command)
                return
            before, record = self._adoption.newest, self._desk.incident
            self._do(name, command, payloads)
            wanted, command_id = self._adoption.newest, command.command_id
            if wanted is None or wanted is before or not command_id:
                return
            if workflow.patched(REPEATS_WAIT):
                self._ask(wanted, command_id, command, record)

        return signal

    def _unfit(self, name: str, command: Command) -> Refusal | None:
        """Why a message does not count, before anybody looks at what it would do."""
        return self._unsound(name, command) or self._too_much(name, command)

    def _too_much(self, name: str, command: Command) -> Refusal | None:
        desk = self._desk
        refusal = excessive(command) or overfull(name, command, desk.incident)
        if refusal is None:
            return None
        return out_of_bounds(name, command, desk.incident, desk.policy, desk.now(), refusal=refusal)

    def _unsound(self, name: str, command: Command) -> Refusal | None:
        incident = self._desk.incident
        return (
            impersonates(name, command)
            or refusal_of_flaws(command, incident.id)
            or too_early(name, command, incident)
        )

    def _unknown_signal(self, name: str, payloads: Sequence[RawValue]) -> None:
        self.signals += 1
        refusal = no_command("signal", name, len(payloads))
        self._record(name, refusal, _claimed(payloads), payloads)

    def _may_pass(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Let an update that is no command in, so that it leaves a trace, while there is room."""
        refusal = no_command("update", name, len(payloads))
        if not self._traced(name, refusal, _claimed(payloads), payloads):
            raise self._error(refusal)

    def _repeats(self, name: str, command: Command) -> bool | Refusal:
        """Whether exactly this was done already; a refusal if another command had its id.

        Ids of alert groups are predictable, so another command under such an id keeps no alert
        away.
        """
        command_id = _command_id(command) or ""
        stored = self._switch.processed.get(command_id)
        if stored is None:
            return False
        other = id_used_already(name, command, stored, self._switch.given.get(command_id, ""))
        if other is None:
            return True
        by_monitoring = command.sender == MONITORING
        return False if by_monitoring else other

    def _do(self, name: str, command: Command, payloads: Sequence[object]) -> Any:
        """Do a command once; if it comes again under its id, return the stored result."""
        command_id = _command_id(command)
        repeats = self._repeats(name, command)
        if isinstance(repeats, Refusal):
            self._record(name, repeats, _actor(name, command), payloads, command)
            return repeats
        if repeats and command_id:
            return _loaded(self._switch.processed[command_id])
        before = self._desk.incident
        outcome = self._switch.apply(name, command)
        if isinstance(outcome, Decision):
            result = self._switch.result(name, outcome.summary, before)
            self._switch.remember(command_id, result, command)
            return result.model_dump(mode="json")
        self._record(name, outcome, _actor(name, command), payloads, command)
        return outcome

    def _record(
        self,
        name: str,
        refusal: Refusal,
        actor: Actor | None,
        payloads: Sequence[object],
        command: Command | None = None,
    ) -> None:
        self.reopening_refused |= name == REOPEN
        now, leaves = self._desk.now(), refusal.leaves
        before = leaves.incident if leaves else self._desk.incident
        tried = self._tried(name, actor, refusal, payloads)
        self._desk.replace(with_refusal(before, replace(tried, said=words_of(command)), now))
        if leaves:
            self._switch.carry_out(leaves.effects)

    def _tried(
        self, name: str, actor: Actor | None, refusal: Refusal, payloads: Sequence[object]
    ) -> RefusedCommand:
        people, actor = self._desk.policy.people, actor or UNKNOWN
        known = not people or actor.name in people
        return RefusedCommand(name, actor, refusal, known=known, weight=_weight(payloads))

    def _error(self, refusal: Refusal) -> ApplicationError:
        details = refusal.details(self._desk.incident.state.value)
        return ApplicationError(refusal.message, details, type=refusal.kind, non_retryable=True)


def _actor(name: str, command: Command) -> Actor:
    """Who gives a command; UNKNOWN if the sender claims to be the engine."""
    claims = impersonates(name, command)
    return UNKNOWN if claims else command.sender


def _weight(payloads: Sequence[object]) -> int:
    """How many bytes of a message the history would keep."""
    return sum(len(p.payload.data) for p in payloads if isinstance(p, RawValue))


def _claimed(payloads: Sequence[object]) -> Actor | None:
    """The claimed sender of a message that cannot be read as a command."""
    try:
        return claimed_actor(read(payloads[0])) if payloads else None
    except NotJson:
        return None


def _command_id(command: Command) -> str | None:
    update = workflow.current_update_info()
    return command.command_id or (update.id if update else None)


def _loaded(stored: str) -> Any:
    return CommandResult.model_validate_json(stored).model_dump(mode="json")
