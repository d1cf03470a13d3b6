"""How often audiences hear: the pace, its start, and promises instead of it."""

from datetime import datetime, timedelta

import pytest

from models.compiled import AuthorityRule, CompiledPolicy, ReviewRule
from models.incident.record import Incident
from models.time.clock import ClockStatus, FiredThreshold, Measure
from rules.deadlines.due import next_point
from rules.record.decision import Decision, Refusal
from rules.record.timeline import with_fired
from rules.updates.cadence import cadence_points, cadence_readings, next_update_at
from tests.rules.timed import FRIDAY, hours, incident, later, policy_of
from tests.specimens import done, outcome

AUDIENCE = "communication:\n  lead: lead\n  audiences: { all: { channels: log, on: [resolved] } }\n"


def hearing(pace: str, late: str = "") -> CompiledPolicy:
    """A policy under which `all` hear at this pace at SEV1, and half as often at SEV2."""
    return policy_of(f"{AUDIENCE}  updates: {{ all: {{ SEV1: {pace}, SEV2: 30m }} }}\n{late}")


def due(policy: CompiledPolicy, record: Incident, at: datetime) -> datetime | None:
    """When the next update is due, read at an instant."""
    return next((r.breach_at for r in cadence_readings(policy, record, at)), None)


def told(policy: CompiledPolicy, record: Incident, hour: float, **fields: object) -> Incident:
    """The incident after a status update."""
    return done(record, "post_update", later(hour), policy, text="We work on it", **fields)


@pytest.mark.parametrize(
    ("pace", "first", "second"),
    [
        ("10m", 1 / 6, 1 + 1 / 6),
        ("2h office", 66, 67),
        ("end of day", 8, 32),
        ("1d local", 24, 25),
    ],
)
def test_each_update_starts_the_wait_for_the_next(pace: str, first: float, second: float) -> None:
    """The waits start on Friday at 16:00, and with the update at 17:00."""
    policy = hearing(pace)
    record = incident(policy)
    assert due(policy, record, FRIDAY) == later(first)
    assert due(policy, told(policy, record, 1), later(1)) == later(second)


def test_the_wait_for_an_update_says_by_which_calendar_it_counts() -> None:
    """The clocks of the policy do so, too."""
    policy = hearing("once 1d office")
    (read,) = cadence_readings(policy, incident(policy), FRIDAY)
    assert (read.target, read.measure, read.counts_by) == (hours(24), Measure.DAYS, "office")


def test_a_single_update_is_promised_once() -> None:
    """After the one update no further one is owed."""
    policy = hearing("once 2d office")
    record = incident(policy)
    assert due(policy, record, FRIDAY) == later(96)
    assert due(policy, told(policy, record, 1), later(1)) is None


def test_a_promise_replaces_the_pace_until_it_is_kept() -> None:
    """The promise says 19:00, so the update is due then; after it, the policy's pace counts."""
    policy = hearing("10m")
    record = told(policy, incident(policy), 1, next_at=later(3).isoformat())
    assert due(policy, record, later(1)) == later(3)
    assert due(policy, told(policy, record, 2), later(2)) == later(2 + 1 / 6)


def test_a_promise_for_the_past_is_refused() -> None:
    """An update must be promised for later than this one."""
    policy = hearing("10m")
    answer = outcome(incident(policy), "post_update", later(2), policy, text="x", next_at=later(1))
    assert isinstance(answer, Refusal)
    assert answer.missing == ("next_at",)


def test_the_pace_follows_the_state_and_the_age_of_the_incident() -> None:
    """The pace is ten minutes, twenty while assessing, and an hour after four hours."""
    policy = hearing("{ every: 10m, in: { assessment: 20m }, after: { 4h: 1h } }")
    record = told(policy, incident(policy), 1)
    assert due(policy, record, later(1)) == later(1 + 1 / 6)
    assert due(policy, told(policy, record, 5), later(5)) == later(6)
    assessed = done(record, "acknowledge", later(1), policy)
    assert due(policy, assessed, later(1)) == later(1 + 1 / 3)


