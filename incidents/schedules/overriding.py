"""Makes and ends overrides of schedules, if the policy in force allows it."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import Priority, WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from incidents import patience
from incidents.errors import NoWorkerAnswered, OverrideRefused
from incidents.schedules.on_call import OnCallLookup
from incidents.schedules.overrides import book_of, read_overrides
from incidents.temporal_errors import typed_error
from models.base import Actor
from models.people.party import Party, PartyKind, party_named
from models.people.schedule_overrides import (
    END_OVERRIDE,
    OVERRIDE_SCHEDULE,
    OVERRIDES_ID,
    OVERRIDES_WORKFLOW,
    WHY_BOUND,
    EndOverride,
    OverrideSchedule,
    OverridesInput,
    ScheduleOverride,
)
from models.policy import Policy
from models.policy.values.words import suggestion
from policies.compiling.overriding import may_override, words_of
from policies.compiling.policy import people_of
from policies.compiling.responsibility import trust
from policies.compiling.schedules import schedule_spec
from rules.paging.urgency import WorkKind, rank
from rules.people.on_call.schedule_overrides import LONGEST, laid_over
from rules.people.permission.overriding import MayOverride, misnamed, why_not

if TYPE_CHECKING:
    from connectors.feeds.directory import FeedDirectory

_ID_BYTES = 6
NONE = timedelta()


def new_id() -> str:
    """The id of a new override."""
    return secrets.token_hex(_ID_BYTES)


@dataclass(frozen=True, slots=True)
class AskedOverride:
    """Who is to be on call instead, when and why. The same `id` again is the same override."""

    schedule: str
    person: str
    begins_at: datetime
    ends_at: datetime
    reason: str
    covers: str | None = None
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Overriding:
    """Changes the overrides of a namespace."""

    client: Client
    task_queue: str
    feeds: "FeedDirectory | None" = None

    async def make(self, policy: Policy, asked: AskedOverride, by: Actor) -> ScheduleOverride:
        """Put somebody on call instead.

        Raises OverrideRefused, NoWorkerAnswered, NamespaceNotFound, ServerUnavailable.
        """
        _named_well(policy, by)
        _known(policy, asked)
        may = await self._may(policy, asked.schedule)
        refused = why_not(may, trust(policy), by, asked.schedule)
        try:
            said = OverrideSchedule(
                id=asked.id,
                schedule=asked.schedule,
                person=asked.person,
                covers=asked.covers,
                begins_at=asked.begins_at,
                ends_at=asked.ends_at,
                reason=asked.reason,
                by=by,
                refused=refused[:WHY_BOUND],
            )
        except ValidationError as error:
            raise _malformed(error) from None
        if not refused and asked.covers:
            await self._has_a_shift(policy, asked, asked.covers)
        return await self._changed(OVERRIDE_SCHEDULE, said, may)

    async def end(self, policy: Policy, override_id: str, by: Actor) -> ScheduleOverride:
        """End an override; the person who made it always may. Raises as `make` does."""
        _named_well(policy, by)
        state = await read_overrides(self.client, patience.SERVER)
        found = next((each for each in state.overrides if each.id == override_id), None)
        if found is None:
            message = f"there is no override {override_id[:40]}: it may be over"
            raise OverrideRefused(message, field="id")
        may, refused = MayOverride((), None), ""
        if found.by.name != by.name and found.schedule in policy.schedules:
            may = await self._may(policy, found.schedule)
            refused = why_not(may, {}, by, found.schedule)
        refused = refused or why_not(MayOverride((), None), trust(policy), by, found.schedule)
        said = EndOverride(id=found.id, by=by, refused=refused[:WHY_BOUND])
        return await self._changed(END_OVERRIDE, said, may)

    async def _may(self, policy: Policy, schedule: str) -> MayOverride:
        lookup = OnCallLookup(self.feeds, overrides=book_of(self.client))
        return await who_may_override(policy, schedule, lookup, datetime.now(UTC))

    async def _has_a_shift(self, policy: Policy, asked: AskedOverride, covers: str) -> None:
        """Raise OverrideRefused if the covered person is known to have no shift then."""
        from rules.zones.rotations import shifts_of  # noqa: PLC0415 - slow to load

        spec, people = schedule_spec(policy, asked.schedule), people_of(policy)
        lookup = OnCallLookup(self.feeds)
        times = (asked.begins_at, asked.ends_at)
        if not NONE < asked.ends_at - asked.begins_at <= LONGEST:
            return  # the workflow refuses it, and working out its shifts would take long
        bookings, told = await lookup.booked(spec, people, *times)
        known = (await book_of(self.client).known()).overrides
        # A retry must not find that its own override has taken the shift.
        laid, _ = laid_over(spec, (each for each in known if each.id != asked.id), people)
        on = {shift.person for shift in shifts_of(laid, *times, bookings)}
        if covers not in on and not told.get("unread"):
            others = f"; on call then: {', '.join(sorted(on))}" if on else ""
            message = f"{covers} has no shift by {asked.schedule} in that time{others}"
            raise OverrideRefused(message, "Malformed", "covers")

    async def _changed(self, name: str, said: BaseModel, may: MayOverride) -> ScheduleOverride:
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            OVERRIDES_WORKFLOW,
            OverridesInput(),
            id=OVERRIDES_ID,
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary="who is on call instead of whom",
            priority=Priority(*rank(WorkKind.COMMAND)),
        )
        try:
            changed: ScheduleOverride = await self.client.execute_update_with_start_workflow(
                name,
                said,
                start_workflow_operation=start,
                result_type=ScheduleOverride,
                rpc_timeout=patience.WORKER,
            )
        except WorkflowUpdateFailedError as error:
            raise _refused(error, may) from None
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            raise NoWorkerAnswered(OVERRIDES_ID, patience.WORKER) from None
        except RPCError as error:
            raise typed_error(error) from None
        finally:
            book_of(self.client).forget()
        return changed


async def who_may_override(
    policy: Policy, schedule: str, lookup: OnCallLookup, now: datetime
) -> MayOverride:
    """Who may override a schedule; a policy may name the person who is on call now."""
    parties = map(party_named, words_of(policy))
    names = [party.name for party in parties if party.kind is PartyKind.ON_CALL]
    specs = [schedule_spec(policy, name) for name in names if name in policy.schedules]
    targets = [str(Party(PartyKind.SCHEDULE, spec.name)) for spec in specs]
    found = await lookup.ask(targets, specs, people_of(policy), policy.policy, now)
    on_call = {name: each.people for name, each in found.on_call.items()}
    return may_override(policy, schedule, on_call)


def _named_well(policy: Policy, by: Actor) -> None:
    """Raise OverrideRefused for a name under which nobody may act."""
    if problem := misnamed(by.name, policy.people):
        raise OverrideRefused(f"actor: {problem}", "Malformed", "actor")


def _known(policy: Policy, asked: AskedOverride) -> None:
    """Raise OverrideRefused for a name that the policy does not have."""
    for name, given, known in (
        ("schedule", asked.schedule, policy.schedules),
        ("person", asked.person, policy.people),
        ("covers", asked.covers, policy.people),
    ):
        if given is not None and given not in known:
            kind = "schedule" if name == "schedule" else "person"
            message = f"there is no {kind} {given[:100]}; {suggestion(given, tuple(known))}"
            raise OverrideRefused(message, "Malformed", name)


def _malformed(error: ValidationError) -> OverrideRefused:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    problem = first["msg"].removeprefix("Value error, ")
    return OverrideRefused(f"{name}: {problem}", "Malformed", name)


def _refused(error: WorkflowUpdateFailedError, may: MayOverride) -> Exception:
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        return error
    details = cause.details[0] if cause.details else {}
    fields = details.get("fields") if isinstance(details, dict) else ()
    kind = cause.type or "Refused"
    shown = may.shown if kind == "NotAuthorised" else ()
    return OverrideRefused(cause.message, kind, str(fields[0]) if fields else "", shown)
