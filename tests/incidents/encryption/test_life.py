"""An encrypted incident: nothing leaks, keys change, and a missing key loses nothing."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload, SearchAttributes
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHistory,
)
from temporalio.converter import DataConverter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from connectors.errors import PermanentError
from incidents.commands import Order, give
from incidents.description import describe
from incidents.encryption.codec import KEY_ID
from incidents.errors import CommandRefused, NotConfirmed, PayloadUnreadable
from incidents.finding import Filters, find
from incidents.kept.from_history import replayed
from incidents.opening import open_incident
from models.base import Actor
from models.compiled import CompiledPolicy
from models.contracts.incident import INCIDENT_WORKFLOW, Carried
from runtime.payloads import UNENCRYPTED, converter_of
from runtime.settings import Settings
from runtime.worker.registry import WORKFLOWS, workflow_runner
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.stage import Stage
from tests.specimens import POLICY, REPORT

ONE = "one:" + "A" * 43 + "="
TWO = "two:" + "B" * 43 + "="
NAMES = {"ana": "anastasia", "bo": "bonaventura", "cy": "cymbeline"}
TASK_FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
WORDS = (
    *("anastasia", "bonaventura", "cymbeline", "Checkout", "dropped", "Customers", "stakeholders"),
    *("wallpaper", "gramophone", "marmalade", "periscope", "toboggan", "umbrella", "rhubarb"),
)
"""Long enough that no random bytes contain one."""


def converter(keys: str) -> DataConverter:
    """What encrypts with these keys; nothing if there are none."""
    return converter_of(Settings.model_validate({"payload_keys": keys})) if keys else UNENCRYPTED


def with_keys(client: Client, keys: str) -> Client:
    """The same client with these keys."""
    config: Any = client.config()
    return Client(**{**config, "data_converter": converter(keys)})


@dataclass
class Life:
    """What one incident left behind on the server."""

    client: Client
    id: str
    history: WorkflowHistory
    described: WorkflowExecutionDescription
    archive: WorkflowHistory
    malformed: str


class Encrypted:
    """An incident, and workers that have different keys from time to time."""

    def __init__(self, env: WorkflowEnvironment, task_queue: str, documents: Path) -> None:
        self._env = env
        self._task_queue = task_queue
        self._documents = documents
        self.id = f"INC-{task_queue}"

    def stage(self, keys: str) -> Stage:
        """Everything around the incident, with these keys."""
        client = with_keys(self._env.client, keys)
        return Stage(WorkflowEnvironment.from_client(client), self._task_queue, self._documents)

    async def do(self, stage: Stage, name: str, seconds: float = 20, **fields: object) -> None:
        """Somebody gives a command."""
        said = {"actor": "anastasia", "via": "console", **fields}
        order = Order(self.id, name, said, command_id=f"anastasia-{name}")
        await give(stage.client, order, self._task_queue, patience=timedelta(seconds=seconds))

    async def begins(self) -> None:
        """Reported and answered, with the first key."""
        stage = self.stage(ONE)
        text = re.sub(r"\b(ana|bo|cy)\b", lambda m: NAMES[m[1]], POLICY.model_dump_json())
        policy = CompiledPolicy.model_validate_json(text)
        reporter = Actor(name="anastasia", via="console")
        report = REPORT.changed(title="Checkout dropped wallpaper", reporter=reporter)
        async with stage.worker():
            await open_incident(stage.client, policy, self.id, report, self._task_queue)
            await self.do(stage, "acknowledge", note="marmalade")
            handle = stage.client.get_workflow_handle(self.id)
            await handle.signal("no_such_signal", {"actor": "anastasia", "text": "periscope"})
            await handle.signal("add_note", {"actor": "anastasia", "text": "periscope"})
            with pytest.raises(CommandRefused, match="toboggan"):
                await self.do(stage, "cancel", reason="toboggan")

    async def meets_a_worker_without_keys(self) -> None:
        """Somebody starts a worker and forgets the keys; meanwhile somebody gives a command."""
        sender, without = self.stage(ONE), self.stage("")
        giving = asyncio.create_task(self.do(sender, "post_update", text="umbrella"))
        async with without.worker():
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not [e for e in await self._events(sender) if e.event_type == TASK_FAILED]:
                    await asyncio.sleep(0.05)
        giving.cancel()
        with suppress(asyncio.CancelledError, NotConfirmed):
            await giving

    async def goes_on(self) -> None:
        """With a new key before the old one."""
        stage = self.stage(f"{TWO},{ONE}")
        broken = PermanentError("pager", "gramophone is broken")
        stage.channels.channel("pager").failures.append(broken)
        async with stage.worker():
            await self.do(stage, "post_update", text="umbrella", seconds=PATIENCE_SECONDS)
            await self.do(stage, "assign_role", role="communication_lead", person="cymbeline")
            await self.do(stage, "cancel", reason="false_alarm", note="rhubarb")
            await stage.client.get_workflow_handle(self.id).result()
            archives = f"archive-{self.id}-"
            async for run in stage.client.list_workflows(f"TaskQueue = '{self._task_queue}'"):
                if run.id.startswith(archives):
                    await stage.client.get_workflow_handle(run.id).result()

    async def malformed(self) -> str:
        """A start over raw Temporal that fails, and what the server says of it."""
        stage = self.stage(ONE)
        async with stage.worker():
            handle = await stage.client.start_workflow(
                INCIDENT_WORKFLOW,
                {"umbrella": 1},
                id=f"{self.id}-malformed",
                task_queue=self._task_queue,
            )
            with pytest.raises(WorkflowFailureError):
                await handle.result()
        ending = (await describe(stage.client, handle.id)).ending
        assert ending
        return ending.why

    async def _events(self, stage: Stage) -> Any:
        return (await stage.client.get_workflow_handle(self.id).fetch_history()).events


@pytest.fixture(scope="module")
async def life(server: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """The life of an incident, from the first key over a worker without keys to the second key."""
    incident = Encrypted(server, "encrypted", tmp_path_factory.mktemp("documents"))
    await incident.begins()
    await incident.meets_a_worker_without_keys()
    await incident.goes_on()
    client = incident.stage(f"{TWO},{ONE}").client
    handle = client.get_workflow_handle(incident.id)
    described = await handle.describe()
    archive = f"archive-{incident.id}-{described.run_id}"
    return Life(
        client,
        incident.id,
        await handle.fetch_history(),
        described,
        await client.get_workflow_handle(archive).fetch_history(),
        await incident.malformed(),
    )


def texts(message: Message) -> Iterator[str]:
    """Every text and every bytes in a message, but for search attributes."""
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        if field.message_type and field.message_type.GetOptions().map_entry:
            yield from value
            values = value.values()
        for each in values:
            if isinstance(each, SearchAttributes):
                continue
            if isinstance(each, Message):
                yield from texts(each)
            elif isinstance(each, bytes):
                yield each.decode("latin-1")
            elif isinstance(each, str):
                yield each


def payloads(message: Message) -> Iterator[Payload]:
    """Every payload in a message."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        values = value if field.is_repeated else [value]
        if field.message_type.GetOptions().map_entry:
            values = value.values()
        for each in values:
            if isinstance(each, Payload):
                yield each
            elif isinstance(each, Message):
                yield from payloads(each)


