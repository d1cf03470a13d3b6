"""The spans of a run that count: inside its windows, outside its pauses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


MINUTE = st.integers(0, 40)
SPAN = st.tuples(MINUTE, MINUTE | st.none())


def counted_minutes(
    start: int, pauses: list[tuple[int, int | None]], windows: list[tuple[int, int]] | None
) -> set[int]:
    """The minutes that count, each looked at by itself."""
    return {
        minute
        for minute in range(start, 60)
        if windows is None or any(opens <= minute < closes for opens, closes in windows)
        if not any(b <= minute and (e is None or minute < e) for b, e in pauses)
    }


@given(
    MINUTE,
    st.lists(SPAN, max_size=8),
    st.none() | st.lists(MINUTE, max_size=8, unique=True).map(sorted),
)
def test_what_counts_is_every_minute_inside_windows_and_outside_pauses(
    start: int, pauses: list[tuple[int, int | None]], edges: list[int] | None
) -> None:
    """Pauses may come in any order, overlap, touch, last no time or never end."""
    windows = None if edges is None else list(zip(edges[::2], edges[1::2], strict=False))
    spans = counting(
        after(start),
        [(after(begins), None if ends is None else after(ends)) for begins, ends in pauses],
        None if windows is None else [(after(opens), after(closes)) for opens, closes in windows],
    )
    found = {
        minute
        for begins, ends in spans
        for minute in range(60)
        if begins <= after(minute) and (ends is None or after(minute) < ends)
    }
    assert found == counted_minutes(start, pauses, windows)
    assert all(ends is None or begins < ends for begins, ends in spans)


def test_many_pauses_cost_in_proportion_to_their_number() -> None:
    """Somebody who holds and resumes all day must not keep an incident busy."""
    many = 20_000
    pauses = [(after(2 * number), after(2 * number + 1)) for number in range(many)]
    assert len(counting(after(0), pauses)) == many
