"""Clocks that stop, are taken back, begin again, and end with their incident or outlive it."""

from datetime import datetime

import pytest

from models.alert import Alert, AlertRecord, AlertStatus
from models.compiled import ReviewRule
from models.time.clock import Stage
from tests.rules.timed import FRIDAY, incident, later, one, readings
from tests.specimens import done

TOLD = "communication: { audiences: { all: { channels: log } } }\n"


def repeated(on_repeat: str, told_at: float | None) -> list[tuple[int, datetime, Stage]]:
    """The runs of a clock from each update until it was told; updates at one and three."""
    policy = one(
        f"from: 'update:all', to: told, within: 24h, on_repeat: {on_repeat} }}\n"
        f"{TOLD}metrics:\n  m: {{ from: reported, to: told"
    )
    record = incident(policy)
    if told_at:
        record = done(record, "set_milestone", later(told_at), policy, milestone="told")
    for hour in (1, 3):
        record = done(record, "post_update", later(hour), policy, text="We work on it")
    return [(r.run, r.started_at, r.stage) for r in readings(policy, record, later(4))]


def test_a_start_that_comes_again_begins_a_new_run_only_if_the_clock_says_new() -> None:
    """During a run, or if the clock continues, a second start changes nothing."""
    assert repeated("continue", None) == [(1, later(1), Stage.IN_PROGRESS)]
    assert repeated("new", None) == [(1, later(1), Stage.IN_PROGRESS)]
    assert repeated("continue", 2) == [(1, later(1), Stage.COMPLETED)]
    assert repeated("new", 2) == [
        (1, later(1), Stage.COMPLETED),
        (2, later(3), Stage.IN_PROGRESS),
    ]


def reopened(on_repeat: str) -> list[tuple[int, datetime, Stage]]:
    """The runs of a clock until the resolution, which is undone after an hour."""
    policy = one(f"from: reported, to: resolved, within: 24h, on_repeat: {on_repeat}")
    policy = policy.changed(review=ReviewRule(required={"SEV1": "always"}))
    record = done(incident(policy), "resolve", later(1), policy)
    record = done(record, "reopen", later(2), policy)
    return [(r.run, r.started_at, r.stage) for r in readings(policy, record, later(3))]


def test_a_stop_that_is_taken_back_lets_the_clock_go_on_or_begin_anew() -> None:
    """The clock's own setting decides."""
    assert reopened("continue") == [(1, later(0), Stage.IN_PROGRESS)]
    assert reopened("new") == [
        (1, later(0), Stage.COMPLETED),
        (2, later(2), Stage.IN_PROGRESS),
    ]


def test_a_stop_that_came_before_its_start_and_was_taken_back_stops_nothing() -> None:
    """If the audience heard after the resolution, nothing is owed until the incident reopens."""
    policy = one("from: told, to: resolved, within: 24h")
    policy = policy.changed(review=ReviewRule(required={"SEV1": "always"}))
    record = done(incident(policy), "resolve", later(1), policy)
    early = done(record, "set_milestone", later(3), policy, milestone="told")
    assert readings(policy, early, later(4))[0].stage is Stage.CANCELLED
    record = done(record, "reopen", later(2), policy)
    record = done(record, "set_milestone", later(3), policy, milestone="told")
    assert readings(policy, record, later(4))[0].stage is Stage.IN_PROGRESS


def ending(outlives: str, *commands: str) -> Stage:
    """What becomes of a clock whose incident ends by these commands, an hour apart."""
    policy = one(f"from: reported, to: told, within: 24h, outlives: {outlives}")
    reviewed = "always" if "close" in commands else "never"
    rule = ReviewRule(required={"SEV1": reviewed}, lessons=False)
    policy = policy.changed(review=rule)
    record = incident(policy)
    for hour, name in enumerate(commands, start=1):
        fields = {"lead": "ana"} if name == "submit_review" else {}
        record = done(record, name, later(hour), policy, **fields)
    return readings(policy, record, later(9))[0].stage


@pytest.mark.parametrize(
    ("outlives", "resolved", "closed"),
    [
        ("[resolve]", Stage.IN_PROGRESS, Stage.IN_PROGRESS),
        ("[close]", Stage.CANCELLED, Stage.IN_PROGRESS),
        ("[cancel, merge, lower]", Stage.CANCELLED, Stage.CANCELLED),
    ],
)
def test_a_clock_outlives_the_resolution_or_the_closure_as_it_says(
    outlives: str, resolved: Stage, closed: Stage
) -> None:
    """A clock that outlives the resolution outlives the closure too, but not vice versa."""
    assert ending(outlives, "resolve") is resolved
    assert ending(outlives, "resolve", "submit_review", "close") is closed


def test_a_recurring_clock_may_start_and_stop_at_the_same_moment() -> None:
    """The first update starts it; each later one stops it and starts it again."""
    policy = one(
        "from: 'update:all', to: 'update:all', within: 2h, recurs: true, until: resolved }\n"
        f"{TOLD}metrics:\n  m: {{ from: reported, to: resolved"
    )
    record = incident(policy)
    for hour in (1, 2, 5):
        record = done(record, "post_update", later(hour), policy, text="We work on it")
    record = done(record, "resolve", later(6), policy)
    runs = [
        (r.run, r.started_at, r.stopped_at, r.stage) for r in readings(policy, record, later(7))
    ]
    assert runs == [
        (1, later(1), later(2), Stage.COMPLETED),
        (2, later(2), later(5), Stage.COMPLETED),
        (3, later(5), later(6), Stage.CANCELLED),
    ]


def test_the_end_of_a_clock_that_was_taken_back_ends_nothing() -> None:
    """The resolution was undone, so the clock that runs until the resolution goes on."""
    policy = one("from: reported, to: told, within: 24h, until: resolved")
    policy = policy.changed(review=ReviewRule(required={"SEV1": "always"}))
    record = done(incident(policy), "resolve", later(1), policy)
    (read,) = readings(policy, record, later(2))
    assert (read.stage, read.stopped_at) == (Stage.CANCELLED, later(1))
    record = done(record, "reopen", later(2), policy)
    assert readings(policy, record, later(3))[0].stage is Stage.IN_PROGRESS


def test_a_change_after_a_clock_has_stopped_does_not_touch_it() -> None:
    """The flag is lowered an hour after the regulator was told: the clock was met."""
    policy = one("when: flag personal_data, from: reported, to: told, within: 24h")
    record = incident(policy, personal_data="yes")
    record = done(record, "set_milestone", later(2), policy, milestone="told")
    fields = {"attribute": "personal_data", "value": "no"}
    record = done(record, "set_attribute", later(3), policy, **fields)
    (read,) = readings(policy, record, later(4))
    assert (read.stage, read.stopped_at) == (Stage.COMPLETED, later(2))


def test_the_first_alert_is_a_moment() -> None:
    """It is the earliest alert that fired, whichever was heard of first."""
    policy = one("from: alert_fired, to: resolved, within: 24h")
    record = incident(policy)
    assert readings(policy, record, later(1)) == []
    alerts = {
        name: AlertRecord(
            alert=Alert(
                fingerprint=name, name=name, status=AlertStatus.FIRING, started_at=later(hour)
            ),
            first_seen_at=FRIDAY,
            last_seen_at=FRIDAY,
        )
        for name, hour in (("a", -1), ("b", -3), ("c", -2))
    }
    record = record.changed(alerts=alerts)
    (read,) = readings(policy, record, later(1))
    assert read.started_at == later(-3)
