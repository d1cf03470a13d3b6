"""What a busy machine adds to the instants of a rehearsal is measured."""

from datetime import timedelta

from rehearsal.engine.lag import Lag
from rehearsal.results.played import MOST_SLACK, SLACK


def after(*seconds: float) -> timedelta:
    """The slack after the engine needed so many seconds for each of some instants."""
    lag = Lag()
    for took in seconds:
        lag.add(timedelta(seconds=took))
    return lag.slack


def test_a_machine_that_is_not_busy_adds_nothing() -> None:
    """So its rehearsals are judged alike, down to the byte."""
    assert after() == after(0.9, 1, 0.2) == SLACK


def test_what_is_late_adds_up() -> None:
    """A level that was paged late is counted from there: what follows is late as well."""
    assert after(3.5, 0.2, 2) == SLACK + timedelta(seconds=4)


def test_even_the_slowest_machine_gets_no_more_than_the_most() -> None:
    """Else a rehearsal could not fail there."""
    assert after(30, 30, 30) == MOST_SLACK
