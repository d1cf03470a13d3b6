"""What Temporal's own tools do to an incident, and what they show of it."""

from datetime import timedelta

from temporalio.common import SearchAttributeKey

from tests.scenarios.stage import Stage
from workflows.incident.visibility import NEXT_DUE


async def test_a_request_to_cancel_the_workflow_is_refused_and_on_record(stage: Stage) -> None:
    """An incident ends by its lifecycle; clocks go on, and people are still paged."""
    await stage.report()
    await stage.handle.cancel()
    await stage.settled()
    record = await stage.record()
    refused = [e.summary for e in record.timeline if e.kind == "cancellation.refused"]
    assert refused == ["a request to cancel the workflow is refused; the command cancel ends it"]
    await stage.at(6)
    await stage.do("acknowledge")
    await stage.do("cancel", reason="false_alarm")
    await stage.ended()


async def test_the_next_due_instant_is_shown_again_once_the_last_has_passed(stage: Stage) -> None:
    """So a list by next due instant does not lose an incident after a missed update."""
    key = SearchAttributeKey.for_datetime(NEXT_DUE)
    await stage.report()
    await stage.do("acknowledge")
    for minutes in (16, 31, 61):
        await stage.at(minutes)
        described = await stage.handle.describe()
        shown = described.typed_search_attributes.get(key)
        assert shown is not None
        assert shown > stage.start + timedelta(minutes=minutes)


async def test_nothing_is_taken_back_before_it_happened(stage: Stage) -> None:
    """A reopening that is dated before the resolution is refused, with the field."""
    await stage.report()
    await stage.do("acknowledge")
    await stage.do("set_severity", severity="SEV1")
    await stage.at(10)
    await stage.do("resolve", steps=["verify"])
    early = stage.start.isoformat()
    refusal = await stage.refused("reopen", happened_at=early)
    assert (refusal["refusal"], refusal["missing"]) == ("Malformed", ["happened_at"])
    assert "resolved" in refusal["message"]
    assert (await stage.record()).state == "review"


async def test_a_command_that_was_long_on_its_way_counts_from_when_it_was_given(
    stage: Stage,
) -> None:
    """No worker ran meanwhile, but the acknowledgement was in time."""
    await stage.report()
    await stage.at(6)
    sent_at = stage.start + timedelta(minutes=4)
    await stage.do("acknowledge", sent_at=sent_at.isoformat())
    acknowledged = (await stage.record()).milestone("acknowledged")
    assert acknowledged is not None
    assert acknowledged.at == sent_at
    await stage.do("hold", reason="third_party", sent_at=(await stage.view()).now.isoformat())
