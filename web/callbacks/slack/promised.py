"""Answers in time: Slack waits three seconds, and Temporal may take longer.

If the outcome is not known by then, the answer is *not yet*. The work goes on under the same id,
again and again while Temporal cannot be reached, and its outcome is told later.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus
from typing import Any

import structlog

from web.pages.sending import Told

log = structlog.get_logger(__name__)

ANSWER_WITHIN_SECONDS = 2.4
"""Slack gives up after three; the answer must get there, too."""
GIVEN_UP_AFTER_SECONDS = 600.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 30.0
MOST_UNDER_WAY = 500
NOT_YET = Told(
    "Not yet: it is not certain that the engine has it.",
    "warn",
    ("It is tried again, and counts once. You hear here what became of it.",),
    HTTPStatus.ACCEPTED,
)
TOO_MUCH = Told(
    "Not done: too much is under way. Try again in a moment.",
    "alarm",
    status=HTTPStatus.SERVICE_UNAVAILABLE,
)
BROKEN = Told(
    "Not done: the web server failed; its log says why.",
    "alarm",
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
)
GIVEN_UP = "Given up after ten minutes. Do it again."

Work = Callable[[], Awaitable[Told]]
Tell = Callable[[Told], Awaitable[None]]


class Promised:
    """Owns the work that goes on after its answer, which comes `within` so many seconds."""

    def __init__(self, within: float = ANSWER_WITHIN_SECONDS) -> None:
        self.within = within
        self._under_way: set[asyncio.Task[None]] = set()

    async def told(self, work: Work, tell: Tell) -> Told:
        """The outcome of `work`, or *not yet*; then `tell` gets the outcome when it is known.

        `work` is repeated, so it must count once.
        """
        if len(self._under_way) >= MOST_UNDER_WAY:
            return TOO_MUCH
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._done(work, tell, answer))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            return await asyncio.wait_for(asyncio.shield(answer), self.within)
        except TimeoutError:
            return NOT_YET if answer.cancel() else answer.result()

    async def _done(self, work: Work, tell: Tell, answer: asyncio.Future[Told]) -> None:
        try:
            outcome = await self._outcome(work)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for an answer
            log.error("slack.broken", error=repr(error))
            outcome = BROKEN
        if not answer.done():
            answer.set_result(outcome)
            return
        await tell(outcome)

    async def _outcome(self, work: Work) -> Told:
        """The outcome, as soon as it is known whether Temporal has it."""
        until = asyncio.get_running_loop().time() + GIVEN_UP_AFTER_SECONDS
        pause = FIRST_PAUSE_SECONDS
        while True:
            outcome = await work()
            if outcome.status is not HTTPStatus.SERVICE_UNAVAILABLE:
                return outcome
            if asyncio.get_running_loop().time() + pause > until:
                return Told(f"{outcome.text}. {GIVEN_UP}", "alarm", outcome.lines, outcome.status)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def later(self, telling: Coroutine[Any, Any, None]) -> None:
        """Tell somebody something after the answer: Slack must not wait for it."""
        task = asyncio.create_task(telling)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def aclose(self) -> None:
        """Stop what is under way: its person has read that it is not certain."""
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
