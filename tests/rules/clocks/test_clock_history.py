"""Clocks follow the history of their moments: later messages do not move earlier runs."""

from datetime import datetime, timedelta

import pytest

from models.alert import Alert, AlertBatch, AlertStatus
from models.base import MONITORING
from models.compiled import CompiledPolicy, ReviewRule
from models.incident.record import Incident
from models.time.clock import ClockStatus, Stage
from rules.clocks.moments import came_at
from tests.rules.timed import FRIDAY, hours, incident, later, one, readings
from tests.specimens import done

Given = tuple[float, str, dict[str, object]]
"""A command: how many hours after the report it comes, which one it is, and its fields."""
TOLD = "communication: { audiences: { all: { channels: log } } }\n"


def with_updates(rest: str) -> CompiledPolicy:
    """A policy with the one clock `it` and an audience for updates."""
    return one(f"{rest} }}\n{TOLD}metrics:\n  m: {{ from: reported, to: told")


def reviewed(policy: CompiledPolicy) -> CompiledPolicy:
    """The policy, with a review for every incident."""
    rule = ReviewRule(required={"SEV1": "always"}, lessons=False)
    return policy.changed(review=rule)


def lived(policy: CompiledPolicy, *course: Given) -> Incident:
    """An incident under these commands, each so many hours after the report."""
    record = incident(policy)
    for hour, name, fields in course:
        record = done(record, name, later(hour), policy, **fields)
    return record


def runs(
    policy: CompiledPolicy, record: Incident, hour: float
) -> list[tuple[datetime, datetime | None, Stage, ClockStatus, timedelta]]:
    """The runs of the clock: start, end, stage, status and what has elapsed."""
    found = readings(policy, record, later(hour))
    return [(r.started_at, r.stopped_at, r.stage, r.status, r.elapsed) for r in found]


def news(
    record: Incident, policy: CompiledPolicy, hour: float, status: str, since: float
) -> Incident:
    """The record after news of its one alert, which fires from then on or has ended."""
    alert = Alert(
        fingerprint="a", name="a", status=AlertStatus(status), started_at=later(since)
    ).model_dump(mode="json")
    batch = AlertBatch(group_key="g", alerts=(), received_at=later(hour)).model_dump(mode="json")
    said = {"batch": {**batch, "alerts": [alert]}, "deliveries": 1}
    fields = {**said, "actor": MONITORING.name, "via": MONITORING.via}
    return done(record, "record_alerts", later(hour), policy, **fields)


def test_an_alert_that_flaps_does_not_move_the_first_alert() -> None:
    """It fires three times; the clock keeps its first start, and its breach stays."""
    policy = one("from: alert_fired, to: acknowledged, within: 1h")
    record = incident(policy)
    for hour, status, since in (
        (0, "firing", 0),
        (1, "resolved", 0),
        (2, "firing", 2),
        (3, "resolved", 2),
        (4, "firing", 4),
    ):
        record = news(record, policy, hour, status, since)
    assert came_at("alert_fired", record) == FRIDAY
    (read,) = readings(policy, record, later(5))
    assert (read.breach_at, read.status) == (later(1), ClockStatus.BREACHED)


@pytest.mark.parametrize(
    "rest",
    [
        "from: found, to: told, within: 3h",
        "from: found, to: told, within: 3h, on_repeat: new",
        "from: found, to: 'update:all', within: 3h",
        "from: found, to: 'update:all', within: 3h, on_repeat: new",
        "from: found, to: 'update:all', within: 3h, recurs: true, until: resolved",
        "from: found, to: 'role:lead', within: 3h",
        "from: found, to: 'told or role:lead', within: 3h",
        "from: 'later of reported and found', to: earlier of told and aware, within: 3h",
        "from: found, to: 'flag:personal_data', within: 3h",
    ],
)
def test_a_stop_that_came_before_the_start_does_not_stop_the_run(rest: str) -> None:
    """Each stop comes an hour after the report, before the start that counts."""
    policy = with_updates(rest)
    record = lived(
        policy,
        (1, "set_milestone", {"milestone": "told"}),
        (1, "post_update", {"text": "first"}),
        (1, "assign_role", {"role": "lead", "person": "ana"}),
        (1, "set_attribute", {"attribute": "personal_data"}),
        (4, "set_milestone", {"milestone": "found"}),
    )
    (read,) = readings(policy, record, later(8))
    assert (read.started_at, read.breach_at) == (later(4), later(7))
    assert read.status is ClockStatus.BREACHED