def test_a_lowered_severity_moves_the_next_update_and_breaks_no_promise() -> None:
    """Told at 12:00 with a pace of ten minutes, lowered at 12:05 to thirty: due at 12:30."""
    policy = hearing("10m")
    record = told(policy, incident(policy), 1)
    record = done(record, "set_severity", later(1 + 1 / 12), policy, severity="SEV2")
    point = next_point(policy, record, later(1 + 1 / 12))
    assert point is not None
    assert point.due_at == later(1.5)


SLOWER = "{ every: 20m, slower: { every: 1h, from: 2h, decided: 1h } }"


def test_a_slower_pace_is_not_decided_in_the_first_hour_nor_in_force_before_two() -> None:
    """At 0:40 it is refused, at 1:10 accepted; after 1:50 the next is due at 2:10, then at 3:10."""
    policy = hearing(SLOWER)
    record = incident(policy)
    early = outcome(record, "slow_updates", later(2 / 3), policy, audience="all")
    assert isinstance(early, Refusal)
    assert "may be declared from" in early.message
    record = done(record, "slow_updates", later(7 / 6), policy, audience="all")
    record = told(policy, record, 11 / 6)
    assert due(policy, record, later(11 / 6)) == later(13 / 6)
    assert due(policy, told(policy, record, 13 / 6), later(13 / 6)) == later(19 / 6)


def test_a_slower_pace_that_the_policy_does_not_know_is_refused() -> None:
    """The policy sets them by severity."""
    policy = hearing("20m")
    answer = outcome(incident(policy), "slow_updates", later(3), policy, audience="all")
    assert isinstance(answer, Refusal)
    assert "no slower pace" in answer.message


def test_a_late_update_sets_off_what_the_policy_says() -> None:
    """The lead is reminded at once, the next level is paged ten minutes later."""
    late = "  late: { 100%: page lead, +10m: escalate }\n"
    policy = hearing("30m", late)
    points = cadence_points(policy, incident(policy), FRIDAY)
    said = [(p.threshold, p.due_at, [str(a) for a in p.actions]) for p in points]
    assert said == [
        ("100%", later(0.5), ["page lead"]),
        ("+10m", later(2 / 3), ["escalate"]),
    ]


def test_a_promise_holds_even_if_the_policy_names_no_pace() -> None:
    """Nobody expects an update, but a promise counts; so it does after the only update."""
    for pace in ("none", "once 2d office"):
        policy = hearing(pace)
        record = told(policy, incident(policy), 1, next_at=later(3).isoformat())
        assert due(policy, record, later(1)) == later(3)
        assert due(policy, told(policy, record, 2), later(2)) is None


def raised(rule: str, first: str, at: float) -> tuple[CompiledPolicy, Incident]:
    """An incident with an update at 16:30 that is raised later, and its policy."""
    rules = f"severity_rules: {{ raise: {{ running_clocks: {rule} }} }}\n"
    updates = f"  updates: {{ all: {{ SEV1: 1h, SEV2: {first} }} }}\n"
    policy = policy_of(rules + AUDIENCE + updates)
    record = told(policy, incident(policy, "SEV2"), 0.5)
    return policy, done(record, "set_severity", later(at), policy, severity="SEV1")


@pytest.mark.parametrize(
    ("rule", "first", "expected"),
    [("restart", "4h", 11), ("retarget", "4h", 1.5), ("retarget", "none", 11)],
)
def test_a_raised_severity_breaks_no_promise_that_nobody_had_made(
    rule: str, first: str, expected: float
) -> None:
    """Told at 16:30 and raised at 02:00, it is due by 03:00 if clocks restart or none ran."""
    policy, record = raised(rule, first, 10)
    assert due(policy, record, later(10)) == later(expected)


def reminders(record: Incident, at: datetime, *fired: str) -> list[tuple[str, datetime]]:
    """The next due points of a wait of half an hour, after these reminders have fired."""
    policy = hearing("30m")
    for name in fired:
        clock, run, share = name.split()
        record = with_fired(
            record,
            FiredThreshold(
                clock=clock,
                run=int(run),
                threshold=share,
                fraction=float(share.rstrip("%")) / 100,
                due_at=FRIDAY,
                fired_at=FRIDAY,
            ),
        )
    return [(p.threshold, p.due_at) for p in cadence_points(policy, record, at)]


