"""Clocks read what the record says, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from models.incident.record import Incident
from models.time.clock import ClockReading, ClockStatus, FiredThreshold, OnRepeat, Stage
from rules.clocks.clocks import read_clocks
from rules.deadlines.due import due_thresholds, next_point, superseded
from rules.record.timeline import with_fired
from tests.specimens import (
    POLICY,
    a_diagnosed_incident,
    after,
    an_incident,
    clock,
    done,
    minutes,
)


def reading(incident: Incident, name: str, at: float, run: int = 1, **policy: Any) -> ClockReading:
    """The reading of one run of a clock, `at` minutes after the start."""
    readings = read_clocks(POLICY.changed(**policy), incident, after(at))
    return next(r for r in readings if (r.clock, r.run) == (name, run))


def test_exactly_at_the_limit_counts_as_met() -> None:
    """Acknowledged after five minutes of five: met, nothing remains."""
    incident = done(an_incident(), "acknowledge", after(5))
    read = reading(incident, "acknowledge", 6)
    assert (read.stage, read.status) == (Stage.COMPLETED, ClockStatus.MET)
    assert (read.elapsed, read.remaining, read.late_by) == (minutes(5), timedelta(), None)


def test_an_instant_after_the_limit_is_a_breach() -> None:
    """One microsecond late is late, and the lateness is told."""
    late = after(5) + timedelta(microseconds=1)
    incident = done(an_incident(), "acknowledge", late)
    read = reading(incident, "acknowledge", 6)
    assert read.status is ClockStatus.BREACHED
    assert read.late_by == timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (2, ClockStatus.ON_TRACK),
        (2.5, ClockStatus.AT_RISK),
        (5, ClockStatus.AT_RISK),
        (5.01, ClockStatus.BREACHED),
    ],
)
def test_a_running_clock_goes_from_on_track_over_at_risk_to_breached(
    at: float, status: ClockStatus
) -> None:
    """The warning threshold of the policy makes it at risk, passing the limit breached."""
    assert reading(an_incident(), "acknowledge", at).status is status


def test_a_hold_pauses_the_clocks_that_pause_on_its_reason_and_only_those() -> None:
    """Third-party time does not count for resolve, but counts for assess."""
    incident = done(an_incident(), "hold", after(3), reason="third_party")
    incident = done(incident, "resume", after(9))
    assert reading(incident, "resolve", 10).elapsed == minutes(4)
    assert reading(incident, "assess", 10).elapsed == minutes(10)


def test_a_clock_on_hold_says_paused_and_knows_no_limit_instant() -> None:
    """While paused nobody can say when the limit will be reached."""
    incident = done(an_incident(), "hold", after(3), reason="third_party")
    read = reading(incident, "resolve", 100)
    assert (read.stage, read.breach_at, read.elapsed) == (Stage.PAUSED, None, minutes(3))


def test_a_hold_for_a_reason_that_the_policy_does_not_pause_on_pauses_nothing() -> None:
    """change_window is no reason to stop the resolve clock."""
    incident = done(an_incident(), "hold", after(3), reason="change_window")
    assert reading(incident, "resolve", 10).stage is Stage.IN_PROGRESS


def test_a_change_of_severity_retargets_without_losing_elapsed_time() -> None:
    """After ten minutes at SEV1 the SEV2 target of thirty leaves twenty."""
    incident = done(an_incident(), "acknowledge", after(1))
    incident = done(incident, "set_severity", after(10), severity="SEV2", note="only some")
    read = reading(incident, "assess", 10)
    assert (read.target, read.elapsed, read.remaining) == (minutes(30), minutes(10), minutes(20))


def test_a_completed_clock_is_judged_by_the_severity_it_was_stopped_under() -> None:
    """Raising the severity later does not turn a met clock into a breach."""
    report = an_incident().report.changed(severity="SEV2")
    incident = done(an_incident(report=report), "acknowledge", after(12))
    incident = done(incident, "set_severity", after(20), severity="SEV1")
    assert reading(incident, "acknowledge", 30).status is ClockStatus.MET


def test_a_backdated_stop_corrects_the_outcome() -> None:
    """Acknowledged at 4, told at 20: met."""
    incident = done(an_incident(), "acknowledge", after(20), happened_at=after(4).isoformat())
    assert reading(incident, "acknowledge", 21).status is ClockStatus.MET


def test_a_stop_before_its_start_counts_nothing_and_never_less() -> None:
    """The cause was known before the assessment was recorded: zero, not negative."""
    incident = done(
        a_diagnosed_incident(),
        "correct_milestone",
        after(50),
        milestone="diagnosed",
        happened_at=after(9).isoformat(),
    )
    read = reading(incident, "diagnose", 51)
    assert (read.stage, read.elapsed, read.status) == (
        Stage.COMPLETED,
        timedelta(),
        ClockStatus.MET,
    )


def test_a_corrected_milestone_keeps_the_old_value() -> None:
    """The superseded milestone stays on the record."""
    incident = done(
        a_diagnosed_incident(),
        "correct_milestone",
        after(50),
        milestone="diagnosed",
        happened_at=after(30).isoformat(),
    )
    values = [(m.at, m.superseded) for m in incident.milestones if m.name == "diagnosed"]
    assert values == [(after(40), True), (after(30), False)]


def test_a_failed_fix_lets_a_continuing_clock_run_on_without_the_gap() -> None:
    """Diagnosed at 40, back at 70: the ten to forty minutes count, the thirty between do not."""
    incident = done(a_diagnosed_incident(), "return_to_diagnosis", after(70))
    read = reading(incident, "diagnose", 80)
    assert (read.stage, read.elapsed) == (Stage.IN_PROGRESS, minutes(40))


def test_a_failed_fix_starts_a_new_run_of_a_clock_that_says_new() -> None:
    """The repair clock starts again with the next diagnosis, as run 2."""
    incident = done(a_diagnosed_incident(), "return_to_diagnosis", after(70))
    assert reading(incident, "repair", 71).stage is Stage.CANCELLED
    incident = done(incident, "begin_resolution", after(90))
    second = reading(incident, "repair", 95, run=2)
    assert (second.started_at, second.elapsed) == (after(90), minutes(5))


def test_reopening_lets_a_continuing_clock_run_on() -> None:
    """Resolved at 100, reopened at 200: at 210 the resolve clock has 110 minutes."""
    incident = done(a_diagnosed_incident(), "complete_step", after(99), step="verify")
    incident = done(incident, "resolve", after(100))
    assert reading(incident, "resolve", 150).stage is Stage.COMPLETED
    incident = done(incident, "reopen", after(200))
    read = reading(incident, "resolve", 210)
    assert (read.stage, read.elapsed) == (Stage.IN_PROGRESS, minutes(110))


def test_a_clock_whose_stop_is_out_of_reach_is_cancelled() -> None:
    """Resolved without acknowledgement: the acknowledge clock ends, not breached."""
    incident = done(an_incident(), "complete_step", after(2), step="verify")
    incident = done(incident, "resolve", after(3))
    read = reading(incident, "acknowledge", 60)
    assert (read.stage, read.status, read.stopped_at) == (
        Stage.CANCELLED,
        ClockStatus.ON_TRACK,
        after(3),
    )


def test_only_clocks_that_outlive_it_run_in_a_cancelled_incident() -> None:
    """The regulator does not care that the incident was cancelled."""
    incident = done(an_incident(), "set_milestone", after(1), milestone="aware")
    incident = done(incident, "cancel", after(3), reason="false_alarm")
    running = {r.clock for r in read_clocks(POLICY, incident, after(60)) if not r.stopped_at}
    assert running == {"regulator"}


def test_a_clock_without_a_target_at_this_severity_is_not_read() -> None:
    """The repair clock has a SEV1 target only."""
    incident = done(a_diagnosed_incident(), "set_severity", after(41), severity="SEV2", note="less")
    assert not [r for r in read_clocks(POLICY, incident, after(50)) if r.clock == "repair"]


def test_thresholds_come_due_once_and_in_order() -> None:
    """What fired is not due again; the limit is there even where the policy names no action."""
    incident = an_incident()
    due = due_thresholds(POLICY, incident, after(20))
    assert [(p.clock, p.threshold) for p in due] == [
        ("acknowledge", "50%"),
        ("acknowledge", "100%"),
        ("assess", "100%"),
    ]
    first = due[0]

    fired = FiredThreshold(**first.model_dump(exclude={"actions"}), fired_at=after(20))
    again = due_thresholds(POLICY, with_fired(incident, fired), after(20))
    assert [p.threshold for p in again] == ["100%", "100%"]


def test_the_next_due_instant_is_the_earliest_of_all_clocks_and_cadences() -> None:
    """At the start that is half of the acknowledge target."""
    point = next_point(POLICY, an_incident(), after(0))
    assert point is not None
    assert (point.clock, point.due_at) == ("acknowledge", after(2.5))


def test_a_stop_that_came_late_does_not_swallow_the_thresholds_before_it() -> None:
    """Everything was down from 0 to 20; the acknowledgement at 20 does not undo the breach at 5."""
    incident = done(an_incident(), "acknowledge", after(20))
    due = due_thresholds(POLICY, incident, after(20))
    assert ("acknowledge", "100%") in {(p.clock, p.threshold) for p in due}


def test_a_backdated_stop_supersedes_what_had_fired() -> None:
    """An acknowledgement at 4 takes back the breach that had fired at 5; it stays visible."""
    incident = an_incident()
    for point in due_thresholds(POLICY, incident, after(5)):
        fired = FiredThreshold(**point.model_dump(exclude={"actions"}), fired_at=after(5))
        incident = with_fired(incident, fired)
    incident = done(incident, "acknowledge", after(20), happened_at=after(4).isoformat())
    assert superseded(POLICY, incident, after(20)) == ()
    taken_back = [f.threshold for f in incident.fired if f.superseded]
    assert taken_back == ["100%"]
    assert any(entry.kind == "clock.superseded" for entry in incident.timeline)


def test_a_wider_target_takes_a_fired_threshold_back_and_fires_it_again_later() -> None:
    """Lowered to SEV2 the assess clock has 30 minutes, so its limit comes due once more."""
    spec = clock("assess", "reported", "assessed", sev1=15, sev2=30, on_repeat=OnRepeat.CONTINUE)
    policy = POLICY.changed(clocks=(spec,), audiences=())
    incident = done(an_incident(), "acknowledge", after(1), policy)

    for point in due_thresholds(policy, incident, after(16)):
        fired = FiredThreshold(**point.model_dump(exclude={"actions"}), fired_at=after(16))
        incident = with_fired(incident, fired)
    incident = done(incident, "set_severity", after(17), policy, severity="SEV2", note="less")
    assert [f.superseded for f in incident.fired] == [True]
    following = next_point(policy, incident, after(17))
    assert following is not None
    assert (following.threshold, following.due_at) == ("100%", after(30))
