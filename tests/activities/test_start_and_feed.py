"""start_incident and feed_incident on a real server, run once and twice."""

import asyncio
import dataclasses
import fcntl
import os
import struct
import termios
import threading
import time
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.feed_incident import FeedIncidentActivity
from activities.start_incident import StartIncidentActivity
from incidents.reopening import reopen_incident
from models.alert import Alert, AlertBatch, AlertRecord, AlertStatus
from models.base import MONITORING
from models.contracts.alert_group import FeedIncident, IncidentFed, StartIncident
from models.incident.record import Incident, Report
from states.lifecycle import State
from tests.console.life import working
from tests.scenarios.siren import policy_file

AT = datetime(2026, 3, 27, 16, 50, tzinfo=UTC)


def alert(name: str = "a", status: str = "firing", severity: str | None = None) -> Alert:
    """An alert of a name."""
    return Alert(
        fingerprint=name,
        name=name,
        status=AlertStatus(status),
        started_at=AT,
        severity=severity,
    )


def report(*severities: str | None) -> Report:
    """A report of as many alerts."""
    alerts = [alert(str(n), severity=severity) for n, severity in enumerate(severities)]
    records = (AlertRecord(alert=a, first_seen_at=AT, last_seen_at=AT) for a in alerts)
    return Report(title="it burns", reporter=MONITORING, alerts=tuple(records))


@dataclasses.dataclass
class Bench:
    """The two activities, and one incident."""

    client: Client
    task_queue: str
    policy: Path
    environment: ActivityEnvironment
    id: str

    async def start(self, told: Report) -> bool:
        """Start the incident; returns whether it was not started before."""
        request = StartIncident(incident_id=self.id, report=told)
        activity = StartIncidentActivity(self.client, self.policy)
        return (await self.environment.run(activity.start_incident, request)).started

    async def feed(self, command_id: str, *alerts: Alert, reopen: bool = False) -> IncidentFed:
        """Feed the incident."""
        request = FeedIncident(
            incident_id=self.id,
            batch=AlertBatch(group_key="k", alerts=alerts, received_at=AT + timedelta(minutes=1)),
            deliveries=1,
            reopen=reopen,
            note="alert fires again: a",
            command_id=command_id,
        )
        activity = FeedIncidentActivity(self.client)
        return await self.environment.run(activity.feed_incident, request)

    async def do(self, name: str, **fields: object) -> None:
        """Ana gives it a command."""
        handle = self.client.get_workflow_handle(self.id)
        await handle.execute_update(name, {"actor": "ana", **fields})

    async def over(self, name: str, **fields: object) -> None:
        """Ana ends the incident."""
        await self.do(name, **fields)
        await self.client.get_workflow_handle(self.id).result()

    async def record(self) -> Incident:
        """Its record."""
        handle = self.client.get_workflow_handle(self.id)
        found: Incident = await handle.query("record", result_type=Incident)
        return found


@pytest.fixture
async def bench(
    time_skipping: WorkflowEnvironment,
    task_queue: str,
    tmp_path: Path,
    environment: ActivityEnvironment,
) -> AsyncIterator[Bench]:
    """A bench with a worker for incidents; none is started yet."""
    environment.info = dataclasses.replace(environment.info, task_queue=task_queue)
    client, name = time_skipping.client, f"INC-{uuid.uuid4().hex[:8]}"
    async with working(client, task_queue, tmp_path / "documents"):
        yield Bench(client, task_queue, policy_file(tmp_path), environment, name)


@pytest.mark.parametrize(
    ("said", "severity"),
    [((None,), "SEV2"), (("SEV2", "SEV1"), "SEV1"), (("gone",), "SEV2"), (("SEV1", None), "SEV1")],
)
async def test_an_incident_is_as_bad_as_the_worst_of_its_alerts(
    bench: Bench, said: tuple[str | None, ...], severity: str
) -> None:
    """The ranks of the policy in force decide; if it knows none of them, its default does."""
    assert await bench.start(report(*said))
    assert (await bench.record()).severity == severity


async def test_the_policy_that_an_incident_names_is_kept(bench: Bench, tmp_path: Path) -> None:
    """The hash on its timeline is the name of the file that it began under."""
    await bench.start(report("SEV1"))
    named = (await bench.record()).timeline[0].data["policy_hash"]
    await bench.client.get_workflow_handle(f"policy-{bench.task_queue}-{named}").result()
    kept = tmp_path / "documents" / "policies" / f"{named}.yaml"
    assert kept.read_bytes() == bench.policy.read_bytes()


async def test_starting_twice_starts_one_incident(bench: Bench) -> None:
    """The second start says so, even if the incident is over."""
    assert await bench.start(report("SEV1"))
    assert not await bench.start(report("SEV1"))
    await bench.over("resolve")
    assert not await bench.start(report("SEV1"))


