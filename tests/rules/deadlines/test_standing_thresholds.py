"""What a fired threshold is called, and whether it still stands at a second look."""

from datetime import timedelta

import pytest

from models.alert import Alert, AlertRecord, AlertStatus
from models.compiled import RunningClocks
from models.contracts.deadlines import ClockFacts, EnforceDeadline
from models.incident.record import StatusUpdate, TimelineEntry, TimelineSegment
from models.people.authority import ApprovalRule, HandoverRule
from models.time.calendar import CalendarSlice
from models.time.clock import DueThreshold, FiredThreshold, Target
from rules.deadlines.due import due_thresholds, superseded
from rules.deadlines.standing_thresholds import (
    enforce,
    facts_for_enforcement,
    fired_words,
    late_words,
    without_story,
)
from rules.record.carried import (
    BOUND_BYTES,
    KEPT_BYTES,
    RECORD_BOUND_BYTES,
    moved_out,
    older_entries,
    too_heavy,
)
from tests.specimens import (
    ANA,
    POLICY,
    REPORT,
    START,
    a_diagnosed_incident,
    after,
    an_incident,
    clock,
    done,
    minutes,
)

SECOND = timedelta(seconds=1)
SLICE = CalendarSlice(
    calendar="office",
    zone="UTC",
    as_of=START,
    valid_from=START,
    valid_until=after(9999),
    offsets=((START, 0),),
)


def due(name: str, threshold: str, fraction: float = 0.0) -> DueThreshold:
    """A threshold that was due at 5 minutes."""
    return DueThreshold(clock=name, run=1, threshold=threshold, fraction=fraction, due_at=after(5))


@pytest.mark.parametrize(
    ("point", "kind", "words"),
    [
        (due("acknowledge", "50%", 0.5), "clock.warned", "acknowledge: 50% of its time has passed"),
        (due("acknowledge", "100%", 1.0), "clock.breached", "acknowledge breached"),
        (
            due("acknowledge", "150%", 1.5),
            "clock.overdue",
            "acknowledge: 150% of its time has passed",
        ),
        (due("acknowledge", "-5m"), "clock.warned", "acknowledge: 5m until its limit"),
        (due("acknowledge", "+5m"), "clock.overdue", "acknowledge: 5m past its limit"),
        (
            due("acknowledge", "should", 1.0),
            "clock.warned",
            "acknowledge: its softer limit has passed",
        ),
        (due("update:public", "100%", 1.0), "update.missed", "no status update to public in time"),
        (due("easy", "100%", 1.0), "clock.late", "easy is late"),
        (due("other", "100%", 1.0), "clock.breached", "other breached"),
    ],
)
def test_a_threshold_has_its_right_name(point: DueThreshold, kind: str, words: str) -> None:
    """It is a warning, a breach, or late at best effort."""
    best = Target(within=minutes(5), best_effort=True)
    easy = clock("easy", "reported", "acknowledged", sev1=5).changed(within={"SEV1": best})
    policy = POLICY.changed(clocks=(*POLICY.clocks, easy))
    assert fired_words(point, policy, an_incident(policy), after(5)) == (kind, words)
    late = f"{words} (fired 1m late)"
    assert fired_words(point, policy, an_incident(policy), after(6)) == (kind, late)


@pytest.mark.parametrize(
    ("late_by", "words"),
    [(0, ""), (5, ""), (5.1, " (fired 5s late)"), (3600, " (fired 1h late)")],
)
def test_some_seconds_late_is_on_time(late_by: float, words: str) -> None:
    """If it is later than that, the words say how late."""
    assert late_words(late_by * SECOND) == words


