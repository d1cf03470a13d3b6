"""If it cannot be read for now who is on call, whoever it is gets paged once it can be read."""

from typing import Any

from models.compiled import CompiledPolicy, EscalationPolicy, Level
from models.people.schedule import FeedSpec, ScheduleSpec
from models.policy.values.actions import parse_action
from tests.scenarios.stage import Stage, page
from tests.specimens import POLICY, clock, minutes

VENDOR = Level(page=("schedule:vendor",), wait=minutes(10))
BO = Level(page=("person:bo",), wait=minutes(10))
ESCALATE = parse_action("escalate")


def fed(*levels: Level, repeat: int = 0, **changes: Any) -> CompiledPolicy:
    """A policy with the schedule `vendor`, which follows a feed."""
    ladder = EscalationPolicy(name="default", levels=levels, repeat=repeat)
    vendor = ScheduleSpec(name="vendor", zone="UTC", feed=FeedSpec(name="vendor"))
    none: dict[str, Any] = {"audiences": (), "clocks": (), "fallbacks": {}, "roles": ()}
    return POLICY.changed(**{**none, "escalation": ladder, "schedules": (vendor,), **changes})


async def test_no_round_is_spent_while_nobody_can_say_who_is_on_call(stage: Stage) -> None:
    """The ladder has one level and no repeat; it begins again until ana can be paged."""
    stage.feeds.in_vain = 4
    await stage.report(fed(VENDOR))
    await stage.at(3)
    await stage.said(page(1.25, "ana"))
    kinds = [entry.kind for entry in (await stage.record()).timeline]
    assert "escalation.exhausted" not in kinds
    assert kinds.count("page.nobody") == 4


async def test_the_next_level_is_paged_at_once_and_the_first_once_it_can_be_read(
    stage: Stage,
) -> None:
    """Of the first level only ana, who was not paged before; then the ladder goes on."""
    stage.feeds.in_vain = 4
    both = Level(page=("schedule:vendor", "person:cy"), wait=minutes(10))
    await stage.report(fed(both, BO))
    await stage.at(11)
    await stage.said(page(0, "cy"), page(1.25, "ana"), page(10, "bo"))


async def test_the_first_level_is_still_owed_while_the_next_one_is_asked(stage: Stage) -> None:
    """Bo is paged in the meantime, and ana within her level's wait."""
    stage.feeds.in_vain = 3
    await stage.report(fed(VENDOR, BO))
    await stage.at(9)
    await stage.said(page(0, "bo"), page(0.58, "ana"))
    sent = [e for e in (await stage.record()).timeline if e.kind == "page.sent"]
    assert [e.data["key"].rpartition("/")[2] for e in sent] == ["page-1.2.1:bo", "page-1.1.1:ana"]


async def test_what_is_owed_is_dropped_with_an_answer(stage: Stage) -> None:
    """Bo acknowledges before anybody can say who is on call."""
    stage.feeds.in_vain = 4
    await stage.report(fed(VENDOR, BO))
    await stage.do("acknowledge", actor="bo")
    await stage.at(30)
    await stage.said(page(0, "bo"))


async def test_what_is_owed_is_given_up_after_the_wait_of_its_level(stage: Stage) -> None:
    """After that the ladder asks the schedule again in its next round."""
    stage.feeds.in_vain = 10_000
    await stage.report(fed(VENDOR, BO))
    await stage.at(40)
    await stage.said(page(0, "bo"))
    incident = await stage.record()
    assert incident.timeline[-1].kind == "escalation.exhausted"


async def test_a_page_that_a_clock_asks_for_is_owed_after_the_acknowledgement(stage: Stage) -> None:
    """A breach asks for the level of which nobody can say who is on call."""
    breached = clock("answer", "reported", "resolved", sev1=5, at={1.0: (ESCALATE,)})
    await stage.report(fed(BO, VENDOR, clocks=(breached,)))
    await stage.do("acknowledge", actor="bo")
    stage.feeds.in_vain = 3
    await stage.at(14)
    await stage.said(page(0, "bo"), page(5.58, "ana"))
