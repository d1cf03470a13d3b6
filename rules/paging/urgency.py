"""What goes first when work waits: the kind of work, then the severity.

The order of the kinds is strict. Within a kind each severity has a share of the turns: the worst
goes first, and the others never wait forever.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import IntEnum
from typing import NamedTuple

from models.severity import LEAST_URGENT

FIRST_PAGE_WAITS = timedelta(seconds=10)
"""If a first page waits for a worker longer than this, the worker logs it."""
TURNS = 4
"""How many turns a severity has for each turn of the next one."""


class WorkKind(IntEnum):
    """A kind of work. The number is its priority in Temporal: 1 goes first.

    A first page is what an alert is for; everything that must happen before it counts as first page
    too. A chore is work that nobody waits for: reminders, reports, archives.
    """

    FIRST_PAGE = 1
    LATER_PAGE = 2
    COMMAND = 3
    NOTICE = 4
    CHORE = 5


LANES = {
    WorkKind.LATER_PAGE: "later-pages",
    WorkKind.COMMAND: "commands",
    WorkKind.NOTICE: "notices",
    WorkKind.CHORE: "chores",
}


class Rank(NamedTuple):
    """The place of work in a queue: the three parts of Temporal's `Priority`, in its order."""

    priority_key: int
    fairness_key: str
    fairness_weight: float


def urgency(severity: str | None, severities: Sequence[str]) -> int:
    """1 for the worst of `severities`, growing with each, at most 5; an unknown one is 5."""
    if severity is None or severity not in severities:
        return LEAST_URGENT
    return min(severities.index(severity) + 1, LEAST_URGENT)


def rank(kind: WorkKind, urgent: int = LEAST_URGENT) -> Rank:
    """The rank of work of a kind, for an incident of this urgency."""
    return Rank(kind.value, f"severity-{urgent}", float(TURNS ** (LEAST_URGENT - urgent)))


def lane(task_queue: str, kind: WorkKind) -> str:
    """The task queue for activities of a kind; each has slots of its own in every worker."""
    name = LANES.get(kind)
    return f"{task_queue}/{name}" if name else task_queue


def home_of(task_queue: str) -> str:
    """The task queue that a lane belongs to; any other queue belongs to itself."""
    home, _, name = task_queue.rpartition("/")
    return home if home and name in LANES.values() else task_queue
