"""How urgent a severity is."""

import pytest

from rules.urgency import urgency

SIX = ("S1", "S2", "S3", "S4", "S5", "S6")


@pytest.mark.parametrize(
    ("severity", "expected"), [("S1", 1), ("S3", 3), ("S6", 5), ("S9", 5), (None, 5)]
)
def test_urgency_follows_the_place_of_the_severity(severity: str | None, expected: int) -> None:
    """Five is the most that Temporal counts; what the policy does not know waits longest."""
    assert urgency(severity, SIX) == expected
