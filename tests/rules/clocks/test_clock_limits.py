"""Limits in calendars, second limits, extensions, and what a changed severity does to them."""

from datetime import UTC, datetime

import pytest

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import ClockStatus, FiredThreshold, Measure, Stage
from rules.clocks.clocks import clock_points
from rules.deadlines.due import due_thresholds
from rules.record.decision import Refusal
from rules.record.timeline import with_fired
from tests.rules.timed import FRIDAY, incident, later, one, policy_of, readings
from tests.specimens import done, outcome


def utc(text: str) -> datetime:
    """An instant, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def limit(policy: CompiledPolicy, record: Incident | None = None) -> datetime | None:
    """The limit of the clock `it`."""
    return readings(policy, record or incident(policy), later(0))[-1].breach_at


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("2h office", "2026-03-23T10:00"),
        ("1d office", "2026-03-23T16:00"),
        ("10d local", "2026-03-30T15:00"),
        ("10d", "2026-03-30T16:00"),
        ("2 months", "2026-05-20T15:00"),
        ("end of day", "2026-03-21T00:00"),
        ("end of office day", "2026-03-20T17:00"),
        ("end of next office day", "2026-03-23T17:00"),
        ("best effort 2d", "2026-03-22T16:00"),
    ],
)
def test_a_target_is_counted_as_it_is_written(target: str, expected: str) -> None:
    """On a Friday at 16:00 in London, nine days before its clocks change."""
    assert limit(one(f"from: reported, to: resolved, within: {target}")) == utc(expected)


@pytest.mark.parametrize(
    ("target", "measure", "by"),
    [
        ("4h", Measure.ELAPSED, None),
        ("2 months", Measure.ELAPSED, None),
        ("end of office day", Measure.ELAPSED, None),
        ("4h office", Measure.OPEN_HOURS, "office"),
        ("best effort 8h office", Measure.OPEN_HOURS, "office"),
        ("1d office", Measure.DAYS, "office"),
        ("1d4h office", Measure.DAYS, "office"),
        ("10d local", Measure.DAYS, "local"),
    ],
)
def test_a_reading_says_in_what_it_counts(target: str, measure: Measure, by: str | None) -> None:
    """A date as the target says so too: all time counts towards the end of a working day."""
    policy = one(f"from: reported, to: resolved, within: {target}")
    (read,) = readings(policy, incident(policy), later(0))
    assert (read.measure, read.counts_by) == (measure, by)


def test_a_limit_on_a_day_off_goes_to_the_next_working_day_at_its_time() -> None:
    """A day after Friday is Saturday, so the limit is Monday at noon."""
    policy = one("from: reported, to: told, within: 24h, rolls: next office day 12:00")
    assert limit(policy) == utc("2026-03-23T12:00")


def test_the_softer_limit_of_a_range_warns_and_the_harder_breaches() -> None:
    """Five office hours are beyond the limit of four, but within the limit of eight."""
    policy = one("from: reported, to: resolved, within: 4h-8h office")
    record = incident(policy, at=utc("2026-03-23T09:00"))
    at_five = readings(policy, record, utc("2026-03-23T14:00"))[0]
    assert at_five.status is ClockStatus.AT_RISK
    names = [(p.threshold, p.due_at) for p in clock_points(policy, record, utc("2026-03-23T09:00"))]
    assert names == [("100%", utc("2026-03-23T17:00")), ("should", utc("2026-03-23T13:00"))]


def test_should_three_days_must_seven() -> None:
    """On day four a warning, on day eight a breach."""
    policy = one("from: reported, to: resolved, within: { should: 3d, must: 7d }")
    record = incident(policy)
    assert readings(policy, record, later(4 * 24))[0].status is ClockStatus.AT_RISK
    assert readings(policy, record, later(8 * 24))[0].status is ClockStatus.BREACHED


def test_best_effort_is_late_and_never_a_breach() -> None:
    """There is a number, but no promise."""
    policy = one("from: reported, to: resolved, within: best effort 48h")
    read = readings(policy, incident(policy), later(49))[0]
    assert (read.status, read.late_by) == (ClockStatus.LATE, later(1) - FRIDAY)


CAPPED = "from: found, to: told, within: 4h, no_later_than: { from: aware, within: 24h }"


@pytest.mark.parametrize(("found", "expected"), [(12, 16), (22, 24), (26, 30)])
def test_the_earlier_of_two_limits_counts_unless_it_had_lapsed(
    found: float, expected: float
) -> None:
    """Four hours from finding, or a day from awareness; if that day had lapsed, only the former."""
    policy = one(CAPPED)
    record = done(incident(policy), "set_milestone", later(0), policy, milestone="aware")
    record = done(record, "set_milestone", later(found), policy, milestone="found")
    (read,) = readings(policy, record, later(found))
    assert read.breach_at == later(expected)


def test_extensions_add_up() -> None:
    """That is thirty days, fourteen, and one more."""
    policy = one("from: later of found and fixed, to: told, within: 30d, extendable: true")
    record = incident(policy)
    for name, hour in (("found", 1), ("fixed", 15)):
        record = done(record, "set_milestone", later(hour), policy, milestone=name)
    for by in ("14d", "1d"):
        record = done(record, "extend_clock", later(16), policy, clock="it", by=by, note="agreed")
    assert readings(policy, record, later(16))[0].breach_at == later(15 + 45 * 24)


@pytest.mark.parametrize(
    ("rest", "fields", "why"),
    [
        ("", {"clock": "it", "by": "1d", "note": "x"}, "does not allow extending it"),
        (", extendable: true", {"clock": "it", "by": "1d"}, "needs a reason"),
        (", extendable: true", {"clock": "ti", "by": "1d", "note": "x"}, "clock"),
    ],
)
def test_an_extension_that_the_policy_does_not_allow_is_refused(
    rest: str, fields: dict[str, object], why: str
) -> None:
    """The refusal says what is missing, and the incident stays as it was."""
    policy = one(f"from: reported, to: resolved, within: 1h{rest}")
    answer = outcome(incident(policy), "extend_clock", later(0), policy, **fields)
    assert isinstance(answer, Refusal)
    assert why in answer.message


def test_a_clock_counts_back_from_a_date_and_moves_with_it() -> None:
    """The draft is due a day before the meeting; without a date for it, nothing is due."""
    policy = one("from: reported, to: told, within: 24h before meeting")
    record = incident(policy)
    assert readings(policy, record, later(1)) == []
    for hour in (48, 72):
        record = done(record, "set_date", later(1), policy, date="meeting", at=later(hour))
        assert limit(policy, record) == later(hour - 24)


def test_a_clock_runs_until_a_date_that_was_promised() -> None:
    """People promised an end; a stop exactly at that time is in time."""
    policy = one("from: reported, to: resolved, within: by meeting, at: { 100%: page lead }")
    record = done(incident(policy), "set_date", later(1), policy, date="meeting", at=later(6))
    assert limit(policy, record) == later(6)
    assert [point.due_at for point in due_thresholds(policy, record, later(6))] == [later(6)]
    record = done(record, "resolve", later(6), policy)
    assert readings(policy, record, later(7))[0].status is ClockStatus.MET


def test_a_delay_is_announced_before_the_limit_that_will_be_missed() -> None:
    """It is due four hours before the other clock's limit, and moves with that limit."""
    policy = policy_of(
        "clocks:\n"
        "  report: { from: reported, to: told, within: 24h, extendable: true }\n"
        "  it: { from: reported, to: aware or told, within: 4h before limit of report }\n"
    )
    record = incident(policy)
    assert limit(policy, record) == later(20)
    record = done(record, "extend_clock", later(1), policy, clock="report", by="2h", note="agreed")
    assert limit(policy, record) == later(22)


