"""Reads the text of a feed in a process of its own, so that it can always be killed.

A text may hold a rule that repeats every second, a zone that never ends, or a bomb of nested
components. This process bounds the time and memory that it costs, so paging never suffers.
"""

import asyncio
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from connectors.feeds.ical import FeedEvents, NoCalendar, Spent, TooLong, events_between
from models.people.schedule import FeedEvent

ROOT = Path(__file__).parents[2]
CPU_SECONDS = 10
"""The most CPU time for one text; a calendar of thousands of shifts takes two seconds."""
WALL_SECONDS = 30.0
"""The most time on the wall; a busy machine takes longer."""
READING_SECONDS = 6.0
"""The CPU time after which nothing further of a text is tried. Each series has a share of it."""
MEMORY_BYTES = 512 * 1024 * 1024
NICENESS = 10
"""Many feeds may be read at once, so reading gives way to paging."""
NOT_READ = "cannot be read within the limits of time and memory"
TOO_MUCH = "has too many events, or too many that take long: not all of them can be read"


class Unreadable(Exception):  # noqa: N818 - says what is
    """Says in words why a text cannot be read."""


async def events_in_own_process(text: str, start: datetime, end: datetime) -> FeedEvents:
    """The events of a text that touch a time. Always ends its process. Raises Unreadable."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", "from connectors.feeds.own_process import main; main()"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT,
        # The process needs no setting and no secret.
        env={"PATH": os.defpath, "TZ": "UTC"},
    )
    asked = {"text": text, "start": start.isoformat(), "end": end.isoformat()}
    try:
        async with asyncio.timeout(WALL_SECONDS):
            answer, _ = await process.communicate(json.dumps(asked).encode())
    except TimeoutError:
        raise Unreadable(NOT_READ) from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise Unreadable(NOT_READ)
    return _answered(json.loads(answer))


def _answered(said: dict[str, Any]) -> FeedEvents:
    if "unreadable" in said:
        raise Unreadable(said["unreadable"])
    return read_back(said)


def written(read: FeedEvents) -> dict[str, Any]:
    """A reading as JSON."""
    events = [
        (e.begins.isoformat(), e.ends.isoformat(), e.summary, e.emails, e.declined)
        for e in read.events
    ]
    return {"events": events, "left_out": read.left_out, "doubts": read.doubts}


def read_back(said: dict[str, Any]) -> FeedEvents:
    """A reading from JSON. Raises ValueError, KeyError or TypeError if it is none."""
    events = tuple(
        FeedEvent(_read(begins), _read(ends), summary, tuple(emails), tuple(declined))
        for begins, ends, summary, emails, declined in said["events"]
    )
    return FeedEvents(events, tuple(said["left_out"]), tuple(said["doubts"]))


def _read(written: str) -> datetime:
    """An instant in UTC, or a local time."""
    at = datetime.fromisoformat(written)
    return at.astimezone(UTC) if at.tzinfo else at


def main() -> None:
    """The process itself: reads the request, answers it, and stays within its limits."""
    for limit, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with suppress(ValueError, OSError):  # Some systems do not know every limit.
            resource.setrlimit(limit, (most, most))
    os.nice(NICENESS)
    asked = json.load(sys.stdin)
    start, end = (datetime.fromisoformat(asked[name]) for name in ("start", "end"))
    _load_libraries()
    try:
        read = events_between(asked["text"], start, end, limit=_limited)
    except NoCalendar:
        json.dump({"unreadable": "is no calendar"}, sys.stdout)
        return
    except Spent:
        # What was left out may be the shifts, so an older copy is better than this text.
        json.dump({"unreadable": TOO_MUCH}, sys.stdout)
        return
    except Exception as error:  # noqa: BLE001 - the worker hears of whatever it is
        json.dump({"unreadable": f"cannot be read ({type(error).__name__})"}, sys.stdout)
        return
    json.dump(written(read), sys.stdout)


def _load_libraries() -> None:
    """Load them before the first share begins: loading takes longer than a share."""
    import icalendar  # noqa: F401, PLC0415 - slow to load, and the worker needs none of them
    import recurring_ical_events  # noqa: F401, PLC0415 - see above
    from dateutil import rrule  # noqa: F401, PLC0415 - see above


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise TooLong after so much CPU time, or Spent if the text has not as much left."""
    if READING_SECONDS - time.process_time() < seconds:
        raise Spent
    signal.signal(signal.SIGVTALRM, _over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _over(_number: int, _frame: FrameType | None) -> None:
    raise TooLong
