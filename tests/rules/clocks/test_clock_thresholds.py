"""Where thresholds lie, and what a clock's reading contains."""

from models.time.clock import Stage
from rules.clocks.clocks import clock_points
from tests.rules.timed import FRIDAY, incident, later, one, readings
from tests.specimens import done

CAPPED = "from: found, to: told, within: 4h, no_later_than: { from: aware, within: 24h }"


def test_the_softer_limit_has_its_own_actions_and_place() -> None:
    """It lies at half of the harder limit, and has only its own actions."""
    policy = one(
        "from: reported, to: resolved, within: 4h-8h, at: { should: remind lead, 100%: page lead }"
    )
    points = {p.threshold: p for p in clock_points(policy, incident(policy), FRIDAY)}
    assert points["should"].fraction == 0.5
    assert [str(action) for action in points["should"].actions] == ["remind lead"]
    assert [str(action) for action in points["100%"].actions] == ["page lead"]


def test_a_threshold_beside_the_limit_is_placed_on_its_side() -> None:
    """One before the limit is below 100 %, one after it above, however long the target is."""
    policy = one(
        "from: reported, to: resolved, within: 4h, "
        "at: { '-1h': remind lead, '-6h': remind lead, '+2h': page lead, '+1s': page lead }"
    )
    points = {p.threshold: p for p in clock_points(policy, incident(policy), FRIDAY)}
    shares = {name: round(point.fraction, 3) for name, point in points.items()}
    assert shares == {"100%": 1, "-1h": 0.75, "-6h": 0.001, "+2h": 1.5, "+1s": 1.001}
    assert points["-6h"].due_at == FRIDAY


def test_a_clock_that_pauses_on_any_reason_pauses_on_each() -> None:
    """Even if the policy lists the reasons one by one."""
    policy = one("from: reported, to: resolved, within: 4h, pauses_on: any")
    record = done(incident(policy), "hold", later(1), policy, reason="third_party")
    read = readings(policy, record, later(3))[0]
    assert (read.stage, read.elapsed) == (Stage.PAUSED, later(1) - FRIDAY)


def test_a_clock_that_counts_back_from_a_date_is_not_paused() -> None:
    """The meeting does not move."""
    policy = one("from: reported, to: told, within: 24h before meeting, pauses_on: any")
    record = done(incident(policy), "set_date", later(1), policy, date="meeting", at=later(72))
    record = done(record, "hold", later(1), policy, reason="third_party")
    read = readings(policy, record, later(2))[0]
    assert (read.stage, read.breach_at) == (Stage.IN_PROGRESS, later(48))


def test_a_clock_that_stopped_at_the_very_instant_of_a_threshold_did_not_reach_it() -> None:
    """Exactly at the limit is in time, so nothing comes due."""
    policy = one("from: reported, to: acknowledged, within: 4h")
    record = done(incident(policy), "acknowledge", later(4), policy)
    assert clock_points(policy, record, later(5)) == ()


def test_a_reading_names_the_calendar_that_it_counted_in() -> None:
    """Two office hours are not two hours."""
    policy = one("from: reported, to: resolved, within: 2h office")
    assert readings(policy, incident(policy), FRIDAY)[0].calendar == "office"


def test_a_second_limit_whose_moment_is_not_known_yet_does_not_count() -> None:
    """Nobody is aware yet, so four hours count; with a missing calendar it waits."""
    policy = one(CAPPED)
    record = done(incident(policy), "set_milestone", later(1), policy, milestone="found")
    assert readings(policy, record, later(1))[0].breach_at == later(5)
    office = one(CAPPED.replace("within: 24h", "within: 1h office"))
    bare = office.changed(slices={})
    record = done(incident(bare), "set_milestone", later(0), bare, milestone="aware")
    record = done(record, "set_milestone", later(0), bare, milestone="found")
    assert readings(bare, record, later(1))[0].breach_at == later(4)