def test_thresholds_are_relative_to_the_limit_if_they_say_so() -> None:
    """One is an hour before the limit, one half an hour after it."""
    policy = one(
        "from: reported, to: resolved, within: 4h, "
        "at: { '-1h': remind lead, 100%: page lead, '+30m': escalate to 2 }"
    )
    points = sorted(clock_points(policy, incident(policy), FRIDAY), key=lambda p: p.due_at)
    assert [(p.threshold, p.due_at) for p in points] == [
        ("-1h", later(3)),
        ("100%", later(4)),
        ("+30m", later(4.5)),
    ]
    assert [str(a) for p in points for a in p.actions] == [
        "remind lead",
        "page lead",
        "escalate to 2",
    ]


def test_nothing_falls_into_a_hold_that_begins_at_the_very_limit() -> None:
    """The limit comes when the hold ends, and what counts from the limit waits for each hold."""
    policy = one(
        "from: reported, to: resolved, within: 4h, pauses_on: vendor, "
        "at: { 50%: remind lead, 100%: page lead, '+30m': escalate to 2 }"
    ).changed(hold_reasons=("vendor",))
    half, whole = ((2, 3), (5, 6))
    record = done(incident(policy), "hold", later(half[0]), policy, reason="vendor")
    assert "50%" not in {p.threshold for p in clock_points(policy, record, later(2))}
    assert limit(policy, record) is None
    record = done(record, "resume", later(half[1]), policy)
    record = done(record, "hold", later(whole[0]), policy, reason="vendor")
    assert readings(policy, record, later(5.5))[-1].status is ClockStatus.AT_RISK
    record = done(record, "resume", later(whole[1]), policy)
    record = done(record, "hold", later(6.25), policy, reason="vendor")
    record = done(record, "resume", later(7), policy)
    points = sorted(clock_points(policy, record, later(8)), key=lambda p: p.due_at)
    assert [(p.threshold, p.due_at) for p in points] == [
        ("50%", later(3)),
        ("100%", later(6)),
        ("+30m", later(7.25)),
    ]


