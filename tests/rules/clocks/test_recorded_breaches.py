"""A breach that fired stays, whatever anybody says, corrects or adopts afterwards."""

from datetime import datetime

from models.base import Actor
from models.command import AdoptPolicyCommand
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import ClockReading, ClockStatus, RecordedBreach, Stage
from rules.clocks.clocks import read_clocks
from rules.clocks.recorded_breaches import breached_clocks, breaches, correction_marks
from rules.commands.changes.adoption import with_adopted_policy as go_on_under
from rules.commands.lifecycle_facts import review_required
from rules.deadlines.corrected_thresholds import with_corrections
from rules.incident_reports.document import incident_report_markdown
from rules.record.decision import Case, Decision
from rules.updates.all_clocks import readings_of
from tests.rules.breached import fired
from tests.specimens import POLICY, REPORT, a_diagnosed_incident, after, an_incident, done, minutes

MILD = REPORT.changed(severity="SEV2")


def read(
    incident: Incident, name: str, now: datetime, policy: CompiledPolicy = POLICY
) -> ClockReading:
    """The last run of a clock."""
    return [r for r in read_clocks(policy, incident, now) if r.clock == name][-1]


def shown(incident: Incident, now: datetime, policy: CompiledPolicy = POLICY) -> tuple[str, ...]:
    """The clocks that a search finds as breached."""
    return breached_clocks(incident, readings_of(policy, incident, now))


def the_breach(incident: Incident, clock: str = "acknowledge") -> RecordedBreach:
    """The breach of a clock."""
    return next(breach for breach in breaches(incident) if breach.clock == clock)


def wider(name: str, count: float) -> CompiledPolicy:
    """A later policy, in which a clock has so many minutes at every severity."""
    clocks = tuple(
        spec.changed(within={s: t.changed(within=minutes(count)) for s, t in spec.within.items()})
        if spec.name == name
        else spec
        for spec in POLICY.clocks
    )
    return POLICY.changed(version="2", clocks=clocks)


def adopted(incident: Incident, now: datetime, policy: CompiledPolicy, why: str) -> Incident:
    """The incident after ana, who leads it, adopted another policy."""
    incident = done(incident, "assign_role", now, role="incident_manager", person="ana")
    command = AdoptPolicyCommand(actor="ana", via="console", note=why)
    case = Case(incident, POLICY, Actor(name="ana", via="console"), now, now)
    answer = go_on_under(case, policy, why)
    assert isinstance(answer, Decision), answer
    return with_corrections(answer, case, "adopt_policy", command).incident


def test_a_backdated_fact_clears_no_breach() -> None:
    """The clock reads met after correction; the breach says who corrected it, and why."""
    incident = fired(an_incident(), after(5.5))
    incident = done(
        incident, "acknowledge", after(20), happened_at=after(4), note="said it in the call"
    )
    reading = read(incident, "acknowledge", after(20))
    assert (reading.status, reading.stage) == (
        ClockStatus.MET_AFTER_CORRECTION,
        Stage.COMPLETED,
    )
    assert shown(incident, after(20)) == ("acknowledge", "assess")
    assert correction_marks(incident) == ("corrected:acknowledge",)
    by = the_breach(incident).corrected
    assert by is not None
    assert (by.actor.name, by.command, by.reason) == ("ana", "acknowledge", "said it in the call")
    assert reading.corrected == by
    line = next(e for e in incident.timeline if e.kind == "clock.superseded")
    assert line.summary == (
        "acknowledge: the breach at 16:55:30 UTC stays on record; "
        "corrected by ana (acknowledge: said it in the call)"
    )


def test_a_corrected_milestone_clears_no_breach() -> None:
    """The breach shows who corrected it, and with which reason."""
    incident = fired(an_incident(), after(5.5))
    incident = done(incident, "acknowledge", after(20))
    incident = done(
        incident,
        "correct_milestone",
        after(60),
        milestone="acknowledged",
        happened_at=after(3),
        note="by phone",
    )
    assert read(incident, "acknowledge", after(60)).status is ClockStatus.MET_AFTER_CORRECTION
    assert "acknowledge" in shown(incident, after(60))
    by = the_breach(incident).corrected
    assert by is not None
    assert (by.command, by.reason) == ("correct_milestone", "by phone")


def test_a_start_that_is_corrected_to_after_the_breach_clears_no_breach() -> None:
    """It is the same run although it now begins later, so it is met after correction."""
    incident = done(an_incident(), "set_milestone", after(1), milestone="aware")
    incident = fired(incident, after(1500))
    incident = done(
        incident, "correct_milestone", after(1510), milestone="aware", happened_at=after(1505)
    )
    incident = done(incident, "set_milestone", after(1520), milestone="regulator_notified")
    reading = read(incident, "regulator", after(1520))
    assert (reading.status, reading.started_at) == (ClockStatus.MET_AFTER_CORRECTION, after(1505))
    assert reading.corrected == the_breach(incident, "regulator").corrected


def test_a_later_policy_clears_no_breach() -> None:
    """A clock with more time is met under it; the earlier breach stays."""
    incident = fired(an_incident(), after(5.5))
    later = wider("acknowledge", 60)
    incident = adopted(incident, after(6), later, "wrong file")
    running = read(incident, "acknowledge", after(7), later)
    assert running.status is not ClockStatus.BREACHED
    assert running.corrected is not None
    incident = done(incident, "acknowledge", after(10), later)
    assert read(incident, "acknowledge", after(10), later).status is (
        ClockStatus.MET_UNDER_LATER_POLICY
    )
    assert shown(incident, after(10), later) == ("acknowledge",)
    by = the_breach(incident).corrected
    assert by is not None
    assert (by.policy, by.reason, by.at) == ("Specimen policy 2", "wrong file", after(6))
    line = [e for e in incident.timeline if e.kind == "clock.superseded"][-1]
    assert line.summary.endswith("(adopt_policy: wrong file), under Specimen policy 2")


