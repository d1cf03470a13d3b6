"""Clocks start and stop at the moments in the policy, for the incidents that it selects."""

from datetime import datetime

import pytest

from models.time.clock import ClockStatus, Stage
from models.time.moments import parse_condition, parse_moment
from rules.clocks.moments import came_at
from tests.rules.timed import FRIDAY, incident, later, one, readings
from tests.specimens import done


@pytest.mark.parametrize(
    ("moment", "known", "expected"),
    [
        ("impact_started or reported", {}, 0),
        ("impact_started or reported", {"impact_started": -2}, -2),
        ("later of found, fixed", {"found": 1}, None),
        ("later of found, fixed", {"found": 1, "fixed": 3}, 3),
        ("earlier of found and aware", {"found": 4, "aware": 2}, 2),
        ("earlier of found, aware", {"aware": 2}, 2),
        ("earlier of found and aware", {"found": 1, "aware": 2}, 1),
    ],
)
def test_a_moment_is_the_milestone_that_its_words_choose(
    moment: str, known: dict[str, float], expected: float | None
) -> None:
    """The first known of several, the last once all are known, or the earliest of those known."""
    policy = one("from: reported, to: resolved, within: 1h")
    record = incident(policy)
    for name, hour in known.items():
        at = later(hour).isoformat()
        record = done(record, "set_milestone", later(9), policy, milestone=name, happened_at=at)
    assert came_at(moment, record) == (None if expected is None else later(expected))


def test_a_milestone_that_becomes_known_later_moves_the_start_of_its_clock() -> None:
    """Impact that began two hours before the report makes the clock two hours older."""
    policy = one("from: impact_started or reported, to: resolved, within: 4h")
    record = incident(policy)
    assert readings(policy, record, later(1))[0].started_at == FRIDAY
    at = later(-2).isoformat()
    record = done(
        record, "set_milestone", later(1), policy, milestone="impact_started", happened_at=at
    )
    (read,) = readings(policy, record, later(1))
    assert (read.started_at, read.breach_at) == (later(-2), later(2))


def test_a_status_update_a_role_and_a_flag_are_moments() -> None:
    """Each is read from the record alone."""
    policy = one("from: reported, to: resolved, within: 1h")
    record = incident(policy)
    record = done(record, "assign_role", later(1), policy, role="lead", person="bo")
    record = done(record, "set_attribute", later(2), policy, attribute="personal_data")
    record = done(record, "set_date", later(3), policy, date="meeting", at=later(50).isoformat())
    assert came_at("role:lead", record) == later(1)
    assert came_at("flag:personal_data", record) == later(2)
    assert came_at("planned:meeting", record) == later(50)
    assert came_at("severity_confirmed", record) is None


@pytest.mark.parametrize("text", ["", "one,two", "later of one", "one or", "a b"])
def test_a_text_that_is_no_moment_is_refused_with_what_would_be_one(text: str) -> None:
    """The message tells an author what to write."""
    with pytest.raises(ValueError, match="write"):
        parse_moment(text)


@pytest.mark.parametrize("text", ["personal_data", "flag", "plan=", "if plan=gold", "a=b=c"])
def test_a_text_that_is_no_condition_is_refused_with_what_would_be_one(text: str) -> None:
    """The message tells an author what to write."""
    with pytest.raises(ValueError, match="write flag NAME"):
        parse_condition(text)


def test_a_clock_of_a_flag_counts_from_its_start_however_late_the_flag_is_raised() -> None:
    """The limit is 24 hours after awareness at 16:00, although the flag is raised at 20:00."""
    policy = one("when: flag personal_data, from: reported, to: told, within: 24h")
    record = incident(policy)
    assert readings(policy, record, later(4)) == []
    record = done(record, "set_attribute", later(4), policy, attribute="personal_data")
    (read,) = readings(policy, record, later(4))
    assert (read.started_at, read.breach_at) == (FRIDAY, later(24))


def test_a_clock_whose_condition_ceases_is_cancelled_then() -> None:
    """The flag was a mistake; lowering it ends the clock."""
    policy = one("when: flag personal_data, from: reported, to: told, within: 24h")
    record = incident(policy, personal_data="yes")
    record = done(record, "set_attribute", later(3), policy, attribute="personal_data", value="no")
    (read,) = readings(policy, record, later(4))
    assert (read.stage, read.stopped_at) == (Stage.CANCELLED, later(3))


