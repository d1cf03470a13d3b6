"""Who is paged and informed when, over hours of an incident."""

from tests.scenarios.stage import Stage, page, reminded, told
from tests.specimens import POLICY


async def test_an_incident_that_nobody_acknowledges_pages_every_level_twice_and_says_when_it_ends(
    stage: Stage,
) -> None:
    """Levels wait 5, 10 and 15 minutes; the whole is repeated once; then nobody is left."""
    await stage.report()
    await stage.at(65)
    record = await stage.record()
    assert "escalation.exhausted" in [entry.kind for entry in record.timeline]
    await stage.said(
        page(0, "ana"), told(0, "stakeholders"), told(5, "stakeholders"),
        page(5, "bo"), page(15, "cy"), page(30, "ana"), page(35, "bo"), page(45, "cy"),
        *(reminded(minute, person) for minute in (30, 60) for person in ("ana", "bo", "cy")),
    )  # fmt: skip


async def test_an_acknowledgement_stops_the_escalation(stage: Stage) -> None:
    """After level 1 nobody else is paged, however long the rest takes."""
    await stage.report()
    await stage.at(4)
    await stage.do("acknowledge")
    await stage.at(29)
    await stage.said(page(0, "ana"), told(0, "stakeholders"))


async def test_a_missed_update_reminds_the_communication_lead_until_it_is_sent(
    stage: Stage,
) -> None:
    """Every 30 minutes at SEV1; an update starts the next interval."""
    await stage.report()
    await stage.do("acknowledge")
    await stage.do("assign_role", role="communication_lead", person="cy")
    await stage.at(61)
    await stage.do("post_update", text="We are looking at the payment provider")
    await stage.at(80)
    await stage.at(92)
    await stage.said(
        page(0, "ana"), told(0, "stakeholders"), reminded(0, "cy"),
        reminded(30, "cy"), reminded(60, "cy"), told(61, "stakeholders"), reminded(91, "cy"),
    )  # fmt: skip


async def test_clocks_that_are_paused_by_a_hold_do_not_fire(stage: Stage) -> None:
    """Resolve has 240 minutes; a hold of a day moves its limit by a day."""
    quiet = POLICY.changed(audiences=())
    await stage.report(quiet)
    await stage.do("acknowledge")
    await stage.at(10)
    await stage.do("hold", reason="third_party")
    await stage.at(10 + 24 * 60)
    await stage.do("resume")
    await stage.at(24 * 60 + 239)
    assert "resolve" not in {f.clock for f in (await stage.record()).fired}
    await stage.at(24 * 60 + 241)
    assert "resolve" in {f.clock for f in (await stage.record()).fired}
    await stage.said(page(0, "ana"))
