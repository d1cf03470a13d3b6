"""Overrides of schedules on a real server: made, ended, refused with a trace, read in any case."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import Worker

from activities.escalate_incident import EscalateIncidentActivity
from connectors.channels.directory import ChannelDirectory
from incidents import patience
from incidents.errors import NoWorkerAnswered, OverrideRefused
from incidents.schedules.on_call import OnCallLookup
from incidents.schedules.overrides import OverrideBook, book_of, read_overrides
from incidents.schedules.overriding import AskedOverride, Overriding
from models.base import Actor
from models.compiled import Level
from models.contracts.paging import EscalateIncident
from models.people.schedule_overrides import OVERRIDES_ID
from models.policy import Policy
from models.proof import Proof
from policies.compiling.policy import compile_policy
from policies.reading.load import parse_policy
from runtime.worker.registry import workflow_runner
from tests.fakes.messages import a_message
from tests.policies.written import WHOLE
from workflows.schedule_overrides import ScheduleOverrides

SCHEDULES = """\
schedules:
  primary: { rotation: { people: [ana, bo], hand_over: monday 09:00, starts: 2026-01-05 } }
"""
PAGED = WHOLE.replace("{ page: ana, wait: 5m }", "{ page: schedule:primary, wait: 5m }")
ANA = Actor(name="ana")
HOUR = timedelta(hours=1)


def a_policy(more: str = "") -> Policy:
    """A policy in which ana and bo take turns."""
    policy = parse_policy((PAGED + SCHEDULES + more).encode()).policy
    assert policy is not None
    return policy


def asked(begins_at: datetime, **fields: object) -> AskedOverride:
    """Somebody covers whoever is on call for five hours."""
    said: dict[str, object] = {"schedule": "primary", "person": "bo", "reason": "ill", **fields}
    until = begins_at + 5 * HOUR
    return AskedOverride(begins_at=begins_at, ends_at=until, **said)  # type: ignore[arg-type]


async def forgotten(client: Client) -> None:
    """No workflow of an earlier test runs."""
    with suppress(RPCError):
        await client.get_workflow_handle(OVERRIDES_ID).terminate()
    book_of(client).forget()


def a_worker(client: Client, task_queue: str) -> Worker:
    """A worker that keeps overrides."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[ScheduleOverrides],
        workflow_runner=workflow_runner(),
    )


