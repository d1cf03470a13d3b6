"""Makes a decision a fact: replaces the record and hands the effects to their components."""

from dataclasses import dataclass
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from models.command import CommandResult
from models.compiled import CompiledPolicy
from models.contracts.alert_group import INCIDENT_MOVED, IncidentMoved
from models.contracts.incident import Carried
from models.incident.record import Incident
from models.payload import Command
from models.time.clock import ActionKind
from rules.commands.answers import result_of
from rules.commands.changes.alerts import group_gone
from rules.commands.judgement import judge
from rules.commands.judging.repeated import digest_of
from rules.commands.judging.trial import touches_time, try_out, unworkable
from rules.paging.link_used import messages_of
from rules.record.decision import (
    AcknowledgementDisputed,
    AdoptPolicy,
    Decision,
    Declined,
    DemandAnswered,
    Effect,
    LookUpPolicy,
    OpenLinked,
    Outcome,
    PageAgain,
    PageNextLevel,
    PageRole,
    Remind,
    StopEscalation,
    TakenUp,
    TellAudiences,
    TellOfLink,
    WatchAcknowledgement,
    WriteIncidentReport,
)
from states.lifecycle import State
from workflows.incident.adoption import Adoption
from workflows.incident.chores.incident_reports import IncidentReports
from workflows.incident.chores.linked_incidents import LinkedIncidents
from workflows.incident.desk import Desk
from workflows.incident.outbox import Outbox
from workflows.incident.paging.escalation import Paging

