"""What every kind of channel does, tried against a real other side of its kind.

A new kind needs a counterpart in `tests/fakes/counterparts`, and passes every test here.
"""

import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kind import Ability, Repeat
from connectors.channels.kinds import KINDS, channel_settings
from connectors.channels.protocol import Channel, Editing
from connectors.errors import ConnectorError, PermanentError, RetryableError
from models.messages.channel_kinds import EDITING
from models.messages.live import LiveMessage
from models.messages.message import Message, MessageKind
from models.readable import in_a_line, readable
from tests.fakes.counterparts.counterpart import WAIT, Counterpart, Fate
from tests.fakes.counterparts.table import COUNTERPARTS
from tests.fakes.hostile import HOSTILE
from tests.fakes.messages import a_message

# The mail server asks for a login without TLS, as on this machine, and warns of it.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
SOON = timedelta(seconds=20)
SHORT = timedelta(milliseconds=300)
LINK = "https://incidents.example.org/respond/link-of-ana"


def kinds_that_meet(*fates: Fate) -> list[tuple[str, Fate]]:
    """Each kind with each of the fates that can happen to it."""
    return [(kind, fate) for kind in KINDS for fate in fates if fate not in lacks(kind)]


def lacks(kind: str) -> set[Fate]:
    """What cannot happen to a kind."""
    return set(getattr(COUNTERPARTS.get(kind), "lacks", ()))


@asynccontextmanager
async def joined(kind: str) -> AsyncIterator[tuple[Channel, Counterpart]]:
    """A channel of the kind, and its other side."""
    async with COUNTERPARTS[kind]() as counterpart:
        settings = channel_settings(counterpart.settings)
        assert settings.kind == kind
        directory = ChannelDirectory({"pager": settings}, stream=counterpart.stream)
        try:
            yield directory.channel("pager"), counterpart
        finally:
            await directory.aclose()


def to_ana(**given: Any) -> Message:
    """A message to a person."""
    return a_message(**{"recipient": "ana", "address": "ana@example.org", **given})


async def refused(channel: Channel, message: Message, timeout: timedelta = SOON) -> ConnectorError:
    """The error of an attempt that must fail."""
    with pytest.raises(ConnectorError) as raised:
        await channel.send(message, timeout=timeout)
    return raised.value


def test_every_kind_has_a_counterpart() -> None:
    """So no kind goes untried; what a network can do may happen to every kind that uses one."""
    assert set(COUNTERPARTS) == set(KINDS)
    by_network = {kind for kind in KINDS if Ability.PAGE in KINDS[kind].can}
    network = {Fate.REFUSED, Fate.FAILED, Fate.SILENT, Fate.RESET, Fate.LOST_ANSWER, Fate.TELLING}
    assert {kind for kind in by_network if lacks(kind) & network} == set()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_message_arrives_once_with_its_words_and_its_key(kind: str) -> None:
    """Whatever it is about: a page, a notification, a reminder."""
    async with joined(kind) as (channel, other):
        sent = [
            to_ana(key=f"INC-1/{what}", kind=what)
            for what in MessageKind
            if what is not MessageKind.EVENT
        ]
        for message in sent:
            await channel.send(message, timeout=SOON)
        assert len(other.taken) == len(sent)
        for message, taken in zip(sent, other.taken, strict=True):
            assert any(message.subject in line for line in taken.lines)
            assert taken.key in {message.key, None}


@pytest.mark.parametrize(("kind", "fate"), kinds_that_meet(Fate.REFUSED, Fate.TELLING))
async def test_a_refusal_is_permanent(kind: str, fate: Fate) -> None:
    """The engine goes to the next channel at once."""
    async with joined(kind) as (channel, other):
        other.meets(fate)
        assert isinstance(await refused(channel, to_ana()), PermanentError)
        assert other.taken == []


