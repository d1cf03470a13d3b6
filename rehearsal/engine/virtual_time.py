"""Tracks where each workflow is in the scenario, and moves it forward.

Each workflow has its own virtual clock. It begins when the workflow starts, runs at the speed of
real time, and can be moved ahead. The workflow's place in the scenario is this clock plus an
offset.

Looking at workflows is most of what a rehearsal costs. Once all are at rest, it is known until when
each of them does nothing, so nobody looks again until something is due or somebody acts.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from rehearsal.engine.workflow_states import Look, Looks, Mark

LOOK_SECONDS = 0.005
WATCH_SECONDS = 1.0
FAILING_SECONDS = 2.0
"""A workflow task may fail once, if news arrives just as it ends; if it keeps failing, it is the
code."""
EVENTS_OF_A_SKIP = 2
"""The server writes so many events when a clock is moved. If it wrote others, we would only look
more often."""
SOON = timedelta(seconds=1)
"""What comes due so soon after an instant may ring while time is moved there."""
PATIENCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Rest:
    """A workflow at rest: it does nothing until `due`, in the time of its own clock."""

    look: Look
    due: datetime | None

    def lasts_until(self, at: datetime) -> bool:
        """Whether it surely does nothing until an instant of its own clock."""
        return not self.look.owes and (self.due is None or self.due > at + SOON)

    def moved(self, ahead: timedelta) -> "_Rest":
        """The same rest after its clock was moved ahead."""
        run_id, length = self.look.mark
        mark = (run_id, length + EVENTS_OF_A_SKIP)
        return replace(self, look=replace(self.look, mark=mark, ahead=self.look.ahead + ahead))


def _ignored(at: datetime) -> None:
    """The default for `reached`: do nothing."""


class Stuck(Exception):  # noqa: N818 - says what is
    """A workflow makes no progress: its code fails, or no worker runs it."""


class VirtualTime:
    """The clocks of the workflows of one rehearsal. Long waits report progress to `reached`."""

    def __init__(self, skipper: TimeSkipper) -> None:
        self._skipper = skipper
        self._looks = Looks(skipper.client)
        self.reached: Callable[[datetime], None] = _ignored
        self._offsets: dict[str, timedelta] = {}
        self._failing_since: dict[str, float] = {}
        self._rest: dict[str, _Rest] = {}
        self._over: set[str] = set()
        self._all_rest = False
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def begin(self, workflow_id: str, at: datetime) -> timedelta:
        """Prepare to start a workflow at `at`; returns its offset from real time."""
        self.stirred()
        self._over.discard(workflow_id)
        self._offsets[workflow_id] = at - datetime.now(UTC)
        return self._offsets[workflow_id]

    def stirred(self) -> None:
        """Expect that workflows act: until all have settled, nothing is known without a look."""
        self._all_rest = False

    def keep(self, workflow_id: str, offset: timedelta) -> None:
        """Restore the offset of a workflow that was not started after all."""
        self._offsets[workflow_id] = offset

    async def renewed(self, workflow_id: str, like: str) -> timedelta:
        """Prepare a new run of a workflow at the place of the workflow `like`."""
        return self.begin(workflow_id, await self.now(like))

    def known(self, workflow_id: str) -> timedelta | None:
        """The offset of a workflow; None if it has not begun."""
        return self._offsets.get(workflow_id)

    def offset(self, workflow_id: str) -> timedelta:
        """How far the scenario is ahead of the clock of a workflow that has begun."""
        return self._offsets[workflow_id]

    def handle(self, workflow_id: str) -> WorkflowHandle[Any, Any]:
        """A handle to the newest run of the workflow."""
        return self._skipper.client.get_workflow_handle(workflow_id)

    async def look(self, workflow_id: str) -> Look:
        """How the newest run of a workflow stands now."""
        return await self._looks.at(workflow_id)

    async def now(self, workflow_id: str) -> datetime:
        """The instant of the scenario that a workflow has reached."""
        return (await self.look(workflow_id)).now() + self._offsets[workflow_id]

    async def running(self, workflow_id: str) -> bool:
        """Whether a run of the workflow is open."""
        return await self._look_if_running(workflow_id) is not None

    async def _look_if_running(self, workflow_id: str) -> Look | None:
        try:
            seen = await self.look(workflow_id)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None
        return seen if seen.runs else None

    async def next_due(self, workflow_id: str) -> datetime | None:
        """When a workflow will next act by itself.

        That is when its timer rings, or when a failed activity is retried. None if it has ended, or
        waits for a message. Everything that comes due arms the timer, so this covers everything.
        """
        if workflow_id in self._over:
            return None
        rest = self._resting(workflow_id)
        if rest is None or not rest.lasts_until(rest.look.now()):
            seen = await self._look_if_running(workflow_id)
            rest = await self._rest_of(workflow_id, seen) if seen else None
        return rest.due + self._offsets[workflow_id] if rest and rest.due else None

    def _resting(self, workflow_id: str) -> _Rest | None:
        """What is known of a workflow while all of them rest."""
        return self._rest.get(workflow_id) if self._all_rest else None

    async def _rest_of(self, workflow_id: str, seen: Look) -> _Rest:
        news = await self._looks.news(workflow_id, seen.mark)
        return _Rest(seen, min((at for at in (seen.tries_at, news.rings_at) if at), default=None))

    async def forward(self, workflow_id: str, to: datetime) -> bool:
        """Let time pass for a workflow until `to`; returns whether it may have acted meanwhile.

        Raises Stuck.
        """
        if workflow_id in self._over:
            return False
        async with self._turns[workflow_id]:
            aim = to - self._offsets[workflow_id]
            rest = self._resting(workflow_id)
            if rest is None or not rest.lasts_until(max(aim, rest.look.now())):
                seen = await self._look_if_running(workflow_id)
                if seen is None:
                    return False
                rest = await self._rest_of(workflow_id, seen)
            ahead = aim - rest.look.now()
            if ahead <= timedelta():
                return False
            if not rest.look.busy and rest.lasts_until(aim):
                await self._skip(workflow_id, ahead)
                self._moved(workflow_id, rest, rest.moved(ahead))
                return False
            self.stirred()
            await self._skip(workflow_id, ahead)
            await self._rung(workflow_id, to)
        return True

    def _moved(self, workflow_id: str, before: _Rest, after: _Rest) -> None:
        """Note that a workflow still rests, with its clock moved."""
        self._looks.nothing_new(workflow_id, before.look.mark, after.look.mark)
        known = self._rest.get(workflow_id)
        if known and known.look.mark == before.look.mark:
            self._rest[workflow_id] = after

    async def _rung(self, workflow_id: str, by: datetime) -> None:
        """Wait until all timers due by then have rung: on a busy machine they ring late.

        Otherwise they would ring later in the scenario. Raises Stuck.
        """
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                while seen := await self._look_if_running(workflow_id):
                    rings_at = (await self._looks.news(workflow_id, seen.mark)).rings_at
                    if rings_at is None or rings_at + self._offsets[workflow_id] > by:
                        return
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise Stuck(f"a timer of {workflow_id} does not ring") from None

    async def _skip(self, workflow_id: str, ahead: timedelta) -> None:
        skipping = asyncio.create_task(self._skipper.fast_forward(self.handle(workflow_id), ahead))
        try:
            await self._watched(skipping, workflow_id)
        finally:
            skipping.cancel()

    async def brought(self, workflow_id: str, to: datetime) -> None:
        """Let time pass until `to` for a running workflow while no worker runs."""
        ahead = to - await self.now(workflow_id)
        if ahead > timedelta():
            await self._skipper.fast_forward(self.handle(workflow_id), ahead)

    async def _watched(self, skipping: "asyncio.Task[bool]", workflow_id: str) -> None:
        seen, since = None, asyncio.get_running_loop().time()
        while True:
            done, _ = await asyncio.wait({skipping}, timeout=WATCH_SECONDS)
            if done:
                await skipping
                return
            self.reached(await self.now(workflow_id))
            mark = (await self._described(workflow_id)).mark
            if mark != seen:
                seen, since = mark, asyncio.get_running_loop().time()
            elif asyncio.get_running_loop().time() - since > PATIENCE.total_seconds():
                raise Stuck(f"{workflow_id} has done nothing for {PATIENCE.total_seconds():g} s")

    async def settled(self, workflow_ids: Sequence[str], moved: Iterable[str] = ()) -> None:
        """Wait until nothing more happens by itself in any of the workflows. Raises Stuck.

        It takes fewer looks if `moved` names those that were at rest before, and no longer are.
        """
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await self._still(workflow_ids, moved)
        except TimeoutError:
            names = ", ".join(workflow_ids)
            raise Stuck(f"these workflows do not come to rest: {names}") from None

    async def _still(self, workflow_ids: Sequence[str], moved: Iterable[str]) -> None:
        """Look at all until they are as they were in earlier looks, and nothing is in progress.

        Then there was an instant, just before the last look at all, when none did anything.
        """
        before = {named: rest.look.mark for named, rest in self._rest.items()}
        before.update([(named, await self._idle(named)) for named in moved])
        while True:
            open_still = [w for w in workflow_ids if w not in self._over]
            found = await asyncio.gather(*(self._described(w) for w in open_still))
            looks = dict(zip(open_still, found, strict=True))
            busy = [named for named, seen in looks.items() if seen.busy]
            same = all(before.get(named) == seen.mark for named, seen in looks.items())
            if same and not busy and not await self._one_goes_on(looks):
                self._over.update(named for named, seen in looks.items() if not seen.runs)
                self._rest = {named: await self._rest_of(named, s) for named, s in looks.items()}
                self._all_rest = True
                return
            before = {named: seen.mark for named, seen in looks.items()}
            before.update([(named, await self._idle(named)) for named in busy])
            await asyncio.sleep(LOOK_SECONDS)

    async def _idle(self, workflow_id: str) -> Mark:
        """Wait until a workflow has nothing in progress; returns how far it has come then."""
        while (seen := await self._described(workflow_id)).busy:
            await asyncio.sleep(LOOK_SECONDS)
        return seen.mark

    async def _one_goes_on(self, looks: Mapping[str, Look]) -> bool:
        """Whether one of these signals another, or has a timer that should have rung."""
        for named, seen in looks.items():
            news = await self._looks.news(named, seen.mark)
            late = seen.runs and news.rings_at and news.rings_at <= seen.now()
            if news.tells or late:
                return True
        return False

    async def _described(self, workflow_id: str) -> Look:
        described = await self.look(workflow_id)
        if described.task_attempt <= 1:
            self._failing_since.pop(workflow_id, None)
            return described
        now = asyncio.get_running_loop().time()
        if now - self._failing_since.setdefault(workflow_id, now) > FAILING_SECONDS:
            raise Stuck(f"the workflow {workflow_id} keeps failing")
        return described
