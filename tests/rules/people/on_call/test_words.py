"""The words for people on call, and for nobody on call."""

from datetime import UTC, datetime, timedelta

import pytest

from models.people.schedule import Duty, FeedSpec, GapKind, OnCall, ScheduleSpec
from rules.people.on_call.words import by_schedule, nobody_by, people_of, schedules_of
from tests.rules.schedules import override, rotation, schedule

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
DUTY = Duty(person="bo", because="layer night", since_at=AT, until_at=AT + timedelta(hours=8))


@pytest.mark.parametrize(
    ("age", "says"),
    [
        (None, ""),
        (timedelta(seconds=119), ""),
        (timedelta(minutes=2), ", from a copy that is 2m old"),
        (timedelta(hours=26, seconds=59), ", from a copy that is 1d2h old"),
    ],
)
def test_a_line_names_the_schedule_the_end_and_the_age_of_the_feed(
    age: timedelta | None, says: str
) -> None:
    """A copy of normal age is not mentioned."""
    found = OnCall(schedule="primary", at=AT, duties=(DUTY,), feed_age=age)
    assert by_schedule(found, "bo") == f"primary, layer night until 2026-03-01 17:00 UTC{says}"
    assert by_schedule(found, "cy") == "primary"


def test_a_line_without_anybody_says_whether_that_is_declared_and_why() -> None:
    """It says so with the fault of the feed."""
    declared = OnCall(schedule="night", at=AT, gap=GapKind.DECLARED, until_at=AT)
    assert nobody_by(declared) == (
        "nobody is on call by night: a declared gap until 2026-03-01 09:00 UTC"
    )
    notes = ("feed x: answered 404, and no copy can be used",)
    lost = OnCall(schedule="night", at=AT, gap=GapKind.UNDECLARED, notes=notes)
    assert nobody_by(lost) == (
        "nobody is on call by night: an undeclared gap; "
        "feed x: answered 404, and no copy can be used"
    )


def test_a_schedule_can_name_everybody_in_it() -> None:
    """Each appears once; people of a feed are unknown beforehand, so everybody may be meant."""
    turns = rotation("daily 09:00", people=("ana", "nobody", "bo"))
    swap = override("cy", "2026-01-01", "2026-01-02")
    assert people_of(schedule(turns, overrides=(swap,)), ("di",)) == ("ana", "bo", "cy")
    fed = ScheduleSpec(name="s", zone="UTC", feed=FeedSpec(name="f"))
    assert people_of(fed, ("di", "ed")) == ("di", "ed")
    assert people_of(fed.changed(overrides=(swap,)), ("di",)) == ("cy", "di")


def test_schedules_are_found_among_targets() -> None:
    """Each appears once, in order."""
    targets = ("schedule:b", "person:a", "schedule:a", "acknowledger", "schedule:b")
    assert schedules_of(targets) == ("b", "a")
