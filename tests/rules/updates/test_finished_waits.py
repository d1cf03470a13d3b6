"""Waits for status updates are kept as they ended."""

from models.compiled import CompiledPolicy, ReviewRule
from models.incident.record import Incident
from rules.updates.finished_waits import told_readings
from tests.rules.timed import incident, later, policy_of
from tests.specimens import done

POLICY = policy_of(
    "communication:\n  lead: lead\n  audiences: { all: { channels: log } }\n"
    "  updates: { all: { SEV1: 1h, SEV2: 3h } }\n"
).changed(review=ReviewRule(required={"SEV1": "always", "SEV2": "always"}))


def ended(record: Incident, policy: CompiledPolicy = POLICY) -> list[tuple[int, str, str, float]]:
    """The run, stage and status of each wait, and its hours."""
    hours = later(1) - later(0)
    return [
        (r.run, r.stage.value, r.status.value, r.elapsed / hours)
        for r in told_readings(policy, record)
    ]


def test_each_update_ends_a_wait_in_time_or_late_and_the_resolution_cancels_the_last() -> None:
    """One is half an hour late, one in time, and one ends with the resolution."""
    record = incident(POLICY)
    assert ended(record) == []
    for hour in (1.5, 2):
        record = done(record, "post_update", later(hour), POLICY, text="We work on it")
    waits = [(1, "completed", "breached", 1.5), (2, "completed", "met", 0.5)]
    assert ended(record) == waits
    record = done(record, "resolve", later(2.5), POLICY)
    assert ended(record) == [*waits, (3, "cancelled", "on_track", 0.5)]
    reopened = done(record, "reopen", later(9), POLICY)
    assert ended(reopened) == waits


def test_a_wait_that_is_over_counts_by_the_severity_of_its_time() -> None:
    """It was late at SEV1; SEV2 now does not change that."""
    record = incident(POLICY)
    record = done(record, "post_update", later(2), POLICY, text="We work on it")
    record = done(record, "set_severity", later(3), POLICY, severity="SEV2", note="less bad")
    assert ended(record) == [(1, "completed", "breached", 2)]