@pytest.fixture
async def overriding(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> AsyncIterator[Overriding]:
    """Changes overrides, with a worker that keeps them."""
    await forgotten(time_skipping.client)
    async with a_worker(time_skipping.client, task_queue):
        yield Overriding(time_skipping.client, task_queue)
    await forgotten(time_skipping.client)


async def paged_at(client: Client, policy: Policy, at: datetime) -> tuple[str, ...]:
    """Whom the first level pages at an instant; nothing leaves."""
    carried = compile_policy(policy, "hash")
    request = EscalateIncident(
        level=1,
        cycle=0,
        targets=Level(page=("schedule:primary",), wait=timedelta(minutes=5)),
        holders={},
        people=carried.people,
        channels=("chat",),
        fallbacks={},
        key_prefix="INC-1/page-1",
        template=a_message(key="", recipient=""),
        now=at,
        schedules=carried.schedules,
        policy=carried.name,
        sends=False,
    )
    lookup = OnCallLookup(overrides=OverrideBook(client))
    activity = EscalateIncidentActivity(ChannelDirectory({}), lookup)
    done = await ActivityEnvironment().run(activity.escalate_incident, request)
    return tuple(f"{page.delivery.message.recipient} ({page.via})" for page in done.pages)


async def test_a_page_at_night_goes_to_whoever_covers_and_later_to_the_scheduled_person(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    """The worker that took the override is gone by then: who pages needs none to read it."""
    client, policy = time_skipping.client, a_policy()
    await forgotten(client)
    monday = datetime.now(UTC) + timedelta(days=8 - datetime.now(UTC).weekday())
    night = monday.replace(hour=1, minute=0, second=0, microsecond=0)
    [before] = await paged_at(client, policy, night)
    scheduled = before.partition(" ")[0]
    other = "bo" if scheduled == "ana" else "ana"
    async with a_worker(client, task_queue):
        made = await Overriding(client, task_queue).make(
            policy, asked(night, person=other, covers=scheduled), ANA
        )
    covering = (
        f"{other} (primary, covers {scheduled} (ill) until {night + 5 * HOUR:%Y-%m-%d %H:%M} UTC)"
    )
    for hours, expected in ((2.2, covering), (4.9, covering), (5, before), (9, before)):
        assert await paged_at(client, policy, night + hours * HOUR) == (expected,)
    async with a_worker(client, task_queue):  # it has nothing but the history
        await Overriding(client, task_queue).end(policy, made.id, ANA)
    assert await paged_at(client, policy, night + 2.2 * HOUR) == (before,)
    await forgotten(client)


async def test_what_the_policy_refuses_leaves_a_trace_and_nothing_else(
    overriding: Overriding,
) -> None:
    """The refusal says who may; the list of refused attempts says who tried."""
    policy = a_policy("authority: { override_schedule: [ana, on_call:primary] }\n")
    begins_at = datetime.now(UTC) + HOUR
    stranger = Actor(name="zoe", via="api")
    with pytest.raises(OverrideRefused) as refused:
        await overriding.make(policy, asked(begins_at), stranger)
    assert refused.value.kind == "NotAuthorised"
    assert "zoe may not override primary; may: ana, on_call:primary" in refused.value.message
    made = await overriding.make(policy, asked(begins_at), ANA)
    with pytest.raises(OverrideRefused, match="zoe may not"):
        await overriding.end(policy, made.id, stranger)
    state = await read_overrides(overriding.client, patience.SERVER)
    assert state.overrides == (made,)
    assert [each.by for each in state.refused] == [stranger, stranger]


async def test_trust_says_how_somebody_must_be_known(overriding: Overriding) -> None:
    """As for commands; whoever made an override needs it to end it, too."""
    policy = a_policy("authority: { trust: { override_schedule: [token] } }\n")
    begins_at = datetime.now(UTC) + HOUR
    with pytest.raises(OverrideRefused, match="ana is only claimed"):
        await overriding.make(policy, asked(begins_at), ANA)
    proven = Actor(name="ana", via="api", proof=Proof.TOKEN)
    made = await overriding.make(policy, asked(begins_at), proven)
    with pytest.raises(OverrideRefused, match="ana is only claimed"):
        await overriding.end(policy, made.id, ANA)
    assert (await overriding.end(policy, made.id, proven)).ended_by == proven


async def test_wrong_names_and_times_are_refused_with_their_field(overriding: Overriding) -> None:
    """A misspelt name, somebody without a shift, an end in the past."""
    policy, soon = a_policy(), datetime.now(UTC) + HOUR
    [on] = await paged_at(overriding.client, policy, soon)
    off = "bo" if on.startswith("ana") else "ana"
    wrong = {
        "did you mean primary?": asked(soon, schedule="primry"),
        "there is no person boo; did you mean bo?": asked(soon, person="boo"),
        f"{off} has no shift by primary": asked(soon, covers=off),
        "the end lies in the past": asked(soon - timedelta(days=9)),
        "an override lasts at most": replace(
            asked(soon, covers=off), ends_at=soon + timedelta(days=60_000)
        ),
        "is blank": asked(soon, reason=" "),
    }
    for problem, given in wrong.items():
        with pytest.raises(OverrideRefused) as refused:
            await overriding.make(policy, given, ANA)
        assert (refused.value.kind, problem in str(refused.value)) == ("Malformed", True), problem
        assert refused.value.field
    with pytest.raises(OverrideRefused, match="there is no override"):
        await overriding.end(policy, "0" * 12, ANA)


async def test_without_a_worker_nothing_is_promised(
    time_skipping: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks hears that no worker answered."""
    client = time_skipping.client
    await forgotten(client)
    monkeypatch.setattr(patience, "WORKER", timedelta(seconds=1))
    overriding = Overriding(client, "nobody-works-here")
    with pytest.raises(NoWorkerAnswered):
        await overriding.make(a_policy(), asked(datetime.now(UTC) + HOUR), ANA)
    await forgotten(client)


async def test_while_temporal_is_away_the_last_good_copy_counts(
    overriding: Overriding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever never read anything says so, and pages whoever takes turns."""
    made = await overriding.make(a_policy(), asked(datetime.now(UTC) + HOUR), ANA)
    book = OverrideBook(overriding.client)
    assert (await book.known()).overrides == (made,)

    async def hangs(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("incidents.schedules.overrides.read_overrides", hangs)
    book.forget()
    assert await book.known() == await book.known()
    assert ((await book.known()).overrides, (await book.known()).note) == ((made,), "")
    lost = await OverrideBook(overriding.client).known()
    assert lost.overrides == ()
    assert lost.note == "overrides of schedules cannot be read for now"
