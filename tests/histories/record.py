"""Records the histories that the replay test replays: the baseline of compatibility.

Since the baseline every change must replay them. Record a history only for a new kind of life: name
it. If a stored history no longer replays, do not record it anew: incidents in the world look like
it, so the code must be able to go on with it (`workflow.patched`).
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from connectors.errors import PermanentError
from models.compiled import (
    Branch,
    CompiledPolicy,
    EscalationPolicy,
    FactsRule,
    Level,
    OnRaise,
    RoleRule,
    Subscriber,
)
from models.contracts.archive import ARCHIVE_WORKFLOW
from models.people.workload import WORKLOAD_WORKFLOW
from models.policy.values.actions import parse_action
from models.proof import Proof
from models.time.calendar import CalendarSpec, OpenHours
from tests.conftest import time_skipping_server
from tests.histories.busy import busy
from tests.histories.consent import by_consent
from tests.histories.in_a_chat import in_a_chat
from tests.rules.schedules import override, rotation, schedule
from tests.rules.timed import policy_of
from tests.scenarios.stage import Stage
from tests.specimens import POLICY, REPORT, clock

HERE = Path(__file__).parent
TIMED = """\
clocks:
  answer: { from: reported, to: resolved, within: 3d office, pauses_on: third_party }
  report:
    when: flag personal_data
    from: reported
    to: told
    within: { SEV1: 10d office, SEV2: 40d office }
    at: { 50%: escalate to 2, 100%: [assign lead bo, notify lead], +1d: raise severity once }
    rolls: next office day 12:00
    outlives: [resolve, lower]
    extendable: true
metrics:
  time_to_resolve: { from: reported, to: resolved, calendar: office }
"""
ARCHIVES = f"WorkflowType = '{ARCHIVE_WORKFLOW}'"
QUIET = POLICY.changed(audiences=())


async def full_life(stage: Stage) -> None:
    """Nobody answers at first; then everything in order, to the end."""
    await stage.report()
    await stage.at(6)
    await stage.do("acknowledge", command_id="ack")
    await stage.handle.signal("no_such_signal", 1)
    await stage.do("set_severity", severity="SEV1")
    await stage.do("assign_role", role="communication_lead", person="cy")
    await stage.at(35)
    await stage.do("begin_diagnosis", steps=["impact"])
    await stage.do("post_update", text="Still looking")
    await stage.do("begin_resolution", steps=["cause"])
    await stage.do("mitigate")
    await stage.do("resolve", steps=["verify"])
    await stage.do(
        "submit_review", lead="ana", aspects={"cause": "a", "response": "b"}, lessons=["c"]
    )
    await stage.do("close")
    await stage.ended()


async def hold_reopen(stage: Stage) -> None:
    """Held, resumed, retargeted, fix failed, resolved, reopened, corrected, resolved again."""
    await stage.report()
    await stage.do("acknowledge")
    await stage.do("hold", reason="third_party")
    await stage.at(300)
    await stage.do("resume")
    await stage.do("set_severity", severity="SEV2", note="only some customers")
    await stage.do("begin_diagnosis", steps=["impact"])
    await stage.do("begin_resolution", steps=["cause"])
    await stage.do("return_to_diagnosis", note="no effect")
    await stage.do("begin_resolution")
    await stage.do("resolve", steps=["verify"])
    await stage.at(400)
    await stage.do("reopen", note="errors again")
    await stage.do(
        "correct_milestone", milestone="acknowledged", happened_at=stage.start.isoformat()
    )
    await stage.do("resolve")
    await stage.do(
        "submit_review", lead="ana", aspects={"cause": "a", "response": "b"}, lessons=["c"]
    )
    await stage.do("close")
    await stage.ended()


async def cancelled(stage: Stage) -> None:
    """A false alarm, while a regulator must be told all the same."""
    await stage.report(QUIET)
    await stage.do("set_milestone", milestone="aware")
    await stage.do("cancel", reason="false_alarm")
    await stage.at(600)
    await stage.handle.execute_update(
        "set_milestone", {"actor": "ana", "milestone": "regulator_notified"}
    )
    await stage.ended()


async def many_runs(stage: Stage) -> None:
    """An incident across several runs; the last one ends it."""
    await stage.report(QUIET)
    await stage.do("acknowledge")
    for number in range(25):
        await stage.do("add_lesson", text=f"lesson {number}")
    await stage.do("cancel", reason="false_alarm")
    await stage.ended()


async def shortened(stage: Stage) -> None:
    """The notes are so long that the next run leaves older lines to the document store."""
    await stage.report(QUIET)
    await stage.do("acknowledge")
    for number in range(6):
        note = "\N{FIRE}" * (4000 if number < 4 else 1)
        await stage.do("hold", reason="third_party", note=note)
        await stage.do("resume", note=note)
    await stage.do("cancel", reason="false_alarm")
    assert (await stage.ended()).incident.segments


async def in_calendars(stage: Stage) -> None:
    """Clocks in office hours, held, extended, over months in which calendars are worked out."""
    policy = policy_of(TIMED).changed(slices={})
    await stage.report(policy)
    await stage.do("acknowledge")
    await stage.do("set_attribute", attribute="personal_data")
    await stage.do("hold", reason="third_party")
    await stage.at(2 * 24 * 60)
    await stage.do("resume")
    await stage.do("extend_clock", clock="report", by="2d", note="agreed")
    await stage.at(70 * 24 * 60)
    await stage.do("set_severity", severity="SEV2", note="less")
    await stage.do("set_milestone", milestone="told")
    await stage.do("resolve")
    await stage.ended()


async def on_call(stage: Stage) -> None:
    """Levels that page schedules: somebody, nobody, and somebody again when they come."""
    turns = rotation("every 20m from 2026-01-05T00:00", "UTC", starts=None)
    off = override("nobody", "2026-01-01T00:00", "2099-01-01T00:00")
    levels = (
        Level(page=("schedule:primary",), wait=timedelta(minutes=5)),
        Level(page=("schedule:off",), wait=timedelta(minutes=10)),
        Level(page=("schedule:primary", "person:cy"), wait=timedelta(minutes=15)),
    )
    roles = (RoleRule(name="incident_manager", default="schedule:primary"),)
    await stage.report(
        QUIET.changed(
            schedules=(
                schedule(turns, zone="UTC"),
                schedule(zone="UTC", overrides=(off,)).changed(name="off"),
            ),
            escalation=EscalationPolicy(name="default", levels=levels, repeat=1),
            roles=roles,
        )
    )
    await stage.at(30)
    await stage.do("acknowledge")
    await stage.do("cancel", reason="false_alarm")
    await stage.ended()


def ladder_policy() -> CompiledPolicy:
    """Another ladder at SEV3, none at SEV2; turns, hours that are nobody's, forgotten after 10m."""
    closed = CalendarSpec(name="shut", opens=(OpenHours(days=("holiday",)),))
    wait = timedelta(minutes=5)
    slow = EscalationPolicy(
        name="slow", levels=(Level(page=("person:cy",), wait=timedelta(hours=1)),)
    )
    levels = (
        Level(page=("person:ana", "person:bo"), wait=wait, in_turn=True),
        Level(page=("person:bo",), wait=wait, hours=closed),
        Level(page=("person:cy",), wait=wait, if_firing=True),
    )
    escalation = EscalationPolicy(
        name="ladders",
        levels=levels,
        branches=(
            Branch(severities=("SEV3",), follow=slow),
            Branch(severities=("SEV2",), follow=EscalationPolicy(name="none", levels=())),
        ),
        on_raise=OnRaise.RESTART,
        forgotten_after=timedelta(minutes=10),
    )
    return QUIET.changed(escalation=escalation)