REMEMBERED = 500
"""How many results of processed commands to carry, newest first."""
Escalating = (
    StopEscalation
    | PageAgain
    | PageNextLevel
    | WatchAcknowledgement
    | DemandAnswered
    | Declined
    | AcknowledgementDisputed
    | TakenUp
)
AFTER_RESPONSE = frozenset({State.REVIEW, State.CLOSED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Owners:
    """The components that own the effects."""

    outbox: Outbox
    paging: Paging
    incident_reports: IncidentReports
    linked: LinkedIncidents
    adoption: Adoption


@dataclass(frozen=True, slots=True)
class _Judged:
    """A command, and all that its judgement depends on."""

    name: str
    command: Command
    incident: Incident
    policy: CompiledPolicy
    now: datetime

    def is_same_as(self, before: "_Judged") -> bool:
        """Whether both are judged alike: the record and the policy are the very same objects."""
        same = self.incident is before.incident and self.policy is before.policy
        return (
            same
            and (self.name, self.now) == (before.name, before.now)
            and (self.command == before.command)
        )


class Switch:
    """Applies commands. Everything here is synchronous: decide, record, wake the run.

    With `reopening`, an incident that is over does nothing before it is reopened.
    """

    def __init__(
        self, desk: Desk, owners: Owners, carried: Carried, *, reopening: bool = False
    ) -> None:
        self._desk = desk
        self._reopening = reopening
        self._owners = owners
        self.processed = dict(carried.processed)
        self.given = dict(carried.given)
        # An update is judged by its validator, and at once again by its handler.
        self._judged: tuple[_Judged, Outcome] | None = None

    def judge(self, name: str, command: Command) -> Outcome:
        """What a command would do now; changes and raises nothing.

        An error of ours costs only the command that met it, never the incident.
        """
        asked = _Judged(name, command, self._desk.incident, self._desk.policy, self._desk.now())
        if self._judged is None or not asked.is_same_as(self._judged[0]):
            self._judged = (asked, self._outcome(asked))
        return self._judged[1]

    def _outcome(self, asked: "_Judged") -> Outcome:
        given = (asked.name, asked.command, asked.incident, asked.policy, asked.now)
        try:
            outcome = judge(*given, reopening=self._reopening)
            if isinstance(outcome, Decision) and touches_time(asked.command):
                try_out(outcome, asked.policy, asked.now)
        except Exception as error:  # noqa: BLE001 - whatever it is, the incident goes on without
            return unworkable(asked.name, error)
        return outcome

    def apply(self, name: str, command: Command) -> Outcome:
        """Do a command. The record is replaced only after the whole decision succeeded."""
        outcome = self.judge(name, command)
        self._judged = None
        if isinstance(outcome, Decision):
            before = self._desk.incident
            self._desk.replace(outcome.incident)
            self.carry_out(outcome.effects)
            self._tell_group(before)
        return outcome

    def result(self, name: str, summary: str, before: Incident) -> CommandResult:
        """The answer to a command that was done; `before` is the earlier record."""
        desk = self._desk
        return result_of(name, summary, desk.incident, desk.policy, desk.now(), before=before)

    def remember(self, command_id: str | None, result: CommandResult, command: Command) -> None:
        """Keep the result, so that the command can be repeated safely, also in a later run."""
        if command_id is None:
            return
        self.processed[command_id] = result.model_dump_json()
        self.given[command_id] = digest_of(result.command, command)
        while len(self.processed) > REMEMBERED:
            oldest = next(iter(self.processed))
            del self.processed[oldest]
            self.given.pop(oldest, None)

    def forget(self, command_id: str) -> None:
        """Let a command be tried again under its id."""
        self.processed.pop(command_id, None)
        self.given.pop(command_id, None)

    def carry_out(self, effects: tuple[Effect, ...]) -> None:
        """Hand each effect to the component that owns it."""
        for effect in effects:
            match effect:
                case PageRole(target, reason, text, clock, request):
                    by = {"clock": clock, "request": request}
                    self._owners.outbox.ask(ActionKind.PAGE, target, reason, text, **by)
                case Remind(target, reason, text):
                    self._owners.outbox.ask(ActionKind.REMIND, target, reason, text)
                case TellAudiences(event, text, audiences):
                    self._owners.outbox.tell(event, text, audiences)
                case TellOfLink():
                    self._tell_of_link(effect)
                case OpenLinked(title, reason, clock):
                    self._owners.linked.order(title, reason, clock)
                case WriteIncidentReport():
                    self._owners.incident_reports.order()
                case LookUpPolicy():
                    self._owners.adoption.order(effect)
                case AdoptPolicy(policy):
                    self._desk.policy = policy
                case _:
                    self._escalate(effect)

    def _tell_of_link(self, told: TellOfLink) -> None:
        desk = self._desk
        for owed in messages_of(told, desk.incident, desk.policy, desk.now()):
            self._owners.outbox.add(owed)

    def _escalate(self, effect: Escalating) -> None:
        paging = self._owners.paging
        match effect:
            case StopEscalation(reason):
                paging.stop(reason)
            case DemandAnswered(by):
                paging.stop(f"answered by {by}")
            case PageAgain(reason, waits):
                paging.page_again(reason, waits=waits)
            case PageNextLevel():
                paging.demand(effect)
            case WatchAcknowledgement(forgotten_at):
                paging.watch(forgotten_at)
            case Declined():
                paging.answers.declined(effect)
            case AcknowledgementDisputed(why):
                paging.answers.disputed(why)
            case TakenUp(by, may_acknowledge):
                paging.taken_up(by, may_acknowledge=may_acknowledge)

    def _tell_group(self, before: Incident) -> None:
        incident = self._desk.incident
        group = incident.report.group_id
        concerned = AFTER_RESPONSE & {incident.state, before.state}
        if group and incident.state != before.state and concerned:
            resolved = incident.milestone("resolved")
            moved = IncidentMoved(
                incident_id=incident.id,
                state=incident.state,
                resolved_at=resolved.at if resolved else None,
            )
            self._desk.launch(self._signal(group, moved))

    async def _signal(self, group: str, moved: IncidentMoved) -> None:
        """Note that a group has ended; it needs no more news."""
        try:
            await workflow.get_external_workflow_handle(group).signal(INCIDENT_MOVED, moved)
        except ApplicationError:
            desk = self._desk
            desk.replace(group_gone(desk.incident, group, desk.now()))