def test_a_stop_at_the_very_instant_of_its_start_is_in_time() -> None:
    """The audience is told at the instant of the finding."""
    policy = one("from: found, to: told, within: 3h")
    record = lived(
        policy,
        (1, "set_milestone", {"milestone": "told"}),
        (1, "set_milestone", {"milestone": "found"}),
    )
    assert runs(policy, record, 8) == [
        (later(1), later(1), Stage.COMPLETED, ClockStatus.MET, hours(0))
    ]


def test_a_date_against_the_order_of_the_lifecycle_still_stops_its_clock() -> None:
    """Somebody acknowledged by telephone before the report, so nothing is owed."""
    policy = one("from: reported, to: acknowledged, within: 1h")
    at = later(-1).isoformat()
    record = lived(policy, (2, "acknowledge", {"happened_at": at}))
    assert runs(policy, record, 8) == [
        (later(0), later(0), Stage.COMPLETED, ClockStatus.MET, hours(0))
    ]


REOPENED: tuple[Given, ...] = ((1, "resolve", {}), (5, "reopen", {}))
AGAIN: tuple[Given, ...] = (*REOPENED, (6, "resolve", {}))


@pytest.mark.parametrize("on_repeat", ["continue", "new"])
@pytest.mark.parametrize("start", ["resolved", "later of resolved and aware", "told or resolved"])
def test_a_clock_that_starts_at_the_resolution_waits_during_a_reopening(
    start: str, on_repeat: str
) -> None:
    """The run ends when the incident is reopened, and a new one begins at the next resolution."""
    policy = reviewed(one(f"from: {start}, to: found, within: 5h, on_repeat: {on_repeat}"))
    aware: Given = (0.5, "set_milestone", {"milestone": "aware"})
    first = (later(1), later(5), Stage.CANCELLED, ClockStatus.ON_TRACK, hours(4))
    assert runs(policy, lived(policy, aware, *REOPENED), 20) == [first]
    assert runs(policy, lived(policy, aware, *AGAIN), 7) == [
        first,
        (later(6), None, Stage.IN_PROGRESS, ClockStatus.ON_TRACK, hours(1)),
    ]


@pytest.mark.parametrize("on_repeat", ["continue", "new"])
def test_a_resolution_that_was_undone_at_its_own_instant_starts_and_stops_nothing(
    on_repeat: str,
) -> None:
    """Both have the same minute or came in one workflow task, so the repair goes on."""
    course: tuple[Given, ...] = ((1, "resolve", {}), (1, "reopen", {}))
    review = reviewed(one(f"from: resolved, to: reviewed, within: 5h, on_repeat: {on_repeat}"))
    assert runs(review, lived(review, *course), 20) == []
    repair = reviewed(one(f"from: reported, to: resolved, within: 5h, on_repeat: {on_repeat}"))
    assert runs(repair, lived(repair, *course), 3) == [
        (later(0), None, Stage.IN_PROGRESS, ClockStatus.ON_TRACK, hours(3))
    ]
    met = runs(repair, lived(repair, *course, (4, "resolve", {})), 20)
    assert met == [(later(0), later(4), Stage.COMPLETED, ClockStatus.MET, hours(4))]


