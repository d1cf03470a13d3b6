"""An incident whose severity follows from what is known of it, hour by hour."""

from datetime import timedelta

from models.base import Actor
from models.incident.record import Report
from tests.rules.rated import MATRIX, rated
from tests.scenarios.stage import Stage, page, reminded, told

POLICY = rated(
    MATRIX
    + """\
  caps: { environment=staging: P3 }
  lower: { by: lead, needs: reason, running_clocks: restart }
  frozen_after: mitigated
escalations: { default: [{ page: ana, wait: 2h }] }
communication:
  audiences: { staff: { channels: log, on: [reported, severity_changed] } }
reporting: { who: people, required: [impact, urgency] }
"""
)
REPORT = Report(
    title="Checkout fails",
    reporter=Actor(name="bo", via="api"),
    attributes={"impact": "high", "urgency": "low"},
)


async def test_a_severity_moves_with_what_is_learnt_until_it_is_frozen(stage: Stage) -> None:
    """Clocks get new targets or restart as the policy says; changes are told, refusals are not."""
    await stage.report(POLICY, REPORT)
    assert (await stage.record()).severity == "P2"
    await stage.at(10)
    raised = await stage.do("set_attribute", attribute="urgency", value="high")
    assert (raised.severity, raised.deadlines["acknowledge"]) == (
        "P1",
        stage.start + timedelta(minutes=5),
    )
    await stage.at(20)
    capped = {"attribute": "environment", "value": "staging"}
    refusal = await stage.refused("set_attribute", "ana", **capped)
    assert (refusal["refusal"], refusal["may"]) == ("NotAuthorised", ["lead (bo)"])
    lowered = await stage.do("set_attribute", "bo", note="it was staging", **capped)
    assert lowered.severity == "P3"
    assert lowered.deadlines["acknowledge"] - stage.start >= timedelta(minutes=260)
    refusal = await stage.refused("set_severity", severity="P2")
    assert refusal["message"] == (
        "the severity cannot be P2: it is capped at P3 by environment=staging"
    )
    await stage.at(30)
    await stage.do("acknowledge")
    await stage.do("set_severity", attributes={"urgency": "high"})
    await stage.do("begin_diagnosis")
    await stage.do("mitigate")
    refusal = await stage.refused("set_severity", "bo", severity="P4", note="all well")
    assert refusal["message"].startswith("the severity is final after mitigated")
    await stage.do("set_attribute", "bo", attribute="environment", value="production")
    record = await stage.record()
    assert record.severity == "P3"
    assert [change.severity for change in record.severities] == ["P2", "P1", "P3", "P3"]
    await stage.do("cancel", reason="drill_over")
    await stage.said(
        page(0, "ana"), reminded(0, "bo"), told(0, "staff"), told(10, "staff"), told(20, "staff")
    )
