"""Ends a process that cannot serve: with lines for people and an exit code for scripts."""

import asyncio
import faulthandler
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType
from typing import Final

from models.readable import in_a_line

STDERR: Final = 2
CANNOT_LISTEN: Final = 1
"""Somebody else has the port, or the address does not belong to this machine."""
NOT_AS_SET_UP: Final = 2
"""A setting, the namespace or the policy is wrong; another attempt does not help."""
NO_SERVER: Final = 6
"""No Temporal server answers."""

STUCK_SECONDS: Final = 60
"""How long the event loop of a process that serves may stand still."""
_ends_within: list[float] = []
"""Once the process was told to end: so many seconds later at the latest."""


def say_why_ended(program: str, why: str, code: int) -> int:
    """Say on stderr why `program` ends; returns `code`."""
    sys.stderr.write("".join(f"{program}: {in_a_line(line)}\n" for line in why.splitlines()))
    return code


def on_signal(stop: Callable[[], object], *, at_the_latest: float) -> None:
    """Call `stop` on SIGINT or SIGTERM, and end the process `at_the_latest` seconds later.

    A thread that never ends, or a stuck event loop, would keep the process alive for ever. A
    watchdog that needs neither then ends it with code 1 and writes to stderr what each thread did.
    Call this within the event loop: a signal wakes the loop even if it comes just as the loop falls
    asleep.
    """
    told: list[int] = []
    loop = asyncio.get_running_loop()

    def ending(number: int, _frame: FrameType | None) -> None:
        _ends_within.append(at_the_latest)
        if not told:
            faulthandler.dump_traceback_later(at_the_latest, exit=True, file=STDERR)
        told.append(number)
        stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _woken)
        signal.signal(number, ending)


def _woken() -> None:
    """Do nothing: the loop only had to wake up, so that Python runs the handler."""


@asynccontextmanager
async def watch_event_loop(within: float = STUCK_SECONDS) -> AsyncIterator[None]:
    """End the process with code 1 if its event loop stands still for `within` seconds.

    A process that hangs is worse than none: it takes work and does not do it, while its supervisor
    has nothing to restart. The watchdog is the one of `on_signal`, and leaves the end to that.
    """
    turns = asyncio.create_task(_turn(within))
    try:
        yield
    finally:
        turns.cancel()
        if not _ends_within:
            faulthandler.cancel_dump_traceback_later()


async def _turn(within: float) -> None:
    while not _ends_within:
        faulthandler.dump_traceback_later(within, exit=True, file=STDERR)
        if _ends_within:  # A signal came just before this line.
            faulthandler.dump_traceback_later(_ends_within[0], exit=True, file=STDERR)
        await asyncio.sleep(within / 6)
