"""How a limit of pages is divided, and how authors write it."""

from models.policy.durations import format_duration
from models.workload import PageLimit
from rules.workload import share


def one_by_one(limit: PageLimit, *, worst: bool) -> int:
    """How many pages of a limit go out each by itself, at the worst severity or at others."""
    return limit.most - share(limit) * (1 if worst else 2)


def as_written(limit: PageLimit) -> str:
    """As an author writes it: `10 per 15m`."""
    return f"{limit.most} per {format_duration(limit.within)}"