def test_reminders_come_period_after_period_and_after_an_outage_only_the_newest() -> None:
    """A reminder that fired is not due again; reminders of another wait do not count."""
    record = incident(hearing("30m"))
    assert reminders(record, FRIDAY) == [("100%", later(0.5))]
    assert reminders(record, later(0.5), "update:all 1 100%") == [("200%", later(1))]
    assert reminders(record, later(1.75)) == [("300%", later(1.5))]
    assert reminders(record, later(1.75), "update:all 1 300%") == [("400%", later(2))]
    assert reminders(record, FRIDAY, "update:all 2 100%", "it 1 100%") == [("100%", later(0.5))]


def test_a_wait_reads_like_a_clock() -> None:
    """It shows the elapsed time, what is left and how late it is; at the limit it is not late."""
    policy = hearing("30m")

    def read(hour: float) -> tuple[ClockStatus, timedelta, timedelta, timedelta | None]:
        (reading,) = cadence_readings(policy, incident(policy), later(hour))
        return reading.status, reading.elapsed, reading.remaining, reading.late_by

    assert read(0.25) == (ClockStatus.ON_TRACK, hours(0.25), hours(0.25), None)
    assert read(0.5) == (ClockStatus.ON_TRACK, hours(0.5), hours(0), None)
    assert read(2) == (ClockStatus.BREACHED, hours(2), hours(0), hours(1.5))


def test_a_late_update_reminds_the_lead_by_default() -> None:
    """The holder of the communication lead is reminded."""
    policy = hearing("30m")
    (point,) = cadence_points(policy, incident(policy), FRIDAY)
    assert [str(action) for action in point.actions] == ["remind lead"]


def test_actions_of_a_late_update_come_once_however_long_the_pace() -> None:
    """An action after one period is not the next reminder: each has its own place."""
    late = "  late: { 100%: page lead, +30m: escalate, +45m: escalate to 2 }\n"
    policy = hearing("30m", late)
    points = cadence_points(policy, incident(policy), FRIDAY)
    assert [(p.threshold, round(p.fraction, 4)) for p in points] == [
        ("100%", 1),
        ("+30m", 2.0001),
        ("+45m", 2.5),
    ]


def test_an_audience_that_just_got_an_update_waits_a_whole_pace_for_the_next() -> None:
    """The wait begins now, not at the update before."""
    policy = hearing("10m")
    record = told(policy, incident(policy), 1)
    assert next_update_at(policy, record, "all", later(1)) == later(1 + 1 / 6)
    assert next_update_at(policy, record, "all", later(2)) == later(2 + 1 / 6)
    assert next_update_at(policy, record, "nobody", later(2)) is None


def test_no_update_is_owed_between_the_resolution_and_the_reopening() -> None:
    """Half an hour of the pace had passed; the other half passes after the reopening."""
    policy = hearing("1h")
    policy = policy.changed(review=ReviewRule(required={"SEV1": "always"}))
    record = done(incident(policy), "resolve", later(0.5), policy)
    record = done(record, "reopen", later(5), policy)
    assert due(policy, record, later(5)) == later(5.5)
    assert [p.due_at for p in cadence_points(policy, record, later(5))] == [later(5.5)]


def test_a_promise_beyond_the_pace_takes_the_authority_to_slow_updates() -> None:
    """Within the pace everybody who may update promises; beyond it only who may slow it down."""
    policy = hearing("10m")
    rule = AuthorityRule(by=("person:cy",))
    policy = policy.changed(authority={**policy.authority, "slow_updates": rule})
    record = incident(policy)
    fields = {"text": "We work on it", "next_at": later(2 + 1 / 6)}
    assert isinstance(outcome(record, "post_update", later(2), policy, **fields), Decision)
    fields["next_at"] = later(100)
    refusal = outcome(record, "post_update", later(2), policy, **fields)
    assert isinstance(refusal, Refusal)
    assert refusal.message.startswith("ana may not slow_updates")
    before = policy.changed(closes_detours=False)
    assert isinstance(outcome(record, "post_update", later(2), before, **fields), Decision)
