"""How a process of ours that cannot serve ends: in lines for people, with a code for scripts."""

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
"""Somebody else has the port, or the address is none of this machine."""
NOT_AS_SET_UP: Final = 2
"""A setting, the namespace or the policy is not as it must be: to try again does not help."""
NO_SERVER: Final = 6
"""No Temporal server answers."""


def ended(program: str, why: str, code: int) -> int:
    """Say on stderr why `program` ends; returns `code`."""
    sys.stderr.write("".join(f"{program}: {in_a_line(line)}\n" for line in why.splitlines()))
    return code


def on_signal(stop: Callable[[], object], *, at_the_latest: float) -> None:
    """On SIGINT or SIGTERM `stop`, and end hard so many seconds later, whatever a thread does.

    A thread that never ends, or an event loop that is stuck, would keep the process for ever: a
    watchdog that needs neither ends it then with code 1, and writes to stderr what each did. Call
    it within the event loop: a signal wakes the loop, also if it comes just as the loop falls
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
    """Nothing: the loop only had to wake up for Python to run the handler."""