@pytest.mark.parametrize(
    ("kind", "fate"), kinds_that_meet(Fate.FAILED, Fate.BUSY, Fate.SILENT, Fate.RESET)
)
async def test_a_failure_for_now_is_retryable_and_the_channel_stays_usable(
    kind: str, fate: Fate
) -> None:
    """Also if the other side never answers, or ends the connection. A wait it asks for is kept."""
    async with joined(kind) as (channel, other):
        other.meets(fate)
        error = await refused(channel, to_ana(), SHORT if fate is Fate.SILENT else SOON)
        assert isinstance(error, RetryableError)
        assert error.retry_after == (WAIT if fate is Fate.BUSY else None)
        if fate in {Fate.SILENT, Fate.RESET, Fate.BUSY}:
            await channel.send(to_ana(), timeout=SOON)
            assert len(other.taken) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_a_repeat_does_what_the_kind_declares(kind: str) -> None:
    """The other side took the message, the answer was lost, and the engine sends it again."""
    async with joined(kind) as (channel, other):
        if Fate.LOST_ANSWER in lacks(kind):
            await channel.send(to_ana(), timeout=SOON)
        else:
            other.meets(Fate.LOST_ANSWER)
            assert isinstance(await refused(channel, to_ana()), RetryableError)
        await channel.send(to_ana(), timeout=SOON)
        twice = KINDS[kind].repeat is Repeat.MAY_DOUBLE
        assert len(other.taken) == (2 if twice else 1)
        assert len({taken.key for taken in other.taken}) == 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if Ability.THREAD in KINDS[kind].can])
async def test_later_messages_join_the_thread_of_the_first(kind: str) -> None:
    """If a kind says that it keeps the messages of an incident together, it does."""
    async with joined(kind) as (channel, other):
        first = await channel.send(to_ana(key="1"), timeout=SOON)
        for key in "23":
            await channel.send(to_ana(key=key), timeout=SOON, first_message=first)
        assert len({taken.thread for taken in other.taken}) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_an_edit_changes_what_the_first_message_shows(kind: str) -> None:
    """If a kind says that it edits, the same message shows the new state; else nobody may ask."""
    live = LiveMessage(incident_id="INC-1", recipient="ana", heading="Fixed", facts={"state": "ok"})
    async with joined(kind) as (channel, other):
        first = await channel.send(to_ana(key="1"), timeout=SOON)
        assert isinstance(channel, Editing) is (Ability.EDIT in KINDS[kind].can)
        assert (kind in EDITING) is (Ability.EDIT in KINDS[kind].can)
        if not isinstance(channel, Editing):
            return
        assert first
        for _ in range(2):
            await channel.edit(live, first, timeout=SOON, respond_url=LINK)
        [taken] = other.taken
        assert LINK in taken.text
        assert taken.lines[0] == "Fixed"
        assert "state: ok" in taken.text


@pytest.mark.parametrize("kind", KINDS)
async def test_the_link_to_answer_reaches_the_person_and_nobody_else(kind: str) -> None:
    """Whoever has the link answers as this person. So it goes neither to a place nor to a log."""
    async with joined(kind) as (channel, other):
        with capture_logs() as logged:
            await channel.send(to_ana(), timeout=SOON, respond_url=LINK)
        assert (LINK in other.taken[0].text) == (Ability.PAGE in KINDS[kind].can)
        assert LINK not in repr(logged)


@pytest.mark.parametrize("kind", KINDS)
async def test_no_text_of_a_message_steers_what_shows_it(kind: str) -> None:
    """Titles stay one line without control characters; the key and the id add no header."""
    text = dict.fromkeys(("subject", "body", "reason", "severity", "recipient"), HOSTILE)
    ids = dict.fromkeys(("key", "incident_id"), HOSTILE)
    async with joined(kind) as (channel, other):
        message = to_ana(**text, **ids, facts={"impact": HOSTILE})
        await channel.send(message, timeout=SOON)
        [taken] = other.taken
    assert [line for line in taken.lines if line != in_a_line(line)] == []
    assert taken.text == readable(taken.text)


@pytest.mark.parametrize("kind", KINDS)
async def test_no_secret_is_ever_shown(kind: str) -> None:
    """Neither in settings, errors, tracebacks or logs, nor in the reference of a message."""
    async with joined(kind) as (channel, other):
        shown = [repr(channel_settings(other.settings)), repr(channel), str(channel)]
        with capture_logs() as logged:
            reference = await channel.send(to_ana(), timeout=SOON)
            for named, fate in kinds_that_meet(*Fate):
                if named != kind:
                    continue
                other.meets(fate)
                other_one = to_ana(key=fate.value)
                error = await refused(channel, other_one, SHORT if fate is Fate.SILENT else SOON)
                assert error.channel == "pager"
                assert error.__cause__ is None
                assert error.reason.isprintable()
                shown += [str(error), repr(error), *traceback.format_exception(error)]
        shown += [repr(logged), repr(reference)]
    assert [secret for secret in other.secrets if secret in "".join(shown)] == []