async def ladders(stage: Stage) -> None:
    """Followed elsewhere, raised, forgotten, resumed, taken up, and escalated by hand."""
    await stage.report(ladder_policy(), REPORT.changed(severity="SEV3"))
    await stage.at(2)
    await stage.do("set_severity", severity="SEV1")
    await stage.at(4)
    await stage.do("acknowledge")
    await stage.at(22)
    await stage.do("escalate", level=3, note="help")
    await stage.at(30)
    await stage.do("set_severity", severity="SEV2", note="less")
    await stage.do("set_severity", severity="SEV1", note="more")
    await stage.at(34)
    await stage.do("cancel", reason="false_alarm")
    await stage.ended()


async def facts(stage: Stage) -> None:
    """Breaches that a backdated fact and a later policy take back; doubted, held, reopened."""
    policy = QUIET.changed(facts=FactsRule())
    await stage.report(policy)
    await stage.at(20)
    said = {"happened_at": (stage.start + timedelta(minutes=2)).isoformat(), "note": "in the call"}
    await stage.do("acknowledge", **said)
    await stage.do("set_severity", severity="SEV1", note="as it is")
    later = policy.changed(
        version="2",
        policy_hash="2" * 64,
        clocks=tuple(c for c in policy.clocks if c.name != "assess"),
    )
    stage.known[later.policy_hash] = later
    await stage.do("adopt_policy", policy_hash=later.policy_hash, note="agreed")
    await stage.at(300)
    await stage.do("resolve", steps=["impact", "verify"], note="a restart")
    await stage.do("reopen", note="again")
    await stage.do("cancel", reason="false_alarm", note="a test")
    await stage.ended()


