"""The spans of a run that count: inside its windows, outside its pauses."""

import pytest

from rules.time.segments import Span, counting, measured, reached, reached_back
from tests.specimens import after, minutes

Minutes = tuple[float, float | None]


def spans(*written: Minutes) -> tuple[Span, ...]:
    """Spans between minutes."""
    return tuple((after(a), None if b is None else after(b)) for a, b in written)


@pytest.mark.parametrize(
    ("pauses", "windows", "count"),
    [
        ([], None, [(0, None)]),
        ([(5, None)], None, [(0, 5)]),
        ([(5, 9), (20, None)], None, [(0, 5), (9, 20)]),
        ([(0, 9)], None, [(9, None)]),
        ([(0, None)], None, []),
        ([(-5, 0)], None, [(0, None)]),
        ([], [(-9, -1), (-5, 5), (10, 20)], [(0, 5), (10, 20)]),
        ([(12, 14)], [(1, 5), (10, 20)], [(1, 5), (10, 12), (14, 20)]),
        ([(12, None)], [(1, 5), (10, 20)], [(1, 5), (10, 12)]),
        ([(10, 14)], [(1, 5), (10, 20)], [(1, 5), (14, 20)]),
        ([(14, 20)], [(1, 5), (10, 20)], [(1, 5), (10, 14)]),
        ([(1, 5)], [(1, 5), (10, 20)], [(10, 20)]),
        ([(5, 10)], [(1, 5), (10, 20)], [(1, 5), (10, 20)]),
    ],
)
def test_counted_time_lies_in_a_window_and_in_no_pause(
    pauses: list[Minutes], windows: list[Minutes] | None, count: list[Minutes]
) -> None:
    """A pause may have no end yet; a span without length is none."""
    found = counting(after(0), spans(*pauses), None if windows is None else spans(*windows))
    assert found == spans(*count)


def test_elapsed_time_and_due_instants_agree() -> None:
    """There are two windows of five minutes, counted from their beginning and back from an end."""
    two = ((after(0), after(5)), (after(10), after(15)))
    passed = [measured(two, after(m)) for m in (0, 3, 7, 10, 12, 99)]
    assert passed == [minutes(m) for m in (0, 3, 5, 5, 7, 10)]
    assert measured(((after(0), None),), after(7)) == minutes(7)
    ends = [reached(two, minutes(m)) for m in (0, 5, 6, 10, 11)]
    assert ends == [after(0), after(5), after(11), after(15), None]
    backs = [reached_back(two, minutes(m), after(12)) for m in (0, 2, 3, 7, 8)]
    assert backs == [after(12), after(10), after(4), after(0), None]
    assert reached_back(two, minutes(1), after(7)) == after(4)
