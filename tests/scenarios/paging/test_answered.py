"""After somebody answered, nobody else is paged, whatever queue a page is in."""

from typing import Any

from connectors.errors import PermanentError
from models.compiled import CompiledPolicy, EscalationPolicy, Level
from models.incident.record import Incident, TimelineEntry
from models.policy.values.actions import parse_action
from tests.scenarios.stage import Stage, page
from tests.specimens import POLICY, clock, minutes

LEVELS = tuple(Level(page=(f"person:{name}",), wait=minutes(10)) for name in ("ana", "bo", "cy"))
ESCALATE = parse_action("escalate")
REFUSED = [PermanentError("pager", "no such service key")] * 400
"""Nothing is gained by trying at once again, so that no test waits for it."""


def quiet(**changes: Any) -> CompiledPolicy:
    """Three levels, one channel, nobody told."""
    escalation = EscalationPolicy(name="default", levels=LEVELS)
    none: dict[str, Any] = {"audiences": (), "clocks": (), "fallbacks": {}, "roles": ()}
    return POLICY.changed(**{**none, "escalation": escalation, **changes})


def pages(record: Incident) -> list[TimelineEntry]:
    """What the timeline says of pages."""
    return [entry for entry in record.timeline if entry.kind.startswith("page.")]


async def test_a_page_that_its_channel_refused_for_now_is_not_tried_after_the_acknowledgement(
    stage: Stage,
) -> None:
    """It waits in the outbox for its next round; it is dropped, with a line on the timeline."""
    stage.channels.channel("pager").failures = list(REFUSED)
    await stage.report(quiet())
    await stage.at(4)
    await stage.do("acknowledge", actor="bo")
    stage.channels.channel("pager").failures.clear()
    await stage.at(90)
    await stage.said()
    last = pages(await stage.record())[-1]
    assert last.kind == "page.withdrawn"
    assert "acknowledged by bo" in last.summary
    assert last.data["key"].endswith("/page-1.1.1:ana")
    assert (await stage.view()).undelivered == ()


async def test_a_page_of_a_clock_is_tried_until_it_is_taken(stage: Stage) -> None:
    """A breach asked for bo while the pager was down; the acknowledgement does not drop it."""
    breached = clock("answer", "reported", "resolved", sev1=5, at={1.0: (ESCALATE,)})
    await stage.report(quiet(clocks=(breached,)))
    stage.channels.channel("pager").failures = list(REFUSED)
    await stage.at(6)
    await stage.do("acknowledge", actor="cy")
    stage.channels.channel("pager").failures.clear()
    await stage.at(60)
    sent = [e.data["recipient"] for e in pages(await stage.record()) if e.kind == "page.sent"]
    assert sent == ["ana", "bo"]


async def test_no_page_is_tried_once_the_incident_is_over(stage: Stage) -> None:
    """That includes pages that a clock asked for."""
    breached = clock("answer", "reported", "resolved", sev1=5, at={1.0: (ESCALATE,)})
    await stage.report(quiet(clocks=(breached,)))
    stage.channels.channel("pager").failures = list(REFUSED)
    await stage.at(6)
    await stage.do("cancel", reason="false_alarm")
    stage.channels.channel("pager").failures.clear()
    await stage.ended()
    await stage.said(page(0, "ana"))
    assert "page.withdrawn" in [e.kind for e in pages(await stage.record())]


async def test_a_page_of_a_clock_that_runs_on_outlives_the_response(stage: Stage) -> None:
    """The regulator must hear of a false alarm too, so its page is tried until it is taken."""
    told = clock(
        "regulator",
        "aware",
        "regulator_notified",
        sev1=5,
        at={1.0: (parse_action("page bo"),)},
        outlives=True,
    )
    await stage.report(quiet(clocks=(told,)))
    await stage.do("set_milestone", milestone="aware")
    stage.channels.channel("pager").failures = list(REFUSED)
    await stage.at(6)
    await stage.do("cancel", reason="false_alarm")
    stage.channels.channel("pager").failures.clear()
    await stage.at(30)
    sent = [e.data["recipient"] for e in pages(await stage.record()) if e.kind == "page.sent"]
    assert sent == ["ana", "bo"]


async def test_only_an_answer_withdraws_a_page_asked_for_by_hand(
    stage: Stage,
) -> None:
    """After an acknowledgement it stays although a channel refused it; an answer drops it."""
    await stage.report(quiet())
    await stage.do("acknowledge", actor="ana")
    stage.channels.channel("pager").failures = list(REFUSED)
    await stage.do("escalate", actor="ana", note="more people")
    await stage.at(3)
    await stage.do("link", actor="cy", target="CHG-1")
    assert len((await stage.view()).undelivered) == 1
    await stage.do("acknowledge", actor="cy")
    stage.channels.channel("pager").failures.clear()
    await stage.at(60)
    await stage.said(page(0, "ana"))
    assert pages(await stage.record())[-1].kind == "page.withdrawn"