@pytest.mark.parametrize("on_repeat", ["continue", "new"])
@pytest.mark.parametrize("stop", ["closed", "reviewed"])
def test_a_clock_that_was_met_before_the_reopening_stays_met_and_stopped(
    stop: str, on_repeat: str
) -> None:
    """The review was done in time; after the reopening no clock of the review runs."""
    policy = reviewed(one(f"from: resolved, to: {stop}, within: 5h, on_repeat: {on_repeat}"))
    record = lived(
        policy,
        (1, "resolve", {}),
        (2, "submit_review", {"lead": "ana"}),
        (2, "close", {}),
        (4, "reopen", {}),
    )
    met = (later(1), later(2), Stage.COMPLETED, ClockStatus.MET, hours(1))
    assert runs(policy, record, 20) == [met]
    again = done(record, "resolve", later(21), policy)
    assert runs(policy, again, 22) == [
        met,
        (later(21), None, Stage.IN_PROGRESS, ClockStatus.ON_TRACK, hours(1)),
    ]


@pytest.mark.parametrize(
    "stop", ["resolved", "mitigated or resolved", "earlier of mitigated and resolved"]
)
def test_the_time_between_resolution_and_reopening_does_not_count(stop: str) -> None:
    """It counts one hour before and one after; the four between them belong to nobody."""
    policy = reviewed(one(f"from: reported, to: {stop}, within: 3h"))
    (run,) = runs(policy, lived(policy, *REOPENED), 6)
    assert run == (later(0), None, Stage.IN_PROGRESS, ClockStatus.ON_TRACK, hours(2))
    (run,) = runs(policy, lived(policy, *AGAIN), 9)
    assert run == (later(0), later(6), Stage.COMPLETED, ClockStatus.MET, hours(2))


@pytest.mark.parametrize(
    ("rest", "review"),
    [
        ("from: reported, to: diagnosed, within: 3h", "always"),
        ("from: reported, to: diagnosed, within: 3h, outlives: true", "always"),
        ("from: reported, to: told, within: 3h, until: resolved", "always"),
        ("from: reported, to: told, within: 3h, until: found or resolved", "always"),
        ("from: reported, to: told, within: 3h", "never"),
    ],
)
def test_a_clock_that_the_resolution_ended_goes_on_with_the_reopening(
    rest: str, review: str
) -> None:
    """Whether out of reach, at its end, or over with the incident: the gap does not count."""
    policy = one(rest)
    policy = policy.changed(review=ReviewRule(required={"SEV1": review}))
    (run,) = runs(policy, lived(policy, (1, "resolve", {})), 4)
    assert run == (later(0), later(1), Stage.CANCELLED, ClockStatus.ON_TRACK, hours(1))
    (run,) = runs(policy, lived(policy, *REOPENED), 6)
    assert run == (later(0), None, Stage.IN_PROGRESS, ClockStatus.ON_TRACK, hours(2))


def test_a_stopped_clock_is_not_started_by_later_news() -> None:
    """It was resolved in time; hearing later of a workaround changes nothing."""
    policy = reviewed(one("from: reported, to: found or resolved, within: 3h"))
    record = lived(policy, (1, "resolve", {}), (9, "set_milestone", {"milestone": "found"}))
    (run,) = runs(policy, record, 10)
    assert run == (later(0), later(1), Stage.COMPLETED, ClockStatus.MET, hours(1))


@pytest.mark.parametrize("rest", ["recurs: true, until: resolved", "on_repeat: new"])
def test_a_condition_that_comes_back_revives_no_run_that_it_had_cancelled(rest: str) -> None:
    """Raised at hour 1, lowered at 2 and raised again at 5, it has three hours from 5."""
    policy = with_updates(
        f"when: flag personal_data, from: 'flag:personal_data', to: 'update:all', "
        f"within: 3h, {rest}"
    )
    record = lived(
        policy,
        (1, "set_attribute", {"attribute": "personal_data"}),
        (2, "set_attribute", {"attribute": "personal_data", "value": "no"}),
        (5, "set_attribute", {"attribute": "personal_data"}),
    )
    assert runs(policy, record, 6) == [
        (later(1), later(2), Stage.CANCELLED, ClockStatus.ON_TRACK, hours(1)),
        (later(5), None, Stage.IN_PROGRESS, ClockStatus.ON_TRACK, hours(1)),
    ]