@pytest.mark.parametrize(
    ("rule", "started", "expected"), [("retarget", 0, 10), ("keep", 0, 4), ("restart", 2, 12)]
)
def test_running_clocks_follow_the_policy_when_the_severity_is_lowered(
    rule: str, started: float, expected: float
) -> None:
    """Four hours at SEV1, ten at SEV2; lowered after two."""
    policy = policy_of(
        f"severity_rules: {{ lower: {{ by: anyone, running_clocks: {rule} }} }}\n"
        "clocks:\n  it: { from: reported, to: resolved, within: { SEV1: 4h, SEV2: 10h } }\n"
    )
    record = done(incident(policy), "set_severity", later(2), policy, severity="SEV2")
    read = readings(policy, record, later(3))[-1]
    assert (read.started_at, read.breach_at) == (later(started), later(expected))


def test_a_restarted_clock_leaves_its_first_run_cancelled_and_fires_anew() -> None:
    """A threshold that fired in the first run may fire again in the second."""
    policy = policy_of(
        "severity_rules: { lower: { by: anyone, running_clocks: restart } }\n"
        "clocks:\n  it: { from: reported, to: resolved, within: { SEV1: 4h, SEV2: 4h } }\n"
    )
    record = incident(policy)
    for point in due_thresholds(policy, record, later(5)):
        fired = FiredThreshold(**point.model_dump(exclude={"actions"}), fired_at=later(5))
        record = with_fired(record, fired)
    record = done(record, "set_severity", later(6), policy, severity="SEV2")
    first, second = readings(policy, record, later(11))
    assert (first.run, second.run) == (1, 2)
    assert (first.stage, first.status) == (Stage.CANCELLED, ClockStatus.BREACHED)
    assert [(p.run, p.due_at) for p in due_thresholds(policy, record, later(11))] == [
        (second.run, later(10))
    ]


