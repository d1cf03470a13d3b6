"""escalate_incident against real servers."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.escalate_incident import EscalateIncidentActivity
from connectors.channels.directory import ChannelDirectory
from models.compiled import Level, Person
from models.contracts.paging import Escalated, EscalateIncident
from models.messages.message import DeliveryFailure, Receipt
from models.messages.reference import FirstMessage, Reference
from tests.activities.conftest import STARTED
from tests.fakes.messages import a_message
from tests.fakes.webhook_sink import Answer, WebhookSink
from tests.specimens import START

PEOPLE = {
    "ana": Person(name="ana", email="ana@example.org", channels=("pager",)),
    "bo": Person(name="bo"),
}


async def escalated(
    environment: ActivityEnvironment, directory: ChannelDirectory, *targets: str, **given: Any
) -> Escalated:
    """The outcome of paging a level with these targets."""
    fields: dict[str, Any] = {
        "level": 2,
        "cycle": 0,
        "targets": Level(page=targets, wait=timedelta(minutes=5)),
        "holders": {"lead": "ana"},
        "people": PEOPLE,
        "channels": ("chat",),
        "fallbacks": {"pager": "mail", "mail": "desk"},
        "key_prefix": "INC-1/page-2",
        "template": a_message(key="", recipient=""),
        "now": START,
        "attempt_timeout": timedelta(seconds=5),
    }
    request = EscalateIncident.model_validate({**fields, **given})
    return await environment.run(EscalateIncidentActivity(directory).escalate_incident, request)


async def test_everybody_of_the_level_is_paged_once(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """A person, a role's holder and a channel each get one page, on the first of their channels."""
    answer = await escalated(
        environment, channels, "person:ana", "role:lead", "person:bo", "channel:desk", "role:none"
    )
    assert answer.level == 2
    assert answer.nobody == ("role:none",)
    assert [(page.target, page.receipt and page.receipt.channel) for page in answer.pages] == [
        ("person:ana", "pager"),
        ("person:bo", "chat"),
        ("channel:desk", "desk"),
    ]
    assert set(sink.effects) == {
        "INC-1/page-2:ana",
        "INC-1/page-2:bo",
        "INC-1/page-2:channel:desk",
    }
    page = sink.effects["INC-1/page-2:ana"]
    assert (page["recipient"], page["address"]) == ("ana", "ana@example.org")


