"""Hours of a bad night under the policy that we ship."""

from datetime import UTC, datetime

from policies.catalogue import policy_in_force
from policies.compiling.policy import compile_policy
from runtime.settings import ROOT
from tests.scenarios.stage import Stage, page, reminded, told

LOADED = policy_in_force(ROOT / "policies" / "default.yaml", datetime.now(UTC))
DEFAULT = compile_policy(LOADED.policy, LOADED.policy_hash, "payments")


async def test_the_default_policy_pages_warns_and_reminds_as_it_says(stage: Stage) -> None:
    """Nobody answers for 6 minutes, nobody assesses for 20; then all goes well."""
    await stage.report(DEFAULT)
    await stage.at(6)
    await stage.do("acknowledge", "bo")
    await stage.at(20)
    await stage.do("set_severity", "bo", severity="SEV1")
    refusal = await stage.refused("begin_diagnosis", "bo")
    assert [item.split(":")[0] for item in refusal["missing"]] == [
        "step confirm_impact is not done"
    ]
    await stage.do("begin_diagnosis", "bo", steps=["confirm_impact"])
    await stage.at(32)
    await stage.do("post_update", "cy", text="We are on it")
    await stage.do("begin_resolution", "bo", steps=["record_cause"])
    await stage.at(40)
    await stage.do("resolve", "bo", steps=["verify_recovery"])
    await stage.said(
        page(0, "ana"), told(0, "stakeholders"), reminded(0, "cy"),
        page(5, "bo"), told(5, "stakeholders"),
        told(6, "responders"), told(6, "stakeholders"), reminded(6, "bo"),
        reminded(11.25, "bo"), page(15, "cy"), page(15, "ana"), page(15, "bo"),
        reminded(30, "cy"), told(32, "stakeholders"),
        told(40, "responders"), told(40, "stakeholders"),
    )  # fmt: skip


async def test_under_the_default_policy_an_incident_is_closed_only_when_reviewed(
    stage: Stage,
) -> None:
    """It asks for attendees, aspects, lessons, action items and the report."""
    await stage.report(DEFAULT)
    await stage.do("acknowledge", "bo")
    await stage.do("set_severity", "bo", severity="SEV1")
    await stage.do("resolve", "bo", steps=["verify_recovery"])
    refusal = await stage.refused("close", "bo")
    assert len(refusal["missing"]) == 3
    await stage.do(
        "submit_review",
        "bo",
        lead="bo",
        attendees=["cy"],
        aspects=dict.fromkeys(DEFAULT.review.aspects, "as it should be"),
        lessons=["Limits need tests"],
    )
    refusal = await stage.refused("close", "bo")
    assert refusal["missing"] == ["no action item is recorded: add_action_item"]
    await stage.do("add_action_item", "bo", text="Add a limit", owner="ana")
    assert (await stage.do("close", "bo")).state == "closed"