async def test_a_broken_policy_is_tried_again_and_says_what_is_wrong(bench: Bench) -> None:
    """Somebody may mend the file; the failure names it and the line."""
    bench.policy.write_text("policy: x\nnonsense: 1\n")
    with pytest.raises(ApplicationError, match=r"policy\.yaml:2:1.*nonsense") as error:
        await bench.start(report("SEV1"))
    assert (error.value.type, error.value.non_retryable) == ("PolicyBroken", False)


async def test_a_policy_file_that_is_slow_to_read_holds_nothing_else_up(bench: Bench) -> None:
    """Other activities go on while the file waits to be read."""
    text = bench.policy.read_text()
    bench.policy.unlink()
    os.mkfifo(bench.policy)
    others_went_on = threading.Event()
    pipe = os.open(bench.policy, os.O_RDWR)  # somebody writes: so its reader waits

    def write() -> bool:
        went_on = others_went_on.wait(timeout=5)
        os.write(pipe, text.encode())
        while struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]:
            time.sleep(0.01)  # until it is read: what is left in a closed pipe is lost
        os.close(pipe)
        return went_on

    written = asyncio.create_task(asyncio.to_thread(write))
    started = asyncio.create_task(bench.start(report("SEV1")))
    await asyncio.sleep(0)
    await bench.client.service_client.check_health()
    others_went_on.set()
    assert await written
    assert await started


async def test_feeding_twice_counts_once(bench: Bench) -> None:
    """The same command id is the same news."""
    await bench.start(report())
    for _ in range(2):
        answer = await bench.feed("f-1", alert())
        assert answer == IncidentFed(absorbed=True, state=State.REPORTED)
    assert (await bench.record()).alerts["a"].times_seen == 1


async def test_reopening_twice_reopens_once(bench: Bench) -> None:
    """A closed incident goes on in one new run and takes the alerts, with the reason."""
    await bench.start(report())
    await bench.over("resolve")
    for _ in range(2):
        answer = await bench.feed("f-1", alert(), reopen=True)
        assert answer == IncidentFed(absorbed=True, state=State.DIAGNOSIS)
    record = await bench.record()
    assert (record.runs, record.alerts["a"].times_seen) == (2, 1)
    reopenings = [e.summary for e in record.timeline if e.kind == "incident.reopened"]
    assert len(reopenings) == 1
    assert "alert fires again: a" in reopenings[0]


async def test_alerts_are_taken_even_if_people_reopened_first(
    bench: Bench,
) -> None:
    """It does not matter that the reopening is refused."""
    await bench.start(report())
    answer = await bench.feed("f-1", alert(), reopen=True)
    assert answer == IncidentFed(absorbed=True, state=State.REPORTED)


@pytest.mark.parametrize("reopen", [False, True])
async def test_a_cancelled_incident_takes_nothing(bench: Bench, *, reopen: bool) -> None:
    """The answer says so, and when it ended."""
    await bench.start(report())
    await bench.over("cancel", reason="false_alarm")
    answer = await bench.feed("f-1", alert(), reopen=reopen)
    assert (answer.absorbed, answer.state) == (False, State.CANCELLED)
    assert answer.resolved_at is not None


async def test_a_closed_incident_says_when_it_was_resolved(bench: Bench) -> None:
    """So its group can tell a recurrence from an earlier firing."""
    await bench.start(report())
    await bench.over("resolve")
    answer = await bench.feed("f-1", alert())
    carried = await bench.record()
    resolved = carried.milestone("resolved")
    assert (answer.absorbed, answer.state) == (False, State.CLOSED)
    assert resolved is not None
    assert answer.resolved_at is not None
    assert abs(answer.resolved_at - resolved.at) < timedelta(milliseconds=1)


async def test_an_incident_that_heard_before_it_closed_says_so_afterwards(bench: Bench) -> None:
    """Only the answer was lost: the person who closed it knew, so it is not reopened.

    The server itself remembers the answers of the last run; this is of an earlier one.
    """
    await bench.start(report())
    await bench.feed("f-1", alert())
    await bench.over("resolve")
    again = {"actor": "ana"}
    await reopen_incident(bench.client, bench.id, again, f"{bench.id}-again", bench.task_queue)
    await bench.over("resolve")
    answer = await bench.feed("f-1", alert())
    assert (answer.absorbed, answer.state) == (True, State.CLOSED)
    assert answer.resolved_at is not None


@pytest.mark.parametrize("reopen", [False, True])
async def test_an_unknown_incident_takes_nothing(bench: Bench, *, reopen: bool) -> None:
    """Its history may be gone by now."""
    answer = await bench.feed("f-1", alert(), reopen=reopen)
    assert (answer.absorbed, answer.state) == (False, State.CLOSED)
