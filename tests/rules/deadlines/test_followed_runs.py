"""What fired stays with its run: no late fact makes it fire twice, or marks it as corrected."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.command import AdoptPolicyCommand
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import ClockStatus, FiredThreshold
from rules.clocks.clocks import read_clocks
from rules.clocks.recorded_breaches import breaches
from rules.commands.changes.adoption import adoption_preview, with_adopted_policy
from rules.deadlines.corrected_thresholds import after_missed_update, with_corrections
from rules.deadlines.due import next_point, waiting_points
from rules.record.decision import Case, Decision
from rules.record.update_reach import with_missed_update
from tests.rules.breached import fired
from tests.rules.timed import FRIDAY, incident, policy_of
from tests.specimens import ANA, done

COMMUNICATION = """
communication:
  lead: lead
  audiences: { pub: { channels: log } }
  updates: { pub: { any: 30m } }
  late: { 100%: remind lead, +10m: remind bo }
"""
CLOCKS = """
clocks:
  ack: { from: reported, to: acknowledged, within: 15m, at: { 50%: remind bo, 100%: page bo } }
  rec: { from: reported, to: "update:pub", within: 30m, recurs: true, until: resolved }
  lead: { from: "role:lead", to: fixed, within: 30m, on_repeat: new }
  aware: { from: aware, to: told, within: 30m, at: { +10m: page bo } }
  fix: { from: reported, to: fixed, within: { SEV1: 30m, SEV2: 60m }, pauses_on: [third_party] }
