"""Records the histories of alert groups and kept policies that the replay test replays.

Run as `python -m tests.histories.record_groups NAME...`. As with the lives of incidents: record
only what is new, never again what no longer replays.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from incidents.access.changing import make_token, revoke_token
from incidents.errors import OverrideRefused
from incidents.kept.policies import have_policy_kept, keeping_id
from incidents.reopening import reopen_incident
from incidents.schedules.overriding import AskedOverride, Overriding
from models.access import ACCESS_ID, TOKEN_USED, Holder, TokenUsed
from models.base import Actor
from models.contracts.alert_group import RECEIVE_ALERTS
from models.people.schedule_overrides import OVERRIDES_ID
from policies.reading.load import parse_policy
from states.lifecycle import State
from tests.conftest import time_skipping_server
from tests.fakes.feeding import LosesEveryFirstAnswer
from tests.histories.record import HERE
from tests.policies.written import WHOLE
from tests.scenarios.siren import REVIEW, Siren


async def group_life(siren: Siren) -> str:
    """Opens, is repeated, feeds, reopens, opens anew; hears what is malformed."""
    async with siren.worker():
        await siren.hears(siren.firing("a", severity="SEV1"))
        first = await siren.opened()
        await siren.hears(siren.firing("a"))
        await siren.after(2)
        await siren.until(lambda s: s.fed == 1)
        await siren.handle.signal(RECEIVE_ALERTS, "soup")
        await siren.hears(siren.firing("b", -1), truncated=2)
        await siren.hears(siren.ended("a", 0, 2))
        await siren.until(lambda s: not s.unfed_deliveries and not s.urgent)
        await siren.closed(first)
        await siren.after(10)
        await siren.hears(siren.firing("a", 9))
        await siren.until(lambda s: s.reopenable and s.resolved_at is None)
        await siren.hears(siren.ended("a", 9, 10))
        await siren.until(lambda s: "a" not in s.firing and not s.unfed_deliveries)
        await siren.closed(first)
        await siren.after(60)
        await siren.hears(siren.firing("c", 60))
        second = await siren.opened(2)
        await siren.hears(siren.ended("b", -1, 61), siren.ended("c", 60, 61))
        await siren.until(lambda s: not s.firing and not s.unfed_deliveries)
        await siren.closed(second)
        await siren.after(200)
        await siren.handle.result()
    return siren.id


async def group_runs(siren: Siren) -> str:
    """A group across several runs; the last one ends it."""
    async with siren.worker():
        await siren.hears(siren.firing("a"))
        incident_id = await siren.opened()
        for _ in range(80):
            await siren.hears(siren.firing("a"))
        await siren.hears(siren.ended("a", 0, 1))
        await siren.until(lambda s: not s.firing and not s.unfed_deliveries)
        await siren.closed(incident_id)
        await siren.after(60)
        await siren.handle.result()
    return siren.id


async def group_takeover(siren: Siren) -> str:
    """Answers get lost, an alert comes and goes meanwhile; a new incident takes the others over."""
    siren.feeder = LosesEveryFirstAnswer(siren.client)
    siren.policy.write_text(siren.policy.read_text() + REVIEW)
    async with siren.worker():
        await siren.hears(siren.firing("a"))
        first = await siren.opened()
        await siren.hears(siren.firing("b", 0.1))
        await siren.until(lambda s: s.feeding is not None and s.not_before is not None)
        await siren.hears(siren.firing("c", 0.2))
        await siren.hears(siren.ended("c", 0.2, 0.3))
        await siren.until(lambda s: "c" in s.missed)
        await siren.answered(2)
        await siren.do(first, "resolve")
        await siren.until(lambda s: s.incident_state is State.REVIEW)
        await siren.after(40)
        await siren.hears(siren.firing("d", 40))
        second = await siren.opened(2)
        await siren.until(lambda s: s.takeover_at is not None)
        await siren.after(46)
        await siren.until(lambda s: not s.takeovers)
        await siren.hears(*(siren.ended(name, 0.1, 45) for name in "ab"), siren.ended("d", 40, 45))
        await siren.answered(3)
        await siren.do(second, "resolve")
        for incident_id in (first, second):
            await siren.do(incident_id, "submit_review", lead="ana")
            await siren.do(incident_id, "close")
        await siren.until(lambda s: s.incident_state is State.CLOSED)
        await siren.after(200)
        await siren.handle.result()
    return siren.id


async def outlived_group(siren: Siren) -> str:
    """An incident that closed while its alert fired, and is reopened after its group ended."""
    async with siren.worker():
        await siren.hears(siren.firing("a"))
        incident_id = await siren.opened()
        await siren.closed(incident_id)
        await siren.hears(siren.ended("a", 0, 0.1))
        await siren.after(60)
        await siren.handle.result()
        again = {"actor": "ana"}
        await reopen_incident(siren.client, incident_id, again, "again", siren.task_queue)
        while "group.gone" not in {e.kind for e in (await siren.record(incident_id)).timeline}:
            await asyncio.sleep(0.02)
        await siren.do(incident_id, "resolve")
        await siren.client.get_workflow_handle(incident_id).result()
    return incident_id


async def kept_policy(siren: Siren) -> str:
    """No group: the text of the policy with which incidents begin is kept."""
    source = siren.policy.read_bytes()
    async with siren.worker():
        await have_policy_kept(siren.client, source, siren.task_queue)
        handle = siren.client.get_workflow_handle(keeping_id(siren.task_queue, source))
        await handle.result()
    return handle.id


async def tokens(siren: Siren) -> str:
    """No group: tokens are made, used and revoked across several runs."""
    client, queue = siren.client, siren.task_queue
    who = {"owner": "ana", "holder": Holder.PERSON, "scopes": ("read",), "by": "root"}
    async with siren.worker():
        made = [
            await make_token(client, queue, name=f"token {number}", **who)  # type: ignore[arg-type]
            for number in range(MOST_OF_A_RUN)
        ]
        handle = client.get_workflow_handle(ACCESS_ID)
        await handle.signal(TOKEN_USED, TokenUsed(id=made[0].token.id))
        await handle.signal(TOKEN_USED, "soup")
        await revoke_token(client, queue, "token 1", "root")
    return handle.id


SCHEDULE = """\
schedules: { primary: { rotation: { people: [ana, bo], hand_over: monday 09:00 } } }
"""


async def schedule_overrides(siren: Siren) -> str:
    """Overrides are made, refused and ended, over several runs."""
    policy = parse_policy((WHOLE + SCHEDULE).encode()).policy
    assert policy is not None
    ana, now = Actor(name="ana"), datetime.now(UTC)
    async with siren.worker():
        overriding = Overriding(siren.client, siren.task_queue)
        for number in range(MOST_OF_A_RUN):
            begins_at = now + timedelta(days=number + 1)
            ends_at = begins_at + timedelta(hours=8)
            asked = AskedOverride("primary", "bo", begins_at, ends_at, f"swap {number}")
            made = await overriding.make(policy, asked, ana)
        with suppress(OverrideRefused):
            await overriding.make(policy, replace(asked, id="0" * 12), Actor(name="zoe"))
        await overriding.end(policy, made.id, ana)
    return OVERRIDES_ID


LIVES: dict[str, Callable[[Siren], Awaitable[str]]] = {
    life.__name__: life
    for life in (
        *(group_life, group_runs, group_takeover, outlived_group, kept_policy, tokens),
        schedule_overrides,
    )
}
"""Each says whose history is kept."""
FEW_EVENTS = (group_runs, tokens, schedule_overrides)
"""Lives of which each run is short, so that there are several."""
MOST_OF_A_RUN = 14


async def record(only: list[str]) -> None:
    """Play the lives and keep their histories, every run of each."""
    for name, life in LIVES.items():
        if only and name not in only:
            continue
        config = ["limit.historyCount.suggestContinueAsNew=60"] if life in FEW_EVENTS else []
        with tempfile.TemporaryDirectory() as folder:
            async with await time_skipping_server(*config) as env:
                siren = Siren(env, f"history-{name}", Path(folder))
                await keep(siren, name, await life(siren))


async def keep(siren: Siren, name: str, workflow_id: str) -> None:
    """Write the history of every run of the group, or of an incident of it."""
    query = f"WorkflowId = '{workflow_id}'"
    runs = [run async for run in siren.client.list_workflows(query)]
    for number, run in enumerate(sorted(runs, key=lambda run: run.start_time), start=1):
        handle = siren.client.get_workflow_handle(run.id, run_id=run.run_id)
        history = await handle.fetch_history()
        path = HERE / f"{name}-run{number}.json"
        path.write_text(history.to_json() + "\n")
        sys.stdout.write(f"{path.name}: {len(history.events)} events\n")


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:]))
    time.sleep(0.05)
