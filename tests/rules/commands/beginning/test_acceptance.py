"""Whether an incident begins with a report."""

from datetime import timedelta
from typing import Any

import pytest

from models.base import ENGINE, MONITORING
from rules.commands.beginning.acceptance import refusal_to_begin
from rules.record.bounds import MESSAGE_BYTES
from rules.record.carried import size
from tests.specimens import ANA, POLICY, REPORT, START

BY_ANA = REPORT.changed(reporter=ANA)


@pytest.mark.parametrize(
    "change",
    [
        {"affected_systems": ("x" * 501,)},
        {"affected_systems": ("x",) * 201},
        {"attributes": {"impact": "x" * 501}},
        {"happened_at": START - timedelta(days=400)},
        {"affected_systems": ("😀" * 500,) * 140},
    ],
)
def test_a_report_beyond_the_bounds_begins_no_incident(
    change: dict[str, Any],
) -> None:
    """An alert is not sent away for it: whoever reports what it has to is not asked."""
    policy = POLICY.changed(attributes={"impact": ()})
    assert refusal_to_begin(BY_ANA, policy, START) is None
    report = BY_ANA.changed(**change)
    refusal = refusal_to_begin(report, policy, START)
    assert refusal is not None
    assert refusal.kind == "Malformed"
    for reporter in (MONITORING, ENGINE):
        assert refusal_to_begin(report.changed(reporter=reporter), policy, START) is None


def test_a_report_weighs_no_more_than_a_command_may() -> None:
    """Each text is within its bound, but all of them together are too much."""
    report = BY_ANA.changed(affected_systems=("😀" * 500,) * 140)
    assert size(report) > MESSAGE_BYTES
    refusal = refusal_to_begin(report, POLICY, START)
    assert refusal is not None
    assert refusal.message == "payload: is larger than 256 KiB: put texts into a document"
