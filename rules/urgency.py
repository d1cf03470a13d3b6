"""How urgent the work for a severity is, as Temporal counts it."""

from collections.abc import Sequence

MOST_URGENT, LEAST_URGENT = 1, 5


def urgency(severity: str | None, severities: Sequence[str]) -> int:
    """1 for the worst of `severities`, growing with each, 5 at most; 5 too for an unknown one."""
    if severity is None or severity not in severities:
        return LEAST_URGENT
    return min(severities.index(severity) + 1, LEAST_URGENT)
