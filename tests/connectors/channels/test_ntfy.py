"""What ntfy has that other kinds do not: topics of people, priorities, limits."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from connectors.errors import PermanentError
from models.messages.message import Message, MessageKind
from models.messages.reference import Reference
from runtime.settings import Settings
from tests.fakes.counterparts.ntfy import NtfySink
from tests.fakes.messages import a_message
from tests.fakes.webhook_sink import Answer

SOON = timedelta(seconds=20)
LINK = f"https://incidents.example.org/r/{'l' * 2000}"
"""As long as a link can be."""


@pytest.fixture
async def sink() -> AsyncIterator[NtfySink]:
    """A server that asks for no token."""
    async with NtfySink() as running:
        yield running


async def sent(sink: NtfySink, *messages: Message, **given: Any) -> list[Reference | None]:
    """Send messages, each with a link; `given` are settings."""
    settings = {"kind": "ntfy", "url": f"http://127.0.0.1:{sink.port}", "topic": "all", **given}
    directory = ChannelDirectory({"phone": channel_settings(settings)})
    channel = directory.channel("phone")
    try:
        return [await channel.send(each, timeout=SOON, respond_url=LINK) for each in messages]
    finally:
        await directory.aclose()


async def test_a_person_gets_the_link_on_their_own_topic_alone(sink: NtfySink) -> None:
    """Others may read the channel's topic: they could answer for this person."""
    people = [a_message(recipient=name) for name in ("ana_lim", "bo", "stakeholders")]
    await sent(sink, *people, topics={"ANA-LIM": "own-of-ana"})
    assert [(said["topic"], said.get("click")) for said in sink.published] == [
        ("own-of-ana", LINK),
        ("all", None),
        ("all", None),
    ]


async def test_nobody_without_a_topic_is_reached(sink: NtfySink) -> None:
    """The engine tries the next channel at once."""
    with pytest.raises(PermanentError, match="phone: no topic for bo"):
        await sent(sink, a_message(recipient="bo"), topic=None, topics={"ana": "own-of-ana"})
    assert sink.requests == []


async def test_a_page_is_the_loudest_and_a_quiet_severity_one_step_lower(sink: NtfySink) -> None:
    """An app can let priority 5 go on ringing; an update of a small incident makes no sound."""
    kinds = (MessageKind.PAGE, MessageKind.REMINDER, MessageKind.NOTIFICATION)
    messages = [a_message(kind=kind, severity=name) for name in ("SEV1", "SEV4") for kind in kinds]
    await sent(sink, *messages, quiet="SEV3, SEV4")
    assert [said["priority"] for said in sink.published] == [5, 4, 3, 4, 3, 2]
    assert [said.get("tags") for said in sink.published[:2]] == [["rotating_light"], None]


async def test_a_repeat_replaces_the_first_message_on_the_phone(sink: NtfySink) -> None:
    """It has the same sequence, and every other message another one."""
    references = await sent(sink, *[a_message(key=key) for key in ("INC-1.7:zoë", "1", "1")])
    one, first, repeat = (said["sequence_id"] for said in sink.published)
    assert first == repeat != one
    assert references == [Reference(message=f"m{number}") for number in range(3)]


@pytest.mark.parametrize("sign", ["a", "\u20ac", '"', "\\"])
async def test_a_long_text_is_cut_to_what_ntfy_takes(sink: NtfySink, sign: str) -> None:
    """It arrives, and shows that it is cut; a short text stays whole."""
    message = a_message(subject=sign * 20_000, body=f"{sign}\n" * 20_000, recipient="ana")
    await sent(sink, message, a_message(), topics={"ana": "o" * 64})
    cut, whole = sink.published
    assert cut["message"].endswith("…")
    assert cut["title"].startswith(sign * 80)
    assert (whole["title"], whole["message"]) == (a_message().subject, a_message().body)


async def test_an_id_that_repeats_a_secret_is_not_kept(sink: NtfySink) -> None:
    """A server may answer anything."""
    said = [{"id": made} for made in ("all", "x" * 41, "a b", 7, None)]
    sink.answers = [Answer(body=json.dumps(each).encode()) for each in said]
    assert await sent(sink, *[a_message()] * 5) == [None] * 5


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, "needs a topic"),
        ({"topic": "topic secret"}, "without spaces|letters, digits"),
        ({"topics": {"ana": "secret/of/ana"}}, "letters, digits"),
        ({"topic": "secret" * 20}, "1 to 64"),
        ({"topic": "t", "url": "https://ntfy.sh/secret-topic"}, "set the topic apart"),
        ({"topic": "t", "url": "http://ntfy.example.org"}, "must begin with https://"),
        ({"topic": "t", "url": "https://ana:secret@ntfy.example.org"}, "user name"),
        ({"topic": "t", "token": "two secret words"}, "without spaces"),
    ],
)
def test_settings_that_cannot_work_are_refused_and_not_repeated(
    given: dict[str, Any], fault: str
) -> None:
    """The error says what would be right."""
    with pytest.raises(ValidationError, match=fault) as refused:
        channel_settings({"kind": "ntfy", **given})
    assert "secret" not in str(refused.value)


def test_topics_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's name is written as a variable can say it; nothing shows the topics."""
    monkeypatch.setenv("INCIDENT_CHANNELS__PHONE__KIND", "ntfy")
    monkeypatch.setenv("INCIDENT_CHANNELS__PHONE__TOPICS__ANA_LIM", "secret-of-ana")
    phone: Any = Settings().channels["phone"]
    assert phone.topics["ana-lim"].get_secret_value() == "secret-of-ana"
    assert "secret" not in repr(phone)