def test_a_deadline_stands_unless_the_record_says_otherwise_by_now() -> None:
    """The second look gets only what it needs; a threshold that no longer stands is moot."""
    incident = done(an_incident(), "add_lesson", after(1), text="x")
    found = due_thresholds(POLICY, incident, after(6))
    assert [(p.clock, p.threshold) for p in found] == [
        ("acknowledge", "50%"),
        ("acknowledge", "100%"),
    ]
    facts = facts_for_enforcement(POLICY, found)
    assert [spec.name for spec in facts.clocks] == ["acknowledge"]
    light = without_story(incident)
    assert (light.timeline, light.lessons) == ((), ())
    request = EnforceDeadline(
        incident_id="INC-1",
        now=after(6),
        due=(*found, due("assess", "50%", 0.5)),
        facts=ClockFacts(incident=light, policy=facts),
    )
    answer = enforce(request)
    assert answer.standing == found
    assert [point.clock for point in answer.moot] == ["assess"]
    acknowledged = done(incident, "acknowledge", after(2))
    facts_then = ClockFacts(incident=without_story(acknowledged), policy=facts)
    over = enforce(request.changed(facts=facts_then, due=found))
    assert (over.standing, over.moot) == ((), found)


def test_a_clock_that_counts_from_another_limit_is_evaluated_with_that_clock() -> None:
    """So is an audience with its reminder target; nothing else of the policy is."""
    before = clock("prepare", "reported", "assessed", sev1=5).changed(
        within={"SEV1": Target(within=minutes(1), before="limit of resolve")}
    )
    policy = POLICY.changed(clocks=(*POLICY.clocks, before))
    facts = facts_for_enforcement(policy, (due("prepare", "100%", 1.0),))
    assert [spec.name for spec in facts.clocks] == ["resolve", "prepare"]
    assert (facts.audiences, facts.people, facts.roles) == ((), {}, ())
    told = facts_for_enforcement(policy, (due("update:stakeholders", "100%", 1.0),))
    assert [audience.name for audience in told.audiences] == ["stakeholders"]
    assert told.clocks == ()


def test_facts_that_every_clock_uses_are_evaluated_with_each() -> None:
    """That is severities and the effect of changes, calendars, and reminder targets for updates."""
    policy = POLICY.changed(
        name="Another",
        version="7",
        when_raised=RunningClocks.RESTART,
        when_lowered=RunningClocks.KEEP,
        late_updates=POLICY.clocks[0].thresholds,
        slices={"office": SLICE},
    )
    facts = facts_for_enforcement(policy, ())
    for name in (
        "name",
        "version",
        "policy_hash",
        "severities",
        "default_severity",
        "when_raised",
        "when_lowered",
        "slices",
        "communication_lead",
        "late_updates",
    ):
        assert getattr(facts, name) == getattr(policy, name), name
    assert (facts.clocks, facts.audiences) == ((), ())


@pytest.mark.parametrize(
    ("name", "pending"),
    [
        ("approval:close", True),
        ("handover:lead", True),
        ("holding:lead:ana", True),
        ("acknowledge", False),
    ],
)
def test_a_wait_for_an_answer_is_evaluated_by_the_rules_of_answers(
    name: str, *, pending: bool
) -> None:
    """It is no clock."""
    approvals, handover = {"close": ApprovalRule(by=("ana",))}, HandoverRule()
    policy = POLICY.changed(approvals=approvals, handover=handover)
    facts = facts_for_enforcement(policy, (due(name, "", 1.0),))
    looked_at = (approvals, handover) if pending else ({}, None)
    assert (facts.approvals, facts.handover) == looked_at


def test_best_effort_follows_the_severity_at_that_time() -> None:
    """It knows severity changes during the clock's run."""
    best = Target(within=minutes(5), best_effort=True)
    firm = Target(within=minutes(50))
    easy = clock("easy", "reported", "acknowledged", sev1=5).changed(
        within={"SEV1": best, "SEV2": firm}
    )
    policy = POLICY.changed(clocks=(easy,), when_raised=RunningClocks.KEEP)
    mild = an_incident(policy, REPORT.changed(severity="SEV2"))
    incident = done(mild, "set_severity", after(1), policy, severity="SEV1", note="worse")
    point = due("easy", "100%", 1.0)
    assert fired_words(point, policy, incident, after(60))[0] == "clock.breached"
    policy = policy.changed(when_raised=RunningClocks.RETARGET)
    assert fired_words(point, policy, incident, after(60))[0] == "clock.late"


