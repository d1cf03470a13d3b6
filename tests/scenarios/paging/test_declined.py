"""People who cannot, and acknowledgements that nobody gave: the escalation goes on."""

from models.compiled import EscalationPolicy, Level
from tests.scenarios.paging.test_answered import LEVELS, quiet
from tests.scenarios.stage import Stage, page, told
from tests.specimens import minutes


async def test_whoever_cannot_is_replaced_at_once_and_not_paged_again_in_this_round(
    stage: Stage,
) -> None:
    """The next level is paged at once; a later level passes over who declined, and says so."""
    both = Level(page=("person:ana", "person:cy"), wait=minutes(10))
    ladder = EscalationPolicy(name="default", levels=(LEVELS[0], LEVELS[1], both), repeat=1)
    await stage.report(quiet(escalation=ladder))
    await stage.at(3)
    await stage.do("decline", reason="on a train")
    await stage.at(14)
    await stage.said(page(0, "ana"), page(3, "bo"), page(13, "cy"))
    record = await stage.record()
    sent = [e for e in record.timeline if e.kind == "page.sent"]
    assert sent[1].data["reason"] == "ana cannot: on a train"
    (passed,) = (e for e in record.timeline if e.kind == "page.declined")
    assert passed.summary == "level 3 passes over ana, who cannot"
    await stage.at(24)
    await stage.said(page(0, "ana"), page(3, "bo"), page(13, "cy"), page(23, "ana"))


async def test_after_the_last_level_the_next_round_begins_in_its_time(stage: Stage) -> None:
    """A team of one is not paged again at once."""
    ladder = EscalationPolicy(name="default", levels=LEVELS[:1], repeat=1)
    await stage.report(quiet(escalation=ladder))
    await stage.at(3)
    await stage.do("decline", reason="on a train")
    await stage.at(9)
    await stage.said(page(0, "ana"))
    await stage.at(11)
    await stage.said(page(0, "ana"), page(10, "ana"))
    kinds = [e.kind for e in (await stage.record()).timeline]
    assert "escalation.unmoved" in kinds


async def test_whoever_acknowledged_and_cannot_passes_it_on_until_somebody_answers(
    stage: Stage,
) -> None:
    """It is like escalating by hand: their own actions do not stop it, an answer does."""
    await stage.report(quiet())
    await stage.at(2)
    await stage.do("acknowledge")
    await stage.do("decline", reason="my laptop died")
    await stage.at(6)
    await stage.do("acknowledge", actor="bo")
    await stage.at(40)
    await stage.said(page(0, "ana"), page(2, "bo"))


async def test_a_disputed_acknowledgement_resumes_the_escalation_at_once(stage: Stage) -> None:
    """The level that it stopped is paged again, then the next; a real answer stops it for good."""
    await stage.report(quiet())
    await stage.at(2)
    await stage.do("acknowledge", via="web", proof="link")
    await stage.at(30)
    await stage.said(page(0, "ana"))
    await stage.do("dispute_acknowledgement")
    await stage.at(41)
    await stage.do("acknowledge", actor="bo")
    await stage.at(90)
    await stage.said(page(0, "ana"), page(30, "ana"), page(40, "bo"))
    record = await stage.record()
    (answered, again) = (m for m in record.milestones if m.name == "acknowledged")
    assert answered.disputed is not None
    assert again.disputed is None


async def test_an_acknowledgement_by_a_link_is_told_once_on_the_other_channels(
    stage: Stage,
) -> None:
    """The page came by the pager, so the log says that its link was used; a repeat says nothing."""
    await stage.report(quiet(fallbacks={"pager": "log"}))
    await stage.at(2)
    said = {"via": "web", "proof": "link", "command_id": "c-1"}
    await stage.do("acknowledge", **said)
    await stage.do("acknowledge", **said)
    await stage.at(5)
    await stage.said(page(0, "ana"), told(2, "ana"))
    (line,) = (e for e in (await stage.record()).timeline if e.kind == "notification.sent")
    assert line.data["reason"] == "acknowledged with your link"
    assert "/link-" in line.data["key"]