@pytest.mark.parametrize(
    ("when", "runs"),
    [
        ("plan=gold", True),
        ("plan=basic|gold", True),
        ("plan=basic", False),
        ("not plan=gold", False),
        ("not flag personal_data", True),
        ("[plan=gold, flag personal_data]", False),
        ("service=checkout", False),
    ],
)
def test_a_clock_runs_for_the_incidents_that_its_conditions_fit(when: str, runs: bool) -> None:  # noqa: FBT001
    """Values are alternatives, all items of a list must hold, and `not` negates."""
    policy = one(f"when: {when}, from: reported, to: resolved, within: 1h")
    assert bool(readings(policy, incident(policy, plan="gold"), later(0))) is runs


def test_two_plans_of_one_incident_are_held_to_their_own_limits() -> None:
    """After twenty minutes only the customer with a limit of fifteen has a breach."""
    policy = one("when: plan=gold, from: reported, to: acknowledged, within: 15m")
    (read,) = readings(policy, incident(policy, plan="gold"), later(1 / 3))
    assert read.status is ClockStatus.BREACHED
    assert readings(policy, incident(policy, plan="basic"), later(1 / 3)) == []


def outliving(outlives: str, reason: str) -> Stage:
    """What becomes of a clock when its incident is cancelled for a reason."""
    policy = one(f"from: reported, to: told, within: 24h, outlives: {outlives}")
    record = done(incident(policy), "cancel", later(1), policy, reason=reason)
    return readings(policy, record, later(2))[0].stage


def test_a_clock_outlives_the_endings_that_it_names_and_no_others() -> None:
    """For example, a merge is not a false alarm."""
    assert outliving("[merge]", "duplicate") is Stage.IN_PROGRESS
    assert outliving("[merge]", "false_alarm") is Stage.CANCELLED
    assert outliving("cancel", "false_alarm") is Stage.IN_PROGRESS
    assert outliving("resolve", "false_alarm") is Stage.CANCELLED
    assert outliving("true", "false_alarm") is Stage.IN_PROGRESS


def test_a_clock_of_an_own_milestone_ends_where_resolving_closes() -> None:
    """Without a review, the resolution ends the incident and the clock."""
    policy = one("from: reported, to: told, within: 24h")
    record = done(incident(policy), "resolve", later(1), policy)
    assert record.state == "closed"
    assert readings(policy, record, later(2))[0].stage is Stage.CANCELLED


def test_a_recurring_clock_starts_again_whenever_it_stops_until_its_end() -> None:
    """Each update starts the wait for the next; the resolution ends it."""
    audiences = "communication: { audiences: { all: { channels: log } } }\n"
    policy = one(
        "from: reported, to: 'update:all', within: 2h, recurs: true, until: resolved }\n"
        f"{audiences}metrics:\n  m: {{ from: reported, to: resolved"
    )
    record = incident(policy)
    for hour in (1, 4):
        record = done(record, "post_update", later(hour), policy, text="We work on it")
    record = done(record, "resolve", later(5), policy)
    runs = [(r.started_at, r.stopped_at, r.status) for r in readings(policy, record, later(6))]
    assert runs == [
        (later(0), later(1), ClockStatus.MET),
        (later(1), later(4), ClockStatus.BREACHED),
        (later(4), later(5), ClockStatus.ON_TRACK),
    ]


def test_a_bucket_for_each_day_is_filled_by_what_is_done_on_that_day() -> None:
    """After an update today, the next is due by the end of tomorrow, not within 24 hours."""
    audiences = "communication: { audiences: { all: { channels: log } } }\n"
    policy = one(
        "from: reported, to: 'update:all', within: end of day, recurs: true, until: resolved }\n"
        f"{audiences}metrics:\n  m: {{ from: reported, to: resolved"
    )
    record = done(incident(policy), "post_update", later(1), policy, text="We work on it")
    limits = [r.breach_at for r in readings(policy, record, later(2))]
    assert limits == [
        datetime.fromisoformat("2026-03-21T00:00:00Z"),
        datetime.fromisoformat("2026-03-22T00:00:00Z"),
    ]


def test_a_flag_that_the_report_raised_was_raised_with_it() -> None:
    """It does not count for any other attribute."""
    policy = one("from: reported, to: told, within: 24h, when: flag personal_data")
    assert came_at("flag:personal_data", incident(policy, personal_data="yes")) == FRIDAY
    assert came_at("flag:personal_data", incident(policy, personal_data="no")) is None
    record = done(
        incident(policy), "set_attribute", later(1), policy, attribute="plan", value="gold"
    )
    assert came_at("flag:personal_data", record) is None
