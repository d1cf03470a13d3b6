"""Incidents only use calendars that were worked out for them."""

import asyncio
from datetime import datetime, timedelta

from temporalio.common import SearchAttributeKey

from models.compiled import CompiledPolicy
from models.time.clock import ClockStatus
from rules.zones.calendars import slice_of
from tests.patience import PATIENCE_SECONDS
from tests.rules.timed import policy_of
from tests.scenarios.stage import Stage, page
from tests.specimens import REPORT
from workflows.incident.visibility import NEXT_DUE

OFFICE = "clocks:\n  it: { from: reported, to: told, within: 60d office }\n"
ESCALATES = "clocks:\n  it: { from: reported, to: told, within: 4h, at: { 50%: escalate to 2 } }\n"

SEVERAL = """clocks:
  soon: { from: reported, to: told, within: 1h }
  later: { from: reported, to: told, within: 3h }
  last: { from: reported, to: told, within: 60d office }
"""


def bare(written: str) -> CompiledPolicy:
    """A policy as it is started over raw Temporal: with calendars, without slices."""
    return policy_of(written).changed(slices={})


async def test_an_incident_without_slices_has_its_calendars_worked_out_at_once(
    stage: Stage,
) -> None:
    """A start over raw Temporal needs no zone data."""
    await stage.report(bare(OFFICE))
    view = await stage.view()
    (reading,) = view.readings
    assert reading.breach_at is not None
    kinds = [entry.kind for entry in view.incident.timeline]
    assert kinds.count("calendars.worked_out") == 1


async def test_calendars_are_worked_out_further_before_they_end(stage: Stage) -> None:
    """After months, the limit is still at its instant and fires there."""
    await stage.report(bare(OFFICE))
    first = (await stage.view()).readings[0].breach_at
    assert first is not None
    await stage.do("acknowledge")
    until = (first - stage.start) / timedelta(minutes=1)
    await stage.at(until + 1)
    (reading,) = (await stage.view()).readings
    assert (reading.breach_at, reading.status) == (first, ClockStatus.BREACHED)
    fired = (await stage.record()).fired
    assert [(f.threshold, f.due_at) for f in fired] == [("100%", first)]


async def test_a_fact_older_than_the_slices_has_them_worked_out_further_back(
    stage: Stage,
) -> None:
    """The impact began half a year ago, and the office was open since then."""
    written = "clocks:\n  it: { from: impact_started, to: told, within: 200d office }\n"
    await stage.report(bare(written))
    began = stage.start - timedelta(days=180)
    await stage.do("set_milestone", milestone="impact_started", happened_at=began.isoformat())
    view = await stage.view()
    (reading,) = view.readings
    spec = next(spec for spec in policy_of(written).calendars if spec.name == "office")
    known = slice_of(spec, began, stage.start, stage.start)
    worked = sum((end - start for start, end in known.days), timedelta()) / timedelta(days=1)
    assert abs(reading.elapsed / timedelta(days=1) - worked) < 3


async def test_a_threshold_pages_the_level_that_it_names(stage: Stage) -> None:
    """Escalate to 2 pages bo, although ana has acknowledged."""
    await stage.report(policy_of(ESCALATES))
    await stage.do("acknowledge")
    await stage.at(121)
    await stage.said(page(0, "ana"), page(120, "bo"))


async def test_a_threshold_assigns_holds_and_raises_as_the_policy_says(stage: Stage) -> None:
    """Each is a command of the engine, on the timeline with its reason."""
    chain = "[assign lead bo, raise severity once, hold third_party]"
    written = (
        "clocks:\n  it: { from: reported, to: told, within: 1h, "
        f"at: {{ 50%: {chain}, 100%: raise severity once }} }}\n"
    )
    policy = policy_of(written).changed(default_severity="SEV2")
    await stage.report(policy, REPORT.changed(severity="SEV2"))
    await stage.do("acknowledge")
    await stage.at(61)
    record = await stage.record()
    assert record.holder("lead") == "bo"
    assert record.hold is not None
    assert [change.severity for change in record.severities] == ["SEV2", "SEV1"]
    assert {f.threshold for f in record.fired} == {"50%", "100%"}


async def test_the_next_due_instant_is_shown_even_just_after_an_enforcement(
    stage: Stage,
) -> None:
    """It is not the further work on calendars, which is months away."""
    await stage.report(bare(SEVERAL))
    await stage.do("acknowledge")
    await stage.at(61)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (shown := await _shown(stage)) is None or shown < stage.start + timedelta(hours=2):
            await asyncio.sleep(0.02)
    assert abs(shown - stage.start - timedelta(hours=3)) < timedelta(seconds=5)


async def _shown(stage: Stage) -> datetime | None:
    described = await stage.handle.describe()
    shown: datetime | None = described.typed_search_attributes.get(
        SearchAttributeKey.for_datetime(NEXT_DUE)
    )
    return shown


async def test_no_instant_is_shown_if_nothing_is_due(stage: Stage) -> None:
    """Nobody needs to know that calendars are worked out further some day."""
    await stage.report(bare(SEVERAL))
    assert await _shown(stage) is not None
    await stage.do("acknowledge")
    await stage.do("set_milestone", milestone="told")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await _shown(stage):
            await asyncio.sleep(0.02)
