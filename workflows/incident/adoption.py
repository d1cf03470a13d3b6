"""Adopts another policy, after looking it up among those that the installation knows."""

from collections.abc import Callable
from dataclasses import dataclass

from temporalio.exceptions import FailureError

from models.command import AdoptPolicyCommand
from models.contracts.policies import LOOK_UP_POLICY, PolicyFound, PolicyWanted
from models.time.clock import ActionKind
from rules.clocks.coverage import earliest_of
from rules.commands.changes.adoption import outdated, with_adopted_policy
from rules.commands.judging.refusals import RefusedCommand, with_refusal
from rules.deadlines.corrected_thresholds import with_corrections
from rules.paging.urgency import WorkKind
from rules.people.permission.authority import ADOPT_POLICY
from rules.record.decision import Case, Decision, LookUpPolicy, Outcome, Refusal, Remind
from workflows.activity_calls import perform
from workflows.incident.chores.subscribers import Subscribers
from workflows.incident.desk import Desk
from workflows.incident.outbox import Outbox


@dataclass(slots=True)
class WantedPolicy:
    """A policy that somebody wants to adopt, and the outcome once it is looked up.

    `settled` hears the outcome before anybody else sees it.
    """

    asked: LookUpPolicy
    outcome: Outcome | None = None
    settled: Callable[[Outcome], None] | None = None


class Adoption:
    """Owns the requested policies. Looks each up at once, and adopts it if it is known.

    A lookup takes a minute at most; the run does not end or continue as new before that.
    """

    def __init__(self, desk: Desk, outbox: Outbox, subscribers: Subscribers) -> None:
        self._desk = desk
        self._outbox = outbox
        self._subscribers = subscribers
        self.newest: WantedPolicy | None = None

    def order(self, asked: LookUpPolicy) -> None:
        """Look up a policy."""
        self.newest = WantedPolicy(asked)
        self._desk.launch(self._settle(self.newest))

    async def _settle(self, wanted: WantedPolicy) -> None:
        desk, asked = self._desk, wanted.asked
        found = await self._found(asked)
        case = Case(desk.incident, desk.policy, asked.actor, desk.now(), asked.happened_at)
        outcome: Outcome | None = outdated(case, asked)
        if outcome is None and found.policy:
            outcome = with_adopted_policy(case, found.policy, asked.note)
        if outcome is None or found.problem:
            outcome = Refusal("Refused", f"the policy is not adopted: {found.problem}")
        if isinstance(outcome, Decision):
            # What fired stays on the record, even if it would not fire under the other policy.
            command = AdoptPolicyCommand(actor=asked.actor.name, note=asked.note)
            outcome = with_corrections(outcome, case, ADOPT_POLICY, command)
            desk.replace(outcome.incident)
            old, desk.policy = desk.policy, found.policy or desk.policy
            self._subscribers.adopted(old)
            for effect in outcome.effects:
                if isinstance(effect, Remind):
                    self._outbox.ask(ActionKind.REMIND, effect.target, effect.reason)
        else:
            tried = RefusedCommand(ADOPT_POLICY, asked.actor, outcome)
            desk.replace(with_refusal(desk.incident, tried, desk.now()))
        if wanted.settled:
            wanted.settled(outcome)
        wanted.outcome = outcome

    async def _found(self, asked: LookUpPolicy) -> PolicyFound:
        desk = self._desk
        request = PolicyWanted(
            policy_hash=asked.policy_hash,
            policy_name=asked.policy_name,
            policy_version=asked.policy_version,
            service=desk.incident.report.service,
            since_at=earliest_of(desk.incident),
            now=desk.now(),
        )
        try:
            return await perform(
                LOOK_UP_POLICY,
                request,
                PolicyFound,
                summary=f"look up policy {asked.policy_hash[:12]}",
                priority=desk.priority(WorkKind.COMMAND),
            )
        except FailureError:
            return PolicyFound(problem="nobody could look it up; ask again")