"""
POLICY = policy_of(COMMUNICATION + CLOCKS)
RESTARTS = policy_of(
    "severity_rules: { raise: { running_clocks: restart }, lower: { running_clocks: restart } }\n"
    "clocks: { fix: { from: reported, to: fixed, within: 30m } }\n"
)


Step = tuple[float, str, Mapping[str, Any]]
"""A command: its minute, its name, its fields."""


def at(count: float) -> datetime:
    """So many minutes after the report."""
    return FRIDAY + timedelta(minutes=count)


def until(record: Incident, count: float, policy: CompiledPolicy = POLICY) -> Incident:
    """The incident after everything fired that is due until then, each at its instant."""
    now = max([FRIDAY, *(entry.recorded_at for entry in record.timeline)])
    while (point := next_point(policy, record, now)) and point.due_at <= at(count):
        now = max(now, point.due_at)
        record = fired(record, now, policy)
    return record


def after_all(*steps: Step, policy: CompiledPolicy = POLICY) -> Incident:
    """The incident after commands, each at its minute, and everything that fired before each."""
    record = incident(policy)
    for minute, name, fields in steps:
        record = until(record, minute, policy)
        given = {key: at(v) if key == "happened_at" else v for key, v in fields.items()}
        record = done(record, name, at(minute), policy, note="by phone", **given)
    return record


def of(record: Incident, clock: str) -> list[FiredThreshold]:
    """What fired of a clock."""
    return [fired for fired in record.fired if fired.clock == clock]


def due_by(record: Incident, count: float, policy: CompiledPolicy = POLICY) -> list[str]:
    """The clocks of which something is due."""
    waiting = waiting_points(policy, record, at(count))
    return [f"{point.clock} {point.threshold}" for point in waiting if point.due_at <= at(count)]


UPDATE = {"text": "We work on it", "audiences": ["pub"]}


def test_a_late_fact_about_earlier_times_takes_nothing_back() -> None:
    """The wait that began at 10 minutes is the third now; its breach is the same."""
    record = until(after_all((10, "post_update", UPDATE)), 54)
    assert [f.run for f in of(record, "rec")] == [2]
    record = done(
        record, "post_update", at(55), POLICY, happened_at=at(5), note="by mail", **UPDATE
    )
    assert [(f.run, f.superseded) for f in of(record, "rec")] == [(3, False)]
    assert {(f.run, f.superseded) for f in of(record, "update:pub")} == {(3, False)}
    assert due_by(record, 55) == []
    runs = [r.status for r in read_clocks(POLICY, record, at(55)) if r.clock == "rec"]
    assert runs == [ClockStatus.MET, ClockStatus.MET, ClockStatus.BREACHED]
    assert not [entry for entry in record.timeline if entry.kind == "clock.superseded"]


def test_a_role_that_somebody_had_before_takes_nothing_back() -> None:
    """The breach belongs to the run from 20 minutes, not to one that took no time."""
    record = until(after_all((20, "assign_role", {"role": "lead", "person": "bo"})), 54)
    record = done(
        record,
        "assign_role",
        at(55),
        POLICY,
        role="lead",
        person="ana",
        happened_at=at(15),
        note="b",
    )
    [breach] = of(record, "lead")
    assert (breach.started_at, breach.superseded) == (at(20), False)
    assert due_by(record, 55) == []
    runs = [r for r in read_clocks(POLICY, record, at(55)) if r.clock == "lead"]
    assert [r.status for r in runs if r.run == breach.run] == [ClockStatus.BREACHED]
    assert [r.corrected for r in runs] == [None] * len(runs)


def test_a_late_change_of_severity_that_restarts_clocks_takes_nothing_back() -> None:
    """The run since the later change has the same limit, which was broken once."""
    record = after_all((20, "set_severity", {"severity": "SEV2"}), policy=RESTARTS)
    record = until(record, 59, RESTARTS)
    record = done(
        record, "set_severity", at(60), RESTARTS, severity="SEV2", happened_at=at(10), note="b"
    )
    record = until(record, 61, RESTARTS)
    assert [(f.due_at, f.superseded) for f in of(record, "fix")] == [(at(50), False)]


def test_a_start_that_is_corrected_stays_the_start_of_its_run() -> None:
    """If its limit is broken still, nothing fires again, and nothing is corrected."""
    record = until(after_all((1, "set_milestone", {"milestone": "aware"})), 50)
    record = done(
        record, "correct_milestone", at(51), POLICY, milestone="aware", happened_at=at(3), note="b"
    )
    assert {(f.started_at, f.superseded) for f in of(record, "aware")} == {(at(3), False)}
    assert due_by(record, 51) == []
    record = done(
        record, "correct_milestone", at(52), POLICY, milestone="aware", happened_at=at(40), note="b"
    )
    assert {(f.started_at, f.superseded) for f in of(record, "aware")} == {(at(40), True)}
    again = until(record, 80)
    due = [(f.due_at, f.superseded) for f in of(again, "aware")]
    assert due == [(at(31), True), (at(41), True), (at(70), False), (at(80), False)]
    record = done(
        record, "correct_milestone", at(53), POLICY, milestone="aware", happened_at=at(1), note="b"
    )
    assert {(f.started_at, f.superseded) for f in of(record, "aware")} == {(at(1), False)}
    assert due_by(record, 53) == []


UNDONE = {
    "disputed": (
        "ack",
        (30, "acknowledge", {"happened_at": 10}),
        (35, "dispute_acknowledgement", {}),
    ),
    "corrected": (
        "ack",
        (30, "acknowledge", {"happened_at": 10}),
        (32, "correct_milestone", {"milestone": "acknowledged", "happened_at": 29}),
    ),
    "withdrawn": (
        "fix",
        (40, "set_milestone", {"milestone": "fixed", "happened_at": 20}),
        (45, "withdraw_milestone", {"milestone": "fixed"}),
    ),
    "another severity": (
        "fix",
        (40, "set_severity", {"severity": "SEV2"}),
        (45, "set_severity", {"severity": "SEV1"}),
    ),
    "held for no time": (
        "fix",
        (40, "hold", {"reason": "third_party", "happened_at": 20}),
        (45, "resume", {"happened_at": 20}),
    ),
}


@pytest.mark.parametrize("undone", UNDONE.values(), ids=UNDONE)
def test_a_correction_that_is_undone_fires_nothing_anew(
    undone: tuple[str, Step, Step],
) -> None:
    """The breach is no longer corrected, and a line says so."""
    clock, correction, undoing = undone
    corrected = after_all(correction)
    assert all(f.superseded for f in of(corrected, clock) if f.breach)
    record = until(after_all(correction, undoing), 60)
    [breach] = [f for f in of(record, clock) if f.breach]
    assert (breach.superseded, breach.corrected) == (False, None)
    [line] = [entry for entry in record.timeline if entry.kind == "clock.restored"]
    assert line.summary.startswith(f"{clock}: the breach at ")
    assert f"({undoing[1]}: by phone) undid the correction by ana" in line.summary
    assert [b.corrected for b in breaches(record) if b.clock == clock] == [None]


def test_a_correction_can_be_undone_and_made_again() -> None:
    """The breach has the mark of the last correction; it is one breach all the time."""
    moved = [(32, 29), (34, 12)]
    record = after_all(
        (30, "acknowledge", {"happened_at": 10}),
        *(
            (m, "correct_milestone", {"milestone": "acknowledged", "happened_at": to})
            for m, to in moved
        ),
    )
    [breach] = [f for f in of(record, "ack") if f.breach]
    assert breach.corrected is not None
    assert breach.corrected.at == at(34)


def adopted(record: Incident, minute: float, old: CompiledPolicy, new: CompiledPolicy) -> Incident:
    """The incident after it goes on under another policy."""
    case = Case(record, old, ANA, at(minute), at(minute))
    answer = with_adopted_policy(case, new, "")
    assert isinstance(answer, Decision), answer
    command = AdoptPolicyCommand(actor="ana", via="console")
    return with_corrections(answer, case, "adopt_policy", command).incident


def test_the_first_policy_again_fires_nothing_anew() -> None:
    """Meanwhile its clock began elsewhere, or did not exist, so its breach was corrected."""
    later = CLOCKS.replace("ack: { from: reported", "ack: { from: aware")
    moves, lacks = policy_of(COMMUNICATION + later), policy_of(COMMUNICATION)
    record = until(after_all((12, "set_milestone", {"milestone": "aware"})), 20)
    for other in (moves, lacks):
        away = adopted(record, 20, POLICY, other)
        assert all(f.superseded for f in of(away, "ack") if f.breach)
        preview = adoption_preview(other, POLICY, away, at(21))
        assert "ack 100%" not in preview.fires_at_once
        back = until(adopted(away, 21, other, POLICY), 25)
        assert [f.superseded for f in of(back, "ack") if f.breach] == [False]


def test_an_update_that_reached_nobody_corrects_nothing_any_more() -> None:
    """It counted as given, and it does not; nothing fires anew."""
    record = until(incident(POLICY), 42)
    record = done(record, "post_update", at(43), POLICY, happened_at=at(20), note="b", **UPDATE)
    assert all(f.superseded for f in (*of(record, "rec"), *of(record, "update:pub")))
    missed = with_missed_update(record, 0, "pub", "refused", at(44))
    record = after_missed_update(missed, POLICY, record, "pub", at(44))
    assert not any(f.superseded for f in (*of(record, "rec"), *of(record, "update:pub")))
    assert due_by(record, 44) == []
    assert [e.actor.name for e in record.timeline if e.kind == "clock.restored"] == ["engine"] * 3


def test_older_records_know_the_numbers_of_runs_alone() -> None:
    """What fired without a start stays with its number, as when it fired."""
    record = until(after_all((10, "post_update", UPDATE)), 41)
    old = tuple(f.changed(started_at=None) for f in record.fired)
    record = record.changed(fired=old)
    assert due_by(record, 41) == []
    record = done(record, "post_update", at(42), POLICY, happened_at=at(5), note="b", **UPDATE)
    assert [(f.run, f.superseded) for f in of(record, "rec")] == [(2, True)]
    assert "rec 100%" in due_by(record, 42)
