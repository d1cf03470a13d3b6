"""Ends a process that cannot serve: with lines for people and an exit code for scripts."""

import asyncio
import faulthandler
import signal
import sys
from collections.abc import Callable
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


def ended(program: str, why: str, code: int) -> int:
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
        if not told:
            faulthandler.dump_traceback_later(at_the_latest, exit=True, file=STDERR)
        told.append(number)
        stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _woken)
        signal.signal(number, ending)


def _woken() -> None:
    """Do nothing: the loop only had to wake up, so that Python runs the handler."""
