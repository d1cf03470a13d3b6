"""Roles as moments: they come with each holder, and a required one has a clock of its own."""

from datetime import datetime

import pytest

from models.compiled import CompiledPolicy, ReviewRule
from models.incident.record import Incident
from models.time.clock import ClockStatus
from rules.clocks.clocks import read_clocks
from tests.rules.staffed import refused, reported, staffed
from tests.specimens import after, done

REQUIRED = staffed(
    "roles: { lead: { required: { SEV1: 0s }, default: bo },"
    " chief: { required: { SEV1: 0s }, default: acknowledger, count: many },"
    " scribe: { required: { SEV1: 5m }, default: bo } }\n"
)


def assigned(
    incident: Incident, policy: CompiledPolicy, role: str, person: str, minutes: float
) -> Incident:
    """The incident with a role given."""
    return done(incident, "assign_role", after(minutes), policy, role=role, person=person)


def clock_of(incident: Incident, role: str, minutes: float) -> list[tuple[str, datetime | None]]:
    """The runs of the clock of a role: how they stand, and when they ended."""
    readings = read_clocks(REQUIRED, incident, after(minutes))
    return [(r.status.value, r.stopped_at) for r in readings if r.clock == f"role:{role}"]


def test_a_required_role_has_a_clock_and_taken_with_the_report_is_in_time() -> None:
    """Also if nothing follows; also if the report reached the engine late."""
    record = reported(REQUIRED)
    assert clock_of(record, "lead", 1) == [("met", after(0))]
    assert clock_of(record, "scribe", 1) == [("met", after(0))]
    late = reported(REQUIRED, happened_at=after(-30))
    assert clock_of(late, "lead", 1) == [("met", after(-30))]


def test_a_role_that_the_acknowledger_takes_is_not_missed_before_that() -> None:
    """How soon somebody does is the promise of another clock."""
    record = reported(REQUIRED)
    assert clock_of(record, "chief", 30) == []
    record = done(record, "acknowledge", after(31), REQUIRED)
    assert clock_of(record, "chief", 32) == [("met", after(31))]


def test_a_required_role_that_falls_vacant_is_breached_after_its_time_and_asked_for() -> None:
    """At once, or five minutes later; and no transition that asks for roles goes on without it."""
    record = done(reported(REQUIRED), "acknowledge", after(1), REQUIRED)
    record = done(record, "set_severity", after(2), REQUIRED, severity="SEV1")
    record = done(record, "begin_diagnosis", after(3), REQUIRED)
    for role in ("lead", "scribe"):
        record = done(record, "unassign_role", after(10), REQUIRED, role=role)
    assert clock_of(record, "lead", 10.1)[1:] == [("breached", None)]
    assert clock_of(record, "scribe", 15)[1:] == [("at_risk", None)]
    assert clock_of(record, "scribe", 15.1)[1:] == [("breached", None)]
    missing = refused(record, "begin_resolution", 11, REQUIRED).missing
    assert [words.split(":")[0] for words in missing] == [
        "role lead is not filled",
        "role scribe is not filled",
    ]


def test_a_role_that_was_given_back_after_the_resolution_is_missed_once_it_is_reopened() -> None:
    """From the reopening on."""
    policy = REQUIRED.changed(review=ReviewRule(required={"SEV1": "always"}))
    record = done(reported(policy), "resolve", after(10), policy)
    record = done(record, "unassign_role", after(20), policy, role="scribe")
    assert clock_of(record, "scribe", 60) == [("met", after(0))]
    record = done(record, "reopen", after(60), policy)
    assert clock_of(record, "scribe", 66)[1:] == [("breached", None)]


def passing(rest: str) -> CompiledPolicy:
    """A policy with one clock about its lead, whom anybody may make somebody else."""
    return staffed(
        "roles: { lead: { default: bo } }\nclocks: { it: { within: 30m, " + rest + " } }\n"
    )


FLAG = "from: 'flag:personal_data', to: 'role:lead'"


@pytest.mark.parametrize("how", ["assign", "hand over", "vacancy"])
@pytest.mark.parametrize(
    "rest", [FLAG, f"{FLAG}, on_repeat: new", f"{FLAG}, recurs: true, until: resolved"]
)
def test_the_moment_of_a_role_comes_with_each_new_holder(rest: str, how: str) -> None:
    """Not for whoever held it before the boundary, but for the next, however they came to it."""
    policy = passing(rest)
    record = done(reported(policy), "set_attribute", after(60), policy, attribute="personal_data")
    record = assigned(record, policy, "lead", "bo", 70)
    if how == "vacancy":
        record = done(record, "unassign_role", after(80), policy, role="lead")
    if how == "hand over":
        record = done(record, "hand_over", after(80), policy, role="lead", to="cy")
        record = done(record, "accept_handover", after(96), policy, role="lead", actor="cy")
    else:
        record = assigned(record, policy, "lead", "cy", 96)
    first = read_clocks(policy, record, after(97))[0]
    assert (first.started_at, first.stopped_at) == (after(60), after(96))
    assert first.status is ClockStatus.BREACHED


@pytest.mark.parametrize(
    "rest",
    [
        "from: 'role:lead', to: resolved, on_repeat: new",
        "from: 'role:lead', to: 'role:lead', recurs: true, until: resolved",
    ],
)
def test_each_holder_of_a_role_has_a_shift(rest: str) -> None:
    """The second begins when the role passes; who is given it again has not begun anew."""
    policy = passing(rest)
    record = assigned(reported(policy), policy, "lead", "bo", 5)
    record = assigned(record, policy, "lead", "cy", 20)
    last = read_clocks(policy, record, after(45))[-1]
    assert (last.run, last.started_at, last.breach_at) == (2, after(20), after(50))


def test_each_further_holder_of_a_shared_role_is_one_more_moment() -> None:
    """It comes once enough hold it, and again with the third."""
    policy = staffed(
        "roles: { experts: { count: 2-3 } }\n"
        "clocks: { it: { from: reported, to: 'role:experts', within: 10m, recurs: true,"
        " until: resolved } }\n"
    )
    record = reported(policy)
    for minutes, person in ((1, "ana"), (3, "bo"), (6, "cy")):
        record = assigned(record, policy, "experts", person, minutes)
    assert [r.stopped_at for r in read_clocks(policy, record, after(7))] == [
        after(3),
        after(6),
        None,
    ]