def test_no_word_of_an_incident_is_in_the_clear(life: Life) -> None:
    """Title, names, notes, errors, summaries, memo: only search attributes have words."""
    raw = [*life.history.events, *life.archive.events, life.described.raw_description]
    leaked = {(word, text) for m in raw for text in texts(m) for word in WORDS if word in text}
    assert leaked == set()


def test_the_search_attributes_are_in_the_clear(life: Life) -> None:
    """Temporal filters by them. So the words are there, and the search above finds what it can."""
    attributes = str(life.described.raw_description.workflow_execution_info.search_attributes)
    assert "anastasia" in attributes
    assert "stakeholders" not in attributes


def test_every_way_that_payloads_take_is_in_this_life(life: Life) -> None:
    """Otherwise the search would prove little."""
    kinds = {
        EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        for event in life.history.events
    }
    assert kinds >= {
        "WORKFLOW_EXECUTION_STARTED",
        "WORKFLOW_EXECUTION_COMPLETED",
        "WORKFLOW_EXECUTION_SIGNALED",
        "WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
        "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
        "ACTIVITY_TASK_COMPLETED",
        "ACTIVITY_TASK_FAILED",
        "MARKER_RECORDED",
        "TIMER_STARTED",
    }
    assert life.described.raw_description.workflow_execution_info.memo.fields
    assert life.described.raw_description.execution_config.user_metadata.summary.data


async def test_a_worker_without_keys_loses_nothing(life: Life) -> None:
    """It fails workflow tasks, which name the key. A worker with keys does what was asked."""
    [failed, *_] = [event for event in life.history.events if event.event_type == TASK_FAILED]
    said = failed.workflow_task_failed_event_attributes.failure.message
    assert "encrypted with the key 'one', and INCIDENT_PAYLOAD_KEYS has no key" in said
    assert life.described.status is WorkflowExecutionStatus.COMPLETED
    handle = life.client.get_workflow_handle(life.id, result_type=Carried)
    timeline = (await handle.result()).incident.timeline
    kinds = [line.kind for line in timeline]
    assert kinds.count("update.posted") == 1
    assert [line for line in timeline if "periscope" in line.summary]


async def replay(history: WorkflowHistory, keys: str) -> None:
    """Replay a history inside the sandbox, with these keys."""
    replayer = Replayer(
        workflows=list(WORKFLOWS),
        data_converter=converter(keys),
        workflow_runner=workflow_runner(),
    )
    await replayer.replay_workflow(history)


async def test_a_history_of_two_keys_replays(life: Life) -> None:
    """A replay compares commands, never bytes: each encryption of a value differs."""
    used = {p.metadata[KEY_ID] for event in life.history.events for p in payloads(event)}
    assert {b"one", b"two"} <= used
    await replay(life.history, f"{TWO},{ONE}")
    await replay(life.history, f"{ONE},{TWO}")


@pytest.mark.parametrize(("keys", "lacking"), [(TWO, "one"), (ONE, "two"), ("", "one")])
async def test_without_one_of_its_keys_a_history_names_the_key(
    life: Life, keys: str, lacking: str
) -> None:
    """So whoever removes a key too early hears which one it was."""
    with pytest.raises(PayloadUnreadable, match=f"encrypted with the key '{lacking}'"):
        await replayed(life.history, converter(keys))


async def test_an_incident_whose_key_is_missing_stays_in_the_list(life: Life) -> None:
    """Its title says what is missing; the others are as they were."""
    client = with_keys(life.client, TWO)
    rows = {row.id: row for row in (await find(client, Filters(), 1000)).rows}
    assert rows[life.id].title.startswith("a payload is encrypted with the key 'one'")
    assert rows[life.id].state == "cancelled"


def test_why_a_run_failed_is_readable_with_the_key(life: Life) -> None:
    """Temporal stores no words of it; lists show them."""
    assert "umbrella: Extra inputs are not permitted" in life.malformed
