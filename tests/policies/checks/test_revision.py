"""A policy that nobody has reviewed in time is reported."""

from datetime import UTC, datetime

import pytest

from policies.check import problems_of
from policies.checks.revision import revision
from policies.reading.load import parse_policy
from tests.policies.written import LEAST

PASSED = "the review of the policy was due by 2027-01-01"


@pytest.mark.parametrize(
    ("written", "now", "expected"),
    [
        ("2027-01-01", datetime(2026, 12, 31, tzinfo=UTC), []),
        ("2027-01-01", datetime(2027, 1, 1, 23, tzinfo=UTC), []),
        ("2027-01-01", datetime(2027, 1, 2, tzinfo=UTC), [PASSED]),
        (
            "2025-12-31",
            datetime(2025, 6, 1, tzinfo=UTC),
            ["the next review, 2025-12-31, is before the policy comes into force"],
        ),
        ("none, because it never changes", datetime(2030, 1, 1, tzinfo=UTC), []),
    ],
)
def test_a_next_review_that_has_passed_is_reported(
    written: str, now: datetime, expected: list[str]
) -> None:
    """The day itself is in time; a policy without a date is not reported."""
    text = LEAST + f"next_review: {written}\n"
    read = parse_policy(text.encode(), "test.yaml")
    found = [p.what for p in problems_of(read, (revision(now),)) if p.where == "next_review"]
    assert found == expected
