"""Later messages go on from the first one, in a long incident and after its closing."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from connectors.channels.directory import ChannelDirectory
from connectors.channels.email import EmailSettings
from connectors.channels.kinds import KINDS
from connectors.channels.webhook import WebhookSettings
from incidents.reopening import reopen_incident
from models.compiled import Audience
from models.messages.reference import Reference
from rules.record.references import reference_of
from tests.conftest import time_skipping_server
from tests.fakes import pigeon
from tests.fakes.smtp_sink import SmtpSink
from tests.fakes.webhook_sink import Answer, WebhookSink
from tests.scenarios.stage import Stage
from tests.specimens import POLICY, REPORT

STATUS, MAIL, PIGEON = "status", "mail", "pigeon"
EVENTS = ("reported", "acknowledged", "resolved", "reopened")
STAKEHOLDERS = Audience(name="stakeholders", channels=(STATUS, MAIL, PIGEON), on=EVENTS)
LASTING = POLICY.changed(audiences=(STAKEHOLDERS,), clocks=(), roles=(), steps=(), authority={})


def calls_it(name: str) -> Answer:
    """The receiver takes a message and answers with this reference."""
    said = {"place": "ops", "message": name, "thread": "t-1", "url": f"https://e.com/{name}"}
    return Answer(body=json.dumps(said).encode())


@pytest.fixture
async def sink() -> AsyncIterator[WebhookSink]:
    """The receiver of the pager and of the status channel."""
    async with WebhookSink() as running:
        yield running


@pytest.fixture
async def mails() -> AsyncIterator[SmtpSink]:
    """The mail server."""
    async with SmtpSink() as running:
        yield running


@pytest.fixture
async def directory(
    sink: WebhookSink, mails: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ChannelDirectory]:
    """Real channels, and one of a kind that this test brings."""
    kinds = {**KINDS, "pigeon": pigeon.KIND}
    monkeypatch.setattr("connectors.channels.directory.KINDS", kinds)
    made = ChannelDirectory(
        {
            "pager": WebhookSettings(url=sink.url_of("pager")),
            STATUS: WebhookSettings(url=sink.url_of(STATUS)),
            MAIL: EmailSettings.model_validate(
                {"host": mails.host, "port": mails.port, "sender": "e@e.com", "to": "all@e.com"}
            ),
            PIGEON: pigeon.PigeonSettings(loft="north"),
        }
    )
    yield made
    await made.aclose()


@pytest.fixture
async def long(
    directory: ChannelDirectory, task_queue: str, tmp_path: Path
) -> AsyncIterator[Stage]:
    """A stage on a server that suggests to continue as new after a few dozen events."""
    async with await time_skipping_server("limit.historyCount.suggestContinueAsNew=40") as env:
        made = Stage(env, task_queue, tmp_path / "documents", directory)
        async with made.worker():
            yield made


@pytest.fixture
async def real(
    time_skipping: WorkflowEnvironment,
    directory: ChannelDirectory,
    task_queue: str,
    tmp_path: Path,
) -> AsyncIterator[Stage]:
    """A stage whose messages go out over these channels."""
    made = Stage(time_skipping, task_queue, tmp_path / "documents", directory)
    async with made.worker():
        yield made


def handed(sink: WebhookSink, name: str) -> list[Any]:
    """The first message that each message to the receiver named."""
    return [request.json.get("first_message", {}).get("message") for request in sink.to(name)]


async def test_the_first_reference_is_handed_back_in_later_runs_and_after_closing(
    long: Stage, sink: WebhookSink, mails: SmtpSink, directory: ChannelDirectory
) -> None:
    """Webhook, mail and another kind each keep one thread, whatever later references are."""
    sink.by_path = {STATUS: calls_it("m-1")}
    await long.report(LASTING, REPORT.changed(severity="SEV3"))
    sink.by_path = {STATUS: calls_it("m-2")}
    for number in range(12):
        await long.do("add_lesson", text=f"lesson {number}")
    assert (await long.record()).runs > 1
    await long.do("acknowledge")
    await long.do("resolve")
    closed = (await long.ended()).incident
    again = {"actor": "ana", "note": "it is back"}
    await reopen_incident(long.client, closed.id, again, "again", long.task_queue)
    await long.settled()
    record = await long.record()
    assert handed(sink, STATUS) == [None, *["m-1"] * 3]
    first, *later = (mail.message for mail in mails.mails)
    assert [mail["In-Reply-To"] for mail in later] == [first["Message-ID"]] * 3
    bird = directory.channel(PIGEON)
    assert isinstance(bird, pigeon.Pigeon)
    assert [len(reasons) for reasons in bird.flown.values()] == [4]
    kept = reference_of(record.first_messages, STATUS, "stakeholders")
    assert kept == Reference(place="ops", message="m-1", thread="t-1", url="https://e.com/m-1")
    lines = [entry.data for entry in record.timeline if entry.kind == "notification.sent"]
    said = [line["reference"]["message"] for line in lines if line["channel"] == STATUS]
    assert said == ["m-1", *["m-2"] * 3]


async def test_a_message_whose_answer_was_lost_is_the_first_all_the_same(
    real: Stage, sink: WebhookSink
) -> None:
    """It is sent again under its key, and the receiver answers with the same reference."""
    sink.answers = [Answer(close=True, takes=True)]
    sink.default = calls_it("p-1")
    alone = LASTING.changed(audiences=())
    await real.report(alone, REPORT)
    await real.do("escalate", level=1, note="she does not answer")
    lost, again, second = sink.to("pager")
    assert (lost.key, "first_message" in lost.json) == (again.key, False)
    assert sink.repeats == [lost.key]
    assert second.json["first_message"]["message"] == "p-1"
    record = await real.record()
    assert [first.recipient for first in record.first_messages] == ["ana"]
    said = [entry.data for entry in record.timeline if entry.kind == "page.sent"]
    assert [line["reference"]["message"] for line in said] == ["p-1", "p-1"]