def test_a_recurring_clock_begins_anew_when_its_condition_comes_back() -> None:
    """Updates that were not wanted in between are not owed later, whatever started the clock."""
    policy = with_updates(
        "when: flag personal_data, from: reported, to: 'update:all', within: 3h, recurs: true, "
        "until: resolved"
    )
    record = lived(
        policy,
        (0, "set_attribute", {"attribute": "personal_data"}),
        (1, "post_update", {"text": "first"}),
        (2, "set_attribute", {"attribute": "personal_data", "value": "no"}),
        (9, "set_attribute", {"attribute": "personal_data"}),
        (10, "post_update", {"text": "second"}),
    )
    assert [(r[0], r[1], r[2]) for r in runs(policy, record, 11)] == [
        (later(0), later(1), Stage.COMPLETED),
        (later(1), later(2), Stage.CANCELLED),
        (later(9), later(10), Stage.COMPLETED),
        (later(10), None, Stage.IN_PROGRESS),
    ]


def test_a_flag_that_is_said_again_is_not_raised_again() -> None:
    """It was raised only once, so even a clock that begins anew each time has one run."""
    policy = one("from: 'flag:personal_data', to: told, within: 3h, on_repeat: new")
    record = lived(
        policy,
        (1, "set_attribute", {"attribute": "personal_data"}),
        (2, "set_milestone", {"milestone": "told"}),
        (3, "set_attribute", {"attribute": "personal_data"}),
    )
    assert len(runs(policy, record, 4)) == 1


def test_a_date_that_has_passed_stays_when_another_one_is_planned() -> None:
    """Nothing was told in time for the first meeting; the next meeting does not undo that."""
    policy = one("from: 'planned:meeting', to: told, within: 1h")
    record = lived(policy, (1, "set_date", {"date": "meeting", "at": later(2).isoformat()}))
    record = done(record, "set_date", later(5), policy, date="meeting", at=later(50).isoformat())
    (read,) = readings(policy, record, later(6))
    assert (read.breach_at, read.status) == (later(3), ClockStatus.BREACHED)
    back = one("from: reported, to: told, within: 1h before meeting")
    (read,) = readings(back, record, later(6))
    assert (read.breach_at, read.status) == (later(1), ClockStatus.BREACHED)


def test_an_extension_is_for_the_run_that_it_was_given_to() -> None:
    """The first run is breached and stays so; only the second is extended."""
    policy = with_updates(
        "from: reported, to: 'update:all', within: 1h, recurs: true, until: resolved, "
        "extendable: true"
    )
    record = lived(policy, (2, "post_update", {"text": "late"}))
    fields = {"clock": "it", "by": "5h", "note": "agreed"}
    record = done(record, "extend_clock", later(2.5), policy, **fields)
    assert [r.breach_at for r in readings(policy, record, later(3))] == [later(1), later(8)]


def test_a_second_limit_stays_when_its_start_is_undone_after_the_run() -> None:
    """They were told too late after the resolution; a reopening does not make it timely."""
    policy = reviewed(
        one("from: reported, to: told, within: 9h, no_later_than: { from: resolved, within: 1h }")
    )
    record = lived(
        policy,
        (1, "resolve", {}),
        (3, "set_milestone", {"milestone": "told"}),
        (5, "reopen", {}),
    )
    (read,) = readings(policy, record, later(6))
    assert (read.breach_at, read.status) == (later(2), ClockStatus.BREACHED)


def test_an_update_is_taken_after_the_end_so_that_a_clock_which_outlives_it_is_met() -> None:
    """The cause is owed within a week of a resolution that closed the incident."""
    policy = with_updates("from: resolved, to: 'update:all', within: 9h, outlives: true")
    record = lived(policy, (1, "resolve", {}), (3, "post_update", {"text": "the cause"}))
    assert record.state == "closed"
    assert runs(policy, record, 20) == [
        (later(1), later(3), Stage.COMPLETED, ClockStatus.MET, hours(2))
    ]
