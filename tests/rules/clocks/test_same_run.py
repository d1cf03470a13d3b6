"""A run is recognised by its clock and its start."""

from collections.abc import Sequence

import pytest

from models.time.clock import DueThreshold
from rules.clocks.same_run import moved_starts, same_run
from tests.specimens import after


def due(run: int, start: float | None, clock: str = "fix") -> DueThreshold:
    """A threshold of a run that began after so many minutes."""
    began = None if start is None else after(start)
    return DueThreshold(
        clock=clock, run=run, threshold="100%", fraction=1, due_at=after(60), started_at=began
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (due(1, 5), due(2, 5), True),
        (due(1, 5), due(1, 6), False),
        (due(1, 5), due(1, 5, "ack"), False),
        (due(1, None), due(1, 5), True),
        (due(2, 5), due(1, None), False),
    ],
)
def test_a_run_is_known_by_its_start_and_by_its_number_only_without_one(
    one: DueThreshold, other: DueThreshold, *, same: bool
) -> None:
    """What an older worker made has no start."""
    assert same_run(one, other) is same


@pytest.mark.parametrize(
    ("before", "later", "moved"),
    [
        ((0, 10), (0, 5, 10), {}),
        ((0, 10), (0, 12), {10: 12}),
        ((0, 10), (0,), {}),
        ((0, 20), (0, 5, 15), {20: 15}),
        ((0, 10, 20), (0, 20, 22), {}),
        ((0, 10), (2, 12), {0: 2, 10: 12}),
        ((), (3,), {}),
    ],
)
def test_a_start_moves_between_its_neighbours(
    before: Sequence[float], later: Sequence[float], moved: dict[float, float]
) -> None:
    """One that passes another is a new run."""
    found = moved_starts([after(m) for m in before], [after(m) for m in later])
    assert found == {after(old): after(new) for old, new in moved.items()}
