"""Why was somebody not paged because of too many other pages: by the record alone."""

from models.answers.why import Explanation
from models.people.workload import Leave, PageVerdict, SentSummary
from tests.rules.night import Night, level, policy_with
from tests.rules.schedules import rotation, schedule
from tests.specimens import after

TWO = policy_with(level("ana"), level("bo", wait=10))
BUSY = {"ana": "4 pages within 15m, of at most 10"}
HELD = "page to ana (level 1) by pager: new incident — held for a summary: " + BUSY["ana"]


def words(explanation: Explanation) -> list[str]:
    """The answers, in words."""
    return [answer.text for answer in explanation.answers]


def test_a_page_that_is_held_says_by_which_limit() -> None:
    """It says so for that minute, and for later ones until the page is sent or dropped."""
    night = Night(TWO, busy=BUSY)
    night.until(2)
    held, absent = words(night.why("ana", at=0))
    assert held == f"{HELD} (2026-03-27 16:50:00 UTC)"
    assert absent == f"ana was not paged at 2026-03-27 16:50:00 UTC: {held}"
    assert words(night.why("ana", at=1)) == [
        f"ana was not paged at 2026-03-27 16:51:00 UTC: {held}"
    ]


def test_a_summary_is_a_page_that_says_of_how_many_incidents() -> None:
    """It names channel and level; the channel that held the page did not fail."""
    night = Night(TWO, busy=BUSY)
    night.until(1)
    summary = SentSummary(key="s", at=after(1), channel="email", incidents=40)
    night.told(Leave(verdict=PageVerdict.TOLD, summary=summary))
    (answer,) = night.why("ana", at=1).answers
    assert answer.text == (
        "ana was paged at 2026-03-27 16:51:00 UTC by email, in a summary of 40 incidents: level 1 "
        "of the escalation nightly, by name; new incident [INC-260327-TEST/page-1:ana]"
    )
    assert answer.verdict == "paged"


def test_a_page_that_was_dropped_says_why() -> None:
    """Somebody acknowledged before the summary went out."""
    night = Night(TWO, busy=BUSY)
    night.until(1)
    night.told(Leave(verdict=PageVerdict.WITHDRAWN), withdraw="acknowledged by bo")
    dropped, absent = words(night.why("ana", at=1))
    assert dropped.startswith("page to ana: ")
    assert "held, and dropped: acknowledged by bo" in dropped
    assert absent.startswith("ana was not paged at 2026-03-27 16:51:00 UTC: ")


def test_the_next_level_is_paged_although_the_first_waits_for_a_summary() -> None:
    """Its wait counts from when the page was asked for."""
    night = Night(TWO, busy=BUSY)
    night.until(6)
    assert "level 2" in words(night.why("bo", at=5))[0]


def test_a_level_of_a_schedule_may_mean_everybody_who_takes_turns() -> None:
    """Who is on call is only known once a level has its turn; before, the record cannot tell."""
    second = schedule(rotation("monday 09:00"))
    levels = (level("ana"), level("schedule:primary", wait=10))
    night = Night(policy_with(*levels, schedules=(second,)))
    night.until(2)
    night.do("acknowledge")
    night.until(9)
    assert words(night.why("cy", at=8)) == [
        (
            "cy was not paged at 2026-03-27 16:58:00 UTC: level 2 was due at "
            "2026-03-27 16:55:00 UTC, but ana acknowledged at 2026-03-27 16:52:00 UTC "
            "(cy takes turns in primary)"
        )
    ]


def test_an_acknowledgement_counts_even_after_every_level_was_paged() -> None:
    """People remember it when they ask about that night."""
    night = Night(TWO)
    night.until(20)
    night.do("acknowledge", actor="bo")
    night.until(30)
    assert "bo acknowledged at 2026-03-27 17:10:00 UTC" in words(night.why("ana", at=25))[0]