def test_a_run_that_is_restarted_is_not_held_to_the_target_of_the_next() -> None:
    """The SEV2 run has ten hours; it is raised after five, past the four hours of SEV1."""
    policy = policy_of(
        "severity_rules: { raise: { by: anyone, running_clocks: restart } }\n"
        "clocks:\n  it: { from: reported, to: resolved, within: { SEV1: 4h, SEV2: 10h } }\n"
    )
    record = done(incident(policy, "SEV2"), "set_severity", later(5), policy, severity="SEV1")
    first, second = readings(policy, record, later(6))
    assert (first.stage, first.status) == (Stage.CANCELLED, ClockStatus.ON_TRACK)
    assert (second.status, second.breach_at) == (ClockStatus.ON_TRACK, later(9))
    assert due_thresholds(policy, record, later(6)) == ()


def test_a_duty_that_outlives_lowering_keeps_the_highest_target() -> None:
    """Lowering gains no time with the authority; raising still counts."""
    policy = one("from: reported, to: told, within: { SEV1: 4h, SEV2: 10h }, outlives: [lower]")
    record = done(incident(policy), "set_severity", later(1), policy, severity="SEV2")
    assert readings(policy, record, later(1))[0].breach_at == later(4)
    record = done(incident(policy, "SEV2"), "set_severity", later(1), policy, severity="SEV1")
    assert readings(policy, record, later(1))[0].breach_at == later(4)


def test_a_clock_whose_calendar_is_not_worked_out_yet_is_not_read() -> None:
    """It is read once the calendar is there; nothing is guessed before."""
    policy = one("from: reported, to: resolved, within: 2h office")
    bare = policy.changed(slices={})
    assert readings(bare, incident(bare), later(1)) == []


def test_a_stop_in_closed_time_after_the_limit_is_late() -> None:
    """It is due when the office closes on Friday; by Saturday no office hour passed."""
    policy = one("from: reported, to: acknowledged, within: 1h office")
    record = done(incident(policy), "acknowledge", later(20), policy)
    assert readings(policy, record, later(21))[0].status is ClockStatus.BREACHED


def between(policy: CompiledPolicy, first: float, last: float) -> ClockStatus:
    """How the clock reads when its stop is only known to lie between two hours."""
    fields = {"milestone": "told", "happened_at": later(first), "latest_at": later(last)}
    record = done(incident(policy), "set_milestone", later(30), policy, **fields)
    return readings(policy, record, later(30))[0].status


def test_an_uncertain_outcome_is_indeterminate_and_never_guessed() -> None:
    """Only the day is known: it may be before the limit, after it, or across it."""
    policy = one("from: reported, to: told, within: 4h")
    assert between(policy, 1, 3) is ClockStatus.MET
    assert between(policy, 5, 9) is ClockStatus.BREACHED
    assert between(policy, 3, 5) is ClockStatus.INDETERMINATE


def test_a_withdrawn_milestone_lets_its_clock_run_on_as_if_it_had_never_been() -> None:
    """The mitigation is undone and no longer counts, but whatever moved the incident stays."""
    policy = one("from: reported, to: mitigated, within: 4h")
    record = done(incident(policy), "acknowledge", later(1), policy)
    record = done(record, "set_severity", later(1), policy, severity="SEV1")
    record = done(record, "begin_diagnosis", later(1), policy)
    record = done(record, "mitigate", later(2), policy)
    assert readings(policy, record, later(3))[0].stage is Stage.COMPLETED
    record = done(record, "withdraw_milestone", later(3), policy, milestone="mitigated")
    read = readings(policy, record, later(3))[0]
    assert (read.stage, read.breach_at) == (Stage.IN_PROGRESS, later(4))
    answer = outcome(record, "withdraw_milestone", later(3), policy, milestone="acknowledged")
    assert isinstance(answer, Refusal)
