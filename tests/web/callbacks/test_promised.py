"""Slack gets its answer in time, and somebody hears in the end what became of it."""

import asyncio
from http import HTTPStatus

import pytest

from tests.patience import PATIENCE_SECONDS
from web.callbacks.slack import promised
from web.callbacks.slack.promised import NOT_YET, Promised
from web.pages.sending import Told

DONE = Told("Done: acknowledge", "good")
AWAY = Told("Not done: Temporal does not answer", "alarm", status=HTTPStatus.SERVICE_UNAVAILABLE)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """No attempt waits for the next."""
    monkeypatch.setattr(promised, "FIRST_PAUSE_SECONDS", 0.0)


async def test_what_temporal_has_not_is_not_yet_and_tried_again_until_it_has() -> None:
    """The same work each time, so it counts once; the outcome is told when it is known."""
    tries: list[int] = []
    told: asyncio.Queue[Told] = asyncio.Queue()
    away = asyncio.Event()

    async def work() -> Told:
        tries.append(1)
        if len(tries) == 3:
            await away.wait()
        return AWAY if len(tries) < 4 else DONE

    waiting = Promised(within=0.0)
    assert await waiting.told(work, told.put) is NOT_YET
    away.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await told.get() is DONE
    assert len(tries) == 4


async def test_what_is_done_in_time_is_the_answer_and_nobody_is_told_twice() -> None:
    """A refusal is an answer, too."""
    told: list[Told] = []

    async def tell(outcome: Told) -> None:
        told.append(outcome)

    async def work() -> Told:
        return DONE

    assert await Promised(within=PATIENCE_SECONDS).told(work, tell) is DONE
    assert told == []


async def test_it_is_given_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asked for it hears that, too."""
    monkeypatch.setattr(promised, "GIVEN_UP_AFTER_SECONDS", -1.0)

    async def work() -> Told:
        return AWAY

    async def tell(_: Told) -> None: ...

    answer = await Promised(within=PATIENCE_SECONDS).told(work, tell)
    assert "Do it again" in answer.text


async def test_an_error_of_ours_is_told_without_its_words() -> None:
    """Its words may have anything in them."""

    async def work() -> Told:
        raise RuntimeError("secret")

    async def tell(_: Told) -> None: ...

    answer = await Promised(within=PATIENCE_SECONDS).told(work, tell)
    assert (answer.status, "secret" in answer.text) == (HTTPStatus.INTERNAL_SERVER_ERROR, False)


async def test_too_much_at_once_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for Temporal has a bound."""
    monkeypatch.setattr(promised, "MOST_UNDER_WAY", 0)

    async def work() -> Told:
        return DONE

    async def tell(_: Told) -> None: ...

    answer = await Promised().told(work, tell)
    assert answer.status is HTTPStatus.SERVICE_UNAVAILABLE
