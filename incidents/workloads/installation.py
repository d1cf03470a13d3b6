"""Asks workloads what people and channels have on their hands over all incidents."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from incidents.errors import NotInPolicy
from incidents.workloads.assigned import Assigned
from incidents.workloads.states import RunningWorkload, ask_workload, owner_of, running_workloads
from models.people.party import Party, PartyKind, party_named
from models.people.workload import WorkloadState
from models.policy import Policy
from models.policy.values.words import suggestion
from policies.page_limits import limit_of
from rules.record.ids import workload_id

TOGETHER = 20
"""At most this many workloads are asked at once."""

_KINDS = (PartyKind.PERSON, PartyKind.CHANNEL)


@dataclass(frozen=True, slots=True)
class InstallationWorkloads:
    """Finds the workloads of this installation, under its policy in force."""

    client: Client
    policy: Policy
    task_queue: str
    patience: timedelta

    def id_of(self, whom: str) -> str:
        """The id of the workload of `person:NAME` or `channel:NAME`."""
        return workload_id(self.task_queue, self.policy.policy, whom)

    async def one(self, typed: str) -> Assigned:
        """What one person or channel has on their hands.

        Raises NotInPolicy for an unknown name, and raises as `ask_workload` does.
        """
        whom = target_of_name(self.policy, typed)
        workload = self.id_of(whom)
        return self._on_hand(
            whom, workload, await ask_workload(self.client, workload, self.patience)
        )

    async def every(self) -> tuple[Assigned, ...]:
        """The same for everybody whose workload runs. Raises as `ask_workload` does."""
        parties = [Party(PartyKind.PERSON, name) for name in self.policy.people]
        parties += [Party(PartyKind.CHANNEL, name) for name in self.policy.channels]
        known = {self.id_of(whom): whom for whom in map(str, parties)}
        turn = asyncio.Semaphore(TOGETHER)

        async def ask(run: RunningWorkload) -> Assigned | None:
            async with turn:
                state = await ask_workload(self.client, run.workload, self.patience)
                if state is None:
                    return None
                if run.workload in known:
                    return self._on_hand(known[run.workload], run.workload, state)
                whom = await owner_of(self.client, run)
                ours = run.workload == self.id_of(whom)
                return self._on_hand(whom, run.workload, state, ours=ours)

        runs = running_workloads(self.client, self.task_queue)
        found = await asyncio.gather(*[ask(run) async for run in runs])
        return tuple(sorted((one for one in found if one), key=lambda one: one.whom))

    def _on_hand(
        self, whom: str, workload: str, state: WorkloadState | None, *, ours: bool = True
    ) -> Assigned:
        asked_by = state.limit if state else None
        person = party_named(whom).kind is PartyKind.PERSON
        roles = self.policy.roles.items() if ours and person else ()
        return Assigned(
            whom=whom,
            workload=workload,
            now=datetime.now(UTC),
            policy=self.policy.policy if ours else None,
            state=state,
            limit=asked_by or (limit_of(self.policy, whom) if ours else None),
            at_once={name: role.at_once for name, role in roles if role.at_once},
        )


def target_of_name(policy: Policy, typed: str) -> str:
    """The full form of a name. Raises NotInPolicy if the policy does not have it."""
    party = party_named(typed)
    names = {PartyKind.PERSON: tuple(policy.people), PartyKind.CHANNEL: tuple(policy.channels)}
    if ":" in typed and party.kind not in names:
        raise NotInPolicy("who", f"{typed} is neither a person nor a channel: write person:NAME")
    kinds = (party.kind,) if party.kind else _KINDS
    for each in kinds:
        if party.name in names[each]:
            return str(Party(each, party.name))
    every = tuple(name for each in kinds for name in names[each])
    known = suggestion(party.name, every)
    raise NotInPolicy("who", f"there is no {' or '.join(kinds)} {party.name}; {known}")