async def demands(stage: Stage) -> None:
    """Escalated by hand until somebody answers, twice; asked once; a limit as a wait ends."""
    levels = tuple(
        Level(page=(f"person:{name}",), wait=timedelta(minutes=5)) for name in ("ana", "bo", "cy")
    )
    limit = clock("answer", "reported", "resolved", sev1=5, at={1.0: (parse_action("escalate"),)})
    escalation = EscalationPolicy(name="demands", levels=levels, repeat=1)
    await stage.report(QUIET.changed(escalation=escalation, clocks=(limit,), roles=()))
    await stage.at(6)
    await stage.do("acknowledge")
    await stage.do("escalate", note="more people")
    await stage.at(12)
    await stage.do("link", actor="cy", target="CHG-1")
    await stage.do("escalate", level=1, note="again")
    await stage.do("acknowledge", actor="bo")
    await stage.do("escalate", level=2, only=True, note="bo alone")
    await stage.at(60)
    await stage.do("cancel", reason="false_alarm")
    await stage.ended()


async def disputed(stage: Stage) -> None:
    """Somebody cannot, a link answers that nobody tapped, and whoever answered cannot either."""
    levels = tuple(
        Level(page=(f"person:{name}",), wait=timedelta(minutes=5)) for name in ("ana", "bo", "cy")
    )
    escalation = EscalationPolicy(name="disputed", levels=levels, repeat=1)
    trust: dict[str, tuple[Proof, ...]] = {"resolve": (Proof.TOKEN, Proof.LINK)}
    policy = QUIET.changed(escalation=escalation, clocks=(), roles=(), steps=(), trust=trust)
    await stage.report(policy)
    await stage.do("add_note", text="The disk of db-1 is full")
    await stage.at(2)
    await stage.do("decline", reason="on a train")
    await stage.at(3)
    await stage.do("acknowledge", actor="bo", via="web", proof="link")
    await stage.at(30)
    await stage.do("dispute_acknowledgement", actor="bo")
    await stage.handle.signal("add_note", {"actor": "cy", "text": "I look at it"})
    await stage.at(36)
    await stage.do("decline", actor="bo", reason="asleep", via="web", proof="link")
    await stage.at(37)
    await stage.do("acknowledge", actor="cy", via="api", proof="token")
    await stage.do("decline", actor="cy", reason="my laptop died")
    await stage.at(60)
    await stage.handle.signal("resolve", {"actor": "cy"})
    await stage.do("cancel", reason="false_alarm")
    await stage.ended()


async def subscribed(stage: Stage) -> None:
    """A tool misses the first event for a while, gets the next ones, and misses the rest for good.

    Then the incident ends.
    """
    gate = Subscriber(name="gate", channel="hook", on=("all",), severities=("SEV1", "SEV2"))
    hook = stage.channels.channel("hook")
    hook.failures = [PermanentError("hook", "answered 401")]
    await stage.report(QUIET.changed(subscribers=(gate,)))
    await stage.do("acknowledge")
    await stage.do("set_severity", severity="SEV2", note="a workaround")
    hook.fails_always = PermanentError("hook", "answered 410")
    await stage.do("set_severity", severity="SEV3", note="hardly anybody")
    await stage.do("cancel", reason="false_alarm")
    await stage.at(6 * 60)
    await stage.ended()


LIVES: dict[str, Callable[[Stage], Awaitable[None]]] = {
    life.__name__: life
    for life in (
        *(full_life, hold_reopen, cancelled, many_runs, shortened, in_calendars, on_call, ladders),
        *(by_consent, busy, facts, demands, disputed, subscribed, in_a_chat),
    )
}


async def record(only: list[str]) -> None:
    """Play the lives and keep their histories, every run of each."""
    short = "limit.historyCount.suggestContinueAsNew=60"
    for name, life in LIVES.items():
        if only and name not in only:
            continue
        config = [short] if life in {many_runs, shortened} else []
        with tempfile.TemporaryDirectory() as folder:
            async with await time_skipping_server(*config) as env:
                stage = Stage(env, f"history-{name}", Path(folder))
                async with stage.worker():
                    await life(stage)
                    await keep(stage, name, f"WorkflowId = '{stage.handle.id}'")
                    await keep(stage, f"{name}_workload", f"WorkflowType = '{WORKLOAD_WORKFLOW}'")
                    if life is shortened:
                        await archived(stage)
                        await keep(stage, f"{name}_archive", ARCHIVES)


async def archived(stage: Stage) -> None:
    """Wait until every run of the incident is in the document store."""
    async for run in stage.client.list_workflows(ARCHIVES):
        await stage.client.get_workflow_handle(run.id).result()


async def keep(stage: Stage, name: str, query: str) -> None:
    """Write the history of every run that a query finds."""
    runs = [run async for run in stage.client.list_workflows(query)]
    for number, run in enumerate(sorted(runs, key=lambda run: run.start_time), start=1):
        handle = stage.client.get_workflow_handle(run.id, run_id=run.run_id)
        history = await handle.fetch_history()
        path = HERE / f"{name}-run{number}.json"
        path.write_text(history.to_json() + "\n")
        sys.stdout.write(f"{path.name}: {len(history.events)} events\n")


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:]))
