"""After somebody answered nobody further is paged, whatever queue a page is in."""

import asyncio
from datetime import timedelta

from connectors.errors import RetryableError
from models.clock import ActionKind
from models.compiled import CompiledPolicy, EscalationPolicy, Level
from models.incident import Incident, TimelineEntry
from models.workload import PageLimit, PageLimits
from tests.scenarios.stage import Stage, page
from tests.specimens import POLICY, clock, minutes

LEVELS = tuple(Level(page=(f"person:{name}",), wait=minutes(10)) for name in ("ana", "bo", "cy"))
DOWN = [RetryableError("pager", "busy")] * 400


def quiet(**changes: object) -> CompiledPolicy:
    """Three levels, one channel, nobody told."""
    escalation = EscalationPolicy(name="default", levels=LEVELS)
    same = {"audiences": (), "clocks": (), "fallbacks": {}, "escalation": escalation}
    return POLICY.model_copy(update={**same, "roles": (), **changes})


def pages(record: Incident) -> list[TimelineEntry]:
    """What the timeline says of pages."""
    return [entry for entry in record.timeline if entry.kind.startswith("page.")]


async def test_a_page_that_its_channel_refused_for_now_is_not_tried_after_the_acknowledgement(
    stage: Stage,
) -> None:
    """It waits in the outbox for its next round: it is dropped, and the timeline says so."""
    stage.channels.channel("pager").failures = list(DOWN)
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


async def test_what_a_clock_asked_for_is_tried_until_it_is_taken(stage: Stage) -> None:
    """A breach asked for bo, and the pager was down: the acknowledgement does not drop that."""
    breached = clock("answer", "reported", "resolved", sev1=5, thresholds={1: "escalate"})
    await stage.report(quiet(clocks=(breached,)))
    stage.channels.channel("pager").failures = list(DOWN)
    await stage.at(6)
    await stage.do("acknowledge", actor="cy")
    stage.channels.channel("pager").failures.clear()
    await stage.at(60)
    sent = [e.data["recipient"] for e in pages(await stage.record()) if e.kind == "page.sent"]
    assert sent == ["ana", "bo"]


async def test_once_the_incident_is_over_no_page_is_tried_any_more(stage: Stage) -> None:
    """Not what a clock asked for either."""
    breached = clock("answer", "reported", "resolved", sev1=5, thresholds={1: "escalate"})
    await stage.report(quiet(clocks=(breached,)))
    stage.channels.channel("pager").failures = list(DOWN)
    await stage.at(6)
    await stage.do("cancel", reason="false_alarm")
    stage.channels.channel("pager").failures.clear()
    await stage.ended()
    await stage.said(page(0, "ana"))
    assert "page.withdrawn" in [e.kind for e in pages(await stage.record())]


async def test_what_somebody_asked_for_by_hand_is_withdrawn_by_the_answer_alone(
    stage: Stage,
) -> None:
    """Asked for after the acknowledgement and refused for now, it stays; answered, it does not."""
    await stage.report(quiet())
    await stage.do("acknowledge", actor="ana")
    stage.channels.channel("pager").failures = list(DOWN)
    await stage.do("escalate", actor="ana", note="more people")
    await stage.at(3)
    await stage.do("link", actor="dov", target="CHG-1")
    assert len((await stage.view()).undelivered) == 1
    await stage.do("acknowledge", actor="cy")
    stage.channels.channel("pager").failures.clear()
    await stage.at(60)
    await stage.said(page(0, "ana"))
    assert pages(await stage.record())[-1].kind == "page.withdrawn"


async def test_a_level_that_a_clock_asked_for_stays_in_the_summary(stage: Stage) -> None:
    """Held by a limit, acknowledged meanwhile: bo hears of it all the same, ana's is dropped."""
    breached = clock("answer", "reported", "resolved", sev1=1, thresholds={1: "escalate to 1"})
    few = PageLimit(most=3, within=timedelta(hours=1))
    levels = (Level(page=("person:ana",), wait=timedelta(seconds=10)),) * 4
    busy = quiet(
        clocks=(breached,),
        page_limits=PageLimits(person=few),
        escalation=EscalationPolicy(name="busy", levels=levels),
    )
    await stage.report(busy)
    await stage.at(0.9)
    held = [e.data["key"] for e in pages(await stage.record()) if e.kind == "page.held"]
    assert held
    await stage.at(1.05)
    await stage.do("acknowledge", actor="bo")
    await stage.at(50)
    lines = pages(await stage.record())
    summarised = [e for e in lines if e.kind == "page.summarised"]
    assert [e.data["reason"] for e in summarised] == ["answer breached, level 1"]
    assert {e.data["key"] for e in lines if e.kind == "page.withdrawn"} <= set(held)


async def test_an_attempt_that_is_under_way_is_recorded_and_not_repeated(stage: Stage) -> None:
    """The channel has the page when the acknowledgement comes: it was sent, and nothing follows."""
    pager = stage.channels.channel("pager")
    pager.failures = [RetryableError("pager", "busy")]
    pager.gate = asyncio.Event()
    pager.gate.set()
    await stage.report(quiet(), settle=False)
    pager.gate.clear()
    await stage.until(lambda view: bool(view.undelivered))
    attempts = pager.attempts
    await stage.until(lambda _: pager.attempts > attempts)
    await stage.handle.execute_update("acknowledge", {"actor": "bo"})
    pager.gate.set()
    await stage.settled()
    kinds = [e.kind for e in pages(await stage.record())]
    assert kinds == ["page.failed", "page.sent"]
    assert ActionKind.PAGE