def test_a_clock_that_a_later_policy_does_not_have_stays_breached() -> None:
    """The clock has no reading any more, but its breach is on record and can be found."""
    incident = fired(an_incident(), after(5.5))
    without = POLICY.changed(clocks=tuple(c for c in POLICY.clocks if c.name != "acknowledge"))
    incident = adopted(incident, after(6), without, "no such clock")
    assert shown(incident, after(6), without) == ("acknowledge",)
    assert the_breach(incident).corrected is not None
    assert (
        "acknowledge"
        in incident_report_markdown(
            incident, without, read_clocks(without, incident, after(6)), after(6)
        )
        .partition("## Breaches")[2]
        .partition("## Thresholds")[0]
    )


def test_a_breach_of_the_new_policy_counts_again() -> None:
    """The new policy took the breach back; it may fire once more later, and both stay."""
    later = wider("acknowledge", 10)
    incident = fired(an_incident(), after(5.5))
    incident = adopted(incident, after(6), later, "longer")
    incident = fired(incident, after(11), later)
    assert read(incident, "acknowledge", after(12), later).status is ClockStatus.BREACHED
    found = [b for b in breaches(incident) if b.clock == "acknowledge"]
    assert [b.corrected is None for b in found] == [False, True]


def test_another_severity_clears_no_breach() -> None:
    """The severity was lowered after the breach; only because of that the clock is met."""
    incident = done(an_incident(), "acknowledge", after(1))
    incident = fired(incident, after(16))
    incident = done(incident, "set_severity", after(17), severity="SEV2", note="some can pay")
    incident = done(incident, "complete_step", after(18), step="impact")
    incident = done(incident, "begin_diagnosis", after(18))
    assert read(incident, "assess", after(18)).status is ClockStatus.MET_AFTER_CORRECTION
    assert shown(incident, after(18)) == ("assess",)
    by = the_breach(incident, "assess").corrected
    assert by is not None
    assert (by.command, by.reason) == ("set_severity", "some can pay")


def test_a_backdated_hold_clears_no_breach() -> None:
    """The hold begins before the limit, but the breach stays."""
    incident = fired(a_diagnosed_incident(), after(250))
    assert "resolve" in shown(incident, after(250))
    incident = done(
        incident,
        "hold",
        after(260),
        reason="third_party",
        happened_at=after(100),
        note="we had called them",
    )
    reading = read(incident, "resolve", after(260))
    assert (reading.stage, reading.status) == (Stage.PAUSED, ClockStatus.ON_TRACK)
    assert reading.corrected is not None
    assert "resolve" in shown(incident, after(260))


def test_a_withdrawn_milestone_clears_no_breach() -> None:
    """The run goes with its start, but its breach stays."""
    incident = done(an_incident(), "set_milestone", after(1), milestone="aware")
    incident = fired(incident, after(1500))
    incident = done(
        incident, "withdraw_milestone", after(1501), milestone="aware", note="no such data"
    )
    assert "regulator" in shown(incident, after(1501))
    assert "regulator" not in {r.clock for r in read_clocks(POLICY, incident, after(1501))}
    by = the_breach(incident, "regulator").corrected
    assert by is not None
    assert by.reason == "no such data"
    again = done(incident, "set_milestone", after(1600), milestone="aware")
    assert read(again, "regulator", after(1601)).corrected is None, "another run of that number"


def test_a_backdated_cancellation_clears_no_breach() -> None:
    """It was cancelled before its limit, and the breach stays all the same."""
    incident = fired(an_incident(), after(5.5))
    incident = done(
        incident, "cancel", after(20), reason="false_alarm", happened_at=after(4), note="a test"
    )
    reading = read(incident, "acknowledge", after(20))
    assert reading.stage is Stage.CANCELLED
    assert reading.corrected is not None
    assert "acknowledge" in shown(incident, after(20))


def test_an_update_that_is_dated_back_clears_no_breach() -> None:
    """It is a fact that the update was missing when it was due."""
    incident = fired(a_diagnosed_incident(), after(45))
    assert "update:stakeholders" in shown(incident, after(45))
    incident = done(
        incident, "post_update", after(50), text="told by phone", happened_at=after(20), note="b"
    )
    assert "update:stakeholders" in shown(incident, after(50))
    assert "corrected:update:stakeholders" in correction_marks(incident)
    late = done(fired(a_diagnosed_incident(), after(45)), "post_update", after(50), text="t")
    assert correction_marks(late) == ()


def test_a_review_that_a_breach_requires_stays_required() -> None:
    """Although the breach is corrected, it still asks for the review."""
    incident = fired(an_incident(report=MILD), after(16))
    assert review_required(incident, POLICY, after(16))
    incident = done(
        incident, "acknowledge", after(20), happened_at=after(4), note="said it in the call"
    )
    assert review_required(incident, POLICY, after(20))
    updates = fired(done(an_incident(report=MILD), "acknowledge", after(1)), after(1))
    assert not review_required(updates, POLICY, after(2))


def test_a_late_best_effort_is_no_breach() -> None:
    """A best-effort target can be late, but a search does not find it as a breach."""
    clocks = tuple(
        spec.changed(within={s: t.changed(best_effort=True) for s, t in spec.within.items()})
        for spec in POLICY.clocks
    )
    policy = POLICY.changed(clocks=clocks, audiences=())
    incident = fired(an_incident(), after(5.5), policy)
    assert [f.clock for f in incident.fired if f.fraction == 1] == ["acknowledge"]
    assert shown(incident, after(6), policy) == ()
    assert breaches(incident) == ()