async def test_it_can_determine_the_targets_of_a_level_and_send_nothing(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """It has the keys of the pages, which a lost task may have sent."""
    answer = await escalated(environment, channels, "person:ana", "role:lead", sends=False)
    assert not answer.sent
    (page,) = answer.pages
    assert (page.delivery.message.key, page.receipt, page.failure) == (
        "INC-1/page-2:ana",
        None,
        None,
    )
    assert sink.requests == []


async def test_a_receipt_is_dated_by_the_attempt(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """The receipt carries key, channel and the start of the attempt."""
    sink.answers = [Answer(body=b'{"id": 7}')]
    page = (await escalated(environment, channels, "person:ana")).pages[0]
    assert page.receipt == Receipt(
        key="INC-1/page-2:ana",
        channel="pager",
        delivered_at=STARTED,
        reference=Reference(message="7"),
    )
    assert (page.failure, page.fell_back, page.delivery.channel) == (None, (), 0)


async def test_each_page_goes_on_from_the_first_message_to_its_recipient_by_its_channel(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """Messages to another person, or over another channel of the chain, do not count."""
    sink.by_path = {"pager": Answer(status=404)}
    firsts = tuple(
        FirstMessage(channel=c, recipient=r, reference=Reference(message=f"{c}-{r}"))
        for c, r in (("pager", "ana"), ("mail", "ana"), ("mail", "bo"), ("chat", "ana"))
    )
    await escalated(environment, channels, "person:ana", "person:bo", first_messages=firsts)
    told = {
        (r.path.strip("/"), r.json["recipient"]): r.json.get("first_message") for r in sink.requests
    }
    assert told == {
        ("pager", "ana"): {"message": "pager-ana"},
        ("mail", "ana"): {"message": "mail-ana"},
        ("chat", "bo"): None,
    }


async def test_a_permanent_failure_falls_back_at_once(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """Channels that refuse permanently are passed over under the same key, and noted."""
    sink.by_path = {"pager": Answer(status=404), "mail": Answer(status=403)}
    page = (await escalated(environment, channels, "person:ana")).pages[0]
    assert page.receipt is not None
    assert page.receipt.channel == "desk"
    assert page.delivery.channel == 2
    assert [failure.error for failure in page.fell_back] == ["answered 404", "answered 403"]
    assert {request.key for request in sink.requests} == {"INC-1/page-2:ana"}


async def test_a_retryable_failure_is_still_owed_on_its_channel(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """If a channel fails retryably, the page goes back with its chain and its place in it."""
    sink.by_path = {
        "pager": Answer(status=404),
        "mail": Answer(status=503, headers={"Retry-After": "9"}),
    }
    page = (await escalated(environment, channels, "person:ana")).pages[0]
    assert page.receipt is None
    assert page.delivery.channels == ("pager", "mail", "desk")
    assert page.delivery.channel == 1
    assert page.failure == DeliveryFailure(
        key="INC-1/page-2:ana",
        channel="mail",
        error="answered 503",
        permanent=False,
        retry_after_seconds=9,
    )
    assert sink.to("desk") == []


async def test_a_chain_that_fails_for_good_is_owed_on_its_last_channel(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """If no channel takes the page, it stays owed, with the last failure."""
    sink.default = Answer(status=400)
    page = (await escalated(environment, channels, "person:ana")).pages[0]
    assert page.delivery.channel == 2
    assert page.failure is not None
    assert (page.failure.channel, page.failure.permanent) == ("desk", True)
    assert len(page.fell_back) == 2


async def test_trouble_with_one_target_does_not_reach_the_others(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """A hanging channel is given up in time; the other page left long before."""
    sink.by_path = {"pager": Answer(hang=True)}
    answer = await escalated(
        environment,
        channels,
        "person:ana",
        "person:bo",
        attempt_timeout=timedelta(milliseconds=200),
    )
    hanging, sent = answer.pages
    assert hanging.failure is not None
    assert not hanging.failure.permanent
    assert sent.receipt is not None


async def test_an_unknown_channel_falls_back(
    environment: ActivityEnvironment, channels: ChannelDirectory
) -> None:
    """A channel without settings is passed over like one that refuses."""
    answer = await escalated(environment, channels, "channel:pigeon", fallbacks={"pigeon": "desk"})
    page = answer.pages[0]
    assert page.receipt is not None
    assert page.receipt.channel == "desk"
    assert page.fell_back[0].channel == "pigeon"


async def test_a_person_whom_no_channel_reaches_is_nobody(
    environment: ActivityEnvironment, channels: ChannelDirectory
) -> None:
    """A person without any channel counts as nobody, so that the next level need not wait."""
    answer = await escalated(environment, channels, "person:bo", channels=())
    assert (answer.pages, answer.nobody) == ((), ("person:bo",))


async def test_an_unexpected_error_becomes_the_target_s_failure(
    environment: ActivityEnvironment,
    channels: ChannelDirectory,
    sink: WebhookSink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a defect in one channel the others still page; the error shows only its type."""
    resolve = channels.channel

    def broken(name: str) -> Any:
        if name == "pager":
            raise KeyError("bearer-secret")
        return resolve(name)

    monkeypatch.setattr(channels, "channel", broken)
    answer = await escalated(environment, channels, "person:ana", "person:bo")
    assert answer.pages[0].failure is not None
    assert answer.pages[0].failure.error == "unexpected error (KeyError)"
    assert answer.pages[1].receipt is not None
    assert list(sink.effects) == ["INC-1/page-2:bo"]


async def test_a_channel_gets_no_link(
    environment: ActivityEnvironment, channels: ChannelDirectory
) -> None:
    """A person may answer by a link until its end; nobody knows who reads a channel."""
    until = START + timedelta(days=7)
    answer = await escalated(
        environment,
        channels,
        "person:ana",
        "channel:desk",
        template=a_message(key="", recipient="").changed(respond_until=until),
    )
    told = [page.delivery.message.respond_until for page in answer.pages]
    assert told == [until, None]
