"""What the newest events of a workflow say, and which looks are repeated."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from temporalio.api.history.v1 import HistoryEvent

from rehearsal.engine.workflow_states import news_of

BEGAN = datetime(2026, 3, 27, 16, 50, tzinfo=UTC)
HOUR = timedelta(hours=1)


def event(number: int, after: float, attributes: str = "", **fields: object) -> HistoryEvent:
    """An event so many seconds after the task began, with some attributes."""
    made = HistoryEvent(event_id=number)
    made.event_time.FromDatetime(BEGAN + timedelta(seconds=after))
    if attributes:
        of = getattr(made, f"{attributes}_event_attributes")
        of.SetInParent()
        for name, value in fields.items():
            setattr(of, name, value)
    return made


def armed() -> list[HistoryEvent]:
    """A workflow task takes three seconds and arms a timer of an hour."""
    timer = event(5, 3, "timer_started", workflow_task_completed_event_id=4)
    timer.timer_started_event_attributes.start_to_fire_timeout.FromTimedelta(HOUR)
    return [
        event(3, 0, "workflow_task_started"),
        event(4, 3, "workflow_task_completed", started_event_id=3),
        timer,
    ]


def newest_first(events: Sequence[HistoryEvent]) -> list[HistoryEvent]:
    """As the server hands them out."""
    return list(reversed(events))


def test_a_timer_rings_for_the_instant_that_the_workflow_meant() -> None:
    """However long the task took that armed it; without that task, the timer's own time counts."""
    assert news_of(newest_first(armed())).rings_at == BEGAN + HOUR
    assert news_of(armed()[-1:]).rings_at == BEGAN + timedelta(seconds=3) + HOUR


def test_a_timer_that_rang_or_was_cancelled_is_not_armed() -> None:
    """So a workflow without another timer waits for a message."""
    for over in ("timer_fired", "timer_canceled"):
        events = [*armed(), event(6, 4, over, started_event_id=5)]
        assert news_of(newest_first(events)).rings_at is None


def test_a_signal_is_on_its_way_until_it_arrives_or_fails() -> None:
    """Until then another workflow may still act."""
    told = event(7, 4, "signal_external_workflow_execution_initiated")
    assert news_of([told]).tells
    for end in (
        "external_workflow_execution_signaled",
        "signal_external_workflow_execution_failed",
    ):
        arrived = event(8, 5, end, initiated_event_id=7)
        assert not news_of([arrived, told]).tells
