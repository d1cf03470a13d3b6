"""A target says from which limit it counts backwards."""

import pytest

from models.time.clock import Target


@pytest.mark.parametrize(
    ("before", "clock"), [("limit of notice", "notice"), ("launch", None), (None, None)]
)
def test_a_target_counts_back_from_a_limit_or_a_date(before: str | None, clock: str | None) -> None:
    """Only the words `limit of` mean a clock."""
    assert Target(before=before).before_limit_of == clock