def test_a_threshold_that_fired_as_it_came_due_stands() -> None:
    """Nothing takes it back at the same instant."""
    fired = FiredThreshold(
        clock="acknowledge",
        run=1,
        threshold="50%",
        fraction=0.5,
        due_at=after(2.5),
        fired_at=after(2.5),
    )
    incident = an_incident().changed(fired=(fired,))
    assert superseded(POLICY, incident, after(2.5)) == ()


def entries(*sizes: int) -> tuple[TimelineEntry, ...]:
    """Lines of the timeline with this weight as JSON."""
    plain = TimelineEntry(
        seq=1000, kind="step.done", happened_at=START, recorded_at=START, actor=ANA, summary=""
    )
    bare = len(plain.model_dump_json())
    return tuple(
        plain.changed(seq=1000 + n, summary="x" * (size - bare)) for n, size in enumerate(sizes)
    )


@pytest.mark.parametrize(
    ("sizes", "moved"),
    [
        ((BOUND_BYTES,), None),
        ((BOUND_BYTES - 1000, 1000), None),
        ((BOUND_BYTES, KEPT_BYTES), 1),
        ((BOUND_BYTES, KEPT_BYTES - 1000, 1000), 1),
        ((BOUND_BYTES, 1000, KEPT_BYTES - 1000, 1000), 2),
        ((1000, BOUND_BYTES), 2),
    ],
)
def test_a_heavy_timeline_is_moved_out_but_for_the_newest_lines(
    sizes: tuple[int, ...], moved: int | None
) -> None:
    """Lines move out from the first that does not fit; up to the limit nothing moves."""
    incident = an_incident().changed(timeline=entries(*sizes))
    older = older_entries(incident)
    assert older == (None if moved is None else incident.timeline[:moved])


def test_a_moved_line_is_found_by_its_segment() -> None:
    """Only lines up to its last one leave, and earlier segments stay."""
    incident = an_incident().changed(timeline=entries(500, 500, 500))
    first = TimelineSegment(uri="a", sha256="0" * 64, first_seq=1, last_seq=999)
    second = first.changed(uri="b", first_seq=1000, last_seq=1001)
    left = moved_out(moved_out(incident, first), second)
    assert [entry.seq for entry in left.timeline] == [1002]
    assert [segment.uri for segment in left.segments] == ["a", "b"]


def test_neither_the_timeline_nor_alerts_make_a_record_too_heavy() -> None:
    """They are carried in other ways, so that people have room to write."""
    record = an_alert_record()
    light = an_incident().changed(timeline=entries(BOUND_BYTES), alerts={"a": record})
    assert not too_heavy(light)
    assert too_heavy(light.changed(cancelled_for="x" * RECORD_BOUND_BYTES))


def an_alert_record() -> AlertRecord:
    """An alert that is larger than a record may hold."""
    alert = Alert(
        fingerprint="a",
        name="a",
        status=AlertStatus.FIRING,
        started_at=START,
        summary="said",
        labels={f"l{n}": "x" * 900 for n in range(120)},
    )
    return AlertRecord(alert=alert, first_seen_at=START, last_seen_at=START, times_seen=1)


def test_a_deadline_is_evaluated_without_free_texts() -> None:
    """The history keeps this input each time, so it has to be small."""
    incident = done(a_diagnosed_incident(), "resolve", after(50), steps=["verify"])
    incident = done(incident, "add_action_item", after(51), text="said", owner="bo")
    documents = {"minutes": "said"}
    incident = done(
        incident, "submit_review", after(52), lead="ana", lessons=["said"], documents=documents
    )
    segment = TimelineSegment(uri="said", sha256="0" * 64, first_seq=1, last_seq=1)
    update = StatusUpdate(at=after(1), actor=ANA, text="said", audiences=("stakeholders",))
    light = without_story(
        incident.changed(segments=(segment,), updates=(update,), alerts={"a": an_alert_record()})
    )
    assert light.review is None
    gone = (light.timeline, light.segments, light.lessons, light.action_items, light.documents)
    assert gone == ((), (), (), (), ())
    assert [(told.at, told.text) for told in light.updates] == [(after(1), "")]
    [alert] = [record.alert for record in light.alerts.values()]
    assert (alert.labels, alert.summary, alert.started_at) == ({}, "", START)
    assert light.milestones == incident.milestones
